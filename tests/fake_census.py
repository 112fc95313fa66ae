"""A pretend census service on loopback: answers as Nomis and the ONS service do, and fails so.

    python -m tests.fake_census [--port 8620] [--trouble NAME]

FIGURES OF WARDS, MSOAs, LSOAs AND CONSTITUENCIES ARE MADE UP: see `tests.fake_figures`. Nothing
read from here may be used for a real round. What is recorded from the real services and what is
written after a description is listed in `tests/BODIES.md`.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import json
import re
import socket
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from urllib.parse import parse_qsl

from werkzeug.serving import WSGIRequestHandler, make_server

from tests import fake_figures
from tests.fake_figures import TYPES, Place

TROUBLES = {
    "empty": "an empty body with status 200",
    "html": "a web page with status 200",
    "error json": '{"error": ...} with status 200',
    "429": "asked to wait, without saying how long",
    "429 after": "asked to wait for an hour",
    "503 once": "not working the first time",
    "cut": "a body cut in the middle",
    "count": "RECORD_COUNT larger than the rows ever sent",
    "types": "columns that change their type on the second page",
    "missing area": "the last area left out without a word",
    "zero": "the first area has a total of zero",
    "blocked": "areas kept back (the ONS service)",
    "drip": "a byte at a time",
    "close": "the connection closed without an answer",
}
PAGE = b"<!DOCTYPE html><html><head><title>Nomis</title></head><body>Please wait</body></html>"
STATUSES = {200: "200 OK", 404: "404 Not Found", 429: "429 Too Many Requests"}


@dataclass
class Fake:
    """A WSGI app under /nomis and /ons; `trouble` is one of `TROUBLES`, or empty.

    `limit` is the most rows of one answer. With `four_fit` the four groups of disability, which are
    approximate as kept, add up to the published two, as they do at the real service. Requests are
    counted by kind, and kept with their query in `asked`.
    """

    trouble: str = ""
    limit: int = 25_000
    drip_seconds: float = 0.05
    four_fit: bool = False
    data_requests: int = 0
    catalogue_requests: int = 0
    joint_requests: int = 0
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    user_agents: list[str] = field(default_factory=list)
    _has_failed: bool = False

    @property
    def requests(self) -> int:
        return self.data_requests + self.catalogue_requests + self.joint_requests

    def reset(self, trouble: str = "") -> None:
        """Forget what was asked, and begin another trouble."""
        self.trouble, self._has_failed = trouble, False
        self.data_requests = self.catalogue_requests = self.joint_requests = 0
        self.asked.clear()

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        query = {name.lower(): value for name, value in parse_qsl(environ["QUERY_STRING"])}
        self._note(path, query, environ.get("HTTP_USER_AGENT", ""))
        status, headers, body = self._failing() or self._answer(path, query)
        if self.trouble == "close":
            environ["werkzeug.socket"].shutdown(socket.SHUT_RDWR)
        said = {"Content-Length": str(len(body)), **headers}
        start_response(STATUSES.get(status, f"{status} Status"), list(said.items()))
        if self.trouble == "cut":
            return [body[: len(body) // 2]]
        return self._drip(body) if self.trouble == "drip" else [body]

    def _note(self, path: str, query: dict[str, str], agent: str) -> None:
        self.asked.append((path, query))
        self.user_agents.append(agent)
        if path.startswith("/ons"):
            self.joint_requests += "census-observations" in path
            self.catalogue_requests += "census-observations" not in path
        else:
            self.data_requests += ".data." in path
            self.catalogue_requests += ".data." not in path

    def _drip(self, body: bytes) -> Iterator[bytes]:
        for i in range(len(body)):
            time.sleep(self.drip_seconds)
            yield body[i : i + 1]

    def _failing(self) -> tuple[int, dict[str, str], bytes] | None:
        match self.trouble:
            case "empty":
                return 200, {"Content-Type": "text/csv"}, b""
            case "html":
                return 200, {"Content-Type": "text/html; charset=utf-8"}, PAGE
            case "error json":
                return _json({"error": "Cannot create query"})
            case "429":
                return 429, {}, b"Too many requests"
            case "429 after":
                return 429, {"Retry-After": "3600"}, b"Too many requests"
            case "503 once" if not self._has_failed:
                self._has_failed = True
                return 503, {}, PAGE
        return None

    def _answer(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        if path.startswith("/ons"):
            return self._ons(path, query)
        if found := re.fullmatch(r"/nomis/dataset/(\w+)\.data\.csv", path):
            return 200, {"Content-Type": "text/csv"}, self._figures(found[1], query)
        if path == "/nomis/dataset/def.sdmx.json":
            return _json(_catalogue(query.get("search", "*")))
        if found := re.fullmatch(r"/nomis/dataset/(\w+)/geography/(\w+)\.def\.sdmx\.json", path):
            return _json(_geography(found[2].upper(), query.get("search", "*")))
        return 404, {"Content-Type": "text/html"}, PAGE

    def _ons(self, path: str, query: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        try:
            ons = importlib.import_module("tests.fake_ons")
        except ModuleNotFoundError:
            return 404, {}, b""
        ons.is_blocking = self.trouble == "blocked"
        answer: tuple[int, dict[str, str], bytes] = ons.answer(path.removeprefix("/ons/"), query)
        return answer

    def _values(self, table_id: str, place: Place) -> tuple[int, ...]:
        return fake_figures.values(table_id, place.code, self.four_fit) or ()

    def _figures(self, dataset: str, query: dict[str, str]) -> bytes:
        """Return the CSV of a question; areas and numbers that are not known are left out."""
        table = fake_figures.table_of(dataset)
        if table is None:
            return b""
        dims = fake_figures.dimensions(table.id)
        everything = list(product(*(enumerate(categories) for _, _, categories in dims)))
        wanted = [
            {number: n for n, number in enumerate(_numbers(query[concept]))}
            if concept in query
            else None
            for concept, _, _ in dims
        ]
        combos = [
            (i, [category for _, category in combo])
            for i, combo in enumerate(everything)
            if all(w is None or c.number in w for w, (_, c) in zip(wanted, combo, strict=True))
        ]
        if any(w is not None for w in wanted):
            combos.sort(
                key=lambda combo: [
                    order[category.number] if order else 0
                    for order, category in zip(wanted, combo[1], strict=True)
                ]
            )
        asked = _places(query.get("geography", ""))
        areas = [place for place in asked if self._values(table.id, place)]
        if self.trouble == "missing area":
            areas = areas[:-1]
        total = len(areas) * len(combos)
        start = int(query.get("recordoffset", "0"))
        end = min(total, start + min(self.limit, int(query.get("recordlimit", self.limit))))
        if not total:
            return b""
        by_code = not query["geography"].upper().startswith("TYPE")
        concepts = [(concept, title) for concept, title, _ in dims]
        rows: list[dict[str, Any]] = []
        for at in range(start, end):
            place, (i, combo) = areas[at // len(combos)], combos[at % len(combos)]
            value = self._values(table.id, place)[i]
            if self.trouble == "zero" and place is areas[0]:
                value = 0
            rows.append(_row(dataset, place, by_code, concepts, combo, value, at, total))
            rows[-1] |= {"RECORD_COUNT": total + 7} if self.trouble == "count" else {}
            if self.trouble == "types" and start:
                rows[-1] |= {"GEOGRAPHY": place.number, "OBS_VALUE": f"{value}.0"}
                rows[-1] |= {"RECORD_COUNT": f"{total}.0"}
        names = list(_row(dataset, areas[0], True, concepts, combos[0][1], 0, 0, 0))
        if "select" in query:
            names = [n for n in query["select"].upper().split(",") if n in names]
        return _csv(names, rows)


def _row(dataset, place, by_code, concepts, combo, value, at, total) -> dict[str, Any]:
    """Return a row as recorded: columns in the recorded order, words quoted, numbers bare."""
    cells: dict[str, Any] = {}
    key = "d".join(str(category.number) for category in combo)
    for (concept, title), category in zip(concepts, combo, strict=True):
        name = concept.upper()
        cells |= {
            name: str(category.number),
            f"{name}_NAME": category.label,
            f"{name}_CODE": category.code,
            f"{name}_TYPE": title,
            f"{name}_TYPECODE": 1000000,
            f"{name}_SORTORDER": at % max(1, total) if len(combo) == 1 else 0,
        }
    number = dataset.upper().removeprefix("NM_").replace("_", "d")
    return {
        "DATE": "2021",
        "DATE_NAME": "2021",
        "DATE_CODE": "2021",
        "DATE_TYPE": "date",
        "DATE_TYPECODE": 0,
        "DATE_SORTORDER": 0,
        "GEOGRAPHY": place.code if by_code else place.number,
        "GEOGRAPHY_NAME": place.name,
        "GEOGRAPHY_CODE": place.code,
        "GEOGRAPHY_TYPE": TYPES[place.type],
        "GEOGRAPHY_TYPECODE": place.type,
        "GEOGRAPHY_SORTORDER": 0,
        **cells,
        "MEASURES": "20100",
        "MEASURES_NAME": "Value",
        "OBS_VALUE": value,
        "OBS_STATUS": "A",
        "OBS_STATUS_NAME": "Normal Value",
        "OBS_CONF": "F",
        "OBS_CONF_NAME": "Free (free for publication)",
        "URN": f"Nm-{number}d32336e1d{place.number}d{key}d20100",
        "RECORD_OFFSET": at,
        "RECORD_COUNT": total,
    }


def _csv(names: list[str], rows: list[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([row[name] for name in names] for row in rows)
    return out.getvalue().encode()


def _numbers(listed: str) -> list[int]:
    """Return the numbers of a list such as 0,1001 or 1...19."""
    out: list[int] = []
    for part in listed.split(","):
        low, _, high = part.partition("...")
        out += range(int(low), int(high or low) + 1)
    return out


def _places(geography: str) -> list[Place]:
    known = fake_figures.places()
    if found := re.fullmatch(r"(?i)TYPE([0-9]+)", geography):
        return [place for place in known.values() if place.type == int(found[1])]
    return [known[code] for code in geography.upper().split(",") if code in known]


def _matches(pattern: str, *names: str) -> bool:
    plain = "".join(".*" if c == "*" else re.escape(c) for c in pattern.casefold())
    return any(re.fullmatch(plain, name.casefold()) for name in names)


def _json(value: Any) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Type": "application/json"}, json.dumps(value).encode()


def _word(text: str) -> dict[str, str]:
    return {"value": text, "lang": "en"}


def _geography(asked: str, pattern: str) -> dict[str, Any]:
    """Return a geography answer: the types of place, places of a type, or one place."""
    if asked == "TYPE":
        codes = [
            {"value": f"TYPE{n}", "description": _word(name)}
            for n, name in TYPES.items()
            if _matches(pattern, name)
        ]
    else:
        codes = [
            {
                "value": place.number,
                "description": _word(place.name),
                "annotations": {
                    "annotation": [
                        {"annotationtitle": "TypeName", "annotationtext": TYPES[place.type]},
                        {"annotationtitle": "TypeCode", "annotationtext": place.type},
                        {"annotationtitle": "GeogCode", "annotationtext": place.code},
                    ]
                },
            }
            for place in _places(asked)
            if _matches(pattern, place.name, place.code)
        ]
    listed = {"agencyid": "NOMIS", "id": "CL_GEOGRAPHY", "name": _word("geography")}
    return {"structure": {"codelists": {"codelist": [listed | ({"code": codes} if codes else {})]}}}


def _catalogue(pattern: str) -> dict[str, Any]:
    families = []
    for table_id, dataset in fake_figures.NUMBERS.items():
        table = fake_figures.table_of(dataset)
        name = f"{table_id} - {table.title if table else 'not kept here'}"
        concepts = ["GEOGRAPHY", *fake_figures.CONCEPTS[table_id], "MEASURES"]
        if _matches(pattern.removeprefix("name-"), name, dataset):
            families.append(
                {
                    "id": dataset,
                    "name": _word(name),
                    "components": {
                        "dimension": [{"conceptref": concept.upper()} for concept in concepts]
                    },
                }
            )
    return {"structure": {"keyfamilies": {"keyfamily": families} if families else None}}


class _Quiet(WSGIRequestHandler):
    def log(self, *args: Any) -> None:
        """Say nothing: an address can hold a key."""


@contextmanager
def serving(app: Any, port: int = 0) -> Iterator[str]:
    """Serve an app on loopback while the block runs; gives its address."""
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.fake_census", description=__doc__)
    parser.add_argument("--port", type=int, default=8620)
    parser.add_argument("--trouble", choices=sorted(TROUBLES), default="")
    options = parser.parse_args()
    with serving(Fake(options.trouble, four_fit=True), options.port) as address:
        print("A pretend census service; figures of small areas are made up. In another shell:")
        print(f"export SAMPLER_NOMIS_URL={address}/nomis")
        print(f"export SAMPLER_ONS_URL={address}/ons", flush=True)
        with suppress(KeyboardInterrupt):
            threading.Event().wait()


if __name__ == "__main__":
    main()
