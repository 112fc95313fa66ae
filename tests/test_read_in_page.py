"""Reading in a file by the page: what is asked, left out, refused, stored and taken back."""

import io
import pickle
from datetime import UTC, datetime

import openpyxl
import pytest

from sampler import figures, sheets
from sampler.handover import Sheet
from sampler.model import By, Participant
from sampler.reading import read_table
from sampler.reading.incoming import Preview, PreviewRow
from sampler.reading.matching_values import Refused
from sampler.ui import read_in_show
from tests import read_in_files
from tests.builders import a_brief, a_person
from tests.read_in_files import workbook
from tests.test_pages import opened, said

pytestmark = pytest.mark.usefixtures("app_database")

ACME = "Acme Fieldwork"
PERSONAL = ("Quibblesworth", "Zelda", "07700", "@example.org", "B14 7AA", "1985", "03/02")


@pytest.fixture
def held(store):
    made = store.add_round(a_brief())
    store.add_recruiter(made.id, ACME, way="agency")
    return made


def given(held, body, name="grid.xlsx", sender=ACME):
    """Open the page and give it a file, as far as its first answer."""
    app = opened("read_in", held.id)
    if sender is not None:
        app.selectbox(key="read_in_sender").set_value(sender)
    app.file_uploader[0].upload(name, body).run()
    assert not app.exception
    return app


def button(app, label):
    return next(one for one in app.button if one.label == label)


def press(app, label):
    button(app, label).click().run()
    assert not app.exception
    return app


def asked(app):
    """The fields that ask, without those that say who sent it."""
    return [one for one in app.selectbox if one.key not in ("read_in_sender", "read_in_way")]


def answer(app, about, value):
    next(one for one in asked(app) if about in one.label).set_value(value)


def taken_in(held, store, body, **more):
    """Read a file in with every proposal confirmed; returns the app on Participants."""
    app = given(held, body, **more)
    while any(one.label == "Use these" for one in app.button):
        press(app, "Use these")
        assert "still missing" not in said(app)
    return press(app, next(b.label for b in app.button if b.label.startswith("Take in")))


def our_sheet(held, store, **changes):
    facts = {
        "plan": store.take_plan(held.id, plan_of(held)).plan,
        "round_id": held.id,
        "plan_number": 1,
        "fieldwork": held.fieldwork,
        "people": tuple(store.people(held.id)),
        "counting": "planned",
        "partial_counts": True,
        "with_people": True,
        "made": datetime.now(UTC),
        "row_id": store.ids(held.id),
    }
    return Sheet(**(facts | changes))


def plan_of(held):
    return figures.plan_of(held.brief)


def test_an_agencys_file_is_asked_about_and_nothing_is_stored_before_it_is_confirmed(held, store):
    app = given(held, read_in_files.agency())
    assert {one.label: one.value for one in asked(app)} == {
        "Is ‘Respondent no’ our Reference?": "Reference",
        "Is ‘Gender’ our Sex?": "Sex",
        "Is ‘Age band’ our Age?": "Age",
        "Is ‘Ethnicity’ our Ethnic group?": "Ethnic group",
        "Is ‘Disabled?’ our Disability?": "Disability",
        "Is ‘Status’ our Stage?": "Stage",
        "‘Comments’ is left out. Read it as one of ours?": "left out",
    }
    assert "Left out: Comments. This is never stored." in said(app)
    assert "Such as ‘British Pakistani’, ‘Black Caribbean’ and ‘White British’." in said(app)
    press(app, "Use these")
    pakistani = next(one for one in asked(app) if "British Pakistani" in one.label)
    assert pakistani.options[0] == "Pakistani?"
    assert "British Pakistani 2 rows. None of the groups." in said(app)
    press(app, "Use these")
    assert "2 answers still missing Choose an answer for ‘35ish’ and ‘Standby list’." in said(app)
    answer(app, "35ish", "leave the row out")
    answer(app, "Standby list", "Interested")
    press(app, "Use these")
    assert "3 new, 1 left out by you" in said(app)
    assert "Rows that say ‘35ish’ are left out, as chosen." in said(app)
    assert store.people(held.id) == []
    assert store.mapping(held.id, ACME) is None
    press(app, "Take in 3 people")
    assert "3 people taken in from Acme Fieldwork." in said(app)
    people = store.people(held.id)
    assert [(p.reference, p.their_reference, p.stage) for p in people] == [
        ("A01", "R101", "confirmed"),
        ("A02", "R102", "confirmed"),
        ("A03", "R103", "interested"),
    ]
    assert people[0].answers["Ethnic group"].text == "Pakistani"
    assert not any(person.notes for person in people)
    assert "read_in" not in app.session_state


def test_the_second_file_is_read_as_the_first_and_that_can_be_changed(held, store):
    rows = [["Code", "Gender", "Ethnicity"], ["X1", "F", "British Pakistani"]]
    taken_in(held, store, workbook(rows))
    app = given(held, workbook([*rows, ["X2", "M", "Black Caribbean"]]))
    assert "Read as last time" in said(app)
    assert "1 new, 1 unchanged" in said(app)
    press(app, "Change columns and words")
    assert [one.options[0] for one in asked(app)][:3] == ["Reference", "Sex", "Ethnic group"]
    press(app, "Use these")
    word = asked(app)[0]
    assert word.label.startswith("‘British Pakistani’ is")
    assert (word.value, word.options[0]) == ("Pakistani", "Pakistani")
    word.set_value("Asian, detail not known")
    press(app, "Use these")
    assert "1 new, 1 changed" in said(app)
    assert "A01, row 2 Ethnic group Pakistani Asian, detail not known" in said(app)
    press(app, "Take in 2 people")
    assert store.person(held.id, "A01").answers["Ethnic group"].kind == "broad"
    assert "Asian, detail not known" in store.mapping(held.id, ACME)


def test_the_same_file_again_brings_nobody(held, store):
    body = workbook([["Code", "Gender"], ["X1", "F"], ["X2", "M"]])
    taken_in(held, store, body)
    app = given(held, body)
    assert "2 unchanged" in said(app)
    assert "There is nobody to take in Everybody in this file is here already" in said(app)
    assert not any(one.label.startswith("Take in") for one in app.button)


def test_what_names_people_is_left_out_and_kept_nowhere(held, store, app_database, caplog):
    app = given(held, read_in_files.panel(), "panel.csv")
    assert (
        "Left out: First name, Surname, E-mail, Mobile, Date of birth, Postcode, Newsletter. "
        "These are never stored." in said(app)
    )
    offers = [one for one in asked(app) if "is left out" in one.label]
    assert [one.label for one in offers] == [
        "‘Date of birth’ is left out. Use it for the age band?",
        "‘Newsletter’ is left out. Read it as one of ours?",
    ]
    kept = [pickle.dumps(app.session_state["read_in"])]
    press(app, "Use these")
    kept.append(pickle.dumps(app.session_state["read_in"]))
    shown = said(app) + str(app.query_params)
    press(app, "Take in 3 people")
    shown += said(app)
    store.close()
    kept += [file.read_bytes() for file in app_database.parent.iterdir() if file.is_file()]
    for word in PERSONAL:
        assert word not in shown
        assert word not in caplog.text
        assert not any(word.encode() in some for some in kept), word


def test_a_date_of_birth_gives_the_age_band_where_that_is_chosen(held, store):
    rows = [["Code", "Date of birth"], ["X1", "03/02/1985"], ["X2", "14/11/1950"]]
    app = given(held, workbook(rows))
    answer(app, "Date of birth", "Age")
    press(app, "Use these")
    assert "35 to 54" in said(app)
    assert "55 and over" in said(app)
    assert b"1985" not in pickle.dumps(app.session_state["read_in"])
    press(app, "Take in 2 people")
    assert [p.answers["Age"].text for p in store.people(held.id)] == ["35-54", "55+"]


def test_a_left_out_column_is_read_where_that_is_chosen(held):
    app = given(held, read_in_files.nhs())
    assert "NHS ethnic category, 16+1 (Census 2001): what to know" in said(app)
    assert "holds Chinese people, ours does not" in said(app)
    answer(app, "Client code", "Reference")
    press(app, "Use these")
    assert "S 1 row." in said(app)
    answer(app, "‘S’", "Any other ethnic group")
    press(app, "Use these")
    assert "6 new" in said(app)
    assert "C-03 Pakistani 55 and over Female" in said(app)
    assert "C-05 Prefer not to say" in said(app)


def test_refused_rows_must_be_left_out_by_a_tick(held, store):
    rows = [
        ["Code", "Disability", "Notes"],
        ["X1", "Disabled", ""],
        ["X2", "Disabled", "ring 07700 900123"],
        ["X3", "Disabled", ""],
        ["X3", "Not disabled", ""],
    ]
    app = given(held, workbook(rows))
    press(app, "Use these")
    assert "1 new, 3 refused" in said(app)
    assert "3 Notes What is written here looks like a phone number." in said(app)
    assert "07700" not in said(app)
    assert button(app, "Take in 1 person").disabled
    app.checkbox[0].check().run()
    press(app, "Take in 1 person")
    assert [p.their_reference for p in store.people(held.id)] == ["X1"]


def test_our_own_sheet_goes_straight_to_the_preview(held, store):
    person = store.add_person(held.id, a_person(recruiter=ACME, answers={"Sex": "Female"}))
    body = sheets.workbook(our_sheet(held, store))
    app = given(held, body, "sheet.xlsx", sender=None)
    assert "This is our own sheet, made " in said(app)
    assert "1 unchanged" in said(app)
    assert asked(app) == []
    assert store.people(held.id) == [person]


def test_how_a_recruiters_lists_are_read_says_nothing_of_our_own_sheet(held, store):
    """They had another column of notes once, which was left out."""
    mapping = (
        '[columns]\nNotes = "left out"\nReference = "left out"\n[words.Sex]\nMale = "Female"\n'
    )
    store.take_in(held.id, Preview((), recruiter=ACME), mapping=mapping)
    store.add_person(held.id, a_person(recruiter=ACME, answers={"Sex": "Male"}))
    book = openpyxl.load_workbook(io.BytesIO(sheets.workbook(our_sheet(held, store))))
    tab = book["People"]
    at = {cell.value: cell.column for cell in tab[1]}
    tab.cell(2, at["Notes"], "Came by bus")
    out = io.BytesIO()
    book.save(out)
    app = given(held, out.getvalue(), "sheet.xlsx")
    assert "1 changed" in said(app)
    assert "Notes none Came by bus" in said(app)
    press(app, "Take in 1 person")
    (person,) = store.people(held.id)
    assert (person.notes, person.answers["Sex"].text) == ("Came by bus", "Male")
    assert store.mapping(held.id, ACME) == mapping


def test_a_sheet_of_another_round_says_which_and_opens_it(held, store):
    other = store.add_round(a_brief(title="Housing repairs"))
    body = sheets.workbook(our_sheet(other, store))
    app = given(held, body, "sheet.xlsx", sender=None)
    assert "This sheet is of another round, Housing repairs" in said(app)
    press(app, "Open Housing repairs")
    assert app.query_params["round"] in (other.id, [other.id])
    store.delete_round(other.id)
    app = given(held, body, "sheet.xlsx", sender=None)
    assert "This sheet is of a round that is not here" in said(app)


def test_a_file_that_cannot_be_read_is_refused_in_words(held):
    assert "This is a PDF" in said(given(held, b"%PDF-1.7 something", "people.csv"))
    app = given(held, workbook([["a", "b"]]))
    assert "No row that names the columns was found" in said(app)


def test_nothing_is_read_before_it_is_said_who_sent_it(held):
    app = given(held, read_in_files.agency(), sender=None)
    assert "Say who sent it" in said(app)
    assert asked(app) == []


def test_a_new_recruiter_is_kept_as_what_they_are(held, store):
    app = given(held, workbook([["Code", "Gender"], ["X1", "F"]]), sender="\n")
    app.text_input(key="read_in_name").set_value("anna@example.org").run()
    assert "This looks like an e-mail address" in said(app)
    app.text_input(key="read_in_name").set_value("Sparkhill  Hub").run()
    app.selectbox(key="read_in_way").set_value("front line").run()
    press(app, "Use these")
    assert [one.name for one in store.recruiters(held.id)] == [ACME]
    press(app, "Take in 1 person")
    assert [(one.name, one.way) for one in store.recruiters(held.id)] == [
        (ACME, "agency"),
        ("Sparkhill Hub", "front line"),
    ]
    assert store.people(held.id)[0].reference == "B01"


def changed_on_both_sides(held, store):
    body = workbook([["Code", "Status"], ["X1", "Booked"], ["X2", "Booked"]])
    taken_in(held, store, body)
    one = store.person(held.id, "A01")
    store.save_person(one.model_copy(update={"stage": "cancelled_by_us"}), By(who="Asha"))
    return given(held, workbook([["Code", "Status"], ["X1", "Attended"], ["X2", "Attended"]]))


def test_what_changed_here_too_stays_unless_theirs_is_taken(held, store):
    app = changed_on_both_sides(held, store)
    assert "1 changed, 1 unchanged" in said(app)
    assert "Stage changed here Cancelled by us Attended" in said(app)
    assert app.radio[0].label == "Which to keep of A01"
    app.radio[0].set_value("theirs").run()
    assert "2 changed" in said(app)
    app.radio[0].set_value("ours").run()
    press(app, "Take in 1 person")
    stages = [person.stage for person in store.people(held.id)]
    assert stages == ["cancelled_by_us", "attended"]


def test_theirs_is_taken_where_chosen(held, store):
    app = changed_on_both_sides(held, store)
    app.radio[0].set_value("theirs").run()
    press(app, "Take in 2 people")
    assert [person.stage for person in store.people(held.id)] == ["attended", "attended"]


def test_somebody_faster_is_said_and_the_list_made_again(held, store):
    taken_in(held, store, workbook([["Code", "Status"], ["X1", "Booked"]]))
    app = given(held, workbook([["Code", "Status"], ["X1", "Attended"]]))
    one = store.person(held.id, "A01")
    store.save_person(one.model_copy(update={"reserve": True}))
    press(app, "Take in 1 person")
    assert "The round changed while you looked at this list" in said(app)
    assert "1 changed" in said(app)
    assert store.person(held.id, "A01").stage == "confirmed"
    press(app, "Take in 1 person")
    person = store.person(held.id, "A01")
    assert (person.stage, person.reserve) == ("attended", True)


def test_rows_with_the_same_answers_are_asked_about_once(held, store):
    app = opened("read_in", held.id)
    app.selectbox(key="read_in_sender").set_value(ACME)
    app.segmented_control(key="read_in_kind").set_value("A pasted table").run()
    app.text_area(key="read_in_text").set_value(read_in_files.pasted()).run()
    press(app, "Use these")
    assert "2 new" in said(app)
    press(app, "Take in 2 people")

    app = opened("read_in", held.id)
    app.selectbox(key="read_in_sender").set_value(ACME)
    app.segmented_control(key="read_in_kind").set_value("A pasted table").run()
    app.text_area(key="read_in_text").set_value(read_in_files.pasted()).run()
    assert "2 unchanged" in said(app)
    assert "2 rows without a reference have the very answers" in said(app)
    app.radio[0].set_value("They are other people").run()
    assert "2 new" in said(app)
    press(app, "Take in 2 people")
    assert len(store.people(held.id)) == 4


def test_a_file_is_read_once_and_forgotten_on_every_other_page(held, monkeypatch):
    read = []
    true = read_table.read
    monkeypatch.setattr(read_table, "read", lambda *a: read.append(1) or true(*a))
    app = given(held, workbook([["Code", "Disability"], ["X1", "Disabled"], ["X1", "Disabled"]]))
    app.run()
    app.run()
    assert len(read) == 1
    press(app, "Use these")
    assert len(read) == 2  # a column may have been chosen that was left out before
    compared = app.session_state["read_in"].found
    app.run()
    assert len(read) == 2
    assert app.session_state["read_in"].found is compared
    app.switch_page("sampler/ui/pages/coverage.py").run()
    assert "read_in" not in app.session_state


def test_the_last_file_is_taken_back_after_asking(held, store):
    taken_in(held, store, workbook([["Code", "Gender"], ["X1", "F"], ["X2", "M"]]))
    app = opened("participants", held.id)
    assert "Last file taken in: 2 new from Acme Fieldwork" in said(app)
    press(app, "Take back the last file")
    assert "2 people who came with it are removed, with their history." in said(app)
    press(app, "Take it back")
    assert "The last file was taken back 2 people removed." in said(app)
    assert store.people(held.id) == []
    assert "Take back the last file" not in [one.label for one in app.button]


def test_a_file_is_not_taken_back_over_a_later_change(held, store):
    taken_in(held, store, workbook([["Code", "Gender"], ["X1", "F"]]))
    app = opened("participants", held.id)
    store.save_person(store.person(held.id, "A01").model_copy(update={"stage": "offered"}))
    press(app, "Take back the last file")
    press(app, "Take it back")
    assert "The file was not taken back A01 changed since" in said(app)
    assert len(store.people(held.id)) == 1


def test_long_lists_fold_and_everything_is_escaped():
    person = Participant(id="", reference="", their_reference="<b>")
    plan = plan_of(type("Held", (), {"brief": a_brief()}))
    drawn = read_in_show.new_table(plan, [PreviewRow(n, "new", person) for n in range(60)])
    assert "and 10 more" in drawn
    assert "<b>" not in drawn
    many = [Refused(n, "Age", "‘x’ is none of the groups.") for n in range(51)]
    assert "and 1 more" in read_in_show.refused_table(many)


def test_rows_are_counted_once_however_many_cells_are_bad():
    bad = (Refused(4, "Age", "a"), Refused(4, "Sex", "b"), Refused(5, "Sex", "c", by_choice=True))
    assert read_in_show.counts(Preview((), bad)) == "1 refused, 1 left out by you"
