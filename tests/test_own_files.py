"""Files of the user's own: every form against the official figures, and every refusal."""

import csv
import io
import random
import time

import pytest

import census
from census import extract, own_text
from census.client import Client, Settings
from census.errors import BadFile
from census.own_files import read
from census.own_long import PERCENT
from census.own_sums import Column, choose
from census.tables import TABLES
from tests.builders import BIRMINGHAM
from tests.fake_census import Fake, serving

COVENTRY = "E08000026"
BOTH = (BIRMINGHAM, COVENTRY)
BODIES = 500


def written(rows, **style):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", **style).writerows(rows)
    return out.getvalue()


def cells_of(table, code):
    """The columns of a Nomis bulk file: the total, then leaves below their sub-totals."""
    figures = extract.table(table)
    cells = {TABLES[table].total: figures.count(code, TABLES[table].total)}
    for leaf in TABLES[table].leaves:
        parts = leaf.split(": ")
        for size in range(1, len(parts) + 1):
            label = ": ".join(parts[:size])
            cells[label] = cells.get(label, 0) + figures.count(code, leaf)
    return cells


def bulk(table="TS021", codes=BOTH, *, early=False):
    prefix = TABLES[table].prefix
    end = "; measures: Value" if early else ""
    head = ["date", "geography", "geography code"]
    head += [f"{prefix}: {label}{end}" for label in cells_of(table, codes[0])]
    rows = [
        [
            2021 if not early else "2021",
            census.area(code).name,
            code,
            *cells_of(table, code).values(),
        ]
        for code in codes
    ]
    return written([head, *rows], quoting=csv.QUOTE_NONNUMERIC if early else csv.QUOTE_MINIMAL)


def query(table="TS021", codes=BOTH, *, lower=False, percent=False):
    """The answer to a Nomis query with selected columns."""
    head = ["GEOGRAPHY_CODE", "GEOGRAPHY_NAME", "C2021_ETH_20_NAME", "C2021_ETH_20_CODE"]
    head += ["MEASURES", "OBS_VALUE", "OBS_STATUS", "RECORD_COUNT"]
    rows = []
    for code in codes:
        for n, (label, people) in enumerate(cells_of(table, code).items()):
            where = [code, census.area(code).name, label, f"_{n}"]
            rows.append([*where, 20100, people, "A"])
            if percent:
                rows.append([*where, PERCENT, 0.5, "A"])
    rows = [[*row, len(rows)] for row in rows]
    return written([[name.lower() for name in head] if lower else head, *rows])


def ons(table="TS021", codes=BOTH, *, variable="Ethnic group (20 categories)", place="tier"):
    area = f"Lower {place} local authorities"
    rows = [[f"{area} Code", area, f"{variable} Code", variable, "Observation"]]
    figures = extract.table(table)
    for code in codes:
        rows.append([code, census.area(code).name, -8, "Does not apply", 0])
        for n, leaf in enumerate(TABLES[table].leaves, 1):
            rows.append([code, census.area(code).name, n, leaf, figures.count(code, leaf)])
    return written(rows)


def published(topic, *codes):
    found = census.distribution(census.find_topic(topic), [census.area(code) for code in codes])
    return {group.name: group.people for group in found.groups}


def said(body, name=""):
    with pytest.raises(BadFile) as error:
        read(body.encode() if isinstance(body, str) else body, name)
    return str(error.value)


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize(
    ("table", "topic"),
    [
        ("TS021", "ethnic_group"),
        ("TS054", "tenure"),
        ("TS066", "economic_activity"),
        ("TS067", "qualification"),
        ("TS062", "ns_sec"),
        ("TS077", "sexual_orientation"),
        ("TS045", "cars"),
    ],
)
def test_a_bulk_file_gives_the_published_groups(table, topic, early):
    found = read(bulk(table, early=early).encode())
    assert (found.form, found.table, found.topic) == ("Nomis bulk file", table, topic)
    assert found.people([BIRMINGHAM]) == published(topic, BIRMINGHAM)
    assert list(found.people(["Coventry"])) == list(published(topic, COVENTRY))
    assert found.people() == published(topic, *BOTH)
    assert found.title == TABLES[table].title
    assert any("add" in line and TABLES[table].total in line for line in found.left_out)


@pytest.mark.parametrize("body", [query(), query(lower=True), query(percent=True)])
def test_a_query_gives_the_published_groups(body):
    found = read(body.encode())
    assert (found.form, found.table, found.topic) == ("Nomis query", "TS021", "ethnic_group")
    assert found.people([COVENTRY]) == published("ethnic_group", COVENTRY)
    percents = [line for line in found.left_out if "percentages" in line]
    assert percents == (["Not used: 50 lines of percentages."] if "20301" in body else [])


def test_a_recorded_answer_of_nomis_gives_every_group():
    asked = {"geography": "E02002330", "c2021_eth_20": "1...19", "measures": "20100"}
    with serving(Fake()) as address:
        client = Client(Settings(nomis=f"{address}/nomis"))
        body = client.fetch("nomis", "dataset/NM_2041_1.data.csv", asked, lambda said: said)
        client.close()
    found = read(body.content)
    assert (found.form, found.topic) == ("Nomis query", "ethnic_group")
    assert found.areas == (("E02002330", "Leeds 001"),)
    people = found.people()
    assert list(people) == list(published("ethnic_group", COVENTRY))
    assert (people["White British"], people["Irish"], people["Black African"]) == (6608, 76, 13)


def test_an_ons_table_gives_the_published_groups():
    for body in (
        ons(),
        ons(place="Tier"),
        ons().rstrip("\n"),
        ons() + "\n\nSource: ONS, Open Government Licence\n,,,\n",
    ):
        found = read(body.encode(), "TS021-2021-3-filtered-2024-03-05T10_06_33Z.csv")
        assert (found.form, found.table, found.topic) == ("ONS table", "TS021", "ethnic_group")
        assert found.people([BIRMINGHAM]) == published("ethnic_group", BIRMINGHAM)
        assert found.people() == published("ethnic_group", *BOTH)
    assert "1,144,922 people in Birmingham." in found.preview([BIRMINGHAM])
    assert found.preview()[:2] == [
        "An ONS table, TS021: Ethnic group (19 groups) for 2 areas.",
        f"{sum(published('ethnic_group', *BOTH).values()):,} people in all.",
    ]
    assert "Not a group: Does not apply, 0 people." in found.preview()


def test_the_spelling_of_ons_tables_is_known():
    long = {
        "Level 1 and entry level qualifications": ": 1 to 4 GCSEs grade A* to C",
        "Level 2 qualifications": ": 5 or more GCSEs (A* to C or 9 to 4)",
        "Level 3 qualifications": ": 2 or more A levels or VCEs",
        "Level 4 qualifications and above": ": degree (BA, BSc), higher degree (MA, PhD, PGCE)",
    }
    body = ons("TS067", variable="Highest level of qualification (8 categories)")
    for label, more in long.items():
        body = body.replace(f",{label},", f',"{label.replace("and above", "or above")}{more}",')
    body = body.replace(
        "Other qualifications", '"Other: vocational or work-related qualifications"'
    )
    assert read(body.encode()).people([COVENTRY]) == published("qualification", COVENTRY)
    classes = ons("TS062", variable="NS-SEC (10 categories)")
    for word in (" Higher", " Lower managerial", " Semi", " Routine"):
        classes = classes.replace(word, f":{word}")
    assert read(classes.encode()).people() == published("ns_sec", *BOTH)


def test_broad_groups_alone_come_under_their_short_names():
    broad = [row for row in csv.reader(io.StringIO(bulk())) if row]
    keep = [0, 1, 2, 3, *(i for i, x in enumerate(broad[0]) if x.count(": ") == 1 and i > 3)]
    found = read(written([[row[i] for i in keep] for row in broad]).encode())
    of_coventry = census.distribution(
        census.find_topic("ethnic_group"), [census.area(COVENTRY)], grouping="broad"
    )
    assert found.topic == "ethnic_group"
    assert found.people([COVENTRY]) == {g.name: g.people for g in of_coventry.groups}


def test_the_finer_groups_of_a_topic_come_under_their_short_names():
    found = read(bulk("TS038-4").encode())
    assert (found.table, found.topic) == ("TS038", "disability")
    assert list(found.people())[:2] == ["Limited a lot", "Limited a little"]


def test_not_answered_and_does_not_apply_are_no_groups_and_are_counted():
    body = ons("TS077", variable="Sexual orientation (6 categories)")
    body = body.replace("Does not apply,0", "Does not apply,255301", 1)
    found = read(body.encode())
    silent = sum(extract.table("TS077").count(code, "Not answered") for code in BOTH)
    assert f"Not a group: Not answered, {silent:,} people." in found.left_out
    assert "Not a group: Does not apply, 255,301 people." in found.left_out
    assert not {"Not answered", "Does not apply"} & set(found.people())


JOINT = """Lower tier local authorities Code,Lower tier local authorities,\
Age (B) (4 categories) Code,Age (B) (4 categories),\
Sex (2 categories) Code,Sex (2 categories),Observation
""" + "".join(
    f"{code},{name},{age},{band},{sex},{called},{count * times}\n"
    for code, name, times in ((BIRMINGHAM, "Birmingham", 3), (COVENTRY, "Coventry", 1))
    for age, band, count in (
        (-8, "Does not apply", 7),
        (1, "Aged 15 years and under", 40),
        (2, "Aged 16 to 64 years", 100),
        (3, "Aged 65 years and over", 30),
    )
    for sex, called in ((1, "Female"), (2, "Male"))
)


def test_several_variables_make_a_joint_table():
    found = read(JOINT.encode(), "custom-filtered-2024-04-18T10_19_46Z.csv")
    assert (found.table, found.topics, found.topic) == (None, ("age", "sex"), None)
    assert found.groups == (("0-15", "16-64", "65+"), ("Female", "Male"))
    assert found.people(variable="Age") == {"0-15": 320, "16-64": 800, "65+": 240}
    assert found.people([COVENTRY], "sex") == {"Female": 170, "Male": 170}
    joint = found.joint(["Birmingham"])
    assert [cell.people for cell in joint.cells] == [120, 120, 300, 300, 90, 90]
    assert joint.cells[2].groups == ("16-64", "Female")
    assert (joint.topics, joint.titles) == (("age", "sex"), ("Age", "Sex"))
    assert joint.source.areas == (BIRMINGHAM,)
    assert (joint.source.status, joint.source.origin) == ("own file", "own file")
    assert "Not a group of Age: Does not apply, 56 people." in found.left_out
    assert read(bulk().encode()).joint() is None
    with pytest.raises(BadFile, match="does not divide people by 'Tenure'"):
        found.people(variable="Tenure")
    with pytest.raises(BadFile, match="no figures for 'Dudley'"):
        found.people(["Dudley"])


def test_those_silent_on_one_variable_still_count_in_the_other():
    rows = [["Council", "Religion", "Sex", "Count"]]
    for religion, people in (("None", 10), ("Church of Scotland", 20), ("Religion not stated", 5)):
        rows += [["Fife", religion, sex, people] for sex in ("Female", "Male")]
    found = read(written(rows).encode())
    assert found.people(variable="Religion") == {"None": 20, "Church of Scotland": 40}
    assert found.people(variable="Sex") == {"Female": 35, "Male": 35}
    assert found.joint().total == 60


def test_single_years_by_sex_are_a_joint_table_without_the_bands_between():
    figures = extract.table("TS009")
    bands = {"Aged 4 years and under": range(5), "Aged 85 years and over": range(85, 91)}
    leaves = {leaf: figures.count(BIRMINGHAM, leaf) for leaf in TABLES["TS009"].leaves}
    ages = [leaf.split("Age: ")[1] for leaf in TABLES["TS009"].leaves[:91]]
    cells = {}
    for sex in ("All persons", "Female", "Male"):
        for age in ("Total", *bands, *ages):
            within = ages if age == "Total" else [ages[i] for i in bands.get(age, ())] or [age]
            sexes = ("Female", "Male") if sex == "All persons" else (sex,)
            cells[f"Sex: {sex}; Age: {age}; measures: Value"] = sum(
                leaves[f"{one}; Age: {each}"] for one in sexes for each in within
            )
    head = ["date", "geography", "geography code", *cells]
    found = read(written([head, [2021, "Birmingham", BIRMINGHAM, *cells.values()]]).encode())
    assert (found.table, found.topics) == ("TS009", ("sex", "age"))
    assert sum(found.people().values()) == 1_144_923
    by_age = found.people(variable="Age")
    assert sum(by_age[age] for age in ("90+", *map(str, range(16, 90)))) == 889_624


def test_a_download_of_the_nomis_site_with_titles_and_notes():
    rows = list(csv.reader(io.StringIO(bulk("TS045"))))
    head = ["2022 local authorities", "mnemonic", *(x.split(": ", 1)[1] for x in rows[0][3:])]
    body = (
        '"TS045 - Car or van availability"\n'
        '"ONS Crown Copyright Reserved [from Nomis on 1 December 2022]"\n\n'
        '"Units      :","Households"\n\n'
        + written([head, *([row[1], row[2], *row[3:]] for row in rows[1:])])
        + '\n"In order to protect against disclosure, figures are changed a little."\n\n'
    )
    found = read(body.encode())
    assert (found.table, found.topic, found.unit) == ("TS045", "cars", "households")
    assert found.people() == published("cars", *BOTH)


NI = 'Religion,Count\nCatholic,"41,317"\nPresbyterian,34 615\nNo religion,22000\nTotal,97932\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_two_columns_in_any_encoding(encoding, ends):
    body = NI.replace("Catholic", "Católico").replace("\n", ends).encode(encoding)
    found = read(body)
    assert found.people() == {"Católico": 41_317, "Presbyterian": 34_615, "No religion": 22_000}
    assert (found.form, found.variables, found.topic) == ("two columns", ("Religion",), None)
    assert found.preview() == [
        "Two columns: Religion (3 groups).",
        "97,932 people in all.",
        "Religion: Católico, Presbyterian, No religion.",
        "Not used, because it adds up other figures: Total.",
    ]


def test_two_columns_with_any_mark_and_no_head():
    for mark in (",", ";", "\t"):
        body = f"Desk{mark}1 200\nBack{mark}80\nFront, left{mark}5".replace(
            ", left", "" if mark == "," else ", left"
        )
        assert list(read(body.encode()).people().values()) == [1200, 80, 5]
    assert read(b"Desk,1,085\nBack,80").people() == {"Desk": 1085, "Back": 80}
    assert read(b"Desk;1,085,310\nBack;80.0").people() == {"Desk": 1_085_310, "Back": 80}


UNKNOWN = """date,geography,geography code,Travel: Total: All workers,Travel: Home,Travel: Public,\
Travel: Public: Train,Travel: Public: Bus,Travel: Foot,Travel: Foot: Foot,(helper) Public or foot
2021,Ayton,E07000901,100,30,50,20,30,20,20,70
2021,Beeton,E07000902,210,60,90,50,40,60,60,150
2021,Ceeton,E07000903,15,0,9,1,8,6,6,15
"""


def test_sub_totals_of_an_unknown_table_are_found_by_arithmetic():
    found = read(UNKNOWN.encode(), "census2021-ts901-ltla.csv")
    assert (found.table, found.topic, found.variables) == ("TS901", None, ("Travel",))
    assert found.people() == {
        "Home": 90,
        "Public: Train": 71,
        "Public: Bus": 78,
        "Foot: Foot": 86,
    }
    assert found.left_out == (
        "Not used, because they add up other figures: Total: All workers, Public, Foot, "
        "(helper) Public or foot.",
    )


def columns(**figures):
    return [
        Column(
            name.replace("_", " "),
            sum(v),
            sum(x * 97**n for n, x in enumerate(v)),
            sum(map(bool, v)),
        )
        for name, v in figures.items()
    ]


def test_flat_sub_totals_need_the_total_or_three_places():
    care = columns(
        Total=[100, 50, 70],
        none=[60, 30, 40],
        up_to_19=[25, 15, 20],
        up_to_9=[20, 7, 15],
        to_19=[5, 8, 5],
        more=[15, 5, 10],
    )
    assert choose(care).kept == ("none", "up to 9", "to 19", "more")
    assert choose(care[1:]).sums == ("up to 19",)
    one_place = columns(a=[10], b=[4], c=[6])
    assert choose(one_place).kept == ("a", "b", "c")
    assert "exactly the sum of the groups after it" in choose(one_place).warnings[0]
    apart = choose(columns(White=[90, 80, 70], **{"White: Roma": [1, 2, 3], "Other": [4, 5, 6]}))
    assert apart.kept == ("White", "White: Roma", "Other")
    assert "White is taken as a group of its own" in apart.warnings[0]


def test_groups_that_are_missing_are_said_and_groups_too_many_refused():
    found = read(b"Role,People\nTotal,100\nDesk,50\nBack,30\n")
    assert found.warnings == ("The groups add up to 80 of 100: some groups are not in the file.",)
    assert "add up to 120, but 'Total' says 100" in said(
        "Role,People\nTotal,100\nDesk,90\nBack,30\n"
    )
    damaged = bulk().replace("195102", "95102")
    assert said(damaged) == (
        "Line 2: the groups of 'Birmingham' add up to 1,044,922, but 'Total: All usual residents' "
        f"says {extract.table('TS021').count(BIRMINGHAM, 'Total: All usual residents'):,}. Keep "
        "only groups that count nobody twice, or download the file again."
    )


def test_places_that_share_people_are_not_added_up():
    found = read(bulk("TS054", (BIRMINGHAM, "E12000005")).encode())
    assert (
        "'Birmingham' and 'West Midlands' share people. Choose the areas to use." in found.preview()
    )
    with pytest.raises(BadFile, match="share people"):
        found.people()
    assert found.people(["Birmingham"]) == published("tenure", BIRMINGHAM)
    wards = UNKNOWN.replace("E07000901", "E05000901")
    with pytest.raises(BadFile, match="Wards and larger places may share people"):
        read(wards.encode()).people()


def test_a_place_where_nobody_is_counted_is_left_out_and_named():
    gone = UNKNOWN + "2021,Allerdale,E07000026,0,0,0,0,0,0,0,0\n"
    found = read(gone.encode())
    assert len(found.areas) == 3
    assert "nobody is counted there (a place of the past?): Allerdale." in found.left_out[-1]


HTML = "\n <!DOCTYPE html><html><head><title>Sign in</title></head></html>"
CUT = "The file may be cut"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("", "There are no figures: the file is empty."),
        (" \n\r\n\t\n", "There are no figures: the file is empty."),
        ("\ufeff", "There are no figures: the file is empty."),
        (HTML, "This is a web page, not CSV"),
        ('{"error":"Cannot create query"}', "This is JSON, not CSV."),
        (b"PK\x03\x04" + b"\0" * 60, "This is an Excel workbook"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", "This is an old Excel workbook"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"Desk,3\nBa\0ck,4", "Line 2: there are characters here that no text has."),
        (b"\xff\xfeD\0e\0s", "The text of this file is damaged."),
        ("Role,People", "Line 1, column 2: 'People' is no whole number."),
        ("Desk,-3\nBack,4", "Line 1, column 2: '-3' is less than nothing."),
        ("Role,People\nDesk,3.5", "Line 2, column People: '3.5' is no whole number."),
        ("Role,People\nDesk,12%", "'12%' is a share; give the number of people."),
        ("Role,People\nDesk,", "Line 2: 'Desk' needs a whole number of people beside it."),
        ("Role,People\nDesk,1e400", "'1e400' is no whole number."),
        ("Role,People\nDesk," + "9" * 5000, "is more people than there are."),
        ("Role,People\nDesk,3\n desk ,4", "Line 3: names 'desk' a second time."),
        ("Role,People\n,4", "Line 2: has no group"),
        ("Role,People\nDesk,3,0.4", "Line 2: there are 3 columns; two are expected."),
        ("Role,People\nDesk,3", "There is one group only ('Desk'); at least two are expected."),
        ("Role,People\nDesk,0\nBack,0", "Every figure is 0"),
        ("\n".join(f"g{n},{n}" for n in range(70)), "There are 70 groups; the most"),
        ('Role,People\n"Desk,3\nBack,4\n', "Line 2: a quotation mark is not closed."),
        ("a,b,c\n1,2,3", "Line 1: 'a, b, c' begins none of the forms that can be read"),
        ("," * 3000, "is empty"),
        ("a," * 3000 + "b", "the most is 2,000"),
        ("x" * 200_000 + ",3\ny,4", "a cell is far too long"),
        ("x,1\n" * 400_001, "There are more than 400,000 lines."),
        (bulk().splitlines()[0], "Line 1: there are headings and no figures below them."),
        (bulk() + bulk(), "Line 4: the headings come again. Give one file at a time."),
        (bulk() + bulk("TS045"), "Line 4: there are 8 columns; 28 are expected."),
        (bulk(codes=(COVENTRY, COVENTRY)), "Line 3: 'Coventry' was on line 2 already."),
        (bulk()[:-60], CUT),
        (bulk().replace("195102", "c"), "Pakistani: 'c' is no whole number."),
        (bulk().replace("195102", ""), "there is no figure; a whole number is expected."),
        (bulk().replace(": Pakistani", ": Indian"), "a heading is expected once."),
        ("geography,geography code\nA,B", "no column of figures follows the area code."),
        (query()[:-40], CUT),
        (
            "\n".join(query().splitlines()[:-3]),
            "the query has 50 rows and this file 47: the file is cut.",
        ),
        (query() + query().split("\n", 1)[1], "lines were added or pasted twice"),
        (
            query().replace("_NAME,C2021_ETH_20_CODE", ",C2021_ETH_20_CODE"),
            "C2021_ETH_20_NAME; the names",
        ),
        (query().replace(",A,", ",Q,", 1), "Line 2, column OBS_STATUS: 'Q' marks a figure"),
        (query().replace("20100", PERCENT), "there are percentages only"),
        (query(codes=(COVENTRY, COVENTRY)), "comes a second time for 'Coventry'."),
        ("\n".join(ons().splitlines()[:-3]), "'Coventry' has no figure for 'White: Other White'"),
        (ons() + ons().split("\n", 1)[1], "comes a second time for 'Birmingham'"),
        (ons().replace(",195102", ",x"), "column Observation: 'x' is no whole number."),
        (ons().replace(",Ethnic group (20 categories),", ","), "columns; 4 are expected."),
        ("Area Code,Area,Sex Code,Observation\nE1,a,1,4\n", "no column has their names"),
        ("Area Code,Area,Observation\nE1,a,4\n", "there is no column of groups"),
        (ons() + "\nSource: ONS\n" + ons().splitlines()[1], "there are figures below a note."),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(body, words):
    assert words in said(body)


def test_a_bad_figure_is_quoted_short():
    text = said("Role,People\nDesk," + "name " * 100)
    assert len(text) < 120
    assert "…" in text


def test_a_file_that_is_too_big_is_refused_before_it_is_read(monkeypatch):
    monkeypatch.setattr(own_text, "MOST_BYTES", 1_000_000)
    begun = time.perf_counter()
    assert "The file has 200 MB; the most is 1 MB." in said(b"1" * 200_000_000)
    assert time.perf_counter() - begun < 0.5


def test_a_table_of_every_authority_is_read_quickly():
    codes = [area.code for area in census.every_area() if area.type == "local authority"]
    body = bulk("TS066", codes).encode()
    read(body)
    begun = time.perf_counter()
    assert len(read(body).areas) == 331
    assert time.perf_counter() - begun < 0.5


FORMS = {
    "bulk": bulk("TS045"),
    "early bulk": bulk("TS054", early=True),
    "query": query("TS045", percent=True),
    "ONS": JOINT,
    "two columns": NI,
}
PIECES = [
    ",",
    ";",
    "\t",
    '"',
    "\n",
    "\r",
    "\0",
    "-8",
    "-",
    "é",
    "9" * 30,
    ".5",
    "%",
    ": ",
    "; Age: ",
    "Total",
    "geography code",
    "OBS_VALUE",
    "Observation",
    "mnemonic",
    "<html>",
    "\ufeff",
    "\u2028",
    "[",
    "²",
    "٣",
]


def spoilt(text, rng):
    """A body in the form of `text`, changed here and there."""
    lines = text.split("\n")
    for _ in range(rng.randint(0, 2)):
        at, to = rng.randrange(len(lines)), rng.randrange(len(lines))
        change = rng.randrange(4)
        if change == 0:
            lines[at] = lines[to]
        elif change == 1:
            lines.insert(at, lines[to])
        elif change == 2 and len(lines) > 1:
            del lines[at]
        else:
            lines[at] = ",".join(rng.sample(lines[at].split(","), len(lines[at].split(","))))
    signs = list("\n".join(lines))
    for _ in range(rng.randint(0, 3)):
        at = rng.randrange(len(signs) + 1)
        signs[at : at + rng.randint(0, 4)] = rng.choices(PIECES, k=rng.randint(0, 2))
    if rng.random() < 0.1:
        made = [
            ",".join(rng.choices(PIECES, k=rng.randint(1, 6))) for _ in range(rng.randint(0, 5))
        ]
        signs = ["\n".join(lines[:1] + made)]
    body = "".join(signs).encode(rng.choice(["utf-8", "utf-8", "utf-16", "cp1252"]), "replace")
    if rng.random() < 0.2:
        body = body[: rng.randrange(len(body) + 1)]
    if rng.random() < 0.1:
        body = bytes(rng.choices(body, k=60)) if body else body
    return body


def read_or_refused(text, rng):
    """Whether a spoilt body could be read; anything but `BadFile` fails the test."""
    body = spoilt(text, rng)
    try:
        found = read(body, rng.choice(["", "ts021.csv", "x" * 300]))
    except BadFile as error:
        return not 0 < len(str(error)) < 500
    assert sum(found.people(areas=[found.areas[0][0]]).values()) >= 0
    found.joint([found.areas[-1][0]])
    return all(found.preview())


@pytest.mark.parametrize("form", FORMS)
def test_a_mutated_file_is_read_or_refused_in_words(form):
    rng = random.Random(form)
    results = [read_or_refused(FORMS[form], rng) for _ in range(BODIES)]
    assert 20 < sum(results) < BODIES - 20
