"""Bodies of the census services, whole and spoilt, and every function that reads one."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

from census import nomis
from census.client import Body, Client, Settings
from census.nomis_read import read_areas, read_datasets, read_page, read_types
from census.ons_read import read_categorisations, read_dimensions, read_observations
from census.tables import TABLES
from tests import fake_ons
from tests.fake_census import Fake
from tests.fake_figures import RECORDED_AREA

SHAPE = json.dumps(
    {
        "observations": [
            {
                "dimensions": [
                    {"dimension": n, "dimension_id": i, "option": o, "option_id": c}
                    for n, i, o, c in (
                        ("Country", "country", "England", "E"),
                        ("Sex", "sex", "Male", "0"),
                        ("Number of siblings (3 mappings)", "siblings_3", "No siblings", "0"),
                    )
                ],
                "observation": 1,
            }
        ],
        "links": {"self": {"href": "", "id": "cantabular-flexible-table-test"}},
        "total_observations": 12,
    }
).encode()
"""The shape of an answer as a test of the service's own programmers has it: the first of 12."""


class _Told(Client):
    """A client that is told its answer."""

    def __init__(self, body: Body) -> None:
        super().__init__(Settings())
        self.body = body

    def fetch(self, service: Any, path: str, params: Any, read: Callable[[Body], Any]) -> Any:
        return read(self.body)


def _rows(table: str, *codes: str) -> Callable[[Body], Any]:
    return lambda body: nomis.rows(_Told(body), TABLES[table], codes)


def _joint_table(body: Body) -> Any:
    variables = [
        next(one for one in read_categorisations(_lists(name))[0] if one.id == name)
        for name in ("resident_age_3a", "sex")
    ]
    return read_observations(body, "ltla", variables, ["E08000025"])


READERS: dict[str, Callable[[Body], Any]] = {
    "figures": read_page,
    "figures of two dimensions": lambda body: read_page(body, 2),
    "rows": _rows("TS021", RECORDED_AREA, "E08000025"),
    "rows of two dimensions": _rows("TS009", "E08000025"),
    "places": lambda body: read_areas(body, "ward", {"480": "region"}),
    "tables": read_datasets,
    "types of place": read_types,
    "ONS variables": read_dimensions,
    "ONS groupings": read_categorisations,
    "ONS joint table": _joint_table,
}


def kind(reader: str) -> str:
    """Return the type of body a reader is for."""
    return "text/csv" if "figures" in reader or "rows" in reader else "application/json"


@cache
def _lists(name: str) -> Body:
    return Body(_ons(f"dimensions/{name}/categorisations", {}), "application/json")


def _ons(path: str, query: dict[str, str]) -> bytes:
    return fake_ons.answer(f"population-types/UR/{path}", query)[2]


def _said(path: str, query: dict[str, str]) -> bytes:
    return Fake()._answer(path, query)[2]


def _recorded() -> bytes:
    """Return the body that was recorded, as the pretend service says it."""
    asked = {"geography": RECORDED_AREA, "c2021_eth_20": "1...19", "measures": "20100"}
    return _said("/nomis/dataset/NM_2041_1.data.csv", asked)


@cache
def bodies(reader: str) -> tuple[bytes, ...]:
    """Return whole bodies a reader may meet; the first of them it can read."""
    data, places = "/nomis/dataset/NM_2041_1.data.csv", "/nomis/dataset/NM_2041_1/geography"
    select = "geography_code,c2021_eth_20_name,c2021_eth_20_code,obs_value,obs_status,record_count"
    ask = {"geography": f"{RECORDED_AREA},E08000025"}
    sex_by_age = _said("/nomis/dataset/NM_2029_1.data.csv", {"geography": "E08000025"})
    table = {"area-type": "ltla,E08000025", "dimensions": "resident_age_3a,sex"}
    match reader:
        case "figures" | "rows":
            chosen = _said(data, ask | {"select": select})
            return chosen, _said(data, ask), _recorded()
        case "figures of two dimensions" | "rows of two dimensions":
            return sex_by_age, sex_by_age, _recorded()
        case "places":
            found = _said(f"{places}/TYPE152.def.sdmx.json", {"search": "*00*"})
            return found, _said(f"{places}/TYPE152.def.sdmx.json", {"search": "nothing"})
        case "types of place":
            return (_said(f"{places}/TYPE.def.sdmx.json", {}),)
        case "tables":
            found = _said("/nomis/dataset/def.sdmx.json", {"search": "*TS02*"})
            return found, _said("/nomis/dataset/def.sdmx.json", {"search": "*nothing*"})
        case "ONS variables":
            return (_ons("dimensions", {"q": "age"}),)
        case "ONS groupings":
            return _lists("sex").content, _lists("resident_age_3a").content
    return _ons("census-observations", table), SHAPE


ODD = (
    "", "\x00", '"', ",", "\n", "\r", "<", "{", "[", "null", "-1", "1e999", "9" * 400, "NaN",
    "\ufeff", "true", "[]", "{}", "E08000025", "0", '""', "A", "0.0", "3.0", " 7 ", "Total",
    "Other", "_4", "20301",
)  # fmt: skip
VALUES = (None, 5, -1, 1.5, True, "", "x", [], {}, [None], {"value": None}, "E08000025", 10**30)


def mutated(rng: Random, body: bytes) -> bytes:
    """Return a body spoilt in one to three places, mostly within its form."""
    spoil = rng.choice((_spoilt_bytes, _spoilt_form, _spoilt_form, _spoilt_form))
    for _ in range(rng.choice((1, 1, 2, 3))):
        body = spoil(rng, body)
    return body


def _spoilt_bytes(rng: Random, body: bytes) -> bytes:
    """Cut, double, swap or replace a few bytes."""
    at = rng.randrange(len(body) + 1)
    end = min(len(body), at + rng.choice((1, 1, 4, 60)))
    match rng.randrange(5):
        case 0:
            return body[:at]
        case 1:
            return body[:at] + rng.choice(ODD).encode() + body[end:]
        case 2:
            return body[:at] + body[at:end] * 3 + body[end:]
        case 3:
            return body[:at] + bytes([rng.randrange(256)]) + body[end:]
    return body[end:] + body[:at]


def _spoilt_form(rng: Random, body: bytes) -> bytes:
    """Put another value in one place of a JSON or CSV body, or lose or double a part."""
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError):
        return _spoilt_csv(rng, body)
    here: Any = whole
    while isinstance(here, dict | list) and here:
        place: Any = rng.choice(list(here)) if isinstance(here, dict) else rng.randrange(len(here))
        if not isinstance(here[place], dict | list) or rng.random() < 0.1:
            match rng.randrange(3):
                case 0:
                    del here[place]
                case 1 if isinstance(here, list):
                    here.append(here[place])
                case _:
                    here[place] = rng.choice(VALUES)
            break
        here = here[place]
    return json.dumps(whole).encode()


def _spoilt_csv(rng: Random, body: bytes) -> bytes:
    lines = body.split(b"\n")
    at = rng.choice((0, rng.randrange(len(lines))))
    cells = lines[at].split(b",")
    match rng.randrange(5):
        case 0:
            del lines[at]
        case 1:
            lines.insert(rng.randrange(len(lines)), lines[at])
        case 2:
            lines[1:] = rng.sample(lines[1:], len(lines) - 1)
        case _:
            cells[rng.randrange(len(cells))] = rng.choice(ODD).encode()
            lines[at] = b",".join(cells)
    return b"\n".join(lines)
