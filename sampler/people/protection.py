"""Data protection in words: on what basis people are kept, until when, and all that is held."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from census.spelling import key
from sampler.model import Change, Participant, Protection, Recruiter, Round, Totals
from sampler.people.history import FIELDS, change_words
from sampler.people.tracking import STAGE_WORDS, answer_words
from sampler.words import count, day, listed, people

BASES = (
    "Public task, UK GDPR Article 6(1)(e)",
    "Consent, UK GDPR Article 6(1)(a)",
    "Legitimate interests, UK GDPR Article 6(1)(f)",
    "Contract, UK GDPR Article 6(1)(b)",
    "Legal obligation, UK GDPR Article 6(1)(c)",
)
CONDITIONS = (
    "Explicit consent, UK GDPR Article 9(2)(a)",
    "Research, UK GDPR Article 9(2)(j) with DPA 2018, Schedule 1, paragraph 4",
    "Equality of opportunity, UK GDPR Article 9(2)(g) with DPA 2018, Schedule 1, paragraph 8",
    "No special category data is asked for",
)
"""Of those in use for research by public bodies (USERS.md 1.7); any other can be typed."""
REMIND = timedelta(days=30)
"""How long before the day people are to be deleted the pages say so."""


@dataclass(frozen=True)
class Reminder:
    """That people are to be deleted soon, or should have been."""

    title: str
    text: str
    is_late: bool


def reminder(protection: Protection, number: int, today: date) -> Reminder | None:
    """Say that a round's people are to be deleted; None where nobody is there, or it is far off.

    >>> kept = Protection(delete_by=date(2027, 1, 12))
    >>> reminder(kept, 12, date(2027, 1, 1)).title
    '12 people are to be deleted by 12 January 2027, in 11 days'
    >>> reminder(kept, 1, date(2027, 1, 14)).title
    '1 person was to be deleted by 12 January 2027'
    >>> reminder(kept, 12, date(2026, 12, 1))
    """
    by = protection.delete_by
    if by is None or not number or today < by - REMIND:
        return None
    if today > by:
        was = "was" if number == 1 else "were"
        return Reminder(
            f"{people(number)} {was} to be deleted by {day(by)}",
            "Erase them and keep the totals, or write down why they are kept longer and set "
            "another day.",
            True,
        )
    left = (by - today).days
    when = "today" if not left else "tomorrow" if left == 1 else f"in {count(left, 'day')}"
    are = "is" if number == 1 else "are"
    return Reminder(
        f"{people(number)} {are} to be deleted by {day(by)}, {when}",
        "Erase everybody when the round is done; the totals stay.",
        False,
    )


def in_words(protection: Protection) -> str:
    """Write what was decided.

    >>> in_words(Protection(basis="Contract", delete_by=date(2027, 1, 12)))
    'Contract; no condition; delete by 12 January 2027.'
    """
    until = f"delete by {day(protection.delete_by)}" if protection.delete_by else "no day to delete"
    basis, condition = protection.basis or "no basis", protection.condition or "no condition"
    return f"{basis}; {condition}; {until}."


def undecided(protection: Protection) -> str:
    """Say what of a round's basis is not recorded yet.

    >>> undecided(Protection(basis=BASES[0]))
    'Not recorded yet: the condition for special category data.'
    """
    missing = []
    if not protection.basis:
        missing.append("the lawful basis")
    if not protection.condition:
        missing.append("the condition for special category data")
    return f"Not recorded yet: {listed(missing)}." if missing else ""


def totals_words(totals: Totals) -> str:
    """Say what is left of a round whose people were erased.

    >>> totals_words(Totals(on=date(2027, 3, 3), heard=12, counts={}))
    '12 heard; people erased 3 March 2027'
    """
    return f"{totals.heard:,} heard; people erased {day(totals.on)}"


def export(
    person: Participant, history: Sequence[Change], held: Round, recruiters: Sequence[Recruiter]
) -> str:
    """Return everything held about one person as JSON text, to hand over or to keep.

    `history` may hold other people's lines too; they are left out.
    """
    found_by = next((one for one in recruiters if key(one.name) == key(person.recruiter)), None)
    recruiter = {"name": found_by.name, "kind": found_by.way} if found_by else person.recruiter
    lines = sorted((c for c in history if c.person_id == person.id), key=lambda c: c.number)
    written = {
        "what": f"Everything the planner holds about {person.reference}",
        "round": {
            "title": held.title,
            "id": held.id,
            "basis": held.protection.basis,
            "condition": held.protection.condition,
            "delete_by": held.protection.delete_by.isoformat()
            if held.protection.delete_by
            else None,
        },
        "person": {
            "Reference": person.reference,
            FIELDS["their_reference"]: person.their_reference,
            "Answers": {name: answer_words(answer) for name, answer in person.answers.items()},
            FIELDS["stage"]: STAGE_WORDS[person.stage],
            "At this stage since": person.stage_on.isoformat() if person.stage_on else None,
            FIELDS["reserve"]: person.reserve,
            FIELDS["recruiter"]: recruiter or None,
            FIELDS["slot"]: person.slot.isoformat() if person.slot else None,
            FIELDS["incentive_on"]: person.incentive_on.isoformat()
            if person.incentive_on
            else None,
            FIELDS["notes"]: person.notes,
            "id": person.id,
            "version": person.version,
        },
        "history": [
            {
                "at": change.at.isoformat(),
                "who": change.who,
                "how": change.how,
                "what": change_words(change),
                "field": change.field,
                "before": change.before,
                "after": change.after,
            }
            for change in lines
        ],
    }
    return json.dumps(written, ensure_ascii=False, indent=2) + "\n"
