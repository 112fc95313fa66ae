"""What an audience of a programme owns: places, ages and characteristics, for each new round."""

from __future__ import annotations

from pydantic import ConfigDict, Field

from sampler.brief import Brief, CharacteristicBrief
from sampler.model import Value
from sampler.words import listed

ROUND_ONLY: dict[str, object] = {
    "minimum": {},
    "minimum_share": {},
    "maximum": {},
    "boost": {},
    "voices": "population",
    "heard": None,
    "heard_rounds": None,
}
"""What a characteristic holds that is of one round, with what it is where nothing is set."""
ASKED = ("topic", "name", "grouping", "bands", "merge")


class AudienceSettings(Value):
    """What the rounds of one audience ask alike, so that their people can be added up."""

    model_config = ConfigDict(extra="ignore")  # one kept before may say `with_residents`

    areas: tuple[str, ...] = ()
    lowest_age: int | None = Field(default=None, ge=0, le=90)
    highest_age: int | None = Field(default=None, ge=0, le=89)
    characteristic: tuple[CharacteristicBrief, ...] = ()


def settings_of(brief: Brief) -> AudienceSettings:
    """Return what a round asks, to keep for its audience; rules of the round stay with it.

    Characteristics of minimums only are left out: they hold nothing else.
    """
    parts = [part for part in brief.characteristic if not part.is_minimums_only]
    return AudienceSettings(
        areas=brief.areas,
        lowest_age=brief.lowest_age,
        highest_age=brief.highest_age,
        characteristic=tuple(part.model_copy(update=ROUND_ONLY) for part in parts),
    )


def offered(settings: AudienceSettings, brief: Brief) -> Brief:
    """Return a new round's brief with what its audience owns. Raises `BriefError`."""
    own = [p for p in brief.characteristic if p.is_minimums_only]
    parts = [*settings.characteristic, *own]
    return brief.changed(
        areas=settings.areas,
        lowest_age=settings.lowest_age,
        highest_age=settings.highest_age,
        characteristic=[part.model_dump() for part in parts],
    )


def differences(settings: AudienceSettings, brief: Brief) -> list[str]:
    """Say what a round asks otherwise than its audience, which may keep it from being added up."""
    said = []
    if settings.areas and sorted(settings.areas) != sorted(brief.areas):
        said.append("It covers other places.")
    ages = (settings.lowest_age, settings.highest_age)
    if ages != (brief.lowest_age, brief.highest_age):
        said.append("It is open to other ages.")
    here = {_name(part): part for part in brief.characteristic}
    missing = [p for p in settings.characteristic if _name(p) not in here]
    if missing:
        said.append(f"It does not ask {listed([_name(p) for p in missing])}.")
    other = [
        _name(p)
        for p in settings.characteristic
        if _name(p) in here
        and any(getattr(p, field) != getattr(here[_name(p)], field) for field in ASKED)
    ]
    if other:
        said.append(f"It asks {listed(other)} in other groups.")
    return said


def _name(part: CharacteristicBrief) -> str:
    return part.name or str(part.topic).replace("_", " ")
