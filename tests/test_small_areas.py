"""Every topic in every kind of place: the right figures with their source, or a plain refusal."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

import census
from census import age_counts, cells, held, online, places, population
from census.cells import Tally
from census.errors import BadBands, CensusError, NotHeld, NotPublished, TooFewAreas
from census.model import Ages, Area
from census.tables import TABLES
from census.topics import TOPICS
from tests import fake_figures
from tests.served import Nowhere, a_service, own_shelf

ADULTS = Ages(16)
WARD, OTHER_WARD, KEPT_WARD = "E05011413", "E05011399", "E05011121"
MSOA, LSOA, CONSTITUENCY = "E02002330", "E01011698", "E14001096"
PLACES = {
    "ward": WARD,
    "kept ward": KEPT_WARD,
    "MSOA": MSOA,
    "LSOA": LSOA,
    "constituency": CONSTITUENCY,
    "authority": "E08000025",
    "county": "E10000016",
    "region": "E12000005",
    "Wales": "W92000004",
    "England and Wales": "K04000001",
}
WISHES = [(topic, grouping) for topic in TOPICS.values() for grouping in topic.groupings]


@pytest.fixture(scope="module")
def service():
    with a_service() as found:
        yield found


@pytest.fixture
def shelf(tmp_path, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with own_shelf(tmp_path) as shelf:
        yield shelf


def place(code):
    known = fake_figures.places()[code]
    kinds = {151: "LSOA", 152: "MSOA"}
    if known.type not in kinds:
        return census.area(code)
    return places.with_authority(Area(code=code, name=known.name, type=kinds[known.type]))


def read(service, *areas, ages=ADULTS, wishes=WISHES):
    """Read every topic of places from the pretend service."""
    service.reset()
    client = service.client()
    found = online.fetch(wishes, areas, ages, client=client, anew=True)
    assert found.failed == ()
    return found


def counted(area, table, labels):
    if table == "TS038":  # the service has it as sub-totals of the four groups
        fine = fake_figures.figures("TS038-4", area.code)
        return sum(fine[leaf] for leaf in fine for label in labels if leaf.startswith(f"{label}:"))
    row = fake_figures.figures(table, area.code)
    return sum(row[label] for label in labels)


def of_ages(area, low, high=None):
    """Return the people of an age span, from the figures the pretend service gives."""
    if area.type in ("ward", "constituency"):
        leaves = TABLES["TS007"].leaves
        return counted(area, "TS007", leaves[low : None if high is None else high + 1])
    if area.type in ("MSOA", "LSOA"):

        def above(age):
            if age == 16:
                return counted(area, "TS007B", TABLES["TS007B"].leaves[3:])
            return counted(area, "TS007A", TABLES["TS007A"].leaves[age // 5 :])

        return above(low) - (0 if high is None else above(high + 1))
    ages = [label for label in TABLES["TS009"].leaves if low <= _age(label) <= (high or 999)]
    return counted(area, "TS009", ages)


def _age(label):
    words = label.split("Aged ")[1]
    return 0 if words.startswith("under") else int(words.split(" ")[0])


@pytest.mark.parametrize("code", PLACES.values(), ids=PLACES)
def test_every_topic_of_a_place_read_live_is_what_the_service_says(service, shelf, code):
    here = place(code)
    read(service, here)
    for topic, grouping in WISHES:
        read_as = topic.read_as(grouping)
        try:
            found = census.distribution(topic, [here], grouping=grouping)
        except NotPublished:
            assert here.type in ("ward", "LSOA", "constituency")
            assert topic.id == "sexual_orientation"
            continue
        people = {group.name: group.people for group in found.groups}
        if topic.id == "age":
            assert people == {
                "16-34": of_ages(here, 16, 34), "35-54": of_ages(here, 35, 54),
                "55-74": of_ages(here, 55, 74), "75+": of_ages(here, 75),
            }  # fmt: skip
        elif topic.id == "living_alone":
            single = [one for one in TABLES["TS003"].leaves if one.startswith("One person")]
            alone = counted(here, "TS003", single)
            outside = counted(here, "TS001", ["Lives in a communal establishment"])
            assert people["Lives alone"] == alone
            assert people["Lives with others"] == max(0, of_ages(here, 16) - outside - alone)
        elif topic.id != "sex":
            expected = {}
            for leaf in read_as.leaves:
                name = leaf.broad if grouping == "broad" else leaf.name
                expected.setdefault(name, 0)
                expected[name] += counted(here, read_as.table, [leaf.label])
            assert people == expected
        source = found.source
        assert (source.origin, source.areas) == ("live", (code,))
        assert source.status == ("approximate" if topic.id == "living_alone" else "official")
        assert source.fetched.endswith("Z")
        assert source.release is None
        assert found.known_error is None
        tables = population.tables_of(topic, grouping, here, ADULTS)
        assert set(source.table.split(", ")) <= {TABLES[table].number for table in tables}


@pytest.mark.parametrize("code", [WARD, LSOA, CONSTITUENCY])
def test_a_topic_not_published_for_such_places_is_refused_with_a_larger_one(service, shelf, code):
    here = place(code)
    wishes = [(TOPICS["sexual_orientation"], None)]
    assert online.missing(wishes, [here], ADULTS, anew=True) == {}
    with pytest.raises(NotPublished) as error:
        census.distribution(TOPICS["sexual_orientation"], [here])
    said = str(error.value)
    assert f"sexual orientation for {cells.plural(here.type)} such as {here.name}" in said
    assert f"Choose an MSOA, or the whole authority ({here.within[0]})." in said


@pytest.mark.parametrize("code", [WARD, MSOA, LSOA, CONSTITUENCY])
def test_sex_in_a_small_place_counts_all_ages_and_says_so(service, shelf, code):
    here = place(code)
    read(service, here, wishes=[(TOPICS["sex"], None)])
    found = census.distribution(TOPICS["sex"], [here])
    row = fake_figures.figures("TS008", code)
    assert [g.people for g in found.groups] == [row["Female"], row["Male"]]
    assert (found.source.table, found.source.base) == ("TS008", "all ages")
    assert "Children are counted too" in found.leaning
    assert census.distribution(TOPICS["sex"], [here], ages=Ages(0)).leaning == ""


def test_sex_in_an_authority_counts_the_rounds_ages(service, shelf):
    found = census.distribution(TOPICS["sex"], [census.area("Leeds")])
    assert (found.source.table, found.source.base) == ("TS009", "people aged 16 and over")
    assert found.leaning == ""


@pytest.mark.parametrize("code", [WARD, MSOA, LSOA])
def test_a_place_not_read_yet_is_refused_with_place_topic_and_what_would_help(shelf, code):
    here = place(code)
    for topic in TOPICS.values():
        with pytest.raises((NotHeld, NotPublished)) as error:
            census.distribution(topic, [here])
        said = str(error.value)
        assert here.name in said
        assert "Leeds" in said.replace(here.name, "")
        if isinstance(error.value, NotHeld):
            assert said.endswith("Read it while online, or choose the whole of Leeds.")
    with pytest.raises(NotHeld, match=r"Ethnic group of .* is not kept with this app"):
        census.distribution(TOPICS["ethnic_group"], [here])


OFFLINE = {
    "kept ward": [KEPT_WARD],
    "two kept wards": [KEPT_WARD, "E05011120"],
    "kept constituency": [CONSTITUENCY],
    "two kept constituencies": [CONSTITUENCY, "E14001100"],
    "county": ["E10000016"],
    "region": ["E12000005"],
    "two regions": ["E12000005", "E12000007"],
    "England": ["E92000001"],
    "Wales": ["W92000004"],
    "England and Wales": ["K04000001"],
    "district": ["N09000003"],
    "two districts": ["N09000003", "N09000001"],
    "Northern Ireland": ["N92000002"],
    "both kinds": ["N09000003", "E08000025"],
    "kept ward and authority": [KEPT_WARD, "E08000035"],
}


@pytest.mark.parametrize("codes", OFFLINE.values(), ids=OFFLINE)
def test_offline_every_topic_of_a_kept_place_is_given_or_refused_in_words(shelf, codes):
    areas = [census.area(code) for code in codes]
    given, refused = 0, []
    for topic in [*TOPICS.values(), census.WHERE_THEY_LIVE]:
        for grouping, ages in itertools.product([None, "broad", "detailed"], [ADULTS, Ages(0)]):
            try:
                found = census.distribution(topic, areas, grouping=grouping, ages=ages)
            except CensusError as error:
                refused.append(str(error))
                continue
            given += 1
            assert found.total > 0
            assert all(group.people >= 0 for group in found.groups)
            assert (found.source.origin, found.source.fetched) == ("kept", None)
            assert found.source.areas == tuple(codes)
            assert (found.source.status == "approximate") or found.known_error is None
    assert all(said.endswith((".", "?")) for said in refused)
    assert given >= (1 if codes == OFFLINE["both kinds"] else 4)


def test_offline_figures_of_two_places_are_the_sum_of_each(shelf):
    for codes in (OFFLINE["two kept wards"], OFFLINE["two regions"], OFFLINE["two districts"]):
        areas = [census.area(code) for code in codes]
        for topic in ("ethnic_group", "religion", "tenure"):
            try:
                both = census.distribution(TOPICS[topic], areas)
            except NotPublished:
                continue
            each = [census.distribution(TOPICS[topic], [area]) for area in areas]
            for i, group in enumerate(both.groups):
                assert group.people == sum(one.groups[i].people for one in each)


def test_a_district_of_northern_ireland_does_not_wait_for_a_service_that_has_none_of_it(shelf):
    areas = [census.area("Belfast"), census.area("Leeds")]
    with pytest.raises(NotPublished, match="Belfast is in Northern Ireland"):
        census.distribution(census.WHERE_THEY_LIVE, areas)
    found = census.distribution(census.WHERE_THEY_LIVE, areas, ages=Ages(0))
    assert [group.name for group in found.groups] == ["Belfast", "Leeds"]


def test_a_kept_constituency_is_approximate_until_it_is_read(service, shelf):
    here = census.area(CONSTITUENCY)
    kept = census.distribution(TOPICS["ethnic_group"], [here])
    assert (kept.source.status, kept.source.origin) == ("approximate", "kept")
    assert any("whole wards" in note for note in kept.notes)
    read(service, here, wishes=[(TOPICS["ethnic_group"], None)])
    live = census.distribution(TOPICS["ethnic_group"], [here])
    assert (live.source.status, live.source.origin) == ("official", "live")


def test_a_constituency_read_live_is_not_said_to_be_made_of_wards(service, shelf):
    here = census.area(CONSTITUENCY)
    read(service, here, wishes=[(TOPICS["ethnic_group"], None)])
    live = census.distribution(TOPICS["ethnic_group"], [here])
    assert not any("whole wards" in note for note in live.notes)


def test_two_wards_together_are_their_sum_and_the_oldest_reading_counts(service, shelf):
    one, other = place(WARD), place(OTHER_WARD)
    read(service, one, other)
    rows = {code: dict(shelf.row("TS021", code).cells) for code in (WARD, OTHER_WARD)}
    held.use(later := held.Shelf(Nowhere()))
    later._rows = {
        ("TS021", WARD): held.Row(rows[WARD], "2026-02-02T00:00:00Z"),
        ("TS021", OTHER_WARD): held.Row(rows[OTHER_WARD], "2026-01-01T00:00:00Z"),
    }
    found = census.distribution(TOPICS["ethnic_group"], [one, other])
    for leaf, group in zip(TOPICS["ethnic_group"].leaves, found.groups, strict=True):
        assert group.people == sum(row[leaf.label] for row in rows.values())
    assert found.source.fetched == "2026-01-01T00:00:00Z"
    assert found.source.areas == (WARD, OTHER_WARD)


def test_a_kept_and_a_read_place_together_say_both(service, shelf):
    kept, live = census.area(KEPT_WARD), place(WARD)
    read(service, live)
    found = census.distribution(TOPICS["tenure"], [kept, live])
    assert (found.source.origin, found.source.status) == ("kept and live", "official")
    assert found.source.fetched
    rough = census.distribution(TOPICS["religion"], [census.area("Birmingham"), live])
    assert (rough.source.origin, rough.source.status) == ("kept and live", "approximate")
    assert rough.known_error == 135


def test_what_is_read_goes_before_what_is_kept(service, shelf):
    here = census.area("Birmingham")
    before = census.distribution(TOPICS["religion"], [here])
    assert (before.source.status, before.known_error) == ("approximate", 135)
    read(service, here, wishes=[(TOPICS["religion"], None)])
    after = census.distribution(TOPICS["religion"], [here])
    assert (after.source.status, after.source.origin, after.known_error) == (
        "official", "live", None,
    )  # fmt: skip
    assert not any("added up from output areas" in note for note in after.notes)


def test_the_known_error_grows_with_the_authorities_added_up(shelf):
    health = TOPICS["general_health"]
    authorities = {"E08000025": 1, "E10000016": 12, "E12000007": 33, "W92000004": 22}
    for code, number in authorities.items():
        found = census.distribution(health, [census.area(code)])
        assert found.known_error == cells.LARGEST_ERROR * number
        told = [note for note in found.notes if f"This adds up {number}," in note]
        assert len(told) == (number > 1)
    whole = census.distribution(health, [census.area("K04000001")])
    assert (whole.known_error, whole.source.status) == (None, "official")


def test_no_place_at_all_is_refused_in_words(shelf):
    with pytest.raises(CensusError):
        census.distribution(TOPICS["age"], [])


def test_where_they_live_divides_small_places_by_the_rounds_ages(service, shelf):
    one, other = place(WARD), place(OTHER_WARD)
    where = census.WHERE_THEY_LIVE
    read(service, one, other, wishes=[(where, None)])
    found = census.distribution(where, [one, other])
    assert {g.name: g.people for g in found.groups} == {
        one.name: of_ages(one, 16), other.name: of_ages(other, 16),
    }  # fmt: skip
    with pytest.raises(TooFewAreas):
        census.distribution(where, [one])


def test_the_head_count_of_a_small_place(service, shelf):
    here = place(WARD)
    with pytest.raises(NotHeld):
        census.head_count([here], ADULTS)
    read(service, here)
    found = census.head_count([here], ADULTS)
    assert found.everyone == fake_figures.figures("TS001", WARD)["Total"]
    assert (found.of_ages, found.tables) == (of_ages(here, 16), ("TS001", "TS007"))
    assert found.fetched
    msoa = place(MSOA)
    read(service, msoa)
    assert census.head_count([msoa], Ages(18)).of_ages is None
    assert census.head_count([msoa], Ages(20)).of_ages == of_ages(msoa, 20)


# Ages of small places, against single years they were made from.


@pytest.fixture(scope="module")
def back_to_ready_once():
    yield
    held.use(None)


years = st.lists(st.integers(0, 400), min_size=101, max_size=101)
FIVES = [16, *range(20, 90, 5)]


def _shelved(single):
    """Return the three tables of ages of made-up places with so many people of each year."""

    def row(table, spans):
        parts = [sum(single[low:high]) for low, high in spans]
        return dict(zip(TABLES[table].columns, [sum(parts), *parts], strict=True))

    def spans(*starts):
        return list(itertools.pairwise([*starts, 101]))

    shelf = held.Shelf(Nowhere())
    shelf.keep("TS007", {WARD: row("TS007", spans(*range(101)))})
    shelf.keep("TS007A", {MSOA: row("TS007A", spans(*range(0, 90, 5)))})
    bands = (0, 5, 10, 16, 20, 25, 35, 50, 65, 75, 85)
    shelf.keep("TS007B", {MSOA: row("TS007B", spans(*bands))})
    return shelf


def _bands(starts):
    return [*((a, b - 1) for a, b in itertools.pairwise(starts)), (starts[-1], None)]


@given(years, st.sets(st.integers(0, 90), min_size=1, max_size=6))
def test_bands_of_a_ward_are_sums_of_single_years(back_to_ready_once, single, starts):
    held.use(_shelved(single))
    for low, high in _bands(sorted(starts)):
        found = age_counts.count(Tally(), [place(WARD)], (low, high))
        assert found == sum(single[low : None if high is None else high + 1])


@given(years, st.sets(st.sampled_from(FIVES), min_size=1, max_size=6))
def test_bands_of_an_msoa_are_sums_of_single_years(back_to_ready_once, single, starts):
    held.use(_shelved(single))
    for low, high in _bands(sorted(starts)):
        found = age_counts.count(Tally(), [place(MSOA)], (low, high))
        assert found == sum(single[low : None if high is None else high + 1])


@given(st.integers(0, 90), st.one_of(st.none(), st.integers(0, 89)))
def test_any_band_of_an_msoa_is_counted_or_refused_in_words(back_to_ready_once, low, high):
    held.use(_shelved([3] * 101))
    if high is not None and high < low:
        low, high = high, low
    starts = (0, 5, 10, 15, *FIVES)
    fits = low in starts and (high is None or high + 1 in starts)
    if fits:
        found = age_counts.count(Tally(), [place(MSOA)], (low, high))
        assert found == 3 * ((100 if high is None else high) - low + 1)
        return
    with pytest.raises(BadBands, match=r"cannot be made for Leeds 001: .* 16, 20, 25 and so on"):
        age_counts.count(Tally(), [place(MSOA)], (low, high))


def test_a_band_a_neighbourhood_cannot_make_is_refused_as_one_of_the_brief(service, shelf):
    from sampler import figures
    from sampler.errors import BriefError
    from tests.builders import a_brief

    read(service, place(MSOA))
    shelf.keep_area(place(MSOA))
    brief = a_brief(areas=[MSOA], lowest_age=18, characteristic=[{"topic": "age"}])
    with pytest.raises(BriefError, match=r"The age band 18-34 cannot be made for Leeds 001") as bad:
        figures.mix_of(brief)
    assert bad.value.problems[0][0] == "characteristic[0].bands"
    assert figures.mix_of(brief.changed(lowest_age=16)).characteristics[0].groups
