"""The command that checks the clients against the services, run against the pretend one."""

import os
import socket
from pathlib import Path

import pytest

from census import check_live, nomis
from census.check_live import MOST_REQUESTS, check, main
from census.client import Settings
from tests.fake_census import Fake, serving

KEY = "0xfeedfeed"


class Other(Fake):
    """A service that gives more people in a cell of a table, and in all, for some places."""

    def __init__(self, table, *codes, more=7, in_all=0):
        super().__init__(four_fit=True)
        self.other, self.codes, self.more, self.in_all = table, codes, more, in_all

    def _values(self, table_id, place):
        row = super()._values(table_id, place)
        if row and (table_id, place.code in self.codes) == (self.other, True):
            return (row[0] + self.in_all, *row[1:-1], row[-1] + self.more)
        return row


@pytest.fixture(autouse=True)
def straight(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def run(fake, **settings):
    """Return whether all was well, every line but the first, and the lines that are not ok."""
    said = []
    with serving(fake) as address:
        at = Settings(nomis=f"{address}/nomis", ons=f"{address}/ons", key=KEY, **settings)
        is_fine = check(at, said.append, sleep=lambda seconds: None)
    assert said[0].startswith("These are not the live services")
    assert not any(KEY in line or "127.0.0.1" in line for line in said)
    return is_fine, said[1:], [line for line in said[1:-1] if ": ok, " not in line]


def test_all_is_well_with_the_pretend_service():
    kept = sorted(Path(os.environ["SAMPLER_CACHE"]).rglob("*"))
    fake = Fake(four_fit=True)
    is_fine, said, bad = run(fake)
    assert (is_fine, bad) == (True, [])
    assert said[-1].startswith("77 checks: 77 ok, 0 differs, 0 failed. 62 requests in ")
    assert fake.requests == 62 <= MOST_REQUESTS
    assert {query["uid"] for path, query in fake.asked if path.startswith("/nomis")} == {KEY}
    assert not any("uid" in query for path, query in fake.asked if path.startswith("/ons"))
    assert sorted(Path(os.environ["SAMPLER_CACHE"]).rglob("*")) == kept
    for line in (
        "Nomis, types of place: ok, all 8 of ours are among 9 types of place",
        "Nomis, search for the MSOA Birmingham 001: ok, E02001827 is among the 1 places found",
        "Nomis, all authorities by code: ok, 331 areas in 1 request",
        "Nomis, TS009 in the catalogue: ok, NM_2029_1 with c_sex, c2021_age_92",
        "Nomis, TS009 of other places: ok, West Midlands, England and Wales",
        "Nomis, TS021 of other places: ok, Birmingham 001, Alum Rock, West Midlands, England and "
        "Wales",
        "Nomis, TS021 of Birmingham: ok, 20 figures are those kept",
        "Nomis, TS038-4 of Birmingham: ok, official figures now; the approximate ones kept differ "
        "by at most 111",
        "Nomis, TS007 of Birmingham: ok, 102 figures read; none are kept to compare with",
        "Nomis, RM134 of Birmingham: ok, 29 figures are those kept",
        "ONS, age by sex in Birmingham: ok, 10 cells, 4 people from TS009 at most",
    ):
        assert line in said
    [blocked] = [line for line in said if "Isles of Scilly" in line]
    assert "kept back, and said so: “The census service keeps Age by ethnic group" in blocked


def test_every_table_is_checked():
    _, said, _ = run(Fake(four_fit=True))
    for table in [*nomis.KNOWN, "RM134"]:
        assert any(line.startswith(f"Nomis, {table} in the catalogue: ok") for line in said)
        assert any(line.startswith(f"Nomis, {table} of Birmingham: ok") for line in said)


def test_figures_that_differ_are_counted():
    assert run(Other("TS021", "E08000025"))[2] == [
        "Nomis, TS021 of Birmingham: differs, 1 of 20 figures are not those kept, by at most 7"
    ]
    assert run(Other("TS054", "E05011120"))[2] == [
        "Nomis, TS054 of other places: differs, Alum Rock: 1 of 9 figures are not those kept, by "
        "at most 7"
    ]
    is_fine, _, bad = run(Other("TS030", "E08000025", more=200, in_all=200))
    assert (is_fine, bad) == (
        False,
        [
            "Nomis, TS030 of Birmingham: differs, official figures now; the approximate ones kept "
            "differ by at most 200"
        ],
    )


def test_a_place_that_fails_does_not_hide_birmingham():
    class Less(Fake):
        def _values(self, table_id, place):
            return () if place.name == "Birmingham 001" else super()._values(table_id, place)

    _, said, bad = run(Less(four_fit=True))
    assert len(bad) == 19
    assert bad[0].startswith("Nomis, TS001 of other places: failed: The census service has no")
    assert "Nomis, TS001 of Birmingham: ok, 3 figures are those kept" in said
    assert said[-1].startswith("77 checks: 58 ok, 0 differs, 19 failed. ")


@pytest.mark.parametrize(
    ("number", "dimensions", "words"),
    [
        ("NM_1_1", ("c2021_eth_8",), "differs, the catalogue has NM_2234_1 for it, not NM_1_1"),
        (
            "NM_2234_1",
            ("c2021_eth_9",),
            "differs, NM_2234_1 has GEOGRAPHY, C2021_ETH_8, C2021_HHTENURE_5, MEASURES, and no "
            "C2021_ETH_9",
        ),
    ],
)
def test_a_table_called_otherwise_in_the_catalogue_is_told(number, dimensions, words, monkeypatch):
    monkeypatch.setattr(check_live, "RM134_NUMBER", number)
    monkeypatch.setattr(check_live, "RM134_DIMENSIONS", dimensions)
    assert run(Fake(four_fit=True))[2] == [f"Nomis, RM134 in the catalogue: {words}"]


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("empty", "has nothing under these codes"),
        ("html", "sent a web page instead of figures"),
        ("error json", "refused the question"),
        ("cut", "broke off in the middle of its answer"),
    ],
)
def test_a_service_that_answers_nonsense_is_left_alone_soon(trouble, words):
    fake = Fake(trouble)
    is_fine, said, bad = run(fake)
    assert not is_fine
    assert words in bad[0]
    assert [line.split(", ")[0] for line in bad] == ["Nomis"] * 6 + ["ONS"] * 6
    assert bad[5].endswith(" 65 more checks were not made.")
    assert said[-1].startswith("12 checks: 0 ok, 0 differs, 12 failed. ")
    assert fake.requests < 60


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("429 after", "is busy and asked us to wait (status 429). Try again in 60 minutes."),
        ("close", "closed the connection without an answer."),
    ],
)
def test_a_service_that_is_down_has_one_line(trouble, words):
    _, said, bad = run(Fake(trouble))
    assert bad == [
        f"Nomis, types of place: failed: The census service {words} 70 more checks were not made.",
        f"ONS, lists of groups: failed: The census service {words} 5 more checks were not made.",
    ]
    assert said[-1].startswith("2 checks: 0 ok, 0 differs, 2 failed. ")


@pytest.mark.parametrize("trouble", ["missing area", "zero", "count"])
def test_figures_that_make_no_sense_never_pass(trouble):
    fake = Fake(trouble, four_fit=True)
    is_fine, said, bad = run(fake)
    assert not is_fine
    assert not [line for line in said if " of Birmingham: ok" in line]
    assert any(line.startswith("Nomis, TS001 of Birmingham: failed: ") for line in bad)
    assert fake.requests < 110


def test_troubles_that_pass_do_no_harm():
    assert run(Fake("503 once", four_fit=True))[0]
    assert run(Fake("types", limit=50, four_fit=True))[0]


def test_joint_tables_kept_back_are_told_in_words():
    is_fine, said, bad = run(Fake("blocked", four_fit=True))
    assert not is_fine
    assert len(bad) == 4
    assert bad[0].startswith(
        "ONS, age by sex in Birmingham: failed: The census service keeps Age by sex back for"
    )
    assert said[-1].startswith("77 checks: 73 ok, 0 differs, 4 failed. ")


def test_the_command_says_in_a_sentence_that_nothing_is_reached(monkeypatch, capsys):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{unheard.getsockname()[1]}"
        monkeypatch.delenv("SAMPLER_OFFLINE")
        monkeypatch.setenv("SAMPLER_NOMIS_URL", address)
        monkeypatch.setenv("SAMPLER_ONS_URL", address)
        monkeypatch.setenv("NOMIS_API_KEY", KEY)
        monkeypatch.setattr(check_live.check, "__kwdefaults__", {"sleep": lambda seconds: None})
        assert main([]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[1:3]] == ["Nomis", "ONS"]
    assert all("could not be reached. Check that this computer is online." in x for x in lines[1:3])
    assert lines[3].startswith("2 checks: 0 ok, 0 differs, 2 failed. 4 requests in ")
    assert KEY not in "".join(lines)


def test_offline_is_kept_to(capsys):
    assert main([]) == 1
    assert "the planner is set to work offline" in capsys.readouterr().out
