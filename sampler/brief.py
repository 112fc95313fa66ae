"""A brief: a round's request as a value. The TOML file, the database and the pages share it.

What can be checked without census figures is checked here; groups are checked in `mix`.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import tomli_w
from pydantic import (
    Field,
    StrictBool,
    ValidationError,
    field_validator,
    model_validator,
)

from census.spelling import did_you_mean, key
from sampler.brief_across import JointBrief, LeaveOut, RuleBrief, SplitBrief
from sampler.brief_values import (
    MOST_PEOPLE,
    Census,
    Name,
    Part,
    Share,
    Whole,
    at_field,
    decimal_of,
    whole,
)
from sampler.errors import BriefError
from sampler.unlikely import UNLIKELY_NAMES
from sampler.words import percent_exact, percent_typed

DEFAULT_LOWEST_AGE = 16
GROUP_FIELDS = (
    "shares",
    "people",
    "minimum",
    "minimum_share",
    "maximum",
    "boost",
    "merge",
    "heard",
)
LARGEST_BRIEF_BYTES = 1_000_000
Voices = Literal["population", "more_even", "equal"]
Audience = Literal["residents", "service users", "staff", "businesses"]
Counting = Literal["planned", "secured"]
Rounding = Literal["closest", "webster", "equal_proportions"]
Aim = Literal["mirror"]
Heard = Annotated[int, whole(0, 10**6, "People heard")]
ANY = "Any"
"""The group that takes everyone else where a characteristic has only groups and minimums."""

SHEET_COLUMNS = (
    "Reference",
    "Stage",
    "Reserve",
    "Recruiter",
    "Slot",
    "Incentive sent on",
    "Notes",
    "Counted",
    "Planner",
)
"""Columns of the sheet beside the characteristics, which cannot share their names."""

MUST_HAVE_TOPICS = ("ethnic_group", "age")
ACCESS_NEEDS = "Access needs"


class CharacteristicBrief(Part):
    """One characteristic of a brief: a census topic, or groups by hand.

    `heard` are people heard before in each group, in so many rounds: the mix then follows what
    is missing. A group it does not name was not heard.
    """

    topic: Name | None = None
    name: Name | None = None
    grouping: Name | None = None
    bands: tuple[Name, ...] | None = None
    merge: dict[Name, tuple[Name, ...]] = Field(default_factory=dict)
    keep_broad: StrictBool = False
    shares: dict[Name, Share] | None = None
    people: dict[Name, Census] | None = None
    figures_from: Name | None = None
    minimum: dict[Name, Whole] = Field(default_factory=dict)
    minimum_share: dict[Name, Share] = Field(default_factory=dict)
    maximum: dict[Name, Whole] = Field(default_factory=dict)
    boost: dict[Name, Share] = Field(default_factory=dict)
    voices: Voices = "population"
    must_have: StrictBool | None = None
    round_ages: StrictBool = False
    heard: dict[Name, Heard] | None = None
    heard_rounds: Annotated[int, whole(1, MOST_PEOPLE, "Rounds")] | None = None

    @field_validator(*GROUP_FIELDS, mode="before")
    @classmethod
    def _names_each_once(cls, groups: object) -> object:
        if isinstance(groups, dict):
            seen = [key(name) for name in groups if isinstance(name, str)]
            twice = [name for name in groups if isinstance(name, str) and seen.count(key(name)) > 1]
            if twice:
                raise ValueError(f"names {twice[0].strip()} twice.")
        return groups

    @field_validator("shares", mode="before")
    @classmethod
    def _are_shares(cls, shares: object) -> object:
        """Refuse a share that is no number, or negative, with the sum of the others."""
        if not isinstance(shares, dict):
            return shares
        good: list[Fraction] = []
        bad: list[str] = []
        for group, value in shares.items():
            try:
                good.append(Fraction(Decimal(str(decimal_of(value)))))
            except ValueError as error:
                bad.append(f"{str(group).strip()} {error}")
        if bad:
            rest = percent_exact(sum(good, Fraction(0)))
            raise ValueError(f"{' '.join(bad)} The other shares add up to {rest}, not 100%.")
        return shares

    @field_validator("shares")
    @classmethod
    def _adds_up(cls, shares: dict[str, Decimal] | None) -> dict[str, Decimal] | None:
        if shares is not None:
            total = sum(map(Fraction, shares.values()), Fraction(0))
            if not shares or abs(total - 1) > Fraction(5, 1000):
                over = percent_exact(abs(total - 1))
                way = f"lower one by {over}" if total > 1 else f"raise one by {over}"
                raise ValueError(
                    f"Shares add up to {percent_exact(total)}. They must add up to 100%: {way}."
                )
        return shares

    @field_validator("people")
    @classmethod
    def _somebody(cls, people: dict[str, int] | None) -> dict[str, int] | None:
        if people is not None and sum(people.values()) == 0:
            raise ValueError("There is nobody in these figures.")
        return people

    @field_validator("boost")
    @classmethod
    def _within_one(cls, shares: dict[str, Decimal]) -> dict[str, Decimal]:
        total = sum(shares.values(), Decimal(0))
        if total > 1:
            raise ValueError(f"These shares add up to {percent_typed(Fraction(total))}: over 100%.")
        return shares

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        kinds = [k for k in ("topic", "shares", "people") if getattr(self, k) is not None]
        if len(kinds) > 1:
            raise ValueError(f"has both {kinds[0]} and {kinds[1]}. Keep one of them.")
        if not kinds and not (self.minimum or self.minimum_share):
            raise ValueError("needs a topic, or shares, people or a minimum of its own.")
        if self.topic is None and self.name is None:
            raise ValueError("needs a name, because it has no topic.")
        if self.name and self.name.casefold() in (c.casefold() for c in SHEET_COLUMNS):
            raise ValueError(f"{self.name} is a column of the sheet. Choose another name.")
        if self.topic is None:
            for field in ("grouping", "bands", "merge", "keep_broad", "round_ages"):
                if getattr(self, field):
                    raise ValueError(f"{field} needs a topic.")
        if self.figures_from and self.people is None:
            raise ValueError("figures_from needs people: the figures themselves.")
        if self.is_minimums_only:
            for field in ("boost", "maximum"):
                if getattr(self, field):
                    raise ValueError(f"{field} needs shares; there are only minimums here.")
            if self.voices != "population":
                raise ValueError("voices needs shares; there are only minimums here.")
            if ANY.casefold() in (g.casefold() for g in (*self.minimum, *self.minimum_share)):
                raise ValueError(f"{ANY} takes everyone else; it needs no minimum.")
        return self

    @model_validator(mode="after")
    def _follows_gaps(self) -> Self:
        if self.heard_rounds is not None and self.heard is None:
            raise ValueError("heard_rounds needs heard: the people heard in each group.")
        if self.heard is not None and self.is_minimums_only:
            raise ValueError("heard needs shares; there are only minimums here.")
        if self.heard is not None and self.voices != "population":
            raise ValueError("has both heard and voices, which each set the mix. Keep one of them.")
        return self

    @property
    def is_minimums_only(self) -> bool:
        """Whether there are groups and minimums, and no shares to follow."""
        return self.topic is None and self.shares is None and self.people is None


class Brief(Part):
    """A round's request: the place, how many people, and the mix to hear from."""

    title: Name
    people_wanted: Annotated[int, whole(1, MOST_PEOPLE, "People wanted")]
    areas: tuple[Name, ...] = ()
    lowest_age: Annotated[int, whole(0, 90, "The lowest age")] | None = None
    highest_age: Annotated[int, whole(0, 89, "The highest age")] | None = None
    programme: Name | None = None
    audience: Audience = "residents"
    at_least_one_above: Share | None = None
    count: Counting = "planned"
    partial_counts: StrictBool = False
    rounding: Rounding = "closest"
    aim: Aim = "mirror"
    seed: Annotated[int, whole(0, 2**31 - 1, "The seed")] = 1
    effort: Annotated[int, whole(1, 10, "The effort")] = 1
    seconds: Annotated[int, whole(1, 3600, "The seconds")] = 10
    chance: Share | None = None
    keep_unlikely: tuple[Name, ...] = ()
    leave_out: tuple[LeaveOut, ...] = ()
    rule: tuple[RuleBrief, ...] = ()
    joint: tuple[JointBrief, ...] = ()
    split: tuple[SplitBrief, ...] = ()
    characteristic: tuple[CharacteristicBrief, ...] = ()

    @field_validator("keep_unlikely")
    @classmethod
    def _are_rules(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return the names as the written list has them, each once."""
        written = {key(name): name for name in UNLIKELY_NAMES}
        for i, name in enumerate(names):
            if key(name) not in written:
                text = f"There is no unlikely pair called {name!r}."
                hint = did_you_mean(name, UNLIKELY_NAMES)
                raise at_field(f"keep_unlikely[{i}]", f"{text}{hint}")
        return tuple(dict.fromkeys(written[key(name)] for name in names))

    @model_validator(mode="after")
    def _fits(self) -> Self:
        high = self.highest_age
        if high is not None and high < self.starts_at:
            text = f"The highest age, {high}, is below the lowest, {self.starts_at}."
            raise at_field("highest_age", text)
        if self.at_least_one_above is not None and self.at_least_one_above > 1:
            raise at_field("at_least_one_above", "must be a share between 0 and 1, such as 0.05.")
        if self.chance is not None and not 0 < self.chance < 1:
            raise at_field("chance", "must be a share between 0 and 1, such as 0.8.")
        if len(self.split) > 1:
            raise at_field("split[1]", "A brief has one split. Leave the others out.")
        for part in self.split:
            there = sum(part.people.values())
            if there != self.people_wanted:
                raise at_field(
                    "split[0].people",
                    f"The parts have {there:,} people and the round wants {self.people_wanted:,}.",
                )
        return self

    @property
    def starts_at(self) -> int:
        """The lowest age: as set, else where the first age band begins, else 16."""
        if self.lowest_age is not None:
            return self.lowest_age
        for part in self.characteristic:
            if part.bands and (found := re.match(r"\s*([0-9]{1,3})", part.bands[0])):
                return int(found[1])
        return DEFAULT_LOWEST_AGE

    def to_toml(self) -> str:
        """Write the brief as a TOML file that `read` takes back unchanged."""
        return tomli_w.dumps(self.model_dump(exclude_defaults=True), multiline_strings=False)

    def alone(self, part: CharacteristicBrief) -> Brief:
        """Return the brief with this characteristic only, and nothing across characteristics."""
        across: dict[str, tuple[object, ...]] = dict.fromkeys(
            ("leave_out", "rule", "joint", "split"), ()
        )
        return self.model_copy(update={"characteristic": (part,), **across})

    def with_characteristic(self, index: int, **changes: object) -> Brief:
        """Return the brief with one characteristic changed and everything checked again."""
        parts = [part.model_dump() for part in self.characteristic]
        parts[index] = parts[index] | changes
        return from_values(self.model_dump() | {"characteristic": parts})

    def changed(self, **changes: object) -> Brief:
        """Return the brief with fields changed and everything checked again."""
        return from_values(self.model_dump() | changes)


def from_values(values: Mapping[str, Any]) -> Brief:
    """Return the brief of plain values.

    Raises `BriefError`, each problem with its field and what is allowed.
    """
    try:
        return Brief.model_validate(dict(values))
    except ValidationError as error:
        raise BriefError([_problem(one) for one in error.errors(include_input=False)]) from None


def read(text: str) -> Brief:
    """Return the brief a TOML text holds; raises `BriefError`."""
    try:
        values = tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        raise BriefError([("", "This is not a TOML file: it is nested too deeply.")]) from None
    except ValueError as error:
        what = str(error) if isinstance(error, tomllib.TOMLDecodeError) else "a number is too long"
        raise BriefError([("", f"This is not a TOML file: {what}.")]) from None
    return from_values(values)


def read_file(path: Path) -> Brief:
    """Return the brief of a file; raises `BriefError`."""
    try:
        if path.stat().st_size > LARGEST_BRIEF_BYTES:
            raise BriefError([("", "This file is too large for a brief.")])
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise BriefError([("", "There is no such file.")]) from None
    except OSError as error:
        raise BriefError([("", f"The file cannot be read ({error.strerror}).")]) from None
    except UnicodeDecodeError:
        raise BriefError([("", "This is not a text file in UTF-8.")]) from None
    return read(text)


def field_path(location: tuple[int | str, ...]) -> str:
    """Write where in a brief a field stands.

    >>> field_path(("characteristic", 0, "minimum", "Pakistani"))
    'characteristic[0].minimum.Pakistani'
    """
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]":
            path += f".{step}" if path else step
    return path


KINDS = {
    "string_type": "must be a text.",
    "string_too_short": "cannot be empty.",
    "string_too_long": "is too long.",
    "bool_type": "must be true or false.",
    "bool_parsing": "must be true or false.",
    "tuple_type": "must be a list.",
    "dict_type": 'must be a table of groups, such as { "Low" = 0.2 }.',
    "model_type": "must be a table.",
    "model_attributes_type": "must be a table.",
    "missing": "is missing.",
}


PARTS: dict[str, type[Part]] = {"characteristic": CharacteristicBrief, "leave_out": LeaveOut}


def _problem(error: Any) -> tuple[str, str]:
    location, kind = tuple(error["loc"]), error["type"]
    field = field_path(location)
    if kind == "extra_forbidden":
        models: dict[str, type[Part]] = {
            "characteristic": CharacteristicBrief,
            "leave_out": LeaveOut,
        }
        model = models.get(str(location[0]), Brief) if len(location) > 1 else Brief
        near = difflib.get_close_matches(str(location[-1]), list(model.model_fields), n=1)
        hint = f"Did you mean {near[0]}?" if near else f"Keys are {', '.join(model.model_fields)}."
        return field, f"is a key no brief has. {hint}"
    if kind == "at_field":
        return str(error["ctx"]["field"]), str(error["ctx"]["text"])
    if kind == "value_error":
        return field, str(error["ctx"]["error"])
    if kind == "literal_error":
        return field, f"must be {error['ctx']['expected']}."
    return field, KINDS.get(kind, "cannot be read.")
