"""Nomis: the question asked, the answer read, and everything that could make a figure wrong."""

import hashlib
import json
import random

import pytest

from census import nomis
from census.client import Body, Client, Settings, accept
from census.errors import BadAnswer, CensusError, NotPublished, UnknownArea
from census.extract import every_area, table
from census.nomis_read import (
    EmptyAnswer,
    MissingColumns,
    read_areas,
    read_datasets,
    read_page,
    read_types,
    whole_number,
)
from census.tables import TABLES
from tests.bodies import READERS, bodies, kind, mutated
from tests.fake_census import Fake, serving
from tests.fake_figures import RECORDED_AREA, figures

BIRMINGHAM = "E08000025"
AUTHORITIES = [area.code for area in every_area() if area.type == "local authority"]
ETHNIC = TABLES["TS021"]
RECORDED_SHA256 = "bc0f10f28ec7f3bea6505f85a8ab81248178eace02ccc77f3a080368829bad3b"
"""Of the body as a public client recorded it; the body itself is not kept here."""


@pytest.fixture(scope="module")
def served():
    fake = Fake()
    with serving(fake) as address:
        yield fake, address


@pytest.fixture
def fake(served):
    served[0].reset()
    served[0].limit = 25_000
    return served[0]


@pytest.fixture
def client(served, monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    client = Client(Settings(nomis=f"{served[1]}/nomis"), sleep=lambda seconds: None)
    yield client
    client.close()


def body(text, kind="text/csv"):
    return Body(text if isinstance(text, bytes) else text.encode(), kind)


def test_the_pretend_service_says_the_recorded_body_byte_for_byte(client, fake):
    said = recorded_body(client)
    assert (hashlib.sha256(said.content).hexdigest(), said.type) == (RECORDED_SHA256, "text/csv")


def recorded_body(client):
    """Return the answer to the question whose answer was recorded."""
    return client.fetch(
        "nomis",
        "dataset/NM_2041_1.data.csv",
        {"geography": RECORDED_AREA, "c2021_eth_20": "1...19", "measures": "20100"},
        lambda said: said,
    )


def test_the_recorded_body_is_read(client, fake):
    content = recorded_body(client).content
    page = read_page(body(content))
    assert (page.rows, page.count) == (19, 19)
    assert sum(cell.people for cell in page.cells) == 6986
    assert page.cells[0].names == ("White: English, Welsh, Scottish, Northern Irish or British",)
    assert (page.cells[0].codes, page.cells[0].people) == (("_13",), 6608)
    assert read_page(body(b"\xef\xbb\xbf" + content.replace(b"\n", b"\r\n"))) == page


@pytest.mark.parametrize("table_id", [t for t in TABLES if TABLES[t].number in nomis.DATASETS])
def test_every_table_comes_through_as_it_is_known(table_id, client, fake):
    asked = TABLES[table_id]
    found = nomis.rows(client, asked, [BIRMINGHAM, "W06000015"])
    assert list(found) == [BIRMINGHAM, "W06000015"]
    for code, row in found.items():
        assert tuple(row) == asked.columns
        if asked.kept and table_id != "TS038":
            kept = table(table_id)
            assert row == {label: kept.count(code, label) for label in asked.columns}
    assert fake.data_requests == 1


def test_sub_totals_that_are_our_leaves_are_found(client, fake):
    two = nomis.rows(client, TABLES["TS038"], [BIRMINGHAM])[BIRMINGHAM]
    four = nomis.rows(client, TABLES["TS038-4"], [BIRMINGHAM])[BIRMINGHAM]
    disabled = [n for label, n in four.items() if label.startswith("Disabled")]
    assert two["Disabled under the Equality Act"] == sum(disabled)


def test_single_years_by_sex_are_not_mistaken_for_bands(client, fake):
    row = nomis.rows(client, TABLES["TS009"], [BIRMINGHAM])[BIRMINGHAM]
    assert len(row) == 183
    assert sum(row.values()) - row["All persons; Age: Total"] == 1_144_923
    assert row["Female; Age: Aged 45 years"] == table("TS009").count(
        BIRMINGHAM, "Female; Age: Aged 45 years"
    )


def test_331_authorities_take_one_question(client, fake):
    found = nomis.rows(client, ETHNIC, AUTHORITIES)
    assert (len(found), fake.data_requests) == (331, 1)
    assert found[BIRMINGHAM][ETHNIC.leaves[3]] == 195_102
    fake.reset()
    assert nomis.rows(client, ETHNIC, AUTHORITIES, all_of="local authority") == found
    assert fake.data_requests == 1
    assert fake.asked[0][1]["geography"] == "TYPE154"


def test_areas_are_batched_within_the_rows_of_one_answer_and_a_short_address(client, fake):
    told = []
    nomis.rows(client, TABLES["TS009"], AUTHORITIES, progress=lambda *done: told.append(done))
    assert told == [(i, 5) for i in range(1, 6)]
    assert fake.data_requests == 5
    fake.reset()
    wards = [f"E0599{n:04}" for n in range(1_000)]
    with pytest.raises(BadAnswer, match=r"E05990000, E05990001, .* and [0-9]+ more"):
        nomis.rows(client, TABLES["TS008"], wards)
    assert all(len(str(query)) < nomis.ADDRESS_LIMIT for _, query in fake.asked)
    assert max(query["geography"].count(",") for _, query in fake.asked) > 100


def test_pages_are_read_until_every_row_is_in(client, fake):
    straight = nomis.rows(client, ETHNIC, AUTHORITIES[:9])
    fake.reset()
    fake.limit = 40
    assert nomis.rows(client, ETHNIC, AUTHORITIES[:9]) == straight
    assert [query["recordoffset"] for _, query in fake.asked] == [
        "0", "40", "80", "120", "160", "200",
    ]  # fmt: skip


def test_the_question_names_what_it_needs(client, fake):
    nomis.rows(client, TABLES["TS009"], [BIRMINGHAM, BIRMINGHAM.lower(), f" {BIRMINGHAM} "])
    [(path, query)] = fake.asked
    assert path == "/nomis/dataset/NM_2029_1.data.csv"
    assert query == {
        "date": "latest",
        "geography": BIRMINGHAM,
        "measures": "20100",
        "select": "geography_code,c_sex_name,c_sex_code,c2021_age_92_name,c2021_age_92_code,"
        "obs_value,obs_status,record_count",
        "recordlimit": "25000",
        "recordoffset": "0",
    }


def test_a_dimension_of_another_name_is_asked_for_once_more_without_naming_columns(
    client, fake, monkeypatch
):
    number, _, cells = nomis.KNOWN["TS021"]
    straight = nomis.rows(client, ETHNIC, [BIRMINGHAM])
    fake.reset()
    fake.limit = 10
    real = nomis.KNOWN
    monkeypatch.setattr(nomis, "KNOWN", real | {"TS021": (number, ("c2021_other",), cells)})
    assert nomis.rows(client, ETHNIC, [BIRMINGHAM]) == straight
    assert ["select" in query for _, query in fake.asked] == [True, False, False, False]


def test_a_small_area_gets_its_recorded_figures(client, fake):
    row = nomis.rows(client, ETHNIC, [RECORDED_AREA])[RECORDED_AREA]
    assert row["White: English, Welsh, Scottish, Northern Irish or British"] == 6608
    assert row["Asian, Asian British or Asian Welsh: Pakistani"] == 18


def test_areas_are_refused_or_nothing_is_asked():
    nobody = Client(Settings(is_offline=True))
    assert nomis.rows(nobody, ETHNIC, []) == {}
    for code in ("Birmingham", "E0800002", "E08000025,E08000026", "TYPE154", "E08000025&x=y"):
        with pytest.raises(UnknownArea):
            nomis.rows(nobody, ETHNIC, [code])
    with pytest.raises(NotPublished, match="RM134"):
        nomis.rows(nobody, TABLES["RM134"], [BIRMINGHAM])


# A question about one area, answered by hand.

HEADER = ["GEOGRAPHY_CODE", "C2021_ETH_20_NAME", "C2021_ETH_20_CODE", "OBS_VALUE", "OBS_STATUS"]
HEADER.append("RECORD_COUNT")
ROW = figures("TS021", BIRMINGHAM)


def answer(changes=None, *, more=(), header=HEADER, count=None, drop=()):
    """Write an answer about Birmingham; `changes` are by label, to (name, code, value, status)."""
    lines = []
    codes = dict(zip(ETHNIC.leaves, ETHNIC.codes, strict=True)) | {ETHNIC.total: "0"}
    for label, people in ROW.items():
        if label in drop:
            continue
        name, code, value, status = (changes or {}).get(label, (label, codes[label], people, "A"))
        lines.append([BIRMINGHAM, name, code, value, status])
    lines += [[BIRMINGHAM, *line] for line in more]
    total = len(lines) if count is None else count
    text = [",".join(header)]
    text += [",".join(f'"{cell}"' for cell in [*line, total]) for line in lines]
    return body("\n".join(text) + "\n")


class Saying(Client):
    """A client whose service says these bodies, the last one again and again."""

    def __init__(self, *bodies):
        super().__init__(Settings())
        self.bodies, self.sent = bodies, 0

    def fetch(self, service, path, params, read):
        self.sent += 1
        return accept(self.bodies[min(self.sent, len(self.bodies)) - 1], read)


def rows_of(*bodies, codes=(BIRMINGHAM,), of=ETHNIC):
    return nomis.rows(Saying(*bodies), of, codes)


PAKISTANI = "Asian, Asian British or Asian Welsh: Pakistani"
INDIAN = "Asian, Asian British or Asian Welsh: Indian"


@pytest.mark.parametrize(
    "name",
    [
        "ASIAN, Asian British or Asian Welsh:Pakistani",
        "Ethnic group: Asian, Asian  British or Asian Welsh: Pakistani; measures: Value",
        " Asian, Asian British or Asian Welsh : Pakistani ",
        "Pakistani (known by its code)",
    ],
)
def test_a_leaf_is_known_however_its_label_is_written(name):
    changed = {PAKISTANI: (name, "_4", ROW[PAKISTANI], "A")}
    assert rows_of(answer(changed))[BIRMINGHAM] == ROW


@pytest.mark.parametrize(
    "name", ["Total", "All usual residents", "TOTAL: All usual residents; measures: Value"]
)
def test_a_total_is_known_however_it_is_called(name):
    assert rows_of(answer({ETHNIC.total: (name, "0", ROW[ETHNIC.total], "A")}))[BIRMINGHAM] == ROW


def test_sub_totals_and_helper_sums_are_left_out_whatever_their_code():
    heads = [("White", "_1004", 556_000, "A"), ("White", "_13", 1, ""), ("Helper", "_9996", "", "")]
    assert rows_of(answer(more=heads[::2]))[BIRMINGHAM] == ROW
    assert rows_of(answer(more=[("White and other", "_13", 5, "A")]))[BIRMINGHAM] == ROW


def test_households_in_nomis_words_are_known():
    tenure = TABLES["TS054"]
    lines = [f"{BIRMINGHAM},Total,0,50,A,9"]
    for i, leaf in enumerate(tenure.leaves, 1):
        name = f'"Tenure of household: {leaf}; measures: Value"'
        lines.append(f"{BIRMINGHAM},{name},_{i},5,A,9")
    head = (
        "GEOGRAPHY_CODE,C2021_TENURE_9_NAME,C2021_TENURE_9_CODE,OBS_VALUE,OBS_STATUS,RECORD_COUNT"
    )
    row = rows_of(body("\n".join([head, *lines])), of=tenure)[BIRMINGHAM]
    assert (row[tenure.total], row["Lives rent free"]) == (50, 5)


ROME = f"of Ethnic group (TS021) for {BIRMINGHAM}"
REFUSED = {
    "label and code disagree": (
        answer({PAKISTANI: (PAKISTANI, "_3", ROW[PAKISTANI], "A")}), "mixes up 'Asian",
    ),
    "a leaf missing": (answer(drop=[PAKISTANI]), f"without '{PAKISTANI}'"),
    "the total missing": (answer(drop=[ETHNIC.total]), "without 'Total: All usual residents'"),
    "a value missing": (answer({INDIAN: (INDIAN, "_3", "", "A")}), "without"),
    "a value kept back": (answer({INDIAN: (INDIAN, "_3", 7, "Q")}), "without"),
    "a group twice": (answer(more=[(INDIAN, "_3", 1, "A")]), "two figures for the same group"),
    "a negative figure": (answer({INDIAN: (INDIAN, "_3", -5, "A")}), "no whole number"),
    "a fraction": (answer({INDIAN: (INDIAN, "_3", "5.5", "A")}), "no whole number"),
    "a word": (answer({INDIAN: (INDIAN, "_3", "many", "A")}), "no whole number"),
    "no sum": (answer({INDIAN: (INDIAN, "_3", 999_999, "A")}), "do not add up: 2,0"),
    "a zero total": (
        answer({label: (label, "", 0, "A") for label in ROW}), f"nobody for {BIRMINGHAM}",
    ),
    "too few rows": (answer(count=25), "stopped after 20 of 25 rows"),
    "too many rows": (answer(count=3), "how many rows"),
    "another area": (
        body(answer().content.replace(BIRMINGHAM.encode(), b"E08000026")),
        f"nothing {ROME}",
    ),
    "no column of places": (answer(header=["X", *HEADER[1:]]), "without the column GEOGRAPHY_CODE"),
    "no column of groups": (
        answer(header=[HEADER[0], "X", *HEADER[2:]]), "without the column for the names",
    ),
    "a column twice": (answer(header=[*HEADER[:2], "OBS_VALUE", *HEADER[3:]]), "a column twice"),
    "a short row": (body(answer().content[:-10]), "too short"),
    "another count in one row": (
        body(answer().content[:-5] + b'"200"\n'), "does not say how many rows",
    ),
    "cut in a quote": (body(answer().content[:-2]), "damaged"),
    "no area code": (
        body(answer().content.replace(BIRMINGHAM.encode(), b"5")), "code of the place",
    ),
    "only a header": (body(",".join(HEADER)), f"nothing {ROME}"),
    "nothing": (body(" \r\n"), f"nothing {ROME}"),
    "another type": (body(answer().content, "text/plain"), "other than a table"),
    "no table": (body('"figures of nobody"\n1'), "other than a table"),
    "an error": (body('{"error":"Query is incomplete"}'), "(“Query is incomplete”)"),
    "an error that repeats the key": (
        body('{"error":"uid 0xfeed is wrong"}'), "service refused the question.",
    ),
    "JSON": (body('{"obs": []}', "application/json"), "other than a table"),
    "a web page as CSV": (body("\n <html>"), "a web page"),
}  # fmt: skip


@pytest.mark.parametrize(("said", "words"), REFUSED.values(), ids=REFUSED)
def test_an_odd_answer_gives_no_figures(said, words):
    with pytest.raises(CensusError) as error:
        rows_of(said)
    assert words in str(error.value)
    assert "0xfeed" not in str(error.value)


@pytest.mark.parametrize(("more", "is_fine"), [(60, True), (-60, True), (61, False)])
def test_groups_may_miss_a_large_total_by_no_more_than_a_few_people(more, is_fine):
    total = ROW[ETHNIC.total] + 1_000_000
    changes = {
        ETHNIC.total: (ETHNIC.total, "0", total, "A"),
        INDIAN: (INDIAN, "_3", ROW[INDIAN] + 1_000_000 + more, "A"),
    }
    if is_fine:
        assert rows_of(answer(changes))[BIRMINGHAM][ETHNIC.total] == total
    else:
        with pytest.raises(BadAnswer, match="do not add up"):
            rows_of(answer(changes))


def test_one_odd_area_gives_no_figures_of_the_others():
    whole, coventry = answer(count=40), b"E08000026"
    other = answer({INDIAN: (INDIAN, "_3", 7, "D")}, count=40)
    both = whole.content + other.content.split(b"\n", 1)[1].replace(BIRMINGHAM.encode(), coventry)
    with pytest.raises(BadAnswer, match=r"no whole row of Ethnic group \(TS021\) for E08000026"):
        rows_of(body(both), codes=[BIRMINGHAM, "E08000026"])


def test_a_row_count_that_changes_between_pages_is_refused():
    first, second = answer(count=40), answer(count=41)
    second = body(second.content.replace(BIRMINGHAM.encode(), b"E08000026"))
    with pytest.raises(BadAnswer, match="does not say how many rows"):
        rows_of(first, second, codes=[BIRMINGHAM, "E08000026"])


def test_a_page_sent_again_is_no_progress():
    with pytest.raises(BadAnswer, match="stopped after 20 of 40 rows"):
        rows_of(answer(count=40), codes=[BIRMINGHAM, "E08000026"])


def test_percentages_beside_the_counts_are_left_out():
    head, *lines = answer(count=40).content.decode().splitlines()
    shares = [line.replace(line.split('"')[-6], "7") for line in lines]
    both = [f"{head},MEASURES", *(f"{x},20100" for x in lines), *(f"{x},20301" for x in shares)]
    assert rows_of(body("\n".join(both)))[BIRMINGHAM] == ROW


def test_numbers_are_read_however_they_are_written():
    assert [whole_number(text) for text in ("0", " 12 ", "7.0", "123456789")] == [
        0, 12, 7, 123_456_789,
    ]  # fmt: skip
    for text in ("", "-1", "1e3", "1,000", "٣", "9" * 5000, "1.5", "nan"):
        with pytest.raises(BadAnswer):
            whole_number(text)


# Places and tables.


def test_places_are_found_by_name_and_by_code(client, fake):
    assert [area.code for area in nomis.search(client, "E0501112", "ward")][:2] == [
        "E05011120", "E05011121",
    ]  # fmt: skip
    [found] = nomis.search(client, " leeds 001a", "LSOA")
    assert (found.code, found.type, found.within[0]) == ("E01011698", "LSOA", "Leeds")
    aston = next(a for a in nomis.search(client, "ASTON (", "ward") if "Birmingham" in a.name)
    assert (aston.name, aston.within[:2]) == ("Aston (Birmingham)", ("Birmingham", "West Midlands"))
    [alum_rock] = nomis.search(client, "Alum", "ward")
    assert (alum_rock.name, alum_rock.within) == ("Alum Rock", ())
    [ladywood] = nomis.search(client, "Birmingham L", "constituency")
    assert (ladywood.code, ladywood.type) == ("E14001096", "constituency")
    assert nomis.search(client, "xyzzy", "ward") == []
    assert fake.catalogue_requests == 6


@pytest.mark.parametrize("query", ["", "  ", "***", "%_?", "'", "\x00"])
def test_a_search_for_nothing_is_refused_before_it_is_sent(query):
    with pytest.raises(CensusError, match="Type part of a place's name"):
        nomis.search(Client(Settings(is_offline=True)), query, "ward")


@pytest.mark.parametrize("query", ["Al*m", "A%lum", 'alum"', "[alum]", "<b>alum", "alum\n"])
def test_odd_marks_in_a_search_are_no_wildcards(query, client, fake):
    nomis.search(client, query, "ward")
    [(_, sent)] = fake.asked
    assert sent["search"].count("*") == 2
    assert not set(sent["search"][1:-1]) & set('*%?[]<>"\n')


def test_a_place_is_found_by_its_code(client, fake):
    found = nomis.area(client, " e02002330 ")
    assert (found.name, found.type, found.within[0]) == ("Leeds 001", "MSOA", "Leeds")
    for code in ("E02999999", "Leeds", "E02002330/../x"):
        with pytest.raises(UnknownArea):
            nomis.area(client, code)
    assert nomis.area(client, "W92000004").type == "country"
    assert nomis.area(client, "E12000005").type == "region"


def test_tables_and_their_types_of_place_are_found(client, fake):
    [found] = nomis.datasets(client, "TS021")
    assert (found.id, "C2021_ETH_20" in found.dimensions) == ("NM_2041_1", True)
    assert nomis.datasets(client, "xyzzy") == []
    types = nomis.area_types(client, "NM_2041_1")
    assert all(types[str(number)] for number in nomis.AREA_TYPES.values())
    with pytest.raises(CensusError):
        nomis.area_types(client, "NM_1/../x")


def test_every_known_table_is_in_the_catalogue_under_its_number(client, fake):
    for table_id, number in nomis.DATASETS.items():
        assert number in [found.id for found in nomis.datasets(client, table_id)]


def places_body(*codes):
    return body(
        json.dumps({"structure": {"codelists": {"codelist": [{"code": list(codes)}]}}}),
        "application/json",
    )


def a_code(name, gss, type_code="153"):
    notes = [
        {"annotationtitle": "GeogCode", "annotationtext": gss},
        {"annotationtitle": "TypeCode", "annotationtext": type_code},
    ]
    return {"value": 1, "description": {"value": name}, "annotations": {"annotation": notes}}


def test_places_are_read_defensively():
    listed = places_body(a_code("A", "E05000001"), a_code("A", "E05000001"), a_code("B", "?"))
    assert [area.name for area in read_areas(listed, "ward", {})] == ["A"]
    told = places_body(a_code("C", "E47000007", "480"))
    assert read_areas(told, "ward", {"480": "region"})[0].type == "region"
    assert read_areas(told, "ward", {})[0].type == "ward"
    assert read_areas(places_body(a_code("D", "W07000090")), "ward", {})[0].type == "constituency"
    alone = {"structure": {"codelists": {"codelist": {"code": a_code("A", "E05000001")}}}}
    assert len(read_areas(body(json.dumps(alone)), "ward", {})) == 1
    with pytest.raises(BadAnswer, match="places without their codes"):
        read_areas(places_body(a_code("B", "?")), "ward", {})
    for odd in ('{"error":"Cannot create query"}', "[]", "{}", "5", "[" * 100_000, "<p>", "NaN"):
        for read in (lambda said: read_areas(said, "ward", {}), read_datasets, read_types):
            with pytest.raises(BadAnswer):
                read(body(odd, "application/json"))
    with pytest.raises(EmptyAnswer):
        read_types(body(""))
    assert read_datasets(body('{"structure": {"keyfamilies": null}}')) == []


def test_columns_that_are_missing_are_named():
    with pytest.raises(MissingColumns, match="without the column OBS_VALUE"):
        read_page(body("GEOGRAPHY_CODE,OBS_STATUS,RECORD_COUNT\n"))


@pytest.mark.parametrize("reader", READERS)
def test_no_body_makes_a_reader_trip(reader):
    rng = random.Random(reader)
    whole = bodies(reader)
    READERS[reader](Body(whole[0], kind(reader)))
    for _ in range(500):
        said = Body(mutated(rng, rng.choice(whole)), kind(reader))
        try:
            READERS[reader](said)
        except CensusError:
            continue
