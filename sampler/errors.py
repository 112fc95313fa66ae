"""What the planner refuses, each with its facts and a sentence that says what to change."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sampler.model import Change


class SamplerError(Exception):
    """Something the planner will not do; the message is for the person who asked."""


class BriefError(SamplerError):
    """A brief that cannot be read: the field, and what is allowed there."""

    def __init__(self, problems: Sequence[tuple[str, str]]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            " ".join(f"{field}: {text}" if field else text for field, text in problems)
        )

    @classmethod
    def at(cls, field: str, text: str) -> BriefError:
        """Return the error for one field."""
        return cls([(field, text)])


class FiguresMissing(BriefError):
    """Census figures a brief asks for that are neither kept nor read from the service yet."""


@dataclass(frozen=True)
class Rule:
    """A rule of the brief in the user's words, and where it stands."""

    rule: str
    field: str


@dataclass(frozen=True)
class Clash:
    """Rules that cannot all hold, none of which can be spared, and what to say of them.

    `needed` is how many people they need, where more people would do.
    """

    rules: tuple[Rule, ...]
    text: str
    needed: int | None = None


class NoPlan(SamplerError):
    """No whole numbers meet the rules: every clash that is independent of those before it.

    `rules` and `needed` are of the first.
    """

    def __init__(self, clashes: Sequence[Clash]) -> None:
        self.clashes = tuple(clashes)
        self.rules, self.needed = self.clashes[0].rules, self.clashes[0].needed
        super().__init__(" ".join(clash.text for clash in self.clashes))

    def __reduce__(self) -> tuple[type[NoPlan], tuple[tuple[Clash, ...]]]:
        return NoPlan, (self.clashes,)


class NoSeats(SamplerError):
    """No list of seats has these quotas beside the rules, pairs left out and people counted."""

    def __init__(self) -> None:
        super().__init__("These whole numbers cannot be seated together.")


class SolverError(SamplerError):
    """The solver gave no answer that passes the checks."""


class BadSheet(SamplerError):
    """A file or a pasted text that cannot be read: what it is, where, and what to do.

    Cells are named by their place, never by what they hold.
    """


class StoreError(SamplerError):
    """The database cannot be read or written."""


class NotFound(StoreError):
    """No round, programme or person of that id."""


class Conflict(StoreError):
    """Somebody else changed the row first.

    `theirs` is what stands now, `changes` the lines of history since.
    """

    def __init__(self, text: str, theirs: object, changes: Sequence[Change] = ()) -> None:
        self.theirs, self.changes = theirs, tuple(changes)
        super().__init__(text)
