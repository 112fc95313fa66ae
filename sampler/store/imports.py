"""Files taken into a round, all of a file or nothing, and the last one taken back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa

from census.spelling import key
from sampler.errors import Conflict, NotFound
from sampler.model import By, Change, Participant
from sampler.people.fields import ADDED
from sampler.reading.incoming import HOW, TAKEN_BACK, Held, Preview, Source
from sampler.store import tables
from sampler.store.people import CHUNK, NOBODY
from sampler.store.recruiters import Recruiters
from sampler.store.rows import read_change, read_person


class Import(NamedTuple):
    """A file taken in: when, by whom, from which recruiter, and how many people it brought."""

    number: int
    recruiter: str
    at: datetime
    who: str
    new: int
    changed: int


class Imports(Recruiters):
    """People of rounds, and the files they came in."""

    def held(self, round_id: str) -> Held:
        """Return what a round holds, to compare a file with."""
        known = self.ledger.read()
        with self.database.transaction(reads=True) as db:
            changes = tables.changes
            query = sa.select(changes).where(changes.c.round_id == round_id)
            lines = [
                read_change(row) for row in db.execute(query.order_by(changes.c.number.desc()))
            ]
            return Held(
                round_id,
                self._people(db, [round_id]).get(round_id, []),
                self._recruiters(db, round_id),
                lines,
                known.ids if known is not None else frozenset(),
                self._ids(db, round_id),
                self._files(db, round_id),
            )

    def _files(self, db: sa.Connection, round_id: str) -> dict[int, Source]:
        imports = tables.imports
        query = sa.select(imports.c.number, imports.c.sheet, imports.c.recruiter)
        found = db.execute(query.where(imports.c.round_id == round_id))
        return {number: Source(sheet, recruiter) for number, sheet, recruiter in found}

    def take_in(
        self, round_id: str, found: Preview, by: By = NOBODY, *, mapping: str | None = None
    ) -> int:
        """Store the new and changed people of a file, all of them or none; returns its number.

        A file that brings nothing is not counted as one: its number is 0. `mapping` is how the
        file was read, kept with its recruiter for the next one. Raises `Conflict` where somebody
        changed or added one of these people since the preview.
        """
        by = by.model_copy(update={"how": HOW})
        new, changed = found.of("new"), found.of("changed")
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            names = [found.recruiter, *(row.person.recruiter for row in found.rows)]
            for name in dict.fromkeys(filter(None, names)):
                self._add_recruiter(db, round_id, name)
            number = self._add_import(db, round_id, found, by) if new or changed else 0
            self._refuse_taken(db, round_id, [row.person for row in new])
            self._insert(
                db, round_id, [row.person for row in new], by, number, [r.origin for r in new]
            )
            current = self._locked(db, round_id, [row.person.id for row in changed])
            for row in changed:
                stands = current.get(row.person.id)
                if stands is None or stands.version != row.person.version:
                    raise _moved_on(row.person)
                current[stands.id] = self._store(db, round_id, stands, row.person, by, number)
            if mapping is not None and found.recruiter:
                recruiters = tables.recruiters
                db.execute(
                    recruiters.update()
                    .where(
                        recruiters.c.round_id == round_id,
                        recruiters.c.called == key(found.recruiter),
                    )
                    .values(mapping=mapping)
                )
            return number

    def _add_import(self, db: sa.Connection, round_id: str, found: Preview, by: By) -> int:
        imports = tables.imports
        query = imports.insert().values(
            round_id=round_id,
            recruiter=found.recruiter,
            sheet=found.sheet,
            at=self._now().isoformat(),
            who=by.who,
            new=len(found.of("new")),
            changed=len(found.of("changed")),
        )
        return int(db.execute(query.returning(imports.c.number)).scalar_one())

    def _refuse_taken(self, db: sa.Connection, round_id: str, new: list[Participant]) -> None:
        """Raise `Conflict` where a new person's reference or id was given away meanwhile."""
        people = tables.people
        for start in range(0, len(new), CHUNK):
            some = new[start : start + CHUNK]
            called = [person.reference for person in some if person.reference]
            ids = [person.id for person in some if person.id]
            query = sa.select(people).where(
                people.c.round_id == round_id,
                sa.or_(people.c.reference.in_(called), people.c.id.in_(ids)),
            )
            if (row := db.execute(query.limit(1)).first()) is not None:
                raise _moved_on(read_person(row))

    def last_import(self, round_id: str) -> Import | None:
        """Return the newest file taken in, or None where there is none."""
        with self.database.transaction(reads=True) as db:
            return self._last_import(db, round_id)

    def _last_import(self, db: sa.Connection, round_id: str) -> Import | None:
        imports = tables.imports
        query = sa.select(imports).where(imports.c.round_id == round_id)
        row = db.execute(query.order_by(imports.c.number.desc()).limit(1)).first()
        if row is None:
            return None
        at = datetime.fromisoformat(row.at)
        return Import(row.number, row.recruiter, at, row.who, row.new, row.changed)

    def take_back(self, round_id: str, last: Import, by: By = NOBODY) -> None:
        """Undo the last file taken in: who was new goes, who was changed is as before.

        Raises `Conflict` where somebody has changed one of these people since, or a later file
        was taken in.
        """
        by = by.model_copy(update={"how": TAKEN_BACK})
        changes, imports = tables.changes, tables.imports
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            # Not by its number alone, which SQLite gives again after the last one was taken back.
            if self._last_import(db, round_id) != last:
                raise NotFound("This file is no longer the last one taken in.")
            number = last.number
            query = sa.select(changes).where(
                changes.c.round_id == round_id, changes.c.import_number == number
            )
            lines = [read_change(row) for row in db.execute(query.order_by(changes.c.number))]
            current = self._locked(db, round_id, sorted({line.person_id for line in lines}))
            self._refuse_changed(lines, current)
            new = [line.person_id for line in lines if line.field == ADDED]
            before: dict[str, dict[str, str | None]] = {}
            for line in lines:
                if line.field != ADDED:
                    before.setdefault(line.person_id, {})[line.field] = line.before
            for person_id, written in before.items():
                self._change(db, round_id, current[person_id], written, by)
            db.execute(
                changes.update().where(changes.c.import_number == number).values(import_number=None)
            )
            self._delete(db, round_id, new)
            db.execute(imports.delete().where(imports.c.number == number))
            if new:
                self._sweep_is_due(db)
        self.finish_sweep(new)

    def _refuse_changed(self, lines: list[Change], current: Mapping[str, Participant]) -> None:
        newest = {line.person_id: line.version for line in lines}
        moved = [
            person.reference
            for person_id, person in current.items()
            if person.version != newest[person_id]
        ]
        if moved:
            some = ", ".join(moved[:3]) + (f" and {len(moved) - 3} more" if len(moved) > 3 else "")
            raise Conflict(
                f"{some} changed since this file was taken in, so it cannot be taken back as one "
                "step. Change or erase them one by one.",
                None,
            )


def _moved_on(person: Participant) -> Conflict:
    return Conflict(
        f"{person.reference or 'Somebody on this list'} changed here while you looked at the "
        "list. Nothing was taken in; look at it again.",
        person,
    )
