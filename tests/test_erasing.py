"""Erasing: nothing left in any byte, carried out whatever happens, and not undone by a backup."""

import json
import logging
import os
import sqlite3
import stat
import subprocess
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from sampler import figures
from sampler.errors import StoreError
from sampler.model import Answer, By
from sampler.store import Store, backup, copies
from sampler.store.database import Database, data_folder
from sampler.store.erasures import KEPT, Ledger
from tests.builders import a_brief, a_person
from tests.databases import KINDS, for_sqlalchemy, new_url

NOTE, REFERENCE, RECRUITER = "MARKED-NOTE-7391", "MARKED-REF-2204", "MARKED-RECRUITER-55"
MARKS = (NOTE, REFERENCE, RECRUITER)
NOW = datetime(2026, 11, 22, 14, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    return data_folder()


@pytest.fixture
def store(url):
    made = Store(url)
    yield made
    made.close()


def marked(**changes):
    answers = {"Ethnic group": Answer(kind="own_words", text=NOTE)}
    values = {"answers": answers, "notes": NOTE, "their_reference": REFERENCE}
    return a_person(recruiter=RECRUITER, **(values | changes))


def with_somebody_marked(store):
    """Return a round with a marked person who was changed, and one who stays."""
    round_id = store.add_round(a_brief()).id
    store.add_person(round_id, a_person(notes="stays"))
    person = store.add_person(round_id, marked())
    changed = store.save_person(person.model_copy(update={"notes": f"{NOTE}, again"}), By(who="A"))
    store.save_person(changed.model_copy(update={"stage": "withdrawn"}))
    return round_id, person


def bytes_of(url, folder):
    """Return every byte of the database, its journals, its copies and the data folder."""
    if url.startswith("sqlite"):
        path = sa.make_url(url).database
        files = [*os.scandir(os.path.dirname(path))]
        files = [f.path for f in files if f.is_file()]
        assert path in files
    else:
        files = []
    files += [f.path for f in os.scandir(folder) if f.is_file()]
    # By another process: to close a file SQLite holds would take its locks from this one.
    held = subprocess.run(["cat", *files], capture_output=True, check=True).stdout
    if not url.startswith("sqlite"):
        engine = sa.create_engine(for_sqlalchemy(url))
        schema = sa.MetaData()
        with engine.connect() as db:
            schema.reflect(db)
            for table in schema.sorted_tables:
                rows = [[str(cell) for cell in row] for row in db.execute(sa.select(table))]
                held += json.dumps(rows, ensure_ascii=False).encode()
        engine.dispose()
    return held


def test_of_somebody_erased_no_byte_is_left(url, store, folder, caplog):
    with caplog.at_level(logging.DEBUG):
        round_id, person = with_somebody_marked(store)
        assert all(mark.encode() in bytes_of(url, folder) for mark in MARKS)
        store.erase_person(person.id)
    held = bytes_of(url, folder)
    assert [mark for mark in MARKS if mark.encode() in held] == []
    assert [mark for mark in MARKS if mark in caplog.text] == []
    assert [p.notes for p in store.people(round_id)] == ["stays"]
    assert store.history(round_id, person.id) == []
    store.close()
    held = bytes_of(url, folder)
    assert [mark for mark in MARKS if mark.encode() in held] == []


def test_the_line_kept_holds_round_person_and_day_only(store, folder):
    round_id, person = with_somebody_marked(store)
    store.erase_person(person.id)
    path = folder / "erasures.jsonl"
    first, line = [json.loads(text) for text in path.read_text().splitlines()]
    assert list(first) == ["since"]
    assert line == {
        "round": round_id, "person": person.id, "on": datetime.now(UTC).date().isoformat(),
    }  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_recruiter_asked_for_people_stays_when_their_last_person_is_erased(store):
    round_id = store.add_round(a_brief()).id
    store.add_recruiter(round_id, "Acme", people=4)
    store.erase_person(store.add_person(round_id, a_person(recruiter="Acme")).id)
    assert [r.name for r in store.recruiters(round_id)] == ["Acme"]


def test_an_erasure_begun_is_carried_out_when_the_database_is_opened_again(url, store, folder):
    round_id, person = with_somebody_marked(store)
    store.close()
    Ledger(folder).add(round_id, [person.id], datetime.now(UTC))  # and then the power fails
    again = Store(url)
    assert [p.notes for p in again.people(round_id)] == ["stays"]
    held = bytes_of(url, folder)
    again.close()
    assert [mark for mark in MARKS if mark.encode() in held] == []


def test_a_round_deleted_while_an_erasure_is_carried_out_stops_nobody(
    url, store, folder, monkeypatch
):
    round_id, person = with_somebody_marked(store)
    Ledger(folder).add(round_id, [person.id], datetime.now(UTC))
    transaction = Database.transaction

    def once_deleted(self, *, reads=False):
        if not reads:
            monkeypatch.setattr(Database, "transaction", transaction)
            store.delete_round(round_id)
        return transaction(self, reads=reads)

    monkeypatch.setattr(Database, "transaction", once_deleted)
    again = Store(url)
    assert again.rounds() == []
    again.close()


def test_a_sweep_that_was_due_is_done_when_the_database_is_opened_again(tmp_path, folder):
    url = new_url("sqlite", tmp_path)
    store = Store(url)
    round_id, person = with_somebody_marked(store)
    store.database.sweep = lambda: (_ for _ in ()).throw(StoreError("killed"))
    with pytest.raises(StoreError, match="killed"):
        store.erase_person(person.id)
    assert len(store.people(round_id)) == 1
    store.close()
    Store(url).close()
    assert [mark for mark in MARKS if mark.encode() in bytes_of(url, folder)] == []


def test_a_deleted_round_leaves_no_byte_either(url, store, folder):
    round_id, _ = with_somebody_marked(store)
    store.delete_round(round_id)
    held = bytes_of(url, folder)
    assert [mark for mark in MARKS if mark.encode() in held] == []
    assert len((folder / "erasures.jsonl").read_text().splitlines()) == 3


def heard_by(store, people=2):
    """Return a round with a plan, and so many people heard."""
    brief = a_brief()
    round_id = store.add_round(brief).id
    store.take_plan(round_id, figures.plan_of(brief))
    sex = {"Sex": "Female"}
    store.add_people(round_id, [a_person(stage="attended", answers=sex) for _ in range(people)])
    return round_id


def meanwhile(store, monkeypatch, act):
    """Do something just before the people of a round are deleted."""
    recorded = store._record

    def record(*said):
        recorded(*said)
        monkeypatch.setattr(store, "_record", recorded)
        act()

    monkeypatch.setattr(store, "_record", record)


def test_two_who_erase_a_round_at_once_count_nobody_twice(url, store, monkeypatch):
    round_id = heard_by(store)
    other = Store(url)
    meanwhile(store, monkeypatch, lambda: other.erase_people(round_id))
    assert store.erase_people(round_id).totals.heard == 2
    assert store.round(round_id).totals.counts["Sex"] == {"Female": 2}
    other.close()


def test_a_planner_started_while_a_round_is_erased_counts_nobody_twice(url, store, monkeypatch):
    round_id = heard_by(store)
    meanwhile(store, monkeypatch, lambda: Store(url).close())
    assert store.erase_people(round_id).totals.heard == 2


def test_totals_are_of_the_people_as_they_stood_when_they_went(store, monkeypatch):
    round_id = heard_by(store)
    person, _ = store.people(round_id)
    missed = person.model_copy(update={"stage": "no_show"})
    meanwhile(store, monkeypatch, lambda: store.save_person(missed))
    assert store.erase_people(round_id).totals.heard == 1


def test_where_no_line_can_be_kept_nothing_is_erased(store, folder, monkeypatch):
    round_id, person = with_somebody_marked(store)
    path = folder / "erasures.jsonl"
    path.unlink()
    path.mkdir()
    with pytest.raises(StoreError, match="Nothing was erased"):
        store.erase_person(person.id)
    assert len(store.people(round_id)) == 2


# The list of erasures


def test_lines_are_kept_six_months_and_the_list_then_begins_later(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.start(NOW - timedelta(days=400))
    ledger.add("round234", ["old"], NOW - timedelta(days=200))
    ledger.add("round234", ["new"], NOW - timedelta(days=100))
    assert ledger.read().ids == {"old", "new"}
    found = ledger.start(NOW)
    begins = NOW.replace(hour=0, minute=0, second=0) - KEPT
    assert (found.since, found.ids) == (begins, {"new"})
    assert Ledger(tmp_path).read() == found


def test_a_line_cut_off_was_never_acted_upon_and_the_next_stands_on_its_own(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.start(NOW)
    with ledger.path.open("a") as file:
        file.write('{"round": "round234", "per')
    assert ledger.read().ids == frozenset()
    ledger.add("round234", ["whole"], NOW)
    assert ledger.read().ids == {"whole"}


# Copies kept before an upgrade


def at_first_schema(url):
    """Make a database as the first version of the planner left it, with somebody marked."""
    from alembic import command
    from alembic.config import Config

    from sampler.store import upgrades

    engine = sa.create_engine(for_sqlalchemy(url))
    config = Config()
    here = Path(upgrades.__file__).parent
    config.set_main_option("script_location", str(here / "migrations"))
    person = marked(stage="attended").model_dump(mode="json")
    person = {k: v for k, v in person.items() if k not in ("their_reference", "stage_on")}
    with engine.begin() as db:
        config.attributes["connection"] = db
        command.upgrade(config, "0001")
        db.execute(
            sa.text(
                "INSERT INTO rounds (id, brief, fieldwork, is_archived, created_at, next_person, "
                "version) VALUES ('round234', :brief, '{}', :no, '2026-01-05T10:00:00+00:00', 4, 1)"
            ),
            {"brief": a_brief().model_dump_json(), "no": False},
        )
        db.execute(
            sa.text(
                "INSERT INTO people (id, round_id, reference, person, stage, reserve, version) "
                "VALUES (:id, 'round234', 'P03', :person, 'attended', :no, 2)"
            ),
            {"id": person["id"], "person": json.dumps(person), "no": False},
        )
    engine.dispose()
    return person["id"]


def test_an_older_database_is_upgraded_with_a_copy_kept_beside_it(tmp_path):
    path = tmp_path / "planner.sqlite3"
    person_id = at_first_schema(f"sqlite:///{path}")
    store = Store(f"sqlite:///{path}")
    (person,) = store.people("round234")
    assert (person.id, person.recruiter, person.version) == (person_id, RECRUITER, 2)
    assert store.tally("round234").people == {("attended", False): 1}
    (recruiter,) = store.recruiters("round234")
    assert (recruiter.name, recruiter.letter, recruiter.way) == (RECRUITER, "A", "partner")
    assert store.add_person("round234", a_person()).reference == "P04"
    store.close()
    kept = tmp_path / "planner.sqlite3.before-0001-upgrade"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("SELECT reference FROM people").fetchall() == [("P03",)]
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


@pytest.mark.parametrize("name", ["planner.sqlite3", "planner [1].sqlite3"])
def test_erasing_somebody_erases_them_from_the_copy_too(tmp_path, folder, name):
    path = tmp_path / name
    person_id = at_first_schema(f"sqlite:///{path}")
    url = f"sqlite:///{path}"
    store = Store(url)
    assert len(copies.kept(path)) == 1
    assert NOTE.encode() in bytes_of(url, folder)
    store.erase_person(person_id)
    store.close()
    assert [mark for mark in MARKS if mark.encode() in bytes_of(url, folder)] == []


def test_without_room_for_the_copy_nothing_is_upgraded(tmp_path, monkeypatch):
    path = tmp_path / "planner.sqlite3"
    at_first_schema(f"sqlite:///{path}")
    (tmp_path / "planner.sqlite3.before-0001-upgrade").mkdir()
    with pytest.raises(StoreError, match="so it was not upgraded"):
        Store(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as db:
        assert db.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)


def test_a_copy_of_a_later_schema_is_erased_from_as_thoroughly(tmp_path, folder):
    url = new_url("sqlite", tmp_path)
    store = Store(url)
    _, person = with_somebody_marked(store)
    copies.keep(tmp_path / "planner.sqlite3", "0002")
    store.erase_person(person.id)
    store.close()
    assert [mark for mark in MARKS if mark.encode() in bytes_of(url, folder)] == []
    with closing(sqlite3.connect(copies.kept(tmp_path / "planner.sqlite3")[0])) as db:
        assert db.execute("SELECT sum(number) FROM tallies WHERE kind = 'people'").fetchone() == (
            1,
        )


def test_a_round_deleted_leaves_the_copy_though_the_process_is_killed(
    tmp_path, folder, monkeypatch
):
    url = new_url("sqlite", tmp_path)
    store = Store(url)
    round_id = store.add_round(a_brief(title=NOTE)).id
    store.add_recruiter(round_id, RECRUITER, people=3)
    copies.keep(tmp_path / "planner.sqlite3", "0002")
    monkeypatch.setattr(copies, "erase", lambda *_: (_ for _ in ()).throw(StoreError("killed")))
    with pytest.raises(StoreError, match="killed"):
        store.delete_round(round_id)
    store.close()
    monkeypatch.undo()
    monkeypatch.setenv("XDG_DATA_HOME", str(folder.parent))
    Store(url).close()
    assert [mark for mark in MARKS if mark.encode() in bytes_of(url, folder)] == []
    with closing(sqlite3.connect(tmp_path / "planner.sqlite3")) as db:
        assert db.execute("SELECT * FROM settings").fetchall() == []


def test_what_is_being_read_is_swept_the_next_time(tmp_path, folder):
    url = new_url("sqlite", tmp_path)
    store = Store(url)
    _, person = with_somebody_marked(store)
    with closing(sqlite3.connect(tmp_path / "planner.sqlite3", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM people").fetchone()
        store.database.engine.dispose()
        for connection in (store.database.engine.raw_connection(),):
            connection.driver_connection.execute("PRAGMA busy_timeout = 50")
            connection.close()
        store.erase_person(person.id)
    store.finish_sweep()
    store.close()
    assert [mark for mark in MARKS if mark.encode() in bytes_of(url, folder)] == []


def test_totals_left_by_a_process_that_was_killed_stop_nobody(url, store):
    round_id, _ = with_somebody_marked(store)
    store.take_plan(round_id, figures.plan_of(store.round(round_id).brief))
    store._record = lambda *_: (_ for _ in ()).throw(StoreError("disk full"))
    with pytest.raises(StoreError, match="disk full"):
        store.erase_people(round_id)
    del store._record
    Store(url).close()
    assert len(store.people(round_id)) == 2
    store.delete_round(round_id)
    Store(url).close()


def test_erasing_somebody_leaves_recruiters_of_others(store):
    round_id = store.add_round(a_brief()).id
    store.add_recruiter(round_id, "Age UK")
    store.erase_person(store.add_person(round_id, a_person()).id)
    assert [(r.name, r.letter) for r in store.recruiters(round_id)] == [("Age UK", "A")]


# Backup and restore


@pytest.fixture(params=KINDS)
def empty(request, tmp_path):
    (tmp_path / "other").mkdir()
    made = Store(new_url(request.param, tmp_path / "other"))
    yield made
    made.close()


def everything(store):
    return [
        (one, store.latest_plan(one.id), store.people(one.id), store.history(one.id),
         store.recruiters(one.id), store.tally(one.id), store.last_import(one.id))
        for one in store.rounds(archived=True)
    ]  # fmt: skip


def test_a_backup_brings_everything_back_into_any_kind_of_database(store, empty, tmp_path):
    from sampler import example

    example.add_to(store)
    with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = backup.restore(empty, path)
    assert everything(empty) == everything(store)
    assert (found.rounds, found.erased) == (8, 0)
    round_id = empty.rounds()[0].id
    before = len(empty.history(round_id))
    empty.add_person(round_id, a_person())
    assert len(empty.history(round_id)) == before + 1


def test_somebody_erased_since_does_not_come_back(store, empty, tmp_path, folder):
    round_id, person = with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    store.erase_person(person.id)
    assert backup.restore(empty, path).erased == 1
    assert [p.notes for p in empty.people(round_id)] == ["stays"]
    held = bytes_of(str(empty.database.engine.url.render_as_string(hide_password=False)), folder)
    assert [mark for mark in MARKS if mark.encode() in held] == []


def test_a_list_of_erasures_begun_after_the_backup_is_refused_on_the_same_day(
    store, empty, tmp_path, folder
):
    _, person = with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC) - timedelta(minutes=1))
    store.erase_person(person.id)
    (folder / "erasures.jsonl").unlink()  # another machine, whose list begins only now
    Ledger(folder).start(datetime.now(UTC))
    with pytest.raises(StoreError, match=r"begins at \d\d:\d\d UTC on"):
        backup.restore(empty, path)
    assert empty.rounds() == []


def test_a_reference_erased_after_the_backup_is_not_given_again(store, empty, tmp_path, url):
    round_id = store.add_round(a_brief()).id
    store.add_person(round_id, a_person())
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    store.erase_person(store.add_person(round_id, a_person()).id)
    backup.restore(empty, path)
    assert empty.add_person(round_id, a_person()).reference == "P03"
    address = empty.database.engine.url.render_as_string(hide_password=False)
    Store(address.replace("+psycopg", "")).close()
    assert [p.reference for p in empty.people(round_id)] == ["P01", "P03"]


def test_a_backup_from_before_the_list_of_erasures_is_refused_unless_accepted(
    store, empty, tmp_path, folder
):
    with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC) - timedelta(days=2))
    with pytest.raises(StoreError, match="would come back"):
        backup.restore(empty, path)
    assert empty.rounds() == []
    assert backup.restore(empty, path, accept_unerased=True).people == 2


def test_without_the_list_of_erasures_a_backup_is_refused(store, tmp_path, folder):
    with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    (folder / "erasures.jsonl").unlink()
    new = Store(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    with pytest.raises(StoreError, match="is missing"):
        backup.restore(new, path)
    new.close()
    again = Store(f"sqlite:///{tmp_path / 'new.sqlite3'}")
    with pytest.raises(StoreError, match="is missing"):
        backup.restore(again, path)
    again.close()


def test_a_backup_goes_into_an_empty_database_only(store, tmp_path):
    with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    with pytest.raises(StoreError, match="holds rounds already"):
        backup.restore(store, path)


def test_a_backup_is_not_mixed_with_what_was_published_of_rounds_deleted(store, empty, tmp_path):
    with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    made = empty.add_round(a_brief(programme="Customer service"))
    empty.add_snapshot(made.programme.id, "residents", 5, "{}")
    empty.delete_round(made.id)
    with pytest.raises(StoreError, match="what was published of rounds deleted since"):
        backup.restore(empty, path)
    assert empty.rounds() == []


SPOILS = ["cut", "middle", "text", "newer", "nothing", "sum", "list", "day", "no row", "columns"]


@pytest.mark.parametrize("spoil", SPOILS)
def test_a_spoilt_backup_restores_nothing(store, empty, tmp_path, spoil):
    import gzip

    with_somebody_marked(store)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    body = path.read_bytes()
    lines = gzip.decompress(body).splitlines(keepends=True)
    path.write_bytes(
        {
            "cut": body[: len(body) // 2],
            "middle": gzip.compress(b"".join(lines[:-3] + lines[-1:])),
            "text": b"not a backup",
            "newer": gzip.compress(lines[0].replace(b'"format": 1', b'"format": 2')),
            "nothing": b"",
            "sum": body[:-8] + b"12345678",
            "list": gzip.compress(b"[1]\n" + b"".join(lines)),
            "day": gzip.compress(lines[0].replace(b'"made": "20', b'"made": "x')),
            "no row": gzip.compress(lines[0] + b'{"table": "rounds"}\n'),
            "columns": gzip.compress(
                lines[0] + b'{"table": "rounds", "row": {"x": 1}}\n{"end": {"rounds": 1}}\n'
            ),
        }[spoil]
    )
    with pytest.raises(StoreError) as error:
        backup.restore(empty, path)
    assert not any(mark in str(error.value) for mark in MARKS)
    assert empty.rounds() == []


def test_a_database_in_memory_has_no_file_and_is_erased_all_the_same():
    store = Store("sqlite://")
    assert Database.file.fget(store.database) is None
    _, person = with_somebody_marked(store)
    store.erase_person(person.id)
    store.close()
