"""People counted against a plan: stages, gaps, unknowns, and who to look for next."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler import figures
from sampler.example import council_tax
from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer
from sampler.people.coverage import answer_line, below_booked, changes, cover, scarcest
from sampler.people.look_for import next_profiles
from sampler.people.tracking import (
    STAGE_WORDS,
    STAGES,
    is_planned,
    is_secured,
    stage_named,
    tally,
)
from sampler.reading.personal import looks_personal
from tests.builders import a_brief, a_person, by_hand

PLAN = figures.plan_of(by_hand(4, shares={"A": "0.5", "B": "0.5"}, must_have=True))
RANGE = figures.plan_of(by_hand(4, shares={"A": "0.5", "B": "0.5"}))


def people(*stages_and_groups):
    return [
        a_person(f"P{i:02d}", stage=stage, answers={"Confidence": group})
        for i, (stage, group) in enumerate(stages_and_groups, 1)
    ]


def row(found, group, characteristic=0):
    return next(r for r in found.characteristics[characteristic].rows if r.group == group)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("reserve", [False, True])
@pytest.mark.parametrize("partial", [False, True])
def test_who_is_secured_and_who_is_planned(stage, reserve, partial):
    person = a_person(stage=stage, reserve=reserve)
    secured = stage == "attended" or (stage == "partial" and partial)
    assert is_secured(person, partial_counts=partial) == secured
    booked = stage in ("offered", "confirmed", "reminded") and not reserve
    assert is_planned(person, partial_counts=partial) == (secured or booked)


def test_gaps_and_overs_follow_the_counted_people():
    everyone = people(("attended", "A"), ("confirmed", "A"), ("offered", "A"), ("no_show", "B"))
    found = cover(PLAN, everyone, "planned", partial_counts=False)
    assert (found.counted, found.secured, found.left) == (3, 1, 1)
    assert (row(found, "A").over, row(found, "B").gap) == (1, 2)
    assert (row(found, "A").state, row(found, "B").state) == ("1 over", "2 to find")
    heard = cover(PLAN, everyone, "secured", partial_counts=False)
    assert (row(heard, "A").gap, row(heard, "A").state) == (1, "1 to find")


def test_a_flexible_group_inside_its_range_is_met():
    found = cover(RANGE, people(("attended", "A"), ("attended", "B")), "planned",
                  partial_counts=False)  # fmt: skip
    assert (row(found, "A").gap, row(found, "A").state) == (0, "in range")
    assert row(cover(RANGE, [], "planned", partial_counts=False), "A").gap == 1


def test_a_group_not_known_makes_the_gap_a_range():
    everyone = people(("attended", "A"), ("attended", NOT_KNOWN), ("attended", PREFER_NOT_TO_SAY))
    found = cover(PLAN, everyone, "planned", partial_counts=False)
    assert row(found, "B").state == "0 to 2 to find"
    assert row(found, "A").state == "0 to 1 to find"
    assert (found.characteristics[0].known, found.characteristics[0].counted) == (1, 3)


def test_a_broad_answer_takes_a_place_and_could_be_any_group_of_it():
    plan = figures.plan_of(a_brief(people_wanted=4, characteristic=[{"topic": "ethnic_group"}]))
    someone = a_person(
        stage="attended", answers={"Ethnic group": Answer(kind="broad", text="Asian")}
    )
    found = cover(plan, [someone], "planned", partial_counts=False)
    assert found.counted == 1
    assert row(found, "Pakistani").state == "0 to 1 to find"
    assert row(found, "White British").state == "2 to find"


def test_own_words_fill_no_group():
    own = Answer(kind="own_words", text="A")
    found = cover(PLAN, people(("attended", own)), "planned", partial_counts=False)
    assert row(found, "A").counted == 0


def test_a_group_the_plan_no_longer_has_is_listed_without_a_quota():
    found = cover(PLAN, people(("attended", "Old")), "planned", partial_counts=False)
    assert row(found, "Old").state == "no quota"
    assert found.counted == 1


def test_more_than_the_minimum_is_welcome_where_only_a_minimum_is_set():
    plan = figures.plan_of(by_hand(4, minimum={"Uses a screen reader": 1}))
    everyone = people(*[("attended", "Uses a screen reader")] * 3, ("attended", "Any"))
    found = cover(plan, everyone, "planned", partial_counts=False)
    assert [r.state for r in found.characteristics[0].rows] == ["full", "in range"]
    assert row(cover(plan, [], "planned", partial_counts=False), "Uses a screen reader").gap == 1


@given(
    st.lists(
        st.tuples(st.sampled_from(STAGES), st.sampled_from(["A", "B", NOT_KNOWN]), st.booleans()),
        max_size=12,
    ),
    st.sampled_from(["planned", "secured"]),
    st.booleans(),
)
def test_counts_always_add_up(rows, counting, partial):
    everyone = [
        a_person(stage=stage, reserve=reserve, answers={"Confidence": answer})
        for stage, answer, reserve in rows
    ]
    found = cover(PLAN, everyone, counting, partial_counts=partial)
    part = found.characteristics[0]
    assert sum(r.counted for r in part.rows) == part.known <= part.counted == found.counted
    assert found.secured <= found.planned
    for r in part.rows:
        assert r.gap == max(0, r.low - r.counted)
        assert r.over == max(0, r.counted - r.high)
        assert 0 <= r.gap_least <= r.gap


def test_the_answer_is_a_sentence():
    assert answer_line(cover(PLAN, [], "planned", partial_counts=False)) == (
        "4 seats to fill. Nobody is booked yet."
    )
    full = people(*[("attended", "A")] * 2, *[("confirmed", "B")] * 2)
    assert answer_line(cover(PLAN, full, "planned", partial_counts=False)) == (
        "All 4 seats filled, and every group is there."
    )
    short = people(*[("attended", "A")] * 3)
    assert answer_line(cover(PLAN, short, "planned", partial_counts=False)) == (
        "3 of 4 seats filled. 1 seat left, and 1 Confidence group still missing."
    )


def test_who_to_look_for_closes_the_most_gaps_first():
    plan = figures.plan_of(council_tax())
    found = cover(plan, [], "planned", partial_counts=False)
    first, second, third = scarcest(found)
    assert first.closes == 5
    assert dict(first.groups)["Ethnic group"] == "White British"
    assert [p.closes for p in (first, second, third)] == sorted(
        [p.closes for p in (first, second, third)], reverse=True
    )


def test_somebody_in_touch_who_fits_is_named():
    waiting = a_person("P09", stage="interested", answers={"Confidence": "B"})
    everyone = [*people(("attended", "A"), ("attended", "A")), waiting]
    profiles = next_profiles(PLAN, everyone, "planned", partial_counts=False)
    assert profiles[0].groups == (("Confidence", "B"),)
    assert profiles[0].fits == "P09 (interested) fits."


def test_the_scarce_groups_are_looked_for_before_the_large_ones():
    plan = figures.plan_of(by_hand(12, shares={"White": "0.75", "Black": "0.25"}))
    found = cover(plan, people(("attended", "White")), "planned", partial_counts=False)
    assert scarcest(found)[0].groups == (("Confidence", "Black"),)


def test_no_more_profiles_than_seats_left():
    everyone = people(*[("attended", "A")] * 3)
    found = cover(PLAN, everyone, "planned", partial_counts=False)
    assert len(scarcest(found)) == 1


def test_a_new_plan_says_what_it_changes_and_whom_it_would_put_over():
    new = figures.plan_of(by_hand(2, shares={"A": "0.5", "B": "0.5"}, must_have=True))
    assert changes(PLAN, new) == ["People wanted: 4 to 2", "A: 2 to 1", "B: 2 to 1"]
    everyone = people(("confirmed", "A"), ("confirmed", "A"))
    assert below_booked(new, everyone, partial_counts=False) == ["A: 2 booked, quota 1"]


def test_stages_are_named_as_people_write_them():
    for stage in STAGES:
        assert stage_named(STAGE_WORDS[stage].upper()) == stage
        assert stage_named(stage) == stage
    assert stage_named("Left") is None


def test_the_tally_counts_everybody_once():
    everyone = people(("attended", "A"), ("confirmed", "A"), ("no_show", "A"))
    assert tally(everyone, "planned", partial_counts=False) == (
        "3 people: 1 attended, 1 confirmed, 1 not counted"
    )


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("write to sam@example.org", "an e-mail address"),
        ("07700 900123", "a phone number"),
        ("+44 7700 900 123", "a phone number"),
        ("lives at B14 7AA", "a full postcode"),
        ("prefers mornings, 10.30", None),
        ("P120, agency 2", None),
    ],
)
def test_what_looks_personal_is_questioned(text, what):
    assert looks_personal(text) == what
