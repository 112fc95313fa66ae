"""The dialogs of one person: the form and erasing. They close when the whole app runs: the tests
keep them open.
"""

import pytest
from streamlit.testing.v1 import AppTest

from sampler.errors import StoreError
from sampler.store import Store
from sampler.ui import person_dialog, saving
from tests.builders import a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")


def adding(round_id):
    from sampler.ui import person_dialog, state

    held = state.store().round(round_id)
    person_dialog.add(held, state.plan_in_use(held).plan)


def changing(round_id):
    from sampler.ui import person_dialog, state

    held = state.store().round(round_id)
    person_dialog.change(held, state.plan_in_use(held).plan, state.store().people(round_id)[0])


def erasing(round_id):
    from sampler.ui import people_dialogs, state

    for person in state.store().people(round_id)[:1]:
        people_dialogs.erase(person)


def form(script, held):
    return AppTest.from_function(script, args=(held.id,), default_timeout=30).run()


def fill(app, **values):
    """Set fields of the form open, by the end of their keys."""
    for end, value in values.items():
        found = [w for w in [*app.selectbox, *app.text_input, *app.text_area]
                 if (w.key or "").startswith("person_") and w.key.endswith(f"_{end}")]  # fmt: skip
        found[-1].set_value(value)


def save(app):
    next(b for b in app.button if b.label == "Save person").click().run()


def test_a_recruiter_gives_the_reference_and_theirs_is_kept(store, held):
    store.add_recruiter(held.id, "Hello Agency", way="agency")
    app = form(adding, held)
    assert "P01" in said(app)
    fill(app, recruiter="Hello Agency")
    app.run()
    assert "A01" in said(app)
    fill(app, theirs="HA/77")
    save(app)
    (person,) = store.people(held.id)
    assert (person.reference, person.recruiter) == ("A01", "Hello Agency")
    assert person.their_reference == "HA/77"
    assert "HA/77" in said(opened("participants", held.id))


def test_somebody_else_adds_a_recruiter_of_that_kind(store, held):
    app = form(adding, held)
    fill(app, recruiter=person_dialog.SOMEBODY_ELSE)
    app.run()
    save(app)
    assert "The recruiter needs a name" in said(app)
    fill(app, recruiter_name="Sparkhill Hub", recruiter_way="partner")
    save(app)
    (one,) = store.recruiters(held.id)
    assert (one.name, one.way, one.letter) == ("Sparkhill Hub", "partner", "A")
    assert store.people(held.id)[0].reference == "A01"


@pytest.mark.parametrize(
    ("end", "text", "what"),
    [
        ("notes", "call 07700 900123", "a phone number"),
        ("theirs", "jo@example.org", "an e-mail address"),
        ("own_0", "near B14 7AA", "a full postcode"),
    ],
)
def test_what_looks_personal_is_questioned_once_before_it_is_stored(store, held, end, text, what):
    app = form(adding, held)
    fill(app, **{end: text})
    save(app)
    assert f"looks like it holds {what}" in said(app)
    assert store.people(held.id) == []
    save(app)
    assert len(store.people(held.id)) == 1
    assert not failed(app)


def test_what_was_kept_before_is_not_questioned_again(store, held):
    store.add_person(held.id, a_person(notes="call 07700 900123"))
    app = form(changing, held)
    fill(app, theirs="7")
    save(app)
    assert store.people(held.id)[0].their_reference == "7"


def test_what_was_typed_stays_where_the_database_will_not_take_it(store, held, monkeypatch):
    store.add_person(held.id, a_person())
    app = form(changing, held)
    with monkeypatch.context() as patched:
        in_use = StoreError("The database is in use.")
        patched.setattr(Store, "save_person", lambda *_: (_ for _ in ()).throw(in_use))
        fill(app, notes="asks for parking")
        save(app)
    assert "That was not saved The database is in use." in said(app)
    save(app)
    assert store.people(held.id)[0].notes == "asks for parking"


def test_erasing_asks_first_and_forgets_what_the_window_knew(store, held):
    person = store.add_person(held.id, a_person())
    app = form(erasing, held)
    app.session_state[saving.GONE] = [saving.Gone(held.id, person.id, "P01", person, False)]
    app.session_state[saving.CONFLICTS] = [saving.Waiting(held.id, person, person)]
    app.session_state[saving.QUESTIONS] = [saving.Question(held.id, person, person, "grid")]
    app.button(key="person_erase_no").click().run()
    assert store.people(held.id) == [person]
    app.button(key="person_erase_yes").click().run()
    assert store.people(held.id) == []
    kept = [app.session_state[n] for n in (saving.GONE, saving.CONFLICTS, saving.QUESTIONS)]
    assert kept == [[], [], []]
