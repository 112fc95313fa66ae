"""Shares wanted per group: census or typed figures, then voices, then boosts, with the bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from census.model import Distribution, Source
from census.spelling import did_you_mean, key
from sampler.apportion import Shares, more_even
from sampler.brief import (
    ANY,
    MUST_HAVE_TOPICS,
    Brief,
    CharacteristicBrief,
    Voices,
)
from sampler.errors import BriefError, Rule
from sampler.model import Basis
from sampler.programmes.gaps import Gap, gaps
from sampler.words import count, listed, percent, percent_exact, percent_typed

MANY_MUST_HAVES = 2
MANY_CHARACTERISTICS = 9


@dataclass(frozen=True)
class MixGroup:
    """One group of the mix. `rule` and `limit` are the rules behind minimum and maximum."""

    name: str
    people: int | None
    population_share: Fraction | None
    share: Fraction | None
    minimum: int
    maximum: int | None
    rule: Rule | None = None
    limit: Rule | None = None
    broad: str | None = None
    parts: tuple[str, ...] = ()
    is_boosted: bool = False
    size: int = 0
    """What settles ties: the people counted, or the typed share as a whole number."""
    gap: Gap | None = None
    """What the group is short of, where the mix follows the gaps of earlier rounds."""


@dataclass(frozen=True)
class MixCharacteristic:
    """One characteristic of the mix; `index` is its place in the brief."""

    index: int
    name: str
    topic: str | None
    basis: Basis
    groups: tuple[MixGroup, ...]
    must_have: bool
    is_ordered: bool
    voices: Voices
    keep_broad: bool
    source: Source | None = None
    not_answered: int = 0
    leaning: str = ""
    rescaled: str = ""
    """A sentence where typed shares were divided by their sum."""
    from_gaps: str = ""
    """A sentence where the shares wanted follow who was not heard in earlier rounds."""
    minimums: tuple[tuple[int, Rule], ...] = ()
    """Minimums with their rules, in the brief's order; floors that apply to every group last."""

    def shares(self) -> Shares:
        """Return what the apportionment of this characteristic needs."""
        wanted = [group.share or Fraction(0) for group in self.groups]
        scale = math.lcm(*(share.denominator for share in wanted))
        weights = [int(share * scale) for share in wanted]
        return Shares(
            tuple(weights),
            tuple(group.size for group in self.groups),
            tuple(group.minimum for group in self.groups),
            tuple(group.maximum for group in self.groups),
        )


@dataclass(frozen=True)
class Mix:
    """The whole mix of a round, with sentences about the figures behind it."""

    people_wanted: int
    characteristics: tuple[MixCharacteristic, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Figures:
    """Groups before anything is wanted of them: whole-number sizes, exact in proportion."""

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    people: tuple[int | None, ...]
    broad: tuple[str | None, ...]
    parts: tuple[tuple[str, ...], ...]
    aliases: Mapping[str, str]

    def index(self, group: str, field: str) -> int:
        present = {key(name): i for i, name in enumerate(self.names)}
        for word in (key(group), key(self.aliases.get(key(group), ""))):
            if word in present:
                return present[word]
        raise BriefError.at(
            field, f"There is no group called {group!r}.{did_you_mean(group, self.names)}"
        )


def build(brief: Brief, figures: Sequence[Distribution | None]) -> Mix:
    """Return the mix of a brief; `figures` has one entry a characteristic, None by hand.

    Raises `BriefError` for groups that do not exist and characteristics named twice.
    """
    parts: list[MixCharacteristic] = []
    notes: list[str] = []
    for index, (part, figure) in enumerate(zip(brief.characteristic, figures, strict=True)):
        built = _characteristic(brief, index, part, figure, notes)
        if any(key(other.name) == key(built.name) for other in parts):
            raise BriefError.at(
                f"characteristic[{index}]", f"{built.name} is in the mix twice. Leave one out."
            )
        if built.topic and any(other.topic == built.topic for other in parts):
            raise BriefError.at(
                f"characteristic[{index}].topic",
                f"{figure.title if figure else built.topic} is in the mix twice. Leave one out.",
            )
        parts.append(built)
    warnings = []
    must = [part.name for part in parts if part.must_have]
    if len(must) > MANY_MUST_HAVES:
        warnings.append(
            f"{len(must)} characteristics are kept exactly ({listed(must)}). More than "
            f"{MANY_MUST_HAVES} are hard to recruit for; let some be within 1."
        )
    if len(parts) > MANY_CHARACTERISTICS:
        warnings.append(
            f"{len(parts)} characteristics are many: recruiters struggle past "
            f"{MANY_CHARACTERISTICS}."
        )
    return Mix(brief.people_wanted, tuple(parts), tuple(notes), tuple(warnings))


def _characteristic(
    brief: Brief,
    index: int,
    part: CharacteristicBrief,
    figure: Distribution | None,
    notes: list[str],
) -> MixCharacteristic:
    where = f"characteristic[{index}]"
    if part.is_minimums_only:
        return _minimums_only(brief, index, part)
    source, rescaled = None, ""
    basis: Basis = "typed shares"
    if figure is not None:
        source, basis = figure.source, "census"
        found = _Figures(
            tuple(group.name for group in figure.groups),
            tuple(group.people for group in figure.groups),
            tuple(group.people for group in figure.groups),
            tuple(group.broad for group in figure.groups),
            tuple(group.parts for group in figure.groups),
            figure.aliases,
        )
        notes.extend(figure.notes)
        if figure.leaning:
            notes.append(f"{figure.title}: {figure.leaning}")
        if figure.not_answered:
            said = not_answered_words(figure.not_answered, figure.total)
            notes.append(f"{figure.title}: {said}")
        if figure.total == 0:
            raise BriefError.at(where, f"The census counts nobody for {figure.title} here.")
    elif part.people is not None:
        basis = "own figures"
        found = _by_hand(part.people, tuple(part.people.values()))
        source = Source(
            table="own figures",
            title=str(part.name),
            base=f"people in your own figures{_from(part.figures_from)}",
            census_date=None,
            release=None,
            areas=(),
            status="own file",
            licence=None,
            origin="own file",
        )
    else:
        typed = {name: Fraction(share) for name, share in (part.shares or {}).items()}
        total = sum(typed.values(), Fraction(0))
        scale = math.lcm(*(share.denominator for share in typed.values()))
        found = _by_hand({}, tuple(int(share * scale) for share in typed.values()), tuple(typed))
        if total != 1:
            rescaled = (
                f"{part.name}: the shares add up to {percent_exact(total)}, so each was "
                "divided by that."
            )
            notes.append(rescaled)
    if len(set(map(key, found.names))) < len(found.names):
        raise BriefError.at(where, "Two groups have the same name. Rename or merge them.")
    population = Fraction(sum(found.sizes))
    shown = [Fraction(size) / population for size in found.sizes]
    missing = _gaps(brief, part, found, shown, where)
    share = [gap.wanted for gap in missing] if missing else _voices(found.sizes, part.voices)
    boosts = {
        found.index(group, f"{where}.boost.{group}"): Fraction(value)
        for group, value in part.boost.items()
    }
    share = _boosted(share, boosts, where)
    groups = []
    bounds = _Bounds(brief, part, found, where)
    for i, name in enumerate(found.names):
        least, rule = bounds.minimum(i, shown[i])
        most, limit = bounds.maximum(i)
        groups.append(
            MixGroup(
                name,
                found.people[i],
                shown[i] if basis != "typed shares" else None,
                share[i],
                least,
                most,
                rule,
                limit,
                found.broad[i],
                found.parts[i],
                i in boosts,
                found.sizes[i],
                missing[i] if missing else None,
            )
        )
    name = part.name or (figure.title if figure else "")
    topic = figure.topic if figure else None
    from_gaps = _from_gaps(part) if missing else ""
    if from_gaps:
        notes.append(f"{name}: {from_gaps}")
    return MixCharacteristic(
        index,
        name,
        topic,
        basis,
        tuple(groups),
        part.must_have if part.must_have is not None else topic in MUST_HAVE_TOPICS,
        figure.is_ordered if figure else True,
        part.voices,
        part.keep_broad,
        source,
        figure.not_answered if figure else 0,
        figure.leaning if figure else "",
        rescaled,
        from_gaps,
        bounds.in_order(),
    )


def _from(origin: str | None) -> str:
    return f" ({origin})" if origin else ""


def not_answered_words(not_answered: int, answered: int) -> str:
    """Say how many did not answer.

    >>> not_answered_words(6, 94)
    '6 in 100 did not answer; shares are of those who did.'
    """
    everyone = not_answered + answered
    in_100 = (not_answered * 100 + everyone // 2) // everyone
    return f"{in_100 or 'Fewer than 1'} in 100 did not answer; shares are of those who did."


def _by_hand(
    people: Mapping[str, int], sizes: tuple[int, ...], names: tuple[str, ...] | None = None
) -> _Figures:
    called = names or tuple(people)
    none: tuple[None, ...] = (None,) * len(called)
    counts: tuple[int | None, ...] = tuple(people.values()) if people else none
    return _Figures(called, sizes, counts, none, ((),) * len(called), {})


def _voices(sizes: Sequence[int], voices: Voices) -> list[Fraction]:
    """Return the shares wanted: as counted, their square roots rescaled, or all the same."""
    if voices == "more_even":
        weights = more_even(sizes)
    elif voices == "equal":
        weights = [1 if size else 0 for size in sizes]
    else:
        weights = list(sizes)
    total = sum(weights)
    return [Fraction(weight, total) for weight in weights]


def _gaps(
    brief: Brief,
    part: CharacteristicBrief,
    found: _Figures,
    shares: Sequence[Fraction],
    where: str,
) -> tuple[Gap, ...]:
    """Return what each group is short of, where people heard before are named; else nothing."""
    if part.heard is None:
        return ()
    heard = [0] * len(found.names)
    for group, number in part.heard.items():
        heard[found.index(group, f"{where}.heard.{group}")] += number
    return gaps(shares, heard, brief.people_wanted)


def _from_gaps(part: CharacteristicBrief) -> str:
    rounds = f"{count(part.heard_rounds, 'earlier round')}" if part.heard_rounds else "the rounds"
    before = "" if part.heard_rounds else " before"
    return f"The shares wanted come from the gaps of {rounds}{before}."


def _boosted(share: list[Fraction], boosts: Mapping[int, Fraction], where: str) -> list[Fraction]:
    """Set the boosted shares; the others shrink (or grow) in proportion."""
    if not boosts:
        return share
    set_aside = sum(boosts.values(), Fraction(0))
    others = sum((s for i, s in enumerate(share) if i not in boosts), Fraction(0))
    if set_aside > 1 or (others == 0 and set_aside != 1):
        raise BriefError.at(
            f"{where}.boost",
            f"The raised shares add up to {percent(set_aside)}; they and the others must add up "
            "to 100%.",
        )
    left = (1 - set_aside) / others if others else Fraction(0)
    return [boosts.get(i, s * left) for i, s in enumerate(share)]


class _Bounds:
    """Minimums and maximums of one characteristic, each with the rule it comes from."""

    def __init__(
        self, brief: Brief, part: CharacteristicBrief, found: _Figures, where: str
    ) -> None:
        self.above = (
            None if brief.at_least_one_above is None else Fraction(brief.at_least_one_above)
        )
        self.found = found
        self.least: dict[int, tuple[int, Rule]] = {}
        self.most: dict[int, tuple[int, Rule]] = {}
        self.floors: list[tuple[int, Rule]] = []
        for group, number in part.minimum.items():
            field = f"{where}.minimum.{group}"
            self._at_least(found.index(group, field), number, f"at least {number}", field)
        for group, share in part.minimum_share.items():
            field = f"{where}.minimum_share.{group}"
            least = math.ceil(Fraction(share) * brief.people_wanted)
            words = f"at least {percent_typed(Fraction(share))} ({least})"
            self._at_least(found.index(group, field), least, words, field)
        for group, number in part.maximum.items():
            field = f"{where}.maximum.{group}"
            i = found.index(group, field)
            least = self.least.get(i, (0, None))[0]
            if least > number:
                raise BriefError.at(
                    f"{where}.minimum.{group}",
                    f"The minimum of {group}, {least}, is above its maximum, {number}.",
                )
            self.most[i] = (number, Rule(f"at most {number} {found.names[i]}", field))

    def _at_least(self, i: int, number: int, words: str, field: str) -> None:
        if number > self.least.get(i, (0, None))[0]:
            self.least[i] = (number, Rule(f"{words} {self.found.names[i]}", field))

    def minimum(self, i: int, share: Fraction) -> tuple[int, Rule | None]:
        if i in self.least:
            return self.least[i]
        if self.above is not None and share > self.above:
            words = f"at least 1 {self.found.names[i]} (above {percent_typed(self.above)})"
            floor = (1, Rule(words, "at_least_one_above"))
            self.floors.append(floor)
            return floor
        return 0, None

    def in_order(self) -> tuple[tuple[int, Rule], ...]:
        """Return the minimums in the brief's order, then the floors met along the way."""
        if not self.floors:
            return tuple(self.least.values())
        groups = len(self.floors)
        above = percent_typed(self.above or Fraction(0))
        words = f"at least 1 of each group above {above} ({count(groups, 'group')})"
        return (*self.least.values(), (groups, Rule(words, "at_least_one_above")))

    def maximum(self, i: int) -> tuple[int | None, Rule | None]:
        return self.most.get(i, (None, None))


def _minimums_only(brief: Brief, index: int, part: CharacteristicBrief) -> MixCharacteristic:
    """Groups and minimums without shares: target is the minimum, everyone else is "Any"."""
    where = f"characteristic[{index}]"
    names = tuple(dict.fromkeys([*part.minimum, *part.minimum_share]))
    if len(set(map(key, names))) < len(names):
        raise BriefError.at(where, "Two groups have the same name. Rename one.")
    bounds = _Bounds(brief, part, _by_hand({}, (1,) * len(names), names), where)
    groups = []
    for i, name in enumerate(names):
        least, rule = bounds.least.get(i, (0, None))
        groups.append(MixGroup(name, None, None, None, least, None, rule))
    groups.append(MixGroup(ANY, None, None, None, 0, None))
    return MixCharacteristic(
        index,
        str(part.name),
        None,
        "minimums",
        tuple(groups),
        bool(part.must_have),
        True,
        "population",
        False,
        minimums=bounds.in_order(),
    )
