"""Moves between stages, who drops out by one, and the list for the day."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler.people.stages import (
    corrections,
    drops_out,
    due_on,
    in_order,
    is_move,
    move_words,
    moved,
    moves,
    suggests_erasure,
    tapped,
    taps,
)
from sampler.people.tracking import STAGES, is_planned, recruiting_words
from tests.builders import a_person

TODAY = date(2026, 11, 22)


def at(hour, day=TODAY, minute=0):
    return datetime(day.year, day.month, day.day, hour, minute)


@pytest.mark.parametrize("stage", STAGES)
def test_every_other_stage_is_a_move_or_a_correction_and_never_both(stage):
    both = [*moves(stage), *corrections(stage)]
    assert sorted(both) == sorted(set(STAGES) - {stage})
    assert not is_move(stage, stage)
    assert all(is_move(stage, other) for other in moves(stage))
    assert all(move_words(stage, other).startswith("Correct a mistake: ")
               for other in corrections(stage))  # fmt: skip


def test_the_usual_way_through_a_round_is_made_of_moves():
    usual = ["approached", "interested", "screened_in", "offered", "confirmed", "reminded"]
    for before, after in pairwise(usual):
        assert moves(before)[0] == after
    assert moves("reminded")[:3] == ("attended", "partial", "no_show")


@pytest.mark.parametrize("stage", [s for s in STAGES if s != "withdrawn"])
def test_anybody_can_withdraw_and_nobody_comes_back_but_by_a_correction(stage):
    assert is_move(stage, "withdrawn")
    assert not is_move("withdrawn", stage)


@pytest.mark.parametrize(
    ("stages", "is_full", "words"),
    [
        ([], False, "Ready to recruit"),
        (["cancelled_by_them", "screened_out"], False, "Ready to recruit"),
        (["approached"], False, "Recruiting"),
        (["attended", "confirmed"], False, "Recruiting"),
        (["attended", "no_show"], False, "Nobody booked"),
        (["attended", "confirmed"], True, "Full"),
        (["attended", "interested"], True, "Done"),
    ],
)
def test_where_recruitment_stands_is_where_its_people_do(stages, is_full, words):
    everyone = [a_person(stage=stage) for stage in stages]
    assert recruiting_words(everyone, is_full=is_full, partial_counts=False) == words


def test_a_reserve_who_is_booked_does_not_keep_a_full_round_open():
    everyone = [a_person(stage="attended"), a_person(stage="confirmed", reserve=True)]
    assert recruiting_words(everyone, is_full=True, partial_counts=False) == "Done"


def test_withdrawing_alone_suggests_erasure():
    assert [stage for stage in STAGES if suggests_erasure(stage)] == ["withdrawn"]


def test_a_move_has_its_day_and_staying_keeps_the_old_one():
    person = a_person(stage="offered", stage_on=date(2026, 1, 1))
    assert moved(person, "confirmed", TODAY).stage_on == TODAY
    assert moved(person, "offered", TODAY) is person


@given(
    st.sampled_from(STAGES), st.sampled_from(STAGES), st.booleans(), st.booleans(), st.booleans()
)
def test_who_drops_out_took_a_place_before_and_takes_none_after(one, other, was, now, partial):
    before, after = a_person(stage=one, reserve=was), a_person(stage=other, reserve=now)
    assert drops_out(before, after, partial_counts=partial) == (
        is_planned(before, partial_counts=partial) and not is_planned(after, partial_counts=partial)
    )


@pytest.mark.parametrize(
    ("before", "after", "drops"),
    [
        ({"stage": "confirmed"}, {"stage": "no_show"}, True),
        ({"stage": "reminded"}, {"stage": "cancelled_by_them"}, True),
        ({"stage": "attended"}, {"stage": "withdrawn"}, True),
        ({"stage": "offered"}, {"stage": "offered", "reserve": True}, True),
        ({"stage": "confirmed", "reserve": True}, {"stage": "no_show"}, False),
        ({"stage": "interested"}, {"stage": "screened_out"}, False),
        ({"stage": "confirmed"}, {"stage": "attended"}, False),
    ],
)
def test_dropping_out_in_the_usual_cases(before, after, drops):
    assert drops_out(a_person(**before), a_person(**after), partial_counts=False) == drops


def test_the_list_for_the_day_is_in_time_order_after_those_still_to_be_marked():
    yesterday = TODAY - timedelta(days=1)
    everyone = [
        a_person("P10", stage="confirmed", slot=at(14)),
        a_person("P9", stage="confirmed", slot=at(14)),
        a_person("P1", stage="reminded", slot=at(9, minute=30)),
        a_person("P2", stage="confirmed", slot=at(16, yesterday)),
        a_person("P3", stage="attended", slot=at(10, yesterday)),
        a_person("P4", stage="cancelled_by_them", slot=at(10)),
        a_person("P5", stage="confirmed", slot=at(10, TODAY + timedelta(days=1))),
        a_person("P6", stage="confirmed"),
        a_person("P7", stage="attended", slot=at(8)),
        a_person("P8", stage="confirmed", reserve=True, slot=at(15)),
    ]
    found = due_on(TODAY, everyone)
    assert [due.person.reference for due in found] == ["P2", "P7", "P1", "P9", "P10", "P8"]
    assert [due.is_late for due in found] == [True, False, False, False, False, False]
    assert found[1].taps == ("incentive",)
    assert found[0].taps == ("attended", "no_show")


def test_slots_with_and_without_a_time_zone_stand_side_by_side():
    zoned = datetime(2026, 11, 22, 9, tzinfo=UTC)
    everyone = [a_person("P1", stage="offered", slot=at(10)),
                a_person("P2", stage="offered", slot=zoned)]  # fmt: skip
    assert [due.person.reference for due in due_on(TODAY, everyone)] == ["P2", "P1"]


def test_two_taps_mark_somebody_and_pay_them():
    person = a_person(stage="reminded", slot=at(9))
    came = tapped(person, "attended", TODAY)
    paid = tapped(came, "incentive", TODAY)
    assert (came.stage, came.stage_on, taps(came)) == ("attended", TODAY, ("incentive",))
    assert (paid.incentive_on, taps(paid)) == (TODAY, ())
    assert tapped(paid, "incentive", TODAY + timedelta(days=1)) is paid
    missed = tapped(person, "no_show", TODAY)
    assert (missed.stage, taps(missed)) == ("no_show", ())


@given(st.lists(st.text(max_size=6), max_size=8))
def test_any_references_can_be_put_in_order(references):
    assert sorted(sorted(references, key=in_order)) == sorted(references)
