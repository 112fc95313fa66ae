"""Names the pages and runs the chosen one: `streamlit run app.py`, or `sampler app`."""

from pathlib import Path
from typing import Any

import streamlit as st

import sampler.ui
from sampler.ui import identity, state

HERE = Path(sampler.ui.__file__).parent
PAGES = HERE / "pages"

st.set_page_config(
    page_title="Sampling planner",
    page_icon=str(HERE / "icon.svg"),
    layout="wide",
    initial_sidebar_state=290,
)
st.html(HERE / "style.css")
st.logo(str(HERE / "logo.svg"), size="large")

NAMES = {
    "programme": ("Programme", ":material/insights:"),
    "rounds": ("Rounds", ":material/table_rows:"),
    "population": ("Population", ":material/location_on:"),
    "mix": ("Mix and quotas", ":material/balance:"),
    "seats": ("Seats", ":material/chair:"),
    "participants": ("Participants", ":material/group:"),
    "coverage": ("Coverage", ":material/fact_check:"),
    "sheet": ("Recruitment sheet", ":material/description:"),
    "read_in": ("Read in a filled sheet", ":material/upload_file:"),
    "today": ("Today", ":material/today:"),
    "protection": ("Data protection", ":material/shield:"),
}
# Reached from another page, and not in the navigation.
HIDDEN = {"read_in", "today", "protection"}
ADDRESSES = {
    "rounds": "",
    "mix": "mix-and-quotas",
    "read_in": "read-in",
    "protection": "data-protection",
}


def page(name: str, *, several: bool) -> Any:
    """Return a page; Programme joins the navigation once there are two rounds."""
    title, icon = NAMES[name]
    is_hidden = name in HIDDEN or (name == "programme" and not several)
    return st.Page(
        PAGES / f"{name}.py",
        title=title,
        icon=icon,
        url_path=ADDRESSES.get(name, name),
        default=name == "rounds",
        visibility="hidden" if is_hidden else "visible",
    )


@state.guarded
def run() -> None:
    """Run the page the address names."""
    state.round_id()
    several = state.store().count_rounds() >= 2
    pages = {name: page(name, several=several) for name in NAMES}
    st.session_state[state.PAGES] = pages
    chosen = st.navigation(list(pages.values()), expanded=True)
    if chosen.url_path != ADDRESSES["read_in"]:
        st.session_state.pop(state.READ_IN, None)
    identity.draw()
    chosen.run()


run()
