"""The Programme page: rounds added up, apart, explained; the next mix; what an audience owns."""

from datetime import date
from random import Random

import pytest
from streamlit.testing.v1 import AppTest

from sampler import example, figures
from sampler.model import Fieldwork, Totals
from sampler.programmes.audiences import AudienceSettings
from sampler.store import Store
from tests.builders import BIRMINGHAM, a_brief, a_person
from tests.test_pages import failed, opened, said

pytestmark = pytest.mark.usefixtures("app_database")
NAME = "Customer service"
CITY = [{"topic": "sex"}, {"topic": "age", "bands": ["16-34", "35-54", "55+"]}]
WEST_MIDLANDS = "E12000005"


def add(store, title, counts=None, people=(), on=date(2025, 3, 3), **more):
    """Store a round with its plan, of totals or people."""
    values = {"title": title, "programme": NAME, "characteristic": CITY} | more
    brief = a_brief(**values)
    made = store.add_round(brief, Fieldwork(purpose="Council tax letters"))
    store.take_plan(made.id, figures.plan_of(brief))
    if counts:
        heard = max(sum(groups.values()) for groups in counts.values())
        store.set_totals(made.id, Totals(on=on, heard=heard, counts=counts))
    if people:
        store.add_people(made.id, list(people))
    return store.round(made.id)


def person(number, **more):
    answers = {"Sex": "Male", "Age": "16-34"}
    return a_person(f"P{number:02d}", stage="attended", answers=answers, **more)


@pytest.fixture
def city(store):
    """Four past rounds by totals, two with people, and one of the region around them."""
    counts = {"Sex": {"Female": 6, "Male": 4}, "Age": {"16-34": 1, "35-54": 3, "55+": 5}}
    for i in range(4):
        add(store, f"Past {i + 1}", counts)
    live = [add(store, f"Live {i + 1}", people=[person(1), person(2)]) for i in range(2)]
    store.add_recruiter(live[-1].id, "Agency", way="agency", people=6)
    add(store, "Region", {"Sex": {"Female": 20}}, areas=[WEST_MIDLANDS])
    return live[-1]


def rows(app, table):
    """Return the cells of a table's rows by the group, as text."""
    import re
    from html import unescape

    bodies = [e.proto.body for e in app.get("html")]
    found = next(b for b in bodies if f"<caption>{table}" in b)
    lines = re.findall(r'<tr><th scope="row">(.*?)</th>(.*?)</tr>', found.split("<tbody>")[1])
    lines = [(name.split("<span")[0], cells) for name, cells in lines]
    text = [[unescape(re.sub(r"<[^>]+>", " ", c)).strip() for c in line] for line in lines]
    return {name: " ".join(cells.split()) for name, cells in text}


def test_rounds_of_one_place_are_added_up_and_others_stand_apart_with_the_reason(city):
    app = opened("programme", city.id)
    page = said(app)
    assert "We have heard from 44 citizens in 6 rounds, and from someone in every group." in page
    assert rows(app, "Sex: people heard and expected<") == {
        "Female": "24 22.7 1 more", "Male": "20 21.3 1 fewer",
    }  # fmt: skip
    assert "Rounds that stand apart" in page
    assert (
        "It covers West Midlands, and these rounds cover Birmingham. West Midlands and Birmingham "
        "overlap, so their people are not added up."
    ) in page
    assert rows(app, "Sex: people heard and expected, Region")["Female"].startswith("20 ")
    assert "People are counted as often as they were heard: once in each round." in page
    assert "5 past rounds count by totals alone: Past 1, Past 2, Past 3 and 2 more." in page


def test_the_bands_of_a_round_that_asks_otherwise_are_merged_and_said(store, city):
    bands = {"topic": "age", "bands": ["16-24", "25-34", "35-54", "55+"]}
    counts = {"Age": {"16-24": 2, "25-34": 3, "35-54": 1, "55+": 4}}
    add(store, "Bins", counts, characteristic=[bands])
    app = opened("programme", city.id)
    app.segmented_control(key="programme_characteristic").set_value("Age").run()
    assert list(rows(app, "Age: people heard")) == ["16 to 34", "35 to 54", "55 and over"]
    assert "Added up in the age bands these rounds share: 16 to 34, 35 to 54" in said(app)


def test_a_round_asked_otherwise_stands_beside_with_why(store, city):
    own = {"name": "Sex", "shares": {"Women": "0.5", "Men": "0.5"}}
    add(store, "Own words", {"Sex": {"Women": 3, "Men": 1}}, characteristic=[own])
    page = said(opened("programme", city.id))
    assert "Sex is asked otherwise in other rounds" in page
    assert "Own words 1 round It asks it in" in page


def test_a_group_raised_on_purpose_says_what_was_wanted(store):
    raised = [{"topic": "sex", "boost": {"Male": "0.8"}}]
    add(store, "More men", people=[person(i) for i in range(7)], characteristic=raised)
    app = opened("programme", store.rounds()[0].id)
    cells = rows(app, "Sex: people heard and expected<")
    assert cells["Male"] == "7 8 3.4 raised on purpose"
    assert "heard 7; wanted 8; like the population 3" in said(app)


def test_erased_rounds_count_by_their_totals_and_say_so(store, city):
    store.erase_people(city.id)
    page = said(opened("programme", city.id))
    assert "44 citizens in 6 rounds" in page
    assert "The people of 1 round were erased and their totals stay: Live 2." in page


def test_people_known_again_are_counted_once_if_asked(store):
    found = {"recruiter": "Agency", "their_reference": "A-17"}
    for i in range(2):
        add(store, f"Round {i}", people=[person(1, **found), person(2)])
    app = opened("programme", store.rounds()[0].id)
    assert "We have heard from 4 citizens" in said(app)
    app.toggle(key="programme_once").set_value(True).run()
    assert "We have heard from 3 citizens" in said(app)
    assert "1 time somebody was heard again" in said(app)


def test_staff_are_compared_with_residents_only_when_asked(store):
    add(store, "Front desk", {"Sex": {"Female": 9, "Male": 1}}, audience="staff")
    app = opened("programme", store.rounds()[0].id)
    assert "9 5" in rows(app, "Sex: people heard and expected<")["Female"]
    assert "nothing is expected" in said(app)
    app.toggle(key="programme_residents").set_value(True).run()
    assert rows(app, "Sex: people heard and expected<")["Female"] == "9 5.2 4 more"
    app.toggle(key="programme_residents").set_value(False).run()
    assert "nothing is expected" in said(app)


def test_staff_of_another_programme_are_not_compared_because_these_are(store):
    counts = {"Sex": {"Female": 9, "Male": 1}}
    add(store, "Front desk", counts, audience="staff")
    add(store, "Bins", counts, audience="staff", programme="Waste")
    app = opened("programme", store.rounds()[1].id)
    app.toggle(key="programme_residents").set_value(True).run()
    assert "4 more" in said(app)
    app.selectbox(key="programme_name").set_value("Waste").run()
    assert "nothing is expected" in said(app)
    app.selectbox(key="programme_name").set_value(NAME).run()
    assert "4 more" in said(app)


def test_rounds_without_a_programme_are_looked_at_too(store, city):
    add(store, "Alone", {"Sex": {"Female": 2, "Male": 1}}, programme=None)
    app = opened("programme", city.id)
    assert app.title[0].value == NAME
    app.selectbox(key="programme_name").set_value("Rounds without a programme").run()
    assert "We have heard from 3 citizens in 1 round" in said(app)
    assert not [b for b in app.button if b.key == "programme_keep"]


def test_the_audiences_of_the_example_are_switched(store):
    app = opened("programme", example.add_to(store))
    app.segmented_control(key="programme_characteristic").set_value("Age").run()
    app.segmented_control(key="programme_audience").set_value("staff").run()
    assert "We have heard from 43 members of staff in 2 rounds" in said(app)
    assert list(rows(app, "Role: people heard and expected<")) != []
    assert not failed(app)


def test_nobody_heard_yet_says_what_appears_here(store):
    add(store, "First")
    app = opened("programme", store.rounds()[0].id)
    assert "Nobody heard yet" in said(app)
    assert app.button(key="programme_newest").label == "Open the newest round"


# What an audience owns


def test_what_an_audience_is_asked_is_kept_and_offered_to_a_new_round(store, city):
    app = opened("programme", city.id)
    assert "citizens are asked: Sex and Age (16-34, 35-54, 55+)" in said(app)
    app.button(key="programme_keep").click().run()
    assert "Citizens are asked: Sex and Age (16-34, 35-54, 55+)." in said(app)
    (programme,) = store.programmes()
    kept = AudienceSettings.model_validate_json(store.audience(programme.id, "residents"))
    assert [part.topic for part in kept.characteristic] == ["sex", "age"]
    assert "1 round asks otherwise Region: It covers other places." in said(app)

    AppTest.from_function(starting, args=("Next", NAME), default_timeout=30).run()
    made = store.rounds()[0]
    assert (made.title, made.brief.areas) == ("Next", (BIRMINGHAM,))
    assert [part.topic for part in made.brief.characteristic][:2] == ["sex", "age"]

    opened("programme", city.id).button(key="programme_keep_nothing").click().run()
    assert store.audience(programme.id, "residents") is None


def starting(title, programme):
    from sampler import example
    from sampler.ui import programme_audience, state

    ready = example.ready_brief(title, programme)
    state.store().add_round(programme_audience.offered_to(ready))


# The next mix


def planning(round_id):
    from sampler.programmes import programme
    from sampler.ui import programme_audience, programme_next, state

    rounds = state.store().heard(state.store().round(round_id).programme.id)
    view = programme.view(rounds)[0]
    programme_next.plan(view, programme_audience.newest(rounds, view))


def test_the_next_round_is_proposed_explained_and_made(store, city):
    app = AppTest.from_function(planning, args=(city.id,), default_timeout=30).run()
    assert app.text_input(key=f"next_title_{city.id}_residents").value == "Live 2, next"
    app.number_input(key=f"next_people_{city.id}_residents").set_value(12).run()
    assert (
        "37.2% of 52 is 19.4; 8 heard, so 11.4 short; all groups are 16.5 short for 12 places"
    ) in said(app)
    app.pills(key=f"next_names_{city.id}_residents").set_value(["Age"]).run()
    assert "As in Live 2: Sex." in said(app)
    app.button(key="next_create").click().run()
    made = store.rounds()[0]
    assert (made.title, made.brief.people_wanted) == ("Live 2, next", 12)
    sex, age = made.brief.characteristic
    assert age.heard == {"16-34": 8, "35-54": 12, "55+": 20}
    assert (age.heard_rounds, sex.heard) == (6, None)
    assert made.fieldwork.purpose == "Council tax letters"
    assert [one.name for one in store.recruiters(made.id)] == ["Agency"]
    assert store.latest_plan(made.id) is None

    app = opened("mix", made.id)
    assert "The shares wanted come from the gaps of 6 earlier rounds." in said(app)
    assert "8 heard, so 11.4 short" in said(app)
    app.button(key="mix_no_gaps_1").click().run()
    assert "from the gaps" not in said(app)
    assert store.round(made.id).brief.characteristic[1].heard is None


def test_a_round_without_a_name_or_anything_to_follow_is_not_made(store, city):
    app = AppTest.from_function(planning, args=(city.id,), default_timeout=30).run()
    app.text_input(key=f"next_title_{city.id}_residents").set_value(" ").run()
    app.button(key="next_create").click().run()
    assert "The round needs a name" in said(app)
    app.pills(key=f"next_names_{city.id}_residents").set_value([]).run()
    assert app.button(key="next_create").disabled
    assert len(store.rounds()) == 7


def test_many_rounds_are_drawn_and_people_are_not_read(store, monkeypatch):
    rng = Random(1)
    brief = a_brief(programme=NAME, people_wanted=100)
    plan = figures.plan_of(brief)
    for i in range(200):
        made = store.add_round(brief.model_copy(update={"title": f"Round {i + 1}"}))
        store.take_plan(made.id, plan)
        store.add_people(made.id, example._past_people(plan.characteristics, 9, 1, rng))
    calls = []
    for name in ("people", "people_of"):
        monkeypatch.setattr(Store, name, lambda *a, name=name: calls.append(name))
    page = opened("programme", store.rounds()[0].id)
    assert "We have heard from 1,800 citizens in 200 rounds" in said(page)
    assert calls == []
