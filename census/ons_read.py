"""Reads what the ONS service answers: lists of variables and groupings, and joint tables.

Each reader takes a body to values, or raises `BadAnswer`. Nothing here touches the network.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from census.client import Body
from census.errors import BadAnswer
from census.ons_groups import DOES_NOT_APPLY, Variable

WEB_PAGE_HINT = "Usually it is being repaired, or there was too much to do: try again later."
MOST_PEOPLE = 1_000_000_000
"""More than this is no count of people in England and Wales."""

Cells = dict[tuple[str, ...], int]
"""People by category ids, one for each variable in the order asked."""


@dataclass(frozen=True)
class Observations:
    """What a joint table holds by area code, and the codes the service left out."""

    by_area: Mapping[str, Cells]
    left_out: tuple[str, ...]


def _object(body: Body) -> dict[str, Any]:
    """Return a body as a JSON object; says what else it is."""
    text = body.text().strip()
    if not text:
        raise BadAnswer("sent an empty answer")
    if "html" in body.type or text.startswith("<"):
        raise BadAnswer("sent a web page where figures should be", WEB_PAGE_HINT)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise BadAnswer("sent an answer that is damaged or cut off") from None
    if not isinstance(value, dict):
        raise BadAnswer("sent an answer that makes no sense")
    if ("error" in value or "errors" in value) and "observations" not in value:
        raise BadAnswer("sent an error instead of an answer")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise BadAnswer("sent a name that is no text")
    return value.strip()


def _list(value: Any) -> list[Any]:
    """Return a list; the service writes an empty one as null."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise BadAnswer("sent an answer that is not in the form of a list")
    return value


def _member(value: Any, name: str) -> Any:
    if not isinstance(value, dict) or name not in value:
        raise BadAnswer(f"sent an answer without {name!r}")
    return value[name]


def _whole(value: Any) -> int:
    """Return a count: a whole number, however it is written, within what can be."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < MOST_PEOPLE:
        raise BadAnswer("sent a count that is no whole number of people")
    return value


def _items(body: Body) -> tuple[list[Any], int]:
    page = _object(body)
    items = _list(_member(page, "items"))
    return items, _whole(page.get("total_count", len(items)))


def read_dimensions(body: Body) -> tuple[list[str], int]:
    """Return the names of one page of variables, and how many the whole list has."""
    items, total = _items(body)
    return [_text(_member(item, "id")) for item in items], total


def read_categorisations(body: Body) -> tuple[list[Variable], int]:
    """Return one page of the groupings of a variable, and how many the whole list has."""
    items, total = _items(body)
    return [
        _variable(
            _member(item, "id"),
            [
                (_member(one, "id"), _member(one, "label"))
                for one in _list(_member(item, "categories"))
            ],
        )
        for item in items
    ], total


def _variable(name: Any, categories: Sequence[tuple[Any, Any]]) -> Variable:
    read = tuple((_text(category), _text(label)) for category, label in categories)
    if len({category for category, _ in read}) < len(read):
        raise BadAnswer("sent the same category twice")
    return Variable(_text(name), read)


def read_observations(
    body: Body, area_type: str, variables: Sequence[Variable], codes: Sequence[str]
) -> Observations:
    """Return the joint table of the variables for the areas asked for.

    An area is given whole or not at all: every combination of categories must be there once.
    Raises `BadAnswer`, also for an area nobody asked for and for one that counts nobody.
    """
    answer = _object(body)
    rows = _list(_member(answer, "observations"))
    said = _whole(_member(answer, "total_observations"))
    if said != len(rows):
        raise BadAnswer(f"sent {len(rows):,} of {said:,} figures")
    place = {name: i for i, name in enumerate([area_type, *(one.id for one in variables)])}
    by_area: dict[str, Cells] = {}
    for row in rows:
        ids = _options(_list(_member(row, "dimensions")), place)
        people = _whole(_member(row, "observation"))
        cells = by_area.setdefault(ids[0], {})
        if ids[1:] in cells:
            raise BadAnswer("sent the same figure twice")
        cells[ids[1:]] = people
    asked = set(codes)
    for code, cells in by_area.items():
        if code not in asked:
            raise BadAnswer("sent figures for an area that was not asked for")
        check_whole(cells, variables)
    left_out = tuple(code for code in codes if code not in by_area)
    if left_out and _whole(answer.get("blocked_areas", len(left_out))) == 0:
        raise BadAnswer("left out areas without a reason")
    return Observations(by_area, left_out)


def _options(dimensions: Sequence[Any], place: Mapping[str, int]) -> tuple[str, ...]:
    found: dict[int, str] = {}
    for one in dimensions:
        name = _text(_member(one, "dimension_id"))
        if name not in place or place[name] in found:
            raise BadAnswer("sent figures for other characteristics than were asked for")
        found[place[name]] = _text(_member(one, "option_id"))
    if len(found) < len(place):
        raise BadAnswer("sent figures with a characteristic missing")
    return tuple(found[i] for i in range(len(place)))


def check_whole(cells: Cells, variables: Sequence[Variable]) -> None:
    """Refuse one area's cells unless every combination of known categories is there.

    Those a question does not apply to may be left out, and count nobody then.
    """
    known = [{category for category, _ in one.categories} for one in variables]
    for ids in cells:
        if len(ids) != len(known) or any(
            one not in names and one != DOES_NOT_APPLY
            for one, names in zip(ids, known, strict=True)
        ):
            raise BadAnswer("sent a category that is not in its own list")
    if any(ids not in cells for ids in product(*(sorted(k - {DOES_NOT_APPLY}) for k in known))):
        raise BadAnswer("left out some of the figures")
    if not any(cells.values()):
        raise BadAnswer("sent figures that count nobody")


def kept_names(value: Any) -> list[str]:
    """Read back a list of variable names from the cache; raises `BadAnswer`."""
    return [_text(one) for one in _list(value)]


def kept_variables(value: Any) -> list[Variable]:
    """Read back the groupings of a variable from the cache; raises `BadAnswer`."""
    read = []
    for one in _list(value):
        name, categories = _pair(one)
        read.append(_variable(name, [_pair(pair) for pair in _list(categories)]))
    return read


def _pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:
        raise BadAnswer("was kept in another form")
    return value[0], value[1]


def to_keep(cells: Cells) -> list[list[Any]]:
    """Return one area's cells as the cache keeps them."""
    return [[*ids, people] for ids, people in cells.items()]


def kept_cells(value: Any, variables: Sequence[Variable]) -> Cells:
    """Read back one area's cells from the cache; raises `BadAnswer` if they do not fit."""
    cells: Cells = {}
    for row in _list(value):
        *ids, people = _list(row) or [None]
        cells[tuple(_text(one) for one in ids)] = _whole(people)
    check_whole(cells, variables)
    return cells
