"""The user's rules as the Mix page words them: read from a brief, added to it, taken out."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from sampler.across import unresolved_words
from sampler.brief import Brief
from sampler.errors import BriefError
from sampler.mix import Mix
from sampler.words import percent_typed

Kind = Literal["at least", "at most", "exactly"]
KINDS: tuple[Kind, ...] = ("at least", "at most", "exactly")
Where = Literal["minimum", "maximum", "exactly", "minimum_share", "floor", "across", "left_out"]


@dataclass(frozen=True)
class UserRule:
    """One rule: where in the brief it stands and how it reads.

    `index` is its characteristic, -1 where it is about no single one; `number` its place among
    the rules across characteristics or the pairs left out.
    """

    index: int
    where: Where
    group: str
    words: str
    number: int = 0

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the fields of the brief it stands in, as errors name them."""
        if self.where == "floor":
            return ("at_least_one_above",)
        if self.where == "across":
            return (f"rule[{self.number}]",)
        if self.where == "left_out":
            return (f"leave_out[{self.number}].pair",)
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
    for number, asked in enumerate(brief.rule):
        words = unresolved_words(asked)
        rules.append(UserRule(-1, "across", "", f"{words[0].upper()}{words[1:]}", number))
    return rules


def with_pairs(brief: Brief) -> list[UserRule]:
    """Return the rules of a brief and, after them, the pairs of groups its user left out."""
    pairs = [
        UserRule(-1, "left_out", "", f"Nobody both {' and '.join(one.pair.values())}", number)
        for number, one in enumerate(brief.leave_out)
    ]
    return [*of(brief), *pairs]


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


def add_across(brief: Brief, where: Mapping[str, str], kind: Kind, number: int) -> Brief:
    """Return the brief with a rule about people who are in two groups at once.

    Raises `BriefError` where both groups are of one characteristic.
    """
    if len(where) < 2:
        raise BriefError.at("rule", "Choose groups of two different characteristics.")
    limits = {"at least": ["at_least"], "at most": ["at_most"], "exactly": ["at_least", "at_most"]}
    new = [{limit: number, "where": dict(where)} for limit in limits[kind]]
    changed = brief.changed(rule=new)
    added = [one for one in changed.rule if one not in brief.rule]
    return brief.changed(rule=[one.model_dump() for one in (*brief.rule, *added)])


def without(brief: Brief, rule: UserRule) -> Brief:
    """Return the brief without a rule; groups known by a minimum alone go with it."""
    if rule.where == "floor":
        return brief.changed(at_least_one_above=None)
    if rule.where in ("across", "left_out"):
        field = "rule" if rule.where == "across" else "leave_out"
        every = list(getattr(brief, field))
        del every[rule.number]
        return brief.changed(**{field: [one.model_dump() for one in every]})
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
    return brief.changed(characteristic=parts, at_least_one_above=None, rule=())


def choices(mix: Mix) -> Mapping[str, tuple[str, str]]:
    """Return every group a rule can be about: how it reads, its characteristic and its name."""
    return {
        f"{part.name}: {group.name}": (part.name, group.name)
        for part in mix.characteristics
        for group in part.groups
        if not (part.basis == "minimums" and group.rule is None)
    }
