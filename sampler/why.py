"""How each quota came about, in words."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from sampler.brief import Rounding
from sampler.closest_quotas import Asked
from sampler.mix import MixCharacteristic, MixGroup
from sampler.words import decimal, listed, people, percent

NEXT_PLACE = {
    "webster": (
        "by Webster's rule: places go one by one to the largest share divided by 1, 3, 5 and so on"
    ),
    "equal_proportions": (
        "by equal proportions: every group with people comes first, then places go one by one to "
        "the largest share divided by the square root of 1 x 2, 2 x 3, 3 x 4 and so on"
    ),
}


@dataclass(frozen=True)
class Cause:
    """A group's target beside what it would be: without rules, and without rules across.

    `counted` is how many people counted already have the group, `across` what moved the target
    from `alone`, empty where nothing did.
    """

    target: int
    usual: int
    alone: int
    counted: int
    rounding: Rounding
    across: str


def cause_of(asked: Asked, column: int) -> str:
    """Say what moves the targets of a characteristic beside its own minimums and maximums."""
    here = [rule.rule.rule for rule in asked.across if rule.where[column] is not None]
    if here:
        rules = "rule holds" if len(here) == 1 else "rules hold"
        return f"so that your {rules}: {listed(here)}"
    if asked.across:
        return "so that the rules across characteristics can hold"
    if asked.fixed:
        return "so that there are seats around the people already counted"
    return "so that no seat needs a pair of groups that is left out"


def why_minimum(group: MixGroup, cause: Cause, *, is_any: bool) -> str:
    """Say how the target of a group with a minimum and no share came about."""
    if is_any:
        return f"The other {people(cause.target)}, from any group."
    if cause.across:
        verb = "Raised" if cause.target > cause.alone else "Lowered"
        return f"{verb} to {cause.target} {cause.across}."
    if cause.target > group.minimum:
        return f"{people(cause.target).capitalize()} counted already."
    if group.rule:
        return f"At least {cause.target}, as you set: {group.rule.rule}."
    return "No minimum is set."


def why(part: MixCharacteristic, group: MixGroup, cause: Cause, wanted: int) -> str:
    """Say how the target of a group that follows a share came about."""
    share, target, usual = group.share or Fraction(0), cause.target, cause.usual
    ideal = share * wanted
    sum_ = f"{percent(share)}{_raised(part, group, share)} of {wanted:,} is {decimal(ideal, 2)}. "
    if group.gap and share == group.gap.wanted:
        sum_ = f"{group.gap.words()} "
        if not group.gap.places and not target:
            return sum_.strip()
    left = ideal - int(ideal)
    if cause.across:
        verb = "Raised" if target > cause.alone else "Lowered"
        return f"{sum_}{verb} to {target} {cause.across}."
    if cause.counted > group.minimum and target == cause.counted and target > usual:
        return f"{sum_}{target} because so many are counted already."
    if group.rule and target == group.minimum and target > usual:
        rule = "your rule" if group.rule.field != "at_least_one_above" else group.rule.rule
        return f"{sum_}Raised to {target} by {rule}."
    if group.maximum is not None and target == group.maximum and target < usual:
        return f"{sum_}Held at {target} by your rule."
    if part.keep_broad and target != usual:
        broad = group.broad or group.name
        return f"{sum_}{target} because the total of {broad} is shared out first."
    if target < usual:
        others = "your rules" if _has_rules(part) else "people already counted"
        return f"{sum_}Lowered to {target} to make room for {others}."
    if target > usual:
        return f"{sum_}Raised to {target}: your rules freed places in other groups."
    if left == 0 and target == ideal:
        return f"{sum_}A whole number already."
    if cause.rounding != "closest":
        return f"{sum_}{target} {NEXT_PLACE[cause.rounding]}."
    if target > ideal:
        return (
            f"{sum_}Rounded up to {target}: what was left over, {decimal(left, 2)}, is among the "
            "largest and there were places still free."
        )
    return (
        f"{sum_}Rounded down to {target}: other groups had more left over than {decimal(left, 2)}."
    )


def _raised(part: MixCharacteristic, group: MixGroup, share: Fraction) -> str:
    """Say where a share differs from the population's, and why."""
    if group.population_share is None:
        return ""
    counted = percent(group.population_share)
    if group.is_boosted:
        return f" (raised on purpose from {counted})"
    if group.gap:
        return f" (from {percent(group.gap.wanted)} for the gaps, because another share is raised)"
    if part.voices != "population":
        kind = "more even" if part.voices == "more_even" else "the same for each group"
        return f" ({kind}; {counted} as counted)"
    if share != group.population_share:
        return f" (from {counted}, because another share is raised)"
    return ""


def _has_rules(part: MixCharacteristic) -> bool:
    return any(group.rule or group.limit for group in part.groups)
