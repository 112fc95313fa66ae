"""Rounds and their people from a shell: answers, messages, statuses, and what is stored."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from sampler import cli
from sampler.store import Store
from tests.databases import new_url

ROOT = Path(__file__).parent.parent
BRIEF = """
title = "Council tax discovery"
programme = "Council tax"
people_wanted = 10
areas = ["E08000025"]

[[characteristic]]
topic = "ethnic_group"
grouping = "broad"

[[characteristic]]
name = "Digital confidence"
shares = { "Low" = 0.2, "Medium" = 0.3, "High" = 0.5 }

[[split]]
by = "Recruiter"
people = { "Acme" = 6, "Night shelter" = 4 }
"""
OURS = ["Reference", "Stage", "Ethnic group", "Digital confidence"]
GOOD = [["R01", "Attended", "Asian", "Low"], ["R02", "Confirmed", "White", "High"]]
BAD = [["R03", "Gone", "Asian", "Low"], ["R04", "Offered", "Asian", "35ish"]]
MAPPING = """
classification = "census_2021"
[columns]
"Code" = "Reference"
"Heritage" = "Ethnic group"
[words."Ethnic group"]
"Brummie" = "own words"
"""


@pytest.fixture
def at_home(tmp_path, monkeypatch):
    """Point every command at an empty database and data folder."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SAMPLER_DATABASE_URL", new_url("sqlite", tmp_path))
    return tmp_path


@pytest.fixture
def run(at_home):
    """Return what runs a command in this process: status, answer, messages."""

    def act(*arguments):
        done = CliRunner().invoke(cli.app, [str(one) for one in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return act


@pytest.fixture
def round_id(run, at_home):
    (at_home / "brief.toml").write_text(BRIEF)
    status, out, _ = run("save", at_home / "brief.toml")
    assert status == 0
    return out.splitlines()[-1]


def a_file(folder, rows, name="theirs.csv", heads=OURS):
    path = folder / name
    path.write_text("\n".join(",".join(row) for row in [heads, *rows]) + "\n", "utf-8")
    return path


def people(round_id):
    store = Store()
    try:
        return store.people(round_id)
    finally:
        store.close()


def recruiters(round_id):
    store = Store()
    try:
        return store.recruiters(round_id)
    finally:
        store.close()


def history(round_id):
    store = Store()
    try:
        return store.history(round_id), store.last_import(round_id)
    finally:
        store.close()


def filled(path, rows, name="filled.xlsx"):
    """Fill in a sheet by reference and heading."""
    book = openpyxl.load_workbook(path)
    tab = book["People"]
    heads = [cell.value for cell in tab[1]]
    at = {tab.cell(row, 1).value: row for row in range(2, tab.max_row + 1)}
    for called, cells in rows.items():
        for head, value in cells.items():
            tab.cell(at[called], heads.index(head) + 1, value)
    book.save(path.parent / name)
    return path.parent / name


def test_rounds_are_listed_with_id_title_programme_and_audience(run, round_id, at_home):
    status, out, err = run("rounds", "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == [
        {
            "id": round_id, "title": "Council tax discovery", "programme": "Council tax",
            "audience": "residents",
        }
    ]  # fmt: skip
    assert list(json.loads(out)[0]) == ["id", "title", "programme", "audience"]
    assert run("rounds")[1] == f"{round_id}  Council tax discovery  (residents)  Council tax\n"


def test_saving_again_changes_the_round_and_adds_none(run, round_id, at_home):
    (at_home / "brief.toml").write_text(BRIEF.replace("discovery", "alpha"))
    status, out, _ = run("save", at_home / "brief.toml", "--round", round_id)
    assert (status, out) == (0, f"{round_id}\n")
    (one,) = json.loads(run("rounds", "--json")[1])
    assert (one["id"], one["title"]) == (round_id, "Council tax alpha")
    status, out, err = run("save", at_home / "brief.toml", "--round", "nosuch")
    assert (status, out) == (2, "")
    assert "There is no round nosuch. `sampler rounds` lists them." in err
    (at_home / "brief.toml").write_text(BRIEF.replace("people_wanted = 10", "people_wanted = 0"))
    status, out, err = run("save", at_home / "brief.toml")
    assert (status, out) == (2, "")
    assert "people_wanted" in err


def test_saving_again_asks_the_recruiters_for_what_the_brief_says_now(run, round_id, at_home):
    again = BRIEF.replace('"Acme" = 6, "Night shelter" = 4', '"Acme" = 3, "Night shelter" = 7')
    (at_home / "brief.toml").write_text(again)
    assert run("save", at_home / "brief.toml", "--round", round_id)[0] == 0
    assert [(one.name, one.people) for one in recruiters(round_id)] == [
        ("Acme", 3), ("Night shelter", 7),
    ]  # fmt: skip


def test_a_recruiter_with_too_long_a_name_stores_nothing(run, at_home):
    (at_home / "brief.toml").write_text(BRIEF.replace("Night shelter", "N" * 81))
    status, out, err = run("save", at_home / "brief.toml")
    assert (status, out) == (2, "")
    assert "A recruiter's name has at most 80 characters." in err
    assert run("rounds")[1] == ""


def test_coverage_is_a_list_of_groups_with_their_range_and_people(run, round_id, at_home):
    assert run("import", round_id, a_file(at_home, GOOD))[0] == 0
    status, out, err = run("coverage", round_id, "--json")
    assert (status, err) == (0, "")
    rows = json.loads(out)
    assert list(rows[0]) == [
        "characteristic", "group", "low", "target", "high", "counted", "planned", "secured",
        "gap", "gap_most", "over",
    ]  # fmt: skip
    found = {(row["characteristic"], row["group"]): row for row in rows}
    high = found["Digital confidence", "High"]
    assert high == {
        "characteristic": "Digital confidence", "group": "High", "low": 4, "target": 5, "high": 6,
        "counted": 1, "planned": 1, "secured": 0, "gap": 3, "gap_most": 3, "over": 0,
    }  # fmt: skip
    low = found["Digital confidence", "Low"]
    assert (low["planned"], low["secured"]) == (1, 1)
    assert "Low: 1 of 1 to 3, in range" in run("coverage", round_id)[1]
    assert run("coverage", "nosuch", "--json")[:2] == (2, "")


def test_a_file_taken_in_says_what_is_new_changed_unchanged_refused_and_left_out(
    run, round_id, at_home
):
    heads = [*OURS[:2], "E-mail", *OURS[2:]]
    rows = [[*row[:2], "a@b.example", *row[2:]] for row in GOOD]
    file = a_file(at_home, rows, heads=heads)
    nothing = {"new": 0, "changed": 0, "unchanged": 0, "refused": [], "left_out": ["E-mail"]}
    status, out, err = run("import", round_id, file, "--dry-run", "--json")
    assert (status, json.loads(out), err) == (0, nothing | {"new": 2}, "")
    assert list(json.loads(out)) == ["new", "changed", "unchanged", "refused", "left_out"]
    assert people(round_id) == []
    assert run("import", round_id, file)[:2] == (
        0, "2 new, 0 changed, 0 unchanged, 0 refused\n",
    )  # fmt: skip
    assert "Left out: E-mail.\n" in run("import", round_id, file)[2]
    before = people(round_id)
    assert json.loads(run("import", round_id, file, "--json")[1]) == nothing | {"unchanged": 2}
    assert people(round_id) == before
    rows[0][1] = "No-show"
    status, out, _ = run("import", round_id, a_file(at_home, rows, heads=heads), "--json")
    assert (status, json.loads(out)) == (0, nothing | {"changed": 1, "unchanged": 1})
    assert [person.stage for person in people(round_id)] == ["no_show", "confirmed"]
    assert not any("a@b.example" in person.model_dump_json() for person in people(round_id))


def test_refused_rows_are_status_4_and_keep_the_good_ones_out_unless_accepted(
    run, round_id, at_home
):
    file = a_file(at_home, [*GOOD, *BAD])
    for more in ([], ["--dry-run"]):
        status, out, _ = run("import", round_id, file, "--json", *more)
        said = json.loads(out)
        assert (status, said["new"]) == (4, 2)
        assert [(one["row"], one["column"]) for one in said["refused"]] == [
            (4, "Stage"), (5, "Digital confidence"),
        ]  # fmt: skip
        assert all(list(one) == ["row", "column", "reason"] for one in said["refused"])
        assert "none of our stages" in said["refused"][0]["reason"]
        assert people(round_id) == []
    status, out, _ = run("import", round_id, file)
    assert status == 4
    assert "Row 5, Digital confidence: ‘35ish’ is none of the groups." in out
    assert run("import", round_id, file, "--accept-valid", "--dry-run")[0] == 0
    assert people(round_id) == []
    assert run("import", round_id, file, "--accept-valid")[0] == 0
    assert [person.reference for person in people(round_id)] == ["R01", "R02"]


def test_a_list_of_theirs_needs_a_mapping_which_is_then_remembered(run, round_id, at_home):
    heads = ["Code", "Heritage", "Digital confidence"]
    file = a_file(at_home, [["x1", "Brummie", "Low"], ["x2", "Asian", "High"]], heads=heads)
    status, out, err = run("import", round_id, file, "--recruiter", "Acme", "--json")
    assert (status, out) == (2, "")
    assert "Say so in a mapping (--mapping)" in err
    assert "Is ‘Heritage’ our Ethnic group? One of: " in err
    assert 'What is clear so far:\n[columns]\n"Digital confidence" = ' in err
    mapping = at_home / "acme.toml"
    mapping.write_text(MAPPING)
    given = ["--recruiter", "Acme", "--mapping", mapping]
    assert run("import", round_id, file, *given, "--dry-run")[0] == 0
    assert run("import", round_id, file, "--recruiter", "Acme")[0] == 2
    assert run("import", round_id, file, *given)[:2] == (
        0, "2 new, 0 changed, 0 unchanged, 0 refused\n",
    )  # fmt: skip
    assert [(p.reference, p.their_reference, p.recruiter) for p in people(round_id)] == [
        ("A01", "x1", "Acme"), ("A02", "x2", "Acme"),
    ]  # fmt: skip
    assert people(round_id)[0].answer("Ethnic group").kind == "own_words"
    assert run("import", round_id, file, "--recruiter", "acme")[:2] == (
        0, "0 new, 0 changed, 2 unchanged, 0 refused\n",
    )  # fmt: skip
    assert run("import", round_id, file, "--recruiter", "Night shelter")[0] == 2


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("nonsense", "This is not a TOML file"),
        ("[columns]\nCode = 3", "must be one of our columns"),
        (MAPPING.replace('"Ethnic group"\n[', '"Ethnic grup"\n['), "Did you mean ethnic group?"),
        (MAPPING.replace("own words", "Asien"), "none of the groups of Ethnic group"),
        (MAPPING.replace("census_2021", "census_1901"), "classification must be"),
        (b"\xff\xfe\x00", "is not a text file in UTF-8"),
        (None, "cannot be read (No such file or directory)"),
    ],
)
def test_a_mapping_that_cannot_be_used_is_status_2_and_says_why(run, round_id, at_home, text, part):
    mapping = at_home / "mapping.toml"
    if text is not None:
        mapping.write_bytes(text if isinstance(text, bytes) else text.encode())
    status, out, err = run(
        "import", round_id, a_file(at_home, GOOD), "--mapping", mapping, "--json"
    )
    assert (status, out) == (2, "")
    assert part.casefold() in err.casefold()
    assert "mapping.toml" in err
    assert people(round_id) == []


def test_a_file_that_is_missing_or_of_another_round_is_status_2(run, round_id, at_home):
    for name in ("nosuch.xlsx", "."):
        status, out, err = run("import", round_id, at_home / name, "--json")
        assert (status, out) == (2, "")
        assert "cannot be read" in err
    other = run("save", at_home / "brief.toml")[1].strip()
    assert run("sheet", other, at_home / "other.xlsx")[0] == 0
    status, out, err = run("import", round_id, at_home / "other.xlsx", "--json")
    assert (status, out) == (2, "")
    assert "the sheet of another round" in err


def test_a_recruiters_sheet_goes_out_and_their_people_come_back_as_theirs(run, round_id, at_home):
    out = at_home / "acme.xlsx"
    status, said, err = run("sheet", round_id, out, "--recruiter", "acme")
    assert (status, said, err) == (0, "", f"Wrote {out}.\n")
    quotas = openpyxl.load_workbook(out, data_only=True)["Quotas"]
    wanted = [r[2] for r in quotas.iter_rows(values_only=True) if r[0] == "Digital confidence"]
    assert sum(one for one in wanted if isinstance(one, int)) == 6
    back = filled(out, {"A01": {"Stage": "Confirmed", "Ethnic group": "Asian"}})
    assert run("import", round_id, back)[0] == 0
    assert [(p.reference, p.recruiter) for p in people(round_id)] == [("A01", "Acme")]
    status, said, err = run("import", round_id, back, "--recruiter", "Night shelter")
    assert (status, said) == (2, "")
    assert "This is the sheet of Acme, not of Night shelter." in err
    assert run("sheet", round_id, at_home / "shelter.xlsx", "--recruiter", "night shelter")[0] == 0
    tab = openpyxl.load_workbook(at_home / "shelter.xlsx")["People"]
    assert "A01" not in [row[0] for row in tab.iter_rows(values_only=True)]
    for recruiter, part in (("Acmee", "Did you mean Acme?"), ("x" * 90, "no recruiter called")):
        status, said, err = run("sheet", round_id, out, "--recruiter", recruiter)
        assert (status, said) == (2, "")
        assert part in err
    status, said, err = run("import", round_id, a_file(at_home, GOOD), "--recruiter", "x" * 90)
    assert (status, said, err) == (2, "", "A recruiter's name has at most 80 characters.\n")


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_a_sheet_taken_in_unchanged_stores_nothing(run, round_id, at_home, kind):
    run("import", round_id, a_file(at_home, GOOD))
    out = at_home / f"sheet.{kind}"
    assert run("sheet", round_id, out)[0] == 0
    before = history(round_id)
    assert run("import", round_id, out)[:2] == (0, "0 new, 0 changed, 2 unchanged, 0 refused\n")
    assert history(round_id) == before
    assert run("sheet", round_id, out, "--no-with-people")[0] == 0
    assert run("import", round_id, out)[1] == "0 new, 0 changed, 0 unchanged, 0 refused\n"


def test_a_sheet_goes_to_a_workbook_or_csv_only(run, round_id, at_home):
    (at_home / "folder.xlsx").mkdir()
    for name in ("sheet.ods", "sheet", "folder.xlsx"):
        status, out, err = run("sheet", round_id, at_home / name)
        assert (status, out) == (2, "")
        assert "a file whose name ends in .xlsx or .csv" in err
    for kind in ("xlsx", "csv"):
        status, _, err = run("sheet", round_id, at_home / "no" / f"sheet.{kind}")
        assert (status, "cannot be written" in err) == (1, True)


def test_somebody_erased_is_gone_and_not_taken_in_again(run, round_id, at_home):
    file = a_file(at_home, GOOD)
    run("import", round_id, file)
    run("sheet", round_id, at_home / "sheet.xlsx")
    status, out, err = run("erase", round_id, "R01")
    assert (status, out) == (0, "")
    assert "Erased." in err
    assert [person.reference for person in people(round_id)] == ["R02"]
    for again in (file, at_home / "sheet.xlsx"):
        status, out, _ = run("import", round_id, again, "--json")
        said = json.loads(out)
        assert (status, said["new"], said["unchanged"]) == (4, 0, 1)
        assert "was erased here" in said["refused"][0]["reason"]
        assert run("import", round_id, again, "--accept-valid")[0] == 0
        assert [person.reference for person in people(round_id)] == ["R02"]
    status, out, err = run("erase", round_id, "R01")
    assert (status, out) == (2, "")
    assert "Nobody in this round has that reference." in err
    assert run("erase", "nosuch", "R01")[0] == 2


# Whole processes


@pytest.fixture
def process(tmp_path, at_home, monkeypatch):
    """Return what runs a command as a process, on the database `run` uses then too."""
    monkeypatch.setenv("SAMPLER_DATABASE_URL", new_url("postgresql", tmp_path))

    def act(*arguments, **changes):
        done = subprocess.run(
            [sys.executable, "-m", "sampler", *map(str, arguments)],
            capture_output=True, text=True, timeout=60, cwd=ROOT, env=os.environ | changes,
        )  # fmt: skip
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout, done.stderr

    return act


def test_a_whole_journey_from_brief_to_backup_and_back(run, process, tmp_path, monkeypatch):
    (tmp_path / "brief.toml").write_text(BRIEF)
    status, out, err = process("save", tmp_path / "brief.toml", "--offline")
    assert (status, err) == (0, "")
    round_id = out.splitlines()[-1]
    sheet = tmp_path / "acme.xlsx"
    assert process("sheet", round_id, sheet, "--recruiter", "Acme")[0] == 0
    back = filled(sheet, {
        "A01": {"Stage": "Attended", "Ethnic group": "Asian", "Digital confidence": "Low"},
        "A02": {"Stage": "Confirmed", "Ethnic group": "White"},
    })  # fmt: skip
    status, out, err = process("import", round_id, back, "--json")
    assert (status, err) == (0, "")
    assert json.loads(out) == {
        "new": 2, "changed": 0, "unchanged": 0, "refused": [], "left_out": [],
    }  # fmt: skip
    assert process("import", round_id, a_file(tmp_path, BAD))[0] == 4
    (tmp_path / "empty.xlsx").write_bytes(b"")
    status, out, err = process("import", round_id, tmp_path / "empty.xlsx", "--json")
    assert (status, out) == (2, "")
    assert "the file is empty" in err
    backup = tmp_path / "kept.backup"
    status, out, err = process("backup", backup)
    assert (status, out) == (0, "")
    assert err.startswith(f"Wrote {backup}. It holds everybody's answers")
    assert backup.stat().st_mode & 0o077 == 0
    assert process("erase", round_id, "A01")[0] == 0
    covered = process("coverage", round_id, "--json")[1]
    assert sum(row["planned"] for row in json.loads(covered)) == 1
    assert process("restore", backup)[0] == 1  # the database is not empty
    elsewhere = {"SAMPLER_DATABASE_URL": new_url("sqlite", tmp_path)}
    status, out, err = process("restore", backup, **elsewhere)
    assert (status, out) == (0, "")
    assert "Restored 1 round and 1 person. 1 person erased since were left out." in err
    monkeypatch.setenv(*elsewhere.popitem())
    assert run("coverage", round_id, "--json")[1] == covered


def test_a_backup_older_than_the_list_of_erasures_is_refused_unless_accepted(
    run, round_id, at_home, monkeypatch
):
    run("import", round_id, a_file(at_home, GOOD))
    assert run("backup", at_home / "kept.backup")[0] == 0
    (at_home / "new").mkdir()
    monkeypatch.setenv("SAMPLER_DATABASE_URL", new_url("sqlite", at_home / "new"))
    lines = at_home / "home" / "sampling-planner" / "erasures.jsonl"
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).date().isoformat()
    for text in (None, json.dumps({"since": tomorrow}) + "\n"):
        lines.unlink()
        if text:
            lines.write_text(text)
        done = CliRunner().invoke(cli.app, ["restore", str(at_home / "kept.backup")])
        assert "say --accept-unerased" in str(done.exception)
        assert people_anywhere() == 0
    status, out, err = run("restore", at_home / "kept.backup", "--accept-unerased")
    assert (status, out) == (0, "")
    assert "People erased after this backup was made may be back. Erase them again now." in err
    assert people_anywhere() == 2


def people_anywhere():
    store = Store()
    try:
        return sum(len(store.people(one.id)) for one in store.rounds(archived=True))
    finally:
        store.close()
