"""References of people: how they are written, read, sorted, and made into ids."""

from __future__ import annotations

import re

from census.spelling import key
from sampler.model import Participant

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


def in_order(one: Participant) -> tuple[str, int, str]:
    """Sort people by letter and number; references of another kind come last.

    >>> sorted(["P10", "x", "P9", "A2"], key=lambda r: in_order(Participant(id="", reference=r)))
    ['A2', 'P9', 'P10', 'x']
    """
    found = re.fullmatch(r"([A-Z]{1,2})(\d+)", one.reference)
    return (found[1], int(found[2]), "") if found else ("~", 0, one.reference)


def own_name(called: str) -> str:
    """Return the name an id is worked out from, for somebody known by our reference."""
    return f"reference {called}"


def their_name(recruiter: str, called: str) -> str:
    """Return the name an id is worked out from, for somebody known by a recruiter's reference."""
    return f"recruiter {key(recruiter)} {called}"
