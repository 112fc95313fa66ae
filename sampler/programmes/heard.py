"""People heard: a round with its counts, a group, and a characteristic over several rounds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from census.spelling import key
from sampler.brief import CharacteristicBrief
from sampler.model import Answer, Participant, Plan, PlannedCharacteristic, Round
from sampler.people.tally import Tally
from sampler.people.tracking import group_of, is_secured

Place = tuple[str, ...]
"""The codes of a round's areas, sorted."""


@dataclass(frozen=True)
class RoundHeard:
    """A round, its plan in use (None before there is one), and its people counted."""

    round: Round
    plan: Plan | None
    tally: Tally = field(default_factory=Tally)

    @cached_property
    def heard(self) -> int:
        """How many people took part: those counted, and those of whom only totals are left."""
        partial = self.round.brief.partial_counts
        people = sum(
            n for s, n in self.tally.people.items() if is_secured(s, partial_counts=partial)
        )
        return people + (self.round.totals.heard if self.round.totals else 0)

    @cached_property
    def place(self) -> Place:
        """The codes of its areas, sorted; nothing before there is a plan."""
        return tuple(sorted(area.code for area in self.plan.areas)) if self.plan else ()

    @cached_property
    def _answers(self) -> Mapping[str, Mapping[Answer, int]]:
        partial = self.round.brief.partial_counts
        found: dict[str, Counter[Answer]] = {}
        for (name, answer, where), number in self.tally.answers.items():
            if is_secured(where, partial_counts=partial):
                found.setdefault(name, Counter())[answer] += number
        return found

    def counts(self, part: PlannedCharacteristic) -> tuple[Counter[str], Counter[str]]:
        """Return people heard by group, and those of whom only the broad group is known."""
        by_group: Counter[str] = Counter()
        by_broad: Counter[str] = Counter()
        for answer, number in self._answers.get(part.name, {}).items():
            group = group_of(part, answer)
            if group is not None:
                by_group[group] += number
            elif answer.kind == "broad":
                by_broad[answer.text] += number
        for group, number in self._totals(part).items():
            (by_group if group in part.groups else by_broad)[group] += number
        return by_group, by_broad

    def _totals(self, part: PlannedCharacteristic) -> Mapping[str, int]:
        return self.round.totals.counts.get(part.name, {}) if self.round.totals else {}

    def is_broad(self, part: PlannedCharacteristic) -> bool:
        """Say whether its totals name broad groups where the plan has detailed ones.

        Where its people were erased, a few of whom only the broad group was known make it no such.
        """
        if self.round.totals is None or self.round.totals.of_erased:
            return False
        broad = {quota.broad for quota in part.quotas}
        return any(g not in part.groups and g in broad for g in self._totals(part))


@dataclass(frozen=True)
class Repeat:
    """Somebody heard in more than one round, by their answers in each."""

    answers: Mapping[str, Mapping[str, Answer]]


def repeats(
    rounds: Sequence[RoundHeard], people: Mapping[str, Sequence[Participant]]
) -> tuple[Repeat, ...]:
    """Return who was heard in more than one round: the same reference of the same recruiter.

    `people` are by round id. Where rounds are alike in name only, a reference is no proof; only
    what a recruiter's own files call somebody is taken.
    """
    found: dict[tuple[str, str], dict[str, Mapping[str, Answer]]] = {}
    for one in sorted(rounds, key=lambda r: r.round.created_at):
        partial = one.round.brief.partial_counts
        for person in people.get(one.round.id, ()):
            called, recruiter = key(person.their_reference), key(person.recruiter)
            if called and recruiter and is_secured(person, partial_counts=partial):
                found.setdefault((recruiter, called), {})[one.round.id] = person.answers
    return tuple(Repeat(answers) for answers in found.values() if len(answers) > 1)


@dataclass(frozen=True)
class HeardRow:
    """One group: people heard, and how many could be expected; None where no share is known.

    `wanted` is what the rounds' quotas asked for. `raised` says that they asked for more than
    the population's share on purpose.
    """

    group: str
    heard: int
    expected: Fraction | None
    share: Fraction | None
    wanted: int = 0
    raised: bool = False
    people: int | None = None

    @property
    def difference(self) -> int:
        """Heard less expected, to the nearest whole person (a half counts as one)."""
        if self.expected is None:
            return 0
        exact = self.heard - self.expected
        nearest = int(abs(exact) + Fraction(1, 2))
        return nearest if exact > 0 else -nearest

    @property
    def state(self) -> str:
        """The state in the words every page uses; a group raised on purpose is never "more"."""
        if self.expected is None:
            return "" if self.heard else "nobody yet"
        if not self.heard:
            return "nobody yet"
        if self.difference == 0:
            return "as expected"
        if self.difference > 0 and self.raised:
            return "raised on purpose"
        return f"{abs(self.difference)} {'more' if self.difference > 0 else 'fewer'}"


@dataclass(frozen=True)
class HeardCharacteristic:
    """One characteristic over the rounds that ask it alike, or whose groups can be put together.

    `part` is as the round asks it that most people were heard in, `asked` the part of a brief that
    asks for just these groups, where there is one. `notes` say how groups were put
    together. `beside` are the rounds that ask it otherwise, each with the `reason`.
    """

    name: str
    noun: str
    rows: tuple[HeardRow, ...]
    known: int
    heard: int
    part: PlannedCharacteristic
    rounds: tuple[str, ...] = ()
    round_ids: tuple[str, ...] = ()
    asked: CharacteristicBrief | None = None
    notes: tuple[str, ...] = ()
    reason: str = ""
    beside: tuple[HeardCharacteristic, ...] = ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """The titles of the rounds beside."""
        return tuple(title for one in self.beside for title in one.rounds)
