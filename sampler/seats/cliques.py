"""Which characteristics must be looked at together, in pieces as small as can be.

Two characteristics are tied where a rule or a pair left out is about both. Tables over the
pieces (cliques of the graph made chordal) that agree wherever two pieces overlap are the same
as seats over all the characteristics: people who agree on the overlap can be matched at will.
Lauritzen and Spiegelhalter (1988); the elimination order is min-fill.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

Edge = tuple[int, int]


@dataclass(frozen=True)
class Tree:
    """Characteristics tied together: pieces, and how each hangs on one before it.

    `joins` has (piece, the piece it hangs on, the characteristics they share), parents first.
    """

    columns: tuple[int, ...]
    cliques: tuple[tuple[int, ...], ...]
    joins: tuple[tuple[int, int, tuple[int, ...]], ...]

    def home(self, columns: Iterable[int]) -> int:
        """Return the first piece that has all these characteristics."""
        wanted = frozenset(columns)
        return next(i for i, clique in enumerate(self.cliques) if wanted <= frozenset(clique))


def trees(columns: int, ties: Iterable[Iterable[int]]) -> list[Tree]:
    """Return the tied characteristics, one tree for each set that hangs together.

    >>> trees(4, [(0, 1), (1, 3)])
    [Tree(columns=(0, 1, 3), cliques=((0, 1), (1, 3)), joins=((1, 0, (1,)),))]
    """
    edges = {pair for tie in ties for pair in combinations(sorted(frozenset(tie)), 2)}
    cliques = _cliques(columns, edges)
    left = list(range(len(cliques)))
    found = []
    while left:
        inside, joins = [left.pop(0)], []
        while True:
            shared = [
                (-len(overlap), new, at, overlap)
                for new in left
                for at, old in enumerate(inside)
                if (overlap := tuple(c for c in cliques[new] if c in cliques[old]))
            ]
            if not shared:
                break
            _, new, at, overlap = min(shared)
            joins.append((len(inside), at, overlap))
            inside.append(new)
            left.remove(new)
        pieces = tuple(cliques[i] for i in inside)
        every = tuple(sorted({c for piece in pieces for c in piece}))
        found.append(Tree(every, pieces, tuple(joins)))
    return found


def _cliques(columns: int, edges: Iterable[Edge]) -> list[tuple[int, ...]]:
    """Return the largest pieces of the graph once it is made chordal, in order."""
    near: dict[int, set[int]] = {c: set() for c in range(columns)}
    for a, b in edges:
        near[a].add(b)
        near[b].add(a)
    found: list[frozenset[int]] = []
    left = [c for c in range(columns) if near[c]]
    while left:

        def fill(c: int) -> tuple[int, int, int]:
            missing = sum(b not in near[a] for a, b in combinations(sorted(near[c]), 2))
            return missing, len(near[c]), c

        c = min(left, key=fill)
        left.remove(c)
        if near[c] and not any(near[c] | {c} <= clique for clique in found):
            found.append(frozenset(near[c] | {c}))
        for a in sorted(near[c]):
            near[a] |= near[c] - {a}
            near[a].discard(c)
        near[c] = set()
    return sorted(tuple(sorted(clique)) for clique in found)
