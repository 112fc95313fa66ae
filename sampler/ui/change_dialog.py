"""The dialogs of the Mix page: change one characteristic, add one of one's own."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, get_args

import streamlit as st

import census
from census.errors import CensusError
from census.ni_topics import for_areas
from census.spelling import key as spelled
from sampler import figures
from sampler.brief import Brief, CharacteristicBrief, Voices
from sampler.errors import BriefError, NoPlan
from sampler.model import PlannedCharacteristic, Round
from sampler.ui import show, state
from sampler.ui.quota_tables import VOICE_WORDS
from sampler.words import listed, percent_typed

FEW_GROUPS = 9
"""Fewer than this are all shown in a preview, those with nobody too."""
Key = Callable[[str], str]
"""Makes a widget's key of its own for this round, version and characteristic."""

KEEP_EXACTLY, WITHIN_ONE = "Keep exactly", "Within 1"


def voices_preview(brief: Brief, index: int, voices: Voices) -> str:
    """Say the whole numbers a way of hearing voices would give: "White 5, Asian 3"."""
    try:
        plan = figures.plan_of(brief.with_characteristic(index, voices=voices))
    except (BriefError, NoPlan):
        return "cannot be met with the rules"
    part = plan.characteristics[index]
    quotas = sorted(part.quotas, key=lambda q: -q.target) if not part.is_ordered else part.quotas
    few = len(quotas) < FEW_GROUPS
    shown = [f"{show.label(part, q.group)} {q.target}" for q in quotas if q.target or few]
    none = sum(1 for q in quotas if not q.target)
    return ", ".join(shown) + (f"; {none} with none" if none and not few else "")


@st.dialog("Change a characteristic", width="medium")
@state.guarded
def change(held: Round, index: int, planned: PlannedCharacteristic) -> None:
    """Ask how a characteristic is kept, how many voices, its groups, a share raised on purpose."""
    part = held.brief.characteristic[index]
    changes: dict[str, Any] = {}

    def key(name: str) -> str:
        return f"change_{held.id}_{held.version}_{index}_{name}"

    st.html(show.empty(planned.name, ""))
    if planned.basis != "minimums":
        voices: tuple[Voices, ...] = get_args(Voices)
        changes["voices"] = st.radio(
            "How many voices",
            voices,
            index=voices.index(part.voices),
            format_func=lambda v: VOICE_WORDS[v][0].upper() + VOICE_WORDS[v][1:],
            captions=[voices_preview(held.brief, index, v) for v in voices],
            key=key("voices"),
        )
        kept = st.radio(
            "How strictly",
            [KEEP_EXACTLY, WITHIN_ONE],
            index=0 if planned.must_have else 1,
            captions=["The quota and nothing else", "One more or one fewer is fine"],
            horizontal=True,
            key=key("kept"),
        )
        if (kept == KEEP_EXACTLY) != planned.must_have:
            changes["must_have"] = kept == KEEP_EXACTLY
    if part.topic is not None:
        topic = for_areas(census.find_topic(str(part.topic)), figures.areas_of(held.brief))
        _groups(topic, part, planned.groups, changes, key)
    if planned.basis != "minimums":
        _boost(planned, part, changes, key)
    else:
        _minimums(part, changes, key)
    with st.container(horizontal=True):
        if st.button("Save", type="primary", key=key("save")):
            _save(held, index, changes)
        if st.button("Take it out of the mix", key=key("remove")):
            parts = [p.model_dump() for i, p in enumerate(held.brief.characteristic) if i != index]
            state.save_brief(held, lambda b: b.changed(characteristic=parts))
            st.rerun()


def _groups(
    topic: census.Topic,
    part: CharacteristicBrief,
    now: tuple[str, ...],
    changes: dict[str, Any],
    key: Key,
) -> None:
    """Ask for the grouping or the age bands, and for groups to put together."""
    offered = list(topic.groupings)
    if topic.id == "age":
        bands = st.text_input(
            "Age bands",
            ", ".join(part.bands or now),
            placeholder="16-34, 35-54, 55-74, 75+",
            help="Every age once, in order. Leave empty for the ready bands.",
            key=key("bands"),
        )
        typed = tuple(band.strip() for band in bands.split(",") if band.strip())
        if typed != tuple(part.bands or now):
            changes["bands"] = typed or None
        return
    if len(offered) > 1:
        grouping = st.radio(
            "Groups",
            offered,
            index=offered.index(topic.grouping(part.grouping)),
            format_func=lambda g: f"{g.capitalize()}: {len(topic.groupings[g])} groups",
            horizontal=True,
            key=key("grouping"),
        )
        changes["grouping"] = grouping
        if grouping != topic.grouping(part.grouping):
            changes |= {"merge": {}, "keep_broad": False}
            return
        if grouping == "detailed":
            changes["keep_broad"] = st.checkbox(
                "Keep broad totals: share out the broad groups first",
                part.keep_broad,
                key=key("broad"),
            )
    if part.merge:
        for name, groups in part.merge.items():
            st.html(show.muted(f"{name}: {listed(list(groups))}"))
        if st.checkbox("Take merged groups apart", key=key("apart")):
            changes["merge"] = {}
            return
    together = st.multiselect(
        "Merge groups",
        list(topic.groupings[changes.get("grouping") or offered[0]]),
        placeholder="Two or more groups",
        key=key("merge"),
    )
    if together:
        name = st.text_input("Call them", " or ".join(together), key=key(f"merge_name_{together}"))
        changes["merge"] = {**part.merge, name: tuple(together)}


def _boost(
    planned: PlannedCharacteristic, part: CharacteristicBrief, changes: dict[str, Any], key: Key
) -> None:
    """Ask for one share raised on purpose; others raised in a brief stay as they are."""
    for group, raised in part.boost.items():
        st.html(show.muted(f"{group} is raised to {percent_typed(Fraction(raised))}."))
    groups = ["No change", *planned.groups]
    chosen = st.selectbox("Raise a share on purpose", groups, key=key("boost_group"))
    if chosen != "No change":
        now = next((q.share for q in planned.quotas if q.group == chosen), None)
        start = percent_typed(now or Fraction(0))
        share = st.text_input("To this share", start, key=key(f"boost_share_{chosen}"))
        if share != start:
            others = {g: s for g, s in part.boost.items() if spelled(g) != spelled(chosen)}
            changes["boost"] = {**others, chosen: share}
    if part.boost and st.checkbox("As counted again: no share raised", key=key("boost_none")):
        changes["boost"] = {}


def _minimums(part: CharacteristicBrief, changes: dict[str, Any], key: Key) -> None:
    """Ask for the minimums of a characteristic that has nothing else."""
    least = {
        group: int(st.number_input(f"At least: {group}", 0, 100_000, now, key=key(f"min_{i}")))
        for i, (group, now) in enumerate(part.minimum.items())
    }
    if least != part.minimum:
        changes["minimum"] = least
    shares: dict[str, Any] = dict(part.minimum_share)
    for i, (group, now) in enumerate(part.minimum_share.items()):
        start = percent_typed(Fraction(now))
        typed = st.text_input(f"At least this part: {group}", start, key=key(f"share_{i}"))
        if typed != start:
            shares[group] = typed
    if shares != part.minimum_share:
        changes["minimum_share"] = shares


def _save(held: Round, index: int, changes: dict[str, Any]) -> None:
    """Save the change if it can be; otherwise say what is wrong in the dialog."""
    try:
        for field in ("boost", "minimum_share"):
            if field in changes:
                changes[field] = {
                    g: _share(s) if isinstance(s, str) else s for g, s in changes[field].items()
                }
        brief = held.brief.with_characteristic(index, **changes)
        dropped: list[str] = []
        if brief.areas:
            figures.look_up(brief)
            brief, dropped = figures.fitting(brief)
            figures.mix_of(brief)
    except (BriefError, CensusError) as error:
        problems = getattr(error, "problems", (("", str(error)),))
        st.html(show.note("This cannot be", *(text for _, text in problems), kind="bad"))
        return
    if state.save_brief(held, lambda _: brief) and dropped:
        said = f"Left out with the groups that are gone: {listed(dropped)}."
        state.tell(held.id, "Some rules went", said)
    st.rerun()


def _share(text: object) -> Decimal:
    try:
        return Decimal(str(text).strip().removesuffix("%")) / 100
    except InvalidOperation:
        raise BriefError.at("", "A share is a number of per cent, such as 30.") from None


@st.dialog("Add your own", width="medium")
@state.guarded
def add_own(held: Round) -> None:
    """Ask for a characteristic by hand: groups with shares, or with minimums only."""
    name = st.text_input("Characteristic", placeholder="Digital confidence", key="own_name")
    kind = st.radio(
        "What you know",
        ["Shares", "Minimums only"],
        captions=[
            "Each group's part of the people, adding up to 100%",
            "At least so many of a group",
        ],
        key="own_kind",
        horizontal=True,
    )
    shares = kind == "Shares"
    lines = st.text_area(
        "Groups, one a line",
        placeholder="Low, 20%\nMedium, 30%\nHigh, 50%" if shares else "Uses a screen reader, 2",
        key="own_groups",
    )
    if st.button("Add to the mix", type="primary", key="own_save"):
        try:
            made = own_characteristic(name, lines, shares=shares)
            parts = [part.model_dump() for part in held.brief.characteristic]
            brief = held.brief.changed(characteristic=[*parts, made])
            if brief.areas or all(part.topic is None for part in brief.characteristic):
                figures.mix_of(brief)
        except BriefError as error:
            texts = [text for _, text in error.problems]
            st.html(show.note("This cannot be added", *texts, kind="bad"))
            return
        state.save_brief(held, lambda _: brief)
        st.rerun()


def own_characteristic(name: str, lines: str, *, shares: bool) -> dict[str, Any]:
    """Read groups typed one a line, each with a share or a number after the last comma.

    >>> own_characteristic("C", "Low, 20%\\nHigh, 80", shares=True)["shares"]["Low"]
    Decimal('0.2')

    Raises `BriefError`, with the line.
    """
    if not name.strip():
        raise BriefError.at("", "The characteristic needs a name.")
    groups: dict[str, Any] = {}
    for line in filter(None, (line.strip() for line in lines.splitlines())):
        group, comma, value = line.rpartition(",")
        if not comma or not group.strip():
            raise BriefError.at("", f"“{line}” needs a comma between the group and its number.")
        if shares:
            groups[group.strip()] = _share(value)
        elif value.strip().isdecimal():
            groups[group.strip()] = int(value)
        else:
            raise BriefError.at("", f"“{line}” needs a whole number after the comma.")
    if not groups:
        raise BriefError.at("", "Give at least one group.")
    return {"name": name.strip(), "shares" if shares else "minimum": groups}
