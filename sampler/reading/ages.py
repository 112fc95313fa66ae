"""Ages as people write them: a number, a band in any spelling, a date of birth."""

from __future__ import annotations

import re
from datetime import date

from sampler.model import PlannedCharacteristic

Span = tuple[int, int]
OLDEST = 120
_TO = r"\s*(?:-|–|—|−|to|and|until|thru|through)\s*"
_YEARS = r"(?:\s*(?:years?|yrs?|y/?o)(?:\s+(?:old|of age))?)?"
_LEAD = r"(?:(?:aged?|ages|between)\s+)?"
_NUMBER = rf"(\d{{1,3}}){_YEARS}"
_SPANS = tuple(
    (re.compile(words, re.IGNORECASE), kind)
    for words, kind in (
        (rf"{_LEAD}{_NUMBER}", "one"),
        (rf"{_LEAD}(\d{{1,3}}){_TO}{_NUMBER}", "two"),
        (rf"{_LEAD}(\d{{1,3}})\s*(?:\+|plus){_YEARS}", "from"),
        (rf"{_LEAD}{_NUMBER}\s*(?:and|&|or)\s*(?:over|older|above|up)", "from"),
        (rf"(?:over|above|older than|>)\s*{_NUMBER}s?", "over"),
        (rf"(?:>=|≥|at least|from)\s*{_NUMBER}", "from"),
        (rf"(?:under|below|younger than|less than|<)\s*{_NUMBER}s?", "under"),
        (rf"(?:up to|<=|≤)\s*{_NUMBER}", "up to"),
        (rf"{_NUMBER}\s*(?:and|&|or)\s*(?:under|below|younger)", "up to"),
    )
)


def read_ages(text: str) -> Span | None:
    """Read an age or a band as the first and the last year; None if it is neither.

    >>> read_ages("35 to 49"), read_ages("55+"), read_ages("under 35"), read_ages("aged 42")
    ((35, 49), (55, 120), (0, 34), (42, 42))
    >>> read_ages("65 and over"), read_ages("over 65s"), read_ages("35ish")
    ((65, 120), (66, 120), None)
    """
    words = " ".join(text.split())
    for pattern, kind in _SPANS:
        if found := pattern.fullmatch(words):
            numbers = [int(one) for one in found.groups() if one]
            low = numbers[0]
            span = {
                "one": (low, low),
                "two": (low, numbers[-1]),
                "from": (low, OLDEST),
                "over": (low + 1, OLDEST),
                "under": (0, low - 1),
                "up to": (0, low),
            }[kind]
            return span if 0 <= span[0] <= span[1] <= OLDEST else None
    return None


def spans(part: PlannedCharacteristic) -> dict[str, Span]:
    """Return the years of each group that is an age band."""
    found = {group: read_ages(group) for group in part.groups}
    return {group: span for group, span in found.items() if span}


def is_age(part: PlannedCharacteristic) -> bool:
    """Say whether a characteristic is made of age bands."""
    named = part.topic == "age" or (part.topic is None and "age" in part.name.casefold().split())
    return named and bool(part.groups) and len(spans(part)) == len(part.groups)


def age_on(born: date, today: date) -> int:
    """Return somebody's age.

    >>> age_on(date(1980, 11, 23), date(2026, 11, 22))
    45
    """
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
