"""The next round's mix from what is missing: proposed, explained, and written into a brief."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from census.spelling import key
from sampler.apportion import closest, free
from sampler.brief import Brief, CharacteristicBrief
from sampler.programmes.common_groups import read_band
from sampler.programmes.gaps import Gap, gaps
from sampler.programmes.heard import HeardCharacteristic
from sampler.programmes.programme import AudienceView

RULES = ("minimum", "minimum_share", "maximum")
ACROSS = ("leave_out", "rule", "joint", "split")


@dataclass(frozen=True)
class NextGroup:
    """One group of the next round: its gap, the places proposed, and those by population alone."""

    group: str
    gap: Gap
    target: int
    usual: int

    @property
    def why(self) -> str:
        """Say how the places came about."""
        said = self.gap.words()
        if self.gap.places == self.target or not self.gap.short:
            return said
        way = "up" if self.target > self.gap.places else "down"
        return f"{said.removesuffix('.')}, rounded {way} to {self.target}."


@dataclass(frozen=True)
class NextCharacteristic:
    """One characteristic of the next round, most missing first."""

    name: str
    topic: str | None
    groups: tuple[NextGroup, ...]
    heard: int
    rounds: int


@dataclass(frozen=True)
class NextMix:
    """A round of so many people proposed from the gaps.

    `not_followed` are characteristics without gaps to follow, each with why.
    """

    people: int
    characteristics: tuple[NextCharacteristic, ...]
    not_followed: tuple[tuple[str, str], ...] = ()


def proposal(view: AudienceView, people: int, names: Collection[str] | None = None) -> NextMix:
    """Return what a round of so many people would be, by the gaps of these characteristics.

    All of them where none are named. A group's share is in proportion to what it is short of, of
    everybody heard with the new round among them (`gaps`).
    """
    made, left = [], []
    for part in view.characteristics:
        if names is not None and part.name not in names:
            continue
        shares = shares_of(part)
        if shares is None:
            left.append((part.name, "No share of the population is known of its groups."))
            continue
        found = gaps(shares, [row.heard for row in part.rows], people)
        targets = _rounded([gap.wanted for gap in found], shares, people)
        usual = _rounded(shares, shares, people)
        groups = [
            NextGroup(row.group, gap, target, before)
            for row, gap, target, before in zip(part.rows, found, targets, usual, strict=True)
        ]
        groups.sort(key=lambda one: -one.gap.short)
        rounds = len(part.rounds)
        made.append(
            NextCharacteristic(part.name, part.part.topic, tuple(groups), part.known, rounds)
        )
    return NextMix(people, tuple(made), tuple(left))


def shares_of(part: HeardCharacteristic) -> list[Fraction] | None:
    """Return the share of the population of each row; of typed shares, those typed.

    None where none are known, or where the shares of the rounds were themselves changed.
    """
    shares = [row.share for row in part.rows if row.share is not None]
    if len(shares) == len(part.rows) and shares:
        return shares
    planned = part.part
    typed = {quota.group: quota.share for quota in planned.quotas if quota.share is not None}
    plain = planned.voices == "population" and not planned.from_gaps
    if planned.basis != "typed shares" or not plain or part.notes:
        return None
    found = [typed[row.group] for row in part.rows if row.group in typed]
    return found if len(found) == len(part.rows) and sum(found) == 1 else None


def _rounded(wanted: list[Fraction], sizes: list[Fraction], people: int) -> list[int]:
    scale = lcm(*(share.denominator for share in (*wanted, *sizes)))
    weights = [int(share * scale) for share in wanted]
    return closest(free(weights, [int(size * scale) for size in sizes]), people)


def cannot_follow(view: AudienceView, choices: Collection[str], base: Brief) -> dict[str, str]:
    """Return which characteristics chosen a brief cannot take the gaps of, each with why."""
    found = {}
    for name in choices:
        part = view.named(name)
        asking = [one for one in base.characteristic if part and _is_of(one, part)]
        if part is None or not asking:
            found[name] = "The round does not ask it."
            continue
        asked = asking[0]
        if asked.is_minimums_only:
            found[name] = "It has only minimums, and no shares to follow."
        elif _asking(asked, part) is None:
            found[name] = "Its groups were put together from rounds that ask it in different ones."
    return found


def brief_for(view: AudienceView, choices: Collection[str], people: int, base: Brief) -> Brief:
    """Return the brief of the next round: that of `base`, its mix from the gaps of those chosen.

    It covers the places added up, for so many people. Each characteristic chosen asks for the
    groups its people were counted in and takes their numbers along (`heard`); where that cannot be
    (`cannot_follow`) it stays as it is. Rules about groups that are gone are left out, and raised
    shares and voices where the mix follows the gaps. Raises `BriefError`.
    """
    parts, moved = [], set()
    for one in base.characteristic:
        found = next((p for p in view.characteristics if _is_of(one, p)), None)
        asking = _asking(one, found) if found and found.name in choices else None
        if found is None or asking is None:
            parts.append(one.model_copy(update={"heard": None, "heard_rounds": None}))
            continue
        present = {key(row.group) for row in found.rows}
        rules = {
            field: {g: n for g, n in getattr(one, field).items() if key(g) in present}
            for field in RULES
        }
        if asking.model_dump(include=set(ASKS)) != one.model_dump(include=set(ASKS)):
            moved.add(key(found.name))
        order = {group: i for i, group in enumerate(found.part.groups)}
        rows = sorted(found.rows, key=lambda row: order.get(row.group, 0))
        parts.append(
            asking.model_copy(
                update={
                    "must_have": one.must_have,
                    "keep_broad": one.keep_broad and asking.grouping == one.grouping,
                    "voices": "population",
                    "boost": {},
                    "heard": {row.group: row.heard for row in rows},
                    "heard_rounds": len(found.rounds),
                    **rules,
                }
            )
        )
    values = base.model_dump() | {
        "people_wanted": people,
        "areas": [area.code for area in view.areas] or base.areas,
        "characteristic": [part.model_dump() for part in parts],
        "leave_out": [r.model_dump() for r in base.leave_out if not moved & _keys(r.pair)],
        "rule": [r.model_dump() for r in base.rule if not moved & _keys(r.where)],
        "joint": [j.model_dump() for j in base.joint if not moved & _keys(j.of)],
    }
    if people != base.people_wanted:
        values["split"] = []
    return base.changed(**values)


ASKS = ("topic", "name", "grouping", "bands", "merge")
"""What decides the groups of a characteristic."""


def _keys(names: Collection[str]) -> set[str]:
    return {key(name) for name in names}


def _is_of(one: CharacteristicBrief, part: HeardCharacteristic) -> bool:
    if one.topic or part.part.topic:
        return one.topic == part.part.topic
    return key(str(one.name)) == key(part.name)


def _asking(one: CharacteristicBrief, part: HeardCharacteristic) -> CharacteristicBrief | None:
    """Return this part of a brief, changed to ask for the groups counted; None if it cannot."""
    if one.is_minimums_only:
        return None
    names = [row.group for row in part.rows]
    if one.topic is None:
        groups = list(one.shares or one.people or {})
        return one if _keys(groups) == _keys(names) else None
    if one.topic == "age":
        bands = sorted(names, key=lambda name: read_band(name) or (0, None))
        return one.model_copy(update={"bands": tuple(bands)})
    if part.asked is not None:
        taken = {field: getattr(part.asked, field) for field in ("grouping", "merge")}
        return one.model_copy(update=taken)
    if _keys(names) == _keys([q.broad for q in part.part.quotas if q.broad]):
        return one.model_copy(update={"grouping": "broad", "merge": {}})
    return None
