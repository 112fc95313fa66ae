"""Every kind of bad file on its whole way in: a sentence that says what to do, nothing stored.

How files are read is tested at depth in `test_read_table`.
"""

import io
import json
import resource
import time
import zipfile
from datetime import datetime

import openpyxl
import pytest
import xlsxwriter
from typer.testing import CliRunner

from sampler import cli, figures
from sampler.store import Store
from tests.builders import a_brief
from tests.databases import new_url
from tests.test_read_table import bomb, lying, of_rows, replaced, sheet_xml, with_sheet

BRIEF = a_brief(
    people_wanted=4,
    characteristic=[
        {"topic": "age", "bands": ["16-34", "35-54", "55+"]},
        {"topic": "sex"},
    ],
)
HEADS = ["Reference", "Stage", "Age", "Sex", "Slot"]
GOOD = [["R01", "Attended", "16-34", "Female", ""], ["R02", "Offered", "57", "M", ""]]
READ, REFUSED = 2, 4
MOST_SECONDS = 20
MOST_MEMORY_MB = 300
MOST_WORDS = 400
"""Characters of a message beside the file's place."""


@pytest.fixture
def round_id(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SAMPLER_DATABASE_URL", new_url("sqlite", tmp_path))
    store = Store()
    made = store.add_round(BRIEF).id
    store.take_plan(made, figures.plan_of(BRIEF))
    store.close()
    return made


@pytest.fixture
def taken(round_id, tmp_path):
    """Return what takes a file in: the status, what is said, and who is then in the round."""

    def act(body, *more):
        path = tmp_path / "theirs.bin"
        if isinstance(body, bytes):
            path.write_bytes(body)
        else:
            body(path)
        begun = time.process_time()
        done = CliRunner().invoke(cli.app, ["import", round_id, str(path), "--json", *more])
        assert time.process_time() - begun < MOST_SECONDS
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        store = Store()
        people = store.people(round_id)
        assert bool(store.history(round_id)) == bool(people)
        assert (store.last_import(round_id) is not None) == bool(people)
        store.close()
        said = done.stderr.replace(f"{path}: ", "")
        return done.exit_code, json.loads(done.stdout) if done.stdout else {}, said, people

    return act


def text_of(rows=GOOD, heads=HEADS, separator=","):
    return "\r\n".join(separator.join(row) for row in [heads, *rows])


def book_of(fill, **options):
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        fill(book, book.add_worksheet("People"))
    return out.getvalue()


def merged_heading(book, tab):
    tab.merge_range("A1:B1", "Reference")
    for column, head in enumerate(HEADS[2:], 2):
        tab.write(0, column, head)
    tab.write_row(1, 0, GOOD[0])


def not_worked_out(book, tab):
    tab.write_row(0, 0, HEADS)
    tab.write_row(1, 0, GOOD[0])
    tab.write_formula(1, 2, '="16-34"', None, "")


def last_row(book, tab):
    tab.write_row(0, 0, HEADS)
    for row in range(1, 20_002):
        tab.write_string(row, 0, f"R{row}")


def entities():
    xml = sheet_xml('<row r="1"><c r="A1"><v>&a;</v></c></row>')
    doctype = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    return replaced(of_rows([HEADS, *GOOD]), xl__worksheets__sheet1_xml=doctype + xml)


def zip_bomb():
    packed, size = bomb(400_000_000)
    return lying(of_rows([HEADS]), "xl/worksheets/sheet1.xml", packed, size)


def of_300_mb(path):
    with path.open("wb") as file:
        file.truncate(300_000_000)


def other_sheets(*names):
    def fill(book, tab):
        tab.write(0, 0, "Nothing here but this")
        for name in names:
            book.add_worksheet(name).write_row(0, 0, HEADS)

    return book_of(fill)


CANNOT_BE_READ = {
    "empty": (b"", "There is nothing to read: the file is empty."),
    "blank": (b"\xef\xbb\xbf\r\n \r\n", "There is nothing to read: the file is empty."),
    "wrong sheet": (
        of_rows([["Budget", "2026"], ["Paper", "12"]], "Costs"),
        "Put one above the people, with names such as Reference, Stage, Age and Sex.",
    ),
    "wrong sheet called People": (other_sheets("Grid"), "in the sheet ‘People’"),
    "merged headings": (book_of(merged_heading), "are merged in the row of headings. Unmerge them"),
    "two header rows": (
        text_of([["", "", "Age", "Sex"], *GOOD], ["Reference", "Stage", "About them"]).encode(),
        "Make one row of them, with one name above each column.",
    ),
    "a column twice": (
        text_of([[*row, "Male"] for row in GOOD], [*HEADS, "Sex"]).encode(),
        "The columns D and F are both called Sex. Delete one, or give it another name.",
    ),
    "two names of one column": (
        text_of([[*row, "x"] for row in GOOD], [*HEADS, "reference "]).encode(),
        "are both called",
    ),
    "300 MB": (of_300_mb, "The file has 300 MB; the most is 20 MB."),
    "zip bomb": (zip_bomb, "bigger than 300 MB"),
    "XML entities": (entities, "XML with definitions of its own"),
    "more rows than are read": (book_of(last_row), "More than 20,000 rows on sheet 'People'"),
    "cut off": (of_rows([HEADS, *GOOD])[:-300], "damaged or was cut off"),
    "PDF": (b"%PDF-1.7", "This is a PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n", "This is a picture"),
    "UTF-16 cut off": (text_of().encode("utf-16")[:-1], "damaged or was cut off"),
    "no alphabet": (b"Reference,Age\n\x8d\x81,16-34\n", "none of the alphabets"),
    "quotes never closed": (text_of([['"R01', *GOOD[0][1:]]]).encode(), "is opened and not closed"),
    "old Excel": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "(.xls)"),
    "a web page": (b"<html><table><tr><td>Reference</td></tr></table>", "web page"),
    "no columns": (b"Reference\nR01\nR02\n", ""),
}  # fmt: skip


@pytest.mark.parametrize("name", CANNOT_BE_READ)
def test_a_file_that_cannot_be_read_is_status_2_with_a_sentence_that_says_what_to_do(taken, name):
    body, part = CANNOT_BE_READ[name]
    if callable(body) and body is not of_300_mb:
        body = body()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    status, found, said, people = taken(body)
    if name == "no columns":  # a list of references: nothing is said of anybody
        assert (status, people) == (0, [])
        return
    assert (status, found, people) == (READ, {}, [])
    assert part in said
    assert said.rstrip().endswith(".")
    assert len(said) < MOST_WORDS
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert (after - before) / 1024 < MOST_MEMORY_MB


REFUSED_ROWS = {
    "formulas never worked out": (
        book_of(not_worked_out), [(2, "Age", "which says nothing. Put it right, or empty it.")],
    ),
    "references that clash": (
        text_of([*GOOD, ["r01 ", "Offered", "35-54", "Male", ""]]).encode(),
        [(2, "Reference", "is on row 4 too. Give each"), (4, "Reference", "is on row 2 too")],
    ),
    "every bad cell at once": (
        text_of([
            GOOD[0], ["R02", "Gone", "35ish", "Female", "soon"],
            ["R03", "Offered", "1980-02-03", "Female", "31/02/2026"],
        ]).encode(),
        [(3, "Age", "none of the groups"), (3, "Slot", "Write them as 22/11/2026 14:30."),
         (3, "Stage", "none of our stages"), (4, "Age", ""), (4, "Slot", "no day and time")],
    ),
    "a line of sums": (
        text_of([*GOOD, ["Total", "2", "", "", ""]]).encode(),
        [(4, "Reference", "like a sum, not like a person. Delete the row."), (4, "Stage", "")],
    ),
    "what looks personal": (
        text_of([[*row, "ring 07700 900123"] for row in GOOD[:1]], [*HEADS, "Notes"]).encode(),
        [(2, "Notes", "looks like a phone number. Take it out: it is not kept.")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED_ROWS)
def test_bad_rows_are_status_4_each_with_its_reason_and_nothing_is_stored(taken, name):
    body, expected = REFUSED_ROWS[name]
    status, found, said, people = taken(body)
    assert (status, people) == (REFUSED, [])
    assert [(one["row"], one["column"]) for one in found["refused"]] == [e[:2] for e in expected]
    for one, (_, _, part) in zip(found["refused"], expected, strict=True):
        assert part in one["reason"]
        assert one["reason"].endswith(".")
    assert "07700" not in json.dumps(found) + said
    assert taken(body, "--dry-run")[0] == REFUSED


def in_1904(book, tab):
    tab.write_row(0, 0, HEADS)
    tab.write_row(1, 0, GOOD[0][:4])
    tab.write_datetime(
        1, 4, datetime(2026, 11, 22, 14, 30), book.add_format({"num_format": "d/m/yy hh:mm"})
    )


def worked_out(book, tab):
    tab.write_row(0, 0, HEADS)
    tab.write_row(1, 0, GOOD[0][:4])
    tab.write_formula(1, 3, '=IF(1,"Female","")', None, "Female")


def merged_below(book, tab):
    tab.write_row(0, 0, HEADS)
    tab.write_row(1, 0, GOOD[0][:2])
    tab.write_row(2, 0, GOOD[1][:2])
    tab.merge_range("C2:C3", "16-34")
    tab.merge_range("D2:D3", "Female")


def formatted_to_the_last_row():
    cells = "".join(
        f'<c r="{letter}1" t="inlineStr"><is><t>{head}</t></is></c>'
        for letter, head in zip("ABCDE", HEADS, strict=True)
    )
    one = "".join(
        f'<c r="{letter}2" t="inlineStr"><is><t>{text}</t></is></c>'
        for letter, text in zip("ABCD", GOOD[0], strict=False)
    )
    empty = "".join(f'<row r="{row}" s="1"/>' for row in range(3, 1_048_577))
    return with_sheet(f'<row r="1">{cells}</row><row r="2">{one}</row>{empty}')


def with_macros():
    """The same workbook as Excel saves one with macros: they are never run, nor kept."""
    body = of_rows([HEADS, GOOD[0]])
    kinds = zipfile.ZipFile(io.BytesIO(body)).read("[Content_Types].xml").decode()
    kinds = kinds.replace("sheet.main+xml", "sheet.macroEnabled.main+xml")
    return replaced(body, **{"[Content_Types].xml": kinds, "xl/vbaProject.bin": b"\xd0\xcf\x11"})


SMALL_THINGS = {
    "1904 dates": book_of(in_1904, date_1904=True),
    "formulas": book_of(worked_out),
    "merged cells below": book_of(merged_below),
    "Windows-1252": (text_of([[*GOOD[0], "café – “x”"]], [*HEADS, "Notes"])).encode("cp1252"),
    "UTF-16": text_of(GOOD).encode("utf-16"),
    "semicolons": ("\ufeff" + text_of(GOOD, separator=";")).encode(),
    "tabs": text_of(GOOD, separator="\t").encode(),
    "1,048,576 rows formatted": formatted_to_the_last_row,
    "macros": with_macros,
}


@pytest.mark.parametrize("name", SMALL_THINGS)
def test_what_can_be_read_is_taken_in_as_meant(taken, name):
    body = SMALL_THINGS[name]
    body = body() if callable(body) else body
    status, found, said, people = taken(body)
    assert (status, found["refused"], said) == (0, [], "")
    first = people[0]
    assert (first.reference, first.stage) == ("R01", "attended")
    assert (first.answer("Age").text, first.answer("Sex").text) == ("16-34", "Female")
    if name == "1904 dates":
        assert first.slot == datetime(2026, 11, 22, 14, 30)
    if name == "Windows-1252":
        assert first.notes == "café – “x”"
    again = taken(body)[1]
    assert (again["new"], again["changed"], again["unchanged"]) == (0, 0, len(people))


def test_a_sheet_of_another_round_and_one_made_over_are_refused(taken, tmp_path):
    path = tmp_path / "other.xlsx"
    store = Store()
    other = store.add_round(BRIEF).id
    store.close()
    assert CliRunner().invoke(cli.app, ["sheet", other, str(path)]).exit_code == 0
    status, _, said, people = taken(path.read_bytes())
    assert (status, people) == (READ, [])
    assert said.startswith("This is the sheet of another round, not of Council tax discovery. Open")
    book = openpyxl.load_workbook(path)
    book["People"].delete_cols(1)
    out = io.BytesIO()
    book.save(out)
    status, _, said, people = taken(out.getvalue())
    assert (status, people) == (READ, [])
