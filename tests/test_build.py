import gzip

import pytest

from census import extract
from census.build_areas import constituencies, read_rows
from census.build_extract import Kept, check_national, read_long, read_table, write
from census.build_sources import sources
from census.errors import ExtractError
from census.tables import TABLES

CARE = TABLES["TS039"]
HERE, THERE = "E06000001", "E06000002"


def a_file(path, header, *rows):
    path.write_text("\n".join([",".join(header), *(",".join(row) for row in rows), ""]), "utf-8")


def care_row(code, each):
    return ("2021", "Somewhere", code, *(str(each) for _ in CARE.columns))


def care_header():
    return (
        "date",
        "geography",
        "geography code",
        *(f"Provision of unpaid care: {label}; measures: Value" for label in CARE.columns),
    )


def test_official_figures_go_before_sums_and_the_sums_are_marked(tmp_path):
    a_file(tmp_path / "census2021-ts039-ltla.csv", care_header(), care_row(HERE, 7))
    sums = tmp_path / "derived-ts039-ltla-from-oa.csv"
    a_file(sums, care_header(), care_row(HERE, 8), care_row(THERE, 9))
    kept = read_table(tmp_path, CARE, frozenset({HERE, THERE}))
    assert kept.rows[HERE][CARE.total] == 7
    assert kept.rows[THERE][CARE.total] == 9
    assert kept.approximate == {THERE}
    assert (kept.levels, kept.sums) == (("ltla",), ("ltla",))


def test_a_file_without_a_column_is_refused(tmp_path):
    a_file(tmp_path / "census2021-ts039-ltla.csv", care_header()[:-1], care_row(HERE, 7)[:-1])
    with pytest.raises(ExtractError, match=r"census2021-ts039-ltla\.csv has no column 'Provides"):
        read_table(tmp_path, CARE, frozenset({HERE}))


def test_two_ways_of_not_answering_are_one_cell(tmp_path):
    table = TABLES["NI sexual orientation"]
    labels = [*table.leaves[:-1], "Prefer not to say", "Not stated"]
    a_file(
        tmp_path / "sexualorientation21_lgd21_ni.csv",
        ("lgd21_code", "sexual_orientation", "count"),
        *(("N09000001", label, "5") for label in labels),
    )
    rows = read_long(tmp_path, table)
    assert rows["N09000001"] == {
        **dict.fromkeys(table.leaves[:-1], 5),
        "Prefer not to say, or not stated": 10,
        "Total": 30,
    }


def test_an_area_that_lacks_a_cell_is_refused(tmp_path):
    header = ("lgd21_code", "religion", "count")
    a_file(tmp_path / "religion21_lgd21_ni.csv", header, ("N09000001", "Catholic", "5"))
    with pytest.raises(ExtractError, match="NI religion has no 'Presbyterian Church in Ireland'"):
        read_long(tmp_path, TABLES["NI religion"])


def test_leaves_that_miss_the_national_count_are_refused():
    kept = Kept({HERE: dict.fromkeys(CARE.columns, 10)})
    check_national(CARE, kept, [HERE], dict.fromkeys(CARE.columns, 11))
    with pytest.raises(ExtractError, match="10 added up, 10,000 published"):
        check_national(CARE, kept, [HERE], dict.fromkeys(CARE.columns, 10_000))
    for rough in (frozenset(), frozenset({HERE})):
        summed = Kept(kept.rows, rough)
        check_national(CARE, summed, [HERE], dict.fromkeys(CARE.columns, 510))
        with pytest.raises(ExtractError, match="10 added up, 511 published"):
            check_national(CARE, summed, [HERE], dict.fromkeys(CARE.columns, 511))
    with pytest.raises(ExtractError, match="lacks 1 authorities, E06000002 among them"):
        check_national(CARE, kept, [HERE, THERE], dict.fromkeys(CARE.columns, 10))


def test_rows_from_anywhere_are_written_and_read_back_the_same(tmp_path):
    rows = {HERE: {label: i for i, label in enumerate(CARE.columns)}}
    areas = [{"code": HERE, "name": "Hartlepool", "type": "local authority", "parents": []}]
    tables = {"TS039": Kept(rows, frozenset({HERE}), (), ("ltla",), "2023-01-01")}
    for _ in range(2):
        write(tables, areas, {HERE: [["E05000001", "Seaton"]]}, tmp_path / "out", lambda line: None)
        written = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    assert set(written) == {"ts039.bin", "areas.json", "wards.bin", "SOURCES.md"}
    read = extract.table("TS039", tmp_path / "out")
    assert [read.count(HERE, label) for label in CARE.columns] == list(range(len(CARE.columns)))
    assert read.is_approximate(HERE)
    assert read.issued == "2023-01-01"
    assert (
        "| TS039 | Provision of unpaid care |  | ltla | 1 | 2023-01-01 |"
        in written["SOURCES.md"].decode()
    )
    assert "largest difference measured is 135 people" in " ".join(sources([]).split())


def lookups(folder, people):
    """Small areas A to D, one a ward but C, which two wards share, in two constituencies."""
    a_file(
        folder / "LSOA21_WD22_LAD22_EW_v3.csv",
        ("LSOA21CD", "WD22CD"),
        *((area, f"W{area}") for area, _, _ in people),
    )
    with gzip.open(folder / "oa_crosswalk.csv.gz", "wt") as file:
        file.write("oa_code,lsoa_code,constituency_code,population\n")
        for area, seat, number in people:
            file.write(f"O{area}{seat},{area},{seat},{number}\n")


LADYWOOD, YARDLEY = "E14001096", "E14001100"
NAMES = {"WA": "Ladywood", "WB": "South Yardley", "WC": "Middle"}


def test_a_ward_goes_where_most_of_its_people_live_and_is_split_above_a_share(tmp_path):
    lookups(
        tmp_path,
        [("A", LADYWOOD, 900), ("B", YARDLEY, 800), ("C", LADYWOOD, 60), ("C", YARDLEY, 40)],
    )
    people = {"WA": 900, "WB": 800, "WC": 100}
    one, other = constituencies(tmp_path, people, NAMES)
    assert (one["name"], one["members"], one["split"]) == (
        "Birmingham Ladywood",
        ["WA", "WC"],
        ["Middle"],
    )
    assert (other["members"], other["split"], other["out"]) == (["WB"], ["Middle"], -4.76)


def test_a_constituency_with_people_elsewhere_is_not_offered(tmp_path):
    lookups(tmp_path, [("A", LADYWOOD, 900), ("B", YARDLEY, 900), ("X", YARDLEY, 100)])
    found = constituencies(tmp_path, {"WA": 900, "WB": 900}, NAMES)
    assert [one["code"] for one in found] == [LADYWOOD]


def test_whole_wards_that_do_not_make_up_a_constituency_are_refused(tmp_path):
    lookups(tmp_path, [("A", LADYWOOD, 900)])
    with pytest.raises(ExtractError, match="Birmingham Ladywood has 900 people and its wards have"):
        constituencies(tmp_path, {"WA": 990}, NAMES)
    with pytest.raises(ExtractError, match="not known by any of its wards"):
        constituencies(tmp_path, {"WA": 900}, {"WA": "Elsewhere"})


def test_a_file_is_read_whatever_mark_it_begins_with(tmp_path):
    (tmp_path / "a.csv").write_bytes(b"\xef\xbb\xbfcode,name\r\nE1,Here\r\n")
    assert read_rows(tmp_path / "a.csv") == [{"code": "E1", "name": "Here"}]
