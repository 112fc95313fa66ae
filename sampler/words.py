"""Numbers and lists as a reader sees them: one way of writing each."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from datetime import date
from fractions import Fraction

CARS = {
    "None": "No car or van",
    "1": "1 car or van",
    "2": "2 cars or vans",
    "3 or more": "3 or more cars or vans",
}


def decimal(value: Fraction, places: int) -> str:
    """Write a fraction with so many decimals, a half rounded up.

    >>> decimal(Fraction(171, 100), 1), decimal(Fraction(1, 8), 2)
    ('1.7', '0.13')
    """
    units = math.floor(value * 10**places + Fraction(1, 2))
    if not places:
        return f"{units}"
    sign = "-" if units < 0 else ""
    whole, part = divmod(abs(units), 10**places)
    return f"{sign}{whole}.{part:0{places}d}"


def percent(share: Fraction) -> str:
    """Write a share as a percentage with one decimal.

    >>> percent(Fraction(195102, 1144922))
    '17.0%'
    """
    return f"{decimal(share * 100, 1)}%"


def percent_typed(share: Fraction) -> str:
    """Write a share somebody typed, without decimals it does not need.

    >>> percent_typed(Fraction(1, 20)), percent_typed(Fraction(21, 200))
    ('5%', '10.5%')
    """
    return f"{decimal(share * 100, 1).removesuffix('.0')}%"


def percent_exact(share: Fraction) -> str:
    """Write a sum of shares with as many decimals as tell it from its neighbours.

    >>> percent_exact(Fraction(9949999, 10**7)), percent_exact(Fraction(21, 20))
    ('99.49999%', '105%')
    """
    for places in range(9):
        if (share * 100 * 10**places).denominator == 1:
            return f"{decimal(share * 100, places)}%"
    return f"{decimal(share * 100, 8)}%"


def count(number: int, one: str, many: str | None = None) -> str:
    """Write a number with what it counts.

    >>> count(1, "person", "people"), count(1200, "group")
    ('1 person', '1,200 groups')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def people(number: int) -> str:
    """Write so many people."""
    return count(number, "person", "people")


def listed(words: Sequence[str], joint: str = "and") -> str:
    """Join words for a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"])
    ('a, b and c', 'a')
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def about(number: int) -> str:
    """Round a census count for a sentence.

    >>> about(51768), about(4321), about(432)
    ('about 52,000', 'about 4,300', 'about 430')
    """
    if number < 10:
        return f"{number}"
    step = 1000 if number >= 10_000 else 100 if number >= 1_000 else 10
    return f"about {(number + step // 2) // step * step:,}"


def day(when: date) -> str:
    """Write a date in full.

    >>> day(date(2027, 1, 12))
    '12 January 2027'
    """
    return f"{when.day} {when:%B %Y}"


def time_since(then: date, today: date) -> str:
    """Write how long ago a day was, in years and months.

    >>> time_since(date(2021, 3, 21), date(2026, 11, 21))
    '5 years 8 months ago'
    """
    months = (today.year - then.year) * 12 + today.month - then.month - (today.day < then.day)
    years, months = divmod(max(0, months), 12)
    parts = [count(n, word) for n, word in ((years, "year"), (months, "month")) if n]
    return f"{' '.join(parts)} ago" if parts else "this month"


def counted(census_date: str, today: date) -> str:
    """Write when a census was taken; its day in 2021 fell in lockdown.

    >>> counted("2021-03-21", date(2026, 11, 21))
    'counted 21 March 2021, in lockdown, 5 years 8 months ago'
    """
    then = date.fromisoformat(census_date)
    lockdown = ", in lockdown" if then == date(2021, 3, 21) else ""
    return f"counted {day(then)}{lockdown}, {time_since(then, today)}"


def in_100(share: float) -> str:
    """Write a small share as so many in 100, rounded up.

    >>> in_100(0.012), in_100(0.0)
    ('2 in 100', '1 in 100')
    """
    return f"{max(1, math.ceil(share * 100))} in 100"


def small_number(number: int) -> str:
    """Write a small number as a word, as in running text.

    >>> small_number(3), small_number(12)
    ('three', '12')
    """
    words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
    return words[number] if 0 <= number < len(words) else f"{number:,}"


def group_words(group: str, topic: str | None) -> str:
    """Write a group as running text has it: age bands in words, others as they are.

    >>> group_words("16-34", "age"), group_words("75+", "age"), group_words("1", "cars")
    ('16 to 34', '75 and over', '1 car or van')
    """
    if topic == "cars":
        return CARS.get(group, group)
    if topic == "age":
        if found := re.fullmatch(r"(\d+)-(\d+)", group):
            return found[1] if found[1] == found[2] else f"{found[1]} to {found[2]}"
        if found := re.fullmatch(r"(\d+)\+", group):
            return f"{found[1]} and over"
    return group


JOINT = "census-observations: "
"""What the name of a joint table of the ONS service begins with; its variables follow."""


def table_words(table: str) -> str:
    """Name a table, or several, as a source line has it.

    >>> table_words("TS003, TS009"), table_words("NI religion")
    ('tables TS003, TS009', 'table of religion')
    >>> table_words("census-observations: sex, resident_age_8a")
    'joint table of sex, resident_age_8a'
    """
    if table.startswith(JOINT):
        return f"joint table of {table.removeprefix(JOINT)}"
    if table.startswith("NI "):
        return f"table of {table.removeprefix('NI ')}"
    return f"{'tables' if ',' in table else 'table'} {table}"
