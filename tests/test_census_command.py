"""`sampler census` and `sampler plan` against the pretend service: answers, failures, silence."""

import json
import os
import subprocess
import sys

import pytest

import census
from census.client import Settings
from census.model import Area
from census.topics import TOPICS
from sampler import cli
from tests import fake_figures, fake_ons
from tests.served import a_service, own_shelf, watched

KEY = "0xfeedc0ffee1234567890"
WARD = "Weetwood"
BIRMINGHAM = "E08000025"
BRIEF = """
title = "Benefits discovery"
people_wanted = 10
areas = ["{area}"]

[[characteristic]]
topic = "{topic}"
grouping = "{grouping}"

[[characteristic]]
topic = "tenure"
"""


@pytest.fixture(scope="module")
def served():
    with a_service() as found:
        yield found


@pytest.fixture
def service(served, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fake_ons, "is_blocking", False)
    monkeypatch.setattr("census.client.settings_of", lambda: served.settings(key=KEY))
    served.reset()
    return served


@pytest.fixture
def down(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    nowhere = Settings("http://127.0.0.1:9", "http://127.0.0.1:9", KEY, attempts=1, pause=0)
    monkeypatch.setattr("census.client.settings_of", lambda: nowhere)


@pytest.fixture(autouse=True)
def shelf(tmp_path):
    with own_shelf(tmp_path / "cache") as shelf:
        yield shelf


class Done:
    """What a command printed, and its status."""

    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err
        assert KEY not in out + err
        assert "127.0.0.1" not in out + err
        assert "Traceback" not in err

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def run(monkeypatch, capsys):
    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["sampler", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return Done(ended.value.code, said.out, said.err)

    return run


@pytest.fixture
def a_file(tmp_path):
    def write(area=BIRMINGHAM, topic="religion", grouping="detailed"):
        path = tmp_path / "brief.toml"
        text = BRIEF.format(area=area, topic=topic, grouping=grouping)
        if topic == "religion":
            text = text.replace('grouping = "detailed"\n', "")
        path.write_text(text)
        return path

    return write


def test_a_topic_of_a_ward_as_json(service, run):
    done = run("census", WARD, "--topic", "ethnic_group:broad", "--json")
    assert (done.status, done.err) == (0, "")
    found = done.json
    assert list(found) == [
        "schema", "topic", "title", "areas", "groups", "total", "not_answered", "source", "notes",
    ]  # fmt: skip
    row = fake_figures.figures("TS021", "E05011413")
    asian = sum(n for label, n in row.items() if label.startswith("Asian"))
    assert (found["groups"][0]["group"], found["groups"][0]["people"]) == ("Asian", asian)
    assert sum(group["people"] for group in found["groups"]) == found["total"]
    assert abs(sum(group["share"] for group in found["groups"]) - 1) < 1e-5
    assert found["areas"] == [{"code": "E05011413", "name": "Weetwood", "type": "ward"}]
    source = found["source"]
    assert (source["table"], source["origin"], source["status"]) == ("TS021", "live", "official")
    assert source["fetched"].endswith("Z")
    assert service.fake.requests == 1


def test_how_topics_combine_as_json(service, run):
    done = run("census", BIRMINGHAM, "--topic", "ethnic_group:broad", "--topic", "age", "--json")
    assert done.status == 0
    found = done.json
    assert found["topics"] == ["ethnic_group", "age"]
    assert len(found["cells"]) == 20
    assert found["cells"][0]["groups"] == ["Asian", "16-34"]
    assert sum(cell["people"] for cell in found["cells"]) == found["total"]
    assert not found["pattern_only"]
    assert found["source"]["origin"] == "live"
    assert (service.fake.joint_requests, service.fake.data_requests) == (1, 0)


def test_a_second_command_asks_nothing(service, run, tmp_path):
    asked = [
        ("census", WARD, "--topic", "tenure", "--json"),
        ("census", BIRMINGHAM, "--topic", "religion", "--topic", "sex", "--json"),
    ]
    first = [run(*arguments).json for arguments in asked]
    service.reset()
    with own_shelf(tmp_path / "cache"):
        assert [run(*arguments).json for arguments in asked] == first
    assert service.fake.requests == 0
    run(*asked[0], "--refresh")
    run(*asked[1], "--refresh")
    assert (service.fake.data_requests, service.fake.joint_requests) == (1, 1)


def test_what_is_kept_as_official_is_not_asked_for(service, run):
    for arguments in (["tenure"], ["age"], ["sex"], ["age", "--topic", "sex"]):
        found = run("census", BIRMINGHAM, "--topic", *arguments, "--json").json
        assert found["source"]["origin"] == "kept"
        assert found["notes"] == [] or arguments == ["tenure"]
    assert service.fake.requests == 0
    assert run("census", BIRMINGHAM, "--topic", "religion", "--json").json["source"][
        "status"
    ] == "official"  # fmt: skip
    assert service.fake.data_requests == 1


def test_in_a_terminal_the_source_and_what_leans_are_told(service, run):
    done = run("census", WARD, "E05011399", "--topic", "religion")
    assert done.out.splitlines()[0].startswith("Religion: Weetwood and ")
    assert "  TS030, all ages, official, read from the census service 20" in done.out
    assert "Children are counted too" in done.out
    joint = run("census", BIRMINGHAM, "--topic", "sex", "--topic", "age")
    assert joint.out.splitlines()[0] == "Sex by Age: Birmingham"
    assert "  Female, 16-34 " in joint.out
    assert "TS009, people aged 16 and over, official, kept with this app" in joint.out


def test_offline_nothing_at_all_is_asked(service, run, a_file):
    with watched() as seen:
        for topic in TOPICS:
            for area in (BIRMINGHAM, WARD, "Belfast", "Birmingham Ladywood"):
                done = run("census", area, "--topic", topic, "--offline", "--json")
                assert done.status in (0, 1)
                assert bool(done.out) == (done.status == 0)
        run("census", BIRMINGHAM, "--topic", "ethnic_group", "--topic", "age", "--offline")
        run("plan", a_file(), "--offline", "--json")
        run("plan", a_file(WARD), "--offline")
    assert service.fake.requests == 0
    assert not [event for event in seen if event.startswith("socket")]


def test_offline_what_is_not_held_is_refused_with_place_topic_and_what_helps(run, a_file):
    done = run("census", WARD, "--topic", "ethnic_group", "--offline")
    assert (done.status, done.out) == (1, "")
    assert done.err.strip() == (
        "Ethnic group of Weetwood (table TS021) is not kept with this app, and has not been read "
        "from the census service yet. Read it while online, or choose the whole of Leeds."
    )
    done = run("census", BIRMINGHAM, "--topic", "ethnic_group", "--topic", "cars", "--offline")
    assert done.err.strip() == (
        "How ethnic group and cars or vans combine in Birmingham is not kept with this app, and "
        "has not been read from the census service yet. Read it while online."
    )
    done = run("plan", a_file(WARD), "--offline")
    assert "characteristic[0]: Religion of Weetwood (table TS030) is not kept" in done.err


def test_down_the_extract_answers_and_says_why_in_one_sentence(down, run, a_file):
    why = (
        "Religion: the figures held already are used, because the census service could not be "
        "reached. Check that this computer is online."
    )
    done = run("census", BIRMINGHAM, "--topic", "religion", "--json")
    assert (done.status, done.err) == (0, "")
    assert done.json["notes"][0] == why
    assert done.json["source"]["status"] == "approximate"
    assert why in run("census", BIRMINGHAM, "--topic", "religion").out
    done = run("plan", a_file(), "--json")
    assert (done.status, done.err.strip()) == (0, why)
    assert done.json["notes"][0] == why
    assert [q["target"] for q in done.json["quotas"]]
    joint = run("census", BIRMINGHAM, "--topic", "tenure", "--topic", "ethnic_group", "--json")
    assert joint.json["pattern_only"]
    assert joint.json["notes"][0].startswith("The census service could not be reached.")


def test_down_what_is_not_held_is_refused_with_place_topic_and_reason(down, run, a_file):
    reason = "The census service could not be reached. Check that this computer is online."
    done = run("census", WARD, "--topic", "tenure", "--json")
    assert (done.status, done.out) == (1, "")
    assert done.err.startswith("Tenure of Weetwood (table TS054) is not kept with this app")
    assert done.err.strip().endswith(f"Tenure: {reason}")
    done = run("census", WARD, "--topic", "tenure", "--topic", "sex")
    assert done.err.startswith("How tenure and sex combine in Weetwood is not kept")
    assert done.err.strip().endswith(reason)
    done = run("plan", a_file(WARD), "--json")
    assert done.out == ""
    assert f"Religion, Tenure: {reason}" in done.err
    assert "characteristic[0]: Religion of Weetwood" in done.err


def test_one_failing_topic_of_a_plan_never_loses_the_others(service, run, a_file):
    service.reset("", "TS030")
    done = run("plan", a_file("Birmingham Ladywood"), "--json")
    assert done.err.startswith("Religion: the figures held already are used, because the census")
    assert done.json["notes"][0] == done.err.strip()
    origins = {q["characteristic"]: q["source"].get("origin") for q in done.json["quotas"]}
    assert origins == {"Religion": None, "Tenure": "live"}  # None: kept with the app
    service.reset("", "TS030")
    lost = run("plan", a_file(WARD))
    assert lost.out == ""
    assert "Religion: The census service sent a web page instead of figures." in lost.err
    assert "Tenure" not in lost.err
    assert run("census", WARD, "--topic", "tenure", "--offline").status == 0


def test_a_plan_of_a_ward_reads_its_figures_and_says_so(service, run, a_file):
    done = run("plan", a_file(WARD), "--json")
    assert (done.status, done.err) == (0, "")
    sources = {q["characteristic"]: q["source"] for q in done.json["quotas"]}
    assert {s["origin"] for s in sources.values()} == {"live"}
    assert all(s["fetched"] for s in sources.values())
    assert sorted(service.fake.tables()) == ["TS030", "TS054"]
    service.reset()
    again = run("plan", a_file(WARD), "--offline", "--json")
    assert again.json == done.json
    assert service.fake.requests == 0


def test_an_unknown_grouping_in_a_brief_is_wrong_input_with_its_field(service, run, a_file):
    path = a_file(BIRMINGHAM, "ethnic_group", "fine")
    done = run("plan", path)
    assert done.status == 2
    assert f"{path}: characteristic[0].grouping: Ethnic group has no grouping 'fine'." in done.err


WRONG = {
    "an unknown place": (["Birmingam", "--topic", "sex"], "Did you mean Birmingham"),
    "a name of several": (["Newtown", "--topic", "sex"], "Newtown (Birmingham)"),
    "places that overlap": (["Leeds", WARD, "--topic", "sex"], "Weetwood is part of Leeds"),
    "an unknown topic": ([WARD, "--topic", "height"], "No topic called 'height'"),
    "an unknown grouping": ([WARD, "--topic", "tenure:fine"], "has no grouping 'fine'"),
    "five topics": ([WARD] + ["--topic", "sex"] * 5, "two to 4 topics"),
    "offline and refresh": (
        [WARD, "--topic", "sex", "--offline", "--refresh"], "leave one out",
    ),
    "no topic": ([WARD], "--topic"),
    "no place": (["--topic", "sex"], "AREA"),
    "an age below nought": ([WARD, "--topic", "sex", "--lowest-age", "-1"], "lowest-age"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG)
def test_wrong_input_is_status_2_and_nothing_is_asked(service, run, arguments, words):
    done = run("census", *arguments)
    assert (done.status, done.out) == (2, "")
    assert words in done.err
    assert service.fake.requests == 0


@pytest.mark.parametrize("ages", [["--lowest-age", "50", "--highest-age", "20"],
                                  ["--highest-age", "5"]])  # fmt: skip
def test_ages_the_wrong_way_round_are_wrong_input(run, ages):
    done = run("census", BIRMINGHAM, "--topic", "age", *ages, "--offline")
    assert done.status == 2


def test_a_neighbourhood_is_known_by_its_code_while_online(service, run):
    done = run("census", "E02002330", "--topic", "ethnic_group", "--json")
    assert done.status == 0


def test_one_topic_twice_is_wrong_input(run):
    done = run("census", BIRMINGHAM, "--topic", "age", "--topic", "age", "--offline")
    assert done.status == 2


def test_a_plan_whose_figures_could_not_be_read_is_status_1(down, run, a_file):
    assert run("plan", a_file(WARD)).status == 1


def test_a_neighbourhood_met_before_is_known_by_its_code(service, run, shelf):
    shelf.keep_area(Area(code="E02002330", name="Leeds 001", type="MSOA", within=("Leeds",)))
    found = run("census", "E02002330", "--topic", "ethnic_group", "--json").json
    assert found["total"] == 6986  # the recorded body
    assert run("census", "E02002330", "--topic", "age", "--lowest-age", "18").err.startswith(
        "The age band 18-34 cannot be made for Leeds 001"
    )


def test_groupings_of_northern_ireland_are_known(service, run):
    found = run("census", "Belfast", "--topic", "religion:broad", "--json").json
    assert [group["group"] for group in found["groups"]] == [
        "Catholic", "Protestant and other Christian", "Other religions", "No religion",
    ]  # fmt: skip
    assert found["source"]["title"].endswith("(NISRA, Census 2021 Northern Ireland)")
    assert service.fake.requests == 0
    refused = run("census", "Belfast", "--topic", "cars")
    assert (refused.status, refused.out) == (1, "")
    assert "The figures kept of Northern Ireland do not have cars or vans" in refused.err


def test_where_people_live(service, run):
    found = run("census", WARD, "E05011399", "--topic", "where_they_live", "--json").json
    assert found["groups"][0]["group"] == WARD
    one = run("census", WARD, "--topic", "where_they_live")
    assert (one.status, one.err.strip()) == (1, "'Where they live' needs more than one area.")


def test_the_figures_are_those_of_the_app(service, run):
    found = run("census", "Leeds", "--topic", "ethnic_group", "--json").json
    same = census.distribution(TOPICS["ethnic_group"], [census.area("Leeds")])
    assert [(g["group"], g["people"]) for g in found["groups"]] == [
        (group.name, group.people) for group in same.groups
    ]
    assert found["source"]["origin"] == "kept"


def test_a_whole_process_reads_from_the_address_it_is_given(served, tmp_path):
    served.reset()
    settings = {
        "SAMPLER_NOMIS_URL": f"{served.address}/nomis/",
        "SAMPLER_ONS_URL": f"{served.address}/ons",
        "NOMIS_API_KEY": KEY,
        "SAMPLER_OFFLINE": "0",
        "SAMPLER_CACHE": str(tmp_path),
        "NO_PROXY": "127.0.0.1",
    }
    command = [sys.executable, "-m", "sampler", "census", WARD, "--topic", "tenure", "--json"]

    def process(**more):
        return subprocess.run(
            command, env=os.environ | settings | more, capture_output=True, text=True, timeout=60
        )

    first, second = process(), process(SAMPLER_OFFLINE="1")
    assert (first.returncode, first.stderr) == (0, "")
    assert second.stdout == first.stdout
    assert served.fake.requests == 1
    assert served.fake.asked[0][1]["uid"] == KEY
    kept = b"".join(p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())
    assert KEY.encode() not in kept + (first.stdout + first.stderr).encode()
