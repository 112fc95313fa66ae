"""A person field by field, as the history writes them: what differs, and put back."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from sampler.model import Answer, Participant

ANSWER = "answer: "
"""What the field of an answer begins with in the history; the characteristic follows."""
ADDED = "added"
"""The field of the first line of a person's history."""


def fields(person: Participant) -> dict[str, str | None]:
    """Return every field of a person that can change, as the history writes it."""
    written: dict[str, str | None] = {
        "stage": person.stage,
        "reserve": "yes" if person.reserve else None,
        "recruiter": person.recruiter or None,
        "slot": person.slot.isoformat() if person.slot else None,
        "incentive_on": person.incentive_on.isoformat() if person.incentive_on else None,
        "notes": person.notes or None,
        "their_reference": person.their_reference or None,
    }
    for name, answer in person.answers.items():
        written[ANSWER + name] = json.dumps([answer.kind, answer.text], ensure_ascii=False)
    return written


def differences(
    before: Participant, after: Participant
) -> Iterator[tuple[str, str | None, str | None]]:
    """Give each field in which two versions of a person differ, with both values."""
    old, new = fields(before), fields(after)
    for field in dict.fromkeys([*old, *new]):
        if old.get(field) != new.get(field):
            yield field, old.get(field), new.get(field)


def with_fields(person: Participant, written: Mapping[str, str | None]) -> Participant:
    """Return a person with fields as the history wrote them."""
    update: dict[str, Any] = {}
    answers = dict(person.answers)
    for field, text in written.items():
        if field.startswith(ANSWER):
            name = field.removeprefix(ANSWER)
            if text is None:
                answers.pop(name, None)
            else:
                answers[name] = read_answer(text)
        elif field == "slot":
            update[field] = datetime.fromisoformat(text) if text else None
        elif field == "incentive_on":
            update[field] = date.fromisoformat(text) if text else None
        elif field == "reserve":
            update[field] = text is not None
        else:
            update[field] = text or ""
    return person.model_copy(update={**update, "answers": answers})


def read_answer(text: str) -> Answer:
    """Return an answer as the history wrote it."""
    kind, said = json.loads(text)
    return Answer(kind=kind, text=said)
