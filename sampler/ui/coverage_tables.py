"""What the Coverage page draws: people against quotas."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from sampler.model import Plan
from sampler.people.coverage import Coverage, CoverageRow, CoveredCharacteristic, Profile
from sampler.ui.show import bar, box, marks, marks_key, state
from sampler.words import count, group_words

BARE_ANSWERS = {"low", "medium", "high", "yes", "no", "none", "some", "1", "2"}
"""Groups that say nothing alone and carry their characteristic in a profile."""


def seat_strip(found: Coverage) -> str:
    """Draw every seat of the round in one strip with its key."""
    booked = found.counted - found.secured if found.counting == "planned" else 0
    over = max(0, found.counted - found.people_wanted)
    filled = min(found.secured, found.people_wanted)
    booked = max(0, min(booked, found.people_wanted - filled))
    strip = marks(filled, booked, found.left, over, big=True)
    if strip:
        return box(strip + marks_key())
    drawn = bar(found.counted, found.people_wanted)
    return box(f'<span class="sp-track" aria-hidden="true">{drawn}</span>')


def _row_marks(row: CoverageRow) -> str:
    over = row.over
    filled = min(row.secured, row.counted - over)
    booked = max(0, row.counted - over - filled)
    return marks(filled, booked, row.gap, over)


def wanted_words(filled: str, low: int, target: int, high: int, people_wanted: int) -> str:
    """Write how many there are of how many wanted.

    >>> wanted_words("1", 2, 2, 2, 10), wanted_words("1", 1, 2, 3, 10)
    ('1 of 2', '1 of 1 to 3')
    """
    if low == high:
        return f"{filled} of {target:,}"
    if high >= people_wanted:
        return f"{filled} of {low:,} or more" if low else filled
    return f"{filled} of {low:,} to {high:,}"


def _wanted_words(row: CoverageRow, people_wanted: int) -> str:
    filled = f"{row.counted:,}"
    if not row.has_quota:
        return filled
    return wanted_words(filled, row.low, row.target, row.high, people_wanted)


def coverage_table(found: Coverage, plan: Plan, *, only_gaps: bool) -> str:
    """Draw one table with a body a characteristic: filled, seats, what is missing."""
    bodies = []
    for part in found.characteristics:
        planned = plan.named(part.name)
        rows = [row for row in part.rows if _is_shown(row, only_gaps)]
        if not rows and not (part.counted - part.known):
            continue
        drawn = "".join(
            _coverage_row(row, group_words(row.group, planned.topic if planned else None), found)
            for row in rows
        )
        bodies.append(
            '<tbody><tr class="group"><th scope="rowgroup" colspan="4">'
            f"{escape(part.name)}</th></tr>{drawn}{_unknown_row(part)}</tbody>"
        )
    if not bodies:
        return box("<p>No group is missing.</p>")
    head = (
        '<thead><tr><th scope="col" class="g">Group</th><th scope="col" class="n f">Filled</th>'
        '<th scope="col" class="after wide">Seats</th>'
        '<th scope="col" class="after m">What is missing</th></tr></thead>'
    )
    return box(
        '<table class="cov fix"><caption>People against quotas, by group</caption>'
        f"{head}{''.join(bodies)}</table>"
    )


def _is_shown(row: CoverageRow, only_gaps: bool) -> bool:
    if only_gaps:
        return row.gap > 0
    return bool(row.target or row.counted or row.high)


def _coverage_row(row: CoverageRow, name: str, found: Coverage) -> str:
    seats = _row_marks(row)
    narrow = f'<span class="sp-narrowmarks">{seats}</span>' if seats else ""
    return (
        f'<tr><th scope="row">{escape(name)}{narrow}</th>'
        f'<td class="n">{_wanted_words(row, found.people_wanted)}</td>'
        f'<td class="after wide">{seats}</td><td class="after">{state(row.state)}</td></tr>'
    )


def _unknown_row(part: CoveredCharacteristic) -> str:
    unknown = part.counted - part.known
    if not unknown:
        return ""
    words = f"{part.name} known for {part.known} of {part.counted}"
    return (
        f'<tr><th scope="row"><span class="sp-hint">{escape(words)}</span></th>'
        f'<td class="n">{unknown}</td><td class="after wide"></td>'
        '<td class="after"><span class="sp-hint">counted in the total, in no group</span></td></tr>'
    )


def profile_words(profile: Profile, plan: Plan) -> str:
    """Write a profile as a reader says it: "Pakistani, 55 and over, low digital confidence"."""
    words: list[str] = []
    for name, group in profile.groups:
        part = plan.named(name)
        text = group_words(group, part.topic if part else None)
        if text.casefold() in BARE_ANSWERS:
            text = f"{text.lower()} {name.lower()}"
        words.append(text if not words else text[:1].lower() + text[1:] if _lowers(name) else text)
    return ", ".join(words)


def _lowers(name: str) -> bool:
    return name not in ("Ethnic group", "Where they live")


def who_next(profiles: Sequence[Profile], plan: Plan, found: Coverage) -> str:
    """Draw the panel "Who to look for next": at most three people to find."""
    most_gaps = sum(bool(part.missing) for part in found.characteristics)
    items = []
    for i, profile in enumerate(profiles):
        gaps = count(profile.closes, "gap")
        is_most = i == 0 and profile.closes == most_gaps > 1
        most = ": the most one person can" if is_most else ""
        said = f"Closes {gaps}{most}." if profile.closes else "Closes no gap, but fits the mix."
        fits = f" {escape(profile.fits)}" if profile.fits else ""
        items.append(
            f"<li><div><b>{escape(profile_words(profile, plan))}</b><br>"
            f'<span class="sp-hint">{said}{fits}</span></div></li>'
        )
    return box(
        f'<h2 class="sub">Who to look for next</h2><ol class="sp-look">{"".join(items)}</ol>',
        "sp-panel",
    )
