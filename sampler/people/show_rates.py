"""How many of a recruiter's people come: expected at first, learned from twenty outcomes on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from census.spelling import key
from sampler.model import Participant, Recruiter, Stage, Way
from sampler.people.tally import Tally

SHOW_RATES: Mapping[Way, Fraction] = {
    "agency": Fraction(90, 100),
    "panel": Fraction(85, 100),
    "partner": Fraction(75, 100),
    "front line": Fraction(75, 100),
}
"""What to expect of recruits before their outcomes are known (USERS.md 1.5)."""
PRIOR_WEIGHT = 10
"""The expected rate counts as so many outcomes ..."""
ENOUGH_OUTCOMES = 20
"""... until so many are known; from then on they speak for themselves."""
CAME: tuple[Stage, ...] = ("attended", "partial")

Outcomes = Mapping[str, tuple[int, int]]
"""For each recruiter how many recruits came, and how many came or stayed away."""


@dataclass(frozen=True)
class TrackRecord:
    """What is known of a recruiter: people asked for, and of how many due (`outcomes`) some came.

    Only the proportions of `people` between recruiters matter.
    """

    name: str
    way: Way
    people: int = 1
    attended: int = 0
    outcomes: int = 0

    @property
    def is_learned(self) -> bool:
        """Whether so many outcomes are known that nothing is expected any more."""
        return self.outcomes >= ENOUGH_OUTCOMES

    @property
    def rate(self) -> Fraction:
        """The part of recruits expected to come.

        Before twenty outcomes are known, the mean of a Beta prior of weight ten after them.

        >>> TrackRecord("Panel", "panel").rate, TrackRecord("Panel", "panel", 1, 6, 10).rate
        (Fraction(17, 20), Fraction(29, 40))
        """
        if self.is_learned:
            return Fraction(self.attended, self.outcomes)
        expected = PRIOR_WEIGHT * SHOW_RATES[self.way]
        return (expected + self.attended) / (PRIOR_WEIGHT + self.outcomes)


def way_of(recruiter: str) -> Way:
    """Guess the way of recruiting from a recruiter's name; one not recognised is a partner.

    >>> way_of("Own panel"), way_of("Front-line staff"), way_of("Acme agency"), way_of("Mosque")
    ('panel', 'front line', 'agency', 'partner')
    """
    plain = re.sub(r"[\s_-]+", " ", recruiter).casefold()
    ways: tuple[Way, ...] = ("agency", "panel", "front line")
    return next((way for way in ways if way in plain), "partner")


def outcomes(participants: Iterable[Participant]) -> dict[str, tuple[int, int]]:
    """Return the outcomes of people, of one round or several, by recruiter.

    Recruiters are told apart as names are compared, and called as they were first written.
    Those who cancelled are left out: they were replaced, or the round was.
    """
    return _added_up((p.recruiter, p.stage, 1) for p in participants)


def outcomes_tallied(found: Tally) -> dict[str, tuple[int, int]]:
    """Return the outcomes of a round's tally, by recruiter; of people without one nothing."""
    return _added_up((name, where.stage, n) for (name, where), n in found.recruiters.items())


def _added_up(some: Iterable[tuple[str, Stage, int]]) -> dict[str, tuple[int, int]]:
    return outcomes_together(
        {recruiter.strip(): (number if stage in CAME else 0, number)}
        for recruiter, stage, number in some
        if stage in (*CAME, "no_show")
    )


def outcomes_together(rounds: Iterable[Outcomes]) -> dict[str, tuple[int, int]]:
    """Add up the outcomes of several rounds: recruiters of the same name are one.

    >>> outcomes_together([{"Acme": (3, 4)}, {"ACME ": (1, 2), "Panel": (0, 1)}])
    {'Acme': (4, 6), 'Panel': (0, 1)}
    """
    called: dict[str, str] = {}
    found: dict[str, tuple[int, int]] = {}
    for one in rounds:
        for recruiter, (came, due) in one.items():
            name = called.setdefault(key(recruiter), recruiter)
            so_far = found.get(name, (0, 0))
            found[name] = (so_far[0] + came, so_far[1] + due)
    return found


def track_records(
    recruiters: Sequence[Recruiter],
    outcomes_of: Outcomes,
    *,
    fallback: TrackRecord | None = None,
) -> tuple[TrackRecord, ...]:
    """Return what is known of each recruiter of a round, in order.

    A round without recruiters has the fallback's record, where one is given.
    """
    known = _by_key(outcomes_of)
    if not recruiters:
        return () if fallback is None else (fallback,)
    return tuple(
        TrackRecord(one.name, one.way, one.people, *known.get(key(one.name), (0, 0)))
        for one in recruiters
    )


def rate_of(
    name: str, records: Sequence[TrackRecord] = (), outcomes_of: Outcomes | None = None
) -> Fraction:
    """Return the part of a recruiter's people expected to come.

    One the round has no record of goes by the outcomes of that name, and a way guessed from it:
    nobody named is taken for a partner, the most careful.
    """
    wanted = key(name)
    for one in records:
        if key(one.name) == wanted:
            return one.rate
    came, due = _by_key(outcomes_of or {}).get(wanted, (0, 0))
    return TrackRecord(name, way_of(name), 1, came, due).rate


def _by_key(outcomes_of: Outcomes) -> dict[str, tuple[int, int]]:
    return {key(name): found for name, found in outcomes_together([outcomes_of]).items()}
