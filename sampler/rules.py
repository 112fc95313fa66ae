"""The user's rules as the Mix page words them: read from a brief, added to it, taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sampler.brief import Brief
from sampler.mix import Mix
from sampler.words import percent_typed

Kind = Literal["at least", "at most", "exactly"]
KINDS: tuple[Kind, ...] = ("at least", "at most", "exactly")
Where = Literal["minimum", "maximum", "exactly", "minimum_share", "floor"]


@dataclass(frozen=True)
class UserRule:
    """One rule: where in the brief it stands and how it reads."""

    index: int
    where: Where
    group: str
    words: str

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of the brief it stands in, as errors name them."""
        if self.where == "floor":
            return ("at_least_one_above",)
        names = ("minimum", "maximum") if self.where == "exactly" else (self.where,)
        return tuple(f"characteristic[{self.index}].{name}.{self.group}" for name in names)

    def is_named_by(self, fields: Collection[str]) -> bool:
        """Say whether an error that names these fields is about this rule."""
        return any(field in fields for field in self.fields)


def of(brief: Brief) -> list[UserRule]:
    """Return the rules of a brief in its order."""
    rules = []
    for i, part in enumerate(brief.characteristic):
        for group, least in part.minimum.items():
            most = part.maximum.get(group)
            if most == least:
                rules.append(UserRule(i, "exactly", group, f"Exactly {least} {group}"))
            else:
                rules.append(UserRule(i, "minimum", group, f"At least {least} {group}"))
        rules += [
            UserRule(i, "maximum", group, f"At most {most} {group}")
            for group, most in part.maximum.items()
            if part.minimum.get(group) != most
        ]
        rules += [
            UserRule(
                i,
                "minimum_share",
                group,
                f"At least {percent_typed(Fraction(share))}: {group}",
            )
            for group, share in part.minimum_share.items()
        ]
    if brief.at_least_one_above is not None:
        above = percent_typed(Fraction(brief.at_least_one_above))
        words = f"At least 1 of each group above {above}"
        rules.append(UserRule(-1, "floor", "", words))
    return rules


def add(brief: Brief, index: int, group: str, kind: Kind, number: int) -> Brief:
    """Return the brief with a rule for one group, in place of any of the same kind.

    Raises `BriefError` where it contradicts another rule for the group.
    """
    part = brief.characteristic[index]
    minimum, maximum = dict(part.minimum), dict(part.maximum)
    if kind in ("at least", "exactly"):
        minimum[group] = number
    if kind in ("at most", "exactly"):
        maximum[group] = number
    return brief.with_characteristic(index, minimum=minimum, maximum=maximum)


def without(brief: Brief, rule: UserRule) -> Brief:
    """Return the brief without a rule; groups known by a minimum alone go with it."""
    if rule.where == "floor":
        return brief.changed(at_least_one_above=None)
    part = brief.characteristic[rule.index]
    fields = ("minimum", "maximum") if rule.where == "exactly" else (rule.where,)
    changes: dict[str, object] = {
        field: {g: n for g, n in getattr(part, field).items() if g != rule.group}
        for field in fields
    }
    kept = [changes.get(f, getattr(part, f)) for f in ("minimum", "minimum_share")]
    if part.is_minimums_only and not any(kept):
        parts = [p for i, p in enumerate(brief.characteristic) if i != rule.index]
        return brief.changed(characteristic=[p.model_dump() for p in parts])
    return brief.with_characteristic(rule.index, **changes)


def without_any(brief: Brief) -> Brief:
    """Return the brief as if no rule had been made; characteristics of minimums stay."""
    parts = [
        part.model_dump()
        if part.is_minimums_only
        else part.model_dump() | {"minimum": {}, "maximum": {}, "minimum_share": {}}
        for part in brief.characteristic
    ]
    return brief.changed(characteristic=parts, at_least_one_above=None)


def choices(mix: Mix) -> Mapping[str, tuple[str, str]]:
    """Return every group a rule can be about: how it reads, its characteristic and its name."""
    return {
        f"{part.name}: {group.name}": (part.name, group.name)
        for part in mix.characteristics
        for group in part.groups
        if not (part.basis == "minimums" and group.rule is None)
    }
