"""A team: two app processes behind one PostgreSQL database, two people in two browsers."""

import os
import re
import time

import pytest

from sampler.example import add_to
from sampler.store import Store
from tests import databases
from tests.browser.driving import choose, served, settle, visit, window
from tests.databases import new_url
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]
AWAY = "The database cannot be reached."
CHANGED = "P07 was changed while you were editing"
LONG = 20_000
"""Milliseconds to wait for what a busy machine does late."""


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    return new_url("postgresql", tmp_path_factory.mktemp("unused"))


@pytest.fixture(scope="module")
def addresses(url, tmp_path_factory):
    """Serve two apps with one data folder and one database."""
    folder = tmp_path_factory.mktemp("served")
    with (
        served(folder, database=url) as (one, first),
        served(folder, database=url) as (two, second),
    ):
        assert first.pid != second.pid
        yield one, two


@pytest.fixture
def store(url):
    made = Store(url)
    yield made
    made.close()


@pytest.fixture
def held(store):
    return add_to(store)


@pytest.fixture
def asha_and_ben(browser, addresses, held):
    """Open Participants for two people, each on a process of their own."""
    pages = []
    for address, name in zip(addresses, ("Asha", "Ben"), strict=True):
        page = window(browser, viewport={"width": 1280, "height": 900})
        visit(page, f"{address}/participants?round={held}", "Participants")
        field = page.get_by_role("textbox", name="Your name")
        field.fill(name)
        field.press("Enter")
        settle(page)
        pages.append(page)
    yield pages
    for page in pages:
        page.context.close()


def begin_to_move(page, person, stage):
    choose(page, page, "Change a person", person)
    settle(page)
    choose(page, page, "Move to stage", stage)
    settle(page)


def press(page, button):
    page.get_by_role("button", name=button, exact=True).click()


def stages(store, held, references):
    return [store.person(held, one).stage for one in references]


def come_to(expected, read):
    """Wait until what is read is as expected."""
    deadline = time.monotonic() + LONG / 1000
    while read() != expected and time.monotonic() < deadline:
        time.sleep(0.05)
    assert read() == expected


def text(page):
    return re.sub(r"\s+", " ", page.get_by_test_id("stMain").inner_text())


def reload(page):
    page.reload()
    page.get_by_role("heading", level=1, name="Participants").wait_for(timeout=LONG)
    settle(page)


def test_somebody_added_in_one_process_is_seen_in_the_other(asha_and_ben, store, held):
    asha, ben = asha_and_ben
    before = {person.reference for person in store.people(held)}
    asha.get_by_role("button", name="Add a person").click()
    form = asha.get_by_role("dialog")
    form.wait_for()
    settle(asha)
    choose(asha, form, "Stage", "Confirmed")
    form.get_by_role("button", name="Save person").click()
    form.wait_for(state="hidden")
    settle(asha)
    (added,) = {person.reference for person in store.people(held)} - before
    assert f"{added} " not in text(ben)
    reload(ben)
    people = ben.get_by_role("table", name="People recruited")
    assert people.get_by_role("row").filter(has_text=added).count() == 1
    assert store.history(held, store.person(held, added).id)[0].who == "Asha"


def test_one_person_changed_in_both_is_a_choice_and_different_people_are_not(
    asha_and_ben, store, held
):
    asha, ben = asha_and_ben
    begin_to_move(ben, "P07, confirmed", "Attended")
    begin_to_move(asha, "P07, confirmed", "No-show")
    press(asha, "Save")
    come_to(["no_show"], lambda: stages(store, held, ["P07"]))
    press(ben, "Save")
    ben.get_by_text(CHANGED).wait_for(timeout=LONG)
    settle(ben)
    assert re.search(r"Asha saved a change at \d\d:\d\d: Stage\.", text(ben))
    assert stages(store, held, ["P07"]) == ["no_show"]
    press(ben, "Use mine")
    ben.get_by_text(CHANGED).wait_for(state="hidden", timeout=LONG)
    assert stages(store, held, ["P07"]) == ["attended"]
    said = [(line.who, line.after) for line in store.history(held) if line.field == "stage"]
    assert said[:2] == [("Ben", "attended"), ("Asha", "no_show")]

    begin_to_move(asha, "P08, confirmed", "Reminded")
    begin_to_move(ben, "P09, confirmed", "Reminded")
    press(asha, "Save")
    press(ben, "Save")
    come_to(["reminded"] * 2, lambda: stages(store, held, ["P08", "P09"]))
    for page in asha_and_ben:
        settle(page)
        assert "was changed while" not in text(page)


@pytest.mark.skipif(
    databases.SERVER_VARIABLE in os.environ, reason="restarts a server of our own only"
)
def test_a_server_that_goes_away_is_said_and_both_go_on_afterwards(asha_and_ben, store, held):
    server = databases.started()
    asha, ben = asha_and_ben
    begin_to_move(asha, "P07, confirmed", "No-show")
    server.stop()
    try:
        press(asha, "Save")
        asha.get_by_text(AWAY).first.wait_for(timeout=LONG)
        ben.reload()
        ben.get_by_text(AWAY).first.wait_for(timeout=LONG)
    finally:
        server.ensure_postgres_running()
    assert stages(store, held, ["P07"]) == ["confirmed"]
    for page in asha_and_ben:
        reload(page)
        assert AWAY not in text(page)
    begin_to_move(asha, "P07, confirmed", "No-show")
    press(asha, "Save")
    come_to(["no_show"], lambda: stages(store, held, ["P07"]))
    reload(ben)
    row = ben.get_by_role("table", name="People recruited").get_by_role("row")
    assert "No-show" in row.filter(has_text="P07").inner_text()
