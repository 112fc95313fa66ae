"""Who to look for next: profiles that the places left, the rules and the pairs left out allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sampler.brief import ANY, Counting
from sampler.errors import SolverError
from sampler.limits import Question
from sampler.model import Participant, Plan
from sampler.people import coverage
from sampler.people.coverage import MOST_PROFILES
from sampler.people.ground import NOTHING, Ground, ground
from sampler.people.needs import OUTSIDE, Profile, Reader, in_running_text
from sampler.people.places_left import Places
from sampler.people.tracking import BOOKED, POSSIBLE, is_counted, standing
from sampler.seats.seat_problem import SeatProblem
from sampler.seats.seat_program import some_seats
from sampler.seats.seat_tables import Seat
from sampler.words import listed

Groups = Mapping[str, str]
"""A seat as characteristic to group."""


def next_profiles(
    plan: Plan,
    everyone: Sequence[Participant],
    counting: Counting,
    *,
    partial_counts: bool,
    question: Question | None = None,
    seats: Sequence[Groups] = (),
) -> list[coverage.Profile]:
    """Return who to look for next, whoever closes most gaps first: three, or the seats left.

    `seats` are those of the seat plan that nobody counted has taken: they go together as people
    in the place do, and are preferred where none closes more. Else, where there are rules across
    characteristics or pairs left out, profiles come from seats that keep them; where there are
    none each takes the scarcest group of every characteristic. Groups at their target are not
    named.
    """
    counted = [p for p in everyone if is_counted(p, counting, partial_counts=partial_counts)]
    held = NOTHING if question is None else ground(plan, question)
    here = Places(plan, tuple(counted), held)
    if not here.left:
        return []
    names = [part.name for part in plan.characteristics]
    places = [{g: i for i, g in enumerate(part.groups)} for part in plan.characteristics]
    options = [
        tuple(at.get(seat.get(name, "")) for name, at in zip(names, places, strict=True))
        for seat in seats
    ]
    profiles = _taken(here, options)
    if not profiles or profiles[0].closes < _most(here):
        others = _taken(here, _some_seats(here)) if held else []
        if others and (not profiles or others[0].closes > profiles[0].closes):
            profiles = others
    if not profiles or (not held and profiles[0].closes < _most(here)):
        covered = coverage.cover(plan, everyone, counting, partial_counts=partial_counts)
        scarcest = (_Pick(_named(plan, one), one.closes) for one in coverage.scarcest(covered))
        profiles = [one for one in scarcest if not _is_left_out(held, one.groups)]
    reader = Reader(plan)
    waiting = [
        (person, reader.profile(person))
        for person in everyone
        if (person.reserve and person.stage in BOOKED) or person.stage in POSSIBLE
    ]
    return [
        coverage.Profile(
            tuple((names[c], plan.characteristics[c].groups[g]) for c, g in one.groups),
            one.closes,
            _who_fits(plan, one.groups, waiting),
        )
        for one in profiles
    ]


Named = tuple[tuple[int, int], ...]
"""Characteristics with a group of each, by their places."""


@dataclass(frozen=True)
class _Pick:
    groups: Named
    closes: int


def _most(here: Places) -> int:
    """Return how many gaps one person could close at the very most."""
    return sum(any(need.gaps) for need in here.needs)


def _named(plan: Plan, one: coverage.Profile) -> Named:
    """Return the groups of a profile by their places."""
    groups = dict(one.groups)
    return tuple(
        (c, part.groups.index(groups[part.name]))
        for c, part in enumerate(plan.characteristics)
        if part.name in groups
    )


def _is_left_out(held: Ground, groups: Named) -> bool:
    """Say whether these hold a pair that nobody is to have."""
    at = dict(groups)
    return any((at.get(pair.first), at.get(pair.second)) == pair.groups for pair in held.forbidden)


def _taken(here: Places, options: Sequence[Seat]) -> list[_Pick]:
    """Take seats one after another, three or those left."""
    picks, rest = _Picks(here), list(options)
    found = [picks.next(rest) for _ in range(min(MOST_PROFILES, here.left))]
    return [one for one in found if one is not None]


@dataclass
class _Picks:
    """Takes profiles one after another, each as seated before the next."""

    here: Places
    gaps: list[list[int]] = field(init=False)
    below: list[list[int]] = field(init=False)
    room: list[list[int]] = field(init=False)

    def __post_init__(self) -> None:
        needs = self.here.needs
        self.gaps = [list(need.gaps) for need in needs]
        self.room = [list(need.room) for need in needs]
        self.below = [
            [q.target - n for q, n in zip(need.part.quotas, need.counted, strict=True)]
            for need in needs
        ]

    def next(self, options: list[Seat]) -> _Pick | None:
        """Take the seat that closes most gaps, of must-haves first; None where none is of use."""
        ranked = [(*self._worth(seat), -at) for at, seat in enumerate(options)]
        if not ranked:
            return None
        seat = options.pop(-max(ranked)[-1])
        closes = sum(self._worth(seat)[1:3])
        named = [
            (c, g)
            for c, g in enumerate(seat)
            if g is not None
            and (self.gaps[c][g] > 0 or self.below[c][g] > 0)
            and self.here.plan.characteristics[c].groups[g] != ANY
        ]
        for c, g in enumerate(seat):
            if g is not None:
                self.gaps[c][g] = max(0, self.gaps[c][g] - 1)
                self.below[c][g] -= 1
                self.room[c][g] -= 1
        return _Pick(tuple(named), closes) if named else None

    def _worth(self, seat: Seat) -> tuple[int, int, int, int]:
        """Rank a seat: full groups it puts over, gaps it closes, groups below target it fills."""
        over = must = flexible = fills = 0
        for c, g in enumerate(seat):
            if g is None:
                continue
            over += self.room[c][g] < 1
            if self.gaps[c][g] > 0:
                must += self.here.needs[c].part.must_have
                flexible += not self.here.needs[c].part.must_have
            fills += self.below[c][g] > 0
        return -over, must, flexible, fills


def _some_seats(here: Places) -> list[Seat]:
    """Return seats still free of some that meet the targets, the rules and the pairs left out.

    People counted keep theirs as far as the targets have room; none where no such seats exist.
    """
    quotas = tuple(tuple(q.target for q in part.quotas) for part in here.plan.characteristics)
    left = [list(column) for column in quotas]
    fixed: list[Seat] = []
    for profile in here.profiles:
        seat = _seat(profile)
        known = [(c, g) for c, g in enumerate(seat) if g is not None]
        if all(left[c][g] for c, g in known):
            for c, g in known:
                left[c][g] -= 1
            fixed.append(seat)
    try:
        found = some_seats(
            SeatProblem(
                quotas,
                here.plan.people_wanted,
                (),
                here.held.forbidden,
                here.held.patterns,
                tuple(fixed),
            )
        )
    except (SolverError, ValueError):
        return []
    return [] if found is None else [*found[len(fixed) :]]


def _seat(profile: Profile) -> Seat:
    return tuple(cell if isinstance(cell, int) and cell != OUTSIDE else None for cell in profile)


def free_seats(seats: Sequence[Groups], counted: Iterable[Groups]) -> list[Groups]:
    """Return the seats of a plan that nobody counted has: each takes the one most like them.

    >>> seats = [{"Sex": "Female", "Age": "55+"}, {"Sex": "Male", "Age": "16-34"}]
    >>> free_seats(seats, [{"Sex": "Male"}])
    [{'Sex': 'Female', 'Age': '55+'}]
    """
    free = list(seats)
    for person in counted:
        if free:
            alike = [sum(seat.get(name) == g for name, g in person.items()) for seat in free]
            free.pop(alike.index(max(alike)))
    return free


def _who_fits(plan: Plan, groups: Named, waiting: Sequence[tuple[Participant, Profile]]) -> str:
    """Name somebody in touch who fits most of a profile, reserves first; empty where nobody."""
    best: tuple[int, int] | None = None
    said = ""
    for person, profile in waiting:
        fits = sum(profile[c] == g for c, g in groups)
        rank = -1 if person.reserve and person.stage in BOOKED else POSSIBLE.index(person.stage)
        if fits * 2 <= len(groups) or (best is not None and (fits, -rank) <= best):
            continue
        best = fits, -rank
        unknown = [
            in_running_text(plan.characteristics[c])
            for c, _ in groups
            if profile[c] is None or isinstance(profile[c], str)
        ]
        part = "fits" if fits == len(groups) else f"fits {fits} of {len(groups)}"
        missing = f"; {listed(unknown)} not known" if unknown else ""
        said = f"{person.reference} ({standing(person)}) {part}{missing}."
    return said
