"""What people do, in a real browser: nothing is stubbed, nothing outside this machine is asked."""

import re
import stat

import openpyxl
import pytest

from tests.browser.driving import choose, press, served, settle, tab_to, visit, window
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]

PAGES = {
    "": "Rounds",
    "population": "Population",
    "mix-and-quotas": "Mix and quotas",
    "seats": "Seats",
    "participants": "Participants",
    "coverage": "Coverage",
    "sheet": "Recruitment sheet",
    "programme": "Customer service programme (example)",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder of its own: the journeys begin where nobody has made a round."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="module")
def address(folder):
    with served(folder) as (address, _):
        yield address


@pytest.fixture
def example(page, address):
    """Open the example's round; returns its id."""
    page.goto(address)
    page.get_by_role("heading", level=1, name="Rounds").wait_for(timeout=30_000)
    settle(page)
    button = page.get_by_role("button", name="Try the Birmingham example")
    if button.count():
        button.click()
    else:
        page.get_by_role("link", name="Council tax discovery").first.click()
    page.get_by_role("heading", level=1, name="Mix and quotas").wait_for(timeout=30_000)
    settle(page)
    return re.search(r"round=(\w{8})", page.url)[1]


def table_row(page, table, group):
    rows = page.get_by_role("table", name=table).get_by_role("row")
    return rows.filter(has=page.get_by_role("rowheader", name=group)).first.inner_text()


def add_person(page, ethnic, age, sex, stage):
    page.get_by_role("button", name="Add a person").click()
    form = page.get_by_role("dialog")
    form.wait_for()
    settle(page)
    for label, option in (("Ethnic group", ethnic), ("Age", age), ("Sex", sex), ("Stage", stage)):
        choose(page, form, label, option)
    form.get_by_role("button", name="Save person").click()
    form.wait_for(state="hidden")
    settle(page)


def test_the_whole_job_from_the_example_to_a_sheet(page, address, example, tmp_path):
    wanted = page.get_by_role("spinbutton", name="People wanted")
    wanted.fill("12")
    wanted.press("Enter")
    settle(page)
    assert re.search(r"Black Caribbean.*\b1$", table_row(page, "Quotas for Ethnic group",
                     "Black Caribbean").replace("\n", " ").replace("\t", " ").strip())  # fmt: skip
    page.get_by_role("button", name="Use this plan").click()
    page.get_by_role("heading", level=1, name="Participants").wait_for()
    settle(page)
    for person in (
        ("Bangladeshi", "55 and over", "Male", "Confirmed"),
        ("Pakistani", "35 to 54", "Female", "Confirmed"),
        ("Black Caribbean", "55 and over", "Female", "Offered"),
        ("White British", "16 to 34", "Male", "Interested"),
    ):
        add_person(page, *person)
    assert "P16" in page.get_by_role("table", name="People recruited").inner_text()

    visit(page, f"{address}/coverage?round={example}", "Coverage")
    assert "1 of 1" in table_row(page, "People against quotas", "Bangladeshi")
    assert "full" in table_row(page, "People against quotas", "Bangladeshi")

    visit(page, f"{address}/participants?round={example}", "Participants")
    choose(page, page, "Change a person", "P13, confirmed")
    choose(page, page, "Move to stage", "No-show")
    page.get_by_role("button", name="Save", exact=True).click()
    settle(page)
    visit(page, f"{address}/coverage?round={example}", "Coverage")
    assert "1 to find" in table_row(page, "People against quotas", "Bangladeshi")

    page.reload()
    page.get_by_role("heading", level=1, name="Coverage").wait_for()
    settle(page)
    assert "1 to find" in table_row(page, "People against quotas", "Bangladeshi")
    found = {}
    for row in page.get_by_role("table", name="People against quotas").get_by_role("row").all():
        cells = row.inner_text().split("\t")
        if match := re.match(r"(\d+) of (\d+)$", cells[1].strip() if len(cells) > 1 else ""):
            found[cells[0].strip()] = tuple(map(int, match.groups()))

    visit(page, f"{address}/sheet?round={example}", "Recruitment sheet")
    with page.expect_download() as started:
        page.get_by_role("button", name="Download the sheet (.xlsx)").click()
    started.value.save_as(tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx", data_only=True)
    rows = {r[1]: r for r in book["Quotas"].iter_rows(min_row=2, values_only=True)
            if r[0] == "Ethnic group"}  # fmt: skip
    assert len(rows) >= 7
    for group, (filled, quota) in found.items():
        if group in rows:
            assert (rows[group][5], rows[group][2]) == (filled, quota), group
            assert rows[group][6] == max(0, quota - filled)
    assert rows["Bangladeshi"][5:] == (0, 1)


def test_dialogs_save_what_they_say_and_nothing_else(page, address, example):
    page.get_by_role("button", name="Change", exact=True).nth(2).click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    settle(page)
    assert dialog.get_by_role("radio", name="Within 1").is_checked()
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    settle(page)
    page.get_by_role("button", name="Change", exact=True).nth(1).click()
    dialog.wait_for()
    settle(page)
    assert dialog.get_by_role("radio", name="Keep exactly").is_checked()
    dialog.get_by_text("Within 1", exact=True).click()
    settle(page)
    dialog.get_by_role("button", name="Save", exact=True).click()
    dialog.wait_for(state="hidden")
    settle(page)
    assert page.get_by_text("Within 1 · like the population").count() == 4

    visit(page, f"{address}/participants?round={example}", "Participants")
    choose(page, page, "Change a person", "P11, reserve")
    settle(page)
    page.get_by_role("button", name="Change all answers").click()
    dialog.wait_for()
    settle(page)
    choose(page, dialog, "Sex", "Female")
    dialog.get_by_role("button", name="Save person").click()
    dialog.wait_for(state="hidden")
    settle(page)
    people = page.get_by_role("table", name="People recruited")
    row = people.get_by_role("row").filter(has_text="P11").inner_text()
    assert "Female" in row
    assert "35 to 54" in row
    choose(page, page, "Change a person", "P11, reserve")
    settle(page)
    page.get_by_role("button", name="Erase", exact=True).click()
    dialog.wait_for()
    dialog.get_by_role("button", name="Erase P11").click()
    dialog.wait_for(state="hidden")
    settle(page)
    assert people.get_by_role("row").filter(has_text="P11").count() == 0

    page.get_by_role("button", name="Add a person").click()
    dialog.wait_for()
    settle(page)
    choose(page, dialog, "Ethnic group", "Chinese")
    dialog.get_by_role("button", name="Save and add another").click()
    dialog.get_by_text("is saved").wait_for()
    settle(page)
    assert dialog.get_by_role("combobox", name="Ethnic group").input_value() == ""
    page.keyboard.press("Escape")
    dialog.wait_for(state="hidden")
    settle(page)
    assert people.get_by_role("row").filter(has_text="Chinese").count() == 1


def test_a_rule_is_added_priced_and_taken_out(page, address, example):
    visit(page, f"{address}/mix-and-quotas?round={example}", "Mix and quotas")
    page.get_by_role("button", name="Add a rule").click()
    settle(page)
    choose(page, page, "Group", "Ethnic group: Arab")
    page.get_by_role("button", name="Save rule").click()
    page.get_by_text("More: Arab 0 to 1.").wait_for()
    settle(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="At least 1 Arab").click()
    page.get_by_text("No rules. Add one to make sure of a group").wait_for()


def test_typed_names_are_shown_as_typed_and_fetch_nothing(page, address):
    visit(page, address, "Rounds")
    page.get_by_role("button", name="New round").first.click()
    page.get_by_label("Name of the round").fill("£5 *or* ![x](http://127.0.0.1:9/t.png)")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Population").wait_for()
    visit(page, address, "Rounds")
    assert page.get_by_role("link", name="£5 *or* ![x](http://127.0.0.1:9/t.png)").count() == 1


def test_a_new_round_by_keyboard_alone(page, address):
    visit(page, address, "Rounds")

    press(page, "New round")
    page.get_by_role("dialog").wait_for()
    settle(page)
    tab_to(page, "Name of the round")
    page.keyboard.type("Bins by keyboard")
    page.keyboard.press("Enter")
    page.get_by_role("heading", level=1, name="Population").wait_for()
    settle(page)
    tab_to(page, "Place")
    page.keyboard.type("Birmingham")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("1,144,919 people live in Birmingham").wait_for()
    page.keyboard.press("Escape")
    settle(page)
    press(page, "Continue to mix and quotas")
    page.get_by_role("heading", level=1, name="Mix and quotas").wait_for()
    settle(page)
    tab_to(page, "People wanted")
    page.keyboard.press("ArrowUp")
    page.get_by_text("Step 2 of 6").wait_for()
    page.get_by_text("11 people").first.wait_for()
    assert re.search(r"White.*5", table_row(page, "Quotas for Ethnic group", "White"))


def test_every_page_is_clean_by_axe_and_none_scrolls_sideways(looks, address, example):
    page = looks.page
    for path, title in PAGES.items():
        visit(page, f"{address}/{path}?round={example}", title)
        looks.check(title)
    visit(page, f"{address}/participants?round={example}", "Participants")
    page.get_by_role("button", name="Add a person").click()
    page.get_by_role("dialog").wait_for()
    looks.check("Add a person")
    visit(page, f"{address}/mix-and-quotas?round={example}", "Mix and quotas")
    page.get_by_role("button", name="Change", exact=True).first.click()
    page.get_by_role("dialog").wait_for()
    looks.check("Change a characteristic")


def listening(pid):
    """Return the local addresses a process listens on, from the kernel's own tables."""
    from pathlib import Path

    inodes = set()
    for link in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = str(link.readlink())
        except OSError:
            continue
        if target.startswith("socket:["):
            inodes.add(target[8:-1])
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and fields[9] in inodes:
                found.add(fields[1].rsplit(":", 1)[0])
    return found


def test_the_app_listens_on_this_machine_only_and_keeps_its_files_private(browser, tmp_path):
    with served(tmp_path) as (address, server):
        opened = window(browser)
        visit(opened, address, "Rounds")
        opened.context.close()
        assert listening(server.pid) == {"0100007F"}  # 127.0.0.1, as the kernel writes it
        folder = tmp_path / "sampling-planner"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert {stat.S_IMODE(f.stat().st_mode) for f in folder.iterdir()} == {0o600}
