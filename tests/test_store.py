"""The database: what is saved is found again, whole or not at all."""

import os
import sqlite3
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest

from sampler import figures
from sampler.errors import Conflict, NotFound, StoreError
from sampler.model import Fieldwork
from sampler.store import Store
from sampler.store.database import default_url
from sampler.store.recruiters import ID_LETTERS
from tests.builders import a_brief, a_person, by_hand
from tests.databases import new_url

MARKED = "MARKED-7391"


@pytest.fixture
def store(url):
    made = Store(url)
    yield made
    made.close()


@pytest.fixture
def file_store(tmp_path):
    made = Store(new_url("sqlite", tmp_path))
    yield made
    made.close()


def reopened(tmp_path):
    return Store(new_url("sqlite", tmp_path))


def test_a_round_its_plans_and_people_are_found_again_after_a_restart(url, store):
    saved = store.add_round(a_brief(programme="Customer service"), Fieldwork(purpose="Bills"))
    taken = store.take_plan(saved.id, figures.plan_of(saved.brief))
    person = store.add_person(saved.id, a_person(answers={"Sex": "Female"}, stage="confirmed"))
    store.close()
    again = Store(url)
    assert again.round(saved.id) == saved
    assert again.latest_plan(saved.id) == taken
    assert again.people(saved.id) == [person]
    assert again.round(saved.id).programme.name == "Customer service"
    again.close()


def test_ids_and_references_follow_their_rules(store):
    one = store.add_round(a_brief())
    assert len(one.id) == 8
    assert set(one.id) <= set(ID_LETTERS)
    first, second = (store.add_person(one.id, a_person()) for _ in range(2))
    assert (first.reference, second.reference) == ("P01", "P02")
    store.erase_person(second.id)
    assert store.add_person(one.id, a_person()).reference == "P03"


def test_plans_are_numbered_and_the_same_plan_is_not_added_twice(store):
    one = store.add_round(a_brief())
    plan = figures.plan_of(one.brief)
    assert store.take_plan(one.id, plan).number == 1
    assert store.take_plan(one.id, plan).number == 1
    other = figures.plan_of(one.brief.changed(people_wanted=12))
    assert store.take_plan(one.id, other).number == 2
    assert store.latest_plan(one.id).plan == other


def test_the_second_writer_of_a_row_is_told_what_stands_now(store):
    one = store.add_round(a_brief())
    person = store.add_person(one.id, a_person())
    mine = person.model_copy(update={"stage": "attended"})
    theirs = store.save_person(person.model_copy(update={"stage": "no_show"}))
    with pytest.raises(Conflict) as conflict:
        store.save_person(mine)
    assert conflict.value.theirs == theirs
    store.save_round(one.model_copy(update={"is_archived": True}))
    with pytest.raises(Conflict):
        store.save_round(one)
    store.erase_person(person.id)
    with pytest.raises(NotFound):
        store.save_person(theirs)


def test_deleting_a_round_leaves_nothing_of_it(tmp_path, file_store):
    one = file_store.add_round(a_brief(programme=MARKED))
    file_store.take_plan(one.id, figures.plan_of(one.brief))
    file_store.add_person(one.id, a_person(notes=MARKED))
    file_store.delete_round(one.id)
    with pytest.raises(NotFound):
        file_store.round(one.id)
    file_store.close()
    with closing(sqlite3.connect(tmp_path / "planner.sqlite3")) as db, db:
        for table in ("rounds", "plans", "people", "programmes"):
            assert db.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)


def test_a_programme_nobody_names_any_more_is_gone(store):
    one, other = (store.add_round(a_brief(programme="Custmer service")) for _ in range(2))
    right = a_brief(programme="Customer service")
    store.save_round(one.model_copy(update={"brief": right}))
    assert [p.name for p in store.programmes()] == ["Custmer service", "Customer service"]
    store.save_round(other.model_copy(update={"brief": right}))
    assert [p.name for p in store.programmes()] == ["Customer service"]


def test_a_copy_takes_the_brief_and_no_people(store):
    one = store.add_round(a_brief(), Fieldwork(method="In person"))
    store.add_person(one.id, a_person())
    copy = store.copy_round(one.id, "Round two")
    assert (copy.title, copy.fieldwork.method) == ("Round two", "In person")
    assert store.people(copy.id) == []
    assert copy.brief.characteristic == one.brief.characteristic


def test_several_people_are_stored_all_or_none(store):
    one = store.add_round(by_hand(shares={"a": 1}))
    added = store.add_people(one.id, [a_person() for _ in range(3)])
    assert [p.reference for p in added] == ["P01", "P02", "P03"]
    with pytest.raises(NotFound):
        store.add_people("nowhere2", [a_person()])
    assert len(store.people(one.id)) == 3


def test_what_is_stored_in_one_step_is_all_there_or_not_at_all(url, store):
    elsewhere = Store(url)
    with store.at_once():
        made = store.add_round(a_brief(title="Whole"))
        store.take_plan(made.id, figures.plan_of(made.brief))
        with ThreadPoolExecutor() as other:
            assert other.submit(elsewhere.rounds).result() == []
    assert [one.id for one in elsewhere.rounds()] == [made.id]
    assert elsewhere.latest_plan(made.id).number == 1

    def half():
        with store.at_once():
            store.add_round(a_brief(title="Half"))
            store.round("nowhere2")

    with pytest.raises(NotFound):
        half()
    assert [one.title for one in elsewhere.rounds()] == ["Whole"]
    store.add_round(a_brief(title="Alone again"))
    assert len(elsewhere.rounds()) == 2
    elsewhere.close()


def test_people_added_at_once_never_share_a_reference(store):
    one = store.add_round(a_brief())
    with ThreadPoolExecutor(4) as pool:
        people = list(pool.map(lambda _: store.add_person(one.id, a_person()), range(40)))
    assert len({p.reference for p in people}) == 40


def test_two_processes_may_start_at_once(url):
    code = f"from sampler.store.store import Store; Store({url!r}); print('up')"
    running = [
        subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [p.communicate(timeout=60)[0] for p in running] == ["up\n"] * 4


def test_the_data_folder_and_its_files_are_for_their_owner_only(tmp_path, monkeypatch):
    monkeypatch.delenv("SAMPLER_DATABASE_URL", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    previous = os.umask(0)
    try:
        made = Store()
        one = made.add_round(a_brief())
    finally:
        os.umask(previous)
    folder = tmp_path / "sampling-planner"
    assert default_url().endswith("sampling-planner/planner.sqlite3")
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    files = list(folder.iterdir())
    assert {path.name for path in files} >= {"planner.sqlite3", "planner.sqlite3-wal"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}
    assert made.round(one.id)
    made.close()


def test_a_locked_database_is_said_in_words_and_nothing_is_half_written(
    tmp_path, file_store, monkeypatch
):
    one = file_store.add_round(a_brief())
    file_store.close()
    monkeypatch.setattr("sampler.store.database.LOCK_SECONDS", 0.1)
    quick = reopened(tmp_path)
    other = sqlite3.connect(tmp_path / "planner.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="in use by another program"):
        quick.add_person(one.id, a_person(notes=MARKED))
    other.execute("ROLLBACK")
    other.close()
    assert quick.people(one.id) == []
    quick.close()


def test_a_full_disk_is_said_in_words_and_what_was_there_stays(tmp_path, file_store):
    one = file_store.add_round(a_brief())
    engine = file_store.database.engine
    with engine.connect() as db:
        pages = db.exec_driver_sql("PRAGMA page_count").scalar()
        db.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StoreError, match="disk is full") as error:
        file_store.add_people(one.id, [a_person(notes=MARKED * 100) for _ in range(200)])
    assert MARKED not in str(error.value)
    assert file_store.people(one.id) == []
    assert file_store.round(one.id) == one


def test_a_read_only_database_is_said_in_words(file_store):
    one = file_store.add_round(a_brief())
    with file_store.database.engine.connect() as db:
        db.exec_driver_sql("PRAGMA query_only = ON")
    with pytest.raises(StoreError, match="read-only"):
        file_store.add_person(one.id, a_person(notes=MARKED))
    assert file_store.people(one.id) == []


def test_a_file_that_is_no_database_is_said_in_words(tmp_path):
    (tmp_path / "x.sqlite3").write_bytes(b"not a database at all, not even nearly one" * 50)
    with pytest.raises(StoreError, match="damaged"):
        Store(f"sqlite:///{tmp_path / 'x.sqlite3'}")
    with pytest.raises(StoreError, match="cannot be written"):
        Store(f"sqlite:///{tmp_path / 'no' / 'folder' / 'x.sqlite3'}")
    with pytest.raises(StoreError, match="not a database address"):
        Store("nonsense")


def test_a_newer_database_is_refused_in_words(tmp_path, file_store):
    file_store.close()
    with closing(sqlite3.connect(tmp_path / "planner.sqlite3")) as db, db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        reopened(tmp_path)


def test_what_is_stored_and_damaged_is_named_and_not_shown(tmp_path, file_store):
    one = file_store.add_round(a_brief())
    person = file_store.add_person(one.id, a_person())
    with file_store.database.engine.begin() as db:
        db.exec_driver_sql(f'UPDATE people SET person = \'{{"stage": "{MARKED}"}}\'')
    with pytest.raises(StoreError, match=f"{person.reference} of round") as error:
        file_store.people(one.id)
    assert MARKED not in str(error.value)
