"""One app for every journey that needs nothing special, and the windows it is looked at in."""

from __future__ import annotations

import pytest

from sampler.store import Store
from tests.browser.driving import chromium, served, settle, window

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}
SIDEWAYS = """() => {
    const main = document.querySelector('[data-testid="stMain"]');
    return main.scrollWidth - main.clientWidth;
}"""


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """Return the folder the app keeps its files in."""
    return tmp_path_factory.mktemp("served")


@pytest.fixture(scope="session")
def address(folder):
    """Serve the app; journeys share it and its database, each with rounds of its own."""
    with served(folder) as (address, _):
        yield address


@pytest.fixture
def store(folder, address):
    """Return the database of the app that is served."""
    here = folder / "sampling-planner"
    here.mkdir(mode=0o700, exist_ok=True)
    made = Store(f"sqlite:///{here / 'planner.sqlite3'}")
    yield made
    made.close()


@pytest.fixture(scope="module")
def browser():
    """Open a browser."""
    with chromium() as opened:
        yield opened


@pytest.fixture
def windows(browser):
    """Open windows of people who share nothing, closed at the end."""
    contexts = []

    def open_one(viewport=DESK, **options):
        page = window(browser, viewport=viewport, accept_downloads=True, **options)
        contexts.append(page.context)
        return page

    yield open_one
    for context in contexts:
        context.close()


@pytest.fixture
def page(windows, address):
    """Open a window that may ask for nothing outside this machine."""
    opened = windows()
    asked = []
    opened.on("request", lambda request: asked.append(request.url))
    yield opened
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


class Looks:
    """A window at one width in one theme, and what is wrong with what was seen in it."""

    def __init__(self, page, scheme):
        from axe_playwright_python.sync_playwright import Axe

        self.page, self.scheme, self.bad, self._axe = page, scheme, {}, Axe()

    def check(self, where, *, but=()):
        """Note what axe finds on the settled page, but these rules, and what is too wide."""
        settle(self.page)
        found = [
            f"{one['id']}: {one['nodes'][0]['target']}"
            for one in self._axe.run(self.page).response["violations"]
            if one["id"] not in but
        ]
        if (over := self.page.evaluate(SIDEWAYS)) > 1:
            found.append(f"scrolls {over} pixels sideways")
        if found:
            self.bad[where] = found


@pytest.fixture(params=[(DESK, "light"), (PHONE, "dark")], ids=["1280-light", "390-dark"])
def looks(request, windows):
    """Look at pages wide and light, then narrow and dark; what `check` found is wrong fails."""
    viewport, scheme = request.param
    found = Looks(windows(viewport, color_scheme=scheme, reduced_motion="reduce"), scheme)
    yield found
    assert found.bad == {}
