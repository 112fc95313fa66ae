"""Saves and loads rounds, plans, recruiters and people.

Rows that people edit carry a version; a change made from an older one is refused with what
stands now.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa

from sampler.brief import Audience, Brief
from sampler.errors import Conflict, StoreError
from sampler.model import (
    By,
    Fieldwork,
    NumberedPlan,
    Plan,
    Protection,
    Round,
    Stage,
    Totals,
)
from sampler.people.tally import Tally
from sampler.programmes.heard import RoundHeard
from sampler.store import tables
from sampler.store.database import Database, data_folder
from sampler.store.erasing import DELETED
from sampler.store.erasures import Ledger
from sampler.store.people import NOBODY
from sampler.store.programmes import Programmes, Snapshot, round_query
from sampler.store.recruiters import new_id
from sampler.store.rows import read_plan, read_recruiter, read_round

HEARD: tuple[Stage, ...] = ("attended", "partial")
"""The only stages in which somebody may have been heard (`tracking.is_secured`)."""
YEARS_KEPT = 2
"""How long a round's people are kept unless somebody says otherwise (USERS.md 1.7)."""


class Store(Programmes):
    """The database: every call is one transaction, entirely there or not at all.

    Raises `StoreError` in words where the database cannot be reached, read or written.
    """

    def __init__(
        self, url: str | None = None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(Database(url), Ledger(data_folder()), now)
        try:
            self.had_ledger = self.ledger.read() is not None
            self.finish_erasures()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()

    def at_once(self) -> AbstractContextManager[None]:
        """Make all that is stored inside entirely done at its end, or not at all."""
        return self.database.at_once()

    def is_file(self) -> bool:
        """Say whether the database is a file of this machine, not a server's."""
        return self.database.file is not None

    # Programmes and rounds

    def add_round(
        self, brief: Brief, fieldwork: Fieldwork | None = None, *, whose: str = ""
    ) -> Round:
        """Store a new round and return it; its people are to be deleted in two years.

        `whose` is the e-mail of the member it belongs to.
        """
        with self.database.transaction() as db:
            return self._add_round(db, brief, fieldwork or Fieldwork(), whose)

    def add_past_round(self, brief: Brief, plan: Plan, totals: Totals, *, whose: str = "") -> Round:
        """Store a round from before with the plan its totals are counted by: all or nothing."""
        with self.database.transaction() as db:
            made = self._add_round(db, brief, Fieldwork(), whose)
            self._insert_plan(db, made.id, 1, plan)
            rounds = tables.rounds
            written = {"totals": totals.model_dump_json()}
            db.execute(rounds.update().where(rounds.c.id == made.id).values(written))
            return self._round(db, made.id)

    def _add_round(
        self, db: sa.Connection, brief: Brief, fieldwork: Fieldwork, whose: str
    ) -> Round:
        round_id = new_id()
        now = self._now()
        db.execute(
            tables.rounds.insert().values(
                id=round_id,
                programme_id=self._programme_id(db, brief.programme),
                brief=brief.model_dump_json(),
                fieldwork=fieldwork.model_dump_json(),
                protection=Protection(delete_by=years_later(now.date())).model_dump_json(),
                secret=secrets.token_hex(32),
                is_archived=False,
                created_at=now.isoformat(),
                version=1,
            )
        )
        self._make_theirs(db, round_id, whose)
        return self._round(db, round_id)

    def rounds(self, *, archived: bool = False) -> list[Round]:
        """Return the rounds, newest first; archived ones only when asked for."""
        rounds = tables.rounds
        query = round_query().order_by(rounds.c.created_at.desc(), rounds.c.id)
        if not archived:
            query = query.where(rounds.c.is_archived.is_(False))
        with self.database.transaction(reads=True) as db:
            return [read_round(row) for row in db.execute(query)]

    def count_rounds(self) -> int:
        """Return how many rounds there are, archived ones too."""
        with self.database.transaction(reads=True) as db:
            return db.scalar(sa.select(sa.func.count()).select_from(tables.rounds)) or 0

    def round(self, round_id: str) -> Round:
        """Return a round; raises `NotFound`."""
        with self.database.transaction(reads=True) as db:
            return self._round(db, round_id)

    def save_round(self, changed: Round) -> Round:
        """Store a changed round and return it with its new version.

        Raises `Conflict` if somebody saved it since this one was read, `StoreError` if it would
        leave those it was published with.
        """
        rounds = tables.rounds
        with self.database.transaction() as db:
            before = self._round(db, changed.id)
            programme_id = self._programme_id(db, changed.brief.programme)
            self._refuse_if_published(db, before, programme_id, changed.brief.audience)
            values = {
                "programme_id": programme_id,
                "brief": changed.brief.model_dump_json(),
                "fieldwork": changed.fieldwork.model_dump_json(),
                "protection": changed.protection.model_dump_json(),
                "is_archived": changed.is_archived,
                "version": changed.version + 1,
            }
            done = db.execute(
                rounds.update()
                .where(rounds.c.id == changed.id, rounds.c.version == changed.version)
                .values(values)
            )
            if done.rowcount == 0:
                theirs = self._round(db, changed.id)
                raise Conflict(f"{theirs.title} was changed in another window.", theirs)
            if before.programme is not None and before.programme.id != programme_id:
                self._drop_programmes(db)
            return self._round(db, changed.id)

    def copy_round(
        self, round_id: str, title: str, brief: Brief | None = None, *, whose: str = ""
    ) -> Round:
        """Store a copy under another name: brief, texts and recruiters, without its people.

        Where a `brief` is given it stands in place of the round's own.
        """
        with self.database.transaction() as db:
            one = self._round(db, round_id)
            brief = (brief or one.brief).model_copy(update={"title": title})
            made = self._add_round(db, brief, one.fieldwork, whose)
            protection = one.protection.model_copy(
                update={"delete_by": made.protection.delete_by}
            ).model_dump_json()
            db.execute(
                tables.rounds.update()
                .where(tables.rounds.c.id == made.id)
                .values(protection=protection)
            )
            rows = db.execute(_of(tables.recruiters, round_id).order_by(tables.recruiters.c.name))
            for row in rows.all():
                recruiter = read_recruiter(row).model_copy(update={"id": new_id(), "version": 1})
                self._insert_recruiter(db, made.id, recruiter, row.mapping)
            return self._round(db, made.id)

    def delete_round(self, round_id: str) -> None:
        """Erase a round with its plans, recruiters and people."""
        with self.database.transaction(reads=True) as db:
            ids = self._ids_of(db, round_id)
        self._record(round_id, ids)
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            for table in tables.OF_A_ROUND:
                db.execute(table.delete().where(table.c.round_id == round_id))
            db.execute(tables.rounds.delete().where(tables.rounds.c.id == round_id))
            self._drop_programmes(db)
            self._drop_wish_for_totals(db, round_id)
            self._set(db, DELETED + round_id, "")
            self._sweep_is_due(db)
        self.finish_sweep(ids, is_due=True)

    def erase_people(self, round_id: str) -> Round:
        """Erase everybody of a round and keep the totals of those heard."""
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            ids = self._ids_of(db, round_id)
            if ids:
                self._wish_for_totals(db, round_id, ids)
        self._erase(round_id, ids, keeps_totals=True)
        return self.round(round_id)

    def refuse_unless_empty(self) -> None:
        """Raise `StoreError` where there is a round, or something published of one."""
        with self.database.transaction(reads=True) as db:
            self._refuse_unless_empty(db)

    def _refuse_unless_empty(self, db: sa.Connection) -> None:
        if db.scalar(sa.select(tables.rounds.c.id).limit(1)):
            raise StoreError(
                "This database holds rounds already. A backup goes into an empty one: set another "
                "database, or delete its rounds."
            )
        if db.scalar(sa.select(tables.snapshots.c.id).limit(1)):
            raise StoreError(
                "This database holds what was published of rounds deleted since. A backup goes "
                "into an empty one: set another database."
            )

    def fill(
        self, bring: Callable[[sa.Connection], None], erased: frozenset[str]
    ) -> tuple[int, int, int]:
        """Fill an empty database, and erase in the same transaction whom `erased` names.

        Returns how many rounds and people there are then, and how many were erased.
        """
        with self.database.transaction() as db:
            self._refuse_unless_empty(db)
            bring(db)
            query = sa.select(tables.people.c.round_id, tables.people.c.id)
            everyone = [(round_id, person) for round_id, person in db.execute(query)]
            gone: dict[str, list[str]] = {}
            for round_id, person in everyone:
                if person in erased:
                    gone.setdefault(round_id, []).append(person)
            for round_id, ids in gone.items():
                self._delete(db, round_id, ids)
            if gone:
                self._sweep_is_due(db)
            rounds = db.scalar(sa.select(sa.func.count()).select_from(tables.rounds)) or 0
        self.finish_sweep()
        number = sum(len(ids) for ids in gone.values())
        return rounds, len(everyone) - number, number

    # Plans

    def take_plan(self, round_id: str, plan: Plan) -> NumberedPlan:
        """Add the plan as the round's next one; the same as the latest is not added again."""
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            latest = self._latest_plan(db, round_id)
            if latest is not None and latest.plan.is_same(plan):
                return latest
            return self._insert_plan(db, round_id, (latest.number if latest else 0) + 1, plan)

    def _insert_plan(
        self, db: sa.Connection, round_id: str, number: int, plan: Plan
    ) -> NumberedPlan:
        taken = NumberedPlan(number=number, taken_at=self._now(), plan=plan)
        db.execute(
            tables.plans.insert().values(
                round_id=round_id,
                number=taken.number,
                taken_at=taken.taken_at.isoformat(),
                plan=plan.model_dump_json(),
            )
        )
        return taken

    def latest_plan(self, round_id: str) -> NumberedPlan | None:
        """Return the plan in use, or None before there is one."""
        with self.database.transaction(reads=True) as db:
            return self._latest_plan(db, round_id)

    def heard(self, programme_id: str) -> list[RoundHeard]:
        """Return a programme's rounds with their plans in use, and those heard counted."""
        with self.database.transaction(reads=True) as db:
            return self._heard(db, programme_id)

    def _heard(self, db: sa.Connection, programme_id: str) -> list[RoundHeard]:
        rounds = self._rounds_of(db, programme_id)
        ids = [one.id for one in rounds]
        plans, tallies = self._latest_plans(db, ids), self._tally(db, ids, stages=HEARD)
        return [
            RoundHeard(
                one, plans[one.id].plan if one.id in plans else None, tallies.get(one.id, Tally())
            )
            for one in rounds
        ]

    def publish(
        self,
        programme_id: str,
        audience: Audience,
        on: date,
        *,
        show_zeros: bool = True,
        by: By = NOBODY,
    ) -> Snapshot:
        """Publish what may be shown of an audience now, and return it as it was published.

        The exact counts it is made from go no further. Raises `NotYet`.
        """
        from sampler.programmes import shared

        with self.database.transaction() as db:
            self._lock_programme(db, programme_id)
            kept = self._snapshots(db, programme_id, audience)
            earlier = [one.publication for one in reversed(kept)]  # the oldest first
            made = shared.next_of(
                self._heard(db, programme_id),
                audience,
                on=on,
                earlier=earlier,
                show_zeros=show_zeros,
            )
            publication = shared.to_json(made.publication)
            return self._add_snapshot(db, programme_id, audience, made.people, publication, by)

    def latest_plans(self) -> dict[str, NumberedPlan]:
        """Return the plan in use of every round that has one."""
        with self.database.transaction(reads=True) as db:
            return self._latest_plans(db, None)

    def _latest_plans(
        self, db: sa.Connection, round_ids: Sequence[str] | None
    ) -> dict[str, NumberedPlan]:
        plans = tables.plans
        newest = sa.select(plans.c.round_id, sa.func.max(plans.c.number).label("number"))
        if round_ids is not None:
            newest = newest.where(plans.c.round_id.in_(list(round_ids)))
        chosen = newest.group_by(plans.c.round_id).subquery()
        query = sa.select(plans).join(
            chosen,
            sa.and_(plans.c.round_id == chosen.c.round_id, plans.c.number == chosen.c.number),
        )
        return {row.round_id: read_plan(row) for row in db.execute(query)}


def years_later(day: date, years: int = YEARS_KEPT) -> date:
    """Return the same day so many years on; 29 February becomes 28.

    >>> years_later(date(2024, 2, 29)).isoformat()
    '2026-02-28'
    """
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _of(table: sa.Table, round_id: str) -> sa.Select[Any]:
    return sa.select(table).where(table.c.round_id == round_id)
