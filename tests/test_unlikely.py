"""Pairs of groups left out: what the rules say, what a brief can say, and what that leaves."""

import pytest

import census
from census.topics import TOPICS
from sampler import brief as briefs
from sampler import figures
from sampler.errors import BriefError
from sampler.joint import combine
from sampler.pairs import YOURS, left_out, switches
from sampler.unlikely import (
    IMPOSSIBLE,
    ONE_PERSON,
    STUDENTS,
    UNLIKELY,
    UNLIKELY_NAMES,
    WORKING_STUDENTS,
    YOUNGEST,
    ages_in,
)
from tests.builders import a_brief
from tests.tools import ONE_IN

AGE = {"topic": "age"}
WORK = {"topic": "economic_activity", "grouping": "broad"}


def of(*characteristics, **changes):
    """Return the pairs left out of a mix as words, each with its kind."""
    brief = a_brief(characteristic=list(characteristics), **changes)
    mix = figures.mix_of(brief)
    return {
        tuple(
            mix.characteristics[c].groups[g].name
            for c, g in zip(one.characteristics, one.groups, strict=True)
        ): one.kind
        for one in left_out(mix, brief)
    }


def bands(*names):
    return AGE | {"bands": list(names)}


def refusal(call):
    with pytest.raises(BriefError) as error:
        call()
    return error.value.problems


def test_a_band_is_out_only_where_the_whole_of_it_is():
    assert of(AGE, WORK) == {
        ("16-34", "Retired"): "unlikely",
        ("75+", "Full-time student"): "unlikely",
    }
    found = of(bands("16-34", "35-49", "50-54", "55+"), WORK)
    assert found == {("16-34", "Retired"): "unlikely", ("35-49", "Retired"): "unlikely"}
    assert of(bands("16-54", "55-79", "80+"), WORK) == {("80+", "Full-time student"): "unlikely"}
    assert of(bands("16+"), WORK) == {}
    assert of(bands("16-49"), WORK, highest_age=49) == {("16-49", "Retired"): "unlikely"}


def test_the_order_of_the_characteristics_is_nothing():
    assert of(WORK, AGE) == {
        ("Full-time student", "75+"): "unlikely",
        ("Retired", "16-34"): "unlikely",
    }


def test_detailed_and_merged_groups_are_out_where_all_their_parts_are():
    detailed = {"topic": "economic_activity"}
    found = of(bands("16-34", "35-74", "75+"), detailed)
    assert ("16-34", "Retired") in found
    assert {work for age, work in found if age == "75+"} == {*STUDENTS[1:]}
    sick = {"merge": {"Not in work": ["Retired", "Long-term sick or disabled"]}}
    assert not any(age == "16-34" for age, _ in of(AGE, detailed | sick))
    both = {"merge": {"Some students": ["Student not working", "Student and unemployed"]}}
    assert ("75+", "Some students") in of(AGE, detailed | both)
    ages = {"bands": ["16-24", "25-34", "35-74", "75+"], "merge": {"Young": ["16-24", "25-34"]}}
    assert of(AGE | ages, WORK)[("Young", "Retired")] == "unlikely"
    ages = {"bands": ["16-34", "35-54", "55+"], "merge": {"To 54": ["16-34", "35-54"]}}
    assert of(AGE | ages, WORK) == {}


def test_a_degree_is_unlikely_for_those_of_16_and_17_alone():
    school = {"topic": "qualification"}
    assert of(bands("16-17", "18-34", "35+"), school) == {
        ("16-17", "Level 4 and above"): "unlikely"
    }
    assert of(bands("16", "17-18", "19+"), school) == {("16-16", "Level 4 and above"): "unlikely"}


def test_students_and_their_occupation_class_go_together_as_the_census_defines():
    found = of({"topic": "economic_activity"}, {"topic": "ns_sec"})
    students = {work for work, _ in found} & {*STUDENTS}
    assert students == {*WORKING_STUDENTS}
    assert ("Retired", "Full-time students") in found
    assert ("Student not working", "Full-time students") not in found
    assert ("Student not working", "Routine") not in found
    assert ("Full-time employee", "Never worked") in found
    assert ("Full-time self-employed", "Never worked") in found
    assert ("Unemployed", "Never worked") not in found
    assert ("Part-time employee", "Small employers") in found
    assert ("Part-time self-employed", "Small employers") not in found
    assert {*found.values()} == {"impossible"}
    broad = of(WORK, {"topic": "ns_sec"})
    assert ("Employee", "Never worked") in broad
    assert ("Self-employed", "Full-time students") in broad
    assert not any(work == "Full-time student" for work, _ in broad)


# Why students who do not work keep every class: more of them are counted than the class holds.
def test_the_class_of_full_time_students_holds_fewer_than_all_students():
    for area in census.every_area():
        if area.type == "local authority":
            work = census.distribution(census.find_topic("economic_activity"), [area])
            classes = census.distribution(census.find_topic("ns_sec"), [area])
            students = {g.name: g.people for g in work.groups if g.name in STUDENTS}
            held = next(g.people for g in classes.groups if g.name == "Full-time students")
            assert sum(students[name] for name in WORKING_STUDENTS) < held, area.name
            assert held <= sum(students.values()), area.name


def test_nobody_below_the_age_a_topic_begins_at_has_a_group_of_it():
    young = bands("10-15", "16-34", "35+")
    found = of(young, {"topic": "qualification"}, {"topic": "sex"})
    assert {kind for (age, _), kind in found.items() if age == "10-15"} == {"impossible"}
    assert len(found) == 7
    assert of(bands("10-16", "17-34", "35+"), {"topic": "ns_sec"}) == {}


def test_households_of_older_people_have_nobody_below_66():
    home = {"topic": "household"}
    older, younger, family = ONE_PERSON[1], ONE_PERSON[2], "Family all aged 66 and over"
    found = of(bands("16-34", "35-64", "65-66", "67-74", "75+"), home)
    assert {who for who in found if who[0] == "65-66"} == set()
    assert {who[1] for who in found if who[0] == "35-64"} == {older, family}
    assert {who[1] for who in found if who[0] == "75+"} == {younger}
    alone = of(home, {"topic": "living_alone"})
    assert (older, "Lives with others") in alone
    assert (family, "Lives alone") in alone
    assert len(alone) == 14


def test_rules_speak_of_topics_and_groups_there_are():
    known = {
        name
        for topic in TOPICS.values()
        for grouping in topic.groupings.values()
        for name in grouping
    }
    named = [*STUDENTS, "Retired", "Never worked", "Small employers", "Level 4 and above"]
    named += [*ONE_PERSON, "Family all aged 66 and over"]
    assert {*YOUNGEST} <= {*TOPICS}
    assert [name for name in named if name not in known] == []
    for rule in (*IMPOSSIBLE, *UNLIKELY):
        assert rule.reason.endswith(".")
        assert (rule.kind == "unlikely") == (rule.name is not None)
    assert UNLIKELY_NAMES == ("retired under 50", "degree at 16 to 17", "student at 75 and over")


@pytest.mark.parametrize("text", ["", "16-", "old", "1-2-3", "Total", "²-34"])
def test_what_is_no_band_has_no_ages(text):
    assert ages_in(text) is None


def test_an_unlikely_pair_is_kept_by_its_name_and_switches_are_those_of_the_mix():
    brief = a_brief(characteristic=[AGE, WORK], keep_unlikely=["Retired  under 50"])
    mix = figures.mix_of(brief)
    assert brief.keep_unlikely == ("retired under 50",)
    assert [one.switch for one in left_out(mix, brief)] == ["student at 75 and over"]
    assert [rule.name for rule in switches(mix)] == ["retired under 50", "student at 75 and over"]
    assert switches(figures.mix_of(a_brief())) == ()


def test_what_the_user_leaves_out_is_left_out():
    pair = {"age": "35-54", "economic_activity": "RETIRED"}
    brief = a_brief(characteristic=[AGE, WORK], leave_out=[{"pair": pair}])
    mix = figures.mix_of(brief)
    yours = [one for one in left_out(mix, brief) if one.kind == "yours"]
    assert [(one.groups, one.reason, one.switch) for one in yours] == [((1, 4), YOURS, None)]
    shares = combine(mix, (), left_out(mix, brief)).shares(0, 1)
    assert shares[1][4] == shares[0][4] == 0
    ethnic = {"topic": "ethnic_group"}
    broad = of(AGE, ethnic, leave_out=[{"pair": {"Ethnic group": "Asian", "Age": "75+"}}])
    assert len(broad) == 5
    assert broad[("75+", "Pakistani")] == "yours"
    again = [{"pair": {"Age": "16-34", "Economic activity": "Retired"}}]
    assert of(AGE, WORK, leave_out=again)[("16-34", "Retired")] == "unlikely"
    kept = of(AGE, WORK, leave_out=again, keep_unlikely=["retired under 50"])
    assert kept[("16-34", "Retired")] == "yours"


def test_groups_with_a_minimum_alone_can_be_left_out_too():
    needs = {"name": "Access needs", "minimum": {"Uses a screen reader": 2}}
    pair = {"pair": {"Access needs": "Uses a screen reader", "Age": "16-34"}}
    assert of(AGE, needs, leave_out=[pair]) == {("16-34", "Uses a screen reader"): "yours"}


@pytest.mark.parametrize(
    ("pair", "words"),
    [
        ({"Agee": "16-34", "Sex": "Male"}, "no characteristic called 'Agee'. Did you mean Age?"),
        ({"Age": "16-35", "Sex": "Male"}, "Age has no group called '16-35'. Did you mean 16-34"),
        ({"Age": "16-34", "Sex": "Man"}, "Sex has no group called 'Man'."),
        ({"economic_activity": "Retired", "Economic activity": "Employee"}, "twice"),
        (
            {"Age": "16-34", "Economic activity": "Part-time employee"},
            "part of the group 'Employee'",
        ),
    ],
)
def test_a_pair_the_mix_does_not_have_is_refused_with_the_nearest(pair, words):
    brief = a_brief(characteristic=[AGE, {"topic": "sex"}, WORK], leave_out=[{"pair": pair}])
    mix = figures.mix_of(brief)
    [(field, text)] = refusal(lambda: left_out(mix, brief))
    assert field == "leave_out[0].pair"
    assert words in text


def test_every_pair_that_does_not_fit_is_named_at_once():
    wrong = [{"pair": {"Age": "1", "Sex": "Male"}}, {"pair": {"Age": "16-34", "Sex": "?"}}]
    brief = a_brief(characteristic=[AGE, {"topic": "sex"}], leave_out=wrong)
    mix = figures.mix_of(brief)
    fields = [field for field, _ in refusal(lambda: left_out(mix, brief))]
    assert fields == ["leave_out[0].pair", "leave_out[1].pair"]


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"leave_out": [{"pair": {"Age": "16-34"}}]}, "leave_out[0].pair", "two different"),
        ({"leave_out": [{"pair": {"A": "1", "a ": "2"}}]}, "leave_out[0].pair", "two different"),
        ({"leave_out": [{"pair": ["Age"]}]}, "leave_out[0].pair", "two different"),
        ({"leave_out": [{"pair": dict.fromkeys("abc", "x")}]}, "leave_out[0].pair", "two diff"),
        ({"leave_out": [{"pair": {"A": 1, "B": "x"}}]}, "leave_out[0].pair.A", "a text"),
        ({"leave_out": [{"pair": {"A": "", "B": "x"}}]}, "leave_out[0].pair.A", "empty"),
        ({"leave_out": [{"pairs": {}}]}, "leave_out[0].pair", "missing"),
        ({"leave_out": {"pair": {}}}, "leave_out", "must be a list"),
        ({"leave_outs": []}, "leave_outs", "Did you mean leave_out"),
        ({"keep_unlikely": ["retired under 60"]}, "keep_unlikely[0]", "Did you mean retired under"),
        ({"keep_unlikely": ["retired under 50", "x"]}, "keep_unlikely[1]", "It can be"),
        ({"keep_unlikely": "retired under 50"}, "keep_unlikely", "must be a list"),
        ({"keep_unlikely": [3]}, "keep_unlikely[0]", "must be a text"),
    ],
)
def test_what_a_brief_cannot_say_of_pairs_is_refused_with_its_field(changes, field, words):
    problems = refusal(lambda: a_brief(**changes))
    assert problems[0][0] == field
    assert words in problems[0][1]


def test_a_brief_with_pairs_left_out_is_read_back_the_same():
    text = """
title = "Council tax"
people_wanted = 10
areas = ["Birmingham"]
keep_unlikely = ["retired under 50"]

[[leave_out]]
pair = { "Age" = "16-34", "Economic activity" = "Retired" }

[[leave_out]]
pair = { "Sex" = "Male", "Age" = "75+" }

[[characteristic]]
topic = "age"
"""
    brief = briefs.read(text)
    assert brief.leave_out[1].pair == {"Sex": "Male", "Age": "75+"}
    assert briefs.read(brief.to_toml()) == brief
    assert briefs.Brief.model_validate_json(brief.model_dump_json()) == brief
    assert briefs.from_values(brief.model_dump()) == brief
    assert "leave_out" not in a_brief().to_toml()
    assert "keep_unlikely" not in a_brief().to_toml()


TYPED = ["16-17", "18-24", "25-34", "35-49", "50-64", "65-74", "75+"]


@pytest.mark.parametrize(("typed", "grouping"), [(TYPED, "detailed"), (None, "broad")])
def test_no_pair_left_out_keeps_a_share_in_any_authority(typed, grouping):
    # Households are not people: with a band from 66 on, theirs and the older groups do not fit.
    topics = ["ns_sec", "qualification"] if typed else ["household"]
    places = [area for area in census.every_area() if area.type == "local authority"]
    assert len(places) == 331
    for place in places[::ONE_IN]:
        brief = a_brief(
            areas=[place.code],
            characteristic=[
                AGE | ({"bands": typed} if typed else {}),
                {"topic": "economic_activity", "grouping": grouping},
                *({"topic": topic} for topic in topics),
            ],
        )
        mix = figures.mix_of(brief)
        joint = combine(mix, (), left_out(mix, brief))
        assert len(joint.left_out) >= 7
        for one in joint.left_out:
            shares = joint.shares(*one.characteristics)
            assert shares[one.groups[0]][one.groups[1]] == 0, (place.name, one)
        for pair in joint.pairs:
            assert pair.converged, (place.name, pair.off)
            assert pair.problem == ""
