"""Briefs: what is read, what is refused and in which words."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sampler import brief as briefs
from sampler import figures
from sampler.errors import BriefError
from tests.builders import a_brief, by_hand


def refusal(call):
    with pytest.raises(BriefError) as error:
        call()
    return error.value.problems[0]


@pytest.mark.parametrize("people", [0, -1, 100_001, "ten", 10.0, True, None])
def test_people_wanted_is_a_whole_number_or_refused_in_words(people):
    assert refusal(lambda: a_brief(people_wanted=people)) == (
        "people_wanted",
        "People wanted must be a whole number from 1 to 100,000.",
    )


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"topic": "ethnic_grup"}, "characteristic[0].topic", "Did you mean ethnic_group"),
        ({"topic": "tenure", "grouping": "x"}, "characteristic[0].grouping", "detailed or broad"),
        ({"topic": "sex", "bands": ["16+"]}, "characteristic[0].bands", "no age bands"),
        ({"topic": "age", "bands": ["18-20"]}, "characteristic[0].bands", "Ages 21 and over"),
        ({"topic": "sex", "mnimum": {}}, "characteristic[0].mnimum", "Did you mean minimum"),
        ({"topic": "sex", "minimum": {"Femal": 1}}, "characteristic[0].minimum.Femal", "Female"),
        ({"topic": "sex", "minimum": {"Male": -1}}, "characteristic[0].minimum.Male", "0 to"),
        ({"topic": "sex", "maximum": {"Man": 1}}, "characteristic[0].maximum.Man", "no group"),
        (
            {"topic": "sex", "minimum": {"Male": 3}, "maximum": {"Male": 2}},
            "characteristic[0].minimum.Male",
            "above its maximum",
        ),
        (
            {"topic": "sex", "minimum": {"male": 3}, "maximum": {"Male": 2}},
            "characteristic[0].minimum.Male",
            "above its maximum",
        ),
        ({"topic": "sex", "boost": {"Male": "1.2"}}, "characteristic[0].boost", "over 100%"),
        ({"topic": "sex", "boost": {"X": "0.2"}}, "characteristic[0].boost.X", "no group"),
        ({"topic": "sex", "voices": "loud"}, "characteristic[0].voices", "'more_even'"),
        ({"topic": "sex", "shares": {"a": 1}}, "characteristic[0]", "both topic and shares"),
        ({"name": "x"}, "characteristic[0]", "needs a topic"),
        ({"shares": {"a": 1}}, "characteristic[0]", "needs a name"),
        ({"name": "x", "shares": {}}, "characteristic[0].shares", "add up to 0%"),
        (
            {"name": "x", "shares": {"a": "0.5", "b": "0.55"}},
            "characteristic[0].shares",
            "Shares add up to 105%. They must add up to 100%: lower one by 5%.",
        ),
        ({"name": "x", "shares": {"a": "-0.1"}}, "characteristic[0].shares", "negative"),
        ({"name": "x", "shares": {"a": "lots"}}, "characteristic[0].shares", "a number"),
        ({"name": "x", "shares": {"a": "nan"}}, "characteristic[0].shares", "finite"),
        ({"name": "x", "people": {"a": 0}}, "characteristic[0].people", "nobody"),
        ({"name": "x", "people": {"a": 1.5}}, "characteristic[0].people.a", "whole number"),
        ({"name": "x", "minimum": {"Any": 2}}, "characteristic[0]", "takes everyone else"),
        ({"name": "x", "minimum": {"a": 2}, "boost": {"a": "0.5"}}, "characteristic[0]", "boost"),
        ({"name": "x", "shares": {"a": 1}, "merge": {"b": ["a"]}}, "characteristic[0]", "merge"),
        (
            {"topic": "economic_activity", "minimum": {"Economically inactive": 3}},
            "characteristic[0].minimum.Economically inactive",
            "no group",
        ),
        ({"name": "x", "people": {"A": 10, "A ": 30}}, "characteristic[0].people", "twice"),
        (
            {"topic": "sex", "boost": {"Male": "0.2", "male": "0.4"}},
            "characteristic[0].boost",
            "twice",
        ),
        (
            {"name": "x", "shares": {"a": "-0.3", "b": "1.3"}},
            "characteristic[0].shares",
            "The other shares add up to 130%, not 100%",
        ),
        ({"topic": "age", "bands": ["²-34", "35+"]}, "characteristic[0].bands", "cannot be read"),
        ({"topic": "where_they_live"}, "areas", "more than one area"),
        ({"name": "notes", "shares": {"a": 1}}, "characteristic[0]", "column of the sheet"),
        ({"topic": "sex", "must_have": "maybe"}, "characteristic[0].must_have", "true or false"),
    ],
)
def test_what_a_characteristic_cannot_be_is_refused_with_its_field(change, field, words):
    found_field, text = refusal(lambda: figures.plan_of(a_brief(characteristic=[change])))
    assert found_field == field
    assert words in text


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"areas": ["Birmingam"]}, "areas[0]", "Did you mean Birmingham"),
        ({"areas": ["Birmingham", "West Midlands"]}, "areas", "is part of"),
        ({"areas": []}, "areas", "needs a place"),
        ({"lowest_age": 18}, "characteristic[1].bands", "begins below the lowest age, 18"),
        ({"lowest_age": 40, "highest_age": 30}, "highest_age", "below the lowest"),
        ({"audience": "robots"}, "audience", "'residents'"),
        ({"titel": "x"}, "titel", "Did you mean title"),
        ({"characteristic": []}, "characteristic", "no characteristic"),
        ({"at_least_one_above": "1.5"}, "at_least_one_above", "between 0 and 1"),
    ],
)
def test_what_a_brief_cannot_be_is_refused_with_its_field(changes, field, words):
    found_field, text = refusal(lambda: figures.plan_of(a_brief(**changes)))
    assert found_field == field
    assert words in text


def test_a_topic_or_name_twice_is_refused():
    field, text = refusal(
        lambda: figures.plan_of(a_brief(characteristic=[{"topic": "sex"}, {"topic": "Sex"}]))
    )
    assert field == "characteristic[1]"
    assert "twice" in text
    _, text = refusal(
        lambda: figures.plan_of(
            a_brief(characteristic=[{"topic": "sex"}, {"topic": "sex", "name": "Gender"}])
        )
    )
    assert "twice" in text


def test_official_labels_and_forgiving_spelling_name_the_same_group():
    labels = [
        "pakistani",
        "Asian, Asian British or Asian Welsh: Pakistani",
        "asian, asian british or asian  welsh: pakistani",
    ]
    for label in labels:
        plan = figures.plan_of(a_brief().with_characteristic(0, minimum={label: 5}))
        assert {q.group: q.target for q in plan.characteristics[0].quotas}["Pakistani"] == 5
    brief = a_brief(characteristic=[{"topic": "Ethnic group", "minimum": {"Caribbean": 2}}])
    plan = figures.plan_of(brief)
    assert {q.group: q.target for q in plan.characteristics[0].quotas}["Black Caribbean"] == 2


def test_a_marked_value_never_comes_back_in_an_error():
    with pytest.raises(BriefError) as error:
        a_brief(people_wanted="MARKED-VALUE")
    assert "MARKED" not in str(error.value)
    assert "MARKED" not in repr(error.value.__cause__) + repr(error.value.__context__)


names = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"]), min_size=1, max_size=12
)
shares = st.lists(names, min_size=2, max_size=5, unique_by=str.casefold).map(
    lambda groups: dict.fromkeys(groups, Decimal(1) / len(groups))
)


@given(names, st.integers(1, 500), st.lists(shares, max_size=3), st.booleans())
def test_a_brief_written_as_toml_is_read_back_the_same(title, people, parts, partial):
    brief = briefs.from_values(
        {
            "title": title,
            "people_wanted": people,
            "partial_counts": partial,
            "characteristic": [{"name": f"c{i}", "shares": s} for i, s in enumerate(parts)],
        }
    )
    assert briefs.read(brief.to_toml()) == brief
    assert briefs.Brief.model_validate_json(brief.model_dump_json()) == brief


def test_what_the_mix_page_can_say_a_brief_can_say():
    brief = a_brief(
        lowest_age=18,
        highest_age=79,
        programme="Customer service",
        audience="residents",
        count="secured",
        partial_counts=True,
        at_least_one_above=Decimal("0.05"),
        characteristic=[
            {
                "topic": "ethnic_group",
                "merge": {"Mixed or Other": ["Other Mixed", "Arab"]},
                "keep_broad": True,
                "voices": "more_even",
                "boost": {"Pakistani": Decimal("0.3")},
                "must_have": False,
            },
            {"name": "Tenancy", "people": {"Renting": 1200, "Owning": 800}},
            {"name": "Access", "minimum_share": {"Has access needs": Decimal("0.2")}},
        ],
    )
    assert briefs.read(brief.to_toml()) == brief
    assert figures.plan_of(brief).named("Tenancy").source.status == "own file"


@pytest.mark.parametrize("text", ["", "title", "a = [", "\x00", "title = 1", "characteristic = 3"])
def test_a_file_that_is_no_brief_is_refused(text):
    with pytest.raises(BriefError):
        briefs.read(text)


def test_a_file_that_cannot_be_read_is_said_in_words(tmp_path):
    assert "no such file" in refusal(lambda: briefs.read_file(tmp_path / "x.toml"))[1]
    assert "cannot be read" in refusal(lambda: briefs.read_file(tmp_path))[1]
    (tmp_path / "x.toml").write_bytes(b"\xff\xfe\x00")
    assert "UTF-8" in refusal(lambda: briefs.read_file(tmp_path / "x.toml"))[1]
    (tmp_path / "y.toml").write_bytes(b"#" * 2_000_000)
    assert "too large" in refusal(lambda: briefs.read_file(tmp_path / "y.toml"))[1]


def test_own_figures_are_people_with_their_share():
    plan = figures.plan_of(by_hand(people={"Renting": 1200, "Owning": 800}))
    assert [(q.group, q.people, q.target) for q in plan.characteristics[0].quotas] == [
        ("Renting", 1200, 6),
        ("Owning", 800, 4),
    ]


def test_a_round_for_children_starts_where_its_bands_do():
    brief = a_brief(highest_age=15, characteristic=[{"topic": "age", "bands": ["5-10", "11-15"]}])
    plan = figures.plan_of(brief)
    assert (plan.lowest_age, plan.highest_age) == (5, 15)
    assert [q.group for q in plan.characteristics[0].quotas] == ["5-10", "11-15"]


def test_spaces_in_bands_and_full_official_headers_are_forgiven():
    bands = a_brief().with_characteristic(1, minimum={"16 - 34": 5})
    assert figures.plan_of(bands).named("Age").quotas[0].target == 5
    tenure = a_brief(
        characteristic=[
            {"topic": "tenure", "minimum": {"Tenure of household: Owned:Owns outright": 6}}
        ]
    )
    assert figures.plan_of(tenure).characteristics[0].quotas[0].target == 6


def test_a_number_too_long_to_read_is_refused_in_words():
    field, text = refusal(lambda: briefs.read("people_wanted = 1" + "0" * 5001))
    assert (field, "too long" in text) == ("", True)
