"""Who found whom: letters of references, each recruiter's people, and how far they have come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count as counting_up
from itertools import product
from string import ascii_uppercase

from census.spelling import key
from sampler.brief import ANY, Counting
from sampler.model import Participant, Plan, Recruiter
from sampler.people.coverage import cover
from sampler.words import group_words, listed

APP_LETTER, SHEET_LETTER = "P", "R"
"""Letters no recruiter gets: people added in the app, and rows of a sheet for nobody special."""
MOST_MISSING_NAMED = 4


def next_letter(taken: Iterable[str]) -> str:
    """Return the first letter no recruiter has: A to Z without P and R, then AA, AB ...

    `taken` should hold every letter ever given, or references could be given twice.

    >>> next_letter([]), next_letter("AB"), next_letter(ascii_uppercase)
    ('A', 'C', 'AA')
    """
    used = {APP_LETTER, SHEET_LETTER, *(letter.strip().upper() for letter in taken)}
    return next(letters for letters in _letters() if letters not in used)


def _letters() -> Iterator[str]:
    for length in counting_up(1):
        for some in product(ascii_uppercase, repeat=length):
            yield "".join(some)


def found_by(everyone: Iterable[Participant], recruiter: Recruiter) -> tuple[Participant, ...]:
    """Return the people of a recruiter, in order; names are compared as everywhere."""
    name = key(recruiter.name)
    return tuple(person for person in everyone if key(person.recruiter) == name)


@dataclass(frozen=True)
class Missing:
    """A group a recruiter is still asked for, and how many."""

    characteristic: str
    group: str
    topic: str | None
    number: int


@dataclass(frozen=True)
class Progress:
    """How far a recruiter has come.

    `asked` is how many they are asked to find, `wanted` their part of the plan; `found` are all
    they brought, `counted` those of them who take a place.
    """

    name: str
    asked: int
    wanted: int
    found: int
    counted: int
    missing: tuple[Missing, ...]

    def missing_words(self) -> str:
        """Say which groups are missing and how many of each; nothing where none is.

        >>> Progress("Agency", 5, 4, 3, 2, (Missing("Age", "16-34", "age", 1),)).missing_words()
        '16 to 34 (1)'
        """
        named = [
            f"{group_words(one.group, one.topic)} ({one.number:,})"
            for one in self.missing[:MOST_MISSING_NAMED]
        ]
        if more := len(self.missing) - len(named):
            named.append(f"{more:,} more {'group' if more == 1 else 'groups'}")
        return listed(named)


def progress(
    recruiters: Sequence[Recruiter],
    plans: Mapping[str, Plan],
    everyone: Sequence[Participant],
    counting: Counting,
    *,
    partial_counts: bool,
) -> tuple[Progress, ...]:
    """Return how far each recruiter has come with their own plan, in the order given.

    `plans` are those of `recruiters.shares`, by name; who has none is asked for no group.
    """
    theirs: dict[str, list[Participant]] = {key(one.name): [] for one in recruiters}
    for person in everyone:
        if (name := key(person.recruiter)) in theirs:
            theirs[name].append(person)
    lines = []
    for recruiter in recruiters:
        found = theirs[key(recruiter.name)]
        plan = plans.get(recruiter.name)
        if plan is None:
            lines.append(Progress(recruiter.name, recruiter.people, 0, len(found), 0, ()))
            continue
        covered = cover(plan, found, counting, partial_counts=partial_counts)
        missing = tuple(
            Missing(part.name, row.group, part.topic, row.gap)
            for part in covered.characteristics
            for row in part.rows
            if row.gap and row.group != ANY
        )
        lines.append(
            Progress(
                recruiter.name,
                recruiter.people,
                plan.people_wanted,
                len(found),
                covered.counted,
                missing,
            )
        )
    return tuple(lines)
