"""Programmes, what was published of them, and members, on every kind of database."""

import gzip
import json
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, date, datetime

import pytest

from sampler import figures
from sampler.errors import Conflict, NotFound, StoreError
from sampler.model import By, Totals
from sampler.programmes.shared import NotYet
from sampler.store import Store, backup, copies
from tests.builders import a_brief, a_person
from tests.databases import KINDS, new_url

TOTALS = Totals(on=date(2025, 5, 1), heard=12, counts={"Sex": {"Female": 7, "Male": 5}})
PUBLISHED = json.dumps({"heard": "10 to 14"})


@pytest.fixture
def store(url):
    made = Store(url)
    yield made
    made.close()


@pytest.fixture
def programme(store):
    store.add_round(a_brief(programme="Customer service"))
    (found,) = store.programmes()
    return found.id


# Programmes


def test_a_programme_holds_its_rounds_and_what_was_heard_in_them(store, programme):
    first = store.rounds_of(programme)[0]
    second = store.add_round(a_brief(title="Later", programme="Customer service"))
    store.add_round(a_brief(programme="Another"))
    taken = store.take_plan(first.id, figures.plan_of(first.brief))
    store.add_person(first.id, a_person(stage="attended"))
    assert [p.name for p in store.programmes()] == ["Another", "Customer service"]
    assert [one.id for one in store.rounds_of(programme)] == [first.id, second.id]
    one, other = store.heard(programme)
    assert (one.round.id, one.plan, one.tally.total) == (first.id, taken.plan, 1)
    assert (other.round.id, other.plan, other.tally.total) == (second.id, None, 0)
    assert store.heard("nothing") == []


def test_a_programme_typed_in_other_letters_is_the_same_one(store, programme):
    other = store.add_round(a_brief(programme=" customer  Service"))
    assert other.programme.id == programme
    assert [p.name for p in store.programmes()] == ["Customer service"]


def test_of_rounds_put_into_a_new_programme_at_once_all_are_in_one(store):
    def add(number):
        return store.add_round(a_brief(title=f"Round {number}", programme="New")).programme.id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(add, range(8)))) == 1
    assert len(store.programmes()) == 1


def test_of_two_who_correct_a_past_round_the_second_is_told(store, programme):
    one = store.rounds_of(programme)[0]
    held = store.set_totals(one.id, TOTALS)
    theirs = store.set_totals(one.id, TOTALS.model_copy(update={"heard": 13}), held.version)
    with pytest.raises(Conflict, match="changed in another window") as raised:
        store.set_totals(one.id, TOTALS.model_copy(update={"heard": 14}), held.version)
    assert raised.value.theirs == store.round(one.id) == theirs


def test_a_past_round_has_totals_and_nobody_in_it(store, programme):
    one = store.rounds_of(programme)[0]
    saved = store.set_totals(one.id, TOTALS)
    assert (saved.totals, saved.version) == (TOTALS, one.version + 1)
    assert store.round(one.id).totals == TOTALS
    assert store.set_totals(one.id, None).totals is None
    store.add_person(one.id, a_person())
    with pytest.raises(StoreError, match="one by one"):
        store.set_totals(one.id, TOTALS)
    with pytest.raises(NotFound):
        store.set_totals("nothing", TOTALS)


def test_a_past_round_is_added_whole_or_not_at_all(store, monkeypatch):
    brief = a_brief(programme="Customer service")
    plan = figures.plan_of(brief)
    made = store.add_past_round(brief, plan, TOTALS, whose="ann@example.org")
    assert made.totals == TOTALS
    assert store.latest_plan(made.id).plan == plan
    assert store.members_of(made.id) == ["ann@example.org"]
    monkeypatch.setattr(store, "_insert_plan", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        store.add_past_round(brief, plan, TOTALS)
    assert [one.id for one in store.rounds()] == [made.id]


def test_a_copy_takes_another_brief_with_it(store, programme):
    one = store.rounds_of(programme)[0]
    brief = one.brief.changed(people_wanted=7)
    assert store.copy_round(one.id, "Next", brief).brief == brief.changed(title="Next")


def test_an_audience_owns_its_characteristics(store, programme):
    assert store.audience(programme, "residents") is None
    store.set_audience(programme, "residents", '{"lowest_age": 16}')
    store.set_audience(programme, "residents", '{"lowest_age": 18}')
    store.set_audience(programme, "staff", "{}")
    assert store.audience(programme, "residents") == '{"lowest_age": 18}'
    store.set_audience(programme, "residents", None)
    assert store.audience(programme, "residents") is None
    assert store.audience(programme, "staff") == "{}"
    with pytest.raises(StoreError, match="JSON"):
        store.set_audience(programme, "staff", "[1]")
    with pytest.raises(NotFound):
        store.set_audience("nothing", "staff", "{}")


def test_a_programme_with_snapshots_outlives_its_rounds_and_one_without_does_not(store, programme):
    other = store.add_round(a_brief(programme="Another"))
    gone = next(p.id for p in store.programmes() if p.name == "Another")
    store.set_audience(gone, "residents", "{}")
    store.add_snapshot(programme, "residents", 12, PUBLISHED)
    for one in [other, *store.rounds_of(programme)]:
        store.delete_round(one.id)
    assert [p.id for p in store.programmes()] == [programme]
    assert len(store.snapshots(programme)) == 1


# Snapshots


@pytest.mark.parametrize(("numbers", "kept"), [
    ([4], 0), ([5], 1), ([5, 9], 1), ([5, 10], 2), ([12, 16, 17, 22], 3), ([12, 3, 11, 16], 1),
])  # fmt: skip
def test_a_snapshot_needs_five_more_people_than_the_last(store, programme, numbers, kept):
    said = []
    for number in numbers:
        try:
            store.add_snapshot(programme, "residents", number, PUBLISHED, By(who="ann"))
        except NotYet as error:
            said.append(str(error))
    assert len(said) == len(numbers) - kept
    assert len(set(said)) <= 1  # it does not say how many there are
    found = store.snapshots(programme)
    assert len(found) == kept
    assert {(s.audience, s.who, s.publication) for s in found} <= {("residents", "ann", PUBLISHED)}
    assert not hasattr(found[0] if found else None, "people")


def test_audiences_have_snapshots_of_their_own_the_newest_first(store, programme):
    first = store.add_snapshot(programme, "residents", 12, PUBLISHED)
    store.add_snapshot(programme, "staff", 5, PUBLISHED)
    second = store.add_snapshot(programme, "residents", 17, '{"heard": "15 to 19"}')
    assert store.snapshots(programme, "residents") == [second, first]
    assert len(store.snapshots(programme)) == 3
    with pytest.raises(StoreError, match="JSON"):
        store.add_snapshot(programme, "residents", 40, "not JSON")
    with pytest.raises(NotFound):
        store.add_snapshot("nothing", "residents", 40, PUBLISHED)


def test_of_two_snapshots_taken_at_once_one_is_kept(store, programme):
    def take(_):
        try:
            return store.add_snapshot(programme, "residents", 7, PUBLISHED)
        except NotYet:
            return None

    with ThreadPoolExecutor(6) as pool:
        found = [one for one in pool.map(take, range(6)) if one is not None]
    assert len(found) == 1
    assert store.snapshots(programme) == found


# Members


def test_members_have_a_role_and_an_owner_always_stays(store):
    assert store.make_first_owner("Ann@Example.org")
    assert not store.make_first_owner("mallory@example.org")
    added = store.add_member(" BEN@example.org ", "researcher", By(who="ann@example.org"))
    assert (added.email, added.role) == ("ben@example.org", "researcher")
    with pytest.raises(Conflict, match="already"):
        store.add_member("ben@EXAMPLE.org", "owner")
    for last in (lambda: store.remove_member("ann@example.org"),
                 lambda: store.change_member("ann@example.org", "lead")):  # fmt: skip
        with pytest.raises(Conflict, match="must be an owner"):
            last()
    assert store.change_member("ann@example.org", "owner").role == "owner"
    store.change_member("ben@example.org", "owner")
    store.remove_member("ann@example.org")
    assert [m.email for m in store.members()] == ["ben@example.org"]
    assert not store.make_first_owner("ann@example.org")
    for unknown in (lambda: store.remove_member("x@example.org"),
                    lambda: store.change_member("x@example.org", "lead")):  # fmt: skip
        with pytest.raises(NotFound):
            unknown()


@pytest.mark.parametrize("email", ["", "ann", "@example.org", "a b@example.org",
                                   "\u212aim@example.org", "ann@" + "x" * 260])  # fmt: skip
def test_what_cannot_be_compared_is_no_member(store, email):
    with pytest.raises(StoreError, match="not an e-mail"):
        store.add_member(email, "owner")
    assert not store.make_first_owner(email)
    assert store.standing_of(email).role is None


def test_two_owners_who_remove_each_other_leave_one(store):
    emails = ["a@example.org", "b@example.org"]
    for email in emails:
        store.add_member(email, "owner")

    def remove(email):
        try:
            store.remove_member(email)
        except Conflict:
            return

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(remove, emails))
    assert len(store.members()) == 1


def test_a_role_nobody_knows_lets_nobody_in(tmp_path):
    store = Store(new_url("sqlite", tmp_path))
    store.add_member("ann@example.org", "owner")
    with closing(sqlite3.connect(tmp_path / "planner.sqlite3")) as db:
        db.execute("UPDATE members SET role = 'god'")
        db.commit()
    assert store.standing_of("ann@example.org").role is None
    store.close()


def test_a_round_belongs_to_who_made_it_and_to_colleagues(store):
    store.add_member("ann@example.org", "researcher")
    one = store.add_round(a_brief(), whose="Ann@example.org")
    assert store.members_of(one.id) == ["ann@example.org"]
    with pytest.raises(NotFound, match="member"):
        store.share_round(one.id, "ben@example.org")
    store.add_member("ben@example.org", "researcher")
    store.share_round(one.id, "ben@example.org")
    store.share_round(one.id, "ben@example.org")
    assert store.rounds_of_member("BEN@example.org") == {one.id}
    copy = store.copy_round(one.id, "Copy", whose="ben@example.org")
    assert store.members_of(copy.id) == ["ben@example.org"]
    store.unshare_round(one.id, "ben@example.org")
    assert store.rounds_of_member("ben@example.org") == {copy.id}
    store.remove_member("ann@example.org")
    store.add_member("ann@example.org", "researcher")
    assert store.rounds_of_member("ann@example.org") == frozenset()
    store.delete_round(copy.id)
    assert store.rounds_of_member("ben@example.org") == frozenset()
    assert store.members_of(store.add_round(a_brief()).id) == []


def test_a_sign_in_lasts_twelve_hours_unless_an_owner_says_otherwise(store):
    assert store.sign_in_hours() == 12
    store.set_sign_in_hours(8)
    store.set_sign_in_hours(1)
    assert store.sign_in_hours() == 1
    for wrong in (0, -1, 169):
        with pytest.raises(StoreError, match="from 1 hour"):
            store.set_sign_in_hours(wrong)


def test_signing_out_ends_what_was_begun_before(store):
    store.add_member("ann@example.org", "lead")
    assert store.standing_of("ann@example.org") == ("lead", None)
    store.sign_out("ann@example.org")
    role, since = store.standing_of("ann@example.org")
    assert role == "lead"
    assert since <= datetime.now(UTC)


# Older databases and backups


def lines_of(path):
    with gzip.open(path) as packed:
        return [json.loads(line) for line in packed]


@pytest.mark.parametrize("kind", KINDS)
def test_a_backup_brings_back_members_and_what_was_published(store, programme, kind, tmp_path):
    one = store.rounds_of(programme)[0]
    store.add_member("ann@example.org", "owner")
    store.add_member("ben@example.org", "researcher")
    store.share_round(one.id, "ben@example.org")
    store.set_audience(programme, "residents", "{}")
    store.add_snapshot(programme, "residents", 12, PUBLISHED)
    store.set_sign_in_hours(2)
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    (tmp_path / "other").mkdir()
    empty = Store(new_url(kind, tmp_path / "other"))
    empty.make_first_owner("ben@example.org")  # signed in before the backup came
    backup.restore(empty, path)
    assert [(m.email, m.role) for m in empty.members()] == [
        ("ann@example.org", "owner"), ("ben@example.org", "owner")]  # fmt: skip
    assert empty.members_of(one.id) == ["ben@example.org"]
    assert empty.audience(programme, "residents") == "{}"
    assert empty.snapshots(programme) == store.snapshots(programme)
    assert empty.sign_in_hours() == 2
    with pytest.raises(NotYet):
        empty.add_snapshot(programme, "residents", 16, PUBLISHED)
    assert empty.add_snapshot(programme, "residents", 17, PUBLISHED).id == 2
    empty.close()


def test_a_backup_of_the_schema_before_still_restores(store, programme, tmp_path):
    one = store.rounds_of(programme)[0]
    person = store.add_person(one.id, a_person())
    path = tmp_path / "planner.backup"
    backup.write(store, path, datetime.now(UTC))
    new = {"members", "round_members", "audiences", "snapshots", "settings"}
    lines = [line for line in lines_of(path) if line.get("table") not in new]
    lines[0]["schema"] = "0002"
    assert not new & set(lines[-1]["end"])
    with gzip.open(path, "wb") as packed:
        packed.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
    (tmp_path / "other").mkdir()
    empty = Store(new_url("sqlite", tmp_path / "other"))
    assert backup.restore(empty, path).people == 1
    assert empty.people(one.id) == [person]
    assert (empty.members(), empty.sign_in_hours()) == ([], 12)
    empty.close()


def test_a_round_deleted_leaves_the_copy_of_an_older_schema_too(tmp_path):
    path = tmp_path / "planner.sqlite3"
    store = Store(f"sqlite:///{path}")
    one = store.add_round(a_brief(), whose="ann@example.org")
    copies.keep(path, "0003")
    store.delete_round(one.id)
    (kept,) = copies.kept(path)
    with closing(sqlite3.connect(kept)) as db:
        assert db.execute("SELECT count(*) FROM round_members").fetchone() == (0,)
    store.close()


@pytest.mark.parametrize(
    "change", [{"programme": "Other"}, {"programme": None}, {"audience": "staff"}]
)
def test_a_round_that_was_published_keeps_its_programme_and_audience(store, change):
    """Else two chains of snapshots hold the same people, and their difference tells of one."""
    one = store.add_round(a_brief(programme="Letters"))
    store.add_snapshot(one.programme.id, "residents", 7, "{}")
    later = store.add_round(a_brief(programme="Letters"))
    with pytest.raises(StoreError, match="keeps its programme and audience"):
        store.save_round(one.model_copy(update={"brief": one.brief.changed(**change)}))
    assert store.round(one.id) == one
    renamed = one.model_copy(update={"brief": one.brief.changed(title="Renamed")})
    assert store.save_round(renamed).title == "Renamed"
    moved = later.model_copy(update={"brief": later.brief.changed(**change)})
    assert store.save_round(moved).brief == moved.brief
