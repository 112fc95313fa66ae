"""Every set of counts behind what was published: what somebody who knows the program can work out.

Counts are people of each group, and people whose group is not known, in one to three snapshots.
Everything with the same publications is one class; what is the same all over a class is known.
Groups are taken without their order, because nothing published depends on it (a test of its own):
a class is a multiset of each group's bands, and the sums its groups can reach are bits of a number.
"""

from dataclasses import dataclass, field
from functools import cache
from itertools import combinations_with_replacement, pairwise, product

from sampler.programmes.bands import Part, Shown, band, gives_away

STRIDE = 160
"""More than the groups of any case can add up to."""


@dataclass
class Found:
    """Classes, those refused, those refused without need, and classes that give something away."""

    classes: int = 0
    refused: int = 0
    needless: int = 0
    given_away: list[object] = field(default_factory=list)


def bands_up_to(most, zeros):
    found = {}
    for number in range(most + 1):
        found.setdefault(band(number, show_zeros=zeros), []).append(number)
    return found


def bit(counts):
    at = 0
    for number in counts:
        at = at * STRIDE + number
    return at


def people_fit(known, bands, steps, withdrawals):
    """Say whether numbers of people exist: in their bands, and growing by the steps at least."""
    number = None
    for i, (here, among) in enumerate(zip(known, bands, strict=True)):
        least = max(here, among.low)
        if number is not None:
            more = steps[i - 1] if withdrawals else max(steps[i - 1], here - known[i - 1])
            least = max(least, number + more)
        if least > among.high:
            return False
        number = least
    return True


def rounds_before(people):
    """Return how many rounds each snapshot can be of, five people in each at least."""
    most = [among.low // 5 for among in people]
    return [r for r in product(*(range(1, n + 1) for n in most)) if list(r) == sorted(r)]


def totals(mosts, zeros, withdrawals):
    """Return, for every way totals are shown, the sums of known people behind it as bits."""
    people = [[b for b in bands_up_to(most, True) if b.low >= 5] for most in mosts]
    found = {}
    for among in product(*people):
        steps = {tuple(max(5, 5 * (b - a)) for a, b in pairwise(r)): r
                 for r in rounds_before(among)}  # fmt: skip
        for step, rounds in steps.items():
            for known in product(*(range(most + 1) for most in mosts)):
                if people_fit(known, among, step if not withdrawals else (5,) * 2, withdrawals):
                    # Where the group is known for fewer than five nothing is shown, so each
                    # group may have 0 to 4: the bands of zeros not shown.
                    if any(k < 5 and z for k, z in zip(known, zeros, strict=True)):
                        continue
                    shown = tuple(band(k, show_zeros=False) for k in known)
                    key = (shown, among, rounds)
                    found[key] = found.get(key, 0) | 1 << bit(known)
    return found


def is_refused(kinds, key):
    known, people, rounds = key
    shown = []
    for i, among in enumerate(people):
        part = Part(known[i], tuple(kind[i] for kind in kinds))
        later = any(k.low >= 5 for k in known[i + 1 :])
        shown.append(Shown(among, rounds[i], {"Sex": part} if known[i].low >= 5 or later else {}))
    return any(gives_away(shown[: i + 1]) for i in range(len(shown)))


def what_is_known(possible):
    """Return what is the same in all of these: counts, and additions between snapshots."""
    size = len(possible[0])
    facts = [[p[i] for p in possible] for i in range(size)]
    facts += [[p[j] - p[i] for p in possible] for i in range(size) for j in range(i + 1, size)]
    return [min(f) for f in facts if min(f) == max(f) and 1 <= abs(min(f)) <= 4]


def kinds_of_group(mosts, zeros, withdrawals):
    """Return the bands a group can be in over the snapshots, each with the counts behind them."""
    found = {}
    for shown in product(*(bands_up_to(m, z).items() for m, z in zip(mosts, zeros, strict=True))):
        counts = [
            c for c in product(*(some for _, some in shown))
            if withdrawals or list(c) == sorted(c)
        ]  # fmt: skip
        if counts:
            found[tuple(b for b, _ in shown)] = counts
    return found


def go_through(mosts, zeros, *, groups, withdrawals=False, refuse=is_refused, needless=False):
    """Go through every class of as many snapshots as there are `mosts` (people at most).

    What gives nothing away is asked after only to find what is refused `needless`ly.
    """
    kinds = kinds_of_group(mosts, zeros, withdrawals)
    shifts = {kind: [bit(c) for c in counts] for kind, counts in kinds.items()}
    allowed = totals(mosts, zeros, withdrawals)

    @cache
    def reached(some):
        if not some:
            return 1
        rest, sums = reached(some[:-1]), 0
        for shift in shifts[some[-1]]:
            sums |= rest << shift
        return sums

    everywhere = 0
    for bits in allowed.values():
        everywhere |= bits
    found = Found()
    for size in range(1, groups + 1):
        for some in combinations_with_replacement(sorted(kinds), size):
            if not reached(some) & everywhere:
                continue
            for key, bits in allowed.items():
                if reached(some) & bits:
                    known = _known(some, bits, kinds, shifts, reached)
                    found.classes += 1
                    refused = bool(known or needless) and refuse(some, key)
                    found.refused += refused
                    found.needless += refused and not known
                    if known and not refused:
                        found.given_away.append((some, key, known))
    return found


def _known(some, bits, kinds, shifts, reached):
    known = []
    for kind in dict.fromkeys(some):
        i = some.index(kind)
        rest = reached(some[:i] + some[i + 1 :])
        possible = [
            counts for counts, shift in zip(kinds[kind], shifts[kind], strict=True)
            if rest << shift & bits
        ]  # fmt: skip
        known += what_is_known(possible)
    return known


def _sides(mosts, groups):
    """Return every way one characteristic is shown, with the numbers of people that fit as bits.

    For each also, per count of a group, the numbers of people that fit that count.
    """
    kinds = kinds_of_group(mosts, (True, True), False)
    pairs = [(a, b) for a in range(5, mosts[0] + 1) for b in range(a + 5, mosts[1] + 1)]
    sides = {}

    def sums(some):
        found = {(0, 0)}
        for kind in some:
            found = {(a + x, b + y) for a, b in found for x, y in kinds[kind]}
            found = {(a, b) for a, b in found if a <= mosts[0] and b <= mosts[1]}
        return found

    def fits(known):
        return sum(
            1 << i
            for i, (n, m) in enumerate(pairs)
            if any(a <= n and b <= m and b - a <= m - n for a, b in known)
        )

    for size in range(1, groups + 1):
        for some in combinations_with_replacement(sorted(kinds), size):
            by_bands = {}
            for a, b in sums(some):
                if a >= 5:
                    key = band(a, show_zeros=True), band(b, show_zeros=True)
                    by_bands.setdefault(key, set()).add((a, b))
            for known, inside in by_bands.items():
                counts = {}
                for kind in dict.fromkeys(some):
                    i = some.index(kind)
                    rest = sums(some[:i] + some[i + 1 :])
                    counts[kind] = [
                        ((x, y), fits({(a + x, b + y) for a, b in rest} & inside))
                        for x, y in kinds[kind]
                    ]
                sides[some, known] = fits(inside), counts
    return pairs, sides


def two_characteristics(mosts, *, groups):
    """Go through every class of two snapshots that show two characteristics of the same people."""
    pairs, sides = _sides(mosts, groups)
    found = Found()
    everyone = {}
    for i, (n, m) in enumerate(pairs):
        key = band(n, show_zeros=True), band(m, show_zeros=True)
        everyone[key] = everyone.get(key, 0) | 1 << i
    for among, people in everyone.items():
        for one, other in combinations_with_replacement(sides.items(), 2):
            if not one[1][0] & other[1][0] & people:
                continue
            found.classes += 1
            known = [
                fact
                for (fits_, counts), (others, _) in ((one[1], other[1]), (other[1], one[1]))
                for possible in counts.values()
                for fact in what_is_known([c for c, fit in possible if fit & others & people])
            ]
            if known and not gives_away(
                [
                    Shown(among[t], 1, {
                        name: Part(side[0][1][t], tuple(kind[t] for kind in side[0][0]))
                        for name, side in (("Sex", one), ("Age", other))
                    })
                    for t in (0, 1)
                ]
            ):  # fmt: skip
                found.given_away.append((one[0], other[0], among, known))
    return found
