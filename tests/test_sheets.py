"""The recruitment sheet: what is in the workbook, the .csv and the short form."""

import csv
import io
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
import zipfile
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler import figures, handover, sheets
from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer, Fieldwork, Recruiter
from sampler.people import recruiters
from sampler.people.tracking import answer_words
from sampler.reading.word_match import Reader
from sampler.sheet_text import shown, unprotected
from tests.builders import a_brief, a_person, by_hand
from tests.tools import needs

MADE = datetime(2026, 11, 21, 9, 30, 15, 999_999, tzinfo=UTC)


def a_sheet(*people, brief=None, **changes):
    brief = brief or a_brief()
    values = {
        "plan": figures.plan_of(brief),
        "round_id": "abcd2345",
        "plan_number": 3,
        "fieldwork": Fieldwork(purpose="Bills & letters <now>", contact="team@council.example"),
        "people": tuple(people),
        "counting": "planned",
        "partial_counts": False,
        "with_people": False,
        "made": MADE,
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
    assert planner[:4] == [
        ["template", "2"],
        ["round", "abcd2345"],
        ["plan", "3"],
        ["made", "2026-11-21T09:30:15+00:00"],
    ]
    columns = [json.loads(value) for name, value in planner if name == "column"]
    heads = rows(book["People"])[0]
    assert [heads[c["column"]] for c in columns] == [c["characteristic"] for c in columns]
    assert "Pakistani" in columns[0]["groups"]
    assert "Asian" in columns[0]["broad"]


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
    assert cells["Ethnic group"] == "“Cornish”"
    assert cells["Counted"] == 1


AGENCY = Recruiter(id="r1", name="Agency & Söhne", way="agency", letter="A", people=6)
PARTNER = Recruiter(id="r2", name="Quietpartner", way="partner", letter="B", people=6)
THEIRS = (
    a_person("A01", recruiter="agency  & söhne", stage="attended", version=4,
             answers={"Ethnic group": "Pakistani", "Sex": "Female"}),
    a_person("A05", recruiter="Agency & Söhne", stage="interested"),
    a_person("B77", recruiter="Quietpartner", stage="confirmed", notes="marked note",
             their_reference="QP-9", answers={"Ethnic group": "Pakistani", "Sex": "Male"}),
    a_person("P01", stage="confirmed", answers={"Sex": "Female"}, notes="another note"),
)  # fmt: skip


def for_agency(**changes):
    brief = changes.pop("brief", None) or a_brief()
    plan = figures.plan_of(brief)
    found = recruiters.shares(brief, plan, [AGENCY, PARTNER])
    return a_sheet(
        *THEIRS,
        brief=brief,
        **({"plan": found.plans[AGENCY.name], "recruiter": AGENCY, "with_people": True} | changes),
    )


def test_a_recruiters_sheet_says_whose_it_is_and_asks_for_their_share():
    sheet = for_agency(next_number=4)
    assert sheet.file_name == "council-tax-discovery-agency-söhne"
    book = opened(sheet)
    assert book["Brief"]["A1"].value == "Council tax discovery: Agency & Söhne"
    brief = dict(r[:2] for r in rows(book["Brief"])[3:])
    assert brief["This sheet is for"] == "Agency & Söhne"
    assert brief["People to take part"] == "5"
    assert brief["People to recruit"] == "5 more; 1 of 6 are already found"
    assert ["recruiter", "Agency & Söhne"] in rows(book["Planner"])
    assert ["letter", "A"] in rows(book["Planner"])
    wanted = {(r[0], r[1]): r for r in rows(book["Quotas"])[1:]}
    sums = {}
    for (name, _), row in wanted.items():
        sums[name] = sums.get(name, 0) + (row[2] or 0)
    assert set(sums.values()) == {5}
    assert wanted["Sex", "Female"][5] == 1
    text = handover.short_form(sheet)
    assert text.startswith("For Agency & Söhne\n\nWe would like to meet four more people")


def test_blank_rows_go_on_in_the_recruiters_own_references_past_those_taken():
    _, *body = rows(opened(for_agency(next_number=4))["People"])
    assert [r[0] for r in body[:6]] == ["A01", "A05", "A04", "A06", "A07", "A08"]
    _, *body = rows(opened(a_sheet(next_number=98))["People"])
    assert [r[0] for r in body[:3]] == ["R98", "R99", "R100"]


@pytest.mark.parametrize("with_people", [False, True])
def test_nothing_of_anybody_elses_people_is_in_any_byte_of_a_recruiters_files(with_people):
    brief = a_brief(split=[{"by": "Recruiter", "people": {AGENCY.name: 5, PARTNER.name: 5}}])
    sheet = for_agency(brief=brief, with_people=with_people)
    with zipfile.ZipFile(io.BytesIO(sheets.workbook(sheet))) as book:
        whole = b"".join(book.read(name) for name in book.namelist())
    whole += (sheets.people_csv(sheet) + sheets.quotas_csv(sheet)).encode()
    whole += handover.short_form(sheet).encode()
    theirs = ["B77", "P01", "marked note", "another note", "QP-9", "Quietpartner"]
    theirs += [person.id for person in THEIRS[2:]]
    assert [mark for mark in theirs if mark.encode() in whole] == []
    filled = {(r[0], r[1]): r[5] for r in rows(opened(sheet)["Quotas"])[1:]}
    assert filled["Sex", "Male"] == 0
    assert filled["Sex", "Female"] == 1


def test_every_row_is_marked_with_its_id_and_version_in_a_hidden_column():
    sheet = for_agency(row_id=lambda reference: f"id-of-{reference}")
    book = opened(sheet)
    heads, *body = rows(book["People"])
    assert heads[-6:] == [
        "Recruiter", "Slot", "Incentive sent on", "Notes", "Counted", "Planner",
    ]  # fmt: skip
    at = openpyxl.utils.get_column_letter(len(heads))
    assert book["People"].column_dimensions[at].hidden
    assert [r[-1] for r in body[:3]] == [f"{THEIRS[0].id}/4", f"{THEIRS[1].id}/1", "id-of-A02/0"]
    assert body[2][1:-2] == [None] * (len(heads) - 3)
    _, *body = rows(opened(for_agency())["People"])
    assert body[2][-1] is None


def test_without_a_recruiter_everyone_is_on_the_sheet():
    sheet = a_sheet(*THEIRS, with_people=True)
    assert sheet.title == "Council tax discovery"
    assert [r[0] for r in rows(opened(sheet)["People"])[1:6]] == [
        "A01", "A05", "B77", "P01", "R01",
    ]  # fmt: skip
    assert not any(name == "recruiter" for name, _ in rows(opened(sheet)["Planner"]))


ODD = ["'", "''", "=1+1", "+44", "-", "@x", "\tx", "\rx", "\nx", "_x000D_", "_x000D_x000D_",
       "_x000D\r", "_x005F_x000D_", "a\r\nb", "<r>x</r>", "<r></r>", "\ue000000D", " x ",
       "\u2028", "\x01\x1f", "\ufffe", '"a";b,c|d', "“a”", "0012", "1e5", "TRUE",
       "é🙂"]  # fmt: skip
odd_text = st.one_of(
    st.sampled_from(ODD),
    st.text(st.sampled_from("_x005FDABad\r\n\t '=<r>/&;\ue000\ufffe\x0b"), max_size=30),
    st.text(max_size=30),
)


def decoded(cell):
    """Read a cell as spreadsheets do: _xHHHH_ is a character."""
    return re.sub(r"_x([0-9A-Fa-f]{4})_", lambda m: chr(int(m[1], 16)), str(cell or ""))


def text_rows(body, number=3):
    """Return the texts of a tab as the file has them; openpyxl takes x005F_ out anywhere."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        shared = ElementTree.fromstring(book.read("xl/sharedStrings.xml"))
        tab = ElementTree.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
    texts = ["".join(t.text or "" for t in one.iter(f"{space}t")) for one in shared]
    found = []
    for row in tab.iter(f"{space}row"):
        cells = {}
        for cell in row.iter(f"{space}c"):
            value = cell.find(f"{space}v")
            if cell.get("t") == "s":
                column = cell.get("r").rstrip("0123456789")
                cells[column] = decoded(texts[int(value.text)])
        found.append(cells)
    heads = found[0]
    return [{head: cells.get(at, "") for at, head in heads.items()} for cells in found[1:]]


@settings(max_examples=150, deadline=None)
@given(odd_text, odd_text, odd_text)
def test_odd_text_comes_back_from_the_workbook_and_from_csv(notes, recruiter, own):
    own_words = Answer(kind="own_words", text=own[:200])
    person = a_person("A01", notes=notes, recruiter=recruiter, answers={"Confidence": own_words})
    brief = by_hand(3, shares={"Low": "0.5", "High": "0.5"})
    sheet = a_sheet(person, brief=brief, with_people=True)
    answer = answer_words(own_words)
    cells = text_rows(sheets.workbook(sheet))[0]
    assert (cells["Notes"], cells["Recruiter"], cells["Confidence"]) == (notes, recruiter, answer)
    heads, first, *_ = csv.reader(io.StringIO(sheets.people_csv(sheet), newline=""))
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in first)
    cells = {head: unprotected(cell) for head, cell in zip(heads, first, strict=True)}
    assert (cells["Notes"], cells["Recruiter"], cells["Confidence"]) == (notes, recruiter, answer)
    assert (heads[-1], cells["Planner"]) == ("Planner", f"{person.id}/1")


def test_every_kind_of_answer_is_written_in_words_and_read_as_it_was():
    own = ["Cornish", "pakistani", "Not known", "n/a", "Asian, detail not known", "35",
           "In their own words", "", "  ", "“Cornish”", " Cornish "]  # fmt: skip
    answers = [Answer(kind="own_words", text=text) for text in own]
    answers += [Answer(kind="group", text="Pakistani"), Answer(kind="broad", text="Asian")]
    answers += [PREFER_NOT_TO_SAY, NOT_KNOWN]
    people = [
        a_person(f"A{i:02d}", answers={"Ethnic group": answer}) for i, answer in enumerate(answers)
    ]
    sheet = a_sheet(*people, with_people=True)
    said = [cells["Ethnic group"] for cells in text_rows(sheets.workbook(sheet))[: len(people)]]
    assert said[:2] == ["“Cornish”", "“pakistani”"]
    assert said[-4:] == ["Pakistani", "Asian, detail not known", "Prefer not to say", "Not known"]
    reader = Reader(sheet.plan.characteristics[0], sheet.plan)
    assert [reader.read(text).answer for text in said] == answers


def test_dates_of_the_csv_are_iso_and_a_date_no_spreadsheet_knows_is_text():
    person = a_person("P01", slot=datetime(2027, 1, 12, 10, 30), incentive_on=date(1899, 1, 2))
    sheet = a_sheet(person, with_people=True)
    heads, first, *_ = csv.reader(io.StringIO(sheets.people_csv(sheet), newline=""))
    cells = dict(zip(heads, first, strict=True))
    assert (cells["Slot"], cells["Incentive sent on"]) == ("2027-01-12 10:30", "1899-01-02")
    heads, first, *_ = rows(opened(sheet)["People"])
    assert dict(zip(heads, first, strict=True))["Incentive sent on"] == "1899-01-02"


def test_titles_that_no_footer_could_hold_still_make_a_workbook():
    name = "A\x01&B\n" + "long " * 15
    sheet = for_agency(recruiter=AGENCY.model_copy(update={"name": name}))
    book = opened(sheet)
    assert decoded(book["Brief"]["A1"].value) == f"Council tax discovery: {name}"
    assert book["Quotas"].oddFooter.left.text == shown(sheet.title).replace("&", "&&")


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


LOST_IN_LIBREOFFICE = {
    "xlsx": ("_x000D_x000D_", "_x005F_x000D_", "a\r\nb", "\ufffe"),
    "ods": ("_x000D_x000D_", "_x005F_x000D_", "a\r\nb", "\ufffe", "\x01\x1f", "\tx"),
}
"""What LibreOffice 7.4 writes otherwise itself, however it was given it."""


@needs("soffice")
@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_libreoffice_keeps_odd_text_and_the_hidden_marks(tmp_path, kind):
    """Save the workbook in LibreOffice, as .ods on the way where asked, and read it again."""
    texts = [text for text in ODD if text not in LOST_IN_LIBREOFFICE[kind]]
    people = [a_person(f"A{i:02d}", notes=text) for i, text in enumerate(texts)]
    (tmp_path / "odd.xlsx").write_bytes(sheets.workbook(a_sheet(*people, with_people=True)))
    for source, to, folder in (("odd.xlsx", kind, "one"), (f"one/odd.{kind}", "xlsx", "two")):
        subprocess.run(
            [shutil.which("soffice"), f"-env:UserInstallation=file://{tmp_path}/profile",
             "--headless", "--convert-to", to, "--outdir", str(tmp_path / folder),
             str(tmp_path / source)],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    body = (tmp_path / "two" / "odd.xlsx").read_bytes()
    found = text_rows(body)[: len(people)]
    assert [cells["Notes"] for cells in found] == texts
    assert [cells["Planner"] for cells in found] == [f"{person.id}/1" for person in people]
    again = openpyxl.load_workbook(io.BytesIO(body))
    last = openpyxl.utils.get_column_letter(len(rows(again["People"])[0]))
    assert again["People"].column_dimensions[last].hidden
    assert again["Planner"].sheet_state != "visible"
