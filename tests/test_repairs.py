"""What would put a brief right: every repair works, the cheapest first."""

import itertools
import random
from decimal import Decimal

import pytest

from sampler import quotas, repairs
from sampler.errors import NoPlan
from tests.small_briefs import has_plan, infeasible, question_of
from tests.test_conflicts import a_round, across
from tests.tools import ONE_IN


def works(brief):
    question = question_of(brief)
    try:
        quotas.plan(brief, (), question.mix, question.left_out)
    except NoPlan:
        return False
    return True


def found(brief, **options):
    return repairs.find(question_of(brief), works, **options)


def test_every_repair_offered_works_and_the_cheapest_comes_first():
    none = two = 0
    briefs = 200 // ONE_IN
    for brief, question in infeasible(random.Random(5), briefs, people=4):
        offered = repairs.find(question, lambda changed: True)
        assert [one.cost for one in offered] == sorted(one.cost for one in offered)
        assert len({one.changes for one in offered}) == len(offered)
        for one in offered:
            assert has_plan(repairs.apply(brief, one)), "the program offers nothing that fails"
            for change in one.changes:
                assert change.before != change.after
                if change.field.startswith("rule["):
                    assert not brief.rule[int(change.field[5])].must_have
        none += not offered
        two += len(offered) > 1
    assert two > 0.75 * briefs
    assert none < 0.1 * briefs


def test_nothing_cheaper_works():
    """Try every change that costs less than the cheapest repair, of minimums and maximums."""
    rng = random.Random(6)
    for brief, question in infeasible(rng, 100, people=4):
        if brief.rule or brief.leave_out or brief.at_least_one_above is not None:
            continue
        if any(part.minimum_share for part in brief.characteristic):
            continue
        best = repairs.find(question, has_plan)[0].cost
        limits = list(question.limits)
        for moves in itertools.product(range(best), repeat=len(limits)):
            for wanted in range(-2, 3):
                if sum(moves) + 3 * abs(wanted) >= best or brief.people_wanted + wanted < 1:
                    continue
                parts = [part.model_dump() for part in brief.characteristic]
                for limit, moved in zip(limits, moves, strict=True):
                    head, name, group = limit.rule.field.split(".", 2)
                    here = dict(parts[int(head[15])][name])
                    here[group] += -moved if name == "minimum" else moved
                    parts[int(head[15])][name] = {g: max(0, n) for g, n in here.items()}
                changed = brief.changed(
                    characteristic=parts, people_wanted=brief.people_wanted + wanted
                )
                assert not has_plan(changed), (brief, moves, wanted)


def test_minimums_that_need_too_many_are_lowered_or_more_people_are_asked():
    brief = a_round().with_characteristic(0, minimum={"Pakistani": 6, "Indian": 6})
    first, second, third = found(brief)[:3]
    assert [(c.field, c.before, c.after) for c in first.changes] == [
        ("characteristic[0].minimum.Indian", 6, 4)
    ]
    assert (first.cost, first.words()) == (2, "Lower 'at least 6 Indian' to 4")
    assert second.changes[0].field == "characteristic[0].minimum.Pakistani"
    assert (third.cost, third.words()) == (6, "Speak to 12 people")
    assert repairs.apply(brief, third).people_wanted == 12


def test_a_must_have_rule_gives_nothing_and_its_characteristics_minimums_may():
    brief = a_round(rule=[across(6, must_have=True, Ethnic_group="Pakistani")])
    brief = brief.with_characteristic(0, minimum={"Indian": 6}, must_have=True)
    assert all(
        change.field in ("characteristic[0].minimum.Indian", "people_wanted")
        for repair in found(brief)
        for change in repair.changes
    )
    assert len(found(brief)) >= 2


def test_where_only_one_rule_can_give_other_numbers_are_offered():
    brief = a_round(
        rule=[across(4, must_have=True, Sex="Female", Age="Old"), across(most=2, Sex="Female")]
    )
    (only,) = found(brief)
    assert [(c.field, c.before, c.after) for c in only.changes] == [("rule[1].at_most", 2, 4)]
    assert only.words() == "Raise 'at most 2 Sex: Female' to 4"


def test_shares_and_floors_give_to_short_numbers():
    brief = a_round().with_characteristic(
        1, minimum_share={"Female": Decimal("0.7"), "Male": Decimal("0.5")}
    )
    changes = [change for repair in found(brief) for change in repair.changes]
    assert (changes[0].field, changes[0].after) == (
        "characteristic[1].minimum_share.Male",
        Decimal("0.3"),
    )
    floor = a_round(2, at_least_one_above=Decimal("0"))
    options = {repair.changes: repair.cost for repair in found(floor)}
    by_field = {change.field: change for changes in options for change in changes}
    assert by_field["people_wanted"].after == 3
    assert by_field["at_least_one_above"].after in (Decimal("0.15"), None)
    for repair in found(floor):
        assert works(repairs.apply(floor, repair))


def test_a_pair_left_out_is_taken_back():
    brief = a_round(
        rule=[across(1, must_have=True, Sex="Female", Age="Old")],
        leave_out=[
            {"pair": {"Age": "Young", "Sex": "Male", }},
            {"pair": {"Age": "Old", "Sex": "Female"}},
        ],
    )  # fmt: skip
    first = found(brief)[0]
    assert first.words() == "Remove 'nobody who is both Old and Female'"
    assert repairs.apply(brief, first).leave_out == brief.leave_out[:1]


def test_a_field_no_repair_knows_is_refused():
    with pytest.raises(Exception, match="no brief has"):
        repairs.apply(a_round(), repairs.Repair((repairs.Change("x", "nothing", 1, 2),), 1))
