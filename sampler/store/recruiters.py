"""Recruiters of rounds in the database, and how each one's files were read last."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import sqlalchemy as sa

from census.spelling import key
from sampler.errors import Conflict, NotFound
from sampler.model import By, Recruiter, Way
from sampler.people.recruiting import next_letter
from sampler.people.show_rates import way_of
from sampler.people.tally import Tally
from sampler.store import tables
from sampler.store.erasing import Erasing
from sampler.store.people import NOBODY, insert_for
from sampler.store.rows import read_recruiter, recruiter_values

ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
ID_LENGTH = 8


def new_id() -> str:
    """Return a random id for a round, a programme or a recruiter."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


class Recruiters(Erasing):
    """People of rounds, and the recruiters who find them."""

    def recruiters(self, round_id: str) -> list[Recruiter]:
        """Return a round's recruiters by letter."""
        with self.database.transaction(reads=True) as db:
            return self._recruiters(db, round_id)

    def _recruiter_rows(self, round_id: str) -> sa.Select[tuple[object, ...]]:
        return sa.select(tables.recruiters).where(tables.recruiters.c.round_id == round_id)

    def _recruiters(self, db: sa.Connection, round_id: str) -> list[Recruiter]:
        found = [read_recruiter(row) for row in db.execute(self._recruiter_rows(round_id))]
        return sorted(found, key=lambda one: (len(one.letter), one.letter))

    def add_recruiter(
        self,
        round_id: str,
        name: str,
        *,
        way: Way | None = None,
        people: int = 0,
        reach: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Recruiter:
        """Store a recruiter under the round's next letter; one of that name is returned as is."""
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            return self._add_recruiter(db, round_id, name, way, people, reach or {})

    def _add_recruiter(
        self,
        db: sa.Connection,
        round_id: str,
        name: str,
        way: Way | None = None,
        people: int = 0,
        reach: Mapping[str, tuple[str, ...]] | None = None,
    ) -> Recruiter:
        there = self._recruiters(db, round_id)
        known = next((one for one in there if key(one.name) == key(name)), None)
        if known is not None:
            return known
        used = sa.select(tables.numbers.c.letter).where(tables.numbers.c.round_id == round_id)
        made = Recruiter(
            id=new_id(),
            name=" ".join(name.split()),
            way=way or way_of(name),
            letter=next_letter([*(one.letter for one in there), *db.scalars(used)]),
            people=people,
            reach=dict(reach or {}),
        )
        self._insert_recruiter(db, round_id, made, None)
        return made

    def _insert_recruiter(
        self, db: sa.Connection, round_id: str, one: Recruiter, mapping: str | None
    ) -> None:
        values = recruiter_values(one) | {"round_id": round_id, "mapping": mapping}
        db.execute(tables.recruiters.insert().values(values))
        letter = insert_for(db)(tables.numbers).values(round_id=round_id, letter=one.letter, next=1)
        db.execute(letter.on_conflict_do_nothing())  # a letter is never given twice

    def save_recruiter(self, round_id: str, changed: Recruiter, by: By = NOBODY) -> Recruiter:
        """Store a changed recruiter; another name goes to the people they found too.

        Raises `Conflict` if somebody saved them since, or another one has that name.
        """
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            there = {one.id: one for one in self._recruiters(db, round_id)}
            before = there.get(changed.id)
            if before is None:
                raise NotFound(f"{changed.name} is no longer a recruiter of this round.")
            if any(key(o.name) == key(changed.name) and o.id != changed.id for o in there.values()):
                raise Conflict(f"There is a recruiter called {changed.name} already.", before)
            former = before.former
            if before.name != changed.name:
                former = tuple(dict.fromkeys((*former, before.name)))
            saved = changed.model_copy(update={"version": changed.version + 1, "former": former})
            done = db.execute(
                tables.recruiters.update()
                .where(
                    tables.recruiters.c.id == changed.id,
                    tables.recruiters.c.version == changed.version,
                )
                .values(recruiter_values(saved))
            )
            if done.rowcount == 0:
                raise Conflict(f"{before.name} was changed in another window.", before)
            if before.name != saved.name:
                theirs = [
                    person.id
                    for person in self._people(db, [round_id]).get(round_id, [])
                    if key(person.recruiter) == key(before.name)
                ]
                for person in self._locked(db, round_id, theirs).values():
                    if key(person.recruiter) == key(before.name):
                        self._change(db, round_id, person, {"recruiter": saved.name}, by)
            return saved

    def remove_recruiter(self, round_id: str, recruiter: Recruiter) -> None:
        """Remove a recruiter who found nobody; raises `Conflict` where they found somebody."""
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            found = self._tally(db, [round_id]).get(round_id, Tally())
            if any(key(name) == key(recruiter.name) for name, _ in found.recruiters):
                raise Conflict(
                    f"{recruiter.name} has found people in this round. Ask them for 0 more "
                    "instead of removing them.",
                    recruiter,
                )
            recruiters = tables.recruiters
            db.execute(
                recruiters.delete().where(
                    recruiters.c.id == recruiter.id, recruiters.c.round_id == round_id
                )
            )

    def mapping(self, round_id: str, recruiter: str) -> str | None:
        """Return how a recruiter's files were read last, as TOML; or None."""
        recruiters = tables.recruiters
        query = sa.select(recruiters.c.mapping).where(
            recruiters.c.round_id == round_id, recruiters.c.called == key(recruiter)
        )
        with self.database.transaction(reads=True) as db:
            found: str | None = db.scalar(query)
            return found
