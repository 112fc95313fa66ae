"""Text in the cells of a sheet, so that every character comes back: in a workbook and in .csv."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Any

FORMULA_STARTS = ("'", "=", "+", "-", "@", "\t", "\r")
"""A text that begins with one of these has an apostrophe in front in our own .csv files."""
STRINGS = "xl/sharedStrings.xml"
MARK = "\ue000"
"""Stands, with four hexadecimal digits, for a character that `whole` writes."""
_ESCAPED = "\x00-\x08\x0b-\x1f\ufffe\uffff"
_TO_MARK = re.compile(f"[{_ESCAPED}{MARK}]|_(?=x[0-9a-fA-F]{{4}}[_{_ESCAPED}])|^<(?=r>)")
_MARKED = re.compile(MARK.encode() + b"([0-9A-F]{4})")
_PLAIN = {b"E000": MARK.encode(), b"003C": b"&lt;"}
"""Characters marked that a workbook holds as they are; the others are written _xHHHH_."""


def put(tab: Any, row: int, column: int, text: str, style: Any = None) -> None:
    """Write a text cell of a workbook that goes through `whole` afterwards.

    What xlsxwriter would write so that another text is read back is marked: `_x000D_` where two
    share a stroke or a control character follows, and a text that begins with <r>, its own sign.
    """
    tab.write_string(row, column, _TO_MARK.sub(_mark, text), style)


def _mark(found: re.Match[str]) -> str:
    return f"{MARK}{ord(found[0]):04X}"


def _written(found: re.Match[bytes]) -> bytes:
    return _PLAIN.get(found[1], b"_x" + found[1] + b"_")


def whole(workbook: bytes) -> bytes:
    """Return a workbook with the characters that `put` marked written out."""
    with zipfile.ZipFile(io.BytesIO(workbook)) as book:
        names = book.infolist()
        parts = {one.filename: book.read(one) for one in names}
    if not _MARKED.search(parts.get(STRINGS, b"")):
        return workbook
    parts[STRINGS] = _MARKED.sub(_written, parts[STRINGS])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        for one in names:
            again = zipfile.ZipInfo(one.filename, one.date_time)
            again.compress_type, again.external_attr = zipfile.ZIP_DEFLATED, one.external_attr
            book.writestr(again, parts[one.filename])
    return out.getvalue()


def shown(text: str, most: int = 120) -> str:
    """Return a text for a footer or a property: on one line, nothing invisible, not too long.

    >>> shown("Council tax\\r\\n2")
    'Council tax 2'
    """
    plain = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return plain if len(plain) <= most else f"{plain[: most - 3]}..."


def safe_cell(text: str) -> str:
    """Return a cell of a .csv file that no spreadsheet reads as a formula.

    A text that begins with an apostrophe gets another, so that taking one away always gives back
    what was meant.

    >>> safe_cell("=1+1"), safe_cell("'tis"), safe_cell("White British")
    ("'=1+1", "''tis", 'White British')
    """
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def unprotected(cell: str) -> str:
    """Return a cell of our own .csv file without the apostrophe `safe_cell` put in front.

    >>> unprotected("'=1+1"), unprotected("''tis"), unprotected("'tis")
    ('=1+1', "'tis", "'tis")
    """
    return cell[1:] if cell.startswith("'") and cell[1:2] in FORMULA_STARTS else cell
