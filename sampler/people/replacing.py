"""When somebody drops out: the places reopened, the people who fit, and the best few together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sampler.brief import Counting
from sampler.model import Participant, Plan
from sampler.people.needs import (
    OUTSIDE,
    Cell,
    Need,
    Profile,
    Reader,
    in_running_text,
    needs,
    seats_left,
)
from sampler.people.stages import in_order, moved
from sampler.people.tracking import BOOKED, POSSIBLE, is_counted, is_planned
from sampler.solver import Program
from sampler.words import count, group_words, listed

MOST_PROPOSED = 5


@dataclass(frozen=True)
class Reopened:
    """A group that misses people again: how many more than before, and how many altogether."""

    characteristic: str
    group: str
    words: str
    more: int
    gap: int


@dataclass(frozen=True)
class Candidate:
    """Somebody in touch who fits: what they would close, what is not known, and why in a sentence.

    `closes` has the words of each gap, those of must-have characteristics first: so many as
    `must` says. `over` are groups of flexible characteristics they would put beyond their range.
    """

    person: Participant
    is_reserve: bool
    closes: tuple[str, ...]
    must: int
    over: tuple[str, ...]
    not_known: tuple[str, ...]
    why: str


def reopened(
    plan: Plan,
    before: Sequence[Participant],
    after: Sequence[Participant],
    *,
    partial_counts: bool,
) -> tuple[Reopened, ...]:
    """Return the groups that miss more people than before, of those heard or booked.

    A group with enough people all the same is not reopened, though a seat is.
    """
    reader = Reader(plan)
    was, now = (
        needs(
            plan,
            (reader.profile(p) for p in some if is_planned(p, partial_counts=partial_counts)),
        )
        for some in (before, after)
    )
    return tuple(
        Reopened(
            need.part.name,
            quota.group,
            group_words(quota.group, need.part.topic),
            need.gaps[g] - old.gaps[g],
            need.gaps[g],
        )
        for old, need in zip(was, now, strict=True)
        for g, quota in enumerate(need.part.quotas)
        if need.gaps[g] > old.gaps[g]
    )


def reopened_words(found: Sequence[Reopened], seats: int) -> str:
    """Say which places are open again, beside the seats left.

    >>> pakistani = Reopened("Ethnic group", "Pakistani", "Pakistani", 1, 1)
    >>> reopened_words([pakistani, Reopened("Age", "55+", "55 and over", 2, 3)], 2)
    'Missing again: Pakistani; 2 more of 55 and over. 2 seats are left.'
    >>> reopened_words([], 1)
    'Every group they were in still has enough people. 1 seat is left.'
    """
    left = f"{count(seats, 'seat')} {'is' if seats == 1 else 'are'} left."
    if not found:
        return f"Every group they were in still has enough people. {left}"
    said = [one.words if one.more == 1 else f"{one.more} more of {one.words}" for one in found]
    return f"Missing again: {'; '.join(said)}. {left}"


def candidates(
    plan: Plan, everyone: Sequence[Participant], counting: Counting, *, partial_counts: bool
) -> list[Candidate]:
    """Return the people in touch who would close a gap, or fit a seat still left, best first.

    Reserves come first, then those not booked. Within each, whoever closes most gaps: those of
    must-have characteristics, then the others; then whoever puts fewest groups over, is nearest
    by stage, and has the first reference. Nobody is among them who would put a full group of a
    must-have characteristic over, or a flexible one without closing anything.
    """
    pool = _Pool(plan, everyone, counting, partial_counts=partial_counts)
    ranked = []
    for person, profile in pool.people:
        found = _candidate(pool, person, profile)
        if found is not None:
            flexible = len(found.closes) - found.must
            rank = (not found.is_reserve, -found.must, -flexible, len(found.over))
            ranked.append(((*rank, _nearness(person), in_order(person.reference)), found))
    return [found for _, found in sorted(ranked, key=lambda one: one[0])]


def propose(
    plan: Plan,
    everyone: Sequence[Participant],
    number: int = MOST_PROPOSED,
    counting: Counting = "planned",
    *,
    partial_counts: bool,
) -> tuple[Participant, ...]:
    """Return the best few people to offer a place together, at most `number` and the seats left.

    They close most gaps: of must-have characteristics first, then of the others. Then they put
    fewest groups over, are as many as fit, reserves first, nearest by stage, and at last those
    with the first references. No full group of a must-have characteristic is put over, and no
    seat is taken that a group still missing needs.

    An integer program over people alike in all that counts here, who differ by reference alone.

    Raises `SolverError` where the solver breaks.
    """
    pool = _Pool(plan, everyone, counting, partial_counts=partial_counts)
    most = min(number, pool.left)
    if most < 1:
        return ()
    chosen = _Choice(pool, most).best()
    return tuple(sorted(chosen, key=_by_rank))


def offered(person: Participant, on: date) -> Participant:
    """Return the person with a place offered, a reserve no longer.

    A reserve who has been offered one, or is further, stays at their stage.
    """
    taken = person if person.stage in BOOKED else moved(person, "offered", on)
    return taken.model_copy(update={"reserve": False}) if taken.reserve else taken


def _is_reserve(person: Participant) -> bool:
    return person.reserve and person.stage in BOOKED


def _nearness(person: Participant) -> int:
    """Rank a stage: those booked as reserves alike, then as they could still be offered a place."""
    return 0 if _is_reserve(person) else POSSIBLE.index(person.stage)


def _by_rank(person: Participant) -> tuple[object, ...]:
    return not _is_reserve(person), _nearness(person), in_order(person.reference), person.id


class _Pool:
    """What a round needs, and the people in touch who could be offered a place."""

    def __init__(
        self,
        plan: Plan,
        everyone: Sequence[Participant],
        counting: Counting,
        *,
        partial_counts: bool,
    ) -> None:
        reader = Reader(plan)
        counted = [p for p in everyone if is_counted(p, counting, partial_counts=partial_counts)]
        self.needs = needs(plan, map(reader.profile, counted))
        self.left = seats_left(plan, counted)
        self.people = [
            (person, reader.profile(person))
            for person in everyone
            if _is_reserve(person) or person.stage in POSSIBLE
        ]

    def puts_over(self, profile: Profile) -> list[tuple[Need, int]]:
        """Return the groups, by their needs, that are full without this person."""
        return [
            (need, cell)
            for need, cell in zip(self.needs, profile, strict=True)
            if isinstance(cell, int) and cell != OUTSIDE and need.room[cell] < 1
        ]


def _candidate(pool: _Pool, person: Participant, profile: Profile) -> Candidate | None:
    over = pool.puts_over(profile)
    if any(need.part.must_have for need, _ in over):
        return None
    both: tuple[list[str], list[str]] = [], []
    for need, cell in zip(pool.needs, profile, strict=True):
        if isinstance(cell, int) and cell != OUTSIDE and need.gaps[cell]:
            both[not need.part.must_have].append(_group(need, cell))
    closes = (*both[0], *both[1])
    if not closes and (over or not pool.left):
        return None
    unknown = tuple(
        need.part
        for need, cell in zip(pool.needs, profile, strict=True)
        if cell is None or isinstance(cell, str)
    )
    beyond = tuple(_group(need, cell) for need, cell in over)
    names = [part.name if i == 0 else in_running_text(part) for i, part in enumerate(unknown)]
    return Candidate(
        person,
        _is_reserve(person),
        closes,
        len(both[0]),
        beyond,
        tuple(part.name for part in unknown),
        _why(closes, names, beyond),
    )


def _group(need: Need, group: int) -> str:
    return group_words(need.part.quotas[group].group, need.part.topic)


def _why(closes: Sequence[str], not_known: Sequence[str], over: Sequence[str]) -> str:
    """Say why somebody fits.

    >>> _why(["Pakistani", "55 and over"], ["Sex"], [])
    'Closes 2 gaps: Pakistani; 55 and over. Sex not known.'
    """
    said = ["Closes no gap, and fits a seat that is left."]
    if closes:
        said = [f"Closes {count(len(closes), 'gap')}: {'; '.join(closes)}."]
    if over:
        said.append(f"Puts {listed(over)} over.")
    if not_known:
        said.append(f"{listed(not_known)} not known.")
    return " ".join(said)


Kind = tuple[bool, int, tuple[Cell, ...]]
"""What matters of a person for the choice: a reserve or not, how near by stage, and the effect."""


class _Choice:
    """The integer program: how many people of each kind to offer a place."""

    def __init__(self, pool: _Pool, most: int) -> None:
        self.pool, self.most = pool, most
        self.kinds = self._grouped()
        self.program = Program()
        self.number = [
            self.program.variable(0, min(len(people), most)) for people in self.kinds.values()
        ]
        self.closed: tuple[list[int], list[int]] = [], []
        self.over: list[int] = []
        everybody = self._terms(list(range(len(self.kinds))))
        self.program.row(everybody, 0, most)
        for column, need in enumerate(pool.needs):
            self._characteristic(column, need, everybody)

    def best(self) -> list[Participant]:
        """Return the people of the best choice."""
        if not self.kinds:
            return []
        size = self.most * len(self.pool.needs) + 1
        must, flexible = self.closed
        kinds = list(self.kinds)
        self._at_best(dict.fromkeys(must, -size) | dict.fromkeys(flexible, -1))
        self._at_best(dict.fromkeys(self.over, self.most + 1) | dict.fromkeys(self.number, -1))
        far = self.most * len(POSSIBLE) + 1
        values = self._at_best(
            {
                v: near - far * is_reserve
                for v, (is_reserve, near, _) in zip(self.number, kinds, strict=True)
            }
        )
        return self._named(round(sum(values[v] for v in self.number)))

    def _grouped(self) -> dict[Kind, list[Participant]]:
        """Return people by kind, each in the order of references; who cannot be taken left out."""
        found: dict[Kind, list[Participant]] = {}
        for person, profile in sorted(self.pool.people, key=lambda one: _by_rank(one[0])):
            if any(need.part.must_have for need, _ in self.pool.puts_over(profile)):
                continue
            effect = tuple(
                self._effect(need, cell)
                for need, cell in zip(self.pool.needs, profile, strict=True)
            )
            kind = (_is_reserve(person), _nearness(person), effect)
            found.setdefault(kind, []).append(person)
        return found

    def _effect(self, need: Need, cell: Cell) -> Cell:
        """Return a group only where it matters: it misses somebody, or could become full."""
        if not isinstance(cell, int):
            return None
        is_tight = cell != OUTSIDE and (need.gaps[cell] or need.room[cell] < self.most)
        return cell if is_tight else OUTSIDE

    def _terms(self, which: Sequence[int], weight: float = 1.0) -> list[tuple[int, float]]:
        return [(self.number[i], weight) for i in which]

    def _characteristic(
        self, column: int, need: Need, everybody: Sequence[tuple[int, float]]
    ) -> None:
        """State what the choice closes of a characteristic, puts over and leaves to be filled."""
        members: dict[Cell, list[int]] = {}
        for i, (_, _, effect) in enumerate(self.kinds):
            members.setdefault(effect[column], []).append(i)
        closing = []
        for group, some in members.items():
            if not isinstance(group, int) or group == OUTSIDE:
                continue
            here = self._terms(some)
            if gap := need.gaps[group]:
                closed = self.program.variable(0, min(gap, self.most))
                self.program.row([*here, (closed, -1.0)], 0, None)
                closing.append((closed, 1.0))
                self.closed[not need.part.must_have].append(closed)
            room = max(0, need.room[group])
            if need.part.must_have:
                self.program.row(here, None, room)
            elif room < self.most:
                over = self.program.variable(0, self.most)
                self.program.row([*here, (over, -1.0)], None, room)
                self.over.append(over)
        short = max(0, need.missing - self.pool.left)
        kept = self.pool.left - need.missing + short
        could_be = self._terms(members.get(None, []), -1.0)
        self.program.row([*everybody, *could_be, *((v, -1.0) for v, _ in closing)], None, kept)

    def _at_best(self, costs: Mapping[int, int]) -> list[float]:
        """Find the least cost, and keep the program to it."""
        values = self._solved(costs)
        least = sum(cost * round(values[v]) for v, cost in costs.items())
        self.program.row([(v, float(cost)) for v, cost in costs.items()], None, least)
        return values

    def _solved(self, costs: Mapping[int, int]) -> list[float]:
        self.program.costs = [float(costs.get(v, 0)) for v in range(len(self.program.bounds))]
        values = self.program.solve()
        return [0.0] * len(self.program.bounds) if values is None else values

    def _named(self, number: int) -> list[Participant]:
        """Return the people of a best choice whose references come first, found one by one."""
        everyone = list(self.kinds.values())
        order = sorted(
            (in_order(person.reference), i, at)
            for i, people in enumerate(everyone)
            for at, person in enumerate(people[: self.most])
        )
        rank = {(i, at): place for place, (_, i, at) in enumerate(order)}
        taken = [0] * len(everyone)
        for _ in range(number):
            again = self.program.copy()
            again.costs = [0.0] * len(again.costs)
            following = {}
            for i, people in enumerate(everyone):
                if taken[i] < min(len(people), self.most):
                    here = again.variable(0, 1, cost=rank[i, taken[i]])
                    following[here] = i
                    again.row([(self.number[i], 1.0), (here, -1.0)], taken[i], None)
                else:
                    again.row([(self.number[i], 1.0)], taken[i], None)
            again.row([(v, 1.0) for v in following], 1, 1)
            values = again.solve()
            if values is None:  # the choice has been found to exist
                break
            taken[next(i for v, i in following.items() if round(values[v]))] += 1
        return [person for i, people in enumerate(everyone) for person in people[: taken[i]]]
