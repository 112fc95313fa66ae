"""Members: roles in words, how they are changed, and who works on a round."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from html import escape

import streamlit as st

from sampler.access import ROLES, Member, Role
from sampler.errors import StoreError
from sampler.model import Round
from sampler.ui import show, sign_in, state

ROLE_WORDS: Mapping[Role, str] = {
    "owner": "Owner",
    "lead": "Lead",
    "researcher": "Researcher",
}
MAY: Mapping[Role, str] = {
    "owner": "Every round with exact counts and people; members, hours, and deleting a round.",
    "lead": "Shared coverage of every programme: publishes it, and sees no exact count and nobody.",
    "researcher": "Their own rounds with exact counts and people, and those shared with them.",
}


def roles() -> str:
    """Draw what each role may do."""
    rows = "".join(
        f"<dt>{escape(ROLE_WORDS[role])}</dt><dd>{escape(MAY[role])}</dd>" for role in ROLES
    )
    return show.box(f'<dl class="sp-facts">{rows}</dl>')


def table(members: Sequence[Member], here: Member) -> str:
    """Draw the members with their roles; whoever looks is marked."""
    rows = [
        (
            escape(one.email) + (" (you)" if one.email == here.email else ""),
            escape(ROLE_WORDS[one.role]),
        )
        for one in members
    ]
    return show.table("Members", [("E-mail", ""), ("Role", "after")], rows, classes="members")


def tried(act: Callable[[], object]) -> bool:
    """Do something with members; what is refused is said, and False."""
    try:
        act()
    except StoreError as error:
        st.html(show.note("That was not done", str(error), kind="bad"))
        return False
    return True


def add() -> None:
    """Ask for an e-mail and a role."""
    with st.form("members_add", border=False, clear_on_submit=False):
        left, right = st.columns([3, 2], vertical_alignment="bottom")
        email = left.text_input(
            "E-mail", key="members_email", max_chars=254, placeholder="name@organisation.gov.uk"
        )
        role = right.selectbox(
            "Role", ROLES, len(ROLES) - 1, format_func=ROLE_WORDS.__getitem__, key="members_role"
        )
        if st.form_submit_button("Add the member", type="primary") and tried(
            lambda: state.store().add_member(email, role)
        ):
            st.rerun()


def change(members: Sequence[Member]) -> None:
    """Ask whom to change, for another role, or to remove them."""
    by_email = {one.email: one for one in members}
    if st.session_state.get("members_who") not in by_email:
        st.session_state.pop("members_who", None)
    picked = st.selectbox(
        "Change a member",
        list(by_email),
        index=None,
        placeholder="Choose a member",
        key="members_who",
    )
    one = by_email.get(picked) if picked else None
    if one is None:
        return
    role = st.radio(
        "Their role",
        ROLES,
        ROLES.index(one.role),
        format_func=ROLE_WORDS.__getitem__,
        horizontal=True,
        key=f"members_role_{one.email}",
    )
    with st.container(horizontal=True):
        if st.button("Save the role", key="members_save", disabled=role == one.role) and tried(
            lambda: state.store().change_member(one.email, role)
        ):
            st.rerun()
        if st.button("Remove", key="members_remove"):
            remove(one)


@st.dialog("Remove a member")
@state.guarded
def remove(one: Member) -> None:
    """Ask once more; they are taken off their rounds, which stay."""
    st.html(
        show.note(
            f"Remove {one.email}?",
            "They can no longer sign in, and are taken off their rounds. The rounds stay.",
            kind="bad",
        )
    )
    with st.container(horizontal=True):
        if st.button("Remove the member", type="primary", key="members_remove_yes") and tried(
            lambda: state.store().remove_member(one.email)
        ):
            st.rerun()
        if st.button("Keep", key="members_remove_no"):
            st.rerun()


def of_round(held: Round) -> None:
    """Ask who works on a round; nothing is asked where there is no sign-in."""
    if sign_in.settings() is None:
        return
    store = state.store()
    here = store.members_of(held.id)
    st.header("Who works on this round", anchor=False)
    if here:
        st.html(
            show.table("Who works on this round", [("E-mail", "")], [(escape(e),) for e in here])
        )
    else:
        st.html(show.hint("It is nobody’s: only owners see it."))
    with st.form(f"members_share_{held.id}", border=False):
        email = st.text_input(
            "E-mail of a colleague", key="members_share_email", max_chars=254,
            help="Somebody who is a member of this planner.",
        )  # fmt: skip
        if st.form_submit_button("Share the round") and tried(
            lambda: store.share_round(held.id, email)
        ):
            st.rerun()
    if here:
        gone = st.selectbox(
            "Take somebody off",
            here,
            index=None,
            placeholder="Choose an e-mail",
            key="members_unshare",
        )
        if st.button("Take off", key="members_unshare_yes", disabled=gone is None) and tried(
            lambda: store.unshare_round(held.id, gone or "")
        ):
            st.rerun()
    st.html(show.muted("Owners see every round, whoever works on it."))
