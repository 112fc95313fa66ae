"""The pages, driven through the real app without a browser."""

import logging
import re
import sqlite3
from contextlib import closing
from html import unescape
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from sampler import example, figures
from sampler.errors import StoreError
from tests.builders import a_brief, a_person

APP = str(Path(__file__).parent.parent / "app.py")
PAGES = ("rounds", "population", "mix", "participants", "coverage", "sheet", "programme")
MARKED = "MARKED-8842"

pytestmark = pytest.mark.usefixtures("app_database")


def opened(page, round_id=None, *, strict=True):
    app = AppTest.from_file(APP, default_timeout=30)
    if round_id:
        app.query_params["round"] = round_id
    app.run()
    if page != "rounds":
        app.switch_page(f"sampler/ui/pages/{page}.py").run()
    assert not (strict and failed(app))
    return app


def failed(app):
    """Whether the page broke, in Streamlit's own box or in ours."""
    return bool(app.exception) or "Something went wrong" in said(app)


def text(app):
    """Everything the page says, tags taken out."""
    bodies = [element.proto.body for element in app.get("html")]
    drawn = " ".join(body for body in bodies if "--sp-ink:" not in body)
    titles = " ".join(t.value for t in [*app.title, *app.header])
    return unescape(re.sub(r"<[^>]+>", " ", f"{titles} {drawn}"))


def said(app):
    return re.sub(r"\s+", " ", text(app))


def a_round(store, **changes):
    return store.add_round(a_brief(**changes))


def test_the_app_opens_on_rounds_and_says_how_to_start():
    app = opened("rounds")
    assert "No rounds yet" in said(app)
    assert "whole-number quotas in about a minute" in said(app)


def test_the_example_opens_on_its_mix(store):
    app = opened("rounds")
    app.button(key="rounds_example").click().run()
    assert "Council tax discovery" in said(app)
    assert "13 ethnic groups get no seat with 10 people" in said(app)
    assert len(store.rounds()) == 7


def test_a_new_round_gets_a_place_then_quotas(store):
    made = store.add_round(example.ready_brief("Bins"))
    app = opened("population", made.id)
    assert "Choose a place to see who lives there." in said(app)
    app.multiselect(key="population_place").set_value(["E08000025"]).run()
    assert "1,144,919 people live in Birmingham, 889,624 aged 16 or over." in said(app)
    assert "Minority and mixed groups are younger" in said(app)
    app = opened("mix", made.id)
    assert "White Why 5?" in said(app)
    assert "Has access needs Why 2?" in said(app)
    assert store.round(made.id).brief.areas == ("E08000025",)


def test_overlapping_places_are_refused_and_nothing_is_lost(store):
    made = a_round(store)
    app = opened("population", made.id)
    app.multiselect(key="population_place").set_value(["E08000025", "E12000005"]).run()
    assert "Birmingham is part of West Midlands" in said(app)
    assert store.round(made.id).brief.areas == ("E08000025",)


def test_people_wanted_and_rules_change_the_quotas_and_say_their_price(store):
    made = a_round(store)
    app = opened("mix", made.id)
    app.number_input(key="mix_people").set_value(12).run()
    assert "12 people" in said(app)
    app.number_input(key="mix_people").set_value(10).run()
    app.button(key="mix_swap_0").click().run()
    assert "More: Black Caribbean 0 to 1. Fewer: Other White 1 to 0." in said(app)
    assert store.round(made.id).brief.characteristic[0].minimum == {"Black Caribbean": 1}
    app.button(key="mix_rule_0").click().run()
    assert "More:" not in said(app)


def test_rules_that_cannot_hold_are_explained_and_put_right_in_one_click(store):
    brief = a_brief().with_characteristic(
        0, minimum={"Pakistani": 4, "Black Caribbean": 4, "Chinese": 3}
    )
    made = store.add_round(brief)
    app = opened("mix", made.id)
    assert "These rules cannot all hold with 10 people" in said(app)
    assert "need 11 people" in said(app)
    assert app.button(key="mix_use").disabled
    labels = [app.button(key=f"mix_way_{i}").label for i in range(5)]
    assert labels == [
        "Lower 'at least 3 Chinese' to 2", "Lower 'at least 4 Black Caribbean' to 3",
        "Lower 'at least 4 Pakistani' to 3", "Speak to 11 people", "Remove 'At least 3 Chinese'",
    ]  # fmt: skip
    app.button(key="mix_way_0").click().run()
    assert "cannot all hold" not in said(app)
    assert not app.button(key="mix_use").disabled


def test_a_plan_is_taken_once_and_a_new_one_is_shown_before_it_is_used(store):
    made = a_round(store)
    app = opened("mix", made.id)
    app.button(key="mix_use").click().run()
    assert store.latest_plan(made.id) is None
    opened("seats", made.id).button(key="seats_on").click().run()
    assert store.latest_plan(made.id).number == 1
    store.add_person(made.id, a_person(stage="confirmed", answers={"Sex": "Female"}))
    app = opened("mix", made.id)
    app.number_input(key="mix_people").set_value(8).run()
    assert "Plan 1 is in use and people are booked" in said(app)
    assert "People wanted: 10 to 8" in said(app)
    assert store.latest_plan(made.id).number == 1
    app.button(key="mix_use").click().run()
    assert store.latest_plan(made.id).number == 2


def test_characteristics_are_added_and_left_out(store):
    made = a_round(store)
    app = opened("mix", made.id)
    picked = app.multiselect(key="mix_characteristics")
    picked.set_value([*picked.value[1:], "Tenure"]).run()
    names = [p.topic or p.name for p in store.round(made.id).brief.characteristic]
    assert names == ["age", "sex", "disability", "Digital confidence", "tenure"]
    assert "Share of households" in said(app)


def test_a_stage_moved_by_form_changes_coverage_at_once(store):
    made = a_round(store)
    store.take_plan(made.id, figures.plan_of(made.brief))
    person = store.add_person(
        made.id, a_person(stage="confirmed", answers={"Ethnic group": "Pakistani"})
    )
    assert "1 of 10 seats filled" in said(opened("coverage", made.id))
    app = opened("participants", made.id)
    app.selectbox(key="participants_who").set_value(person.id)
    app.selectbox(key="participants_stage").set_value("no_show").run()
    app.button(key="participants_save").click().run()
    assert store.people(made.id)[0].stage == "no_show"
    shown = said(opened("coverage", made.id))
    assert "Nobody is booked yet" in shown
    assert "P01 (no-show)" in shown


def test_the_grid_draws_and_reads_every_kind_of_cell(store):
    made = a_round(store)
    store.take_plan(made.id, figures.plan_of(made.brief))
    store.add_people(made.id, [a_person(), a_person()])
    app = opened("participants", made.id)
    app.segmented_control(key="participants_view").set_value("Editable table").run()
    assert not failed(app)
    from sampler.ui.people_grid import edited, frame

    plan = store.latest_plan(made.id).plan
    shown = frame(plan, store.people(made.id))
    assert list(shown["Ref."]) == ["P01", "P02"]
    person = edited(plan, store.people(made.id)[1], {
        "Stage": "Attended", "Ethnic group": "Asian, detail not known", "Reserve": True,
        "Slot": "2027-01-12T10:30:00.000", "Incentive sent on": "2027-01-13", "Notes": " x ",
    })  # fmt: skip
    assert (person.stage, person.reserve, person.notes) == ("attended", True, "x")
    assert person.answers["Ethnic group"].kind == "broad"
    assert (person.slot.hour, person.incentive_on.day) == (10, 13)


def test_two_windows_on_one_person_show_both_and_let_somebody_choose(store):
    made = a_round(store)
    store.take_plan(made.id, figures.plan_of(made.brief))
    person = store.add_person(made.id, a_person(stage="confirmed"))
    app = opened("participants", made.id)
    app.selectbox(key="participants_who").set_value(person.id)
    app.selectbox(key="participants_stage").set_value("attended").run()
    store.save_person(person.model_copy(update={"stage": "no_show"}))
    app.button(key="participants_save").click().run()
    assert "P01 was changed while you were editing" in said(app)
    assert "Stage No-show Attended" in said(app)
    app.button(key="participants_mine").click().run()
    assert store.people(made.id)[0].stage == "attended"


def test_the_count_setting_is_kept_with_the_round(store):
    made = a_round(store)
    store.take_plan(made.id, figures.plan_of(made.brief))
    store.add_person(made.id, a_person(stage="confirmed"))
    app = opened("coverage", made.id)
    app.segmented_control(key="coverage_count").set_value("secured").run()
    assert "Nobody is booked yet" in said(app)
    assert store.round(made.id).brief.count == "secured"


def test_the_sheet_page_shows_the_numbers_of_the_coverage(store):
    made = a_round(store)
    store.take_plan(made.id, figures.plan_of(made.brief))
    store.add_person(made.id, a_person(stage="confirmed", answers={"Ethnic group": "Pakistani"}))
    app = opened("sheet", made.id)
    assert "The brief has no dates and time slots and no contact" in said(app)
    assert "Ethnic group Pakistani 2 2 1 1" in said(app)


def test_what_the_recruiter_needs_is_kept(store):
    made = a_round(store)
    store.take_plan(made.id, figures.plan_of(made.brief))
    app = opened("sheet", made.id)
    next(t for t in app.text_area if t.label == "Contact").set_value("team@council.example")
    next(n for n in app.number_input if n.label == "People to recruit").set_value(13)
    next(b for b in app.button if b.label == "Save").click().run()
    assert not failed(app)
    assert store.round(made.id).fieldwork.recruit == 13
    assert "13, so that 10 take part" in said(opened("sheet", made.id))


def test_the_programme_says_who_was_heard_and_marks_itself_internal(store):
    opened_round = example.add_to(store)
    app = opened("programme", opened_round)
    assert "internal: exact counts" in said(app)
    assert "We have heard from 98 citizens in 4 rounds" in said(app)
    app.segmented_control(key="programme_audience").set_value("staff").run()
    assert "We have heard from 43 members of staff in 2 rounds" in said(app)
    assert not failed(app)


def test_rounds_are_archived_and_brought_back(store):
    made = a_round(store)
    a_round(store, title="Other")
    app = opened("rounds")
    app.session_state["rounds_more"] = True
    app.selectbox(key="rounds_chosen").set_value(made.id).run()
    app.button(key="rounds_archive").click().run()
    assert store.round(made.id).is_archived
    assert app.button(key="rounds_archive").label == "Bring back"
    app.button(key="rounds_archive").click().run()
    assert not store.round(made.id).is_archived
    assert not failed(app)


@pytest.mark.parametrize("page", PAGES)
def test_every_page_opens_without_a_round_and_with_one_that_is_gone(page):
    for round_id in (None, "zzzzzzzz"):
        assert not failed(opened(page, round_id))


@pytest.mark.parametrize("page", PAGES[1:6])
def test_a_page_without_its_round_says_where_to_go(page):
    assert "No round is open" in said(opened(page))
    assert "There is no such round" in said(opened(page, "zzzzzzzz"))


def test_group_names_from_files_are_shown_as_text(store):
    made = a_round(
        store,
        title="<b>Bold</b>",
        characteristic=[{"name": "Kind", "shares": {"<script>x</script>": "0.5", "b": "0.5"}}],
    )
    for page in PAGES:
        drawn = " ".join(e.proto.body for e in opened(page, made.id).get("html"))
        assert "<script>" not in drawn
        assert "<b>Bold</b>" not in drawn


def test_what_fails_is_said_and_no_marked_value_reaches_screen_output_or_logs(
    store, app_database, monkeypatch, caplog, capfd
):
    caplog.set_level(logging.DEBUG)
    made = a_round(store, title=f"Round {MARKED}")
    store.take_plan(made.id, figures.plan_of(made.brief))
    person = store.add_person(made.id, a_person(notes=MARKED, recruiter=MARKED))
    with closing(sqlite3.connect(app_database)) as db, db:
        db.execute("UPDATE people SET person = replace(person, '\"stage\"', '\"state\"')")
    app = opened("participants", made.id)
    assert f"{person.reference} of round" in said(app)
    with closing(sqlite3.connect(app_database)) as db, db:
        db.execute("UPDATE rounds SET brief = replace(brief, 'people_wanted', 'people_wnted')")
    assert "cannot be read" in said(opened("mix", made.id))

    def broken(*_arguments, **_named):
        raise ValueError(f"bad {MARKED}")

    monkeypatch.setattr("sampler.store.store.Store.count_rounds", broken)
    app = opened("rounds", strict=False)
    assert "Something went wrong on this page" in said(app)
    printed = "".join(capfd.readouterr())
    assert MARKED not in said(app)
    assert MARKED not in printed
    assert MARKED not in caplog.text


def test_a_box_shows_what_is_stored_after_a_way_out_is_taken(store):
    brief = a_brief().with_characteristic(0, minimum={"Pakistani": 11})
    made = store.add_round(brief)
    app = opened("mix", made.id)
    assert app.number_input(key="mix_people").value == 10
    ways = [b for b in app.button if b.label == "Speak to 11 people"]
    ways[0].click().run()
    assert not failed(app)
    assert app.number_input(key="mix_people").value == 11
    assert store.round(made.id).brief.people_wanted == 11


def test_each_round_shows_its_own_values(store):
    one, two = a_round(store, people_wanted=10), a_round(store, people_wanted=25, areas=["Leeds"])
    app = opened("mix", one.id)
    app.number_input(key="mix_people").set_value(9).run()
    app.session_state["round"] = two.id
    app.query_params["round"] = two.id
    app.run()
    assert app.number_input(key="mix_people").value == 25
    assert store.round(two.id).brief.people_wanted == 25
    assert store.round(one.id).brief.people_wanted == 9
    app.switch_page("sampler/ui/pages/population.py").run()
    assert app.multiselect(key="population_place").value == ["E08000035"]


def test_exact_rules_that_cannot_hold_are_explained_and_can_be_taken_out(store):
    both = {"Female": 2, "Male": 2}
    brief = a_brief(characteristic=[{"topic": "sex", "minimum": both, "maximum": both}])
    made = store.add_round(brief)
    app = opened("mix", made.id)
    assert "leave room for 4 people and the round has 10" in said(app)
    removals = [b for b in app.button if b.label.startswith("Remove 'Exactly 2")]
    removals[0].click().run()
    assert not failed(app)
    assert "cannot all hold" not in said(app)


def test_a_lower_age_takes_the_rules_on_gone_bands_with_it_and_says_so(store):
    made = store.add_round(a_brief(characteristic=[{"topic": "age", "minimum": {"16-34": 2}}]))
    app = opened("population", made.id)
    app.number_input(key="population_lowest").set_value(18).run()
    assert "Left out of the mix: the rule about 16-34." in said(app)
    assert "18 to 34" in said(opened("mix", made.id))


def test_what_could_not_be_saved_is_said_on_the_page_of_its_own_round(store, monkeypatch):
    one, two = a_round(store), a_round(store, title="Two")
    app = opened("coverage", one.id)

    def full(*_arguments):
        raise StoreError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr("sampler.store.store.Store.save_round", full)
        app.segmented_control(key="coverage_count").set_value("secured").run()
    assert "That was not saved The disk is full." in said(app)
    assert "disk is full" not in said(opened("coverage", two.id))


def test_a_renamed_round_has_no_new_plan(store):
    made = a_round(store)
    store.take_plan(made.id, figures.plan_of(made.brief))
    store.save_round(made.model_copy(update={"brief": made.brief.changed(title="Another name")}))
    assert "the plan in use" in said(opened("mix", made.id))
    assert "has other quotas than these" not in said(opened("coverage", made.id))
    assert store.take_plan(made.id, figures.plan_of(store.round(made.id).brief)).number == 1


def grid_of(store, held):
    """The grid the page draws, to be handed edits the way the browser does."""
    from sampler.ui.people_grid import Grid

    return Grid(held, store.latest_plan(held.id).plan, store.people(held.id))


def test_cells_edited_in_the_grid_are_stored_and_kept_apart_from_others(store, monkeypatch):
    from types import SimpleNamespace

    from sampler.ui import people_grid, saving, state

    held = a_round(store)
    store.take_plan(held.id, figures.plan_of(held.brief))
    store.add_people(held.id, [a_person(), a_person()])
    session = {}
    for module in (people_grid, saving, state):
        monkeypatch.setattr(module, "st", SimpleNamespace(session_state=session))
    monkeypatch.setattr(state, "store", lambda: store)
    grid = grid_of(store, held)
    session[grid.key] = {"edited_rows": {0: {"Notes": "one"}, 1: {"Stage": "Attended"}}}
    grid.save()
    assert [(p.notes, p.stage) for p in store.people(held.id)] == [
        ("one", "approached"), ("", "attended"),
    ]  # fmt: skip
    again = grid_of(store, held)
    assert again.key == grid.key
    session[grid.key]["edited_rows"][0]["Recruiter"] = "Agency"
    again.save()
    assert (store.people(held.id)[0].recruiter, store.people(held.id)[0].version) == ("Agency", 3)
    shown = grid_of(store, held)
    theirs = store.save_person(
        store.people(held.id)[0].model_copy(update={"notes": "theirs", "stage": "offered"})
    )
    session[grid.key]["edited_rows"][0]["Stage"] = "No-show"
    session[grid.key]["edited_rows"][1]["Notes"] = "pasted with it"
    shown.save()
    assert store.people(held.id)[0] == theirs
    assert store.people(held.id)[1].notes == "pasted with it"
    ((where, kept, mine),) = session[saving.CONFLICTS]
    assert (where, kept.stage, mine.stage) == (held.id, "offered", "no_show")
    assert grid_of(store, held).key != grid.key


def test_an_age_changed_under_typed_bands_gives_way_to_the_ready_ones(store):
    made = a_round(store)  # its bands stand second, after ethnic group
    app = opened("population", made.id)
    app.number_input(key="population_lowest").set_value(18).run()
    assert "Left out of the mix: your age bands (the ready ones are used instead)." in said(app)
    kept = store.round(made.id).brief
    assert (kept.lowest_age, kept.characteristic[1].bands) == (18, None)
    assert "18 to 34" in said(opened("mix", made.id))


def test_own_figures_without_a_name_are_not_added_twice(store):
    made = store.add_round(example.ready_brief("Desk moves"))
    app = opened("population", made.id)
    app.radio(key="population_audience").set_value("staff").run()
    for _ in range(2):
        app.text_area[0].set_value("A, 1\nB, 2")
        next(b for b in app.button if b.label == "Read these figures").click().run()
        app.button(key="population_own_use").click().run()
    assert "There is a characteristic called Group already." in said(app)
    assert "in the mix twice" not in said(opened("mix", made.id))
