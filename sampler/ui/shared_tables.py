"""What the Shared coverage page draws: a publication, its states, and the snapshots kept."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sampler.programmes.published import MET, NOT_MET, Publication, SharedPart
from sampler.store.programmes import Snapshot
from sampler.ui.show import box, table
from sampler.words import day, percent

HALF, TICK, OPEN = "half", "ok", "gap"


def publication(one: Publication) -> str:
    """Draw all that a publication shows: the answer, a table for each characteristic, its notes."""
    parts = "".join(_part(part) for part in one.parts)
    notes = "".join(f'<p class="sp-source">{escape(note)}</p>' for note in one.notes)
    return box(f'<p class="sp-big">{escape(one.answer)}</p>{parts}{notes}')


def _part(part: SharedPart) -> str:
    head = f'<h2 class="sub sp-part">{escape(part.name)}</h2>'
    if part.not_shown:
        return f'{head}<p class="sp-hint">{escape(part.not_shown)}</p>'
    has_share = any(group.share is not None for group in part.groups)
    rows = ""
    for group in part.groups:
        share = "" if group.share is None else percent(group.share)
        rows += (
            f'<tr><th scope="row">{escape(group.words)}</th>'
            + (f'<td class="n wide">{share}</td>' if has_share else "")
            + f'<td class="after">{escape(group.heard.words)}</td>'
            + (f'<td class="after">{state(group.state)}</td>' if has_share else "")
            + "</tr>"
        )
    heads = '<th scope="col">Group</th>'
    heads += '<th scope="col" class="n wide">Population</th>' if has_share else ""
    heads += '<th scope="col" class="after">Heard</th>'
    heads += '<th scope="col" class="after">Expected number</th>' if has_share else ""
    return (
        f'{head}<table class="fix shared"><caption>{escape(part.name)}: people heard, in fives'
        f"</caption><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"
        f'<p class="sp-source">Group known for {escape(part.known.words)} people.</p>'
    )


def state(words: str) -> str:
    """Draw whether a group is met with its own mark; the words say it all."""
    if not words:
        return ""
    mark = {MET: TICK, NOT_MET: OPEN}.get(words, HALF)
    return (
        f'<span class="sp-state {mark}"><span class="sp-i {mark}" aria-hidden="true"></span>'
        f"{escape(words)}</span>"
    )


def kept(every: Sequence[tuple[Snapshot, Publication]]) -> str:
    """Draw the snapshots kept, the newest first: when, how many were heard, and by whom."""
    heads = [("Published", ""), ("People heard", ""), ("Rounds", "n"), ("By", "after wide")]
    rows = [
        (
            escape(day(one.on)),
            escape(one.people.words),
            f"{one.rounds:,}",
            escape(snapshot.who) or '<span class="sp-hint">not said</span>',
        )
        for snapshot, one in every
    ]
    return table("Snapshots kept, the newest first", heads, rows, classes="kept")
