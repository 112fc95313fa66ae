"""Saves and loads rounds, plans and people.

Rows that people edit carry a version; a change made from an older one is refused with what
stands now.
"""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from pydantic import ValidationError

from sampler.brief import Brief
from sampler.database import Database
from sampler.errors import Conflict, NotFound, StoreError
from sampler.model import Fieldwork, NumberedPlan, Participant, Plan, Programme, Round

ID_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
ID_LENGTH = 8
_tables = sa.MetaData()
_programmes = sa.Table(
    "programmes",
    _tables,
    sa.Column("id", sa.String(8), primary_key=True),
    sa.Column("name", sa.String(200)),
)
_rounds = sa.Table(
    "rounds",
    _tables,
    sa.Column("id", sa.String(8), primary_key=True),
    sa.Column("programme_id", sa.ForeignKey("programmes.id")),
    sa.Column("brief", sa.Text),
    sa.Column("fieldwork", sa.Text),
    sa.Column("is_archived", sa.Boolean),
    sa.Column("created_at", sa.String(40)),
    sa.Column("next_person", sa.Integer),
    sa.Column("version", sa.Integer),
)
_plans = sa.Table(
    "plans",
    _tables,
    sa.Column("round_id", sa.ForeignKey("rounds.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("taken_at", sa.String(40)),
    sa.Column("plan", sa.Text),
)
_people = sa.Table(
    "people",
    _tables,
    sa.Column("id", sa.String(36), primary_key=True),
    sa.Column("round_id", sa.ForeignKey("rounds.id")),
    sa.Column("reference", sa.String(20)),
    sa.Column("person", sa.Text),
    sa.Column("stage", sa.String(20)),
    sa.Column("reserve", sa.Boolean),
    sa.Column("version", sa.Integer),
)


def new_id() -> str:
    """Return a random id for a round or a programme."""
    return "".join(secrets.choice(ID_LETTERS) for _ in range(ID_LENGTH))


def reference(number: int) -> str:
    """Return the reference of the so-manyth person of a round.

    >>> reference(1), reference(120)
    ('P01', 'P120')
    """
    return f"P{number:02d}"


class Store:
    """The database: every call is one transaction, entirely there or not at all.

    Raises `StoreError` in words where the database cannot be reached, read or written.
    """

    def __init__(
        self, url: str | None = None, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._now = now
        self.database = Database(url)

    def close(self) -> None:
        """Let go of every connection."""
        self.database.close()

    # Programmes and rounds

    def _programme_id(self, db: sa.Connection, name: str | None) -> str | None:
        if name is None:
            return None
        found = db.scalar(sa.select(_programmes.c.id).where(_programmes.c.name == name))
        if found is None:
            found = new_id()
            db.execute(_programmes.insert().values(id=found, name=name))
        return str(found)

    def add_round(self, brief: Brief, fieldwork: Fieldwork | None = None) -> Round:
        """Store a new round and return it."""
        with self.database.transaction() as db:
            return self._add_round(db, brief, fieldwork or Fieldwork())

    def _add_round(self, db: sa.Connection, brief: Brief, fieldwork: Fieldwork) -> Round:
        round_id = new_id()
        db.execute(
            _rounds.insert().values(
                id=round_id,
                programme_id=self._programme_id(db, brief.programme),
                brief=brief.model_dump_json(),
                fieldwork=fieldwork.model_dump_json(),
                is_archived=False,
                created_at=self._now().isoformat(),
                next_person=1,
                version=1,
            )
        )
        return self._round(db, round_id)

    def rounds(self, *, archived: bool = False) -> list[Round]:
        """Return the rounds, newest first; archived ones only when asked for."""
        query = _round_query().order_by(_rounds.c.created_at.desc(), _rounds.c.id)
        if not archived:
            query = query.where(_rounds.c.is_archived.is_(False))
        with self.database.transaction(reads=True) as db:
            return [_read_round(row) for row in db.execute(query)]

    def count_rounds(self) -> int:
        """Return how many rounds there are, archived ones too."""
        with self.database.transaction(reads=True) as db:
            return db.scalar(sa.select(sa.func.count()).select_from(_rounds)) or 0

    def round(self, round_id: str) -> Round:
        """Return a round; raises `NotFound`."""
        with self.database.transaction(reads=True) as db:
            return self._round(db, round_id)

    def _round(self, db: sa.Connection, round_id: str) -> Round:
        row = db.execute(_round_query().where(_rounds.c.id == round_id)).one_or_none()
        if row is None:
            raise NotFound("There is no such round. It may have been deleted.")
        return _read_round(row)

    def save_round(self, changed: Round) -> Round:
        """Store a changed round and return it with its new version.

        Raises `Conflict` if somebody saved it since this one was read.
        """
        with self.database.transaction() as db:
            values = {
                "programme_id": self._programme_id(db, changed.brief.programme),
                "brief": changed.brief.model_dump_json(),
                "fieldwork": changed.fieldwork.model_dump_json(),
                "is_archived": changed.is_archived,
                "version": changed.version + 1,
            }
            done = db.execute(
                _rounds.update()
                .where(_rounds.c.id == changed.id, _rounds.c.version == changed.version)
                .values(values)
            )
            if done.rowcount == 0:
                theirs = self._round(db, changed.id)
                raise Conflict(f"{theirs.title} was changed in another window.", theirs)
            return self._round(db, changed.id)

    def copy_round(self, round_id: str, title: str) -> Round:
        """Store a copy of a round's brief and texts under another name, without its people."""
        with self.database.transaction() as db:
            one = self._round(db, round_id)
            brief = one.brief.model_copy(update={"title": title})
            return self._add_round(db, brief, one.fieldwork)

    def delete_round(self, round_id: str) -> None:
        """Erase a round with its plans and people."""
        with self.database.transaction() as db:
            for table in (_people, _plans):
                db.execute(table.delete().where(table.c.round_id == round_id))
            db.execute(_rounds.delete().where(_rounds.c.id == round_id))
            used = sa.select(_rounds.c.programme_id).where(_rounds.c.programme_id.is_not(None))
            db.execute(_programmes.delete().where(_programmes.c.id.not_in(used)))

    # Plans

    def take_plan(self, round_id: str, plan: Plan) -> NumberedPlan:
        """Add the plan as the round's next one; the same as the latest is not added again."""
        with self.database.transaction() as db:
            self._round(db, round_id)
            latest = self._latest_plan(db, round_id)
            if latest is not None and latest.plan.is_same(plan):
                return latest
            taken = NumberedPlan(
                number=(latest.number if latest else 0) + 1, taken_at=self._now(), plan=plan
            )
            db.execute(
                _plans.insert().values(
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

    def _latest_plan(self, db: sa.Connection, round_id: str) -> NumberedPlan | None:
        row = db.execute(
            sa.select(_plans)
            .where(_plans.c.round_id == round_id)
            .order_by(_plans.c.number.desc())
            .limit(1)
        ).one_or_none()
        return None if row is None else _read_plan(row)

    def latest_plans(self) -> dict[str, NumberedPlan]:
        """Return the plan in use of every round that has one."""
        newest = sa.select(
            _plans.c.round_id, sa.func.max(_plans.c.number).label("number")
        ).group_by(_plans.c.round_id)
        chosen = newest.subquery()
        query = sa.select(_plans).join(
            chosen,
            sa.and_(_plans.c.round_id == chosen.c.round_id, _plans.c.number == chosen.c.number),
        )
        with self.database.transaction(reads=True) as db:
            return {row.round_id: _read_plan(row) for row in db.execute(query)}

    # People

    def people(self, round_id: str) -> list[Participant]:
        """Return a round's people by reference."""
        return self.people_of([round_id]).get(round_id, [])

    def people_of(self, round_ids: Sequence[str]) -> dict[str, list[Participant]]:
        """Return the people of several rounds, by round, in the order of their references."""
        query = (
            sa.select(_people)
            .where(_people.c.round_id.in_(list(round_ids)))
            .order_by(sa.func.length(_people.c.reference), _people.c.reference)
        )
        found: dict[str, list[Participant]] = {}
        with self.database.transaction(reads=True) as db:
            for row in db.execute(query):
                found.setdefault(row.round_id, []).append(_read_person(row))
        return found

    def add_person(self, round_id: str, person: Participant) -> Participant:
        """Store a new person under the round's next reference and return them."""
        return self.add_people(round_id, [person])[0]

    def add_people(self, round_id: str, people: Sequence[Participant]) -> list[Participant]:
        """Store new people under the round's next references, all of them or none."""
        with self.database.transaction() as db:
            first = db.scalar(
                _rounds.update()
                .where(_rounds.c.id == round_id)
                .values(next_person=_rounds.c.next_person + len(people))
                .returning(_rounds.c.next_person)
            )
            if first is None:
                raise NotFound("There is no such round. It may have been deleted.")
            added = [
                person.model_copy(
                    update={
                        "id": str(uuid.uuid4()),
                        "reference": reference(first - len(people) + i),
                        "version": 1,
                    }
                )
                for i, person in enumerate(people)
            ]
            if added:
                db.execute(
                    _people.insert(),
                    [{"round_id": round_id, **_person_values(person)} for person in added],
                )
            return added

    def next_reference(self, round_id: str) -> str:
        """Return the reference the next person would get."""
        with self.database.transaction(reads=True) as db:
            query = sa.select(_rounds.c.next_person).where(_rounds.c.id == round_id)
            return reference(db.scalar(query) or 1)

    def save_person(self, person: Participant) -> Participant:
        """Store a changed person and return them with their new version.

        Raises `Conflict` if somebody saved them since this one was read, and `NotFound` if they
        were erased.
        """
        with self.database.transaction() as db:
            changed = person.model_copy(update={"version": person.version + 1})
            done = db.execute(
                _people.update()
                .where(_people.c.id == person.id, _people.c.version == person.version)
                .values(_person_values(changed))
            )
            if done.rowcount == 0:
                row = db.execute(sa.select(_people).where(_people.c.id == person.id)).one_or_none()
                if row is None:
                    raise NotFound(f"{person.reference} is no longer there.")
                raise Conflict(
                    f"{person.reference} was changed while you were editing.", _read_person(row)
                )
            return changed

    def erase_person(self, person_id: str) -> None:
        """Erase everything held about a person; their reference is never given again."""
        with self.database.transaction() as db:
            db.execute(_people.delete().where(_people.c.id == person_id))


def _round_query() -> sa.Select[Any]:
    return sa.select(_rounds, _programmes.c.name.label("programme_name")).outerjoin(
        _programmes, _rounds.c.programme_id == _programmes.c.id
    )


def _read_round(row: Any) -> Round:
    with _readable(f"round {row.id}"):
        return Round(
            id=row.id,
            programme=(
                Programme(id=row.programme_id, name=row.programme_name)
                if row.programme_id
                else None
            ),
            brief=Brief.model_validate_json(row.brief),
            fieldwork=Fieldwork.model_validate_json(row.fieldwork),
            is_archived=row.is_archived,
            created_at=datetime.fromisoformat(row.created_at),
            version=row.version,
        )


def _read_plan(row: Any) -> NumberedPlan:
    with _readable(f"plan {row.number} of round {row.round_id}"):
        return NumberedPlan(
            number=row.number,
            taken_at=datetime.fromisoformat(row.taken_at),
            plan=Plan.model_validate_json(row.plan),
        )


def _read_person(row: Any) -> Participant:
    with _readable(f"{row.reference} of round {row.round_id}"):
        person = Participant.model_validate_json(row.person)
        return person.model_copy(update={"version": row.version})


@contextmanager
def _readable(what: str) -> Iterator[None]:
    try:
        yield
    except (ValidationError, ValueError, TypeError):
        raise StoreError(f"What is stored of {what} cannot be read.") from None


def _person_values(person: Participant) -> dict[str, Any]:
    return {
        "id": person.id,
        "reference": person.reference,
        "person": person.model_dump_json(),
        "stage": person.stage,
        "reserve": person.reserve,
        "version": person.version,
    }
