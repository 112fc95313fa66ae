"""Copies of an SQLite database kept beside it before an upgrade, and how rows leave them too."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from glob import escape
from pathlib import Path

from census.spelling import key
from sampler.errors import StoreError
from sampler.model import Participant
from sampler.people.tally import rows_of

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
        *file.parent.glob(f"{escape(file.name)}.before-*-upgrade"),
        file.with_name(f"{file.name}.copying"),
    ]
    return sorted(path for path in found if path.exists())


def erase(file: Path, person_ids: Sequence[str], round_ids: Sequence[str] = ()) -> None:
    """Erase people, and whole rounds where any are named, from every copy kept of a database.

    Raises `StoreError` where a copy cannot be changed.
    """
    for path in kept(file):
        if path.suffix == ".copying":
            path.unlink(missing_ok=True)
            continue
        try:
            with closing(sqlite3.connect(path, isolation_level=None)) as db:
                _erase(db, person_ids, round_ids)
                sweep(db)
        except sqlite3.Error:
            raise StoreError(
                f"The copy {path} cannot be changed, and still holds what was erased. Delete it."
            ) from None


def _erase(db: sqlite3.Connection, person_ids: Sequence[str], round_ids: Sequence[str]) -> None:
    there = {name for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    db.execute("PRAGMA secure_delete = ON")
    db.execute("BEGIN IMMEDIATE")
    rounds = _rounds_of(db, person_ids)
    for table, column in (("changes", "person_id"), ("people", "id")):
        for start in range(0, len(person_ids) if table in there else 0, CHUNK):
            some = person_ids[start : start + CHUNK]
            marks = ",".join("?" * len(some))
            db.execute(f"DELETE FROM {table} WHERE {column} IN ({marks})", list(some))
    for touched in rounds if "tallies" in there else ():
        _count_anew(db, touched)
    for round_id in round_ids:
        for table in OF_A_ROUND:
            if table in there:
                db.execute(f"DELETE FROM {table} WHERE round_id = ?", (round_id,))
        db.execute("DELETE FROM rounds WHERE id = ?", (round_id,))
    db.execute("COMMIT")


def _rounds_of(db: sqlite3.Connection, person_ids: Sequence[str]) -> list[str]:
    found: dict[str, None] = {}
    for start in range(0, len(person_ids), CHUNK):
        some = person_ids[start : start + CHUNK]
        marks = ",".join("?" * len(some))
        query = f"SELECT DISTINCT round_id FROM people WHERE id IN ({marks}) ORDER BY 1"
        found |= dict.fromkeys(row[0] for row in db.execute(query, list(some)))
    return list(found)


def _count_anew(db: sqlite3.Connection, round_id: str) -> None:
    """Count who is left of a round, and drop files and recruiters that only those gone had."""
    rows = db.execute("SELECT person FROM people WHERE round_id = ?", (round_id,)).fetchall()
    everyone = [Participant.model_validate_json(text) for (text,) in rows]
    db.execute("DELETE FROM tallies WHERE round_id = ?", (round_id,))
    db.executemany(
        "INSERT INTO tallies VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(round_id, *one, number) for one, number in rows_of(everyone).items()],
    )
    db.execute(
        "DELETE FROM imports WHERE round_id = ? AND number NOT IN "
        "(SELECT import_number FROM changes WHERE import_number IS NOT NULL)",
        (round_id,),
    )
    names = {key(one.recruiter) for one in everyone}
    query = "SELECT id, called, recruiter FROM recruiters WHERE round_id = ?"
    for recruiter_id, called, text in db.execute(query, (round_id,)).fetchall():
        if called not in names and not json.loads(text).get("people"):
            db.execute("DELETE FROM recruiters WHERE id = ?", (recruiter_id,))


def sweep(db: sqlite3.Connection) -> bool:
    """Write the file anew without what was deleted, and empty its journal.

    Returns False where somebody reads on, so that the journal cannot be emptied yet.
    """
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA secure_delete = ON")
    db.execute("VACUUM")
    is_busy = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not is_busy
