"""The rules of the Mix page: add one, take one out, what they cost, and ways out of a conflict."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import streamlit as st

from sampler import conflicts, figures, repairs, rules
from sampler.brief import Brief
from sampler.errors import NoPlan
from sampler.figures import NearestPlan
from sampler.mix import Mix
from sampler.model import Round
from sampler.quotas import left_out
from sampler.ui import quota_tables, show, state
from sampler.words import people, percent_typed

MOST_WAYS = 5
FLOOR = Decimal("0.05")
"""The share above which "each larger group" begins, unless a brief says another."""


def draw(held: Round, nearest: NearestPlan, mix: Mix) -> None:
    """Draw the rules in force with a way to add one, their price, and what cannot hold."""
    in_force = rules.of(held.brief)
    broken = {rule.field for rule in nearest.conflict.rules} if nearest.conflict else set()
    failing = [rule for rule in in_force if rule.is_named_by(broken)][-1:]
    with st.container(horizontal=True, vertical_alignment="center", key="mix_rules"):
        _add(held, mix)
        for number, rule in enumerate(in_force):
            fails = rule in failing
            st.button(
                show.plain(f"{rule.words}: cannot be met" if fails else rule.words),
                icon=":material/error:" if fails else ":material/close:",
                icon_position="left" if fails else "right",
                key=f"mix_rule_{number}",
                help="Remove this rule",
                on_click=_remove,
                args=(held, rule),
            )
        if not in_force:
            st.html(show.hint(_no_rules(nearest)))
    if any(_has_price(held.brief, rule) for rule in in_force):
        usual = figures.plan_of(rules.without_any(nearest.brief))
        before = {p.name: {q.group: q.target for q in p.quotas} for p in usual.characteristics}
        st.html(quota_tables.rule_price(before, nearest.plan))
    if nearest.conflict is not None:
        _conflict(held, nearest.conflict)


def _add(held: Round, mix: Mix) -> None:
    choices = rules.choices(mix)

    def save() -> None:
        name, group = choices[st.session_state.mix_rule_group]
        kind, number = st.session_state.mix_rule_kind, st.session_state.mix_rule_people
        if (also := st.session_state.mix_rule_also) is not None:
            other, second = choices[also]
            where = {name: group, other: second}
            state.save_brief(held, lambda b: rules.add_across(b, where, kind, number))
            return
        index = figures.names(held.brief).index(name)
        state.save_brief(held, lambda b: rules.add(b, index, group, kind, number))

    def save_floor() -> None:
        above = FLOOR if st.session_state.mix_floor else None
        state.save_brief(held, lambda b: b.changed(at_least_one_above=above))

    floor = held.brief.at_least_one_above
    with st.popover("Add a rule", icon=":material/rule:", on_change="rerun") as popover:
        if not popover.open:
            return
        with st.form("mix_rule", border=False):
            st.selectbox("Group", list(choices), key="mix_rule_group")
            st.selectbox(
                "who are also (optional)",
                list(choices),
                index=None,
                placeholder="Anyone",
                key="mix_rule_also",
            )
            st.selectbox("How many", rules.KINDS, format_func=str.capitalize, key="mix_rule_kind")
            st.number_input("People", 0, 100_000, 1, key="mix_rule_people")
            st.form_submit_button("Save rule", type="primary", on_click=save)
        above = percent_typed(Fraction(FLOOR if floor is None else floor))
        st.checkbox(
            f"At least 1 of each group above {above}",
            key=state.shows("mix_floor", floor is not None),
            on_change=save_floor,
        )


def _remove(held: Round, rule: rules.UserRule) -> None:
    state.save_brief(held, lambda b: rules.without(b, rule))


def _take(held: Round, repaired: Brief) -> None:
    state.save_brief(held, lambda _: repaired)


def _no_rules(nearest: NearestPlan) -> str:
    first = nearest.plan.characteristics[0]
    unseated = left_out(first)
    group = show.label(first, unseated[0].group if unseated else first.groups[-1])
    return f"No rules. Add one to make sure of a group, for example “at least 1 {group}”."


def _has_price(brief: Brief, rule: rules.UserRule) -> bool:
    """Say whether a rule can cost another group its place."""
    return rule.index < 0 or not brief.characteristic[rule.index].is_minimums_only


def _conflict(held: Round, conflict: NoPlan) -> None:
    brief = held.brief
    ways = [(one.words(), repairs.apply(brief, one)) for one in figures.repairs_of(brief)]
    ways += [
        (way.label, way.brief)
        for way in conflicts.ways_out(brief, conflict)
        if way.brief not in [repaired for _, repaired in ways]
        and state.plan_or_none(way.brief) is not None
    ]
    with st.container(border=True, key="mix_conflict"):
        st.html(
            show.note(
                f"These rules cannot all hold with {people(brief.people_wanted)}",
                *(clash.text for clash in conflict.clashes),
                "The quotas below leave out the last rule.",
                kind="bad",
            )
        )
        st.html(show.box("<p><b>Ways to put it right</b></p>"))
        with st.container(horizontal=True):
            for number, (label, repaired) in enumerate(ways[:MOST_WAYS]):
                st.button(
                    show.plain(label),
                    key=f"mix_way_{number}",
                    on_click=_take,
                    args=(held, repaired),
                )
