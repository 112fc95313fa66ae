"""People erased: from the database, its history and counts, its pages and the copies kept."""

from __future__ import annotations

import json
import secrets
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import date

import sqlalchemy as sa

from census.spelling import key
from sampler.brief import Brief
from sampler.errors import NotFound
from sampler.model import NumberedPlan, Participant, Plan, Totals
from sampler.people.tally import Key, Tally, rows_of
from sampler.people.tracking import group_of, is_secured
from sampler.store import copies, tables
from sampler.store.people import CHUNK, People, insert_for
from sampler.store.rows import read_person, read_plan, read_recruiter

TOTALS = "totals of "
"""What the setting begins with that says of whose people the totals are to stay."""
DELETED = "deleted "
"""What the setting begins with that names a round which may still be in a copy."""
SWEEP = "sweep"
"""The setting that says that something was deleted and the file not yet swept."""


class Erasing(People):
    """People of rounds, and how they are erased.

    The line kept of an erasure is written first. Whatever stops the process then, the erasure is
    carried out when the database is opened again.
    """

    def erase_person(self, person_id: str) -> None:
        """Erase everything held about a person; their reference is never given again."""
        people = tables.people
        with self.database.transaction(reads=True) as db:
            round_id = db.scalar(sa.select(people.c.round_id).where(people.c.id == person_id))
        if round_id is not None:
            self._erase(round_id, [person_id])

    def _ids_of(self, db: sa.Connection, round_id: str) -> list[str]:
        people = tables.people
        query = sa.select(people.c.id).where(people.c.round_id == round_id).order_by(people.c.id)
        return list(db.scalars(query))

    def _record(self, round_id: str, person_ids: Sequence[str]) -> None:
        """Write the lines kept of an erasure first: whatever happens then, it is carried out."""
        if person_ids:
            self.ledger.add(round_id, person_ids, self._now())

    def _erase(
        self, round_id: str, person_ids: Sequence[str], *, keeps_totals: bool = False
    ) -> None:
        self._record(round_id, person_ids)
        with self.database.transaction() as db:
            gone = self._delete(db, round_id, person_ids)
            self._drop_wish_for_totals(db, round_id)
            if keeps_totals:
                self._add_totals(db, round_id, gone)
            self._sweep_is_due(db)
        self.finish_sweep(person_ids, is_due=True)

    def _delete(
        self, db: sa.Connection, round_id: str, person_ids: Sequence[str]
    ) -> list[Participant]:
        """Delete people with their history, their counts, and what was there for them alone.

        Returns those who were still there, as they stood.
        """
        self._lock_round(db, round_id)
        people, changes, imports = tables.people, tables.changes, tables.imports
        everybody: list[Participant] = []
        finders: set[str] = set()
        for start in range(0, len(person_ids), CHUNK):
            some = list(person_ids[start : start + CHUNK])
            query = sa.select(people).where(people.c.id.in_(some)).with_for_update()
            gone = [read_person(row) for row in db.execute(query)]
            everybody += gone
            finders |= {key(one.recruiter) for one in gone if one.recruiter}
            counts: Counter[Key] = Counter()
            counts.subtract(rows_of(gone))
            self._count(db, round_id, counts)
            db.execute(changes.delete().where(changes.c.person_id.in_(some)))
            db.execute(people.delete().where(people.c.id.in_(some)))
        used = sa.select(changes.c.import_number).where(
            changes.c.round_id == round_id, changes.c.import_number.is_not(None)
        )
        db.execute(
            imports.delete().where(imports.c.round_id == round_id, imports.c.number.not_in(used))
        )
        self._forget_recruiters(db, round_id, finders)
        return everybody

    def _wish_for_totals(self, db: sa.Connection, round_id: str, person_ids: Sequence[str]) -> None:
        """Write down that the totals of these people are to stay, should this process be killed."""
        self._set(db, TOTALS + round_id, json.dumps(list(person_ids)))

    def _drop_wish_for_totals(self, db: sa.Connection, round_id: str) -> None:
        settings = tables.settings
        db.execute(settings.delete().where(settings.c.name == TOTALS + round_id))

    def _set(self, db: sa.Connection, name: str, value: str) -> None:
        insert = insert_for(db)(tables.settings).values(name=name, value=value)
        db.execute(
            insert.on_conflict_do_update(
                index_elements=["name"], set_={"value": insert.excluded.value}
            )
        )

    def _latest_plan(self, db: sa.Connection, round_id: str) -> NumberedPlan | None:
        plans = tables.plans
        query = sa.select(plans).where(plans.c.round_id == round_id)
        row = db.execute(query.order_by(plans.c.number.desc()).limit(1)).first()
        return None if row is None else read_plan(row)

    def _add_totals(self, db: sa.Connection, round_id: str, gone: Sequence[Participant]) -> None:
        """Add those heard of people just deleted to what was left of a round before.

        Counted from the rows deleted, so that nobody is counted by two who erase at once.
        """
        taken = self._latest_plan(db, round_id)
        if taken is None or not gone:
            return
        rounds = tables.rounds
        row = db.execute(sa.select(rounds).where(rounds.c.id == round_id)).one()
        partial = Brief.model_validate_json(row.brief).partial_counts
        heard = [one for one in gone if is_secured(one, partial_counts=partial)]
        found = _totals(taken.plan, heard, self._now().date())
        if row.totals is not None:
            found = Totals.model_validate_json(row.totals).with_more(found)
        db.execute(
            rounds.update()
            .where(rounds.c.id == round_id)
            .values(totals=found.model_dump_json(), version=rounds.c.version + 1)
        )

    def _forget_recruiters(
        self, db: sa.Connection, round_id: str, finders: Collection[str]
    ) -> None:
        """Remove those of the finders who are asked for nobody and whose people are all gone."""
        found = self._tally(db, [round_id]).get(round_id, Tally())
        names = {key(name) for name, _ in found.recruiters}
        recruiters = tables.recruiters
        rows = db.execute(sa.select(recruiters).where(recruiters.c.round_id == round_id)).all()
        for row in rows:
            is_done = row.called in finders and row.called not in names
            if is_done and not read_recruiter(row).people:
                db.execute(recruiters.delete().where(recruiters.c.id == row.id))

    def _sweep_is_due(self, db: sa.Connection) -> None:
        self._set(db, SWEEP, secrets.token_hex(8))

    def finish_sweep(self, erased: Iterable[str] = (), *, is_due: bool = False) -> None:
        """Sweep the database, and copies kept of it, if rows were deleted since the last time.

        Where somebody is reading it stays due, and is done the next time. What another process
        deletes meanwhile is due anew.
        """
        settings = tables.settings
        query = sa.select(settings.c.value).where(settings.c.name == SWEEP)
        rounds = sa.select(settings.c.name).where(settings.c.name.startswith(DELETED))
        with self.database.transaction(reads=True) as db:
            token = db.scalar(query)
            deleted = list(db.scalars(rounds.order_by(settings.c.name)))
        if self.database.file is not None and (is_due or token is not None):
            round_ids = [name.removeprefix(DELETED) for name in deleted]
            copies.erase(self.database.file, sorted(erased), round_ids)
        if token is not None and self.database.sweep():
            with self.database.transaction() as db:
                swept = sa.and_(settings.c.name == SWEEP, settings.c.value == token)
                db.execute(settings.delete().where(sa.or_(swept, settings.c.name.in_(deleted))))

    def finish_erasures(self) -> None:
        """Carry out erasures that a process which was killed had begun."""
        erased = self.ledger.start(self._now()).ids
        people, settings = tables.people, tables.settings
        there: dict[str, list[str]] = {}
        in_order = sorted(erased)
        with self.database.transaction(reads=True) as db:
            for start in range(0, len(in_order), CHUNK):
                some = in_order[start : start + CHUNK]
                query = sa.select(people.c.round_id, people.c.id).where(people.c.id.in_(some))
                for round_id, person_id in db.execute(query):
                    there.setdefault(round_id, []).append(person_id)
            query = sa.select(settings.c.name, settings.c.value)
            waiting = {
                name.removeprefix(TOTALS): json.loads(value)
                for name, value in db.execute(query.where(settings.c.name.startswith(TOTALS)))
            }
        for round_id, person_ids in there.items():
            whose = waiting.get(round_id)
            # Another process may have deleted the round meanwhile, with everybody in it.
            with suppress(NotFound), self.database.transaction() as db:
                gone = self._delete(db, round_id, person_ids)
                if whose is not None and erased.issuperset(whose):
                    self._drop_wish_for_totals(db, round_id)
                    self._add_totals(db, round_id, gone)
                self._sweep_is_due(db)
        self.finish_sweep(erased)


def _totals(plan: Plan, heard: Sequence[Participant], today: date) -> Totals:
    """Count people heard by group; those of whom only the broad group is known, by that."""
    counts: dict[str, dict[str, int]] = {}
    for part in plan.characteristics:
        found: Counter[str] = Counter()
        for person in heard:
            answer = person.answer(part.name)
            broad = answer.text if answer.kind == "broad" else None
            if called := group_of(part, answer) or broad:
                found[called] += 1
        order = dict.fromkeys([*part.groups, *sorted(found)])
        counts[part.name] = {group: found[group] for group in order if found[group]}
    return Totals(on=today, heard=len(heard), of_erased=True, counts=counts)
