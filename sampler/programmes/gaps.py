"""The next mix from the gaps: what each group is still short of, exactly, and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from sampler.words import count, decimal, percent


@dataclass(frozen=True)
class Gap:
    """One group: its share of the population and people heard, for a round of `people` more.

    `everyone` are all people heard so far, `all_short` what all groups are short of together.
    """

    share: Fraction
    heard: int
    everyone: int
    people: int
    all_short: Fraction

    @property
    def due(self) -> Fraction:
        """The group's part of everybody heard, the next round among them."""
        return self.share * (self.everyone + self.people)

    @property
    def short(self) -> Fraction:
        """How many people the group is short of that."""
        return max(Fraction(0), self.due - self.heard)

    @property
    def wanted(self) -> Fraction:
        """The share of the next round wanted of the group."""
        return self.short / self.all_short if self.all_short else self.share

    @property
    def places(self) -> Fraction:
        """The places of the next round that is, before rounding."""
        return self.wanted * self.people

    def words(self) -> str:
        """Say how the places come about.

        >>> Gap(Fraction(17, 100), 4, 24, 10, Fraction(23, 2)).words()
        '17.0% of 34 is 5.8; 4 heard, so 1.8 short; all groups are 11.5 short for 10 places: 1.55.'
        >>> Gap(Fraction(1, 100), 4, 24, 10, Fraction(23, 2)).words()
        '1.0% of 34 is 0.3; 4 heard, so it is not short.'
        """
        everyone = self.everyone + self.people
        due = f"{percent(self.share)} of {everyone:,} is {decimal(self.due, 1)}"
        heard = f"{self.heard:,} heard" if self.heard else "nobody heard"
        if not self.all_short:
            return f"{due}; {heard}. No group is short, so all follow the population."
        if not self.short:
            return f"{due}; {heard}, so it is not short."
        places = 1 if self.short < Fraction(1, 20) else 0
        short = decimal(self.short, 1 + places)
        return (
            f"{due}; {heard}, so {short} short; all groups are {decimal(self.all_short, 1)} short "
            f"for {count(self.people, 'place')}: {decimal(self.places, 2)}."
        )


def gaps(shares: Sequence[Fraction], heard: Sequence[int], people: int) -> tuple[Gap, ...]:
    """Return the gaps before a round of so many people.

    A group is short of max(0, share x (heard in all + people) - heard), and the share wanted of
    it is in proportion to that; where no group is short, shares are the population's.

    >>> half = Fraction(1, 2)
    >>> [str(gap.wanted) for gap in gaps([half, half], [10, 4], 10)]
    ['1/5', '4/5']

    The shares must add up to 1.
    """
    everyone = sum(heard)
    short = [
        max(Fraction(0), share * (everyone + people) - number)
        for share, number in zip(shares, heard, strict=True)
    ]
    return tuple(
        Gap(share, number, everyone, people, sum(short, Fraction(0)))
        for share, number in zip(shares, heard, strict=True)
    )
