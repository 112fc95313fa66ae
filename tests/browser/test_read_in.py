"""Files of five shapes read in by the pages alone, in a real browser; and by keyboard alone."""

import re

import pytest

from tests import read_in_files
from tests.browser import driving
from tests.browser.driving import pick, press, settle, tab_to, visit
from tests.builders import a_brief
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]
TITLE = "Read in a filled sheet"
STREAMLITS_OWN = "presentation-role-conflict"
"""Minor: its field for files gives the area to drop them on both a role and a name."""


@pytest.fixture
def held(store):
    made = store.add_round(a_brief())
    store.add_recruiter(made.id, "Acme Fieldwork", way="agency")
    return made


def choose(page, label, option):
    driving.choose(page, page, label, option)
    settle(page)


def heading(page, words):
    page.get_by_role("heading", name=words, exact=True).wait_for(timeout=20_000)
    settle(page)


def give(page, address, held, sender, name="", body=b""):
    """Say who sent it on the page, and choose the file if there is one."""
    visit(page, f"{address}/read-in?round={held.id}", TITLE)
    choose(page, "Who sent it?", sender)
    if body:
        page.locator("input[type=file]").set_input_files(
            {"name": name, "mimeType": "application/octet-stream", "buffer": body}
        )


def use_these(page, then):
    page.get_by_role("button", name="Use these").click()
    heading(page, then)


def asked(page):
    """What is asked now, and what is proposed."""
    fields = page.get_by_role("combobox").all()
    named = {field.get_attribute("aria-label"): field.input_value() for field in fields}
    return {label: value for label, value in named.items() if label and "‘" in label}


def take_in(page, words, said):
    page.get_by_role("button", name=words).click()
    page.get_by_text(said, exact=True).wait_for(timeout=20_000)
    heading(page, "Participants")


def people(page):
    return page.get_by_role("table", name="People recruited").inner_text()


def answers(store, held):
    return [
        (person.their_reference, {name: one.text for name, one in person.answers.items()})
        for person in store.people(held.id)
    ]


def test_an_agencys_workbook_with_title_rows_and_words_of_its_own(page, address, held, store):
    give(page, address, held, "Acme Fieldwork", "grid.xlsx", read_in_files.agency())
    heading(page, "Columns")
    assert asked(page)["Is ‘Gender’ our Sex?"] == "Sex?"
    assert page.get_by_text("Left out: Comments. This is never stored.").count()
    use_these(page, "Words")
    proposed = asked(page)
    assert len(proposed) == 3
    assert any("British Pakistani" in label and v == "Pakistani?" for label, v in proposed.items())
    page.get_by_role("button", name="Use these").click()
    page.get_by_text("2 answers still missing").wait_for()
    settle(page)
    choose(page, re.compile("35ish"), "Leave these rows out")
    choose(page, re.compile("Standby list"), "Interested")
    use_these(page, "What would be taken in")
    assert page.get_by_text("3 new, 1 left out by you").count()
    assert store.people(held.id) == []
    take_in(page, "Take in 3 people", "3 people taken in from Acme Fieldwork.")
    assert "A03" in people(page)
    assert answers(store, held)[0][1]["Ethnic group"] == "Pakistani"
    page.get_by_role("button", name="Take back the last file").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("3 people who came with it are removed").wait_for()
    dialog.get_by_role("button", name="Take it back").click()
    page.get_by_text("The last file was taken back").wait_for()
    assert store.people(held.id) == []


def test_a_partners_csv_in_windows_1252_with_semicolons(page, address, held, store):
    give(page, address, held, "Somebody new")
    page.get_by_label("Their name").fill("Sparkhill Hub")
    page.keyboard.press("Tab")
    settle(page)
    choose(page, "What they are", "Community partner")
    page.locator("input[type=file]").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": read_in_files.partner()}
    )
    heading(page, "Columns")
    use_these(page, "Words")
    labels = list(asked(page))
    assert any("‘Somali’" in label for label in labels)
    assert page.get_by_text("These are words for gender", exact=False).count()
    choose(page, re.compile("Somali"), "Black African")
    use_these(page, "What would be taken in")
    assert page.get_by_text("3 new", exact=True).count()
    take_in(page, "Take in 3 people", "3 people taken in from Sparkhill Hub.")
    first = store.people(held.id)[0]
    assert first.reference == "B01"
    assert first.notes == "Met at the café – mornings"
    assert (first.answers["Sex"].text, first.answers["Age"].text) == ("Female", "16-34")
    assert store.recruiters(held.id)[1].way == "partner"


def test_a_panels_export_with_names_contacts_and_dates_of_birth(page, address, held, store, folder):
    give(page, address, held, "Acme Fieldwork", "panel.csv", read_in_files.panel())
    heading(page, "Columns")
    assert page.get_by_text(
        "Left out: First name, Surname, E-mail, Mobile, Date of birth, Postcode, Newsletter. "
        "These are never stored."
    ).count()
    assert "Quibblesworth" not in page.content()
    use_these(page, "What would be taken in")
    assert "Quibblesworth" not in page.content()
    take_in(page, "Take in 3 people", "3 people taken in from Acme Fieldwork.")
    assert [one["Age"] for _, one in answers(store, held)] == ["35-54", "55+", "16-34"]
    assert [name for name, _ in answers(store, held)] == ["PX-9001", "PX-9002", "PX-9003"]
    for file in [folder / "server.log", *(folder / "sampling-planner").iterdir()]:
        body = file.read_bytes()
        assert not any(word in body for word in (b"Quibbles", b"07700", b"@example.org", b"B14 7"))


def test_a_table_pasted_from_an_e_mail(page, address, held, store):
    give(page, address, held, "Nobody in particular")
    page.get_by_text("A pasted table").click()
    settle(page)
    page.get_by_role("textbox", name=re.compile("Paste the table")).fill(read_in_files.pasted())
    page.get_by_role("button", name="Read what I pasted").click()
    heading(page, "Columns")
    use_these(page, "What would be taken in")
    assert page.get_by_text("2 new", exact=True).count()
    take_in(page, "Take in 2 people", "2 people taken in.")
    assert [(p.reference, p.recruiter) for p in store.people(held.id)] == [("P01", ""), ("P02", "")]


def test_nhs_codes_say_what_to_know_of_them(page, address, held, store):
    give(page, address, held, "Acme Fieldwork", "clinic.xlsx", read_in_files.nhs())
    heading(page, "Columns")
    assert page.get_by_text("NHS ethnic category, 16+1 (Census 2001): what to know").count()
    page.get_by_text("Read other columns, or leave some out").click()
    settle(page)
    choose(page, re.compile("‘Client code’ is left out"), "Reference")
    use_these(page, "Words")
    assert any("‘S’" in label for label in asked(page))
    choose(page, re.compile("‘S’"), "Keep their own words; fills no group")
    use_these(page, "What would be taken in")
    take_in(page, "Take in 6 people", "6 people taken in from Acme Fieldwork.")
    kept = {p.their_reference: p.answers["Ethnic group"] for p in store.people(held.id)}
    assert kept["C-03"].text == "Pakistani"
    assert kept["C-06"].text == "Chinese"
    assert kept["C-04"].kind == "own_words"
    assert kept["C-05"].kind == "prefer_not_to_say"


def test_a_file_is_read_in_by_keyboard_alone(page, address, held, store):
    def go_on(button, to):
        press(page, button)
        heading(page, to)

    def upload(body):
        chosen.append({"name": "g.xlsx", "mimeType": "application/xlsx", "buffer": body})
        press(page, "Upload")

    chosen = []
    page.on("filechooser", lambda chooser: chooser.set_files(chosen[-1]))
    visit(page, f"{address}/participants?round={held.id}", "Participants")
    go_on(TITLE, TITLE)
    pick(page, "Who sent it", "Acme Fieldwork")
    upload(read_in_files.agency())
    heading(page, "Columns")
    go_on("Use these", "Words")
    pick(page, "35ish", "35-54")
    pick(page, "Standby list", "Interested")
    go_on("Use these", "What would be taken in")
    go_on("Take in 4 people", "Participants")
    assert len(store.people(held.id)) == 4

    again = [
        ["Respondent no", "Ethnicity"], ["R101", "Indian"], ["R105", "Klingon"], ["R105", "Arab"]
    ]  # fmt: skip
    visit(page, f"{address}/read-in?round={held.id}", TITLE)
    pick(page, "Who sent it", "Acme Fieldwork")
    upload(read_in_files.workbook(again))
    heading(page, "Words")
    pick(page, "Klingon", "Keep their own words; fills no group")
    go_on("Use these", "What would be taken in")
    tab_to(page, "Leave out the 2 refused rows")
    page.keyboard.press("Space")
    settle(page)
    go_on("Take in 1 person", "Participants")
    assert store.person(held.id, "A01").answers["Ethnic group"].text == "Indian"


def test_reading_in_is_clean_by_axe_on_the_way_and_never_scrolls_sideways(looks, address, held):
    page = looks.page

    def check(where):
        looks.check(where, but=(STREAMLITS_OWN,))

    visit(page, f"{address}/read-in?round={held.id}", TITLE)
    check("Start")
    give(page, address, held, "Acme Fieldwork", "clinic.xlsx", read_in_files.nhs())
    heading(page, "Columns")
    page.get_by_text("Read other columns, or leave some out").click()
    settle(page)
    check("Columns")
    use_these(page, "Words")
    check("Words")
    rows = [
        ["Code", "Status", "Disability"], ["C-1", "Booked", "Disabled"],
        ["C-2", "Booked", "Disabled"], ["C-2", "Booked", "Disabled"],
    ]  # fmt: skip
    give(page, address, held, "Acme Fieldwork", "more.xlsx", read_in_files.workbook(rows))
    heading(page, "Columns")
    use_these(page, "What would be taken in")
    page.get_by_text("How columns and words are read").click()
    settle(page)
    check("Preview")
    give(page, address, held, "Acme Fieldwork", "a.csv", b"%PDF-1.7")
    page.get_by_text("This cannot be read in").wait_for()
    check("Refused")
