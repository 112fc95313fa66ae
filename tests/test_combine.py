"""The best joint table to be had: read from the service, else kept with the app, else none."""

from collections import Counter

import pytest

import census
from census import combine, extract, held
from census.cache import Cache
from census.client import Client, Settings
from census.errors import BadBands, CensusError, NotHeld, NotPublished, OverlappingAreas
from census.model import Ages
from census.ons import Wanted
from census.tables import age_label
from census.topics import TOPICS, WHERE_THEY_LIVE
from tests import fake_ons
from tests.served import a_service, own_shelf, watched

ADULTS = Ages(16)
BIRMINGHAM, COVENTRY, DUDLEY, LEEDS = map(
    extract.area, ("Birmingham", "Coventry", "Dudley", "Leeds")
)
ETHNIC, TENURE, AGE, SEX, WORK, RELIGION, CARS = (
    Wanted(TOPICS[topic])
    for topic in ("ethnic_group", "tenure", "age", "sex", "economic_activity", "religion", "cars")
)
ORIENTATION = Wanted(TOPICS["sexual_orientation"])


@pytest.fixture(scope="module")
def served():
    with a_service() as found:
        yield found


@pytest.fixture
def service(served, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(fake_ons, "is_blocking", False)
    served.reset()
    return served


@pytest.fixture(autouse=True)
def shelf(tmp_path):
    with own_shelf(tmp_path) as shelf:
        yield shelf


def kept(*wanted, areas=(BIRMINGHAM,), ages=ADULTS):
    return combine.joint(wanted, areas, ages)[0]


def by_groups(found):
    return {cell.groups: cell.people for cell in found.cells}


# Kept with the app: age by sex.


def single(code, sex, low, high=90):
    figures = extract.table("TS009")
    ages = range(low, high + 1)
    return sum(figures.count(code, f"{sex}; Age: {age_label(age)}") for age in ages)


def test_age_by_sex_comes_from_single_years_either_way_round():
    bands = ("16-24", "25-49", "50+")
    found = kept(Wanted(TOPICS["age"], bands=bands), SEX)
    assert found.groups == (bands, ("Female", "Male"))
    assert by_groups(found) == {
        (band, sex): single("E08000025", sex, low, high)
        for band, low, high in (("16-24", 16, 24), ("25-49", 25, 49), ("50+", 50, 90))
        for sex in ("Female", "Male")
    }
    turned = kept(SEX, Wanted(TOPICS["age"], bands=bands))
    assert turned.groups == (("Female", "Male"), bands)
    assert by_groups(turned) == {pair[::-1]: n for pair, n in by_groups(found).items()}
    assert [cell.groups for cell in turned.cells][:2] == [("Female", "16-24"), ("Female", "25-49")]
    assert (found.topics, turned.topics) == (("age", "sex"), ("sex", "age"))


@pytest.mark.parametrize("ages", [ADULTS, Ages(0), Ages(18, 60), Ages(50, 50)])
def test_age_by_sex_adds_up_to_the_ages_of_the_round(ages):
    found = kept(AGE, SEX, areas=(LEEDS, COVENTRY), ages=ages)
    assert found.total == sum(
        single(area.code, sex, ages.lowest, 90 if ages.highest is None else ages.highest)
        for area in (LEEDS, COVENTRY)
        for sex in ("Female", "Male")
    )
    source = found.source
    assert (source.table, source.base) == ("TS009", ages.words())
    assert (source.origin, source.status, source.fetched) == ("kept", "official", None)
    assert source.areas == (LEEDS.code, COVENTRY.code)
    assert not found.is_pattern


def test_age_by_sex_of_a_region_is_kept_and_of_a_ward_is_not():
    region = kept(AGE, SEX, areas=[extract.area("E12000005")])
    assert (region.source.table, region.total > 4_000_000) == ("TS009", True)
    with pytest.raises(NotHeld, match="How age and sex combine in Weetwood is not kept"):
        kept(AGE, SEX, areas=[census.area("Weetwood")])


# Kept with the app: ethnic group by tenure (RM134, as published).

PUBLISHED = {
    ("Asian", "Owned outright"): 24_277,
    ("Asian", "Social rented"): 13_697,
    ("Black", "Social rented"): 22_405,
    ("Mixed", "Private rented or lives rent free"): 3_819,
    ("White British", "Owned outright"): 74_482,
    ("White British", "Owns with a mortgage or loan or shared ownership"): 58_394,
    ("Irish", "Private rented or lives rent free"): 1_417,
    ("Gypsy or Irish Traveller, Roma or Other White", "Owned outright"): 1_698,
    ("Other", "Private rented or lives rent free"): 5_697,
}


def test_rm134_of_birmingham_comes_out_as_published():
    found = kept(ETHNIC, TENURE)
    assert len(found.cells) == 28
    cells = by_groups(found)
    assert {pair: cells[pair] for pair in PUBLISHED} == PUBLISHED
    assert found.total == 423_458
    ethnic, tenure = Counter(), Counter()
    for (one, other), people in cells.items():
        ethnic[one] += people
        tenure[other] += people
    assert (ethnic["Asian"], ethnic["Black"], ethnic["Mixed"]) == (93_787, 48_391, 13_019)
    assert ethnic["White British"] == 222_553
    assert tenure["Owned outright"] == 114_970
    assert tenure["Social rented"] == 99_501
    assert tenure["Private rented or lives rent free"] == 97_300


def test_rm134_lends_its_pattern_only_and_says_so():
    found = kept(ETHNIC, TENURE)
    assert found.is_pattern
    assert (found.source.table, found.source.origin) == ("RM134", "kept")
    assert found.source.base == "household reference persons"
    assert found.notes == (
        "Table RM134 counts household reference persons, one person a household: it shows how the "
        "groups combine, not how many people there are.",
    )


def test_rm134s_groups_say_which_of_the_topics_they_take_in():
    found = kept(ETHNIC, TENURE)
    ethnic, tenure = found.parts
    for topic, takes_in, names in zip(
        (TOPICS["ethnic_group"], TOPICS["tenure"]), (ethnic, tenure), found.groups, strict=True
    ):
        assert tuple(takes_in) == names
        inside = [leaf for leaves in takes_in.values() for leaf in leaves]
        assert sorted(inside) == sorted(leaf.name for leaf in topic.leaves)
    assert ethnic["Gypsy or Irish Traveller, Roma or Other White"] == (
        "Gypsy or Irish Traveller", "Roma", "Other White",
    )  # fmt: skip
    assert tenure["Owns with a mortgage or loan or shared ownership"] == (
        "Owned with mortgage", "Shared ownership",
    )  # fmt: skip


def test_rm134_turned_and_of_three_places():
    found, turned = kept(ETHNIC, TENURE), kept(TENURE, ETHNIC)
    assert turned.groups == found.groups[::-1]
    assert by_groups(turned) == {pair[::-1]: n for pair, n in by_groups(found).items()}
    assert turned.parts == found.parts[::-1]
    three = kept(ETHNIC, TENURE, areas=(BIRMINGHAM, COVENTRY, DUDLEY))
    each = [by_groups(kept(ETHNIC, TENURE, areas=[area])) for area in (COVENTRY, DUDLEY)]
    for pair, people in by_groups(three).items():
        assert people == by_groups(found)[pair] + sum(cells[pair] for cells in each)


@pytest.mark.parametrize(
    ("wanted", "areas", "words"),
    [
        ((ETHNIC, TENURE), (BIRMINGHAM, LEEDS), "ethnic group and tenure combine in Birmingham"),
        ((ETHNIC, RELIGION), (LEEDS,), "How ethnic group and religion combine in Leeds is not"),
        ((ETHNIC, TENURE, SEX), (BIRMINGHAM,), "ethnic group and tenure and sex combine"),
        ((AGE, SEX), (), "needs at least one place"),
        ((ETHNIC, TENURE), (), "needs at least one place"),
    ],
)
def test_what_is_not_held_is_refused_with_topics_and_place(wanted, areas, words):
    with pytest.raises(NotHeld, match=words):
        kept(*wanted, areas=areas)


def test_places_that_overlap_are_refused_before_anything_else():
    for one in (BIRMINGHAM, extract.area("E12000005")):
        with pytest.raises(OverlappingAreas):
            kept(AGE, SEX, areas=[BIRMINGHAM, one])
        with pytest.raises(OverlappingAreas):
            combine.among_ages(ETHNIC, [BIRMINGHAM, one], ADULTS)


def test_whether_places_overlap_is_looked_at_once_for_each_state_of_the_shelf(monkeypatch):
    looked = []
    monkeypatch.setattr(combine.places, "check_apart", looked.append)
    for _ in range(3):
        kept(AGE, SEX, areas=[BIRMINGHAM, LEEDS], ages=Ages(17))
        with pytest.raises(NotHeld):
            combine.among_ages(ETHNIC, [BIRMINGHAM, LEEDS], Ages(17))
    assert looked == [(BIRMINGHAM, LEEDS)] * 2


def test_bands_that_do_not_fit_are_refused_offline_too():
    with pytest.raises(BadBands):
        kept(Wanted(TOPICS["age"], bands=("18+",)), SEX)


# Read from the service.


def test_what_the_service_gives_goes_before_what_is_kept(service):
    client = service.client()
    live, said = combine.joint([ETHNIC, TENURE], [BIRMINGHAM], ADULTS, client)
    assert said == ""
    assert (live.source.origin, len(live.groups[0]), len(live.groups[1])) == ("live", 19, 8)
    assert live.source.base == "people of all ages who live in a household"
    assert kept(ETHNIC, TENURE) == live
    assert service.fake.joint_requests == 1


def test_what_was_read_is_there_for_another_process_and_not_asked_for_again(service, tmp_path):
    live = combine.ask(service.client(), [ETHNIC, RELIGION], [LEEDS], ADULTS)
    service.reset()
    with own_shelf(tmp_path):
        assert kept(ETHNIC, RELIGION, areas=[LEEDS]) == live
        assert combine.ask(service.client(), [RELIGION, ETHNIC], [LEEDS], ADULTS).total
    assert service.fake.requests == 0
    assert combine.ask(service.client(), [ETHNIC, RELIGION], [LEEDS], ADULTS, anew=True)
    assert service.fake.joint_requests == 1


def test_figures_of_another_process_are_found_after_looking_again(service, shelf, tmp_path):
    with pytest.raises(NotHeld):
        kept(ETHNIC, RELIGION, areas=[LEEDS])
    held.use(held.Shelf(Cache(tmp_path)))
    live = combine.ask(service.client(), [ETHNIC, RELIGION], [LEEDS], ADULTS)
    held.use(shelf)
    with pytest.raises(NotHeld):
        kept(ETHNIC, RELIGION, areas=[LEEDS])
    shelf.look_again()
    assert kept(ETHNIC, RELIGION, areas=[LEEDS]) == live


@pytest.mark.parametrize("trouble", ["html", "cut", "close", "empty", "error json", "429"])
def test_a_failing_service_leaves_what_is_kept_and_says_why(service, trouble):
    before = kept(ETHNIC, TENURE)
    service.reset(trouble)
    found, said = combine.joint([ETHNIC, TENURE], [BIRMINGHAM], ADULTS, service.client())
    assert found == before
    assert said.startswith("The census service ")
    assert "127.0.0.1" not in said
    with pytest.raises(NotHeld) as error:
        combine.joint([ETHNIC, RELIGION], [LEEDS], ADULTS, service.client())
    words = str(error.value)
    assert words.startswith("How ethnic group and religion combine in Leeds is not kept with")
    assert words.endswith(said)


def test_a_table_kept_back_is_said_with_what_would_help(service):
    service.reset("blocked")
    found, said = combine.joint([ETHNIC, TENURE], [BIRMINGHAM], ADULTS, service.client())
    assert found.source.table == "RM134"
    assert "keeps Ethnic group by tenure back for Birmingham" in said
    assert "Try fewer groups (Ethnic group in broad groups" in said


def test_only_the_topic_the_service_has_not_in_detail_is_read_in_broad_groups(service):
    found, said = combine.joint([ETHNIC, WORK], [BIRMINGHAM], ADULTS, service.client())
    assert said == ""
    assert (len(found.groups[0]), found.groups[1][:2]) == (19, ("Employee", "Self-employed"))
    assert found.parts[0] == {}
    leaves = TOPICS["economic_activity"].leaves
    assert found.parts[1] == {
        name: tuple(leaf.name for leaf in leaves if leaf.broad == name) for name in found.groups[1]
    }
    assert service.fake.joint_requests == 1
    service.reset()
    assert kept(ETHNIC, WORK) == found
    assert service.fake.requests == 0


def test_topics_in_broad_groups_are_read_as_asked(service):
    broad = Wanted(TOPICS["economic_activity"], "broad")
    found = combine.ask(service.client(), [broad, SEX], [BIRMINGHAM], ADULTS)
    assert found.parts == ()
    assert len(found.groups[0]) == 8


@pytest.mark.parametrize("other", [ETHNIC, WORK, AGE, Wanted(WHERE_THEY_LIVE)])
def test_a_topic_the_service_does_not_combine_is_named(service, other):
    name = "Where they live" if other.topic is WHERE_THEY_LIVE else "Sexual orientation"
    asked = [other, CARS] if other.topic is WHERE_THEY_LIVE else [other, ORIENTATION]
    with pytest.raises(NotPublished, match=f"does not combine {name} with other characteristics"):
        combine.ask(service.client(), asked, [BIRMINGHAM], ADULTS)
    with pytest.raises(NotHeld, match=f"does not combine {name}"):
        combine.joint(asked, [BIRMINGHAM], ADULTS, service.client())
    assert service.fake.joint_requests == 0


def test_a_place_the_service_does_not_know_is_refused_in_words(service):
    with pytest.raises(NotHeld) as error:
        combine.joint([ETHNIC, SEX], [extract.area("Belfast")], ADULTS, service.client())
    assert "no joint tables for Belfast (Northern Ireland district)" in str(error.value)
    assert service.fake.requests == 0


def test_asking_nothing_opens_nothing_the_second_time(service):
    combine.ask(service.client(), [ETHNIC, AGE], [BIRMINGHAM], ADULTS)

    def look():
        kept(ETHNIC, AGE)
        with pytest.raises(NotHeld):
            kept(ETHNIC, CARS)
        with pytest.raises(NotHeld):
            combine.among_ages(ETHNIC, [LEEDS], ADULTS)

    look()
    with watched() as seen:
        look()
    assert seen == []


# Among the round's ages.


def test_figures_of_the_rounds_ages_are_used_once_they_are_read(service):
    plain = census.distribution(ETHNIC.topic, [BIRMINGHAM])
    before = combine.of_round_ages(ETHNIC.topic, [BIRMINGHAM])
    assert before.groups == plain.groups
    assert before.notes == (
        "Ethnic group among people aged 16 and over has not been read from the census service. "
        "So the shares are of all ages.",
    )
    live = combine.among_ages(ETHNIC, [BIRMINGHAM], ADULTS, service.client())
    assert (live.source.origin, live.source.base) == ("live", "people aged 16 and over")
    after = combine.of_round_ages(ETHNIC.topic, [BIRMINGHAM])
    assert after == live
    assert after.leaning == ""
    assert after.total < plain.total
    assert service.fake.joint_requests == 1
    assert combine.of_round_ages(ETHNIC.topic, [BIRMINGHAM], ages=Ages(18)).notes


def test_groups_merged_by_hand_are_merged_among_the_rounds_ages_too(service):
    merge = {"South Asian": ["Indian", "Pakistani", "Bangladeshi"]}
    live = combine.among_ages(ETHNIC, [BIRMINGHAM], ADULTS, service.client())
    found = combine.of_round_ages(ETHNIC.topic, [BIRMINGHAM], merge=merge)
    people = {group.name: group.people for group in live.groups}
    [made] = [group for group in found.groups if group.name == "South Asian"]
    assert made.people == sum(people[name] for name in merge["South Asian"])
    assert made.parts == ("Indian", "Pakistani", "Bangladeshi")
    assert found.total == live.total


def test_a_topic_of_the_rounds_ages_needs_no_reading():
    for topic, ages in (("age", ADULTS), ("sex", ADULTS), ("qualification", ADULTS)):
        assert combine.of_round_ages(TOPICS[topic], [BIRMINGHAM], ages=ages).notes == ()
    assert combine.of_round_ages(ETHNIC.topic, [BIRMINGHAM], ages=Ages(0)).notes == ()


def test_in_northern_ireland_it_is_said_that_there_is_no_such_service():
    found = combine.of_round_ages(ETHNIC.topic, [extract.area("Belfast")])
    assert "no joint tables for Belfast" in found.notes[-1]
    assert found.notes[-1].endswith("So the shares are of all ages.")


def test_sex_in_a_ward_among_the_rounds_ages(service):
    from census import online

    ward = census.area("Weetwood")
    online.fetch([(SEX.topic, None)], [ward], ADULTS, client=service.client())
    assert census.distribution(SEX.topic, [ward]).source.base == "all ages"
    assert combine.of_round_ages(SEX.topic, [ward]).notes
    live = combine.among_ages(SEX, [ward], ADULTS, service.client())
    found = combine.of_round_ages(SEX.topic, [ward])
    assert found == live
    assert (found.source.base, found.leaning) == ("people aged 16 and over", "")


@pytest.mark.parametrize("trouble", ["html", "cut", "blocked"])
def test_a_failed_reading_of_the_rounds_ages_leaves_the_ordinary_figures(service, trouble):
    service.reset(trouble)
    with pytest.raises(CensusError) as error:
        combine.among_ages(ETHNIC, [BIRMINGHAM], ADULTS, service.client())
    assert str(error.value).startswith("The census service ")
    plain = census.distribution(ETHNIC.topic, [BIRMINGHAM])
    assert combine.of_round_ages(ETHNIC.topic, [BIRMINGHAM]).groups == plain.groups


def test_offline_nothing_is_asked():
    client = Client(Settings(is_offline=True))
    with watched() as seen:
        found, said = combine.joint([ETHNIC, TENURE], [BIRMINGHAM], ADULTS, client)
    assert found.source.table == "RM134"
    assert said == "The census service was not asked: the planner is set to work offline."
    assert not [event for event in seen if event.startswith("socket")]
