"""Who replaces somebody who drops out: places reopened, people ranked, the best few together."""

import itertools
import random
import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sampler import figures
from sampler.brief import from_values
from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer
from sampler.people.replacing import candidates, offered, propose, reopened, reopened_words
from sampler.people.stages import in_order
from sampler.people.tracking import POSSIBLE, group_of, is_counted
from tests.builders import a_brief, a_person

SHARES = {"a": "0.5", "b": "0.25", "c": "0.25"}


def plan_of(people, *parts):
    """A plan of characteristics by hand, each a name, shares and whether it is kept exactly."""
    return figures.plan_of(
        from_values(
            {
                "title": "By hand",
                "people_wanted": people,
                "characteristic": [
                    {"name": name, "shares": shares, "must_have": must}
                    for name, shares, must in parts
                ],
            }
        )
    )


def told(reference, stage, *groups, reserve=False, names=("A", "B", "C")):
    answers = {n: g for n, g in zip(names, groups, strict=False) if g is not None}
    return a_person(reference, stage=stage, reserve=reserve, answers=answers)


FOUR = plan_of(4, ("A", SHARES, True), ("B", {"x": "0.5", "y": "0.5"}, False))
"""Exactly 2 a, 1 b and 1 c; 1 to 3 of x and of y."""


def test_the_places_reopened_are_those_that_miss_more_people_than_before():
    before = [
        told("P01", "confirmed", "b", "x"),
        told("P02", "attended", "a", "x"),
        told("P03", "attended", "c", "y"),
    ]
    after = [before[0].model_copy(update={"stage": "no_show"}), *before[1:]]
    found = reopened(FOUR, before, after, partial_counts=False)
    assert [(one.characteristic, one.group, one.more, one.gap) for one in found] == [
        ("A", "b", 1, 1)
    ]
    assert reopened_words(found, 2) == "Missing again: b. 2 seats are left."
    assert reopened(FOUR, after, before, partial_counts=False) == ()


def test_ages_are_said_in_words():
    plan = figures.plan_of(a_brief())
    before = [a_person("P01", stage="offered", answers={"Age": "55+", "Ethnic group": "Pakistani"})]
    found = reopened(plan, before, [], partial_counts=False)
    assert [one.words for one in found] == ["Pakistani", "55 and over"]


def test_a_reserve_who_fits_comes_before_others_and_these_by_what_they_close():
    everyone = [
        told("P01", "attended", "a", "x"),
        told("P10", "interested", "b", "y"),
        told("P09", "interested", "b", "y"),
        told("P08", "screened_in", "b", "y"),
        told("P07", "confirmed", "c", "x", reserve=True),
        told("P06", "screened_in", None, "y"),
        told("P05", "approached", "a", NOT_KNOWN),
        told("P04", "screened_out", "b", "y"),
        told("P03", "withdrawn", "b", "y"),
    ]
    found = candidates(FOUR, everyone, "planned", partial_counts=False)
    assert [one.person.reference for one in found] == ["P07", "P08", "P09", "P10", "P05", "P06"]
    assert [one.why for one in found] == [
        "Closes 1 gap: c.",
        *["Closes 2 gaps: b; y."] * 3,
        "Closes 1 gap: a. B not known.",
        "Closes 1 gap: y. A not known.",
    ]
    assert found[1].must == 1
    assert found[1].closes == ("b", "y")


def test_nobody_puts_a_full_must_have_group_over_and_a_flexible_one_only_to_close_a_gap():
    everyone = [
        told("P01", "attended", "b", "x"),
        told("P02", "attended", "a", "x"),
        told("P03", "attended", None, "x"),
        told("P04", "interested", "b", "y"),  # b is full
        told("P05", "interested", "c", "x"),  # x would be over, but c is missing
    ]
    found = candidates(FOUR, everyone, "planned", partial_counts=False)
    assert [(one.person.reference, one.over) for one in found] == [("P05", ("x",))]
    assert found[0].why == "Closes 1 gap: c. Puts x over."


def test_a_group_that_misses_nobody_can_still_fill_a_seat_that_is_left():
    plan = plan_of(4, ("B", {"x": "0.5", "y": "0.5"}, False))
    everyone = [
        told("P01", "attended", "x", names=("B",)),
        told("P02", "attended", "y", names=("B",)),
        told("P03", "interested", "x", names=("B",)),
    ]
    (found,) = candidates(plan, everyone, "planned", partial_counts=False)
    assert found.why == "Closes no gap, and fits a seat that is left."
    assert propose(plan, everyone, partial_counts=False) == (everyone[2],)


def test_no_seat_is_taken_that_a_missing_group_needs():
    plan = plan_of(4, ("B", {"x": "0.75", "y": "0.25"}, False))  # 2 to 4 of x, 0 to 2 of y
    attended = [told(f"P0{i}", "attended", "y", names=("B",)) for i in (1,)]
    waiting = [told(f"P1{i}", "interested", "y", names=("B",)) for i in (1, 2)]
    chosen = propose(plan, [*attended, *waiting], partial_counts=False)
    assert [p.reference for p in chosen] == ["P11"]  # 3 seats were left, 2 of them for x


def test_the_best_few_together_are_not_the_best_one_by_one():
    plan = plan_of(3, ("A", {"a": "0.34", "b": "0.33", "c": "0.33"}, True),
                   ("B", {"x": "0.34", "y": "0.33", "z": "0.33"}, True))  # fmt: skip
    everyone = [
        told("P01", "attended", "a", "x"),
        told("P02", "screened_in", "b", "y"),
        told("P03", "screened_in", "b", "z"),
        told("P04", "interested", "c", "y"),
        told("P05", "interested", "c", "x"),
    ]
    chosen = propose(plan, everyone, partial_counts=False)
    assert [p.reference for p in chosen] == ["P03", "P04"]
    assert [p.reference for p in propose(plan, everyone, 1, partial_counts=False)] == ["P02"]
    assert propose(plan, everyone, 0, partial_counts=False) == ()


def value(plan, counted, everyone, some):
    """What a choice is worth, by plain sums; None where it may not be made at all."""
    must = flexible = over = 0
    left = plan.people_wanted - len(counted)
    for part in plan.characteristics:
        groups = [group_of(part, p.answer(part.name)) for p in counted]
        chosen = [group_of(part, p.answer(part.name)) for p in some]
        gaps = {q.group: max(0, q.low - groups.count(q.group)) for q in part.quotas}
        closed = {g: min(gap, chosen.count(g)) for g, gap in gaps.items()}
        for q in part.quotas:
            room = max(0, q.high - groups.count(q.group))
            beyond = max(0, chosen.count(q.group) - room)
            if part.must_have and beyond:
                return None
            over += beyond
        if part.must_have:
            must += sum(closed.values())
        else:
            flexible += sum(closed.values())
        missing = max(0, sum(gaps.values()) - groups.count(None))
        after = missing - sum(closed.values()) - chosen.count(None)
        if after - (left - len(some)) > max(0, missing - left):
            return None
    ranks = [-1 if p.reserve else POSSIBLE.index(p.stage) for p in some]
    return (
        -must,
        -flexible,
        over,
        -len(some),
        -sum(p.reserve for p in some),
        sum(max(0, rank) for rank in ranks),
        sorted(in_order(p.reference) for p in some),
    )


waiting_people = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", None]),
        st.sampled_from(["x", "y", None]),
        st.sampled_from(["confirmed", "screened_in", "interested", "approached"]),
    ),
    max_size=8,
)
taken_people = st.lists(
    st.tuples(st.sampled_from(["a", "b", "c", None]), st.sampled_from(["x", "y", None])),
    max_size=5,
)


@settings(max_examples=120, deadline=None)
@given(taken_people, waiting_people, st.integers(1, 4), st.booleans(), st.booleans())
def test_the_best_few_are_the_best_of_all_choices(taken, waiting, number, one_must, other_must):
    plan = plan_of(6, ("A", SHARES, one_must), ("B", {"x": "0.5", "y": "0.5"}, other_must))
    counted = [told(f"Q{i}", "attended", *groups) for i, groups in enumerate(taken)]
    everyone = [
        *counted,
        *(
            told(f"P{i + 1}", stage, a, b, reserve=stage == "confirmed")
            for i, (a, b, stage) in enumerate(waiting)
        ),
    ]
    chosen = propose(plan, everyone, number, partial_counts=False)
    pool = everyone[len(counted) :]
    left = max(0, plan.people_wanted - len(counted))
    choices = [
        (worth, some)
        for size in range(min(number, left) + 1)
        for some in itertools.combinations(pool, size)
        if (worth := value(plan, counted, everyone, some)) is not None
    ]
    best = min(choices, key=lambda one: one[0])
    assert value(plan, counted, everyone, chosen) == best[0]
    assert {p.reference for p in chosen} == {p.reference for p in best[1]}


@settings(max_examples=60, deadline=None)
@given(taken_people, waiting_people)
def test_a_candidate_closes_what_is_said_and_is_not_counted(taken, waiting):
    everyone = [told(f"Q{i}", "attended", *groups) for i, groups in enumerate(taken)]
    everyone += [told(f"P{i}", stage, a, b, reserve=stage == "confirmed")
                 for i, (a, b, stage) in enumerate(waiting)]  # fmt: skip
    for one in candidates(FOUR, everyone, "planned", partial_counts=False):
        assert not is_counted(one.person, "planned", partial_counts=False)
        now = one.person.model_copy(update={"stage": "attended", "reserve": False})
        after = [now if p is one.person else p for p in everyone]
        closed = reopened(FOUR, after, everyone, partial_counts=False)
        assert sorted(c.words for c in closed) == sorted(one.closes)


def test_a_broad_answer_is_not_known_in_detail_and_closes_nothing():
    plan = figures.plan_of(a_brief())
    someone = a_person(
        "P01",
        stage="interested",
        answers={
            "Ethnic group": Answer(kind="broad", text="Asian"),
            "Age": "55+",
            "Sex": PREFER_NOT_TO_SAY,
        },
    )
    (found,) = candidates(plan, [someone], "planned", partial_counts=False)
    assert found.closes == ("55 and over",)
    assert found.why == (
        "Closes 1 gap: 55 and over. Ethnic group, sex, disability and Digital confidence not known."
    )


def test_offering_a_place_moves_on_and_ends_the_reserve():
    today = date(2026, 11, 22)
    waiting = told("P01", "interested", "a")
    assert offered(waiting, today).stage == "offered"
    assert offered(waiting, today).stage_on == today
    reserve = told("P02", "confirmed", "a", reserve=True)
    assert (offered(reserve, today).stage, offered(reserve, today).reserve) == ("confirmed", False)


@pytest.mark.parametrize("pool", [40, 5_000])
def test_proposing_takes_no_time(pool):
    plan = figures.plan_of(a_brief().changed(people_wanted=40))
    rng = random.Random(1)
    everyone = [
        a_person(
            f"P{i}",
            stage=rng.choice(["interested", "screened_in", "approached"]) if i > 20 else "attended",
            answers={
                part.name: rng.choice([*part.groups, NOT_KNOWN]) for part in plan.characteristics
            },
        )
        for i in range(pool)
    ]
    start = time.process_time()
    assert len(propose(plan, everyone, partial_counts=False)) == 5
    assert time.process_time() - start < 10  # usually 0.03, and 1.5 for thousands
