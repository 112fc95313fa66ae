"""What the Programme page draws: people heard beside people expected, and rounds apart."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from html import escape

from sampler.programmes.heard import HeardCharacteristic, HeardRow
from sampler.programmes.next_mix import NextCharacteristic, NextGroup
from sampler.programmes.programme import Apart, row_words
from sampler.ui.programme_words import titles
from sampler.ui.show import box, details, state
from sampler.words import count, decimal, group_words, people, percent

FEW_LEFT = 2
"""So many groups without a place are listed with the others."""
MOST_SILENT = 6
"""So many groups never heard are named."""
SAID_OF_PEOPLE = ("ethnic_group", "disability")
"""Topics whose groups read well before the word people."""


Named = Sequence[tuple[HeardCharacteristic, HeardRow]]


def least_heard(rows: Named, silent: Named, place: str) -> str:
    """Draw the panel of groups furthest below what could be expected, and others never heard."""
    items = []
    for part, row in rows:
        name = group_words(row.group, part.part.topic)
        heard = f"{row.heard:,} heard" if row.heard else "nobody"
        expected = _number(row.expected or Fraction(0), 0)
        unknown = part.heard - part.known
        of_heard = ""
        if row.heard and part.known:
            of_heard = f", {percent(Fraction(row.heard, part.known))} of those heard"
        if unknown:
            of_heard += f" ({unknown:,} not known)"
        share = percent(row.share) if row.share is not None else ""
        of = f" of {place}" if part.part.basis == "census" else " in your figures"
        items.append(
            f"<li><div><b>{escape(_said(part, name))}:</b> {heard}, {expected} expected<br>"
            f'<span class="sp-hint">{share}{escape(of)}{of_heard}</span></div></li>'
        )
    return box(
        f'<h2 class="sub">Least heard so far</h2><ol class="sp-look">{"".join(items)}</ol>'
        + (f'<p class="sp-hint">{escape(_silent_words(silent))}</p>' if silent else ""),
        "sp-panel",
    )


def _silent_words(rows: Named) -> str:
    """Name the first few groups never heard, and say how many others there are."""
    named = rows if len(rows) <= MOST_SILENT + 1 else rows[:MOST_SILENT]
    names = [(part, group_words(row.group, part.part.topic)) for part, row in named]
    said = [n if part.part.topic in SAID_OF_PEOPLE else _said(part, n) for part, n in names]
    if rest := len(rows) - len(named):
        said.append(count(rest, "other group"))
    return f"Nobody heard yet: {'; '.join(said)}."


def _said(part: HeardCharacteristic, name: str) -> str:
    """Return a group as it can stand alone: "Pakistani people", "Role: Front desk"."""
    if part.part.topic in SAID_OF_PEOPLE:
        return f"{name} people"
    if part.part.topic == "age":
        return f"People aged {name}"
    return name if part.part.topic == "sex" else f"{part.name}: {name}"


def _number(value: Fraction, places: int) -> str:
    whole, point, part = decimal(value, places).partition(".")
    return f"{int(whole):,}{point}{part}"


def has_expected(part: HeardCharacteristic) -> bool:
    """Say whether a share is known of any group."""
    return any(row.expected is not None for row in part.rows)


def has_wanted(part: HeardCharacteristic) -> bool:
    """Say whether what the rounds asked for is worth a column of its own."""
    return not has_expected(part) or any(row.raised for row in part.rows)


def heard_table(part: HeardCharacteristic, *, of: str = "", small: bool = False) -> str:
    """Draw people heard beside people expected, most missing first.

    What was wanted has a column where a group was raised on purpose, or no share is known. A
    `small` table has no bars, and says `of` which rounds it is.
    """
    expected, wanted = has_expected(part), has_wanted(part)
    hides = " wide" if expected else ""
    largest = max(
        [Fraction(1), *(max(Fraction(r.heard), r.expected or Fraction(0)) for r in part.rows)]
    )
    rows = []
    shown = [row for row in part.rows if not small or _is_of_note(row)]
    for row in shown:
        cells = [f'<td class="n">{row.heard:,}</td>']
        if wanted:
            cells.append(f'<td class="n{hides}">{row.wanted:,}</td>')
        if expected:
            known = "" if row.expected is None else _number(row.expected, 1)
            cells.append(f'<td class="n">{known}</td>')
        if not small:
            bars = _bars(row, largest)
            cells.append(f'<td class="after wide">{bars}</td>')
        if expected or not small:
            cells.append(f'<td class="after">{_state(row)}</td>')
        name = escape(group_words(row.group, part.part.topic))
        rows.append(f'<tr><th scope="row">{name}{_raised(row)}</th>{"".join(cells)}</tr>')
    if unseen := len(part.rows) - len(shown):
        wide = 2 + wanted + 2 * expected
        rows.append(
            f'<tr><th scope="row" class="rest" colspan="{wide}"><span class="sp-hint">'
            f"{count(unseen, 'other group')}: nobody heard, fewer than 0.5 expected in each"
            "</span></th></tr>"
        )
    head = '<th scope="col">Group</th><th scope="col" class="n f">Heard</th>'
    head += f'<th scope="col" class="n f{hides}">Wanted</th>' if wanted else ""
    head += '<th scope="col" class="n f">Expected</th>' if expected else ""
    head += "" if small else '<td class="wide after"></td>'
    if expected or not small:
        head += '<th scope="col" class="after m">Difference</th>'
    caption = f"{part.name}: people heard and expected" + (f", {of}" if of else "")
    kind = "heard small" if small else "fix heard" + (" four" if wanted and expected else "")
    drawn = (
        f'<table class="{kind}"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
    return drawn if small else box(drawn + (_key(part) if expected else ""))


def _is_of_note(row: HeardRow) -> bool:
    return bool(row.heard) or row.expected is None or row.expected >= Fraction(1, 2)


def _bars(row: HeardRow, largest: Fraction) -> str:
    width = float(row.heard / largest * 100)
    tick = ""
    if row.expected is not None:
        at = float(row.expected / largest * 100)
        tick = f'<span class="sp-tick" style="left:{at:.1f}%"></span>'
    heard = f'<span class="sp-bar" style="width:{width:.1f}%"></span>' if row.heard else ""
    return f'<span class="sp-track" aria-hidden="true">{heard}{tick}</span>'


def _raised(row: HeardRow) -> str:
    return f'<span class="sp-rowwords">{escape(row_words(row))}</span>' if row.raised else ""


def _state(row: HeardRow) -> str:
    if row.state == "nobody yet" and (row.expected or 0) < Fraction(1, 2):
        return (
            '<span class="sp-state none"><span class="sp-i none" aria-hidden="true"></span>'
            "nobody yet</span>"
        )
    return state(row.state) if row.state else ""


def _key(part: HeardCharacteristic) -> str:
    whose = "the census share" if part.part.basis == "census" else "your figures"
    return (
        '<ul class="sp-key"><li><span class="sp-bar have" aria-hidden="true"></span>'
        "people heard</li>"
        '<li><span class="sp-tickkey" aria-hidden="true"></span>'
        f"expected from {whose}</li>"
        "</ul>"
    )


def apart(every: Sequence[Apart], name: str) -> str:
    """Draw rounds that stand apart side by side: which, why, and their own counts of a name."""
    return _side_by_side(
        [
            (
                titles(one.rounds),
                f"{people(one.heard)} heard" + (f", {one.place}" if one.place else ""),
                one.reason,
                next(
                    (p for p in one.characteristics if p.name == name),
                    one.characteristics[0] if one.characteristics else None,
                ),
            )
            for one in every
        ]
    )


def beside(every: Sequence[HeardCharacteristic]) -> str:
    """Draw rounds that ask a characteristic otherwise, side by side, each with why."""
    return _side_by_side(
        [
            (titles(one.rounds), f"{count(len(one.rounds), 'round')}", one.reason, one)
            for one in every
        ]
    )


def _side_by_side(every: Sequence[tuple[str, str, str, HeardCharacteristic | None]]) -> str:
    items = []
    for title, facts, reason, part in every:
        table = heard_table(part, of=title, small=True) if part and part.known else ""
        named = f'<p class="sp-hint">{escape(part.name)}</p>' if table and part else ""
        items.append(
            f'<section><h3>{escape(title)}</h3><p class="sp-source">{escape(facts)}</p>'
            f"<p>{escape(reason)}</p>{named}{table}</section>"
        )
    return box(f'<div class="sp-apart">{"".join(items)}</div>')


def subhead(text: str) -> str:
    """Draw the name of a table in a dialog."""
    return box(f'<h2 class="sub">{escape(text)}</h2>')


def next_table(part: NextCharacteristic) -> str:
    """Draw what the next round would be for one characteristic, with each number's sentence."""
    now = [one for one in part.groups if one.target or one.usual]
    later = [one for one in part.groups if one not in now]
    if len(later) <= FEW_LEFT:
        now, later = list(part.groups), []
    usual = sum(one.usual for one in part.groups)
    proposed = sum(one.target for one in part.groups)
    total = (
        '<tr class="total"><th scope="row">Total</th><td class="n"></td>'
        f'<td class="n">{part.heard:,}</td><td class="n wide">{usual:,}</td>'
        f'<td class="n"><span class="q">{proposed:,}</span></td></tr>'
    )
    more = ""
    if later:
        some = _next_rows(part, later, "", f"{part.name}: groups without a place in the next round")
        more = details(f"See the other {count(len(later), 'group')}, without a place now", some)
    caption = f"{part.name}: proposed for the next round"
    head = f'<h2 class="sub">{escape(part.name)}</h2>'
    return box(head + _next_rows(part, now, total, caption) + more, "sp-nextmix")


def _next_rows(
    part: NextCharacteristic, groups: Sequence[NextGroup], total: str, caption: str
) -> str:
    rows = "".join(_next_row(part, one) for one in groups)
    return (
        f'<table class="fix next"><caption>{escape(caption)}'
        '</caption><thead><tr><th scope="col">Group</th><th scope="col" class="n">Population</th>'
        '<th scope="col" class="n">Heard</th>'
        '<th scope="col" class="n wide">By population alone</th>'
        f'<th scope="col" class="n">Proposed</th></tr></thead><tbody>{rows}{total}</tbody></table>'
    )


def _next_row(part: NextCharacteristic, one: NextGroup) -> str:
    name = escape(group_words(one.group, part.topic))
    why = f"<details><summary>Why {one.target:,}?</summary><p>{escape(one.why)}</p></details>"
    return (
        f'<tr><th scope="row">{name} {why}</th><td class="n">{percent(one.gap.share)}</td>'
        f'<td class="n">{one.gap.heard:,}</td><td class="n wide">{one.usual:,}</td>'
        f'<td class="n"><span class="q">{one.target:,}</span></td></tr>'
    )
