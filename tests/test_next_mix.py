"""The next mix from the gaps: the formula by hand, its sentences, and the brief it makes."""

from fractions import Fraction
from math import floor
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler import brief as briefs
from sampler import figures
from sampler.errors import BriefError
from sampler.programmes import next_mix, programme
from sampler.programmes.gaps import gaps
from tests.builders import a_brief, by_hand
from tests.test_programme import a_round, of, only


def by_formula(people, heard, places):
    """Work out max(0, s(H + m) - h) and its proportions with plain whole numbers.

    Everything is multiplied by the population, so that no fraction is needed before the end.
    """
    population, everyone = sum(people), sum(heard)
    short = []
    for counted, had in zip(people, heard, strict=True):
        amount = counted * (everyone + places) - had * population
        short.append(amount if amount > 0 else 0)
    if not any(short):
        short = list(people)
    return short, sum(short)


def largest_remainder(weights, total, places, people):
    whole = [floor(Fraction(weight * places, total)) for weight in weights]
    while sum(whole) < places:
        left = [
            (Fraction(weight * places, total) - got, size, -i)
            for i, (weight, got, size) in enumerate(zip(weights, whole, people, strict=True))
        ]
        whole[-max(left)[2]] += 1
    return whole


@pytest.mark.parametrize("case", range(20))
def test_the_mix_equals_the_formula_worked_out_by_hand(case):
    rng = Random(case)
    groups = [f"Group {i}" for i in range(rng.randint(2, 8))]
    people = [rng.randint(1, 400_000) for _ in groups]
    heard = [rng.choice([0, rng.randint(0, 9), rng.randint(0, 60)]) for _ in groups]
    places = rng.randint(1, 40)
    short, total = by_formula(people, heard, places)
    numbers = largest_remainder(short, total, places, people)

    counted = dict(zip(groups, people, strict=True))
    brief = a_brief(areas=[], characteristic=[{"name": "Kind", "people": counted}])
    before = dict(zip(groups, heard, strict=True))
    view = only([a_round(brief, counts={"Kind": before}, heard=sum(heard) + 3)])
    (found,) = next_mix.proposal(view, places).characteristics
    made = {one.group: one for one in found.groups}
    assert [made[g].gap.wanted for g in groups] == [Fraction(s, total) for s in short]
    assert [made[g].target for g in groups] == numbers
    assert found.heard == sum(heard)

    plan = figures.plan_of(next_mix.brief_for(view, ["Kind"], places, brief))
    quotas = plan.characteristics[0].quotas
    assert [q.share for q in quotas] == [Fraction(s, total) for s in short]
    assert [q.target for q in quotas] == numbers
    assert [q.population_share for q in quotas] == [Fraction(p, sum(people)) for p in people]


groups = st.lists(
    st.tuples(st.integers(0, 10**6), st.integers(0, 200)), min_size=1, max_size=8
).filter(lambda some: any(size for size, _ in some))


@given(groups, st.integers(1, 100))
def test_shares_are_never_negative_and_add_up_to_one(some, places):
    population = sum(size for size, _ in some)
    shares = [Fraction(size, population) for size, _ in some]
    heard = [number for _, number in some]
    found = gaps(shares, heard, places)
    assert all(gap.wanted >= 0 for gap in found)
    assert sum(gap.wanted for gap in found) == 1
    assert sum(gap.places for gap in found) == places
    assert all(gap.wanted == 0 for gap in found if gap.heard >= gap.due)


@given(groups, st.integers(1, 100))
def test_a_group_never_heard_gets_more_than_its_share_once_others_were(some, places):
    population = sum(size for size, _ in some)
    found = gaps([Fraction(size, population) for size, _ in some], [n for _, n in some], places)
    others = any(gap.heard and gap.share for gap in found)
    for gap in found:
        if not gap.heard and gap.share:
            assert gap.wanted > gap.share if others else gap.wanted == gap.share


def test_nobody_heard_leaves_the_population_and_no_places_too():
    shares = [Fraction(1, 4), Fraction(3, 4)]
    assert [gap.wanted for gap in gaps(shares, [0, 0], 9)] == shares
    assert [gap.wanted for gap in gaps(shares, [1, 3], 0)] == shares
    assert [gap.wanted for gap in gaps(shares, [1, 3], 1)] == shares


def test_one_place_goes_to_who_is_missing():
    found = gaps([Fraction(1, 2), Fraction(1, 2)], [5, 4], 1)
    assert [gap.wanted for gap in found] == [0, 1]


def test_the_sentences_of_the_issue():
    people = {"Pakistani": 170, "Indian": 180, "All others": 650}
    brief = a_brief(areas=[], characteristic=[{"name": "Kind", "people": people}])
    counts = {"Kind": {"Pakistani": 4, "Indian": 0, "All others": 20}}
    view = only([a_round(brief, counts=counts, heard=24)])
    (found,) = next_mix.proposal(view, 10).characteristics
    made = {one.group: one for one in found.groups}
    assert made["Pakistani"].why == (
        "17.0% of 34 is 5.8; 4 heard, so 1.8 short; all groups are 10.0 short for 10 places: 1.78, "
        "rounded up to 2."
    )
    assert made["Indian"].why.startswith("18.0% of 34 is 6.1; nobody heard, so 6.1 short;")
    quotas = figures.plan_of(next_mix.brief_for(view, ["Kind"], 10, brief)).characteristics[0]
    assert quotas.from_gaps == "The shares wanted come from the gaps of 1 earlier round."
    assert quotas.quotas[0].why == (
        "17.0% of 34 is 5.8; 4 heard, so 1.8 short; all groups are 10.0 short for 10 places: 1.78. "
        "Rounded up to 2: what was left over, 0.78, is among the largest and there were places "
        "still free."
    )


def test_a_group_heard_enough_says_so_and_a_minimum_still_holds():
    heard = {"Low": 9, "High": 1}
    shares = {"Low": "0.5", "High": "0.5"}
    (part,) = figures.plan_of(by_hand(4, shares=shares, heard=heard)).characteristics
    assert [q.target for q in part.quotas] == [0, 4]
    assert part.quotas[0].why == "50.0% of 14 is 7.0; 9 heard, so it is not short."
    assert part.from_gaps == "The shares wanted come from the gaps of the rounds before."
    raised = by_hand(4, shares=shares, heard=heard, boost={"Low": "0.25"})
    (part,) = figures.plan_of(raised).characteristics
    assert [q.target for q in part.quotas] == [1, 3]
    assert "(from 100.0% for the gaps" not in part.quotas[1].why  # typed shares have no population


@pytest.mark.parametrize(
    ("more", "text"),
    [
        ({"shares": {"a": 1}, "heard": {"b": 2}}, "There is no group called 'b'"),
        ({"shares": {"a": 1}, "heard": {"a": -2}}, "People heard must be a whole number"),
        ({"shares": {"a": 1}, "heard_rounds": 2}, "heard_rounds needs heard"),
        ({"minimum": {"a": 1}, "heard": {"a": 2}}, "heard needs shares"),
        ({"shares": {"a": 1}, "heard": {"a": 2}, "voices": "equal"}, "has both heard and voices"),
    ],
)
def test_what_cannot_be_heard_is_refused_at_its_field(more, text):
    with pytest.raises(BriefError, match=text):
        figures.plan_of(by_hand(**more))


def test_a_brief_with_people_heard_is_written_and_read_again():
    brief = by_hand(shares={"a": "0.5", "b": "0.5"}, heard={"a": 0, "b": 3}, heard_rounds=2)
    assert briefs.read(brief.to_toml()) == brief


def test_people_wanted_later_changes_the_mix_with_them():
    heard = {"Low": 9, "High": 1}
    brief = by_hand(4, shares={"Low": "0.5", "High": "0.5"}, heard=heard)
    (part,) = figures.plan_of(brief.changed(people_wanted=20)).characteristics
    assert [q.target for q in part.quotas] == [6, 14]


def test_groups_gone_with_the_place_take_the_people_heard_along():
    brief = a_brief(characteristic=[{"topic": "ethnic_group", "heard": {"Bangladeshi": 3}}])
    moved, dropped = figures.fitting(brief.changed(areas=["Belfast"]))
    assert dropped == ["the people heard before"]
    assert moved.characteristic[0].heard is None


def test_copy_as_next_round_asks_for_the_groups_people_were_counted_in():
    base = a_brief(
        people_wanted=12,
        programme="Voices",
        characteristic=[
            {"topic": "ethnic_group", "minimum": {"Roma": 1}, "boost": {"Roma": "0.2"}},
            {"topic": "age", "bands": ["16-24", "25-34", "35-54", "55+"], "minimum": {"55+": 2}},
            {"topic": "sex", "voices": "equal"},
            {"name": "Needs", "minimum": {"Some": 1}},
        ],
        rule=[
            {"at_least": 1, "where": {"Ethnic group": "Roma", "Sex": "Female"}},
            {"at_least": 1, "where": {"Sex": "Female"}},
        ],
        split=[{"by": "site", "people": {"North": 6, "South": 6}}],
    )
    rounds = [
        of("ethnic_group", {"Asian": 9, "White": 11}, grouping="broad"),
        of("ethnic_group", {"Black": 1}, grouping="broad", areas=["Solihull"]),
        of("age", {"16-34": 5, "35-54": 8, "55+": 2}, bands=["16-34", "35-54", "55+"]),
        of("sex", {"Female": 4, "Male": 9}, areas=["Solihull"]),
        a_round(base),
    ]
    view = only(rounds)
    brief = next_mix.brief_for(view, ["Ethnic group", "Age", "Sex", "Needs"], 10, base)
    ethnic, age, sex, needs = brief.characteristic
    assert (brief.people_wanted, brief.programme) == (10, "Voices")
    assert sorted(brief.areas) == ["E08000025", "E08000029"]
    assert (ethnic.grouping, ethnic.minimum, ethnic.boost) == ("broad", {}, {})
    assert ethnic.heard == {"Asian": 9, "Black": 1, "Mixed": 0, "White": 11, "Other": 0}
    assert (age.bands, age.minimum) == (("16-34", "35-54", "55+"), {"55+": 2})
    assert (sex.voices, sex.heard, sex.heard_rounds) == ("population", {"Female": 4, "Male": 9}, 2)
    assert needs == base.characteristic[3]
    assert [list(rule.where) for rule in brief.rule] == [["Sex"]]
    assert brief.split == ()
    said = next_mix.cannot_follow(view, ["Ethnic group", "Needs", "Tenure"], base)
    assert said == {
        "Needs": "It has only minimums, and no shares to follow.",
        "Tenure": "The round does not ask it.",
    }
    plan = figures.plan_of(brief)
    assert plan.named("Sex").quotas[0].target > 5
    assert plan.named("Needs").quotas[0].target == 1
    proposed = next_mix.proposal(view, 10, ["Ethnic group", "Needs"])
    targets = {one.group: one.target for one in proposed.characteristics[0].groups}
    asked = {q.group: q.target for q in plan.named("Ethnic group").quotas}
    assert targets == asked
    assert proposed.not_followed == (
        ("Needs", "No share of the population is known of its groups."),
    )


def test_characteristics_not_chosen_follow_the_population():
    base = a_brief(characteristic=[{"topic": "sex", "heard": {"Male": 3}, "heard_rounds": 1}])
    view = only([of("sex", {"Male": 4})])
    brief = next_mix.brief_for(view, [], 10, base)
    assert brief.characteristic[0].heard is None
    assert programme.least_heard(view)[0][1].group == "Female"
