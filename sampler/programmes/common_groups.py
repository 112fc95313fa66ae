"""The groups that rounds share which ask one characteristic in different groups.

Age bands meet at the cuts they have in common, detailed and broad groups in the broad ones. Over
nations, whose censuses ask in different groups, only broad groups of the same name are shared.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from census.spelling import key
from sampler.model import PlannedCharacteristic, Quota
from sampler.words import group_words, listed

ACROSS_NATIONS: Mapping[str, Mapping[str, str]] = {
    "ethnic_group": {
        "irish traveller": "White",
        "roma": "White",
        "indian": "Asian",
        "chinese": "Asian",
        "filipino": "Asian",
        "pakistani": "Asian",
        "other asian": "Asian",
        "black african": "Black",
        "other black": "Black",
        "arab": "Other",
        "other ethnic groups": "Other",
    },
    "religion": {
        "catholic": "Christian",
        "protestant and other christian": "Christian",
        "presbyterian church in ireland": "Christian",
        "church of ireland": "Christian",
        "methodist church in ireland": "Christian",
        "other christian": "Christian",
        "buddhist": "Other religions",
        "hindu": "Other religions",
        "jewish": "Other religions",
        "muslim": "Other religions",
        "sikh": "Other religions",
        "other religion": "Other religions",
    },
    "unpaid_care": {
        "1 to 19 hours": "19 hours or less",
        "20 to 34 hours": "20 to 49 hours",
        "35 to 49 hours": "20 to 49 hours",
    },
}
"""Where a group of one nation's census belongs that the other's does not have, by topic."""
NOT_TOGETHER = "asks it in groups that cannot be put together with the others."
_BAND = re.compile(r"(\d{1,3})(?:\s*-\s*(\d{1,3})|\s*(\+))?")
Band = tuple[int, int | None]


@dataclass(frozen=True)
class CommonGroup:
    """One shared group: the groups, and broad groups, of each characteristic that it takes in.

    `members` and `broad` have an entry a characteristic, in the order asked.
    """

    name: str
    members: tuple[tuple[str, ...], ...]
    broad: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Common:
    """The groups shared; `note` says how they came about where they are not simply as asked."""

    groups: tuple[CommonGroup, ...]
    note: str = ""


@dataclass(frozen=True)
class Different:
    """Why there are no groups to share, in words that follow "It"."""

    reason: str


def same_groups(one: PlannedCharacteristic, other: PlannedCharacteristic) -> bool:
    """Say whether two characteristics have the same groups, in whatever order."""
    if one.groups == other.groups and not any(q.parts for q in (*one.quotas, *other.quotas)):
        return True
    return _shape(one) == _shape(other)


def _shape(part: PlannedCharacteristic) -> dict[str, tuple[str, ...]]:
    return {key(q.group): tuple(sorted(map(key, q.parts))) for q in part.quotas}


def common(
    parts: Sequence[PlannedCharacteristic],
    in_broad: Sequence[bool] = (),
    *,
    nations: Sequence[str] = (),
) -> Common | Different:
    """Return the groups that these characteristics share, or why there are none.

    `in_broad` says of which only broad groups are to be used, `nations` where each was asked.
    """
    broad_only = any(in_broad)
    first = parts[0]
    has_broad = broad_only and any(_has_broad(part) for part in parts)
    if all(same_groups(first, part) for part in parts) and not has_broad:
        return Common(tuple(_as_asked(parts, quota) for quota in first.quotas))
    if all(part.topic == "age" for part in parts):
        return _bands(parts)
    if not any(part.topic for part in parts):
        return Different("asks it in other groups.")
    one_nation = len(dict.fromkeys(nations)) < 2 and all(part.topic for part in parts)
    if one_nation and (not has_broad or any(map(_broad_names, parts))):
        return _joined(parts, broad_only=broad_only)
    return _over_nations(parts, nations)


def _as_asked(parts: Sequence[PlannedCharacteristic], quota: Quota) -> CommonGroup:
    members = tuple(
        tuple(q.group for q in part.quotas if key(q.group) == key(quota.group)) for part in parts
    )
    alone = tuple(
        (quota.broad,) if quota.broad and _broad_names(part).count(quota.broad) == 1 else ()
        for part in parts
    )
    return CommonGroup(quota.group, members, alone)


def _has_broad(part: PlannedCharacteristic) -> bool:
    """Say whether there are broad groups: its own, or those of Northern Ireland's ethnic groups."""
    is_irish = any(key(q.group) == "irish traveller" for q in part.quotas)
    return bool(_broad_names(part)) or (part.topic == "ethnic_group" and is_irish)


def _broad_names(part: PlannedCharacteristic) -> list[str]:
    return [q.broad for q in part.quotas if q.broad]


def read_band(text: str) -> Band | None:
    """Return the ages of a band.

    >>> read_band("16-34"), read_band("75+"), read_band("Low")
    ((16, 34), (75, None), None)
    """
    found = _BAND.fullmatch(text.strip().replace("–", "-"))
    if not found:
        return None
    low = int(found[1])
    return low, None if found[3] else int(found[2] or low)


def _bands(parts: Sequence[PlannedCharacteristic]) -> Common | Different:
    read = [[read_band(q.group) for q in part.quotas] for part in parts]
    bands = [[one for one in some if one is not None] for some in read]
    if any(len(some) != len(part.quotas) for some, part in zip(bands, parts, strict=True)):
        return Different("asks ages in groups that are no age bands.")
    if any(some[0][0] != bands[0][0][0] or some[-1][1] != bands[0][-1][1] for some in bands):
        ages = _ages(bands[-1][0][0], bands[-1][-1][1])
        return Different(f"asks people aged {ages}, the others {_ages_of_first(bands)}.")
    starts = [low for low, _ in bands[0] if all(low in [b[0] for b in some] for some in bands)]
    if len(starts) < 2:
        return Different("has age bands that share no cut with the others.")
    last = bands[0][-1][1]
    groups = []
    for low, following in zip(starts, [*starts[1:], None], strict=True):
        high = following - 1 if following is not None else last
        members = tuple(
            tuple(
                q.group
                for q, band in zip(part.quotas, some, strict=True)
                if band[0] >= low and (following is None or band[0] < following)
            )
            for part, some in zip(parts, bands, strict=True)
        )
        name = f"{low}+" if high is None else f"{low}-{high}"
        groups.append(CommonGroup(name, members, ((),) * len(parts)))
    named = listed([group_words(group.name, "age") for group in groups])
    return Common(tuple(groups), f"Added up in the age bands these rounds share: {named}.")


def _ages(low: int, high: int | None) -> str:
    return f"{low} and over" if high is None else f"{low} to {high}"


def _ages_of_first(bands: Sequence[Sequence[Band]]) -> str:
    return _ages(bands[0][0][0], bands[0][-1][1])


def _atoms(quota: Quota) -> tuple[str, ...]:
    return quota.parts or (quota.group,)


def _broad_of(parts: Sequence[PlannedCharacteristic]) -> dict[str, str]:
    """Return the broad group of every detailed group that is known from any of these."""
    found: dict[str, str] = {}
    for part in parts:
        for quota in part.quotas:
            if quota.broad:
                found |= {key(atom): quota.broad for atom in _atoms(quota)}
    for part in parts:
        for quota in part.quotas:
            if not quota.broad and quota.parts and not _broad_names(part):
                for atom in quota.parts:
                    found.setdefault(key(atom), quota.group)
    return found


def _joined(parts: Sequence[PlannedCharacteristic], *, broad_only: bool) -> Common | Different:
    """Put detailed groups together until each group of every characteristic is whole."""
    every = [[key(atom) for q in part.quotas for atom in _atoms(q)] for part in parts]
    if any(sorted(some) != sorted(every[0]) for some in every):
        return Different(NOT_TOGETHER)
    broad = _broad_of(parts)
    for in_broad in [True] if broad_only else [False, True]:
        groups = _put_together(parts, broad if in_broad else {}, broad)
        if groups is not None:
            note = ""
            if all(group.name in broad.values() for group in groups):
                note = "Added up in broad groups, because not all of these rounds ask in more."
            return Common(groups, note)
    return Different("puts groups together that the others keep apart.")


def _put_together(
    parts: Sequence[PlannedCharacteristic], by: Mapping[str, str], broad: Mapping[str, str]
) -> tuple[CommonGroup, ...] | None:
    """Return the groups in which all that belongs together is together; None without a name."""
    belongs: dict[str, set[str]] = {}

    def together(atoms: Sequence[str]) -> None:
        whole = set[str]().union(*(belongs.get(atom, {atom}) for atom in atoms))
        for atom in whole:
            belongs[atom] = whole

    order = [key(atom) for q in parts[0].quotas for atom in _atoms(q)]
    names: dict[frozenset[str], str] = {}
    for name in dict.fromkeys(broad.values()):
        members = [atom for atom in order if broad.get(atom) == name]
        names[frozenset(members)] = name
        if name in by.values():
            together(members)
    for part in parts:
        for quota in part.quotas:
            atoms = [key(atom) for atom in _atoms(quota)]
            names.setdefault(frozenset(atoms), quota.group)
            together(atoms)
    wholes = list(dict.fromkeys(frozenset(belongs[atom]) for atom in order))
    for whole in wholes:
        inside = list(dict.fromkeys(broad[a] for a in order if a in whole and a in broad))
        if by and all(broad.get(atom) in inside for atom in whole):
            names.setdefault(whole, listed(inside, "or"))
    if (len(wholes) < 2 and len(parts) > 1) or any(whole not in names for whole in wholes):
        return None
    return tuple(
        CommonGroup(
            names[whole],
            tuple(
                tuple(q.group for q in part.quotas if key(_atoms(q)[0]) in whole) for part in parts
            ),
            tuple(
                tuple(
                    name
                    for name in dict.fromkeys(_broad_names(part))
                    if all(atom in whole for atom in order if broad.get(atom) == name)
                )
                for part in parts
            ),
        )
        for whole in wholes
    )


def _over_nations(
    parts: Sequence[PlannedCharacteristic], nations: Sequence[str]
) -> Common | Different:
    """Return the broad groups of one name; each group of every nation must belong to one."""
    topic = next((part.topic for part in parts if part.topic), "") or ""
    moved = ACROSS_NATIONS.get(topic, {})
    leaves = {atom: moved.get(key(name), name) for atom, name in _broad_of(parts).items()}
    broad = dict.fromkeys(key(name) for name in leaves.values())
    spelled = {key(name): name for name in [*leaves.values(), *moved.values()]}

    def belongs(quota: Quota) -> str:
        called = key(quota.group)
        if quota.broad:
            return moved.get(key(quota.broad), quota.broad)
        if called in moved:
            return moved[called]
        if called in broad:
            return spelled[called]
        return leaves.get(called, quota.group)

    found: list[dict[str, list[Quota]]] = []
    for part in parts:
        by_name: dict[str, list[Quota]] = {}
        for quota in part.quotas:
            by_name.setdefault(key(belongs(quota)), []).append(quota)
            spelled.setdefault(key(belongs(quota)), belongs(quota))
        found.append(by_name)
    between = list(dict.fromkeys(nations))
    if any(sorted(one) != sorted(found[0]) for one in found) or len(found[0]) < 2:
        if len(between) < 2:
            return Different(NOT_TOGETHER)
        return Different("asks it in groups of another census, and they share no broad groups.")
    groups = tuple(
        CommonGroup(
            spelled[name],
            tuple(tuple(q.group for q in one[name]) for one in found),
            tuple(tuple(dict.fromkeys(q.broad for q in one[name] if q.broad)) for one in found),
        )
        for name in found[0]
    )
    named = listed(between) if len(between) > 1 else "these rounds"
    return Common(groups, f"Added up in broad groups, the only ones {named} share.")
