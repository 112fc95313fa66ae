"""Names the pages and runs the chosen one: `streamlit run app.py`, or `sampler app`."""

from pathlib import Path

import streamlit as st

import sampler.ui
from census.errors import ExtractError
from sampler.errors import SamplerError
from sampler.ui import show, state

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
    "participants": ("Participants", ":material/group:"),
    "coverage": ("Coverage", ":material/fact_check:"),
    "sheet": ("Recruitment sheet", ":material/description:"),
}
pages = {
    name: st.Page(
        PAGES / f"{name}.py",
        title=title,
        icon=icon,
        url_path="" if name == "rounds" else name.replace("mix", "mix-and-quotas"),
        default=name == "rounds",
    )
    for name, (title, icon) in NAMES.items()
}
st.session_state[state.PAGES] = pages

try:
    state.round_id()
    several = state.store().count_rounds() >= 2
    shown = [one for name, one in pages.items() if several or name != "programme"]
    st.navigation(shown, expanded=True).run()
except (SamplerError, ExtractError) as error:
    st.html(show.note("The planner cannot go on", str(error), kind="bad"))
