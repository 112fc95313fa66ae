"""Sentences of the Programme page: what is counted, what is asked, and past rounds."""

from __future__ import annotations

from collections.abc import Sequence

import census
from census.spelling import key
from census.topic import BROAD, DETAILED
from sampler.brief import CharacteristicBrief
from sampler.model import Round
from sampler.programmes import audiences
from sampler.programmes.audiences import AudienceSettings
from sampler.programmes.heard import HeardCharacteristic, RoundHeard
from sampler.programmes.programme import AUDIENCE_ONE, AudienceView
from sampler.ui.quota_tables import short_source
from sampler.words import count, day, listed

FEW_TITLES = 3
BESIDE = (
    "A handful of people cannot speak for a whole group; this shows who had a chance to be heard."
)


def is_past(one: Round) -> bool:
    """Say whether a round was added as a past one, by its totals; else its people were erased."""
    return one.totals is not None and not one.totals.of_erased


def past_line(one: Round) -> str:
    """Say what a past round is: "Past round, 28 heard, 3 March 2025"."""
    if one.totals is None:
        return ""
    return f"Past round, {one.totals.heard:,} heard, {day(one.totals.on)}"


def titles(names: Sequence[str], most: int = FEW_TITLES) -> str:
    """Name rounds: all of a few, else the first and how many more.

    >>> titles(["a", "b"]), titles(list("abcdef"))
    ('a and b', 'a, b, c and 3 more')
    """
    if len(names) <= most + 1:
        return listed(list(names))
    return f"{', '.join(names[:most])} and {len(names) - most:,} more"


def of_place(view: AudienceView) -> str:
    """Name the audience with its place: "citizens of Birmingham"."""
    many = AUDIENCE_ONE[view.audience][1]
    return f"{many} of {view.place}" if view.place else many


def source_line(view: AudienceView, part: HeardCharacteristic) -> str:
    """Say who is counted as heard, and where what is expected comes from."""
    rounds = count(len(part.rounds), "round")
    said = [f"Heard: people who attended, over {rounds} with {of_place(view)}."]
    if all(row.expected is None for row in part.rows):
        said.append("No share of these groups is known, so nothing is expected.")
    else:
        said.append(
            "Expected: people whose group is known times the share in "
            + short_source(part.part.source)
        )
    if unknown := part.heard - part.known:
        known = f"{part.known:,} of {part.heard:,}"
        are = "is" if unknown == 1 else "are"
        said.append(f"{part.name} known for {known}; {unknown:,} {are} in no group.")
    return " ".join([*said, BESIDE])


def totals_line(rounds: Sequence[RoundHeard]) -> str:
    """Say which rounds count by totals alone: added as past ones, or with their people erased."""
    past = [one.round for one in rounds if is_past(one.round)]
    erased = [one.round for one in rounds if one.round.totals and not is_past(one.round)]
    said = []
    if past:
        are = "1 past round counts" if len(past) == 1 else f"{len(past):,} past rounds count"
        said.append(f"{are} by totals alone: {titles([one.title for one in past])}.")
    if erased:
        of = "the people of 1 round were" if len(erased) == 1 else (
            f"the people of {len(erased):,} rounds were"
        )  # fmt: skip
        named = titles([one.title for one in erased])
        said.append(f"{of[0].upper()}{of[1:]} erased and their totals stay: {named}.")
    return " ".join(said)


def asked_words(parts: Sequence[CharacteristicBrief]) -> str:
    """Name what an audience is asked: "Ethnic group (broad), Age (16-34, 35+) and Sex"."""
    return listed([_asked(part) for part in parts])


def _asked(part: CharacteristicBrief) -> str:
    topic = census.find_topic(part.topic) if part.topic else None
    name = part.name or (topic.title if topic else "")
    if part.bands:
        return f"{name} ({', '.join(part.bands)})"
    grouping = topic.grouping(part.grouping) if topic is not None else ""
    return f"{name} ({grouping})" if grouping in (BROAD, DETAILED) else name


def differing(settings: AudienceSettings, rounds: Sequence[Round]) -> list[str]:
    """Say which rounds ask otherwise than their audience, each with how."""
    found = [(one, audiences.differences(settings, one.brief)) for one in rounds]
    return [f"{one.title}: {' '.join(said)}" for one, said in found if said]


def named(name: str, names: Sequence[str]) -> str | None:
    """Return the name among those given that reads the same."""
    return next((one for one in names if key(one) == key(name)), None)
