"""Why no plan exists: the rules named cannot hold, and none of them can be spared."""

import pickle
import random

import pytest

from sampler import figures, pairs, quotas, repairs
from sampler.brief import from_values
from sampler.conflicts import no_plan
from sampler.errors import NoPlan
from tests.builders import a_brief
from tests.small_briefs import has_plan, infeasible, only, question_of
from tests.tools import ONE_IN


def plan(brief, fixed=()):
    question = question_of(brief)
    return quotas.plan(brief, (), question.mix, question.left_out, fixed)


def refused(brief, fixed=()):
    with pytest.raises(NoPlan) as error:
        plan(brief, fixed)
    return error.value


def test_the_rules_named_cannot_hold_and_none_can_be_spared():
    rng = random.Random(4)
    several, briefs = 0, 200 // ONE_IN
    for brief, question in infeasible(rng, briefs):
        error = no_plan(question)
        named = [[rule.field for rule in clash.rules] for clash in error.clashes]
        for fields in named:
            assert fields
            assert not has_plan(only(brief, fields)), (brief, fields)
            for spared in fields:
                assert has_plan(only(brief, [f for f in fields if f != spared])), (brief, fields)
        every = [field for fields in named for field in fields]
        assert len(every) == len(set(every)), "each conflict is independent of those before it"
        left = [limit.rule.field for limit in question.limits if limit.rule.field not in every]
        assert has_plan(only(brief, left)), "and no conflict is left unsaid"
        assert error.rules == error.clashes[0].rules
        several += len(named) > 1
    assert several > 0.05 * briefs


def a_round(people=10, **changes):
    return from_values(
        {
            "title": "x",
            "people_wanted": people,
            "characteristic": [
                {"name": "Ethnic group", "people": {"Pakistani": 3, "Indian": 3, "White": 14}},
                {"name": "Sex", "people": {"Female": 1, "Male": 1}},
                {"name": "Age", "people": {"Young": 2, "Old": 1}},
            ],
        }
        | changes
    )


def across(least=None, most=None, must_have=False, **where):
    where = {name.replace("_", " "): groups for name, groups in where.items()}
    bound = {"at_least": least} if most is None else {"at_most": most}
    return bound | {"where": where, "must_have": must_have}


def test_a_rule_across_against_a_maximum_is_named_with_it():
    brief = a_round(rule=[across(5, Ethnic_group=["Pakistani", "Indian"], Sex="Female")])
    brief = brief.with_characteristic(1, maximum={"Female": 4})
    error = refused(brief)
    assert [rule.field for rule in error.rules] == ["characteristic[1].maximum.Female", "rule[0]"]
    assert str(error) == (
        "'at most 4 Female' and 'at least 5 Ethnic group: Pakistani or Indian, Sex: Female' cannot "
        "all hold with 10 people. Change one of them."
    )


def test_independent_conflicts_are_all_named():
    brief = a_round(rule=[across(11, Sex="Male"), across(3, Ethnic_group="White", Age="Old")])
    brief = brief.with_characteristic(2, maximum={"Old": 2})
    error = refused(brief)
    assert [[rule.field for rule in clash.rules] for clash in error.clashes] == [
        ["rule[0]"],
        ["characteristic[2].maximum.Old", "rule[1]"],
    ]
    assert "'at least 11 Sex: Male' cannot hold: the round has 10 people. Change it." in str(error)


def test_pairs_left_out_are_said_where_they_stand_in_the_way():
    brief = a_brief(
        characteristic=[
            {"topic": "age", "bands": ["16-34", "35-54", "55+"]},
            {"topic": "economic_activity", "grouping": "broad"},
        ],
        rule=[across(1, Age="16-34", Economic_activity="Retired")],
    )
    mix = figures.mix_of(brief)
    left_out = pairs.left_out(mix, brief)
    with pytest.raises(NoPlan, match="because some pairs of groups are left out") as error:
        quotas.plan(brief, (), mix, left_out)
    assert [rule.rule for rule in error.value.rules] == [
        "at least 1 aged 16 to 34, Retired",
    ]
    kept = brief.changed(keep_unlikely=[one.switch for one in left_out if one.switch])
    quotas.plan(kept, (), mix, pairs.left_out(mix, kept))


def test_a_pair_left_out_by_the_user_is_a_rule_like_any_other():
    brief = a_round(
        rule=[across(1, Sex="Female", Age="Old")],
        leave_out=[{"pair": {"Age": "Old", "Sex": "Female"}}],
    )
    error = refused(brief)
    assert [rule.field for rule in error.rules] == ["rule[0]", "leave_out[0].pair"]
    assert "'nobody who is both Old and Female'" in str(error)


def test_people_already_counted_can_stand_in_the_way():
    brief = a_round().with_characteristic(1, maximum={"Female": 1})
    assert "2 people counted already have the group" in str(
        refused(brief, [(None, 0, None), (0, 0, 1)])
    )
    error = refused(a_round(1), [(0, 0, 0), (1, 1, 1)])
    assert (error.rules[0].field, error.needed) == ("people_wanted", 2)


def test_no_rule_at_all_can_be_to_blame():
    brief = from_values(
        {
            "title": "x",
            "people_wanted": 3,
            "characteristic": [
                {"topic": "age", "bands": ["16-34"]},
                {"topic": "economic_activity", "grouping": "broad", "boost": {"Retired": 1}},
            ],
            "areas": ["E08000025"],
            "lowest_age": 16,
            "highest_age": 34,
        }
    )
    mix = figures.mix_of(brief)
    with pytest.raises(NoPlan, match="too many pairs of groups are left out") as error:
        quotas.plan(brief, (), mix, pairs.left_out(mix, brief))
    assert error.value.rules == ()


def test_a_conflict_survives_a_pickle():
    error = refused(a_round(rule=[across(11, Sex="Male")]))
    again = pickle.loads(pickle.dumps(error))
    assert (again.clashes, str(again)) == (error.clashes, str(error))


def test_the_same_conflict_is_named_every_time():
    for brief, question in infeasible(random.Random(9), 20):
        assert no_plan(question).clashes == no_plan(question_of(brief)).clashes
        again = repairs.find(question_of(brief), lambda changed: True)
        assert repairs.find(question, lambda changed: True) == again
