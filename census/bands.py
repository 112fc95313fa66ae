"""Age bands: the ready ones, typed ones, and whether they cover the ages of a round."""

from __future__ import annotations

import re
from collections.abc import Sequence

from census.errors import BadBands
from census.model import OLDEST_SINGLE_YEAR, Ages
from census.spelling import key

Band = tuple[int, int | None]
BAND_STARTS = (16, 35, 55, 75)
"""Lower ends of the default age bands; the last band is open."""
_AGES = re.compile(
    r"under (?P<below>N)|(?P<most>N) (?:and|or) (?:under|younger)"
    r"|(?P<least>N)(?: ?\+| (?:and|or) (?:over|older))"
    r"|(?P<low>N)(?: ?(?:to|-) ?(?P<high>N))?".replace("N", "[0-9]{1,3}")
)
"""What an age label says without "aged" and "years"."""


def band_name(band: Band) -> str:
    """Write a band as a brief does.

    >>> band_name((16, 34)), band_name((75, None))
    ('16-34', '75+')
    """
    low, high = band
    return f"{low}+" if high is None else f"{low}-{high}"


def age_span(label: str) -> Band | None:
    """Return the ages a label of the census holds, both ends included; None for other words.

    >>> age_span("Aged 16 to 24 years"), age_span("Aged 4 years and under"), age_span("0-4 years")
    ((16, 24), (0, 4), (0, 4))
    >>> age_span("Aged 90 years and over"), age_span("Aged under 1 year"), age_span("Adults")
    ((90, None), (0, 0), None)
    """
    text = " ".join(re.sub(r"\b(?:aged?|years?|old)\b", " ", key(label)).split())
    if not (found := _AGES.fullmatch(text)):
        return None
    if found["least"]:
        return int(found["least"]), None
    low = int(found["low"] or 0)
    high = int(found["high"] or found["most"] or low)
    if found["below"]:
        high = int(found["below"]) - 1
    return (low, high) if high >= low else None


def default_bands(ages: Ages) -> list[str]:
    """Return the ready age bands, starting at the lowest age and ending at the highest.

    >>> default_bands(Ages(18, 60))
    ['18-34', '35-54', '55-60']
    """
    starts = [ages.lowest, *(start for start in BAND_STARTS if start > ages.lowest)]
    if ages.highest is not None:
        starts = [start for start in starts if start <= ages.highest]
    ends: list[int | None] = [start - 1 for start in starts[1:]]
    return [band_name(band) for band in zip(starts, [*ends, ages.highest], strict=True)]


def read_bands(bands: Sequence[str], ages: Ages) -> list[Band]:
    """Read typed bands and check that they cover every age of the round once, in order.

    >>> read_bands(["16-34", "35+"], Ages(16))
    [(16, 34), (35, None)]

    Raises `BadBands`, with the ages in question.
    """
    read: list[Band] = []
    for text in bands:
        found = re.fullmatch(r"([0-9]{1,3})(?:\s*[-–]\s*([0-9]{1,3})|\s*(\+))?", text.strip())
        if not found:
            raise BadBands(f"The age band {text!r} cannot be read. Write '16-34' or '75+'.")
        low = int(found[1])
        high = None if found[3] else int(found[2] or low)
        if high is not None and high < low:
            raise BadBands(f"The age band {text!r} ends before it begins.")
        if low > OLDEST_SINGLE_YEAR + 1 or (high or 0) > OLDEST_SINGLE_YEAR:
            raise BadBands(
                f"The age band {text!r} goes past {OLDEST_SINGLE_YEAR}: the census counts single "
                f"years up to {OLDEST_SINGLE_YEAR}, then everyone of {OLDEST_SINGLE_YEAR + 1} and "
                f"over. The last band can be '{OLDEST_SINGLE_YEAR + 1}+'."
            )
        read.append((low, high))
    if not read:
        raise BadBands("There are no age bands. Leave them out for the ready ones.")
    expected: int | None = ages.lowest
    for band in read:
        low, high = band
        if expected is None:
            raise BadBands(f"The age band {band_name(band)} comes after an open band.")
        if low > expected:
            raise BadBands(f"{_ages(expected, low - 1)} in no age band.")
        if low < expected:
            first = read[0] == band
            raise BadBands(
                f"The age band {band_name(band)} begins below the lowest age, {ages.lowest}."
                if first
                else f"{_ages(low, min(expected - 1, high if high is not None else expected - 1))} "
                "in two age bands, or the bands are not in order."
            )
        expected = None if high is None else high + 1
    last = read[-1]
    if ages.highest is None and last[1] is not None:
        raise BadBands(
            f"{_ages(last[1] + 1, None)} in no age band. End with '{last[0]}+', or set the "
            f"highest age to {last[1]}."
        )
    if ages.highest is not None and last[1] != ages.highest:
        if last[1] is not None and last[1] < ages.highest:
            raise BadBands(f"{_ages(last[1] + 1, ages.highest)} in no age band.")
        raise BadBands(
            f"The last age band, {band_name(last)}, goes past the highest age, {ages.highest}. "
            f"Write '{band_name((last[0], ages.highest))}'."
        )
    return read


def _ages(low: int, high: int | None) -> str:
    if high is None:
        return f"Ages {low} and over are"
    return f"Age {low} is" if low == high else f"Ages {low} to {high} are"
