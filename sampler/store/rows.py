"""Values to the rows of the database and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from pydantic import ValidationError

from census.spelling import key
from sampler.brief import Brief
from sampler.errors import StoreError
from sampler.model import (
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

PLANS_KEPT = 512
"""Plans, and briefs, kept in memory as read; they never change."""


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
        import_number=row.import_number,
    )


@contextmanager
def readable(what: str) -> Iterator[None]:
    """Say what of the database cannot be read; never what is in it."""
    try:
        yield
    except (ValidationError, ValueError, TypeError):
        raise StoreError(f"What is stored of {what} cannot be read.") from None
