"""Which moves make sense from each stage, who drops out by one, and the list for the day."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, time
from typing import Literal

from sampler.model import Participant, Stage
from sampler.people.tracking import BOOKED, POSSIBLE, STAGE_WORDS, STAGES, is_planned

CORRECTION = "Correct a mistake"
"""What any other move is called."""
OUTCOMES: tuple[Stage, ...] = ("attended", "partial", "no_show")
CANCELLED: tuple[Stage, ...] = ("cancelled_by_them", "cancelled_by_us")

_GONE: tuple[Stage, ...] = (*CANCELLED, "withdrawn")
_MOVES: dict[Stage, tuple[Stage, ...]] = {
    "approached": (
        "interested",
        "screened_in",
        "screened_out",
        "cancelled_by_them",
        "withdrawn",
    ),
    "interested": ("screened_in", "screened_out", "offered", *_GONE),
    "screened_in": ("offered", "confirmed", "screened_out", *_GONE),
    "screened_out": ("screened_in", "withdrawn"),
    "offered": ("confirmed", *OUTCOMES, *_GONE),
    "confirmed": ("reminded", *OUTCOMES, *_GONE),
    "reminded": (*OUTCOMES, *_GONE),
    "attended": ("withdrawn",),
    "partial": ("attended", "withdrawn"),
    "no_show": ("offered", "confirmed", "withdrawn"),
    "cancelled_by_them": ("interested", "offered", "withdrawn"),
    "cancelled_by_us": ("offered", "withdrawn"),
    "withdrawn": (),
}


def moves(stage: Stage) -> tuple[Stage, ...]:
    """Return the stages that come next from a stage, in the order a researcher expects.

    >>> moves("reminded")[:2], moves("withdrawn")
    (('attended', 'partial'), ())
    """
    return _MOVES[stage]


def is_move(before: Stage, after: Stage) -> bool:
    """Say whether a move makes sense; staying is no move."""
    return after in _MOVES[before]


def corrections(stage: Stage) -> tuple[Stage, ...]:
    """Return every other stage: to go there is to correct a mistake, and allowed."""
    return tuple(other for other in STAGES if other != stage and not is_move(stage, other))


def move_words(before: Stage, after: Stage) -> str:
    """Name a move as a list of moves shows it.

    >>> move_words("confirmed", "reminded"), move_words("attended", "confirmed")
    ('Reminded', 'Correct a mistake: Confirmed')
    """
    words = STAGE_WORDS[after]
    return words if before == after or is_move(before, after) else f"{CORRECTION}: {words}"


def moved(person: Participant, stage: Stage, on: date) -> Participant:
    """Return the person at another stage since this day; the same person where it is theirs."""
    if person.stage == stage:
        return person
    return person.model_copy(update={"stage": stage, "stage_on": on})


def drops_out(before: Participant, after: Participant, *, partial_counts: bool) -> bool:
    """Say whether a place the person took, booked or heard, is free again.

    So it is too where somebody booked is made a reserve. A round that counts only those heard
    loses a person booked all the same.
    """
    return is_planned(before, partial_counts=partial_counts) and not is_planned(
        after, partial_counts=partial_counts
    )


def suggests_erasure(stage: Stage) -> bool:
    """Say whether somebody at this stage has asked to be left out: erase them, if they wish so."""
    return stage == "withdrawn"


Tap = Literal["attended", "no_show", "incentive"]
TAP_WORDS: dict[Tap, str] = {
    "attended": "Attended",
    "no_show": "No-show",
    "incentive": "Incentive sent",
}


@dataclass(frozen=True)
class Due:
    """Somebody on the list for a day: the day and time of their slot, and the taps left.

    `is_late` marks one whose slot was on an earlier day and who is still to be marked.
    """

    person: Participant
    day: date
    at: time
    is_late: bool
    taps: tuple[Tap, ...]


def due_on(day: date, everyone: Iterable[Participant]) -> list[Due]:
    """Return who has a slot that day, and who had an earlier one and no outcome, in time order.

    Reserves are among them, for they stand by. Whoever cancelled, withdrew or was screened out
    is not.
    """
    found = []
    for person in everyone:
        if person.slot is None:
            continue
        when = person.slot.date()
        is_late = when < day and person.stage in BOOKED
        is_today = when == day and person.stage in (*BOOKED, *OUTCOMES, *POSSIBLE)
        if is_late or is_today:
            found.append(Due(person, when, person.slot.time(), is_late, taps(person)))
    return sorted(found, key=lambda due: (due.day, due.at, in_order(due.person.reference)))


def taps(person: Participant) -> tuple[Tap, ...]:
    """Return what is still to be tapped for somebody: came or not, then the incentive."""
    if person.stage in ("attended", "partial"):
        return () if person.incentive_on else ("incentive",)
    return () if person.stage == "no_show" else ("attended", "no_show")


def tapped(person: Participant, tap: Tap, on: date) -> Participant:
    """Return the person after a tap on this day. Tapping what is so already changes nothing."""
    if tap == "incentive":
        changes = {} if person.incentive_on else {"incentive_on": on}
        return person.model_copy(update=changes) if changes else person
    return moved(person, tap, on)


def in_order(reference: str) -> tuple[tuple[int, int, str], ...]:
    """Return what puts references in order, numbers by their size.

    >>> sorted(["P10", "P9", "A1"], key=in_order)
    ['A1', 'P9', 'P10']
    """
    parts = re.findall(r"[0-9]+|[^0-9]+", reference)
    return tuple((0, int(p), p) if p[0] in "0123456789" else (1, 0, p) for p in parts)
