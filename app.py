"""Names the pages and runs the chosen one: `streamlit run app.py`, or `sampler app`."""

import logging
import traceback
from pathlib import Path
from typing import Any

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


try:
    state.round_id()
    several = state.store().count_rounds() >= 2
    pages = {name: page(name, several=several) for name in NAMES}
    st.session_state[state.PAGES] = pages
    st.navigation(list(pages.values()), expanded=True).run()
except (SamplerError, ExtractError) as error:
    st.html(show.note("The planner cannot go on", str(error), kind="bad"))
except Exception as error:
    # Only the kind and the place: the message of an error may hold what somebody typed.
    last = traceback.extract_tb(error.__traceback__)[-1]
    kind, place = type(error).__name__, f"{Path(last.filename).name}, line {last.lineno}"
    logging.getLogger("sampler").error("A page failed: %s in %s", kind, place)
    st.html(
        show.note(
            "Something went wrong on this page",
            "What was saved is still there. Load the page again; if this comes back, tell whoever "
            f"looks after the planner: {kind} in {place}.",
            kind="bad",
        )
    )
