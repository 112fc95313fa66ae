"""A recruiter's mapping as TOML: written, read back, edited by hand, checked against a plan."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from census.spelling import key
from sampler import figures
from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer
from sampler.people.tracking import STAGES
from sampler.reading.mapping import (
    CLASSIFICATIONS,
    USE_WORDS,
    BadMapping,
    Column,
    Mapping,
    read,
)
from tests.builders import a_brief, group

PLAN = figures.plan_of(a_brief())
BY_HAND = """
classification = "nhs_16"

[columns]
"Ethnic code" = "ethnic group"
"Ref no" = "Reference"
"Client code" = "left out"

[words."Ethnic Group"]
"British Pakistani" = "pakistani"
"Asian - other" = "Asian, detail not known"
Cornish = "own words"
ZZ = "Prefer not to say"
"??" = "not known"
test = "leave the row out"

[words.Stage]
Booked = "confirmed"
Test = "leave out"
"""

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12)
words = texts.filter(lambda text: text.strip())


answers = st.none() | st.builds(
    Answer,
    kind=st.sampled_from(["group", "broad", "own_words", "prefer_not_to_say", "not_known"]),
    text=st.just("") | words | st.sampled_from(["Not known", "own words", "Asian", "left out"]),
)
named = st.sampled_from(["Reference", "left out", "Planner"]) | words
columns = st.lists(
    st.builds(Column, header=words, use=st.sampled_from(list(USE_WORDS)))
    | st.builds(Column, header=words, use=st.just("characteristic"), characteristic=named),
    max_size=5,
    unique_by=lambda column: key(column.header),
)


@st.composite
def mappings(draw):
    made = draw(columns)
    seen = {key(column.header) for column in made}
    left_out = draw(st.lists(words, max_size=3, unique_by=key))
    named_words = draw(
        st.dictionaries(
            words.filter(lambda name: key(name) != "stage"),
            st.dictionaries(words, answers, max_size=4),
            max_size=3,
        )
    )
    return Mapping(
        classification=draw(st.none() | st.sampled_from(CLASSIFICATIONS)),
        columns=tuple(made),
        left_out=tuple(header for header in left_out if key(header) not in seen),
        words=named_words,
        stages=draw(st.dictionaries(words, st.none() | st.sampled_from(STAGES), max_size=3)),
    )


@given(mappings())
def test_a_mapping_written_reads_back_equal(mapping):
    assert read(mapping.to_toml()) == mapping


def test_a_mapping_typed_by_hand_is_taken_in_the_plans_spelling():
    mapping = read(BY_HAND)
    assert mapping.problems(PLAN) == ()
    fitted = mapping.fitting(PLAN)
    assert fitted.classification == "nhs_16"
    assert fitted.columns == (
        Column(header="Ethnic code", use="characteristic", characteristic="Ethnic group"),
        Column(header="Ref no", use="reference"),
    )
    assert fitted.left_out == ("Client code",)
    assert fitted.words["Ethnic group"] == {
        "British Pakistani": group("Pakistani"),
        "Asian - other": Answer(kind="broad", text="Asian"),
        "Cornish": Answer(kind="own_words"),
        "ZZ": PREFER_NOT_TO_SAY,
        "??": NOT_KNOWN,
        "test": None,
    }
    assert fitted.stages == {"Booked": "confirmed", "Test": None}


def test_every_problem_of_a_file_is_listed_at_once():
    with pytest.raises(BadMapping) as caught:
        read(
            'classification = "nhs"\ncolums = 1\n[columns]\nA = 3\n[words]\nAge = 4\n'
            '[words.Sex]\nF = 1\n[words.Stage]\nBooked = "Confirmd"\n'
        )
    assert caught.value.problems == (
        "‘colums’ is a key no mapping has. Did you mean columns?",
        'classification must be "census_2021", "gss_18", "nhs_16", "scotland_2022", "ni_2021" or '
        '"own".',
        '‘A’ must be one of our columns or "left out", in quotation marks.',
        'words.Age must be a table, such as "F" = "Female".',
        '‘F’ of Sex must be one of our groups, "Prefer not to say", "Not known", "own words" or '
        '"leave the row out".',
        "‘Booked’ must be one of our stages. Did you mean Confirmed?",
    )


@pytest.mark.parametrize(
    "text", ["[columns", "a = 1" * 300_000, "x = " + "[" * 5000, "columns = 1"]
)
def test_what_is_no_mapping_is_refused_in_words(text):
    with pytest.raises(BadMapping) as caught:
        read(text)
    assert all(problem.endswith((".", "]")) for problem in caught.value.problems)


def test_what_does_not_fit_the_plan_is_listed_and_can_be_forgotten():
    mapping = read(
        '[columns]\nHeritage = "Ethnic grup"\nBand = "Age"\nAges = "Age"\n"E-mail" = "Notes"\n'
        'DOB = "Sex"\n[words."Ethnic group"]\nBP = "Pakistny"\nBQ = "Asian"\n'
        '[words.Shoes]\nX = "Y"\n'
    )
    problems = mapping.problems(PLAN)
    assert len(problems) == 7
    for part in (
        "‘Heritage’ is said to be Ethnic grup, which this plan does not have. Did you mean Ethnic",
        "‘Band’ and ‘Ages’ are both said to be Age. Leave one out.",
        "‘E-mail’ seems to hold an e-mail address, which is never read in. Leave it out, or give",
        "‘DOB’ seems to hold a date of birth, which is never read in.",
        "‘BP’ is said to be Pakistny, which is none of the groups of Ethnic group. Did you mean",
        "‘BQ’ is said to be Asian, which is none of the groups of Ethnic group.",
        "There are words of Shoes, which this plan does not have.",
    ):
        assert any(problem.startswith(part) for problem in problems), part
    with pytest.raises(BadMapping):
        mapping.check(PLAN)
    fitted = mapping.fitting(PLAN)
    assert fitted.problems(PLAN) == ()
    assert [column.header for column in fitted.columns] == ["Band"]


@pytest.mark.parametrize(
    "text",
    [
        '[words.Stage]\nBooked = "Confirmed"\nbooked = "Offered"\n',
        '[words.Stage]\nBooked = "Confirmed"\n[words.stage]\nBooked = "Offered"\n',
        '[words.Sex]\nF = "Female"\nf = "Male"\n',
        '[words.Sex]\nF = "Female"\n[words.sex]\nF = "Male"\n',
    ],
)
def test_a_word_that_is_said_to_be_two_things_is_refused(text):
    with pytest.raises(BadMapping, match=r"is in the words of (Stage|Sex) twice"):
        read(text).check(PLAN)


def test_a_date_of_birth_may_give_the_age_band_alone():
    assert read('[columns]\nDOB = "Age"\n').problems(PLAN) == ()


def test_a_header_that_looks_personal_is_not_repeated():
    mapping = read('[columns]\n"jo@example.org" = "Shoes"\n')
    assert "jo@" not in " ".join(mapping.problems(PLAN))
