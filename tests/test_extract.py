import csv
import shutil
from pathlib import Path

import pytest

import census
from census import extract
from census.errors import ExtractError, OverlappingAreas, UnknownArea
from census.joint_tables import JOINT_TABLES
from census.tables import TABLES, age_label
from tests.builders import BIRMINGHAM

ALUM_ROCK = "E05011120"
OFFICIAL = Path(__file__).parent / "expected" / "official_figures.csv"


def figure(area, topic, group):
    """One published figure through the door the product uses, or the table where it is named."""
    if topic in TABLES:
        assert not extract.table(topic).is_approximate(area)
        return extract.table(topic).count(area, group)
    if topic == "residents":
        return extract.table("TS008").count(area, group)
    if topic == "single_year":
        return extract.table("TS009").count(area, f"Female; Age: {age_label(int(group))}")
    if group == "Not answered":
        return census.distribution(census.find_topic(topic), [census.area(area)]).not_answered
    found = census.distribution(census.find_topic(topic), [census.area(area)])
    return next(g.people for g in found.groups if g.name == group)


def test_figures_of_authorities_wards_and_districts_are_the_published_ones():
    with OFFICIAL.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 200
    assert len({row["area"] for row in rows}) == 19
    wrong = [
        row for row in rows if figure(row["area"], row["topic"], row["group"]) != int(row["people"])
    ]
    assert wrong == []


def test_birmingham_comes_out_as_published():
    here = [census.area("Birmingham")]
    assert census.residents(here) == 1_144_919
    assert census.residents(here, census.Ages(16)) == 889_624
    assert extract.table("TS003").count(BIRMINGHAM, TABLES["TS003"].total) == 423_456
    ethnic = census.distribution(census.find_topic("ethnic_group"), here)
    people = {g.name: g.people for g in ethnic.groups}
    assert (people["Pakistani"], people["White British"]) == (195_102, 491_211)
    assert (people["Indian"], people["Black African"]) == (66_519, 66_822)
    assert round(people["Pakistani"] / ethnic.total, 3) == 0.170
    everyone = census.distribution(census.find_topic("sex"), here, ages=census.Ages(0))
    assert [g.people for g in everyone.groups] == [584_496, 560_423]
    assert everyone.source.table == "TS008"
    tenure = census.distribution(census.find_topic("tenure"), here, grouping="broad")
    assert {g.name: g.people for g in tenure.groups}["Social rented"] == 99_499
    assert tenure.total == 423_455
    work = census.distribution(census.find_topic("economic_activity"), here)
    assert work.total == 889_622
    school = census.distribution(census.find_topic("qualification"), here)
    assert school.groups[0].people == 212_198


def test_living_alone_is_a_share_of_adults_in_households():
    here = [census.area("Birmingham")]
    alone = census.distribution(census.find_topic("living_alone"), here, ages=census.Ages(30))
    assert alone.groups[0].people == 133_224
    assert round(alone.groups[0].people / alone.total, 3) == 0.154
    assert alone.source.status == "approximate"
    assert "round is open to people aged 30 and over" in alone.leaning


def test_england_and_wales_has_its_published_households_and_its_added_up_people():
    both = [census.area("England and Wales")]
    assert census.distribution(census.find_topic("tenure"), both).total == 24_783_199
    assert abs(census.residents(both) - 59_597_541) <= 1


KEPT = [t for t in TABLES.values() if t.kept]


@pytest.mark.parametrize("table", KEPT, ids=lambda t: t.id)
def test_leaves_add_up_to_the_table_total_within_its_noise(table):
    figures = extract.table(table.id)
    for code in figures.rows:
        found = sum(figures.count(code, leaf) for leaf in table.leaves)
        assert abs(found - figures.count(code, table.total)) <= 100, code


def test_sums_of_output_areas_say_so_area_by_area():
    religion = extract.table("TS030")
    assert religion.is_approximate(BIRMINGHAM)
    assert religion.is_approximate("E12000005")
    assert not religion.is_approximate(ALUM_ROCK)
    assert not religion.is_approximate("K04000001")
    approximate = {t.id for t in KEPT if extract.table(t.id).approximate}
    assert approximate == {t.id for t in KEPT if t.status == "approximate"}
    assert approximate == {"TS004", "TS029", "TS030", "TS037", "TS038-4", "TS039"}
    assert extract.table("TS038").approximate == frozenset()


def test_sums_of_output_areas_are_near_the_published_figures():
    wards = [area.code for area in census.every_area() if area.type == "ward"]
    religion = extract.table("TS030")
    for faith in TABLES["TS030"].leaves:
        official = sum(religion.count(ward, faith) for ward in wards)
        assert abs(religion.count(BIRMINGHAM, faith) - official) <= 135, faith
    two, four = extract.table("TS038"), extract.table("TS038-4")
    for code in two.rows:
        limited = sum(four.count(code, leaf) for leaf in TABLES["TS038-4"].leaves[:2])
        assert abs(two.count(code, "Disabled under the Equality Act") - limited) <= 135, code


def test_five_year_bands_agree_with_single_years_of_age():
    single, bands = extract.table("TS009"), extract.table("TS007A")
    years = [f"{sex}; Age: {age_label(age)}" for sex in ("Female", "Male") for age in range(35, 40)]
    for code in single.rows:
        counted = sum(single.count(code, year) for year in years)
        assert abs(counted - bands.count(code, "Aged 35 to 39 years")) <= 60, code


def test_ethnic_group_by_tenure_is_kept_of_three_authorities_and_adds_up():
    table, joint = extract.table("RM134"), JOINT_TABLES["RM134"]
    assert list(table.rows) == [BIRMINGHAM, "E08000026", "E08000027"]
    assert len(TABLES["RM134"].leaves) == 28
    assert TABLES["RM134"].base == "household reference persons"
    for code in table.rows:
        assert sum(table.count(code, c) for c in TABLES["RM134"].leaves) == table.count(
            code, "Total; Total"
        )
    for topic, own in (("ethnic_group", "TS021"), ("tenure", "TS054")):
        taken_in = {joint.category(topic, leaf) for leaf in TABLES[own].leaves}
        assert taken_in == set(joint.categories[joint.topics.index(topic)])


def test_a_constituency_is_its_wards_and_names_the_ones_that_are_split():
    places = extract.gazetteer()
    of = {area.name: area.code for area in census.every_area() if area.type == "constituency"}
    members = [ward for code in of.values() for ward in places.members[code]]
    assert len(members) == len(set(members)) == 63
    assert len(places.members[of["Sutton Coldfield"]]) == 8
    assert "E14001095" not in places.areas
    ethnic = extract.table("TS021")
    people = sum(
        ethnic.count(ward, TABLES["TS021"].total)
        for ward in places.members[of["Birmingham Yardley"]]
    )
    assert people == 113_508
    assert set(places.notes) == set(of.values())
    assert "split" not in places.notes[of["Birmingham Ladywood"]]
    assert places.notes[of["Birmingham Perry Barr"]] == (
        "Birmingham Perry Barr is added up from 7 whole wards. Oscott is split: part of it is in "
        "Birmingham Perry Barr, but all its people are counted in Birmingham Erdington. So about "
        "7% too few people are counted in Birmingham Perry Barr."
    )
    assert "Weoley & Selly Oak is split" in places.notes[of["Birmingham Selly Oak"]]
    assert "12% too few" in places.notes[of["Birmingham Selly Oak"]]


def test_northern_ireland_is_its_eleven_districts():
    assert len(extract.gazetteer().members["N92000002"]) == 11
    assert census.area("Belfast").within == ("Northern Ireland",)
    assert set(extract.table("NI religion").rows) == set(extract.gazetteer().members["N92000002"])


@pytest.mark.parametrize(
    ("one", "other", "words"),
    [
        ("Alum Rock", "Birmingham", "Alum Rock is part of Birmingham"),
        ("Alum Rock", "West Midlands", "Alum Rock is part of West Midlands"),
        ("Birmingham Ladywood", "Alum Rock", "Alum Rock is part of Birmingham Ladywood"),
        ("Birmingham", "Sutton Coldfield", "Sutton Coldfield is part of Birmingham"),
        ("Belfast", "Northern Ireland", "Belfast is part of Northern Ireland"),
    ],
)
def test_smaller_places_overlap_the_larger_ones_they_lie_in(one, other, words):
    with pytest.raises(OverlappingAreas, match=words):
        extract.check_apart([census.area(one), census.area(other)])


def test_smaller_places_that_share_nobody_can_stand_together():
    apart = ["Alum Rock", "Harborne", "Sutton Coldfield", "Birmingham Yardley", "Solihull"]
    extract.check_apart([census.area(name) for name in apart])


def test_a_city_is_found_without_every_ward_that_says_its_name():
    found = extract.find_areas("Birmingham")
    assert found[0].code == BIRMINGHAM
    assert {area.type for area in found} == {"local authority", "constituency"}


def test_every_authority_is_there_once_with_the_places_it_lies_in():
    areas = census.every_area()
    kinds = [area.type for area in areas]
    assert kinds.count("local authority") == 331
    assert kinds.count("county") == 24
    assert kinds.count("region") == 9
    assert kinds.count("country") == 3
    assert kinds.count("constituency") == 9
    assert kinds.count("ward") == 69
    assert kinds.count("Northern Ireland district") == 11
    assert census.area("Canterbury").within == (
        "Kent",
        "South East",
        "England",
        "England and Wales",
    )
    assert len({area.code for area in areas}) == len(areas)
    assert [a.type for a in extract.find_areas("Medway")] == ["local authority"]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ("birmingham", BIRMINGHAM),
        (" e08000025 ", BIRMINGHAM),
        ("Newport", "W06000022"),
        ("West Midlands", "E12000005"),
        ("kent", "E10000016"),
        ("Bristol", "E06000023"),
        ("city of bristol", "E06000023"),
        ("St Helens", "E08000013"),
        ("Kingston upon Hull", "E06000010"),
        ("alum rock", "E05011120"),
        ("Alum Rock (Birmingham)", "E05011120"),
        ("Newtown (Birmingham)", "E05011156"),
        ("Birmingham Ladywood", "E14001096"),
        ("Sutton Coldfield", "E14001535"),
        ("Belfast", "N09000003"),
        ("Northern Ireland", "N92000002"),
    ],
)
def test_a_place_is_found_by_name_or_code(asked, code):
    assert census.area(asked).code == code


def test_an_unknown_place_is_named_with_the_nearest_spelling():
    with pytest.raises(
        UnknownArea, match=r"Birmingam\. Did you mean Birmingham \(local authority\)"
    ):
        census.area("Birmingam")


def test_kent_with_medway_adds_up_and_overlapping_places_are_refused():
    together = [census.area("Kent"), census.area("Medway")]
    apart = [census.residents([area]) for area in together]
    assert census.residents(together) == sum(apart)
    sex = census.find_topic("sex")
    with pytest.raises(OverlappingAreas, match="Birmingham is part of West Midlands"):
        census.distribution(sex, [census.area("Birmingham"), census.area("West Midlands")])
    with pytest.raises(OverlappingAreas, match="named twice"):
        census.distribution(sex, [census.area("Leeds"), census.area("Leeds")])


def test_where_they_live_counts_the_people_of_each_place():
    places = [census.area("Kent"), census.area("Medway")]
    found = census.distribution(census.WHERE_THEY_LIVE, places, ages=census.Ages(16))
    assert [g.name for g in found.groups] == ["Kent", "Medway"]
    assert found.total == census.residents(places, census.Ages(16))


@pytest.mark.parametrize("harm", ["gone", "empty", "cut", "flipped", "text"])
def test_a_damaged_extract_is_said_in_words(tmp_path, harm):
    shutil.copytree(extract.DATA, tmp_path / "data")
    path = tmp_path / "data" / "ts021.bin"
    body = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    else:
        middle = len(body) // 2
        body[-20] ^= 1
        path.write_bytes(
            {"empty": b"", "cut": bytes(body[:middle]), "flipped": bytes(body), "text": b"{}\n"}[
                harm
            ]
        )
    with pytest.raises(ExtractError, match=r"ts021\.bin is (missing|damaged)\. Install"):
        extract.table("TS021", tmp_path / "data")


def test_the_extract_stays_small():
    assert sum(path.stat().st_size for path in extract.DATA.iterdir()) < 3_000_000
