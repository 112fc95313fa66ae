"""The answers of the command line as plain values, in the order their readers rely on."""

from __future__ import annotations

import json
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from census import extract
from census.model import Area, Distribution, JointDistribution, Source, Status
from census.own_files import OwnFile
from census.topics import TOPICS, Topic
from sampler.errors import NoPlan, Rule
from sampler.model import Plan, PlannedCharacteristic, Quota, Round, place_words
from sampler.people.coverage import Coverage
from sampler.programmes.programme import AudienceView, HeardCharacteristic, row_words
from sampler.programmes.programme import answer_line as programme_line
from sampler.repairs import Repair
from sampler.seats.seat_problem import SeatPlan
from sampler.seats.seating import Seating
from sampler.words import decimal, people, percent

SCHEMA = 1
DIGITS = 6


def rounded(value: Fraction | None) -> float | None:
    """Round a fraction for printing."""
    return None if value is None else round(float(value), DIGITS)


def area(one: Area) -> dict[str, Any]:
    """Return an area as found."""
    return {"code": one.code, "name": one.name, "type": one.type, "within": list(one.within)}


def plan(one: Plan, seating: Seating, said: Sequence[str] = ()) -> dict[str, Any]:
    """Return a plan with its quotas in the brief's order, its seats and the joint shares used.

    `said` are sentences about asking the census service.
    """
    return {
        "schema": SCHEMA,
        "title": one.title,
        "people_wanted": one.people_wanted,
        "lowest_age": one.lowest_age,
        "highest_age": one.highest_age,
        "areas": [{"code": a.code, "name": a.name, "type": a.type} for a in one.areas],
        "quotas": [
            _quota(part, quota, seating) for part in one.characteristics for quota in part.quotas
        ],
        "seats": seating.rows(),
        "seat_plan": _seat_plan(seating.plan),
        "joint": [
            {
                "of": list(pair.of),
                "kind": pair.kind,
                "table": pair.table or None,
                "shares": [[round(share, DIGITS) for share in row] for row in pair.shares],
            }
            for pair in seating.pairs
        ],
        "notes": [*said, *one.notes],
    }


def _seat_plan(one: SeatPlan) -> dict[str, Any]:
    return {
        "aim": "mirror",
        "of": one.of,
        "deviation": round(one.deviation, DIGITS),
        "deviation_known": round(one.deviation_known, DIGITS),
        "bound": round(one.bound, DIGITS),
        "gap": round(one.gap, DIGITS),
        "proven": one.proven,
        "stopped": one.stopped,
    }


def distribution(one: Distribution, areas: Sequence[Area], said: Sequence[str]) -> dict[str, Any]:
    """Return the people of each group of a topic; `said` are sentences about the asking."""
    return {
        "schema": SCHEMA,
        "topic": one.topic,
        "title": one.title,
        "areas": [{"code": a.code, "name": a.name, "type": a.type} for a in areas],
        "groups": [
            {
                "group": group.name,
                "people": group.people,
                "share": rounded(Fraction(group.people, one.total)) if one.total else None,
            }
            for group in one.groups
        ],
        "total": one.total,
        "not_answered": one.not_answered,
        "source": one.source.model_dump(mode="json"),
        "notes": [*said, *filter(None, [one.leaning]), *one.notes],
    }


def joint(one: JointDistribution, areas: Sequence[Area], said: Sequence[str]) -> dict[str, Any]:
    """Return the people of each combination of groups."""
    return {
        "schema": SCHEMA,
        "topics": list(one.topics),
        "titles": list(one.titles),
        "areas": [{"code": a.code, "name": a.name, "type": a.type} for a in areas],
        "groups": [list(groups) for groups in one.groups],
        "cells": [{"groups": list(cell.groups), "people": cell.people} for cell in one.cells],
        "total": one.total,
        "pattern_only": one.is_pattern,
        "source": one.source.model_dump(mode="json"),
        "notes": [*said, *one.notes],
    }


def own_file(one: OwnFile, areas: Sequence[str], part: str | None) -> dict[str, Any]:
    """Return what was understood of a user's own file, and its people per group.

    Raises `BadFile` for places and divisions the file does not have.
    """
    return {
        "schema": SCHEMA,
        "form": one.form,
        "table": one.table,
        "title": one.title,
        "divided_by": list(one.titles),
        "areas": [{"code": code, "name": name} for code, name in one.areas],
        "people": one.people(areas, part),
        "notes": one.preview(areas),
    }


def own_file_text(answer: dict[str, Any]) -> str:
    """Write what was understood of a user's own file for a terminal."""
    people: dict[str, int] = answer["people"]
    width = max(map(len, people))
    lines = [f"  {group:<{width}} {number:>12,}" for group, number in people.items()]
    return "\n".join([*answer["notes"], *lines])


def _source(one: Source) -> dict[str, Any]:
    """Return a source; where it was read from is said of figures that are not kept with the app."""
    kept = {"origin", "fetched"} if one.origin == "kept" else None
    return one.model_dump(mode="json", exclude=kept)


def _quota(part: PlannedCharacteristic, quota: Quota, seating: Seating) -> dict[str, Any]:
    found = {
        "characteristic": part.name,
        "group": quota.group,
        "people": quota.people,
        "population_share": rounded(quota.population_share),
        "share": rounded(quota.share),
        "ideal": rounded(quota.ideal),
        "minimum": quota.minimum,
        "target": quota.target,
        "maximum": quota.maximum,
        "why": quota.why,
        "source": _source(part.source) if part.source else None,
    }
    if seating.by_part is not None:
        found["by_part"] = dict(seating.by_part[part.name][quota.group])
    return found


def topics() -> list[dict[str, Any]]:
    """Return every topic with its groupings, the ready one first."""
    return [
        {
            "topic": topic.id,
            "title": topic.title,
            "table": topic.table,
            "base": topic.base,
            "status": _status(topic),
            "groupings": [
                {"grouping": name, "groups": list(groups)}
                for name, groups in topic.groupings.items()
            ],
        }
        for topic in TOPICS.values()
    ]


def _status(topic: Topic) -> Status:
    """Say whether the figures kept of the ready groups are all official."""
    # Living alone is worked out by us, of several tables.
    worked_out = topic.kind == "living alone"
    return "approximate" if worked_out or extract.table(topic.table).approximate else "official"


def conflict(error: NoPlan, repairs: Sequence[Repair] = ()) -> dict[str, Any]:
    """Return every set of rules that cannot hold together, and what would put them right."""
    return {
        "conflict": _rules(error.rules),
        "conflicts": [_rules(clash.rules) for clash in error.clashes],
        "repairs": [
            {
                "changes": [
                    {
                        "rule": _sentence(change.rule),
                        "field": change.field,
                        "from": _plain(change.before),
                        "to": _plain(change.after),
                    }
                    for change in repair.changes
                ],
                "cost": repair.cost,
            }
            for repair in repairs
        ],
    }


def _rules(named: Sequence[Rule]) -> list[dict[str, str]]:
    return [{"rule": _sentence(rule.rule), "field": rule.field} for rule in named]


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}."


def _plain(value: object) -> object:
    return float(value) if isinstance(value, Decimal) else value


def to_json(answer: object) -> str:
    """Write an answer as JSON that reads the same everywhere."""
    return json.dumps(answer, indent=2, ensure_ascii=False)


def plan_text(one: Plan) -> str:
    """Write a plan for a terminal."""
    lines = [f"{one.title}: {people(one.people_wanted)}, {one.place or 'no place'}"]
    for part in one.characteristics:
        lines += ["", part.name + ("" if part.must_have else " (within 1)")]
        width = max(len(quota.group) for quota in part.quotas)
        for quota in part.quotas:
            share = "" if quota.share is None else percent(quota.share).rjust(7)
            ideal = "" if quota.ideal is None else decimal(quota.ideal, 2).rjust(8)
            lines.append(f"  {quota.group:<{width}} {quota.target:>6}{share}{ideal}")
        if part.source:
            source = part.source
            lines.append(f"  {source.table}, {source.base}, {source.status}")
    if one.notes:
        lines += ["", *one.notes]
    return "\n".join(lines)


def _source_text(source: Source) -> str:
    """Name a source in a line: table, base, official or not, and where it was read."""
    read = f", read from the census service {source.fetched}" if source.fetched else ""
    kept = ", kept with this app" if source.origin == "kept" else ""
    return f"{source.table}, {source.base}, {source.status}{read or kept}"


def distribution_text(one: Distribution, areas: Sequence[Area], said: Sequence[str]) -> str:
    """Write a distribution for a terminal."""
    width = max(len(group.name) for group in one.groups)
    lines = [f"{one.title}: {place_words([a.name for a in areas])}"]
    for group in one.groups:
        share = percent(Fraction(group.people, one.total or 1)).rjust(7)
        lines.append(f"  {group.name:<{width}} {group.people:>12,}{share}")
    lines.append(f"  {_source_text(one.source)}")
    return "\n".join([*lines, *said, *filter(None, [one.leaning]), *one.notes])


def joint_text(one: JointDistribution, areas: Sequence[Area], said: Sequence[str]) -> str:
    """Write a joint table for a terminal, one combination a line."""
    names = [", ".join(cell.groups) for cell in one.cells]
    width = max(map(len, names))
    lines = [f"{' by '.join(one.titles)}: {place_words([a.name for a in areas])}"]
    lines += [
        f"  {name:<{width}} {cell.people:>12,}" for name, cell in zip(names, one.cells, strict=True)
    ]
    lines.append(f"  {_source_text(one.source)}")
    return "\n".join([*lines, *said, *one.notes])


def areas_text(found: Sequence[Area]) -> str:
    """Write areas for a terminal, one a line."""
    return "\n".join(
        f"{a.code}  {a.name}, {a.type}{' in ' + a.within[0] if a.within else ''}" for a in found
    )


def topics_text() -> str:
    """Write the topics for a terminal."""
    lines = []
    for topic in TOPICS.values():
        lines.append(f"{topic.id}  {topic.title}: {topic.table}, {topic.base}, {_status(topic)}")
        lines += [f"    {name}: {', '.join(g)}" for name, g in topic.groupings.items()]
    lines.append("where_they_live  Where they live: at hand with more than one area")
    return "\n".join(lines)


def round_(one: Round) -> dict[str, Any]:
    """Return a round as listed."""
    return {
        "id": one.id,
        "title": one.title,
        "programme": one.programme.name if one.programme else None,
        "audience": one.brief.audience,
    }


def coverage(found: Coverage) -> list[dict[str, Any]]:
    """Return every group with its range, its people, and what is missing at least and at most.

    They differ while somebody's group is not known.
    """
    return [
        {
            "characteristic": part.name,
            "group": row.group,
            "low": row.low,
            "target": row.target,
            "high": row.high,
            "counted": row.counted,
            "planned": row.planned,
            "secured": row.secured,
            "gap": row.gap_least,
            "gap_most": row.gap,
            "over": row.over,
        }
        for part in found.characteristics
        for row in part.rows
    ]


def programme(views: Sequence[AudienceView]) -> list[dict[str, Any]]:
    """Return every group of every audience: people heard, and expected where a share is known.

    Rounds that are not added up come after those that are, with their own place and number.
    """
    return [
        {
            "audience": view.audience,
            "place": place,
            "rounds": len(part.rounds),
            "characteristic": part.name,
            "group": row.group,
            "heard": row.heard,
            "expected": rounded(row.expected),
            "share": rounded(row.share),
        }
        for view in views
        for place, parts in _by_place(view)
        for part in parts
        for row in part.rows
    ]


def _by_place(view: AudienceView) -> list[tuple[str, list[HeardCharacteristic]]]:
    every = [(view.place, view.characteristics)]
    every += [(one.place, one.characteristics) for one in view.apart]
    return [
        (place, [part for one in parts for part in (one, *one.beside)]) for place, parts in every
    ]


def programme_text(views: Sequence[AudienceView]) -> str:
    """Write who has been heard from for a terminal, and what is not added up with the reason."""
    lines: list[str] = []
    for view in views:
        lines += ["", f"{view.label}: {programme_line(view)}", f"  {view.counting}"]
        for one in view.characteristics:
            for part in (one, *one.beside):
                lines += ["", f"  {part.name}"]
                if part.reason:
                    lines.append(f"  Apart, {', '.join(part.rounds)}: {part.reason}")
                lines += [f"  {note}" for note in part.notes]
                width = max(len(row.group) for row in part.rows)
                lines += [f"    {row.group:<{width}}  {row_words(row)}" for row in part.rows]
        lines += [f"  Apart, {one.title}: {one.reason}" for one in view.apart]
    return "\n".join(lines[1:])
