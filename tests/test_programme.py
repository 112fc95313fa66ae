"""Rounds added up, and those that stand apart with the reason."""

from fractions import Fraction

import pytest

from sampler import example, figures, programme
from sampler.store import Store
from tests.builders import a_brief, a_person


@pytest.fixture
def store():
    made = Store("sqlite://")
    yield made
    made.close()


def gathered(store):
    plans = store.latest_plans()
    rounds = store.rounds(archived=True)
    people = store.people_of([r.id for r in rounds])
    return programme.view(
        [
            programme.RoundWithPeople(
                r, plans[r.id].plan if r.id in plans else None, tuple(people.get(r.id, ()))
            )
            for r in rounds
        ]
    )


def add(store, brief, *people):
    made = store.add_round(brief)
    store.take_plan(made.id, figures.plan_of(brief))
    store.add_people(made.id, list(people))
    return made


def heard(group, **more):
    return a_person(stage="attended", answers={"Sex": group} | more)


SEX = {"characteristic": [{"topic": "sex"}]}


def test_rounds_of_one_place_are_added_up_beside_the_populations_share(store):
    add(store, a_brief(title="One", **SEX), *[heard("Female")] * 3)
    add(store, a_brief(title="Two", **SEX), heard("Male"), a_person(stage="no_show"))
    (view,) = gathered(store)
    sex = view.characteristics[0]
    assert (view.heard, sex.known) == (4, 4)
    rows = {row.group: row for row in sex.rows}
    assert (rows["Female"].heard, rows["Male"].heard) == (3, 1)
    assert rows["Male"].expected == 4 * Fraction(429_977, 889_624)
    assert rows["Male"].state == "1 fewer"
    assert rows["Female"].state == "1 more"


def test_rounds_of_another_place_stand_apart_with_the_reason(store):
    add(store, a_brief(title="City", **SEX), *[heard("Female")] * 3)
    add(store, a_brief(title="County", areas=["Kent"], **SEX), heard("Male"))
    (view,) = gathered(store)
    assert (view.heard, view.everyone) == (3, 4)
    assert view.apart == (("County", "It covers Kent, so its people are not added up here."),)


def test_characteristics_asked_differently_are_not_added_up(store):
    bands = {"topic": "age", "bands": ["16-34", "35+"]}
    add(store, a_brief(title="A", characteristic=[{"topic": "age"}]), *[
        a_person(stage="attended", answers={"Age": "16-34"}) for _ in range(2)
    ])  # fmt: skip
    add(store, a_brief(title="B", characteristic=[bands]),
        a_person(stage="attended", answers={"Age": "35+"}))  # fmt: skip
    (view,) = gathered(store)
    assert view.characteristics[0].left_out == ("B",)
    assert view.characteristics[0].heard == 2


def test_people_whose_group_is_not_known_are_expected_nowhere(store):
    add(store, a_brief(**SEX), heard("Female"), a_person(stage="attended"))
    (view,) = gathered(store)
    sex = view.characteristics[0]
    assert (sex.known, sex.heard) == (1, 2)
    assert sum(row.expected for row in sex.rows) == 1


def test_a_round_without_quotas_stands_apart(store):
    store.add_round(a_brief(title="Planning"))
    (view,) = gathered(store)
    assert view.apart == (("Planning", "It has no quotas yet."),)
    assert programme.answer_line(view) == "Nobody heard yet."


def test_the_example_has_the_shape_of_the_public_account(store):
    opened = example.add_to(store)
    assert store.round(opened).title == "Council tax discovery"
    views = {view.audience: view for view in gathered(store)}
    assert views["staff"].heard == 43
    assert views["businesses"].heard == 5
    assert 95 <= views["residents"].heard <= 105
    ethnic = views["residents"].characteristics[0]
    assert any(row.heard == 0 for row in ethnic.rows)
    assert "and from nobody in" in programme.answer_line(views["residents"])
    assert programme.least_heard(views["residents"])[0][1].difference < 0
    references = [p.reference for people in store.people_of(
        [r.id for r in store.rounds()]).values() for p in people]  # fmt: skip
    assert all(reference.startswith("P") for reference in references)


def test_the_example_is_the_same_every_time(store):
    example.add_to(store)
    other = Store("sqlite://")
    example.add_to(other)

    def shape(one):
        return [
            (view.audience, [(c.name, [(r.group, r.heard) for r in c.rows])
                             for c in view.characteristics])
            for view in gathered(one)
        ]  # fmt: skip

    assert shape(store) == shape(other)
    other.close()


@pytest.mark.parametrize(
    ("heard_", "expected", "state"),
    [
        (4, Fraction(39, 10), "as expected"),
        (0, Fraction(1, 5), "nobody yet"),
        (11, Fraction(167, 10), "6 fewer"),
        (2, Fraction(1, 2), "2 more"),
        (3, None, ""),
        (0, None, "nobody yet"),
    ],
)
def test_states_are_in_words(heard_, expected, state):
    assert programme.HeardRow("x", heard_, expected, None).state == state
