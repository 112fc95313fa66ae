"""Data protection, driven through the real app without a browser."""

from datetime import timedelta

import pytest
from streamlit.testing.v1 import AppTest

from sampler.handover import london_today
from sampler.people import protection
from sampler.store.store import years_later
from tests.builders import a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")


def save(app):
    next(b for b in app.button if b.label == "Save").click().run()
    assert not failed(app)


def key(held, field):
    return f"protection_{field}_{held.id}"


def test_what_was_decided_is_kept_with_the_round(store, held):
    store.add_person(held.id, a_person())
    app = opened("protection", held.id)
    assert "Not recorded yet: the lawful basis" in said(app)
    two_years = years_later(held.created_at.date())
    assert app.date_input(key=key(held, "delete_by")).value == two_years
    day = london_today() + timedelta(days=400)
    app.selectbox(key=key(held, "basis")).set_value(protection.BASES[0])
    app.date_input(key=key(held, "delete_by")).set_value(day)
    save(app)
    assert "Saved. Not recorded yet: the condition" in said(app)
    kept = store.round(held.id).protection
    assert (kept.basis, kept.condition, kept.delete_by) == (protection.BASES[0], "", day)


def test_what_was_typed_is_offered_again(store, held):
    typed = held.protection.model_copy(update={"condition": "Another, typed"})
    store.save_round(held.model_copy(update={"protection": typed}))
    app = opened("protection", held.id)
    assert app.selectbox(key=key(held, "condition")).value == "Another, typed"
    save(app)
    assert store.round(held.id).protection.condition == "Another, typed"


def test_a_reminder_comes_thirty_days_before(store, held):
    store.add_people(held.id, [a_person(), a_person()])
    app = opened("protection", held.id)
    app.date_input(key=key(held, "delete_by")).set_value(london_today() + timedelta(days=30))
    save(app)
    assert "2 people are to be deleted by" in said(opened("participants", held.id))
    assert "People are to be deleted soon" in said(opened("rounds"))
    assert f"{held.title}: 2 people are to be deleted by" in said(opened("rounds"))


def test_a_faster_change_elsewhere_is_said_and_neither_is_lost(store, held):
    app = opened("protection", held.id)
    theirs = held.protection.model_copy(update={"basis": "Contract"})
    store.save_round(held.model_copy(update={"protection": theirs}))
    app.selectbox(key=key(held, "basis")).set_value(protection.BASES[1])
    save(app)
    assert "This was changed in another window They saved: Contract; no condition" in said(app)
    assert store.round(held.id).protection.basis == "Contract"
    save(app)
    assert store.round(held.id).protection.basis == protection.BASES[1]


def test_the_page_says_what_erasing_does_and_who_can_see(store, held):
    shown = said(opened("protection", held.id))
    assert "For six months one line stays for each person erased" in shown
    assert "A backup older than the oldest line is refused." in shown
    assert "Whoever can open this planner sees every round" in shown
    assert "one file on this machine" in shown
    assert "There is nobody to erase." in shown


def test_one_person_is_erased_or_handed_over_from_here(store, held):
    store.add_person(held.id, a_person())
    app = opened("protection", held.id)
    app.selectbox(key="protection_who").set_value("P01").run()
    assert app.get("download_button")[0].label == "Everything held about P01"
    app.button(key="protection_erase").click().run()
    assert "Erase P01?" in said(app)


def everybody(round_id):
    import streamlit as st

    from sampler.ui import protection_box, state

    protection_box.erase_everybody(state.store().round(round_id))
    st.write("drawn")


def test_everybody_is_erased_only_after_their_number_is_typed(store, held):
    store.add_people(held.id, [a_person(stage="attended"), a_person(), a_person()])
    app = AppTest.from_function(everybody, args=(held.id,), default_timeout=30).run()
    assert "Erase all 3 people of Council tax discovery?" in said(app)
    app.text_input(key="protection_number").set_value("2")
    next(b for b in app.button if b.label == "Erase everybody").click().run()
    assert "That is not 3" in said(app)
    assert len(store.people(held.id)) == 3
    app.text_input(key="protection_number").set_value("3")
    next(b for b in app.button if b.label == "Erase everybody").click().run()
    assert store.people(held.id) == []
    assert store.round(held.id).totals.heard == 1
    shown = said(opened("protection", held.id))
    assert "1 heard; people erased" in shown
    assert "Nobody is left to erase." in shown
    assert not failed(opened("programme", held.id))


def test_the_page_opens_without_a_round():
    assert "No round is open" in said(opened("protection"))
