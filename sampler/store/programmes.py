"""Programmes in the database: their rounds, what an audience owns, and what was published."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa

from census.spelling import key
from sampler.access import NO_ROUND, address
from sampler.errors import Conflict, NotFound, StoreError
from sampler.model import By, Programme, Round, Totals
from sampler.store import tables
from sampler.store.members import Members
from sampler.store.people import NOBODY, insert_for
from sampler.store.recruiters import new_id
from sampler.store.rows import read_round

MORE_PEOPLE = 5
"""How many more people a new snapshot needs, so that two do not give one person away."""


class Snapshot(NamedTuple):
    """What was published of an audience, as it was; never how many people it was made from."""

    id: int
    audience: str
    at: datetime
    who: str
    publication: str


class Programmes(Members):
    """Rounds made into programmes."""

    def programmes(self, whose: str | None = None) -> list[Programme]:
        """Return the programmes by name; where `whose` is given, those with a round of theirs."""
        programmes, rounds, theirs = tables.programmes, tables.rounds, tables.round_members
        query = sa.select(programmes).order_by(programmes.c.name, programmes.c.id)
        if whose is not None:
            own = sa.select(rounds.c.programme_id).join(theirs, theirs.c.round_id == rounds.c.id)
            own = own.where(theirs.c.email == address(whose), rounds.c.programme_id.is_not(None))
            query = query.where(programmes.c.id.in_(own))
        with self.database.transaction(reads=True) as db:
            return [Programme(id=row.id, name=row.name) for row in db.execute(query)]

    def rounds_of(self, programme_id: str) -> list[Round]:
        """Return the rounds of a programme, archived ones too, the oldest first."""
        with self.database.transaction(reads=True) as db:
            return self._rounds_of(db, programme_id)

    def _rounds_of(self, db: sa.Connection, programme_id: str) -> list[Round]:
        rounds = tables.rounds
        query = round_query().where(rounds.c.programme_id == programme_id)
        return [
            read_round(row) for row in db.execute(query.order_by(rounds.c.created_at, rounds.c.id))
        ]

    def _programme_id(self, db: sa.Connection, name: str | None) -> str | None:
        """Return the id of the programme of a name that reads the same, made where there is none.

        Of several the one of just that name, else the first by name.
        """
        if name is None:
            return None
        found = self._programme_named(db, name)
        if found is None and db.dialect.name == "postgresql":
            # So that two rounds at once make one programme: whoever is second looks again.
            db.execute(sa.text("LOCK TABLE programmes IN SHARE ROW EXCLUSIVE MODE"))
            found = self._programme_named(db, name)
        if found is None:
            found = new_id()
            db.execute(tables.programmes.insert().values(id=found, name=name))
        return found

    def _refuse_if_published(
        self, db: sa.Connection, one: Round, programme_id: str | None, audience: str
    ) -> None:
        """Keep a round beside those it was published with.

        Published once more elsewhere, its people could be worked out from the difference.
        """
        if one.programme is None or (
            (one.programme.id, one.brief.audience) == (programme_id, audience)
        ):
            return
        published = self._snapshots(db, one.programme.id, one.brief.audience)
        if published and published[0].at >= one.created_at:
            raise StoreError(
                f"{one.title} was there when a snapshot of {one.programme.name} was published, so "
                "it keeps its programme and audience: shown once more elsewhere, its people could "
                "be told from the difference."
            )

    def _programme_named(self, db: sa.Connection, name: str) -> str | None:
        programmes = tables.programmes
        query = sa.select(programmes.c.id, programmes.c.name).order_by(programmes.c.name)
        alike = [row for row in db.execute(query) if key(row.name) == key(name)]
        same = [row.id for row in alike if row.name == name]
        return next(iter([*same, *(row.id for row in alike)]), None)

    def _drop_programmes(self, db: sa.Connection) -> None:
        """Drop programmes without a round, but for those of which something was published."""
        programmes, audiences = tables.programmes, tables.audiences
        of_a_round = sa.select(tables.rounds.c.programme_id)
        of_a_round = of_a_round.where(tables.rounds.c.programme_id.is_not(None))
        used = of_a_round.union(sa.select(tables.snapshots.c.programme_id))
        db.execute(audiences.delete().where(audiences.c.programme_id.not_in(used)))
        db.execute(programmes.delete().where(programmes.c.id.not_in(used)))

    def _round(self, db: sa.Connection, round_id: str) -> Round:
        row = db.execute(round_query().where(tables.rounds.c.id == round_id)).one_or_none()
        if row is None:
            raise NotFound(NO_ROUND)
        return read_round(row)

    def set_totals(self, round_id: str, totals: Totals | None, version: int | None = None) -> Round:
        """Say whom a past round heard, without anybody in it; None takes it back.

        Raises `StoreError` where somebody is recorded: they are counted one by one. Raises
        `Conflict` where the round is no longer of the `version` said.
        """
        rounds, people = tables.rounds, tables.people
        with self.database.transaction() as db:
            self._lock_round(db, round_id)
            theirs = self._round(db, round_id)
            if version is not None and theirs.version != version:
                raise Conflict(f"{theirs.title} was changed in another window.", theirs)
            somebody = sa.select(people.c.id).where(people.c.round_id == round_id).limit(1)
            if db.scalar(somebody) is not None:
                raise StoreError(
                    "This round has people, who are counted one by one. Totals are for a past "
                    "round without any."
                )
            written = None if totals is None else totals.model_dump_json()
            values = {"totals": written, "version": rounds.c.version + 1}
            db.execute(rounds.update().where(rounds.c.id == round_id).values(values))
            return self._round(db, round_id)

    # What an audience owns

    def audience(self, programme_id: str, audience: str) -> str | None:
        """Return what an audience of a programme owns, as JSON, or None before it owns any."""
        owned = tables.audiences
        query = sa.select(owned.c.brief).where(
            owned.c.programme_id == programme_id, owned.c.audience == audience
        )
        with self.database.transaction(reads=True) as db:
            found: str | None = db.scalar(query)
            return found

    def set_audience(self, programme_id: str, audience: str, brief: str | None) -> None:
        """Keep what an audience of a programme owns, as JSON; None takes it away."""
        owned = tables.audiences
        if brief is not None and not isinstance(_json(brief), dict):
            raise StoreError("What an audience owns is kept as a JSON object.")
        with self.database.transaction() as db:
            self._lock_programme(db, programme_id)
            if brief is None:
                query: Any = owned.delete().where(
                    owned.c.programme_id == programme_id, owned.c.audience == audience
                )
            else:
                values = {"programme_id": programme_id, "audience": audience, "brief": brief}
                query = insert_for(db)(owned).values(values)
                query = query.on_conflict_do_update(
                    index_elements=["programme_id", "audience"], set_={"brief": brief}
                )
            db.execute(query)

    def _lock_programme(self, db: sa.Connection, programme_id: str) -> None:
        programmes = tables.programmes
        query = sa.select(programmes.c.id).where(programmes.c.id == programme_id)
        if db.scalar(query.with_for_update()) is None:
            raise NotFound("There is no such programme.")

    # What was published

    def snapshots(self, programme_id: str, audience: str | None = None) -> list[Snapshot]:
        """Return what was published of a programme, the newest first."""
        with self.database.transaction(reads=True) as db:
            return self._snapshots(db, programme_id, audience)

    def _snapshots(
        self, db: sa.Connection, programme_id: str, audience: str | None
    ) -> list[Snapshot]:
        kept = tables.snapshots
        query = sa.select(kept).where(kept.c.programme_id == programme_id)
        if audience is not None:
            query = query.where(kept.c.audience == audience)
        rows = db.execute(query.order_by(kept.c.id.desc())).all()
        return [
            Snapshot(r.id, r.audience, datetime.fromisoformat(r.at), r.who, r.publication)
            for r in rows
        ]

    def add_snapshot(
        self, programme_id: str, audience: str, people: int, publication: str, by: By = NOBODY
    ) -> Snapshot:
        """Keep what is published of an audience, made from so many people.

        Raises `NotYet` with fewer than five, or unless five more than the last one was made from.
        Whoever calls this answers for what is in it: `publish` works it out.
        """
        if not isinstance(_json(publication), dict):
            raise StoreError("What is published is kept as a JSON object.")
        with self.database.transaction() as db:
            self._lock_programme(db, programme_id)
            return self._add_snapshot(db, programme_id, audience, people, publication, by)

    def _add_snapshot(
        self,
        db: sa.Connection,
        programme_id: str,
        audience: str,
        people: int,
        publication: str,
        by: By,
    ) -> Snapshot:
        from sampler.programmes.shared import NotYet

        kept = tables.snapshots
        query = sa.select(kept.c.people).where(
            kept.c.programme_id == programme_id, kept.c.audience == audience
        )
        last = db.scalar(query.order_by(kept.c.id.desc()).limit(1))
        if people < (last or 0) + MORE_PEOPLE:
            raise NotYet
        at = self._now()
        insert = kept.insert().values(
            programme_id=programme_id,
            audience=audience,
            at=at.isoformat(),
            who=by.who,
            people=people,
            publication=publication,
        )
        number = db.execute(insert.returning(kept.c.id)).scalar_one()
        return Snapshot(number, audience, at, by.who, publication)


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None


def round_query() -> sa.Select[Any]:
    """Return the query of rounds, each with its programme's name."""
    rounds, programmes = tables.rounds, tables.programmes
    return sa.select(rounds, programmes.c.name.label("programme_name")).outerjoin(
        programmes, rounds.c.programme_id == programmes.c.id
    )
