"""A past round as it is given, and its words: what is missing, what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape
from typing import NamedTuple

from sampler.brief import Audience, Brief, CharacteristicBrief
from sampler.model import Plan, Totals
from sampler.ui import show
from sampler.words import count, group_words

NO_PEOPLE = (
    "It was added by its totals: how many people were heard in each group. Nobody is recorded in "
    "it, so there is nobody to contact, erase or book."
)


class Given(NamedTuple):
    """What was entered of a past round, but for its counts."""

    title: str
    programme: str | None
    audience: Audience
    on: date | None
    heard: int | None
    areas: tuple[str, ...]
    characteristic: tuple[CharacteristicBrief, ...]
    lowest_age: int | None = None
    highest_age: int | None = None


def brief_of(given: Given, people: int) -> Brief:
    """Return the brief of a past round in which so many people were heard."""
    return Brief(
        title=given.title or "Past round",
        programme=given.programme,
        audience=given.audience,
        people_wanted=people,
        areas=given.areas,
        lowest_age=given.lowest_age,
        highest_age=given.highest_age,
        characteristic=given.characteristic,
    )


def missing(given: Given) -> list[str]:
    """Say what is still to be filled in, all at once."""
    said = []
    if not given.title:
        said.append("The round needs a name.")
    if given.on is None:
        said.append("Say when it was.")
    if not given.areas and any(part.topic for part in given.characteristic):
        said.append("Choose the place: what is expected comes from its census.")
    if not given.characteristic:
        said.append("Choose at least one characteristic that was counted.")
    return said


def problems_note(problems: Sequence[str]) -> str:
    """Draw everything that keeps a past round from being stored."""
    title = f"{count(len(problems), 'thing')} to put right"
    items = "".join(f"<li>{escape(one)}</li>" for one in problems)
    return show.note(title, kind="bad", more=f'<ul class="sp-problems">{items}</ul>')


def as_text(totals: Totals, plan: Plan) -> str:
    """Write totals as the text they can be read from again, groups without anybody too."""
    lines = []
    for part in plan.characteristics:
        counts = totals.counts.get(part.name)
        if counts is None:
            continue
        named = list(part.groups) if all(group in part.groups for group in counts) else list(counts)
        lines += [part.name, *(f"{group}, {counts.get(group, 0)}" for group in named), ""]
    return "\n".join(lines).strip()


def totals_table(totals: Totals, plan: Plan) -> str:
    """Draw the counts of a past round, one body for each characteristic."""
    bodies = []
    for part in plan.characteristics:
        counts = totals.counts.get(part.name, {})
        if not counts:
            continue
        order = {group: i for i, group in enumerate(part.groups)}
        rows = "".join(
            f'<tr><th scope="row">{escape(group_words(group, part.topic))}</th>'
            f'<td class="n">{number:,}</td></tr>'
            for group, number in sorted(counts.items(), key=lambda one: order.get(one[0], 0))
        )
        bodies.append(
            '<tbody><tr class="group"><th scope="rowgroup" colspan="2">'
            f"{escape(part.name)}</th></tr>{rows}</tbody>"
        )
    return show.box(
        '<table class="totals"><caption>People heard, by group</caption><thead><tr>'
        '<th scope="col">Group</th><th scope="col" class="n">Heard</th></tr></thead>'
        f"{''.join(bodies)}</table>"
    )
