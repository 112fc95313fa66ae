"""Broad totals kept: the broad groups are shared out first, then the groups within each."""

from __future__ import annotations

from collections.abc import Sequence

from sampler.apportion import Shares
from sampler.brief import Rounding
from sampler.mix import MixCharacteristic
from sampler.rounding import apportion


def exact_targets(
    part: MixCharacteristic,
    people: int,
    rounding: Rounding = "closest",
    shares: Shares | None = None,
) -> list[int]:
    """Return what `plan` gives a characteristic that follows shares, without a solver.

    Where broad totals are kept they are shared out first, then the groups within each. The
    minimums and maximums must leave room for so many people. Other `shares` than those of the
    characteristic, of the same groups, may be given.
    """
    shares = shares or part.shares()
    if not part.keep_broad:
        return apportion(shares, people, rounding)
    targets = [0] * len(part.groups)
    totals = apportion(broad_shares(part, people, shares), people, rounding)
    for members, total in zip(broad_members(part).values(), totals, strict=True):
        inside = apportion(only(shares, members), total, rounding)
        for i, number in zip(members, inside, strict=True):
            targets[i] = number
    return targets


def broad_members(part: MixCharacteristic) -> dict[str, list[int]]:
    """Return the places of each broad group's groups in the characteristic."""
    members: dict[str, list[int]] = {}
    for i, group in enumerate(part.groups):
        # A group merged by hand over several broad groups stands for itself.
        members.setdefault(group.broad or f"own {i}", []).append(i)
    return members


def broad_shares(part: MixCharacteristic, wanted: int, shares: Shares | None = None) -> Shares:
    """Return the broad groups' shares: sizes, minimums and room added up over their groups."""
    shares = shares or part.shares()
    every = list(broad_members(part).values())
    return Shares(
        tuple(sum(shares.weights[i] for i in members) for members in every),
        tuple(sum(shares.sizes[i] for i in members) for members in every),
        tuple(sum(shares.minimum[i] for i in members) for members in every),
        tuple(sum(shares.ceiling(i, wanted) for i in members) for members in every),
    )


def only(shares: Shares, members: Sequence[int]) -> Shares:
    """Return the shares of some of the groups."""
    return Shares(
        tuple(shares.weights[i] for i in members),
        tuple(shares.sizes[i] for i in members),
        tuple(shares.minimum[i] for i in members),
        tuple(shares.maximum[i] for i in members),
    )
