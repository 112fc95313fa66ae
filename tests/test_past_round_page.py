"""Past rounds by their totals, driven through the real app without a browser."""

from datetime import date, timedelta

import pytest
from streamlit.testing.v1 import AppTest

from sampler import figures
from sampler.handover import london_today
from tests.builders import BIRMINGHAM, a_brief, a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")
ON = date(2025, 3, 3)


def adding(programme=""):
    from sampler.ui import past_dialog

    past_dialog.add(programme)


def correcting(round_id):
    from sampler.ui import past_dialog, state

    held = state.store().round(round_id)
    past_dialog.correct(held, state.plan_in_use(held).plan)


def correcting_as_it_was(round_id):
    """A dialog opened once: what it was given stays while others change the round."""
    import streamlit as st

    from sampler.ui import past_dialog, state

    if "held" not in st.session_state:
        st.session_state.held = state.store().round(round_id)
    held = st.session_state.held
    past_dialog.correct(held, state.plan_in_use(held).plan)


def dialog(script, *given):
    """The dialog on a page of its own: AppTest closes one at the next click."""
    return AppTest.from_function(script, args=given, default_timeout=30).run()


def filled(title="Older people", programme="Customer service", on=ON, place=BIRMINGHAM):
    """Open the dialog and fill in all but the counts."""
    app = dialog(adding)
    app.text_input(key="past_title").set_value(title)
    app.text_input(key="past_programme").set_value(programme)
    if on:
        app.date_input(key="past_on").set_value(on)
    app.run()
    if place:
        (where,) = [m for m in app.multiselect if str(m.key).startswith("past_place")]
        where.set_value([place]).run()
    assert not failed(app)
    return app


def count(app, part, group, number):
    app.number_input(key=f"past_count_{part}_{group}").set_value(number)


def test_a_past_round_is_typed_group_by_group_and_stands_on_rounds(store):
    app = filled()
    app.number_input(key="past_heard").set_value(28)
    count(app, "Ethnic group", "Asian", 4)
    count(app, "Ethnic group", "White", 22)
    count(app, "Sex", "Female", 20)
    count(app, "Sex", "Male", 8)
    app.button(key="past_add").click().run()
    assert not failed(app)
    (made,) = store.rounds()
    assert made.totals.on == ON
    assert made.totals.heard == made.brief.people_wanted == 28
    assert made.totals.counts == {
        "Ethnic group": {"White": 22, "Asian": 4}, "Sex": {"Female": 20, "Male": 8},
    }  # fmt: skip
    assert (made.title, made.programme.name) == ("Older people", "Customer service")
    assert store.latest_plan(made.id).plan.place == "Birmingham"
    app = opened("rounds")
    assert "28 heard Past round, 3 March 2025" in said(app)


def test_a_past_round_has_no_people_page_but_its_counts_which_can_be_corrected(store):
    app = filled()
    count(app, "Sex", "Female", 20)
    app.button(key="past_add").click().run()
    (made,) = store.rounds()
    app = opened("participants", made.id)
    assert "Past round, 20 heard, 3 March 2025." in said(app)
    assert "Nobody is recorded in it" in said(app)
    assert not [b for b in app.button if b.key == "participants_add"]
    assert app.button(key="past_correct").label == "Correct the counts"
    app = dialog(correcting, made.id)
    assert app.text_area(key="past_correct_text").value == "Sex\nFemale, 20\nMale, 0"
    app.text_area(key="past_correct_text").set_value("Sex\nFemale, 20\nMale, 9")
    app.button(key="past_correct_save").click().run()
    assert "Sex: the groups count 29 people, more than the 20 heard." in said(app)
    app.number_input(key="past_correct_heard").set_value(29)
    app.button(key="past_correct_save").click().run()
    assert store.round(made.id).totals.counts == {"Sex": {"Female": 20, "Male": 9}}


def test_whoever_corrects_counts_second_is_told_and_overwrites_nothing(store):
    app = filled()
    count(app, "Sex", "Female", 20)
    app.button(key="past_add").click().run()
    (made,) = store.rounds()
    app = dialog(correcting_as_it_was, made.id)
    app.number_input(key="past_correct_heard").set_value(29)
    stands = made.totals.model_copy(update={"heard": 21})
    store.set_totals(made.id, stands)
    app.button(key="past_correct_save").click().run()
    assert "This round was changed in another window" in said(app)
    assert store.round(made.id).totals == stands


def test_counts_are_pasted_and_every_problem_is_said_at_once(store):
    app = filled(title=" ", on=None)
    app.segmented_control(key="past_way").set_value("Paste, or a file").run()
    app.text_area(key="past_text").set_value("Sex\nFemales, 3\nMale, x\nShoe size\n42, 1")
    app.button(key="past_add").click().run()
    page = said(app)
    assert "5 things to put right" in page
    for problem in (
        "The round needs a name.",
        "Say when it was.",
        "Line 2: Sex has no group called 'Females'. Did you mean Female",
        "Line 3: Male: Write a whole number of people, such as 12.",
        "Line 4: This round has no characteristic called 'Shoe size'.",
    ):
        assert problem in page
    assert store.rounds() == []
    app.text_input(key="past_title").set_value("Older people")
    app.date_input(key="past_on").set_value(ON)
    app.text_area(key="past_text").set_value("Sex\nFemale, 3\nMale, 2")
    app.button(key="past_add").click().run()
    assert store.rounds()[0].totals.counts == {"Sex": {"Female": 3, "Male": 2}}


def test_a_round_that_heard_nobody_is_refused_in_words(store):
    app = filled()
    count(app, "Sex", "Female", 0)
    app.button(key="past_add").click().run()
    assert "Nobody is counted. A past round heard at least one person." in said(app)
    assert not failed(app)
    assert store.rounds() == []


def test_without_a_place_it_says_what_is_missing(store):
    app = filled(place="")
    assert "Choose the place, and the groups to count appear here." in said(app)
    app.button(key="past_add").click().run()
    assert "Choose the place: what is expected comes from its census." in said(app)
    assert store.rounds() == []


def test_counts_come_from_a_file(store):
    app = filled()
    app.segmented_control(key="past_way").set_value("Paste, or a file").run()
    body = b"Characteristic,Group,People\nSex,Female,8\nSex,Male,2\n"
    app.file_uploader(key="past_file").set_value(("past.csv", body, "text/csv")).run()
    app.button(key="past_add").click().run()
    assert store.rounds()[0].totals.heard == 10


def test_a_past_round_is_asked_what_its_audience_was_asked(store):
    store.add_round(a_brief(programme="Customer service"))
    app = filled(place="")
    (chosen,) = [m for m in app.multiselect if str(m.key).startswith("past_characteristics")]
    assert chosen.value == ["Ethnic group", "Age", "Sex", "Disability", "Digital confidence"]
    (where,) = [m for m in app.multiselect if str(m.key).startswith("past_place")]
    assert where.value == [BIRMINGHAM]
    count(app, "Digital confidence", "Low", 3)
    app.toggle(key="past_detailed_Ethnic group").set_value(True).run()
    count(app, "Ethnic group", "Pakistani", 2)
    app.button(key="past_add").click().run()
    made = next(one for one in store.rounds() if one.totals)
    assert made.totals.counts == {
        "Ethnic group": {"Pakistani": 2}, "Digital confidence": {"Low": 3},
    }  # fmt: skip


def test_a_round_whose_people_were_erased_is_not_called_a_past_one(store):
    made = store.add_round(a_brief(programme="Customer service"))
    store.take_plan(made.id, figures.plan_of(made.brief))
    store.add_person(made.id, a_person(stage="attended", answers={"Sex": "Female"}))
    store.erase_people(made.id)
    page = said(opened("rounds"))
    assert "1 heard People erased" in page
    assert "Past round" not in page
    app = opened("participants", made.id)
    assert [b for b in app.button if b.key == "participants_add"]


def test_a_past_round_of_today_is_one_all_the_same(store):
    app = filled(on=london_today())
    count(app, "Sex", "Female", 3)
    app.button(key="past_add").click().run()
    assert "Past round" in said(opened("rounds"))
    assert store.rounds()[0].totals.on - london_today() == timedelta(0)
