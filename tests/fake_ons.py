"""Stands in for the ONS census service. DESCRIBED, NOT RECORDED: nothing is the service's own.

The forms of the bodies follow the shape of one answer of the service's own tests, and what public
clients of the service read from it (`total_count`, `blocked_areas`, status 400 for a table
kept back, 403 for one that is too large). Variable names and labels follow TS_Table_Metadata.csv,
TS_Cell_Metadata.csv and the words of the service's downloads; how each is grouped is our guess.

JOINT COUNTS ARE MADE UP: raked to the one-way figures kept with the app, with a mild tilt, zero
where impossible, rounded. Only sex by age is real. Wards and other small places follow the
invented figures of `tests.fake_figures`, with the ages of their authority.
"""

from __future__ import annotations

import json
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any

import numpy as np

from census import extract
from census.tables import TABLES
from tests import fake_figures
from tests.fake_ons_variables import LOWEST_AGE, VARIABLES, Grouping

Answer = tuple[int, dict[str, str], bytes]

BLOCKED: set[str] = set()
"""Codes of areas whose joint tables are kept back."""
PEOPLE_A_CELL = 5
"""An area with fewer people than this for each figure of a table is kept back as well."""
is_blocking = False
"""Whether all areas are kept back, as with the trouble "blocked"."""
TROUBLE: str | None = None
"""What goes wrong with joint tables; "lists ..." for the lists of variables instead."""

MOST_ROWS = 100_000
JSON = {"Content-Type": "application/json; charset=utf-8"}
POPULATIONS = {"UR": "All usual residents", "UR_HH": "All usual residents in households"}
AREA_TYPES = {
    "nat": "England and Wales",
    "ctry": "Countries",
    "rgn": "Regions",
    "utla": "Upper tier local authorities",
    "ltla": "Lower tier local authorities",
    "p19wpc": "Post-2019 Westminster Parliamentary constituencies",
    "wd": "Electoral wards and divisions",
    "msoa": "Middle layer Super Output Areas",
    "lsoa": "Lower layer Super Output Areas",
}
SMALL_LEVELS = {"wd": 153, "msoa": 152, "lsoa": 151, "p19wpc": 172}
LEVELS = {
    "nat": ("several",),
    "ctry": ("country",),
    "rgn": ("region",),
    "utla": ("county", "local authority"),
    "ltla": ("local authority",),
}
HOUSEHOLD_STEMS = ("hh_tenure", "number_of_cars", "hh_family_composition")
ROUNDS = 25


def answer(path: str, query: dict[str, str]) -> Answer:
    """Answer one question: the path after the base address, and its parameters."""
    steps = path.strip("/").removeprefix("ons/").split("/")
    is_list = steps[-1] in ("dimensions", "categorisations")
    spoilt = (TROUBLE or "").removeprefix("lists ") if is_list else ""
    said = {"items": [], "total_count": 3}
    if spoilt != TROUBLE and (found := _trouble(spoilt, said)):
        return found
    match steps:
        case ["population-types"]:
            return _page(
                [
                    {"name": name, "label": label, "type": "microdata"}
                    for name, label in POPULATIONS.items()
                ],
                query,
            )
        case ["population-types", kind, *rest] if kind in POPULATIONS:
            return _of_population(kind, rest, query)
    return _refuse(404, "not found")


def _of_population(kind: str, rest: list[str], query: dict[str, str]) -> Answer:
    word = query.get("q", "").casefold()
    match rest:
        case ["area-types"]:
            return _page([{"id": k, "label": v} for k, v in AREA_TYPES.items()], query)
        case ["area-types", area_type, "areas"] if area_type in AREA_TYPES:
            listed = [
                {"id": area.code, "label": area.name, "area_type": area_type}
                for area in extract.every_area()
                if area.type in LEVELS.get(area_type, ()) and word in area.name.casefold()
            ]
            return _page(listed, query)
        case ["dimensions"]:
            listed = [
                {"id": next(iter(groupings)), "label": label}
                for stem, (label, groupings) in VARIABLES.items()
                if (kind == "UR_HH" or stem not in HOUSEHOLD_STEMS) and word in label.casefold()
            ]
            return _page(listed, query)
        case ["dimensions", name, "categorisations"]:
            stem = _stem(name)
            if stem is None or (kind == "UR" and stem in HOUSEHOLD_STEMS):
                return _refuse(404, "dimension not found")
            groupings = VARIABLES[stem][1]
            return _page([_item(stem, one) for one in groupings], query)
        case ["census-observations"]:
            return _observations(kind, query)
    return _refuse(404, "not found")


def _page(items: list[dict[str, Any]], query: dict[str, str]) -> Answer:
    limit, offset = int(query.get("limit", "20")), int(query.get("offset", "0"))
    some = items[offset : offset + limit]
    return _json(
        200,
        {
            "limit": limit,
            "offset": offset,
            "count": len(some),
            "total_count": len(items),
            "items": some,
        },
    )


def _json(status: int, value: Any) -> Answer:
    return status, dict(JSON), json.dumps(value).encode()


def _refuse(status: int, why: str) -> Answer:
    return _json(status, {"errors": [why]})


def _stem(name: str) -> str | None:
    return next((stem for stem, (_, names) in VARIABLES.items() if name in names), None)


def _item(stem: str, name: str) -> dict[str, Any]:
    label, groupings = VARIABLES[stem]
    listed = [{"id": one.id, "label": one.label} for one in groupings[name]]
    return {
        "id": name,
        "label": f"{label} ({len(listed)} categories)",
        "quality_statement_text": "",
        "default_categorisation": name == next(iter(groupings)),
        "categories": listed,
    }


def _observations(kind: str, query: dict[str, str]) -> Answer:
    area_type, *codes = query.get("area-type", "").split(",")
    names = query.get("dimensions", "").split(",")
    stems = [_stem(name) for name in names]
    known = [stem for stem in stems if stem and (kind == "UR_HH" or stem not in HOUSEHOLD_STEMS)]
    if area_type not in AREA_TYPES or len(known) < len(names) or len(set(known)) < len(known):
        return _refuse(400, "")
    if TROUBLE == "refused":
        return _refuse(400, "")
    codes = codes or [a.code for a in extract.every_area() if a.type in LEVELS.get(area_type, ())]
    asked = [code for code in codes if _is_known(area_type, code)]
    groupings = [VARIABLES[stem][1][name] for stem, name in zip(known, names, strict=True)]
    cells = prod(map(len, groupings))
    if cells * len(asked) > MOST_ROWS or (TROUBLE == "too large" and len(asked) > 1):
        return _refuse(403, "Too many rows returned, please refine your query")
    rows: list[dict[str, Any]] = []
    blocked = 0
    for code in asked:
        kept_back = is_blocking or TROUBLE == "blocked" or code in BLOCKED
        if kept_back or residents(code, kind) < PEOPLE_A_CELL * cells:
            blocked += 1
            continue
        counts = table(code, kind, tuple(names))
        place = _option(AREA_TYPES[area_type], area_type, fake_figures.places()[code].name, code)
        for at, options in zip(np.ndindex(counts.shape), product(*groupings), strict=True):
            dimensions = [place] + [
                _option(f"{VARIABLES[stem][0]} ({len(g)} categories)", name, one.label, one.id)
                for stem, name, g, one in zip(known, names, groupings, options, strict=True)
            ]
            rows.append({"dimensions": dimensions, "observation": int(counts[at])})
    said = {
        "observations": rows or None,
        "links": {"self": {"href": "http://localhost/census-observations"}},
        "total_observations": len(rows),
        "blocked_areas": blocked,
        "total_areas": len(asked),
        "areas_returned": len(asked) - blocked,
    }
    return (_trouble(TROUBLE, said) if TROUBLE else None) or _json(200, said)


def _option(label: str, name: str, option: str, option_id: str) -> dict[str, str]:
    return {"dimension": label, "dimension_id": name, "option": option, "option_id": option_id}


def _trouble(kind: str, said: dict[str, Any]) -> Answer | None:
    """Answer in a way that is wrong; None for a kind that spoils nothing here."""
    rows = said.get("observations") or [{}]
    match kind:
        case "html":
            return 200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><p>Maintenance</p>"
        case "empty":
            return 200, dict(JSON), b""
        case "error":
            return _json(200, {"error": "Cannot create query"})
        case "cut":
            whole = json.dumps(said).encode()
            return 200, dict(JSON), whole[: len(whole) // 2]
        case "busy":
            return 429, {**JSON, "Retry-After": "0"}, b""
        case "down":
            return 503, {"Content-Type": "text/html"}, b"<p>Service Unavailable</p>"
        case "missing":
            return _json(200, {"total_observations": 0})
        case "short":
            return _json(200, said | {"observations": rows[:-1]})
        case "silent":
            return _json(200, said | {"observations": [], "total_observations": 0})
        case "twice":
            return _json(200, said | {"observations": [*rows[:-1], rows[0]]})
        case "negative" | "fraction" | "text" | "null":
            value = {"negative": -1, "fraction": 1.5, "text": "12", "null": None}[kind]
            rows[0] = rows[0] | {"observation": value}
        case "zero":
            rows[:] = [row | {"observation": 0} for row in rows]
        case "category":
            rows[0]["dimensions"][-1] = rows[0]["dimensions"][-1] | {"option_id": "99"}
        case "other area":
            for row in rows:
                row["dimensions"][0] = row["dimensions"][0] | {"option_id": "E06000001"}
        case _:
            return None
    return _json(200, said)


# Made-up joint counts


def _is_known(area_type: str, code: str) -> bool:
    area = extract.gazetteer().areas.get(code)
    if area_type in LEVELS:
        in_wales = area_type == "rgn" and code == "W92000004"
        return in_wales or (area is not None and area.type in LEVELS[area_type])
    place = fake_figures.places().get(code)
    return place is not None and place.type == SMALL_LEVELS[area_type]


def _one_way(table_id: str, code: str) -> dict[str, int]:
    """Return a table's leaves for a place, or for its authority where the place has none."""
    row = fake_figures.figures(table_id, code)
    row = row or fake_figures.figures(table_id, fake_figures.places()[code].authority) or {}
    return {leaf: row[leaf] for leaf in TABLES[table_id].leaves}


@lru_cache(maxsize=512)
def _ages(code: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return women and men by single year; the last of 91 is everyone of 90 and over."""
    counts = _one_way("TS009", code)
    women, men = (
        [n for label, n in counts.items() if label.startswith(sex)] for sex in ("Female;", "Male;")
    )
    scale = 1.0
    if fake_figures.figures("TS009", code) is None:
        scale = sum(_one_way("TS021", code).values()) / sum(women + men)
    return tuple(round(n * scale) for n in women), tuple(round(n * scale) for n in men)


@lru_cache(maxsize=2048)
def residents(code: str, kind: str) -> int:
    """Return how many people the made-up tables of an area count."""
    total = sum(map(sum, _ages(code)))
    if kind == "UR":
        return total
    counts = _one_way("TS001", code)
    return round(total * counts["Lives in a household"] / sum(counts.values()))


@lru_cache(maxsize=256)
def margin(code: str, stem: str, kind: str) -> np.ndarray:
    """Return the one-way figures of a variable's finest categories, adding up to everyone."""
    people = residents(code, kind)
    women, men = np.array(_ages(code)[0], float), np.array(_ages(code)[1], float)
    if stem == "resident_age":
        found = _to_single_years(women + men)
    elif stem == "sex":
        found = np.array([women.sum(), men.sum()])
    else:
        under = float((women + men)[: LOWEST_AGE.get(stem, 0)].sum()) / (women + men).sum()
        finest = next(iter(VARIABLES[stem][1].values()))
        weights = np.array([one.weigh(lambda table: _one_way(table, code)) for one in finest])
        found = np.where([one.id == "-8" for one in finest], 0.0, weights)
        found *= (1 - under) / found.sum()
        found[[one.id == "-8" for one in finest]] = under
    return found * (people / found.sum())


def _to_single_years(counts: np.ndarray) -> np.ndarray:
    tail = 0.7 ** np.arange(11)
    return np.concatenate([counts[:90], counts[90] * tail / tail.sum()])


@lru_cache(maxsize=32)
def _finest(code: str, kind: str, stems: tuple[str, ...]) -> np.ndarray:
    """Return made-up counts by the finest categories of the variables, in the order given."""
    margins = [margin(code, stem, kind) for stem in stems]
    counts = _tilt(tuple(len(one) for one in margins))
    if "resident_age" in stems and "sex" in stems:
        counts = np.ones_like(counts)
        women, men = (_to_single_years(np.array(one, float)) for one in _ages(code))
        age, sex = stems.index("resident_age"), stems.index("sex")
        real = np.stack([women, men], axis=1 if age < sex else 0)
        shape = [n if i in (age, sex) else 1 for i, n in enumerate(counts.shape)]
        counts = counts * real.reshape(shape)
    counts = counts * _possible(stems, counts.shape)
    for _ in range(ROUNDS):
        for i, wanted in enumerate(margins):
            others = tuple(j for j in range(counts.ndim) if j != i)
            have = counts.sum(axis=others)
            factor = np.divide(wanted, have, out=np.zeros_like(have), where=have > 0)
            counts = counts * factor.reshape([-1 if j == i else 1 for j in range(counts.ndim)])
    upto = np.rint(np.cumsum(counts.ravel()))
    return np.diff(upto, prepend=0.0).reshape(counts.shape).astype(int)


def _tilt(shape: tuple[int, ...]) -> np.ndarray:
    """Return weights near 1 that lean a little from pair to pair, the same every time."""
    counts = np.ones(shape)
    at = np.indices(shape)
    for i in range(len(shape)):
        for j in range(i):
            counts *= np.exp(0.25 * np.sin(1.7 * at[i] / shape[i] * 6 + 2.3 * at[j] / shape[j] * 6))
    return counts


def _possible(stems: tuple[str, ...], shape: tuple[int, ...]) -> np.ndarray:
    """Return 1 where a combination can be and 0 where the definitions rule it out."""
    at = np.indices(shape)
    counts = np.ones(shape)
    finest = [next(iter(VARIABLES[stem][1].values())) for stem in stems]
    outside = [
        np.isin(at[i], [k for k, one in enumerate(grouping) if one.id == "-8"])
        for i, grouping in enumerate(finest)
    ]
    for i, stem in enumerate(stems):
        lowest = LOWEST_AGE.get(stem, 0)
        for j, other in enumerate(stems):
            if other == "resident_age":
                counts *= (at[j] < lowest) == outside[i] if lowest else 1
                for label, low, high in (
                    ("Retired", 35, 200),
                    ("One-person household: Aged 66", 66, 200),
                    ("One-person household: Other", 16, 65),
                ):
                    this = np.isin(at[i], [k for k, o in enumerate(finest[i]) if label in o.label])
                    counts *= ~this | ((at[j] >= low) & (at[j] <= high))
            elif lowest and lowest <= LOWEST_AGE.get(other, 0) and i != j:
                counts *= ~outside[i] | outside[j]
    return counts


def table(code: str, kind: str, names: tuple[str, ...]) -> np.ndarray:
    """Return the made-up joint table of variables, by their own categories."""
    stems = tuple(_stem(name) or "" for name in names)
    order = tuple(sorted(stems))
    counts = _finest(code, kind, order)
    for name, stem in zip(names, stems, strict=True):
        grouping: tuple[Grouping, ...] = VARIABLES[stem][1][name]
        parts = np.array([[k in one.parts for k in range(one.of)] for one in grouping], int)
        i = order.index(stem)
        counts = np.moveaxis(np.tensordot(parts, counts, axes=(1, i)), 0, i)
    return np.transpose(counts, [order.index(stem) for stem in stems])
