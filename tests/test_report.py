"""Who we heard from: what the page says, that it opens, and that it fits on one page."""

import io
import subprocess
from dataclasses import replace
from datetime import date

import docx
import pytest

from sampler.programmes import report
from sampler.programmes.report import Characteristic, Facts, Group
from tests.tools import IN_CI, needs

FACTS = Facts(
    programme="Customer service",
    audience="citizens",
    place="Birmingham",
    heard="95 to 99",
    rounds=6,
    first=date(2025, 3, 1),
    last=date(2026, 11, 1),
    on=date(2026, 11, 22),
    characteristics=(
        Characteristic(
            "Ethnic group",
            (
                Group("White", "White", "50 to 54", "met", 556_000),
                Group("Asian", "Asian", "20 to 24", "partly met", 355_000),
                Group("Mixed", "Mixed", "fewer than 5", "met or partly met", 55_000),
                Group("Other", "Other", "nobody", "not met", 51_000),
            ),
        ),
        Characteristic(
            "Age",
            (
                Group("16-34", "16 to 34", "35 to 39", "met"),
                Group("55+", "55 and over", "20 to 24", "partly met"),
            ),
        ),
        Characteristic("Faith", ()),
    ),
    by_whom="an agency and two community partners.",
    why="Two partners had no capacity before the summer.",
    what_next="ask Sparkhill centre for six people",
)


def everything(body):
    """Return all text of a document, tables too."""
    document = docx.Document(io.BytesIO(body))
    lines = [paragraph.text for paragraph in document.paragraphs]
    lines += [c.text for t in document.tables for row in t.rows for c in row.cells]
    return "\n".join(lines)


def test_the_sentence_says_who_when_where_how_and_who_not_yet():
    assert report.sentence(FACTS) == (
        "Between March 2025 and November 2026 we heard from 95 to 99 citizens in Birmingham in 6 "
        "rounds of research, recruited by an agency and two community partners. We have not yet "
        "heard from Other. Next: ask Sparkhill centre for six people."
    )


def test_a_programme_of_one_month_that_heard_from_every_group():
    heard = Characteristic("Sex", (Group("Female", "Female", "5 to 9", "met"),))
    one = replace(
        FACTS, first=FACTS.last, rounds=1, characteristics=(heard,), by_whom="", what_next=""
    )
    assert report.sentence(one) == (
        "In November 2026 we heard from 95 to 99 citizens in Birmingham in 1 round of research. We "
        "have heard from someone in every group counted here."
    )


def test_groups_stand_under_heard_heard_from_some_and_not_yet():
    assert report.rows(FACTS) == [
        ("Ethnic group", "White: 50 to 54", "Asian: 20 to 24\nMixed: fewer than 5", "Other"),
        ("Age", "16 to 34: 35 to 39", "55 and over: 20 to 24", ""),
        ("Faith", "Too few people to show", "", ""),
    ]


@pytest.mark.parametrize(("people", "is_named"), [(99, False), (100, True), (None, True)])
def test_a_group_of_fewer_than_a_hundred_people_is_not_named(people, is_named):
    small = Group("Gypsy", "MARKED-GROUP", "nobody", "not met", people)
    facts = replace(FACTS, characteristics=(Characteristic("Ethnic group", (small,)),))
    for said in (report.text(facts), everything(report.docx(facts))):
        assert ("MARKED-GROUP" in said) == is_named
        assert ("with fewer than 100 people in the place" in said) != is_named


def test_the_page_and_the_text_say_the_same():
    page, text = everything(report.docx(FACTS)), report.text(FACTS)
    for said in (
        report.sentence(FACTS),
        "Two partners had no capacity before the summer.",
        "95 to 99 citizens, in 6 rounds",
        "Between March 2025 and November 2026",
        *report.notes(FACTS),
    ):
        assert said in page
        assert said in text


def test_what_no_word_file_can_hold_is_left_out_of_it():
    typed = replace(FACTS, programme="Customer\x02 service", by_whom="a\x01n agency", why="\ufffe")
    page = everything(report.docx(typed))
    assert "Who we heard from: Customer service" in page
    assert "recruited by an agency" in page


@needs("soffice")
@needs("pdfinfo")
def test_libreoffice_opens_it_as_one_page(tmp_path):
    full = replace(FACTS, characteristics=FACTS.characteristics * 3)
    path = tmp_path / "report.docx"
    path.write_bytes(report.docx(full))
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path)]
    done = subprocess.run([*command, str(path)], capture_output=True, text=True, timeout=120)
    if "could not be loaded" in done.stderr and not IN_CI:
        pytest.skip("LibreOffice has no Writer: apt-get install libreoffice-writer-nogui")
    said = subprocess.run(
        ["pdfinfo", str(tmp_path / "report.pdf")], check=True, capture_output=True, text=True
    ).stdout
    assert [line.split()[1] for line in said.splitlines() if line.startswith("Pages")] == ["1"]
