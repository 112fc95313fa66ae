"""Reading a file in: who is known again, what is not overwritten, and nothing twice."""

from datetime import datetime

import pytest

from sampler.errors import Conflict, NotFound
from sampler.model import Answer, By
from sampler.people.references import own_name
from sampler.reading.incoming import Reading, preview, summary
from sampler.reading.matching_values import Incoming, IncomingRow, Refused
from sampler.store import Store
from tests.builders import a_brief, a_person, group
from tests.databases import KINDS, new_url

MADE = "2026-11-20T09:00:00"
OURS = Reading(is_ours=True, made=MADE)
THEIRS = Reading(is_ours=False, recruiter="Acme")


@pytest.fixture(params=KINDS)
def store(request, tmp_path):
    made = Store(new_url(request.param, tmp_path))
    yield made
    made.close()


@pytest.fixture
def round_id(store):
    return store.add_round(a_brief()).id


def a_row(number=2, reference="", version=None, id="", **changes):
    answers = {name: group(text) for name, text in changes.pop("answers", {}).items()}
    return IncomingRow(
        number, id=id, version=version, reference=reference, answers=answers, **changes
    )


def blank_row(store, round_id, number, reference, **changes):
    """Return a row that was blank on our sheet, filled in."""
    return a_row(number, reference, 0, store.ids(round_id)(own_name(reference)), **changes)


def known_row(person, number=2, **changes):
    return a_row(number, person.reference, person.version, person.id, **changes)


def seen(store, round_id, *rows, reading=OURS, refused=()):
    return preview(store.held(round_id), Incoming(tuple(rows), tuple(refused), ()), reading)


def taken(store, round_id, *rows, reading=OURS):
    found = seen(store, round_id, *rows, reading=reading)
    store.take_in(round_id, found, By(who="Asha"))
    return found


def kinds(found):
    return [row.kind for row in found.rows]


def test_people_of_our_sheet_are_taken_in_under_its_references(store, round_id):
    store.add_recruiter(round_id, "Acme", people=4)
    rows = [
        blank_row(store, round_id, 2, "A01", answers={"Sex": "Female"}, stage="confirmed"),
        blank_row(store, round_id, 3, "A02", answers={"Sex": "Male"}),
        a_row(4, "", answers={"Sex": "Male"}),
    ]
    reading = Reading(is_ours=True, made=MADE, recruiter="Acme")
    taken(store, round_id, *rows, reading=reading)
    people = store.people(round_id)
    assert [(p.reference, p.stage, p.recruiter) for p in people] == [
        ("A01", "confirmed", "Acme"),
        ("A02", "screened_in", "Acme"),
        ("A03", "screened_in", "Acme"),
    ]
    again = seen(store, round_id, *rows, reading=reading)
    assert kinds(again) == ["unchanged"] * 3
    store.take_in(round_id, again)
    assert store.people(round_id) == people


def test_a_sheet_sent_again_with_more_filled_in_changes_only_that(store, round_id):
    first = blank_row(store, round_id, 2, "R01", answers={"Sex": "Female"})
    taken(store, round_id, first)
    more = blank_row(store, round_id, 2, "R01", answers={"Sex": "Female"}, stage="attended")
    found = taken(store, round_id, more, blank_row(store, round_id, 3, "R02", stage="offered"))
    assert kinds(found) == ["changed", "new"]
    assert [(p.reference, p.stage) for p in store.people(round_id)] == [
        ("R01", "attended"),
        ("R02", "offered"),
    ]


def test_the_same_reference_in_another_copy_of_the_sheet_is_somebody_else(store, round_id):
    row = blank_row(store, round_id, 2, "R01", answers={"Sex": "Female"})
    taken(store, round_id, row)
    other = blank_row(store, round_id, 2, "R01", answers={"Sex": "Male"})
    elsewhere = Reading(is_ours=True, made="2026-11-21T10:00:00")
    found = taken(store, round_id, other, reading=elsewhere)
    assert kinds(found) == ["new"]
    assert "R01 is somebody else here already" in found.rows[0].note
    sexes = [(p.reference, p.answer("Sex").text) for p in store.people(round_id)]
    assert sexes == [("P01", "Male"), ("R01", "Female")]
    assert kinds(seen(store, round_id, other, reading=elsewhere)) == ["unchanged"]
    assert kinds(seen(store, round_id, row)) == ["unchanged"]


def test_what_changed_here_since_the_sheet_went_out_is_a_choice(store, round_id):
    person = store.add_person(round_id, a_person(stage="offered", answers={"Sex": "Female"}))
    row = known_row(person, stage="confirmed", answers={"Sex": "Female"}, notes="Came by bus")
    store.save_person(person.model_copy(update={"stage": "attended"}), By(who="Ben"))
    (one,) = seen(store, round_id, row).rows
    assert one.asks
    assert [(f.field, f.ours, f.theirs, f.changed_here) for f in one.fields] == [
        ("stage", "attended", "confirmed", True),
        ("notes", None, "Came by bus", False),
    ]
    assert (one.person.stage, one.person.notes) == ("attended", "Came by bus")
    choice = Reading(is_ours=True, made=MADE, choices={2: "theirs"})
    taken(store, round_id, row, reading=choice)
    assert store.people(round_id)[0].stage == "confirmed"


def test_what_they_were_given_and_sent_back_is_no_choice(store, round_id):
    person = store.add_person(round_id, a_person(stage="offered"))
    row = known_row(person, stage="offered")
    store.save_person(person.model_copy(update={"stage": "attended"}))
    (one,) = seen(store, round_id, row).rows
    assert (one.kind, one.asks) == ("unchanged", False)


def test_what_another_sheet_changed_since_is_a_choice_and_the_same_sheet_again_is_none(
    store, round_id
):
    person = store.add_person(round_id, a_person(stage="offered"))
    other = Reading(is_ours=True, made="2026-11-19T08:00:00")
    taken(store, round_id, known_row(person, stage="no_show"), reading=other)
    (again,) = seen(store, round_id, known_row(person, stage="attended"), reading=other).rows
    assert (again.kind, again.asks) == ("changed", False)
    (one,) = seen(store, round_id, known_row(person, stage="attended")).rows
    assert one.asks
    assert one.person.stage == "no_show"


def test_a_list_sent_again_does_not_undo_what_our_sheet_changed(store, round_id):
    rows = [a_row(2, "AG-2", stage="confirmed"), a_row(3, "AG-3", stage="confirmed")]
    taken(store, round_id, *rows, reading=THEIRS)
    two, three = store.people(round_id)
    taken(store, round_id, known_row(two, 2, stage="no_show"), known_row(three, 3, stage="no_show"))
    later = [rows[0], a_row(3, "AG-3", stage="attended")]
    same, other = seen(store, round_id, *later, reading=THEIRS).rows
    assert (same.kind, same.asks) == ("unchanged", False)
    assert other.asks
    acme = store.recruiters(round_id)[0]
    store.save_recruiter(round_id, acme.model_copy(update={"name": "Acme Ltd"}))
    choice = Reading(is_ours=False, recruiter="Acme Ltd", choices={3: "theirs"})
    taken(store, round_id, *later, reading=choice)
    assert [p.stage for p in store.people(round_id)] == ["no_show", "attended"]
    (more,) = seen(store, round_id, a_row(3, "AG-3", stage="partial"), reading=choice).rows
    assert (more.kind, more.asks) == ("changed", False)


def test_blank_cells_leave_what_is_known(store, round_id):
    known = a_person(stage="attended", notes="Keep", answers={"Sex": "Female"})
    person = store.add_person(round_id, known)
    assert kinds(seen(store, round_id, known_row(person))) == ["unchanged"]


def test_a_recruiters_own_reference_is_known_again(store, round_id):
    rows = [a_row(i, f"AG-{i}", answers={"Sex": "Female"}) for i in (2, 3)]
    taken(store, round_id, *rows, reading=THEIRS)
    people = store.people(round_id)
    assert [(p.reference, p.their_reference) for p in people] == [("A01", "AG-2"), ("A02", "AG-3")]
    changed = a_row(9, "ag-2", answers={"Sex": "Male"})
    found = taken(store, round_id, changed, reading=THEIRS)
    assert kinds(found) == ["changed"]
    assert store.people(round_id)[0].answer("Sex").text == "Male"
    other = Reading(is_ours=False, recruiter="Another")
    assert kinds(seen(store, round_id, changed, reading=other)) == ["new"]


def test_rows_without_a_reference_are_known_by_their_answers_or_said_to_be_others(store, round_id):
    rows = [
        a_row(2, answers={"Sex": "Female", "Age": "16-34"}),
        a_row(3, answers={"Sex": "Female", "Age": "16-34"}),
        a_row(4, answers={"Sex": "Male"}),
    ]
    taken(store, round_id, *rows, reading=THEIRS)
    again = seen(store, round_id, *rows, a_row(5, answers={"Sex": "Male"}), reading=THEIRS)
    assert kinds(again) == ["unchanged", "unchanged", "unchanged", "new"]
    assert len(again.by_answers) == 3
    others = Reading(is_ours=False, recruiter="Acme", are_others=True)
    assert kinds(seen(store, round_id, *rows, reading=others)) == ["new"] * 3


@pytest.mark.parametrize("reading", [OURS, THEIRS])
def test_somebody_erased_is_not_taken_in_again(store, round_id, reading):
    row = blank_row(store, round_id, 2, "R01", answers={"Sex": "Female"})
    row = row if reading is OURS else a_row(2, "AG-2", answers={"Sex": "Female"})
    taken(store, round_id, row, reading=reading)
    person = store.people(round_id)[0]
    store.erase_person(person.id)
    for one in (row, known_row(person)):
        found = seen(store, round_id, one, reading=reading)
        assert found.rows == ()
        assert "was erased here" in found.refused[0].reason


def test_somebody_erased_who_had_no_reference_is_not_taken_in_again(store, round_id):
    rows = [a_row(n, answers={"Sex": sex}) for n, sex in ((2, "Male"), (3, "Male"), (4, "Female"))]
    taken(store, round_id, *rows, reading=THEIRS)
    store.erase_person(store.people(round_id)[0].id)
    found = seen(store, round_id, *rows, reading=THEIRS)
    assert kinds(found) == ["unchanged", "unchanged"]
    assert "very same answers was erased here" in found.refused[0].reason
    others = Reading(is_ours=False, recruiter="Acme", are_others=True)
    assert kinds(taken(store, round_id, *rows, reading=others)) == ["new"] * 3
    assert len(store.people(round_id)) == 5


def test_somebody_erased_who_got_another_reference_is_not_taken_in_again(store, round_id):
    taken(store, round_id, blank_row(store, round_id, 2, "R01", answers={"Sex": "Female"}))
    other = blank_row(store, round_id, 2, "R01", answers={"Sex": "Male"})
    elsewhere = Reading(is_ours=True, made="2026-11-21T10:00:00")
    taken(store, round_id, other, reading=elsewhere)
    store.erase_person(store.person(round_id, "P01").id)
    found = seen(store, round_id, other, reading=elsewhere)
    assert "was erased here" in found.refused[0].reason


def test_references_that_clash_are_refused_each_with_its_row(store, round_id):
    found = seen(store, round_id, a_row(2, "A01"), a_row(5, "a01"), a_row(6, "A02"))
    assert [(r.row, r.column) for r in found.refused] == [(2, "Reference"), (5, "Reference")]
    assert "on row 5 too" in found.refused[0].reason
    assert [row.number for row in found.rows] == [6]


def test_a_row_copied_with_its_hidden_part_belongs_to_its_reference(store, round_id):
    first, second = (store.add_person(round_id, a_person()) for _ in range(2))
    copied = a_row(3, "P09", first.version, first.id, stage="offered")
    found = seen(store, round_id, known_row(first), copied)
    assert kinds(found) == ["unchanged", "new"]
    assert found.rows[1].person.reference == "P09"
    moved = a_row(2, second.reference, first.version, first.id)
    assert "was made for P01 and now says P02" in seen(store, round_id, moved).refused[0].reason


@pytest.mark.parametrize("other", ["P02", "R05"])
def test_a_row_of_somebody_with_another_reference_typed_over_changes_nobody(store, round_id, other):
    first, _ = (store.add_person(round_id, a_person()) for _ in range(2))
    row = a_row(2, other, first.version, first.id, stage="attended")
    found = seen(store, round_id, row)
    assert found.rows == ()
    assert found.refused[0].reason.startswith("This row was made for P01 and now ")
    assert "R05" not in found.refused[0].reason
    typed = a_row(2, "p01", first.version, first.id, stage="attended")
    assert kinds(seen(store, round_id, typed)) == ["changed"]


def test_a_reference_in_small_letters_is_the_same_person(store, round_id):
    taken(store, round_id, a_row(2, "p02", answers={"Sex": "Female"}), a_row(3, "case 7"))
    added = [store.add_person(round_id, a_person()).reference for _ in range(2)]
    assert added == ["P03", "P04"]
    assert [p.reference for p in store.people(round_id)] == ["P02", "P03", "P04", "case 7"]
    store.erase_person(store.people(round_id)[0].id)
    assert "was erased here" in seen(store, round_id, a_row(2, "p02")).refused[0].reason


def test_a_recruiter_changed_in_our_sheet_is_a_change_and_a_former_name_is_none(store, round_id):
    acme = store.add_recruiter(round_id, "Acme")
    store.add_recruiter(round_id, "Own panel")
    person = store.add_person(round_id, a_person(recruiter="Acme"))
    store.save_recruiter(round_id, acme.model_copy(update={"name": "Acme Ltd"}))
    assert kinds(seen(store, round_id, known_row(person, recruiter="Acme"))) == ["unchanged"]
    assert kinds(seen(store, round_id, a_row(2, "A01", recruiter="acme"))) == ["unchanged"]
    (person,) = store.people(round_id)
    taken(
        store, round_id, known_row(person, recruiter="own panel"), a_row(3, "X", recruiter="acme")
    )
    assert [(p.reference, p.recruiter) for p in store.people(round_id)] == [
        ("A01", "Own panel"), ("X", "Acme Ltd"),
    ]  # fmt: skip
    assert [one.name for one in store.recruiters(round_id)] == ["Acme Ltd", "Own panel"]


def test_people_of_another_recruiter_are_not_changed(store, round_id):
    person = store.add_person(round_id, a_person(recruiter="Ben's panel"))
    found = seen(
        store, round_id, known_row(person), reading=Reading(is_ours=True, recruiter="Acme")
    )
    assert "found by Ben's panel, not by Acme" in found.refused[0].reason


def test_refused_rows_come_first_and_nothing_of_them_is_stored(store, round_id):
    bad = Refused(9, "Age", "‘35ish’ is none of the groups.")
    found = seen(store, round_id, a_row(2, "A01"), refused=[bad])
    assert summary(found) == {
        "new": 1, "changed": 0, "unchanged": 0, "left_out": [],
        "refused": [{"row": 9, "column": "Age", "reason": "‘35ish’ is none of the groups."}],
    }  # fmt: skip


def test_all_of_a_file_is_taken_in_or_nothing(store, round_id):
    person = store.add_person(round_id, a_person())
    found = seen(store, round_id, a_row(2, "A01"), known_row(person, 3, stage="offered"))
    store.save_person(person.model_copy(update={"notes": "meanwhile"}))
    before = (store.people(round_id), store.history(round_id))
    with pytest.raises(Conflict, match="Nothing was taken in"):
        store.take_in(round_id, found)
    assert (store.people(round_id), store.history(round_id)) == before
    assert store.last_import(round_id) is None
    found = seen(store, round_id, a_row(2, "P02"))
    store.add_person(round_id, a_person())
    with pytest.raises(Conflict, match="P02 changed here"):
        store.take_in(round_id, found)


def test_the_last_file_can_be_taken_back_as_one_step(store, round_id):
    kept = store.add_person(round_id, a_person(stage="offered", answers={"Sex": "Female"}))
    first = known_row(kept, stage="confirmed", answers={"Sex": "Male"}, slot=datetime(2026, 12, 1))
    taken(store, round_id, first, a_row(3, "A07", answers={"Sex": "Male"}))
    last = store.last_import(round_id)
    assert (last.new, last.changed, last.who) == (1, 1, "Asha")
    store.take_back(round_id, last)
    (back,) = store.people(round_id)
    assert back.model_copy(update={"version": 1}) == kept.model_copy(update={"version": 1})
    assert [o.how for o in store.history(round_id)[:3]] == ["taken back"] * 3
    assert store.last_import(round_id) is None
    assert kinds(seen(store, round_id, first, a_row(3, "A07"))) == ["changed", "new"]


def test_the_file_that_was_looked_at_is_taken_back_and_no_other(store, round_id):
    taken(store, round_id, a_row(2, "A01"))
    looked_at = store.last_import(round_id)
    store.take_back(round_id, looked_at)
    taken(store, round_id, a_row(2, "A02"))  # SQLite gives it the same number
    with pytest.raises(NotFound, match="no longer the last"):
        store.take_back(round_id, looked_at)
    assert [p.reference for p in store.people(round_id)] == ["A02"]


def test_a_file_is_not_taken_back_once_somebody_changed_its_people(store, round_id):
    taken(store, round_id, a_row(2, "A01"), a_row(3, "A02"))
    (first, _) = store.people(round_id)
    last = store.last_import(round_id)
    store.save_person(first.model_copy(update={"stage": "attended"}))
    with pytest.raises(Conflict, match="A01 changed since this file was taken in"):
        store.take_back(round_id, last)
    assert len(store.people(round_id)) == 2
    taken(store, round_id, a_row(4, "A09"))
    with pytest.raises(NotFound, match="no longer the last"):
        store.take_back(round_id, last)


def test_a_recruiter_named_in_a_file_becomes_one_of_the_round(store, round_id):
    taken(store, round_id, a_row(2, "X1", recruiter="Night shelter"), reading=OURS)
    assert [(r.name, r.way, r.letter) for r in store.recruiters(round_id)] == [
        ("Night shelter", "partner", "A")
    ]
    assert store.people(round_id)[0].reference == "X1"


def test_how_a_recruiters_files_are_read_is_kept_with_them(store, round_id):
    found = seen(store, round_id, a_row(2, "AG-1"), reading=THEIRS)
    store.take_in(round_id, found, mapping='classification = "nhs_16"\n')
    assert store.mapping(round_id, "acme") == 'classification = "nhs_16"\n'
    assert store.mapping(round_id, "another") is None


def test_ten_thousand_people_are_taken_in_and_known_again(store, round_id):
    sexes = ("Female", "Male")
    rows = [a_row(i, f"Q{i:05d}", answers={"Sex": sexes[i % 2]}) for i in range(2, 10_002)]
    taken(store, round_id, *rows)
    assert (
        store.tally(round_id).answers[
            "Sex", Answer(kind="group", text="Male"), ("screened_in", False)
        ]
        == 5_000
    )
    assert set(kinds(seen(store, round_id, *rows))) == {"unchanged"}


def test_the_same_file_twice_does_not_undo_what_was_changed_by_hand(store, round_id):
    first = a_row(2, "AG-1", stage="confirmed", answers={"Sex": "Female"})
    taken(store, round_id, first, reading=THEIRS)
    (person,) = store.people(round_id)
    store.save_person(person.model_copy(update={"stage": "attended"}), By(who="Ben"))
    later = a_row(2, "AG-1", stage="confirmed", notes="Came by bus", answers={"Sex": "Female"})
    for _ in range(2):
        taken(store, round_id, later, reading=THEIRS)
        (person,) = store.people(round_id)
        assert (person.stage, person.notes) == ("attended", "Came by bus")


def test_two_rows_of_one_person_are_not_both_taken(store, round_id):
    person = store.add_person(round_id, a_person(answers={"Sex": "Female"}))
    hidden = a_row(2, "", person.version, person.id, answers={"Sex": "Male"})
    typed = a_row(3, person.reference, stage="offered")
    found = taken(store, round_id, hidden, typed)
    assert [row.number for row in found.rows] == [2]
    assert "Row 2 is P01 too" in found.refused[0].reason
    assert store.tally(round_id).total == 1


def test_files_of_a_recruiter_who_was_renamed_are_known_again(store, round_id):
    rows = [a_row(2, "AG-1"), a_row(3, "AG-2"), a_row(4, answers={"Sex": "Male"})]
    taken(store, round_id, *rows, reading=THEIRS)
    (acme,) = store.recruiters(round_id)
    store.save_recruiter(round_id, acme.model_copy(update={"name": "Acme Ltd"}))
    store.erase_person(store.people(round_id)[1].id)
    found = seen(store, round_id, *rows, reading=Reading(is_ours=False, recruiter="Acme Ltd"))
    assert kinds(found) == ["unchanged", "unchanged"]
    assert "was erased here" in found.refused[0].reason


def test_somebody_who_went_to_another_recruiter_is_refused_and_the_rest_taken(store, round_id):
    taken(store, round_id, a_row(2, "AG-1"), reading=THEIRS)
    (person,) = store.people(round_id)
    store.save_person(person.model_copy(update={"recruiter": "Own panel"}))
    found = taken(store, round_id, a_row(2, "AG-1"), a_row(3, "AG-2"), reading=THEIRS)
    assert kinds(found) == ["new"]
    assert "found by Own panel" in found.refused[0].reason
