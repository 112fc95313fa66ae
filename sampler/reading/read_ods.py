"""A LibreOffice spreadsheet (.ods) to rows of text, as events and within the same limits."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sampler.errors import BadSheet
from sampler.reading.read_cells import (
    FACTS,
    LAST_ROW,
    MOST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    MOST_SHEETS,
    NO_RESULT,
    File,
    Gathered,
    Merge,
    Room,
    as_file,
    cell_too_long,
    place,
    too_many_rows,
    too_many_sheets,
)
from sampler.reading.read_values import iso, number
from sampler.reading.read_zip import DAMAGED, LOCKED, Package, attributes_of

CONTENT, MANIFEST = "content.xml", "META-INF/manifest.xml"
MOST_HIDDEN_STYLES = 10_000
CELLS = ("table-cell", "covered-table-cell")
NOT_THE_CELL = frozenset({"annotation", "frame", "custom-shape", "shapes", "g"})
"""Elements in a cell whose text is a comment or a drawing."""
_SPACES = re.compile(r"[ \t\n]+")
"""White space that counts as one blank; a carriage return stands there only where it is meant."""
_DURATION = re.compile(
    r"(-?)P(?:([0-9]{1,5})D)?T?(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})(?:\.[0-9]*)?S)?"
)


def read(package: Package) -> File:
    """Read the visible sheets and the facts of a workbook of ours; raises `BadSheet`."""
    if b"encryption-data" in package.start_of(MANIFEST):
        raise BadSheet(LOCKED)
    if CONTENT not in package.names:
        raise BadSheet(DAMAGED)
    content = _Content()
    package.parse(CONTENT, content.start, content.end, content.text)
    return as_file(
        [
            (hidden, sheet.table())
            for hidden, sheet in content.sheets
            if not hidden or sheet.name == FACTS
        ]
    )


class _Content:
    """Where the reading of the content stands."""

    def __init__(self) -> None:
        self.sheets: list[tuple[bool, Gathered]] = []
        self._room = Room()
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._depth = self._aside = 0
        self._row = self._column = 0
        self._repeats = 1
        self._is_hidden = False
        self._cells: list[tuple[int, int, str]] = []
        self._cell: Mapping[str, str] | None = None
        self._text: list[str] = []
        self._length = 0
        self._paragraphs = 0

    def start(self, tag: str, raw: list[str]) -> None:
        if self._aside or tag in NOT_THE_CELL:
            self._aside += 1
        elif tag in CELLS:
            if self._depth == 1:
                self._cell, self._length, self._paragraphs = attributes_of(raw), 0, 0
                self._text.clear()
        elif tag == "table-row":
            if self._depth == 1:
                self._start_row(attributes_of(raw))
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._start_table(attributes_of(raw))
        elif self._cell is not None:
            self._start_in_cell(tag, raw)
        elif tag == "style":
            self._style = attributes_of(raw).get("name", "")
        elif tag == "table-properties" and attributes_of(raw).get("display") == "false":
            self._hidden_styles.add(self._style)
            if len(self._hidden_styles) > MOST_HIDDEN_STYLES:
                raise BadSheet(DAMAGED)

    def end(self, tag: str) -> None:
        if self._aside:
            self._aside -= 1
        elif tag == "table":
            self._depth -= 1
        elif self._depth != 1:
            pass
        elif tag in CELLS and self._cell is not None:
            self._end_cell(self._cell)
            self._cell = None
        elif tag == "table-row":
            self._end_row()

    def text(self, piece: str) -> None:
        if self._cell is not None and self._paragraphs and not self._aside:
            self._add(_SPACES.sub(" ", piece))

    def _add(self, piece: str) -> None:
        self._text.append(piece)
        self._length += len(piece)
        if self._length > MOST_CELL:
            raise cell_too_long(place(self._row, min(self._column + 1, MOST_COLUMNS)))

    def _start_table(self, given: Mapping[str, str]) -> None:
        if len(self.sheets) == MOST_SHEETS:
            raise too_many_sheets()
        hidden = given.get("style-name", "") in self._hidden_styles
        self.sheets.append((hidden, Gathered(given.get("name", ""), self._room)))
        self._row, self._repeats = 0, 1

    def _start_row(self, given: Mapping[str, str]) -> None:
        self._row, self._column = self._row + 1, 0
        self._repeats = _times(given.get("number-rows-repeated", "1"))
        self._is_hidden = given.get("visibility", "visible") != "visible"
        self._cells.clear()

    def _start_in_cell(self, tag: str, raw: list[str]) -> None:
        if tag == "p":
            if self._paragraphs:
                self._add("\n")
            self._paragraphs += 1
        elif tag == "s":
            times = _times(attributes_of(raw).get("c", "1"))
            self._add(" " * min(times, MOST_CELL + 1))
        elif tag == "tab":
            self._add("\t")
        elif tag == "line-break":
            self._add("\n")

    def _end_cell(self, given: Mapping[str, str]) -> None:
        times = _times(given.get("number-columns-repeated", "1"))
        hidden, sheet = self.sheets[-1]
        if hidden and sheet.name != FACTS:
            return
        value = _value(given, "".join(self._text))
        if value:
            # One past the last column is enough to be refused.
            for at in range(min(times, MOST_COLUMNS + 1)):
                self._cells.append((self._row, self._column + at + 1, value))
            down = _times(given.get("number-rows-spanned", "1"))
            right = _times(given.get("number-columns-spanned", "1"))
            if down > 1 or right > 1:
                top, left = self._row, self._column + 1
                sheet.merge(Merge(top, left, top + down - 1, left + right - 1))
        self._column += times
        if len(self._cells) > MOST_COLUMNS:
            self._put(0)

    def _put(self, down: int) -> None:
        sheet = self.sheets[-1][1]
        for row, column, value in self._cells:
            sheet.put(row + down, column, value)

    def _end_row(self) -> None:
        if self._cells:
            sheet = self.sheets[-1][1]
            if self._repeats > MOST_ROWS:
                raise too_many_rows(sheet.name)
            for down in range(self._repeats):
                self._put(down)
                if self._is_hidden:
                    sheet.hidden.add(self._row + down)
        self._row += self._repeats - 1
        if self._row > 2 * LAST_ROW:
            raise BadSheet(DAMAGED)


def _times(given: str) -> int:
    if not (given.isdecimal() and given.isascii() and 0 < len(given) < 9):
        raise BadSheet(DAMAGED)
    return max(1, int(given))


def _value(given: Mapping[str, str], text: str) -> str:
    """Return what a cell holds: its value where it has one apart from what is shown."""
    kind = given.get("value-type", "")
    if kind in ("float", "percentage", "currency"):
        value = number(given.get("value", "").strip())
        # LibreOffice takes a worked out truth for a number, and shows the word.
        if value in ("0", "1") and text.upper() in ("TRUE", "FALSE"):
            return "Yes" if value == "1" else "No"
        # A number format may show noughts in front: 007.
        return text if text.isdecimal() and text.lstrip("0") == value else value
    if kind == "date":
        return iso(given.get("date-value", "").strip()) or text
    if kind == "time":
        return _clock(given.get("time-value", "").strip()) or text
    if kind == "boolean":
        return {"true": "Yes", "false": "No"}.get(given.get("boolean-value", ""), text)
    if "formula" in given and not kind and not text:
        return NO_RESULT
    return text or given.get("string-value", "")


def _clock(text: str) -> str:
    """Write a length of time as a time of day; seconds only where there are any.

    >>> _clock("PT14H30M00S"), _clock("PT09H05M07S")
    ('14:30', '09:05:07')
    """
    found = _DURATION.fullmatch(text)
    if not found:
        return ""
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    hours += 24 * days
    clock = f"{found[1]}{hours:02d}:{minutes:02d}"
    return f"{clock}:{seconds:02d}" if seconds else clock
