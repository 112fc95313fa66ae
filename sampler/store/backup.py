"""A backup of everything as one file, and how an empty database is filled from it.

The file is gzipped JSON lines: first what it is and when it was made, then a line for each row.
It fits SQLite and PostgreSQL alike. Erasures are kept outside of it: they are carried out on what
it brings back before anybody can read it.
"""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sampler.errors import StoreError
from sampler.store import tables, upgrades
from sampler.store.erasures import moment
from sampler.store.members import SIGN_IN_HOURS
from sampler.store.people import insert_for
from sampler.store.store import Store

KIND = "sampling planner backup"
FORMAT = 1
CHUNK = 1_000
IN_ORDER = (
    tables.programmes,
    tables.audiences,
    tables.snapshots,
    tables.members,
    tables.settings,
    tables.rounds,
    tables.round_members,
    tables.plans,
    tables.recruiters,
    tables.numbers,
    tables.people,
    tables.tallies,
    tables.imports,
    tables.changes,
)
"""Tables in an order in which their rows can be added."""
SETTINGS = (SIGN_IN_HOURS,)
"""The only settings a backup holds; the others say what this database has still to do."""
STAY = (tables.members, tables.settings)
"""Tables of which what is there already stays: a member who signed in before keeps their role."""


@dataclass(frozen=True)
class Restored:
    """What a backup brought back, and how many people it held who were erased since."""

    rounds: int
    people: int
    erased: int


def write(store: Store, path: Path, now: datetime) -> None:
    """Write everything to a file that only its owner can read, whole or not at all.

    Raises `StoreError` where the database cannot be read or the file not written.
    """
    beside = ""
    try:
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        with os.fdopen(handle, "wb") as raw:
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
                for line in _lines(store, now):
                    packed.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(beside, path)
    except OSError as error:
        raise StoreError(f"{path} cannot be written ({error.strerror}).") from None
    finally:
        if beside:
            Path(beside).unlink(missing_ok=True)


def _lines(store: Store, now: datetime) -> Iterator[dict[str, Any]]:
    yield {
        "kind": KIND,
        "format": FORMAT,
        "schema": upgrades.newest(),
        "made": now.isoformat(timespec="seconds"),
    }
    counts: Counter[str] = Counter()
    with store.database.transaction(reads=True) as db:
        for table in IN_ORDER:
            query = sa.select(table)
            if table is tables.settings:
                query = query.where(table.c.name.in_(SETTINGS))
            for row in db.execute(query).mappings():
                counts[table.name] += 1
                yield {"table": table.name, "row": dict(row)}
    yield {"end": dict(counts)}


def restore(store: Store, path: Path, *, accept_unerased: bool = False) -> Restored:
    """Fill an empty database from a backup, without the people erased since it was made.

    Everything is stored in one transaction, or nothing. Raises `StoreError` where the file is no
    backup, is cut off, comes from a newer version, or is older than the list of erasures reaches
    back (unless that is accepted), and where the database is not empty.
    """
    lines = _read(path)
    store.refuse_unless_empty()
    head = next(lines, {})
    if head.get("kind") != KIND:
        raise StoreError(f"{path} is not a backup of the planner.")
    if head.get("format") != FORMAT or str(head.get("schema")) > upgrades.newest():
        raise StoreError(
            f"{path} was made by a newer version of the planner. Install that version first."
        )
    try:
        made = moment(str(head.get("made")))
    except ValueError:
        raise _damaged(path) from None
    erased = _erased(store, path, made, accept_unerased)
    return Restored(*store.fill(lambda db: _fill(db, path, lines), erased))


def _erased(store: Store, path: Path, made: datetime, accepted: bool) -> frozenset[str]:
    """Return the ids erased; refuse a backup from before the list of them begins."""
    found = store.ledger.read() if store.had_ledger else None
    if found is not None and made >= found.since:
        return found.ids
    if accepted:
        return found.ids if found is not None else frozenset()
    where = store.ledger.path
    if not store.had_ledger:
        where.unlink(missing_ok=True)  # begun by this process: the next one is to refuse too
    begins = f"begins at {_when(found.since)}" if found is not None else "is missing"
    raise StoreError(
        f"{path} was made at {_when(made)}, and the list of erasures ({where}) {begins}. People "
        "erased in between would come back. Put the list of the machine the backup was made on in "
        "its place; or, if nobody was erased since, or you will erase them again at once, say "
        "--accept-unerased."
    )


def _when(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%H:%M} UTC on {at.day} {at:%B %Y}"


def _read(path: Path) -> Iterator[dict[str, Any]]:
    try:
        with gzip.open(path, "rb") as packed:
            for line in packed:
                said = json.loads(line)
                if not isinstance(said, dict):
                    raise ValueError
                yield said
    except FileNotFoundError:
        raise StoreError(f"There is no file {path}.") from None
    except (OSError, EOFError, ValueError, zlib.error) as error:
        why = getattr(error, "strerror", None) or "it is damaged or no backup"
        raise StoreError(f"{path} cannot be read ({why}). Nothing was restored.") from None


def _fill(db: sa.Connection, path: Path, lines: Iterator[dict[str, Any]]) -> None:
    by_name = {table.name: table for table in IN_ORDER}
    counts: Counter[str] = Counter()
    waiting: list[dict[str, Any]] = []
    at: sa.Table | None = None
    for line in lines:
        table = by_name.get(str(line.get("table")))
        if at is not None and (table is not at or len(waiting) >= CHUNK):
            insert = insert_for(db)(at)
            db.execute(insert.on_conflict_do_nothing() if at in STAY else insert, waiting)
            waiting = []
        if table is None:
            if line.get("end") != dict(counts):
                break
            for _ in lines:
                pass  # to the very end, where the file's checksum is
            _go_on_numbering(db)
            return
        counts[table.name] += 1
        at = table
        row = line.get("row")
        if not isinstance(row, dict) or not row.keys() <= set(table.c.keys()):
            raise _damaged(path)
        waiting.append(row)
    raise StoreError(f"{path} is cut off: its end is missing. Nothing was restored.")


def _damaged(path: Path) -> StoreError:
    return StoreError(f"{path} cannot be read (it is damaged or no backup). Nothing was restored.")


def _go_on_numbering(db: sa.Connection) -> None:
    """Let PostgreSQL number new rows after those brought back, as SQLite does by itself."""
    if db.dialect.name == "postgresql":
        for table, number in (("imports", "number"), ("changes", "number"), ("snapshots", "id")):
            db.execute(
                sa.text(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{number}'), "
                    f"(SELECT COALESCE(MAX({number}), 0) + 1 FROM {table}), false)"
                )
            )
