"""Which columns of an unknown table are groups, and which only add up others: by arithmetic."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from census.spelling import key
from census.tables import TABLES, age_label

NEAR = 0.005
"""Groups may miss the file's own total by this share and still be taken for all of them."""
ENOUGH_PLACES = 3
"""A sum that fits in this many figures at once is no accident."""

_TOTAL = re.compile(
    r"(grand )?total\b"
    r"|all (usual residents|persons|people|residents|households?|household spaces|ages|categories"
    r"|sexes|adults)\b"
)
_HELPER = "(helper sum)"
SINGLE_YEARS = tuple(age_label(age) for age in range(91))


def bare(label: str) -> str:
    """Return a label as it is compared: letters and digits only.

    >>> bare("L1, L2 and L3: Higher") == bare("l1, L2 and L3 higher")
    True
    """
    return "".join(c for c in label.casefold() if c.isalnum())


def is_total(label: str) -> bool:
    """Say whether a label names everyone.

    >>> is_total("Total: All households"), is_total("All other sexual orientations")
    (True, False)
    """
    return bool(_TOTAL.match(key(label)))


@dataclass(frozen=True)
class Column:
    """One label of a variable: its people in all, and their mark.

    The mark weighs every figure differently before adding: marks add up where every single
    figure does, so one comparison stands for all areas.
    """

    label: str
    people: int
    mark: int
    places: int


@dataclass(frozen=True)
class Choice:
    """The labels kept as groups, those that only add up others, and what the reader should know.

    `total` is the label that counts everyone, if there is one; `off` is how many people the
    groups have more or fewer than it; `table` the id of an official table of these groups.
    """

    kept: tuple[str, ...]
    sums: tuple[str, ...]
    total: str | None
    off: int = 0
    warnings: tuple[str, ...] = ()
    table: str | None = None


def choose(columns: Sequence[Column]) -> Choice:
    """Tell groups from sums.

    An official table's own list decides where every group of it is there. Otherwise a label that
    equals the sum of those that follow it is a sub-total, and the file's own total must come out.
    """
    total = next((column for column in columns if is_total(column.label)), None)
    rest = [column for column in columns if column is not total]
    if not rest:
        return Choice((), (), total.label if total else None)
    if known := _known(rest, total):
        return known
    strong = _tree(rest, _is_sure)
    if total is None:
        return Choice(
            tuple(c.label for c in strong), _sums(rest, strong), None, 0, _doubts(rest, strong)
        )
    loose = _tree(rest, _is_any)
    for kept in (rest, strong, loose, *_without_tail(strong, total)):
        if sum(c.mark for c in kept) == total.mark:
            return _chosen(rest, kept, total)
    for kept in (rest, strong, loose):
        if abs(sum(c.people for c in kept) - total.people) <= NEAR * total.people:
            return _chosen(rest, kept, total)
    return _chosen(rest, strong, total)


def _chosen(
    rest: Sequence[Column], kept: Sequence[Column], total: Column | None, table: str | None = None
) -> Choice:
    return Choice(
        tuple(c.label for c in kept),
        _sums(rest, kept),
        total.label if total else None,
        sum(c.people for c in kept) - total.people if total else 0,
        table=table,
    )


def _sums(rest: Sequence[Column], kept: Sequence[Column]) -> tuple[str, ...]:
    names = {c.label for c in kept}
    return tuple(c.label for c in rest if c.label not in names)


def _known(rest: Sequence[Column], total: Column | None) -> Choice | None:
    """Choose by an official table's list, the longest that is there in full."""
    by_bare = {bare(column.label): column for column in rest}
    lists = [(table.id, table.leaves) for table in TABLES.values()]
    for table_id, leaves in sorted([*lists, (None, SINGLE_YEARS)], key=lambda x: -len(x[1])):
        if not all(bare(leaf) in by_bare for leaf in leaves):
            continue
        kept = [by_bare[bare(leaf)] for leaf in leaves]
        extra = _sums(rest, kept)
        people = sum(c.people for c in kept)
        adds_up = total is not None and abs(people - total.people) <= NEAR * total.people
        above = all(
            label.startswith(_HELPER) or any(_is_below(leaf, label) for leaf in leaves)
            for label in extra
        )
        if not extra or adds_up or above:
            return _chosen(rest, kept, total, table_id)
    return None


def _is_below(label: str, head: str) -> bool:
    return key(label).startswith(f"{key(head)}:")


def _tree(rest: Sequence[Column], is_sum: Callable[[Column, int], bool]) -> list[Column]:
    """Return the columns that are no sum of the ones right after them.

    Read from the right, the columns not yet under a sub-total lie on a stack; one that equals
    the nearest few is their sub-total, if `is_sum` believes so.
    """
    free: list[Column] = []
    kept: list[Column] = []
    for column in reversed(rest):
        running, count = 0, 0
        nested = 0
        while nested < len(free) and _is_below(free[-1 - nested].label, column.label):
            nested += 1
        if nested and sum(c.mark for c in free[-nested:]) == column.mark:
            count = nested
        elif column.people:
            for n, one in enumerate(reversed(free), 1):
                running += one.mark
                if running > column.mark:
                    break
                if running == column.mark and is_sum(column, n):
                    count = n
                    break
        if count:
            del free[-count:]
        else:
            kept.append(column)
        free.append(column)
    return kept[::-1]


def _is_sure(column: Column, parts: int) -> bool:
    return column.places >= ENOUGH_PLACES and (parts > 1 or column.people > 10 * column.places)


def _is_any(column: Column, parts: int) -> bool:
    return True


def _is_several(column: Column, parts: int) -> bool:
    return parts > 1


def _without_tail(kept: Sequence[Column], total: Column) -> list[Sequence[Column]]:
    """Return the columns without those at the end that would push them past the total."""
    people = 0
    for n, column in enumerate(kept, 1):
        people += column.people
        if people == total.people:
            return [kept[:n]]
    return []


def _doubts(rest: Sequence[Column], kept: Sequence[Column]) -> tuple[str, ...]:
    """Name a group that may be a sub-total: by its label alone, or by its sum alone."""
    heads = [c.label for c in kept if any(_is_below(o.label, c.label) for o in rest if o is not c)]
    if heads:
        return (
            f"{heads[0]} is taken as a group of its own: it is not the sum of the groups named "
            "after it. Take it out of the file if it counts them too.",
        )
    fewer = {c.label for c in _tree(rest, _is_several)}
    if sums := [c.label for c in kept if c.label not in fewer]:
        return (
            f"{sums[0]} is taken as a group of its own, but is exactly the sum of the groups "
            "after it. Take it out of the file if it counts them too.",
        )
    return ()
