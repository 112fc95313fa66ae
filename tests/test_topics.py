from dataclasses import replace

import pytest

import census
from census import extract
from census.errors import NotPublished, UnknownGrouping
from census.ni_topics import NORTHERN_IRELAND, for_areas
from census.tables import TABLES
from sampler import answers

BELFAST, DERRY = census.area("Belfast"), census.area("Derry City and Strabane")
EVERY = [
    one
    for topic in [*census.TOPICS.values(), *NORTHERN_IRELAND.values()]
    for one in (topic, topic.finer)
    if one
]
COUNTED = [t for t in EVERY if t.kind not in ("by age", "living alone")]


@pytest.mark.parametrize("topic", COUNTED, ids=lambda t: t.table)
def test_every_leaf_of_a_table_is_a_group_once_or_is_not_answered(topic):
    labels = [leaf.label for leaf in topic.leaves]
    if topic.not_answered:
        labels.append(topic.not_answered)
    assert labels == list(TABLES[topic.table].leaves)
    names = [leaf.name for leaf in topic.leaves]
    assert len(set(names)) == len(names)
    assert "Not answered" not in names


@pytest.mark.parametrize("topic", EVERY, ids=lambda t: t.table)
def test_broad_groups_are_given_to_every_leaf_or_to_none(topic):
    assert len({leaf.broad is None for leaf in topic.leaves}) == 1


def test_a_topic_is_listed_as_official_where_every_figure_kept_of_it_is():
    rough = {one["topic"] for one in answers.topics() if one["status"] == "approximate"}
    assert rough == {
        "religion",
        "country_of_birth",
        "english_proficiency",
        "general_health",
        "unpaid_care",
        "living_alone",
    }


def test_only_living_alone_is_approximate_once_the_figures_kept_are_official(monkeypatch):
    honest = extract.table
    official = {"approximate": frozenset()}
    monkeypatch.setattr(extract, "table", lambda name: replace(honest(name), **official))
    listed = {one["topic"]: one["status"] for one in answers.topics()}
    assert [name for name, status in listed.items() if status != "official"] == ["living_alone"]
    assert [line for line in answers.topics_text().splitlines() if "approximate" in line] == [
        "living_alone  Living alone: TS003, TS009, TS001, people aged 16 and over who live in a "
        "household, approximate"
    ]


@pytest.mark.parametrize("topic", COUNTED, ids=lambda t: t.table)
def test_a_base_that_is_not_adults_says_which_way_it_leans(topic):
    assert bool(topic.leaning) == (topic.kind != "adults")


def test_disability_stays_in_two_official_groups_and_has_four_on_request():
    topic = census.find_topic("disability")
    assert topic.grouping(None) == "groups"
    assert topic.groupings == {
        "groups": ("Disabled", "Not disabled"),
        "detailed": (
            "Limited a lot",
            "Limited a little",
            "Condition but not limited",
            "No condition",
        ),
    }
    assert topic.read_as("groups") is topic
    four = topic.read_as(topic.grouping("Detailed"))
    assert (four.table, four.id) == ("TS038-4", "disability")
    assert TABLES["TS038-4"].number == "TS038"
    with pytest.raises(UnknownGrouping, match="groups or detailed"):
        topic.grouping("broad")


def test_people_of_some_ages_are_named_as_the_base():
    assert census.find_topic("english_proficiency").base == "people aged 3 and over"
    assert census.find_topic("unpaid care").base == "people aged 5 and over"
    assert census.find_topic("household").base == "households, not people"


def test_unpaid_care_leaves_out_the_sub_totals_that_look_like_leaves():
    topic = census.find_topic("unpaid_care")
    assert topic.groupings["detailed"][1:3] == ("9 hours or less", "10 to 19 hours")
    assert topic.groupings["broad"][1] == "19 hours or less"
    table = extract.table("TS039")
    assert sum(table.count("K04000001", leaf.label) for leaf in topic.leaves) == 56_365_506


def test_tables_read_from_the_service_only_have_their_labels():
    single, broad = TABLES["TS007"], TABLES["TS007B"]
    assert (len(single.leaves), single.leaves[90], single.leaves[100]) == (
        101,
        "Aged 90 years",
        "Aged 100 years and over",
    )
    assert broad.leaves[2:4] == ("Aged 10 to 15 years", "Aged 16 to 19 years")
    assert (single.kept, broad.kept, single.lowest) == (False, False, "ward")
    assert TABLES["TS077"].lowest == "MSOA"
    assert TABLES["TS009"].lowest == "local authority"


def test_only_codes_known_for_certain_are_written_down():
    with_codes = {table.id: table.codes for table in TABLES.values() if table.codes}
    assert set(with_codes) == {"TS021", "TS029"}
    assert all(len(codes) == len(TABLES[name].leaves) for name, codes in with_codes.items())


def test_northern_ireland_has_groups_of_its_own():
    topic = for_areas(census.find_topic("religion"), [BELFAST, DERRY])
    assert topic is NORTHERN_IRELAND["religion"]
    assert topic.groupings["broad"] == (
        "Catholic",
        "Protestant and other Christian",
        "Other religions",
        "No religion",
    )
    care = for_areas(census.find_topic("unpaid_care"), [census.area("Northern Ireland")])
    assert care.groupings["groups"][1] == "1 to 19 hours"
    households = NORTHERN_IRELAND["disability"]
    assert households.base == "households, not people"


def test_places_of_england_and_wales_keep_their_topics():
    topic = census.find_topic("religion")
    assert for_areas(topic, [census.area("Leeds"), census.area("Cardiff")]) is topic
    assert for_areas(census.WHERE_THEY_LIVE, [BELFAST, DERRY]) is census.WHERE_THEY_LIVE


def test_what_northern_ireland_has_not_is_said_with_what_it_has():
    with pytest.raises(NotPublished) as error:
        for_areas(census.find_topic("tenure"), [BELFAST])
    assert str(error.value) == (
        "The figures kept of Northern Ireland do not have tenure. They have ethnic group, sex, "
        "religion, disability, sexual orientation or unpaid care. Choose one of these, or give "
        "figures of your own."
    )


def test_northern_ireland_is_not_added_to_other_places():
    with pytest.raises(NotPublished, match="Belfast and Leeds cannot be added up: Northern Ire"):
        for_areas(census.find_topic("sex"), [census.area("Leeds"), BELFAST])
