"""Who we heard from, on one page: as .docx, and as text to copy.

It is handed over, so it is written from what may be published (`shared.py`), never from counts.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from docx import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor

from sampler.programmes.programme import AUDIENCE_ONE
from sampler.programmes.published import Publication
from sampler.words import count, day, listed

LEAST_PEOPLE = 100
"""Groups with fewer people in the place are not named: a report could identify one of them."""
INK, MUTED, RULE = RGBColor(0x1B, 0x21, 0x26), RGBColor(0x54, 0x5C, 0x63), "D9D5CC"
_NOT_IN_XML = re.compile("[^\t\n\x0b\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What typed or pasted words may hold and a Word file cannot: control characters of a PDF."""
HEARD, SOME, NOT_YET = "Heard from", "Heard from some", "Not yet heard from"


@dataclass(frozen=True)
class Group:
    """One group: how many were heard, in published words; whether it is met, partly, or not.

    `words` are the group in running text. `people` are those who live in the place, None where
    that is not known.
    """

    name: str
    words: str
    heard: str
    state: str
    people: int | None = None


@dataclass(frozen=True)
class Characteristic:
    """One characteristic with its groups, none where they cannot be shown."""

    name: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Facts:
    """What the page says. The last three are the lead's own words, each may be empty."""

    programme: str
    audience: str
    place: str
    heard: str
    rounds: int
    first: date | None
    last: date | None
    on: date
    characteristics: tuple[Characteristic, ...]
    by_whom: str = ""
    why: str = ""
    what_next: str = ""


def facts_of(
    programme: str,
    one: Publication,
    *,
    by_whom: str = "",
    why: str = "",
    what_next: str = "",
) -> Facts:
    """Return what the page says of a publication."""
    return Facts(
        programme=programme,
        audience=AUDIENCE_ONE[one.audience][1],
        place=one.place,
        heard=one.people.words,
        rounds=one.rounds,
        first=one.first,
        last=one.last,
        on=one.on,
        characteristics=tuple(
            Characteristic(
                part.name,
                tuple(
                    Group(g.name, g.words, g.heard.words, g.state, g.living) for g in part.groups
                ),
            )
            for part in one.parts
        ),
        by_whom=by_whom,
        why=why,
        what_next=what_next,
    )


def sentence(facts: Facts) -> str:
    """Return the sentence a service assessment asks for: who was researched with, and how.

    "Between March 2025 and November 2026 we heard from 95 to 99 citizens of Birmingham in 6
    rounds of research, recruited by an agency. We have not yet heard from ..."
    """
    where = f" in {facts.place}" if facts.place else ""
    heard = f"{_when(facts)}we heard from {facts.heard} {facts.audience}{where} in "
    heard += f"{count(facts.rounds, 'round')} of research"
    heard += f", recruited by {_ended(facts.by_whom, '')}." if facts.by_whom.strip() else "."
    silent = [
        group.words
        for one in facts.characteristics
        for group in _named(one.groups)
        if group.state == "not met"
    ]
    if silent:
        heard += f" We have not yet heard from {listed(silent, 'or')}."
    elif any(one.groups for one in facts.characteristics):
        heard += " We have heard from someone in every group counted here."
    if facts.what_next.strip():
        heard += f" Next: {_ended(facts.what_next)}"
    return heard[0].upper() + heard[1:]


def _when(facts: Facts) -> str:
    if facts.first is None or facts.last is None:
        return ""
    first, last = f"{facts.first:%B %Y}", f"{facts.last:%B %Y}"
    return f"in {first} " if first == last else f"between {first} and {last} "


def _ended(text: str, end: str = ".") -> str:
    """Return typed words on one line that end as a sentence does, or do not.

    >>> _ended("an agency. "), _ended("an agency.", "")
    ('an agency.', 'an agency')
    """
    return " ".join(text.split()).rstrip(".") + end


def _named(groups: Sequence[Group]) -> list[Group]:
    """Return the groups large enough to be named."""
    return [g for g in groups if g.people is None or g.people >= LEAST_PEOPLE]


def rows(facts: Facts) -> list[tuple[str, str, str, str]]:
    """Return a row for each characteristic: heard from, from some, and not yet."""
    found = []
    for one in facts.characteristics:
        groups = _named(one.groups)
        if not groups:
            found.append((one.name, "Too few people to show", "", ""))
            continue
        heard = [f"{g.words}: {g.heard}" for g in groups if g.state == "met"]
        some = [f"{g.words}: {g.heard}" for g in groups if g.state not in ("met", "not met")]
        silent = [g.words for g in groups if g.state == "not met"]
        found.append((one.name, "\n".join(heard), "\n".join(some), "\n".join(silent)))
    return found


def notes(facts: Facts) -> list[str]:
    """Return what a reader should know of the numbers."""
    said = [
        "Counts are in fives, and of broad groups, so that nobody can be picked out. “Heard from” "
        "is as many as the group’s share of the place would bring; “from some” is fewer.",
        "A small number of people shows who had a chance to be heard, not how common a view is.",
    ]
    unnamed = sum(len(one.groups) - len(_named(one.groups)) for one in facts.characteristics)
    if unnamed:
        said.append(
            f"{count(unnamed, 'group')} with fewer than {LEAST_PEOPLE} people in the place "
            f"{'is' if unnamed == 1 else 'are'} not named: a report that mentions one participant "
            "of so small a group could identify them."
        )
    return said


def _facts_rows(facts: Facts) -> list[tuple[str, str]]:
    when = _when(facts).strip()
    return [
        ("How many", f"{facts.heard} {facts.audience}, in {count(facts.rounds, 'round')}"),
        ("When", f"{when[:1].upper()}{when[1:]}"),
        ("Where", facts.place),
        ("Recruited by", _ended(facts.by_whom, "") if facts.by_whom.strip() else ""),
    ]


def text(facts: Facts) -> str:
    """Return the page as plain text to copy."""
    lines = [f"Who we heard from: {facts.programme}", day(facts.on), "", sentence(facts), ""]
    lines += [f"{label}: {said}" for label, said in _facts_rows(facts) if said]
    for name, heard, some, silent in rows(facts):
        lines += ["", name]
        for label, said in ((HEARD, heard), (SOME, some), (NOT_YET, silent)):
            if said:
                lines.append(f"  {label}: {'; '.join(said.split(chr(10)))}")
    for title, said in (("Why not yet", facts.why), ("What next", facts.what_next)):
        if said.strip():
            lines += ["", f"{title}: {said.strip()}"]
    return "\n".join([*lines, "", *notes(facts)]) + "\n"


def docx(facts: Facts) -> bytes:
    """Return the page as a Word document; the same facts give the same page."""
    document = Document()
    _page(document, facts)
    document.add_heading(_kept(f"Who we heard from: {facts.programme}"), 0)
    _paragraph(document, day(facts.on), colour=MUTED)
    _paragraph(document, sentence(facts), size=12)
    table = _table(document, 0, (3.2, 13.8))
    for label, said in _facts_rows(facts):
        if said:
            _fill(table.add_row(), (label, said), first_bold=True)
    document.add_heading("Heard, and not yet heard from", 1)
    table = _table(document, 4, (3.2, 4.8, 4.8, 4.2))
    _fill(table.rows[0], ("", HEARD, SOME, NOT_YET), all_bold=True)
    _repeat(table.rows[0])
    for row in rows(facts):
        _fill(table.add_row(), row, first_bold=True)
    for title, said in (("Why not yet", facts.why), ("What next", facts.what_next)):
        if said.strip():
            document.add_heading(title, 1)
            for line in said.strip().splitlines():
                _paragraph(document, line)
    for note in notes(facts):
        _paragraph(document, note, size=9, colour=MUTED)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _page(document: Any, facts: Facts) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin = section.bottom_margin = Cm(1.6)
    known = document.core_properties
    known.title, known.author = "Who we heard from", _kept(facts.programme)
    known.language = "en-GB"
    known.created = known.modified = datetime.combine(facts.on, datetime.min.time(), UTC)
    for name, size, bold in (("Normal", 10.5, False), ("Title", 20, True), ("Heading 1", 13, True)):
        style = document.styles[name]
        style.font.name, style.font.size, style.font.bold = "Arial", Pt(size), bold
        style.font.color.rgb = INK
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for one in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{one}"), None)
        spaced = style.paragraph_format
        spaced.space_before, spaced.space_after = Pt(8 if name == "Heading 1" else 0), Pt(4)


def _kept(said: str) -> str:
    return _NOT_IN_XML.sub("", said)


def _paragraph(
    document: Any, said: str, *, size: float | None = None, colour: RGBColor | None = None
) -> None:
    run = document.add_paragraph().add_run(_kept(said))
    if size is not None:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour


def _table(document: Any, columns: int, widths: Sequence[float]) -> Any:
    """Return a table with lines between its rows; with no columns named it has no head."""
    table = document.add_table(rows=1 if columns else 0, cols=len(widths))
    table.alignment = WD_TABLE_ALIGNMENT.LEFT
    table.autofit = False
    borders = OxmlElement("w:tblBorders")
    for side in ("top", "bottom", "insideH"):
        line = OxmlElement(f"w:{side}")
        for name, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", RULE)):
            line.set(qn(f"w:{name}"), value)
        borders.append(line)
    table._tbl.tblPr.append(borders)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
    return table


def _fill(
    row: Any, texts: Sequence[str], *, first_bold: bool = False, all_bold: bool = False
) -> None:
    for i, (cell, said) in enumerate(zip(row.cells, texts, strict=True)):
        cell.width = row.table.columns[i].width
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(2)
        run = paragraph.add_run(_kept(said))
        run.bold = all_bold or (first_bold and i == 0)


def _repeat(row: Any) -> None:
    """Mark a row as the head of its table, for screen readers and further pages."""
    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)
