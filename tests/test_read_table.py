"""A recruiter's file or pasted text to rows of text: read as meant, or refused in words."""

import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
import time
import zipfile
import zlib
from datetime import date, datetime
from datetime import time as clock
from functools import cache
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sampler.errors import BadSheet
from sampler.reading import read_cells, read_text, read_zip
from sampler.reading.read_table import (
    ERRORS,
    MOST_BYTES,
    MOST_COLUMNS,
    MOST_ROWS,
    NO_RESULT,
    read,
    read_pasted,
    read_path,
)
from sampler.sheet_text import FORMULA_STARTS, unprotected
from tests.tools import needs

ROOT = Path(__file__).parent.parent
BODIES = 300
MOST_MEMORY_MB = 300
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffe\uffff"))
PEOPLE = [["Reference", "Ethnic group", "Age"], ["A01", "British Pakistani", "34"],
          ["A02", "Welsh / Cymraeg", "35-49"]]  # fmt: skip


def workbook(fill, **options):
    """A workbook as xlsxwriter makes it; `fill` is given the book."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, **options}) as book:
        fill(book)
    return out.getvalue()


def of_rows(rows, name="People"):
    def fill(book):
        sheet = book.add_worksheet(name)
        for i, row in enumerate(rows):
            for c, cell in enumerate(row):
                sheet.write_string(i, c, cell) if cell else None

    return workbook(fill)


def replaced(body, *, drop=(), **parts):
    """The same zip with other parts; `__` in a name is a slash and `_xml` its ending."""
    parts = {name.replace("__", "/").replace("_xml", ".xml"): text for name, text in parts.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in old.namelist():
            if name not in parts and name not in drop:
                new.writestr(name, old.read(name))
        for name, text in parts.items():
            new.writestr(name, text)
    return out.getvalue()


def sheet_xml(inside, after="", before=""):
    return f'{before}<worksheet xmlns="{MAIN}"><sheetData>{inside}</sheetData>{after}</worksheet>'


def with_sheet(inside, **options):
    """A workbook whose one sheet has this XML."""
    return replaced(of_rows([["x"]]), xl__worksheets__sheet1_xml=sheet_xml(inside, **options))


def zipped(**parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", 8) as file:
        for name, text in parts.items():
            file.writestr(name.replace("__", "/").replace("_xml", ".xml"), text)
    return out.getvalue()


def ods(table, styles="", manifest=""):
    """A spreadsheet of LibreOffice with this one table."""
    spaces = " ".join(f'xmlns:{name}="urn:{name}"' for name in ("office", "table", "text", "style"))
    return zipped(
        mimetype="application/vnd.oasis.opendocument.spreadsheet",
        **{"META-INF/manifest.xml": manifest},
        content_xml=f"<office:document-content {spaces}><office:automatic-styles>{styles}"
        f"</office:automatic-styles><office:body><office:spreadsheet>{table}"
        "</office:spreadsheet></office:body></office:document-content>",
    )


def cells(file, table=0):
    return [list(row.cells) for row in file.tables[table].rows]


def said(body):
    with pytest.raises(BadSheet) as error:
        read(body.encode() if isinstance(body, str) else body, "a.xlsx")
    text = str(error.value)
    assert text.endswith(".")
    assert len(text) < 400
    return text


def converted(path, kind, folder):
    """The file as LibreOffice saves it again."""
    subprocess.run(
        [shutil.which("soffice"), f"-env:UserInstallation=file://{folder}/profile", "--headless",
         "--convert-to", kind, "--outdir", str(folder / kind), str(path)],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return (folder / kind / f"{path.stem}.{kind}").read_bytes()


def measured(*paths):
    """What reading each file says: none takes long, nor all of them much memory, in a process."""
    # The peak of this process alone: `ru_maxrss` begins with that of the process before it.
    code = (
        "import json, re, sys, time\n"
        "from pathlib import Path\n"
        "from sampler.reading import read_table\n"
        "texts, seconds = [], []\n"
        "for path in sys.argv[1:]:\n"
        "    start = time.monotonic()\n"
        "    try:\n"
        "        found = read_table.read_path(Path(path))\n"
        "        texts.append(f'{sum(len(table.rows) for table in found.tables)} rows')\n"
        "        del found\n"
        "    except read_table.BadSheet as error:\n"
        "        texts.append(str(error))\n"
        "    seconds.append(time.monotonic() - start)\n"
        "status = Path('/proc/self/status')\n"
        "said = status.read_text() if status.exists() else 'VmHWM: 0'\n"
        "megabytes = int(re.search('VmHWM:[ \\t]*([0-9]+)', said)[1]) / 1000\n"
        "print(json.dumps([texts, seconds, megabytes]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        check=True, capture_output=True, timeout=100, cwd=ROOT, env=os.environ,
    )  # fmt: skip
    texts, seconds, megabytes = json.loads(ran.stdout)
    print([f"{path.name}: {took:.1f} s" for path, took in zip(paths, seconds, strict=True)])
    assert megabytes < MOST_MEMORY_MB, f"{megabytes:.0f} MB"
    assert max(seconds) < 60
    return texts


# What is read


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("kind", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_text_is_read_whatever_its_separator_and_alphabet(separator, kind):
    rows = [["Ref", "Café", "Notes"], ["A01", "Größe", "a b"], ["", "", "late"]]
    body = "\r\n".join(separator.join(row) for row in rows).encode(kind)
    file = read(body, "people.csv")
    assert cells(file) == rows
    assert file.tables[0].name == ""
    assert file.facts == {}


def test_rows_keep_the_numbers_a_spreadsheet_shows_and_empty_ones_go():
    file = read(b'a,b\n\n , \n"two\nlines",c\n,,\nlast,,\n', "a.csv")
    assert [(row.number, row.cells) for row in file.tables[0].rows] == [
        (1, ("a", "b")), (4, ("two\nlines", "c")), (6, ("last",)),
    ]  # fmt: skip


def test_spaces_and_quotation_marks_of_csv_files_are_kept_as_meant():
    assert cells(read(b'a, b,"c ""d"""\n', "")) == [["a", " b", 'c "d"']]
    assert cells(read(b'a, "b, c", d\n', "")) == [["a", "b, c", "d"]]
    assert cells(read(b"a,5'10\" tall\n", "")) == [["a", "5'10\" tall"]]
    assert cells(read(b'sep=|\r\na|"b|c"\r\n', "")) == [["a", "b|c"]]
    assert cells(read(b'a|b|c\n1|"x|y"|2\n', "")) == [["a", "b", "c"], ["1", "x|y", "2"]]
    assert cells(read(b'| a | b |\n| "1 | 2 |\n', "")) == [["a", "b"], ['"1', "2"]]
    assert cells(read(b"sep=;\r\na,x;b\r\n1;2\r\n", "")) == [["a,x", "b"], ["1", "2"]]


def test_cells_our_own_sheet_protected_come_back_without_the_apostrophe():
    assert cells(read(b"'=1+1,''tis,'tis,'+44,'-,'@a,',\"'\tx\"\n", "")) == [
        ["=1+1", "'tis", "'tis", "+44", "-", "@a", "'", "\tx"]
    ]


@given(st.text())
def test_unprotected_undoes_one_apostrophe_put_in_front(text):
    protected = f"'{text}" if text.startswith(FORMULA_STARTS) else text
    assert unprotected(protected) == text


@settings(max_examples=200, deadline=None)
@example(["\t", "\r\t0", "\r\t0"])
@given(st.lists(TEXT, min_size=2, max_size=5))
def test_any_text_survives_a_csv_file(texts):
    import csv

    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["Reference", "Stage", "Reserve", "Recruiter", "Slot", "Notes"])
    row = [f"'{text}" if text.startswith(FORMULA_STARTS) else text for text in texts]
    writer.writerow(["A01", *row])
    # A cell that begins with a blank and a quotation mark is taken for hand-made.
    if not any(re.match(' +"', text) for text in texts):
        found = read(out.getvalue().encode(), "").tables[0].rows[-1].cells
        assert found == read_cells.trimmed(["A01", *texts])


@settings(max_examples=200, deadline=None)
@given(st.lists(TEXT, min_size=2, max_size=5))
def test_any_text_survives_a_workbook(texts):
    # xlsxwriter escapes `_x005F_x000D_` wrongly: the second mark shares a dash with the first.
    if not any(re.search("_x[0-9a-fA-F]{4}_x[0-9a-fA-F]{4}_", text) for text in texts):
        found = read(of_rows([["A01", *texts]]), "").tables[0].rows[0].cells
        assert found == read_cells.trimmed(["A01", *texts])


def odd(book):
    sheet = book.add_worksheet("People")
    day, moment, hour = (
        book.add_format({"num_format": code})
        for code in ("d mmmm yyyy", "dd/mm/yy hh:mm", "[$-809]h:mm AM/PM")
    )
    long, zeros = book.add_format({"num_format": "[h]:mm"}), book.add_format({"num_format": "0000"})
    sheet.write_row(0, 0, ["a\rb", "_x000D_", "line\nbreak", " kept ", "😀"])
    sheet.write_row(1, 0, [34, 34.0, 1.5, 0.1 + 0.2, True, False])
    sheet.write_datetime(2, 0, date(2026, 11, 22), day)
    sheet.write_datetime(2, 1, datetime(2026, 11, 22, 14, 30), moment)
    sheet.write_datetime(2, 2, clock(14, 30), hour)
    sheet.write_number(2, 3, 1.5, long)
    sheet.write_number(2, 4, 7, zeros)
    sheet.write_string(2, 5, "007")
    sheet.write_number(2, 6, -5, day)
    bold = book.add_format({"bold": True})
    sheet.write_rich_string(3, 0, "White ", bold, "British", " ")
    sheet.write_formula(3, 1, '="Fem"&"ale"', None, "Female")
    sheet.write_formula(3, 2, "=1+1", None, 2)


ODD = [
    ["a\rb", "_x000D_", "line\nbreak", " kept ", "😀"],
    ["34", "34", "1.5", "0.3", "Yes", "No"],
    ["2026-11-22", "2026-11-22 14:30", "14:30", "36:00", "0007", "007", "-5"],
    ["White British ", "Female", "2"],
]


@pytest.mark.parametrize("is_1904", [False, True])
def test_cells_of_a_workbook_are_text_as_meant(is_1904):
    expected = [list(row) for row in ODD]
    if is_1904:
        # A length of time, counted from 1904, that is shown past midnight.
        assert b"1904" in zipfile.ZipFile(
            io.BytesIO(workbook(odd, date_1904=True))
        ).read("xl/workbook.xml")  # fmt: skip
    file = read(workbook(odd, date_1904=is_1904), "people.xlsx")
    assert cells(file) == expected
    assert file.tables[0].notes == ()


@needs("soffice")
def test_what_libreoffice_saves_reads_the_same(tmp_path):
    path = tmp_path / "people.xlsx"

    def fill(book):
        odd(book)
        sheet = book.get_worksheet_by_name("People")
        # Excel has no day before 1900; LibreOffice has.
        sheet.write_string(2, 6, "late")
        sheet.merge_range(5, 0, 7, 0, "Agency A")
        sheet.write_column(5, 1, ["one", "two", "two"])
        sheet.write_row(8, 0, ["same", "same", "same", "", "", "end"])
        sheet.set_row(8, None, None, {"hidden": True})
        sheet.write_comment(0, 1, "a comment")
        planner = book.add_worksheet("Planner")
        planner.write_row(0, 0, ["template", "1"])
        planner.write_row(1, 0, ["round", "_x000D_"])
        planner.very_hidden()
        book.add_worksheet("Lists").hide()

    path.write_bytes(workbook(fill))
    before = read(path.read_bytes(), "")
    assert before.facts["Planner"] == (("template", "1"), ("round", "_x000D_"))
    assert cells(before)[4:] == [
        ["Agency A", "one"], ["Agency A", "two"], ["Agency A", "two"],
        ["same", "same", "same", "", "", "end"],
    ]  # fmt: skip
    for kind in ("ods", "xlsx"):
        after = read(converted(path, kind, tmp_path), "")
        assert cells(after) == cells(before)
        assert after.facts == before.facts
        assert after.tables[0].notes == before.tables[0].notes
        assert [table.name for table in after.tables] == ["People"]


def test_hidden_sheets_are_not_read_and_the_facts_are_kept_apart():
    def fill(book):
        book.add_worksheet("Brief").write(0, 0, "Title")
        book.add_worksheet("People").write(0, 0, "Reference")
        hidden = book.add_worksheet("Lists")
        hidden.write(0, 0, "secret")
        hidden.hide()
        planner = book.add_worksheet("Planner")
        planner.write_row(0, 0, ["template", "1"])
        planner.write_row(2, 0, ["column", '{"column": 3}'])
        planner.very_hidden()

    file = read(workbook(fill), "")
    assert [table.name for table in file.tables] == ["Brief", "People"]
    assert file.facts == {"Planner": (("template", "1"), ("column", '{"column": 3}'))}


def test_a_formula_without_a_result_is_no_answer_and_is_named():
    book = openpyxl.Workbook()
    book.active.append(["Reference", "Age"])
    book.active.append(["A01", "=10+10"])
    out = io.BytesIO()
    book.save(out)
    table = read(out.getvalue(), "").tables[0]
    assert table.rows[1].cells == ("A01", NO_RESULT)
    assert NO_RESULT in ERRORS
    assert table.notes == (
        "B2 is a formula without a result. Open the file in Excel or LibreOffice, see to it, "
        "and save it again.",
    )


def test_an_empty_result_of_a_formula_is_an_empty_cell_and_an_error_is_named():
    file = read(
        with_sheet(
            '<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1" t="e"><f>1/0</f>'
            '<v>#DIV/0!</v></c><c r="C1" t="d"><v>2026-11-22T14:30:00</v></c>'
            '<c r="D1" t="inlineStr"><is><r><t>in</t></r><r><t>line</t></r><rPh><t>no</t></rPh>'
            "</is></c></row>"
        ),
        "",
    )
    assert cells(file) == [["", "#DIV/0!", "2026-11-22 14:30", "inline"]]
    assert file.tables[0].notes[0].startswith("B1 is a formula without a result.")


def test_cells_that_do_not_say_where_they_are_follow_one_another():
    one = "<c t='inlineStr'><is><t>{}</t></is></c>"
    first = f"<row><c/>{one.format('b')}<c r='D1' s='0'/>{one.format('e')}</row>"
    rows = f"{first}<row/><row>{one.format('a')}</row>"
    file = read(with_sheet(rows), "")
    assert [(row.number, row.cells) for row in file.tables[0].rows] == [
        (1, ("", "b", "", "", "e")), (3, ("a",)),
    ]  # fmt: skip


def test_other_prefixes_macros_and_pictures_do_not_matter():
    rows = '<x:row r="1"><x:c r="A1"><x:v>34</x:v></x:c></x:row>'
    xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    body = replaced(
        of_rows([["x"]]), xl__worksheets__sheet1_xml=xml,
        **{"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 macro", "xl/media/image1.png": os.urandom(9999)},
    )  # fmt: skip
    assert cells(read(body, "people.xlsm")) == [["34"]]


def test_merged_cells_count_for_every_cell_but_a_title_stays_one():
    def fill(book):
        sheet = book.add_worksheet("People")
        sheet.merge_range("A1:C2", "Recruited in July")
        sheet.write_row(2, 0, ["Agency", "Reference", "Age"])
        sheet.merge_range("A4:A5", "North")
        sheet.write_row(3, 1, ["A01", "34"])
        sheet.write_row(4, 1, ["A02", "35"])
        sheet.merge_range("A6:C6", "Reserves")

    table = read(workbook(fill), "").tables[0]
    assert [row.cells for row in table.rows] == [
        ("Recruited in July",), ("Agency", "Reference", "Age"),
        ("North", "A01", "34"), ("North", "A02", "35"), ("Reserves",),
    ]  # fmt: skip
    assert table.notes == ("A4:A5: merged cells. What they hold counts for every cell merged.",)


def test_merged_headings_are_refused_in_words_and_other_sheets_are_still_read():
    def merged(book):
        sheet = book.add_worksheet("People")
        sheet.merge_range("A1:A2", "Reference")
        sheet.merge_range("B1:C1", "About the person")
        sheet.write_row(1, 1, ["Age", "Sex"])
        sheet.write_row(2, 0, ["A01", "34", "F"])

    reason = (
        "Cells A1:A2 on sheet 'People' are merged in the row of headings. Unmerge them, and give "
        "every column a heading of its own in one row."
    )
    assert said(workbook(merged)) == reason

    def both(book):
        merged(book)
        book.add_worksheet("Again").write(0, 0, "Reference")

    tables = read(workbook(both), "").tables
    assert [(table.name, len(table.rows), table.notes) for table in tables] == [
        ("People", 0, (reason,)), ("Again", 1, ()),
    ]  # fmt: skip


def test_rows_hidden_by_a_filter_are_read_and_counted():
    def fill(book):
        sheet = book.add_worksheet("People")
        sheet.write_column(0, 0, ["Reference", "A01", "A02"])
        sheet.set_row(2, None, None, {"hidden": True})

    table = read(workbook(fill), "").tables[0]
    assert len(table.rows) == 3
    assert table.notes == (
        "1 row is hidden in the file, by a filter perhaps. Hidden rows are read like the others.",
    )


def test_ods_cells_repeated_spanned_and_commented_are_read():
    cell = "<table:table-cell {}><text:p>{}</text:p></table:table-cell>".format
    rows = (
        "<table:table-row table:number-rows-repeated='2'>"
        + cell("table:number-columns-repeated='2' office:value-type='string'", "a")
        + "<table:table-cell table:number-columns-repeated='16382'/></table:table-row>"
        "<table:table-row table:visibility='filter'>"
        + cell("office:value-type='float' office:value='7.0'", "7.00")
        + cell("office:value-type='float' office:value='7'", "007")
        + cell("office:value-type='date' office:date-value='2026-11-22T14:30:00'", "22/11")
        + cell("office:value-type='time' office:time-value='PT14H30M00S'", "half two")
        + cell("office:value-type='boolean' office:boolean-value='true'", "WAHR")
        + "<table:table-cell table:formula='of:=1+1'/>"
        + "<table:table-cell><office:annotation><text:p>hush</text:p></office:annotation>"
        "<text:p>two<text:s text:c='3'/>  \n blanks<text:tab/>t</text:p><text:p>line 2</text:p>"
        "</table:table-cell></table:table-row>"
        "<table:table-row table:number-rows-repeated='1048573'><table:table-cell/>"
        "</table:table-row>"
    )  # fmt: skip
    hidden = (
        '<style:style style:name="h"><style:table-properties table:display="false"/></style:style>'
    )
    tables = (
        f"<table:table table:name='People'>{rows}</table:table>"
        f"<table:table table:name='Lists' table:style-name='h'>{rows}</table:table>"
    )
    file = read(ods(tables, hidden), "people.ods")
    assert [(row.number, row.cells) for row in file.tables[0].rows] == [
        (1, ("a", "a")), (2, ("a", "a")),
        (3, ("7", "007", "2026-11-22 14:30", "14:30", "Yes", NO_RESULT,
             "two    blanks\tt\nline 2")),
    ]  # fmt: skip
    assert len(file.tables) == 1
    assert len(file.tables[0].notes) == 2


@pytest.mark.parametrize(
    "text",
    [
        "Reference\tEthnic group\tAge\nA01\tBritish Pakistani\t34\nA02\tWelsh / Cymraeg\t35-49",
        "| Reference | Ethnic group | Age |\n|:--|---|--:|\n| A01 | British Pakistani | 34 |\n"
        "| A02 | Welsh / Cymraeg | 35-49 |\n",
        "+----+----+\n|Reference|Ethnic group|Age|\n+----+----+\n|A01|British Pakistani|34|\n"
        "|A02|Welsh / Cymraeg|35-49|\n+-----+",
        " Reference | Ethnic group | Age\n----+-----+----\n A01 | British Pakistani | 34\n"
        " A02 | Welsh / Cymraeg | 35-49\n",
        "> Reference;Ethnic group;Age\n> A01;British Pakistani;34\n"
        "> A02;Welsh / Cymraeg;35-49\n",
        '\ufeffReference,Ethnic group,Age\r\nA01,"British Pakistani",34\r\n'
        "A02,Welsh / Cymraeg,35-49",
    ],
)  # fmt: skip
def test_a_pasted_table_is_read(text):
    assert cells(read_pasted(text)) == PEOPLE


def test_a_quotation_mark_somebody_typed_does_not_spoil_a_pasted_table():
    text = 'Ref\tNotes\nA01\t"Brummie" born\nA02\t"late'
    assert cells(read_pasted(text))[1:] == [["A01", '"Brummie" born'], ["A02", '"late']]


@pytest.mark.parametrize(
    "text",
    ["Reference\nAge\nA01\n34\nA02\n35", "Ref   Age\nA01   34", "A01",
     "Ref\nTown\nA01\nBirmingham, West Midlands\nA02\nLeeds"],
)  # fmt: skip
def test_a_pasted_table_that_lost_its_columns_is_refused(text):
    with pytest.raises(BadSheet, match="they were lost when it was copied"):
        read_pasted(text)


def test_merged_cells_that_lie_over_one_another_take_no_longer_than_their_cells():
    names = [f"{chr(65 + i // 26)}{chr(65 + i % 26)}" for i in range(30)]
    rows = "".join(
        f'<row r="{n}">' + "".join(f'<c r="{name}{n}"><v>1</v></c>' for name in names) + "</row>"
        for n in range(1, 5_001)
    )
    merges = '<mergeCell ref="AA2:BD5000"/>' * 5_000
    begun = time.process_time()
    assert "more than 600,000 filled cells" in said(with_sheet(rows, after=merges))
    assert time.process_time() - begun < 10


def test_a_drawn_table_with_a_long_line_takes_no_time():
    text = "Ref | Age\n" + "-" * 20_000 + " 1\n----|---\nA01 | 34\n"
    begun = time.process_time()
    assert cells(read_pasted(text))[2] == ["A01", "34"]
    assert time.process_time() - begun < 5


# What is refused


@pytest.mark.parametrize(
    ("body", "part"),
    [
        (b"", "the file is empty"),
        (b"\xef\xbb\xbf \r\n", "the file is empty"),
        (b",,\n,,\n", "the table is empty"),
        (b"%PDF-1.7", "This is a PDF"),
        (b"{\\rtf1", "Word text"),
        (b"\x1f\x8b\x08", "compressed"),
        (b"\x89PNG\r\n", "picture"),
        (b"<html><table><tr><td>Ref</td></tr></table>", "a web page or XML under a spreadsheet's"),
        ("\ufeff<?xml version='1.0'?><?mso-application progid='Excel.Sheet'?>", "or XML under"),
        (b"MIME-Version: 1.0\r\n", "web page"),
        (b'{"people": []}', "JSON"),
        (b"a,b\n\x00\x01\x02,\x00", "no file of text"),
        (b"caf\x8d\x81,b\n", "none of the alphabets"),
        ("Größe,2\nCafé".encode()[:-1], "damaged or was cut off"),
        ("a;b".encode("utf-16") + b"\x00", "damaged or was cut off"),
        (b'a,b\nc,"d\ne,f\n', "A quotation mark is opened and not closed"),
        (b"a,b\n" + b"x" * 40_000, "more than 32,767 characters"),
        (b"a,b\n" + b"x" * 200_000, "more than 32,767 characters"),
        (b"a,b\n" + b"," * 200 + b"x", "Cell GS2 on the table holds something, but a table can"),
        (b"a\n" * (MOST_ROWS + 1), "More than 20,000 rows"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "Workbook".encode("utf-16-le"), "(.xls)"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0" + "WordDocument".encode("utf-16-le"), "old Word document"),
        (b"PK\x03\x04 cut off", "damaged or was cut off"),
        (of_rows(PEOPLE)[:-400], "damaged or was cut off"),
        (of_rows([[]]), "There is nothing to read: the sheets that can be seen"),
        (zipped(**{"people.csv": "a,b"}), "This is a zip file, not a workbook. Unpack it"),
        (zipped(**{"inner.xlsx": of_rows(PEOPLE)}), "This is a zip file, not a workbook."),
        (zipped(**{"Index/Document.iwa": "x"}), "Numbers"),
        (zipped(word__document_xml="<x/>"), "Word document"),
        (zipped(mimetype="application/vnd.oasis.opendocument.text"), "text document"),
        (zipped(ppt__slides_xml="<x/>"), "slides"),
        (ods("<table:table/>", manifest="<m><manifest:encryption-data/></m>"), "password"),
        (ods("<table:table/>"), "There is nothing to read"),
        (replaced(of_rows(PEOPLE), drop=["xl/worksheets/sheet1.xml"]), "no sheet of cells"),
        (replaced(of_rows(PEOPLE), drop=["xl/sharedStrings.xml"]), "damaged"),
        (replaced(of_rows(PEOPLE), drop=["xl/_rels/workbook.xml.rels"]), "damaged"),
        (replaced(of_rows(PEOPLE), xl__workbook_xml="<a><b></a>"), "damaged"),
        (with_sheet('<row r="1048577"><c r="A1048577"><v>1</v></c></row>'), "damaged"),
        (with_sheet('<row r="1"><c r="A1" t="s"><v>99</v></c></row>'), "damaged"),
        (with_sheet('<c r="A1" t="str"><v>' + "x" * 300_000 + "</v></c>"), "Cell A1"),
        (with_sheet("<a>" * 300 + "</a>" * 300), "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_cannot_be_read_is_refused_with_what_to_do(body, part):
    assert part in said(body)


@pytest.mark.parametrize(
    ("part", "one"),
    [
        ("xl/styles.xml", '<numFmt numFmtId="{}" formatCode="0"/>'),
        ("xl/_rels/workbook.xml.rels", '<Relationship Id="r{}" Target="worksheets/sheet1.xml"/>'),
    ],
)
def test_a_workbook_of_endless_formats_or_relations_is_refused(part, one):
    """Each would be kept, so that a small file could fill the memory."""
    many = "".join(one.format(i) for i in range(200_000))
    body = of_rows(PEOPLE)
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        before, end, after = book.read(part).decode().rpartition("</")
    assert "damaged" in said(replaced(body, **{part: before + many + end + after}))


def test_a_spreadsheet_of_endless_hidden_styles_is_refused():
    hidden = '<style:table-properties table:display="false"/>'
    one = f'<style:style style:name="h{{}}">{hidden}</style:style>'
    assert "damaged" in said(ods("<table:table/>", "".join(map(one.format, range(20_000)))))


def test_a_sheet_whose_name_looks_personal_is_not_named():
    text = said(of_rows([["x"], *(["y"] for _ in range(20_001))], name="Zoe 07700 900123"))
    assert text.startswith("More than 20,000 rows on a sheet whose name looks personal hold")


def test_one_value_in_the_last_cell_is_named():
    def fill(book):
        sheet = book.add_worksheet("People")
        sheet.write(0, 0, "Reference")
        sheet.write(1048575, 16383, "x")

    assert said(workbook(fill)) == (
        "Cell XFD1048576 on sheet 'People' holds something, but a table can have at most 200 "
        "columns (to GR). Delete it, or copy the columns you need to a new file."
    )

    def below(book):
        sheet = book.add_worksheet("People")
        sheet.write(0, 0, "Reference")
        sheet.write(1048575, MOST_COLUMNS - 1, "x")

    assert read(workbook(below), "").tables[0].rows[1].number == 1_048_576


@pytest.mark.parametrize(
    "doctype",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE x SYSTEM "http://example.org/x.dtd">',
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/workbook.xml", "_rels/.rels"])
def test_xml_that_defines_entities_is_refused(doctype, part):
    xml = f"<?xml version='1.0'?>{doctype}<worksheet><c><v>&a;</v></c></worksheet>"
    assert "XML with definitions of its own" in said(replaced(of_rows(PEOPLE), **{part: xml}))


def test_entities_never_defined_and_odd_alphabets_are_refused():
    for xml in (
        "<worksheet>&b;</worksheet>",
        '<?xml version="1.0" encoding="utf-7"?><worksheet/>',
        '<?xml version="1.0" encoding="nonsense"?><worksheet/>',
        '<?xml version="1.0" encoding="shift_jis"?><worksheet/>',
    ):
        body = replaced(of_rows(PEOPLE), xl__worksheets__sheet1_xml=xml)
        assert "damaged" in said(body)


@cache
def bomb(size):
    """A workbook whose sheet unpacks to so many bytes of one cell after another."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    out, made = [], 0
    head = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1">'.encode()
    piece = b'<c r="A1" s="1"/>' + b" " * 1_000_000
    out.append(packer.compress(head))
    while made < size:
        out.append(packer.compress(piece))
        made += len(piece)
    return b"".join([*out, packer.flush()]), made + len(head)


def lying(body, name, packed, unpacked):
    """The same zip with one part's data replaced, and any size said of it."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(body)) as old, zipfile.ZipFile(out, "w") as new:
        for other in old.namelist():
            if other != name:
                new.writestr(other, old.read(other))
        new.writestr(name, packed)
        info = new.getinfo(name)
        info.compress_type, info.file_size = zipfile.ZIP_DEFLATED, unpacked
    body = bytearray(out.getvalue())
    at = info.header_offset
    body[at + 8 : at + 10] = (8).to_bytes(2, "little")
    body[at + 22 : at + 26] = unpacked.to_bytes(4, "little")
    return bytes(body)


@pytest.mark.parametrize("says", ["truth", "little", "much"])
def test_a_zip_bomb_is_stopped_on_the_way_whatever_it_says_of_itself(tmp_path, says):
    packed, size = bomb(400_000_000)
    unpacked = {"truth": size, "little": 1000, "much": 4_000_000_000}[says]
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(lying(of_rows(PEOPLE), "xl/worksheets/sheet1.xml", packed, unpacked))
    assert path.stat().st_size < 5_000_000
    (text,) = measured(path)
    assert re.search("bigger than 300 MB|damaged", text)


def test_hostile_xml_takes_neither_long_nor_much_memory(tmp_path):
    size = 60_000_000
    names = "".join(f"<n{i}/>" for i in range(300_000))
    paths = []
    for i, inside in enumerate(
        [
            "<!--" + "x" * size + "-->",
            f'<row r="{"1" * size}">',
            "<row>" * 3_000_000,
            names,
            "<row " + " ".join(f'a{i}="1"' for i in range(3_000_000)) + "/>",
        ]
    ):
        paths.append(tmp_path / f"{i}.xlsx")
        paths[-1].write_bytes(with_sheet(inside))
    assert all("damaged" in text for text in measured(*paths))


def test_a_workbook_of_far_too_many_cells_is_stopped_on_the_way(monkeypatch):
    monkeypatch.setattr(read_zip, "MOST_TAGS", 100_000)
    assert "has many millions of cells, empty ones too" in said(
        with_sheet("<c>" + "</c><c>" * 60_000 + "</c>")
    )
    assert cells(read(with_sheet("<row>" + "<c/>" * 90_000 + "<c r='A1'><v>1</v></c></row>"))) == [
        ["1"]
    ]


def test_a_million_rows_that_are_only_formatted_are_fine(tmp_path):
    rows = "".join(
        f'<row r="{n}" s="1" customFormat="1"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>'
        for n in range(2, 1_048_577)
    )
    first = '<row r="1"><c r="A1"><v>1</v></c></row>'
    path = tmp_path / "formatted.xlsx"
    path.write_bytes(with_sheet(first + rows))
    assert measured(path) == ["1 rows"]


def test_a_million_filled_rows_are_refused(tmp_path):
    rows = "".join(f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(1, 1_048_577))
    path = tmp_path / "filled.xlsx"
    path.write_bytes(with_sheet(rows))
    assert "More than 20,000 rows on sheet 'People' hold something" in measured(path)[0]
    table = (
        "<table:table table:name='People'><table:table-row table:number-rows-repeated='1048576'>"
        "<table:table-cell table:number-columns-repeated='9'><text:p>x</text:p></table:table-cell>"
        "</table:table-row></table:table>"
    )
    assert "More than 20,000 rows on sheet 'People'" in said(ods(table))
    assert "at most 200 columns" in said(ods(table.replace("='9'", "='16384'")))


def test_the_fullest_file_that_is_read_stays_within_memory(tmp_path):
    heads = ",".join(f"c{i}" for i in range(29))
    rows = [heads] + [",".join(f"{n}é😀{n} {i}" for i in range(29)) for n in range(19_990)]
    texts = {
        "full.csv": "\n".join(rows),
        "late.csv": "\n" * 1_000_000 + "a" * 100 + "😀,b",
        "endless.csv": "\n" * (MOST_BYTES - 40) + "a,😀",
    }
    paths = [tmp_path / name for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, "utf-8")
    full, late, endless = measured(*paths)
    assert (full, late) == ("19991 rows", "1 rows")
    assert "More than 20,000 rows" in endless
    book = tmp_path / "full.xlsx"
    book.write_bytes(full_workbook([row.split(",") for row in rows]))
    assert measured(book) == ["19991 rows"]


def full_workbook(rows):
    """A workbook of many texts, each in the part they share; made without a library, for speed."""
    cells = range(len(rows[0]))
    letters = [chr(65 + c) if c < 26 else f"A{chr(39 + c)}" for c in cells]
    sheet = "".join(
        f'<row r="{n}">'
        + "".join(
            f'<c r="{letters[c]}{n}" t="s"><v>{(n - 1) * len(cells) + c}</v></c>' for c in cells
        )
        + "</row>"
        for n in range(1, len(rows) + 1)
    )
    texts = "".join(f"<si><t>{cell}</t></si>" for row in rows for cell in row)
    return replaced(
        of_rows([["x"]]),
        xl__worksheets__sheet1_xml=sheet_xml(sheet),
        xl__sharedStrings_xml=f'<sst xmlns="{MAIN}">{texts}</sst>',
    )


def test_a_file_of_300_mb_is_refused_before_it_is_loaded(tmp_path):
    path = tmp_path / "people.csv"
    with path.open("wb") as file:
        file.truncate(300_000_000)
    assert measured(path)[0].startswith("The file has 300 MB; the most is 20 MB.")
    assert "The file has 20 MB" in said(b"a" * (MOST_BYTES + 1))


def test_a_file_that_is_not_there_is_refused_in_words(tmp_path):
    with pytest.raises(BadSheet, match=r"cannot be read: No such file"):
        read_path(tmp_path / "none.csv")
    with pytest.raises(BadSheet, match="cannot be read: "):
        read_path(tmp_path)


def test_no_message_shows_what_a_cell_holds():
    secret = "Zebedee Quill"
    for body in (
        f'a,b\n{secret},"{secret}',
        f"{secret}\n" * 20_001,
        f"a{',' * 300}{secret}",
        of_rows([["Ref", secret * 3], *([secret] for _ in range(20_001))]),
    ):
        assert secret not in said(body)


# Spoilt files

ODS_FILE = ods(
    "<table:table table:name='People'>"
    + "".join(
        "<table:table-row>"
        + "".join(f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>" for cell in row)
        + "</table:table-row>"
        for row in PEOPLE
    )
    + "</table:table>"
)
FORMS = {
    "csv": "\r\n".join(",".join(f'"{cell}"' for cell in row) for row in PEOPLE).encode(),
    "utf-16": "\r\n".join("\t".join(row) for row in PEOPLE).encode("utf-16"),
    "xlsx": workbook(odd),
    "ods": ODS_FILE,
}


def spoilt(body, rng):
    """The body with bytes changed, cut, doubled or swapped; in a zip, mostly inside a part."""
    if body.startswith(b"PK") and rng.random() < 0.8:
        with zipfile.ZipFile(io.BytesIO(body)) as file:
            name = rng.choice(file.namelist())
            return replaced(body, **{name: spoilt(file.read(name), rng)})
    parts = bytearray(body)
    for _ in range(rng.randint(1, 4)):
        at, size = rng.randrange(len(parts) + 1), rng.randint(1, 40)
        kind = rng.randrange(5)
        if kind == 0:
            parts[at : at + 1] = bytes([rng.randrange(256)])
        elif kind == 1:
            del parts[at : at + size]
        elif kind == 2:
            parts[at:at] = parts[at : at + size]
        elif kind == 3:
            parts[at:at] = rng.choice(
                [b'"', b"\x00", b"<", b"99999999", b"-1", b"\xff", b"\r\n", b"\xe9"]
            )
        else:
            del parts[at:]
    return bytes(parts)


def refused(error):
    """Check that a refusal is a sentence."""
    assert str(error).endswith(".")
    assert len(str(error)) < 400
    return False


def read_or_refused(body, rng):
    """Read a spoilt file; say if it could be, and fail on anything but a refusal in words."""
    try:
        file = read(spoilt(body, rng), "people.xlsx")
    except BadSheet as error:
        return refused(error)
    for table in file.tables:
        for row in table.rows:
            "".join(row.cells).encode()
    return True


@pytest.mark.parametrize("form", FORMS)
def test_spoilt_files_are_read_or_refused_in_words(form):
    rng = random.Random(f"read table {form}")
    begun = time.monotonic()
    results = [read_or_refused(FORMS[form], rng) for _ in range(BODIES)]
    assert any(results)
    assert not all(results)
    assert time.monotonic() - begun < 60


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_pasted_text_is_read_or_refused_in_words(text):
    try:
        file = read_pasted(text)
    except BadSheet as error:
        refused(error)
    else:
        assert file.tables[0].rows


def test_limits_are_what_the_messages_say():
    assert read_zip.MOST_UNPACKED == 300_000_000
    assert read_text.SEPARATORS == ("\t", ";", "|", ",")
