"""Places and figures read from a census service, in a real browser against a pretend one."""

import re

import pytest

from tests.browser.driving import served, settle, visit
from tests.fake_census import Fake, serving
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture(scope="module")
def fake():
    return Fake()


@pytest.fixture(scope="module")
def address(tmp_path_factory, fake):
    folder = tmp_path_factory.mktemp("served")
    with serving(fake) as service, served(folder, census=service) as (address, _):
        yield address


@pytest.fixture
def page(windows, address, fake):
    fake.reset("")
    opened = windows()
    visit(opened, address, "Rounds")
    opened.get_by_role("button", name="New round").click()
    opened.get_by_label("Name of the round").fill("A round")
    opened.get_by_role("button", name="Create and choose a place").click()
    opened.get_by_role("heading", level=1, name="Population").wait_for()
    settle(opened)
    return opened


def add(page, kind, query, name):
    """Search for a place of a kind and add the one of that name."""
    page.get_by_role("button", name="Add a ward or neighbourhood").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("combobox", name="Kind of place").click()
    page.get_by_role("option", name=re.compile(kind)).click()
    settle(page)
    dialog.get_by_label("Name or code").fill(query)
    dialog.get_by_role("button", name="Search", exact=True).click()
    dialog.get_by_text("Places found").wait_for()
    settle(page)
    dialog.get_by_role("radiogroup").get_by_text(name, exact=True).click()
    settle(page)
    dialog.get_by_role("button", name=re.compile("^Add ")).click()
    dialog.wait_for(state="hidden", timeout=20_000)
    settle(page)


def choose(page, name, option):
    """Choose a place of the list."""
    page.get_by_label("Place", exact=True).fill(name)
    page.get_by_role("option", name=re.compile(f"^{option}")).click()
    page.keyboard.press("Escape")
    settle(page)


def main(page):
    return page.get_by_test_id("stMain").inner_text()


def quotas(page):
    """Go on to the mix and return its words."""
    page.get_by_role("button", name="Continue to mix and quotas").click()
    page.get_by_role("heading", level=1, name="Mix and quotas").wait_for()
    settle(page)
    return main(page)


def test_a_ward_kept_with_the_app_asks_for_the_rest_when_told_to(page, fake):
    add(page, "Ward", "alum rock", "Alum Rock, ward in Birmingham")
    said = main(page)
    assert "28,018 people live in Alum Rock" in said
    assert "16,836" in said
    assert "kept with this app" in said
    assert fake.data_requests == 0
    mix = quotas(page)
    assert "There are no quotas yet" in mix
    page.get_by_role("button", name="Get the figures").click()
    page.get_by_text("Why 7?").first.wait_for()
    settle(page)
    mix = main(page)
    assert "table TS007, Alum Rock (E05011120)" in mix
    assert "read from the census service on" in mix
    asked = fake.data_requests
    assert 0 < asked <= 3  # age, sex and disability: what is not kept of a ward
    page.reload()
    page.get_by_text("Why 7?").first.wait_for()
    settle(page)
    assert fake.data_requests == asked


def test_two_wards_together_add_up(page):
    add(page, "Ward", "headingley", "Headingley & Hyde Park, ward in Leeds")
    add(page, "Ward", "holbeck", "Beeston & Holbeck, ward in Leeds")
    said = main(page)
    assert "live in Headingley & Hyde Park and Beeston & Holbeck" in said
    assert "read from the census service on" in said
    assert "Total" in quotas(page)
    assert "There are no quotas yet" not in main(page)


def test_an_msoa_says_which_ages_it_cannot_have(page):
    add(page, "MSOA", "Leeds 001", "Leeds 001, MSOA in Leeds")
    assert "6,608" in main(page)  # White British, the recorded figure
    mix = quotas(page)
    assert "tables TS007A, TS007B" in mix or "tables TS007B, TS007A" in mix
    page.get_by_role("link", name="Population").first.click()
    page.get_by_role("heading", level=1, name="Population").wait_for()
    settle(page)
    box = page.get_by_role("spinbutton", name="Lowest age")
    box.fill("18")
    box.press("Enter")
    settle(page)
    assert "in steps of five years" in quotas(page)


def test_a_whole_region_is_read_again_and_says_when(page, fake):
    choose(page, "West Midlands", "West Midlands, region")
    assert "kept with this app" in main(page)
    page.get_by_text("Where each figure comes from").click()
    settle(page)
    assert "Kept with the app" in main(page)
    page.get_by_role("button", name="Read them all from the census service again").click()
    page.get_by_text(re.compile("^Read [0-9]+ ")).first.wait_for(timeout=20_000)
    settle(page)
    assert 0 < fake.data_requests <= 4
    assert "There are no quotas yet" not in quotas(page)


def test_a_service_that_fails_is_said_in_a_sentence_and_nothing_is_lost(page, fake):
    add(page, "Ward", "brockley", "Brockley, ward in Lewisham")
    fake.reset("html")
    page.get_by_test_id("stMain").get_by_text("General health", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Get the figures").click()
    page.get_by_text("Some figures could not be read").first.wait_for(timeout=20_000)
    settle(page)
    said = main(page)
    assert "General health: The census service" in said
    assert "http" not in said
    assert "Traceback" not in said
    assert "people live in Brockley" in said


def test_how_characteristics_combine_is_asked_and_then_known(page, fake):
    choose(page, "Birmingham", "Birmingham, local authority")
    quotas(page)
    page.get_by_text("How the characteristics combine").click()
    settle(page)
    assert "We know how 1 of the 6 pairs combine here" in main(page)
    page.get_by_role("button", name="Ask the census service about 5 pairs").click()
    page.get_by_text("We know how all 6 pairs combine here").wait_for(timeout=20_000)
    assert fake.joint_requests == 5
    page.get_by_role("button", name="Count people aged 16 and over only").first.click()
    page.get_by_role("button", name="Use the published table again").wait_for(timeout=20_000)
    settle(page)
    assert "joint table of ethnic_group" in main(page)
    assert fake.joint_requests == 6
