"""Shared coverage: what may be shown, snapshots and the page to hand over, without a browser."""

import io
import re
from datetime import date

import pytest
from docx import Document
from streamlit.testing.v1 import AppTest

from sampler import example, figures
from sampler.handover import london_today
from sampler.model import Totals
from sampler.programmes import shared
from sampler.ui import state
from sampler.words import day
from tests.builders import a_brief
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")
NAME = "Customer service"
TODAY = london_today()


def add(store, female, male, heard=None, **more):
    brief = a_brief(**{"programme": NAME, "characteristic": [{"topic": "sex"}]} | more)
    made = store.add_round(brief)
    store.take_plan(made.id, figures.plan_of(brief))
    counts = {"Sex": {"Female": female, "Male": male}}
    on = date(2025, 3, 3)
    return store.set_totals(made.id, Totals(on=on, heard=heard or female + male, counts=counts))


def publishing(name):
    from sampler.ui import shared_publish, state

    store = state.store()
    held = next(one for one in store.programmes() if one.name == name)
    shared_publish.publish(held, "residents", store.heard(held.id))


def dialog():
    return AppTest.from_function(publishing, args=(NAME,), default_timeout=30).run()


def publish(app):
    app.button(key="shared_publish_yes").click().run()
    assert not failed(app)
    return app


def test_without_a_programme_there_is_nothing_to_show(store):
    add(store, 6, 6, programme=None)
    assert "No programme yet" in said(opened("shared"))


def test_nothing_is_shown_before_it_is_published(store):
    add(store, 12, 7)
    app = opened("shared")
    assert "Nothing is published yet" in said(app)
    assert "12" not in said(app)
    assert "10 to 14" not in said(app)
    assert app.button(key="shared_publish").label == "Publish a snapshot"


def test_a_snapshot_is_looked_at_published_and_stays_as_it_was(store):
    add(store, 12, 7)
    app = dialog()
    assert "Not published yet This is what would be shown." in said(app)
    publish(app)
    app = opened("shared")
    page = said(app)
    assert f"Published {day(TODAY)}." in page
    assert "We have heard from 15 to 19 citizens in 1 round." in page
    assert "Female 51.7% 10 to 14 met" in page
    assert "Male 48.3% 5 to 9 met or partly met" in page
    assert "Numbers of people are given in fives." in page
    add(store, 1, 1)
    assert "We have heard from 15 to 19 citizens in 1 round." in said(opened("shared"))


def test_a_new_snapshot_with_fewer_than_five_more_people_is_refused_in_words(store):
    add(store, 12, 7)
    publish(dialog())
    add(store, 2, 2)
    app = dialog()
    assert "Nothing can be published yet A snapshot needs at least 5 people" in said(app)
    assert app.button(key="shared_publish_yes").disabled
    (programme,) = store.programmes()
    assert len(store.snapshots(programme.id)) == 1


def test_snapshots_are_listed_and_looked_at_again(store):
    add(store, 12, 7)
    publish(dialog())
    add(store, 40, 40)
    publish(dialog())
    app = opened("shared")
    assert "95 to 99 citizens in 2 rounds" in said(app)
    older = app.selectbox(key="shared_chosen").options[-1]
    assert older == day(TODAY)
    app.selectbox(key="shared_chosen").select_index(1).run()
    assert "We have heard from 15 to 19 citizens" in said(app)


def test_a_third_snapshot_is_looked_at_beside_the_first_two_in_their_order(store):
    """In another order it would be held back, as though people had left."""
    held = add(store, 4, 5, heard=14).programme
    for number in (1, 2, 3):
        publish(dialog())
        assert len(store.snapshots(held.id)) == number
        add(store, 0, 0, heard=6)


def test_zeros_are_shown_or_not_and_the_page_says_which(store):
    add(store, 30, 0)
    app = dialog()
    assert "Male 48.3% nobody not met" in said(app)
    app.toggle(key="shared_zeros").set_value(False).run()
    assert "“Fewer than 5” may also be nobody, and the page says so." in said(app)
    publish(app)
    page = said(opened("shared"))
    assert "nobody not met" not in page
    assert "“Fewer than 5” may also be nobody." in page


def test_no_exact_count_is_anywhere_on_the_page(store):
    add(store, 61, 52)
    publish(dialog())
    app = opened("shared")
    written = said(app) + str([e.value for e in app.get("code")])
    assert not re.search(r"\b(61|52|113)\b", written)


def test_what_was_published_is_downloaded_and_copied(store):
    add(store, 12, 7)
    publish(dialog())
    app = opened("shared")
    (programme,) = store.programmes()
    (kept,) = store.snapshots(programme.id)
    copied, page = [one.value for one in app.get("code")]
    assert copied.strip() == f"{NAME}\n{shared.text(shared.read(kept.publication))}"
    assert page.startswith(f"Who we heard from: {NAME}")


def test_the_page_to_hand_over_carries_the_leads_own_words(store):
    add(store, 12, 7)
    publish(dialog())
    app = opened("shared")
    of = f"{store.programmes()[0].id}_residents"
    app.text_input(key=f"shared_report_{of}_by_whom").set_value("two community partners")
    app.text_area(key=f"shared_report_{of}_next").set_value("A round with men under 35").run()
    page = [one.value for one in app.get("code")][-1]
    assert "recruited by two community partners." in page
    assert "What next: A round with men under 35" in page
    assert not failed(app)


def test_the_word_file_is_a_word_file(store):
    from sampler.programmes import report

    add(store, 12, 7)
    (held,) = store.programmes()
    made = shared.next_of(store.heard(held.id), "residents", on=TODAY).publication
    facts = report.facts_of(NAME, made)
    text = "\n".join(p.text for p in Document(io.BytesIO(report.docx(facts))).paragraphs)
    assert "15 to 19 citizens" in text


def test_each_audience_has_snapshots_of_its_own(store):
    example.add_to(store)
    app = opened("shared")
    app.segmented_control(key="shared_audience").set_value("staff").run()
    assert "how many staff were heard" in said(app)


def test_whoever_may_not_publish_sees_nothing(store, monkeypatch):
    add(store, 12, 7)
    publish(dialog())
    monkeypatch.setattr(state, "may", lambda function: False)
    page = said(opened("shared"))
    assert "This page is for owners and leads" in page
    assert "15 to 19" not in page
