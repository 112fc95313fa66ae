"""Census figures in a file of the user's own: recognised by content, read, or refused in words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from census import extract
from census.errors import BadFile, CensusError
from census.model import JointCell, JointDistribution, Source
from census.own_cube import Cube, Form, Labels, filled
from census.own_groups import some, understand
from census.own_long import COUNTS, read_long, read_query
from census.own_text import Row, refuse, rows_of, shown, text_of
from census.own_wide import read_two_columns, read_wide
from census.spelling import did_you_mean, key
from census.tables import TABLES
from census.topics import TOPICS

MOST_TITLE_LINES = 30
"""Lines that a download of the Nomis site may have above its table."""
MOST_VARIABLES_JOINT = 4
_TABLE = re.compile(r"(?<![a-z0-9])(?:census2021-)?((?:ts|rm)[0-9]{3}[a-z]{0,3})(?![a-z0-9])", re.I)
_SMALL = {
    f"{country}{number}": kind
    for number, kind in (("00", "Output areas"), ("01", "LSOAs"), ("02", "MSOAs"), ("05", "Wards"))
    for country in "EW"
} | {"E14": "Constituencies", "W07": "Constituencies"}
_KINDS: dict[Form, str] = {
    "Nomis bulk file": "A Nomis bulk file",
    "Nomis query": "A Nomis query",
    "ONS table": "An ONS table",
    "two columns": "Two columns",
}


@dataclass(frozen=True)
class OwnFile:
    """Figures of the user's own, as understood.

    `areas` are codes and names; a plain file has one without either. `groups` are those of each
    variable in print order; `topics` has the id of the app's own topic where a variable has its
    groups, which then go by the app's short names. `cells` has the people per area code and
    combination; a label there that is not among `groups` means people did not answer.
    """

    form: Form
    name: str
    table: str | None
    title: str
    unit: str
    areas: tuple[tuple[str, str], ...]
    variables: Labels
    topics: tuple[str | None, ...]
    groups: tuple[Labels, ...]
    cells: Mapping[str, Mapping[Labels, int]] = field(repr=False)
    left_out: Labels = ()
    warnings: Labels = ()

    @property
    def topic(self) -> str | None:
        """The app's own topic of a file with one variable, if it is one."""
        return self.topics[0] if len(self.topics) == 1 else None

    @property
    def titles(self) -> Labels:
        """What each variable is called on screen: the topic's title, or the file's own word."""
        return tuple(
            TOPICS[topic].title if topic else variable
            for topic, variable in zip(self.topics, self.variables, strict=True)
        )

    def people(self, areas: Sequence[str] = (), variable: str | None = None) -> dict[str, int]:
        """Return people per group of a variable (the first if none is named).

        `areas` are codes or names; none means all. Those who did not answer are in no group.

        Raises `BadFile` for areas and variables the file does not have, and areas that overlap.
        """
        at = self._variable(variable)
        people = dict.fromkeys(self.groups[at], 0)
        for code in self._codes(areas):
            for combo, count in self.cells[code].items():
                if combo[at] in people:
                    people[combo[at]] += count
        return people

    def joint(self, areas: Sequence[str] = ()) -> JointDistribution | None:
        """Return people per combination, of a file with two to four variables; else None.

        Raises `BadFile` as `people` does.
        """
        if not 2 <= len(self.variables) <= MOST_VARIABLES_JOINT:
            return None
        rows = [self.cells[code] for code in self._codes(areas)]
        return JointDistribution(
            topics=tuple(t or v for t, v in zip(self.topics, self.variables, strict=True)),
            titles=self.titles,
            groups=self.groups,
            cells=tuple(
                JointCell(combo, sum(row[combo] for row in rows)) for combo in product(*self.groups)
            ),
            source=self.source(areas),
        )

    def source(self, areas: Sequence[str] = ()) -> Source:
        """Return where these figures come from; raises `BadFile` as `people` does."""
        return Source(
            table=self.table or "",
            title=self.title,
            base=f"{self.unit} counted in a file of your own",
            census_date=None,
            release=None,
            areas=tuple(code for code in self._codes(areas) if code),
            status="own file",
            licence=None,
            origin="own file",
        )

    def preview(self, areas: Sequence[str] = ()) -> list[str]:
        """Say what was understood, one plain sentence each, before anything is used."""
        divided = [
            f"{title} ({len(groups):,} groups)"
            for title, groups in zip(self.titles, self.groups, strict=True)
        ]
        table = f", {self.table}" if self.table else ""
        names = [name for _, name in self.areas if name]
        where = f" for {names[0] if len(names) == 1 else f'{len(names):,} areas'}" if names else ""
        said = [f"{_KINDS[self.form]}{table}: {' by '.join(divided)}{where}."]
        overlap = _overlap(list(self.cells))
        if areas or not overlap:
            chosen = self._codes(areas)
            people = sum(sum(self.cells[code].values()) for code in chosen)
            inside = [name for code, name in self.areas if code in chosen and name]
            place = f"in {inside[0]}" if len(inside) == 1 else "in all"
            said.append(f"{people:,} {self.unit} {place}.")
        if overlap:
            said.append(overlap)
        for title, groups in zip(self.titles, self.groups, strict=True):
            said.append(f"{title}: {some(groups)}.")
        return [*said, *self.left_out, *self.warnings]

    def _variable(self, asked: str | None) -> int:
        if asked is None:
            return 0
        for at, names in enumerate(zip(self.variables, self.titles, self.topics, strict=True)):
            if key(asked) in [key(name) for name in names if name]:
                return at
        raise BadFile(
            f"The file does not divide people by {shown(asked)}.{did_you_mean(asked, self.titles)}"
        )

    def _codes(self, asked: Sequence[str]) -> list[str]:
        """Return the codes of the areas asked for, or of all; refuses areas that overlap."""
        named = {extract.plain(name): code for code, name in reversed(self.areas)}
        codes: dict[str, None] = {}
        for one in asked or self.cells:
            code = one if one in self.cells else named.get(extract.plain(one))
            if code is None:
                raise BadFile(f"The file has no figures for {shown(one)}.")
            codes[code] = None
        if overlap := _overlap(list(codes)):
            raise BadFile(overlap)
        return list(codes)


def _overlap(codes: Sequence[str]) -> str:
    """Say which two areas share people, as far as the app knows the places; else nothing."""
    try:
        places = extract.gazetteer()
    except CensusError:
        return ""
    owner: dict[str, str] = {}
    for code in codes:
        for place in places.covers.get(code, ()):
            other = owner.setdefault(place, code)
            if other != code:
                one, two = places.areas[other].name, places.areas[code].name
                return f"'{one}' and '{two}' share people. Choose the areas to use."
    kinds = {_SMALL.get(code[:3], "larger places") for code in codes}
    if len(kinds) > 1 and any(code not in places.areas for code in codes if code[:3] in _SMALL):
        return f"{' and '.join(sorted(kinds))} may share people. Choose areas of one kind."
    return ""


def read(body: bytes, name: str = "") -> OwnFile:
    """Read a Nomis bulk file, a Nomis query, an ONS table or two columns of group and people.

    The form is told by the content; `name`, the file's name, only helps to name the table.

    >>> read(b"Role,People\\nContact centre,310\\nFront desk,85").people()
    {'Contact centre': 310, 'Front desk': 85}

    Raises `BadFile`, with the line, the column and what was expected.
    """
    text = text_of(body)
    cube = _recognised(rows_of(text))
    found = understand(cube)
    hint = _TABLE.search(name) or _TABLE.match(cube.title)
    table = hint[1].upper() if hint else found.table
    variables = tuple(one.name for one in found.variables)
    warnings = found.warnings
    if cube.form == "ONS table" and not text.endswith(("\n", "\r")):
        warnings = (
            *warnings,
            "The last line is not ended: if the download broke off, its figure is too small.",
        )
    return OwnFile(
        form=cube.form,
        name=name,
        table=table,
        title=TABLES[table].title if table in TABLES else cube.title or " by ".join(variables),
        unit=found.unit,
        areas=found.areas,
        variables=variables,
        topics=tuple(one.topic for one in found.variables),
        groups=tuple(tuple(one.names.values()) for one in found.variables),
        cells={code: row for (code, _), row in zip(found.areas, found.rows, strict=True)},
        left_out=found.left_out,
        warnings=warnings,
    )


def _recognised(rows: Sequence[Row]) -> Cube:
    """Read the table by the form its first line has."""
    heads = [key(cell) for cell in filled(rows[0].cells)]
    if "obs_value" in heads:
        return read_query(rows)
    if len(heads) > 2 and heads[-1] in COUNTS:
        return read_long(rows)
    if "geography code" in heads:
        name_at = heads.index("geography") if "geography" in heads else None
        return read_wide(rows, heads.index("geography code"), name_at)
    for i, row in enumerate(rows[:MOST_TITLE_LINES]):
        if len(row.cells) > 2 and key(row.cells[1]) == "mnemonic":
            return read_wide(rows[i:], 1, 0, rows[0].cells[0] if i else "")
    if len(heads) == 2 or (len(heads) > 2 and _is_one_number(rows[0].cells[1:])):
        return read_two_columns(rows)
    begins = shown(", ".join(rows[0].cells))
    raise refuse(
        rows[0].line,
        f"{begins} begins none of the forms that can be read: a Nomis bulk file (date, geography, "
        "geography code, ...), a Nomis query (..., OBS_VALUE), an ONS table (..., Observation), "
        "or two columns of group and people.",
    )


def _is_one_number(cells: Sequence[str]) -> bool:
    return all(re.fullmatch("[0-9]{1,3}", cell) for cell in cells)
