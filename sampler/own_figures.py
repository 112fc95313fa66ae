"""Own population figures: two columns, a group and how many people, pasted or from a file."""

from __future__ import annotations

import csv
import io

from sampler.errors import BriefError

MOST_GROUPS = 60


def read_two_columns(body: bytes) -> dict[str, int]:
    """Return people per group from comma, semicolon or tab separated text.

    A first line without a number is taken as heads. Numbers may have thousands separators.

    >>> read_two_columns(b"Role,People\\nContact centre,310\\nFront desk,1 085")
    {'Contact centre': 310, 'Front desk': 1085}

    Raises `BriefError` with the line and what was expected there.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = body.decode("cp1252", errors="replace")
    lines = [line for line in text.splitlines() if line.strip()]
    separator = next((mark for mark in ("\t", ";", ",") if any(mark in x for x in lines)), ",")
    people: dict[str, int] = {}
    for number, row in enumerate(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator), 1):
        group, value = row[0].strip(), "".join(row[1:]).strip()
        digits = value.replace(",", "").replace(" ", "").replace("\u00a0", "")
        if not digits.isdecimal():
            if number == 1 and len(lines) > 1:
                continue
            raise BriefError.at(f"line {number}", "needs a group and a whole number of people.")
        if not group:
            raise BriefError.at(f"line {number}", "has no group.")
        if group.casefold() in (other.casefold() for other in people):
            raise BriefError.at(f"line {number}", f"names {group} a second time.")
        people[group] = int(digits)
    if not people:
        raise BriefError.at("", "There are no figures. Give a group and its people on each line.")
    if len(people) > MOST_GROUPS:
        raise BriefError.at("", f"There are {len(people)} groups; the most is {MOST_GROUPS}.")
    return people
