"""Starts the app and a browser for the journeys, and waits until a page has settled."""

from __future__ import annotations

import os
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

from tests.tools import found

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
WATCH = """(() => {
    const seen = window.seen = {run: 'asked', changed: performance.now()};
    const fields = bytes => {  // the outermost fields of a Protocol Buffers message
        const found = new Map();
        let at = 0;
        const number = () => {
            let value = 0, step = 1;
            for (; bytes[at] > 127; step *= 128) value += (bytes[at++] - 128) * step;
            return value + bytes[at++] * step;
        };
        while (at < bytes.length) {
            const tag = number(), value = number();
            found.set(Math.floor(tag / 8), value);
            if (tag % 8 === 2) at += value;  // a length, and so many bytes after it
        }
        return found;
    };
    window.WebSocket = class extends WebSocket {
        constructor(...given) {
            super(...given);
            this.addEventListener('message', ({data}) => {
                const told = fields(new Uint8Array(data));
                if (told.has(4) && seen.run === 'asked') seen.run = 'started';
                if (told.has(6) && seen.run === 'started')
                    seen.run = told.get(6) === 2 ? 'asked' : 'ended';
            });
        }
        send(data) {
            if (fields(data).has(11)) seen.run = 'asked';
            super.send(data);
        }
    };
    new MutationObserver(() => { seen.changed = performance.now(); }).observe(
        document, {childList: true, subtree: true, attributes: true});
})()"""
"""Follows what goes over the wire and when the page last changed.

The window asks for a run (BackMsg 11), is told that one has started (ForwardMsg 4) and that it has
ended (ForwardMsg 6, where 2 says that it gave way to the next).
"""
SETTLED = """turn => {
    const now = performance.now();
    if (seen.turn !== turn) { seen.turn = turn; seen.changed = now; }
    const app = document.querySelector('[data-testid="stApp"]');
    return app && seen.run === 'ended'
        && app.getAttribute('data-test-script-state') !== 'running'
        && !document.querySelector('[data-testid="stSkeleton"], [data-stale="true"]')
        && now - seen.changed > 100;
}"""
"""What was asked for has run, nothing is stale, and nothing has changed for 100 ms."""
FOCUSED = """() => {
    const here = document.activeElement;
    if (!['BUTTON', 'A', 'INPUT'].includes(here.tagName)) return '';
    const labels = [...(here.labels || [])].map(one => one.innerText);
    return [here.getAttribute('aria-label') || '', here.innerText || '', ...labels].join(' ');
}"""
"""What the button, the link or the field that has the focus is called."""
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
            executable_path=found("chromium"), headless=True, args=CHROMIUM
        )
        yield browser
        browser.close()


def window(browser: Any, **options: Any) -> Any:
    """Open a window of somebody who shares nothing with the others."""
    context = browser.new_context(**options)
    context.add_init_script(WATCH)
    return context.new_page()


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
        here = page.evaluate(FOCUSED)
        if text in here and "Help for" not in here:
            return
    raise AssertionError(f"Tab never reached {text!r}")


def pick(page: Any, field: str, typed: str) -> None:
    """Choose by the keyboard alone: Tab to the field, type, and press Enter."""
    tab_to(page, field)
    page.keyboard.type(typed)
    page.get_by_role("option").filter(has_text=typed).first.wait_for()
    page.keyboard.press("Enter")
    settle(page)


def press(page: Any, button: str) -> None:
    """Tab to a button or a link and press Enter."""
    tab_to(page, button)
    page.keyboard.press("Enter")
    settle(page)
