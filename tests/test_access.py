"""Each function of the store, called by each role: what is theirs, and nothing else."""

import inspect
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from sampler import example, figures
from sampler.access import (
    EVERYONE_OWNER,
    PAGES,
    RIGHTS,
    ROLES,
    Denied,
    Desk,
    Ended,
    Member,
    Right,
    may,
    may_open,
)
from sampler.errors import NotFound, SamplerError
from sampler.model import By, Totals
from sampler.programmes.shared import NotYet
from sampler.store import Store
from tests.builders import a_brief, a_person
from tests.databases import new_url

OWNER, LEAD, ANN, BEN = (f"{name}@example.org" for name in ("owner", "lead", "ann", "ben"))
EMAILS = {"owner": OWNER, "lead": LEAD, "researcher": ANN}
MARK = "MARKED-9917"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FUNCTIONS = sorted(
    name for name, _ in inspect.getmembers(Store, inspect.isfunction) if not name.startswith("_")
)


@dataclass
class World:
    """A store in which Ann has a round, and Ben one in another programme, full of marks."""

    store: Any
    own: Any
    other: Any
    person: Any
    marked: Any

    def desk(self, email, role=None, **more):
        member = Member(email=email, role=role or self.store.standing_of(email).role)
        return Desk(self.store, member, **more)

    def programme(self, one):
        return one.programme.id


@pytest.fixture
def world(tmp_path):
    store = Store(new_url("sqlite", tmp_path))
    store.make_first_owner(OWNER)
    store.add_member(LEAD, "lead")
    store.add_member(ANN, "researcher")
    store.add_member(BEN, "researcher")
    own = store.add_round(a_brief(title="Ann's", programme="Ann's work"), whose=ANN)
    other = store.add_round(a_brief(title=f"{MARK} round", programme=f"{MARK} work"), whose=BEN)
    for one in (own, other):
        store.take_plan(one.id, figures.plan_of(one.brief))
        store.add_recruiter(one.id, f"{MARK} Ltd" if one is other else "Acme")
    person = store.add_person(own.id, a_person(stage="attended"))
    marked = store.add_person(other.id, a_person(notes=MARK, recruiter=f"{MARK} Ltd"))
    yield World(store, own, other, person, marked)
    store.close()


def given(world, name, one, person):
    """What each function is called with, about one round and a person of it."""
    from sampler.reading.incoming import Preview

    changed = person.model_copy(update={"notes": "changed"})
    recruiters = world.store.recruiters(one.id)
    recruiter = recruiters[0] if recruiters else None
    plan = figures.plan_of(one.brief.changed(people_wanted=12))
    preview = Preview(()) if name == "take_in" else None
    totals = Totals(on=date(2025, 1, 1), heard=5, counts={})
    programme = one.programme.id
    return {
        "fill": (lambda db: None, frozenset()), "standing_of": (OWNER,),
        "make_first_owner": (ANN,), "sign_out": (OWNER,), "rounds_of_member": (BEN,),
        "round_of_person": (person.id,), "add_member": ("new@example.org", "owner"),
        "change_member": (ANN, "owner"), "remove_member": (BEN,), "set_sign_in_hours": (4,),
        "delete_round": (one.id,), "snapshots": (programme,),
        "add_snapshot": (programme, "residents", 9, "{}"),
        "publish": (programme, "residents", NOW.date()), "add_round": (a_brief(),),
        "copy_round": (one.id, "Copy"),
        "add_past_round": (a_brief(), plan, totals),
        "rounds_of": (programme,), "heard": (programme,),
        "audience": (programme, "residents"), "set_audience": (programme, "residents", "{}"),
        "people_of": ([one.id],), "tallies": ([one.id],), "save_round": (one,),
        "save_person": (changed,), "erase_person": (person.id,),
        "share_round": (one.id, BEN), "unshare_round": (one.id, OWNER),
        "set_totals": (one.id, totals), "take_plan": (one.id, plan),
        "person": (one.id, person.reference), "next_number": (one.id, "P"),
        "add_person": (one.id, a_person()), "add_people": (one.id, [a_person()]),
        "add_recruiter": (one.id, "New"), "save_recruiter": (one.id, recruiter),
        "remove_recruiter": (one.id, recruiter), "mapping": (one.id, "Acme"),
        "take_in": (one.id, preview), "take_back": (one.id, 1),
    }.get(name, (one.id,) if RIGHTS.get(name) is Right.ROUND else ())  # fmt: skip


def outcome(function, arguments):
    """What came back, or the kind and words of what was refused."""
    try:
        return function(*arguments)
    except SamplerError as error:
        return (type(error), str(error))


def is_refused(found):
    return isinstance(found, tuple) and len(found) == 2 and isinstance(found[0], type)


def test_every_function_of_the_store_has_a_right_and_every_right_a_function():
    assert sorted(RIGHTS) == FUNCTIONS


def test_what_a_right_is_checked_by_is_an_argument_of_the_function():
    needed = {Right.ROUND: {"round_id"}, Right.COPY: {"round_id", "whose"}, Right.NEW: {"whose"},
              Right.ROUNDS: {"round_ids"}, Right.CHANGED: {"changed"},
              Right.PROGRAMME: {"programme_id"}, Right.PROGRAMMES: {"whose"}}  # fmt: skip
    for name, right in RIGHTS.items():
        asked = set(inspect.signature(getattr(Store, name)).parameters)
        assert needed.get(right, set()) <= asked, name
        if right is Right.PERSON:
            assert asked & {"person", "person_id"}, name
        if right is Right.ROUND and len(inspect.signature(getattr(Store, name)).parameters) > 1:
            assert list(inspect.signature(getattr(Store, name)).parameters)[1] == "round_id"


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_member_may_call_what_their_role_allows_for_what_is_theirs(world, name, role):
    desk = world.desk(EMAILS[role])
    if RIGHTS[name] is Right.MACHINE:
        with pytest.raises(Denied):
            getattr(desk, name)
        return
    person = world.person
    if name == "set_totals":
        world.store.erase_people(world.own.id)
        world.own = world.store.round(world.own.id)
    if name == "publish":
        world.store.add_people(world.own.id, [a_person(stage="attended") for _ in range(6)])
    found = outcome(getattr(desk, name), given(world, name, world.own, person))
    denied = is_refused(found) and issubclass(found[0], Denied)
    assert denied != may(role, name), found
    if role == "owner" and name != "take_back":
        assert not is_refused(found), found


@pytest.mark.parametrize("name", [n for n in FUNCTIONS if RIGHTS[n] is not Right.MACHINE])
def test_anothers_round_is_answered_as_one_that_is_not_there(world, name):
    """The same answer, nothing of theirs in it, and nothing changed."""
    desk = world.desk(ANN)
    before = everything(world)
    nowhere = world.other.model_copy(
        update={"id": "nowhere2",
                "programme": world.other.programme.model_copy(update={"id": "nowhere3"})}
    )  # fmt: skip
    nobody = world.marked.model_copy(update={"id": "no such id"})
    theirs = outcome(getattr(desk, name), given(world, name, world.other, world.marked))
    none = outcome(getattr(desk, name), given(world, name, nowhere, nobody))
    if name not in (
        "add_round",
        "add_past_round",
        "rounds",
        "count_rounds",
        "latest_plans",
        "programmes",
        "is_file",
        "at_once",
    ):
        assert theirs == none
        assert is_refused(theirs) or theirs in ([], {}), theirs
    said = str(theirs[1]) if is_refused(theirs) else str(theirs)
    assert MARK not in said
    assert world.other.id not in said
    if name not in ("add_round", "add_past_round"):
        assert everything(world) == before


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_lead_reads_no_round_and_nobody(world, name):
    if RIGHTS[name] is Right.MACHINE:
        return
    desk = world.desk(LEAD)
    world.store.share_round(world.other.id, LEAD)  # she was a researcher before
    found = outcome(getattr(desk, name), given(world, name, world.other, world.marked))
    if name == "programmes":
        assert len(found) == 2
        return
    if RIGHTS[name] is Right.ANYBODY:
        return
    assert MARK not in str(found)
    assert world.other.id not in str(found)


def everything(world):
    ids = [one.id for one in world.store.rounds(archived=True)]
    return [
        (world.store.round(i), world.store.people(i), world.store.history(i),
         world.store.recruiters(i), world.store.latest_plan(i), world.store.members_of(i))
        for i in sorted(ids)
    ] + [world.store.members(), world.store.programmes()]  # fmt: skip


def test_a_researcher_sees_their_own_rounds_and_programmes_in_lists(world):
    desk = world.desk(ANN)
    assert [one.id for one in desk.rounds(archived=True)] == [world.own.id]
    assert desk.count_rounds() == 1
    assert list(desk.latest_plans()) == [world.own.id]
    assert [p.name for p in desk.programmes()] == ["Ann's work"]
    assert [p.name for p in desk.programmes(whose=BEN)] == ["Ann's work"]
    assert list(desk.people_of([world.own.id, world.other.id])) == [world.own.id]
    assert list(desk.tallies(round_ids=[world.other.id, world.own.id])) == [world.own.id]
    # A round of hers in Ben's programme shows nothing of Ben's in it.
    moved = world.own.brief.changed(programme=f"{MARK} work")
    world.own = world.desk(OWNER).save_round(world.own.model_copy(update={"brief": moved}))
    programme = world.own.programme.id
    assert [one.id for one in desk.rounds_of(programme)] == [world.own.id]
    assert [one.round.id for one in desk.heard(programme)] == [world.own.id]
    with pytest.raises(Denied):
        desk.snapshots(programme)


def test_every_researcher_may_have_an_example_of_their_own(world):
    first = example.add_to(world.desk(BEN))
    assert world.desk(BEN).round(first).programme.name == example.PROGRAMME
    second = example.add_to(world.desk(ANN))
    assert world.desk(ANN).round(second).programme.name == f"{example.PROGRAMME} 2"
    with pytest.raises(Denied):
        example.add_to(world.desk(LEAD))


@pytest.mark.parametrize("name", [f"{MARK} work", f" {MARK.lower()}  WORK "])
def test_a_researcher_puts_no_round_into_a_programme_they_have_none_in(world, name):
    """Its counts would enter what is published of others' work."""
    desk, before = world.desk(ANN), everything(world)
    brief = world.own.brief.changed(programme=name)
    changed = world.own.model_copy(update={"brief": brief})
    for act in (lambda: desk.add_round(brief), lambda: desk.save_round(changed),
                lambda: desk.copy_round(world.own.id, "Copy", brief)):  # fmt: skip
        with pytest.raises(Denied, match="There is a programme of this name already"):
            act()
    assert everything(world) == before
    world.store.share_round(world.other.id, ANN)
    assert desk.add_round(brief).programme.id == world.other.programme.id
    assert desk.add_round(a_brief(programme="A new one")).programme.name == "A new one"


def test_a_round_made_or_copied_is_the_members_whatever_is_said(world):
    desk = world.desk(ANN)
    made = desk.add_round(a_brief(), whose=BEN)
    copy = desk.copy_round(world.own.id, "Copy", whose=BEN)
    assert world.store.members_of(made.id) == world.store.members_of(copy.id) == [ANN]
    desk.share_round(made.id, BEN)
    assert world.desk(BEN).round(made.id) == made
    desk.unshare_round(made.id, BEN)
    with pytest.raises(NotFound):
        world.desk(BEN).round(made.id)


def test_nobody_writes_a_line_of_history_in_anothers_name(world):
    desk = world.desk(ANN)
    changed = world.person.model_copy(update={"notes": "one"})
    saved = desk.save_person(changed, By(who=BEN, how="grid"))
    desk.save_person(saved.model_copy(update={"notes": "two"}))
    lines = [(line.who, line.how) for line in world.store.history(world.own.id)[:2]]
    assert lines == [(ANN, "form"), (ANN, "grid")]


def test_a_person_or_recruiter_of_another_round_is_not_reached_through_ones_own(world):
    desk = world.desk(ANN)
    their = world.store.recruiters(world.other.id)[0]
    world.store.erase_person(world.marked.id)  # so that nothing but the round keeps them
    world.store.add_recruiter(world.other.id, their.name, people=3)
    (their,) = world.store.recruiters(world.other.id)
    desk.remove_recruiter(world.own.id, their)
    with pytest.raises(NotFound):
        desk.save_recruiter(world.own.id, their)
    assert world.store.recruiters(world.other.id) == [their]
    with pytest.raises(NotFound):
        desk.person(world.own.id, "A01")
    assert desk.history(world.own.id, world.marked.id) == []


def test_a_desk_outlives_neither_the_role_nor_the_time(world):
    clock = [NOW]
    desk = world.desk(ANN, until=NOW + timedelta(hours=1), now=lambda: clock[0])
    people = desk.people
    assert people(world.own.id)
    clock[0] = NOW + timedelta(hours=1)
    for late in (people, desk.round):
        with pytest.raises(Ended):
            late(world.own.id)
    clock[0] = NOW
    world.store.change_member(ANN, "lead")
    with pytest.raises(Denied):
        people(world.own.id)
    world.store.remove_member(ANN)
    for gone in (lambda: people(world.own.id), desk.rounds):
        with pytest.raises(Ended):
            gone()


def test_a_role_claimed_is_not_believed(world):
    desk = world.desk(ANN, "owner")
    with pytest.raises(Denied):
        desk.members()
    with pytest.raises(Ended):
        world.desk("stranger@example.org", "owner").rounds()
    with pytest.raises(Ended):
        world.desk("", "lead").rounds()


def test_without_a_sign_in_everyone_is_owner_of_everything_but_the_machine(world):
    desk = Desk(world.store, EVERYONE_OWNER)
    assert len(desk.rounds()) == 2
    assert desk.people("nothing") == []
    assert world.store.members_of(desk.add_round(a_brief()).id) == []
    for name in ("close", "fill", "database", "ledger", "had_ledger", "nothing"):
        with pytest.raises(Denied):
            getattr(desk, name)
    assert not hasattr(desk, "_private")


def test_a_lead_publishes_and_is_given_nothing_it_was_made_from(world):
    programme, desk = world.other.programme.id, world.desk(LEAD)
    with pytest.raises(NotYet):
        desk.publish(programme, "residents", NOW.date())
    world.store.add_people(world.other.id, [a_person(stage="attended") for _ in range(6)])
    made = desk.publish(programme, "residents", NOW.date(), by=By(who=OWNER))
    assert desk.snapshots(programme) == [made]
    assert made.who == LEAD
    assert MARK not in made.publication
    assert not hasattr(made, "people")
    with pytest.raises(NotYet):
        world.desk(OWNER).publish(programme, "residents", NOW.date())
    for none in (lambda: desk.heard(programme), lambda: desk.rounds_of(programme)):
        assert none() == []
    with pytest.raises(Denied):
        world.desk(ANN).publish(world.own.programme.id, "residents", NOW.date())


def test_pages_are_for_the_roles_that_can_use_them():
    assert set(PAGES) == set(ROLES)
    assert may_open("owner", "members")
    assert not may_open("researcher", "members")
    asked = ("programme", "rounds", "participants", "members", "shared")
    assert [page for page in asked if may_open("lead", page)] == ["shared"]
