"""What the Population and Mix pages draw: distributions, quota rows, notes and the step chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from html import escape
from typing import Any

from census.model import Distribution, Source
from sampler.model import Plan, PlannedCharacteristic, Quota
from sampler.quotas import group_noun, left_out
from sampler.sizes import LARGEST_ROUND_TRIED, FirstSeat, chance_missed
from sampler.ui.show import bar, box, details, label, marks, note, table
from sampler.ui.source_tables import read_words
from sampler.words import (
    about,
    count,
    counted,
    decimal,
    group_words,
    people,
    percent,
    small_number,
    table_words,
)

SHOWN_AT_FIRST = 7
VOICE_WORDS = {
    "population": "like the population",
    "more_even": "more even",
    "equal": "the same for each group",
}


def source_line(source: Source | None, total: int, place: str, today: date, basis: str) -> str:
    """Say where figures come from: table, place, how many, base, status, when."""
    if source is None:
        return (
            "Minimums set by you. No share is known."
            if basis == "minimums"
            else "Shares typed by you. No census figure exists."
        )
    if source.status == "own file":
        origin = source.base.removeprefix("people in your own figures").strip(" ()")
        return f"Your own figures{f' ({origin})' if origin else ''}, {total:,} people."
    unit = "households" if source.base.startswith("households") else "people"
    base = source.base.removeprefix("people ") if unit == "people" else ""
    of = f"of {base}" if base == "all ages" else base
    codes = f" ({source.areas[0]})" if len(source.areas) == 1 else ""
    status = "Official" if source.status == "official" else "Approximate"
    when = f", {counted(source.census_date, today)}" if source.census_date else ""
    read = f", {read_words(source.fetched)}" if source.fetched else ", kept with this app"
    by_nisra = " Northern Ireland (NISRA)" if source.table.startswith("NI ") else ""
    return (
        f"Census 2021{by_nisra}, {table_words(source.table)}, {place}{codes}, {total:,} {unit} "
        f"{of}".strip()
        + f". {status}{read}{when}."
    )


def leaning_title(source: Source | None) -> str:
    """Return the fact behind a base that is not the round's."""
    if source is None or source.base == "all ages":
        return "These shares count all ages"
    if source.base.startswith("households"):
        return "These shares count households, not people"
    return f"These shares count {source.base}"


def short_source(source: Source | None) -> str:
    """Name a source in half a sentence."""
    if source is None or source.status == "own file":
        return "your own figures."
    return f"Census 2021, table {source.table}, {source.base}."


def share_head(part: PlannedCharacteristic) -> str:
    """Return the head of the share column, which says its base."""
    if part.from_gaps:
        return "Share wanted"
    if part.basis == "typed shares":
        return "Share set by you"
    if part.basis == "minimums":
        return "Share"
    if part.basis == "own figures" or part.source is None:
        return "Share, your figures"
    base = part.source.base
    if base.startswith("households"):
        return "Share of households"
    return "Share, " + base.removeprefix("people aged ").removeprefix("people ")


def _quota_cells(part: PlannedCharacteristic, quota: Quota, largest: Fraction) -> list[str]:
    why = f"<details><summary>Why {quota.target:,}?</summary><p>{escape(quota.why)}</p></details>"
    name = f"{escape(label(part, quota.group))} {why}"
    range_ = ""
    if quota.low != quota.high and part.basis != "minimums":
        range_ = f'<span class="sp-range">{quota.low:,} to {quota.high:,}</span>'
    tag = f'<span class="sp-tag">{escape(quota.tag)}</span>' if quota.tag else ""
    return [
        name,
        _bar(quota.share, largest),
        "" if quota.ideal is None else decimal(quota.ideal, 2),
        f'<span class="q">{quota.target:,}</span>',
        range_,
        marks(quota.target) + tag,
    ]


def _bar(share: Fraction | None, largest: Fraction) -> str:
    if share is None:
        return '<span class="sp-hint">no share</span>'
    drawn = bar(float(share), float(largest)) if share else ""
    return (
        f'<span class="sp-barbox wide" aria-hidden="true">{drawn}</span>'
        f'<span class="pc">{percent(share)}</span>'
    )


def quota_table(part: PlannedCharacteristic, wanted: int) -> str:
    """Draw one characteristic: group, share, ideal, quota, seats. Groups with no seat are a row.

    Ordered groups keep their order and are all shown; others stand by quota, then size.
    """
    quotas = list(part.quotas)
    empty: list[Quota] = []
    if not part.is_ordered:
        empty = [q for q in quotas if q.target == 0]
        quotas = sorted((q for q in quotas if q.target), key=lambda q: (-q.target, -(q.share or 0)))
        if len(empty) == 1:
            quotas, empty = quotas + empty, []
    rest = sum((q.share or Fraction(0) for q in empty), Fraction(0))
    largest = max([*(q.share or Fraction(0) for q in quotas), rest])
    rows = [_quota_cells(part, quota, largest) for quota in quotas]
    if empty:
        gone = f'<span class="sp-hint">{count(len(empty), "group")} with no seat</span>'
        cells = [gone, _bar(rest, largest), decimal(rest * wanted, 2)]
        rows.append([*cells, '<span class="q">0</span>', "", ""])
    heads = [
        ("Group", ""),
        (share_head(part), "n share"),
        ("Ideal", "n wide"),
        ("Quota", "n"),
        ("", "range"),
        ("", "after wide"),
    ]
    total = [
        "Total",
        "100.0%" if part.basis != "minimums" else "",
        f"{wanted:,}.00" if part.basis != "minimums" else "",
        f'<span class="q">{sum(q.target for q in part.quotas):,}</span>',
        "",
        "",
    ]
    drawn = table(f"Quotas for {part.name}", heads, [*rows, total], classes="fix quota")
    return drawn.replace('<tr><th scope="row">Total', '<tr class="total"><th scope="row">Total')


def broad_totals(part: PlannedCharacteristic) -> str:
    """Say the broad groups' totals beside a detailed grouping, or nothing."""
    totals: dict[str, int] = {}
    for quota in part.quotas:
        if quota.broad:
            totals[quota.broad] = totals.get(quota.broad, 0) + quota.target
    if len(totals) < 2:
        return ""
    words = ", ".join(f"{group} {number}" for group, number in totals.items())
    kept = " These totals were shared out first." if part.keep_broad else ""
    return f"Broad totals: {words}.{kept}"


def kept_line(part: PlannedCharacteristic) -> str:
    """Say how a characteristic is kept: "Kept exactly · like the population"."""
    kept = "Kept exactly" if part.must_have else "Within 1"
    if part.basis == "minimums":
        return "At least as many as you set"
    return f"{kept} · {'from the gaps' if part.from_gaps else VOICE_WORDS[part.voices]}"


def no_seat_note(
    part: PlannedCharacteristic, wanted: int, place: str, seats: Sequence[FirstSeat]
) -> str:
    """Draw who gets no seat, when the largest of them would, and what to do about it."""
    gone = left_out(part)
    if not gone:
        return ""
    noun = group_noun(part)
    share = percent(sum((q.share or Fraction(0) for q in gone), Fraction(0)))
    of = place if part.basis == "census" and not part.from_gaps else "the mix"
    when = {seat.group: seat.people for seat in seats}
    rows = [
        [
            escape(label(part, seat.group)),
            percent(seat.share),
            people(seat.people) if seat.people else f"more than {LARGEST_ROUND_TRIED:,} people",
        ]
        for seat in seats
    ]
    heads = [("Group", ""), ("Share", "n"), ("First seat with", "n")]
    more = ""
    if len(rows) > 1:
        more = details(
            f"See all {count(len(rows), 'group')} and when each gets a seat",
            table(f"When each {noun} gets a seat", heads, rows),
        )
    first = gone[0]
    largest = "It" if len(gone) == 1 else f"The largest, {label(part, first.group)},"
    seat = when.get(first.group)
    then = f"{largest} would get a seat with {people(seat)}. " if seat else ""
    if len(gone) == 1:
        title = f"1 {noun} gets no seat with {people(wanted)}"
        share_words = f"{label(part, first.group)} is {share} of {of}."
    else:
        title = f"{len(gone)} {noun}s get no seat with {people(wanted)}"
        share_words = f"Together they are {share} of {of}."
    ways = "To hear from a smaller group now, add a rule or raise its share; or merge groups, or "
    return note(title, f"{share_words} {then}{ways}plan a later round for it.", more=more)


def small_numbers(plan: Plan, residents: int) -> str:
    """Draw what so few people cannot say, under the last table."""
    k, missed = chance_missed(plan.people_wanted)
    number = small_number(plan.people_wanted)
    who = f"{number[0].upper()}{number[1:]} {'person' if plan.people_wanted == 1 else 'people'}"
    for_whom = f"{residents:,}" if residents > plan.people_wanted else "everyone"
    such = "tens" if plan.people_wanted == 10 else "rounds"
    return note(
        "These whole numbers add up, and none come closer to the shares you chose",
        f"{who} cannot speak for {for_whom}: a group of 1 in {k} is missed by "
        f"chance in {missed} of 100 such {such}. Use this to notice who is missing, not to "
        "measure how common a view is.",
        kind="calm",
    )


def rule_price(before: Mapping[str, Mapping[str, int]], plan: Plan) -> str:
    """Say what the rules change: "More: Black Caribbean 0 to 1. Fewer: Other White 1 to 0."."""
    more: list[str] = []
    fewer: list[str] = []
    for part in plan.characteristics:
        was = before.get(part.name, {})
        for quota in part.quotas:
            old = was.get(quota.group, quota.target)
            if old != quota.target:
                words = escape(f"{label(part, quota.group)} {old} to {quota.target}")
                (more if quota.target > old else fewer).append(words)
    if not more and not fewer:
        return box('<p class="sp-hint">These rules change nothing: the quotas meet them.</p>')
    said = "".join(
        f"<b>{word}:</b> {', '.join(groups)}. "
        for word, groups in (("More", more), ("Fewer", fewer))
        if groups
    )
    return box(f'<p class="sp-hint">What this changes. {said}</p>')


def distribution_table(
    here: Distribution,
    place: str,
    region: tuple[str, Distribution] | None,
    nation: Distribution | None,
) -> str:
    """Draw who lives in a place beside its region and England and Wales."""
    is_rough = here.source.status == "approximate"
    unit = "Households" if here.source.base.startswith("households") else "People"
    shares = _shares(here)
    wider = _shares(nation) if nation else {}
    around = _shares(region[1]) if region else {}
    largest = max([*shares.values(), *wider.values()])
    ordered = list(here.groups)
    if not here.is_ordered:
        ordered.sort(key=lambda g: -g.people)

    heads = [("Group", ""), (unit, "n wide"), (place, "n"), ("", "track wide")]
    if region:
        heads.append((region[0], "n wide"))
    if nation:
        heads.append(("England and Wales", "n"))
    rows = []
    for group in ordered:
        cells = [
            escape(group_words(group.name, here.topic)),
            about(group.people) if is_rough else f"{group.people:,}",
            percent(shares[group.name]),
            _paired(shares[group.name], wider.get(group.name), largest),
        ]
        if region:
            cells.append(percent(around[group.name]) if group.name in around else "")
        if nation:
            cells.append(percent(wider[group.name]) if group.name in wider else "")
        rows.append(cells)
    caption = f"{here.title} in {place}"
    if len(rows) <= SHOWN_AT_FIRST + 1:
        return table(caption, heads, rows, classes="fix dist")
    rest = len(rows) - SHOWN_AT_FIRST
    return table(caption, heads, rows[:SHOWN_AT_FIRST], classes="fix dist") + box(
        details(
            f"Show the other {rest} groups",
            table(f"{caption}, the other groups", heads, rows[SHOWN_AT_FIRST:], classes="fix dist"),
        )
    )


def _shares(one: Distribution) -> dict[str, Fraction]:
    return {g.name: Fraction(g.people, one.total or 1) for g in one.groups}


def _paired(share: Fraction, wider: Fraction | None, largest: Fraction) -> str:
    first = bar(float(share), float(largest))
    second = bar(float(wider), float(largest), "two") if wider is not None else ""
    return f'<span class="sp-track" aria-hidden="true">{first}{second}</span>'


def step_chart(heard: Mapping[int, int], wanted: int, groups: int, noun: str, dark: bool) -> Any:
    """Return an Altair chart of how many groups get a seat for each number of people."""
    import altair as alt
    import pandas as pd

    ink, line, spot = (
        ("#eceae5", "#5cc3d6", "#f2a065") if dark else ("#1b2126", "#0b5566", "#b3470a")
    )
    frame = pd.DataFrame({"People wanted": list(heard), "Groups": list(heard.values())})
    base = alt.Chart(frame).encode(
        x=alt.X("People wanted:Q", scale=alt.Scale(domain=[min(heard), max(heard)])),
        y=alt.Y("Groups:Q", title="Groups with a seat", scale=alt.Scale(domain=[0, groups])),
    )
    steps = base.mark_line(interpolate="step-after", strokeWidth=2.5, color=line)
    layers = [steps]
    if wanted in heard:
        here = alt.Chart(
            pd.DataFrame(
                {
                    "People wanted": [wanted],
                    "Groups": [heard[wanted]],
                    "text": [f"{people(wanted)}: {heard[wanted]} of {groups} groups"],
                }
            )
        ).encode(x="People wanted:Q", y="Groups:Q")
        layers.append(
            here.mark_point(shape="diamond", filled=True, size=140, color=spot, opacity=1)
        )
        layers.append(
            here.mark_text(align="left", dx=10, dy=14, fontSize=13, color=ink).encode(text="text:N")
        )
    return (
        alt.layer(*layers)
        .properties(height=240)
        .configure_axis(labelColor=ink, titleColor=ink, labelFontSize=13, titleFontSize=13)
    )


def step_chart_words(heard: Mapping[int, int], wanted: int, groups: int, noun: str) -> str:
    """Say what the step chart shows, for those who do not see it."""
    sizes = sorted({size for size in (wanted, 20, 30, 60) if size in heard})
    said = " ".join(f"{people(size)}: {heard[size]} of {groups} groups." for size in sizes)
    return (
        f"{noun[0].upper()}{noun[1:]}s with at least one seat, for {min(heard)} to {max(heard)} "
        f"people wanted. {said}"
    )
