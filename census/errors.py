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


class NotPublished(CensusError):
    """The census does not give this topic for such a place."""


class NotHeld(CensusError):
    """Neither kept with the app nor read from the census service before."""


class ServiceError(CensusError):
    """The census service gave no answer that can be used.

    `reason` is what happened in a few words, such as "timed out"; it names no address and no key.
    `is_down` says that asking again just now would be of no use; `status` is what the service
    answered with, where it answered.
    """

    def __init__(
        self, reason: str, hint: str = "", *, is_down: bool = False, status: int | None = None
    ) -> None:
        self.reason, self.is_down, self.status = reason, is_down, status
        super().__init__(f"The census service {reason}.{' ' + hint if hint else ''}")


class BadAnswer(ServiceError):
    """The service answered, but not with figures that make sense."""


class AreasBlocked(CensusError):
    """The service keeps these figures back for some areas, because few people are counted."""


class BadFile(CensusError):
    """A file of the user's own that cannot be read; the message gives the line and column."""
