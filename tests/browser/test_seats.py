"""Seats in a real browser: known and assumed pairs, a split, a conflict repaired, a stop."""

import re

import pytest

from sampler.brief import from_values
from sampler.store import Store
from tests.browser.driving import settle, visit
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]
FIVE = ["ethnic_group", "age", "sex", "disability", "tenure"]
NINE = [*FIVE, "general_health", "economic_activity", "qualification", "religion"]


def a_round(folder, **changes):
    values = {
        "title": "Seats",
        "people_wanted": 10,
        "areas": ["E08000025"],
        "characteristic": [{"topic": topic} for topic in FIVE],
    }
    (database,) = folder.rglob("*.sqlite3")
    store = Store(f"sqlite:///{database}")
    try:
        return store.add_round(from_values(values | changes)).id
    finally:
        store.close()


def main(page):
    return page.get_by_test_id("stMain").inner_text()


def test_seats_say_what_is_known_and_what_is_assumed(page, address, folder):
    visit(page, address, "Rounds")
    held = a_round(folder)
    visit(page, f"{address}/seats?round={held}", "Seats")
    page.get_by_text("In the room").wait_for()
    settle(page)
    said = main(page)
    assert "We know how" in said
    assert "We do not know how the other" in said
    assert "Every quota is met" in said
    assert said.count("Seat ") >= 10
    assert "from a census table, TS009" in said
    page.get_by_test_id("stMain").get_by_text("Table", exact=True).click()
    settle(page)
    assert page.get_by_role("table").first.is_visible()
    page.get_by_text("Split the round up").click()
    page.get_by_label("Over what").fill("Channel")
    page.get_by_label("Each part and its people").fill("In person, 4\nVideo, 5")
    page.get_by_role("button", name="Split", exact=True).click()
    page.get_by_text("The parts have 9 people and the round wants 10.").wait_for()
    page.get_by_label("Each part and its people").fill("In person, 4\nVideo, 6")
    page.get_by_role("button", name="Split", exact=True).click()
    page.get_by_text("Both totals are exact").wait_for()


def test_rules_across_that_cannot_hold_are_put_right_with_one_press(page, address, folder):
    visit(page, address, "Rounds")
    rule = {"at_least": 4, "where": {"Sex": ["Female"], "Age": ["16-34"]}}
    parts = [{"topic": "sex"}, {"topic": "age", "maximum": {"16-34": 3}}]
    held = a_round(folder, rule=[rule], characteristic=parts)
    visit(page, f"{address}/mix-and-quotas?round={held}", "Mix and quotas")
    page.get_by_text("Ways to put it right").wait_for(timeout=20_000)
    way = page.get_by_role("button", name=re.compile("^Lower 'at least 4")).first
    way.click()
    page.get_by_text("Ways to put it right").wait_for(state="detached", timeout=20_000)
    settle(page)
    assert not page.get_by_role("button", name=re.compile("Continue to seats")).is_disabled()


def test_a_long_search_shows_its_progress_and_can_be_stopped(page, address, folder):
    visit(page, address, "Rounds")
    parts = [{"topic": topic, "grouping": None} for topic in NINE]
    held = a_round(folder, people_wanted=600, effort=10, seconds=120, characteristic=parts)
    page.goto(f"{address}/seats?round={held}")  # its progress never lets the page settle
    page.get_by_text("Finding seats").wait_for(timeout=20_000)
    page.get_by_role("button", name="Stop and keep these").click()
    page.get_by_text("Stopped early.").wait_for(timeout=30_000)
    assert "Every quota is met" in main(page)
    assert page.get_by_role("button", name="Look longer").is_visible()
