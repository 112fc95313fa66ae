import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import census
from census.errors import BadBands, UnknownGroup, UnknownGrouping, UnknownTopic
from census.model import Ages
from census.population import default_bands, read_bands

HERE = [census.area("Birmingham")]


@pytest.mark.parametrize(
    ("bands", "ages", "words"),
    [
        (["16-34", "36+"], Ages(16), "Age 35 is in no age band"),
        (["16-34", "34+"], Ages(16), "Age 34 is in two age bands"),
        (["18+"], Ages(16), "Ages 16 to 17 are in no age band"),
        (["16-34", "35-74"], Ages(16), "Ages 75 and over are in no age band"),
        (["0-34", "35+"], Ages(16), "begins below the lowest age, 16"),
        (["16-34", "35+"], Ages(16, 60), "goes past the highest age, 60. Write '35-60'"),
        (["16-34", "35-50"], Ages(16, 60), "Ages 51 to 60 are in no age band"),
        (["16+", "35+"], Ages(16), "comes after an open band"),
        (["34-16"], Ages(16), "ends before it begins"),
        (["young"], Ages(16), "cannot be read"),
        (["16-95"], Ages(16), "single years up to 89"),
        ([], Ages(16), "no age bands"),
    ],
)
def test_bands_that_do_not_fit_are_refused_with_the_ages(bands, ages, words):
    with pytest.raises(BadBands) as error:
        read_bands(bands, ages)
    assert words in str(error.value)


@given(st.integers(0, 89), st.one_of(st.none(), st.integers(0, 89)))
def test_default_bands_always_fit_the_ages(lowest, highest):
    if highest is not None and highest < lowest:
        highest = None
    ages = Ages(lowest, highest)
    assert read_bands(default_bands(ages), ages)


@given(st.sets(st.integers(17, 88), max_size=5))
def test_any_bands_that_cover_the_ages_add_up_to_everyone(cuts):
    starts = [16, *sorted(cuts)]
    bands = [f"{a}-{b - 1}" for a, b in itertools.pairwise(starts)] + [f"{starts[-1]}+"]
    found = census.distribution(census.find_topic("age"), HERE, bands=bands)
    assert found.total == 889_624


def test_groups_merged_by_hand_keep_their_parts_and_their_people():
    found = census.distribution(
        census.find_topic("ethnic_group"),
        HERE,
        grouping="broad",
        merge={"Mixed or Other": ["mixed", "Other ethnic group"]},
    )
    assert [g.name for g in found.groups] == ["Asian", "Black", "Mixed or Other", "White"]
    assert found.groups[2].people == 55_402 + 51_768
    assert "Arab" in found.groups[2].parts
    assert found.total == 1_144_922


@pytest.mark.parametrize(
    ("merge", "words"),
    [
        ({"X": ["Pakistni", "Indian"]}, "no group 'Pakistni'"),
        ({"X": ["Indian"]}, "fewer than two"),
        ({"X": ["Indian", "indian"]}, "merged twice"),
        ({"Arab": ["Indian", "Chinese"]}, "already has a group 'Arab'"),
    ],
)
def test_merging_groups_that_cannot_be_merged_is_refused(merge, words):
    with pytest.raises(UnknownGroup) as error:
        census.distribution(census.find_topic("ethnic_group"), HERE, merge=merge)
    assert words in str(error.value)


def test_people_who_did_not_answer_are_in_no_group():
    found = census.distribution(census.find_topic("sexual_orientation"), HERE)
    assert "Not answered" not in [g.name for g in found.groups]
    assert found.not_answered == 83_766
    assert found.total == 805_858


def test_topics_are_named_by_id_or_title_and_the_nearest_is_offered():
    assert census.find_topic(" ETHNIC  group ").id == "ethnic_group"
    with pytest.raises(UnknownTopic, match="Did you mean ethnic_group"):
        census.find_topic("ethnic_grup")
    with pytest.raises(UnknownGrouping, match="detailed or broad"):
        census.distribution(census.find_topic("tenure"), HERE, grouping="fine")


def test_economic_activity_puts_every_leaf_in_one_broad_group():
    topic = census.find_topic("economic_activity")
    fine = census.distribution(topic, HERE)
    broad = census.distribution(topic, HERE, grouping="broad")
    assert sum(g.people for g in fine.groups) == sum(g.people for g in broad.groups)
    assert [g.name for g in broad.groups] == [
        "Employee",
        "Self-employed",
        "Unemployed",
        "Full-time student",
        "Retired",
        "Looking after home or family",
        "Long-term sick or disabled",
        "Other inactive",
    ]


def test_a_base_that_is_not_the_rounds_says_which_way_it_leans():
    ethnic = census.distribution(census.find_topic("ethnic_group"), HERE)
    assert "too high" in ethnic.leaning
    disability = census.distribution(census.find_topic("disability"), HERE)
    assert "too low" in disability.leaning
    tenure = census.distribution(census.find_topic("tenure"), HERE)
    assert "Households are counted, not people" in tenure.leaning
    everyone = census.distribution(census.find_topic("ethnic_group"), HERE, ages=Ages(0))
    assert everyone.leaning == ""
