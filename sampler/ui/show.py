"""The patterns every page is drawn with: pure functions, values in and HTML out, all escaped."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

from sampler.model import PlannedCharacteristic
from sampler.words import group_words

MOST_MARKS = 20
"""Above this many in one group the number is enough."""
STEPS = (
    "Population",
    "Mix and quotas",
    "Seats",
    "Participants",
    "Coverage",
    "Recruitment sheet",
)


def plain(text: str) -> str:
    r"""Return typed text so that a label or title shows it as it is, not as Markdown.

    >>> print(plain("£5 *or* [more]"))
    £5 \*or\* \[more\]
    """
    return re.sub(r"([\\`*_~\[\](){}!$:<>#|])", r"\\\1", text)


def box(inner: str, classes: str = "") -> str:
    """Wrap a piece of page so that the style sheet reaches it."""
    return f'<div class="sp {classes}">{inner}</div>'


def step_line(step: str, title: str, facts: Sequence[str]) -> str:
    """Say where in the work we are: "Step 2 of 6 · Council tax discovery · Birmingham".

    A page beside the steps, such as Today, names the round alone.
    """
    more = "".join(f'<span class="wide"> · {escape(fact)}</span>' for fact in facts if fact)
    at = f"Step {STEPS.index(step) + 1} of {len(STEPS)} · " if step in STEPS else ""
    return box(f'<p class="sp-kicker">{at}<b>{escape(title)}</b>{more}</p>')


def lead(text: str) -> str:
    """Draw the one or two sentences under a title."""
    return box(f'<p class="sp-lead">{escape(text)}</p>')


def answer(text: str) -> str:
    """Draw the answer of a page as a sentence."""
    return box(f'<p class="sp-big">{escape(text)}</p>')


def muted(text: str) -> str:
    """Draw a line of small muted text: a source, a hint, "Saved"."""
    return box(f'<p class="sp-source">{escape(text)}</p>')


def hint(text: str) -> str:
    """Draw a muted line in the size of running text."""
    return box(f'<p class="sp-hint">{escape(text)}</p>')


def note(title: str, *sentences: str, kind: str = "", more: str = "") -> str:
    """Draw a note: a fact, then a sentence or two. `kind` is "", "calm" or "bad"."""
    inner = "".join(f"<p>{escape(sentence)}</p>" for sentence in sentences if sentence)
    return box(
        f'<div class="sp-note {kind}"><h2 class="sub">{escape(title)}</h2>{inner}{more}</div>'
    )


def panel(big: str, source: str) -> str:
    """Draw the paper-coloured box with the one answer of a page and its source."""
    return box(
        f'<p class="sp-big">{escape(big)}</p><p class="sp-source">{escape(source)}</p>', "sp-panel"
    )


def details(summary: str, inner: str) -> str:
    """Draw something to open on demand; `inner` is HTML already."""
    return (
        f'<details><summary class="more">{escape(summary)}</summary>'
        f'<div class="sp-opened">{inner}</div></details>'
    )


def table(
    caption: str,
    heads: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[str]],
    *,
    classes: str = "",
) -> str:
    """Draw a table whose first column is the row's header.

    `heads` are label and class ("n" for numbers, "wide" to hide on a phone); cells are HTML.
    """
    head = "".join(
        f'<th scope="col" class="{kind}">{escape(label)}</th>'
        if label
        else f'<td class="{kind}"></td>'
        for label, kind in heads
    )
    body = "".join(
        "<tr>"
        + f'<th scope="row">{row[0]}</th>'
        + "".join(
            f'<td class="{kind}">{cell}</td>'
            for cell, (_, kind) in zip(row[1:], heads[1:], strict=True)
        )
        + "</tr>"
        for row in rows
    )
    return box(
        f'<table class="{classes}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def bar(part: float, whole: float, kind: str = "") -> str:
    """Draw a bar as long as `part` is of `whole`; it stands beside its number."""
    width = min(100.0, part / whole * 100) if whole else 0.0
    return f'<span class="sp-bar {kind}" style="width:{width:.1f}%"></span>'


def marks(
    filled: int, booked: int = 0, to_find: int = 0, over: int = 0, *, big: bool = False
) -> str:
    """Draw seat marks: attended, booked, still to find, more than wanted. Nothing above 20."""
    if filled + booked + to_find + over > (2 if big else 1) * MOST_MARKS:
        return ""
    kinds = [""] * filled + ["booked"] * booked + ["open"] * to_find + ["over"] * over
    seats = "".join(f'<span class="sp-seat {kind}"></span>' for kind in kinds)
    size = " big" if big else ""
    return f'<span class="sp-seats{size}" aria-hidden="true">{seats}</span>'


def marks_key() -> str:
    """Draw what the four marks mean."""
    kinds = [("", "attended"), ("booked", "booked"), ("open", "still to find")]
    kinds.append(("over", "more than wanted"))
    items = "".join(
        f'<li><span class="sp-seat {kind}" aria-hidden="true"></span>{word}</li>'
        for kind, word in kinds
    )
    return f'<ul class="sp-key">{items}</ul>'


def state(words: str) -> str:
    """Draw a state with its own mark; the words say it all."""
    kind = "none"
    if words.endswith(("to find", "fewer")) or words == "nobody yet":
        kind = "gap"
    elif words.endswith((" over", " more")):
        kind = "over"
    elif words in ("full", "in range", "as expected"):
        kind = "ok"
    return (
        f'<span class="sp-state {kind}"><span class="sp-i {kind}" aria-hidden="true"></span>'
        f"{escape(words)}</span>"
    )


def label(part: PlannedCharacteristic, group: str) -> str:
    """Return a group as the pages write it."""
    return group_words(group, part.topic)


def person_row(title: str, text: str) -> str:
    """Draw somebody by reference with a line about them, beside what can be done."""
    return box(
        f'<p class="sp-person"><b>{escape(title)}</b>'
        f'<span class="sp-hint">{escape(text)}</span></p>'
    )


def due(when: str, reference: str, stage: str, groups: str) -> str:
    """Draw somebody due: the time, the reference, where they stand, and their groups."""
    return box(
        f'<h3 class="sp-due"><span>{escape(when)}</span> {escape(reference)}</h3>'
        f'<p class="sp-source">{escape(stage)} · {escape(groups)}</p>'
    )


def sheet_preview(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str | int]]) -> str:
    """Draw a tab of the workbook as the recruiter sees it."""
    head = "".join(f'<th scope="col">{escape(label)}</th>' for label in heads)
    head = f"<thead><tr>{head}</tr></thead>" if heads else ""
    body = ""
    for row in rows:
        cells = "".join(
            f'<td class="{"n" if isinstance(cell, int) else ""}">{escape(str(cell))}</td>'
            for cell in row[1:]
        )
        body += f'<tr><th scope="row">{escape(str(row[0]))}</th>{cells}</tr>'
    return box(
        f'<div class="sp-sheet" tabindex="0" role="region" aria-label="{escape(caption)}">'
        f"<table><caption>{escape(caption)}</caption>{head}"
        f"<tbody>{body}</tbody></table></div>"
    )


def empty(title: str, sentence: str) -> str:
    """Draw an empty state: what is not there yet, and what it is for."""
    return box(f'<h2 class="sub">{escape(title)}</h2><p>{escape(sentence)}</p>')


def rounds_head() -> str:
    """Draw the heads of the list of rounds; each row below holds a link and these columns."""
    return box(
        '<div class="sp-rounds sp-roundshead" aria-hidden="true"><span class="r">Round</span>'
        "<span>Place</span><span>Filled</span><span>Where it stands</span></div>"
    )


def round_cells(place: str, filled: str, stands: str, missing: str) -> str:
    """Draw what stands beside a round's link."""
    more = f'<br><span class="sp-hint">{escape(missing)}</span>' if missing else ""
    return box(
        f'<div class="sp-rounds"><span>{escape(place)}</span><span>{escape(filled)}</span>'
        f"<span>{escape(stands)}{more}</span></div>"
    )


def bar_key(place: str) -> str:
    """Draw what the thick and the thin bar of a place stand for."""
    return box(
        '<ul class="sp-key wide"><li><span class="sp-bar have" aria-hidden="true"></span>'
        f'{escape(place)}</li><li><span class="sp-bar thin" aria-hidden="true"></span>'
        "England and Wales</li></ul>"
    )


def details_box(summary: str, text: str) -> str:
    """Draw a sentence to open on demand, on its own line."""
    return box(details(summary, f"<p>{escape(text)}</p>"))


def how_it_was_worked_out() -> str:
    """Draw the mathematics, for those who ask."""
    return box(
        "<p>For each characteristic the whole numbers add up to the people wanted, and the sum of "
        "the squares of (quota less ideal) is the smallest there is within every minimum and "
        "maximum. An integer program finds them; plain whole-number sums check the answer before "
        "it is shown. Without rules this is the largest remainder method. A tie goes to the "
        "larger group, then to the one listed first.</p><p>“More even” takes the square roots of "
        "the counts, “the same for each group” takes one for each. A share raised on purpose is "
        "set first, and the others shrink in proportion.</p>"
    )


def internal() -> str:
    """Mark a page whose exact counts are not for sharing."""
    return box('<span class="sp-internal">internal: exact counts</span>')
