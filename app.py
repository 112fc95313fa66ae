"""Names the pages and runs the chosen one: `streamlit run app.py`, or `sampler app`."""

from pathlib import Path
from typing import Any

import streamlit as st

import sampler.ui
from sampler.ui import state

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
}


def page(name: str, *, several: bool) -> Any:
    """Return a page; Programme joins the navigation once there are two rounds."""
    title, icon = NAMES[name]
    return st.Page(
        PAGES / f"{name}.py",
        title=title,
        icon=icon,
        url_path="" if name == "rounds" else name.replace("mix", "mix-and-quotas"),
        default=name == "rounds",
        visibility="visible" if several or name != "programme" else "hidden",
    )


@state.guarded
def run() -> None:
    """Run the page the address names."""
    state.round_id()
    several = state.store().count_rounds() >= 2
    pages = {name: page(name, several=several) for name in NAMES}
    st.session_state[state.PAGES] = pages
    st.navigation(list(pages.values()), expanded=True).run()


run()
