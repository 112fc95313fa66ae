"""A round split up over recruiters, sites, dates or channels: who can be found where."""

from __future__ import annotations

from census.spelling import did_you_mean, key
from sampler.apportion import closest, free
from sampler.brief_across import SplitBrief
from sampler.errors import BriefError
from sampler.mix import Mix
from sampler.seats.seat_problem import Forbidden


def resized(split: SplitBrief, people: int) -> SplitBrief:
    """Return a split of as many people, its parts in the proportions they had.

    >>> two = SplitBrief(by="Channel", people={"In person": 4, "Video": 6})
    >>> resized(two, 15).people
    {'In person': 6, 'Video': 9}
    """
    numbers = closest(free(list(split.people.values())), people)
    return split.model_copy(update={"people": dict(zip(split.people, numbers, strict=True))})


def reach(split: SplitBrief, mix: Mix) -> list[Forbidden]:
    """Return the groups that cannot be found in a part of a split, as pairs never used.

    The parts are a column after the characteristics of the mix.

    Raises `BriefError` for groups and characteristics the mix does not have.
    """
    column = len(mix.characteristics)
    parts = {key(name): i for i, name in enumerate(split.people)}
    characteristics = {key(part.name): i for i, part in enumerate(mix.characteristics)}
    if key(split.by) in characteristics:
        raise BriefError.at("split[0].by", f"{split.by} is a characteristic already.")
    found = []
    for part, reached in split.reach.items():
        for name, wanted in reached.items():
            where = f"split[0].reach.{part}.{name}"
            if key(name) not in characteristics:
                called = [one.name for one in mix.characteristics]
                raise BriefError.at(
                    where,
                    f"There is no characteristic called {name!r}.{did_you_mean(name, called)}",
                )
            at = characteristics[key(name)]
            groups = {key(group.name): i for i, group in enumerate(mix.characteristics[at].groups)}
            for group in wanted:
                if key(group) not in groups:
                    raise BriefError.at(
                        where,
                        f"{name} has no group called {group!r}."
                        f"{did_you_mean(group, [g.name for g in mix.characteristics[at].groups])}",
                    )
            inside = {groups[key(group)] for group in wanted}
            found += [
                Forbidden(at, column, (i, parts[key(part)]))
                for i in range(len(groups))
                if i not in inside
            ]
    return found
