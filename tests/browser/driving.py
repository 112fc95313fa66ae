"""Starts the app and a browser for the journeys, and waits until a page has settled."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
START_SECONDS = 60
SETTLED = """turn => {
    const now = performance.now();
    if (!window.seen) {
        window.seen = {turn: 0};
        new MutationObserver(() => { window.seen.changed = performance.now(); }).observe(
            document.documentElement, {childList: true, subtree: true, attributes: true});
    }
    if (window.seen.turn !== turn) window.seen = {turn, changed: now};
    const app = document.querySelector('[data-testid="stApp"]');
    return app && app.getAttribute('data-test-script-state') !== 'running'
        && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
        && now - window.seen.changed > 400;
}"""
"""Nothing runs, nothing is stale and nothing has changed for 400 ms since it was asked."""
_turns = count(1)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(
    folder: Path,
    installed: Path | None = None,
    census: str | None = None,
    database: str | None = None,
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Serve the app with its own data folder; yields its address and process.

    `installed` is a folder the package was unpacked into, to serve that instead of this tree;
    `census` the address of a pretend census service, without which none is asked; `database` one
    that several apps share, whose later ones write `server-PORT.log`.
    """
    port = free_port()
    log_file = folder / "server.log"
    if log_file.exists():
        log_file = folder / f"server-{port}.log"
    environment = {k: v for k, v in os.environ.items() if k != "SAMPLER_DATABASE_URL"}
    service = {
        "SAMPLER_OFFLINE": "0",
        "SAMPLER_NOMIS_URL": f"{census}/nomis",
        "SAMPLER_ONS_URL": f"{census}/ons",
    }
    with log_file.open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "sampler", "app", "--port", str(port)],
            cwd=folder,
            env=environment
            | {"XDG_DATA_HOME": str(folder), "SAMPLER_CACHE": str(folder)}
            | (service if census else {"SAMPLER_OFFLINE": "1"})
            | ({"PYTHONPATH": str(installed)} if installed else {})
            | ({"SAMPLER_DATABASE_URL": database} if database else {}),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    address = f"http://127.0.0.1:{port}"
    try:
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                with urllib.request.urlopen(f"{address}/_stcore/health", timeout=1) as answer:
                    if answer.read() == b"ok":
                        break
            except OSError:
                pass
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log_file.read_text())
            time.sleep(0.05)
        yield address, server
    finally:
        server.terminate()
        server.wait(timeout=20)


@contextmanager
def chromium() -> Iterator[Any]:
    """Open a headless Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), headless=True, args=CHROMIUM
        )
        yield browser
        browser.close()


def settle(page: Any) -> None:
    """Wait until the app has drawn everything the last act asked for."""
    page.wait_for_function(SETTLED, arg=next(_turns), timeout=20_000, polling=25)


def visit(page: Any, address: str, title: str) -> None:
    """Open an address and wait for its title."""
    page.goto(address)
    page.get_by_role("heading", level=1, name=title).wait_for(timeout=30_000)
    settle(page)


def choose(page: Any, scope: Any, label: str, option: str) -> None:
    """Choose an option by typing it; again where the list was drawn anew meanwhile."""
    for attempt in range(3):
        scope.get_by_role("combobox", name=label).first.click()
        page.keyboard.type(option)  # long lists draw only the options in view
        try:
            page.get_by_role("option", name=option, exact=True).first.click(timeout=5_000)
            return
        except Exception:
            if attempt == 2:
                raise
            page.keyboard.press("Escape")
            settle(page)


def tab_to(page: Any, text: str, most: int = 90) -> None:
    """Press Tab until a button, a link or a field of this name has the focus."""
    for _ in range(most):
        page.keyboard.press("Tab")
        here = page.evaluate(
            "() => { const e = document.activeElement;"
            " return ['BUTTON', 'A', 'INPUT'].includes(e.tagName)"
            " ? (e.getAttribute('aria-label') || '') + ' ' + (e.innerText || '') : ''; }"
        )
        if text in here and "Help for" not in here:
            return
    raise AssertionError(f"Tab never reached {text!r}")
