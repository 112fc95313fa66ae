"""Who is let in, without a browser: claims, times, and servers that would be open to anybody."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
import streamlit as st

from sampler.access import EVERYONE_OWNER, Denied, Desk
from sampler.store import Store
from sampler.ui import sign_in
from tests.databases import new_url

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANN, CLIENT = "ann@example.org", "planner"
AUTH = {"redirect_uri": "https://planner.example.org/oauth2callback", "cookie_secret": "x1" * 20,
        "client_id": CLIENT, "client_secret": "s",
        "server_metadata_url": "https://id.example.org/"}  # fmt: skip
LOCAL = {"Host": "localhost:8501"}


@pytest.fixture
def store(tmp_path):
    made = Store(new_url("sqlite", tmp_path))
    made.add_member("owner@example.org", "owner")
    made.add_member(ANN, "researcher")
    yield made
    made.close()


@pytest.fixture
def signed(monkeypatch):
    """Pretend the provider's claims, as Streamlit hands them on."""

    def claim(auth=AUTH, **changes):
        said = {"is_logged_in": True, "email": ANN, "email_verified": True, "aud": CLIENT,
                "provider": "default", "iat": hours_ago(1)}  # fmt: skip
        said = {k: v for k, v in (said | changes).items() if v is not None}
        user = SimpleNamespace(to_dict=lambda: said, get=said.get)
        monkeypatch.setattr(st, "user", user)
        monkeypatch.setattr(sign_in, "settings", lambda: auth)
        monkeypatch.setattr(sign_in, "now", lambda: NOW)

    return claim


def hours_ago(hours):
    return (NOW - timedelta(hours=hours)).timestamp()


def test_without_auth_everyone_is_owner(store):
    assert sign_in.settings() is None
    assert sign_in.visit(store) == (EVERYONE_OWNER, "", None)
    assert isinstance(sign_in.desk(store), Desk)


def test_a_member_is_let_in_until_the_hours_are_over(store, signed):
    signed()
    found = sign_in.visit(store)
    assert (found.member.email, found.member.role, found.why) == (ANN, "researcher", "")
    assert found.until == NOW + timedelta(hours=11)
    store.set_sign_in_hours(1)
    assert sign_in.visit(store).why == "ended"


@pytest.mark.parametrize(("changes", "why"), [
    ({"is_logged_in": False}, "signed out"),
    ({"is_logged_in": None}, "signed out"),
    ({"aud": "another"}, "signed out"),
    ({"aud": None}, "signed out"),
    ({"aud": ["another", CLIENT], "azp": "another"}, "signed out"),
    ({"provider": "acme"}, "signed out"),
    ({"iat": None}, "ended"),
    ({"iat": "yesterday"}, "ended"),
    ({"iat": True}, "ended"),
    ({"iat": 1e300}, "ended"),
    ({"iat": hours_ago(12)}, "ended"),
    ({"iat": hours_ago(-0.2)}, "ended"),
    ({"email": None}, "not a member"),
    ({"email": "stranger@example.org"}, "not a member"),
    ({"email": "\u212aate@example.org"}, "not a member"),
    ({"email_verified": False}, "not a member"),
    ({"email_verified": "false"}, "not a member"),
    ({"email": "Ann@EXAMPLE.org"}, ""),
    ({"email_verified": None}, ""),
    ({"aud": [CLIENT]}, ""),
    ({"iat": hours_ago(11.9)}, ""),
    ({"iat": hours_ago(-0.05)}, ""),
])  # fmt: skip
def test_a_sign_in_counts_if_every_claim_does(store, signed, changes, why):
    signed(**changes)
    found = sign_in.visit(store)
    assert (found.why, found.member is None) == (why, bool(why))


def test_signing_out_ends_every_sign_in_before_it(store, signed):
    store._now = lambda: NOW
    signed()
    store.sign_out(ANN)
    assert sign_in.visit(store).why == "ended"
    signed(iat=hours_ago(-0.01))
    assert sign_in.visit(store).why == ""


def test_the_owner_named_in_the_environment_is_the_first_owner_only(tmp_path, signed, monkeypatch):
    store = Store(new_url("sqlite", tmp_path))
    signed()
    assert sign_in.visit(store).why == "not a member"
    monkeypatch.setenv("SAMPLER_OWNER", "Ann@example.org")
    signed(email_verified=False)
    assert sign_in.visit(store).why == "not a member"
    signed()
    assert sign_in.visit(store).member.role == "owner"
    store.add_member("ben@example.org", "owner")
    store.remove_member(ANN)
    assert sign_in.visit(store).why == "not a member"
    store.close()


def test_the_owner_named_is_owner_where_others_are_members_and_nobody_is_owner(
    tmp_path, signed, monkeypatch
):
    store = Store(new_url("sqlite", tmp_path))
    store.add_member(ANN, "researcher")
    store.add_member("ben@example.org", "lead")
    signed()
    monkeypatch.setenv("SAMPLER_OWNER", ANN)
    assert sign_in.visit(store).member.role == "owner"
    store.change_member("ben@example.org", "owner")
    store.change_member(ANN, "researcher")
    assert sign_in.visit(store).member.role == "researcher"
    store.close()


def test_nobody_signed_in_gets_no_desk(store, signed, monkeypatch):
    signed(is_logged_in=False)
    drawn = []
    monkeypatch.setattr(sign_in, "_draw", drawn.append)
    for asked in (sign_in.desk, sign_in.member):
        with pytest.raises(Denied):
            asked(store)
    assert drawn == ["signed out", "signed out"]


def test_a_desk_kept_is_worth_nothing_after_the_time(store, signed, monkeypatch):
    signed()
    clock = [NOW]
    monkeypatch.setattr(sign_in, "now", lambda: clock[0])
    desk = sign_in.desk(store)
    assert desk.rounds() == []
    clock[0] += timedelta(hours=11)
    with pytest.raises(Denied, match="ended"):
        desk.rounds()


# Servers open to anybody


def served(monkeypatch, auth=None, address="127.0.0.1", trusted=None, **headers):
    given = {"server.address": address, "server.trustedUserHeaders": trusted or {},
             "secrets.files": []}  # fmt: skip
    monkeypatch.setattr(st, "get_option", lambda name: given[name])
    monkeypatch.setattr(st, "context", SimpleNamespace(headers=headers))
    monkeypatch.setattr(sign_in, "settings", lambda: auth)
    try:
        sign_in.refuse_open_server()
    except sign_in.OpenServer as error:
        return str(error)
    return ""


@pytest.mark.parametrize(("more", "said"), [
    (LOCAL, ""),
    ({"Host": "127.0.0.1:8501"}, ""),
    ({"Host": "[::1]:8501"}, ""),
    ({**LOCAL, "address": "localhost"}, ""),
    ({}, ""),
    ({**LOCAL, "address": "0.0.0.0"}, "for this machine only"),
    ({**LOCAL, "address": None}, "for this machine only"),
    ({**LOCAL, "address": "planner.example.org"}, "for this machine only"),
    ({"Host": "planner.example.org"}, "another name"),
    ({**LOCAL, "X-Forwarded-For": "10.0.0.1"}, "proxy"),
    ({**LOCAL, "trusted": {"X-User": "email"}}, "trustedUserHeaders"),
    ({**LOCAL, "auth": AUTH, "trusted": {"X-User": "email"}}, "trustedUserHeaders"),
    ({"auth": AUTH, "address": "0.0.0.0", "Host": "planner.example.org"}, ""),
    ({"auth": {**AUTH, "cookie_secret": "short"}, **LOCAL}, "cookie_secret"),
    ({"auth": {**AUTH, "redirect_uri": "http://example.org/"}, **LOCAL}, "redirect_uri"),
    ({"auth": {**AUTH, "redirect_uri": "http://localhost:1/"}, **LOCAL}, ""),
    ({"auth": {}, **LOCAL}, "redirect_uri"),
    ({"auth": {k: AUTH[k] for k in ("redirect_uri", "cookie_secret")}, **LOCAL}, "no provider"),
])  # fmt: skip
def test_a_server_open_to_anybody_is_refused(monkeypatch, more, said):
    found = served(monkeypatch, **more)
    assert said in found
    assert bool(said) == bool(found)


def run(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "sampler", "app", *arguments],
        cwd=folder, capture_output=True, text=True, timeout=60,
    )  # fmt: skip


@pytest.mark.parametrize(("secrets", "status", "said"), [
    (None, 2, "0.0.0.0: Without sign-in the app is for this machine only"),
    ('[auth]\ncookie_secret = "short"\n', 2, "redirect_uri"),
    ("[auth\n", 1, "cannot be read"),
], ids=["none", "wrong", "not TOML"])  # fmt: skip
def test_another_address_needs_a_sign_in(tmp_path, secrets, status, said):
    if secrets is not None:
        (tmp_path / ".streamlit").mkdir()
        (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets)
    done = run(tmp_path, "--address", "0.0.0.0", "--port", "8699")
    assert done.returncode == status
    assert said in done.stderr
