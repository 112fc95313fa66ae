import csv
import shutil
from pathlib import Path

import pytest

import census
from census import extract
from census.errors import ExtractError, OverlappingAreas, UnknownArea
from census.tables import TABLES, age_label
from tests.builders import BIRMINGHAM

OFFICIAL = Path(__file__).parent / "expected" / "official_figures.csv"


def figure(area, topic, group):
    """One published figure through the door the product uses, or the table where it has none."""
    if topic == "residents":
        return extract.table("TS008").count(area, group)
    if topic == "single_year":
        return extract.table("TS009").count(area, f"Female; Age: {age_label(int(group))}")
    if group == "Not answered":
        return census.distribution(census.find_topic(topic), [census.area(area)]).not_answered
    found = census.distribution(census.find_topic(topic), [census.area(area)])
    return next(g.people for g in found.groups if g.name == group)


def test_figures_of_ten_authorities_are_the_published_ones():
    with OFFICIAL.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) >= 200
    assert len({row["area"] for row in rows}) == 10
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


COUNTED = [t for t in census.TOPICS.values() if t.kind not in ("by age", "living alone")]


@pytest.mark.parametrize("topic", COUNTED, ids=lambda t: t.id)
def test_leaves_add_up_to_the_table_total_within_its_noise(topic):
    table = extract.table(topic.table)
    for area in census.every_area():
        if table.has(area.code):
            found = census.distribution(topic, [area])
            total = table.count(area.code, TABLES[topic.table].total)
            assert abs(found.total + found.not_answered - total) <= 60, area.name


def test_every_authority_is_there_once_with_the_places_it_lies_in():
    areas = census.every_area()
    kinds = [area.type for area in areas]
    assert kinds.count("local authority") == 331
    assert kinds.count("county") == 24
    assert kinds.count("region") == 9
    assert kinds.count("country") == 2
    assert census.area("Canterbury").within == (
        "Kent",
        "South East",
        "England",
        "England and Wales",
    )
    assert len({area.code for area in areas}) == len(areas)
    assert [a.type for a in census.find_areas("Medway")] == ["local authority"]


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
