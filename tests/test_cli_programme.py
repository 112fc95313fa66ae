"""Programmes from a shell: exact, or in bands to hand over."""

import json
from datetime import date

import pytest
from docx import Document
from typer.testing import CliRunner

from sampler import cli, figures
from sampler.model import Totals
from sampler.store import Store
from tests.builders import a_brief
from tests.databases import new_url


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Return what runs a command: status, answer, messages."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SAMPLER_DATABASE_URL", new_url("sqlite", tmp_path))

    def run(*arguments):
        done = CliRunner().invoke(cli.app, [str(one) for one in arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return done.exit_code, done.stdout, done.stderr

    return run


@pytest.fixture
def store(run):
    made = Store()
    yield made
    made.close()


def add(store, female, male, **more):
    """Store a past round; return its programme's id."""
    brief = a_brief(**{"programme": "Letters", "characteristic": [{"topic": "sex"}]} | more)
    made = store.add_round(brief)
    store.take_plan(made.id, figures.plan_of(brief))
    counts = {"Sex": {"Female": female, "Male": male}}
    store.set_totals(made.id, Totals(on=date(2025, 3, 3), heard=female + male, counts=counts))
    return made.programme.id


def test_programmes_are_counted_exactly(run, store):
    held = add(store, 12, 7)
    code, out, _ = run("programme")
    assert code == 0
    assert f"{held}  Letters" in out
    assert "heard 12" in out
    rows = json.loads(run("programme", held, "--json")[1])
    assert [row["heard"] for row in rows if row["group"] == "Female"] == [12]


def test_what_may_be_shown_is_published_once_and_again_when_asked(run, store):
    held = add(store, 12, 7)
    code, out, said = run("programme", held, "--shared")
    assert code == 0
    assert "Citizens: published today. The next snapshot needs at least 5 more people." in said
    assert "We have heard from 15 to 19 citizens in 1 round." in out
    assert "Female  51.7%  10 to 14  met\n" in out
    add(store, 10, 10)
    assert run("programme", held, "--shared") == (0, out, "")
    code, again, said = run("programme", held, "--shared", "--publish")
    assert (code, len(store.snapshots(held))) == (0, 2)
    assert "We have heard from 35 to 39 citizens in 2 rounds." in again
    add(store, 1, 1)
    out = again
    code, again, said = run("programme", held, "--shared", "--publish")
    assert (code, again) == (1, out)
    assert "Citizens: A snapshot needs at least 5 people" in said
    assert len(store.snapshots(held)) == 2


def test_of_fewer_than_five_nothing_is_shown(run, store, tmp_path):
    held = add(store, 2, 1)
    code, out, said = run("programme", held, "--shared", "--json")
    assert (code, json.loads(out)) == (0, [])
    assert "Nothing of Letters can be shown yet." in said
    path = tmp_path / "out.docx"
    assert run("report", held, path)[0] == 1
    assert not path.exists()
    assert store.snapshots(held) == []


def test_what_was_published_outlives_its_rounds(run, store):
    held = add(store, 12, 7)
    run("programme", held, "--shared", "--publish")
    for one in store.rounds():
        store.delete_round(one.id)
    code, out, _ = run("programme", held, "--shared", "--json")
    assert code == 0
    assert [one["people"] for one in json.loads(out)] == ["15 to 19"]


def test_who_we_heard_from_is_written_from_the_last_snapshot(run, store, tmp_path):
    held = add(store, 12, 7)
    run("programme", held, "--shared", "--publish")
    add(store, 30, 30, title="Later")
    path = tmp_path / "out.docx"
    assert run("report", held, path, "--by", "an agency", "--why", "no\x01body")[0] == 0
    text = "\n".join(p.text for p in Document(path).paragraphs)
    assert "In March 2025 we heard from 15 to 19 citizens in Birmingham in 1 round" in text
    assert "recruited by an agency" in text


def test_each_audience_has_a_page_of_its_own(run, store, tmp_path):
    held = add(store, 12, 7)
    add(store, 6, 6, title="Desks", audience="staff")
    path = tmp_path / "out.docx"
    code, _, said = run("report", held, path, "--audience", "cats")
    assert (code, path.exists(), store.snapshots(held)) == (2, False, [])
    assert said.strip() == (
        "There is no audience cats: choose citizens, service users, staff or businesses."
    )
    assert run("report", held, path, "--audience", "businesses")[0] == 1
    assert store.snapshots(held) == []
    for asked in ("staff", "Staff"):
        assert run("report", held, path, "--audience", asked)[0] == 0
        text = "\n".join(p.text for p in Document(path).paragraphs)
        assert "members of staff" in text
    assert [one.audience for one in store.snapshots(held)] == ["staff"]
    code, _, said = run("report", held, path)
    assert code == 0
    assert "of citizens. --audience writes staff." in said
    assert run("report", held, path, "--audience", "residents")[0] == 0


@pytest.mark.parametrize(("arguments", "said"), [
    (["programme", "nothing"], "There is no programme nothing."),
    (["programme", "--publish"], "--publish goes with --shared."),
    (["programme", "--shared"], "Name a programme"),
    (["report", "nothing", "out.docx"], "There is no programme nothing."),
    (["report", "nothing", "out.txt"], "ends in .docx"),
])  # fmt: skip
def test_what_cannot_be_is_said(run, arguments, said):
    code, out, error = run(*arguments)
    assert (code, out) == (2, "")
    assert said in error
