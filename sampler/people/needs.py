"""What each characteristic still needs: groups counted against their ranges, and not known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from sampler.mix import Mix, MixCharacteristic
from sampler.model import Participant, Plan, PlannedCharacteristic

OUTSIDE = -1
"""In place of a group: an answer that names none of the plan's, and never will."""
Cell = int | str | None
"""A group by its place, or else a broad group by its name, or None where neither is known."""
Profile = tuple[Cell, ...]


class Reader:
    """Reads people as profiles: a cell for every characteristic of a plan, or of a mix."""

    def __init__(self, of: Plan | Mix) -> None:
        self._parts = [
            (
                part.name,
                {name: i for i, name in enumerate(_names(part))},
                len(part.groups) - 1 if part.basis == "minimums" else OUTSIDE,
            )
            for part in of.characteristics
        ]

    def profile(self, person: Participant) -> Profile:
        """Return somebody's groups by their places in the plan."""
        found: list[Cell] = []
        for name, places, anyone in self._parts:
            answer = person.answers.get(name)
            if answer is None or answer.kind not in ("group", "broad"):
                found.append(None)
            elif answer.kind == "broad":
                found.append(answer.text)
            else:
                found.append(places.get(answer.text, anyone))
        return tuple(found)


def _names(part: PlannedCharacteristic | MixCharacteristic) -> Sequence[str]:
    if isinstance(part, PlannedCharacteristic):
        return part.groups
    return [group.name for group in part.groups]


@dataclass(frozen=True)
class Need:
    """One characteristic: the range of every group, who is counted, and the answers not known.

    `loose` are people by the broad group known of them, None where not even that is.
    """

    part: PlannedCharacteristic
    counted: tuple[int, ...]
    loose: Mapping[str | None, int]
    outside: int

    @cached_property
    def gaps(self) -> tuple[int, ...]:
        """How many each group misses."""
        return tuple(
            max(0, quota.low - here)
            for quota, here in zip(self.part.quotas, self.counted, strict=True)
        )

    @cached_property
    def room(self) -> tuple[int, ...]:
        """How many more each group can take; below 0 where there are too many already."""
        return tuple(
            quota.high - here for quota, here in zip(self.part.quotas, self.counted, strict=True)
        )

    @cached_property
    def missing(self) -> int:
        """How many have to be found at least: those not known may be in groups that miss some."""
        gaps: Counter[str | None] = Counter()
        for quota, gap in zip(self.part.quotas, self.gaps, strict=True):
            gaps[quota.broad] += gap
        left = sum(gaps.values())
        for broad, number in self.loose.items():
            if broad is not None:
                left -= min(number, gaps[broad])
        return max(0, left - self.loose.get(None, 0))

    def without(self, cell: Cell) -> Need:
        """Return what is needed without one of the people counted, who has this cell."""
        loose, counted = dict(self.loose), list(self.counted)
        if not isinstance(cell, int):
            loose[cell] -= 1
        elif cell != OUTSIDE:
            counted[cell] -= 1
        outside = self.outside - (cell == OUTSIDE)
        return Need(self.part, tuple(counted), loose, outside)


def needs(plan: Plan, profiles: Iterable[Profile]) -> tuple[Need, ...]:
    """Return what each characteristic needs beside people of these profiles."""
    found = Counter(profiles)
    needed = []
    for column, part in enumerate(plan.characteristics):
        cells: Counter[Cell] = Counter()
        for profile, number in found.items():
            cells[profile[column]] += number
        needed.append(
            Need(
                part,
                tuple(cells[g] for g in range(len(part.quotas))),
                {c: n for c, n in cells.items() if c is None or isinstance(c, str)},
                cells[OUTSIDE],
            )
        )
    return tuple(needed)


def seats_left(plan: Plan, counted: Sequence[object]) -> int:
    """Return how many places nobody takes yet."""
    return max(0, plan.people_wanted - len(counted))


def in_running_text(part: PlannedCharacteristic) -> str:
    """Return a characteristic's name as it stands within a sentence; one by hand is left alone."""
    return part.name.lower() if part.topic else part.name
