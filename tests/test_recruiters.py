"""Each recruiter's own part of a round: sums, the seats, what they can reach, who found whom."""

import itertools
import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler import figures
from sampler.example import ready_brief
from sampler.model import Recruiter
from sampler.people import recruiters, recruiting, sharing
from sampler.people.two_way import closest_table
from sampler.rake import squeeze
from sampler.seats import seating
from tests.builders import BIRMINGHAM, a_brief, a_person, by_hand


def a_recruiter(name="Agency", people=5, *, letter="", **reach):
    reached = {part.replace("_", " "): groups for part, groups in reach.items()}
    return Recruiter(id=name, name=name, way="agency", letter=letter, people=people, reach=reached)


def shared(brief, *some):
    return recruiters.shares(brief, figures.plan_of(brief), some)


def assert_adds_up(plan, plans):
    """Every group adds up over the recruiters, every characteristic to each one's people."""
    assert sum(one.people_wanted for one in plans) == plan.people_wanted
    for c, part in enumerate(plan.characteristics):
        for q, quota in enumerate(part.quotas):
            own = [one.characteristics[c].quotas[q] for one in plans]
            assert sum(one.target for one in own) == quota.target
            assert sum(one.minimum for one in own) == quota.minimum
            if quota.maximum is not None and all(one.maximum is not None for one in own):
                assert sum(one.maximum for one in own) == quota.maximum
            assert all(one.low <= one.target <= one.high for one in own)
            assert all(one.minimum <= one.target for one in own)
        for one in plans:
            assert sum(q.target for q in one.characteristics[c].quotas) == one.people_wanted


# Two-way tables

totals = st.lists(st.integers(0, 9), min_size=1, max_size=5)


@st.composite
def tables(draw):
    rows, columns = draw(totals), draw(totals)
    short = sum(rows) - sum(columns)
    (columns if short > 0 else rows)[draw(st.just(0))] += abs(short)
    allowed = [[draw(st.booleans()) for _ in columns] for _ in rows]
    return rows, columns, allowed


@given(tables())
def test_a_table_adds_up_and_every_cell_is_its_ideal_rounded(table):
    rows, columns, _ = table
    found = closest_table(rows, columns)
    assert [sum(row) for row in found] == rows
    assert [sum(column) for column in zip(*found, strict=True)] == columns
    people = sum(rows)
    assert all(
        abs(found[i][j] * people - row * column) < max(people, 1)
        for i, row in enumerate(rows)
        for j, column in enumerate(columns)
    )


@given(tables())
def test_cells_not_allowed_are_used_no_more_than_the_totals_need(table):
    rows, columns, allowed = table
    found = closest_table(rows, columns, allowed)
    assert [sum(row) for row in found] == rows
    assert [sum(column) for column in zip(*found, strict=True)] == columns
    used = sum(
        number
        for numbers, here in zip(found, allowed, strict=True)
        for number, may in zip(numbers, here, strict=True)
        if not may
    )
    cause = squeeze([[float(may) for may in here] for here in allowed], rows, columns)
    assert used == (round(cause.short) if cause else 0)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=2, max_size=3), st.integers(0, 6))
def test_a_table_is_the_closest_of_all_that_add_up(rows, first):
    people = sum(rows)
    columns = [min(first, people), people - min(first, people)]

    def off(table):
        return sum(
            (number * people - row * column) ** 2
            for numbers, row in zip(table, rows, strict=True)
            for number, column in zip(numbers, columns, strict=True)
        )

    every = [
        [[a, row - a] for a, row in zip(split, rows, strict=True)]
        for split in itertools.product(*(range(row + 1) for row in rows))
        if sum(split) == columns[0]
    ]
    assert off(closest_table(rows, columns)) == min(map(off, every))


def test_totals_that_differ_are_refused():
    with pytest.raises(ValueError, match="add up to the same"):
        closest_table([1], [2])
    assert closest_table([0, 0], [0]) == [[0], [0]]


def test_a_large_table_with_gaps_takes_no_time():
    rows, columns = [1000 * (i + 1) for i in range(20)], [70_000] * 3
    allowed = [[(i + j) % 4 > 0 for j in range(3)] for i in range(20)]
    found = closest_table(rows, columns, allowed)
    assert [sum(column) for column in zip(*found, strict=True)] == columns


# Shares


@settings(max_examples=60, deadline=None)
@given(
    people=st.integers(1, 40),
    asked=st.lists(st.integers(0, 30), min_size=1, max_size=4),
    low=st.integers(0, 3),
    must=st.booleans(),
)
def test_shares_add_up_whatever_is_asked(people, asked, low, must):
    brief = by_hand(
        people, people={"A": 3, "B": 5, "C": 0}, minimum={"C": min(low, people)}, must_have=must
    )
    plan = figures.plan_of(brief)
    some = [a_recruiter(str(i), number) for i, number in enumerate(asked)]
    wanted = sharing.people_of(some, plan.people_wanted)
    numbers, notes = sharing.proportional(plan, some, wanted)
    found = sharing.own_plans(plan, some, wanted, numbers)
    assert notes == ()
    assert list(found) == [one.name for one in some]
    if any(asked):
        assert_adds_up(plan, list(found.values()))
    else:
        assert not any(one.people_wanted for one in found.values())
    for one, number in zip(some, wanted, strict=True):
        assert one.people or not number


def test_the_seats_say_who_is_asked_for_whom_and_only_within_reach():
    brief = a_brief()
    some = [
        a_recruiter("Agency", 7),
        a_recruiter("Partner", 3, Ethnic_group=("pakistani", "Indian")),
        a_recruiter("Panel", 0),
    ]
    found = shared(brief, *some)
    assert (found.by, found.notes) == ("engine", ())
    assert [plan.people_wanted for plan in found.plans.values()] == [7, 3, 0]
    assert_adds_up(figures.plan_of(brief), list(found.plans.values()))
    asked = {q.group for q in found.plans["Partner"].characteristics[0].quotas if q.target}
    assert asked == {"Pakistani", "Indian"}
    split = [{"by": "Recruiter", "people": {"Agency": 7, "Partner": 3},
              "reach": {"Partner": {"Ethnic group": ["Pakistani", "Indian"]}}}]  # fmt: skip
    seats = seating.of(brief.changed(split=split)).by_part
    for part in found.plans["Agency"].characteristics:
        for quota in part.quotas:
            assert quota.target == seats[part.name][quota.group]["Agency"]


def test_a_split_of_the_brief_over_the_recruiters_has_the_say():
    brief = a_brief(split=[{"by": "recruiter", "people": {"agency": 2, "Partner": 8}}])
    found = shared(brief, a_recruiter("Agency", 50), a_recruiter("Partner", 50))
    assert found.by == "engine"
    assert [plan.people_wanted for plan in found.plans.values()] == [2, 8]
    for plan in found.plans.values():
        assert not any("split over" in note for note in plan.notes)
    assert found.plans["Agency"].notes[0] == "These quotas are for 2 of the round's 10 people."


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"split": [{"by": "Site", "people": {"North": 4, "South": 6}}]}, "split over Site"),
        ({"split": [{"by": "Recruiter", "people": {"X": 4, "Y": 6}}]}, "other recruiters"),
        ({"people_wanted": 201}, "more than 200 people"),
    ],
)
def test_where_there_are_no_such_seats_every_characteristic_is_in_proportion(changes, why):
    brief = a_brief(**changes)
    found = shared(brief, a_recruiter("Agency", 300), a_recruiter("Partner", 100))
    assert found.by == "proportional"
    assert len(found.notes) == 1
    assert why in found.notes[0]
    assert found.notes[0].endswith("Every characteristic is shared out in proportion.")
    assert_adds_up(figures.plan_of(brief), list(found.plans.values()))


def test_a_plan_older_than_the_round_is_shared_out_all_the_same():
    plan = figures.plan_of(a_brief())
    some = (a_recruiter("Agency", 6), a_recruiter("Partner", 4))
    for brief in (a_brief(people_wanted=12), a_brief(characteristic=[{"topic": "sex"}])):
        found = recruiters.shares(brief, plan, some)
        assert found.by == "proportional"
        assert_adds_up(plan, list(found.plans.values()))


def test_reach_that_cannot_hold_is_said_and_still_adds_up():
    brief = a_brief()
    men = ("Male",)
    found = shared(brief, a_recruiter("Agency", 5, Sex=men), a_recruiter("Partner", 5, Sex=men))
    assert found.by == "proportional"
    assert_adds_up(figures.plan_of(brief), list(found.plans.values()))
    text = " ".join(found.notes)
    assert "Female without being able to reach them" in text
    assert "Male without" not in text


def test_reach_that_names_what_the_plan_lacks_limits_nothing():
    found = shared(
        a_brief(),
        a_recruiter("Agency", 5, Sex=("Male", "Gone")),
        a_recruiter("Partner", 5, Nowhere=("x",), Disability=("Gone",)),
    )
    assert found.by == "engine"
    assert found.notes == (
        "The plan does not have all that Agency can reach: Gone (Sex).",
        "The plan does not have all that Partner can reach: Nowhere and Gone (Disability).",
    )


def test_one_recruiter_has_the_whole_plan_and_none_is_asked_for_nothing():
    plan = figures.plan_of(a_brief())
    only = shared(a_brief(), a_recruiter("Agency", 12)).plans["Agency"]
    assert [[q.target for q in part.quotas] for part in only.characteristics] == [
        [q.target for q in part.quotas] for part in plan.characteristics
    ]
    assert [[(q.low, q.high) for q in part.quotas] for part in only.characteristics] == [
        [(q.low, q.high) for q in part.quotas] for part in plan.characteristics
    ]
    nobody = shared(a_brief(), a_recruiter("Agency", 0))
    assert nobody.plans["Agency"].people_wanted == 0
    assert nobody.notes == ("No recruiter is asked for anybody.",)
    assert shared(a_brief()).plans == {}


def test_ranges_and_minimums_keep_their_sense():
    brief = ready_brief("Round").changed(areas=[BIRMINGHAM])
    found = shared(brief, a_recruiter("Agency", 5), a_recruiter("Partner", 5))
    for plan in found.plans.values():
        for part in plan.characteristics:
            for quota in part.quotas:
                if part.basis == "minimums":
                    is_any = quota.group == "Any"
                    assert (quota.low, quota.high) == (0 if is_any else quota.target, 5)
                elif part.must_have:
                    assert quota.low == quota.target == quota.high
                elif quota.share:
                    assert quota.low == max(0, quota.target - 1)
                    assert quota.high == min(5, quota.target + 1)
    assert found.plans["Agency"].characteristics[-1].quotas[0].tag == "at least 1"


def test_fewer_asked_for_than_wanted_is_said():
    found = shared(a_brief(), a_recruiter("Agency", 2), a_recruiter("Partner", 2))
    assert found.notes == (
        "The recruiters are asked for 4 people of 10: 6 people, with their part of the quotas, are "
        "asked of nobody yet.",
    )


@pytest.mark.parametrize("reach", [{}, {"Sex": ("Female",)}])
def test_a_recruiter_is_asked_for_their_own_people_and_no_more(reach):
    one = a_recruiter("Agency", 6).model_copy(update={"reach": reach})
    found = shared(a_brief(people_wanted=12), one)
    assert list(found.plans) == ["Agency"]
    assert found.plans["Agency"].people_wanted == 6
    for part in found.plans["Agency"].characteristics:
        assert sum(quota.target for quota in part.quotas) == 6


def test_nothing_is_worked_out_twice(monkeypatch):
    brief = a_brief(title="Worked out once")
    some = (a_recruiter("Agency", 5), a_recruiter("Partner", 5))
    first = shared(brief, *some)
    monkeypatch.setattr(seating, "of", lambda *_: pytest.fail("seats worked out again"))
    later = [one.model_copy(update={"version": 7, "letter": "Q", "way": "panel"}) for one in some]
    assert shared(brief, *later) is first


# Letters and people


def test_letters_go_from_a_without_those_of_the_app_and_of_blank_rows():
    given: list[str] = []
    for _ in range(60):
        given.append(recruiting.next_letter(given))
    assert given[:24] == [letter for letter in string.ascii_uppercase if letter not in "PR"]
    assert given[24:27] == ["AA", "AB", "AC"]
    assert len(set(given)) == 60
    assert recruiting.next_letter(["b", "A "]) == "C"


AGENCY, PARTNER = a_recruiter("Agency"), a_recruiter("Community partner")
PEOPLE = (
    a_person("A01", recruiter="Agency", stage="attended", answers={"Sex": "Male"}),
    a_person("A02", recruiter="agency ", stage="interested"),
    a_person("B01", recruiter="Community  partner", stage="confirmed"),
    a_person("P01", recruiter="Somebody else"),
    a_person("P02"),
)


def test_people_belong_to_the_recruiter_of_their_name():
    assert [p.reference for p in recruiting.found_by(PEOPLE, AGENCY)] == ["A01", "A02"]
    assert [p.reference for p in recruiting.found_by(PEOPLE, PARTNER)] == ["B01"]


def test_progress_is_a_line_for_each_recruiter():
    brief = a_brief(characteristic=[{"topic": "sex", "must_have": True}])
    found = shared(brief, AGENCY, PARTNER)
    other = a_recruiter("Panel", 0)
    lines = recruiting.progress(
        [AGENCY, PARTNER, other], found.plans, PEOPLE, "planned", partial_counts=False
    )
    assert [(one.asked, one.wanted, one.found, one.counted) for one in lines] == [
        (5, 5, 2, 1), (5, 5, 1, 1), (0, 0, 0, 0),
    ]  # fmt: skip
    first = {one.group: one.number for one in lines[0].missing}
    targets = {q.group: q.target for q in found.plans["Agency"].characteristics[0].quotas}
    assert first == {
        group: target - (group == "Male")
        for group, target in targets.items()
        if target - (group == "Male")
    }
    assert lines[2].missing_words() == ""
