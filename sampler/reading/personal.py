"""What looks personal: by the name of a column, by its values, and within a text.

A name of a person cannot be told from any other word, so names are known by their column alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date

from sampler.reading.dates import read_date

EMAIL, PHONE, POSTCODE = "an e-mail address", "a phone number", "a full postcode"
NAME, ADDRESS, BIRTH = "a name", "an address", "a date of birth"
NHS_NUMBER, INSURANCE = "an NHS number", "a National Insurance number"
CONTACT = "contact details"
OTHER = "something that names a person"
VALUES_LOOKED_AT = 200
"""Of each column, to say whether its values look personal."""
MOSTLY = 0.5
FEWEST_NAMES = 2
NAME_WORDS = (2, 5)
"""Words of somebody's full name, at least and at most."""
BETWEEN_NAMES = ("al", "bin", "binti", "da", "de", "del", "der", "di", "el", "la", "van", "von")
YOUNGEST_BORN = 10
"""A column of dates that mostly lie this many years back holds dates of birth."""

# Written dates are taken out before a phone number is looked for.
_DATE = re.compile(
    r"(?<!\d)(?:(?:0?[1-9]|[12]\d|3[01])[/.-](?:0?[1-9]|1[0-2])[/.-](?:(?:19|20)\d\d|\d\d)"
    r"|(?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)"
)
_PHONE = re.compile(r"(?:\+44|\b0)(?:[\s()-]?\d){9,10}\b")
_EMAIL = re.compile(r"[^\s@]@[^\s@]+\.\w{2,}")
_NAME_WORD = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*\.?")
_POSTCODE = re.compile(
    r"\b[A-Z]{1,2}\d[A-Z\d]?\s*\d[ABD-HJLNP-UW-Z]{2}\b",
    re.IGNORECASE,
)
_INSURANCE = re.compile(
    r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?\d{2}\s?\d{2}\s?\d{2}\s?[A-D]\b", re.IGNORECASE
)
_TEN_DIGITS = re.compile(r"(?<!\d)\d{3}[ -]?\d{3}[ -]?\d{4}(?!\d)")


def looks_personal(text: str) -> str | None:
    """Say what a text seems to hold that should not be kept, or None.

    >>> looks_personal("call 07700 900123"), looks_personal("B14 7AA"), looks_personal("P01")
    ('a phone number', 'a full postcode', None)
    >>> looks_personal("moved to 01-02-2026 10:30"), looks_personal("943 476 5919")
    (None, 'an NHS number')
    """
    if "@" in text and _EMAIL.search(text):
        return EMAIL
    if not any(c.isdigit() for c in text):
        return None
    if _PHONE.search(_DATE.sub("|", text)):
        return PHONE
    if _POSTCODE.search(text):
        return POSTCODE
    if _INSURANCE.search(text):
        return INSURANCE
    if any(_is_nhs_number(found[0]) for found in _TEN_DIGITS.finditer(text)):
        return NHS_NUMBER
    return None


def _is_nhs_number(text: str) -> bool:
    """Check the last digit: ten digits weighted 10 to 1 add up to a multiple of 11."""
    digits = [int(c) for c in text if c.isdigit()]
    return sum(w * d for w, d in zip(range(10, 0, -1), digits, strict=True)) % 11 == 0


_HEADERS = (
    (BIRTH, "dob|d o b|date of birth|birth ?date|birthday|year of birth|born|date born|birth year"),
    (EMAIL, "e ?mails?"),
    (NHS_NUMBER, "nhs (?:number|no|num|id)|nhs"),
    (INSURANCE, "nino|ni (?:number|no)|national insurance"),
    (
        PHONE,
        "phones?|telephones?|tel|mobiles?|mob|landline|whatsapp|cell ?phone|"
        "(?:contact|phone|mobile|tel) (?:number|no|num)",
    ),
    (POSTCODE, "post ?codes?|postal code|zip(?: code)?"),
    (ADDRESS, "address(?:es)?|addr|street|house (?:number|no|name)|flat|door number|uprn"),
    (
        NAME,
        "(?:first|last|full|middle|given|family|maiden|preferred|known) ?names?|forenames?|"
        "surnames?|names?|initials|nick ?name|user ?name|alias",
    ),
    (
        CONTACT,
        "contacts?|contact (?:details?|info|information)|next of kin|emergency contact|"
        "twitter|instagram|facebook|linkedin|skype|social media",
    ),
    (
        OTHER,
        "passport|driving licen[cs]e|ip address|bank|sort code|account (?:number|no)|"
        "photo|signature|gp|doctor|carer s name|key ?worker",
    ),
)
_PERSONAL_HEADER = tuple((what, re.compile(rf"\b(?:{words})\b")) for what, words in _HEADERS)
_NAME_OF_A_THING = re.compile(
    r"\b(?:recruiter|agency|organisation|organization|partner|company|group|area|ward|project|"
    r"study|round|session|venue|stage|panel|employer|team|service|council|district|region|file)\b"
)


def header_words(header: str) -> str:
    """Return a header as its words alone: lower case, no punctuation.

    >>> header_words("Post-code (full)"), header_words("DateOfBirth")
    ('post code full', 'date of birth')
    """
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    return " ".join(re.sub(r"[\W_]+", " ", apart).casefold().split())


def personal_header(header: str) -> str | None:
    """Say what a column's name says it holds that is not read in, or None.

    >>> personal_header("Full Name"), personal_header("Recruiter name"), personal_header("D.O.B.")
    ('a name', None, 'a date of birth')
    """
    words = header_words(header)
    if not words or words in ("country of birth", "place of birth"):
        return None
    for what, pattern in _PERSONAL_HEADER:
        if pattern.search(words):
            if what == NAME and _NAME_OF_A_THING.search(words):
                return None
            return what
    return None


def personal_values(values: Sequence[str], today: date) -> str | None:
    """Say what most values of a column seem to be that is not read in, or None.

    >>> personal_values(["1980-02-03", "1955-12-30"], date(2026, 11, 22))
    'a date of birth'
    >>> personal_values(["2026-11-22", "2026-11-23"], date(2026, 11, 22))
    """
    given = [text for text in values if text.strip()][:VALUES_LOOKED_AT]
    if not given:
        return None
    found = [what for what in (value_looks_personal(text, today) for text in given) if what]
    if len(found) < max(1, MOSTLY * len(given)):
        return None
    return max(dict.fromkeys(found), key=found.count)


def are_names(values: Sequence[str]) -> bool:
    """Say whether most values of a column are written as people's names are.

    >>> are_names(["Jane Doe", "J. O'Neill", "Amir bin Khan"]), are_names(["Likes tea", "No rush"])
    (True, False)
    """
    given = [text for text in values if text.strip()][:VALUES_LOOKED_AT]
    like = sum(map(_is_full_name, given))
    return like >= FEWEST_NAMES and like > MOSTLY * len(given)


def _is_full_name(text: str) -> bool:
    """Say whether a text is a few words alone that begin with a capital letter."""
    words = text[:VALUES_LOOKED_AT].split()
    fewest, most = NAME_WORDS
    return fewest <= len(words) <= most and all(
        word in BETWEEN_NAMES or (word[0].isupper() and _NAME_WORD.fullmatch(word))
        for word in words
    )


def value_looks_personal(text: str, today: date) -> str | None:
    """Say what one cell seems to be: as within a text, or the whole of it a date of birth."""
    found = looks_personal(text)
    if found:
        return found
    when = read_date(text)
    if when and when.year <= today.year - YOUNGEST_BORN:
        return BIRTH
    return None


def safe_header(header: str) -> bool:
    """Say whether a column may be named on screen: nothing personal, and no longer than a name."""
    return looks_personal(header) is None and len(header) <= 120


def safe_headers(headers: Iterable[str]) -> tuple[str, ...]:
    """Return the headers for a list; one that looks personal is only said to be there.

    >>> safe_headers(["Name", "jane@example.org"])
    ('Name', 'a column whose name looks personal')
    """
    return tuple(h if safe_header(h) else "a column whose name looks personal" for h in headers)
