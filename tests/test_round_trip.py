"""A sheet goes out and comes back: filled in, and again without a change; nobody twice."""

import io
import shutil
import subprocess
import uuid
from datetime import UTC, date, datetime

import openpyxl
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sampler import figures, handover, sheets
from sampler.model import NOT_KNOWN, Answer, Fieldwork, Participant
from sampler.people import recruiters
from sampler.people.references import own_name
from sampler.people.tracking import STAGES, choices
from sampler.reading import incoming, matching, read_table
from sampler.reading.incoming import Preview, PreviewRow
from sampler.reading.personal import looks_personal
from sampler.store import Store
from tests.builders import a_brief, a_person, group
from tests.test_sheets import LOST_IN_LIBREOFFICE, ODD
from tests.tools import needs

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
BRIEF = a_brief(
    people_wanted=4,
    characteristic=[
        {"topic": "ethnic_group", "grouping": "broad"},
        {"topic": "age", "bands": ["16-34", "35-54", "55+"]},
        {"name": "Access needs", "minimum": {"Wheelchair user": 1}},
    ],
)
PLAN = figures.plan_of(BRIEF)
KINDS_OF_FILE = ("xlsx", "csv")


@pytest.fixture(scope="module")
def store():
    made = Store("sqlite://", now=lambda: NOW)
    yield made
    made.close()


def a_round(store, brief=BRIEF):
    round_id = store.add_round(brief).id
    store.take_plan(round_id, figures.plan_of(brief))
    return round_id


def with_people(store, people):
    """Return a round that holds these people as they are."""
    round_id = a_round(store)
    rows = [PreviewRow(number, "new", person) for number, person in enumerate(people, 2)]
    store.take_in(round_id, Preview(tuple(rows)))
    return round_id


def exported(store, round_id, kind="xlsx", recruiter=None, made=NOW):
    """Return a round's sheet, or a recruiter's, as the file the app hands out."""
    held, taken = store.round(round_id), store.latest_plan(round_id)
    plan, letter = taken.plan, "R"
    if recruiter is not None:
        plan = recruiters.shares(held.brief, plan, store.recruiters(round_id)).plans[recruiter.name]
        letter = recruiter.letter
    named = store.ids(round_id)
    sheet = handover.Sheet(
        plan, round_id, taken.number, Fieldwork(), tuple(store.people(round_id)), "planned",
        False, True, made, recruiter=recruiter,
        next_number=store.next_number(round_id, letter),
        row_id=lambda called: named(own_name(called)),
    )  # fmt: skip
    if kind == "csv":
        return sheets.people_csv(sheet).encode("utf-8-sig")
    return sheets.workbook(sheet)


def looked_at(store, round_id, body, recruiter="", is_own=True):
    """Return what a file would do to a round, read as the pages and the command line do."""
    plan = store.latest_plan(round_id).plan
    proposal = matching.propose(read_table.read(body), plan, today=TODAY)
    if is_own:
        incoming.check_round(proposal, store.round(round_id))
    assert not proposal.questions
    held = store.held(round_id)
    rows = matching.rows(
        proposal.table, proposal.header_row, plan, proposal.mapping, people=held.people
    )
    return incoming.preview(held, rows, incoming.reading(proposal, recruiter))


def counted(found):
    return {
        **{kind: len(found.of(kind)) for kind in ("new", "changed", "unchanged")},
        "refused": [(one.column, one.reason) for one in found.refused],
    }


def unchanged(number):
    return {"new": 0, "changed": 0, "unchanged": number, "refused": []}


def told(person):
    """Return what a sheet tells of a person; notes of blanks alone say nothing."""
    known = {name: answer for name, answer in person.answers.items() if answer != NOT_KNOWN}
    return {
        "reference": person.reference, "stage": person.stage, "reserve": person.reserve,
        "answers": known, "recruiter": person.recruiter, "slot": person.slot,
        "incentive_on": person.incentive_on,
        "notes": "" if person.notes.isspace() else person.notes,
    }  # fmt: skip


# Any set of people


odd = st.one_of(
    st.sampled_from([*ODD, "…", "Not known", "Asian, detail not known"]),
    st.text(st.sampled_from("_x005FDABad\r\n\t '=+-@<r>/&;,|\"\ue000\ufffe\x0b”“…"), max_size=30),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=30),
).filter(lambda text: looks_personal(text) is None)
names = odd.map(str.strip).map(lambda name: name[:80].strip())


def any_answer(part):
    own = odd.map(lambda text: Answer(kind="own_words", text=text))
    return st.one_of(st.sampled_from(choices(part)), own)


any_person = st.builds(
    Participant,
    id=st.just(""),
    reference=st.just(""),
    answers=st.fixed_dictionaries(
        {}, optional={part.name: any_answer(part) for part in PLAN.characteristics}
    ),
    stage=st.sampled_from(STAGES),
    reserve=st.booleans(),
    recruiter=names,
    slot=st.none() | st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    incentive_on=st.none() | st.dates(),
    notes=odd,
)


def numbered(people):
    return [
        person.model_copy(update={"id": str(uuid.uuid4()), "reference": f"P{number:02d}"})
        for number, person in enumerate(people, 1)
    ]


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(people=st.lists(any_person, min_size=1, max_size=12))
@example(people=[a_person(notes=text, recruiter=text.strip()) for text in ODD])
@example(people=[a_person(answers={"Age": Answer(kind="own_words", text=text)}) for text in ODD])
@example(people=[a_person(slot=datetime(56, 7, 25, 8, 15, 59), incentive_on=date(1, 1, 1))])
@example(people=[a_person(slot=datetime(9999, 12, 31, 23, 59, 59))])
def test_any_people_survive_a_workbook_and_csv_and_come_back(store, people):
    people = numbered(people)
    round_id = with_people(store, people)
    before = store.people(round_id), store.history(round_id)
    for kind in KINDS_OF_FILE:
        body = exported(store, round_id, kind)
        found = looked_at(store, round_id, body)
        assert counted(found) == unchanged(len(people)), kind
        store.take_in(round_id, found)
        assert (store.people(round_id), store.history(round_id)) == before
        empty = a_round(store)
        copied = looked_at(store, empty, body, is_own=False)
        assert counted(copied)["refused"] == []
        store.take_in(empty, copied)
        assert [told(p) for p in store.people(empty)] == [told(p) for p in people], kind
        again = looked_at(store, empty, body, is_own=False)
        assert counted(again) == unchanged(len(people)), kind


def test_what_the_app_would_not_take_today_comes_back_as_it_is(store):
    """Somebody kept it on purpose, or the mix has changed since: the sheet may still go round."""
    people = numbered([
        a_person(notes="Ring 07700 900123 before"),
        a_person(notes="#N/A", answers={"Age": Answer(kind="own_words", text="a@b.example")}),
        a_person(recruiter="An old name " * 12),
        a_person(answers={"Ethnic group": "Pakistani"}),
        a_person(answers={"Ethnic group": "No such group"}),
        a_person(answers={"Ethnic group": Answer(kind="broad", text="Asian")}),
    ])  # fmt: skip
    round_id = a_round(store)
    short = [p.model_copy(update={"recruiter": p.recruiter[:5].strip()}) for p in people]
    rows = [PreviewRow(number, "new", person) for number, person in enumerate(short, 2)]
    store.take_in(round_id, Preview(tuple(rows)))
    store.save_person(store.people(round_id)[2].model_copy(update={"recruiter": "Long " * 20}))
    for kind in KINDS_OF_FILE:
        found = looked_at(store, round_id, exported(store, round_id, kind))
        assert counted(found) == unchanged(len(people)), kind
    book = openpyxl.load_workbook(io.BytesIO(exported(store, round_id)))
    heads = [cell.value for cell in book["People"][1]]
    book["People"].cell(2, heads.index("Notes") + 1, "Ring 07700 900124 before")
    found = looked_at(store, round_id, saved(book))
    assert [(one.row, one.column) for one in found.refused] == [(2, "Notes")]


def notes_on_people(body):
    return next(one.notes for one in read_table.read(body).tables if one.name == "People")


def test_our_own_counting_formulas_never_worked_out_are_nothing_to_see_to(store):
    round_id = with_people(store, numbered([a_person(answers={"Age": "16-34"})]))
    book = openpyxl.load_workbook(io.BytesIO(exported(store, round_id)))
    assert notes_on_people(saved(book)) == ()
    tab = book["People"]
    tab.cell(2, [cell.value for cell in tab[1]].index("Notes") + 1, "=A1")
    (note,) = notes_on_people(saved(book))
    assert "is a formula without a result" in note


def test_a_row_copied_to_add_somebody_keeps_all_its_answers(store):
    round_id = with_people(
        store, numbered([a_person(notes="Came by bus", answers={"Age": "16-34"})])
    )
    book = openpyxl.load_workbook(io.BytesIO(exported(store, round_id)))
    tab = book["People"]
    for column in range(2, tab.max_column + 1):
        tab.cell(3, column, tab.cell(2, column).value)
    found = looked_at(store, round_id, saved(book))
    assert [row.kind for row in found.rows] == ["unchanged", "new"]
    new = found.rows[1].person
    assert (new.notes, new.answer("Age")) == ("Came by bus", group("16-34"))


# Twice


def saved(book):
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


OTHERWISE_IN_OPENPYXL = "_x000D\r"
"""What openpyxl, which fills sheets in here, reads otherwise itself."""


def filled(body, rows):
    """Fill in a sheet by heading, from its first row or from the row of a reference on."""
    book = openpyxl.load_workbook(io.BytesIO(body))
    tab = book["People"]
    heads = [cell.value for cell in tab[1]]
    at = {tab.cell(number, 1).value: number for number in range(2, tab.max_row + 1)}
    for called, cells in rows.items():
        number = at.get(called) or max(at.values()) + 1
        at[called] = number
        for head, value in cells.items():
            tab.cell(number, heads.index(head) + 1, value)
    return saved(book)


NEW = {
    "R01": {"Stage": "Confirmed", "Age": "16-34", "Ethnic group": "Asian",
            "Slot": datetime(2026, 12, 1, 14, 30), "Notes": "'tis =1+1"},
    "R02": {"Age": 57, "Access needs": "Wheelchair user", "Reserve": "Yes"},
    "no number": {"Reference": None, "Age": "35-54", "Stage": "Interested"},
}  # fmt: skip


@pytest.mark.parametrize("recruiter", ["", "Acme"])
def test_the_same_workbook_twice_adds_nobody_twice(store, recruiter):
    round_id = a_round(store)
    one = store.add_recruiter(round_id, recruiter, people=4) if recruiter else None
    letter = one.letter if one else "R"
    new = {called.replace("R0", f"{letter}0"): cells for called, cells in NEW.items()}
    body = filled(exported(store, round_id, recruiter=one), new)
    first = looked_at(store, round_id, body, recruiter)
    assert counted(first) == {"new": 3, "changed": 0, "unchanged": 0, "refused": []}
    store.take_in(round_id, first)
    before = store.people(round_id), store.history(round_id)
    again = looked_at(store, round_id, body, recruiter)
    assert counted(again) == unchanged(3)
    store.take_in(round_id, again)
    assert (store.people(round_id), store.history(round_id)) == before
    assert {p.reference for p in store.people(round_id)} >= {f"{letter}01", f"{letter}02"}


# Through LibreOffice


def through_libreoffice(folder, *bodies):
    """Return workbooks as LibreOffice has them after it saved them as .ods and as .xlsx."""
    for number, body in enumerate(bodies):
        (folder / f"{number}.xlsx").write_bytes(body)
    for source, to, into in (("{}.xlsx", "ods", "one"), ("one/{}.ods", "xlsx", "two")):
        paths = [str(folder / source.format(number)) for number in range(len(bodies))]
        subprocess.run(
            [shutil.which("soffice"), f"-env:UserInstallation=file://{folder}/profile",
             "--headless", "--convert-to", to, "--outdir", str(folder / into), *paths],
            check=True, capture_output=True, timeout=120,
        )  # fmt: skip
    return [(folder / "two" / f"{number}.xlsx").read_bytes() for number in range(len(bodies))]


@needs("soffice")
def test_sheets_filled_in_and_saved_by_libreoffice_come_back_and_then_change_nothing(
    store, tmp_path
):
    """The sheet of a round and a recruiter's; what LibreOffice writes otherwise is left out."""
    odd_texts = [text for text in ODD if text not in LOST_IN_LIBREOFFICE["ods"] and text.strip()]
    odd_texts.remove(OTHERWISE_IN_OPENPYXL)
    round_id = with_people(store, numbered([
        a_person(notes=text, stage="offered", answers={"Age": "16-34"}) for text in odd_texts
    ]))  # fmt: skip
    acme = store.add_recruiter(round_id, "Acme", people=4)
    theirs = {called.replace("R0", "A0"): cells for called, cells in NEW.items()}
    ours = {
        "P01": {"Stage": "Attended"},
        "P02": {"Age": "55+", "Incentive sent on": TODAY},
        **NEW,
    }
    whole, part = through_libreoffice(
        tmp_path,
        filled(exported(store, round_id), ours),
        filled(exported(store, round_id, recruiter=acme), theirs),
    )
    found = looked_at(store, round_id, whole)
    assert counted(found) == {
        "new": 3, "changed": 2, "unchanged": len(odd_texts) - 2, "refused": [],
    }  # fmt: skip
    store.take_in(round_id, found)
    found = looked_at(store, round_id, part, "Acme")
    assert counted(found) == {"new": 3, "changed": 0, "unchanged": 0, "refused": []}
    store.take_in(round_id, found)
    people = {p.reference: p for p in store.people(round_id)}
    assert people["P01"].stage == "attended"
    assert people["P02"].incentive_on == TODAY
    assert (people["R01"].slot, people["R01"].notes) == (datetime(2026, 12, 1, 14, 30), "'tis =1+1")
    assert people["R02"].answer("Age") == group("55+")
    assert [(p.recruiter, p.stage) for r, p in people.items() if r.startswith("A")] == [
        ("Acme", "confirmed"), ("Acme", "screened_in"), ("Acme", "interested"),
    ]  # fmt: skip
    before = store.people(round_id), store.history(round_id)
    whole, part = through_libreoffice(
        tmp_path, exported(store, round_id), exported(store, round_id, recruiter=acme)
    )
    for body, recruiter, number in ((whole, "", len(people)), (part, "Acme", 3)):
        found = looked_at(store, round_id, body, recruiter)
        assert counted(found) == unchanged(number)
        store.take_in(round_id, found)
        assert (store.people(round_id), store.history(round_id)) == before
