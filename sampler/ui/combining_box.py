"""How characteristics combine, on Mix: what is known of each pair, and what is left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from html import escape

import streamlit as st

from census.errors import CensusError
from sampler import combining, figures, pairs
from sampler.brief import Brief
from sampler.errors import BriefError
from sampler.joint import Joint, PairShares
from sampler.mix import Mix
from sampler.model import Round
from sampler.pairs import LeftOut
from sampler.ui import asking, show, state
from sampler.words import JOINT, count, group_words, listed

KNOWN = {"known": "Known", "pattern": "Pattern only", "assumed": "Not known"}
MOST_NAMED = 3


def draw(held: Round, brief: Brief) -> None:
    """Draw what is known of how the characteristics combine, with the buttons to change it."""
    try:
        found, mix = combining.of(brief), figures.mix_of(brief)
    except (BriefError, CensusError) as error:
        st.html(show.note("This cannot be worked out yet", str(error), kind="bad"))
        return
    if not found.pairs:
        st.html(show.hint("Two characteristics with shares are needed before they can combine."))
        return
    st.html(show.hint(_known_words(found)))
    for pair in found.pairs:
        if pair.problem:
            st.html(show.note("These shares cannot all be met together", pair.problem))
    st.html(_pair_table(found, mix))
    _ask(held, brief)
    _left_out(held, brief, found, mix)


def _known_words(found: Joint) -> str:
    """Say how much is known of how the characteristics combine."""
    kinds = Counter(pair.kind for pair in found.pairs)
    if len(found.pairs) == 1:
        return found.pairs[0].words
    said = []
    known = len(found.pairs) - kinds["assumed"]
    if known:
        pattern = f", {kinds['pattern']} of them only as a pattern" if kinds["pattern"] else ""
        which = f"{known} of the {len(found.pairs)}" if kinds["assumed"] else f"all {known}"
        said.append(f"We know how {which} pairs combine here{pattern}.")
    if kinds["assumed"]:
        which = f"the other {kinds['assumed']}" if known else f"any of the {len(found.pairs)}"
        said.append(
            f"We do not know how {which} pairs combine, so those combinations are suggestions."
        )
    return " ".join(said)


def _pair_table(found: Joint, mix: Mix) -> str:
    names = [part.name for part in mix.characteristics]
    rows = [
        [
            escape(f"{names[pair.first]} and {names[pair.second]}"),
            KNOWN[pair.kind],
            escape(_from(pair)),
        ]
        for pair in found.pairs
    ]
    heads = [("Pair", ""), ("How they combine", ""), ("From", "")]
    return show.table("What is known of each pair", heads, rows, classes="pairs")


def _from(pair: PairShares) -> str:
    if pair.kind == "assumed":
        return "Taken as unrelated"
    split = ", larger groups divided in proportion" if pair.is_split else ""
    if pair.kind == "pattern":
        return f"Counts {pair.said}{split}"
    table = "Joint table of the ONS" if pair.said.startswith(JOINT) else f"Table {pair.said}"
    return f"{table}{split}"


def _ask(held: Round, brief: Brief) -> None:
    unread = combining.unread(brief)
    if unread and st.button(
        f"Ask the census service about {count(len(unread), 'pair')}", key="mix_pairs_ask"
    ):
        asking.run(held, lambda progress: combining.fetch(brief, progress=progress))
        st.rerun()


def _left_out(held: Round, brief: Brief, found: Joint, mix: Mix) -> None:
    st.subheader("Left out", anchor=False)
    by_reason: dict[str, list[LeftOut]] = {}
    for one in found.left_out:
        if one.kind != "yours":
            by_reason.setdefault(one.reason, []).append(one)
    lines = [
        f"{reason} {_few([_pair(mix, one) for one in ones])}." for reason, ones in by_reason.items()
    ]
    st.html("".join(map(show.hint, lines)) or show.hint("No pair of groups is left out."))
    for number, pair in enumerate(brief.leave_out):
        if st.button(
            show.plain(f"{' with '.join(pair.pair.values())} ✕"),
            key=f"mix_pair_{number}",
            help="Take this pair in again",
        ):
            _take_in(held, number)
            st.rerun()
    for rule in pairs.switches(mix):
        st.checkbox(
            f"Leave out: {rule.name}",
            key=state.shows(f"mix_unlikely_{rule.name}", rule.name not in brief.keep_unlikely),
            help=rule.reason,
            on_change=_switch,
            args=(held, str(rule.name)),
        )
    leave_out_form(held, brief, mix)


def _take_in(held: Round, number: int) -> None:
    """Drop one pair of the user's own."""

    def change(brief: Brief) -> Brief:
        rest = [one.model_dump() for i, one in enumerate(brief.leave_out) if i != number]
        return brief.changed(leave_out=rest)

    state.save_brief(held, change)


def _switch(held: Round, name: str) -> None:
    """Leave an unlikely pair out, or keep it."""

    def change(brief: Brief) -> Brief:
        kept = [one for one in brief.keep_unlikely if one != name]
        if len(kept) == len(brief.keep_unlikely):
            kept.append(name)
        return brief.changed(keep_unlikely=kept)

    state.save_brief(held, change)


def leave_out_form(held: Round, brief: Brief, mix: Mix) -> None:
    """Ask for two groups nobody is to have together."""
    options = [
        (part.name, group.name)
        for part in mix.characteristics
        if part.basis != "minimums"
        for group in part.groups
    ]
    topics = {part.name: part.topic for part in mix.characteristics}

    def named(option: tuple[str, str]) -> str:
        return f"{option[0]}: {group_words(option[1], topics[option[0]])}"

    with (
        st.form("mix_leave_out", border=False),
        st.container(horizontal=True, vertical_alignment="bottom"),
    ):
        first = st.selectbox("Leave out", options, format_func=named, key="mix_out_first")
        other = st.selectbox(
            "together with", options, index=None, format_func=named, key="mix_out_other"
        )
        if st.form_submit_button("Leave this pair out") and first and other:
            pair = {"pair": {first[0]: first[1], other[0]: other[1]}}

            def change(b: Brief) -> Brief:
                changed = b.changed(leave_out=[*(p.model_dump() for p in b.leave_out), pair])
                pairs.left_out(figures.mix_of(changed), changed)
                return changed

            state.save_brief(held, change)
            st.rerun()


def _pair(mix: Mix, one: LeftOut) -> str:
    parts = [mix.characteristics[i] for i in one.characteristics]
    names = [
        group_words(part.groups[g].name, part.topic)
        for part, g in zip(parts, one.groups, strict=True)
    ]
    return " with ".join(names)


def _few(names: Sequence[str]) -> str:
    more = len(names) - MOST_NAMED
    return listed([*names[:MOST_NAMED], *([count(more, "more pair")] if more > 0 else [])])
