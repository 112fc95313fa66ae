"""Who may do what: members, their roles, and the store as one of them may use it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import Enum
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

from census.spelling import key
from sampler.errors import NotFound, SamplerError
from sampler.model import By, Value

if TYPE_CHECKING:
    from sampler.store import Store

Role = Literal["owner", "lead", "researcher"]
ROLES: tuple[Role, ...] = ("owner", "lead", "researcher")
MOST_LETTERS = 254
"""The longest e-mail there is (RFC 5321)."""
NO_ROUND = "There is no such round. It may have been deleted."


ANOTHERS_PROGRAMME = (
    "There is a programme of this name already, and you have no round in it. Take another name, "
    "or ask an owner to put the round into it, or somebody who works on it to share a round with "
    "you."
)


class Denied(SamplerError):
    """A member's role does not allow this. It says nothing of what there is."""

    def __init__(self, text: str = "") -> None:
        super().__init__(
            text or "Your role does not allow this. Ask an owner of the planner to do it."
        )


class Ended(Denied):
    """A sign-in that is over: its time has passed, or the member was removed."""

    def __init__(self) -> None:
        super().__init__("Your sign-in has ended. Sign in again to go on.")


class Member(Value):
    """Somebody who may sign in, and as what."""

    email: str
    role: Role


EVERYONE_OWNER = Member(email="", role="owner")
"""Whoever is at this machine, where there is no sign-in."""


def address(text: str) -> str:
    """Return an e-mail as it is compared, or nothing where it is none.

    Other letters than ASCII are refused: some fold into ASCII ones, so that two addresses that a
    provider keeps apart would be one member.

    >>> address(" Ann@Example.GOV.UK "), address("\u212aim@example.org"), address("nobody")
    ('ann@example.gov.uk', '', '')
    """
    tidy = text.strip()
    name, _, host = tidy.rpartition("@")
    is_one = name and host and tidy.isascii() and tidy.isprintable() and " " not in tidy
    return tidy.lower() if is_one and len(tidy) <= MOST_LETTERS else ""


class Right(Enum):
    """Who may call a function of the store, and what of it they see."""

    MACHINE = "nobody who signs in: the planner itself, and its command line"
    OWNER = "owners"
    SHARED = "owners and leads"
    NEW = "owners, and researchers, whose round it becomes, in a new programme or one of theirs"
    COPY = "owners, and researchers for a round of theirs; the copy is theirs too"
    ROUND = "owners, and researchers for the round `round_id` if it is theirs"
    ROUNDS = "owners, and researchers for those of `round_ids` that are theirs"
    CHANGED = "owners, and researchers for the round `changed` if it is theirs"
    PERSON = "owners, and researchers for a person of a round that is theirs"
    ANYBODY = "everybody: it says nothing of anyone"
    THEIRS = "everybody; researchers see their own rounds in the answer, leads none"
    PROGRAMMES = "everybody; researchers see those with a round of theirs"
    PROGRAMME = "owners, leads, and researchers with a round of theirs in `programme_id`"


RIGHTS: Mapping[str, Right] = {
    "close": Right.MACHINE,
    "fill": Right.MACHINE,
    "refuse_unless_empty": Right.MACHINE,
    "finish_sweep": Right.MACHINE,
    "finish_erasures": Right.MACHINE,
    "standing_of": Right.MACHINE,
    "make_first_owner": Right.MACHINE,
    "sign_out": Right.MACHINE,
    "rounds_of_member": Right.MACHINE,
    "round_of_person": Right.MACHINE,
    "add_snapshot": Right.MACHINE,
    "members": Right.OWNER,
    "add_member": Right.OWNER,
    "change_member": Right.OWNER,
    "remove_member": Right.OWNER,
    "sign_in_hours": Right.OWNER,
    "set_sign_in_hours": Right.OWNER,
    "set_audience": Right.OWNER,
    "delete_round": Right.OWNER,
    "is_file": Right.ANYBODY,
    "at_once": Right.ANYBODY,
    "snapshots": Right.SHARED,
    "publish": Right.SHARED,
    "add_round": Right.NEW,
    "add_past_round": Right.NEW,
    "copy_round": Right.COPY,
    "rounds": Right.THEIRS,
    "count_rounds": Right.THEIRS,
    "latest_plans": Right.THEIRS,
    "rounds_of": Right.THEIRS,
    "heard": Right.THEIRS,
    "programmes": Right.PROGRAMMES,
    "audience": Right.PROGRAMME,
    "people_of": Right.ROUNDS,
    "tallies": Right.ROUNDS,
    "save_round": Right.CHANGED,
    "save_person": Right.PERSON,
    "erase_person": Right.PERSON,
    "round": Right.ROUND,
    "members_of": Right.ROUND,
    "share_round": Right.ROUND,
    "unshare_round": Right.ROUND,
    "set_totals": Right.ROUND,
    "take_plan": Right.ROUND,
    "latest_plan": Right.ROUND,
    "people": Right.ROUND,
    "person": Right.ROUND,
    "tally": Right.ROUND,
    "history": Right.ROUND,
    "next_reference": Right.ROUND,
    "next_number": Right.ROUND,
    "ids": Right.ROUND,
    "add_person": Right.ROUND,
    "add_people": Right.ROUND,
    "erase_people": Right.ROUND,
    "recruiters": Right.ROUND,
    "add_recruiter": Right.ROUND,
    "save_recruiter": Right.ROUND,
    "remove_recruiter": Right.ROUND,
    "mapping": Right.ROUND,
    "held": Right.ROUND,
    "take_in": Right.ROUND,
    "last_import": Right.ROUND,
    "take_back": Right.ROUND,
}
"""The right to each function of the store. What is not named here is nobody's."""

Own = frozenset[str]
NARROWED: Mapping[str, Callable[[Any, Own], Any]] = {
    "rounds": lambda found, own: [one for one in found if one.id in own],
    "rounds_of": lambda found, own: [one for one in found if one.id in own],
    "heard": lambda found, own: [one for one in found if one.round.id in own],
    "latest_plans": lambda found, own: {k: plan for k, plan in found.items() if k in own},
    "count_rounds": lambda found, own: len(own),
}
"""What is left of an answer for somebody whose rounds are `own`."""

PAGES: Mapping[Role, frozenset[str] | None] = {
    "owner": None,
    "lead": frozenset({"shared"}),
    "researcher": frozenset(
        {"programme", "rounds", "population", "mix", "seats", "participants", "coverage", "sheet",
         "read_in", "today", "protection"}
    ),
}  # fmt: skip
"""The pages each role may open, by the names in `app.py`; None for all of them."""


def may_open(role: Role, page: str) -> bool:
    """Say whether a role may open a page."""
    allowed = PAGES[role]
    return allowed is None or page in allowed


def may(role: Role, function: str) -> bool:
    """Say whether a role may ever call a function of the store, for what is theirs.

    >>> may("researcher", "erase_people"), may("researcher", "delete_round"), may("lead", "people")
    (True, False, False)
    """
    right = RIGHTS.get(function, Right.MACHINE)
    if right is Right.MACHINE:
        return False
    if role == "owner":
        return True
    for_all = {Right.ANYBODY, Right.THEIRS, Right.PROGRAMMES, Right.PROGRAMME}
    if role == "lead":
        return right in for_all | {Right.SHARED}
    return right not in {Right.OWNER, Right.SHARED}


class Desk:
    """The store as one member may use it, checked at every call.

    A function is a name looked up in `RIGHTS`. Role and rounds are read again each time, so that
    a desk kept too long is worth nothing. Somebody else's round is answered as one that is not
    there.
    """

    def __init__(
        self,
        store: Store,
        member: Member,
        until: datetime | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._member, self._until, self._now = store, member, until, now

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        right = RIGHTS.get(name, Right.MACHINE)
        if right is Right.MACHINE:
            raise Denied
        return partial(self._call, name, right)

    def _current(self) -> Member:
        """Return the member as they are now; raises `Ended`."""
        member = self._member
        if member == EVERYONE_OWNER:
            return member
        role = self._store.standing_of(member.email).role
        if role is None or (self._until is not None and self._now() >= self._until):
            raise Ended
        return Member(email=member.email, role=role)

    def _call(self, name: str, right: Right, /, *given: Any, **named: Any) -> Any:
        function = getattr(self._store, name)
        member = self._current()
        if member == EVERYONE_OWNER:
            return function(*given, **named)
        if not may(member.role, name):
            raise Denied
        call = inspect.signature(function).bind(*given, **named)
        _in_their_name(call, right, member)
        if member.role == "owner":
            return function(*call.args, **call.kwargs)
        is_theirs = member.role == "researcher"
        own = self._store.rounds_of_member(member.email) if is_theirs else frozenset()
        self._check(right, call.arguments, own, member)
        answer = function(*call.args, **call.kwargs)
        return NARROWED[name](answer, own) if name in NARROWED else answer

    def _check(self, right: Right, said: dict[str, Any], own: Own, member: Member) -> None:
        """Raise, or leave of the arguments what is the member's own."""
        if right in (Right.ROUND, Right.COPY):
            _refuse_unless(said["round_id"] in own, NO_ROUND)
            if right is Right.COPY and said.get("brief") is not None:
                self._refuse_anothers_programme(said["brief"].programme, member)
        elif right is Right.CHANGED:
            _refuse_unless(said["changed"].id in own, NO_ROUND)
            self._refuse_anothers_programme(said["changed"].brief.programme, member)
        elif right is Right.NEW:
            self._refuse_anothers_programme(said["brief"].programme, member)
        elif right is Right.ROUNDS:
            said["round_ids"] = [one for one in said["round_ids"] if one in own]
        elif right is Right.PERSON:
            person = said.get("person")
            person_id = said["person_id"] if person is None else person.id
            called = "This person" if person is None else person.reference
            is_own = self._store.round_of_person(person_id) in own
            _refuse_unless(is_own, f"{called} is no longer there.")
        elif right is Right.PROGRAMMES and member.role == "researcher":
            said["whose"] = member.email
        elif right is Right.PROGRAMME and member.role == "researcher":
            theirs = {one.id for one in self._store.programmes(whose=member.email)}
            _refuse_unless(said["programme_id"] in theirs, "There is no such programme.")

    def _refuse_anothers_programme(self, name: str | None, member: Member) -> None:
        """Keep a researcher's round out of a programme in which they have none.

        Its counts would enter what is published of it.
        """
        theirs = [key(one.name) for one in self._store.programmes(whose=member.email)]
        if name is None or key(name) in theirs:
            return
        if key(name) in [key(one.name) for one in self._store.programmes()]:
            raise Denied(ANOTHERS_PROGRAMME)


def _refuse_unless(is_own: bool, text: str) -> None:
    if not is_own:
        raise NotFound(text)


def _in_their_name(call: inspect.BoundArguments, right: Right, member: Member) -> None:
    """Let nobody write a line, or start a round, in another's name."""
    if "by" in call.signature.parameters:
        said = call.arguments.get("by") or By()
        call.arguments["by"] = said.model_copy(update={"who": member.email})
    if right in (Right.NEW, Right.COPY):
        call.arguments["whose"] = member.email


def desk(
    store: Store,
    member: Member,
    until: datetime | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Store:
    """Return a desk, with the store's own functions as far as types go."""
    return cast("Store", Desk(store, member, until, now))
