"""Dates and moments as people write them, day first."""

from __future__ import annotations

import re
from datetime import date, datetime, time

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2})")
_WORDS = re.compile(
    r"(?:[a-z]{3,9},?\s+)?(\d{1,2})(?:st|nd|rd|th)?[\s-]+([a-z]{3,9})\.?,?[\s-]+(\d{4}|\d{2})",
    re.IGNORECASE,
)
_TIME = re.compile(
    r"(?:(?:,|\s+at)?\s+|T)(\d{1,2})(?:[:.](\d{2}))?(?:[:.](\d{2})(?:\.\d+)?)?\s*(am|pm)?",
    re.IGNORECASE,
)


def read_moment(text: str) -> datetime | None:
    """Read a day with or without a time; None for anything else.

    >>> read_moment("2026-11-22 14:30"), read_moment("22/11/2026 at 2.30pm")
    (datetime.datetime(2026, 11, 22, 14, 30), datetime.datetime(2026, 11, 22, 14, 30))
    >>> read_moment("22 Nov 2026"), read_moment("soon")
    (datetime.datetime(2026, 11, 22, 0, 0), None)
    """
    found = _day(text.strip())
    if found is None:
        return None
    day, rest = found
    if not rest.strip():
        return datetime.combine(day, time())
    clock = _TIME.fullmatch(rest.rstrip())
    if clock is None or not (clock[2] or clock[4]):
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    half = (clock[4] or "").lower()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "pm" else 0) if half else hour
    try:
        return datetime.combine(day, time(hour, minute, second))
    except ValueError:
        return None


def read_date(text: str) -> date | None:
    """Read a day; a midnight a spreadsheet adds is forgiven, another time is not.

    >>> read_date("3.2.1980"), read_date("1980-02-03 00:00"), read_date("35")
    (datetime.date(1980, 2, 3), datetime.date(1980, 2, 3), None)
    """
    moment = read_moment(text)
    return moment.date() if moment and moment.time() == time() else None


def _day(text: str) -> tuple[date, str] | None:
    if found := _ISO.match(text):
        year, month, day = (int(part) for part in found.groups())
    elif found := _NUMBERS.match(text):
        day, month, year = (int(part) for part in found.groups())
    elif found := _WORDS.match(text):
        if found[2][:3].lower() not in MONTHS:
            return None
        day, month, year = int(found[1]), MONTHS.index(found[2][:3].lower()) + 1, int(found[3])
    else:
        return None
    if year < 100 and found.re is not _ISO:
        # Two figures: this century up to 40, so that 55 is a year of birth and 27 a session's.
        year += 2000 if year <= 40 else 1900
    try:
        return date(year, month, day), text[found.end() :]
    except ValueError:
        return None
