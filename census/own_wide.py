"""Reads a Nomis bulk file (a line an area, a column a cell) and plain two columns."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import product
from math import prod

from census.errors import BadFile
from census.own_cube import (
    PERCENT_SIGN,
    Cube,
    Labels,
    filled,
    first_missing,
    table,
    variable,
)
from census.own_text import Row, refuse, shown, whole
from census.spelling import even, key

MOST_GROUPS = 60
"""In a plain file of two columns."""
_MEASURE = re.compile(r";\s*measures?:\s*(\w+)\s*$", re.I)
_BESIDE = ("rural urban", "geography type", PERCENT_SIGN)
"""Columns of a bulk file that hold no cells of the table."""


def read_two_columns(rows: Sequence[Row]) -> Cube:
    """Read a group and its people on each line; a first line without a number is a head."""
    first = filled(rows[0].cells)
    headed = len(rows) > 1 and len(first) == 2 and bool(re.match(r"[^\W\d_]", first[1]))
    people: dict[str, int] = {}
    seen: set[str] = set()
    for row in rows[1:] if headed else rows:
        cells = filled(row.cells)
        if not cells[0]:
            raise refuse(row.line, "has no group; a group and a whole number are expected.")
        if len(cells) == 1:
            raise refuse(row.line, f"{shown(cells[0])} needs a whole number of people beside it.")
        if len(cells) > 2 and not all(re.fullmatch("[0-9]{3}", cell) for cell in cells[2:]):
            raise refuse(row.line, f"there are {len(cells)} columns; two are expected.")
        label = even(cells[0])
        if key(label) in seen:
            raise refuse(row.line, f"names {shown(label)} a second time.")
        seen.add(key(label))
        people[label] = whole(",".join(cells[1:]), row.line, first[1] if headed else "2")
    if len(people) > MOST_GROUPS:
        raise BadFile(f"There are {len(people)} groups; the most in two columns is {MOST_GROUPS}.")
    return Cube(
        "two columns",
        (("", ""),),
        (rows[0].line,),
        (variable(first[0]) if headed and first[0] else "Group",),
        (tuple(people),),
        (tuple(people.values()),),
    )


def read_wide(rows: Sequence[Row], code_at: int, name_at: int | None, title: str = "") -> Cube:
    """Read a Nomis bulk file, early or late style; sub-totals are still in it."""
    head, lines = table(rows)
    columns, percents = [], 0
    for at in range(max(code_at, name_at or 0) + 1, len(head.cells)):
        measure = _MEASURE.search(head.cells[at])
        if measure and key(measure[1]) != "value":
            percents += 1
        elif key(head.cells[at]) not in _BESIDE:
            columns.append(at)
    if not columns:
        raise refuse(head.line, "no column of figures follows the area code.")
    texts = [even(_MEASURE.sub("", head.cells[at])) for at in columns]
    variables, labels, order = _headings(texts, head)
    ordered = [(columns[i], head.cells[columns[i]]) for i in order]
    places: dict[str, int] = {}
    areas, counts = [], []
    for line, cells, _ in lines:
        code = cells[code_at]
        name = (cells[name_at] if name_at is not None else "") or code
        if not code:
            raise refuse(line, "has no area code.", head.cells[code_at])
        if code in places:
            raise refuse(
                line,
                f"{shown(name)} was on line {places[code]} already. Give one table and one date "
                "at a time.",
            )
        places[code] = line
        areas.append((code, name))
        counts.append(tuple([whole(cells[at], line, heading) for at, heading in ordered]))
    return Cube(
        "Nomis bulk file",
        tuple(areas),
        tuple(places.values()),
        variables,
        labels,
        tuple(counts),
        (f"Not used: {percents} columns of percentages.",) if percents else (),
        title,
    )


def _headings(texts: Sequence[str], head: Row) -> tuple[Labels, tuple[Labels, ...], list[int]]:
    """Split headings such as "Sex: Female; Age: Aged 1 year" into variables and labels.

    Returns also where each combination stands, the last variable running fastest.
    """
    parts = [re.split(r";\s+(?=[^:;]+: )", text) for text in texts]
    openings = {tuple(part.split(": ", 1)[0] for part in split) for split in parts}
    opening = next(iter(openings))
    combos: list[Labels]
    if len(openings) == 1 and len(opening) > 1 and len(set(opening)) == len(opening):
        variables = opening
        combos = [tuple(part.split(": ", 1)[-1] for part in split) for split in parts]
    else:
        prefix = texts[0].split(": ", 1)[0]
        shared = sum(text.startswith(f"{prefix}: ") for text in texts)
        named = ": " in texts[0] and shared * 2 >= len(texts) and key(prefix) != "total"
        variables = (prefix,) if named else ("Group",)
        combos = [(text.removeprefix(f"{prefix}: ") if named else text,) for text in texts]
    labels = tuple(tuple(dict.fromkeys(c[i] for c in combos)) for i in range(len(variables)))
    at: dict[Labels, int] = {}
    for i, combo in enumerate(combos):
        if combo in at:
            raise refuse(head.line, "is there twice; a heading is expected once.", texts[i])
        at[combo] = i
    if prod(map(len, labels)) != len(combos):
        missing = shown("; ".join(first_missing(labels, at)))
        raise refuse(head.line, f"there is no column for {missing}.")
    return variables, labels, [at[combo] for combo in product(*labels)]
