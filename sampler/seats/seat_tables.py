"""Seats as tables of whole numbers: groups merged, characteristics in pieces, people in layers.

Groups of a characteristic that no rule and no pair left out tells apart are one class. A layer
is the people of whom the same answers are known already; the rest are the layer of whom none is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from sampler.errors import SolverError
from sampler.seats.cliques import Tree, trees
from sampler.seats.seat_problem import Forbidden, Pattern
from sampler.solver import Program

Seat = tuple[int | None, ...]
Cell = tuple[int, ...]
MOST_CELLS = 100_000


@dataclass(frozen=True)
class Ties:
    """What a program over seats must know: groups a column, pairs left out, rules, people."""

    sizes: tuple[int, ...]
    forbidden: tuple[Forbidden, ...] = ()
    rules: tuple[Pattern, ...] = ()
    fixed: tuple[Seat, ...] = ()

    def trees(self) -> list[Tree]:
        """Return the columns that rules and pairs left out tie together."""
        joined = [columns for rule in self.rules if len(columns := columns_of(rule)) > 1]
        pairs = [(one.first, one.second) for one in self.forbidden]
        return trees(len(self.sizes), [*pairs, *joined])

    def classes(self) -> list[list[int]]:
        """Return the class of every group of every column, numbered as they are met."""
        partners: dict[tuple[int, int], set[tuple[int, int]]] = {}
        for one in self.forbidden:
            i, j = one.groups
            partners.setdefault((one.first, i), set()).add((one.second, j))
            partners.setdefault((one.second, j), set()).add((one.first, i))
        joined = [rule for rule in self.rules if len(columns_of(rule)) > 1]
        found = []
        for column, size in enumerate(self.sizes):
            seen: dict[object, int] = {}
            found.append(
                [
                    seen.setdefault(
                        (
                            tuple(sorted(partners.get((column, g), ()))),
                            tuple(
                                number
                                for number, rule in enumerate(joined)
                                if (inside := rule.where[column]) is not None and g in inside
                            ),
                        ),
                        len(seen),
                    )
                    for g in range(size)
                ]
            )
        return found


def columns_of(rule: Pattern) -> tuple[int, ...]:
    """Return the columns a rule is about."""
    return tuple(c for c, groups in enumerate(rule.where) if groups is not None)


@dataclass(frozen=True)
class _Layer:
    """People of whom the same classes are known; a table of variables for every piece."""

    known: tuple[int | None, ...]
    number: int | None
    cells: tuple[Mapping[Cell, int], ...]


@dataclass
class SeatTables:
    """The seats of one tree in a program: variables for how many have each combination."""

    ties: Ties
    tree: Tree
    classes: list[list[int]]
    layers: list[_Layer] = field(default_factory=list)

    @classmethod
    def add_to(
        cls,
        program: Program,
        ties: Ties,
        tree: Tree,
        totals: Mapping[tuple[int, int], int],
        most: int,
        costs: Iterator[float],
    ) -> SeatTables:
        """State the seats of a tree; `totals` has the variable of each group of each column."""
        made = cls(ties, tree, ties.classes())
        clashes = made._clashes()
        people: dict[tuple[int | None, ...], int] = {}
        nobody = (None,) * len(tree.columns)
        for seat in ties.fixed:
            known = tuple(made._class(c, seat[c]) for c in tree.columns)
            people[known] = people.get(known, 0) + 1
        people.pop(nobody, None)
        size = 0
        for known, number in [(nobody, None), *people.items()]:
            tables = []
            for clique in tree.cliques:
                table: dict[Cell, int] = {}
                for cell in made._cells(clique, known, clashes):
                    top = most if number is None else number
                    table[cell] = program.variable(0, top, cost=next(costs))
                    if (size := size + 1) > MOST_CELLS:
                        raise SolverError(
                            "These rules tie too many groups together to be worked out. "
                            "Take one out."
                        )
                tables.append(table)
            made.layers.append(_Layer(known, number, tuple(tables)))
        made._agree(program)
        for column in tree.columns:
            for kind in range(max(made.classes[column]) + 1):
                groups = [g for g, k in enumerate(made.classes[column]) if k == kind]
                program.row(
                    [
                        *((v, 1.0) for v in made._where({column: frozenset([kind])})),
                        *((totals[column, g], -1.0) for g in groups),
                    ],
                    0,
                    0,
                )
        return made

    def matching(self, where: Sequence[frozenset[int] | None]) -> list[int]:
        """Return the variables of the people who match a rule over this tree's columns."""
        return self._where(
            {
                column: frozenset(self.classes[column][g] for g in sorted(groups))
                for column, groups in enumerate(where)
                if groups is not None
            }
        )

    def seats(self, values: Sequence[float]) -> dict[tuple[int | None, ...], list[dict[int, int]]]:
        """Return the seats of each layer, column to class, put together from the pieces."""
        found = {}
        for layer in self.layers:
            whole: list[dict[int, int]] = []
            joins: dict[int, tuple[int, ...]] = {at: shared for at, _, shared in self.tree.joins}
            for at, clique in enumerate(self.tree.cliques):
                piece = [
                    dict(zip(clique, cell, strict=True))
                    for cell, variable in layer.cells[at].items()
                    for _ in range(round(values[variable]))
                ]
                if at == 0:
                    whole = piece
                    continue
                shared = joins[at]
                waiting: dict[Cell, list[dict[int, int]]] = {}
                for seat in whole:
                    waiting.setdefault(tuple(seat[c] for c in shared), []).append(seat)
                for seat in piece:
                    waiting[tuple(seat[c] for c in shared)].pop(0).update(seat)
            found[layer.known] = whole
        return found

    def known(self, seat: Seat) -> tuple[int | None, ...]:
        """Return the layer a person counted is in."""
        return tuple(self._class(c, seat[c]) for c in self.tree.columns)

    def _class(self, column: int, group: int | None) -> int | None:
        return None if group is None else self.classes[column][group]

    def _clashes(self) -> set[tuple[int, int, int, int]]:
        """Return the pairs left out as (column, class, later column, class)."""
        found = set()
        for one in self.ties.forbidden:
            (a, i), (b, j) = sorted(zip((one.first, one.second), one.groups, strict=True))
            found.add((a, self.classes[a][i], b, self.classes[b][j]))
        return found

    def _cells(
        self,
        clique: tuple[int, ...],
        known: tuple[int | None, ...],
        clashes: set[tuple[int, int, int, int]],
    ) -> Iterator[Cell]:
        """Yield the combinations a piece can hold; what is known of somebody is never refused."""
        answers = dict(zip(self.tree.columns, known, strict=True))
        cells: list[Cell] = [()]
        for at, column in enumerate(clique):
            answer = answers[column]
            kinds = range(max(self.classes[column]) + 1) if answer is None else [answer]
            cells = [
                (*cell, kind)
                for cell, kind in product(cells, kinds)
                if not any(
                    (clique[b], cell[b], column, kind) in clashes
                    and (answer is None or answers[clique[b]] is None)
                    for b in range(at)
                )
            ]
            if len(cells) > MOST_CELLS:
                break
        yield from cells

    def _agree(self, program: Program) -> None:
        """Make pieces of a layer agree where they overlap; layers of people have their number."""
        for layer in self.layers:
            if layer.number is not None:
                first = layer.cells[0].values()
                program.row([(v, 1.0) for v in first], layer.number, layer.number)
            for new, old, shared in self.tree.joins:
                sums: dict[Cell, list[tuple[int, float]]] = {}
                for at, sign in ((new, 1.0), (old, -1.0)):
                    places = [self.tree.cliques[at].index(c) for c in shared]
                    for cell, variable in layer.cells[at].items():
                        key = tuple(cell[place] for place in places)
                        sums.setdefault(key, []).append((variable, sign))
                for terms in sums.values():
                    program.row(terms, 0, 0)

    def _where(self, wanted: Mapping[int, frozenset[int]]) -> list[int]:
        at = self.tree.home(wanted)
        places = [(self.tree.cliques[at].index(c), kinds) for c, kinds in wanted.items()]
        return [
            variable
            for layer in self.layers
            for cell, variable in layer.cells[at].items()
            if all(cell[place] in kinds for place, kinds in places)
        ]
