"""What the Population page says of its figures: how many people, and where each comes from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from html import escape

from census.model import CENSUS_DATE, Ages, Source
from census.population import HeadCount
from sampler.ui.show import box, panel, table
from sampler.words import counted, day, listed, table_words, time_since


def read_words(fetched: str) -> str:
    """Say when live figures were read.

    >>> read_words("2026-11-20T10:00:00Z")
    'read from the census service on 20 November 2026'
    """
    return f"read from the census service on {day(date.fromisoformat(fetched[:10]))}"


def head_count(found: HeadCount, ages: Ages, place: str, today: date) -> str:
    """Draw how many people live in a place, all and of the round's ages."""
    aged = ages.words().removeprefix("people ").replace(" and over", " or over")
    some = "" if found.of_ages is None else f", {found.of_ages:,} {aged}"
    live = "lives" if found.everyone == 1 else "live"
    tables = "table" if len(found.tables) == 1 else "tables"
    where = (
        f"Official figures, {read_words(found.fetched)}."
        if found.fetched
        else "Official figures kept with this app, so no internet is needed."
    )
    return panel(
        f"{found.everyone:,} people {live} in {place}{some}.",
        f"Census 2021, Office for National Statistics, {tables} {listed(list(found.tables))}, "
        f"{counted(CENSUS_DATE, today)}. {where} Open Government Licence v3.0.",
    )


def provenance(rows: Sequence[tuple[str, Source | str]], today: date) -> str:
    """Draw where the figures of each topic come from; a sentence stands where there are none."""
    drawn: list[list[str]] = []
    for title, source in rows:
        if isinstance(source, str):
            drawn.append([escape(title), "", "", "", escape(source)])
            continue
        table_ = table_words(source.table).removeprefix("tables ").removeprefix("table ")
        drawn.append(
            [
                escape(title),
                escape(table_),
                escape(source.base),
                "Official" if source.status == "official" else "Approximate",
                escape(_origin(source)),
            ]
        )
    heads = [("Topic", ""), ("Table", ""), ("Counts", "wide"), ("Status", ""), ("From", "")]
    then = date.fromisoformat(CENSUS_DATE)
    asked = f"The census was on {day(then)}, {time_since(then, today)}."
    return table("Where each figure comes from", heads, drawn, classes="sources") + box(
        f'<p class="sp-source">{escape(asked)}</p>'
    )


def _origin(source: Source) -> str:
    if source.origin == "own file":
        return "Your own figures"
    if source.fetched is None:
        return "Kept with the app"
    when = day(date.fromisoformat(source.fetched[:10]))
    return f"Read {when}" if source.origin == "live" else f"Kept with the app, and read {when}"
