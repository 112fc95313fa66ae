"""A publication: all that may be shown of an audience, its states, and how it is written.

Every word of it follows from what is in it, and nothing in it is an exact count of people.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

from sampler.brief import Audience
from sampler.errors import SamplerError
from sampler.programmes.bands import FIVE, Band, read_band
from sampler.programmes.programme import AUDIENCE_ONE, AUDIENCE_WORDS
from sampler.words import count, day, group_words, percent

MET = "met"
PARTLY = "partly met"
NOT_MET = "not met"
FEW_KNOWN = "Not shown: the group is known for fewer than 5 people."
REGROUPED = "Not shown: it was published in other groups before."
HOW = (
    "Numbers of people are given in fives. Met: at least as many were heard as could be expected "
    "of the group’s share, rounded down. Partly met: fewer. Not met: nobody. A handful of people "
    "cannot speak for a whole group; this shows who had a chance to be heard."
)


@dataclass(frozen=True)
class SharedGroup:
    """One group as it may be shown; `share` is the population's, to a tenth of a per cent.

    `living` are the people of the group in the place, None where that is not known.
    """

    name: str
    share: Fraction | None
    heard: Band
    known: Band
    topic: str | None = None
    living: int | None = None

    @property
    def words(self) -> str:
        """The group as running text has it."""
        return group_words(self.name, self.topic)

    @property
    def threshold(self) -> int | None:
        """How many could be expected of the least that are known, rounded down. Not for showing."""
        return None if self.share is None else math.floor(self.share * self.known.low)

    @property
    def state(self) -> str:
        """Whether as many were heard as expected, as far as the band says; empty without a share.

        >>> known = Band(20, 24)
        >>> [SharedGroup("", Fraction(1, 4), b, known).state for b in (Band(0, 0), Band(5, 9))]
        ['not met', 'met']
        >>> [SharedGroup("", Fraction(n, 10), Band(1, 4), known).state for n in (0, 1, 3)]
        ['met', 'met or partly met', 'partly met']
        """
        if self.threshold is None:
            return ""
        if self.heard.high == 0:
            return NOT_MET
        possible = [MET] if self.heard.high >= self.threshold else []
        if self.heard.low < self.threshold and max(self.heard.low, 1) < self.threshold:
            possible.append(PARTLY)
        if self.heard.low == 0:
            possible.append(NOT_MET)
        return " or ".join(possible)


@dataclass(frozen=True)
class SharedPart:
    """One characteristic as it may be shown, or `not_shown` with the reason and no groups."""

    name: str
    topic: str | None
    known: Band
    groups: tuple[SharedGroup, ...]
    not_shown: str = ""


@dataclass(frozen=True)
class Publication:
    """All that may be shown of an audience on a day. Equal ones look alike in every form.

    `first` and `last` are the days of its rounds, None where nothing says them.
    """

    audience: Audience
    place: str
    on: date
    show_zeros: bool
    people: Band
    rounds: int
    left_out: int
    parts: tuple[SharedPart, ...]
    first: date | None = None
    last: date | None = None

    @property
    def answer(self) -> str:
        """Say in a sentence how many were heard."""
        said = f"{self.people.words} {AUDIENCE_ONE[self.audience][1]}"
        return f"We have heard from {said} in {count(self.rounds, 'round')}."

    @property
    def notes(self) -> tuple[str, ...]:
        """What to know of it: rounds left out, and how to read it."""
        some = "1 round with" if self.left_out == 1 else f"{self.left_out} rounds, each with"
        few = [f"{some} fewer than 5 people, left out."] if self.left_out else []
        zeros = [] if self.show_zeros else ["“Fewer than 5” may also be nobody."]
        return (*few, *zeros, HOW)


def to_value(one: Publication) -> dict[str, Any]:
    """Return a publication as JSON has it."""
    return {
        "audience": one.audience,
        "place": one.place,
        "on": one.on.isoformat(),
        "show_zeros": one.show_zeros,
        "people": one.people.words,
        "rounds": one.rounds,
        "rounds_left_out": one.left_out,
        "first": one.first and one.first.isoformat(),
        "last": one.last and one.last.isoformat(),
        "characteristics": [_part_value(part) for part in one.parts],
    }


def _part_value(part: SharedPart) -> dict[str, Any]:
    value: dict[str, Any] = {"name": part.name, "topic": part.topic}
    if part.not_shown:
        return value | {"not_shown": part.not_shown}
    groups = [
        {
            "group": g.name,
            "share": None if g.share is None else percent(g.share),
            "living": g.living,
            "heard": g.heard.words,
            "state": g.state,
        }
        for g in part.groups
    ]
    return value | {"known": part.known.words, "groups": groups}


def to_json(one: Publication) -> str:
    """Write a publication for the store."""
    return json.dumps(to_value(one), ensure_ascii=False)


def read(text: str) -> Publication:
    """Read what `to_json` wrote; raises `SamplerError` where it is something else."""
    try:
        value = json.loads(text)
        zeros = bool(value["show_zeros"])
        return Publication(
            value["audience"],
            value["place"],
            date.fromisoformat(value["on"]),
            zeros,
            read_band(value["people"], show_zeros=zeros),
            int(value["rounds"]),
            int(value["rounds_left_out"]),
            tuple(_read_part(part, zeros) for part in value["characteristics"]),
            _read_day(value.get("first")),
            _read_day(value.get("last")),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise SamplerError("A published snapshot cannot be read.") from error


def _read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _read_part(value: dict[str, Any], zeros: bool) -> SharedPart:
    name, topic = value["name"], value["topic"]
    if why := value.get("not_shown"):
        high = FIVE - 1 if why == FEW_KNOWN else 0
        return SharedPart(name, topic, Band(0, high), (), why)
    known = read_band(value["known"], show_zeros=zeros)
    groups = tuple(
        SharedGroup(
            g["group"],
            None if g["share"] is None else Fraction(g["share"].removesuffix("%")) / 100,
            read_band(g["heard"], show_zeros=zeros),
            known,
            topic,
            g.get("living", 0),  # not kept at first: then the report does not name the group
        )
        for g in value["groups"]
    )
    return SharedPart(name, topic, known, groups)


def text(one: Publication) -> str:
    """Write a publication as plain text, one table for each characteristic."""
    where = f", {one.place}" if one.place else ""
    lines = [f"{AUDIENCE_WORDS[one.audience]}{where}, {day(one.on)}", one.answer]
    for part in one.parts:
        lines += ["", part.name]
        if part.not_shown:
            lines.append(f"  {part.not_shown}")
            continue
        rows = [
            (g.words, "" if g.share is None else percent(g.share), g.heard.words, g.state)
            for g in part.groups
        ]
        wide = [max(len(row[i]) for row in rows) for i in range(3)]
        lines += [
            f"  {name:<{wide[0]}}  {share:>{wide[1]}}  {heard:<{wide[2]}}  {state}".rstrip()
            for name, share, heard, state in rows
        ]
        lines.append(f"  Group known for {part.known.words} people.")
    return "\n".join([*lines, "", *one.notes])
