"""The programme in a real browser: past rounds, added up and apart, the next mix, sharing."""

import re
from datetime import date

import pytest

from sampler import figures
from sampler.model import Totals
from sampler.store import Store
from tests.browser.driving import served, settle, visit
from tests.builders import a_brief, a_person
from tests.tools import needs

pytestmark = [
    needs("chromium"),
    pytest.mark.browser,
    pytest.mark.filterwarnings("default"),
]
NAME = "Customer service"
CITY = [{"topic": "sex"}, {"topic": "age", "bands": ["16-34", "35-54", "55+"]}]
COUNTS = "Sex\nFemale, 6\nMale, 4\nAge\n16-34, 1\n35-54, 3\n55+, 5"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("programme")


@pytest.fixture(scope="module")
def store(folder):
    """Two live rounds of Canterbury, each with a man of 16 to 34 who attended."""
    made = Store(f"sqlite:///{folder}/planner.sqlite3")
    for i in range(2):
        brief = a_brief(
            title=f"Live {i + 1}", programme=NAME, areas=["Canterbury"], characteristic=CITY
        )
        one = made.add_round(brief)
        made.take_plan(one.id, figures.plan_of(brief))
        answers = {"Sex": "Male", "Age": "16-34"}
        made.add_person(one.id, a_person(stage="attended", answers=answers))
        made.add_recruiter(one.id, "Agency", way="agency", people=6)
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(folder, store):
    with served(folder, database=f"sqlite:///{folder}/planner.sqlite3") as (address, _):
        yield address


def cells(page, table, group):
    rows = page.get_by_role("table", name=table, exact=True).get_by_role("row")
    row = rows.filter(has=page.get_by_role("rowheader", name=group)).first
    return " ".join(row.inner_text().split())


def add_past(page, title, counts=COUNTS):
    page.get_by_role("button", name="Add a past round").click()
    form = page.get_by_role("dialog")
    form.wait_for()
    settle(page)
    form.get_by_label("Name of the round").fill(title)
    form.get_by_role("spinbutton", name="day").click()
    page.keyboard.type("03032025")
    form.get_by_text("Paste, or a file").click()
    settle(page)
    form.get_by_role("textbox", name="Counts: the characteristic").fill(counts)
    page.keyboard.press("Tab")
    settle(page)
    form.get_by_role("button", name="Add the round").click()
    form.wait_for(state="hidden")
    settle(page)


def add_by_totals(store, title, counts, **more):
    """Add a past round as the dialog does."""
    brief = a_brief(**{"title": title, "programme": NAME, "characteristic": CITY} | more)
    made = store.add_round(brief)
    store.take_plan(made.id, figures.plan_of(brief))
    heard = max(sum(groups.values()) for groups in counts.values())
    store.set_totals(made.id, Totals(on=date(2025, 3, 3), heard=heard, counts=counts))


def test_past_and_live_rounds_are_added_up_a_county_stands_apart_and_the_gaps_become_a_round(
    page, address, store
):
    visit(page, f"{address}/programme", NAME)
    page.get_by_text("We have heard from 2 citizens in 2 rounds").wait_for()
    add_past(page, "Past 1")
    page.get_by_text("Past 1 was added").wait_for()
    visit(page, address, "Rounds")
    add_past(page, "Past 2")
    page.get_by_text("Past round, 3 March 2025").first.wait_for()
    counts = {"Sex": {"Female": 6, "Male": 4}, "Age": {"16-34": 1, "35-54": 3, "55+": 5}}
    for i in (3, 4):
        add_by_totals(store, f"Past {i}", counts, areas=["Canterbury"])
    visit(page, f"{address}/programme", NAME)
    page.get_by_text("We have heard from 42 citizens in 6 rounds").wait_for()
    assert page.get_by_text("Rounds that stand apart").count() == 0
    assert cells(page, "Sex: people heard and expected", "Female").startswith("Female 24 22.")

    add_by_totals(
        store, "County", {"Sex": {"Female": 20}}, areas=["Kent"], characteristic=[CITY[0]]
    )
    page.reload()
    page.get_by_role("heading", name="Rounds that stand apart").wait_for()
    settle(page)
    page.get_by_text(
        "It covers Kent, and these rounds cover Canterbury. Kent and Canterbury overlap, so their "
        "people are not added up."
    ).wait_for()
    assert cells(page, "Sex: people heard and expected", "Female").startswith("Female 24 22.")
    county = cells(page, "Sex: people heard and expected, County", "Female")
    assert re.match(r"Female 20 10\.\d", county)
    assert page.get_by_text("5 past rounds count by totals alone").is_visible()

    page.get_by_role("button", name="Plan a round from these gaps").click()
    dialog = page.get_by_role("dialog")
    dialog.wait_for()
    settle(page)
    row = cells(page, "Age: proposed for the next round", "16 to 34")
    proposed = int(row.split()[-1])
    table = page.get_by_role("table", name="Age: proposed for the next round", exact=True)
    table.get_by_text(f"Why {proposed}?").first.click()
    assert table.get_by_text("all groups are").first.is_visible()
    dialog.get_by_role("button", name="Create round").click()
    page.get_by_role("heading", level=1, name="Mix and quotas").wait_for()
    settle(page)
    page.get_by_text("The shares wanted come from the gaps of 6 earlier rounds.").first.wait_for()
    quota = cells(page, "Quotas for Age", "16 to 34")
    assert re.search(rf"\b{proposed}$", quota)
    held = page.url.split("round=")[1]
    assert store.latest_plan(held) is None
    assert [one.name for one in store.recruiters(held)] == ["Agency"]


def test_what_can_be_shown_is_published_and_handed_over(page, address, store, tmp_path):
    for i in range(2):
        counts = {"Sex": {"Women": 30, "Men": 12}}
        own = {"name": "Sex", "people": {"Women": 60, "Men": 40}}
        add_by_totals(
            store, f"Desk {i}", counts, programme="Front desk", areas=[], characteristic=[own]
        )
    held = next(one for one in store.programmes() if one.name == "Front desk")
    visit(page, f"{address}/shared-coverage?programme={held.id}", "Shared coverage")
    page.get_by_role("button", name="Publish a snapshot").click()
    page.get_by_role("dialog").get_by_text("This is what would be shown.").wait_for()
    page.get_by_role("button", name="Publish this").click()
    page.get_by_text("We have heard from 80 to 84 citizens in 2 rounds.").wait_for()
    settle(page)
    assert "60 to 64" in cells(page, "Sex: people heard, in fives", "Women")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download as text (.txt)").click()
    text = tmp_path / "shown.txt"
    download.value.save_as(text)
    assert "60 to 64" in text.read_text("utf-8")
    page.get_by_label("Recruited by whom").fill("two community partners")
    page.keyboard.press("Tab")
    settle(page)
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the page (.docx)").click()
    assert download.value.suggested_filename.endswith(".docx")
    page.get_by_role("button", name="Publish a new snapshot").click()
    page.get_by_role("dialog").get_by_text("Nothing can be published yet").wait_for()


def test_programme_pages_are_clean_by_axe_and_none_scrolls_sideways(looks, address, store):
    page, check = looks.page, looks.check
    held = next(one for one in store.programmes() if one.name == NAME)
    if not any(one.totals for one in store.rounds_of(held.id)):  # where it runs on its own
        counts = {"Sex": {"Female": 6, "Male": 4}, "Age": {"16-34": 1, "35-54": 3, "55+": 5}}
        add_by_totals(store, "Past", counts, areas=["Canterbury"])
    past = next(one for one in store.rounds_of(held.id) if one.totals)

    for path, title in {
        f"programme?round={past.id}": NAME,
        f"shared-coverage?programme={held.id}": "Shared coverage",
        "members": "Members and sign-in",
        f"participants?round={past.id}": "Participants",
    }.items():
        visit(page, f"{address}/{path}", title)
        check(title)
    visit(page, f"{address}/programme?round={past.id}", NAME)
    for button in ("Plan a round from these gaps", "Add a past round"):
        page.get_by_role("button", name=button).click()
        page.get_by_role("dialog").wait_for()
        check(button)
        page.keyboard.press("Escape")
        page.get_by_role("dialog").wait_for(state="hidden")
