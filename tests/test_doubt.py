"""Whether the error of approximate figures could change a whole number: "no" has to be true."""

from fractions import Fraction

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

import census
from census.model import Distribution, GroupCount
from census.topics import TOPICS
from sampler import figures, mix
from sampler.apportion import closest
from sampler.brief import from_values
from sampler.doubt import could_change
from sampler.errors import BriefError
from tests.builders import a_brief

SOURCE = census.distribution(TOPICS["religion"], [census.area("Birmingham")]).source


def a_brief_of(people, above=None, **characteristic):
    return from_values(
        {
            "title": "Doubt",
            "people_wanted": people,
            "at_least_one_above": above,
            "characteristic": [{"topic": "religion", **characteristic}],
        }
    )


def part_of(brief, counts, parts=None):
    """Return the characteristic of a brief with so many people in groups a, b, c ..."""
    groups = tuple(
        GroupCount("abcdefgh"[i], n, parts=tuple(f"{i}.{k}" for k in range((parts or counts)[i])))
        if parts
        else GroupCount("abcdefgh"[i], n)
        for i, n in enumerate(counts)
    )
    found = Distribution("religion", "Religion", groups, SOURCE)
    return mix.build(brief, [found]).characteristics[0]


def quotas(part, people):
    shares = part.shares()
    return closest(shares, people) if shares.can_hold(people) else None


@st.composite
def cases(draw):
    """A brief, counts, an error, and other counts within it."""
    n = draw(st.integers(2, 5))
    size = draw(st.sampled_from([30, 500, 20_000]))
    counts = draw(st.lists(st.integers(0, size), min_size=n, max_size=n))
    assume(sum(counts))
    error = draw(st.sampled_from([1, 9, 135, 270]))
    merged = draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    true = []
    for count, number in zip(counts, merged, strict=True):
        out = error * max(1, number)
        true.append(max(0, count + draw(st.one_of(st.sampled_from([-out, 0, out]),
                                                   st.integers(-out, out)))))  # fmt: skip
    names = "abcdefgh"[:n]
    few = st.integers(0, 4)
    rules = {
        "minimum": draw(st.dictionaries(st.sampled_from(names), few, max_size=2)),
        "maximum": draw(st.dictionaries(st.sampled_from(names), st.integers(1, 9), max_size=2)),
        "boost": draw(
            st.dictionaries(st.sampled_from(names), st.sampled_from(["0", "0.1", "0.25", "0.5"]),
                            max_size=2)
        ),
        "voices": draw(st.sampled_from(["population", "more_even", "equal"])),
    }  # fmt: skip
    above = draw(st.sampled_from([None, "0.01", "0.05", "0.2"]))
    return draw(st.integers(1, 40)), above, rules, counts, true, error, merged


@given(cases())
@example((10, None, {}, [100, 0], [100, 100], 135, [0, 0]))
@example((5, None, {"voices": "equal"}, [500, 400, 390], [500, 390, 400], 10, [0, 0, 0]))
@example((4, "0.05", {"voices": "population"}, [1000, 49], [1000, 60], 135, [0, 0]))
@example((13, "0.01", {"boost": {"a": "0", "b": "0"}}, [1, 1, 2, 2], [0, 0, 1, 1], 1, [0] * 4))
@example((9, None, {"boost": {"a": "0"}}, [10, 10, 10], [10, 11, 10], 1, [0, 0, 0]))
def test_no_is_said_only_where_no_error_could_change_the_quotas(case):
    people, above, rules, counts, true, error, merged = case
    try:
        brief = a_brief_of(people, above, **rules)
        part = part_of(brief, counts, merged)
    except BriefError:
        assume(False)
    targets = quotas(part, people)
    assume(targets is not None)
    says = could_change(
        part, targets, people, error, above=None if above is None else Fraction(above)
    )
    if says:
        return
    assert quotas(part_of(brief, true, merged), people) == targets


def test_birminghams_religion_does_not_change_with_ten_people():
    brief = a_brief(people_wanted=10, characteristic=[{"topic": "religion"}])
    found = figures.look_up(brief)[0]
    assert found.known_error == 135
    assert figures.doubt(brief, found) == (
        "With 10 people it cannot change a whole number of the quotas."
    )


def test_scillys_religion_could_change_and_the_reader_is_told_what_helps():
    brief = a_brief(areas=["E06000053"], characteristic=[{"topic": "religion"}])
    found = figures.look_up(brief)[0]
    assert figures.doubt(brief, found) == (
        "With 10 people that could change a whole number of the quotas: read the official figures "
        "before you rely on them."
    )


@pytest.mark.parametrize("topic", ["tenure", "ethnic_group", "living_alone"])
def test_nothing_is_said_of_figures_without_a_known_error(topic):
    brief = a_brief(characteristic=[{"topic": topic}])
    assert figures.doubt(brief, figures.look_up(brief)[0]) == ""


def says(people, counts, error, parts=None, above=None, **rules):
    brief = a_brief_of(people, above, **rules)
    part = part_of(brief, counts, parts)
    share = None if above is None else Fraction(above)
    return could_change(part, quotas(part, people), people, error, above=share)


def test_a_seat_far_from_its_edge_does_not_change():
    assert not says(10, [7000, 3000], 100)
    assert says(10, [6500, 3500], 100)
    assert not says(10, [6700, 3300], 100)
    assert says(10, [6520, 3480], 30)


def test_merged_groups_are_out_by_the_error_of_each_part():
    assert not says(10, [6700, 3300], 100, parts=[1, 1])
    assert says(10, [6700, 3300], 100, parts=[3, 3])


def test_a_group_nobody_was_counted_in_could_have_people():
    assert says(10, [100, 0], 135)
    assert not says(10, [100_000, 0], 135)


def test_equal_voices_change_only_where_sizes_could_swap():
    assert says(5, [500, 400, 390], 10, voices="equal")
    assert not says(5, [500, 400, 300], 10, voices="equal")
    assert not says(6, [500, 400, 390], 10, voices="equal")
    assert says(6, [500, 400, 5], 10, voices="equal")


def test_more_even_voices_are_nearer_to_each_other():
    assert not says(10, [9300, 700], 30, voices="more_even")
    assert says(10, [9000, 1000], 60, voices="more_even")


def test_a_boosted_share_is_certain_and_the_rest_are_not():
    assert not says(10, [6500, 3500], 100, boost={"a": "0.6"})
    assert says(10, [500, 4750, 4750], 100, boost={"a": "0.7"})


def test_a_minimum_that_holds_a_group_up_hides_the_error():
    assert says(10, [9500, 500], 10)
    assert not says(10, [9500, 500], 10, minimum={"b": 2})


def test_the_rule_of_one_person_a_group_counts_with_the_error():
    assert not says(10, [9700, 300], 100, above="0.05")
    assert says(10, [9700, 300], 250, above="0.05")
    assert says(10, [9480, 520], 100, above="0.05")


def test_shares_by_hand_are_in_no_doubt():
    brief = from_values(
        {
            "title": "T",
            "people_wanted": 10,
            "characteristic": [{"name": "C", "people": {"a": 65, "b": 35}}],
        }
    )
    part = mix.build(brief, [None]).characteristics[0]
    assert not could_change(part, [7, 3], 10, 10**6)


def test_the_page_reckons_with_the_rule_of_one_person_a_group():
    brief = a_brief(areas=["E08000025"], characteristic=[{"topic": "religion"}], people_wanted=10)
    found = figures.look_up(brief)[0]
    share = Fraction(found.groups[2].people, found.total)
    near = brief.changed(at_least_one_above=f"{float(share) + 0.00001:.6f}")
    assert "could change" in figures.doubt(near, found)
