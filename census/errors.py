"""What can go wrong with population figures, each with its facts."""

from __future__ import annotations

from collections.abc import Sequence

from census.spelling import or_list


class CensusError(Exception):
    """A population figure that cannot be given; the message says what to change."""


class UnknownArea(CensusError):
    """No area of that name or code."""

    def __init__(self, asked: str, nearest: Sequence[str] = ()) -> None:
        self.asked, self.nearest = asked, tuple(nearest)
        hint = f" Did you mean {or_list(self.nearest)}?" if nearest else ""
        super().__init__(f"No place called {asked}.{hint}")


class OverlappingAreas(CensusError):
    """Two areas that share people cannot be added up."""


class UnknownTopic(CensusError):
    """No topic of that id or title."""


class UnknownGrouping(CensusError):
    """The topic has no such grouping."""


class UnknownGroup(CensusError):
    """The topic has no such group."""


class BadBands(CensusError):
    """Age bands that do not cover every age of the round once, in order."""


class TooFewAreas(CensusError):
    """Where people live divides them only with more than one area."""


class ExtractError(CensusError):
    """The figures kept with this app cannot be read."""
