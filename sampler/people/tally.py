"""People counted by where they stand and by each answer: all that coverage needs of a round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from sampler.model import Answer, Participant, Stage

EVERYBODY, FOUND_BY = "people", "recruiter"
"""Kinds of rows beside those of an answer."""
Key = tuple[str, str, str, str, bool]
"""Characteristic, kind and text of an answer, stage, whether a reserve."""


class Standing(NamedTuple):
    """A stage, and whether as a reserve."""

    stage: Stage
    reserve: bool


@dataclass(frozen=True)
class Tally:
    """Counts of people, none of them 0.

    `answers` are by characteristic; of somebody's own words only that they used them is counted.
    `recruiters` are by name.
    """

    people: Mapping[Standing, int] = field(default_factory=dict)
    answers: Mapping[tuple[str, Answer, Standing], int] = field(default_factory=dict)
    recruiters: Mapping[tuple[str, Standing], int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """Everybody recorded."""
        return sum(self.people.values())


def counted(person: Participant) -> list[tuple[str, Answer, Standing]]:
    """Return what one person adds to the answers of a tally, one for each characteristic."""
    standing = Standing(person.stage, person.reserve)
    return [(name, _shown(answer), standing) for name, answer in person.answers.items()]


def _shown(answer: Answer) -> Answer:
    return Answer(kind="own_words") if answer.kind == "own_words" and answer.text else answer


def of(everyone: Iterable[Participant]) -> Tally:
    """Count people."""
    people: Counter[Standing] = Counter()
    answers: Counter[tuple[str, Answer, Standing]] = Counter()
    recruiters: Counter[tuple[str, Standing]] = Counter()
    for person in everyone:
        standing = Standing(person.stage, person.reserve)
        people[standing] += 1
        answers.update(counted(person))
        if person.recruiter:
            recruiters[person.recruiter, standing] += 1
    return Tally(people, answers, recruiters)


def rows_of(everyone: Iterable[Participant]) -> Counter[Key]:
    """Return what people add to the rows of the tallies that the database keeps."""
    found = of(everyone)
    counts: Counter[Key] = Counter()
    for standing, number in found.people.items():
        counts["", EVERYBODY, "", *standing] += number
    for (name, standing), number in found.recruiters.items():
        counts["", FOUND_BY, name, *standing] += number
    for (name, answer, standing), number in found.answers.items():
        counts[name, answer.kind, answer.text, *standing] += number
    return counts
