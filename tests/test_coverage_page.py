"""Coverage, driven through the real app without a browser."""

import pytest

from sampler import figures
from sampler.model import By
from sampler.ui import coverage_ways
from tests.builders import a_brief, a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")

SMALL = {"title": "Small", "people_wanted": 4, "characteristic": [{"topic": "sex"}]}
"""Two women and two men."""


def a_round(store, **changes):
    made = store.add_round(a_brief(**changes))
    store.take_plan(made.id, figures.plan_of(made.brief))
    return made


def added(store, held, stage, sex="Female", **more):
    return store.add_person(held.id, a_person("", stage=stage, answers={"Sex": sex}, **more))


def test_the_same_people_now_if_all_come_and_at_the_expected_show_rate(store):
    held = a_round(store, **SMALL)
    store.add_recruiter(held.id, "Acme", way="agency", people=4)
    added(store, held, "attended")
    added(store, held, "confirmed", recruiter="Acme")
    app = opened("coverage", held.id)
    assert "Female 2 of 1 to 3 full" in said(app)
    look = "coverage_look_planned"
    app.segmented_control(key=look).set_value("secured").run()
    assert "Female 1 of 1 to 3 in range" in said(app)
    app.segmented_control(key=look).set_value("expected").run()
    shown = said(app)
    assert (
        "1 of 4 people heard. 2 if everyone booked comes, 1 if as many come as usually do." in shown
    )
    assert "Female 1.9 of 1 to 3 in range" in shown
    assert "Acme: 9 in 10 come, as expected of agencies." in shown
    assert "2 of 4 seats filled" in shown


def test_the_chance_that_enough_come_stands_beside_a_group_that_hangs_on_it(store):
    held = a_round(store, people_wanted=4, characteristic=[{"topic": "sex", "must_have": True}])
    for _ in range(2):
        added(store, held, "confirmed", recruiter="Agency")
    app = opened("coverage", held.id)
    app.segmented_control(key="coverage_look_planned").set_value("expected").run()
    assert "Female enough in 81 of 100 1.8 of 2 81 of 100 1 to find" in said(app)
    app.segmented_control(key="coverage_show").set_value("Only gaps").run()
    assert "Male 0 of 2 2 to find" in said(app)


def test_a_round_that_counts_only_who_attended_opens_on_that(store):
    held = a_round(store, **SMALL, count="secured")
    added(store, held, "confirmed")
    app = opened("coverage", held.id)
    assert app.segmented_control(key="coverage_look_secured").value == "secured"
    assert "Female 0 of 1 to 3" in said(app)


def test_show_rates_of_other_rounds_count_and_are_named(store):
    held, past = a_round(store, **SMALL), a_round(store, **SMALL)
    store.add_recruiter(held.id, "Acme", way="agency", people=4)
    for stage in ["attended"] * 12 + ["no_show"] * 12:
        added(store, past, stage, recruiter="acme")
    added(store, held, "confirmed", recruiter="Acme")
    app = opened("coverage", held.id)
    app.segmented_control(key="coverage_look_planned").set_value("expected").run()
    assert "0.5 of 1 to 3 50 of 100" in said(app)
    assert "Acme: 1 in 2 come, learned from 24 outcomes." in said(app)


def test_somebody_who_fits_is_offered_a_place_in_one_click(store):
    held = a_round(store)
    fits = store.add_person(
        held.id, a_person("", stage="interested", answers={"Ethnic group": "Pakistani"})
    )
    app = opened("coverage", held.id)
    assert "P01, interested Closes 1 gap: Pakistani." in said(app)
    app.button(key=f"coverage_offer_{fits.id}").click().run()
    assert not failed(app)
    assert "P01 is offered a place" in said(app)
    assert "1 of 10 seats filled" in said(app)
    now = store.person(held.id, "P01")
    assert now.stage == "offered"
    assert {line.how for line in store.history(held.id, now.id) if line.field == "stage"} == {
        "offer"
    }


def test_the_best_few_are_offered_places_together(store):
    held = a_round(store, **SMALL)
    for sex in ("Female", "Male", "Female"):
        added(store, held, "interested", sex)
    app = opened("coverage", held.id)
    app.button(key="coverage_offer_together").click().run()
    assert "P01, P02 and P03 are offered a place" in said(app)
    assert [person.stage for person in store.people(held.id)] == ["offered"] * 3


def test_the_best_few_are_looked_for_again_only_once_somebody_changed(store, monkeypatch):
    held = a_round(store, **SMALL)
    some = [added(store, held, "interested", sex) for sex in ("Female", "Male", "Female")]
    looked = []
    propose = coverage_ways.propose
    monkeypatch.setattr(
        coverage_ways, "propose", lambda *a, **b: looked.append(1) or propose(*a, **b)
    )
    app = opened("coverage", held.id)
    app.run()
    assert len(looked) == 1
    store.save_person(some[0].model_copy(update={"stage": "withdrawn"}))
    app.run()
    assert len(looked) == 2
    app.button(key="coverage_offer_together").click().run()
    assert "P02 and P03 are offered a place" in said(app)


def test_an_offer_to_somebody_changed_elsewhere_is_not_made(store):
    held = a_round(store, **SMALL)
    person = added(store, held, "interested")
    app = opened("coverage", held.id)
    store.save_person(person.model_copy(update={"stage": "withdrawn"}), By(who="Asha"))
    app.button(key=f"coverage_offer_{person.id}").click().run()
    assert "P01 was changed in another window Asha saved a change at" in said(app)
    assert ": Stage. Nothing was changed here." in said(app)
    assert store.people(held.id)[0].stage == "withdrawn"


def stuck(store):
    """A round whose last place cannot bring a woman and a man."""
    held = a_round(store, people_wanted=4, characteristic=[{"topic": "sex", "must_have": True}])
    some = [added(store, held, "confirmed", "Male") for _ in range(3)]
    return held, some


def test_a_mix_that_cannot_be_met_says_what_gives_and_offers_what_works(store):
    held, some = stuck(store)
    app = opened("coverage", held.id)
    shown = said(app)
    assert "The mix cannot be met with the places left" in shown
    assert "1 seat is left, and 2 people are missing in Sex: 2 Female. Male is 1 over." in shown
    labels = [button.label for button in app.button]
    assert "Make P01 a reserve" in labels
    assert any(label.startswith("Raise people wanted to") for label in labels)
    app.button(key=f"coverage_reserve_{some[0].id}").click().run()
    assert "P01 is a reserve now" in said(app)
    assert "cannot be met" not in said(app)
    assert store.people(held.id)[0].reserve


@pytest.mark.parametrize("wording", ["Raise people wanted to", "Use the closest quotas"])
def test_other_quotas_are_taken_into_use_in_one_click(store, wording):
    held, _ = stuck(store)
    app = opened("coverage", held.id)
    way = next(button for button in app.button if button.label.startswith(wording))
    way.click().run()
    assert not failed(app)
    assert "Plan 2 is in use now" in said(app)
    assert "cannot be met" not in said(app)
    taken = store.latest_plan(held.id)
    assert taken.number == 2
    assert (store.round(held.id).brief.people_wanted > 4) == wording.startswith("Raise")


def test_a_mix_that_can_still_be_met_says_so_quietly(store):
    held = a_round(store, **SMALL)
    added(store, held, "confirmed", "Male")
    assert "3 seats are left, and every group can still be filled." in said(
        opened("coverage", held.id)
    )


def test_recruiters_are_listed_with_what_each_is_missing(store):
    held = a_round(store, **SMALL)
    store.add_recruiter(held.id, "Acme", way="agency", people=2)
    store.add_recruiter(held.id, "Hub", way="partner", people=3)
    added(store, held, "confirmed", recruiter="Hub")
    added(store, held, "confirmed", recruiter="Walk-in")
    shown = said(opened("coverage", held.id))
    assert "By recruiter" in shown
    assert "Hub" in shown
    assert "3 1 1" in shown
    assert "Found by others 1" in shown
    assert "5 people asked for, 4 wanted." in shown


def test_a_round_of_very_many_people_is_counted_and_not_read(store, monkeypatch):
    held = a_round(store, **SMALL)
    store.add_recruiter(held.id, "Hub", way="partner", people=3)
    added(store, held, "attended", recruiter="Hub")
    added(store, held, "no_show")
    monkeypatch.setattr("sampler.ui.recruiter_facts.MOST_READ", 1)
    monkeypatch.setattr("sampler.store.store.Store.people", lambda *_: 1 / 0)
    app = opened("coverage", held.id)
    shown = said(app)
    assert "With more than 1 they are counted, and not looked at one by one" in shown
    assert "Female 1 of 1 to 3" in shown
    assert "Not counted: 1 person." in shown
    assert "Hub 3 1 1" in shown
    assert list(app.segmented_control(key="coverage_look_planned").options) == [
        "Attended so far", "If everyone booked attends",
    ]  # fmt: skip
