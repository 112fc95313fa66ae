"""What the cells of a workbook hold, as text: numbers, dates and texts the way they are meant."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

from sampler.errors import BadSheet
from sampler.reading.read_cells import MOST_CELL
from sampler.reading.read_zip import DAMAGED

EAST_ASIAN_DATES = (*range(27, 37), *range(50, 59))
"""Number formats of Excel that stand for dates and have no code."""
FORMATS = {str(number): code for number, code in BUILTIN_FORMATS.items()} | {
    str(number): "yyyy-mm-dd" for number in EAST_ASIAN_DATES
}
_WHOLE = re.compile(r"-?[0-9]{1,30}")
_ZEROS = re.compile(r"0{2,20}")
_ESCAPED = re.compile(
    r"_x(D[89AB][0-9A-F]{2})__x(D[C-F][0-9A-F]{2})_|_x([0-9A-F]{4})_", re.IGNORECASE
)


def meaning_of(code: str) -> str:
    """Say what a number format stands for: "span", "date", so many zeros, or nothing special."""
    if is_timedelta_format(code):
        return "span"
    if is_date_format(code):
        return "date"
    return code if _ZEROS.fullmatch(code) else ""


def value_of(kind: str, text: str, meaning: str, is_1904: bool) -> str | int:
    """Return what one cell holds, as text, or the number of a text shared by cells."""
    if kind == "s":
        if not (text.isdecimal() and len(text) < 10):
            raise BadSheet(DAMAGED)
        return int(text)
    if kind in ("str", "inlineStr"):
        return unescaped(text)
    if kind == "b":
        return {"1": "Yes", "true": "Yes", "0": "No", "false": "No"}.get(text.strip(), text)
    if kind == "d":
        return iso(text.strip())
    if kind == "e" or not text.strip():
        return text.strip()
    if meaning in ("date", "span"):
        return _moment(text.strip(), meaning, is_1904)
    return number(text.strip(), zeros=len(meaning))


def number(text: str, *, zeros: int = 0) -> str:
    """Return a number as a spreadsheet shows it, to 15 digits and without an empty fraction.

    >>> number("34.0"), number("0.30000000000000004"), number("1E+20"), number("7", zeros=3)
    ('34', '0.3', '100000000000000000000', '007')
    """
    if not _WHOLE.fullmatch(text):
        try:
            value = Decimal(text)
            if not value.is_finite() or abs(value.adjusted()) > 30:
                return text[:MOST_CELL]
            value = Decimal(f"{value:.14e}")
        except InvalidOperation:
            return text[:MOST_CELL]
        text = f"{value:f}" if value else "0"
        if "." in text:
            text = text.rstrip("0").rstrip(".")
    return text.zfill(zeros)


def iso(text: str) -> str:
    """Write a date or moment that stands there as such the way all others are written."""
    try:
        return shown(datetime.fromisoformat(text).replace(tzinfo=None))
    except ValueError:
        return text


def _moment(text: str, meaning: str, is_1904: bool) -> str:
    """Return a date; a number that is none, which a spreadsheet shows as #####, stays a number."""
    try:
        value = float(text)
        if value < 0:
            return number(text)
        if meaning == "span":
            return _span(timedelta(days=value))
        found = from_excel(value, MAC_EPOCH if is_1904 else WINDOWS_EPOCH)
        if isinstance(found, datetime | time):
            return shown(found)
    except (ValueError, OverflowError):
        pass
    return number(text)


def _span(length: timedelta) -> str:
    seconds = round(length.total_seconds())
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}"


def shown(moment: datetime | time) -> str:
    """Write a date, a moment or a time of day; seconds only where there are any.

    >>> shown(datetime(2026, 11, 22)), shown(datetime(2026, 11, 22, 14, 30)), shown(time(9, 5))
    ('2026-11-22', '2026-11-22 14:30', '09:05')
    """
    if isinstance(moment, datetime) and moment < datetime(9999, 12, 31):
        moment = (moment + timedelta(milliseconds=500)).replace(microsecond=0)
    clock = f"{moment:%H:%M:%S}" if moment.second else f"{moment:%H:%M}"
    if isinstance(moment, time):
        return clock
    day = moment.date().isoformat()
    return day if moment.time() == time() else f"{day} {clock}"


def unescaped(text: str) -> str:
    """Return a text with the characters that `_x000D_` and its like stand for.

    >>> unescaped("a_x000D_b"), unescaped("_x005F_x000D_")
    ('a\\rb', '_x000D_')
    """
    if "_x" not in text:
        return text
    return _ESCAPED.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found[1]:
        high, low = int(found[1], 16) - 0xD800, int(found[2], 16) - 0xDC00
        return chr(0x10000 + (high << 10) + low)
    code = int(found[3], 16)
    # Neither half a character nor the null character can be kept anywhere.
    return found[0] if not code or 0xD800 <= code < 0xE000 else chr(code)
