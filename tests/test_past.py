"""Totals of a past round read from text and files, and everything wrong with them at once."""

from datetime import date

import pytest

from sampler import figures
from sampler.programmes import past
from sampler.programmes.past import BadTotals
from sampler.reading import read_table
from tests.builders import a_brief

ON = date(2025, 6, 1)
PLAN = figures.plan_of(a_brief())
COUNTS = {
    "Age": {"16-34": 7, "55+": 3},
    "Sex": {"Female": 8, "Male": 2},
}


def wrong(given, heard=None):
    with pytest.raises(BadTotals) as refused:
        past.read(given, PLAN, ON, heard)
    return [str(problem) for problem in refused.value.problems]


@pytest.mark.parametrize(
    "text",
    [
        "Characteristic,Group,People\nSex,Female,8\nSex,Male,2\nAge,16-34,7\nAge,55+,3",
        "Sex\tFemale\t8\n\tMale\t2\nAge\t16 to 34\t7\n\t35-54\t0\n\t55 and over\t3\n",
        "sex\nfemale, 8\nmale, 2\n\nAGE\n16 - 34, 7\n55+, 3\n",
        "Sex:\nFemale: 8\nMale: 2\nTotal: 10\nAge:\n16-34: 7\n55+: 3",
        "Sex | People\nFemale | 8\nMale | 2\nAge | Heard\n16-34 | 7\n55+ | 3",
        "Sex\nFemale 8\nMale 2\nAge\n16-34 7\n55+ 3",
    ],
)
def test_counts_are_read_as_people_write_them(text):
    found = past.read(text, PLAN, ON)
    assert (found.on, found.heard, found.counts) == (ON, 10, COUNTS)


def test_a_file_is_read_like_a_text():
    body = b"Sex;Female;8\nSex;Male;2\nAge;16-34;7\nAge;55+;3\n"
    found = past.read(read_table.read(body, "past.csv"), PLAN, ON, heard=12)
    assert (found.heard, found.counts) == (12, COUNTS)


def test_broad_groups_and_people_not_known_are_taken():
    found = past.read("Ethnic group\nAsian, 4\nArab, 1\nNot known, 2\n", PLAN, ON)
    assert found.heard == 7
    assert found.counts == {"Ethnic group": {"Asian": 4, "Arab": 1}}


def test_commas_in_numbers_and_names_part_nothing():
    assert past.read("Sex\nFemale, 1,200\nMale, 3", PLAN, ON).counts["Sex"]["Female"] == 1200
    brief = a_brief(characteristic=[{"name": "Role", "people": {"Desk, front": 1, "Phone": 2}}])
    plan = figures.plan_of(brief)
    text = "Role\nDesk, front, 3\nPhone, 1\n"
    assert past.read(text, plan, ON).counts == {"Role": {"Desk, front": 3, "Phone": 1}}


def test_every_problem_is_said_at_once():
    text = (
        "Sex,Females,1\nSx,Female,2\nAge,16-34,3.5\nAge,35-54,-1\nAge,55+,<5\n"
        "Disability,Disabled,20%\nDisability,Not disabled,\nSex,Female,9\nSex,Female,9"
    )
    assert wrong(text, heard=12) == [
        "Line 1: Sex has no group called 'Females'. Did you mean Female or Male?",
        "Line 2: This round has no characteristic called 'Sx'. Did you mean Sex?",
        "Line 3: 16-34: Write a whole number of people, such as 12.",
        "Line 4: 35-54: Write a whole number of people, such as 12.",
        "Line 5: 55+: A number that is hidden cannot be counted. Write it, or leave the group out.",
        "Line 6: Disabled: Write people, not a share.",
        "Line 7: Not disabled: No number of people stands there. Write 0 for nobody.",
        "Line 9: Female is counted twice. Leave one of them out.",
    ]


def test_no_characteristic_counts_more_than_were_heard():
    assert wrong("Sex\nFemale, 8\nMale, 5", heard=12) == [
        "Sex: the groups count 13 people, more than the 12 heard. Each person counts in one group."
    ]
    assert wrong("Sex\nFemale, 8\nMale, 5\nTotal, 12") == ["Sex: the groups add up to 13, not 12."]
    assert wrong("Sex\nFemale, 8", heard=0) == [
        "People heard must be a whole number from 1 to 1,000,000."
    ]


def test_a_broad_group_and_its_parts_are_not_both_counted():
    assert wrong("Ethnic group\nAsian, 4\nIndian, 1\nPakistani, 2") == [
        "Ethnic group: Asian is counted and so is Indian and Pakistani, which is part of it. Keep "
        "one or the other."
    ]


def test_what_holds_no_counts_is_refused_with_an_example():
    assert "Write lines such as" in wrong("hello")[0]
    assert "the text is empty" in wrong("  ")[0]
    assert wrong("Female, 12")[0].startswith("Line 1: No characteristic is named above 'Female'.")
    assert wrong("Sex\tPeople\n")[0].startswith("There are no counts.")
    assert wrong("Sx\nFemale, 3\nMale, 2") == [
        "Line 1: This round has no characteristic called 'Sx'. Did you mean Sex?"
    ]
