"""Opens the database: where it is, who may read it, which schema it has, and what went wrong.

One SQLite file in the user's data folder, or what `SAMPLER_DATABASE_URL` names.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import platformdirs
import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError, OperationalError

from sampler.errors import StoreError

LOCK_SECONDS = 10
READS = "sampler_reads"
"""Marks a transaction that only reads: it waits for no writer, and works on a read-only file."""
URL_VARIABLE = "SAMPLER_DATABASE_URL"


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
        try:
            self.engine = _engine(url or default_url())
        except sa.exc.ArgumentError:
            raise StoreError(
                f"{URL_VARIABLE} is not a database address. Write sqlite:///FILE, or unset it."
            ) from None
        try:
            with self.transaction(reads=True) as db:
                is_current = _is_current(db)
            if not is_current:
                with self.transaction() as db:
                    _upgrade(db)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of every connection."""
        self.engine.dispose()

    @contextmanager
    def transaction(self, *, reads: bool = False) -> Iterator[sa.Connection]:
        """Open a transaction: entirely done at its end, or not at all."""
        try:
            with self.engine.connect().execution_options(**{READS: reads}) as db, db.begin():
                yield db
        except (DBAPIError, sqlite3.Error) as error:
            raise StoreError(_why(error)) from None


def _engine(url: str) -> sa.Engine:
    address = sa.make_url(url)
    if address.get_backend_name() != "sqlite":
        try:
            return sa.create_engine(address, hide_parameters=True, pool_pre_ping=True)
        except ImportError:
            raise StoreError(
                f"There is no driver for {address.get_backend_name()} here. Set {URL_VARIABLE} to "
                "sqlite:///FILE, or unset it."
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
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @sa.event.listens_for(engine, "begin")
    def _begin(connection: sa.Connection) -> None:
        reads = connection.get_execution_options().get(READS)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")

    return engine


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


def _migrations(db: sa.Connection) -> tuple[Config, str | None, ScriptDirectory]:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = db
    current = MigrationContext.configure(db).get_current_revision()
    return config, current, ScriptDirectory.from_config(config)


def _is_current(db: sa.Connection) -> bool:
    """Say whether the schema is this version's; refuse a newer one."""
    _, current, script = _migrations(db)
    if current is not None and current not in {s.revision for s in script.walk_revisions()}:
        raise StoreError(
            "This database was written by a newer version of the planner. Install that version, "
            "or set another database."
        )
    return current == script.get_current_head()


def _upgrade(db: sa.Connection) -> None:
    """Bring the schema up to this version, in the write transaction that is open.

    Another process may have done it while this one waited for its turn.
    """
    if not _is_current(db):
        config, _, _ = _migrations(db)
        command.upgrade(config, "head")


def _why(error: Exception) -> str:
    """Say in words why the database did not do it; never what was being written."""
    text = str(error.orig if isinstance(error, DBAPIError) else error).casefold()
    if "locked" in text or "busy" in text:
        return "The database is in use by another program. Nothing was saved; try again."
    if "readonly" in text or "read-only" in text:
        return "The database cannot be written: it is read-only. Nothing was saved."
    if "full" in text or "disk i/o" in text:
        return "The disk is full. Nothing was saved; free some space and try again."
    if "not a database" in text or "malformed" in text:
        return "The database file is damaged. Nothing was changed."
    if isinstance(error, OperationalError) or "unable to open" in text:
        return "The database cannot be reached. Nothing was saved."
    return "The database refused this. Nothing was saved."
