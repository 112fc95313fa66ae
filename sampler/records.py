"""Values to the rows of the database and back, and a person's fields one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from census.spelling import key
from sampler.brief import Brief
from sampler.errors import StoreError
from sampler.model import (
    Answer,
    Change,
    Fieldwork,
    NumberedPlan,
    Participant,
    Plan,
    Programme,
    Protection,
    Recruiter,
    Round,
    Totals,
)

ANSWER = "answer: "
"""What the field of an answer begins with in the history; the characteristic follows."""
ADDED = "added"
"""The field of the first line of a person's history."""
PLANS_KEPT = 512
"""Plans, and briefs, kept in memory as read; they never change."""
OWN_LETTER = "P"
"""The letter of people added in the app, and found by no recruiter of the round."""


def reference(letter: str, number: int) -> str:
    """Return the reference of the so-manyth person of a letter.

    >>> reference("P", 1), reference("A", 120)
    ('P01', 'A120')
    """
    return f"{letter}{number:02d}"


def number_of(text: str) -> tuple[str, int] | None:
    """Return letter and number of a reference of our kind, or None.

    >>> number_of("A07"), number_of("case 7")
    (('A', 7), None)
    """
    found = re.fullmatch(r"([A-Z]{1,2})(\d{2,6})", text)
    return (found[1], int(found[2])) if found else None


def spelled(text: str) -> str:
    """Return a reference of our kind as we write it, anything else as it is.

    >>> spelled("p02"), spelled("case 7")
    ('P02', 'case 7')
    """
    return text.upper() if number_of(text.upper()) else text


def own_name(called: str) -> str:
    """Return the name an id is worked out from, for somebody known by our reference."""
    return f"reference {called}"


def their_name(recruiter: str, called: str) -> str:
    """Return the name an id is worked out from, for somebody known by a recruiter's reference."""
    return f"recruiter {key(recruiter)} {called}"


def in_order(one: Participant) -> tuple[str, int, str]:
    """Sort people by letter and number; references of another kind come last.

    >>> sorted(["P10", "x", "P9", "A2"], key=lambda r: in_order(Participant(id="", reference=r)))
    ['A2', 'P9', 'P10', 'x']
    """
    found = re.fullmatch(r"([A-Z]{1,2})(\d+)", one.reference)
    return (found[1], int(found[2]), "") if found else ("~", 0, one.reference)


def read_round(row: Any) -> Round:
    """Return the round of a row of `rounds` with its programme's name."""
    with readable(f"round {row.id}"):
        return Round(
            id=row.id,
            programme=(
                Programme(id=row.programme_id, name=row.programme_name)
                if row.programme_id
                else None
            ),
            brief=_brief(row.brief),
            fieldwork=Fieldwork.model_validate_json(row.fieldwork),
            protection=Protection.model_validate_json(row.protection),
            totals=None if row.totals is None else Totals.model_validate_json(row.totals),
            is_archived=row.is_archived,
            created_at=datetime.fromisoformat(row.created_at),
            version=row.version,
        )


def read_plan(row: Any) -> NumberedPlan:
    """Return the plan of a row of `plans`."""
    with readable(f"plan {row.number} of round {row.round_id}"):
        return NumberedPlan(
            number=row.number,
            taken_at=datetime.fromisoformat(row.taken_at),
            plan=_plan(row.plan),
        )


@lru_cache(maxsize=PLANS_KEPT)
def _plan(text: str) -> Plan:
    """Read a plan once for the same text: a programme reads its rounds' plans at every click."""
    return Plan.model_validate_json(text)


@lru_cache(maxsize=PLANS_KEPT)
def _brief(text: str) -> Brief:
    """Read a brief once for the same text, as plans are."""
    return Brief.model_validate_json(text)


def read_recruiter(row: Any) -> Recruiter:
    """Return the recruiter of a row of `recruiters`."""
    with readable(f"recruiter {row.id} of round {row.round_id}"):
        one = Recruiter.model_validate_json(row.recruiter)
        return one.model_copy(update={"version": row.version})


def recruiter_values(one: Recruiter) -> dict[str, Any]:
    """Return the columns of a recruiter."""
    return {
        "id": one.id,
        "name": one.name,
        "called": key(one.name),
        "recruiter": one.model_dump_json(),
        "version": one.version,
    }


def read_person(row: Any) -> Participant:
    """Return the person of a row of `people`."""
    with readable(f"{row.reference} of round {row.round_id}"):
        person = Participant.model_validate_json(row.person)
        return person.model_copy(update={"version": row.version})


def person_values(person: Participant) -> dict[str, Any]:
    """Return the columns of a person."""
    return {
        "id": person.id,
        "reference": person.reference,
        "person": person.model_dump_json(),
        "stage": person.stage,
        "reserve": person.reserve,
        "version": person.version,
    }


def read_change(row: Any) -> Change:
    """Return the line of the history of a row of `changes`."""
    return Change(
        number=row.number,
        person_id=row.person_id,
        at=datetime.fromisoformat(row.at),
        who=row.who,
        how=row.how,
        field=row.field,
        before=row.before,
        after=row.after,
        version=row.version,
    )


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Say what of the database cannot be read; never what is in it."""
    try:
        yield
    except (ValidationError, ValueError, TypeError):
        raise StoreError(f"What is stored of {what} cannot be read.") from None


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
