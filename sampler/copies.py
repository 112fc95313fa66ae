"""Copies of an SQLite database kept beside it before an upgrade, and how rows leave them too."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sampler.errors import StoreError

CHUNK = 500
OF_A_ROUND = (
    "changes", "imports", "tallies", "people", "numbers", "recruiters", "plans", "round_members",
)  # fmt: skip


def keep(file: Path, revision: str) -> Path:
    """Copy a database to a file beside it, whole or not at all; returns where it is.

    Called under the write lock of the database, so nothing is written meanwhile.
    """
    kept = file.with_name(f"{file.name}.before-{revision}-upgrade")
    partial = file.with_name(f"{file.name}.copying")
    try:
        partial.unlink(missing_ok=True)
        os.close(os.open(partial, os.O_WRONLY | os.O_CREAT, 0o600))
        with closing(sqlite3.connect(file)) as db:
            db.execute("VACUUM INTO ?", (str(partial),))
        with partial.open("rb") as written:
            os.fsync(written.fileno())
        os.replace(partial, kept)
    except (OSError, sqlite3.Error) as error:
        partial.unlink(missing_ok=True)
        why = getattr(error, "strerror", None) or "the disk may be full"
        raise StoreError(
            f"No copy of {file} could be kept beside it ({why}), so it was not upgraded. Nothing "
            "was changed."
        ) from None
    return kept


def kept(file: Path) -> list[Path]:
    """Return the copies kept of a database, also one that was being made."""
    found = [
        *file.parent.glob(f"{file.name}.before-*-upgrade"),
        file.with_name(f"{file.name}.copying"),
    ]
    return sorted(path for path in found if path.exists())


def erase(file: Path, person_ids: Sequence[str], round_id: str | None = None) -> None:
    """Erase people, and a whole round where one is named, from every copy kept of a database.

    Raises `StoreError` where a copy cannot be changed.
    """
    for path in kept(file):
        if path.suffix == ".copying":
            path.unlink(missing_ok=True)
            continue
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as db:
                _erase(db, person_ids, round_id)
                sweep(db)
        except sqlite3.Error:
            raise StoreError(
                f"The copy {path} cannot be changed, and still holds what was erased. Delete it."
            ) from None


def _erase(db: sqlite3.Connection, person_ids: Sequence[str], round_id: str | None) -> None:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.execute("PRAGMA secure_delete = ON")
    db.execute("BEGIN IMMEDIATE")
    for table, column in (("changes", "person_id"), ("people", "id")):
        for start in range(0, len(person_ids) if table in there else 0, CHUNK):
            some = person_ids[start : start + CHUNK]
            marks = ",".join("?" * len(some))
            db.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", list(some))
    if round_id is not None:
        for table in OF_A_ROUND:
            if table in there:
                db.execute(f"DELETE FROM {table} WHERE round_id = ?", (round_id,))
        db.execute("DELETE FROM rounds WHERE id = ?", (round_id,))
    db.execute("COMMIT")


def sweep(db: sqlite3.Connection) -> None:
    """Write the file anew without what was deleted, and empty its journal."""
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("VACUUM")
    db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
