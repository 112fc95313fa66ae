"""From a cube as the file gives it to groups: no sums, nobody counted twice, nothing unsaid."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from random import Random

from census.errors import BadFile
from census.own_cube import DOES_NOT_APPLY, Cube, Labels
from census.own_names import name_groups
from census.own_sums import SINGLE_YEARS, Choice, Column, bare, choose
from census.own_text import refuse, shown
from census.spelling import key
from census.topics import TOPICS

OFF_BY = 0.01
"""An area's groups may miss its own total by this share; the census's noise is far smaller."""
SAID = 6
WEIGHT_BITS = 64
_NOT_ANSWERED = re.compile(
    r"(.*\b)?(not (answered|stated|known)|no answer|prefer not to (say|answer))|unknown|missing"
)
_NOT_APPLICABLE = (key(DOES_NOT_APPLY), "not applicable", "n/a")


@dataclass(frozen=True)
class Variable:
    """One variable as understood.

    `labels` divide people, those who did not answer among them; `names` gives the group of each
    that is one. `fixed` is the one label used of a variable that divides nobody.
    """

    name: str
    labels: Labels
    names: dict[str, str]
    topic: str | None
    choice: Choice
    away: Labels
    fixed: str | None = None


@dataclass(frozen=True)
class Understood:
    """The groups of a cube: `rows` has the people per combination for each area kept."""

    variables: tuple[Variable, ...]
    areas: tuple[tuple[str, str], ...]
    rows: tuple[dict[Labels, int], ...]
    unit: str
    table: str | None
    left_out: Labels
    warnings: Labels


def understand(cube: Cube) -> Understood:
    """Take sums, people who did not answer and those it does not apply to out of the groups.

    Raises `BadFile` where there are no two groups, nobody is counted, or figures do not add up.
    """
    every = [_variable(cube, at) for at in range(len(cube.variables))]
    used = [one for one in every if one.fixed is None]
    if not any(len(one.names) > 1 for one in used):
        raise BadFile(
            f"There is one group only ({shown(cube.labels[0][0])}); at least two are expected."
        )
    warnings = [
        *(w for one in every for w in one.choice.warnings),
        *(
            f"{one.name}: only {shown(one.fixed)} is in the file."
            for one in every
            if one.fixed is not None and one.choice.kept
        ),
        *_check_totals(cube, every),
    ]
    places = _places(cube, [_labels(one) for one in every])
    spelt = [{x: one.names.get(x, x) for x in one.labels} for one in used]
    combos = list(product(*(words.values() for words in spelt)))
    areas, rows, nobody = [], [], []
    for area, counts in zip(cube.areas, cube.counts, strict=True):
        row = dict(zip(combos, [counts[i] for i in places], strict=True))
        if any(row.values()):
            areas.append(area)
            rows.append(row)
        else:
            nobody.append(area[1])
    if not rows:
        raise BadFile("Every figure is 0: nobody is counted in this file.")
    unit = _unit(every)
    left_out = [*cube.left_out, *_left_out(cube, every, unit)]
    if nobody:
        left_out.append(
            f"Not used, because nobody is counted there (a place of the past?): {some(nobody)}."
        )
    return Understood(
        tuple(used),
        tuple(areas),
        tuple(rows),
        unit,
        _table(every),
        tuple(left_out),
        tuple(warnings),
    )


def some(names: Sequence[str]) -> str:
    """List the first few names.

    >>> some(["a", "b"]), some(list("abcdefghi"))
    ('a, b', 'a, b, c, d, e, f and 3 more')
    """
    mark = "; " if any("," in name for name in names) else ", "
    said = mark.join(names[:SAID])
    return said if len(names) <= SAID else f"{said} and {len(names) - SAID:,} more"


def _labels(one: Variable) -> Labels:
    return one.labels if one.fixed is None else (one.fixed,)


def _variable(cube: Cube, at: int) -> Variable:
    away = tuple(x for x in cube.labels[at] if key(x) in _NOT_APPLICABLE)
    columns = [c for c in _columns(cube, at) if c.label not in away]
    choice = choose(columns)
    labels = choice.kept
    if len(labels) < 2:
        fixed = labels[0] if labels else choice.total
        only = fixed if fixed is not None else cube.labels[at][0]
        return Variable(cube.variables[at], labels, {}, None, choice, away, only)
    answered = [x for x in labels if not _NOT_ANSWERED.fullmatch(key(x))]
    topic, names = None, {x: x for x in answered}
    if cube.form != "two columns":
        topic, names = name_groups(cube.variables[at], answered)
    silent = [x for x in labels if x not in names]
    return Variable(cube.variables[at], (*names, *silent), names, topic, choice, away)


def _columns(cube: Cube, at: int) -> list[Column]:
    """Return the labels of one variable with their people and marks, over all else."""
    rng = Random(2021)
    sizes = [len(labels) for labels in cube.labels]
    step = prod(sizes[at + 1 :])
    block = step * sizes[at]
    each = [0] * len(cube.labels[at])
    marks, places = list(each), list(each)
    for counts in cube.counts:
        for start in range(0, len(counts), block):
            for within in range(step):
                weight = rng.getrandbits(WEIGHT_BITS) | 1
                for i, count in enumerate(counts[start + within : start + block : step]):
                    if count:
                        each[i] += count
                        marks[i] += count * weight
                        places[i] += 1
    return [Column(*one) for one in zip(cube.labels[at], each, marks, places, strict=True)]


def _places(cube: Cube, wanted: Sequence[Sequence[str]]) -> list[int]:
    """Return where the combinations of the wanted labels stand, the last variable fastest."""
    found = [0]
    for labels, chosen in zip(cube.labels, wanted, strict=True):
        at = {label: i for i, label in enumerate(labels)}
        found = [base * len(labels) + at[label] for base in found for label in chosen]
    return found


def _check_totals(cube: Cube, every: Sequence[Variable]) -> list[str]:
    """Compare each area's groups with the file's own total.

    Refuses a line that does not add up, and groups that come to more than everyone; warns where
    groups are missing in every area.
    """
    totals = [one.choice.total if one.choice.total else one.fixed for one in every]
    if not all(totals):
        return []
    [total_at] = _places(cube, [[str(total)] for total in totals])
    places = _places(cube, [_labels(one) for one in every])
    if places == [total_at]:
        return []
    misses = []
    for n, counts in enumerate(cube.counts):
        people = sum([counts[i] for i in places])
        if abs(people - counts[total_at]) > OFF_BY * counts[total_at]:
            misses.append((n, people, counts[total_at]))
    if not misses:
        return []
    n, people, total = misses[0]
    of = f" of {shown(cube.areas[n][1])}" if cube.areas[n][1] else ""
    if len(misses) < len(cube.areas) or people > total:
        raise refuse(
            cube.lines[n],
            f"the groups{of} add up to {people:,}, but {shown(str(totals[0]))} says {total:,}. "
            "Keep only groups that count nobody twice, or download the file again.",
        )
    return [f"The groups{of} add up to {people:,} of {total:,}: some groups are not in the file."]


def _left_out(cube: Cube, every: Sequence[Variable], unit: str) -> list[str]:
    said = []
    for one in every:
        sums = [x for x in (one.choice.total, *one.choice.sums) if x and x != one.fixed]
        if sums:
            adds = "it adds" if len(sums) == 1 else "they add"
            said.append(f"Not used, because {adds} up other figures: {some(sums)}.")
    for at, one in enumerate(every):
        silent = [x for x in one.labels if x not in one.names] if one.fixed is None else []
        for label in (*one.away, *silent):
            wanted = [[label] if n == at else _labels(two) for n, two in enumerate(every)]
            places = _places(cube, wanted)
            people = sum(sum([counts[i] for i in places]) for counts in cube.counts)
            of = f" of {one.name}" if len(every) > 1 else ""
            said.append(f"Not a group{of}: {label}, {people:,} {unit}.")
    return said


def _unit(every: Sequence[Variable]) -> str:
    for one in every:
        topic = TOPICS.get(one.topic or "")
        total = key(one.choice.total or "")
        if topic and topic.kind == "households":
            return "households"
        if "household" in total and "resident" not in total:
            return "households"
    return "people"


def _table(every: Sequence[Variable]) -> str | None:
    """Return the official table these are the groups of, where the groups can tell.

    "TS038-4" is our name for TS038 with its finer groups.
    """
    used = [one for one in every if one.fixed is None]
    if len(used) == len(every) == 1:
        table = used[0].choice.table
        return re.sub(r"-[0-9]+$", "", table) if table else None
    ages = {bare(x) for x in SINGLE_YEARS}
    is_ts009 = len(used) == 2 and {one.choice.table for one in used} == {"TS008", None}
    if is_ts009 and any({bare(x) for x in one.choice.kept} == ages for one in used):
        return "TS009"
    return None
