"""Small random questions about quotas, and answers found by trying everything."""

from __future__ import annotations

import itertools
from fractions import Fraction

from sampler.across import Across
from sampler.errors import Rule
from sampler.mix import Mix, MixCharacteristic, MixGroup
from sampler.rounding import NOTHING, cost_of, plus
from sampler.seats.seat_problem import Forbidden


def characteristic(index, sizes, minimum, maximum, *, broad=None, basis="own figures"):
    total = sum(sizes) or 1
    groups = tuple(
        MixGroup(
            f"g{i}",
            size,
            Fraction(size, total),
            None if basis == "minimums" else Fraction(size, total),
            minimum[i],
            maximum[i],
            Rule(f"at least {minimum[i]} g{i}", f"characteristic[{index}].minimum.g{i}")
            if minimum[i]
            else None,
            None,
            broad[i] if broad else None,
            size=size,
        )
        for i, size in enumerate(sizes)
    )
    return MixCharacteristic(
        index, f"C{index}", None, basis, groups, False, True, "population", bool(broad)
    )


def a_case(rng, rounding="closest", *, most_people=5, features=True):
    """Return a small mix with rules across, pairs left out and people counted."""
    people = rng.randint(1, most_people)
    parts = []
    for index in range(rng.randint(1, 3)):
        n = rng.randint(1, 3)
        sizes = [rng.choice([0, 1, 1, 2, 3, 5, 8]) for _ in range(n)]
        sizes[rng.randrange(n)] += 1
        minimum = [rng.choice([0, 0, 0, 1, 2]) for _ in range(n)]
        maximum = [None if rng.random() < 0.7 else rng.randint(low, low + 3) for low in minimum]
        kind = rng.random()
        if kind < 0.15:
            sizes, maximum = [0] * n, [None] * n
            minimum[-1] = 0
            parts.append(characteristic(index, sizes, minimum, maximum, basis="minimums"))
            continue
        broad = [f"b{rng.randrange(2)}" for _ in range(n)] if kind < 0.35 else None
        parts.append(characteristic(index, sizes, minimum, maximum, broad=broad))
    mix = Mix(people, tuple(parts), ())
    rules, forbidden, fixed = [], [], []
    if features:
        for number in range(rng.choice([0, 1, 1, 2])):
            where = tuple(
                None
                if rng.random() < 0.4
                else frozenset(rng.sample(range(len(p.groups)), rng.randint(1, len(p.groups))))
                for p in parts
            )
            if not any(where):
                continue
            bound = rng.randint(0, 3)
            least, most = (bound, None) if rng.random() < 0.6 else (None, bound)
            rules.append(Across(where, least, most, Rule("", f"rule[{number}]"), False))
        if len(parts) > 1:
            for _ in range(rng.choice([0, 0, 1, 2, 3])):
                a, b = sorted(rng.sample(range(len(parts)), 2))
                pair = rng.randrange(len(parts[a].groups)), rng.randrange(len(parts[b].groups))
                forbidden.append(Forbidden(a, b, pair))
        for _ in range(rng.choice([0, 0, 0, 1, 2])):
            fixed.append(
                tuple(None if rng.random() < 0.4 else rng.randrange(len(p.groups)) for p in parts)
            )
    return mix, rules, list(dict.fromkeys(forbidden)), fixed[:people], rounding


def seats_of(mix, rules, forbidden, fixed):
    """Return every set of quotas for which there are seats, by building seats person by person."""
    sizes = [len(part.groups) for part in mix.characteristics]
    profiles = list(itertools.product(*map(range, sizes)))

    def may(profile, known):
        return all(
            (profile[f.first], profile[f.second]) != f.groups
            or (known[f.first] is not None and known[f.second] is not None)
            for f in forbidden
        )

    def matches(profile):
        return tuple(
            all(groups is None or profile[c] in groups for c, groups in enumerate(rule.where))
            for rule in rules
        )

    nobody = (None,) * len(sizes)
    people = [*fixed, *[nobody] * (mix.people_wanted - len(fixed))]
    start = tuple((0,) * size for size in sizes), (0,) * len(rules)
    states = {start}
    for known in people:
        fits = [
            p
            for p in profiles
            if may(p, known) and all(a is None or a == b for a, b in zip(known, p, strict=True))
        ]
        states = {
            (
                tuple(
                    tuple(n + (g == p[c]) for g, n in enumerate(column))
                    for c, column in enumerate(quotas)
                ),
                tuple(n + m for n, m in zip(counts, matches(p), strict=True)),
            )
            for quotas, counts in states
            for p in fits
        }
    return {
        quotas
        for quotas, counts in states
        if all(
            (rule.at_least is None or n >= rule.at_least)
            and (rule.at_most is None or n <= rule.at_most)
            for n, rule in zip(counts, rules, strict=True)
        )
    }


def within_bounds(mix, quotas, counted):
    for column, (part, numbers) in enumerate(zip(mix.characteristics, quotas, strict=True)):
        for i, (group, number) in enumerate(zip(part.groups, numbers, strict=True)):
            least = max(group.minimum, counted[column][i])
            if number < least or (group.maximum is not None and number > group.maximum):
                return False
            if part.basis != "minimums" and not group.size and number > least:
                return False
    return True


def brute(mix, rules, forbidden, fixed, rounding):
    """Return the closest quotas by trying all; None where there are none."""
    counted = [
        [[seat[c] for seat in fixed].count(g) for g in range(len(part.groups))]
        for c, part in enumerate(mix.characteristics)
    ]
    fits = [q for q in seats_of(mix, rules, forbidden, fixed) if within_bounds(mix, q, counted)]
    if not fits:
        return None
    wanted = mix.people_wanted

    def blocks(part):
        broad = {}
        for i, group in enumerate(part.groups):
            broad.setdefault(group.broad or f"own {i}", []).append(i)
        return list(broad.values())

    def first(quotas):
        """Cost of the groups, or the broad groups where their totals are kept; then the ties."""
        total, ties = NOTHING, []
        for c, (part, numbers) in enumerate(zip(mix.characteristics, quotas, strict=True)):
            sizes = [group.size for group in part.groups]
            if part.basis == "minimums":
                for i, number in enumerate(numbers[:-1]):
                    above = number - max(part.groups[i].minimum, counted[c][i])
                    total = plus(total, (0, Fraction(above * above)))
                ties += numbers
                continue
            inside = blocks(part) if part.keep_broad else [[i] for i in range(len(sizes))]
            weights = [sum(sizes[i] for i in members) for members in inside]
            found = [sum(numbers[i] for i in members) for members in inside]
            for weight, number in zip(weights, found, strict=True):
                ideal = Fraction(wanted * weight, sum(weights))
                total = plus(total, cost_of(rounding, ideal, number))
            ties += [found[i] for i in sorted(range(len(found)), key=lambda i: (-weights[i], i))]
        return total, [-number for number in ties]

    def second(quotas):
        """Cost within the broad groups whose totals are kept."""
        total, ties = NOTHING, []
        for part, numbers in zip(mix.characteristics, quotas, strict=True):
            if not part.keep_broad:
                continue
            sizes = [group.size for group in part.groups]
            for members in blocks(part):
                people = sum(numbers[i] for i in members)
                weight = sum(sizes[i] for i in members) or 1
                for i in members:
                    ideal = Fraction(people * sizes[i], weight)
                    total = plus(total, cost_of(rounding, ideal, numbers[i]))
                ties += [numbers[i] for i in sorted(members, key=lambda i: (-sizes[i], i))]
        return total, [-number for number in ties]

    return [list(column) for column in min(fits, key=lambda q: (first(q), second(q)))]
