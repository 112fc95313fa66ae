"""What every form of a user's own file is read to: people per area and combination of labels."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal

from census.own_text import Row, refuse
from census.spelling import key

Form = Literal["Nomis bulk file", "Nomis query", "ONS table", "two columns"]
Labels = tuple[str, ...]

DOES_NOT_APPLY = "Does not apply"
PERCENT_SIGN = "%"
_FOOT = re.compile(
    r"source|notes?\b|this |in order to|©|\(c\)|crown|\*|\[|figures|statistical|ons ", re.I
)


@dataclass(frozen=True)
class Cube:
    """People per area and combination of labels, as the file gives them, sums and all.

    `areas` are codes and names. `counts` has a tuple an area, one number for every combination,
    the last variable running fastest; `lines` says where each area begins in the file.
    """

    form: Form
    areas: tuple[tuple[str, str], ...]
    lines: tuple[int, ...]
    variables: tuple[str, ...]
    labels: tuple[Labels, ...]
    counts: tuple[tuple[int, ...], ...]
    left_out: tuple[str, ...] = ()
    title: str = ""


def variable(heading: str) -> str:
    """Return what a column of groups divides people by.

    >>> variable("Ethnic group (20 categories)"), variable("Religion - 8 Categories Label")
    ('Ethnic group', 'Religion')
    """
    name = re.sub(r"[\s_]+(label|name)$", "", heading, flags=re.I).strip()
    name = re.sub(r"(\s*-\s*|\s*\()[0-9]+ categor(y|ies)\)?$", "", name, flags=re.I)
    name = re.sub(r"\s*\([A-Z]\)$", "", name).strip() or heading
    return name[:1].upper() + name[1:]


def first_missing(labels: Sequence[Sequence[str]], found: Container[Labels]) -> Labels:
    """Return a combination without a figure, without listing all there could be."""
    return next(combo for combo in product(*labels) if combo not in found)


def filled(cells: Sequence[str]) -> list[str]:
    """Return cells without the empty ones at the end."""
    kept = list(cells)
    while kept and not kept[-1]:
        kept.pop()
    return kept


def table(rows: Sequence[Row]) -> tuple[Row, list[Row]]:
    """Return the head and the lines of one table, without the notes below it.

    Refuses a heading that is empty or there twice, lines cut short or too long, figures below a
    note, headings that come again, and a table without lines.
    """
    head = Row(rows[0].line, filled(rows[0].cells), False)
    width = len(head.cells)
    names: list[str] = []
    for n, cell in enumerate(head.cells, 1):
        if not cell:
            raise refuse(head.line, f"column {n} has no heading.")
        names.append(key(cell))
    twice = [name for name in names if name != PERCENT_SIGN]
    if len(set(twice)) < len(twice):
        again = next(c for n, c in enumerate(head.cells) if names.index(key(c)) < n)
        raise refuse(head.line, "is there twice; a heading is expected once.", again)
    lines: list[Row] = []
    noted = False
    for row in rows[1:]:
        size = len(row.cells)
        if size != width:
            if _is_note(row, noted, width):
                noted = True
                continue
            if size > width and len(filled(row.cells)) > width:
                raise refuse(row.line, f"there are {size} columns; {width} are expected.")
            if size < width:
                raise refuse(
                    row.line,
                    f"there {'is' if size == 1 else 'are'} {size} "
                    f"column{'s' if size > 1 else ''}; {width} are expected. The file may be "
                    "cut; download it again.",
                )
        elif not row.cells[-1] and _is_note(row, noted, width):
            noted = True
            continue
        if noted:
            raise refuse(row.line, "there are figures below a note. Give one table at a time.")
        if key(row.cells[0]) == names[0] and [key(c) for c in row.cells[:width]] == names:
            raise refuse(row.line, "the headings come again. Give one file at a time.")
        lines.append(row)
    if not lines:
        raise refuse(head.line, "there are headings and no figures below them.")
    return head, lines


def _is_note(row: Row, noted: bool, width: int) -> bool:
    """Say whether a line is words below the table: apart from it, or begun as notes are."""
    first, *others = filled(row.cells)
    begins = noted or (" " in first and (row.after_gap or bool(_FOOT.match(first))))
    return begins and len(others) + 1 < width and not any(map(str.isdigit, others))
