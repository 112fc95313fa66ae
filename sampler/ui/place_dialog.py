"""Finding a ward, a neighbourhood or a constituency, and adding it to the round's places."""

from __future__ import annotations

import streamlit as st

import census
from census import online, places
from census.errors import CensusError
from census.model import AreaType
from sampler import figures
from sampler.brief import Brief
from sampler.model import Round
from sampler.ui import asking, show, state
from sampler.words import count

KINDS: dict[AreaType, str] = {
    "ward": "Ward",
    "MSOA": "Neighbourhood of about 8,000 people (MSOA)",
    "LSOA": "Small area of about 1,700 people (LSOA)",
    "constituency": "Parliamentary constituency",
}
MOST_SHOWN = 30
FOUND = "place_found"


def start() -> None:
    """Forget what an earlier search found."""
    st.session_state.pop(FOUND, None)


@st.dialog("Add a ward or neighbourhood", width="medium", on_dismiss="rerun")
@state.guarded
def find(held: Round) -> None:
    """Search by name or code, then add one of the places found."""
    with st.form("place_search", border=False):
        kind = st.selectbox(
            "Kind of place", list(KINDS), format_func=lambda kind: KINDS[kind], key="place_kind"
        )
        query = st.text_input(
            "Name or code",
            placeholder="Alum Rock, Birmingham 045, E02001871 ...",
            key="place_query",
            required=True,
        )
        searched = st.form_submit_button("Search")
    if searched and query:
        st.session_state[FOUND] = _search(kind, query)
    found: list[census.Area] | None = st.session_state.get(FOUND)
    if not found:
        return
    if len(found) > MOST_SHOWN:
        st.html(show.hint(f"The first {MOST_SHOWN} of {count(len(found), 'place')}."))
    chosen = st.radio(
        "Places found",
        [area.code for area in found[:MOST_SHOWN]],
        format_func={area.code: show.plain(places.named(area)) for area in found}.__getitem__,
        key="place_chosen",
    )
    area = next(area for area in found if area.code == chosen)
    if not places.is_kept(area):
        st.html(
            show.muted(
                "Its figures are not kept with this app: they are read from the census service, "
                "once, when you add it."
            )
        )
    if st.button(f"Add {show.plain(area.name)}", type="primary", key="place_add"):
        _add(held, area)
        st.rerun()


def _search(kind: AreaType, query: str) -> list[census.Area] | None:
    try:
        found = online.search(query, kind)
    except CensusError as error:
        st.html(show.note("The search was not answered", str(error), kind="bad"))
        return None
    if not found:
        st.html(show.note(f"Nothing called {query}", "Try a part of the name, or its code."))
    return found


def _add(held: Round, area: census.Area) -> None:
    """Keep the place with the round and read its figures."""

    def change(brief: Brief) -> Brief:
        changed = brief.changed(areas=(*brief.areas, area.code))
        figures.areas_of(changed)
        return changed

    if state.save_brief(held, change) and not places.is_kept(area):
        brief = change(held.brief)
        asking.read(held, brief, census.find_topic("ethnic_group"))
