"""Text with parted cells (.csv, .tsv, pasted from an e-mail or a Word table) to rows."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator

from census.spelling import encoding_of
from sampler.errors import BadSheet
from sampler.reading.read_cells import (
    LAST_ROW,
    MOST_BYTES,
    Gathered,
    Room,
    Table,
    cell_too_long,
    too_many_rows,
)
from sampler.sheet_text import unprotected

SEPARATORS = ("\t", ";", "|", ",")
SAMPLE_LINES, SAMPLE_CHARACTERS = 50, 100_000
SAVE_AS = "Open it in a spreadsheet and save it as 'CSV UTF-8' or .xlsx."
ONE_A_LINE = (
    "The text has no columns: they were lost when it was copied. Paste it into a spreadsheet "
    "first, see that every cell is in its place, and copy it from there."
)
NO_ROWS = "There is nothing to read: the {} is empty."
_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_QUOTED = re.compile(r'"[^"]*"')
_SEPARATOR_LINE = re.compile(r'"?sep=(.)"?(?:\r\n|\r|\n|$)', re.IGNORECASE)
_RULER = re.compile(r"(?=.*--)[\s|+:=\-]+", re.DOTALL)
_PIPE = re.compile(r"(?<!\\)\|")


def text_of(body: bytes) -> str:
    """Decode a file: UTF-8 or UTF-16 with or without its mark, else Windows-1252.

    >>> text_of("Größe;3".encode("utf-16")), text_of("Café,4".encode("cp1252"))
    ('Größe;3', 'Café,4')

    Raises `BadSheet` for text in none of them.
    """
    kind = encoding_of(body)
    try:
        return body.decode(kind)
    except UnicodeDecodeError as error:
        before = body[: error.start]
        # Letters in UTF-8 before the fault: it is UTF-8, and broken, rather than Windows-1252.
        if kind == "utf-8-sig" and before.isascii():
            try:
                return body.decode("cp1252")
            except UnicodeDecodeError:
                raise BadSheet(
                    "The letters of this file are in none of the alphabets that can be read "
                    f"(UTF-8, UTF-16, Windows-1252). {SAVE_AS}"
                ) from None
    raise BadSheet(
        "The text of this file is damaged or was cut off on the way. Ask for it again, "
        "or open it in a spreadsheet, look at its letters, and save it as 'CSV UTF-8'."
    )


def read_file(text: str) -> Table:
    """Read the text of a file; raises `BadSheet`."""
    if "\x00" in text:
        raise BadSheet(f"This is no file of text, or it is damaged. {SAVE_AS}")
    if not text.strip():
        raise BadSheet(NO_ROWS.format("file"))
    try:
        return _read(text)
    except csv.Error as error:
        raise BadSheet(_said(error)) from None


def read_pasted(text: str) -> Table:
    """Read what was pasted; raises `BadSheet`, also where the columns were lost on the way."""
    if len(text) > MOST_BYTES:
        raise BadSheet(
            f"The text has more than {MOST_BYTES / 1e6:,.0f} million characters. "
            "Paste the rows you need."
        )
    text = text.replace("\x00", "").removeprefix("\ufeff")
    lines = [line for line in re.split(r"\r\n|\r|\n", text) if line.strip()]
    if not lines:
        raise BadSheet(NO_ROWS.format("text"))
    if all(line.startswith(">") for line in lines):
        text = re.sub(r"^> ?", "", text, flags=re.MULTILINE)
        lines = [line[1:] for line in lines]
    separator = _separator(text)
    inside = sum(separator in line for line in lines)
    if not inside or (separator != "\t" and 2 * inside < len(lines)):
        raise BadSheet(ONE_A_LINE)
    try:
        return _read(text)
    except csv.Error as error:
        if "field limit" in str(error):
            raise BadSheet(_said(error)) from None
        # What somebody typed may begin with a quotation mark and never end it.
        return _read(text, quoting=csv.QUOTE_NONE)


def _read(text: str, *, quoting: int = csv.QUOTE_MINIMAL) -> Table:
    separator = ""
    if first := _SEPARATOR_LINE.match(text):
        separator, text = first[1], text[first.end() :]
    separator = separator or _separator(text)
    if separator == "|" and (quoting == csv.QUOTE_NONE or _is_drawn(text)):
        return _gather(_piped(text))
    rows = _records(text, separator, quoting)
    try:
        return _gather(rows)
    except _SpacedQuotes:
        return _gather(_records(text, separator, quoting, skip_spaces=True))


class _SpacedQuotes(Exception):
    """Quotation marks stand behind a blank, where they do not count as such."""


def _lines(text: str) -> Iterator[str]:
    return (line[0] for line in _LINE.finditer(text))


def _records(
    text: str, separator: str, quoting: int, *, skip_spaces: bool = False
) -> Iterator[list[str]]:
    reader = csv.reader(
        _lines(text),
        delimiter=separator,
        strict=True,
        skipinitialspace=skip_spaces,
        quoting=quoting,  # type: ignore[arg-type]
    )
    for cells in reader:
        if not skip_spaces and quoting != csv.QUOTE_NONE:
            for cell in cells:
                if cell[:1] == " " and cell.lstrip(" ")[:1] == '"':
                    raise _SpacedQuotes
        yield cells


def _is_drawn(text: str) -> bool:
    """Say whether pipes draw a table, rather than part the cells of a file, some in quotes."""
    lines = [line.strip() for line in _lines(text)]
    return '"' not in text or any(line[:1] == "|" or _RULER.fullmatch(line) for line in lines)


def _piped(text: str) -> Iterator[list[str]]:
    """Part the lines of a table drawn with pipes; the lines drawn between its rows go."""
    lines = [line.strip() for line in _lines(text)]
    lines = [line for line in lines if not _RULER.fullmatch(line)]
    framed = all(line.startswith("|") and line.endswith("|") for line in lines if "|" in line)
    for line in lines:
        inner = line[1:-1] if framed and "|" in line else line
        yield [_unquoted(cell.strip()) for cell in _PIPE.split(inner)]


def _unquoted(cell: str) -> str:
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        return cell[1:-1].replace('""', '"')
    return cell.replace("\\|", "|")


def _gather(records: Iterable[list[str]]) -> Table:
    sheet = Gathered("", Room())
    for row, cells in enumerate(records, 1):
        if row > LAST_ROW:
            raise too_many_rows("")
        for column, cell in enumerate(cells, 1):
            if cell:
                sheet.put(row, column, unprotected(cell))
    table = sheet.table()
    if not table.rows:
        raise BadSheet(NO_ROWS.format("table"))
    return table


def _separator(text: str) -> str:
    """Return the mark that parts the cells: the one in most of the first lines.

    On a tie the one as often in each of them, then the one more often in the first.

    >>> _separator("Age;Notes\\n34;tall, dark\\n")
    ';'
    """
    sample = re.split(r"\r\n|\r|\n", _QUOTED.sub("", text[:SAMPLE_CHARACTERS]))
    lines = [line for line in sample if line.strip()][:SAMPLE_LINES]
    ranks = []
    for mark in SEPARATORS:
        counts = [line.count(mark) for line in lines]
        ranks.append((sum(map(bool, counts)), len(set(counts)) == 1, sum(counts[:1])))
    best = max(ranks, default=(0, False, 0))
    return SEPARATORS[ranks.index(best)] if best[0] else ","


def _said(error: csv.Error) -> str:
    if "field limit" in str(error):
        return str(cell_too_long(""))
    return (
        "A quotation mark is opened and not closed, so it cannot be told where its cell ends. "
        f"The file may be cut off. Ask for it again, or: {SAVE_AS[0].lower()}{SAVE_AS[1:]}"
    )
