"""Why no plan exists, in the user's words, and what would put it right."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from sampler import rules
from sampler.apportion import Shares
from sampler.brief import MOST_PEOPLE, Brief
from sampler.errors import NoPlan, Rule
from sampler.mix import Mix, MixCharacteristic
from sampler.words import listed, people


def check(mix: Mix) -> None:
    """Raise `NoPlan` for the first characteristic whose rules leave no whole numbers.

    The rules named are a set from which none can be spared: drop any one and there is room.
    They are found by dropping one at a time, from the brief's last.
    """
    for part in mix.characteristics:
        for group in part.groups:
            if group.maximum is not None and group.rule and group.limit:
                _above(group.minimum, group.maximum, group.rule, group.limit)
        _too_many(part, mix.people_wanted)
        _too_few(part, mix.people_wanted)


def _above(minimum: int, maximum: int, rule: Rule, limit: Rule) -> None:
    if minimum > maximum:
        raise NoPlan(
            [rule, limit],
            f"'{rule.rule}' and '{limit.rule}' cannot both hold. Change one of them.",
        )


def _too_many(part: MixCharacteristic, wanted: int) -> None:
    asked = list(part.minimums)
    if sum(number for number, _ in asked) <= wanted:
        return
    for one in reversed(asked[:]):
        without = [other for other in asked if other is not one]
        if sum(number for number, _ in without) > wanted:
            asked = without
    named = [rule for _, rule in asked]
    these = sum(number for number, _ in asked)
    needed = sum(number for number, _ in part.minimums)
    words = listed([f"'{rule.rule}'" for rule in named])
    raise NoPlan(
        named,
        f"{part.name}: {words} {'needs' if len(named) == 1 else 'need'} {people(these)}, and "
        f"the round has {wanted:,}. Speak to {people(needed)} or lower a minimum.",
        needed,
    )


def _too_few(part: MixCharacteristic, wanted: int) -> None:
    shares = part.shares()
    room = sum(shares.ceiling(i, wanted) for i in range(len(part.groups)))
    if part.basis == "minimums" or room >= wanted:
        return
    limits = [i for i, group in enumerate(part.groups) if group.limit]
    for one in reversed(limits[:]):
        without = [other for other in limits if other != one]
        if _room(shares, without, wanted) < wanted:
            limits = without
    named = [limit for i in limits if (limit := part.groups[i].limit)]
    words = listed([f"'{rule.rule}'" for rule in named])
    leave = "leaves" if len(named) == 1 else "leave"
    raise NoPlan(
        named,
        f"{part.name}: {words} {leave} room for {people(room)} and the round has {wanted:,}. "
        "Raise a maximum or speak to fewer people.",
    )


def _room(shares: Shares, limits: Collection[int], wanted: int) -> int:
    """Return how many people fit if only these groups kept their maximum."""
    kept = tuple(most if i in limits else None for i, most in enumerate(shares.maximum))
    loose = replace(shares, maximum=kept)
    return sum(loose.ceiling(i, wanted) for i in range(len(kept)))


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
        for rule in reversed(rules.of(brief))
        if rule.is_named_by(named)
    ]


def _minimum_at(brief: Brief, rule: Rule) -> tuple[int, str, int] | None:
    head, _, group = rule.field.partition("].minimum.")
    if not group:
        return None
    index = int(head.removeprefix("characteristic["))
    return index, group, brief.characteristic[index].minimum[group]
