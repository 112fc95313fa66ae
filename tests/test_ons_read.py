"""The readers of the ONS service's answers: what they take, and what they refuse."""

import json
import random

import pytest

from census.client import Body
from census.errors import BadAnswer, CensusError
from census.model import Ages
from census.ons_groups import Variable, Wanted, choose
from census.ons_read import (
    kept_cells,
    kept_names,
    kept_variables,
    read_categorisations,
    read_dimensions,
    read_observations,
)
from census.topics import TOPICS
from tests import fake_ons
from tests.fake_ons_variables import VARIABLES

ADULTS = Ages(16)
AGE, ETHNIC = Wanted(TOPICS["age"]), Wanted(TOPICS["ethnic_group"])
BODIES = 500


def an_answer(**changes):
    said = fake_ons.answer(
        "population-types/UR/census-observations",
        {"area-type": "ltla,E08000025", "dimensions": "resident_age_3a,sex"},
    )[2]
    return json.loads(said) | changes


def variables_of(*names):
    return [
        Variable(name, tuple((one.id, one.label) for one in groupings[name]))
        for name in names
        for _, groupings in VARIABLES.values()
        if name in groupings
    ]


def read(value, codes=("E08000025",)):
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    asked = variables_of("resident_age_3a", "sex")
    return read_observations(Body(content, "application/json"), "ltla", asked, codes)


def test_the_answer_as_it_is_sent_is_read():
    found = read(an_answer())
    assert sum(found.by_area["E08000025"].values()) == 1_144_923
    assert read(json.dumps(an_answer(), indent=2).encode("utf-8-sig")) == found
    two = read(an_answer(blocked_areas=1), ("E08000025", "E06000053"))
    assert two.left_out == ("E06000053",)
    nothing = {"observations": None, "total_observations": 0}
    assert read(nothing).left_out == ("E08000025",)


def row(**changes):
    return an_answer()["observations"][0] | changes


@pytest.mark.parametrize(
    "value",
    [
        b"\xff\xfe\x00",
        b"[" * 100_000,
        b'{"observations": [], "total_observations": NaN}',
        b"9" * 5_000,
        [],
        None,
        7,
        {"errors": ["no such thing"]},
        {"observations": []},
        {"observations": {}, "total_observations": 0},
        an_answer(total_observations=1e400),
        an_answer(total_observations="6"),
        an_answer(total_observations=True),
        an_answer(total_observations=-6),
        an_answer(observations=[None] * 6),
        an_answer(observations=[{}] * 6),
        an_answer(observations=[row(dimensions=None)] * 6),
        an_answer(observations=[row(dimensions="x")] * 6),
        an_answer(observations=[row(dimensions=[7])] * 6),
        an_answer(observations=[row(dimensions=row()["dimensions"][:2])] * 6),
        an_answer(observations=[row(dimensions=row()["dimensions"] * 2)] * 6),
        an_answer(observations=[row(observation=10**12)] * 6),
        an_answer(observations=[row(observation=[1])] * 6),
        an_answer(observations=an_answer()["observations"][:5], total_observations=5),
        an_answer(blocked_areas="none", observations=[], total_observations=0),
    ],
    ids=range(25),
)
def test_malformed_answers_are_refused(value):
    with pytest.raises(BadAnswer):
        read(value)


LISTS = (
    {"items": [{"id": "sex", "label": "Sex"}], "total_count": 1},
    {"items": [{"id": "sex", "categories": [{"id": "1", "label": "Female"}]}], "total_count": 1},
)


@pytest.mark.parametrize(
    "value",
    [
        {},
        {"items": 7},
        {"items": [7]},
        {"items": [{"label": "Sex"}]},
        {"items": [{"id": 7, "categories": []}]},
        {"items": [{"id": " ", "categories": []}]},
        {"items": [], "total_count": "many"},
    ],
)
def test_malformed_lists_are_refused(value):
    for reader in (read_dimensions, read_categorisations):
        with pytest.raises(BadAnswer):
            reader(Body(json.dumps(value).encode(), "application/json"))


@pytest.mark.parametrize(
    "categories",
    [7, [7], [{"id": "1"}], [{"id": "1", "label": 7}], [{"id": "1", "label": "a"}] * 2],
)
def test_malformed_categories_are_refused(categories):
    body = {"items": [{"id": "sex", "categories": categories}]}
    with pytest.raises(BadAnswer):
        read_categorisations(Body(json.dumps(body).encode(), "application/json"))


# Bodies by the hundred


def odd(rng):
    """Return a value that does not belong where it is put."""
    return rng.choice(
        [None, True, -1, 1.5, 1e300, float("nan"), 10**30, "", " ", "-8", "E08000025", "\x00é",
         [], [[]], {}, {"id": None}, "Aged 16 to 24 years", "0" * 400]
    )  # fmt: skip


def spoil(value, rng):
    """Return a JSON value with one thing in it changed, left out or doubled."""
    at = value
    while isinstance(at, dict | list) and at:
        keys = list(at) if isinstance(at, dict) else range(len(at))
        place = rng.choice(list(keys))
        inside = at[place]
        if not isinstance(inside, dict | list) or not inside or rng.random() < 0.25:
            match rng.randrange(4):
                case 0:
                    at[place] = odd(rng)
                case 1:
                    del at[place]
                case 2 if isinstance(at, list):
                    at.append(inside)
                case _:
                    at[place] = [inside]
            return value
        at = inside
    return value


def spoilt_bodies(count, seed):
    """Return changed answers of each kind: as JSON, as bytes, and made of nothing but noise."""
    rng = random.Random(seed)
    observations = json.dumps(an_answer())
    lists = [
        json.dumps(json.loads(fake_ons.answer(f"population-types/UR/{path}", {"limit": "5"})[2]))
        for path in ("dimensions", "dimensions/resident_age_101a/categorisations")
    ]
    for i in range(count):
        text = rng.choice([observations, *lists])
        match i % 3:
            case 0:
                value = json.loads(text)
                for _ in range(rng.randint(1, 4)):
                    value = spoil(value, rng)
                yield json.dumps(value).encode()
            case 1:
                body = bytearray(text.encode())
                for _ in range(rng.randint(1, 8)):
                    start = rng.randrange(len(body))
                    body[start : start + rng.randint(0, 9)] = rng.randbytes(rng.randint(0, 4))
                yield bytes(body)
            case _:
                body = text.encode()[: rng.randrange(len(text))]
                yield body if rng.random() < 0.5 else rng.randbytes(rng.randrange(200))


def read_every_way(content, rng):
    """Read a body as each kind of answer; returns how many readers took it."""
    body = Body(content, rng.choice(["application/json", "", "text/plain"]))
    asked = variables_of("resident_age_3a", "sex")
    taken = 0
    for reader in (
        lambda: choose(read_categorisations(body)[0], AGE, ADULTS),
        lambda: choose(read_categorisations(body)[0], ETHNIC, ADULTS),
        lambda: read_dimensions(body),
        lambda: read_observations(body, "ltla", asked, ["E08000025"]),
    ):
        said = ""
        try:
            reader()
            taken += 1
        except CensusError as error:
            said = str(error)
        assert not said or said.startswith("The census service "), said
    return taken


def test_spoilt_bodies_raise_nothing_but_a_census_error():
    rng = random.Random(7)
    taken = sum(read_every_way(body, rng) > 0 for body in spoilt_bodies(BODIES, seed=3))
    assert 0 < taken < BODIES


def test_a_spoilt_observation_is_never_taken_for_an_honest_one():
    rng = random.Random(11)
    honest = read(an_answer()).by_area["E08000025"]
    for _ in range(BODIES):
        try:
            found = read(json.dumps(spoil(an_answer(), rng)).encode()).by_area["E08000025"]
        except (BadAnswer, KeyError):
            continue
        assert found.keys() == honest.keys()
        assert sum(found[ids] != honest[ids] for ids in honest) <= 1


def test_spoilt_entries_of_the_cache_are_refused():
    rng = random.Random(5)
    asked = variables_of("resident_age_3a", "sex")
    honest = [[*ids, n] for ids, n in read(an_answer()).by_area["E08000025"].items()]
    listed = [[one.id, [list(pair) for pair in one.categories]] for one in asked]
    for _ in range(BODIES):
        for value, reader in (
            (json.loads(json.dumps(honest)), lambda value: kept_cells(value, asked)),
            (json.loads(json.dumps(listed)), kept_variables),
            (["sex", "age"], kept_names),
        ):
            spoilt = spoil(value, rng)
            try:
                reader(spoilt)
            except BadAnswer:
                continue
