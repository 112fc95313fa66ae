"""Recruiters of a round, in a real browser: added, sent their own sheets, looked at on Coverage."""

import io
import re

import openpyxl
import pytest

from sampler.example import add_to
from tests.browser.driving import choose, pick, press, settle, tab_to, visit
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]

SHEET, COVERAGE = "Recruitment sheet", "Coverage"


def a_round(page, address):
    """Start a round in Birmingham without recruiters; returns its id."""
    visit(page, address, "Rounds")
    page.get_by_role("button", name="New round").first.click()
    page.get_by_label("Name of the round").fill("Recruiters")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Population").wait_for()
    settle(page)
    page.get_by_role("combobox", name="Place").click()
    page.keyboard.type("Birmingham")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("1,144,919 people live in Birmingham").wait_for()
    settle(page)
    return re.search(r"round=(\w{8})", page.url)[1]


def add_recruiter(page, name, kind, number):
    page.get_by_role("button", name="Add a recruiter").click()
    form = page.get_by_role("dialog")
    form.wait_for()
    settle(page)
    form.get_by_label("Name", exact=True).fill(name)
    choose(page, form, "Kind", kind)
    form.get_by_role("spinbutton", name="People asked for").fill(str(number))
    form.get_by_role("button", name="Save recruiter").click()
    form.wait_for(state="hidden")
    page.get_by_role("heading", level=3, name=name).wait_for()
    settle(page)


def workbook(page, button):
    with page.expect_download() as started:
        button.click()
    with open(started.value.path(), "rb") as file:
        return openpyxl.load_workbook(io.BytesIO(file.read()))


def test_two_recruiters_get_sheets_of_their_own_that_add_up(page, address):
    held = a_round(page, address)
    visit(page, f"{address}/sheet?round={held}", SHEET)
    whole = workbook(page, page.get_by_role("button", name="Download the sheet (.xlsx)"))
    add_recruiter(page, "Acme Fieldwork", "Agency", 8)
    add_recruiter(page, "Saheli Hub", "Community partner", 6)
    page.get_by_text("14 asked for, 10 wanted: enough for 10 to come in").wait_for()
    buttons = page.get_by_role("button", name="Download", exact=True)
    assert buttons.count() == 2
    books = [workbook(page, buttons.nth(i)) for i in range(2)]

    def quotas(book):
        rows = book["Quotas"].iter_rows(min_row=2, values_only=True)
        return {(name, group): number for name, group, number, *_ in rows if number}

    summed = {}
    for i, (book, letter) in enumerate(zip(books, "AB", strict=True)):
        called = [row[0] for row in book["People"].iter_rows(min_row=2, values_only=True)]
        assert called[0] == f"{letter}01"
        assert {one[0] for one in called} == {letter}
        other = ("Saheli Hub", "Acme Fieldwork")[i]
        cells = [str(c) for tab in book for row in tab.values for c in row if c is not None]
        assert not any(other in cell for cell in cells)
        for key, number in quotas(book).items():
            summed[key] = summed.get(key, 0) + number
    assert summed == quotas(whole)

    page.get_by_role("radio", name="Saheli Hub").click()
    settle(page)
    preview = page.get_by_role("region", name="Brief")
    assert "This sheet is for\tSaheli Hub" in preview.inner_text()
    page.get_by_role("tab", name="3 People").click()
    assert "B01" in page.get_by_role("region", name="People").inner_text()
    page.get_by_role("button", name="Copy as an e-mail").first.click()
    page.get_by_text("For Acme Fieldwork").first.wait_for()


def test_coverage_is_looked_at_in_three_ways_and_by_recruiter(page, address):
    held = a_round(page, address)
    visit(page, f"{address}/sheet?round={held}", SHEET)
    add_recruiter(page, "Acme Fieldwork", "Agency", 10)
    visit(page, f"{address}/coverage?round={held}", COVERAGE)
    for stage in ("Attended", "Confirmed", "Interested"):
        page.get_by_role("button", name="Add a person").click()
        form = page.get_by_role("dialog")
        form.wait_for()
        settle(page)
        choose(page, form, "Recruiter", "Acme Fieldwork")
        settle(page)
        choose(page, form, "Sex", "Female")
        choose(page, form, "Stage", stage)
        form.get_by_role("button", name="Save person").click()
        form.wait_for(state="hidden")
        settle(page)

    def row(table):
        found = page.get_by_role("table", name=table).get_by_role("row").filter(has_text="Female")
        return found.first.inner_text().replace("\n", " ").replace("\t", " ")

    assert "2 of " in row("People against quotas")
    page.get_by_role("radio", name="Attended so far").click()
    settle(page)
    assert "1 of " in row("People against quotas")
    page.get_by_role("radio", name="At the expected show rate").click()
    settle(page)
    assert "1.9 of " in row("People expected against quotas")
    asked = page.get_by_role("table", name="Recruiters: asked for").inner_text()
    assert re.search(r"Acme Fieldwork\s+10\s+3\s+2", asked)
    page.get_by_role("button", name="Offer to A03").click()
    page.get_by_text("A03 is offered a place").wait_for()
    settle(page)
    assert "2.8 of " in row("People expected against quotas")


def test_a_recruiter_is_added_and_changed_by_keyboard_alone(page, address):
    held = a_round(page, address)
    visit(page, f"{address}/sheet?round={held}", SHEET)

    press(page, "Add a recruiter")
    page.get_by_role("dialog").wait_for()
    settle(page)
    tab_to(page, "Name")
    page.keyboard.type("Saheli Hub")
    pick(page, "Kind", "Community")
    tab_to(page, "People asked for")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    press(page, "Save recruiter")
    page.get_by_role("heading", level=3, name="Saheli Hub").wait_for()
    settle(page)
    page.get_by_text("Community partner · Asked for 8 people, 0 found").wait_for()
    press(page, "Change")
    page.get_by_role("dialog").wait_for()
    settle(page)
    press(page, "Remove Saheli Hub")
    page.get_by_role("dialog").wait_for(state="hidden")
    settle(page)
    assert page.get_by_role("heading", level=3, name="Saheli Hub").count() == 0


def test_recruiters_are_clean_by_axe_and_nothing_scrolls_sideways(looks, address, store):
    opened, check, scheme = looks.page, looks.check, looks.scheme
    held = add_to(store)
    visit(opened, f"{address}/sheet?round={held}", SHEET)
    check("sheet")
    opened.get_by_role("button", name="Copy as an e-mail").first.click()
    check("e-mail")
    opened.keyboard.press("Escape")
    opened.get_by_role("button", name="Change", exact=True).first.click()
    opened.get_by_role("dialog").wait_for()
    check("Change a recruiter")
    words = opened.get_by_role("dialog").get_by_text("Leave one empty")
    seen = words.evaluate("e => getComputedStyle(e).color")
    assert (min(map(int, re.findall(r"\d+", seen))) > 200) == (scheme == "dark")
    visit(opened, f"{address}/coverage?round={held}", COVERAGE)
    for look in ("Attended so far", "At the expected show rate"):
        opened.get_by_role("radio", name=look).click()
        check(look)
