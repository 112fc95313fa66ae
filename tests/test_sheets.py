"""The recruitment sheet: what is in the workbook, the .csv and the short form."""

import csv
import io
import json
import shutil
import subprocess
from datetime import date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler import figures, handover, sheets
from sampler.example import council_tax
from sampler.model import Answer, Fieldwork
from tests.builders import a_brief, a_person, by_hand
from tests.tools import needs

TODAY = date(2026, 11, 21)


def a_sheet(*people, brief=None, **changes):
    brief = brief or council_tax()
    values = {
        "plan": figures.plan_of(brief),
        "round_id": "abcd2345",
        "plan_number": 3,
        "fieldwork": Fieldwork(purpose="Bills & letters <now>", contact="team@council.example"),
        "people": tuple(people),
        "counting": "planned",
        "partial_counts": False,
        "with_people": False,
        "today": TODAY,
    }
    return handover.Sheet(**(values | changes))


def opened(sheet, *, values=True):
    return openpyxl.load_workbook(io.BytesIO(sheets.workbook(sheet)), data_only=values)


def rows(tab):
    return [list(row) for row in tab.iter_rows(values_only=True)]


SOME = (
    a_person("P01", stage="attended", answers={"Ethnic group": "Pakistani", "Sex": "Female"}),
    a_person("P02", stage="confirmed", answers={"Ethnic group": "Pakistani"}, reserve=True),
    a_person("P03", stage="no_show", answers={"Ethnic group": "Indian"}),
)


def test_the_workbook_has_its_tabs_and_a_very_hidden_one():
    book = opened(a_sheet())
    states = {tab.title: tab.sheet_state for tab in book}
    assert states == {
        "Brief": "visible",
        "Quotas": "visible",
        "People": "visible",
        "Screener": "visible",
        "Sources": "visible",
        "Lists": "hidden",
        "Planner": "veryHidden",
    }
    planner = rows(book["Planner"])
    assert planner[:3] == [["template", "1"], ["round", "abcd2345"], ["plan", "3"]]
    columns = [json.loads(value) for name, value in planner if name == "column"]
    heads = rows(book["People"])[0]
    assert [heads[c["column"]] for c in columns] == [c["characteristic"] for c in columns]
    assert "Pakistani" in columns[0]["groups"]


@pytest.mark.parametrize("with_people", [False, True])
def test_filled_and_missing_are_the_coverage_of_the_round(with_people):
    sheet = a_sheet(*SOME, with_people=with_people)
    heads, *body = rows(opened(sheet)["Quotas"])
    assert heads == [
        "Characteristic", "Group", "Wanted", "Range", "Filled before", "Filled", "Missing",
    ]  # fmt: skip
    found = {(r[0], r[1]): r[2:] for r in body}
    before = 0 if with_people else 1
    assert found["Ethnic group", "Pakistani"] == [2, "2", before, 1, 1]
    assert found["Ethnic group", "White British"] == [4, "4", 0, 0, 4]
    assert found["Sex", "Female"] == [5, "4 to 6", before, 1, 3]
    formulas = opened(sheet, values=False)["Quotas"]
    assert formulas["F2"].value.startswith("=E2+SUMPRODUCT(")
    assert formulas["G2"].value.startswith("=MAX(0,")


def test_nobodys_answers_leave_unless_asked_for():
    heads, *without = rows(opened(a_sheet(*SOME))["People"])
    assert heads[:3] == ["Reference", "Stage", "Reserve"]
    assert {r[1] for r in without} == {None}
    assert without[0][0] == "R01"
    _, *with_ = rows(opened(a_sheet(*SOME, with_people=True))["People"])
    assert [r[:2] for r in with_[:3]] == [
        ["P01", "Attended"], ["P02", "Confirmed"], ["P03", "No-show"],
    ]  # fmt: skip


def test_every_cell_of_a_person_offers_its_answers():
    book = opened(a_sheet(), values=False)
    ranges = {
        str(check.sqref).split(":")[0].rstrip("0123456789"): check.formula1
        for check in book["People"].data_validations.dataValidation
    }
    assert set(ranges) == {"B", "C", "D", "E", "F", "G", "H"}
    lists = rows(book["Lists"])
    stages = [r[1] for r in lists[1:] if r[1]]
    assert stages[0] == "Approached"
    assert len(stages) == 13
    ethnic = [r[3] for r in lists[1:] if r[3]]
    assert ethnic[-2:] == ["Prefer not to say", "Not known"]
    assert len(ethnic) == 21


def test_the_screener_says_what_each_answer_counts_as_and_refusing_comes_last():
    brief = a_brief(characteristic=[
        {"topic": "ethnic_group", "grouping": "broad"}, {"topic": "disability"},
        {"name": "Access", "minimum": {"Has access needs": 2}},
    ])  # fmt: skip
    _, *body = rows(opened(a_sheet(brief=brief))["Screener"])
    said = {(r[0], r[2]): r[3] for r in body}
    assert said["Ethnic group", "Pakistani"] == "Asian"
    assert said["Disability", "Yes, a little"] == "Disabled"
    assert said["Access", "None of these"] == "Any"
    for name in ("Ethnic group", "Disability", "Access"):
        assert [r[2] for r in body if r[0] == name][-1] == "Prefer not to say"


def test_sources_carry_the_table_the_date_and_the_licence():
    text = " ".join(str(cell) for row in rows(opened(a_sheet())["Sources"]) for cell in row)
    assert "TS021" in text
    assert "counted 21 March 2021, in lockdown, 5 years 8 months ago" in text
    assert "Open Government Licence v3.0" in text
    assert "missed by chance in 31 of 100" in text


@settings(max_examples=30, deadline=None)
@given(st.sampled_from("=+-@'\t\r<&\"*?~"), st.text(max_size=12))
def test_no_text_becomes_a_formula(start, rest):
    group = (start + rest).replace("\x00", "")
    group = "".join(c for c in group if c.isprintable() or c in "\t\r") or "x"
    brief = by_hand(3, shares={f"{group}a": "0.5", "plain": "0.5"})
    sheet = a_sheet(brief=brief)
    book = opened(sheet, values=False)
    cells = [cell for tab in ("Lists", "Screener") for row in book[tab].iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    for row in csv.reader(io.StringIO(sheets.quotas_csv(sheet))):
        assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_the_csv_has_every_group_in_the_order_of_the_plan():
    sheet = a_sheet(*SOME)
    heads, *body = csv.reader(io.StringIO(sheets.quotas_csv(sheet)))
    assert heads == ["Characteristic", "Group", "Wanted", "Low", "High", "Filled", "Missing"]
    groups = [(p.name, q.group) for p in sheet.plan.characteristics for q in p.quotas]
    assert [(r[0], r[1]) for r in body] == groups
    assert ["Ethnic group", "Pakistani", "2", "2", "2", "1", "1"] in body


def test_the_short_form_asks_in_plain_words_for_who_is_missing():
    text = handover.short_form(a_sheet(*SOME))
    assert text.startswith(
        "We would like to meet nine more people from Birmingham, aged 16 or over."
    )
    assert "one Pakistani" in text
    assert "two 35 to 54" in text
    assert "- Sex (about): four Female and five Male" in text
    assert "do not send names" in text
    assert len(text.splitlines()) < 30


def test_the_same_sheet_gives_the_same_bytes():
    assert sheets.workbook(a_sheet(*SOME)) == sheets.workbook(a_sheet(*SOME))


def test_a_file_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "out.xlsx"
    sheets.write(path, a_sheet())
    assert openpyxl.load_workbook(path)
    with pytest.raises(OSError, match="No such file"):
        sheets.write(tmp_path / "nowhere" / "out.xlsx", a_sheet())
    assert [p.name for p in tmp_path.iterdir()] == ["out.xlsx"]


def test_slots_and_incentives_are_dates_and_own_words_are_kept():
    person = a_person(
        "P01", stage="attended", slot=datetime(2027, 1, 12, 10, 30), incentive_on=date(2027, 1, 13),
        answers={"Ethnic group": Answer(kind="own_words", text="Cornish")},
    )  # fmt: skip
    book = opened(a_sheet(person, with_people=True))
    heads, first, *_ = rows(book["People"])
    cells = dict(zip(heads, first, strict=True))
    assert cells["Slot"] == datetime(2027, 1, 12, 10, 30)
    assert cells["Incentive sent on"] == datetime(2027, 1, 13)
    assert cells["Ethnic group"] == "Cornish"
    assert cells["Counted"] == 1


@needs("soffice")
def test_libreoffice_works_out_the_same_numbers_and_prints_every_tab(tmp_path):
    """Fill in rows the way a recruiter would, let LibreOffice recalculate, and read it back."""
    book = openpyxl.load_workbook(io.BytesIO(sheets.workbook(a_sheet(*SOME))))
    people = book["People"]
    heads = [cell.value for cell in people[1]]
    filled = [("Confirmed", "No", "Pakistani"), ("Confirmed", "Yes", "Indian"),
              ("No-show", "No", "Indian"), ("Attended", "", "Other White")]  # fmt: skip
    for row, (stage, reserve, ethnic) in enumerate(filled, 2):
        people.cell(row, heads.index("Stage") + 1, stage)
        people.cell(row, heads.index("Reserve") + 1, reserve)
        people.cell(row, heads.index("Ethnic group") + 1, ethnic)
    book.save(tmp_path / "filled.xlsx")
    for kind, folder in (("xlsx", "again"), ("pdf", "pdf")):
        subprocess.run(
            [shutil.which("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile",
             "--headless", "--convert-to", kind, "--outdir", str(tmp_path / folder),
             str(tmp_path / "filled.xlsx")],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    again = openpyxl.load_workbook(tmp_path / "again" / "filled.xlsx", data_only=True)
    found = {(r[0], r[1]): r[4:] for r in rows(again["Quotas"])[1:]}
    assert found["Ethnic group", "Pakistani"] == [1, 2, 0]
    assert found["Ethnic group", "Indian"] == [0, 0, 1]
    assert found["Ethnic group", "Other White"] == [0, 1, 0]
    assert found["Ethnic group", sheets.NO_QUOTA] == [0, 0, None]
    assert found["Age", sheets.NO_QUOTA][1] == 3
    assert (tmp_path / "pdf" / "filled.pdf").stat().st_size > 10_000
