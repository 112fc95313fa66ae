"""People in a real browser: two researchers at once, a drop-out, Today on a phone, erasing."""

import json
import re
from datetime import datetime, time
from time import monotonic, sleep

import pytest

from sampler.example import add_to
from sampler.handover import london_today
from tests.browser.conftest import PHONE
from tests.browser.driving import choose, pick, press, settle, visit
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]


@pytest.fixture
def held(store):
    return add_to(store)


def participants(page, address, held):
    visit(page, f"{address}/participants?round={held}", "Participants")


def say_name(page, name):
    field = page.get_by_role("textbox", name="Your name")
    field.fill(name)
    field.press("Enter")
    settle(page)


def move(page, person, stage):
    choose(page, page, "Change a person", person)
    settle(page)
    choose(page, page, "Move to stage", stage)
    settle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    settle(page)


def until(holds):
    """Wait until something holds: a busy machine draws late."""
    deadline = monotonic() + 15
    while not holds() and monotonic() < deadline:
        sleep(0.1)
    assert holds()


def shows(page, text):
    until(lambda: re.search(text, main_text(page)))


def no_longer(page, text):
    until(lambda: text not in main_text(page))


def main_text(page):
    return re.sub(r"\s+", " ", page.get_by_test_id("stMain").inner_text())


def test_two_researchers_on_one_person_lose_nothing(windows, address, store, held):
    asha, ben = windows(), windows()
    for page, name in ((asha, "Asha"), (ben, "Ben")):
        participants(page, address, held)
        say_name(page, name)
    choose(ben, ben, "Change a person", "P07, confirmed")
    settle(ben)
    choose(ben, ben, "Move to stage", "Attended")
    settle(ben)
    move(asha, "P07, confirmed", "No-show")
    ben.get_by_role("button", name="Save", exact=True).click()
    settle(ben)
    shows(ben, "P07 was changed while you were editing")
    shows(ben, r"Asha saved a change at \d\d:\d\d: Stage\.")
    shows(ben, "Field They saved You entered Stage No-show Attended")
    until(lambda: store.person(held, "P07").stage == "no_show")
    # Different people never collide.
    move(asha, "P09, confirmed", "Reminded")
    ben.get_by_role("button", name="Use mine").click()
    settle(ben)
    no_longer(ben, "was changed while")
    until(lambda: store.person(held, "P07").stage == "attended")
    until(lambda: store.person(held, "P09").stage == "reminded")
    lines = store.history(held)
    assert [(line.who, line.after) for line in lines[:3]] == [
        ("Ben", "attended"), ("Asha", "reminded"), ("Asha", "no_show"),
    ]  # fmt: skip
    ben.get_by_role("button", name="History of the round").click()
    dialog = ben.get_by_role("dialog")
    dialog.wait_for()
    settle(ben)
    assert "Stage from Confirmed to No-show" in dialog.inner_text()


def test_a_drop_out_is_replaced_in_one_click(windows, address, store, held):
    page = windows()
    participants(page, address, held)
    move(page, "P08, confirmed", "Cancelled by them")
    shows(page, "P08 is not coming")
    shows(page, "Missing again: Male. 2 seats are left.")
    page.get_by_role("button", name="Offer to P12").click()
    settle(page)
    no_longer(page, "is not coming")
    until(lambda: store.person(held, "P12").stage == "offered")
    row = page.get_by_role("table", name="People recruited").get_by_role("row")
    assert "Offered" in row.filter(has_text="P12").inner_text()


def test_whoever_withdraws_is_erased_from_the_note(windows, address, store, held):
    page = windows()
    participants(page, address, held)
    move(page, "P03, attended", "Withdrawn")
    page.get_by_role("button", name="Erase P03 now").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    dialog.get_by_role("button", name="Erase P03").click()
    dialog.wait_for(state="hidden")
    settle(page)
    until(lambda: "P03" not in [person.reference for person in store.people(held)])
    no_longer(page, "P03 withdrew")
    shows(page, "P03 is not coming")


def test_a_cell_that_looks_personal_waits_for_a_choice(windows, address, store, held):
    page = windows({"width": 2200, "height": 900})
    participants(page, address, held)
    page.get_by_text("Editable table").click()
    page.locator("[data-testid='stDataFrame'] canvas").first.wait_for()
    settle(page)
    editor = page.locator("textarea.gdg-input")
    for _ in range(3):  # a grid that is still being drawn takes no keys
        box = page.locator("[data-testid='stDataFrame'] canvas").first.bounding_box()
        page.mouse.click(box["x"] + 30, box["y"] + 55)  # the reference of the first row
        for _ in range(12):
            page.keyboard.press("ArrowRight", delay=40)
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        if editor.count():
            break
    editor.fill("ring 020 7946 0123")
    page.keyboard.press("Enter")
    page.get_by_text("P01 is not saved yet: Notes looks like it holds a phone number").wait_for()
    settle(page)
    assert store.person(held, "P01").notes == ""
    page.get_by_role("button", name="Save it all the same").click()
    settle(page)
    until(lambda: store.person(held, "P01").notes == "ring 020 7946 0123")
    assert store.history(held)[0].how == "grid"


def test_today_on_a_phone_is_two_taps(windows, address, store, held):
    for reference, hour in (("P07", 10), ("P08", 14)):
        slot = datetime.combine(london_today(), time(hour))
        person = store.person(held, reference)
        store.save_person(person.model_copy(update={"slot": slot}))
    page = windows(PHONE, has_touch=True)
    participants(page, address, held)
    page.get_by_role("button", name="Today (2)").tap()
    page.get_by_role("heading", level=1, name="Today").wait_for()
    settle(page)
    for button in page.get_by_role("button", name=re.compile("Attended|No-show")).all():
        assert button.bounding_box()["height"] >= 44
    page.get_by_role("button", name="Attended").first.tap()
    settle(page)
    page.get_by_role("button", name="Incentive sent").tap()
    settle(page)
    page.get_by_role("button", name="No-show").tap()
    settle(page)
    until(lambda: store.person(held, "P08").stage == "no_show")
    seven, eight = store.person(held, "P07"), store.person(held, "P08")
    assert (seven.stage, seven.incentive_on, eight.stage) == (
        "attended", london_today(), "no_show",
    )  # fmt: skip
    page.get_by_role("link", name="See who fits").tap()
    page.get_by_role("heading", level=1, name="Participants").wait_for()
    settle(page)
    shows(page, "P08 is not coming")


def test_everything_held_is_handed_over_and_everybody_erased(windows, address, store, held):
    page = windows()
    visit(page, f"{address}/data-protection?round={held}", "Data protection")
    choose(page, page, "Lawful basis (UK GDPR Article 6)", "Public task, UK GDPR Article 6(1)(e)")
    settle(page)
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_text("Saved.").wait_for()
    settle(page)
    choose(page, page, "Reference", "P04")
    settle(page)
    with page.expect_download() as started:
        page.get_by_role("button", name="Everything held about P04").click()
    found = json.loads(started.value.path().read_text("utf-8"))
    assert found["person"]["Answers"]["Ethnic group"] == "Black African"
    assert found["round"]["basis"].startswith("Public task")
    page.get_by_role("button", name="Erase everybody, keep the totals").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    settle(page)
    dialog.get_by_role("textbox").fill("12")
    dialog.get_by_role("button", name="Erase everybody").click()
    dialog.wait_for(state="hidden")
    settle(page)
    until(lambda: store.people(held) == [])
    shows(page, "6 heard; people erased")
    visit(page, f"{address}/", "Rounds")
    shows(page, "6 heard")
    shows(page, "People erased")


def test_somebody_is_moved_and_replaced_by_keyboard_alone(windows, address, store, held):
    page = windows()
    participants(page, address, held)
    pick(page, "Change a person", "P08")
    pick(page, "Move to stage", "Cancelled by them")
    press(page, "Save")
    until(lambda: store.person(held, "P08").stage == "cancelled_by_them")
    page.get_by_text("P08 is not coming").wait_for()
    page.keyboard.press("Home")
    press(page, "Offer to P12")
    until(lambda: store.person(held, "P12").stage == "offered")


def test_people_pages_are_clean_by_axe_and_none_scrolls_sideways(looks, address, store, held):
    slot = datetime.combine(london_today(), time(10))
    seven = store.save_person(store.person(held, "P07").model_copy(update={"slot": slot}))
    page, check = looks.page, looks.check
    for path, title in {"today": "Today", "data-protection": "Data protection"}.items():
        visit(page, f"{address}/{path}?round={held}", title)
        check(title)
    page.get_by_role("button", name="Erase everybody, keep the totals").click()
    page.get_by_role("dialog").wait_for()
    settle(page)
    check("Erase everybody")
    participants(page, address, held)
    choose(page, page, "Change a person", "P07, confirmed")
    settle(page)
    choose(page, page, "Move to stage", "No-show")
    settle(page)
    store.save_person(seven.model_copy(update={"stage": "reminded"}))
    page.get_by_role("button", name="Save", exact=True).click()
    settle(page)
    check("A conflict")
    page.get_by_role("button", name="Use mine").click()
    settle(page)
    shows(page, "P07 is not coming")
    check("A drop-out")
    page.get_by_role("button", name="History of the round").click()
    page.get_by_role("dialog").wait_for()
    check("History")
