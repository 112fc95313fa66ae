"""Real faults: processes killed in the middle, servers that go away, disks that are full."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from sampler import figures
from sampler.errors import StoreError
from sampler.people import tally
from sampler.store import Store
from tests import databases, faults
from tests.builders import a_brief, a_person
from tests.databases import KINDS, new_url
from tests.test_erasing import at_first_schema, bytes_of

ROOT = Path(__file__).parent.parent
KILLS = 3
PEOPLE = 800
SECONDS = 60


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home" / "sampling-planner"


def started(act, url, round_id="", seed=0, **options):
    command = [sys.executable, "-m", "tests.faults", act, url, round_id, str(seed)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, **options)


def a_round(store, people=0):
    brief = a_brief()
    round_id = store.add_round(brief).id
    store.take_plan(round_id, figures.plan_of(brief))
    everyone = [
        a_person(stage="attended", notes=f"{faults.MARK} {i}", answers={"Sex": "Female"})
        for i in range(people)
    ]
    if everyone:
        store.add_people(round_id, everyone)
    return round_id


def killed(act, url, round_id, rng, longest):
    """Run an act and kill it at a random moment; return how long it was let run."""
    child = started(act, url, round_id)
    assert child.stdout.readline() == "go\n"
    lived = rng.uniform(0, longest)
    try:
        child.wait(lived)
    except subprocess.TimeoutExpired:
        os.kill(child.pid, signal.SIGKILL)
    child.communicate(timeout=SECONDS)
    return lived


def timed(act, url, round_id=""):
    """Run an act to its end and return how long it took."""
    child = started(act, url, round_id)
    assert child.stdout.readline() == "go\n"
    begun = time.monotonic()
    assert child.stdout.readline().startswith("done")
    took = time.monotonic() - begun
    child.communicate(timeout=SECONDS)
    return took


def agrees_with_itself(store, round_id):
    people = store.people(round_id)
    counted, found = tally.of(people), store.tally(round_id)
    assert (dict(counted.people), dict(counted.answers)) == (found.people, found.answers)
    added = [line for line in store.history(round_id) if line.field == "added"]
    assert sorted(line.person_id for line in added) == sorted(p.id for p in people)
    return people


def imports_survive_kills(kind, tmp_path, kills, seed):
    rng = random.Random(f"import {kind} {seed}")
    url = new_url(kind, tmp_path)
    store = Store(url)
    longest = timed("import", url, a_round(store)) * 1.1
    whole = 0
    for _ in range(kills):
        round_id = a_round(store, people=2)
        killed("import", url, round_id, rng, longest)
        again = Store(url)
        people = agrees_with_itself(again, round_id)
        assert len(people) in (2, 2 + faults.IN_A_FILE)
        assert (again.last_import(round_id) is not None) == (len(people) > 2)
        assert len(again.recruiters(round_id)) == (len(people) > 2)
        whole += len(people) > 2
        again.close()
    store.close()
    return whole


def erasures_survive_kills(kind, tmp_path, folder, kills, seed):
    rng = random.Random(f"erase {kind} {seed}")
    url = new_url(kind, tmp_path)
    store = Store(url)
    longest = timed("erase", url, a_round(store, PEOPLE)) * 1.1
    whole = 0
    for _ in range(kills):
        round_id = a_round(store, PEOPLE)
        killed("erase", url, round_id, rng, longest)
        again = Store(url)
        people = agrees_with_itself(again, round_id)
        totals = again.round(round_id).totals
        if people:
            assert (len(people), totals) == (PEOPLE, None)
            again.erase_people(round_id)
            totals = again.round(round_id).totals
        else:
            whole += 1
        assert (totals.heard, totals.counts["Sex"]) == (PEOPLE, {"Female": PEOPLE})
        assert faults.MARK.encode() not in bytes_of(url, folder)
        again.close()
    store.close()
    return whole


def older(kind, folder, people=1_500):
    """Return a database of the first version with many people."""
    folder.mkdir()
    url = new_url(kind, folder)
    person_id = at_first_schema(url)
    engine = sa.create_engine(databases.for_sqlalchemy(url))
    with engine.begin() as db:
        for i in range(people - 1):
            db.execute(
                sa.text(
                    "INSERT INTO people SELECT :id, round_id, :reference, person, stage, reserve, "
                    "version FROM people WHERE id = :one"
                ),
                {"id": f"id-{i}", "reference": f"Q{i}", "one": person_id},
            )
    engine.dispose()
    return url


def upgrades_survive_kills(kind, tmp_path, kills, seed):
    rng = random.Random(f"upgrade {kind} {seed}")
    longest = timed("open", older(kind, tmp_path / "first")) * 1.1
    for n in range(kills):
        url = older(kind, tmp_path / f"run{n}")
        killed("open", url, "", rng, longest)
        for _ in range(2):
            again = Store(url)
            assert len(again.people("round234")) == 1_500
            assert again.tally("round234").total == 1_500
            again.close()


@pytest.mark.parametrize("kind", KINDS)
def test_an_import_that_is_killed_is_all_there_or_not_at_all(kind, tmp_path):
    imports_survive_kills(kind, tmp_path, KILLS, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_erasure_that_is_killed_is_all_done_or_not_begun(kind, tmp_path, folder):
    erasures_survive_kills(kind, tmp_path, folder, KILLS, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_an_upgrade_that_is_killed_is_all_done_or_not_begun(kind, tmp_path):
    upgrades_survive_kills(kind, tmp_path, KILLS, 1)


@pytest.mark.parametrize("kind", KINDS)
def test_two_thousand_edits_by_two_processes_are_all_there_or_refused(kind, tmp_path):
    url = new_url(kind, tmp_path)
    store = Store(url)
    round_id = a_round(store, people=20)
    running = [started("edit", url, round_id, seed) for seed in (1, 2)]
    said = [child.communicate(timeout=180)[0].split() for child in running]
    saved = [int(words[2]) for words in said]
    refused = [int(words[3]) for words in said]
    assert [a + b for a, b in zip(saved, refused, strict=True)] == [faults.EDITS] * 2
    people = agrees_with_itself(store, round_id)
    assert sum(person.version - 1 for person in people) == sum(saved)
    notes = [line for line in store.history(round_id) if line.field == "notes"]
    by_writer = {who: sum(line.who == who for line in notes) for who in ("1", "2")}
    assert by_writer == {"1": saved[0], "2": saved[1]}
    store.close()


# Disks and locks


def test_a_file_that_may_not_grow_stores_nothing_and_says_so(tmp_path):
    url = new_url("sqlite", tmp_path)
    store = Store(url)
    round_id = a_round(store, people=2)
    before = agrees_with_itself(store, round_id)
    store.close()
    code = (
        "import resource, sys; from sampler.store.store import Store; from tests import faults\n"
        f"store = Store({url!r}); found = faults.a_file(store, {round_id!r})\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))\n"
        f"try: store.take_in({round_id!r}, found)\n"
        "except Exception as error: print(type(error).__name__, error)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=SECONDS
    )
    assert "StoreError The disk is full. Nothing was saved" in done.stdout
    again = Store(url)
    assert agrees_with_itself(again, round_id) == before
    again.close()


@pytest.mark.skipif(
    databases.SERVER_VARIABLE in os.environ or not shutil.which("prlimit"),
    reason="limits a server of our own only",
)
def test_a_server_whose_disk_is_full_stores_nothing_and_the_page_recovers(tmp_path):
    url = new_url("postgresql", tmp_path)
    store = Store(url)
    round_id = a_round(store, people=2)
    before = agrees_with_itself(store, round_id)
    with store.database.transaction(reads=True) as db:
        backend = db.scalar(sa.text("SELECT pg_backend_pid()"))

    def may_write(size):
        with psycopg.connect(url) as db:
            db.execute(f"COPY (SELECT 1) TO PROGRAM 'prlimit --fsize={size}: --pid {backend}'")

    may_write(65_536)
    with pytest.raises(StoreError, match="disk is full") as error:
        store.take_in(round_id, faults.a_file(store, round_id))
    assert faults.MARK not in str(error.value)
    assert agrees_with_itself(store, round_id) == before
    may_write("unlimited")
    store.take_in(round_id, faults.a_file(store, round_id))
    assert len(agrees_with_itself(store, round_id)) == 2 + faults.IN_A_FILE
    store.close()


def test_a_row_locked_on_a_server_is_said_in_words(tmp_path, monkeypatch):
    monkeypatch.setattr("sampler.store.database.LOCK_SECONDS", 1)
    url = new_url("postgresql", tmp_path)
    store = Store(url)
    round_id = a_round(store, people=1)
    (person,) = store.people(round_id)
    with psycopg.connect(url) as other:
        other.execute("SELECT * FROM people FOR UPDATE")
        with pytest.raises(StoreError, match="in use by another program"):
            store.save_person(person.model_copy(update={"stage": "no_show"}))
        other.rollback()
    assert store.save_person(person.model_copy(update={"stage": "no_show"})).version == 2
    store.close()


@pytest.mark.skipif(
    databases.SERVER_VARIABLE in os.environ, reason="restarts a server of our own only"
)
def test_a_server_restarted_in_the_middle_loses_nothing_and_the_store_recovers(tmp_path):
    url = new_url("postgresql", tmp_path)
    store = Store(url)
    round_id = a_round(store, people=3)
    before = agrees_with_itself(store, round_id)
    server = databases.started()

    def cut_off():
        with store.database.transaction() as db:
            db.execute(sa.text("DELETE FROM tallies"))
            server.stop()
            db.execute(sa.text("DELETE FROM people"))

    with pytest.raises(StoreError, match=r"cannot be reached|broke while saving"):
        cut_off()
    with pytest.raises(StoreError, match="cannot be reached"):
        store.people(round_id)
    server.ensure_postgres_running()
    assert agrees_with_itself(store, round_id) == before
    store.save_person(before[0].model_copy(update={"stage": "no_show"}))
    assert agrees_with_itself(store, round_id)[0].stage == "no_show"
    store.close()


def test_a_copy_of_the_sqlite_file_is_opened_like_the_first(tmp_path):
    url = new_url("sqlite", tmp_path)
    store = Store(url)
    round_id = a_round(store, people=3)
    people = store.people(round_id)
    store.close()
    shutil.copy(tmp_path / "planner.sqlite3", tmp_path / "copy.sqlite3")
    again = Store(f"sqlite:///{tmp_path / 'copy.sqlite3'}")
    assert again.people(round_id) == people
    again.close()
