"""Reading from the service: how much is asked, what is kept, and what failure leaves standing."""

import subprocess
import sys
import threading
import time
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

import census
from census import extract, held, online, places
from census.cache import Cache
from census.client import AT_ONCE, Client, Settings
from census.errors import CensusError, NotHeld, UnknownArea
from census.model import Ages, Area
from census.tables import TABLES
from census.topics import TOPICS
from sampler import combining, fetching, figures
from tests import fake_figures
from tests.builders import a_brief
from tests.served import Nowhere, a_service, own_shelf, watched

ADULTS = Ages(16)
EIGHT = ["ethnic_group", "age", "sex", "religion", "disability", "tenure", "cars", "qualification"]
OTHER_EIGHT = [
    "country_of_birth", "english_proficiency", "general_health", "unpaid_care", "household",
    "economic_activity", "ns_sec", "sexual_orientation",
]  # fmt: skip
WARD, MSOA = "E05011413", "E02002330"
LEEDS = census.area("Leeds")
KEY = "0xfeedc0ffee1234567890"
AUTHORITIES = [area for area in census.every_area() if area.type == "local authority"]


@pytest.fixture(scope="module")
def served():
    with a_service() as found:
        yield found


@pytest.fixture
def service(served, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    served.reset()
    return served


@pytest.fixture
def shelf(tmp_path):
    with own_shelf(tmp_path) as shelf:
        yield shelf


def wishes(*topics):
    return [(TOPICS[topic], None) for topic in topics]


def read(service, topics, *areas, ages=ADULTS, **more):
    client = more.pop("client", None) or service.client(key=KEY)
    return online.fetch(wishes(*topics), areas, ages, client=client, **more)


def test_a_table_is_asked_for_once_for_each_place_however_many_topics_use_it(shelf):
    ward = census.area(WARD)
    wanted = online.missing(wishes("age", "age", "sex"), [ward, LEEDS, ward], ADULTS, anew=True)
    assert wanted == {"TS007": [ward], "TS008": [ward], "TS009": [LEEDS]}


@pytest.mark.parametrize("topics", [EIGHT, OTHER_EIGHT], ids=["a mix of eight", "the others"])
def test_eight_topics_of_an_authority_take_eight_questions_cold_and_none_warm(
    service, shelf, tmp_path, topics
):
    found = read(service, topics, LEEDS, anew=True)
    assert found.failed == ()
    assert service.fake.data_requests <= 8
    assert service.fake.requests == service.fake.data_requests == found.tables
    service.reset()
    assert read(service, topics, LEEDS) == online.Fetched()
    with own_shelf(tmp_path):
        assert read(service, topics, LEEDS) == online.Fetched()
        for topic in topics:
            assert census.distribution(TOPICS[topic], [LEEDS]).source.origin == "live"
    assert service.fake.requests == 0


def test_eight_topics_of_a_ward_take_a_question_each(service, shelf):
    ward = census.area(WARD)
    topics = [t for t in EIGHT if t != "age"] + ["economic_activity"]
    read(service, topics, ward)
    assert service.fake.requests == 8
    assert sorted(service.fake.tables()) == sorted(set(service.fake.tables()))
    service.reset()
    read(service, ["age", "living_alone", *topics], ward)
    assert sorted(service.fake.tables()) == ["TS001", "TS003", "TS007"]


def test_only_what_is_not_held_as_official_is_asked_for(service, shelf):
    read(service, EIGHT, LEEDS)
    assert service.fake.tables() == ["TS030"]
    service.reset()
    read(service, EIGHT, census.area("E12000003"))
    assert service.fake.tables() == ["TS030"]
    service.reset()
    read(service, EIGHT, census.area("Belfast"), anew=True)
    assert service.fake.requests == 0


def test_several_places_of_a_table_take_one_question(service, shelf):
    areas = [census.area(asked) for asked in (WARD, "E05011121", "Weetwood")][:2]
    read(service, ["ethnic_group", "tenure"], *areas, anew=True)
    assert sorted(service.fake.tables()) == ["TS021", "TS054"]


def test_331_authorities_of_ethnic_group_take_one_question(service, shelf):
    found = read(service, ["ethnic_group"], *AUTHORITIES, anew=True)
    assert (found.tables, service.fake.requests) == (1, 1)
    whole = census.distribution(TOPICS["ethnic_group"], AUTHORITIES)
    assert whole.source.origin == "live"
    kept = extract.table("TS021")
    leaf = TOPICS["ethnic_group"].leaves[0]
    assert whole.groups[0].people == sum(kept.count(a.code, leaf.label) for a in AUTHORITIES)


def test_joint_and_adults_only_figures_are_asked_for_only_when_asked(service, shelf, monkeypatch):
    monkeypatch.setattr("census.client.settings_of", service.settings)
    brief = a_brief(
        characteristic=[
            {"topic": "ethnic_group", "grouping": "broad"},
            {"topic": "age"},
            {"topic": "sex"},
            {"topic": "disability"},
        ]
    )
    fetching.fetch(brief, anew=True)
    figures.plan_of(brief)
    combining.of(brief)
    assert service.fake.joint_requests == 0
    service.reset()
    brief = brief.with_characteristic(0, round_ages=True)
    assert fetching.fetch(brief).failed == ()
    assert (service.fake.joint_requests, service.fake.data_requests) == (1, 0)
    service.reset()
    assert combining.fetch(brief).failed == ()
    pairs = 4 * 3 // 2 - 1  # age by sex is kept with the app
    assert (service.fake.joint_requests, service.fake.data_requests) == (pairs, 0)
    service.reset()
    assert combining.fetch(brief) == online.Fetched()
    assert fetching.among_ages(brief, 0).failed == ()
    assert service.fake.requests == 0


@pytest.mark.parametrize("spoilt", ["TS021", "TS009", "TS067"])
def test_one_failing_topic_never_loses_the_others(service, shelf, spoilt):
    service.reset("", spoilt)
    found = read(service, EIGHT, LEEDS, anew=True)
    lost = [t for t in EIGHT if TOPICS[t].table == spoilt]
    assert [title for title, _ in found.failed] == [TOPICS[t].title for t in lost]
    assert found.tables == service.fake.data_requests - 1
    for topic in EIGHT:
        origin = census.distribution(TOPICS[topic], [LEEDS]).source.origin
        assert origin == ("kept" if topic in lost else "live")
    [said] = found.sentences
    assert said.startswith(
        f"{', '.join(TOPICS[t].title for t in lost)}: the figures held already are used, because "
        "the census service sent a web page instead of figures."
    )


def test_what_fails_of_a_ward_is_said_by_topic_and_the_rest_is_there(service, shelf):
    ward = census.area(WARD)
    service.reset("", "TS003")
    found = read(service, ["household", "living_alone", "tenure"], ward)
    assert [title for title, _ in found.failed] == ["Household", "Living alone"]
    [said] = found.sentences
    assert said.startswith("Household, Living alone: The census service sent a web page")
    assert not any(odd in said for odd in ("http", "127.0.0.1", KEY, "Traceback"))
    assert census.distribution(TOPICS["tenure"], [ward]).total > 0
    with pytest.raises(NotHeld, match="Household composition of Weetwood"):
        census.distribution(TOPICS["living_alone"], [ward])


@pytest.mark.parametrize("trouble", ["empty", "html", "error json", "cut", "count", "zero",
                                     "missing area", "close", "429", "429 after"])  # fmt: skip
def test_no_part_of_a_wrong_answer_is_used(service, shelf, tmp_path, trouble):
    ward = census.area(WARD)
    service.reset(trouble)
    found = read(service, ["ethnic_group", "tenure"], LEEDS, ward, anew=True)
    assert {title for title, _ in found.failed} == {"Ethnic group", "Tenure"}
    assert found.tables == 0
    assert not any(odd in " ".join(found.sentences) for odd in ("http", "127.0.0.1", KEY))
    for table in ("TS021", "TS054"):
        for code in (WARD, LEEDS.code):
            assert held.Shelf(Cache(tmp_path)).row(table, code) is None
    assert census.distribution(TOPICS["tenure"], [LEEDS]).source.origin == "kept"
    with pytest.raises(NotHeld):
        census.distribution(TOPICS["tenure"], [ward])
    if trouble not in ("429", "429 after"):  # asked to wait, the next table is not asked for
        service.reset()
        assert read(service, ["ethnic_group", "tenure"], ward).failed == ()


def test_a_failed_refresh_leaves_what_was_read_before(service, shelf):
    ward = census.area(WARD)
    read(service, ["tenure"], ward)
    before = census.distribution(TOPICS["tenure"], [ward])
    service.reset("count")
    found = read(service, ["tenure"], ward, anew=True)
    assert found.sentences[0].startswith("Tenure: the figures held already are used, because")
    assert census.distribution(TOPICS["tenure"], [ward]) == before


NOWHERE = "http://127.0.0.1:9"
DOWN = "The census service could not be reached. Check that this computer is online."


def test_a_service_that_cannot_be_reached_costs_one_round_of_waiting(shelf, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = Client(Settings(nomis=NOWHERE, attempts=3, pause=0), sleep=lambda seconds: None)
    ward = census.area(WARD)
    told = []
    found = read(
        None, EIGHT, ward, client=client, progress=lambda *done: told.append(done)
    )  # fmt: skip
    assert client.requests_sent <= AT_ONCE * 3
    assert [title for title, _ in found.failed] == [TOPICS[t].title for t in EIGHT]
    assert found.sentences == [f"{', '.join(TOPICS[t].title for t in EIGHT)}: {DOWN}"]
    assert told == [(i, 8) for i in range(1, 9)]
    assert found.tables == 0


def test_a_service_that_never_answers_is_waited_for_once(shelf, monkeypatch):
    """All that are under way fail in the same moment; nothing more may be asked then."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    together = threading.Barrier(AT_ONCE, timeout=5)

    class Silent(Client):
        def _once(self, *args):
            together.wait()
            return super()._once(*args)

    client = Silent(Settings(nomis=NOWHERE, attempts=1))
    read(None, [*EIGHT, *OTHER_EIGHT], LEEDS, client=client, anew=True)
    assert client.requests_sent == AT_ONCE


def test_a_reading_broken_off_asks_no_more_and_keeps_what_came(service, shelf):
    broken = threading.Event()

    class Slow(Client):
        def _once(self, *args):
            if service.fake.data_requests >= AT_ONCE:
                broken.wait(5)
            return super()._once(*args)

    def stop(done, of):
        broken.set()
        raise KeyboardInterrupt

    client = Slow(service.settings())
    with pytest.raises(KeyboardInterrupt):
        read(service, [*EIGHT, *OTHER_EIGHT], LEEDS, client=client, anew=True, progress=stop)
    assert service.fake.data_requests < 14
    assert all(shelf.row(table, LEEDS.code) for table in service.fake.tables())


def test_offline_nothing_is_asked_and_no_connection_made(shelf):
    client = Client(Settings(is_offline=True))
    with watched() as seen:
        found = read(None, EIGHT, census.area(WARD), client=client)
    assert not [event for event in seen if event.startswith("socket")]
    assert found.sentences == [
        f"{', '.join(TOPICS[t].title for t in EIGHT)}: The census service was not asked: the "
        "planner is set to work offline."
    ]


def test_the_order_of_what_failed_is_that_of_the_topics(service, shelf):
    for _ in range(5):
        service.reset("html")
        found = read(service, EIGHT, census.area(WARD))
        assert [title for title, _ in found.failed] == [TOPICS[t].title for t in EIGHT]


def test_a_topic_not_published_here_is_not_asked_for(service, shelf):
    read(service, ["sexual_orientation"], census.area(WARD))
    assert service.fake.requests == 0
    read(service, ["sexual_orientation", "age"], msoa())
    assert sorted(service.fake.tables()) == ["TS007A", "TS007B", "TS077"]


def msoa():
    return places.with_authority(Area(code=MSOA, name="Leeds 001", type="MSOA"))


# Places.


def test_a_place_found_is_known_ever_after(service, shelf, tmp_path):
    with pytest.raises(UnknownArea):
        census.area(MSOA)
    [found] = online.search("Leeds 001", "MSOA", service.client())
    assert found.within[0] == "Leeds"
    assert census.area(MSOA) == found
    with own_shelf(tmp_path):
        assert census.area(MSOA.lower()) == found
    asked = service.fake.requests
    assert {"Weetwood"} <= {a.name for a in online.search("weetw", "ward", service.client())}
    assert service.fake.requests == asked


def test_a_code_nobody_met_before_is_asked_for_once(service, shelf):
    found = online.area(MSOA, service.client())
    assert (found.name, found.type, found.within[0]) == ("Leeds 001", "MSOA", "Leeds")
    assert online.area(MSOA, service.client()) == census.area(MSOA) == found
    assert online.area("Leeds", service.client()) == LEEDS
    assert service.fake.requests == 1
    for asked in ("Nowhere at all", "N20000001", "E0200"):
        with pytest.raises(UnknownArea):
            online.area(asked, service.client())
    assert service.fake.requests == 1
    with pytest.raises(CensusError) as error:
        online.area("E02009999", Client(Settings(is_offline=True)))
    assert "No place of the code E02009999 is known here yet." in str(error.value)
    with pytest.raises(UnknownArea, match="E02009999"):
        online.area("E02009999", service.client())


def test_a_kept_constituency_met_in_a_search_is_the_kept_one(service, shelf):
    found = online.search("Birmingham Ladywood", "constituency", service.client())
    assert found == [census.area("E14001096")]
    assert found[0].within[0] == "Birmingham"


# The shelf.


def test_two_shelves_never_share_a_version(tmp_path):
    one, other = held.Shelf(Nowhere()), held.Shelf(Nowhere())
    seen = {one.version, other.version}
    one.changed()
    other.changed()
    assert len(seen | {one.version, other.version}) == 4


def test_figures_another_process_read_are_found_after_looking_again(service, tmp_path):
    with own_shelf(tmp_path) as shelf:
        ward = census.area(WARD)
        with pytest.raises(NotHeld):
            census.distribution(TOPICS["tenure"], [ward])
        other = held.Shelf(Cache(tmp_path))
        other.keep("TS054", {WARD: fake_figures.figures("TS054", WARD)})
        with pytest.raises(NotHeld):
            census.distribution(TOPICS["tenure"], [ward])
        shelf.look_again()
        assert census.distribution(TOPICS["tenure"], [ward]).total > 0
        assert read(service, ["tenure"], ward) == online.Fetched()


def test_threads_that_read_keep_and_look_again_never_trip(tmp_path):
    shelf = held.Shelf(Cache(tmp_path))
    whole = fake_figures.figures("TS008", WARD)
    codes = [f"E0599{n:04}" for n in range(60)]
    stop = time.monotonic() + 0.7
    wrong = []

    def work(turn):
        try:
            while time.monotonic() < stop:
                for code in codes:
                    row = shelf.row("TS008", code)
                    if row is not None and row.cells != whole:
                        wrong.append(row)
                    if turn == 0 and code[-1] == "7":
                        shelf.look_again()
                    if turn == 1:
                        shelf.keep("TS008", {code: whole})
        except Exception as error:
            wrong.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(before)
    assert wrong == []


FILL = """
import sys
from pathlib import Path
from census import held
from census.cache import Cache
from tests import fake_figures
shelf = held.Shelf(Cache(Path(sys.argv[1])))
row = fake_figures.figures("TS021", "E05011413")
for _ in range(12):
    for n in range(12):
        shelf.keep("TS021", {f"E0599{n:04}": row})
"""


def test_two_processes_that_fill_the_same_shelf_leave_it_right_or_empty(tmp_path):
    fillers = [
        subprocess.Popen([sys.executable, "-c", FILL, str(tmp_path)], stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    whole = fake_figures.figures("TS021", WARD)
    while any(filler.poll() is None for filler in fillers):
        shelf = held.Shelf(Cache(tmp_path))
        for n in range(12):
            if row := shelf.row("TS021", f"E0599{n:04}"):
                assert row.cells == whole
    assert [filler.communicate(timeout=30)[1] for filler in fillers] == [b"", b""]
    shelf = held.Shelf(Cache(tmp_path))
    assert all(shelf.row("TS021", f"E0599{n:04}") for n in range(12))


@pytest.mark.parametrize(
    "kept",
    [
        None, [], {}, "Leeds", 7, {"Total: All usual residents": 7},
        dict.fromkeys(TABLES["TS021"].columns, "7"),
        dict.fromkeys(TABLES["TS021"].columns, 7) | {"Martian": 3},
        dict.fromkeys(TABLES["TS021"].columns),
    ],
    ids=str,
)  # fmt: skip
def test_a_row_kept_in_another_form_is_no_row(shelf, kept):
    shelf.cache.put(f"table/TS021/{WARD}", kept)
    found = shelf.row("TS021", WARD)
    assert found is None or set(found.cells) == set(TABLES["TS021"].columns)
    shelf.cache.put("area/E02999999", kept)
    assert shelf.area("E02999999") is None


@given(st.integers(0, 2**16))
def test_a_damaged_entry_is_no_row(seed):
    import random
    import tempfile
    from pathlib import Path

    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        cache = Cache(Path(folder))
        cache.put("table/TS008/E05000001", fake_figures.figures("TS008", WARD))
        [path] = [p for p in Path(folder).rglob("*") if p.is_file() and p.stat().st_size]
        content = bytearray(path.read_bytes())
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
        path.write_bytes(bytes(content[: rng.choice([len(content), rng.randrange(len(content))])]))
        row = held.Shelf(Cache(Path(folder))).row("TS008", "E05000001")
    assert row is None or row.cells == fake_figures.figures("TS008", WARD)


# What a page does on every rerun.


def test_no_rerun_touches_the_network_or_the_disk(service, shelf):
    msoa_ = msoa()
    shelf.keep_area(msoa_)
    read(service, ["tenure", "age", "sex"], msoa_)
    for area, topics in (("E08000025", EIGHT), (MSOA, ["tenure", "age", "sex"])):
        parts = [{"topic": topic, "round_ages": topic != "age"} for topic in topics]
        brief = a_brief(areas=[area], characteristic=parts)

        def rerun(brief=brief):
            figures.plan_of(brief)
            figures.look_up(brief)
            figures.sources(brief, TOPICS["religion"])
            combining.of(brief)
            combining.unread(brief)
            fetching.lacks(brief)
            for topic in TOPICS.values():
                try:
                    found = figures.compare(brief, topic).here
                except (CensusError, ValueError):
                    continue
                figures.doubt(brief, found)
            with suppress(CensusError):
                census.head_count(figures.areas_of(brief), figures.ages_of(brief))

        rerun()
        with watched() as seen:
            rerun()
        assert seen == []
