"""People as tables: the list of a round, what differs, the history; values in and HTML out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from html import escape

from sampler.model import Change, Participant, PlannedCharacteristic
from sampler.people import history
from sampler.people.tracking import BOOKED, STAGE_WORDS, answer_words, is_secured
from sampler.ui.seat_tables import seat_words
from sampler.ui.show import label, table


def person_mark(person: Participant, *, partial_counts: bool) -> str:
    """Draw the mark of a person's stage: attended, booked, or none."""
    if is_secured(person, partial_counts=partial_counts):
        return '<span class="sp-seat" aria-hidden="true"></span>'
    if person.stage in BOOKED and not person.reserve:
        return '<span class="sp-seat booked" aria-hidden="true"></span>'
    return '<span class="sp-blank"></span>'


def short_day(when: date, today: date) -> str:
    """Write a day in a narrow column.

    >>> short_day(date(2026, 11, 3), date(2026, 11, 22)), short_day(date(2025, 1, 9), date.max)
    ('3 Nov', '9 Jan 2025')
    """
    return f"{when.day} {when:%b}" + ("" if when.year == today.year else f" {when.year}")


def answers_of(parts: Sequence[PlannedCharacteristic], person: Participant) -> list[str]:
    """Return somebody's answers as the list shows them, one for each characteristic."""
    found = []
    for part in parts:
        answer = person.answer(part.name)
        found.append(label(part, answer.text) if answer.kind == "group" else answer_words(answer))
    return found


def in_words(parts: Sequence[PlannedCharacteristic], person: Participant) -> str:
    """Write somebody's groups in a line; what says nothing alone carries its characteristic."""
    said = []
    for part, words in zip(parts, answers_of(parts, person), strict=True):
        answer = person.answer(part.name)
        if answer.kind == "group":
            said.append(seat_words(part.name, answer.text, part.topic))
        else:
            said.append(f"{part.name}: {words[0].lower()}{words[1:]}")
    return ", ".join(said)


def stage_words(person: Participant) -> str:
    """Write a stage with whether somebody is a reserve."""
    words = STAGE_WORDS[person.stage]
    return f"Reserve, {words.lower()}" if person.reserve else words


def people_list(
    parts: Sequence[PlannedCharacteristic],
    everyone: Sequence[Participant],
    today: date,
    *,
    partial_counts: bool,
) -> str:
    """Draw the people of a round, one row each; it scrolls sideways on a phone."""
    heads = [("Ref.", ""), ("Stage", ""), ("Since", "since")]
    heads += [*((part.name, "") for part in parts), ("Recruiter", "")]
    rows = []
    for person in everyone:
        theirs = ""
        if person.their_reference:
            theirs = f' <span class="sp-theirs">{escape(person.their_reference)}</span>'
        rows.append(
            [
                escape(person.reference),
                person_mark(person, partial_counts=partial_counts)
                + " "
                + escape(stage_words(person)),
                escape(short_day(person.stage_on, today)) if person.stage_on else "",
                *(escape(answer) for answer in answers_of(parts, person)),
                escape(person.recruiter) + theirs,
            ]
        )
    drawn = table("People recruited", heads, rows, classes="sp-people")
    return (
        '<div class="sp-scroll" tabindex="0" role="region" aria-label="People recruited">'
        f"{drawn}</div>"
    )


def differences(rows: Sequence[tuple[str, str, str]]) -> str:
    """Draw the fields in which two versions of a person differ."""
    return table(
        "What differs",
        [("Field", ""), ("They saved", ""), ("You entered", "")],
        [[escape(cell) for cell in row] for row in rows],
    )


def history_table(
    changes: Sequence[Change],
    references: Mapping[str, str],
    topics: history.Topics,
    today: date,
    *,
    several: bool,
) -> str:
    """Draw lines of a history, those saved in one go together; it scrolls on a phone."""
    heads = [("When", ""), ("What", ""), ("Who", "")]
    if several:
        heads.insert(1, ("Ref.", ""))
    rows = []
    for saved in history.saves(changes):
        cells = [
            history.clock(saved.at, today),
            saved.words(topics),
            saved.who or history.SOMEBODY,
        ]
        if several:
            cells.insert(1, references.get(saved.person_id, ""))
        rows.append([escape(cell) for cell in cells])
    drawn = table("What was changed, the newest first", heads, rows, classes="sp-history")
    return f'<div class="sp-scroll" tabindex="0" role="region" aria-label="History">{drawn}</div>'
