"""What a brief says across characteristics: pairs left out, rules, joint shares and a split."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, StrictBool, field_validator, model_validator

from census.spelling import key
from sampler.brief_values import Name, Part, Share, Whole
from sampler.words import percent_exact

NEARLY_ONE = Fraction(1, 100)


def _listed(value: object) -> object:
    """Take one group for a list of one."""
    return (value,) if isinstance(value, str) else value


Groups = Annotated[tuple[Name, ...], BeforeValidator(_listed)]


class LeaveOut(Part):
    """Two groups, of different characteristics, that nobody is to have together."""

    pair: dict[Name, Name]

    @field_validator("pair", mode="before")
    @classmethod
    def _are_two(cls, pair: object) -> object:
        names = [key(str(name)) for name in pair] if isinstance(pair, dict) else []
        if len(names) != 2 or names[0] == names[1]:
            raise ValueError(
                "must name two different characteristics with a group of each, such as "
                '{ "Age" = "16-34", "Economic activity" = "Retired" }.'
            )
        return pair


class RuleBrief(Part):
    """At least, or at most, so many people who match a pattern of groups.

    `where` names one characteristic with groups to add up, or several; a person matches who has
    one of the groups of each.
    """

    at_least: Whole | None = None
    at_most: Whole | None = None
    where: dict[Name, Groups]
    must_have: StrictBool = False

    @field_validator("where")
    @classmethod
    def _names_somebody(cls, where: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
        if not where or not all(where.values()):
            raise ValueError(
                'must name groups, such as { "Ethnic group" = ["Pakistani"], "Sex" = "Female" }.'
            )
        names = [key(name) for name in where]
        if len(names) > len(dict.fromkeys(names)):
            raise ValueError("names a characteristic twice.")
        for name, groups in where.items():
            if len(groups) > len(dict.fromkeys(map(key, groups))):
                raise ValueError(f"names a group of {name} twice.")
        return where

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("needs either at_least or at_most.")
        return self


class JointBrief(Part):
    """How two characteristics combine, by hand: rows follow the groups of the first."""

    of: tuple[Name, Name]
    shares: tuple[tuple[Share, ...], ...]

    @field_validator("of")
    @classmethod
    def _are_two(cls, of: tuple[str, str]) -> tuple[str, str]:
        if key(of[0]) == key(of[1]):
            raise ValueError("must name two different characteristics.")
        return of

    @field_validator("shares")
    @classmethod
    def _is_a_table(
        cls, shares: tuple[tuple[Decimal, ...], ...]
    ) -> tuple[tuple[Decimal, ...], ...]:
        widths = [len(row) for row in shares]
        if not widths or not widths[0]:
            raise ValueError("must be a table: a list of rows, each a list of shares.")
        for number, width in enumerate(widths, 1):
            if width != widths[0]:
                raise ValueError(
                    f"Row {number} has {width} shares and row 1 has {widths[0]}. Every row needs "
                    "one share for each group of the second characteristic."
                )
        total = sum((Fraction(share) for row in shares for share in row), Fraction(0))
        if abs(total - 1) > NEARLY_ONE:
            raise ValueError(f"Shares add up to {percent_exact(total)}. They must add up to 100%.")
        return shares


class SplitBrief(Part):
    """A round split up over recruiters, sites, dates or channels, each with its own people.

    `reach` names, for a part, the only groups of a characteristic that can be found there.
    """

    by: Name
    people: dict[Name, Whole]
    reach: dict[Name, dict[Name, Groups]] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if len(self.people) < 2:
            raise ValueError("needs two or more parts, each with its people.")
        for names in (self.people, self.reach):
            if len(names) > len(dict.fromkeys(map(key, names))):
                raise ValueError("names a part twice.")
        called = {key(name) for name in self.people}
        for name in self.reach:
            if key(name) not in called:
                raise ValueError(f"reach names {name}, which is no part of this split.")
        return self
