"""The extract made anew from a service: the same figures, or nothing at all."""

import shutil
import socket
from dataclasses import replace

import pytest

from census import build_online, extract
from census.build_extract import main
from census.build_online import Read, areas_to_read, build, check, read_rm134
from census.client import Client, Settings
from census.errors import BadAnswer, CensusError, ExtractError
from census.extract import DATA, every_area, gazetteer
from census.table import NISRA
from census.tables import TABLES
from tests.fake_census import Fake, serving

BIRMINGHAM, WEST_MIDLANDS, ENGLAND_AND_WALES = "E08000025", "E12000005", "K04000001"
READ = [table for table in TABLES.values() if table.kept and table.publisher != NISRA]
COPIED = [table for table in TABLES.values() if table.kept and table.publisher == NISRA]
RM134 = TABLES["RM134"]


class Failing(Fake):
    """A service that fails for one dataset."""

    def __init__(self, dataset, trouble):
        super().__init__(four_fit=True)
        self.dataset, self.fails = dataset, trouble

    def __call__(self, environ, start_response):
        self.trouble = self.fails if self.dataset in environ["PATH_INFO"] else ""
        return super().__call__(environ, start_response)


@pytest.fixture(autouse=True)
def straight(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def a_client(address):
    return Client(Settings(nomis=f"{address}/nomis"), sleep=lambda seconds: None)


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    """An extract made from the pretend service, what it said, and what it was asked."""
    out, said, fake = tmp_path_factory.mktemp("extract"), [], Fake(four_fit=True)
    with pytest.MonkeyPatch.context() as patch, serving(fake) as address:
        patch.setenv("NO_PROXY", "127.0.0.1")
        build(out, said.append, client=a_client(address), today="2026-03-01")
    return out, said, fake


@pytest.fixture
def few(monkeypatch):
    """Let the extract keep few tables, so that it is soon made."""
    kept = {name: TABLES[name] for name in ("TS001", "TS045", "TS008", "RM134", "NI sex")}
    monkeypatch.setattr(build_online, "TABLES", kept)


def files(folder):
    return {path.name: path.read_bytes() for path in folder.rglob("*")}


@pytest.mark.parametrize("table", READ, ids=lambda table: table.id)
def test_official_figures_come_out_as_they_were(table, rebuilt):
    kept, found = extract.table(table.id), extract.table(table.id, rebuilt[0])
    assert not found.approximate
    for code in kept.rows:
        if not kept.is_approximate(code):
            before = [kept.count(code, label) for label in table.columns]
            assert [found.count(code, label) for label in table.columns] == before, code
    assert set(kept.rows) <= set(found.rows)
    assert found.issued == kept.issued


@pytest.mark.parametrize("table", READ, ids=lambda table: table.id)
def test_every_level_is_kept_that_the_table_is_published_for(table, rebuilt):
    found = extract.table(table.id, rebuilt[0])
    if table.id == "RM134":
        assert list(found.rows) == ["E08000025", "E08000026", "E08000027"]
        return
    areas = [a for a in every_area() if a.code[0] != "N" and a.type != "constituency"]
    if table.id in ("TS009", "TS077"):
        areas = [area for area in areas if area.type != "ward"]
    assert list(found.rows) == [area.code for area in areas]
    assert len(areas) in (436, 367)


def test_the_fewest_requests_are_made_and_addresses_stay_short(rebuilt):
    fake = rebuilt[2]
    assert fake.requests == fake.data_requests == 18 * 2 + 5 + 1
    assert sum(query["geography"] == "TYPE154" for _, query in fake.asked) == 19
    assert max(len(query["geography"]) for _, query in fake.asked) < 1300


def test_each_table_has_its_line(rebuilt):
    said = rebuilt[1]
    assert [line.split(":")[0] for line in said[: len(READ)]] == [table.id for table in READ]
    assert said[READ.index(TABLES["TS045"])] == (
        "TS045: 436 areas read, the 1,835 official figures kept before are the same"
    )
    assert said[READ.index(TABLES["TS030"])].endswith(", 341 areas are official now")
    assert said[len(READ) :] == [
        "6 tables of Northern Ireland are as kept before: the service has none.",
        "29 files written, after 42 requests to the service.",
    ]


def test_what_the_service_does_not_have_stays_byte_for_byte(rebuilt):
    before, now = files(DATA), files(rebuilt[0])
    assert set(now) == set(before)
    for name in ("areas.json", "wards.bin", *(table.file_name for table in COPIED)):
        assert now[name] == before[name]


def test_the_sources_say_from_where_and_when(rebuilt):
    text = (rebuilt[0] / "SOURCES.md").read_text("utf-8")
    assert "**Read from another address than that of Nomis on 2026-03-01**" in text
    assert "Northern Ireland's tables" in text
    assert "Added up from output areas." not in text
    assert " | ltla, utla, rgn, ctry, ward |  | 436 | 2023-01-06 |" in text
    assert "Household Reference Persons | ltla |  | 3 |  |" in text
    assert "| NI sex | Sex | district |  | 11 |  |" in text


def test_the_new_extract_answers_like_the_old(rebuilt):
    assert gazetteer(rebuilt[0]).areas == gazetteer().areas
    assert extract.table("TS030", rebuilt[0]).has("E10000016")


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("empty", "has nothing of Sex"),
        ("html", "a web page"),
        ("error json", "refused the question"),
        ("429", "is busy and asked us to wait"),
        ("cut", "broke off in the middle"),
        ("count", "stopped after 993 of 1,000 rows"),
        ("missing area", "has no whole row of Sex"),
        ("zero", "gives nobody for E06000001"),
        ("close", "closed the connection"),
    ],
)
def test_one_failing_table_leaves_the_extract_as_it_was(trouble, words, few, tmp_path):
    out = tmp_path / "data"
    shutil.copytree(DATA, out)
    before = files(out)
    with serving(Failing("NM_2028_1", trouble)) as address, pytest.raises(ExtractError) as error:
        build(out, lambda line: None, client=a_client(address))
    assert str(error.value).startswith("Table TS008: The census service")
    assert words in str(error.value)
    assert files(out) == before


def test_the_command_says_what_failed(few, tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("SAMPLER_OFFLINE")
    monkeypatch.setenv("NOMIS_API_KEY", "0xfeed")
    with serving(Failing("NM_2234_1", "html")) as address:
        monkeypatch.setenv("SAMPLER_NOMIS_URL", f"{address}/nomis")
        assert main(["--online", "--out", str(tmp_path / "new")]) == 1
        monkeypatch.setenv("SAMPLER_OFFLINE", "1")
        assert main(["--online", "--out", str(tmp_path / "new")]) == 1
    told = capsys.readouterr()
    lines = told.err.splitlines()
    assert [line.split(":")[0] for line in lines[:3]] == ["TS001", "TS045", "TS008"]
    assert lines[3].startswith("The extract was not built: Table RM134: The census service sent")
    assert lines[4].endswith("was not asked: the planner is set to work offline.")
    assert (told.out, list(tmp_path.iterdir())) == ("", [])
    assert "0xfeed" not in told.err


def test_the_command_writes_an_extract(few, tmp_path, monkeypatch):
    monkeypatch.delenv("SAMPLER_OFFLINE")
    with serving(Fake()) as address:
        monkeypatch.setenv("SAMPLER_NOMIS_URL", f"{address}/nomis")
        assert main(["--online", "--out", str(tmp_path / "new" / "data")]) == 0
    assert extract.table("TS001", tmp_path / "new" / "data").count(BIRMINGHAM, "Total") == 1_144_919
    assert len(files(tmp_path / "new" / "data")) == 8


@pytest.mark.parametrize("arguments", [["folder", "--online"], []])
def test_a_folder_and_online_exclude_each_other(arguments, capsys):
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "give either the FOLDER of official downloads or --online" in capsys.readouterr().err


def test_made_up_figures_are_kept_out_of_the_app(few):
    before = files(DATA)
    with serving(fake := Fake()) as address, pytest.raises(ExtractError, match="with --out"):
        build(DATA, client=a_client(address))
    assert (files(DATA), fake.requests) == (before, 0)


def test_a_folder_that_cannot_be_written_is_said(few, tmp_path):
    (tmp_path / "file").write_text("")
    with serving(Fake()) as address, pytest.raises(ExtractError, match="file cannot be written"):
        build(tmp_path / "file", lambda line: None, client=a_client(address))


def test_a_damaged_table_is_made_anew(few, tmp_path):
    source, said = tmp_path / "source", []
    shutil.copytree(DATA, source)
    (source / "ts001.bin").write_bytes(b"")
    with serving(Fake()) as address:
        build(source, said.append, client=a_client(address), source=source)
    assert said[0] == "TS001: 436 areas read"


def test_an_extract_without_northern_ireland_is_refused_before_anything_is_asked(few, tmp_path):
    shutil.copytree(DATA, tmp_path / "source")
    (tmp_path / "source" / "ni-sex.bin").unlink()
    nobody = Client(Settings(is_offline=True))
    with pytest.raises(ExtractError, match=r"ni-sex\.bin is missing"):
        build(tmp_path / "new", client=nobody, source=tmp_path / "source")


# What is refused


def a_read(table_id, **changed):
    """Return a table as kept, as if it had just been read, with regions and countries added up."""
    table, before = TABLES[table_id], extract.table(table_id)
    rows = {
        code: {label: before.count(code, label) for label in table.columns} for code in before.rows
    }
    for code, inside in gazetteer().members.items():
        if inside and inside != (code,) and all(member in rows for member in inside):
            added = {label: sum(rows[m][label] for m in inside) for label in table.columns}
            rows.setdefault(code, added)
    for code, cells in changed.items():
        rows[code] = rows[code] | cells
    return Read(table, rows, before)


def test_figures_that_do_not_add_up_are_refused():
    check(a_read("TS008"), gazetteer())
    for area, cells, words in (
        (BIRMINGHAM, {"Female": 0}, "TS008 of E08000025: its groups add up to 560,423, its total"),
        (
            WEST_MIDLANDS,
            {"All persons": 6_000_000, "Female": 3_000_000, "Male": 3_000_000},
            "'All persons' of West Midlands: 5,9",
        ),
    ):
        with pytest.raises(ExtractError, match=words):
            check(a_read("TS008", **{area: cells}), gazetteer())


def test_figures_that_miss_the_national_count_kept_before_are_refused():
    read = a_read("TS008")
    twice = {code: {label: 2 * n for label, n in row.items()} for code, row in read.rows.items()}
    with pytest.raises(ExtractError, match=r"'Female': 60,8.* added up, 30,4.* published"):
        check(replace(read, rows=twice), gazetteer())


def test_an_area_that_is_lost_is_named():
    read = a_read("TS008")
    less = {code: row for code, row in read.rows.items() if code != BIRMINGHAM}
    with pytest.raises(ExtractError, match="TS008 lacks 1 of the areas kept before, E08000025"):
        check(replace(read, rows=less), gazetteer())


def test_figures_that_changed_are_told_and_lose_their_day_of_issue():
    same = a_read("TS045")
    assert same.issued == "2023-01-06"
    label = TABLES["TS045"].leaves[0]
    people = same.rows[BIRMINGHAM][label]
    other = a_read("TS045", **{BIRMINGHAM: {label: people + 4}})
    assert other.issued is None
    assert "1 of the 1,835 official figures kept before differ, by at most 4" in other.words()


def test_northern_ireland_and_constituencies_are_not_asked_for():
    kinds = {area.type for area in areas_to_read(TABLES["TS021"], every_area())}
    assert kinds == {"local authority", "county", "region", "country", "several", "ward"}
    assert "N92000002" not in [a.code for a in areas_to_read(TABLES["TS021"], every_area())]


# RM134


class Told(Client):
    """A client that changes what the pretend service says before it is read."""

    def __init__(self, address, change):
        super().__init__(Settings(nomis=f"{address}/nomis"))
        self.change, self.questions = change, []

    def fetch(self, service, path, params, read):
        self.questions.append(dict(params))

        def changed(body):
            return read(replace(body, content=self.change(body.content)))

        return super().fetch(service, path, params, changed)


def rm134(change):
    with serving(Fake()) as address:
        client = Told(address, change)
        try:
            return read_rm134(client, "TYPE154"), client
        finally:
            client.close()


def test_authorities_without_a_whole_row_are_left_out():
    found, _ = rm134(lambda body: body)
    kept = extract.table("RM134")
    assert found == {
        code: {label: kept.count(code, label) for label in RM134.columns} for code in kept.rows
    }
    hidden = (b'"E08000026"', b'"White: Irish"', b'"Rented: Social rented"')

    def hide(body):
        lines = [
            line.replace(b'"A"', b'"Q"') if all(part in line for part in hidden) else line
            for line in body.splitlines()
        ]
        return b"\n".join(lines)

    assert set(rm134(hide)[0]) == {"E08000025", "E08000027"}


def test_rm134_is_asked_for_once_more_without_naming_columns(monkeypatch):
    monkeypatch.setattr(build_online, "RM134_DIMENSIONS", ("c2021_other", "c2021_hhtenure_5"))
    found, client = rm134(lambda body: body)
    assert len(found) == 3
    assert ["select" in question for question in client.questions] == [True, False]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda body: b"\n".join(body.splitlines()[:-1]), "stopped after 119 of 120 rows"),
        (lambda body: body.replace(b'"A"', b'"Q"'), "no whole row of Tenure by ethnic group"),
        (lambda body: body.replace(b"E08000026", b"E08000025"), "two figures for the same group"),
    ],
)
def test_an_odd_answer_about_rm134_is_refused(change, words):
    with pytest.raises(BadAnswer, match=words):
        rm134(change)


def test_a_service_that_is_not_there_fails_in_words(tmp_path):
    with socket.socket() as unheard:
        unheard.bind(("127.0.0.1", 0))
        client = a_client(f"http://127.0.0.1:{unheard.getsockname()[1]}")
        with pytest.raises(CensusError, match="TS001: The census service could not be reached"):
            build(tmp_path / "new", client=client)
    assert not (tmp_path / "new").exists()
