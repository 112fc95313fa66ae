"""A recruiter's file, or what was pasted, read to rows of text cells, or refused in words.

What a file is, is told by what is in it, never by its name. Nothing in it is run, fetched or
worked out: of a formula its last result is read.

Cells are text as meant: numbers without an empty fraction, dates as 2026-11-22 or
2026-11-22 14:30, a ticked box "Yes" or "No". Hidden sheets are not read.
"""

from __future__ import annotations

from pathlib import Path

from sampler.errors import BadSheet
from sampler.reading import read_ods, read_text, read_xlsx
from sampler.reading.read_cells import (
    ERRORS,
    FACTS,
    MOST_BYTES,
    MOST_CELL,
    MOST_COLUMNS,
    MOST_ROWS,
    NO_RESULT,
    File,
    Row,
    Table,
)
from sampler.reading.read_zip import AGAIN, DAMAGED, LOCKED, Package, attributes_of, beside

__all__ = [
    "ERRORS",
    "FACTS",
    "MOST_BYTES",
    "MOST_CELL",
    "MOST_COLUMNS",
    "MOST_ROWS",
    "NO_RESULT",
    "File",
    "Row",
    "Table",
    "read",
    "read_pasted",
    "read_path",
]

TOO_BIG = (
    "The file has {:,.0f} MB; the most is " + f"{MOST_BYTES / 1e6:,.0f} MB. "
    "Pictures may make it so big: copy the rows and columns you need to a new file."
)
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLD_OFFICE = b"\xd0\xcf\x11\xe0"
RELATIONS = "_rels/.rels"
NOT_A_TABLE = {
    b"%PDF": "This is a PDF, which has no cells to read. Ask for the spreadsheet it was made from.",
    b"{\\rtf": "This is a Word text. Copy its table, and paste it instead.",
    b"\x1f\x8b": "This file is compressed. Unpack it, and read in the file inside.",
    b"7z\xbc\xaf": "This file is compressed. Unpack it, and read in the file inside.",
    b"Rar!": "This file is compressed. Unpack it, and read in the file inside.",
    b"\x89PNG": "This is a picture, which has no cells to read. Ask for the spreadsheet.",
    b"\xff\xd8\xff": "This is a picture, which has no cells to read. Ask for the spreadsheet.",
    b"MIME-Version:": f"This is a web page under a spreadsheet's name. {AGAIN}",
}


def read(body: bytes, name: str = "") -> File:
    """Read the file of that name: .xlsx, .xlsm, .ods, or text such as .csv.

    >>> read(b"Reference;Age\\nA01;34\\n", "people.csv").tables[0].rows[1]
    Row(number=2, cells=('A01', '34'))

    Raises `BadSheet`, which says what to do. No file takes long, or much memory.
    """
    if len(body) > MOST_BYTES:
        raise BadSheet(TOO_BIG.format(len(body) / 1e6))
    if body.startswith(ZIP):
        return _read_zip(body)
    if body.startswith(OLD_OFFICE):
        raise BadSheet(_old_office(body))
    for start, said in NOT_A_TABLE.items():
        if body.startswith(start):
            raise BadSheet(said)
    text = read_text.text_of(body)
    opening = text[:2000].lstrip("\ufeff \t\r\n").casefold()
    if opening.startswith(("<html", "<!doctype", "<?xml", "<table", "<meta", "<head", "<body")):
        raise BadSheet(
            "This is a web page or XML under a spreadsheet's name, as some systems export it. "
            f"{AGAIN}"
        )
    if opening.startswith(("{", "[{")):
        raise BadSheet("This is JSON, not a table. Export it as .csv or .xlsx.")
    return File((read_text.read_file(text),))


def read_pasted(text: str) -> File:
    """Read a table pasted from an e-mail, a spreadsheet or Word.

    >>> read_pasted("Ref\\tAge\\nA01\\t34").tables[0].rows[1].cells
    ('A01', '34')

    Raises `BadSheet`.
    """
    return File((read_text.read_pasted(text),))


def read_path(path: Path) -> File:
    """Read a file from its place, never loading one that is too big; raises `BadSheet`."""
    try:
        if (size := path.stat().st_size) > MOST_BYTES:
            raise BadSheet(TOO_BIG.format(size / 1e6))
        body = path.read_bytes()
    except OSError as error:
        raise BadSheet(f"The file cannot be read: {error.strerror or 'not found'}.") from None
    return read(body, path.name)


def _read_zip(body: bytes) -> File:
    package = Package(body)
    names = package.names
    if RELATIONS in names and (workbook := _workbook(package)):
        return read_xlsx.read(package, workbook)
    if package.start_of("mimetype").startswith(b"application/vnd.oasis.opendocument."):
        if b"spreadsheet" in package.start_of("mimetype"):
            return read_ods.read(package)
        raise BadSheet("This is a text document. Copy its table, and paste it instead.")
    if "word/document.xml" in names:
        raise BadSheet("This is a Word document. Copy its table, and paste it instead.")
    if any(name.startswith("ppt/") for name in names):
        raise BadSheet("These are slides. Copy the table, and paste it instead.")
    if any(name.endswith(".iwa") or name == "Index.zip" for name in names):
        raise BadSheet("This is a Numbers spreadsheet. Export it to Excel, and read in that file.")
    if RELATIONS in names:
        raise BadSheet(DAMAGED)
    raise BadSheet("This is a zip file, not a workbook. Unpack it, and read in the file inside.")


def _workbook(package: Package) -> str:
    """Return the part an Excel package begins with, or nothing for packages of other kinds."""
    found: list[str] = []

    def relation(tag: str, raw: list[str]) -> None:
        one = attributes_of(raw)
        if not found and tag == "Relationship" and one.get("Type", "").endswith("/officeDocument"):
            found.append(beside("", one.get("Target", "")))

    package.parse(RELATIONS, relation, lambda _: None, lambda _: None)
    start = found[0] if found else ""
    if start.endswith(".bin"):
        raise BadSheet(f"This is a binary workbook (.xlsb). {AGAIN}")
    return start if start.endswith(".xml") and start.startswith("xl/") else ""


def _old_office(body: bytes) -> str:
    if "EncryptedPackage".encode("utf-16-le") in body:
        return LOCKED
    if "WordDocument".encode("utf-16-le") in body:
        return "This is an old Word document. Copy its table, and paste it instead."
    return f"This is an old Excel workbook (.xls). {AGAIN}"
