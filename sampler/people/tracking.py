"""Where participants stand: stages in words, who takes a place, and what they may answer."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Protocol, get_args

from sampler.brief import ANY, Counting
from sampler.model import (
    NOT_KNOWN,
    PREFER_NOT_TO_SAY,
    Answer,
    Participant,
    PlannedCharacteristic,
    Stage,
)
from sampler.words import count, listed, people

STAGES: tuple[Stage, ...] = get_args(Stage)
STAGE_WORDS: dict[Stage, str] = {
    "approached": "Approached",
    "interested": "Interested",
    "screened_in": "Screened in",
    "screened_out": "Screened out",
    "offered": "Offered",
    "confirmed": "Confirmed",
    "reminded": "Reminded",
    "attended": "Attended",
    "partial": "Attended in part",
    "no_show": "No-show",
    "cancelled_by_them": "Cancelled by them",
    "cancelled_by_us": "Cancelled by us",
    "withdrawn": "Withdrawn",
}
BOOKED: tuple[Stage, ...] = ("offered", "confirmed", "reminded")
POSSIBLE: tuple[Stage, ...] = ("screened_in", "interested", "approached")
"""Not booked and not gone: people who could still be offered a place, the nearest first."""

NOT_KNOWN_WORDS = "Not known"
PREFER_NOT_WORDS = "Prefer not to say"
OWN_WORDS = "In their own words"
BROAD_SUFFIX = ", detail not known"


def stage_named(words: str) -> Stage | None:
    """Return the stage of those words, case and spaces forgiven.

    >>> stage_named("no-show"), stage_named("screened in"), stage_named("gone")
    ('no_show', 'screened_in', None)
    """
    plain = re.sub(r"[\s_-]+", " ", words).strip().casefold()
    for stage in STAGES:
        if plain in (stage.replace("_", " "), re.sub(r"[\s_-]+", " ", STAGE_WORDS[stage]).lower()):
            return stage
    return None


class Stands(Protocol):
    """Somebody, or a standing alone: a stage, and whether as a reserve."""

    @property
    def stage(self) -> Stage:
        """Where they stand."""

    @property
    def reserve(self) -> bool:
        """Whether they are kept for any seat they fit."""


def is_secured(person: Stands, *, partial_counts: bool) -> bool:
    """Say whether the person was heard: attended, or in part where the round says so."""
    return person.stage == "attended" or (partial_counts and person.stage == "partial")


def recruiting_words(everyone: Iterable[Stands], *, is_full: bool, partial_counts: bool) -> str:
    """Say where a round's recruitment stands, which is full or not, by where its people do.

    A round with places left, nobody of whom is booked or in touch, waits for somebody to be found.
    """
    who = list(everyone)
    booked = any(one.stage in BOOKED and not one.reserve for one in who)
    in_touch = any(one.stage in POSSIBLE for one in who)
    heard = any(is_secured(one, partial_counts=partial_counts) for one in who)
    if not (booked or in_touch or heard):
        return "Ready to recruit"
    if is_full:
        return "Full" if booked else "Done"
    return "Recruiting" if booked or in_touch else "Nobody booked"


def is_planned(person: Stands, *, partial_counts: bool) -> bool:
    """Say whether the person was heard or is booked; a reserve who is booked is not."""
    return is_secured(person, partial_counts=partial_counts) or (
        person.stage in BOOKED and not person.reserve
    )


def is_counted(person: Stands, counting: Counting, *, partial_counts: bool) -> bool:
    """Say whether the person takes a place by the round's setting."""
    if counting == "secured":
        return is_secured(person, partial_counts=partial_counts)
    return is_planned(person, partial_counts=partial_counts)


def standing(person: Participant) -> str:
    """Say why somebody does not take a place.

    >>> standing(Participant(id="", reference="P05", stage="no_show"))
    'no-show'
    """
    if person.reserve and person.stage in BOOKED:
        return "reserve"
    return STAGE_WORDS[person.stage].lower()


def tally(everyone: Sequence[Participant], counting: Counting, *, partial_counts: bool) -> str:
    """Count people in a line: "12 people: 6 attended, 3 confirmed, 3 not counted"."""
    taken = [p for p in everyone if is_counted(p, counting, partial_counts=partial_counts)]
    stages = Counter(p.stage for p in taken)
    order = ("attended", "partial", *reversed(BOOKED))
    parts = [f"{stages[stage]} {STAGE_WORDS[stage].lower()}" for stage in order if stages[stage]]
    if len(everyone) > len(taken):
        parts.append(f"{len(everyone) - len(taken)} not counted")
    return f"{people(len(everyone))}: {', '.join(parts)}" if everyone else "Nobody yet"


def choices(part: PlannedCharacteristic) -> list[Answer]:
    """Return every answer a form offers for a characteristic, the groups first."""
    answers = [Answer(kind="group", text=group) for group in part.groups]
    broad = dict.fromkeys(quota.broad for quota in part.quotas if quota.broad)
    answers += [Answer(kind="broad", text=str(group)) for group in broad]
    return [*answers, Answer(kind="own_words"), PREFER_NOT_TO_SAY, NOT_KNOWN]


def answer_words(answer: Answer) -> str:
    """Write an answer as a form and the list of people show it.

    >>> answer_words(Answer(kind="broad", text="Asian"))
    'Asian, detail not known'
    """
    if answer.kind == "group":
        return answer.text
    if answer.kind == "broad":
        return answer.text + BROAD_SUFFIX
    if answer.kind == "own_words":
        return f"“{answer.text}”" if answer.text else OWN_WORDS
    return PREFER_NOT_WORDS if answer.kind == "prefer_not_to_say" else NOT_KNOWN_WORDS


def group_of(part: PlannedCharacteristic, answer: Answer) -> str | None:
    """Return the group an answer fills, or None: only a named group is filled.

    In a characteristic of minimums, whoever says anything that names no other group is "Any".
    """
    if answer.kind != "group":
        return None
    if answer.text in part.groups:
        return answer.text
    return ANY if part.basis == "minimums" else None


def recorded_note(number: int) -> str:
    """Say that people are already recorded when the place or the mix changes."""
    verb = "is" if number == 1 else "are"
    return f"{people(number)} {verb} already recorded. Their groups stay; the quotas change."


def gone(everyone: Sequence[Participant], counting: Counting, *, partial_counts: bool) -> str:
    """List the people not counted with the reason: "P05 (no-show), P11 (reserve)"."""
    out = [p for p in everyone if not is_counted(p, counting, partial_counts=partial_counts)]
    named = [f"{p.reference} ({standing(p)})" for p in out[:12]]
    if len(out) > 12:
        named.append(count(len(out) - 12, "more", "more"))
    return listed(named)
