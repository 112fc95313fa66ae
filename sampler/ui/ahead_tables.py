"""What Coverage draws of people expected to come: a table like that of people against quotas."""

from __future__ import annotations

from fractions import Fraction
from html import escape
from math import floor

from sampler.model import Plan
from sampler.people.ahead import Ahead, AheadRow
from sampler.people.turnout import in_100
from sampler.ui.coverage_tables import wanted_words
from sampler.ui.show import box, state
from sampler.words import group_words

NEAR_CERTAIN = Fraction(99, 100)


def expected_words(expected: Fraction) -> str:
    """Write people expected with one decimal where they are not whole, never rounded up.

    >>> [expected_words(Fraction(n, 20)) for n in (56, 19, 60)]
    ['2.8', '0.9', '3']
    """
    if expected.denominator == 1:
        return f"{expected.numerator:,}"
    tenths = floor(expected * 10)
    return f"{tenths // 10:,}.{tenths % 10}"


def chance_words(row: AheadRow) -> str:
    """Say in how many such rounds enough of those booked come; nothing where it is near certain."""
    if row.chance is None or not row.heard < row.low <= row.heard + row.booked:
        return ""
    return "" if row.chance > NEAR_CERTAIN else f"{in_100(row.chance)} of 100"


def state_words(row: AheadRow) -> str:
    """Return the state of a group in the words every page uses, at what is expected."""
    if not row.target and not row.high and not row.heard + row.booked:
        return "no quota"
    if row.gap_expected:
        least = max(0, row.gap_expected - row.unknown)
        to = f"{least} to " if least < row.gap_expected else ""
        return f"{to}{row.gap_expected} to find"
    if row.expected_people > row.high:
        return f"{row.expected_people - row.high} over"
    return "full" if row.expected_people >= row.target else "in range"


def expected_table(ahead: Ahead, plan: Plan, *, only_gaps: bool) -> str:
    """Draw every group at the expected show rate: who is expected, how sure, what is missing."""
    bodies = []
    for part in ahead.characteristics:
        rows = [row for row in part.rows if _is_shown(row, only_gaps)]
        if rows:
            drawn = "".join(_row(row, group_words(row.group, part.topic), plan) for row in rows)
            bodies.append(
                '<tbody><tr class="group"><th scope="rowgroup" colspan="4">'
                f"{escape(part.name)}</th></tr>{drawn}</tbody>"
            )
    if not bodies:
        return box("<p>No group is missing.</p>")
    has_chance = any(chance_words(row) for part in ahead.characteristics for row in part.rows)
    chance = '<th scope="col" class="after wide">Enough come in</th>'
    head = (
        '<thead><tr><th scope="col" class="g">Group</th><th scope="col" class="n f">Expected</th>'
        + (chance if has_chance else '<td class="after wide"></td>')
        + '<th scope="col" class="after m">What is missing</th></tr></thead>'
    )
    return box(
        '<table class="cov fix"><caption>People expected against quotas, by group</caption>'
        f"{head}{''.join(bodies)}</table>"
    )


def _is_shown(row: AheadRow, only_gaps: bool) -> bool:
    if only_gaps:
        return row.gap_expected > 0
    return bool(row.target or row.heard or row.booked or row.high)


def _row(row: AheadRow, name: str, plan: Plan) -> str:
    chance = chance_words(row)
    narrow = ""
    if chance:
        narrow = (
            f'<span class="sp-narrowmarks sp-hint sp-missing">enough in {escape(chance)}</span>'
        )
    wanted = wanted_words(
        expected_words(row.expected), row.low, row.target, row.high, plan.people_wanted
    )
    return (
        f'<tr><th scope="row">{escape(name)}{narrow}</th><td class="n">{wanted}</td>'
        f'<td class="after wide sp-hint">{escape(chance)}</td>'
        f'<td class="after">{state(state_words(row))}</td></tr>'
    )
