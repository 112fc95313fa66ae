"""`make screenshots`: every page at two widths, light and dark, into tests/shots/."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from tests.browser.driving import ROOT, chromium, served, settle, visit, window
from tests.browser.test_journeys import PAGES

SHOTS = ROOT / "tests" / "shots"
WIDTHS = (1280, 390)


def full(page: Any, name: str) -> None:
    """Save the whole page at every width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        settle(page)
        tall = page.evaluate("document.querySelector('[data-testid=\"stMain\"]').scrollHeight")
        page.set_viewport_size({"width": width, "height": max(900, int(tall) + 10)})
        settle(page)
        page.screenshot(path=str(SHOTS / f"{name}-{width}.png"))
    page.set_viewport_size({"width": 1280, "height": 900})


def main() -> None:
    """Draw every page of the example."""
    SHOTS.mkdir(exist_ok=True)
    with chromium() as browser:
        for scheme in ("light", "dark"):
            with tempfile.TemporaryDirectory() as name, served(Path(name)) as (address, _):
                page = window(browser, color_scheme=scheme, viewport={"width": 1280, "height": 900})
                visit(page, address, "Rounds")
                full(page, f"{scheme}-rounds-empty")
                page.get_by_role("button", name="Try the Birmingham example").click()
                page.get_by_role("heading", level=1, name="Mix and quotas").wait_for()
                settle(page)
                held = page.url.split("round=")[1]
                for path, title in PAGES.items():
                    visit(page, f"{address}/{path}?round={held}", title)
                    full(page, f"{scheme}-{path or 'rounds'}")
                page.close()


if __name__ == "__main__":
    main()
