"""Recruitment sheet, driven through the real app without a browser."""

import io

import openpyxl
import pytest
from streamlit.testing.v1 import AppTest

from sampler import figures
from sampler.model import Fieldwork
from tests.builders import a_brief, a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")


@pytest.fixture
def held(store):
    made = store.add_round(a_brief(), Fieldwork(incentive="A £40 voucher"))
    store.take_plan(made.id, figures.plan_of(made.brief))
    return made


def two(store, held, **of_hub):
    acme = store.add_recruiter(held.id, "Acme Fieldwork", way="agency", people=8)
    return acme, store.add_recruiter(held.id, "Hub", way="partner", people=6, **of_hub)


def labelled(elements, label):
    return next(element for element in elements if element.label == label)


def dialog(round_id, letter=""):
    """The form of a recruiter on a page of its own: AppTest closes a dialog at the next click."""

    def script(round_id, letter):
        import streamlit as st

        from sampler.ui import recruiter_dialog, state

        held, plan = state.store().round(round_id), state.store().latest_plan(round_id).plan
        if "there" not in st.session_state:
            st.session_state.there = state.store().recruiters(round_id)
        there = st.session_state.there
        one = next((one for one in there if one.letter == letter), None)
        if one is None:
            recruiter_dialog.add(held, plan, there)
        else:
            recruiter_dialog.change(held, plan, one)

    given = {"round_id": round_id, "letter": letter}
    return AppTest.from_function(script, default_timeout=30, kwargs=given).run()


def test_a_recruiter_is_added_with_whom_they_can_reach(store, held):
    app = opened("sheet", held.id)
    assert "Does more than one agency" in said(app)
    app.button(key="recruiter_add").click().run()
    assert labelled(app.number_input, "People asked for").value == 10
    app = dialog(held.id)
    labelled(app.text_input, "Name").set_value("  Saheli   Hub ")
    labelled(app.selectbox, "Kind").set_value("partner")
    labelled(app.number_input, "People asked for").set_value(6)
    labelled(app.multiselect, "Ethnic group").set_value(["Pakistani", "Bangladeshi"])
    labelled(app.button, "Save recruiter").click().run()
    assert not failed(app)
    (one,) = store.recruiters(held.id)
    assert (one.name, one.way, one.people, one.letter) == ("Saheli Hub", "partner", 6, "A")
    assert one.reach == {"Ethnic group": ("Pakistani", "Bangladeshi")}
    shown = said(opened("sheet", held.id))
    assert "Saheli Hub Community partner · Asked for 6 people, 0 found" in shown
    assert "Can reach Ethnic group: Pakistani and Bangladeshi." in shown
    assert "3 in 4 come, as expected of community partners." in shown


def test_a_name_taken_left_out_or_personal_is_not_saved_at_once(store, held):
    two(store, held)
    app = dialog(held.id)
    for name, answer in (
        ("", "A recruiter needs a name"),
        ("HUB", "There is a recruiter called HUB already"),
        ("ann@hub.example", "The name looks like"),
    ):
        labelled(app.text_input, "Name").set_value(name)
        labelled(app.button, "Save recruiter").click().run()
        assert answer in said(app)
    assert len(store.recruiters(held.id)) == 2
    labelled(app.button, "Save recruiter").click().run()
    assert [one.name for one in store.recruiters(held.id)][2] == "ann@hub.example"


def test_a_recruiter_changed_elsewhere_is_not_overwritten(store, held):
    acme, _ = two(store, held)
    app = dialog(held.id, acme.letter)
    store.save_recruiter(held.id, acme.model_copy(update={"people": 9}))
    labelled(app.number_input, "People asked for").set_value(3)
    labelled(app.button, "Save recruiter").click().run()
    assert "Acme Fieldwork was changed in another window." in said(app)
    assert store.recruiters(held.id)[0].people == 9


def test_a_recruiter_who_found_nobody_is_removed_and_one_who_did_stays(store, held):
    acme, hub = two(store, held)
    store.add_person(held.id, a_person(recruiter="Hub"))
    app = dialog(held.id, hub.letter)
    labelled(app.button, "Remove Hub").click().run()
    assert "Hub has found people in this round" in said(app)
    app = dialog(held.id, acme.letter)
    labelled(app.button, "Remove Acme Fieldwork").click().run()
    assert not failed(app)
    assert [one.name for one in store.recruiters(held.id)] == ["Hub"]


def test_the_totals_say_whether_enough_is_asked_for_and_what_it_costs(store, held):
    acme, _ = two(store, held)
    shown = said(opened("sheet", held.id))
    assert "14 asked for, 10 wanted: enough for 10 to come in 94 of 100 rounds" in shown
    assert "If all 14 come, incentives of £40 cost £560." in shown
    store.save_recruiter(held.id, acme.model_copy(update={"people": 3}))
    shown = said(opened("sheet", held.id))
    assert "9 asked for, 10 wanted: too few. For 80 of 100, ask for 14: 4 of" in shown


def test_show_rates_are_learned_over_every_round_once_enough_is_known(store, held):
    two(store, held)
    past = store.add_round(a_brief(title="Past"))
    came = ["attended"] * 18 + ["no_show"] * 6
    store.add_people(past.id, [a_person("", stage=s, recruiter="ACME fieldwork") for s in came])
    assert "3 in 4 come, learned from 24 outcomes." in said(opened("sheet", held.id))


def test_each_recruiter_sees_their_own_part_and_their_own_references(store, held):
    _, hub = two(store, held)
    people = [a_person("", recruiter="Hub", stage="confirmed", answers={"Age": "55+"})]
    store.add_people(held.id, [*people, a_person("", recruiter="Acme Fieldwork")])
    app = opened("sheet", held.id)
    assert "The quotas are shared out from the seats of the round." in said(app)
    app.segmented_control(key="sheet_whose").set_value(hub.id).run()
    shown = said(app)
    assert "This sheet is for Hub" in shown
    assert "People to recruit 5 more; 1 of 6 are already found" in shown
    assert "Reference Ethnic group Age Sex Disability Digital confidence B02" in shown
    app.checkbox(key="sheet_with_people").check().run()
    shown = said(app)
    assert "B01 not known 55+" in shown.replace("Not known", "not known")
    assert "A01" not in shown


def test_people_found_by_others_are_named_to_be_added(store, held):
    store.add_person(held.id, a_person("", recruiter="Agency"))
    assert "People here were found by Agency: add them by that name." in said(
        opened("sheet", held.id)
    )


def test_shares_are_worked_out_once_for_the_same_plan_and_recruiters(store, held):
    from sampler.people import recruiters

    two(store, held)
    recruiters._shares.cache_clear()
    app = opened("sheet", held.id)
    app.segmented_control(key="sheet_whose").set_value(store.recruiters(held.id)[0].id).run()
    opened("coverage", held.id)
    worked_out = recruiters._shares.cache_info()
    assert worked_out.misses == 1
    assert worked_out.hits


def test_downloads_add_up_and_hold_nobody_elses_people(store, held, monkeypatch):
    from sampler.ui import recruiter_facts, recruiter_sheets, state

    two(store, held)
    found = [a_person("", recruiter=name, notes=name) for name in ("Hub", "Acme Fieldwork")]
    store.add_people(held.id, found)
    monkeypatch.setattr(state, "store", lambda: store)
    taken = store.latest_plan(held.id)
    facts = recruiter_facts.of(held, taken.plan)
    made = recruiter_sheets.Sheets(held, taken, facts, with_people=True)
    wanted = {}
    for one, other in zip(facts.recruiters, reversed(facts.recruiters), strict=True):
        book = openpyxl.load_workbook(
            io.BytesIO(made.download(one, recruiter_sheets.sheets.workbook)())
        )
        cells = [str(cell) for tab in book for row in tab.values for cell in row if cell]
        assert not any(other.name in cell for cell in cells)
        first = [row[0] for row in book["People"].iter_rows(min_row=2, values_only=True)]
        assert {called[0] for called in first} == {one.letter}
        for name, group, number, *_ in book["Quotas"].iter_rows(min_row=2, values_only=True):
            wanted[name, group] = wanted.get((name, group), 0) + (number or 0)
    for part in taken.plan.characteristics:
        for quota in part.quotas:
            assert wanted.get((part.name, quota.group), 0) == quota.target
    people = made.download(facts.recruiters[1], recruiter_sheets.people_csv)().decode("utf-8-sig")
    assert people.splitlines()[1].startswith("B01,")
    ids = store.ids(held.id)
    assert people.splitlines()[2].endswith(f"{ids('reference B02')}/0")


def test_a_round_of_very_many_people_is_counted_and_not_read(store, held, monkeypatch):
    two(store, held)
    store.add_person(held.id, a_person("", recruiter="Hub", stage="attended"))
    monkeypatch.setattr("sampler.ui.recruiter_facts.MOST_READ", 0)
    monkeypatch.setattr("sampler.store.store.Store.people", lambda *_: 1 / 0)
    shown = said(opened("sheet", held.id))
    assert "Too many to count on this page" in shown
    assert "Asked for 6 people, 1 found, 1 takes a place" in shown


def test_the_mix_reckons_with_the_rounds_own_recruiters(store, held):
    app = opened("mix", held.id)
    app.session_state["mix_sizes"] = True
    assert "Reckoned with an agency" in said(app.run())
    two(store, held)
    app = opened("mix", held.id)
    app.session_state["mix_sizes"] = True
    shown = said(app.run())
    assert "Reckoned with Acme Fieldwork: 9 in 10 come, as expected of agencies" in shown
    assert "by Acme Fieldwork and" in shown
