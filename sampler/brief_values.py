"""The kinds of value a brief is made of, each with what is allowed."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

MOST_PEOPLE = 100_000


def decimal_of(value: object) -> object:
    """Read a typed share exactly; anything that is no finite number is refused in words."""
    if isinstance(value, bool) or not isinstance(value, (int, float, str, Decimal)):
        raise ValueError("must be a number such as 0.3.")
    try:
        read = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("must be a number such as 0.3.") from None
    if not read.is_finite():
        raise ValueError("must be a finite number such as 0.3.")
    if read < 0:
        raise ValueError(f"is {read}; a share cannot be negative.")
    if read.adjusted() > 12 or (read and read.adjusted() < -18):
        raise ValueError("is too large or too small to use.")
    return read


def whole(least: int, most: int, name: str) -> BeforeValidator:
    """Return a check that a value is a whole number from least to most."""

    def check(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{name} must be a whole number from {least:,} to {most:,}.")
        return value

    return BeforeValidator(check)


Share = Annotated[Decimal, BeforeValidator(decimal_of)]
Whole = Annotated[int, whole(0, MOST_PEOPLE, "This")]
Census = Annotated[int, whole(0, 10**9, "This")]
Name = Annotated[str, Field(min_length=1, max_length=200)]


class Part(BaseModel):
    """A part of a brief: frozen, nothing unknown in it, and errors that quote no input."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, hide_input_in_errors=True, str_strip_whitespace=True
    )


def at_field(field: str, text: str) -> PydanticCustomError:
    """Return the error of one field that only the whole brief can tell."""
    return PydanticCustomError("at_field", "{text}", {"field": field, "text": text})
