"""How a round's characteristics combine: what is known, what is asked for, and what fails."""

import pytest

import census
from census import held
from census.cache import Cache
from census.client import Client, Settings
from census.model import Area
from sampler import combining, fetching, figures
from sampler.errors import BriefError
from tests import fake_ons
from tests.builders import a_brief
from tests.served import a_service, own_shelf, watched

SEEN_BY = ["ethnic_group", "age", "sex", "tenure"]


@pytest.fixture(scope="module")
def served():
    with a_service() as found:
        yield found


@pytest.fixture
def service(served, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fake_ons, "is_blocking", False)
    monkeypatch.setattr(fake_ons, "BLOCKED", set())
    monkeypatch.setattr("census.client.settings_of", served.settings)
    served.reset()
    return served


@pytest.fixture(autouse=True)
def shelf(tmp_path):
    with own_shelf(tmp_path) as shelf:
        yield shelf


def a_mix(*topics, areas=("E08000025",), **changes):
    parts = [one if isinstance(one, dict) else {"topic": one} for one in topics or SEEN_BY]
    return a_brief(areas=list(areas), characteristic=parts, **changes)


def kinds(brief):
    mix = figures.mix_of(brief)
    names = [part.topic for part in mix.characteristics]
    found = combining.of(brief)
    return {(names[pair.first], names[pair.second]): pair.kind for pair in found.pairs}


def titles(pairs):
    return [tuple(one.topic.id for one in pair) for pair in pairs]


def test_offline_what_is_kept_is_known_and_the_rest_assumed():
    assert kinds(a_mix()) == {
        ("ethnic_group", "age"): "assumed",
        ("ethnic_group", "sex"): "assumed",
        ("ethnic_group", "tenure"): "pattern",
        ("age", "sex"): "known",
        ("age", "tenure"): "assumed",
        ("sex", "tenure"): "assumed",
    }


def test_what_was_not_read_is_asked_for_one_table_a_pair(service):
    brief = a_mix()
    asked = titles(combining.unread(brief))
    assert asked == [
        ("ethnic_group", "age"), ("ethnic_group", "sex"), ("ethnic_group", "tenure"),
        ("age", "tenure"), ("sex", "tenure"),
    ]  # fmt: skip
    told = []
    fetched = combining.fetch(brief, progress=lambda *done: told.append(done))
    assert (fetched.tables, fetched.failed) == (5, ())
    assert told == [(i, 5) for i in range(1, 6)]
    assert (service.fake.joint_requests, service.fake.data_requests) == (5, 0)
    assert combining.unread(brief) == []
    found = kinds(brief)
    assert found[("ethnic_group", "age")] == "known"
    assert found[("age", "sex")] == "known"
    assert found[("ethnic_group", "tenure")] == "pattern"  # of all ages, in households
    assert found[("age", "tenure")] == "pattern"
    service.reset()
    assert combining.fetch(brief).tables == 0
    assert service.fake.requests == 0


def test_a_live_table_takes_the_place_of_a_kept_pattern(service):
    brief = a_mix("ethnic_group", "tenure")
    [before] = combining.of(brief).pairs
    assert before.said == "household reference persons"
    assert combining.fetch(brief).failed == ()
    [after] = combining.of(brief).pairs
    assert after.said == "people of all ages who live in a household"


def test_who_else_is_counted_makes_a_table_a_pattern(service):
    brief = a_mix("ethnic_group", "sex", areas=["E08000035"])
    assert combining.fetch(brief).failed == ()
    assert kinds(brief) == {("ethnic_group", "sex"): "pattern"}
    everyone = a_mix("ethnic_group", "sex", areas=["E08000035"], lowest_age=0)
    assert kinds(everyone) == {("ethnic_group", "sex"): "known"}


def test_no_pair_is_asked_about_without_a_place_or_in_northern_ireland():
    assert combining.unread(a_mix("age", "sex", areas=[])) == []
    assert combining.unread(a_mix("ethnic_group", "tenure", areas=[])) == []
    assert combining.unread(a_mix("ethnic_group", "sex", areas=["Belfast"])) == []


@pytest.mark.parametrize("name", ["where_they_live", "Where they live"])
def test_where_they_live_has_no_joint_table_however_it_is_written(name):
    brief = a_mix("age", name, areas=["Leeds", "Coventry"])
    assert combining.unread(brief) == []
    assert kinds(brief) == {("age", "where_they_live"): "assumed"}


def test_typed_shares_are_in_no_pair_to_ask_about():
    assert titles(combining.unread(a_brief())) == [
        ("ethnic_group", "age"), ("ethnic_group", "sex"), ("ethnic_group", "disability"),
        ("age", "disability"), ("sex", "disability"),
    ]  # fmt: skip


def test_one_pair_kept_back_never_loses_the_others(service):
    brief = a_mix("sexual_orientation", "ethnic_group", "age")
    fetched = combining.fetch(brief)
    assert fetched.tables == 1
    assert [title for title, _ in fetched.failed] == [
        "Sexual orientation with ethnic group", "Sexual orientation with age",
    ]  # fmt: skip
    assert fetched.sentences == [
        "Sexual orientation with ethnic group, Sexual orientation with age: The census service "
        "does not combine Sexual orientation with other characteristics."
    ]
    assert kinds(brief)[("ethnic_group", "age")] == "known"


def test_an_area_kept_back_is_named_and_what_was_known_stays(service, monkeypatch):
    monkeypatch.setattr(fake_ons, "BLOCKED", {"E08000025"})
    brief = a_mix("ethnic_group", "tenure")
    fetched = combining.fetch(brief)
    [said] = fetched.sentences
    assert said.startswith("Ethnic group with tenure: The census service keeps Ethnic group by")
    assert kinds(brief) == {("ethnic_group", "tenure"): "pattern"}


def test_a_service_that_is_down_is_waited_for_once(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = []

    class Counted(Client):
        def __init__(self):
            settings = Settings(ons="http://127.0.0.1:9", attempts=2, pause=0)
            super().__init__(settings, sleep=lambda seconds: None)
            made.append(self)

    monkeypatch.setattr(combining, "Client", Counted)
    brief = a_mix(*SEEN_BY, "disability", "cars", "religion", "qualification")
    pairs = len(combining.unread(brief))
    fetched = combining.fetch(brief)
    assert [client.requests_sent for client in made] == [2]
    assert (fetched.tables, len(fetched.failed)) == (0, pairs)
    [said] = fetched.sentences
    assert said.endswith(
        ": The census service could not be reached. Check that this computer is online."
    )


def test_a_service_found_down_half_way_keeps_what_came(service, monkeypatch):
    brief = a_mix()

    def fail(done, of):
        if done == 2:
            service.reset("429")

    fetched = combining.fetch(brief, progress=fail)
    assert fetched.tables == 2
    assert len(fetched.failed) == 3
    assert "asked us to wait" in fetched.sentences[0]
    assert kinds(brief)[("ethnic_group", "age")] == "known"
    service.reset()
    assert combining.fetch(brief).tables == 3
    assert combining.unread(brief) == []


def test_offline_nothing_is_asked(monkeypatch):
    monkeypatch.setattr("census.client.settings_of", lambda: Settings(is_offline=True))
    with watched() as seen:
        fetched = combining.fetch(a_mix())
    assert not [event for event in seen if event.startswith("socket")]
    assert len(fetched.sentences) == 1


def test_figures_of_another_process_are_found_without_asking(service, shelf, tmp_path):
    brief = a_mix()
    assert len(combining.unread(brief)) == 5
    held.use(held.Shelf(Cache(tmp_path)))
    combining.fetch(brief)
    held.use(shelf)
    service.reset()
    assert combining.fetch(brief).tables == 0
    assert service.fake.requests == 0
    assert kinds(brief)[("ethnic_group", "age")] == "known"


def test_the_pairs_of_a_ward(service):
    ward = census.area("Weetwood")
    brief = a_mix(
        {"topic": "age", "bands": ["16-34", "35+"]}, "sex", {"topic": "tenure",
                                                             "grouping": "broad"},
        areas=[ward.code],
    )  # fmt: skip
    assert fetching.fetch(brief).failed == ()
    assert set(kinds(brief).values()) == {"assumed"}
    assert combining.fetch(brief).failed == ()
    assert kinds(brief) == {
        ("age", "sex"): "known", ("age", "tenure"): "pattern", ("sex", "tenure"): "pattern",
    }  # fmt: skip


def test_a_neighbourhood_whose_table_is_kept_back_says_so(service, shelf):
    shelf.keep_area(Area(code="E01011698", name="Leeds 001A", type="LSOA", within=("Leeds",)))
    brief = a_mix("household", "ethnic_group", areas=["E01011698"])
    fetched = combining.fetch(brief)
    [said] = fetched.sentences
    assert "keeps Household by ethnic group back for Leeds 001A" in said


def test_a_brief_of_an_unknown_place_is_refused_with_its_field():
    with pytest.raises(BriefError, match="No place called Birmingam"):
        combining.fetch(a_mix(areas=["Birmingam"]))
    with pytest.raises(BriefError):
        combining.unread(a_mix(areas=["Birmingam"]))


def test_shares_of_pairs_still_meet_the_mix_after_reading(service):
    brief = a_mix("ethnic_group", {"topic": "economic_activity"}, "age")
    assert combining.fetch(brief).failed == ()
    found = combining.of(brief)
    mix = figures.mix_of(brief)
    for pair in found.pairs:
        assert not pair.problem
        for i, row in enumerate(pair.shares):
            wanted = mix.characteristics[pair.first].groups[i].share
            assert sum(row) == pytest.approx(float(wanted), abs=1e-9)
    assert kinds(brief)[("ethnic_group", "economic_activity")] == "known"
