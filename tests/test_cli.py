"""The command line as a whole process: answers, messages and statuses."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BRIEF = """
title = "Council tax discovery"
people_wanted = 10
areas = ["E08000025"]

[[characteristic]]
topic = "ethnic_group"
grouping = "broad"
minimum = { "Asian" = 2 }

[[characteristic]]
name = "Digital confidence"
shares = { "Low" = 0.2, "Medium" = 0.3, "High" = 0.5 }
"""


def run(*arguments, **more):
    return subprocess.run(
        [sys.executable, "-m", "sampler", *map(str, arguments)],
        capture_output=True, text=True, timeout=60, **more,
    )  # fmt: skip


@pytest.fixture
def brief(tmp_path):
    path = tmp_path / "brief.toml"
    path.write_text(BRIEF)
    return path


def test_a_plan_as_json_has_its_keys_in_order(brief):
    done = run("plan", brief, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    plan = json.loads(done.stdout)
    assert list(plan) == [
        "schema", "title", "people_wanted", "lowest_age", "highest_age", "areas", "quotas", "seats",
        "seat_plan", "joint", "notes",
    ]  # fmt: skip
    assert (plan["schema"], plan["lowest_age"], plan["highest_age"]) == (1, 16, None)
    assert plan["areas"] == [{"code": "E08000025", "name": "Birmingham", "type": "local authority"}]
    asian = plan["quotas"][0]
    assert list(asian) == [
        "characteristic", "group", "people", "population_share", "share", "ideal", "minimum",
        "target", "maximum", "why", "source",
    ]  # fmt: skip
    assert (asian["characteristic"], asian["group"]) == ("Ethnic group", "Asian")
    assert (asian["people"], asian["target"], asian["minimum"], asian["maximum"]) == (
        355_384, 3, 2, None,
    )  # fmt: skip
    assert (asian["population_share"], asian["ideal"]) == (0.3104, 3.104002)
    assert asian["source"] == {
        "table": "TS021", "title": "Ethnic group", "base": "all ages",
        "census_date": "2021-03-21", "release": None, "areas": ["E08000025"],
        "status": "official", "licence": "Open Government Licence v3.0",
    }  # fmt: skip
    low = plan["quotas"][5]
    assert [low[k] for k in ("people", "population_share", "share", "source")] == [
        None, None, 0.2, None,
    ]  # fmt: skip
    assert abs(sum(q["share"] for q in plan["quotas"][:5]) - 1) < 1e-5
    assert (
        "1 ethnic group gets no seat with 10 people: Other (about 52,000 people)." in plan["notes"]
    )


def test_the_same_brief_gives_the_same_bytes_in_any_process(brief):
    answers = {
        run("plan", brief, "--json", env=os.environ | {"PYTHONHASHSEED": str(seed)}).stdout
        for seed in (0, 1, 2)
    }
    assert len(answers) == 1


def test_a_plan_reads_in_a_terminal_and_writes_its_sheet(brief, tmp_path):
    done = run("plan", brief, "--sheet", tmp_path / "out.xlsx")
    assert done.returncode == 0
    assert "White" in done.stdout
    assert "out.xlsx" in done.stderr
    assert (tmp_path / "out.xlsx").stat().st_size > 5_000
    assert run("plan", brief, "--sheet", brief).returncode == 2
    assert brief.read_text() == BRIEF
    failed = run("plan", brief, "--sheet", tmp_path / "no" / "out.xlsx")
    assert failed.returncode == 1
    assert "cannot be written" in failed.stderr


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (BRIEF.replace("= 10", '= "ten"'), "people_wanted: People wanted must be a whole number"),
        (BRIEF.replace("E08000025", "Birmingam"), "areas[0]: No place called Birmingam. Did you"),
        (BRIEF.replace('"ethnic_group"', '"ethnic_grp"'), "characteristic[0].topic: No topic"),
        (BRIEF.replace('"Asian" = 2', '"Asien" = 2'), "characteristic[0].minimum.Asien: There is"),
        (BRIEF.replace("0.5 }", "0.55 }"), "characteristic[1].shares: Shares add up to 105%"),
        (BRIEF.replace("title", "titel"), "titel: is a key no brief has. Did you mean title?"),
        ("nonsense", "This is not a TOML file"),
    ],
)
def test_wrong_input_is_status_2_with_file_field_and_what_is_allowed(brief, text, words):
    brief.write_text(text)
    done = run("plan", brief, "--json")
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"{brief}: " in done.stderr
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_no_plan_is_status_3_and_the_conflict_is_printed(brief):
    brief.write_text(BRIEF.replace('"Asian" = 2', '"Asian" = 6, "Black" = 5'))
    done = run("plan", brief, "--json")
    assert done.returncode == 3
    named = [
        {"rule": "At least 6 Asian.", "field": "characteristic[0].minimum.Asian"},
        {"rule": "At least 5 Black.", "field": "characteristic[0].minimum.Black"},
    ]
    said = json.loads(done.stdout)
    assert (list(said), said["conflict"], said["conflicts"]) == (
        ["conflict", "conflicts", "repairs"], named, [named],
    )  # fmt: skip
    assert said["repairs"][0] == {
        "changes": [
            {
                "rule": "At least 5 Black.", "field": "characteristic[0].minimum.Black",
                "from": 5, "to": 4,
            }
        ],
        "cost": 1,
    }  # fmt: skip
    assert len(said["repairs"]) >= 2
    assert "need 11 people" in done.stderr
    assert run("plan", brief).stdout == ""


def test_usage_and_missing_files_are_status_2(tmp_path):
    for arguments in (["plan"], ["plan", tmp_path / "x.toml"], ["nonsense"], ["plan", "--bad"]):
        done = run(*arguments)
        assert done.returncode == 2, arguments
        assert done.stdout == ""
        assert "Traceback" not in done.stderr


def test_areas_are_found_with_exact_names_first():
    found = json.loads(run("areas", "kent", "--json").stdout)
    assert found[0] == {
        "code": "E10000016", "name": "Kent", "type": "county",
        "within": ["South East", "England", "England and Wales"],
    }  # fmt: skip
    assert json.loads(run("areas", "xyzzy", "--json").stdout) == []
    assert run("areas", "xyzzy").returncode == 0
    assert json.loads(run("areas", "West Midlands", "--json").stdout)[0]["type"] == "region"


def test_topics_are_listed_with_their_groupings():
    topics = json.loads(run("topics", "--json").stdout)
    assert [t["topic"] for t in topics] == [
        "ethnic_group", "religion", "country_of_birth", "english_proficiency", "age", "sex",
        "disability", "general_health", "unpaid_care", "tenure", "household", "cars",
        "economic_activity", "qualification", "ns_sec", "sexual_orientation", "living_alone",
    ]  # fmt: skip
    assert list(topics[0]) == ["topic", "title", "table", "base", "status", "groupings"]
    assert [g["grouping"] for g in topics[0]["groupings"]] == ["detailed", "broad"]
    assert len(topics[0]["groupings"][0]["groups"]) == 19


def test_a_damaged_extract_is_status_1(tmp_path):
    for package in ("census", "sampler"):
        shutil.copytree(ROOT / package, tmp_path / package)
    (tmp_path / "census" / "data" / "areas.json").unlink()
    done = run("areas", "kent", cwd=tmp_path, env=os.environ | {"PYTHONPATH": str(tmp_path)})
    assert done.returncode == 1
    assert "areas.json is missing. Install the app again" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_interrupt_is_status_130(tmp_path):
    pipe = tmp_path / "brief.toml"
    os.mkfifo(pipe)
    running = subprocess.Popen(
        [sys.executable, "-m", "sampler", "plan", str(pipe)],
        stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    with pipe.open("w"):  # opens once the command is reading
        time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        time.sleep(0.3)
    _, said = running.communicate(timeout=30)
    assert running.returncode == 130
    assert "Traceback" not in said
