"""Members in the database: who may sign in, as what, for how long, and whose a round is."""

from __future__ import annotations

import json
from datetime import datetime
from typing import NamedTuple, cast

import sqlalchemy as sa

from sampler.access import MOST_LETTERS, NO_ROUND, ROLES, Member, Role, address
from sampler.errors import Conflict, NotFound, StoreError
from sampler.model import By
from sampler.store import tables
from sampler.store.imports import Imports
from sampler.store.people import NOBODY, insert_for

HOURS, MOST_HOURS = 12, 7 * 24
"""How long a sign-in lasts unless an owner says otherwise, and at the most."""
SIGN_IN_HOURS = "sign_in_hours"
NO_MEMBER = "Nobody of this e-mail is a member."


class Standing(NamedTuple):
    """A member's role, None for nobody, and since when sign-ins count."""

    role: Role | None
    since: datetime | None


class Members(Imports):
    """Rounds' people, and the members who look after them. A member is an e-mail and a role."""

    def members(self) -> list[Member]:
        """Return everybody who may sign in, by e-mail."""
        members = tables.members
        query = sa.select(members.c.email, members.c.role).order_by(members.c.email)
        with self.database.transaction(reads=True) as db:
            return [Member(email=email, role=role) for email, role in db.execute(query)]

    def standing_of(self, email: str) -> Standing:
        """Return the role of an e-mail, and since when its sign-ins count."""
        members = tables.members
        query = sa.select(members.c.role, members.c.signed_out_at)
        query = query.where(members.c.email == address(email), members.c.email != "")
        with self.database.transaction(reads=True) as db:
            row = db.execute(query).one_or_none()
        if row is None or row.role not in ROLES:
            return Standing(None, None)
        out = row.signed_out_at
        return Standing(cast(Role, row.role), datetime.fromisoformat(out) if out else None)

    def make_first_owner(self, email: str) -> bool:
        """Make an e-mail the first owner; says no, and does nothing, where there is one."""
        with self.database.transaction() as db:
            self._lock_members(db)
            if self._owners(db) or not address(email):
                return False
            self._put_member(db, address(email), "owner", By(who="SAMPLER_OWNER"))
            return True

    def add_member(self, email: str, role: Role, by: By = NOBODY) -> Member:
        """Let somebody sign in; raises `Conflict` where they may already."""
        called = address(email)
        if not called or role not in ROLES:
            raise StoreError(
                "This is not an e-mail the planner can compare. Write it in plain letters, as "
                f"name@organisation, in {MOST_LETTERS} letters at the most."
            )
        with self.database.transaction() as db:
            self._lock_members(db)
            there = db.scalar(_role_of(called))
            if there is not None:
                raise Conflict(f"{called} is a member already.", there)
            self._put_member(db, called, role, by)
        return Member(email=called, role=role)

    def change_member(self, email: str, role: Role) -> Member:
        """Give a member another role; the last owner stays one."""
        called = address(email)
        if role not in ROLES:
            raise StoreError("There is no such role.")
        with self.database.transaction() as db:
            self._lock_members(db)
            self._keep_an_owner(db, called, role)
            members = tables.members
            db.execute(members.update().where(members.c.email == called).values(role=role))
        return Member(email=called, role=role)

    def remove_member(self, email: str) -> None:
        """Let somebody sign in no more, and take them off their rounds; the last owner stays."""
        called = address(email)
        members, theirs = tables.members, tables.round_members
        with self.database.transaction() as db:
            self._lock_members(db)
            self._keep_an_owner(db, called, None)
            db.execute(theirs.delete().where(theirs.c.email == called))
            db.execute(members.delete().where(members.c.email == called))

    def _keep_an_owner(self, db: sa.Connection, called: str, role: Role | None) -> None:
        if db.scalar(_role_of(called)) is None:
            raise NotFound(NO_MEMBER)
        if role != "owner" and self._owners(db) == [called]:
            raise Conflict("There must be an owner. Make somebody else an owner first.", called)

    def _owners(self, db: sa.Connection) -> list[str]:
        members = tables.members
        return list(db.scalars(sa.select(members.c.email).where(members.c.role == "owner")))

    def _lock_members(self, db: sa.Connection) -> None:
        """Make changes of members wait for one another, so that an owner is always left."""
        if db.dialect.name == "postgresql":
            db.execute(sa.text("LOCK TABLE members IN SHARE ROW EXCLUSIVE MODE"))

    def _put_member(self, db: sa.Connection, called: str, role: Role, by: By) -> None:
        values = {"email": called, "role": role, "added_at": self._now().isoformat()}
        insert = insert_for(db)(tables.members).values(**values, added_by=by.who[:MOST_LETTERS])
        db.execute(insert.on_conflict_do_update(index_elements=["email"], set_={"role": role}))

    def sign_out(self, email: str) -> None:
        """End every sign-in of a member, on every machine, that was made before now."""
        members = tables.members
        now = self._now().replace(microsecond=0)  # as fine as a sign-in's own time
        query = members.update().where(members.c.email == address(email))
        with self.database.transaction() as db:
            db.execute(query.values(signed_out_at=now.isoformat()))

    def sign_in_hours(self) -> int:
        """Return how many hours a sign-in lasts."""
        settings = tables.settings
        query = sa.select(settings.c.value).where(settings.c.name == SIGN_IN_HOURS)
        with self.database.transaction(reads=True) as db:
            found = db.scalar(query)
        return HOURS if found is None else int(json.loads(found))

    def set_sign_in_hours(self, hours: int) -> None:
        """Say how many hours a sign-in lasts; it holds for those signed in already too."""
        if not 1 <= hours <= MOST_HOURS:
            raise StoreError(f"A sign-in lasts from 1 hour to {MOST_HOURS} hours.")
        with self.database.transaction() as db:
            insert = insert_for(db)(tables.settings)
            insert = insert.values(name=SIGN_IN_HOURS, value=json.dumps(hours))
            db.execute(
                insert.on_conflict_do_update(
                    index_elements=["name"], set_={"value": insert.excluded.value}
                )
            )

    # Whose a round is

    def rounds_of_member(self, email: str) -> frozenset[str]:
        """Return the ids of the rounds that are somebody's."""
        theirs = tables.round_members
        query = sa.select(theirs.c.round_id).where(theirs.c.email == address(email))
        with self.database.transaction(reads=True) as db:
            return frozenset(db.scalars(query))

    def round_of_person(self, person_id: str) -> str | None:
        """Return the id of the round a person is in, or None where nobody has that id."""
        people = tables.people
        with self.database.transaction(reads=True) as db:
            found: str | None = db.scalar(
                sa.select(people.c.round_id).where(people.c.id == person_id)
            )
            return found

    def members_of(self, round_id: str) -> list[str]:
        """Return the e-mails of those whose round it is."""
        theirs = tables.round_members
        query = sa.select(theirs.c.email).where(theirs.c.round_id == round_id)
        with self.database.transaction(reads=True) as db:
            return list(db.scalars(query.order_by(theirs.c.email)))

    def share_round(self, round_id: str, email: str) -> None:
        """Make a round a colleague's too, who is a member."""
        called = address(email)
        with self.database.transaction() as db:
            if db.scalar(_role_of(called)) is None:
                raise NotFound(f"{NO_MEMBER} Ask an owner to add them first.")
            self._lock_round(db, round_id)
            self._make_theirs(db, round_id, called)

    def unshare_round(self, round_id: str, email: str) -> None:
        """Take a round from somebody it was shared with; owners still see it."""
        theirs = tables.round_members
        query = theirs.delete().where(theirs.c.round_id == round_id)
        with self.database.transaction() as db:
            if db.scalar(sa.select(tables.rounds.c.id).where(tables.rounds.c.id == round_id)):
                db.execute(query.where(theirs.c.email == address(email)))
            else:
                raise NotFound(NO_ROUND)

    def _make_theirs(self, db: sa.Connection, round_id: str, email: str) -> None:
        if called := address(email):
            insert = insert_for(db)(tables.round_members).values(round_id=round_id, email=called)
            db.execute(insert.on_conflict_do_nothing())


def _role_of(called: str) -> sa.Select[tuple[str]]:
    members = tables.members
    return sa.select(members.c.role).where(members.c.email == called)
