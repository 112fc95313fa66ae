"""Signing in with a real OpenID provider, and what each role then sees in a real browser."""

import os
import shutil
import sqlite3
import subprocess
import time
import urllib.request
from contextlib import ExitStack, closing
from pathlib import Path
from unittest.mock import patch

import pytest

from sampler import figures
from sampler.store import Store
from tests.browser import driving
from tests.browser.driving import chromium, free_port, served, settle, window
from tests.builders import a_brief, a_person
from tests.tools import needs

pytestmark = [
    pytest.mark.browser,
    needs("chromium"),
    pytest.mark.skipif(
        not (shutil.which("node") and shutil.which("npm")),
        reason="node and npm are not installed: the OpenID provider runs on them",
    ),
]
OWNER, LEAD, ANN, BEN = (f"{name}@example.org" for name in ("owner", "lead", "ann", "ben"))
MARK = "MARKED-6613"
CLIENT, SECRET = "planner", "for-tests-only"
PAGES = {
    "programme": "programme", "rounds": "", "population": "population", "mix": "mix-and-quotas",
    "seats": "seats", "participants": "participants", "coverage": "coverage", "sheet": "sheet",
    "read_in": "read-in", "today": "today", "protection": "data-protection",
}  # fmt: skip
WRONG = ("wrong-audience", "wrong-issuer", "wrong-nonce", "wrong-key", "expired-token")
OF_A_ROUND = [name for name in PAGES if name not in ("programme", "rounds")]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Install the provider into a folder of its own."""
    folder = tmp_path_factory.mktemp("oidc")
    command = ["npm", "install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"]
    try:
        subprocess.run(
            [*command, "oidc-provider@9"], cwd=folder, check=True, timeout=60, capture_output=True
        )
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
        pytest.skip("npm could not install oidc-provider")
    shutil.copy(Path(__file__).parent.parent / "oidc" / "provider.mjs", folder)
    return folder


def provider(folder, port, app):
    """Start the provider and wait until it answers."""
    with (folder / "provider.log").open("wb") as log:
        started = subprocess.Popen(
            ["node", "provider.mjs", str(port), app, CLIENT, SECRET],
            cwd=folder, stdout=log, stderr=subprocess.STDOUT,
        )  # fmt: skip
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(metadata(port), timeout=1).close()
            return started
        except OSError:
            if started.poll() is not None or time.monotonic() > deadline:
                started.kill()
                raise RuntimeError((folder / "provider.log").read_text()) from None
            time.sleep(0.05)


def metadata(port):
    return f"http://127.0.0.1:{port}/.well-known/openid-configuration"


class World:
    """The app with a provider beside it, its database, and a browser."""

    def __init__(self, address, store, path, browser):
        self.address, self.store, self.path, self.browser = address, store, path, browser

    def visitor(self, email=None, cookies=()):
        """Open a browser of its own, signed in as somebody."""
        page = window(self.browser)
        page.context.add_cookies(list(cookies))
        page.seen = []
        watch(page)
        page.goto(self.address)
        if email:
            self.sign_in(page, email)
        return page

    def sign_in(self, page, email):
        page.get_by_test_id("stMain").get_by_role("button", name="Sign in").click()
        page.locator("input[name=login]").fill(email)
        page.locator("input[name=password]").fill("any")
        page.locator("button[type=submit]").click()
        page.wait_for_url(f"{self.address}/**")
        drawn(page)

    def open(self, page, name, one=None):
        """Open a page by its address, and return what it says."""
        page.goto(f"{self.address}/{PAGES[name]}" + (f"?round={one.id}" if one else ""))
        drawn(page)
        return page.locator("body").inner_text()


def drawn(page):
    """Wait until the page has its title and the run that drew it is over."""
    page.get_by_role("heading", level=1).first.wait_for(timeout=20_000)
    settle(page)


def heading(page):
    return page.get_by_role("heading", level=1).first.inner_text()


def opened(world, page, names, one):
    """Open pages beside one another, and return what each says, with its title."""
    tabs = {}
    for name in names:
        tabs[name] = page.context.new_page()
        tabs[name].seen = page.seen
        watch(tabs[name])
        address = f"{world.address}/{PAGES[name]}?round={one.id}"
        tabs[name].goto(address, wait_until="commit")
    found = {}
    for name, tab in tabs.items():
        drawn(tab)
        found[name] = (heading(tab), tab.locator("body").inner_text(), tab.content())
        assert tab.get_by_text("Something went wrong").count() == 0
        assert tab.get_by_text("cannot go on").count() == 0
        tab.close()
    return found


def watch(page):
    """Keep what the server sends to a page."""

    def note(frame):
        page.seen.append(frame if isinstance(frame, bytes) else frame.encode())

    page.on("websocket", lambda socket: socket.on("framereceived", note))


def stay_hidden(page, one):
    """Nothing of a round in the page, nor in anything the server sent to it."""
    assert MARK not in page.content()
    assert MARK not in page.title() + page.url
    sent = b"".join(page.seen)
    assert MARK.encode() not in sent
    assert sent


@pytest.fixture(scope="module")
def world(installed, tmp_path_factory):
    folder = tmp_path_factory.mktemp("app")
    port, ours = free_port(), free_port()
    address = f"http://127.0.0.1:{ours}"
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(
        f'[auth]\nredirect_uri = "{address}/oauth2callback"\ncookie_secret = "{"x1" * 20}"\n'
        f'client_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
        f'server_metadata_url = "{metadata(port)}"\n'
        'client_kwargs = { scope = "openid email", prompt = "login" }\n'
    )
    path = folder / "sampling-planner" / "planner.sqlite3"
    with ExitStack() as stack:
        beside = provider(installed, port, address)
        stack.callback(beside.wait)
        stack.callback(beside.kill)
        stack.enter_context(patch.object(driving, "free_port", lambda: ours))
        stack.enter_context(patch.dict(os.environ, {"SAMPLER_OWNER": OWNER}))
        stack.enter_context(served(folder))
        path.parent.mkdir(exist_ok=True, mode=0o700)
        store = Store(f"sqlite:///{path}")
        stack.callback(store.close)
        yield World(address, store, path, stack.enter_context(chromium()))


@pytest.fixture(scope="module")
def rounds(world):
    """Give Ann a round and Ben one full of marks; the owner signs in first."""
    world.owner = world.visitor(OWNER)
    for email, role in ((LEAD, "lead"), (ANN, "researcher"), (BEN, "researcher")):
        world.store.add_member(email, role)
    found = []
    for email, title in ((ANN, "Round of Ann"), (BEN, f"{MARK} round")):
        brief = a_brief(title=title, programme=f"Work of {email}")
        one = world.store.add_round(brief, whose=email)
        world.store.take_plan(one.id, figures.plan_of(brief))
        world.store.add_recruiter(one.id, "Acme" if email == ANN else f"{MARK} Ltd", people=5)
        world.store.add_person(one.id, a_person(notes=title, stage="confirmed"))
        found.append(one)
    return found


def test_the_first_to_sign_in_as_owner_is_owner_and_opens_every_page(world, rounds):
    assert [(m.email, m.role) for m in world.store.members()][-1] == (OWNER, "owner")
    for name, (_, said, _) in opened(world, world.owner, PAGES, rounds[1]).items():
        assert "not here" not in said
        assert MARK in said or name in ("programme", "read_in")


def test_a_researcher_opens_every_page_of_their_round_and_none_of_anothers(world, rounds):
    own, other = rounds
    page = world.visitor(ANN)
    assert heading(page) == "Rounds"
    assert "Round of Ann" in page.locator("body").inner_text()
    for name, (_, said, _) in opened(world, page, PAGES, own).items():
        assert "Round of Ann" in said or name in ("programme", "read_in")
    gone = other.model_copy(update={"id": "nowhere2"})
    nowhere = opened(world, page, ["participants"], gone)["participants"][1]
    for name, (_, said, drew) in opened(world, page, OF_A_ROUND, other).items():
        assert "This round is not here" in said
        assert said.split("This round", 1)[1] == nowhere.split("This round", 1)[1], name
        assert "stDownloadButton" not in drew
        assert MARK not in drew
    stay_hidden(page, other)
    page.context.close()


def test_a_lead_opens_what_is_shared_and_no_page_of_a_round(world, rounds):
    page = world.visitor(LEAD)
    first = heading(page)
    for title, said, drew in opened(world, page, PAGES, rounds[1]).values():
        assert title == first
        assert "Round of Ann" not in said
        assert MARK not in drew
    stay_hidden(page, rounds[1])
    page.context.close()


def test_a_stranger_is_not_let_in(world, rounds):
    page = world.visitor("stranger@example.org")
    assert heading(page) == "You are not a member"
    for name in ("participants",):
        world.open(page, name, rounds[1])
        assert heading(page) == "You are not a member"
    stay_hidden(page, rounds[1])
    page.context.close()


def test_somebody_signed_out_sees_the_sign_in_page_at_every_address(world, rounds):
    page = world.visitor()
    for name in ("rounds", "participants", "read_in"):
        world.open(page, name, rounds[1])
        assert heading(page) == "Sign in"
        assert page.get_by_role("dialog").count() == 0
    stay_hidden(page, rounds[1])
    page.context.close()


def test_a_wrong_token_signs_nobody_in(world, rounds):
    page = world.visitor()
    for wrong in WRONG:
        email = f"{wrong}@example.org"
        world.store.add_member(email, "owner")
        world.sign_in(page, email)
        assert heading(page) == "Sign in"
        named = {cookie["name"] for cookie in page.context.cookies()}
        assert not any(name.startswith("_streamlit_user") for name in named)
        world.store.remove_member(email)
    stay_hidden(page, rounds[1])
    page.context.close()


def test_a_token_too_old_or_of_an_e_mail_not_verified_lets_nobody_in(world, rounds):
    page = world.visitor()
    for name, title in (("old-token", "Your sign-in has ended"),
                        ("unverified", "You are not a member")):  # fmt: skip
        world.store.add_member(f"{name}@example.org", "owner")
        world.sign_in(page, f"{name}@example.org")
        assert heading(page) == title
        world.store.remove_member(f"{name}@example.org")
    stay_hidden(page, rounds[1])
    page.context.close()


def test_a_session_outlives_neither_its_role_nor_its_time(world, rounds):
    page = world.visitor(BEN)
    world.open(page, "participants", rounds[1])
    with closing(sqlite3.connect(world.path)) as db:
        db.execute("INSERT INTO settings VALUES ('sign_in_hours', '0')")
        db.commit()
    page.get_by_role("link", name="Rounds").click()
    page.get_by_role("heading", name="Your sign-in has ended").wait_for()
    settle(page)
    assert MARK not in page.content()
    world.store.set_sign_in_hours(12)
    world.open(page, "participants", rounds[1])
    world.store.change_member(BEN, "lead")
    page.get_by_role("link", name="Rounds").click()
    page.get_by_role("link", name="Rounds").wait_for(state="detached")
    world.store.remove_member(BEN)
    page.reload()
    page.get_by_role("heading", name="You are not a member").wait_for()
    settle(page)
    assert MARK not in page.content()
    page.context.close()


def test_a_cookie_kept_is_worth_nothing_after_signing_out(world, rounds):
    page = world.visitor(ANN)
    kept = page.context.cookies()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Yes, sign me out").click()
    page.get_by_role("heading", name="Sign in").wait_for()
    again = world.visitor(cookies=kept)
    again.get_by_role("heading", name="Your sign-in has ended").wait_for()
    world.sign_in(again, ANN)
    assert heading(again) == "Rounds"
    for one in (page, again):
        one.context.close()
