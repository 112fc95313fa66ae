"""Today, driven through the real app without a browser."""

from datetime import date, datetime, time, timedelta

import pytest

from sampler.handover import london_today
from sampler.model import By
from tests.builders import a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")


def at(hour, days=0):
    return datetime.combine(london_today() + timedelta(days=days), time(hour))


def due(store, held, *slots, **changes):
    return store.add_people(
        held.id, [a_person(stage="confirmed", slot=slot, **changes) for slot in slots]
    )


def tap(app, how, person):
    app.button(key=f"today_{how}_{person.id}").click().run()
    assert not failed(app)


def labels(app, person):
    return [b.label for b in app.button if (b.key or "").endswith(person.id)]


def test_an_empty_day_says_who_is_next(store, held):
    due(store, held, at(10, days=3))
    shown = said(opened("today", held.id))
    assert "Nobody is due today" in shown
    assert "Next is P01 on" in shown
    assert "at 10:00" in shown


def test_who_is_due_is_listed_by_time_with_their_groups(store, held):
    due(store, held, at(15), at(9), at(10, days=-2), answers={"Digital confidence": "Low"})
    shown = said(opened("today", held.id))
    assert shown.index("09:00 P02") < shown.index("15:00 P01")
    assert shown.index("15:00 P01") < shown.index(", 10:00 P03")
    assert "Earlier, still to be marked" in shown
    assert "Low digital confidence" in shown
    assert "Ethnic group: not known" in shown


def test_two_taps_mark_somebody_and_their_incentive(store, held):
    (person,) = due(store, held, at(9))
    app = opened("today", held.id)
    assert labels(app, person) == ["Attended", "No-show"]
    tap(app, "attended", person)
    assert labels(app, person) == ["Incentive sent", "Undo"]
    tap(app, "incentive", person)
    assert labels(app, person) == ["Undo"]
    now = store.person(held.id, "P01")
    assert (now.stage, now.incentive_on) == ("attended", london_today())
    assert {change.how for change in store.history(held.id)[:2]} == {"today"}


def test_a_tap_is_taken_back(store, held):
    (person,) = due(store, held, at(9))
    app = opened("today", held.id)
    tap(app, "no_show", person)
    assert "P01: a place is open again" in said(app)
    tap(app, "undo", person)
    assert store.person(held.id, "P01").stage == "confirmed"
    assert labels(app, person) == ["Attended", "No-show"]
    assert "a place is open again" not in said(app)


def test_what_somebody_else_changed_is_not_taken_back(store, held):
    (person,) = due(store, held, at(9))
    app = opened("today", held.id)
    tap(app, "attended", person)
    now = store.person(held.id, "P01")
    store.save_person(now.model_copy(update={"stage": "partial"}), By(who="Asha"))
    app.run()
    tap(app, "incentive", person)
    tap(app, "undo", person)
    now = store.person(held.id, "P01")
    assert (now.stage, now.incentive_on) == ("partial", None)


def test_somebody_late_stays_until_their_incentive_is_sent(store, held):
    (person,) = due(store, held, at(9, days=-1))
    app = opened("today", held.id)
    tap(app, "attended", person)
    assert labels(app, person) == ["Incentive sent", "Undo"]
    tap(app, "incentive", person)
    assert store.person(held.id, "P01").incentive_on == london_today()


def test_a_tap_that_meets_another_change_is_kept_to_choose(store, held):
    (person,) = due(store, held, at(9))
    app = opened("today", held.id)
    store.save_person(person.model_copy(update={"stage": "cancelled_by_them"}), By(who="Asha"))
    tap(app, "attended", person)
    assert "P01 was changed while you were editing" in said(app)
    assert "Stage Cancelled by them Attended" in said(app)
    app.button(key="participants_mine").click().run()
    assert store.person(held.id, "P01").stage == "attended"
    assert isinstance(store.person(held.id, "P01").stage_on, date)


def test_the_page_opens_without_a_round():
    assert "No round is open" in said(opened("today"))
