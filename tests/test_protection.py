"""Data protection in words, and everything held about somebody."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from sampler.model import By, Protection, Recruiter
from sampler.people import protection
from sampler.store import Store
from tests.builders import a_brief, a_person

LAST_DAY = date(2028, 11, 22)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (-31, None),
        (-30, "2 people are to be deleted by 22 November 2028, in 30 days"),
        (-1, "2 people are to be deleted by 22 November 2028, tomorrow"),
        (0, "2 people are to be deleted by 22 November 2028, today"),
        (1, "2 people were to be deleted by 22 November 2028"),
    ],
)
def test_a_reminder_comes_thirty_days_before_and_stays(days, said):
    found = protection.reminder(Protection(delete_by=LAST_DAY), 2, LAST_DAY + timedelta(days=days))
    assert (found.title if found else None) == said
    assert found is None or found.is_late == (days > 0)


def test_nobody_left_and_no_day_need_no_reminder():
    assert protection.reminder(Protection(delete_by=LAST_DAY), 0, LAST_DAY) is None
    assert protection.reminder(Protection(), 5, LAST_DAY) is None


def test_what_is_not_recorded_is_said():
    assert protection.undecided(Protection()) == (
        "Not recorded yet: the lawful basis and the condition for special category data."
    )
    assert protection.undecided(Protection(basis="x", condition="y")) == ""


def test_the_export_holds_every_field_of_a_person_and_nobody_else():
    store = Store("sqlite://", now=lambda: datetime(2026, 11, 22, 9, tzinfo=UTC))
    held = store.add_round(a_brief())
    store.add_recruiter(held.id, "Hello Panel", way="panel")
    person, other = store.add_people(
        held.id,
        [
            a_person(
                answers={"Ethnic group": "Pakistani"},
                recruiter="hello panel",
                their_reference="HP-3",
                notes="asks for parking",
                slot=datetime(2027, 1, 12, 10, 30),
                incentive_on=date(2027, 1, 13),
                reserve=True,
            ),
            a_person(notes="SOMEBODY-ELSE"),
        ],
    )
    store.save_person(other.model_copy(update={"notes": "SOMEBODY-ELSE 2"}), By(who="Ben"))
    moved = store.save_person(
        person.model_copy(update={"stage": "confirmed"}), By(who="Asha", how="today")
    )
    text = protection.export(moved, store.history(held.id), held, store.recruiters(held.id))
    found = json.loads(text)
    assert "SOMEBODY-ELSE" not in text
    assert found["round"]["delete_by"] == "2028-11-22"
    assert found["person"] == {
        "Reference": person.reference,
        "Their reference": "HP-3",
        "Answers": {"Ethnic group": "Pakistani"},
        "Stage": "Confirmed",
        "At this stage since": "2026-11-22",
        "Reserve": True,
        "Recruiter": {"name": "Hello Panel", "kind": "panel"},
        "Slot": "2027-01-12T10:30:00",
        "Incentive sent on": "2027-01-13",
        "Notes": "asks for parking",
        "id": person.id,
        "version": 2,
    }
    assert [line["what"] for line in found["history"]] == [
        "Added",
        "Stage from Approached to Confirmed",
    ]
    assert found["history"][1]["who"] == "Asha"
    # Whatever a person comes to hold is in the export too.
    assert len(found["person"]) == len(type(person).model_fields)
    store.close()


def test_a_recruiter_the_round_does_not_know_is_named_all_the_same():
    store = Store("sqlite://")
    held = store.add_round(a_brief())
    one = Recruiter(id="", name="Another", way="agency")
    text = protection.export(a_person(recruiter="Gone"), [], held, [one])
    assert json.loads(text)["person"]["Recruiter"] == "Gone"
    store.close()
