"""Counts in bands of five, and whether bands shown together give a small count away.

Whoever sees bands and knows this program can work out every set of counts that fits them. Within
its band a small count can be any of 1 to 4; only sums tie groups together. So bands give a count
away just where a sum is used up: where the least (or the most) that the groups of a
characteristic add up to is the most (or the least) their total can be. Then every group is known.

With two snapshots three sums have to have room: the people then, the people now, and those added
between. Counts are flows from two sources, the people then and those added, through the groups.
Where no cut of such a network is full, every flow can change by one person (Ford and Fulkerson,
Flows in Networks, 1962), so no count is known, nor an addition: room for one person is enough, and
no less is. Three and more snapshots are no such network, as one person can count in two of its
sums; room for two people is asked for throughout. That also keeps what was once published from
standing in the way of what follows. tests/test_shared.py goes through all cases of one and of two
snapshots, its soak through those of three with up to four groups; longer rows are not proved.

The decision needs only what is shown, never a count: every set of counts behind the same bands is
shown or held back alike, so the decision itself tells nothing more.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

FIVE = 5
ROOM = 2
"""By how many people a total can differ, at least, from the least and the most there can be."""
NOBODY = "nobody"
FEW = "fewer than 5"


class Band(NamedTuple):
    """The least and the most a count can be."""

    low: int
    high: int

    @property
    def words(self) -> str:
        """The band as it is shown.

        >>> Band(0, 0).words, Band(1, 4).words, Band(10, 14).words
        ('nobody', 'fewer than 5', '10 to 14')
        """
        if self.high < FIVE:
            return FEW if self.high else NOBODY
        return f"{self.low:,} to {self.high:,}"


def band(number: int, *, show_zeros: bool) -> Band:
    """Return the band of a count; where zeros are not shown, nobody is among fewer than 5.

    >>> band(0, show_zeros=True), band(3, show_zeros=True), band(3, show_zeros=False)
    (Band(low=0, high=0), Band(low=1, high=4), Band(low=0, high=4))
    >>> band(23, show_zeros=True)
    Band(low=20, high=24)
    """
    if number < FIVE:
        return Band(0, 0) if show_zeros and not number else Band(int(show_zeros), FIVE - 1)
    low = number - number % FIVE
    return Band(low, low + FIVE - 1)


def read_band(words: str, *, show_zeros: bool) -> Band:
    """Return the band that was shown in these words; raises `ValueError`."""
    if words == NOBODY and show_zeros:
        return Band(0, 0)
    if words == FEW:
        return band(1, show_zeros=show_zeros)
    found = re.fullmatch(r"([1-9][\d,]*) to [\d,]+", words, re.ASCII)
    made = band(int(found[1].replace(",", "")), show_zeros=True) if found else None
    if made is None or made.words != words:
        raise ValueError("That is no band of people.")
    return made


class Part(NamedTuple):
    """One characteristic: the band of people whose group is known, and each group's."""

    known: Band
    groups: tuple[Band, ...]


class Shown(NamedTuple):
    """All that is shown of counts: people, rounds, and the characteristics by name."""

    people: Band
    rounds: int
    parts: Mapping[str, Part]


def sums(bands: Sequence[Band]) -> Band:
    """Return the least and the most that counts add up to."""
    return Band(sum(b.low for b in bands), sum(b.high for b in bands))


def both(one: Band, other: Band) -> Band:
    """Return what is possible by both; its least above its most where nothing is."""
    return Band(max(one.low, other.low), min(one.high, other.high))


def gives_away(shown: Sequence[Shown]) -> bool:
    """Say whether snapshots seen together give away a count of 1 to 4, or such an addition.

    They are in the order of their days. A characteristic has the same groups in the same order in
    all of them; a snapshot that does not show it leaves it out.

    >>> few, most = Band(1, 4), Band(30, 34)
    >>> gives_away([Shown(most, 3, {"Ethnic group": Part(most, (most, few, few, few, few))})])
    True
    >>> gives_away([Shown(most, 3, {"Ethnic group": Part(most, (most, few, few))})])
    False
    """
    shown = _since_people_left(shown)
    sizes, possible = _possible(shown)
    _tighten(possible)
    return any(
        possible[key].high < size.low + ROOM or possible[key].low > size.high - ROOM
        for key, size in sizes.items()
    )


Total = tuple[str | None, int, int]
"""A characteristic (None: everybody) and two snapshots: what was added from one to the other.

From snapshot -1, which is before all, everybody in a snapshot was added.
"""


def _since_people_left(shown: Sequence[Shown]) -> Sequence[Shown]:
    """Drop what was shown before people were seen to be taken out: nothing ties it to the rest."""
    first = 0
    for t, now in enumerate(shown):
        for s, before in enumerate(shown[:t]):
            for name in (name for name in now.parts if name in before.parts):
                old, new = before.parts[name], now.parts[name]
                pairs = zip((old.known, *old.groups), (new.known, *new.groups), strict=True)
                if any(a.low > b.high for a, b in pairs):
                    first = max(first, s + 1)
    return shown[first:]


def _possible(shown: Sequence[Shown]) -> tuple[dict[Total, Band], dict[Total, Band]]:
    """Return what groups can add up to by their own bands, and all totals as they are shown."""
    sizes: dict[Total, Band] = {}
    possible: dict[Total, Band] = {}
    for t, now in enumerate(shown):
        possible[None, -1, t] = now.people
        for s, before in enumerate(shown[:t]):
            least = FIVE * max(t - s, now.rounds - before.rounds)
            possible[None, s, t] = Band(least, now.people.high)
    for name in dict.fromkeys(name for now in shown for name in now.parts):
        there = [(t, now.parts[name]) for t, now in enumerate(shown) if name in now.parts]
        lows = list(accumulate((p.groups for _, p in there), _each_most))
        highs = list(accumulate((p.groups for _, p in reversed(there)), _each_least))[::-1]
        bands = [
            [Band(a.low, b.high) for a, b in zip(low, high, strict=True)]
            for low, high in zip(lows, highs, strict=True)
        ]
        for i, (t, part) in enumerate(there):
            sizes[name, -1, t] = sums(bands[i])
            possible[name, -1, t] = both(part.known, sizes[name, -1, t])
            for j in range(i):
                more = [
                    Band(max(0, b.low - a.high), b.high - a.low)
                    for a, b in zip(bands[j], bands[i], strict=True)
                ]
                sizes[name, there[j][0], t] = possible[name, there[j][0], t] = sums(more)
    return sizes, possible


def _each_most(one: tuple[Band, ...], other: tuple[Band, ...]) -> tuple[Band, ...]:
    return tuple(Band(max(a.low, b.low), b.high) for a, b in zip(one, other, strict=True))


def _each_least(one: tuple[Band, ...], other: tuple[Band, ...]) -> tuple[Band, ...]:
    return tuple(Band(b.low, min(a.high, b.high)) for a, b in zip(one, other, strict=True))


def _tighten(possible: dict[Total, Band]) -> None:
    """Follow what each total says of the others, until nothing more follows.

    What is in a later snapshot was there before or added; everybody whose group is known is among
    the people, and so is everybody added.
    """
    ties = [
        ((name, r, s), (name, s, t), (name, r, t))
        for name, s, t in possible
        for r in range(-1, s)
        if (name, r, s) in possible and (name, r, t) in possible
    ]
    is_new = True
    while is_new and all(band.low <= band.high for band in possible.values()):
        before = dict(possible)
        for one, other, whole in ties:
            a, b, c = possible[one], possible[other], possible[whole]
            possible[whole] = both(c, Band(a.low + b.low, a.high + b.high))
            possible[one] = both(a, Band(c.low - b.high, c.high - b.low))
            possible[other] = both(b, Band(c.low - a.high, c.high - a.low))
        for name, s, t in possible:
            part, people = possible[name, s, t], possible[None, s, t]
            possible[None, s, t] = both(people, Band(part.low, people.high))
            possible[name, s, t] = both(possible[name, s, t], Band(part.low, people.high))
        is_new = possible != before
