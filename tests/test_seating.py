"""The seats of a brief: margins, known pairs, people counted, splits, and what stops them."""

from itertools import combinations

import pytest

from sampler import figures
from sampler.errors import BriefError, NoSeats
from sampler.seats import seating
from tests.builders import a_brief

BRIEF = a_brief(
    characteristic=[
        {"topic": "ethnic_group", "grouping": "broad"},
        {"topic": "age", "bands": ["16-34", "35-54", "55+"]},
        {"topic": "sex"},
        {"name": "Access needs", "minimum": {"Has access needs": 2}},
    ]
)


def by(seats, name):
    return [row[name] for row in seats.rows()]


def test_every_quota_is_met_and_the_deviation_can_be_worked_out_again():
    found = seating.of(BRIEF)
    plan = figures.plan_of(BRIEF)
    for part in plan.characteristics:
        for quota in part.quotas:
            assert by(found, part.name).count(quota.group) == quota.target
    off = known = 0.0
    for (a, b), pair in zip(combinations(range(4), 2), found.pairs, strict=True):
        counts, shares = found.counts(a, b), found.shares(a, b)
        miss = sum(
            abs(n - 10 * share)
            for row, wanted in zip(counts, shares, strict=True)
            for n, share in zip(row, wanted, strict=True)
        )
        off += miss
        known += miss if pair.kind != "assumed" else 0
    assert found.plan.deviation == pytest.approx(off)
    assert found.plan.deviation_known == pytest.approx(known)
    assert found.plan.of == "known"
    assert found.plan.bound <= found.plan.deviation_known + 1e-9


def test_age_by_sex_comes_from_the_census_and_the_rest_is_assumed():
    kinds = {pair.of: pair.kind for pair in seating.of(BRIEF).pairs}
    assert kinds[("Age", "Sex")] == "extract"
    assert kinds[("Ethnic group", "Age")] == "assumed"
    assert kinds[("Sex", "Access needs")] == "assumed"


def test_people_counted_keep_their_seats_and_unknown_answers_are_free():
    plan = figures.plan_of(BRIEF)
    counted = [
        {"Ethnic group": "Mixed", "Age": "55+", "Sex": "Male"},
        {"Ethnic group": "Asian", "Age": "55+"},
    ]
    found = seating.of(BRIEF, seating.fixed_seats(plan, counted))
    rows = found.rows()
    assert any(
        (row["Ethnic group"], row["Age"], row["Sex"]) == ("Mixed", "55+", "Male") for row in rows
    )
    assert any((row["Ethnic group"], row["Age"]) == ("Asian", "55+") for row in rows)


def test_people_counted_beyond_a_quota_leave_no_seats():
    plan = figures.plan_of(BRIEF)
    many = [{"Ethnic group": "Mixed"}] * 5
    with pytest.raises(NoSeats):
        seating.of(BRIEF, seating.fixed_seats(plan, many))


def test_a_split_has_both_totals_exact_and_reaches_only_whom_it_can():
    brief = BRIEF.changed(
        split=[
            {
                "by": "Channel",
                "people": {"In person": 4, "Video": 6},
                "reach": {"Video": {"Age": ["16-34", "35-54"]}},
            }
        ]
    )
    found = seating.of(brief)
    assert by(found, "Channel").count("Video") == 6
    assert found.by_part["Age"]["55+"]["Video"] == 0
    for part in figures.plan_of(brief).characteristics:
        for quota in part.quotas:
            assert sum(found.by_part[part.name][quota.group].values()) == quota.target
        for name, people in (("In person", 4), ("Video", 6)):
            assert sum(group[name] for group in found.by_part[part.name].values()) == people


@pytest.mark.parametrize(
    ("reach", "field", "words"),
    [
        ({"Video": {"Aeg": ["16-34"]}}, "split[0].reach.Video.Aeg", "Did you mean Age?"),
        ({"Video": {"Age": ["16-35"]}}, "split[0].reach.Video.Age", "no group called '16-35'"),
    ],
)
def test_a_split_that_reaches_nobody_known_is_refused(reach, field, words):
    brief = BRIEF.changed(
        split=[{"by": "Channel", "people": {"In person": 4, "Video": 6}, "reach": reach}]
    )
    with pytest.raises(BriefError) as error:
        figures.plan_of(brief)
    ((path, text),) = error.value.problems
    assert (path, words in text) == (field, True)


def test_a_rule_across_two_characteristics_holds_in_the_seats():
    brief = BRIEF.changed(
        rule=[{"at_least": 3, "where": {"Ethnic group": ["Asian", "Black"], "Sex": "Female"}}]
    )
    rows = seating.of(brief).rows()
    matching = [
        row for row in rows if row["Ethnic group"] in ("Asian", "Black") and row["Sex"] == "Female"
    ]
    assert len(matching) >= 3


def test_a_pair_left_out_is_in_no_seat():
    pair = {"Ethnic group": "White", "Age": "16-34"}
    brief = BRIEF.changed(leave_out=[{"pair": pair}])
    for row in seating.of(brief).rows():
        assert (row["Ethnic group"], row["Age"]) != ("White", "16-34")


def test_work_that_is_stopped_gives_seats_that_are_not_remembered():
    brief = BRIEF.changed(people_wanted=40, seed=99, effort=5)
    found = seating.of(brief, progress=lambda share: False)
    assert found.plan.stopped
    assert len(found.plan.seats) == 40
    assert not seating.is_worked_out(brief)
    assert not seating.of(brief).plan.stopped
    assert seating.is_worked_out(brief)
