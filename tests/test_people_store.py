"""People in the database: references, history, counts kept in step, and several writers at once."""

import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampler import figures
from sampler.errors import Conflict, StoreError
from sampler.model import Answer, By
from sampler.people import tally
from sampler.people.tracking import STAGES
from sampler.reading.incoming import Reading, preview
from sampler.reading.matching_values import Incoming, IncomingRow
from sampler.store import Store
from tests.builders import a_brief, a_person, group
from tests.databases import KINDS, new_url

ASHA, BEN = By(who="Asha"), By(who="Ben", how="grid")
WAIT = 0.3
"""Seconds in which another thread comes as far as it can."""


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    clock = iter(range(10**9))
    now = lambda: datetime.fromtimestamp(1_790_000_000 + next(clock), UTC)  # noqa: E731
    made = Store(new_url(request.param, tmp_path), now=now)
    yield made
    made.close()


@pytest.fixture
def round_id(store):
    return store.add_round(a_brief()).id


def test_each_recruiter_numbers_their_own_people(store, round_id):
    store.add_recruiter(round_id, "Acme", way="agency", people=6)
    store.add_recruiter(round_id, "Sparkhill centre", people=4)
    names = ["Acme", "acme ", "Sparkhill centre", "", "Somebody else"]
    added = [store.add_person(round_id, a_person(recruiter=name)) for name in names]
    assert [p.reference for p in added] == ["A01", "A02", "B01", "P01", "P02"]
    assert store.next_reference(round_id, "ACME") == "A03"
    assert [r.letter for r in store.recruiters(round_id)] == ["A", "B"]


def test_a_letter_is_never_given_twice(store, round_id):
    first = store.add_recruiter(round_id, "Acme", people=3)
    store.add_person(round_id, a_person(recruiter="Acme"))
    store.erase_person(store.people(round_id)[0].id)
    store.remove_recruiter(round_id, first)
    assert store.add_recruiter(round_id, "Another", people=3).letter == "B"


def test_a_recruiter_renamed_keeps_their_people(store, round_id):
    acme = store.add_recruiter(round_id, "Acme", people=3)
    person = store.add_person(round_id, a_person(recruiter="Acme"))
    store.save_recruiter(round_id, acme.model_copy(update={"name": "Acme Fieldwork"}), ASHA)
    assert store.people(round_id)[0].recruiter == "Acme Fieldwork"
    assert store.history(round_id, person.id)[0].after == "Acme Fieldwork"
    with pytest.raises(Conflict, match="changed in another window"):
        store.save_recruiter(round_id, acme)
    store.add_recruiter(round_id, "Ben's panel")
    (renamed, other) = store.recruiters(round_id)
    with pytest.raises(Conflict, match="already"):
        store.save_recruiter(round_id, other.model_copy(update={"name": "acme fieldwork"}))
    with pytest.raises(Conflict, match="has found people"):
        store.remove_recruiter(round_id, renamed)


def test_the_history_says_who_changed_what_and_when(store, round_id):
    person = store.add_person(round_id, a_person(answers={"Sex": "Female"}), ASHA)
    person = store.save_person(person.model_copy(update={"stage": "confirmed"}), BEN)
    answers = {"Sex": group("Male"), "Age": group("16-34")}
    store.save_person(person.model_copy(update={"answers": answers, "notes": "Ring twice"}), ASHA)
    lines = store.history(round_id, person.id)
    said = [(o.who, o.how, o.field, o.before, o.after, o.version) for o in reversed(lines)]
    assert said == [
        ("Asha", "form", "added", None, None, 1),
        ("Ben", "grid", "stage", "approached", "confirmed", 2),
        ("Asha", "form", "notes", None, "Ring twice", 3),
        ("Asha", "form", "answer: Sex", '["group", "Female"]', '["group", "Male"]', 3),
        ("Asha", "form", "answer: Age", None, '["group", "16-34"]', 3),
    ]
    assert store.people(round_id)[0].stage_on == datetime.fromtimestamp(1_790_000_000, UTC).date()


def test_what_is_saved_unchanged_is_no_change(store, round_id):
    person = store.add_person(round_id, a_person())
    assert store.save_person(person, BEN) == person
    assert len(store.history(round_id)) == 1


def test_the_second_writer_is_told_who_changed_what(store, round_id):
    person = store.add_person(round_id, a_person())
    other = store.add_person(round_id, a_person())
    store.save_person(person.model_copy(update={"stage": "offered"}), BEN)
    store.save_person(other.model_copy(update={"stage": "offered"}), ASHA)
    with pytest.raises(Conflict) as conflict:
        store.save_person(person.model_copy(update={"notes": "mine"}), ASHA)
    assert [(o.who, o.field, o.after) for o in conflict.value.changes] == [
        ("Ben", "stage", "offered")
    ]


answers = st.dictionaries(
    st.sampled_from(["Sex", "Age", "Ethnic group"]),
    st.sampled_from(
        [
            group("a"),
            group("b"),
            Answer(kind="broad", text="White"),
            Answer(kind="own_words", text="Cornish"),
            Answer(kind="not_known"),
        ]
    ),
)
people = st.builds(
    a_person,
    answers=answers,
    stage=st.sampled_from(STAGES),
    reserve=st.booleans(),
    recruiter=st.sampled_from(["", "Acme", "Ben's panel"]),
)


@pytest.fixture(params=KINDS, scope="module")
def long_lived(request, tmp_path_factory):
    made = Store(new_url(request.param, tmp_path_factory.mktemp("tallies")))
    yield made
    made.close()


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(first=st.lists(people, max_size=6), second=st.lists(people, max_size=6), seed=st.integers())
def test_the_tallies_are_always_those_of_the_people(long_lived, first, second, seed):
    rng = random.Random(seed)
    round_id = long_lived.add_round(a_brief()).id
    added = long_lived.add_people(round_id, first)
    for person, changed in zip(added, second, strict=False):
        update = {n: getattr(changed, n) for n in ("answers", "stage", "reserve", "recruiter")}
        long_lived.save_person(person.model_copy(update=update))
    if added:
        long_lived.erase_person(rng.choice(added).id)
    counted = tally.of(long_lived.people(round_id))
    found = long_lived.tally(round_id)
    assert found == tally.Tally(
        dict(counted.people), dict(counted.answers), dict(counted.recruiters)
    )


def test_different_people_never_collide(store, round_id):
    added = store.add_people(round_id, [a_person() for _ in range(8)])

    def write(person):
        for stage in ("interested", "screened_in", "offered", "confirmed", "attended"):
            person = store.save_person(person.model_copy(update={"stage": stage}))
        return person

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(write, added))
    assert store.people(round_id) == done
    assert store.tally(round_id).people == {("attended", False): 8}


def test_a_file_taken_in_and_an_edit_at_once_end_in_a_choice(store, round_id, monkeypatch):
    person = store.add_person(round_id, a_person())
    known = IncomingRow(
        2, reference=person.reference, version=1, id=person.id, answers={"Sex": group("Male")}
    )
    rows = (known, IncomingRow(3, answers={"Sex": group("Male")}))
    found = preview(store.held(round_id), Incoming(rows, (), ()), Reading(is_ours=True))
    locked, edits = store._locked, []

    def while_edited(*given):
        edits.append(pool.submit(store.save_person, person.model_copy(update={"notes": "b"})))
        time.sleep(WAIT)
        return locked(*given)

    monkeypatch.setattr(store, "_locked", while_edited)
    with ThreadPoolExecutor(1) as pool:
        store.take_in(round_id, found, ASHA)
        with pytest.raises(Conflict) as conflict:
            edits[0].result()
    assert [line.who for line in conflict.value.changes] == ["Asha"]
    assert store.tally(round_id) == tally.of(store.people(round_id))


def test_plans_taken_at_once_are_numbered_one_after_the_other(store, round_id, monkeypatch):
    one, other = (figures.plan_of(a_brief(people_wanted=n)) for n in (10, 12))
    latest, taken = store._latest_plan, []

    def while_another_is_taken(*given):
        found = latest(*given)
        monkeypatch.setattr(store, "_latest_plan", latest)
        taken.append(pool.submit(store.take_plan, round_id, other))
        time.sleep(WAIT)
        return found

    monkeypatch.setattr(store, "_latest_plan", while_another_is_taken)
    with ThreadPoolExecutor(1) as pool:
        assert store.take_plan(round_id, one).number == 1
        assert taken[0].result().number == 2


def test_a_character_postgresql_cannot_keep_is_said_in_words(tmp_path):
    store = Store(new_url("postgresql", tmp_path))
    round_id = store.add_round(a_brief()).id
    person = store.add_person(round_id, a_person())
    with pytest.raises(StoreError, match="a character that cannot be stored"):
        store.save_person(person.model_copy(update={"notes": "one\x00two"}))
    assert store.people(round_id) == [person]
    store.close()


def test_text_from_a_shell_in_no_encoding_is_said_in_words(store, round_id):
    with pytest.raises(StoreError, match="a character that cannot be stored"):
        store.person(round_id, "P\udcff")


def test_erasing_a_rounds_people_keeps_the_totals_of_those_heard(store, round_id):
    from sampler import figures

    store.take_plan(round_id, figures.plan_of(store.round(round_id).brief))
    for stage, sex in [("attended", "Female"), ("attended", "Male"), ("no_show", "Male")]:
        store.add_person(round_id, a_person(stage=stage, answers={"Sex": sex}))
    after = store.erase_people(round_id)
    assert after.totals.heard == 2
    assert after.totals.counts["Sex"] == {"Female": 1, "Male": 1}
    assert store.people(round_id) == []
    assert store.history(round_id) == []
    assert store.tally(round_id).total == 0


def test_a_new_round_is_to_be_deleted_in_two_years_and_a_copy_starts_anew(store, round_id):
    held = store.round(round_id)
    assert held.protection.delete_by.year == held.created_at.year + 2
    basis = held.protection.model_copy(update={"basis": "Public task"})
    store.save_round(held.model_copy(update={"protection": basis}))
    store.add_recruiter(round_id, "Acme", people=3)
    store.add_person(round_id, a_person())
    copy = store.copy_round(round_id, "Next")
    assert copy.protection.basis == "Public task"
    assert [r.name for r in store.recruiters(copy.id)] == ["Acme"]
    assert store.people(copy.id) == []
