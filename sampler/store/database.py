"""Opens the database: where it is, who may read it, which schema it has, and what went wrong.

One SQLite file in the user's data folder, or what `SAMPLER_DATABASE_URL` names.
"""

from __future__ import annotations

import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa
from sqlalchemy.exc import DataError, DBAPIError, OperationalError, ProgrammingError

from sampler.errors import StoreError
from sampler.store import copies, upgrades

LOCK_SECONDS = 10
READS = "sampler_reads"
"""Marks a transaction that only reads: it waits for no writer, and works on a read-only file."""
URL_VARIABLE = "SAMPLER_DATABASE_URL"
UPGRADE_LOCK = 7391_2026
"""Any number, as long as every version of the planner locks the same."""


def data_folder() -> Path:
    """Return the user's data folder, made with mode 0700 where it is not there."""
    folder = Path(platformdirs.user_data_dir("sampling-planner", appauthor=False))
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise StoreError(
            f"The data folder {folder} cannot be made ({error.strerror}). Free some space or set "
            f"{URL_VARIABLE} to another place."
        ) from None
    return folder


def default_url() -> str:
    """Return the database's address: as set in the environment, else the file in the folder."""
    return os.environ.get(URL_VARIABLE) or f"sqlite:///{data_folder() / 'planner.sqlite3'}"


class Database:
    """An open database at this version's schema; every use of it is one transaction.

    Raises `StoreError` in words where it cannot be reached, read, upgraded or written.
    """

    def __init__(self, url: str | None = None) -> None:
        self.engine = _engine(url or default_url())
        self._whole = threading.local()
        try:
            with self.transaction(reads=True) as db:
                is_current = upgrades.is_current(db)
            if not is_current:
                with self.transaction() as db:
                    self._lock_upgrades(db)
                    if (older := upgrades.older_than_this(db)) and self.file is not None:
                        copies.keep(self.file, older)
                    upgrades.upgrade(db)
        except BaseException:
            self.close()
            raise

    @property
    def file(self) -> Path | None:
        """The file of an SQLite database, or None: in memory, or a server's."""
        database = self.engine.url.database
        is_file = self.engine.dialect.name == "sqlite" and database not in (None, "", ":memory:")
        return Path(str(database)) if is_file else None

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def transaction(self, *, reads: bool = False) -> Iterator[sa.Connection]:
        """Open a transaction: entirely done at its end, or not at all.

        Inside `at_once` it is a part of that one.
        """
        if (whole_db := getattr(self._whole, "db", None)) is not None:
            yield whole_db
            return
        options: dict[str, Any] = {READS: reads}
        if reads and self.engine.dialect.name == "postgresql":
            options["isolation_level"] = "REPEATABLE READ"
        is_connected = is_ending = False
        try:
            with self.engine.connect().execution_options(**options) as db:
                is_connected = True
                with db.begin() as whole:
                    yield db
                    is_ending = True
                    whole.commit()
                is_ending = False
        except (DBAPIError, sqlite3.Error, sa.exc.TimeoutError) as error:
            raise StoreError(_why(error, is_ending=is_ending and not reads)) from None
        except UnicodeError:  # a host such as "a..b" is refused so, too
            raise StoreError(SAID["letters" if is_connected else "host"]) from None

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Make all that this thread does inside one transaction."""
        with self.transaction() as db:
            self._whole.db = db
            try:
                yield
            finally:
                self._whole.db = None

    def _lock_upgrades(self, db: sa.Connection) -> None:
        """Let one process at a time change the schema; SQLite's write lock does so by itself."""
        if db.dialect.name == "postgresql":
            db.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})

    def sweep(self) -> bool:
        """Leave nothing behind of rows deleted: in the file, its journal, or a server's pages.

        Returns False where that could not be finished while others use the database.
        """
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
                if db.dialect.name == "sqlite":
                    raw = db.connection.dbapi_connection
                    assert isinstance(raw, sqlite3.Connection)
                    return copies.sweep(raw)
                db.execute(sa.text("VACUUM"))
        except (DBAPIError, sqlite3.Error):
            return False
        return True


def _address(url: str) -> sa.URL:
    """Read an address; what it says is never repeated, for it may hold a password."""
    try:
        address = sa.make_url(url.strip())
    except (sa.exc.ArgumentError, ValueError):
        raise StoreError(SAID["address"]) from None
    written = address.drivername.casefold()
    if written not in DRIVERS:
        raise StoreError(SAID["address"])
    return address.set(drivername=DRIVERS[written])


def _engine(url: str) -> sa.Engine:
    address = _address(url)
    if address.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(
                address,
                hide_parameters=True,
                pool_pre_ping=True,
                connect_args={
                    "connect_timeout": LOCK_SECONDS,
                    "options": f"-c lock_timeout={LOCK_SECONDS}s -c timezone=UTC",
                },
            )
        except ImportError:
            raise StoreError(
                "There is no driver for PostgreSQL here. Install the planner with the extra "
                f"`postgres`; or set {URL_VARIABLE} to sqlite:///FILE, or unset it."
            ) from None
    in_memory = address.database in (None, "", ":memory:")
    if not in_memory:
        _make_private(Path(str(address.database)))
    engine = sa.create_engine(
        address,
        hide_parameters=True,
        connect_args={"timeout": LOCK_SECONDS, "check_same_thread": False},
        **({"poolclass": sa.pool.StaticPool} if in_memory else {}),
    )

    @sa.event.listens_for(engine, "connect")
    def _settle(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        cursor.execute("PRAGMA foreign_keys = ON")
        _use_wal(cursor)
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get(READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


def _use_wal(cursor: sqlite3.Cursor) -> None:
    """Let readers and a writer go on at once; SQLite does not wait for its turn to change that."""
    until = time.monotonic() + LOCK_SECONDS
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.02)


def _make_private(path: Path) -> None:
    """Make the database file readable by its owner only; its journals take the same mode."""
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is not a file. Set {URL_VARIABLE} to the file to keep rounds in.")
    try:
        path.touch(mode=0o600, exist_ok=True)
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
    except OSError as error:
        raise StoreError(
            f"The database {path} cannot be written ({error.strerror}). Check the folder, or set "
            f"{URL_VARIABLE} to another place."
        ) from None


DRIVERS = {
    "sqlite": "sqlite",
    "sqlite+pysqlite": "sqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "postgresql+psycopg": "postgresql+psycopg",
}
"""What an address may begin with, and what it is for SQLAlchemy."""
PROBLEMS = {
    "55P03": "in use", "40001": "in use", "40P01": "in use", "25006": "read-only",
    "53100": "full", "28P01": "login", "28000": "login", "3D000": "no database",
    "42501": "rights", "53300": "too many",
}  # fmt: skip
REFUSED = (
    ("login", re.compile(r"authentication failed|no password supplied|role .* does not exist|"
                         r"no pg_hba\.conf entry")),
    ("no database", re.compile(r"database .* does not exist")),
    ("rights", re.compile(r"permission denied for database")),
    ("too many", re.compile(r"too many (clients|connections)|connection slots")),
    ("host", re.compile(r"could not translate host name|failed to resolve host|"
                        r"name or service not known")),
)  # fmt: skip
"""What a server says, in English, when it lets nobody in: there is no code for it then."""
SAID = {
    "address": f"{URL_VARIABLE} is not a database address the planner can use. Write "
    "sqlite:///FILE or postgresql://USER:PASSWORD@HOST:PORT/NAME, or unset it. In a password "
    "write @ as %40 and % as %25.",
    "in use": "The database is in use by another program. Nothing was saved; try again.",
    "read-only": "The database cannot be written: it is read-only. Nothing was saved.",
    "full": "The disk is full. Nothing was saved; free some space and try again.",
    "damaged": "The database file is damaged. Nothing was changed.",
    "login": f"The database server refused the name or password in {URL_VARIABLE}.",
    "no database": f"The database server has no database of the name in {URL_VARIABLE}. Make it "
    "first, empty, or correct the name.",
    "host": f"No database server of the name in {URL_VARIABLE} can be found. Check the host "
    "there; in a password write @ as %40.",
    "rights": f"The database server does not let the user in {URL_VARIABLE} do this. Make that "
    "user the owner of the database. Nothing was saved.",
    "too many": "The database server has no connection free. Nothing was saved; try again in a "
    "moment.",
    "letters": "What was entered holds a character that cannot be stored. Type it anew instead of "
    "pasting it. Nothing was saved.",
    "away": "The database cannot be reached. Nothing was saved; try again in a moment.",
    "cut off": "The connection to the database broke while saving. Load the page again to see "
    "whether your change is there before you make it again.",
    "": "The database refused this. Nothing was saved.",
}


def _why(error: Exception, *, is_ending: bool = False) -> str:
    """Say in words why the database did not do it; never what was being written."""
    original = error.orig if isinstance(error, DBAPIError) else error
    state = getattr(original, "sqlstate", None)
    if isinstance(error, sa.exc.TimeoutError):
        return SAID["too many"]
    if state in PROBLEMS:
        return SAID[PROBLEMS[state]]
    if state is not None and str(original).startswith(("could not extend", "could not write")):
        return SAID["full"]
    if isinstance(original, sqlite3.Error):
        return SAID[_sqlite_problem(str(original).casefold(), error)]
    if isinstance(error, DBAPIError) and (
        error.connection_invalidated or isinstance(error, OperationalError)
    ):
        if is_ending:
            return SAID["cut off"]
        text = str(original).casefold()
        return SAID[next((what for what, said in REFUSED if said.search(text)), "away")]
    if isinstance(error, DataError) and "NUL" in str(original):
        return SAID["letters"]
    if state is None and isinstance(error, ProgrammingError):
        return SAID["address"]  # the driver does not know an option written there
    return SAID[""]


def _sqlite_problem(text: str, error: Exception) -> str:
    signs = {
        "in use": ("locked", "busy"),
        "read-only": ("readonly", "read-only"),
        "full": ("full", "disk i/o"),
        "damaged": ("not a database", "malformed"),
        "away": ("unable to open",),
    }
    found = next((what for what, words in signs.items() if any(w in text for w in words)), "")
    return found or ("away" if isinstance(error, OperationalError) else "")
