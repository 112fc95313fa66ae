"""The recruitment sheet as files: a workbook to hand over, and its quotas as .csv.

Layout, by tab: Brief, Quotas (live counts), People (one row a person), Screener, Sources, Lists
(hidden: what the drop-downs offer) and Planner (very hidden: which round, plan and columns the
sheet was made from, when and for whom, so that it can be read back).
"""

from __future__ import annotations

import csv
import io
import json
import os
import tempfile
from datetime import UTC
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from sampler.handover import Sheet, brief_rows, caveats, range_words, source_rows
from sampler.model import PlannedCharacteristic
from sampler.screener import question
from sampler.sheet_people import (
    AFTER_COLUMNS,
    FIRST_PERSON,
    PERSON_COLUMNS,
    lists_tab,
    people_csv,
    people_rows,
    people_tab,
)
from sampler.sheet_text import put, safe_cell, shown, whole

__all__ = ["NO_QUOTA", "TEMPLATE", "people_csv", "quotas_csv", "safe_cell", "workbook", "write"]

TEMPLATE = 2
"""Version of the sheet's layout, kept in the very hidden tab."""
NO_QUOTA = "Other groups, and not known"
"""The row of those who take a place and fill no quota."""
LINE_POINTS = 14.5
LONGEST_CELL = 32_000
INK, MUTED, RULE, PAPER, OPEN = "#1b2126", "#545c63", "#d9d5cc", "#f6f4ef", "#b3470a"


def write(path: Path, sheet: Sheet) -> None:
    """Write the workbook beside its place and move it there whole; raises `OSError`."""
    body = workbook(sheet)
    handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        os.replace(beside, path)
    except OSError:
        Path(beside).unlink(missing_ok=True)
        raise


def workbook(sheet: Sheet) -> bytes:
    """Return the workbook; the same sheet gives the same bytes."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(out, options)
    book.set_properties(
        {
            "title": shown(f"Recruitment sheet: {sheet.title}"),
            "created": sheet.made_utc.astimezone(UTC),
        }
    )
    book.set_calc_mode("auto")
    style = _styles(book)
    tabs = {
        name: book.add_worksheet(name)
        for name in ("Brief", "Quotas", "People", "Screener", "Sources", "Lists", "Planner")
    }
    rows = people_rows(sheet)
    _brief(tabs["Brief"], sheet, style)
    _quotas(tabs["Quotas"], sheet, len(rows), style)
    people_tab(tabs["People"], sheet, rows, style)
    lists_tab(tabs["Lists"], sheet)
    _screener(tabs["Screener"], sheet, style)
    _sources(tabs["Sources"], sheet, style)
    _planner(tabs["Planner"], sheet)
    tabs["Lists"].hide()
    tabs["Planner"].very_hidden()
    for name in ("Brief", "Quotas", "People", "Screener", "Sources"):
        tabs[name].set_landscape()
        tabs[name].set_paper(9)
        tabs[name].fit_to_pages(1, 0)
        title = shown(sheet.title).replace("&", "&&")
        tabs[name].set_footer(f"&L{title}&R&A, page &P of &N")
    book.close()
    return whole(out.getvalue())


def _styles(book: Any) -> dict[str, Any]:
    base = {"font_name": "Arial", "font_size": 11, "font_color": INK, "valign": "top"}
    cell = base | {"border": 1, "border_color": RULE}
    fill = cell | {"bg_color": "#fffdf5"}
    return {
        "title": book.add_format(base | {"bold": True, "font_size": 18}),
        "lead": book.add_format(base | {"font_color": MUTED, "text_wrap": True}),
        "head": book.add_format(cell | {"bold": True, "bg_color": PAPER, "text_wrap": True}),
        "head_number": book.add_format(
            cell | {"bold": True, "bg_color": PAPER, "text_wrap": True, "align": "right"}
        ),
        "text": book.add_format(cell | {"text_wrap": True}),
        "range": book.add_format(cell | {"align": "right"}),
        "name": book.add_format(cell | {"bold": True, "text_wrap": True}),
        "number": book.add_format(cell | {"num_format": "#,##0"}),
        "missing": book.add_format({"bold": True, "font_color": OPEN}),
        "date": book.add_format(cell | {"num_format": "d mmmm yyyy"}),
        "moment": book.add_format(cell | {"num_format": "d mmmm yyyy hh:mm"}),
        "fill": book.add_format(fill | {"text_wrap": True, "num_format": "@"}),
        "answer": book.add_format(cell | {"text_wrap": True, "num_format": "@"}),
        "fill_date": book.add_format(fill | {"num_format": "d mmmm yyyy"}),
        "fill_moment": book.add_format(fill | {"num_format": "d mmmm yyyy hh:mm"}),
    }


def _height(text: str, width: int) -> float:
    """Return the height of a row whose text wraps in a column so many characters wide."""
    lines = sum(max(1, -(-len(line) // width)) for line in text.split("\n"))
    return LINE_POINTS * lines + 2


def _brief(tab: Any, sheet: Sheet, style: dict[str, Any]) -> None:
    tab.hide_gridlines(2)
    tab.set_column(0, 0, 28)
    tab.set_column(1, 1, 90)
    put(tab, 0, 0, sheet.title, style["title"])
    tab.set_row(0, 30)
    tab.merge_range(1, 0, 1, 1, "", style["lead"])
    put(
        tab,
        1,
        0,
        "Fill in the People page, one row a person, by reference only. Do not add names, phone "
        "numbers or e-mail addresses. The Quotas page counts as you go.",
        style["lead"],
    )
    tab.set_row(1, 32)
    for i, (label, text) in enumerate(brief_rows(sheet), 3):
        put(tab, i, 0, label, style["name"])
        put(tab, i, 1, text, style["text"])
        tab.set_row(i, _height(text, 100))


def _quotas(tab: Any, sheet: Sheet, rows: int, style: dict[str, Any]) -> None:
    heads = ["Characteristic", "Group", "Wanted", "Range", "Filled before", "Filled", "Missing"]
    widths = [24, 36, 10, 13, 10, 10, 10]
    for column, (head, width) in enumerate(zip(heads, widths, strict=True)):
        tab.set_column(column, column, width)
        put(tab, 0, column, head, style["head" if column < 2 else "head_number"])
    tab.freeze_panes(1, 0)
    parts = sheet.plan.characteristics
    last = FIRST_PERSON + rows
    counts = xl_col_to_name(len(PERSON_COLUMNS) + len(parts) + len(AFTER_COLUMNS))
    covered = sheet.coverage()
    row = 1
    for c, (part, found) in enumerate(zip(parts, covered.characteristics, strict=True)):
        column = xl_col_to_name(len(PERSON_COLUMNS) + c)
        taken = f"People!${counts}${FIRST_PERSON + 1}:${counts}${last}"
        first = row
        for quota, state in zip(part.quotas, found.rows, strict=False):
            if not quota.target and not state.counted:
                continue
            before = 0 if sheet.with_people else state.counted
            put(tab, row, 0, part.name, style["name"])
            put(tab, row, 1, quota.group, style["text"])
            tab.write_number(row, 2, quota.target, style["number"])
            put(
                tab,
                row,
                3,
                range_words(quota.low, quota.high, sheet.plan.people_wanted),
                style["range"],
            )
            tab.write_number(row, 4, before, style["number"])
            here = f"People!${column}${FIRST_PERSON + 1}:${column}${last}"
            tab.write_formula(
                row,
                5,
                f'=E{row + 1}+SUMPRODUCT(({here}&""=B{row + 1}&"")*{taken})',
                style["number"],
                state.counted,
            )
            tab.write_formula(row, 6, f"=MAX(0,{quota.low}-F{row + 1})", style["number"], state.gap)
            row += 1
        listed = sum(state.counted for _, state in zip(part.quotas, found.rows, strict=False))
        others = covered.counted - listed
        put(tab, row, 0, part.name, style["name"])
        put(tab, row, 1, NO_QUOTA, style["text"])
        tab.write_blank(row, 2, None, style["number"])
        tab.write_blank(row, 3, None, style["range"])
        tab.write_number(row, 4, 0 if sheet.with_people else others, style["number"])
        tab.write_formula(
            row,
            5,
            f"=E{row + 1}+SUM({taken})-SUM(F{first + 1}:F{row})+SUM(E{first + 1}:E{row})",
            style["number"],
            others,
        )
        tab.write_blank(row, 6, None, style["number"])
        row += 1
    tab.conditional_format(
        1, 6, max(1, row - 1), 6,
        {"type": "cell", "criteria": ">", "value": 0, "format": style["missing"]},
    )  # fmt: skip
    tab.autofilter(0, 0, max(1, row - 1), len(heads) - 1)
    tab.repeat_rows(0)


def _screener(tab: Any, sheet: Sheet, style: dict[str, Any]) -> None:
    for column, (head, width) in enumerate(
        [("Characteristic", 24), ("Question", 60), ("Answer", 46), ("Counts as", 40)]
    ):
        tab.set_column(column, column, width)
        put(tab, 0, column, head, style["head"])
    tab.freeze_panes(1, 0)
    row = 1
    for part in sheet.plan.characteristics:
        asked = question(part)
        for i, (answer, group) in enumerate(asked.answers):
            put(tab, row, 0, asked.characteristic, style["name"])
            put(tab, row, 1, asked.text if i == 0 else "", style["text"])
            tab.set_row(row, _height(asked.text if i == 0 else "", 66))
            put(tab, row, 2, answer, style["text"])
            put(tab, row, 3, group, style["text"])
            row += 1
    tab.repeat_rows(0)


def _sources(tab: Any, sheet: Sheet, style: dict[str, Any]) -> None:
    tab.set_column(0, 0, 24)
    tab.set_column(1, 1, 110)
    put(tab, 0, 0, "Characteristic", style["head"])
    put(tab, 0, 1, "Where its figures come from", style["head"])
    row = 1
    for name, text in source_rows(sheet):
        put(tab, row, 0, name, style["name"])
        put(tab, row, 1, text, style["text"])
        tab.set_row(row, _height(text, 125))
        row += 1
    row += 1
    put(tab, row, 0, "What to keep in mind", style["head"])
    put(tab, row, 1, "", style["head"])
    for text in caveats(sheet.plan):
        row += 1
        put(tab, row, 0, "", style["text"])
        put(tab, row, 1, text, style["text"])
        tab.set_row(row, _height(text, 125))
    put(tab,
        row + 2, 1,
        "Census figures: Source: Office for National Statistics licensed under the Open "
        "Government Licence v3.0.",
        style["lead"],
    )  # fmt: skip


def _planner(tab: Any, sheet: Sheet) -> None:
    """Write what is needed to read the sheet back, one thing a row."""
    rows = [
        ("template", str(TEMPLATE)),
        ("round", sheet.round_id),
        ("plan", str(sheet.plan_number)),
        ("made", sheet.made_utc.isoformat(timespec="seconds")),
    ]
    if sheet.recruiter:
        rows += [("recruiter", sheet.recruiter.name), ("letter", sheet.recruiter.letter)]
    for column, part in enumerate(sheet.plan.characteristics, len(PERSON_COLUMNS)):
        rows.append(("column", _column(column, part)))
    for i, (name, value) in enumerate(rows):
        put(tab, i, 0, name)
        put(tab, i, 1, value)


def _column(number: int, part: PlannedCharacteristic) -> str:
    """Describe a characteristic's column; without its groups where no cell could hold them."""
    groups = list(part.groups)
    broad = list(dict.fromkeys(quota.broad for quota in part.quotas if quota.broad))
    if len(json.dumps([groups, broad], ensure_ascii=False)) > LONGEST_CELL - 1_000:
        groups, broad = [], []
    facts = {
        "column": number,
        "characteristic": part.name,
        "topic": part.topic,
        "groups": groups,
        "broad": broad,
    }
    return json.dumps(facts, ensure_ascii=False)


def quotas_csv(sheet: Sheet) -> str:
    """Return the quotas as .csv, in the order of the plan, without a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(["Characteristic", "Group", "Wanted", "Low", "High", "Filled", "Missing"])
    for part, found in zip(
        sheet.plan.characteristics, sheet.coverage().characteristics, strict=True
    ):
        for quota, row in zip(part.quotas, found.rows, strict=False):
            writer.writerow(
                [
                    safe_cell(part.name),
                    safe_cell(quota.group),
                    quota.target,
                    quota.low,
                    quota.high,
                    row.counted,
                    row.gap,
                ]
            )
    return out.getvalue()
