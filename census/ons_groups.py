"""Which grouping of a census question makes up the groups wanted, and how.

The ONS service offers a question in several groupings, each a variable of its own. Nothing here
touches the network.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from census.bands import Band, age_span, band_name, default_bands, read_bands
from census.errors import BadBands, NotPublished
from census.model import Ages
from census.spelling import or_list
from census.tables import ONS_SPELLINGS
from census.topics import BROAD, Topic

STEMS = {
    "TS003": "hh_family_composition",
    "TS004": "country_of_birth",
    "TS021": "ethnic_group_tb",
    "TS029": "english_proficiency",
    "TS030": "religion_tb",
    "TS037": "health_in_general",
    "TS038": "disability",
    "TS039": "is_carer",
    "TS045": "number_of_cars",
    "TS054": "hh_tenure",
    "TS062": "ns_sec",
    "TS066": "economic_activity",
    "TS067": "highest_qualification",
    "TS077": "sexual_orientation",
}
"""The service's name of the variable behind a table; how it is grouped follows that name."""
OF_HOUSEHOLDS = ("TS003", "TS045", "TS054")
ALONE = {
    "One person household": "Lives alone",
    "Single family household": "Lives with others",
    "Other household types": "Lives with others",
}
DOES_NOT_APPLY = "-8"
NOT_ANSWERED = "Not answered"
READABLE = 12
"""Groups listed in a message at most."""


@dataclass(frozen=True)
class Wanted:
    """A topic as it is wanted in a joint table; `bands` are for age only."""

    topic: Topic
    grouping: str | None = None
    bands: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Variable:
    """One grouping of a census question at the service: its categories as (id, label)."""

    id: str
    categories: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Fold:
    """How the categories of a variable make up groups; None is for people of no group."""

    variable: Variable
    groups: tuple[str, ...]
    group_of: Mapping[str, str | None]


def stem_of(topic: Topic) -> str:
    """Return the service's name of the variable behind a topic; raises `NotPublished`."""
    if topic.id in ("age", "sex"):
        return {"age": "resident_age", "sex": "sex"}[topic.id]
    stem = STEMS.get(topic.table.split(",")[0])
    if stem is None:
        raise NotPublished(
            f"The census service does not combine {topic.title} with other characteristics."
        )
    return stem


def fold_ages(variable: Variable, bands: Sequence[Band]) -> Fold | None:
    """Return how a variable's ages make up bands, or None if one lies in two, or any is missing.

    The bands follow each other; ages below the first and above the last are left out.
    """
    spans = {
        category: age_span(label)
        for category, label in variable.categories
        if not _is_outside(category, label)
    }
    known = sorted((span for span in spans.values() if span), key=lambda span: span[0])
    if not known or len(known) < len(spans):
        return None
    if any(one[1] is None or after[0] != one[1] + 1 for one, after in pairwise(known)):
        return None
    first, last = bands[0][0], bands[-1][1]
    if known[0][0] > first or not _reaches(known[-1][1], last):
        return None
    group_of: dict[str, str | None] = {DOES_NOT_APPLY: None}
    for category, _ in variable.categories:
        span = spans.get(category)
        if span is None or not _meets(span, first, last):
            group_of[category] = None
        else:
            within = [b for b in bands if b[0] <= span[0] and _reaches(b[1], span[1])]
            if not within:
                return None
            group_of[category] = band_name(within[0])
    return Fold(variable, tuple(band_name(band) for band in bands), group_of)


def _reaches(end: int | None, other: int | None) -> bool:
    """Say whether one open or closed end is no lower than another."""
    return end is None or (other is not None and end >= other)


def _meets(span: Band, first: int, last: int | None) -> bool:
    """Say whether a span of ages has any age from the first to the last."""
    return (last is None or span[0] <= last) and (span[1] is None or span[1] >= first)


def _is_outside(category: str, label: str) -> bool:
    return category == DOES_NOT_APPLY or _bare(label) == "does not apply"


def _bare(label: str) -> str:
    """Return a label as it is compared: words only, as the service's marks differ from ours."""
    return " ".join(re.findall(r"[^\W_]+", label.casefold()))


def fold_topic(variable: Variable, topic: Topic, grouping: str) -> Fold | None:
    """Return how a variable's categories make up the groups of a topic, or None.

    A category belongs to a group if it is one of its leaves, lies below one, or is a heading all
    of whose leaves are in that group. Every category must belong somewhere and every group must
    have one.
    """
    nodes = _nodes(topic, grouping)
    group_of: dict[str, str | None] = {DOES_NOT_APPLY: None}
    for category, label in variable.categories:
        if _is_outside(category, label):
            group_of[category] = None
            continue
        if _bare(label) == _bare(topic.not_answered or NOT_ANSWERED):
            group_of[category] = NOT_ANSWERED
            continue
        steps = label.split(":")
        headings = (_bare(":".join(steps[:end])) for end in range(len(steps), 0, -1))
        group = next((nodes[name] for name in headings if name in nodes), None)
        if group is None:
            return None
        group_of[category] = group
    groups = topic.groupings[grouping]
    return Fold(variable, groups, group_of) if set(groups) <= set(group_of.values()) else None


def _nodes(topic: Topic, grouping: str) -> dict[str, str | None]:
    """Return every label and heading of a topic with the group under it; None for several."""
    leaves = [(leaf.label, str(leaf.broad) if grouping == BROAD else leaf.name)
              for leaf in topic.leaves]  # fmt: skip
    if topic.kind == "living alone":
        leaves = list(ALONE.items())
    nodes: dict[str, str | None] = {}
    for label, group in leaves:
        steps = label.split(":")
        for end in range(1, len(steps) + 1):
            name = _bare(":".join(steps[:end]))
            nodes[name] = group if nodes.get(name, group) == group else None
    for words, label in ONS_SPELLINGS.get(topic.table, {}).items():
        if _bare(label) in nodes:
            nodes[_bare(words)] = nodes[_bare(label)]
    return nodes


def _fold(variable: Variable, wanted: Wanted, bands: Sequence[Band], grouping: str) -> Fold | None:
    if wanted.topic.id == "age":
        return fold_ages(variable, bands)
    return fold_topic(variable, wanted.topic.read_as(grouping), grouping)


def _bands(wanted: Wanted, ages: Ages) -> list[Band]:
    if wanted.topic.id != "age":
        if wanted.bands is not None:
            raise BadBands(f"{wanted.topic.title} has no age bands; only Age takes them.")
        return []
    return read_bands(wanted.bands if wanted.bands is not None else default_bands(ages), ages)


def choose(variables: Sequence[Variable], wanted: Wanted, ages: Ages) -> Fold:
    """Return the fold of the variable with the fewest categories that makes up what is wanted.

    Raises `BadBands` or `NotPublished`, with what the service could give instead.
    """
    topic, bands = wanted.topic, _bands(wanted, ages)
    grouping = topic.grouping(wanted.grouping)
    in_order = sorted(variables, key=lambda one: (len(one.categories), one.id))
    for variable in in_order:
        if fold := _fold(variable, wanted, bands, grouping):
            return fold
    if topic.id == "age":
        asked = or_list([band_name(band) for band in bands])
        offered = [found for one in in_order if (found := _bands_of(one, ages))]
        hint = f" It can give {offered[-1]}." if offered else _starts(variables, ages)
        raise BadBands(f"The census service has no ages that make up {asked}.{hint}")
    others = [
        name
        for name in topic.groupings
        if name != grouping and any(fold_topic(one, topic.read_as(name), name) for one in in_order)
    ]
    hint = ""
    if others:
        hint = (
            f" It has {', '.join(topic.groupings[others[0]])}: choose the grouping {others[0]!r}."
        )
    elif in_order and len(in_order[-1].categories) <= READABLE:
        hint = f" It has {'; '.join(label for _, label in in_order[-1].categories)}."
    raise NotPublished(
        f"The census service does not have {topic.title} in these {len(topic.groupings[grouping])} "
        f"groups together with other characteristics.{hint}"
    )


def _bands_of(variable: Variable, ages: Ages) -> str:
    """Return the bands a variable has for the ages of a round, in words; empty if it has none."""
    spans = [age_span(label) for _, label in variable.categories]
    inside = sorted(
        (span for span in spans if span and span[0] >= ages.lowest
         and _reaches(ages.highest, span[1])),
        key=lambda span: span[0],
    )  # fmt: skip
    if not 1 < len(inside) <= READABLE or not fold_ages(variable, inside):
        return ""
    if inside[0][0] != ages.lowest or inside[-1][1] != ages.highest:
        return ""
    names = [band_name(span) for span in inside]
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _starts(variables: Sequence[Variable], ages: Ages) -> str:
    spans = [age_span(label) for one in variables for _, label in one.categories]
    starts = sorted({span[0] for span in spans if span}, key=lambda age: abs(age - ages.lowest))[:3]
    return f" It divides ages at {or_list([str(age) for age in sorted(starts)])}." if starts else ""


def coarser(variables: Sequence[Variable], wanted: Wanted, ages: Ages, *, than: int) -> list[str]:
    """Return, in words, the next coarser groups that exist for a topic; empty if there are none."""
    smaller = [one for one in variables if len(one.categories) < than]
    topic = wanted.topic
    if topic.id == "age":
        if wanted.bands and len(wanted.bands) == 1:
            return []
        smaller.sort(key=lambda one: (-len(one.categories), one.id))
        offered = [found for one in smaller if (found := _bands_of(one, ages))]
        return [f"Age in {offered[0]}"] if offered else []
    now = len(topic.groupings[topic.grouping(wanted.grouping)])
    for name, groups in topic.groupings.items():
        read_as = topic.read_as(name)
        if len(groups) < now and any(fold_topic(one, read_as, name) for one in smaller):
            words = f"{name} groups" if name == BROAD else or_list(groups)
            return [f"{topic.title} in {words}"]
    return []
