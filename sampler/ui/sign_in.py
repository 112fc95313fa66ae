"""Sign-in where `[auth]` is configured, and the pages of those who are not let in.

Streamlit and Authlib check the provider's token once, when it comes: who signed it, for whom, and
until when. Its cookie then lasts thirty days; so everything that can change since is checked here
at every run: the role, the time, whether the member signed out, and for whom the token was.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, NamedTuple
from urllib.parse import urlsplit

import streamlit as st

from sampler import access
from sampler.access import EVERYONE_OWNER, Member, address
from sampler.errors import SamplerError
from sampler.store import Store
from sampler.ui import show

OWNER_VARIABLE = "SAMPLER_OWNER"
LEAST_SECRET = 32
"""Letters of the cookie's secret: whoever guesses it can be anybody."""
LEEWAY = timedelta(minutes=5)
"""How far the provider's clock may be ahead of ours."""
WATCH_SECONDS = 60
"""How often a page left open looks whether its sign-in has ended."""
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip")
DEFAULT = "default"

Why = Literal["", "signed out", "not a member", "ended"]
SAID: Mapping[Why, tuple[str, str]] = {
    "signed out": ("Sign in", "The planner holds answers of people who take part in research. "
                   "Sign in with your organisation’s account."),
    "not a member": ("You are not a member", "Your account is known, but nobody has made you a "
                     "member of this planner. Ask its owner to add your e-mail."),
    "ended": ("Your sign-in has ended", "Sign in again to go on. What was saved is still there."),
}  # fmt: skip


class OpenServer(SamplerError):
    """The app is served in a way in which anybody could read it."""


class Visit(NamedTuple):
    """Who is here, until when; or why nobody is let in."""

    member: Member | None
    why: Why = ""
    until: datetime | None = None


def settings() -> Mapping[str, Any] | None:
    """Return `[auth]` of the secrets, or None without it.

    Raises `OpenServer` where a file of secrets is there and cannot be read: it may have held it.
    """
    try:
        found: Any = st.secrets.get("auth")
    except OSError:  # Streamlit's "no secrets found" is one
        if any(Path(path).exists() for path in st.get_option("secrets.files")):
            raise OpenServer(
                "The file of secrets, .streamlit/secrets.toml, cannot be read. Correct it; until "
                "then nobody is let in."
            ) from None
        return None
    if found is None:
        return None
    return found if isinstance(found, Mapping) else {}


def providers(auth: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """Return what is configured for each provider; one without a name is "default".

    >>> list(providers({"client_id": "x", "acme": {"client_id": "y"}, "client_kwargs": {}}))
    ['default', 'acme']
    """
    found = {DEFAULT: auth} if "client_id" in auth else {}
    named = {k: v for k, v in auth.items() if isinstance(v, Mapping) and "client_id" in v}
    return {**found, **named}


def fault(auth: Mapping[str, Any]) -> str:
    """Say what is wrong with `[auth]`, or nothing."""
    back = urlsplit(str(auth.get("redirect_uri", "")))
    if back.scheme != "https" and not (back.scheme == "http" and is_loopback(back.hostname)):
        return "redirect_uri in [auth] must begin with https:// (or be of this machine)."
    if len(str(auth.get("cookie_secret", ""))) < LEAST_SECRET:
        return f"cookie_secret in [auth] must be random, of at least {LEAST_SECRET} letters."
    if not providers(auth):
        return "[auth] names no provider: it needs client_id and server_metadata_url."
    if importlib.util.find_spec("authlib") is None:
        return "[auth] needs the planner's extra `sign-in`. Install it, or remove [auth]."
    return ""


def is_loopback(host: str | None) -> bool:
    """Say whether an address or name is this machine's own, for itself only.

    >>> [is_loopback(one) for one in ("127.0.0.1", "::1", "localhost", "0.0.0.0", "", None)]
    [True, True, True, False, False, False]
    """
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host or "").is_loopback
    except ValueError:
        return False


def why_not_on(host: str) -> str:
    """Say why the app is not served on an address, or nothing: others need a sign-in first."""
    auth = settings()
    if auth is not None:
        return fault(auth)
    if is_loopback(host):
        return ""
    return (
        "Without sign-in the app is for this machine only. Configure [auth] in "
        ".streamlit/secrets.toml before it is served on another address."
    )


def refuse_open_server() -> None:
    """Raise `OpenServer` where anybody could come in: call it first thing in every run.

    Without `[auth]` that is an address other than loopback, a page asked for under another name
    (a web page elsewhere may have one of its own point here), or a proxy in between.
    """
    if st.get_option("server.trustedUserHeaders"):
        raise OpenServer(
            "server.trustedUserHeaders is set, with which a request may say who it comes from. "
            "Remove it: the planner signs people in by [auth] alone."
        )
    headers = st.context.headers
    if settings() is None and not headers:
        return  # a test's session: nothing is served
    if why := why_not_on(st.get_option("server.address") or ""):
        raise OpenServer(why)
    if settings() is None:
        asked = urlsplit(f"//{headers.get('Host', '')}").hostname
        if not is_loopback(asked) or any(headers.get(name) for name in FORWARDED):
            raise OpenServer(
                "This page was asked for under another name than this machine’s own, or through "
                "a proxy. That needs a sign-in: configure [auth] in .streamlit/secrets.toml."
            )


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


def visit(store: Store) -> Visit:
    """Say who is here. Role and time are looked up anew each time."""
    auth = settings()
    if auth is None:
        return Visit(EVERYONE_OWNER)
    claims: Mapping[str, Any] = st.user.to_dict()
    if claims.get("is_logged_in") is not True or not _is_for_us(auth, claims):
        return Visit(None, "signed out")
    email = address(str(claims.get("email") or ""))
    issued = _time(claims.get("iat"))
    role, since = store.standing_of(email)
    hours = timedelta(hours=store.sign_in_hours())
    if (
        issued is None
        or not issued - LEEWAY <= now() < issued + hours
        or (since is not None and issued <= since)
    ):
        return Visit(None, "ended")
    if not email or claims.get("email_verified", True) not in (True, "true"):
        return Visit(None, "not a member")
    is_named = role != "owner" and email == address(os.environ.get(OWNER_VARIABLE, ""))
    if is_named and store.make_first_owner(email):
        role = "owner"
    if role is None:
        return Visit(None, "not a member")
    return Visit(Member(email=email, role=role), until=issued + hours)


def _is_for_us(auth: Mapping[str, Any], claims: Mapping[str, Any]) -> bool:
    """Say whether a token was made for this app, as it is configured now."""
    ours = providers(auth).get(str(claims.get("provider")), {}).get("client_id")
    said = claims.get("aud")
    meant = said if isinstance(said, list) else [said]
    party = claims.get("azp", ours)
    return bool(ours) and ours in meant and party == ours


def _time(seconds: object) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int | float):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def member(store: Store) -> Member:
    """Return who is here; where nobody is, say so and stop."""
    return _let_in(visit(store))


def desk(store: Store) -> Store:
    """Return the store as whoever is here may use it; where nobody is, say so and stop."""
    found = visit(store)
    return access.desk(store, _let_in(found), found.until, now)


def _let_in(found: Visit) -> Member:
    if found.member is None:
        _draw(found.why)
        st.stop()
        raise access.Ended  # where no page is being drawn, stop() does nothing
    return found.member


def gate(store: Store, addresses: Iterable[str]) -> Member:
    """Return who is here; nobody else gets past it, whatever page's address they ask for."""
    found = visit(store)
    if found.member is not None:
        return found.member
    st.session_state.clear()

    def page() -> None:
        _draw(found.why)

    title = SAID[found.why][0]
    pages = [
        st.Page(page, title=title, url_path=one, default=not one)
        for one in dict.fromkeys(["", *addresses])
    ]
    st.navigation(pages, position="hidden").run()
    st.stop()
    raise access.Ended


def _draw(why: Why) -> None:
    """Say why nobody is let in, with what they can do."""
    title, text = SAID[why]
    st.title(title)
    st.html(show.lead(text))
    auth = settings() or {}
    if why == "not a member":
        email = str(st.user.get("email") or "")
        st.html(show.note(f"Signed in as {email}" if email else "Your account has no e-mail"))
        st.button("Sign out", type="primary", key="sign_in_out", on_click=st.logout)
        return
    for name in providers(auth):
        label = "Sign in" if len(providers(auth)) == 1 else f"Sign in with {name.capitalize()}"
        given = () if name == DEFAULT else (name,)
        key = f"sign_in_{name}"
        st.button(show.plain(label), type="primary", key=key, on_click=st.login, args=given)


def draw(store: Store) -> None:
    """Put the way out at the foot of the side bar, and watch for the end of the sign-in."""
    if settings() is None:
        return
    st.sidebar.button("Sign out", type="tertiary", key="sign_out", on_click=_out, args=(store,))
    _watch(store)


def _out(store: Store) -> None:
    """End this sign-in and every other of the same member: a cookie kept elsewhere too."""
    store.sign_out(str(st.user.get("email") or ""))
    st.logout()


@st.fragment(run_every=WATCH_SECONDS)
def _watch(store: Store) -> None:
    """Take a page that was left open off the screen once its sign-in has ended."""
    if visit(store).member is None:
        st.rerun()
