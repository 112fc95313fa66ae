"""Rows of text cells, gathered from a file within limits, and what is said of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from openpyxl.utils import get_column_letter

from sampler.brief import SHEET_COLUMNS
from sampler.errors import BadSheet
from sampler.reading.personal import safe_header

MOST_BYTES = 20_000_000
"""Size of a file, packed."""
MOST_ROWS = 20_000
"""Rows of one sheet with something in them; rows that are only formatted are free."""
MOST_COLUMNS = 200
MOST_CELLS = 600_000
"""Cells with something in them, and characters in them, of one file."""
MOST_CHARACTERS = 10_000_000
MOST_CELL = 32_767
"""Characters of one cell: as many as Excel holds."""
MOST_SHEETS = 100
MOST_MERGES = 5_000
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
SHOWN = 40
FACTS = "Planner"
"""The very hidden tab of our own workbook."""
NO_RESULT = "#NO RESULT!"
"""What stands for a formula that was never worked out; like `#N/A` it is no answer."""
ERRORS = frozenset(
    f"#{error}"
    for error in ("N/A", "DIV/0!", "VALUE!", "REF!", "NAME?", "NUM!", "NULL!", "SPILL!", "CALC!")
) | {NO_RESULT}
COUNTED = SHEET_COLUMNS[-2]
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True)
class Row:
    """One row: its number as the spreadsheet shows it, and its cells."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """One sheet, or the one table of a text, whose name is empty; `notes` are to be shown."""

    name: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class File:
    """The tables of a file, and by tab the facts (names and values) of a workbook of ours."""

    tables: tuple[Table, ...]
    facts: Mapping[str, tuple[tuple[str, str], ...]] = field(
        default_factory=lambda: MappingProxyType({})
    )


@dataclass(frozen=True)
class Merge:
    """Cells drawn as one: from a first row and column to a last, counted from 1."""

    top: int
    left: int
    bottom: int
    right: int

    def __str__(self) -> str:
        return f"{place(self.top, self.left)}:{place(self.bottom, self.right)}"


@dataclass
class Room:
    """What is left of the limits of one file."""

    cells: int = MOST_CELLS
    characters: int = MOST_CHARACTERS

    def take(self, text: str, where: str = "") -> None:
        """Count one cell; raises `BadSheet` if it is too long, or there are too many."""
        self.cells -= 1
        self.characters -= len(text)
        if len(text) > MOST_CELL:
            raise cell_too_long(where)
        if self.cells < 0 or self.characters < 0:
            raise BadSheet(
                f"The file holds more than {MOST_CELLS:,} filled cells or {MOST_CHARACTERS:,} "
                "characters. Save the rows and columns you need as a file of their own."
            )


@dataclass
class Gathered:
    """Cells of one sheet as they are met; an int stands for a text that is looked up later."""

    name: str
    room: Room
    rows: dict[int, list[str | int]] = field(default_factory=dict)
    merges: list[Merge] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)

    def put(self, row: int, column: int, value: str | int) -> None:
        """Keep one cell; raises `BadSheet` where the sheet is too long or too wide."""
        if value == "":
            return
        if column > MOST_COLUMNS:
            raise BadSheet(
                f"Cell {place(row, column)} on {sheet(self.name)} holds something, but a table "
                f"can have at most {MOST_COLUMNS} columns (to {get_column_letter(MOST_COLUMNS)}). "
                "Delete it, or copy the columns you need to a new file."
            )
        cells = self.rows.get(row)
        if cells is None:
            if len(self.rows) == MOST_ROWS:
                raise too_many_rows(self.name)
            cells = self.rows[row] = []
        if len(cells) < column:
            cells.extend([""] * (column - len(cells)))
        self.room.take(value if isinstance(value, str) else "", place(row, column))
        cells[column - 1] = value

    def merge(self, found: Merge) -> None:
        """Keep one merge; raises `BadSheet` where there are too many."""
        if len(self.merges) == MOST_MERGES:
            raise BadSheet(
                f"More than {MOST_MERGES:,} groups of cells are merged on {sheet(self.name)}. "
                "Select the sheet, unmerge its cells and save it again."
            )
        self.merges.append(found)

    def table(self, shared: Mapping[int, str] = MappingProxyType({})) -> Table:
        """Return the rows that hold something; none, but a note, where headings are merged."""
        rows = {
            number: [shared.get(cell, "") if isinstance(cell, int) else cell for cell in cells]
            for number, cells in sorted(self.rows.items())
        }
        rows = {number: cells for number, cells in rows.items() if any(map(str.strip, cells))}
        try:
            notes = self._unmerge(rows)
        except BadSheet as error:
            return Table(self.name, (), (str(error),))
        if wrong := _without_result(rows):
            are = "is a formula" if len(wrong) == 1 else "are formulas"
            notes.append(
                f"{some(wrong)} {are} without a result. Open the file in Excel or LibreOffice, see "
                "to it, and save it again."
            )
        if hidden := len(self.hidden & rows.keys()):
            notes.append(
                f"{hidden:,} {'row is' if hidden == 1 else 'rows are'} hidden in the file, by a "
                "filter perhaps. Hidden rows are read like the others."
            )
        return Table(
            self.name,
            tuple(Row(number, trimmed(cells)) for number, cells in rows.items()),
            tuple(notes),
        )

    def _unmerge(self, rows: dict[int, list[str]]) -> list[str]:
        """Repeat what merged cells hold in each of them; a title over the table stays one cell."""
        heading = next((n for n, cells in rows.items() if _filled(cells) > 1), 0)
        repeated = []
        numbers = list(rows)
        for merge in self.merges:
            first = rows.get(merge.top, [])
            value = first[merge.left - 1] if merge.left <= len(first) else ""
            if not value.strip():
                continue
            inside = numbers[bisect_left(numbers, merge.top) : bisect_right(numbers, merge.bottom)]
            if len(inside) == 1 and _filled(first) == 1:
                continue
            if merge.top <= heading <= merge.bottom:
                raise BadSheet(
                    f"Cells {merge} on {sheet(self.name)} are merged in the row of headings. "
                    "Unmerge them, and give every column a heading of its own in one row."
                )
            for number in inside:
                cells, right = rows[number], min(merge.right, MOST_COLUMNS)
                cells.extend([""] * (right - len(cells)))
                for at in range(merge.left - 1, right):
                    # Counted also where something stands: merges may lie over one another.
                    self.room.take(value)
                    cells[at] = cells[at] or value
            repeated.append(str(merge))
        if not repeated:
            return []
        return [f"{some(repeated)}: merged cells. What they hold counts for every cell merged."]


def _without_result(rows: Mapping[int, Sequence[str]]) -> list[str]:
    """Name the cells of formulas never worked out, but those of our own column that counts."""
    every = [
        (number, column, cell)
        for number, cells in rows.items()
        for column, cell in enumerate(cells, 1)
        if cell == COUNTED or (cell.startswith("#") and cell in ERRORS)
    ]
    ours = {column for _, column, cell in every if cell == COUNTED}
    return [place(number, column) for number, column, _ in every if column not in ours]


def place(row: int, column: int) -> str:
    """Name a cell as the spreadsheet does.

    >>> place(7, 28)
    'AB7'
    """
    return f"{get_column_letter(min(column, LAST_COLUMN))}{row}"


def sheet(name: str) -> str:
    """Name a sheet in a message, shortened.

    >>> sheet("People"), sheet("")
    ("sheet 'People'", 'the table')
    """
    plain = _SPACES.sub(" ", name).strip()
    if not safe_header(plain[:SHOWN]):
        return "a sheet whose name looks personal"
    short = plain if len(plain) <= SHOWN else f"{plain[: SHOWN - 1]}…"
    return f"sheet '{short}'" if short else "the table"


def some(places: list[str], most: int = 5) -> str:
    """List places, the first few.

    >>> some(["A1", "A2", "B3"], most=2)
    'A1, A2 and 1 more'
    """
    listed = ", ".join(places[:most])
    return listed if len(places) <= most else f"{listed} and {len(places) - most:,} more"


def trimmed(cells: list[str]) -> tuple[str, ...]:
    """Leave out the empty cells at the end of a row.

    >>> trimmed(["a", "", " b ", "", ""])
    ('a', '', ' b ')
    """
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return tuple(cells[:end])


def as_file(found: list[tuple[bool, Table]]) -> File:
    """Keep the facts of a workbook of ours apart; raises `BadSheet` where no row is left.

    Of each table it is said whether its sheet is hidden.
    """
    tables, facts = [], {}
    for hidden, table in found:
        first = table.rows[0].cells if table.rows else ()
        if table.name == FACTS and (hidden or first[:1] == ("template",)):
            pairs = [(*row.cells, "", "")[:2] for row in table.rows]
            facts[FACTS] = tuple((pair[0], pair[1]) for pair in pairs)
        elif table.rows or table.notes:
            tables.append(table)
    if not any(table.rows for table in tables):
        if tables:
            raise BadSheet(tables[0].notes[0])
        raise BadSheet(
            "There is nothing to read: the sheets that can be seen in this workbook are empty. "
            "If the people are on a hidden sheet, show it and save the workbook again."
        )
    return File(tuple(tables), facts)


def too_many_sheets() -> BadSheet:
    """Return the refusal of a workbook with too many sheets."""
    return BadSheet(
        f"This workbook has more than {MOST_SHEETS} sheets. "
        "Save the sheet of people as a file of its own."
    )


def too_many_rows(name: str) -> BadSheet:
    """Return the refusal of a sheet that is too long."""
    return BadSheet(
        f"More than {MOST_ROWS:,} rows on {sheet(name)} hold something. "
        "Save the rows you need as a file of their own."
    )


def cell_too_long(where: str) -> BadSheet:
    """Return the refusal of a cell that is too long."""
    return BadSheet(
        f"{f'Cell {where}' if where else 'A cell'} holds more than {MOST_CELL:,} characters. "
        "Shorten it, or delete the column if it is not needed."
    )


def _filled(cells: list[str]) -> int:
    return sum(1 for cell in cells if cell.strip())
