"""Reads a line a figure: answers to Nomis queries and ONS flexible tables."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from census.own_cube import (
    DOES_NOT_APPLY,
    Cube,
    Form,
    Labels,
    first_missing,
    table,
    variable,
)
from census.own_text import Row, refuse, shown, whole
from census.spelling import even, key

COUNTS = ("observation", "observations", "count", "value", "people", "persons", "population")
"""Headings of the last column of a table with a line a figure."""
DOES_NOT_APPLY_CODE = "-8"
PERCENT = "20301"
_BESIDE = ("DATE", "GEOGRAPHY", "MEASURES", "OBS_STATUS", "OBS_CONF")
"""Columns with a name that divide nobody."""
_WHERE = re.compile(
    r"\b(geo(graphy)?|areas?|authorit(y|ies)|districts?|wards?|councils?|regions?|countr(y|ies)"
    r"|local|place|[lm]soa|constituenc(y|ies)|nations?|health board)\b"
)


@dataclass(frozen=True)
class Layout:
    """Where things stand in a line: area code and name, the divisions, and the figure.

    A division is what it is called, the column of its label and, if there is one, of its code.
    """

    form: Form
    area: tuple[int | None, int | None]
    divisions: tuple[tuple[str, int, int | None], ...]
    value: int


def read_query(rows: Sequence[Row]) -> Cube:
    """Read the answer to a Nomis query, all columns or selected ones."""
    head, lines = table(rows)
    at = {cell.upper(): i for i, cell in enumerate(head.cells)}
    named = [name.removesuffix("_NAME") for name in at if name.endswith("_NAME")]
    divisions = [name for name in named if name not in _BESIDE]
    roots = {
        re.sub(r"_(CODE|TYPE|TYPECODE|SORTORDER|NAME)$", "", name)
        for name in at
        if re.match(r"C(20[0-9]{2})?_", name)
    }
    if nameless := sorted(roots - set(divisions)):
        raise refuse(
            head.line,
            f"there is no column {nameless[0]}_NAME; the names of the groups are needed. Add it "
            "to the columns you select.",
        )
    if not divisions:
        raise refuse(head.line, "there is no column with the names of groups (..._NAME).")
    _check_record_count(lines, at)
    kept = [row for row in lines if not _is_percent(row, at)]
    if not kept:
        raise refuse(head.line, "there are percentages only; numbers of people are needed.")
    _check_status_and_date(kept, at)
    name = at.get("GEOGRAPHY_NAME")
    code = at.get("GEOGRAPHY_CODE", at.get("GEOGRAPHY", name))
    layout = Layout(
        "Nomis query",
        (code, name if name is not None else code),
        tuple((_called(one, kept, at), at[f"{one}_NAME"], None) for one in divisions),
        at["OBS_VALUE"],
    )
    percents = len(lines) - len(kept)
    left = (f"Not used: {percents:,} lines of percentages.",) if percents else ()
    return replace(_stacked(head, kept, layout), left_out=left)


def _is_percent(row: Row, at: Mapping[str, int]) -> bool:
    if "MEASURES" in at and row.cells[at["MEASURES"]] == PERCENT:
        return True
    return "MEASURES_NAME" in at and "percent" in key(row.cells[at["MEASURES_NAME"]])


def _called(division: str, rows: Sequence[Row], at: Mapping[str, int]) -> str:
    """Return what a division is called, from its TYPE column or else its own name."""
    column = at.get(f"{division}_TYPE")
    types = {row.cells[column] for row in rows} if column is not None else set()
    if len(types) == 1 and any(types):
        return types.pop()
    words = re.sub(r"^C([0-9]{4})?_|_[0-9]+[A-Z]?$", "", division).replace("_", " ")
    return words.capitalize() or division


def _check_record_count(rows: Sequence[Row], at: Mapping[str, int]) -> None:
    """Refuse a file with fewer or more lines than the query had."""
    column = at.get("RECORD_COUNT")
    if column is None:
        return
    count = whole(rows[0].cells[column], rows[0].line, "RECORD_COUNT")
    for row in rows:
        if whole(row.cells[column], row.line, "RECORD_COUNT") != count:
            raise refuse(
                row.line,
                f"{shown(row.cells[column])} is not the {count:,} of the lines above. Give one "
                "whole query at a time.",
                "RECORD_COUNT",
            )
    if count != len(rows):
        wrong = "the file is cut" if count > len(rows) else "lines were added or pasted twice"
        raise refuse(
            rows[-1].line,
            f"the query has {count:,} rows and this file {len(rows):,}: {wrong}. Download it "
            "again, in parts if need be.",
            "RECORD_COUNT",
        )


def _check_status_and_date(rows: Sequence[Row], at: Mapping[str, int]) -> None:
    if "OBS_STATUS" in at:
        for row in rows:
            if row.cells[at["OBS_STATUS"]].upper() not in ("A", ""):
                raise refuse(
                    row.line,
                    f"{shown(row.cells[at['OBS_STATUS']])} marks a figure that is missing or not "
                    "final; 'A' is expected.",
                    "OBS_STATUS",
                )
    for name in ("DATE", "DATE_NAME", "TIME"):
        if name in at:
            first = rows[0].cells[at[name]]
            for row in rows:
                if row.cells[at[name]] != first:
                    raise refuse(
                        row.line,
                        f"{shown(row.cells[at[name]])} follows {shown(first)}; figures of one "
                        "date are expected.",
                        name,
                    )


def read_long(rows: Sequence[Row]) -> Cube:
    """Read an ONS flexible table or one laid out like it: codes beside names, the figure last."""
    head, lines = table(rows)
    keys = [key(cell).replace("_", " ") for cell in head.cells]
    code_of = {
        name.removesuffix(" code"): i for i, name in enumerate(keys) if name.endswith(" code")
    }
    named: list[tuple[str, int, int | None]] = []
    used: set[int] = set()
    for i, name in enumerate(keys[:-1]):
        if i not in code_of.values():
            code = code_of.get(name, code_of.get(re.sub(r" (label|name)$", "", name)))
            named.append((head.cells[i], i, code))
            used |= {i} if code is None else {i, code}
    alone = [i for i in range(len(keys) - 1) if i not in used]
    area: tuple[int | None, int | None] = (None, None)
    if alone and _is_area(alone[0], alone[0], lines, keys):
        code = alone.pop(0)
        beside = [one for one in named if one[2] is None and _is_area(one[1], None, lines, keys)]
        area = (code, beside[0][1] if beside else code)
        named = [one for one in named if one not in beside[:1]]
    elif named and _is_area(named[0][1], named[0][2], lines, keys):
        _, name_at, code_at = named.pop(0)
        area = (name_at if code_at is None else code_at, name_at)
    if alone:
        raise refuse(
            head.line,
            "these are codes, and no column has their names. Download the table with names.",
            head.cells[alone[0]],
        )
    if not named:
        raise refuse(head.line, "there is no column of groups before the figures.")
    divisions = tuple((variable(name), at, code) for name, at, code in named)
    return _stacked(head, lines, Layout("ONS table", area, divisions, len(keys) - 1))


def _is_area(at: int, code: int | None, rows: Sequence[Row], keys: Sequence[str]) -> bool:
    """Say whether a column holds places: codes that are no mere numbers, or a word for places."""
    if code is not None:
        return not all(re.fullmatch(r"-?[0-9]+", row.cells[code]) for row in rows)
    return bool(_WHERE.search(keys[at]))


def _stacked(head: Row, rows: Sequence[Row], layout: Layout) -> Cube:
    """Read a line a figure: every area must have every combination once."""
    (code_at, name_at), value = layout.area, layout.value
    value_name = head.cells[value]
    labels: list[dict[str, None]] = [{} for _ in layout.divisions]
    found: dict[str, dict[Labels, int]] = {}
    names: dict[str, str] = {}
    begin: dict[str, int] = {}
    end: dict[str, int] = {}
    clean: dict[str, str] = {}
    for line, cells, _ in rows:
        code = cells[code_at] if code_at is not None else ""
        if code_at is not None and not code:
            raise refuse(line, "has no area.", head.cells[code_at])
        combo = []
        for seen, (_, at, codes) in zip(labels, layout.divisions, strict=True):
            text = cells[at]
            label = clean.get(text)
            if label is None:
                label = clean[text] = even(text)
            if codes is not None and cells[codes] == DOES_NOT_APPLY_CODE:
                label = DOES_NOT_APPLY
            if not label:
                raise refuse(line, "has no group.", head.cells[at])
            seen[label] = None
            combo.append(label)
        if code not in found:
            found[code], begin[code] = {}, line
            names[code] = (cells[name_at] if name_at is not None else "") or code
        end[code] = line
        figures, whose = found[code], tuple(combo)
        if whose in figures:
            where = f" for {shown(names[code])}" if code else ""
            raise refuse(
                line,
                f"{shown('; '.join(whose))} comes a second time{where}. Give one table and one "
                "date at a time.",
            )
        figures[whose] = whole(cells[value], line, value_name)
    listed = [list(seen) for seen in labels]
    size = prod(map(len, listed))
    for code, figures in found.items():
        if len(figures) != size:
            missing = shown("; ".join(first_missing(listed, figures)))
            where = f"{shown(names[code])} has" if code else "there is"
            raise refuse(
                end[code],
                f"{where} no figure for {missing}; every combination is expected once. The file "
                "may be cut, or two of its columns may say the same.",
            )
    order = list(product(*listed))
    return Cube(
        layout.form,
        tuple((code, names[code]) for code in found),
        tuple(begin.values()),
        tuple(name for name, _, _ in layout.divisions),
        tuple(tuple(seen) for seen in listed),
        tuple(tuple([figures[combo] for combo in order]) for figures in found.values()),
    )
