"""From the bytes of a user's own file to lines of cells; refuses what is no table of text."""

from __future__ import annotations

import csv
import io
import re
from typing import NamedTuple

from census.errors import BadFile
from census.spelling import encoding_of

MOST_BYTES = 30_000_000
MOST_LINES = 400_000
MOST_COLUMNS = 2_000
MOST_PEOPLE = 9_999_999_999
SEPARATORS = ("\t", ";", ",")
SAMPLE_LINES = 50
SHOWN = 40

SAVE_AS_CSV = "Open it in a spreadsheet and save it as CSV."
TOO_MUCH = "Download only the areas you need."
NOT_TEXT = {
    b"PK\x03\x04": f"This is an Excel workbook (or another zip file), not CSV. {SAVE_AS_CSV}",
    b"\xd0\xcf\x11\xe0": f"This is an old Excel workbook, not CSV. {SAVE_AS_CSV}",
    b"%PDF": "This is a PDF, not CSV. Download the table as CSV.",
    b"\x1f\x8b": "This file is compressed. Unpack it and give the CSV file inside.",
}
_QUOTED = re.compile(r'"[^"]*"')
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:([,  \u202f'’])[0-9]{3})(?:\1[0-9]{3})*")


class Row(NamedTuple):
    """A line that holds something: its number, its cells, and if a blank line is before it."""

    line: int
    cells: list[str]
    after_gap: bool


def shown(text: str) -> str:
    """Quote a cell in a message, shortened.

    >>> shown("  12  x"), len(shown("a" * 900))
    ("'12 x'", 42)
    """
    plain = " ".join(_CONTROLS.sub(" ", text[: 4 * SHOWN]).split())
    return f"'{plain if len(plain) <= SHOWN else plain[: SHOWN - 1] + '…'}'"


def refuse(line: int, text: str, column: str = "") -> BadFile:
    """Return the refusal of one line; of a long heading the end is shown.

    >>> str(refuse(7, "'x' is no whole number.", "Observation"))
    "Line 7, column Observation: 'x' is no whole number."
    """
    plain = " ".join(column.split())
    end = plain if len(plain) <= SHOWN else f"…{plain[1 - SHOWN :]}"
    return BadFile(f"Line {line}{f', column {end}' if column else ''}: {text}")


def whole(cell: str, line: int, column: str) -> int:
    """Read a count of people; thousands may be set apart and '.0' may follow.

    >>> whole("1,085", 2, "People"), whole("85.0", 2, "People")
    (1085, 85)

    Raises `BadFile`.
    """
    if cell.isascii() and cell.isdigit() and len(cell) <= 10:
        return int(cell)
    text = cell.strip()
    bare = re.sub(r"(?<=[0-9])\.0{1,2}$", "", text)
    digits = re.sub(r"[^0-9]", "", bare) if _THOUSANDS.fullmatch(bare) else bare
    if digits.isascii() and digits.isdigit():
        digits = digits.lstrip("0") or "0"
        if len(digits) <= len(str(MOST_PEOPLE)):
            return int(digits)
        raise refuse(line, f"{shown(text)} is more people than there are.", column)
    if not text:
        raise refuse(line, "there is no figure; a whole number is expected.", column)
    if re.match(r"[-−–][0-9]", text):
        raise refuse(line, f"{shown(text)} is less than nothing.", column)
    if re.fullmatch(r"[0-9., ]+ ?%", text):
        raise refuse(line, f"{shown(text)} is a share; give the number of people.", column)
    raise refuse(line, f"{shown(text)} is no whole number.", column)


def text_of(body: bytes) -> str:
    """Decode a file: UTF-8 or UTF-16 with or without its mark, else Windows-1252.

    >>> text_of("Größe;3".encode("utf-16")), text_of("Café,4".encode("cp1252"))
    ('Größe;3', 'Café,4')

    Raises `BadFile` for workbooks, web pages, anything else that is no text, and what is too big.
    """
    if len(body) > MOST_BYTES:
        raise BadFile(
            f"The file has {len(body) / 1e6:,.0f} MB; the most is {MOST_BYTES / 1e6:,.0f} MB. "
            f"{TOO_MUCH}"
        )
    for start, text in NOT_TEXT.items():
        if body.startswith(start):
            raise BadFile(text)
    text = _decoded(body)
    opening = text[:2000].lstrip().casefold()
    if opening.startswith("<") and ("<html" in opening or opening.startswith(("<!", "<?xml"))):
        raise BadFile(
            "This is a web page, not CSV: the site may have asked you to sign in or to wait. "
            "Download the table again."
        )
    if opening.startswith(("{", "[{")):
        raise BadFile("This is JSON, not CSV. Download the table as CSV.")
    if found := _CONTROLS.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise refuse(line, "there are characters here that no text has. Download the file again.")
    if not text.strip():
        raise BadFile("There are no figures: the file is empty.")
    return text


def _decoded(body: bytes) -> str:
    kind = encoding_of(body)
    try:
        return body.decode(kind)
    except UnicodeDecodeError:
        if kind != "utf-8-sig":
            raise BadFile("The text of this file is damaged. Download or save it again.") from None
        return body.decode("cp1252", errors="replace")


def _separator(text: str) -> str:
    """Return the mark that parts the cells: the one in most of the first lines."""
    lines = [_QUOTED.sub("", line) for line in text[:100_000].splitlines() if line.strip()]
    counts = [sum(mark in line for line in lines[:SAMPLE_LINES]) for mark in SEPARATORS]
    return SEPARATORS[counts.index(max(counts))] if any(counts) else ","


def rows_of(text: str) -> list[Row]:
    """Return the lines that hold something, each with its number and its cells, trimmed.

    >>> rows_of("a;b\\n\\n\\"c;d\\"; e\\n")[1]
    Row(line=3, cells=['c;d', 'e'], after_gap=True)

    Raises `BadFile` for a quotation mark left open and far too many columns.
    """
    rows: list[Row] = []
    separator = _separator(text)
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, strict=True, skipinitialspace=True
    )
    line, gap = 1, False
    try:
        for cells in reader:
            trimmed = [cell.strip() for cell in cells]
            if any(trimmed):
                if len(trimmed) > MOST_COLUMNS:
                    raise refuse(
                        line, f"there are {len(trimmed):,} columns; the most is {MOST_COLUMNS:,}."
                    )
                if len(rows) == MOST_LINES:
                    raise BadFile(f"There are more than {MOST_LINES:,} lines. {TOO_MUCH}")
                rows.append(Row(line, trimmed, gap))
                gap = False
            else:
                gap = True
            line = reader.line_num + 1
    except csv.Error as error:
        said = str(error)
        if "field" in said and "limit" in said:
            raise refuse(line, "a cell is far too long. Is this a CSV file?") from None
        raise refuse(
            line, "a quotation mark is not closed. The file may be cut; download it again."
        ) from None
    if not rows:
        raise BadFile("There are no figures: the file is empty.")
    return rows
