"""Names the pages and runs the chosen one: `streamlit run app.py`, or `sampler app`."""

from pathlib import Path
from typing import Any

import streamlit as st

import sampler.ui
from sampler.access import may_open
from sampler.ui import identity, memory, sign_in, state

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
    "shared": ("Shared coverage", ":material/ios_share:"),
    "members": ("Members and sign-in", ":material/key:"),
}
# Reached from another page, and not in the navigation.
HIDDEN = {"read_in", "today", "protection", "shared", "members"}
ADDRESSES = {
    "rounds": "",
    "mix": "mix-and-quotas",
    "read_in": "read-in",
    "protection": "data-protection",
    "shared": "shared-coverage",
}


def page(name: str, *, several: bool, first: str) -> Any:
    """Return a page; Programme joins the navigation once there are two rounds."""
    title, icon = NAMES[name]
    is_hidden = name in HIDDEN or (name == "programme" and not several)
    return st.Page(
        PAGES / f"{name}.py",
        title=title,
        icon=icon,
        url_path="" if name == first else ADDRESSES.get(name, name),
        default=name == first,
        visibility="hidden" if is_hidden else "visible",
    )


@state.guarded
def run() -> None:
    """Run the page the address names."""
    sign_in.refuse_open_server()
    member = sign_in.gate(state.opened(), [ADDRESSES.get(name, name) for name in NAMES])
    state.round_id()
    several = member.role == "lead" or state.store().count_rounds() >= 2
    first = "shared" if member.role == "lead" else "rounds"
    pages = {
        name: page(name, several=several, first=first)
        for name in NAMES
        if may_open(member.role, name)
    }
    st.session_state[state.PAGES] = pages
    chosen = st.navigation(list(pages.values()), expanded=True)
    if chosen.url_path != ADDRESSES["read_in"]:
        st.session_state.pop(state.READ_IN, None)
    identity.draw()
    sign_in.draw(state.opened())
    chosen.run()


try:
    run()
finally:
    memory.keep_loaded()
