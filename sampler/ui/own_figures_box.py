"""Figures of the user's own, on Population: read, shown as understood, then used in the mix."""

from __future__ import annotations

import streamlit as st

from census import own_files
from census.errors import BadFile
from census.own_files import OwnFile
from sampler import figures
from sampler.brief import Brief
from sampler.errors import BriefError
from sampler.model import Round
from sampler.ui import show, state

READ = "population_own_read"
PASTED = "what you pasted"
MOST_BYTES_MB = 30


def draw(held: Round) -> None:
    """Draw the form, and what was understood of the file last read."""
    brief = held.brief
    from_own = [part for part in brief.characteristic if part.people is not None]
    for part in from_own:
        total = sum((part.people or {}).values())
        groups = ", ".join(f"{group} {number:,}" for group, number in (part.people or {}).items())
        st.html(show.muted(f"{part.name}: {groups}. {total:,} in all."))
    is_needed = brief.audience != "residents" and not from_own
    with st.expander("Add your own figures", expanded=is_needed, key="population_own_box"):
        with st.form(f"population_own_{len(from_own)}", border=False):
            pasted = st.text_area(
                "Two columns: group, people", placeholder="Contact centre, 310\nFront desk, 85"
            )
            file = st.file_uploader(
                "Or a file (.csv)",
                type=["csv", "txt", "tsv"],
                max_upload_size=MOST_BYTES_MB,
                help="Two columns, or a census table as Nomis or the Office for National "
                "Statistics gives it.",
            )
            if st.form_submit_button("Read these figures"):
                _read(held, file.getvalue() if file else pasted.encode(), file.name if file else "")
        about, read = st.session_state.get(READ, (None, None))
        if read is not None and about == held.id:
            _use(held, read)


def _read(held: Round, body: bytes, name: str) -> None:
    """Read figures and keep them for the form that uses them; a refusal is said at once."""
    try:
        st.session_state[READ] = (held.id, own_files.read(body, name))
    except BadFile as error:
        st.session_state.pop(READ, None)
        st.html(show.note("These figures cannot be read", str(error), kind="bad"))


def _use(held: Round, read: OwnFile) -> None:
    """Show what was understood; on the user's word it becomes a characteristic of the mix."""
    st.html(show.note("What was understood", *read.preview(), kind="calm"))
    chosen: list[str] = []
    if len(read.areas) > 1:
        named = dict(read.areas)
        here = [area.code for area in figures.areas_of(held.brief) if area.code in named]
        chosen = st.multiselect(
            "Places in the file to use",
            list(named),
            default=here,
            format_func=lambda code: f"{named[code]} ({code})",
            key="population_own_places",
        )
        if not chosen:
            st.html(show.hint("Choose the places your round is about."))
            return
    title = read.titles[0]
    if len(read.titles) > 1:
        title = st.selectbox("Use", read.titles, key="population_own_part")
    try:
        people = read.people(chosen, title)
    except BadFile as error:
        st.html(show.note("These cannot be used together", str(error), kind="bad"))
        return
    total = sum(people.values())
    groups = ", ".join(f"{group} {number:,}" for group, number in people.items())
    st.html(show.muted(f"{groups}. {total:,} in all."))
    name = st.text_input(
        "What they are divided by",
        value=title,
        placeholder="Role, tenancy, size ...",
        key=f"population_own_name_{read.name}_{title}",
    )
    used = st.button("Use these figures", type="primary", key="population_own_use")
    if used and _save(held, name.strip() or "Group", people, _origin(read, chosen)):
        st.session_state.pop(READ, None)
        st.rerun()


def _origin(read: OwnFile, chosen: list[str]) -> str:
    """Say where figures come from: the file, its table and the places."""
    places = [name for code, name in read.areas if name and (not chosen or code in chosen)]
    where = places[0] if len(places) == 1 else f"{len(places)} places" if places else ""
    return ", ".join(filter(None, [read.name or PASTED, read.table or "", where]))


def _save(held: Round, name: str, people: dict[str, int], origin: str) -> bool:
    """Add the figures to the mix, in place of a characteristic of that name."""
    own = {"name": name, "people": people, "figures_from": origin}

    def change(brief: Brief) -> Brief:
        called = zip(brief.characteristic, figures.names(brief), strict=True)
        kept = [(part, n) for part, n in called if brief.areas or part.topic is None]
        parts = [part.model_dump() for part, _ in kept]
        same = [i for i, (_, n) in enumerate(kept) if n.casefold() == name.casefold()]
        if not same:
            parts.append(own)
        elif kept[same[0]][0].topic is None:
            raise BriefError.at("", f"There is a characteristic called {name} already.")
        else:
            parts[same[0]] = own
        changed = brief.changed(characteristic=parts)
        figures.mix_of(changed.changed(characteristic=[own]))
        return changed

    try:
        changed = change(held.brief)
    except BriefError as error:
        st.html(show.note("These figures were not added", str(error), kind="bad"))
        return False
    return state.save_brief(held, lambda _: changed)
