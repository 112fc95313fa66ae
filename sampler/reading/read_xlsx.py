"""An Excel workbook (.xlsx, .xlsm) to rows of text: the values only, nothing in it ever runs.

openpyxl reads whole parts at once, loses `_x000D_` and the merged cells of a stream; calamine
ends the process on one value in the last cell. So the few parts needed are read here as events;
what a number format and a date mean is openpyxl's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from openpyxl.utils import column_index_from_string

from sampler.errors import BadSheet
from sampler.reading.read_cells import (
    FACTS,
    LAST_ROW,
    MOST_CELL,
    MOST_SHEETS,
    NO_RESULT,
    File,
    Gathered,
    Merge,
    Room,
    as_file,
    cell_too_long,
    place,
    too_many_sheets,
)
from sampler.reading.read_values import FORMATS, meaning_of, unescaped, value_of
from sampler.reading.read_zip import DAMAGED, MOST_PARTS, Package, attributes_of, beside

MOST_STYLES = 100_000
LONGEST_CODE = 300
"""Characters of a number format that are looked at."""
_PLACE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9][0-9]{0,6})")
_WHOLE = re.compile(r"-?[0-9]{1,30}")


@dataclass
class Book:
    """What the first parts say: the sheets (name, hidden or not, part), formats and dates."""

    sheets: list[tuple[str, bool, str]]
    formats: list[str]
    is_1904: bool
    shared: str


def read(package: Package, workbook: str) -> File:
    """Read the visible sheets and the facts of a workbook of ours; raises `BadSheet`."""
    book = _book(package, workbook)
    room, found = Room(), []
    for name, hidden, part in book.sheets:
        if not hidden or name == FACTS:
            gathered = Gathered(name, room)
            _gather(package, part, book, gathered)
            found.append((hidden, gathered))
    used = {
        cell: ""
        for _, sheet in found
        for cells in sheet.rows.values()
        for cell in cells
        if isinstance(cell, int)
    }
    if used:
        _look_up(package, book.shared, used, room)
    return as_file([(hidden, sheet.table(used)) for hidden, sheet in found])


def _book(package: Package, workbook: str) -> Book:
    book = Book([], [], is_1904=False, shared="")
    targets: dict[str, tuple[str, str]] = {}
    formats = dict(FORMATS)
    inside: list[str] = []

    def relation(tag: str, raw: list[str]) -> None:
        if tag == "Relationship":
            one = attributes_of(raw)
            if one.get("TargetMode") != "External":
                kind = one.get("Type", "").rpartition("/")[2]
                targets[one.get("Id", "")] = kind, beside(workbook, one.get("Target", ""))
                if len(targets) > MOST_PARTS:
                    raise BadSheet(DAMAGED)

    def outline(tag: str, raw: list[str]) -> None:
        if tag == "workbookPr":
            book.is_1904 = attributes_of(raw).get("date1904", "0") in ("1", "true", "on")
        elif tag == "sheet":
            one = attributes_of(raw)
            kind, part = targets.get(one.get("id", ""), ("", ""))
            if kind == "worksheet" and part in package.names:
                hidden = one.get("state", "visible") != "visible"
                book.sheets.append((one.get("name", ""), hidden, part))
            if len(book.sheets) > MOST_SHEETS:
                raise too_many_sheets()

    def style(tag: str, raw: list[str]) -> None:
        if tag == "cellXfs":
            inside.append(tag)
        elif tag == "numFmt":
            one = attributes_of(raw)
            formats[one.get("numFmtId", "")] = one.get("formatCode", "")[:LONGEST_CODE]
            if len(formats) > MOST_STYLES:
                raise BadSheet(DAMAGED)
        elif tag == "xf" and inside:
            code = formats.get(attributes_of(raw).get("numFmtId", "0"), "")
            book.formats.append(meaning_of(code))
            if len(book.formats) > MOST_STYLES:
                raise BadSheet(DAMAGED)

    def style_end(tag: str) -> None:
        if tag == "cellXfs":
            inside.clear()

    folder, _, name = workbook.rpartition("/")
    relations = f"{folder}/_rels/{name}.rels".lstrip("/")
    if relations not in package.names:
        raise BadSheet(DAMAGED)
    package.parse(relations, relation, _nothing, _nothing)
    package.parse(workbook, outline, _nothing, _nothing)
    for kind, part in targets.values():
        if kind == "styles" and part in package.names:
            package.parse(part, style, style_end, _nothing)
        elif kind == "sharedStrings":
            book.shared = part
    if not book.sheets:
        raise BadSheet("This workbook has no sheet of cells. Copy the table to a new workbook.")
    return book


def _nothing(_: str, __: object = None) -> None:
    return None


def _gather(package: Package, part: str, book: Book, sheet: Gathered) -> None:
    """Read the cells of one sheet: empty ones cost next to nothing, however many there are."""
    row = column = 0
    raw: list[str] = []
    is_hidden = has_formula = has_value = False
    kept: list[str] = []
    length = skipped = 0
    listening = False

    def where() -> tuple[int, int]:
        """Say where the last cell is: by its own word, else right of the one before it."""
        ref = raw[1] if raw and raw[0] == "r" else attributes_of(raw).get("r", "")
        if not ref:
            return row, column
        found = _PLACE.fullmatch(ref)
        if not found or int(found[2]) > LAST_ROW:
            raise BadSheet(DAMAGED)
        return int(found[2]), column_index_from_string(found[1])

    def start(tag: str, attributes: list[str]) -> None:
        nonlocal row, column, raw, is_hidden, has_formula, has_value, length, skipped, listening
        if tag == "c":
            if not attributes or attributes[0] != "r":
                column = where()[1] + 1
            raw = attributes
            has_formula = has_value = False
        elif tag in ("v", "t"):
            listening = not skipped
            if not has_value:
                has_value, length = True, 0
                kept.clear()
        elif tag == "f":
            has_formula = True
        elif tag == "rPh":
            skipped += 1
        elif tag == "row":
            # Most rows of a sheet may be only formatted: few words for each.
            is_plain = attributes[:1] == ["r"] and "hidden" not in attributes
            given = {"r": attributes[1]} if is_plain else attributes_of(attributes)
            row, column, raw = _row_number(given.get("r", ""), row), 0, []
            is_hidden = given.get("hidden") in ("1", "true")
        elif tag == "mergeCell" and (merge := _merge(attributes_of(attributes).get("ref", ""))):
            sheet.merge(merge)

    def end(tag: str) -> None:
        nonlocal listening, skipped
        if tag in ("v", "t"):
            listening = False
        elif tag == "rPh":
            skipped -= 1
        elif tag == "c" and (has_value or has_formula):
            given = attributes_of(raw)
            at = where()
            kind, value = given.get("t", "n"), "".join(kept) if has_value else ""
            if value or not has_formula or kind == "str":
                style = given.get("s", "0")
                sheet.put(*at, value_of(kind, value, _format(book, style), book.is_1904))
            else:
                sheet.put(*at, NO_RESULT)
            if is_hidden:
                sheet.hidden.add(at[0])

    def text(piece: str) -> None:
        nonlocal length
        if listening:
            kept.append(piece)
            length += len(piece)
            # Seven characters, `_x000D_`, may stand for one.
            if length > 7 * MOST_CELL:
                raise cell_too_long(place(*where()))

    package.parse(part, start, end, text)


def _row_number(given: str, before: int) -> int:
    number = before + 1 if not given else int(given) if _WHOLE.fullmatch(given) else 0
    if not 0 < number <= LAST_ROW:
        raise BadSheet(DAMAGED)
    return number


def _merge(given: str) -> Merge | None:
    ends = [_PLACE.fullmatch(end) for end in given.split(":")]
    if len(ends) != 2 or not ends[0] or not ends[1]:
        return None
    (left, top), (right, bottom) = ends[0].groups(), ends[1].groups()
    return Merge(
        int(top), column_index_from_string(left), int(bottom), column_index_from_string(right)
    )


def _format(book: Book, style: str) -> str:
    at = int(style) if style.isdecimal() and len(style) < 7 else 0
    return book.formats[at] if at < len(book.formats) else ""


def _look_up(package: Package, part: str, used: dict[int, str], room: Room) -> None:
    """Fill in the shared texts that are used; others are passed over."""
    if part not in package.names:
        raise BadSheet(DAMAGED)
    at, skipped, length = -1, 0, 0
    listening = False
    kept: list[str] = []

    def start(tag: str, _: list[str]) -> None:
        nonlocal at, skipped, listening, length
        if tag == "si":
            at += 1
            length = 0
            kept.clear()
        elif tag == "t":
            listening = not skipped and at in used
        elif tag == "rPh":
            skipped += 1

    def end(tag: str) -> None:
        nonlocal skipped, listening
        if tag == "t":
            listening = False
        elif tag == "rPh":
            skipped -= 1
        elif tag == "si" and at in used:
            used[at] = unescaped("".join(kept))
            # The cells themselves were counted where they stand.
            room.cells += 1
            room.take(used[at])
            missing.discard(at)

    def text(piece: str) -> None:
        nonlocal length
        if listening:
            kept.append(piece)
            length += len(piece)
            if length > 7 * MOST_CELL:
                raise cell_too_long("")

    missing = set(used)
    package.parse(part, start, end, text)
    if missing:
        raise BadSheet(DAMAGED)
