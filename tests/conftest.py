"""No test reaches a census service or the user's folders; no test is timed."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile

import pytest
from hypothesis import settings

from tests.databases import KINDS, new_url

os.environ["SAMPLER_OFFLINE"] = "1"
os.environ["XDG_DATA_HOME"] = tempfile.mkdtemp(prefix="sampler-data-")
atexit.register(shutil.rmtree, os.environ["XDG_DATA_HOME"], ignore_errors=True)
os.environ["SAMPLER_CACHE"] = tempfile.mkdtemp(prefix="sampler-tests-")
atexit.register(shutil.rmtree, os.environ["SAMPLER_CACHE"], ignore_errors=True)

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture
def app_database(tmp_path, monkeypatch):
    """Point the app at an empty database and data folder, and forget the database it held."""
    import streamlit as st

    path = tmp_path / "planner.sqlite3"
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("SAMPLER_DATABASE_URL", f"sqlite:///{path}")
    st.cache_resource.clear()
    yield path
    st.cache_resource.clear()


@pytest.fixture
def store(app_database):
    """Return the database of the app."""
    from sampler.store import Store

    made = Store(f"sqlite:///{app_database}")
    yield made
    made.close()


@pytest.fixture
def held(store):
    """Return a round whose quotas are taken into use."""
    from sampler import figures
    from tests.builders import a_brief

    made = store.add_round(a_brief())
    store.take_plan(made.id, figures.plan_of(made.brief))
    return made


@pytest.fixture(params=KINDS)
def url(request, tmp_path):
    """Return the address of an empty database of each kind."""
    return new_url(request.param, tmp_path)


@pytest.fixture(autouse=True)
def no_trouble_left():
    """Take back what a test asked the pretend ONS service to do wrong."""
    yield
    if fake := sys.modules.get("tests.fake_ons"):
        fake.is_blocking, fake.TROUBLE = False, None
        fake.BLOCKED.clear()
