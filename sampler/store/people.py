"""People of rounds in the database: added, changed, counted, erased; and their history."""

from __future__ import annotations

import hashlib
import hmac
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from census.spelling import key
from sampler.access import NO_ROUND
from sampler.errors import Conflict, NotFound
from sampler.model import Answer, By, Change, Participant, Stage
from sampler.people.fields import ADDED, differences, with_fields
from sampler.people.references import OWN_LETTER, in_order, number_of, own_name, reference
from sampler.people.tally import EVERYBODY, FOUND_BY, Key, Standing, Tally, rows_of
from sampler.store import tables
from sampler.store.database import Database
from sampler.store.erasures import Ledger
from sampler.store.rows import person_values, read_change, read_person, read_recruiter

NOBODY = By()
CHUNK = 500
"""Ids in one question to the database; SQLite takes 999 at the least."""


class People:
    """People of rounds. Every change says who made it and how, for the history."""

    def __init__(self, database: Database, ledger: Ledger, now: Callable[[], datetime]) -> None:
        self.database, self.ledger, self._now = database, ledger, now

    # Reading

    def people(self, round_id: str) -> list[Participant]:
        """Return a round's people by reference."""
        return self.people_of([round_id]).get(round_id, [])

    def people_of(self, round_ids: Sequence[str]) -> dict[str, list[Participant]]:
        """Return the people of several rounds, by round, in the order of their references."""
        with self.database.transaction(reads=True) as db:
            return self._people(db, round_ids)

    def _people(self, db: sa.Connection, round_ids: Sequence[str]) -> dict[str, list[Participant]]:
        found: dict[str, list[Participant]] = {}
        query = sa.select(tables.people).where(tables.people.c.round_id.in_(list(round_ids)))
        for row in db.execute(query):
            found.setdefault(row.round_id, []).append(read_person(row))
        for everyone in found.values():
            everyone.sort(key=in_order)
        return found

    def person(self, round_id: str, called: str) -> Participant:
        """Return the person of a reference; raises `NotFound`."""
        people = tables.people
        query = sa.select(people).where(people.c.round_id == round_id, people.c.reference == called)
        with self.database.transaction(reads=True) as db:
            row = db.execute(query).one_or_none()
        if row is None:
            raise NotFound("Nobody in this round has that reference.")
        return read_person(row)

    def tally(self, round_id: str) -> Tally:
        """Count a round's people by standing and answer."""
        return self.tallies([round_id]).get(round_id, Tally())

    def tallies(self, round_ids: Sequence[str]) -> dict[str, Tally]:
        """Count the people of several rounds; a round without people is left out."""
        with self.database.transaction(reads=True) as db:
            return self._tally(db, round_ids)

    def _tally(
        self, db: sa.Connection, round_ids: Sequence[str], *, stages: Sequence[Stage] = ()
    ) -> dict[str, Tally]:
        """Count the people of several rounds; where stages are named, those in them alone."""
        counted = tables.tallies
        query = sa.select(counted).where(counted.c.round_id.in_(list(round_ids)))
        if stages:
            query = query.where(counted.c.stage.in_(stages))
        people: dict[str, dict[Standing, int]] = {}
        answers: dict[str, dict[tuple[str, Answer, Standing], int]] = {}
        recruiters: dict[str, dict[tuple[str, Standing], int]] = {}
        known: dict[tuple[str, str], Answer] = {}
        for round_id, name, kind, text, stage, reserve, number in db.execute(query):
            standing = Standing(stage, reserve)
            if kind == EVERYBODY:
                people.setdefault(round_id, {})[standing] = number
            elif kind == FOUND_BY:
                recruiters.setdefault(round_id, {})[text, standing] = number
            else:
                if (kind, text) not in known:
                    known[kind, text] = Answer(kind=kind, text=text)
                answers.setdefault(round_id, {})[name, known[kind, text], standing] = number
        return {
            round_id: Tally(standings, answers.get(round_id, {}), recruiters.get(round_id, {}))
            for round_id, standings in people.items()
        }

    def history(self, round_id: str, person_id: str | None = None) -> list[Change]:
        """Return what was changed in a round, or of one person, the newest first."""
        changes = tables.changes
        query = sa.select(changes).where(changes.c.round_id == round_id)
        if person_id is not None:
            query = query.where(changes.c.person_id == person_id)
        with self.database.transaction(reads=True) as db:
            return [read_change(row) for row in db.execute(query.order_by(changes.c.number.desc()))]

    # Adding and changing

    def next_reference(self, round_id: str, recruiter: str = "") -> str:
        """Return the reference the next person of a recruiter would get."""
        with self.database.transaction(reads=True) as db:
            letter = self._letter(db, round_id, recruiter)
            return reference(letter, self._next_number(db, round_id, letter))

    def next_number(self, round_id: str, letter: str) -> int:
        """Return the number the next reference of a letter gets."""
        with self.database.transaction(reads=True) as db:
            return self._next_number(db, round_id, letter)

    def _next_number(self, db: sa.Connection, round_id: str, letter: str) -> int:
        numbers = tables.numbers
        query = sa.select(numbers.c.next)
        query = query.where(numbers.c.round_id == round_id, numbers.c.letter == letter)
        return db.scalar(query) or 1

    def _letter(self, db: sa.Connection, round_id: str, recruiter: str) -> str:
        rows = db.execute(
            sa.select(tables.recruiters).where(
                tables.recruiters.c.round_id == round_id,
                tables.recruiters.c.called == key(recruiter),
            )
        )
        found = rows.one_or_none()
        return OWN_LETTER if found is None else read_recruiter(found).letter

    def ids(self, round_id: str) -> Callable[[str], str]:
        """Return the function that gives a person of a round their id by what they are called.

        The same name gives the same id, so that a file cannot bring back somebody erased; a
        secret of the round goes into it, so that an id tells nothing of the name.
        """
        with self.database.transaction(reads=True) as db:
            return self._ids(db, round_id)

    def _ids(self, db: sa.Connection, round_id: str) -> Callable[[str], str]:
        rounds = tables.rounds
        secret = db.scalar(sa.select(rounds.c.secret).where(rounds.c.id == round_id))
        if secret is None:
            raise NotFound(NO_ROUND)

        def named_id(named: str) -> str:
            digest = hmac.new(bytes.fromhex(secret), named.encode(), hashlib.sha256).digest()
            return str(uuid.UUID(bytes=digest[:16], version=4))

        return named_id

    def add_person(self, round_id: str, person: Participant, by: By = NOBODY) -> Participant:
        """Store a new person under the next reference of their recruiter and return them."""
        return self.add_people(round_id, [person], by)[0]

    def add_people(
        self, round_id: str, people: Sequence[Participant], by: By = NOBODY
    ) -> list[Participant]:
        """Store new people under the next references, all of them or none."""
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            new = [person.model_copy(update={"id": "", "reference": ""}) for person in people]
            return self._insert(db, round_id, new, by)

    def _lock_round(self, db: sa.Connection, round_id: str) -> None:
        """Make whoever changes what is in a round wait for one another; raises `NotFound`."""
        rounds = tables.rounds
        query = sa.select(rounds.c.id).where(rounds.c.id == round_id).with_for_update()
        if db.scalar(query) is None:
            raise NotFound(NO_ROUND)

    def _insert(
        self,
        db: sa.Connection,
        round_id: str,
        people: Sequence[Participant],
        by: By,
        import_number: int | None = None,
        origins: Sequence[str | None] = (),
    ) -> list[Participant]:
        """Store people, giving a reference and an id to those who have none.

        `origins` say for each where in a file they came from, to know them again.
        """
        self._pass_over(db, round_id, people)
        names = dict.fromkeys(person.recruiter for person in people)
        letters = {name: self._letter(db, round_id, name) for name in names}
        named = self._ids(db, round_id)
        known = self.ledger.read()
        erased = known.ids if known is not None else frozenset()
        today = self._now().date()
        following: dict[str, int] = {}
        added = []
        for person in people:
            letter = letters[person.recruiter]
            called = person.reference
            if not called:
                if letter not in following:
                    wanted = sum(not p.reference and letters[p.recruiter] == letter for p in people)
                    following[letter] = self._take_numbers(db, round_id, letter, wanted)
                called = reference(letter, following[letter])
                following[letter] += 1
                while named(own_name(called)) in erased:  # a backup may have forgotten it
                    called = reference(letter, self._take_numbers(db, round_id, letter, 1))
            update = {
                "id": person.id or named(own_name(called)),
                "reference": called,
                "version": 1,
                "stage_on": person.stage_on or today,
            }
            added.append(person.model_copy(update=update))
        if added:
            rows = [{"round_id": round_id, **person_values(person)} for person in added]
            db.execute(tables.people.insert(), rows)
            lines = [
                self._line(round_id, one, ADDED, None, origin, by, import_number)
                for one, origin in zip(added, origins or [None] * len(added), strict=True)
            ]
            db.execute(tables.changes.insert(), lines)
            self._count(db, round_id, rows_of(added))
        return added

    def _pass_over(self, db: sa.Connection, round_id: str, people: Sequence[Participant]) -> None:
        """Never give a number again that a person comes with."""
        highest: dict[str, int] = {}
        for person in people:
            if found := number_of(person.reference):
                highest[found[0]] = max(highest.get(found[0], 0), found[1])
        for letter, number in highest.items():
            there = self._next_number(db, round_id, letter)
            if number >= there:
                self._take_numbers(db, round_id, letter, number + 1 - there)

    def _take_numbers(self, db: sa.Connection, round_id: str, letter: str, wanted: int) -> int:
        """Take so many numbers of a letter and return the first of them."""
        numbers = tables.numbers
        insert = insert_for(db)(numbers).values(round_id=round_id, letter=letter, next=1 + wanted)
        query = insert.on_conflict_do_update(
            index_elements=["round_id", "letter"], set_={"next": numbers.c.next + wanted}
        ).returning(numbers.c.next)
        return int(db.execute(query).scalar_one()) - wanted

    def _line(
        self,
        round_id: str,
        person: Participant,
        field: str,
        before: str | None,
        after: str | None,
        by: By,
        import_number: int | None,
    ) -> dict[str, Any]:
        return {
            "round_id": round_id,
            "person_id": person.id,
            "import_number": import_number,
            "at": self._now().isoformat(),
            "who": by.who,
            "how": by.how,
            "field": field,
            "before": before,
            "after": after,
            "version": person.version,
        }

    def save_person(self, person: Participant, by: By = NOBODY) -> Participant:
        """Store a changed person and return them with their new version.

        Raises `Conflict` if somebody saved them since this one was read, with what stands now
        and who changed it; and `NotFound` if they were erased.
        """
        people = tables.people
        with self.database.transaction() as db:
            here = db.scalar(sa.select(people.c.round_id).where(people.c.id == person.id))
            if here is not None:  # first, as everybody does: nobody waits crosswise for another
                self._lock_round(db, here)
            row = db.execute(sa.select(people).where(people.c.id == person.id)).one_or_none()
            if row is None:
                raise NotFound(f"{person.reference} is no longer there.")
            current = read_person(row)
            if current.version != person.version:
                raise Conflict(
                    f"{person.reference} was changed while you were editing.",
                    current,
                    self._since(db, person),
                )
            fixed = {"reference": current.reference, "version": current.version}
            return self._store(db, row.round_id, current, person.model_copy(update=fixed), by)

    def _locked(self, db: sa.Connection, round_id: str, ids: list[str]) -> dict[str, Participant]:
        found = {}
        people = tables.people
        for start in range(0, len(ids), CHUNK):
            some = ids[start : start + CHUNK]
            query = sa.select(people).where(people.c.round_id == round_id, people.c.id.in_(some))
            for row in db.execute(query.order_by(people.c.id).with_for_update()):
                found[row.id] = read_person(row)
        return found

    def _since(self, db: sa.Connection, person: Participant) -> tuple[Change, ...]:
        changes = tables.changes
        query = sa.select(changes).where(
            changes.c.person_id == person.id, changes.c.version > person.version
        )
        return tuple(read_change(row) for row in db.execute(query.order_by(changes.c.number)))

    def _store(
        self,
        db: sa.Connection,
        round_id: str,
        current: Participant,
        wanted: Participant,
        by: By,
        import_number: int | None = None,
    ) -> Participant:
        """Store one version of a person over another, with its lines and counts."""
        changed = list(differences(current, wanted))
        if not changed:
            return current
        update: dict[str, Any] = {"version": current.version + 1}
        if wanted.stage != current.stage:
            update["stage_on"] = self._now().date()
        saved = wanted.model_copy(update=update)
        db.execute(
            tables.people.update()
            .where(tables.people.c.id == saved.id)
            .values(person_values(saved))
        )
        lines = [
            self._line(round_id, saved, field, old, new, by, import_number)
            for field, old, new in changed
        ]
        db.execute(tables.changes.insert(), lines)
        counts = rows_of([saved])
        counts.subtract(rows_of([current]))
        self._count(db, round_id, counts)
        return saved

    def _change(
        self,
        db: sa.Connection,
        round_id: str,
        current: Participant,
        written: Mapping[str, str | None],
        by: By,
    ) -> Participant:
        return self._store(db, round_id, current, with_fields(current, written), by)

    def _count(self, db: sa.Connection, round_id: str, counts: Counter[Key]) -> None:
        """Add to the tallies of a round, in an order in which two writers never wait crosswise."""
        rows = [
            {"round_id": round_id, "characteristic": name, "kind": kind, "text": text,
             "stage": stage, "reserve": reserve, "number": number}
            for (name, kind, text, stage, reserve), number in sorted(counts.items())
            if number
        ]  # fmt: skip
        if not rows:
            return
        table = tables.tallies
        insert = insert_for(db)(table)
        query = insert.on_conflict_do_update(
            index_elements=[column.name for column in table.primary_key],
            set_={"number": table.c.number + insert.excluded.number},
        )
        db.execute(query, rows)
        db.execute(table.delete().where(table.c.round_id == round_id, table.c.number == 0))


def insert_for(db: sa.Connection) -> Any:
    """Return the kind of INSERT that says what happens to a row that is there already."""
    return postgresql.insert if db.dialect.name == "postgresql" else sqlite.insert
