"""How many to recruit so that enough come: show rates by recruiter, exact chances, reserves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate
from math import ceil, prod, sqrt
from statistics import NormalDist

from sampler.apportion import closest, free
from sampler.errors import BriefError
from sampler.model import Plan, Quota
from sampler.people.show_rates import TrackRecord
from sampler.words import decimal, group_words, listed, people

CHANCE = Fraction(4, 5)
"""The chance that enough people come, where the round sets none."""
LARGEST_ROUND = 1_000
MOST_TIMES = 10
"""More recruits than this many times the people wanted are no advice."""


@dataclass(frozen=True)
class Reserve:
    """A must-have group of one person that one of the extra recruits stands by for."""

    characteristic: str
    group: str
    topic: str | None = None


@dataclass(frozen=True)
class Turnout:
    """How many to recruit, and what that many bring.

    `chance` is that at least `wanted` come, `heard` that of every must-have group at least one
    does (None where none must be heard); both beside what one more recruit makes of them.
    `heard` is exact for one must-have characteristic and the least it can be for several.
    """

    wanted: int
    asked: Fraction
    recruit: int
    by_recruiter: tuple[tuple[str, int], ...]
    chance: Fraction
    chance_one_more: Fraction
    reserves: tuple[Reserve, ...]
    anyone: int
    heard: Fraction | None
    heard_one_more: Fraction | None
    cost: Decimal | None
    cost_one_more: Decimal | None

    @property
    def extras(self) -> int:
        """How many more are recruited than wanted."""
        return self.recruit - self.wanted


def turnout(
    plan: Plan,
    recruiters: Sequence[TrackRecord],
    *,
    chance: Fraction = CHANCE,
    incentive: Decimal | None = None,
) -> Turnout | None:
    """Return the least number to recruit so that enough come with at least this chance.

    `people` of the recruiters share out the round; extras go to the recruiter whose recruits
    are expected to miss most for the extras it has. Extras are first asked for in the must-have
    groups of one, the rarest first, for they take longest to replace. None where ten times the
    people wanted would not do, or the round has more than a thousand people.

    Raises `BriefError` for a chance not between 0 and 1.
    """
    if not 0 < chance < 1:
        raise BriefError.at("chance", "must be above 0 and below 1, such as 0.8.")
    wanted = plan.people_wanted
    if wanted > LARGEST_ROUND:
        return None
    recruits = _Recruits(wanted, recruiters)
    extras = recruits.least(chance)
    if extras is None:
        return None
    stand_by = reserves(plan, extras)
    return Turnout(
        wanted=wanted,
        asked=chance,
        recruit=wanted + extras,
        by_recruiter=tuple(
            (one.name, number)
            for one, number in zip(recruiters, recruits.numbers(extras), strict=True)
        ),
        chance=recruits.chance(extras),
        chance_one_more=recruits.chance(extras + 1),
        reserves=stand_by,
        anyone=extras - max(_by_characteristic(stand_by), default=0),
        heard=heard(plan, extras, recruits.mean_rate),
        heard_one_more=heard(plan, extras + 1, recruits.mean_rate),
        cost=None if incentive is None else incentive * (wanted + extras),
        cost_one_more=None if incentive is None else incentive * (wanted + extras + 1),
    )


class _Recruits:
    """The people wanted shared out over recruiters, and any number of extras beside them.

    One more extra never takes another from a recruiter, so chances rise with every extra.
    """

    def __init__(self, wanted: int, recruiters: Sequence[TrackRecord]) -> None:
        shares = [one.people for one in recruiters]
        self.wanted = wanted
        self.rates = [one.rate for one in recruiters]
        self.base = closest(free(shares if any(shares) else [1] * len(shares)), wanted)
        self.missing = [n * (1 - rate) for n, rate in zip(self.base, self.rates, strict=True)]
        self.order: list[int] = []
        self.known: dict[int, Fraction] = {}

    @property
    def mean_rate(self) -> Fraction:
        return 1 - sum(self.missing, Fraction(0)) / self.wanted

    def numbers(self, extras: int) -> list[int]:
        """Return the recruits of each: Webster's rule over the people expected to miss."""
        every = range(len(self.base))
        given = [self.order.count(i) for i in every]
        while len(self.order) < extras:
            at = max(every, key=lambda i: (self.missing[i] / (2 * given[i] + 1), self.base[i], -i))
            given[at] += 1
            self.order.append(at)
        return [n + self.order[:extras].count(i) for i, n in enumerate(self.base)]

    def chance(self, extras: int) -> Fraction:
        """Return the chance that at most so many stay away as there are extras: enough come."""
        if extras not in self.known:
            by_rate: dict[Fraction, int] = {}
            for rate, number in zip(self.rates, self.numbers(extras), strict=True):
                by_rate[rate] = by_rate.get(rate, 0) + number
            self.known[extras] = chance_of(self.wanted, by_rate)
        return self.known[extras]

    def least(self, asked: Fraction) -> int | None:
        """Return the least number of extras with which enough come with the chance asked.

        Looked for around a guess; a wrong guess only takes longer.
        """
        if self.chance(0) >= asked:
            return 0
        most = (MOST_TIMES - 1) * self.wanted
        guess = self._guess(asked)
        if guess is None or guess > 2 * most:
            return None
        low = high = min(guess, most)
        step = 1
        while self.chance(low) >= asked:
            low, high, step = max(0, low - step), low, 2 * step
        step = 1
        while self.chance(high) < asked:
            if high == most:
                return None
            low, high, step = high, min(high + step, most), 2 * step
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if self.chance(middle) >= asked else (middle, high)
        return high

    def _guess(self, asked: Fraction) -> int | None:
        """Return about how many extras are needed: a normal tail; None where none would come."""
        missing = float(sum(self.missing, Fraction(0)))
        come = float(sum(m * r for m, r in zip(self.missing, self.rates, strict=True)))
        if not come:
            return None
        rate = come / missing  # of the extras
        spread = sqrt(missing) * NormalDist().inv_cdf(min(max(float(asked), 1e-9), 1 - 1e-9))
        return max(0, round((missing + spread) / rate))


def chance_of(least: int, by_rate: Mapping[Fraction, int]) -> Fraction:
    """Return the chance that at least so many come, of the numbers of people for each rate.

    Exact: a sum of binomials, one for each rate.

    >>> chance_of(1, {Fraction(1, 2): 2}), chance_of(2, {Fraction(1, 2): 1, Fraction(1, 3): 1})
    (Fraction(3, 4), Fraction(1, 6))
    """
    spare = sum(by_rate.values()) - least
    if least <= 0 or spare < 0:
        return Fraction(least <= 0)
    first, *others = (_staying_away(rate, n, spare) for rate, n in by_rate.items())
    for other in others[:-1]:
        first = _both(first, other, spare)
    ways = _at_most(first, others[-1] if others else [1], spare)
    return Fraction(ways, prod(rate.denominator**n for rate, n in by_rate.items()))


def _staying_away(rate: Fraction, number: int, most: int) -> list[int]:
    """Return in how many ways 0, 1, 2 ... up to `most` of so many recruits stay away.

    In whole numbers: the chance is that divided by the rate's denominator to the number.
    """
    come, away = rate.numerator, rate.denominator - rate.numerator
    most = min(most, number)
    came = come ** (number - most)
    rest = [came]
    for _ in range(most):
        rest.append(rest[-1] * come)
    ways, choose, missed = [], 1, 1
    for k in range(most + 1):
        ways.append(choose * missed * rest[most - k])
        choose = choose * (number - k) // (k + 1)
        missed *= away
    return ways


def _both(one: Sequence[int], other: Sequence[int], most: int) -> list[int]:
    added = [0] * min(len(one) + len(other) - 1, most + 1)
    for i, a in enumerate(one):
        for j, b in enumerate(other[: len(added) - i], i):
            added[j] += a * b
    return added


def _at_most(one: Sequence[int], other: Sequence[int], most: int) -> int:
    upto = list(accumulate(other))
    return sum(a * upto[min(most - i, len(upto) - 1)] for i, a in enumerate(one))


def reserves(plan: Plan, extras: int) -> tuple[Reserve, ...]:
    """Return the must-have groups of one that get a reserve from so many extras, rarest first.

    An extra has a group of every characteristic, so each characteristic can use all of them.
    """
    found = []
    for part in plan.characteristics:
        if part.must_have:
            ones = sorted((q for q in part.quotas if q.target == 1), key=_size)
            found += [Reserve(part.name, quota.group, part.topic) for quota in ones[:extras]]
    return tuple(found)


def _size(quota: Quota) -> Fraction:
    if quota.population_share is not None:
        return quota.population_share
    return Fraction(0) if quota.share is None else quota.share


def _by_characteristic(found: Sequence[Reserve]) -> list[int]:
    names = [one.characteristic for one in found]
    return [names.count(name) for name in dict.fromkeys(names)]


def heard(plan: Plan, extras: int, rate: Fraction) -> Fraction | None:
    """Return the chance that of every must-have group with a seat at least one recruit comes.

    Each group has its quota of recruits and perhaps a reserve, and each recruit comes with the
    rate. Multiplied over characteristics it is the least the chance can be, however these go
    together: more people coming only helps every group (Harris's inequality).
    """
    parts = [part for part in plan.characteristics if part.must_have]
    if not parts:
        return None
    stand_by = {(one.characteristic, one.group) for one in reserves(plan, extras)}
    chance = Fraction(1)
    for part in parts:
        for quota in part.quotas:
            if quota.target and (quota.share is not None or quota.minimum):
                recruits = quota.target + ((part.name, quota.group) in stand_by)
                chance *= 1 - (1 - rate) ** recruits
    return chance


def said(one: Turnout) -> list[str]:
    """Say how many to recruit, what it costs, who gets a reserve and what one more brings."""
    extra = f", {one.extras:,} more than wanted" if one.extras else ""
    lines = [
        f"Recruit {people(one.recruit)}{extra}: then {one.wanted:,} or more come in "
        f"{in_100(one.chance)} of 100 such rounds (you asked for {in_100(one.asked)})."
    ]
    if len(one.by_recruiter) > 1:
        each = [f"{number:,} by {name}" for name, number in one.by_recruiter]
        lines[0] += f" That is {listed(each)}."
    if one.cost is not None:
        lines.append(f"If all of them come, incentives cost {money(one.cost)}.")
    if one.reserves:
        named = [
            f"{group_words(reserve.group, reserve.topic)} ({reserve.characteristic})"
            for reserve in one.reserves
        ]
        rest = f" The other {one.anyone:,} can be anyone who fits." if one.anyone else ""
        both = (
            " One person can do for a group of each."
            if len(_by_characteristic(one.reserves)) > 1
            else ""
        )
        lines.append(
            f"Ask first for a second person where one is all there is: {listed(named)}.{both}{rest}"
        )
    if one.heard is not None:
        lines.append(
            f"Every must-have group is heard in about {in_100(one.heard)} of 100 such rounds."
        )
    better = f"{one.wanted:,} or more come in {in_100(one.chance_one_more)} of 100"
    if one.heard_one_more is not None:
        better += f", every must-have group in {in_100(one.heard_one_more)}"
    price = ""
    if one.cost is not None and one.cost_one_more is not None:
        price = f" for {money(one.cost_one_more - one.cost)}"
    lines.append(f"One more recruit brings{price}: {better}.")
    return lines


def in_100(chance: Fraction) -> str:
    """Write a chance as so many of 100, never as none or all where it is neither.

    >>> in_100(Fraction(87, 100)), in_100(Fraction(999, 1000)), in_100(Fraction(1))
    ('87', 'more than 99', '100')
    """
    if chance < 1 and ceil(chance * 1000) > 994:
        return "more than 99"
    if 0 < chance < Fraction(1, 100):
        return "fewer than 1"
    return decimal(chance * 100, 0)


def money(pounds: Decimal) -> str:
    """Write a sum of money, pence only where there are any.

    >>> money(Decimal("560")), money(Decimal("37.5"))
    ('£560', '£37.50')
    """
    return f"£{pounds:,.0f}" if pounds == pounds.to_integral_value() else f"£{pounds:,.2f}"
