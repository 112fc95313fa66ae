"""`make soak`: snapshots person by person, through the program itself, and three in a row."""

from datetime import date
from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from sampler.programmes.bands import band
from sampler.programmes.shared import (
    Heard,
    HeardGroup,
    HeardPart,
    NotYet,
    next_publication,
    publication,
)
from tests import shared_cases

DAY = date(2027, 1, 12)


def everybody(cells, most):
    """Return all ways of having up to `most` people in so many cells."""
    some = np.zeros((1, 0), dtype=np.int8)
    left = np.array([most])
    for _ in range(cells):
        counts = np.concatenate([np.arange(n + 1, dtype=np.int8) for n in left])
        some = np.column_stack([np.repeat(some, left + 1, axis=0), counts])
        left = np.repeat(left, left + 1) - counts
    return some


def made(counts):
    """Return what an audience was heard: groups, and in the last place those not known."""
    groups = tuple(HeardGroup(f"g{i}", int(n), Fraction(1, 5)) for i, n in enumerate(counts[:-1]))
    people = int(sum(counts))
    return Heard("residents", "Kent", people, 1, 0, (HeardPart("Sex", groups),))


def classes(states, zeros):
    """Number the publications behind states; the first state of each stands for it."""
    most = int(states.sum(axis=1).max())
    ids = {b: i for i, b in enumerate(dict.fromkeys(
        band(n, show_zeros=zeros) for n in range(most + 1)))}  # fmt: skip
    look = np.array([ids[band(n, show_zeros=zeros)] for n in range(most + 1)])
    people, known = states.sum(axis=1), states[:, :-1].sum(axis=1)
    shown = np.column_stack([people // 5, known // 5, look[states[:, :-1]]])
    shown[known < 5, 1:] = 0
    _, first, number = np.unique(shown, axis=0, return_index=True, return_inverse=True)
    return number.ravel(), first


def constant(least, most):
    """Say in which classes something is the same all over, and from 1 to 4."""
    return ((least == most) & (least >= 1) & (least <= 4)).any(axis=1)


@pytest.mark.parametrize("groups", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("zeros", [True, False])
def test_every_single_snapshot_of_14_people(groups, zeros):
    behind = {}
    for counts in everybody(groups + 1, 14):
        if counts.sum() < 5:
            continue
        try:
            shown = next_publication(made(counts), on=DAY, show_zeros=zeros)
        except NotYet:
            continue
        behind.setdefault(shown, []).append(counts)
    for counts in map(np.array, behind.values()):
        assert not constant(counts.min(axis=0)[None], counts.max(axis=0)[None]).any()


@pytest.mark.parametrize("withdrawals", [False, True])
@pytest.mark.parametrize(("groups", "first", "second"), [(5, 9, 14), (3, 14, 19)])
@pytest.mark.parametrize("zeros", [*product([True, False], repeat=2)])
def test_every_two_snapshots_person_by_person(zeros, groups, first, second, withdrawals):
    before = everybody(groups + 1, first)
    after = everybody(groups + 1, second)
    before, after = (some[some.sum(axis=1) >= 5] for some in (before, after))
    was, first_of = classes(before, zeros[0])
    now, now_of = classes(after, zeros[1])
    order = np.argsort(now, kind="stable")
    after, now = after[order], now[order]
    people = after.sum(axis=1)
    g = groups
    looked_at = 0
    for number, stands in enumerate(first_of):
        least = np.full((len(now_of), 3 * g), 99, dtype=np.int8)
        most = np.full((len(now_of), 3 * g), -99, dtype=np.int8)
        for counts in before[was == number]:
            may = people >= counts.sum() + 5
            if not withdrawals:
                may &= (after >= counts).all(axis=1)
            if not may.any():
                continue
            there = after[may, :g]
            facts = np.column_stack([np.broadcast_to(counts[:g], there.shape), there,
                                     there - counts[:g]])  # fmt: skip
            of = now[may]
            starts = np.flatnonzero(np.r_[True, of[1:] != of[:-1]])
            least[of[starts]] = np.minimum(least[of[starts]], np.minimum.reduceat(facts, starts))
            most[of[starts]] = np.maximum(most[of[starts]], np.maximum.reduceat(facts, starts))
        looked_at += (least[:, 0] < 99).sum()
        one = publication(made(before[stands]), on=DAY, show_zeros=zeros[0])
        try:
            assert next_publication(made(before[stands]), on=DAY, show_zeros=zeros[0]) == one
        except NotYet:
            continue
        # Classes are numbered before `after` was put in order.
        for bad in np.flatnonzero(constant(least, most)):
            with pytest.raises(NotYet):
                next_publication(made(after[np.searchsorted(now, bad)]), [one], on=DAY,
                                 show_zeros=zeros[1])  # fmt: skip
    assert looked_at > 20


@pytest.mark.parametrize("zeros", [*product([True, False], repeat=3)])
def test_three_snapshots(zeros):
    found = shared_cases.go_through((9, 14, 19), zeros, groups=4 if all(zeros) else 3)
    assert found.given_away == []


@pytest.mark.parametrize("withdrawals", [False, True])
@pytest.mark.parametrize("zeros", [*product([True, False], repeat=2)])
def test_two_snapshots_of_up_to_24_people(zeros, withdrawals):
    found = shared_cases.go_through((14, 24), zeros, groups=5, withdrawals=withdrawals)
    assert found.given_away == []


def test_two_snapshots_of_up_to_29_people():
    assert shared_cases.go_through((19, 29), (True, True), groups=5).given_away == []


def test_two_characteristics():
    assert shared_cases.two_characteristics((9, 14), groups=5).given_away == []
