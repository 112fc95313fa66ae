"""Participants, driven through the real app without a browser."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace

import pytest
import streamlit as st

from sampler import example
from sampler.handover import london_today
from sampler.model import By, Protection
from sampler.ui import identity, people_grid, saving, state
from tests.builders import a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")
ASHA = By(who="Asha")


def move(app, person, stage):
    app.selectbox(key="participants_who").set_value(person.id).run()
    app.selectbox(key="participants_stage").set_value(stage).run()
    app.button(key="participants_save").click().run()
    assert not failed(app)


def keys(app, start):
    return [b.key for b in app.button if (b.key or "").startswith(start)]


# Who somebody is


def test_a_name_is_given_once_kept_for_the_machine_and_stands_in_the_history(store, held, tmp_path):
    person = store.add_person(held.id, a_person(stage="confirmed"))
    app = opened("participants", held.id)
    app.text_input(key="identity_name").set_value("  Ben   Okoro ").run()
    again = opened("participants", held.id)
    assert again.text_input(key="identity_name").value == "Ben Okoro"
    move(again, person, "attended")
    assert store.history(held.id)[0].who == "Ben Okoro"
    file = tmp_path / "sampling-planner" / identity.FILE
    assert (file.read_text("utf-8"), file.stat().st_mode & 0o777) == ("Ben Okoro", 0o600)


def test_each_window_keeps_the_name_given_in_it(store, held):
    asha, ben = opened("participants", held.id), opened("participants", held.id)
    asha.text_input(key="identity_name").set_value("Asha").run()
    ben.text_input(key="identity_name").set_value("Ben").run()
    assert asha.run().text_input(key="identity_name").value == "Asha"


def test_a_sign_in_has_the_say(monkeypatch):
    user = SimpleNamespace(is_logged_in=True, email="asha@council.example")
    monkeypatch.setattr(identity.st, "user", user)
    assert state.by("grid") == By(who="asha@council.example", how="grid")
    user.is_logged_in = False
    monkeypatch.setitem(st.session_state, identity.NAME, "Asha")
    assert identity.who() == "Asha"


def test_a_name_that_cannot_be_kept_serves_this_window(store, held, monkeypatch):
    app = opened("participants", held.id)
    monkeypatch.setattr(identity, "FILE", "no/such/folder")
    app.text_input(key="identity_name").set_value("Asha").run()
    assert not failed(app)
    assert app.run().text_input(key="identity_name").value == "Asha"


# Conflicts


def test_a_conflict_names_who_changed_what_and_mine_keeps_their_other_fields(store, held):
    person = store.add_person(held.id, a_person(stage="confirmed"))
    app = opened("participants", held.id)
    app.selectbox(key="participants_who").set_value(person.id).run()
    app.selectbox(key="participants_stage").set_value("attended").run()
    store.save_person(person.model_copy(update={"stage": "no_show", "notes": "rang at ten"}), ASHA)
    app.button(key="participants_save").click().run()
    assert "Asha saved a change at" in said(app)
    assert ": Stage, Notes." in said(app)
    assert "Stage No-show Attended" in said(app)
    assert "rang at ten" not in said(app).split("Choose which")[1].split("List")[0]
    app.button(key="participants_mine").click().run()
    now = store.person(held.id, person.reference)
    assert (now.stage, now.notes) == ("attended", "rang at ten")
    assert "was changed while" not in said(app)


def test_every_conflict_waits_its_turn_and_theirs_can_be_kept(store, held):
    people = store.add_people(held.id, [a_person(stage="confirmed") for _ in range(3)])
    app = opened("participants", held.id)
    for person in people:
        app.selectbox(key="participants_who").set_value(person.id).run()
        app.selectbox(key="participants_stage").set_value("attended").run()
        stands = store.person(held.id, person.reference)
        store.save_person(stands.model_copy(update={"stage": "no_show"}), ASHA)
        app.button(key="participants_save").click().run()
    assert said(app).count("was changed while you were editing") == 3
    app.button(key="participants_theirs_1").click().run()
    app.button(key="participants_mine_1").click().run()
    app.button(key="participants_theirs").click().run()
    assert [p.stage for p in store.people(held.id)] == ["no_show", "no_show", "attended"]
    assert not failed(app)


def test_somebody_erased_meanwhile_is_said_and_nothing_of_them_stays(store, held):
    person = store.add_person(held.id, a_person(stage="confirmed", notes="MARKED-1"))
    app = opened("participants", held.id)
    app.selectbox(key="participants_who").set_value(person.id).run()
    app.selectbox(key="participants_stage").set_value("attended").run()
    changed = store.save_person(person.model_copy(update={"stage": "offered"}), ASHA)
    app.button(key="participants_save").click().run()
    store.erase_person(changed.id)
    app.run()
    assert "P01 was erased while you were editing" in said(app)
    assert "MARKED-1" not in said(app)
    assert app.session_state[saving.CONFLICTS] == []


# Moves and dropping out


def test_moves_that_make_sense_come_first_then_corrections(store, held):
    person = store.add_person(held.id, a_person(stage="reminded"))
    app = opened("participants", held.id)
    app.selectbox(key="participants_who").set_value(person.id).run()
    options = app.selectbox(key="participants_stage").options
    assert options[:3] == ["Attended", "Attended in part", "No-show"]
    assert options[-1].startswith("Correct a mistake: ")
    assert len(options) == 12
    assert f"Reminded since {date.today().day}" in said(app)


def test_who_drops_out_reopens_places_and_one_click_offers_them(store, held):
    gone, reserve, known = store.add_people(
        held.id,
        [
            a_person(stage="confirmed", answers={"Ethnic group": "Pakistani", "Sex": "Male"}),
            a_person(stage="confirmed", reserve=True, answers={"Ethnic group": "Pakistani"}),
            a_person(stage="interested", answers={"Sex": "Male"}),
        ],
    )
    app = opened("participants", held.id)
    move(app, gone, "no_show")
    assert "P01 is not coming" in said(app)
    assert "Missing again: Pakistani; Male. 10 seats are left." in said(app)
    assert "P02, reserve Closes 1 gap: Pakistani." in said(app)
    app.button(key=f"people_offer_{reserve.id}").click().run()
    assert "is not coming" not in said(app)
    now = store.person(held.id, "P02")
    assert (now.stage, now.reserve) == ("confirmed", False)
    assert store.history(held.id)[0].how == "offer"
    assert store.person(held.id, known.reference).stage == "interested"


def test_several_are_proposed_and_offered_together_once(store, held):
    people = store.add_people(
        held.id,
        [
            a_person(stage="confirmed", answers={"Sex": "Male"}),
            *(a_person(stage="screened_in", answers={"Sex": "Female"}) for _ in range(3)),
        ],
    )
    app = opened("participants", held.id)
    move(app, people[0], "cancelled_by_them")
    propose = app.button(key="people_propose")
    assert propose.label == "Propose five together"
    propose.click().run()
    assert "Together P02, P03 and P04 close" in said(app)
    app.button(key="people_offer_all").click().run()
    assert [p.stage for p in store.people(held.id)[1:]] == ["offered"] * 3
    assert "is not coming" not in said(app)


def test_a_panel_put_aside_does_not_come_back(store, held):
    person = store.add_person(held.id, a_person(stage="offered"))
    app = opened("participants", held.id)
    move(app, person, "cancelled_by_us")
    assert "Nobody in touch fits" in said(app)
    app.button(key="people_gone_later").click().run()
    assert "is not coming" not in said(app)
    assert "is not coming" not in said(app.run())


def test_whoever_withdraws_can_be_erased_at_once_and_the_place_stays_open(store, held):
    person, fits = store.add_people(
        held.id, [a_person(stage="confirmed", answers={"Sex": "Male"}), a_person()]
    )
    app = opened("participants", held.id)
    move(app, person, "withdrawn")
    assert "P01 withdrew" in said(app)
    app.button(key=f"people_erase_{person.id}").click().run()
    assert "A dated line without identity stays for six months." in said(app)
    store.erase_person(person.id)  # as the dialog does
    app.run()
    assert keys(app, "people_erase") == []
    assert "P01 is not coming" in said(app)
    assert keys(app, "people_offer") == [f"people_offer_{fits.id}"]
    assert app.session_state[saving.GONE][0].before is None


def test_a_correction_takes_the_panel_away(store, held):
    person = store.add_person(held.id, a_person(stage="confirmed"))
    app = opened("participants", held.id)
    move(app, person, "no_show")
    assert "P01 is not coming" in said(app)
    move(app, person, "confirmed")
    assert "P01 is not coming" not in said(app)


# The list and the grid


def test_a_long_list_comes_in_pages_and_is_filtered(store, held):
    store.add_recruiter(held.id, "Agency")
    store.add_people(
        held.id,
        [
            *(a_person(stage="approached") for _ in range(120)),
            *(a_person(stage="attended", recruiter="Agency") for _ in range(5)),
        ],
    )
    app = opened("participants", held.id)
    assert "1 to 100 of 125 people" in said(app)
    assert "P120" not in said(app)
    app.multiselect(key="people_stages").set_value(["attended"]).run()
    assert "5 of 125 people" in said(app)
    app.multiselect(key="people_stages").set_value([]).run()
    app.selectbox(key="people_recruiter").set_value("").run()
    assert "1 to 100 of 120 people" in said(app)
    app.selectbox(key="people_recruiter").set_value(None).run()
    app.text_input(key="people_reference").set_value("a0").run()
    assert "5 of 125 people" in said(app)
    app.text_input(key="people_reference").set_value("nobody").run()
    assert "Nobody fits what is chosen above." in said(app)
    assert not failed(app)


def test_the_grid_of_a_large_round_shows_a_page(store, held):
    store.add_people(held.id, [a_person() for _ in range(501)])
    app = opened("participants", held.id)
    app.segmented_control(key="participants_view").set_value("Editable table").run()
    assert not failed(app)
    assert len(app.get("data_editor")[0].value) == 100
    assert "1 to 100 of 501 people" in said(app)


def test_the_grid_keeps_back_what_looks_personal_until_somebody_chose(store, held, monkeypatch):
    store.add_people(held.id, [a_person(), a_person()])
    session = {}
    for module in (people_grid, saving):
        monkeypatch.setattr(module, "st", SimpleNamespace(session_state=session))
    monkeypatch.setattr(state, "store", lambda: store)
    grid = people_grid.Grid(held, store.latest_plan(held.id).plan, store.people(held.id))
    session[grid.key] = {
        "edited_rows": {0: {"Notes": "jo@example.org"}, 1: {"Their reference": "7"}}
    }
    grid.save()
    assert [(p.notes, p.their_reference) for p in store.people(held.id)] == [("", ""), ("", "7")]
    (question,) = session[saving.QUESTIONS]
    assert question.after.notes == "jo@example.org"
    assert saving.personal_fields(question.before, question.after) == [
        ("Notes", "an e-mail address")
    ]
    app = opened("participants", held.id)
    app.session_state[saving.QUESTIONS] = [question]
    app.run()
    assert "P01 is not saved yet: Notes looks like it holds an e-mail address" in said(app)
    app.button(key="people_keep_0").click().run()
    assert store.people(held.id)[0].notes == "jo@example.org"
    assert store.history(held.id)[0].how == "grid"
    app.session_state[saving.QUESTIONS] = [question._replace(before=question.after)]
    app.run()
    app.button(key="people_leave_0").click().run()
    assert keys(app, "people_keep") == []


# History, what is held, reminders


def test_the_grid_opens_though_a_characteristic_edited_in_it_is_gone(store, held, monkeypatch):
    session = {}
    for module in (people_grid, saving, state):
        monkeypatch.setattr(module, "st", SimpleNamespace(session_state=session))
    monkeypatch.setattr(state, "store", lambda: store)
    plan = store.latest_plan(held.id).plan
    *kept, gone = plan.characteristics
    grid = people_grid.Grid(held, plan, [store.add_person(held.id, a_person())])
    session[grid.key] = {"edited_rows": {0: {gone.name: gone.groups[0]}}}
    grid.save()
    people = store.people(held.id)
    assert people[0].answer(gone.name).text == gone.groups[0]
    fewer = plan.model_copy(update={"characteristics": tuple(kept)})
    assert people_grid.Grid(held, fewer, people).key != grid.key


def test_the_history_of_one_person_and_of_the_round(store, held):
    person, _ = store.add_people(held.id, [a_person(), a_person()], ASHA)
    store.save_person(person.model_copy(update={"stage": "offered"}), By(who="Ben", how="grid"))
    app = opened("participants", held.id)
    app.selectbox(key="participants_who").set_value(person.id).run()
    app.button(key="participants_history").click().run()
    assert "Stage from Approached to Offered (in the table) Ben" in said(app)
    assert "P01 2 changes" in said(app)
    app = opened("participants", held.id)
    app.button(key="participants_past").click().run()
    assert "Everybody in this round 3 changes" in said(app)
    assert "P02 Added Asha" in said(app)


def test_the_page_says_what_it_cannot_see_and_what_is_due(store, held):
    at = datetime.combine(london_today(), datetime.min.time().replace(hour=9))
    store.add_person(held.id, a_person(stage="confirmed", slot=at))
    app = opened("participants", held.id)
    assert "two recruiters sent the same person" in said(app)
    assert app.button(key="participants_today").label == "Today (1)"
    late = Protection(delete_by=london_today() - timedelta(days=1))
    store.save_round(held.model_copy(update={"protection": late}))
    assert "1 person was to be deleted by" in said(opened("participants", held.id))
    assert "People are kept longer than planned" in said(opened("rounds"))


def test_the_example_has_its_recruiters_and_keeps_its_references(store):
    held = example.add_to(store)
    assert [(one.name, one.people) for one in store.recruiters(held)] == [
        ("Agency", 6), ("Community partner", 4), ("Own panel", 2),
    ]  # fmt: skip
    assert [p.reference for p in store.people(held)] == [f"P{n:02d}" for n in range(1, 13)]
    assert store.next_reference(held) == "P13"


def test_rounds_count_from_tallies_and_show_what_is_left_after_erasing(store, held, monkeypatch):
    store.add_people(held.id, [a_person(stage="attended"), a_person(stage="confirmed")])
    monkeypatch.setattr("sampler.store.store.Store.people_of", None)  # nobody is loaded
    assert "2 of 10" in said(opened("rounds"))
    monkeypatch.undo()
    store.erase_people(held.id)
    today = datetime.now(UTC)
    assert f"1 heard People erased {today.day} " in said(opened("rounds"))
    assert "1 heard; people erased" in said(opened("participants", held.id))


def test_deleting_a_round_says_what_goes(store, held):
    store.add_people(held.id, [a_person(), a_person()])
    app = opened("rounds")
    app.session_state["rounds_more"] = True
    app.selectbox(key="rounds_chosen").set_value(held.id).run()
    app.button(key="rounds_delete").click().run()
    assert "Its 2 people are erased, and its counts leave the programme." in said(app)


def test_of_a_round_deleted_nothing_is_kept_in_the_window(store, held):
    person = store.add_person(held.id, a_person(stage="confirmed"))
    app = opened("participants", held.id)
    move(app, person, "cancelled_by_them")
    assert app.session_state[saving.GONE]
    app.switch_page("sampler/ui/pages/rounds.py").run()
    app.session_state["rounds_more"] = True
    app.selectbox(key="rounds_chosen").set_value(held.id).run()
    app.button(key="rounds_delete").click().run()
    app.button(key="rounds_delete").click()  # the dialog is drawn by the click that opens it
    app.button(key="rounds_delete_yes").click().run()
    assert store.rounds() == []
    assert app.session_state[saving.GONE] == []
