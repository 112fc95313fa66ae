"""Coverage that thinks ahead: gaps to come, and whether the mix can still be met."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from sampler.brief import Counting
from sampler.limits import Question
from sampler.model import Participant, Plan
from sampler.people.ground import NOTHING, ground
from sampler.people.needs import Profile, Reader, needs
from sampler.people.places_left import Places, can_words, why_not
from sampler.people.tracking import is_counted, is_planned, is_secured
from sampler.people.turnout import chance_of
from sampler.people.ways_left import Ask, WayOut, other_people_wanted, other_quotas, reserves
from sampler.words import people

MOST_FOR_A_CHANCE = 200
"""A group with more people booked than this gets no exact chance: it would take too long."""


@dataclass(frozen=True)
class AheadRow:
    """One group: `low` to `high` wanted; people heard, booked, and expected of those booked.

    `expected` is heard plus the sum of the show rates of those booked, exactly. `chance` is that
    `low` is reached by them; None where too many are booked to say. `unknown` are people heard
    or booked who could be in the group too.
    """

    group: str
    low: int
    target: int
    high: int
    heard: int
    booked: int
    expected: Fraction
    unknown: int
    chance: Fraction | None

    @property
    def expected_people(self) -> int:
        """Heard and expected as whole people, rounded down: a part of a person is nobody."""
        return int(self.expected)

    @property
    def gap_expected(self) -> int:
        """Still to find if as many of those booked come as usually do."""
        return max(0, self.low - self.expected_people)


@dataclass(frozen=True)
class AheadCharacteristic:
    """One characteristic looked ahead."""

    name: str
    topic: str | None
    must_have: bool
    rows: tuple[AheadRow, ...]


@dataclass(frozen=True)
class Ahead:
    """A round looked ahead: people wanted, heard, booked and expected, and every group."""

    people_wanted: int
    heard: int
    booked: int
    expected: Fraction
    characteristics: tuple[AheadCharacteristic, ...]

    @property
    def expected_people(self) -> int:
        """Heard and expected as whole people, rounded down."""
        return int(self.expected)

    @property
    def said(self) -> str:
        """Say it in a sentence: "6 of 10 heard. 9 if everyone booked comes, 8 as usually do"."""
        heard = f"{self.heard:,} of {people(self.people_wanted)} heard."
        if not self.booked:
            return f"{heard} Nobody is booked."
        usually = f"{self.expected_people:,} if as many come as usually do"
        return f"{heard} {self.heard + self.booked:,} if everyone booked comes, {usually}."


def look(
    plan: Plan,
    everyone: Sequence[Participant],
    rate: Callable[[str], Fraction],
    *,
    partial_counts: bool,
) -> Ahead:
    """Look a round ahead; `rate` is the part expected to come of a recruiter's people, by name.

    Those heard have come, by the round's setting; those booked as a reserve are left out.
    """
    reader = Reader(plan)
    heard = [
        reader.profile(person)
        for person in everyone
        if is_secured(person, partial_counts=partial_counts)
    ]
    rates: dict[str, Fraction] = {}
    booked: Counter[tuple[Profile, Fraction]] = Counter()
    for person in everyone:
        if is_planned(person, partial_counts=partial_counts) and not is_secured(
            person, partial_counts=partial_counts
        ):
            if person.recruiter not in rates:
                rates[person.recruiter] = rate(person.recruiter)
            booked[reader.profile(person), rates[person.recruiter]] += 1
    now = needs(plan, heard)
    then = needs(plan, [*heard, *(profile for (profile, _), n in booked.items() for _ in range(n))])
    found = []
    for column, part in enumerate(plan.characteristics):
        by_rate: dict[object, Counter[Fraction]] = {}
        for (profile, one), number in booked.items():
            by_rate.setdefault(profile[column], Counter())[one] += number
        loose = then[column].loose
        rows = []
        for g, quota in enumerate(part.quotas):
            here, came = by_rate.get(g, Counter()), now[column].counted[g]
            rows.append(
                AheadRow(
                    quota.group,
                    quota.low,
                    quota.target,
                    quota.high,
                    came,
                    here.total(),
                    came + sum((one * n for one, n in here.items()), Fraction(0)),
                    loose.get(None, 0) + (loose.get(quota.broad, 0) if quota.broad else 0),
                    None
                    if here.total() > MOST_FOR_A_CHANCE and 0 < quota.low - came <= here.total()
                    else chance_of(quota.low - came, here),
                )
            )
        found.append(AheadCharacteristic(part.name, part.topic, part.must_have, tuple(rows)))
    coming = sum((one * number for (_, one), number in booked.items()), Fraction(0))
    return Ahead(plan.people_wanted, len(heard), booked.total(), len(heard) + coming, tuple(found))


@dataclass(frozen=True)
class Outlook:
    """Whether the mix can still be met with the places left; if not what gives, and ways out.

    `gives` names characteristics, rules and pairs of which one has to give. `together` says that
    rules across characteristics and pairs left out were looked at too, where there are any.
    """

    can: bool
    said: str
    gives: tuple[str, ...] = ()
    ways_out: tuple[WayOut, ...] = ()
    together: bool = True


def outlook(
    plan: Plan,
    everyone: Sequence[Participant],
    counting: Counting,
    *,
    partial_counts: bool,
    question: Question | None = None,
    ask: Ask | None = None,
) -> Outlook:
    """Return whether every group's range can be reached with the places left.

    Whoever is counted stays, groups that have too many already keep them, and people whose
    answers are not known may be in any group they could be. `question` brings the rules across
    characteristics and the pairs left out; with `ask` too, other numbers of people, other quotas
    and other rules are offered as ways out. A solver that fails is an answer that looks at every
    characteristic alone.
    """
    counted = [p for p in everyone if is_counted(p, counting, partial_counts=partial_counts)]
    held = NOTHING if question is None else ground(plan, question)
    here = Places(plan, tuple(counted), held)
    if here.can:
        return Outlook(True, can_words(here), together=here.together)
    said, gives = why_not(here)
    found = list(reserves(here))
    if question is not None and ask is not None:
        found += other_people_wanted(here, question.brief, ask)
        found += other_quotas(here, question, ask)
    return Outlook(False, said, gives, tuple(found), here.together)
