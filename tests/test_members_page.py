"""Members and sign-in, and who works on a round, driven without a browser."""

import pytest
from streamlit.testing.v1 import AppTest

from sampler.ui import sign_in, state
from tests.builders import a_brief
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")


def press(app, label):
    next(b for b in app.button if b.label == label).click().run()
    assert not failed(app)


def removing():
    """The dialog on a page of its own: AppTest closes one at the next click."""
    from sampler.ui import members_box, state

    members_box.remove(state.store().members()[-1])


def test_without_a_sign_in_everyone_is_owner_and_it_says_so(store):
    page = said(opened("members"))
    assert "This app has no sign-in: everyone on this machine is owner" in page
    assert "Nobody is named yet." in page


def test_members_are_added_changed_and_removed(store):
    app = opened("members")
    app.text_input(key="members_email").set_value("Ann@example.org")
    app.selectbox(key="members_role").set_value("owner")
    press(app, "Add the member")
    app.text_input(key="members_email").set_value("ben@example.org")
    app.selectbox(key="members_role").set_value("researcher")
    press(app, "Add the member")
    assert "ann@example.org Owner ben@example.org Researcher" in said(app)
    app.selectbox(key="members_who").set_value("ben@example.org").run()
    app.radio(key="members_role_ben@example.org").set_value("lead").run()
    press(app, "Save the role")
    assert [one.role for one in store.members()] == ["owner", "lead"]
    app.selectbox(key="members_who").set_value("ben@example.org").run()
    press(app, "Remove")
    assert "Remove ben@example.org?" in said(app)
    dialog = AppTest.from_function(removing, default_timeout=30).run()
    press(dialog, "Remove the member")
    assert [one.email for one in store.members()] == ["ann@example.org"]


def test_what_cannot_be_is_said(store):
    store.add_member("ann@example.org", "owner")
    app = opened("members")
    app.text_input(key="members_email").set_value("ann")
    press(app, "Add the member")
    assert "This is not an e-mail the planner can compare." in said(app)
    app.text_input(key="members_email").set_value("ANN@example.org")
    press(app, "Add the member")
    assert "ann@example.org is a member already." in said(app)
    app.selectbox(key="members_who").set_value("ann@example.org").run()
    app.radio(key="members_role_ann@example.org").set_value("lead").run()
    press(app, "Save the role")
    assert "There must be an owner." in said(app)
    assert [one.role for one in store.members()] == ["owner"]


def test_how_long_a_sign_in_lasts_is_kept(store):
    app = opened("members")
    app.number_input(key="members_hours").set_value(8)
    press(app, "Save the hours")
    assert "Saved." in said(app)
    assert store.sign_in_hours() == 8


def test_only_owners_see_members(store, monkeypatch):
    store.add_member("ann@example.org", "owner")
    monkeypatch.setattr(state, "may", lambda function: False)
    page = said(opened("members"))
    assert "This page is for owners" in page
    assert "ann@example.org" not in page


# Who works on a round


def sharing(round_id):
    from sampler.ui import members_box, state

    members_box.of_round(state.store().round(round_id))


def test_a_round_is_shared_only_where_there_is_a_sign_in(store, monkeypatch):
    held = store.add_round(a_brief())
    store.add_member("ben@example.org", "researcher")
    assert "Who works on this round" not in said(opened("protection", held.id))
    monkeypatch.setattr(sign_in, "settings", lambda: {"client_id": "planner"})
    monkeypatch.setattr(state, "store", lambda: store)
    app = AppTest.from_function(sharing, args=(held.id,), default_timeout=30).run()
    assert "It is nobody’s: only owners see it." in said(app)
    app.text_input(key="members_share_email").set_value("cat@example.org")
    press(app, "Share the round")
    assert "Ask an owner to add them first." in said(app)
    app.text_input(key="members_share_email").set_value("ben@example.org")
    press(app, "Share the round")
    assert store.members_of(held.id) == ["ben@example.org"]
    app.selectbox(key="members_unshare").set_value("ben@example.org").run()
    press(app, "Take off")
    assert store.members_of(held.id) == []
