"""What other numbers of people would bring: who gets a seat, how near the shares, how many do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from census.model import Distribution
from sampler.brief import Brief, Rounding
from sampler.broad import exact_targets
from sampler.errors import BriefError
from sampler.mix import Mix, MixCharacteristic, build
from sampler.words import count, decimal, percent
from sampler.words import people as so_many

LARGEST_ROUND_TRIED = 1_000
"""Past this many people a first seat is no use to somebody planning interviews."""
CHART_FROM, CHART_TO = 4, 60
TIMES_WANTED = 4
"""A first seat further away than this many times the people wanted is no help today."""
WORTH_A_PERSON = Fraction(1, 1000)
"""A further person helps who brings the groups nearer to their shares by this on average."""
LOOK_AHEAD = 10
"""So many larger numbers have to be tried before one is called enough: near shares come and go."""
DIGITS = 6

Figures = Sequence[Distribution | None]
QuotasOf = Callable[[Mix], Sequence[Sequence[int]] | None]


@dataclass(frozen=True)
class Size:
    """What so many people would bring, over every characteristic that follows shares.

    `without_seat` counts the groups with people and no seat that no rule keeps out. A distance
    is |quota / people - share|: `largest` is the worst of any group, `mean` that of all groups.
    """

    people: int
    without_seat: int
    largest: Fraction
    mean: Fraction


@dataclass(frozen=True)
class FirstSeat:
    """The least number of people with which a group gets a seat; None past the largest tried."""

    group: str
    share: Fraction
    people: int | None
    characteristic: str = ""


def quotas_alone(mix: Mix, rounding: Rounding = "closest") -> list[list[int]] | None:
    """Return the quotas of every characteristic on its own; None where rules leave none.

    In the order of the mix. A characteristic with only minimums must have room for them, and
    gets them, the rest going to anyone.
    """
    wanted, found = mix.people_wanted, []
    for part in mix.characteristics:
        if part.basis == "minimums":
            named = [group.minimum for group in part.groups[:-1]]
            if sum(named) > wanted:
                return None
            found.append([*named, wanted - sum(named)])
        elif part.shares().can_hold(wanted):
            found.append(exact_targets(part, wanted, rounding))
        else:
            return None
    return found


def table(
    brief: Brief, figures: Figures, most: int = CHART_TO, *, quotas_of: QuotasOf | None = None
) -> tuple[Size, ...]:
    """Return what 1 to `most` people would bring; sizes for which no plan exists are left out.

    The rules in force hold at every size, a minimum share as a share of that size. `figures`
    has one entry a characteristic, as for `mix.build`; `quotas_of`, where given, finds the quotas
    under rules across characteristics, and None where there are none.

    Raises `BriefError` as `mix.build` does.
    """
    at = _mixes(brief, figures)
    quotas_of = quotas_of or partial(quotas_alone, rounding=brief.rounding)
    sizes = []
    for people in range(1, most + 1):
        mix = at(people)
        quotas = quotas_of(mix) if mix else None
        if mix and quotas is not None and any(map(_follows, mix.characteristics)):
            sizes.append(_size(mix, quotas))
    return tuple(sizes)


def enough(sizes: Sequence[Size]) -> int | None:
    """Return the number of people past which more stop helping; None where ten more still do.

    That is the least number from which no larger one brings the groups nearer to their shares by
    0.1 of a percentage point, on average over the groups, for each person added. (So it is where
    the mean distance plus that much a person is least.)
    """
    if not sizes:
        return None
    best = min(sizes, key=lambda size: (size.mean + size.people * WORTH_A_PERSON, size.people))
    return best.people if best.people + LOOK_AHEAD <= sizes[-1].people else None


def waiting(
    brief: Brief, figures: Figures, *, quotas_of: QuotasOf | None = None
) -> tuple[FirstSeat, ...]:
    """Return each group without a seat with the number of people that would give it one.

    Every characteristic that follows shares; None past `last_tried`. In the order they get one,
    then by share; none where no plan exists.
    """
    at = _mixes(brief, figures)
    quotas_of = quotas_of or partial(quotas_alone, rounding=brief.rounding)
    here = at(brief.people_wanted)
    quotas = quotas_of(here) if here else None
    if here is None or quotas is None:
        return ()
    empty = [
        (c, i)
        for c, part in enumerate(here.characteristics)
        if _follows(part)
        for i in _without_seat(part, quotas[c])
    ]
    found: dict[tuple[int, int], int] = {}
    for people in range(brief.people_wanted + 1, last_tried(brief.people_wanted) + 1):
        if len(found) == len(empty):
            break
        mix = at(people)
        targets = quotas_of(mix) if mix else None
        if targets is not None:
            for c, i in empty:
                if targets[c][i]:
                    found.setdefault((c, i), people)
    seats = []
    for c, i in empty:
        part = here.characteristics[c]
        share = part.groups[i].share or Fraction(0)
        seats.append(FirstSeat(part.groups[i].name, share, found.get((c, i)), part.name))
    return tuple(_in_order(seats))


def last_tried(wanted: int) -> int:
    """Return the largest number of people a first seat is looked for with.

    >>> last_tried(10), last_tried(400)
    (40, 1000)
    """
    return max(wanted, min(TIMES_WANTED * wanted, LARGEST_ROUND_TRIED))


def _mixes(brief: Brief, figures: Figures) -> Callable[[int], Mix | None]:
    """Return a function from people wanted to the mix; None where its rules contradict."""
    fixed = build(brief, figures)
    if not any(part.minimum_share for part in brief.characteristic):
        return lambda people: replace(fixed, people_wanted=people)

    def at(people: int) -> Mix | None:
        try:
            return build(brief.model_copy(update={"people_wanted": people}), figures)
        except BriefError:  # a minimum share above a maximum at this size
            return None

    return at


def _follows(part: MixCharacteristic) -> bool:
    return part.basis != "minimums"


def _without_seat(part: MixCharacteristic, targets: Sequence[int]) -> list[int]:
    return [
        i
        for i, (group, target) in enumerate(zip(part.groups, targets, strict=True))
        if target == 0 and group.share and group.maximum != 0
    ]


def _size(mix: Mix, quotas: Sequence[Sequence[int]]) -> Size:
    people, groups, without = mix.people_wanted, 0, 0
    largest = added = Fraction(0)
    for part, targets in zip(mix.characteristics, quotas, strict=True):
        if not _follows(part):
            continue
        weights = part.shares().weights
        total = sum(weights)
        # Distances in whole numbers: times the people and the sum of the weights.
        apart = [
            abs(target * total - people * weight)
            for target, weight in zip(targets, weights, strict=True)
            if weight or target
        ]
        groups += len(apart)
        without += len(_without_seat(part, targets))
        largest = max(largest, Fraction(max(apart), people * total))
        added += Fraction(sum(apart), people * total)
    return Size(people, without, largest, added / groups)


def _in_order(seats: Iterable[FirstSeat]) -> list[FirstSeat]:
    return sorted(seats, key=lambda s: (s.people is None, s.people or 0, -s.share))


def sizes_answer(sizes: Sequence[Size]) -> list[dict[str, Any]]:
    """Return the sizes as the command line prints them, distances as shares."""
    return [
        {
            "people": size.people,
            "without_seat": size.without_seat,
            "largest": round(float(size.largest), DIGITS),
            "mean": round(float(size.mean), DIGITS),
        }
        for size in sizes
    ]


def sizes_text(sizes: Sequence[Size], seats: Sequence[FirstSeat], wanted: int) -> str:
    """Write the sizes as a table in plain text, then what they say."""
    if not sizes:
        return "No number of people up to here has a plan under these rules."
    lines = ["People  Without a seat  Furthest from its share  Mean distance"]
    lines += [
        f"{size.people:>6,}  {size.without_seat:>14,}  {percent(size.largest):>23}  "
        f"{percent(size.mean):>13}"
        for size in sizes
    ]
    lines += ["", enough_words(sizes)]
    if seats:
        lines += ["", f"Without a seat with {so_many(wanted)}, and when each gets one:"]
        for seat in seats:
            where = f"{seat.characteristic}: " if seat.characteristic else ""
            lines.append(
                f"  {where}{seat.group} ({percent(seat.share)}), {when_words(seat, wanted)}"
            )
    return "\n".join(lines)


def enough_words(sizes: Sequence[Size]) -> str:
    """Say past how many people more stop helping."""
    if not sizes:
        return ""
    point, worth = enough(sizes), decimal(WORTH_A_PERSON * 100, 1)
    if point is None:
        return f"Up to {so_many(sizes[-1].people)}, more still bring the groups nearer."
    here = next(size for size in sizes if size.people == point)
    left = count(here.without_seat, "group")
    without = f" {left} {'has' if here.without_seat == 1 else 'have'} no seat then."
    return (
        f"Past {so_many(point)} more help little: each further person brings the groups nearer to "
        f"their shares by less than {worth} of a percentage point on average."
        f"{without if here.without_seat else ''}"
    )


def when_words(seat: FirstSeat, wanted: int) -> str:
    """Say with how many people a group gets its first seat.

    >>> when_words(FirstSeat("Irish", Fraction(1, 50), None), 10)
    'more than 40 people'
    """
    return so_many(seat.people) if seat.people else f"more than {so_many(last_tried(wanted))}"


def first_seats(part: MixCharacteristic, wanted: int) -> list[FirstSeat]:
    """Return when each group without a seat gets one, under the rules in force.

    With rules the sizes change, so each size is worked out as a plan of its own. Groups in the
    order they get a seat, then by share.
    """
    found = _first_sizes(part, wanted)
    return _in_order(
        FirstSeat(part.groups[i].name, part.groups[i].share or Fraction(0), size)
        for i, size in found.items()
    )


@lru_cache(maxsize=256)
def _first_sizes(part: MixCharacteristic, wanted: int) -> dict[int, int | None]:
    """Return for each group with no seat the first size that gives it one."""
    shares = part.shares()
    found: dict[int, int] = {}
    empty = {
        i
        for i, number in enumerate(exact_targets(part, wanted))
        if number == 0 and shares.weights[i] and shares.maximum[i] != 0
    }
    for size in range(wanted + 1, LARGEST_ROUND_TRIED + 1):
        if len(found) == len(empty):
            break
        if not shares.can_hold(size):
            continue
        plan = exact_targets(part, size)
        for i in empty - found.keys():
            if plan[i]:
                found[i] = size
    return {i: found.get(i) for i in sorted(empty)}


def groups_heard(
    part: MixCharacteristic, sizes: Iterable[int] = range(CHART_FROM, CHART_TO + 1)
) -> dict[int, int]:
    """Return for each number of people how many groups get at least one seat."""
    shares = part.shares()
    return {
        size: sum(number > 0 for number in exact_targets(part, size))
        for size in sizes
        if shares.can_hold(size)
    }


def chance_missed(people: int) -> tuple[int, int]:
    """Return a group size "1 in k" and in how many of 100 rounds chance alone would miss it.

    k is one less than the people, so the group could be expected to be there.

    >>> chance_missed(10)
    (9, 31)
    """
    k = max(2, people - 1)
    missed = Fraction(k - 1, k) ** people if people <= 1_000 else Fraction(3679, 10_000)
    return k, round(missed * 100)
