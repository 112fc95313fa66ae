"""Whether the mix can still be met with the places left, and what gives where it cannot."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from sampler.errors import SolverError
from sampler.model import Participant, Plan
from sampler.people.ground import NOTHING, Ground
from sampler.people.needs import OUTSIDE, Need, Profile, Reader, in_running_text, needs, seats_left
from sampler.seats.seat_problem import Pattern
from sampler.seats.seat_program import Room, has_room, part_has_room, parts
from sampler.seats.seat_tables import Seat
from sampler.words import count, group_words, listed, people

MOST_NAMED = 4
QUOTAS_OF = "the quotas of"
MOST_LAYERS = 30
"""With people of more kinds known in part, every characteristic is looked at alone."""


@dataclass(frozen=True)
class Places:
    """A plan, the people counted against it, and what holds beside its quotas."""

    plan: Plan
    counted: tuple[Participant, ...]
    held: Ground = NOTHING

    @cached_property
    def profiles(self) -> tuple[Profile, ...]:
        """The people counted, by their groups."""
        reader = Reader(self.plan)
        return tuple(map(reader.profile, self.counted))

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """What every characteristic needs beside them."""
        return needs(self.plan, self.profiles)

    @cached_property
    def left(self) -> int:
        """The places nobody takes yet."""
        return seats_left(self.plan, self.counted)

    @cached_property
    def short(self) -> tuple[int, ...]:
        """The characteristics that miss more people than there are places, must-haves first."""
        found = [c for c, need in enumerate(self.needs) if need.missing > self.left]
        return tuple(sorted(found, key=lambda c: not self.needs[c].part.must_have))

    @property
    def lacking(self) -> int:
        """How many people are missing beyond the places left, where most are."""
        return max((self.needs[c].missing - self.left for c in self.short), default=0)

    @cached_property
    def together(self) -> bool:
        """Whether rules and pairs were looked at too; so they are where there are none."""
        return not self.held or (self._joint is not None)

    @property
    def can(self) -> bool:
        """Whether every range can be reached."""
        return not self.short and self._joint is not False

    @cached_property
    def _joint(self) -> bool | None:
        """Whether seats exist beside rules and pairs; None where that cannot be worked out."""
        if not self.held or not self.counted:
            return True
        try:
            return self.holds(self.held)
        except SolverError:
            return None

    def holds(self, held: Ground, columns: frozenset[int] | None = None) -> bool:
        """Say whether there are seats under these rules and pairs, and the ranges of some columns.

        Raises `SolverError` where it would take too long.
        """
        room = self.room(held, columns)
        return room is not None and has_room(room)

    def room(self, held: Ground, columns: frozenset[int] | None = None) -> Room | None:
        """Return what those still to be found have to fit; None where a rule is broken already.

        People whose answers are all known are taken out of the ranges and the rules, so that
        what is left to solve is as small as the places left.
        """
        kinds = Counter(self.profiles)
        whole = {k: n for k, n in kinds.items() if all(isinstance(cell, int) for cell in k)}
        partly = {k: n for k, n in kinds.items() if k not in whole}
        if len(partly) > MOST_LAYERS:
            raise SolverError("Too many people are known in part.")
        people_ = max(self.plan.people_wanted, len(self.counted)) - sum(whole.values())
        bounds = []
        for column, need in enumerate(self.needs):
            is_kept = columns is None or column in columns
            here = []
            for g, quota in enumerate(need.part.quotas):
                taken = sum(n for kind, n in whole.items() if kind[column] == g)
                high = (
                    max(quota.high, need.counted[g]) if self.left and is_kept else people_ + taken
                )
                low = max(0, quota.low - taken) if is_kept else 0
                here.append((low, min(people_, high - taken)))
            if outside := sum(n for kind, n in partly.items() if kind[column] == OUTSIDE):
                here.append((outside, outside))
            bounds.append(tuple(here))
        fixed = [self._seat(kind) for kind, n in partly.items() for _ in range(n)]
        rules = []
        for rule in held.patterns:
            matching = sum(n for kind, n in whole.items() if rule.holds(_ints(kind)))
            if matching > rule.most:
                return None
            least = max(0, rule.least - matching)
            if least > people_:
                return None
            rules.append(Pattern(rule.where, least, min(people_, rule.most - matching)))
        return Room(people_, tuple(bounds), held.forbidden, tuple(rules), tuple(fixed))

    def _seat(self, profile: Profile) -> Seat:
        sizes = [len(part.quotas) for part in self.plan.characteristics]
        return tuple(
            (size if cell == OUTSIDE else cell) if isinstance(cell, int) else None
            for cell, size in zip(profile, sizes, strict=True)
        )

    def without(self, some: Sequence[Participant]) -> Places:
        """Return the places without some of the people counted."""
        ids = {person.id for person in some}
        return Places(self.plan, tuple(p for p in self.counted if p.id not in ids), self.held)


def _ints(profile: Profile) -> tuple[int, ...]:
    return tuple(cell for cell in profile if isinstance(cell, int))


def _seats(number: int) -> str:
    return (
        f"{count(number, 'seat')} {'is' if number == 1 else 'are'} left"
        if number
        else ("No seat is left")
    )


def can_words(here: Places) -> str:
    """Say that every group can still be reached, and on what that hangs."""
    if not here.counted:
        return "Nobody is counted yet, so the whole mix can be met."
    if not any(need.missing for need in here.needs):
        if not here.left:
            return "Every group is there, and no seat is left."
        return f"Every group is there. {_seats(here.left)}, for anyone who fits."
    hoped = [need for need in here.needs if sum(need.gaps) > here.left]
    said = f"{_seats(here.left)}, and every group can still be filled"
    if hoped:
        names = listed([in_running_text(need.part) for need in hoped])
        said += f", if people whose {names} is not known are in groups that are missing"
    return f"{said}."


def why_not(here: Places) -> tuple[str, tuple[str, ...]]:
    """Say what cannot be met, and name what has to give."""
    if here.short:
        first, *others = (here.needs[column] for column in here.short)
        said = _short_words(here, first)
        if others:
            said += f" The same goes for {listed([in_running_text(need.part) for need in others])}."
        return said, tuple(here.needs[column].part.name for column in here.short)
    gives = _smallest(here)
    if len(gives) == 1:
        return f"{_seats(here.left)}, and {gives[0]} cannot be met.", gives
    said = f"{_seats(here.left)}, and they cannot meet {listed(gives)} together."
    if all(one.startswith(QUOTAS_OF) for one in gives):
        said += " Some pairs of groups are left out."
    return said, gives


def _short_words(here: Places, need: Need) -> str:
    gaps = [
        f"{gap} {group_words(quota.group, need.part.topic)}"
        for quota, gap in zip(need.part.quotas, need.gaps, strict=True)
        if gap
    ]
    if len(gaps) > MOST_NAMED:
        gaps = [*gaps[: MOST_NAMED - 1], f"{len(gaps) - MOST_NAMED + 1} more groups"]
    over = [
        f"{group_words(quota.group, need.part.topic)} is {-room} over"
        for quota, room in zip(need.part.quotas, need.room, strict=True)
        if room < 0
    ][:MOST_NAMED]
    verb = "is" if need.missing == 1 else "are"
    least = "at least " if need.missing < sum(need.gaps) else ""
    said = (
        f"{_seats(here.left)}, and {least}{people(need.missing)} {verb} missing in "
        f"{need.part.name}: {listed(gaps)}."
    )
    return f"{said} {listed(over)}." if over else said


def _smallest(here: Places) -> tuple[str, ...]:
    """Return rules, pairs and quotas that cannot hold together, of which none can be spared.

    Dropped one at a time from the last (Chinneck's deletion filter): rules and pairs come first,
    then must-haves, so that flexible quotas are spared where they can be.
    """
    held, every = here.held, range(len(here.needs))
    room = here.room(held)
    failing = tuple(every)
    if room is not None:
        failing = next(
            (tied for tied, tree in parts(room) if not part_has_room(room, tied, tree)), failing
        )
    rules = [i for i, rule in enumerate(held.rules) if rule.touches(failing)]
    pairs = [i for i, pair in enumerate(held.yours) if pair.first in failing]
    columns = sorted(failing, key=lambda c: not here.needs[c].part.must_have)
    limits = [("rule", i) for i in rules] + [("pair", i) for i in pairs]
    limits += [("column", c) for c in columns]
    kept = list(limits)
    for limit in reversed(limits):
        fewer = [other for other in kept if other != limit]
        chosen = held.only(
            [i for k, i in fewer if k == "rule"], [i for k, i in fewer if k == "pair"]
        )
        try:
            if not here.holds(chosen, frozenset(i for k, i in fewer if k == "column")):
                kept = fewer
        except SolverError:
            continue
    words = {"rule": [r.words for r in held.rules], "pair": list(held.yours_words)}
    return tuple(
        f"{QUOTAS_OF} {here.needs[i].part.name}" if kind == "column" else f"'{words[kind][i]}'"
        for kind, i in kept
    )
