"""The groups of a topic: what they are called, and how they are put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from census.errors import UnknownGroup
from census.model import GroupCount
from census.spelling import did_you_mean, key
from census.tables import TABLES
from census.topics import Topic


def broad(groups: Sequence[GroupCount]) -> list[GroupCount]:
    """Return the broad groups of detailed ones, each with its parts."""
    names = dict.fromkeys(str(group.broad) for group in groups)
    return [
        GroupCount(
            name,
            sum(group.people for group in groups if group.broad == name),
            parts=tuple(group.name for group in groups if group.broad == name),
        )
        for name in names
    ]


def names_of(topic: Topic) -> dict[str, str]:
    """Return every way to name a group of the topic, as compared, to the name we print.

    A group answers to its short name, its official label, and the last part of that label where
    no other group has it.
    """
    short = {key(leaf.name): leaf.name for leaf in topic.leaves}
    short |= {key(str(leaf.broad)): str(leaf.broad) for leaf in topic.leaves if leaf.broad}
    meant: dict[str, set[str]] = {}
    prefix = TABLES[topic.table].prefix if topic.table in TABLES else ""
    for leaf in topic.leaves:
        for label in (leaf.label, f"{prefix}: {leaf.label}", leaf.label.rsplit(": ", 1)[-1]):
            meant.setdefault(key(label), set()).add(leaf.name)
        if leaf.broad and ": " in leaf.label:
            head = leaf.label.split(": ", 1)[0]
            for label in (head, f"{prefix}: {head}"):
                meant.setdefault(key(label), set()).add(leaf.broad)
    official = {label: next(iter(names)) for label, names in meant.items() if len(names) == 1}
    return official | short


def merged(
    groups: Sequence[GroupCount],
    merge: Sequence[tuple[str, tuple[str, ...]]],
    topic: Topic,
    aliases: Mapping[str, str],
) -> list[GroupCount]:
    """Put groups together by hand; each keeps its parts."""
    out = list(groups)
    for name, parts in merge:
        present = {key(group.name): group for group in out}
        chosen: list[GroupCount] = []
        for part in parts:
            group = present.get(key(part)) or present.get(key(aliases.get(key(part), part)))
            if group is None:
                raise UnknownGroup(
                    f"{topic.title} has no group {part!r} to merge into {name!r}."
                    f"{did_you_mean(part, [g.name for g in out])}"
                )
            if group in chosen:
                raise UnknownGroup(f"{part!r} is merged twice into {name!r}.")
            chosen.append(group)
        if len(chosen) < 2:
            raise UnknownGroup(f"{name!r} merges fewer than two groups.")
        if key(name) in present and present[key(name)] not in chosen:
            raise UnknownGroup(f"{topic.title} already has a group {name!r}; choose another name.")
        broad = {group.broad for group in chosen}
        both = GroupCount(
            name.strip(),
            sum(group.people for group in chosen),
            chosen[0].broad if len(broad) == 1 else None,
            tuple(part for group in chosen for part in (group.parts or (group.name,))),
        )
        out[out.index(chosen[0])] = both
        out = [group for group in out if group not in chosen]
    return out
