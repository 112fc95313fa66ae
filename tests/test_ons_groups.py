"""Which grouping of the ONS service is chosen, and how it folds into ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from census.bands import age_span, band_name
from census.errors import BadBands
from census.model import Ages
from census.ons_groups import Variable, Wanted, choose, fold_ages, fold_topic
from census.topics import TOPICS
from tests.fake_ons_variables import VARIABLES

ADULTS = Ages(16)
AGE = Wanted(TOPICS["age"])


@pytest.mark.parametrize(
    ("label", "span"),
    [
        ("Aged 15 years and under", (0, 15)),
        ("Aged 16 to 24 years", (16, 24)),
        ("Aged 90 years and over", (90, None)),
        ("Aged 45 years", (45, 45)),
        ("Aged 1 year", (1, 1)),
        ("Aged under 1 year", (0, 0)),
        ("  aged 65 YEARS and over ", (65, None)),
        ("16–24", (16, 24)),
        ("85 or older", (85, None)),
        ("85 +", (85, None)),
        ("4 or younger", (0, 4)),
        ("Under 16 years old", (0, 15)),
        ("under 16 and over", None),
        ("1234", None),
        ("Aged 24 to 16 years", None),
        ("Aged under 0 years", None),
        ("Retired", None),
        ("", None),
    ],
)
def test_the_ages_of_a_category_are_read_from_its_label(label, span):
    assert age_span(label) == span


def a_variable(labels, name="v"):
    return Variable(name, tuple((str(i), label) for i, label in enumerate(labels, 1)))


def labelled(starts):
    """Labels of ages that begin at these years, the last one open."""
    ends = [start - 1 for start in starts[1:]]
    spans = [f"Aged {a} to {b} years" for a, b in zip(starts, ends, strict=False)]
    return [*spans, f"Aged {starts[-1]} years and over"]


years = st.integers(1, 90)


@given(
    starts=st.sets(years, max_size=12).map(lambda found: [0, *sorted(found)]),
    cuts=st.sets(years, min_size=1, max_size=6).map(sorted),
    is_open=st.booleans(),
)
def test_ages_fold_exactly_when_every_band_begins_where_a_category_does(starts, cuts, is_open):
    ends = [cut - 1 for cut in cuts[1:]]
    bands = list(zip(cuts, [*ends, None], strict=True))
    if not is_open and len(bands) > 1:
        bands.pop()
    found = fold_ages(a_variable(labelled(starts)), bands)
    edges = {low for low, _ in bands} | {high + 1 for _, high in bands if high is not None}
    assert (found is not None) == (edges <= set(starts))
    if found:
        for i, low in enumerate(starts):
            expected = [band_name(b) for b in bands if b[0] <= low and (b[1] or 999) >= low]
            assert found.group_of[str(i + 1)] == (expected[0] if expected else None)


@given(
    starts=st.sets(years, min_size=2, max_size=12).map(lambda found: [0, *sorted(found)]),
    data=st.data(),
)
def test_ages_with_a_hole_or_an_overlap_never_fold(starts, data):
    labels = labelled(starts)
    at = data.draw(st.integers(1, len(labels) - 1))
    spoilt = labels[:at] + labels[at + 1 :] if data.draw(st.booleans()) else [*labels, labels[at]]
    if spoilt == labels[:-1]:
        assert fold_ages(a_variable(spoilt), [(starts[1], None)]) is None
    else:
        assert fold_ages(a_variable(spoilt), [(0, None)]) is None


def test_the_variable_with_the_fewest_categories_is_chosen():
    coarse = a_variable(labelled([0, 16, 65]), "coarse")
    fine = a_variable(labelled([*range(91)]), "fine")
    assert choose([fine, coarse], AGE, ADULTS).variable is fine
    older = Wanted(TOPICS["age"], bands=("16-64", "65+"))
    assert choose([fine, coarse], older, ADULTS).variable is coarse


def test_ages_that_nothing_makes_up_are_refused_with_those_that_are_there():
    variables = [a_variable(labelled([0, 16, 25, 35, 50, 65])), a_variable(labelled([0, 16]))]
    with pytest.raises(BadBands) as refused:
        choose(variables, AGE, ADULTS)
    assert str(refused.value) == (
        "The census service has no ages that make up 16-34, 35-54, 55-74 or 75+. "
        "It can give 16-24, 25-34, 35-49, 50-64 and 65+."
    )
    with pytest.raises(BadBands, match=r"It divides ages at 16, 25 or 35\.$"):
        choose(variables, Wanted(TOPICS["age"], bands=("18-64", "65+")), Ages(18))


def test_bands_are_for_age_only():
    with pytest.raises(BadBands, match="only Age takes them"):
        choose([a_variable(["Female", "Male"])], Wanted(TOPICS["sex"], bands=("16+",)), ADULTS)


def test_headings_and_finer_categories_fold_into_groups_but_never_across_them():
    topic = TOPICS["ethnic_group"]
    every = {name: groupings for name, (_, groupings) in VARIABLES.items()}["ethnic_group_tb"]
    read = {
        name: Variable(name, tuple((one.id, one.label) for one in grouping))
        for name, grouping in every.items()
    }
    assert fold_topic(read["ethnic_group_tb_20b"], topic, "detailed")
    assert fold_topic(read["ethnic_group_tb_20b"], topic, "broad")
    assert fold_topic(read["ethnic_group_tb_8a"], topic, "broad")
    assert fold_topic(read["ethnic_group_tb_8a"], topic, "detailed") is None
    assert fold_topic(read["ethnic_group_tb_6a"], topic, "detailed") is None
    shouted = a_variable(
        ["  ASIAN, asian british or  Asian Welsh"]
        + [one.label for one in every["ethnic_group_tb_6a"][2:]]
    )
    assert fold_topic(shouted, topic, "broad")


@pytest.mark.parametrize(
    ("topic", "grouping", "variable"),
    [
        ("tenure", "detailed", "hh_tenure_9a"),
        ("tenure", "broad", "hh_tenure_9a"),
        ("cars", None, "number_of_cars_5a"),
        ("qualification", None, "highest_qualification"),
        ("economic_activity", "broad", "economic_activity_status_12a"),
        ("disability", None, "disability_3a"),
        ("disability", "detailed", "disability"),
        ("english_proficiency", "broad", "english_proficiency"),
    ],
)
def test_groupings_that_join_across_our_groups_are_passed_over(topic, grouping, variable):
    stem = {
        "tenure": "hh_tenure",
        "cars": "number_of_cars",
        "qualification": "highest_qualification",
        "economic_activity": "economic_activity_status",
    }.get(topic, topic)
    read = [
        Variable(name, tuple((one.id, one.label) for one in found))
        for name, found in VARIABLES[stem][1].items()
    ]
    assert choose(read, Wanted(TOPICS[topic], grouping), ADULTS).variable.id == variable
