"""The history of people in words."""

from datetime import UTC, date, datetime

from sampler.model import Answer, Change
from sampler.people import history
from tests.builders import a_person, group

TODAY = date(2026, 7, 1)
AT = datetime(2026, 7, 1, 13, 2, tzinfo=UTC)


def a_change(field, before, after, number=1, **changes):
    values = {"person_id": "a", "at": AT, "who": "Asha", "how": "form", "version": 2}
    return Change(number=number, field=field, before=before, after=after, **(values | changes))


def test_every_kind_of_field_is_said_in_words():
    said = [
        history.change_words(a_change(*line), {"Age": "age"})
        for line in (
            ("added", None, "answers x"),
            ("stage", "confirmed", "no_show"),
            ("reserve", None, "yes"),
            ("reserve", "yes", None),
            ("notes", None, "asks for parking"),
            ("their_reference", "CP-7", None),
            ("slot", "2027-01-12T10:30:00", "2027-01-12T11:00:00"),
            ("incentive_on", None, "2027-01-13"),
            ("answer: Age", None, '["group", "55+"]'),
            ("answer: Age", '["group", "16-34"]', '["prefer_not_to_say", ""]'),
            ("answer: Sex", '["own_words", "both"]', None),
        )
    ]
    assert said == [
        "Added",
        "Stage from Confirmed to No-show",
        "Made a reserve",
        "No longer a reserve",
        "Notes added: asks for parking",
        "Their reference removed: CP-7",
        "Slot from 12 January 2027, 10:30 to 12 January 2027, 11:00",
        "Incentive sent on added: 13 January 2027",
        "Age from Not known to 55 and over",
        "Age from 16 to 34 to Prefer not to say",
        "Sex from “both” to Not known",
    ]


def test_what_was_saved_in_one_go_stands_together_with_how():
    lines = [
        a_change("notes", None, "x", 3, version=3, how="today"),
        a_change("notes", None, "x", 2),
        a_change("stage", "offered", "confirmed", 1),
    ]
    newest, oldest = history.saves(lines)
    assert newest.words() == "Notes added: x (on Today)"
    assert oldest.words() == "Stage from Offered to Confirmed; Notes added: x"
    assert history.saves([]) == []


def test_a_conflict_says_who_changed_what_and_when():
    stage, notes = a_change("stage", "offered", "confirmed"), a_change("notes", None, "x", 2)
    assert history.since_words([notes, stage], TODAY) == (
        "Asha saved a change at 14:02: Stage, Notes."
    )
    nameless = a_change("slot", None, "2027-01-12T10:30:00", 3, who="", version=3)
    assert history.since_words([stage, nameless], date(2026, 7, 2)) == (
        "Asha saved a change at 14:02 on 1 July 2026: Stage. "
        "Somebody saved a change at 14:02 on 1 July 2026: Slot."
    )
    assert history.since_words([], TODAY) == "Somebody saved a change."


def test_of_many_changes_the_last_three_are_said():
    lines = [a_change("notes", None, "x", n, who=f"R{n}", version=n) for n in range(1, 7)]
    said = history.since_words(lines, TODAY)
    assert said.startswith("3 earlier changes. R4 saved")
    assert said.count("saved a change") == 3


def test_using_mine_keeps_what_they_saved_elsewhere():
    before = a_person(stage="confirmed", notes="a", answers={"Sex": "Female"})
    theirs = before.model_copy(update={"stage": "no_show", "version": 2})
    answers = {"Sex": group("Male"), "Age": Answer(kind="own_words", text="of age")}
    mine = before.model_copy(update={"notes": "b", "answers": answers})
    both = history.onto(theirs, before, mine)
    assert (both.stage, both.notes, both.version) == ("no_show", "b", 2)
    assert both.answers == answers
    assert history.compared(theirs, both) == [
        ("Notes", "a", "b"),
        ("Sex", "Female", "Male"),
        ("Age", "Not known", "“of age”"),
    ]
    assert history.compared(both, both) == []
