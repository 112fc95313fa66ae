"""What the Seats page draws: the cards of the room, the seats as a table, two at a time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

from sampler.brief import ANY
from sampler.seats.seating import PairSource, Seating
from sampler.ui.show import box, details, muted, note, table
from sampler.words import JOINT, count, group_words, in_100, listed

MOST_CARDS = 40
"""More seats than this are a table, counted by who is alike."""
KINDS = {
    "live": "a census table",
    "extract": "a census table",
    "by hand": "your own table",
    "pattern": "the pattern of a census table",
    "assumed": "taken as unrelated",
}


def seat_words(name: str, group: str, topic: str | None) -> str:
    """Return a group so that it says something alone; nothing for "Any".

    >>> seat_words("Digital confidence", "Low", None), seat_words("Role", "Front desk", None)
    ('Low digital confidence', 'Role: Front desk')
    >>> seat_words("Age", "75+", "age"), seat_words("Access needs", "Any", None)
    ('75 and over', '')
    """
    if topic is not None:
        return group_words(group, topic)
    if group == ANY:
        return ""
    if name.casefold() in group.casefold():
        return group
    if group.casefold() in ("low", "medium", "high"):
        return f"{group} {name[:1].lower()}{name[1:]}"
    return f"{name}: {group}"


def closeness(seating: Seating, people: int, place: str) -> str:
    """Say what is known of how the characteristics combine, and how near the seats come."""
    known = [pair for pair in seating.pairs if pair.kind != "assumed"]
    assumed = sum(pair.has_shares for pair in seating.pairs) - len(known)
    if not known:
        title = "We do not know how these characteristics combine"
        said = f"There is no table for {place}, so all combinations are suggestions."
    else:
        names = [_both(pair) for pair in known[:2]]
        more = len(known) - len(names)
        title = f"We know how {'; '.join(names)} combine here"
        if more:
            title = f"We know how {count(len(known), 'pair')} of characteristics combine here"
        said = (
            f"We do not know how the other {count(assumed, 'pair')} combine in {place}, so those "
            "combinations are suggestions."
            if assumed
            else "Every pair of characteristics follows a table."
        )
    return note(title, said, _nearness(seating, people), kind="calm", more=worked_out(seating))


def _both(pair: PairSource) -> str:
    return listed([name[:1].lower() + name[1:] for name in pair.of])


def _nearness(seating: Seating, people: int) -> str:
    plan = seating.plan
    met = "Every quota is met"
    what = "what is known" if plan.of == "known" else "what these shares say"
    if plan.proven:
        return f"{met}, and no other {count(people, 'seat')} come closer to {what}."
    nearer = f"Other seats may come closer to {what}, but by no more than {in_100(plan.gap)}."
    return f"{met}. {'Stopped early. ' if plan.stopped else ''}{nearer}"


def worked_out(seating: Seating) -> str:
    """Draw the figures behind the seats, for those who ask."""
    plan = seating.plan
    which = "over the pairs that are known" if plan.of == "known" else "over all pairs"
    nearest = plan.deviation_known if plan.of == "known" else plan.deviation
    lines = [
        f"For each pair of groups the seats are compared with the number expected. The "
        f"differences add up to {nearest:.2f} {which}; no seats can have less than "
        f"{plan.bound:.2f}. Over all pairs they add up to {plan.deviation:.2f}.",
        *(
            f"{' and '.join(pair.of)}: {KINDS[pair.kind]}{_table(pair)}."
            for pair in seating.pairs
            if pair.kind != "assumed"
        ),
        "All other pairs are taken as unrelated, and only decide between seats as close as these.",
        "Pairs that cannot be, and those you left out, are in no seat. The same brief gives the "
        "same seats.",
    ]
    return details("How this was worked out", "".join(f"<p>{escape(line)}</p>" for line in lines))


def _table(pair: PairSource) -> str:
    if pair.kind in ("live", "extract"):
        return " of the ONS" if pair.table.startswith(JOINT) else f", {pair.table}"
    return f" that counts {pair.table}" if pair.kind == "pattern" else ""


def cards(seating: Seating, topics: Sequence[str | None]) -> str:
    """Draw one card a seat: no faces, no names, no stories."""
    drawn = []
    for number, seat in enumerate(seating.plan.seats, 1):
        words = [
            seat_words(name, groups[g], topic)
            for name, groups, g, topic in zip(
                seating.names, seating.groups, seat, topics, strict=True
            )
        ]
        rest = "".join(f'<span class="rest">{escape(word)}</span>' for word in words[1:] if word)
        drawn.append(
            f'<li><span class="no">Seat {number}</span>'
            f'<span class="who">{escape(words[0])}</span>{rest}</li>'
        )
    return box(f'<ol class="sp-room">{"".join(drawn)}</ol>')


def seat_table(seating: Seating, topics: Sequence[str | None]) -> str:
    """Draw the seats as a table; those alike are one row with their number."""
    alike = Counter(seating.plan.seats)
    heads = [("Seats", "n"), *((name, "") for name in seating.names)]
    rows = [
        [
            f"{number:,}",
            *(
                escape(seat_words(name, groups[g], topic))
                for name, groups, g, topic in zip(
                    seating.names, seating.groups, seat, topics, strict=True
                )
            ),
        ]
        for seat, number in alike.items()
    ]
    return box(
        '<div class="sp-scroll" tabindex="0" role="region" aria-label="Seats">'
        + table("Seats", heads, rows, classes="seats")
        + "</div>"
    )


def two_at_a_time(
    seating: Seating, rows: int, columns: int, topics: Sequence[str | None], people: int
) -> str:
    """Draw the seats of each pair of groups beside the number expected."""
    counts, shares = seating.counts(rows, columns), seating.shares(rows, columns)
    down, across = (_with_seats(seating, at) for at in (rows, columns))
    heads = [(seating.names[rows], "")]
    heads += [(group_words(seating.groups[columns][j], topics[columns]), "n") for j in across]
    drawn = [
        [
            escape(group_words(seating.groups[rows][i], topics[rows])),
            *(
                f'<b>{counts[i][j]}</b> <span class="sp-hint">({shares[i][j] * people:.1f})</span>'
                for j in across
            ),
        ]
        for i in down
    ]
    pair = next(
        p for p in seating.pairs if set(p.of) == {seating.names[rows], seating.names[columns]}
    )
    where = {
        "assumed": "if the two are unrelated",
        "pattern": f"from the pattern of a census table{_table(pair)}",
        "by hand": "from your own table",
    }.get(pair.kind, f"from {KINDS[pair.kind]}{_table(pair)}")
    caption = f"{seating.names[rows]} by {seating.names[columns]}"
    return (
        '<div class="sp sp-scroll" tabindex="0" role="region" '
        f'aria-label="{escape(caption)}">'
        + table(caption, heads, drawn, classes="pairs-of-groups")
        + "</div>"
        + muted(f"Seats, and in brackets the number expected {where}.{_without(seating, rows)}")
    )


def ready_pair(seating: Seating) -> tuple[int, int]:
    """Return the two characteristics to show first: a known pair, where there is one."""
    known = sorted(
        (pair for pair in seating.pairs if pair.kind != "assumed"),
        key=lambda pair: pair.kind == "pattern",
    )
    first, second = known[0].of if known else seating.names[:2]
    return seating.names.index(first), seating.names.index(second)


def _with_seats(seating: Seating, at: int) -> list[int]:
    return [i for i, people in enumerate(seating.quotas[at]) if people]


def _without(seating: Seating, at: int) -> str:
    none = len(seating.groups[at]) - len(_with_seats(seating, at))
    return f" {count(none, 'group')} with no seat: not shown." if none else ""
