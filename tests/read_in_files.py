"""Files as recruiters send them, each of another shape. Everybody in them is made up."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import openpyxl


def workbook(rows: Sequence[Sequence[object]], title: str = "Sheet1") -> bytes:
    book = openpyxl.Workbook()
    tab = book.active
    tab.title = title
    for row in rows:
        tab.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def text(rows: Sequence[Sequence[str]], separator: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def agency() -> bytes:
    """An agency's workbook: title rows above, and words of its own."""
    return workbook(
        [
            ["Acme Fieldwork: recruitment grid, wave 2"],
            ["Prepared for the council tax team"],
            [],
            ["Respondent no", "Gender", "Age band", "Ethnicity", "Disabled?", "Status", "Comments"],
            ["R101", "F", "35-54", "British Pakistani", "No", "Booked", "prefers mornings"],
            ["R102", "M", "16-34", "Black Caribbean", "Yes", "Booked", ""],
            ["R103", "F", "55+", "British Pakistani", "No", "Standby list", ""],
            ["R104", "M", "35ish", "White British", "No", "Booked", ""],
        ],
        "Grid",
    )


def partner() -> bytes:
    """A community partner's .csv: semicolons, Windows-1252, words rather than codes."""
    rows = [
        ["Ref no", "Sex", "Age", "Ethnic group", "Disability", "Digital confidence", "Notes"],
        ["1", "Woman", "34", "Somali", "Not disabled", "Low", "Met at the café – mornings"],
        ["2", "Man", "61", "Bangladeshi", "Disabled", "Medium", ""],
        ["3", "Woman", "47", "Irish Traveller", "Not disabled", "Don't know", ""],
    ]
    return text(rows, ";").encode("cp1252")


def panel() -> bytes:
    """A panel's export: names, contacts and dates of birth beside what is wanted."""
    rows = [
        ["Panel ID", "First name", "Surname", "E-mail", "Mobile", "Date of birth", "Postcode",
         "Age", "Gender", "Ethnicity", "Newsletter"],
        ["PX-9001", "Zelda", "Quibblesworth", "zelda.q@example.org", "07700 900123", "03/02/1985",
         "B14 7AA", "41", "Female", "Indian", "weekly"],
        ["PX-9002", "Orlando", "Quibblesworth", "orlando.q@example.org", "07700 900456",
         "14/11/1961", "B14 7AA", "65", "Male", "Chinese", "never"],
        ["PX-9003", "Perpetua", "Vanterpool", "perpetua@example.org", "07700 900789",
         "30/06/2001", "B29 6BD", "25", "Female", "Mixed: White and Asian", "weekly"],
    ]  # fmt: skip
    return text(rows).encode()


def pasted() -> str:
    """A table pasted from an e-mail: no references, tabs between the cells."""
    rows = [
        ["Gender", "Age", "Ethnicity", "Disability"],
        ["Female", "29", "Arab", "Not disabled"],
        ["Male", "52", "Indian", "Disabled"],
    ]
    return text(rows, "\t")


def nhs() -> bytes:
    """A clinic's workbook with the NHS codes of ethnic group."""
    return workbook(
        [
            ["Client code", "Ethnic category code", "Age range", "Sex"],
            ["C-01", "A", "35-54", "F"],
            ["C-02", "H", "16-34", "M"],
            ["C-03", "J", "55+", "F"],
            ["C-04", "S", "16-34", "M"],
            ["C-05", "Z", "55+", "F"],
            ["C-06", "R", "35-54", "M"],
        ]
    )
