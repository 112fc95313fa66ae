"""The history of people in words: what was changed, by whom, when and how."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from types import MappingProxyType

from sampler.handover import LONDON
from sampler.model import Change, Participant, Plan, Stage
from sampler.people.fields import ADDED, ANSWER, differences, read_answer, with_fields
from sampler.people.tracking import STAGE_WORDS, answer_words
from sampler.words import count, day, group_words

SOMEBODY = "Somebody"
"""Whoever gave no name."""
NONE = "none"
FIELDS = {
    "stage": "Stage",
    "reserve": "Reserve",
    "recruiter": "Recruiter",
    "their_reference": "Their reference",
    "slot": "Slot",
    "incentive_on": "Incentive sent on",
    "notes": "Notes",
}
HOW = {
    "form": "",
    "grid": "in the table",
    "today": "on Today",
    "file": "from a file",
    "offer": "from the people who fit",
    "taken back": "a file taken back",
}
MOST_SAVES_SAID = 3
Topics = Mapping[str, str | None]
"""The topic of each characteristic, to write its groups as the pages do."""
NO_TOPICS: Topics = MappingProxyType({})


def topics_of(plan: Plan) -> dict[str, str | None]:
    """Return the topics of a plan's characteristics."""
    return {part.name: part.topic for part in plan.characteristics}


def field_words(field: str) -> str:
    """Name a field as the pages do.

    >>> field_words("incentive_on"), field_words("answer: Age")
    ('Incentive sent on', 'Age')
    """
    return FIELDS.get(field, field.removeprefix(ANSWER))


def value_words(field: str, value: str | None, topics: Topics = NO_TOPICS) -> str:
    """Write what a field held.

    >>> value_words("stage", "no_show"), value_words("reserve", None), value_words("notes", None)
    ('No-show', 'No', 'none')
    >>> value_words("slot", "2027-01-12T10:30:00"), value_words("incentive_on", "2027-01-12")
    ('12 January 2027, 10:30', '12 January 2027')
    >>> value_words("answer: Age", '["group", "55+"]', {"Age": "age"})
    '55 and over'
    """
    if field == "reserve":
        return "No" if value is None else "Yes"
    if value is None:
        return "Not known" if field.startswith(ANSWER) else NONE
    if field == "stage":
        stage: Stage = value  # type: ignore[assignment]
        return STAGE_WORDS.get(stage, value)
    if field == "slot":
        when = datetime.fromisoformat(value)
        return f"{day(when.date())}, {when:%H:%M}"
    if field == "incentive_on":
        return day(date.fromisoformat(value))
    if field.startswith(ANSWER):
        answer = read_answer(value)
        if answer.kind == "group":
            return group_words(answer.text, topics.get(field.removeprefix(ANSWER)))
        return answer_words(answer)
    return value


def change_words(change: Change, topics: Topics = NO_TOPICS) -> str:
    """Say what a line of the history changed.

    "Stage from Confirmed to No-show", "Notes added: asks for parking", "Made a reserve".
    """
    field, before, after = change.field, change.before, change.after
    if field == ADDED:
        return "Added"
    if field == "reserve":
        return "No longer a reserve" if after is None else "Made a reserve"
    name = field_words(field)
    if before is None and not field.startswith(ANSWER):
        return f"{name} added: {value_words(field, after, topics)}"
    if after is None and not field.startswith(ANSWER):
        return f"{name} removed: {value_words(field, before, topics)}"
    old, new = (value_words(field, value, topics) for value in (before, after))
    return f"{name} from {old} to {new}"


@dataclass(frozen=True)
class Saved:
    """Everything changed of one person in one go."""

    person_id: str
    at: datetime
    who: str
    how: str
    changes: tuple[Change, ...]

    def words(self, topics: Topics = NO_TOPICS) -> str:
        """Say what was changed, and how where that is not by form."""
        said = "; ".join(change_words(change, topics) for change in self.changes)
        how = HOW.get(self.how, self.how)
        return f"{said} ({how})" if how else said


def saves(changes: Sequence[Change]) -> list[Saved]:
    """Put lines together that were saved in one go, in the order given."""

    def together(change: Change) -> tuple[object, ...]:
        return change.person_id, change.version, change.at, change.who, change.how

    found = []
    for _, some in groupby(changes, together):
        lines = sorted(some, key=lambda change: change.number)
        first = lines[0]
        found.append(Saved(first.person_id, first.at, first.who, first.how, tuple(lines)))
    return found


def clock(at: datetime, today: date) -> str:
    """Write a moment in London: the time alone where it is today's.

    >>> clock(datetime.fromisoformat("2026-07-01T13:02:00+00:00"), date(2026, 7, 1))
    '14:02'
    >>> clock(datetime.fromisoformat("2026-11-21T14:02:00+00:00"), date(2026, 11, 22))
    '14:02 on 21 November 2026'
    """
    here = at.astimezone(LONDON)
    return f"{here:%H:%M}" if here.date() == today else f"{here:%H:%M} on {day(here.date())}"


def since_words(changes: Sequence[Change], today: date) -> str:
    """Say who saved what since somebody began to edit.

    "Asha saved a change at 14:02: Stage, Notes."
    """
    lines = sorted(changes, key=lambda change: change.number)
    said = []
    for (who, at), some in groupby(lines, lambda c: (c.who or SOMEBODY, clock(c.at, today))):
        fields = ", ".join(dict.fromkeys(field_words(change.field) for change in some))
        said.append(f"{who} saved a change at {at}: {fields}.")
    if len(said) > MOST_SAVES_SAID:
        more = count(len(said) - MOST_SAVES_SAID, "earlier change")
        said = [f"{more}.", *said[-MOST_SAVES_SAID:]]
    return " ".join(said) or f"{SOMEBODY} saved a change."


def compared(
    theirs: Participant, mine: Participant, topics: Topics = NO_TOPICS
) -> list[tuple[str, str, str]]:
    """Return the fields in which two versions of a person differ, with both values in words."""
    return [
        (field_words(field), value_words(field, old, topics), value_words(field, new, topics))
        for field, old, new in differences(theirs, mine)
    ]


def onto(theirs: Participant, before: Participant, after: Participant) -> Participant:
    """Return what stands with the fields alone that somebody changed, so that no others are lost.

    >>> was = Participant(id="", reference="P01", notes="a")
    >>> made = onto(
    ...     was.model_copy(update={"stage": "offered", "version": 2}),
    ...     was,
    ...     was.model_copy(update={"notes": "b"}),
    ... )
    >>> made.stage, made.notes, made.version
    ('offered', 'b', 2)
    """
    return with_fields(theirs, {field: new for field, _, new in differences(before, after)})
