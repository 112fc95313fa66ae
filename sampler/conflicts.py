"""Why no plan exists, in the user's words, and what would put it right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sampler import rules
from sampler.brief import Brief
from sampler.brief_values import MOST_PEOPLE
from sampler.errors import Clash, NoPlan, Rule
from sampler.limits import FLOOR, Limit, Question
from sampler.seats.seat_problem import Forbidden
from sampler.words import listed, people

MOST_REASONS = 2


def no_plan(question: Question) -> NoPlan:
    """Return why a question has no answer: every set of rules that cannot hold together.

    Each set is one from which none can be spared: drop any one and there is room. It is found
    by dropping one rule at a time, from the brief's last (Chinneck's deletion filter). Rules of
    one set are left away to find the next. Impossible sums come first, without a solver.
    """
    found = []
    left = list(question.limits)
    while not question.holds(left):
        named = _smallest(left, question.sums) if not question.sums(left) else left
        named = _smallest(named, question.holds)
        found.append(_clash(question, named))
        if not named:
            break
        left = [limit for limit in left if limit not in named]
    return NoPlan(found or [Clash((), "No whole numbers meet these rules together.")])


def _smallest(limits: Sequence[Limit], hold: Callable[[Sequence[Limit]], bool]) -> list[Limit]:
    """Return a set of rules that cannot hold and of which none can be spared."""
    kept = list(limits)
    for limit in reversed(limits):
        without = [other for other in kept if other is not limit]
        if not hold(without):
            kept = without
    return kept


def _clash(question: Question, named: Sequence[Limit]) -> Clash:
    wanted = question.mix.people_wanted
    rules_ = tuple(limit.rule for limit in named)
    if not named:
        return _without_rules(question)
    if not question.sums(named):
        return _sums(question, named)
    words = listed([f"'{rule.rule}'" for rule in rules_])
    cannot = "cannot hold" if len(named) == 1 else "cannot all hold"
    text = f"{words} {cannot} with {people(wanted)}"
    why = _pairs_in_the_way(question, named)
    if why:
        return Clash(rules_, f"{text}, because some pairs of groups are left out. {why}")
    counted = " and those counted already" if question.fixed else ""
    return Clash(rules_, f"{text}{counted}. Change {'it' if len(named) == 1 else 'one of them'}.")


def _without_rules(question: Question) -> Clash:
    """Return why not even a round without rules has room."""
    wanted, counted = question.mix.people_wanted, len(question.fixed)
    if counted > wanted:
        text = f"{people(counted)} are counted already, and the round has {wanted:,}."
        rule = Rule(f"{people(wanted)} wanted", "people_wanted")
        return Clash((rule,), f"{text} Speak to {people(counted)}.", counted)
    why = _pairs_in_the_way(question, ())
    text = "No people fit every characteristic at once: too many pairs of groups are left out."
    return Clash((), " ".join(filter(None, [text, why])))


def _pairs_in_the_way(question: Question, named: Sequence[Limit]) -> str:
    """Return why pairs are left out without which there would be room; empty where none matter."""
    if not question.holds(named, ground=()):
        return ""
    reasons: dict[str, list[Forbidden]] = {}
    for one in question.left_out:
        if one.kind != "yours":
            pair = Forbidden(*one.characteristics, one.groups)
            reasons.setdefault(one.reason, []).append(pair)
    if question.reach:
        reasons["Not everybody can be found in every part of the round."] = list(question.reach)
    kept = list(reasons)
    for reason in reversed(list(reasons)):
        without = [other for other in kept if other != reason]
        if not question.holds(named, ground=[p for other in without for p in reasons[other]]):
            kept = without
    return " ".join(kept[:MOST_REASONS])


def _sums(question: Question, named: Sequence[Limit]) -> Clash:
    """Say why single groups of one characteristic do not add up."""
    wanted = question.mix.people_wanted
    room = question.room(named)
    column = next(c for c in range(len(room.bounds)) if not room.holds_alone(c))
    bounds, part = room.bounds[column], question.mix.characteristics[column]
    rules_ = tuple(_said(limit, question, column) for limit in named)
    words = listed([f"'{rule.rule}'" for rule in rules_])
    for i, (low, high) in enumerate(bounds):
        if low > high:
            counted = [seat[column] for seat in question.fixed].count(i)
            if len(named) == 1:
                told = f"{people(counted)} counted already have the group"
                if low != counted:
                    told = f"the round has {people(wanted)}"
                return Clash(rules_, f"{words} cannot hold: {told}. Change it.")
            return Clash(rules_, f"{words} cannot both hold. Change one of them.")
    these = sum(low for low, _ in bounds)
    if these > wanted:
        everything = question.room(question.limits).bounds[column]
        needed = sum(low for low, _ in everything)
        text = (
            f"{part.name}: {words} {'needs' if len(named) == 1 else 'need'} {people(these)}, and "
            f"the round has {wanted:,}. Speak to {people(needed)} or lower a minimum."
        )
        return Clash(rules_, text, needed)
    space = sum(high for _, high in bounds)
    leave = "leaves" if len(named) == 1 else "leave"
    text = (
        f"{part.name}: {words} {leave} room for {people(space)} and the round has {wanted:,}. "
        "Raise a maximum or speak to fewer people."
    )
    return Clash(rules_, text)


def _said(limit: Limit, question: Question, column: int) -> Rule:
    """Return a rule's words where they are about one characteristic: floors count its groups."""
    if limit.kind == "floor":
        for _, rule in question.mix.characteristics[column].minimums:
            if rule.field == FLOOR:
                return rule
    return limit.rule


@dataclass(frozen=True)
class WayOut:
    """A change that puts a conflict right, worded as what will happen."""

    label: str
    brief: Brief


def ways_out(brief: Brief, conflict: NoPlan) -> list[WayOut]:
    """Return what could put a conflict right, the smallest change first; each a whole brief.

    Another rule can still stand in the way, so whoever offers one plans it first.
    """
    needed = conflict.needed
    if needed is None or needed <= brief.people_wanted:
        return _without_last(brief, conflict)
    short = needed - brief.people_wanted
    minimums = filter(None, (_minimum_at(brief, rule) for rule in reversed(conflict.rules)))
    index, group, number = next(minimums, (0, "", 0))
    lower: list[WayOut] = []
    if number > short:
        lowered = brief.characteristic[index].minimum | {group: number - short}
        changed = brief.with_characteristic(index, minimum=lowered)
        lower.append(WayOut(f"Lower {group} to at least {number - short}", changed))
    remove = _without_last(brief, conflict)
    speak: list[WayOut] = []
    if needed <= MOST_PEOPLE:
        speak.append(WayOut(f"Speak to {people(needed)}", brief.changed(people_wanted=needed)))
    return [*lower, *remove[:1], *speak, *remove[1:]]


def _without_last(brief: Brief, conflict: NoPlan) -> list[WayOut]:
    named = {rule.field for rule in conflict.rules}
    return [
        WayOut(f"Remove '{rule.words}'", rules.without(brief, rule))
        for rule in reversed(rules.with_pairs(brief))
        if rule.is_named_by(named)
    ]


def _minimum_at(brief: Brief, rule: Rule) -> tuple[int, str, int] | None:
    head, _, group = rule.field.partition("].minimum.")
    if not group:
        return None
    index = int(head.removeprefix("characteristic["))
    return index, group, brief.characteristic[index].minimum[group]
