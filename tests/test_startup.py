"""Opening a database: several processes at once, and addresses that lead nowhere."""

import logging
import os
import sqlite3
import subprocess
import sys
import threading
import traceback
import uuid
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from sampler.errors import StoreError
from sampler.store import Store, copies, database
from tests import databases
from tests.databases import KINDS, new_url
from tests.test_erasing import at_first_schema

ROOT = Path(__file__).parent.parent
PROCESSES = 4
SECONDS = 60
SECRET = "hunter2-7391"
"""Stands for a password that must not be shown."""
OPEN = (
    "import sys; from sampler.store.store import Store; print('ready', flush=True); "
    "sys.stdin.readline(); store = Store(sys.argv[1]); "
    "print('up', len(store.rounds())); store.close()"
)
OWN_SERVER = pytest.mark.skipif(
    databases.SERVER_VARIABLE in os.environ, reason="sets up a server of our own only"
)


@pytest.fixture
def url(request, tmp_path):
    return new_url(request.param, tmp_path)


@pytest.fixture(autouse=True)
def a_data_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))


def opened_at_once(url):
    """Open a database in several processes in one moment; return what each said."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=ROOT,
        )
        for _ in range(PROCESSES)
    ]
    assert [child.stdout.readline() for child in running] == ["ready\n"] * PROCESSES
    for child in running:
        child.stdin.write("go\n")
        child.stdin.flush()
    return [child.communicate(timeout=SECONDS)[0] for child in running]


def server(path, user=None, password=None):
    """Return the address of a database on the server, as another user."""
    made = sa.make_url(databases.server_url()).set(database=path)
    if user:
        made = made.set(username=user, password=password)
    return made.render_as_string(hide_password=False)


def refused(url, caplog):
    """Open what cannot be opened; return what was said, after looking for the password in it."""
    with caplog.at_level(logging.DEBUG), pytest.raises(StoreError) as caught:
        Store(url)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + caplog.text
    assert SECRET not in shown
    return str(caught.value)


# Several processes


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_processes_that_open_a_new_database_at_once_make_it_once(url):
    assert opened_at_once(url) == ["up 0\n"] * PROCESSES
    store = Store(url)
    assert store.rounds() == []
    store.close()


@pytest.mark.parametrize("url", KINDS, indirect=True)
def test_processes_that_open_an_older_database_at_once_upgrade_it_once(url):
    at_first_schema(url)
    assert opened_at_once(url) == ["up 1\n"] * PROCESSES
    store = Store(url)
    (person,) = store.people("round234")
    assert (person.version, store.tally("round234").total) == (2, 1)
    if store.database.file is not None:
        assert len(copies.kept(store.database.file)) == 1
    store.close()


def test_a_file_whose_journal_cannot_change_yet_is_waited_for(tmp_path):
    path = tmp_path / "x.sqlite3"
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("CREATE TABLE a (b)")
    other.execute("BEGIN IMMEDIATE")
    later = threading.Timer(0.5, lambda: other.execute("ROLLBACK"))
    later.start()
    Store(f"sqlite:///{path}").close()
    later.join()
    other.close()


def test_a_server_is_upgraded_by_one_process_at_a_time(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "LOCK_SECONDS", 1)
    url = new_url("postgresql", tmp_path)
    with psycopg.connect(url) as other:
        other.execute("SELECT pg_advisory_xact_lock(%s)", [database.UPGRADE_LOCK])
        with pytest.raises(StoreError, match="in use by another program"):
            Store(url)
        tables = other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
        assert tables.fetchone() == (0,)
        other.rollback()
    Store(url).close()


def test_a_newer_database_on_a_server_is_refused_in_words(tmp_path):
    url = new_url("postgresql", tmp_path)
    Store(url).close()
    with psycopg.connect(url) as other:
        other.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="newer version"):
        Store(url)


# Addresses


def test_every_spelling_of_a_server_and_a_file_is_understood(tmp_path):
    url = new_url("postgresql", tmp_path)
    rest = url.removeprefix("postgresql")
    for spelling in ("postgres", "postgresql", "postgresql+psycopg", "POSTGRES"):
        Store(f" {spelling}{rest}\n").close()
    for spelling in ("sqlite", "sqlite+pysqlite"):
        Store(f"{spelling}:///{tmp_path / 'x.sqlite3'}").close()


@pytest.mark.parametrize(
    "url",
    [
        f"postgresql+no_such_driver://me:{SECRET}@127.0.0.1/x",
        f"mysql://me:{SECRET}@127.0.0.1/x",
        f"nonsense://me:{SECRET}@127.0.0.1/x",
        f"sqlite+pysqlcipher://:{SECRET}@/x",
        f"postgresql://me:{SECRET}@127.0.0.1:port/x",
        f"postgresql://me:{SECRET}@127.0.0.1:1/x?no_such_option={SECRET}",
        SECRET,
    ],
)
def test_an_address_that_is_none_is_said_in_words(url, caplog):
    said = refused(url, caplog)
    assert "SAMPLER_DATABASE_URL is not a database address the planner can use. Write" in said


def test_a_host_that_is_none_is_said_in_words(caplog):
    said = refused(f"postgresql://me:{SECRET}@no..host/x", caplog)
    assert "No database server of the name in SAMPLER_DATABASE_URL can be found" in said


def test_a_part_of_a_password_taken_for_the_host_is_not_shown(caplog):
    refused(f"postgresql://me:x@{SECRET}..no@127.0.0.1/x", caplog)


def test_a_server_that_does_not_answer_is_said_in_words(caplog):
    said = refused(f"postgresql://me:{SECRET}@127.0.0.1:1/x", caplog)
    assert said.startswith("The database cannot be reached.")


def test_a_database_that_is_not_there_is_said_in_words(caplog):
    assert "has no database of the name" in refused(server("no_such_database"), caplog)


@OWN_SERVER
def test_a_wrong_name_or_password_is_said_in_words(caplog):
    name = f"u{uuid.uuid4().hex[:12]}"
    said = "The database server refused the name or password in SAMPLER_DATABASE_URL."
    assert refused(server("postgres", name, SECRET), caplog) == said
    with psycopg.connect(databases.server_url(), autocommit=True) as db:
        db.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'another'")
        path = Path(db.execute("SHOW hba_file").fetchone()[0])
        before = path.read_text()
        path.write_text(f"local all {name} scram-sha-256\nhost all {name} all md5\n{before}")
        db.execute("SELECT pg_reload_conf()")
        try:
            for password in (SECRET, None):
                assert refused(server("postgres", name, password), caplog) == said
        finally:
            path.write_text(before)
            db.execute("SELECT pg_reload_conf()")


@OWN_SERVER
def test_a_user_who_may_not_make_tables_is_told_so(tmp_path, caplog):
    name = f"u{uuid.uuid4().hex[:12]}"
    url = sa.make_url(new_url("postgresql", tmp_path))
    with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as db:
        db.execute(f"CREATE ROLE {name} LOGIN PASSWORD '{SECRET}'")
        db.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        said = refused(server(url.database, name, SECRET), caplog)
        assert "Make that user the owner of the database" in said
        db.execute(f"REVOKE CONNECT ON DATABASE {url.database} FROM PUBLIC")
        assert refused(server(url.database, name, SECRET), caplog) == said


def test_without_the_driver_the_extra_is_named(monkeypatch, caplog):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    said = refused(f"postgresql://me:{SECRET}@127.0.0.1/x", caplog)
    assert said.startswith("There is no driver for PostgreSQL here. Install the planner with")


def test_a_server_without_a_free_connection_is_said_in_words(tmp_path):
    store = Store(new_url("postgresql", tmp_path))
    pool = store.database.engine.pool
    assert SECRET not in repr(store.database.engine)
    pool._timeout = 0.1
    held = [pool.connect() for _ in range(pool.size() + pool._max_overflow)]
    with pytest.raises(StoreError, match="no connection free"):
        store.rounds()
    for one in held:
        one.close()
    assert store.rounds() == []
    store.close()


def test_the_command_line_says_one_sentence_and_no_password(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "sampler", "rounds"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=SECONDS,
        env=os.environ | {"SAMPLER_DATABASE_URL": f"postgresql://me:{SECRET}@127.0.0.1:1/x"},
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("The database cannot be reached.")
