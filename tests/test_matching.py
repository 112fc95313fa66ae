"""Files of several shapes matched with a plan: what is asked, left out, refused and read."""

import time
from datetime import date, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sampler import figures
from sampler.errors import BadSheet
from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer
from sampler.reading.mapping import BadMapping, Mapping, read
from sampler.reading.matching import MOST_WORDS, confirmed, is_complete, missing, propose, rows
from sampler.reading.personal import looks_personal, personal_header, personal_values
from sampler.reading.read_table import File, Row, Table
from sampler.reading.word_match import Reader
from sampler.ui import read_in_show
from tests.builders import a_brief, group

TODAY = date(2026, 11, 22)
PLAN = figures.plan_of(a_brief())
OURS = ["Reference", "Stage", "Reserve", *(p.name for p in PLAN.characteristics), "Recruiter",
        "Slot", "Incentive sent on", "Notes", "Counted", "Planner"]  # fmt: skip


def sheet(*lines, name=""):
    return Table(name, tuple(Row(i, tuple(line)) for i, line in enumerate(lines, 1) if any(line)))


def a_file(*lines, name="", facts=None):
    return File((sheet(*lines, name=name),), facts or {})


def look(file, remembered=None, plan=PLAN, **more):
    return propose(file, plan, remembered, today=TODAY, **more)


def taken(file, choices=None, plan=PLAN, remembered=None):
    """Go round until nothing is asked: what is proposed is chosen, unless `choices` say else."""
    mapping = remembered
    for _ in range(3):
        proposal = look(file, mapping, plan)
        asked = {q.id: q.proposed for q in proposal.questions if q.proposed}
        offered = {q.id: q.proposed for q in proposal.offers}
        known = {*asked, *offered, *(q.id for q in proposal.questions)}
        more = {k: v for k, v in (choices or {}).items() if k in known}
        mapping = confirmed(proposal, plan, asked | more)
    proposal = look(file, mapping, plan)
    return proposal, rows(proposal.table, proposal.header_row, plan, proposal.mapping)


def ids(questions):
    return [question.id for question in questions]


def the(questions, name):
    return next(question for question in questions if question.id == name)


AGENCY = a_file(
    ["Acme Research: recruits for you"],
    [],
    ["Respondent ID", "Full Name", "Mobile", "Ethnicity", "Age", "Gender", "Status", "Comments"],
    ["R001", "Jane Doe", "07700 900123", "British Pakistani", "34", "F", "Booked", "likes tea"],
    ["R002", "Jim Doe", "07700 900124", "Asian", "71", "M", "DNA", ""],
    ["R003", "Jo Doe", "07700 900125", "Purple", "35ish", "Woman", "Cancelled", ""],
)


def test_our_own_words_under_our_own_names_need_no_question():
    file = a_file(
        ["Reference", "Stage", "ETHNIC  GROUP", "age", "Sex", "Disability", "Digital-confidence"],
        ["A01", "No-show", "Pakistani", "35-54", "Female", "Disabled", "Low"],
        ["A02", "confirmed", "pakistani ", "55+", "Male", "Prefer not to say", "not known"],
    )
    proposal = look(file)
    assert proposal.questions == ()
    first, second = rows(proposal.table, proposal.header_row, PLAN, proposal.mapping).rows
    assert first.stage == "no_show"
    assert first.answers["Ethnic group"] == second.answers["Ethnic group"] == group("Pakistani")
    assert second.answers["Disability"] == PREFER_NOT_TO_SAY
    assert second.answers["Digital confidence"] == NOT_KNOWN
    assert (first.slot, first.notes, first.reserve) == (None, None, None)


def test_an_agencys_file_is_asked_about_where_it_is_not_certain():
    proposal = look(AGENCY)
    assert proposal.header_row == 3
    assert proposal.left_out == ("Full Name", "Mobile", "Comments")
    assert [q for q in ids(proposal.questions) if q.startswith("column")] == [
        "column:Respondent ID", "column:Ethnicity", "column:Gender", "column:Status",
    ]  # fmt: skip
    assert the(proposal.questions, "word:Ethnic group:British Pakistani").proposed == "Pakistani"
    purple = the(proposal.questions, "word:Ethnic group:Purple")
    assert purple.proposed is None
    assert [o.value for o in purple.options][-4:] == [
        "own words", "Not known", "Prefer not to say", "leave the row out",
    ]  # fmt: skip
    woman = the(proposal.questions, "word:Sex:Woman")
    assert woman.proposed == "Female"
    assert woman.note
    cancelled = the(proposal.questions, "stage:Cancelled")
    assert cancelled.proposed is None
    assert [o.value for o in cancelled.options][:2] == ["Cancelled by them", "Cancelled by us"]
    assert "Digital confidence" in " ".join(proposal.notes)


def test_an_agencys_file_is_read_once_everything_is_confirmed():
    choices = {
        "word:Ethnic group:Purple": "own words",
        "word:Age:35ish": "35-54",
        "stage:Cancelled": "Cancelled by us",
    }
    proposal, incoming = taken(AGENCY, choices)
    assert is_complete(proposal, proposal.mapping)
    assert proposal.questions == ()
    assert incoming.refused == ()
    assert incoming.left_out == ("Full Name", "Mobile", "Comments")
    first, second, third = incoming.rows
    assert first.reference == "R001"
    assert first.stage == "confirmed"
    assert first.answers["Age"] == group("16-34")
    assert second.answers["Ethnic group"] == Answer(kind="broad", text="Asian")
    assert third.answers["Ethnic group"] == Answer(kind="own_words", text="Purple")
    assert third.stage == "cancelled_by_us"
    assert read(proposal.mapping.to_toml()) == proposal.mapping


def test_what_is_remembered_is_taken_silently_and_only_what_is_new_is_asked():
    proposal, _ = taken(AGENCY, {"word:Ethnic group:Purple": "Not known",
                                 "word:Age:35ish": "leave the row out",
                                 "stage:Cancelled": "Cancelled by us"})  # fmt: skip
    again = look(
        a_file(
            ["Ethnicity", "Respondent ID", "Age", "Status"],
            ["purple", "R9", "35ish", "CANCELLED"],
            ["Mauve", "R10", "40", "Booked"],
        ),
        proposal.mapping,
    )
    assert ids(again.questions) == ["word:Ethnic group:Mauve"]
    read_ = rows(again.table, again.header_row, PLAN, again.mapping)
    assert read_.rows == ()
    assert [(one.row, one.by_choice) for one in read_.refused] == [(2, True), (3, False)]


def test_a_question_left_open_is_missing_and_its_row_refused():
    proposal = look(AGENCY)
    chosen = {q.id: q.proposed for q in proposal.questions if q.proposed}
    mapping = confirmed(proposal, PLAN, chosen)
    assert ids(missing(proposal, mapping)) == [
        "word:Ethnic group:Purple", "word:Age:35ish", "stage:Cancelled",
    ]  # fmt: skip
    incoming = rows(proposal.table, proposal.header_row, PLAN, mapping)
    assert [one.number for one in incoming.rows] == [4, 5]
    assert [(one.row, one.column) for one in incoming.refused] == [
        (6, "Ethnicity"), (6, "Age"), (6, "Status"),
    ]  # fmt: skip
    assert incoming.refused[1].reason == (
        "‘35ish’ is none of the groups. Choose one, or leave the row out."
    )


def test_choices_that_cannot_be_are_refused_together():
    proposal = look(AGENCY)
    with pytest.raises(BadMapping) as caught:
        confirmed(
            proposal,
            PLAN,
            {
                "column:Ethnicity": "Age",
                "word:Age:35ish": "Blue",
                "stage:Cancelled": "Gone",
                "column:Full Name": "Notes",
            },
        )
    assert len(caught.value.problems) == 4


def test_an_age_within_a_band_is_read_and_one_across_two_is_asked_about():
    ages = ["35-49", "35 to 49", "35–49", "55 and over", "under 35", "30-39", "40", "40.5", "12"]
    proposal = look(a_file(["Reference", "Age"], *([f"P{i}", a] for i, a in enumerate(ages))))
    assert ids(proposal.questions) == ["word:Age:under 35", "word:Age:30-39", "word:Age:40.5"]
    assert [o.value for o in the(proposal.questions, "word:Age:30-39").options] == [
        "16-34", "35-54", "own words", "Not known", "Prefer not to say", "leave the row out",
    ]  # fmt: skip
    incoming = rows(proposal.table, 1, PLAN, proposal.mapping)
    assert [(r.number, r.answers["Age"].text) for r in incoming.rows] == [
        (2, "35-54"), (3, "35-54"), (4, "35-54"), (5, "55+"), (8, "35-54"),
    ]  # fmt: skip
    reasons = {one.row: one.reason for one in incoming.refused}
    assert reasons[7].startswith("‘30-39’ lies across two of the groups (16-34 and 35-54).")
    assert "outside the ages of this plan, 16 and over" in reasons[10]


def test_a_list_that_is_not_ours_is_named_and_its_traps_are_stated():
    file = a_file(["Reference", "Ethnic group"], ["1", "A"], ["2", "R"], ["3", "S"], ["4", "Z"])
    proposal = look(file)
    assert the(proposal.questions, "classification").proposed == "nhs_16"
    assert any("Chinese" in trap for trap in proposal.traps)
    assert "(Any other ethnic group)" in the(proposal.questions, "word:Ethnic group:S").text
    told = look(file, classification="nhs_16")
    assert ids(told.questions) == ["word:Ethnic group:S"]
    own = look(file, classification="own")
    assert len(own.questions) == 4


def test_dates_of_birth_give_a_band_only_if_the_user_says_so():
    file = a_file(
        ["Reference", "DOB", "Sex"],
        ["P1", "1980-02-03", "F"], ["P2", "03/02/1950", "M"], ["P3", "2020-01-01", "M"],
        ["P4", "unclear", "M"],
    )  # fmt: skip
    proposal = look(file)
    assert proposal.left_out == ("DOB",)
    assert proposal.questions == ()
    assert "1980" not in repr(proposal) + repr(proposal.table)
    assert [o.value for o in the(proposal.offers, "column:DOB").options] == ["Age", "left out"]
    chosen, incoming = taken(file, {"column:DOB": "Age"})
    assert [r.answers["Age"].text for r in incoming.rows] == ["35-54", "55+"]
    assert [one.row for one in incoming.refused] == [4, 5]
    assert not any(year in repr((chosen, chosen.table, incoming)) for year in ("1980", "1950"))


def test_a_column_of_births_under_the_name_age_is_refused_without_its_values():
    file = a_file(["Reference", "Age"], ["P1", "1980-02-03"])
    proposal = look(file)
    incoming = rows(proposal.table, 1, PLAN, proposal.mapping)
    assert proposal.questions == ()
    assert len(incoming.refused) == 1
    assert "1980" not in repr(proposal) + repr(incoming)


@pytest.mark.parametrize(
    ("header", "what"),
    [
        ("Full name", "a name"), ("FirstName", "a name"), ("Surname", "a name"),
        ("E-mail", "an e-mail address"), ("Mobile no.", "a phone number"),
        ("Address line 1", "an address"), ("Post Code", "a full postcode"),
        ("D.O.B.", "a date of birth"), ("Year of birth", "a date of birth"),
        ("NHS number", "an NHS number"), ("NI Number", "a National Insurance number"),
        ("Recruiter name", None), ("Age", None), ("Country of birth", None), ("Stage", None),
    ],
)  # fmt: skip
def test_what_a_column_holds_is_told_by_its_name(header, what):
    assert personal_header(header) == what


def test_what_a_column_holds_is_told_by_its_values():
    assert personal_values(["a@b.org", "c@d.org", "none"], TODAY) == "an e-mail address"
    assert personal_values(["B14 7AA", "CV1 2AB"], TODAY) == "a full postcode"
    assert personal_values(["07700 900123", "0121 496 0000"], TODAY) == "a phone number"
    assert personal_values(["1980-02-03", "3/4/1955"], TODAY) == "a date of birth"
    assert personal_values(["A01", "A02"], TODAY) is None
    assert looks_personal("see AB123456C") == "a National Insurance number"


def test_personal_values_in_a_column_that_is_read_refuse_the_row_without_the_value():
    file = a_file(
        ["Reference", "Ethnic group", "Notes", "Recruiter"],
        ["P1", "Irish", "call 07700 900123", ""],
        ["jo@example.org", "Irish", "", ""],
        ["P3", "jo@example.org", "", ""],
        ["P4", "Irish", "tea", "jo@example.org"],
    )
    proposal = look(file)
    incoming = rows(proposal.table, 1, PLAN, proposal.mapping)
    assert [one.row for one in incoming.refused] == [2, 3, 4, 5]
    assert not any(v in repr((proposal, incoming)) for v in ("07700", "jo@"))


def test_a_header_that_looks_personal_is_not_repeated():
    proposal = look(a_file(["Reference", "Age", "jo@example.org"], ["P1", "40", "x"]))
    assert proposal.left_out == ("column C, whose name looks personal",)
    assert "jo@" not in repr(proposal) + repr(proposal.table)


def test_our_own_sheet_comes_back_with_its_facts_and_without_its_empty_rows():
    one = "0b9f3b1e-7f1f-4c1c-9d59-000000000001/3"
    blank = [""] * 12
    file = File(
        (
            sheet(["Notes for you", "Age"], name="Brief"),
            sheet(
                OURS,
                ["A01", "Attended", "No", "Irish", "16-34", "Female", "Disabled", "Low", "Acme",
                 "2026-11-22 14:30", "2026-11-23", "\tfine", "1", one],
                ["A02", *blank, ""],
                ["A03", *blank[1:], "0"],
                ["A04", "", "", "“Cornish”", *blank[:9], one[:-1] + "4"],
                name="People",
            ),
        ),
        {"Planner": (("template", "2"), ("round", "r1"), ("plan", "4"), ("made", "2026-11-01"))},
    )  # fmt: skip
    proposal = look(file)
    assert (proposal.is_ours, proposal.round_id, proposal.plan_number) == (True, "r1", 4)
    assert proposal.questions == proposal.left_out == ()
    incoming = rows(proposal.table, proposal.header_row, PLAN, proposal.mapping)
    first, fourth = incoming.rows
    assert (first.id, first.version) == (one[:-2], 3)
    assert first.slot == datetime(2026, 11, 22, 14, 30)
    assert first.incentive_on == date(2026, 11, 23)
    assert (first.reserve, first.recruiter, first.notes) == (False, "Acme", "\tfine")
    assert fourth.answers == {"Ethnic group": Answer(kind="own_words", text="Cornish")}
    assert incoming.blank == (3, 4)
    assert incoming.refused == ()


def test_the_sheet_named_people_is_read_else_the_one_that_names_columns():
    people = sheet(["Reference", "Age"], ["P1", "40"], name="People")
    other = sheet(["Reference", "Age", "Sex"], ["X", "40", "F"], name="Old")
    assert look(File((other, people), {})).table.name == "People"
    alone = look(File((sheet(["a", "b"], ["1", "2"], name="Info"), other), {}))
    assert alone.table.name == "Old"
    assert "‘Info’ is not read" in alone.notes[0]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ([], "nothing in this file"),
        ([sheet(["1", "2"], ["3", "4"], name="Costs")], "in the sheet ‘Costs’"),
        ([sheet(["1"], name="Costs"), sheet(["2"], name="Rooms")], "(‘Costs’ and ‘Rooms’)"),
        ([sheet(["Reference", "Age"], ["a", "1"], name=n) for n in ("May", "June")],
         "‘May’ and ‘June’ could each be the people"),
        ([sheet(["Reference", "Age", "Age"], ["a", "1", "2"])], "columns B and C are both called"),
        ([sheet(["Reference", "Stage", ""], ["", "", "Age"], ["a", "", "40"])],
         "Rows 1 and 2 both name columns"),
        ([sheet(["Jane Doe", "Female", "Pakistani"], ["Jim Doe", "Male", "Irish"])],
         "No row that names the columns"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_told_is_refused_in_words(tables, words):
    with pytest.raises(BadSheet) as caught:
        look(File(tuple(tables), {}))
    assert words in str(caught.value)
    assert "Jane" not in str(caught.value)


def test_a_sheet_of_people_whose_headings_are_merged_is_never_passed_over_for_another():
    why = "Cells A1:B1 on sheet 'People' are merged in the row of headings. Unmerge them."
    other = sheet(["Reference", "Age"], ["X", "40"], name="Last year")
    with pytest.raises(BadSheet, match="Cells A1:B1"):
        look(File((Table("People", (), (why,)), other)))
    unnamed = Table("Grid", (), (why,))
    notes = look(File((unnamed, other))).notes
    assert "‘Grid’ is not read" in notes[0]
    assert notes[1] == why
    with pytest.raises(BadSheet, match="Cells A1:B1"):
        look(File((unnamed, sheet(["Costs", "12"], ["Paper", "3"], name="Costs"))))


@pytest.mark.parametrize("heading", ["Notes", "Reference"])
def test_names_under_a_heading_of_ours_are_asked_about_and_not_kept_before(heading):
    names = ["Zelda Quibblesworth", "ORLANDO VANTERPOOL", "Mary-Anne van der Berg", ""]
    file = a_file([heading, "Age"], *([name, "40"] for name in names))
    proposal = look(file)
    asked = the(proposal.questions, f"column:{heading}")
    assert asked.proposed == "left out"
    assert "seems to hold people's names, which are never kept" in asked.text
    assert proposal.left_out == (heading,)
    assert not any(name in repr((proposal, proposal.table)) for name in names if name)
    _, incoming = taken(file)
    assert [row.notes or row.reference for row in incoming.rows] == [""] * 4
    notes = a_file(["Reference", "Notes"], ["A1", "Likes tea"], ["A2", "Needs Parking"], ["A3"])
    assert look(notes).questions == ()


def test_a_column_read_before_that_holds_something_personal_now_is_said_to_be_left_out():
    remembered = read('[columns]\nCode = "Reference"\nGender = "Sex"\n')
    file = a_file(["Code", "Gender"], ["jo@example.org", "F"], ["al@example.org", "M"])
    proposal = look(file, remembered)
    assert proposal.left_out == ("Code",)
    assert "‘Code’ was read before and is left out now: it seems to hold an e-mail address." in (
        proposal.notes
    )


def test_facts_of_our_sheet_that_were_spoilt_do_no_harm():
    file = a_file(["Reference", "Age"], ["A1", "40"], facts={
        "Planner": (("template", "2"), ("plan", "9" * 5_000), ("made", "yesterday"))
    })  # fmt: skip
    proposal = look(file)
    assert proposal.plan_number is None
    assert read_in_show.our_sheet(proposal, "", 1) == "This is our own sheet."


def test_what_is_asked_about_of_a_column_has_an_end():
    lines = [[f"P{i}", f"state {i}", f"group {i}"] for i in range(MOST_WORDS + 50)]
    proposal = look(a_file(["Reference", "Stage", "Sex"], *lines))
    assert len(proposal.questions) == 2 * MOST_WORDS
    assert [note for note in proposal.notes if "different words" in note] == [
        "‘Stage’ has 250 different words that are none of our stages; 200 are asked about. Is it "
        "the right column?",
        "‘Sex’ has 250 different words that are none of the groups of Sex; 200 are asked about. Is "
        "it the right column?",
    ]
    incoming = rows(proposal.table, 1, PLAN, proposal.mapping)
    assert len({one.row for one in incoming.refused}) == MOST_WORDS + 50


def test_what_comes_near_a_word_is_looked_for_only_where_it_is_asked_about(monkeypatch):
    near = []
    true = Reader._near
    monkeypatch.setattr(Reader, "_near", lambda *a: near.append(a[1]) or true(*a))
    lines = [[f"P{i}", f"group {i}", f"word {i}"] for i in range(MOST_WORDS + 50)]
    proposal = look(a_file(["Reference", "Sex", "Whatever"], *lines))
    rows(proposal.table, 1, PLAN, proposal.mapping)
    assert len(near) == MOST_WORDS


def test_a_long_text_is_searched_for_an_address_in_no_time():
    begun = time.process_time()
    assert looks_personal("a" * 32_000 + "@") is None
    assert looks_personal("see jo@example.org") == "an e-mail address"
    assert time.process_time() - begun < 1


def test_two_columns_for_one_of_ours_are_asked_about_by_both_names():
    proposal = look(a_file(["Reference", "Ethnic group", "Ethnicity"], ["P1", "Irish", "Irish"]))
    asked = the(proposal.questions, "column:Ethnicity")
    assert "‘Ethnic group’ and ‘Ethnicity’ could both be Ethnic group" in asked.text
    assert asked.proposed == "left out"
    assert read_in_show.samples(proposal, "Ethnicity") == ""


def test_a_column_is_proposed_by_its_values_where_its_name_says_nothing():
    proposal = look(
        a_file(["Reference", "Q7"], ["P1", "Irish"], ["P2", "Pakistani"], ["P3", "Indian"])
    )
    assert ids(proposal.questions) == ["column:Q7"]
    assert proposal.questions[0].proposed == "Ethnic group"


def test_a_free_text_column_is_read_only_if_the_user_says_so():
    file = a_file(["Reference", "Age", "Comments"], ["P1", "40", "likes tea"])
    proposal = look(file)
    assert proposal.left_out == ("Comments",)
    assert proposal.questions == ()
    _, incoming = taken(file, {"column:Comments": "Notes"})
    assert incoming.rows[0].notes == "likes tea"


def test_a_row_with_nothing_but_what_is_left_out_is_refused_not_skipped():
    proposal = look(a_file(["Reference", "Age", "Name"], ["", "", "Jane"], ["P1", "", "Jim"]))
    incoming = rows(proposal.table, 1, PLAN, proposal.mapping)
    assert [(one.row, one.reason) for one in incoming.refused] == [
        (2, "Nothing is filled in here but columns that are left out.")
    ]
    assert [one.reference for one in incoming.rows] == ["P1"]


def test_a_mapping_of_a_column_that_was_left_out_asks_for_the_file_again():
    file = a_file(["Reference", "Age", "Comments"], ["P1", "40", "tea"])
    proposal = look(file)
    mapping = confirmed(proposal, PLAN, {"column:Comments": "Notes"})
    with pytest.raises(BadMapping, match="Read the file again"):
        rows(proposal.table, 1, PLAN, mapping)


def test_yes_means_disabled_only_where_the_column_says_so():
    under = look(a_file(["Reference", "Disability"], ["P1", "Yes"], ["P2", "Yes, limited a lot"]))
    assert under.questions == ()
    other = look(a_file(["Reference", "Health condition"], ["P1", "Yes"], ["P2", "No"]))
    assert ids(other.questions) == ["column:Health condition", "word:Disability:Yes"]


def test_a_plan_with_detailed_disability_takes_yes_as_a_broad_answer():
    plan = figures.plan_of(
        a_brief(characteristic=[{"topic": "disability", "grouping": "detailed"}])
    )
    _, incoming = taken(a_file(["Reference", "Disability"], ["P1", "Yes"], ["P2", "Yes, a lot"]),
                        plan=plan)  # fmt: skip
    assert incoming.rows[0].answers["Disability"] == Answer(kind="broad", text="Disabled")
    assert incoming.rows[1].answers["Disability"] == group("Limited a lot")


def test_yes_to_the_one_group_of_a_minimum_is_asked_and_no_is_anybody():
    plan = figures.plan_of(
        a_brief(characteristic=[{"name": "Access needs", "minimum": {"Wheelchair user": 2}}])
    )
    proposal = look(a_file(["Reference", "Access needs"], ["P1", "Yes"], ["P2", "No"]), plan=plan)
    asked = the(proposal.questions, "word:Access needs:Yes")
    assert asked.proposed == "Wheelchair user"
    incoming = rows(proposal.table, 1, plan, proposal.mapping)
    assert [(r.number, r.answers["Access needs"].text) for r in incoming.rows] == [(3, "Any")]


def test_ten_thousand_rows_are_all_read():
    head = ["Client", "Name", "E-mail", *OURS[1:8], "Slot", "Notes"]
    line = ["Jane Doe", "jo@example.org", "Confirmed", "No", "British Pakistani", "42", "F",
            "Yes", "Low", "2026-11-22 14:30", "likes tea in the morning"]  # fmt: skip
    file = a_file(head, *([f"P{i}", *line] for i in range(10_000)))
    proposal = look(file)
    chosen = {q.id: q.proposed for q in proposal.questions if q.proposed}
    mapping = confirmed(proposal, PLAN, chosen)
    incoming = rows(proposal.table, proposal.header_row, PLAN, mapping)
    assert len(incoming.rows) == 10_000


secret = st.text("xyzq", min_size=6, max_size=9).map(lambda text: f"secret{text}")
LEFT_OUT_HEADERS = ("Full name", "E-mail", "Phone", "Postcode", "Date of birth", "Comments", "Zeta")
USED = {
    "Reference": st.from_regex(r"[A-Z][0-9]{2}", fullmatch=True),
    "Ethnic group": st.sampled_from(
        [*PLAN.characteristics[0].groups, "Asian", "J", "British Indian", "Purple", "jo@b.org"]
    ),
    "Age": st.sampled_from(["16-34", "40", "30-39", "12", "1980-02-03", "35ish", "n/a"]),
    "Gender": st.sampled_from(["F", "Male", "Woman", "Refused"]),
    "Status": st.sampled_from(["Booked", "DNA", "Cancelled", "Gone"]),
}


@st.composite
def files(draw):
    headers = draw(st.permutations([*USED, *draw(st.sets(st.sampled_from(LEFT_OUT_HEADERS)))]))
    lines, hidden = [], []
    for i in range(draw(st.integers(1, 6))):
        line = []
        for header in headers:
            if draw(st.integers(0, 3)) == 0:
                line.append("")
            elif header in USED:
                value = draw(USED[header])
                line.append(f"{value}{i}" if header == "Reference" else value)
            else:
                hidden.append(draw(secret))
                line.append(hidden[-1])
        lines.append(line)
    return a_file(headers, *lines), hidden


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=60)
@given(files(), st.randoms(use_true_random=False))
def test_nothing_left_out_is_found_in_what_comes_back_and_every_row_is_in_one_place(made, chance):
    file, hidden = made
    proposal = look(file)
    choices = {
        q.id: q.proposed or chance.choice(q.options).value
        for q in proposal.questions
        if q.kind == "column" or chance.random() < 0.7
    }
    mapping = confirmed(proposal, PLAN, choices)
    incoming = rows(proposal.table, proposal.header_row, PLAN, mapping)
    everything = repr((proposal, proposal.table, mapping, incoming)) + mapping.to_toml()
    assert not any(value in everything for value in hidden)
    assert "jo@b.org" not in repr((proposal, mapping, incoming))
    numbers = [
        {one.number for one in incoming.rows},
        {one.row for one in incoming.refused},
        set(incoming.blank),
    ]
    below = [row.number for row in file.tables[0].rows if row.number > proposal.header_row]
    assert sorted(number for one in numbers for number in one) == below
    assert read(mapping.to_toml()) == mapping
    again = look(file, mapping)
    assert set(ids(missing(again, mapping))) <= set(ids(missing(proposal, mapping)))


@given(st.data())
def test_exact_words_are_never_asked_about(data):
    lines = [
        [f"P{i}", *(data.draw(st.sampled_from(p.groups)) for p in PLAN.characteristics)]
        for i in range(data.draw(st.integers(1, 8)))
    ]
    proposal = look(a_file(["Reference", *(p.name for p in PLAN.characteristics)], *lines))
    assert proposal.questions == ()
    incoming = rows(proposal.table, 1, PLAN, proposal.mapping)
    assert [[r.reference, *(a.text for a in r.answers.values())] for r in incoming.rows] == lines


def test_an_empty_mapping_remembers_nothing():
    assert look(AGENCY, Mapping()) == look(AGENCY)
