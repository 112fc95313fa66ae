"""The parts of a zipped workbook, unpacked piece by piece within limits, as XML events."""

from __future__ import annotations

import io
import posixpath
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from xml.parsers import expat

from sampler.errors import BadSheet

MOST_PARTS = 5_000
MOST_UNPACKED = 300_000_000
"""Bytes unpacked of one file, counted as they come: what a zip says of itself may be untrue."""
MOST_TAGS = 10_000_000
"""Opening and closing marks of XML in one file: some five seconds of reading. A million rows of
which eight cells each are formatted have as many."""
MOST_NAMES = 2_000
"""Different names of XML elements and attributes in one part."""
MOST_DEPTH = 200
MOST_TOKEN = 1_000_000
"""Bytes of one element with its attributes, or of one comment."""
CHUNK = 1 << 16
ENTRY = b"PK\x01\x02"
PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
AGAIN = "Open it in Excel or LibreOffice, save it again as .xlsx, and read in that file."
DAMAGED = f"This workbook is damaged or was cut off on the way. {AGAIN} Or ask for it again."
LOCKED = "This workbook is protected by a password. Save it without one, and read in that file."
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    KeyError,
    ValueError,
    OverflowError,
    NotImplementedError,
)
Start = Callable[[str, list[str]], None]
End = Callable[[str], None]


class Package:
    """A zip file whose parts are read in pieces, all within one limit."""

    def __init__(self, body: bytes) -> None:
        self._left = MOST_UNPACKED
        self._tags = MOST_TAGS
        if body.count(ENTRY) > MOST_PARTS:
            raise BadSheet(f"This file is packed from more than {MOST_PARTS:,} parts. {AGAIN}")
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(body))
            self.names = frozenset(self._zip.namelist())
        except BROKEN:
            raise BadSheet(DAMAGED) from None

    def pieces(self, name: str) -> Iterator[bytes]:
        """Unpack one part piece by piece; raises `BadSheet`."""
        try:
            part = self._zip.getinfo(name)
            if part.flag_bits & 1:
                raise BadSheet(LOCKED)
            if part.compress_type not in PLAIN_METHODS:
                raise BadSheet(DAMAGED)
            if part.file_size > self._left:
                raise self._too_big()
            with self._zip.open(part) as file:
                while piece := file.read(CHUNK):
                    self._left -= len(piece)
                    if self._left < 0:
                        raise self._too_big()
                    yield piece
        except BROKEN:
            raise BadSheet(DAMAGED) from None

    def start_of(self, name: str) -> bytes:
        """Return the first piece of a part, or nothing where there is no such part."""
        return next(self.pieces(name), b"") if name in self.names else b""

    def parse(self, name: str, start: Start, end: End, text: Callable[[str], None]) -> None:
        """Tell of the elements of one part, by name without prefix, and of the text in them.

        Raises `BadSheet` for XML that is damaged, defines anything of its own, or goes past a
        limit, so that no part takes much time or memory.
        """
        parser = expat.ParserCreate()
        parser.ordered_attributes = True
        parser.buffer_text = True
        local = _Names()
        depth = 0

        def on_start(tag: str, attributes: list[str]) -> None:
            nonlocal depth
            depth += 1
            if depth > MOST_DEPTH:
                raise BadSheet(DAMAGED)
            start(local[tag], attributes)

        def on_end(tag: str) -> None:
            nonlocal depth
            depth -= 1
            end(local[tag])

        # A part of a workbook never has a document type: it is there to define entities.
        def on_type(*_: object) -> None:
            raise BadSheet(
                f"This workbook holds XML with definitions of its own, which are not read. {AGAIN}"
            )

        parser.StartElementHandler = on_start
        parser.EndElementHandler = on_end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = on_type
        fed = 0
        try:
            for piece in self.pieces(name):
                parser.Parse(piece, False)
                fed += len(piece)
                self._tags -= piece.count(b"<")
                if self._tags < 0:
                    raise self._too_big()
                if fed - parser.CurrentByteIndex > MOST_TOKEN or len(parser.intern) > MOST_NAMES:
                    raise BadSheet(DAMAGED)
            parser.Parse(b"", True)
        except (expat.ExpatError, LookupError, ValueError):
            raise BadSheet(DAMAGED) from None

    def _too_big(self) -> BadSheet:
        return BadSheet(
            f"Unpacked, this workbook is bigger than {MOST_UNPACKED / 1e6:,.0f} MB, or has many "
            "millions of cells, empty ones too. Copy the rows and columns you need to a new file."
        )


class _Names(dict[str, str]):
    """Names of elements without their prefix, up to so many different ones."""

    def __missing__(self, tag: str) -> str:
        if len(self) == MOST_NAMES:
            raise BadSheet(DAMAGED)
        return self.setdefault(tag, tag.rpartition(":")[2])


def attributes_of(attributes: list[str]) -> Mapping[str, str]:
    """Return attributes by name without prefix.

    >>> attributes_of(["name", "People", "r:id", "rId1"])
    {'name': 'People', 'id': 'rId1'}
    """
    names, values = attributes[::2], attributes[1::2]
    return {name.rpartition(":")[2]: value for name, value in zip(names, values, strict=True)}


def beside(part: str, target: str) -> str:
    """Return the part a relation points to.

    >>> beside("xl/workbook.xml", "worksheets/sheet1.xml"), beside("xl/a.xml", "/xl/b.xml")
    ('xl/worksheets/sheet1.xml', 'xl/b.xml')
    """
    return posixpath.normpath(posixpath.join(posixpath.dirname("/" + part), target)).lstrip("/")
