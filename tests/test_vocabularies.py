"""Classifications of ethnic group, by the lists their publishers print."""

import pytest

from sampler import figures
from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer
from sampler.reading.vocabularies import (
    ARAB_TRAP,
    CHINESE_TRAP,
    ROMA_TRAP,
    SCOTLAND_TRAP,
    TRAVELLER_TRAP,
    VOCABULARIES,
    category,
    likeliest,
    spelled,
    traps,
)
from sampler.reading.word_match import Reader
from tests.builders import a_brief


def plan(grouping="detailed", area="E08000025"):
    part = {"topic": "ethnic_group"}
    if area.startswith("E"):
        part["grouping"] = grouping
    return figures.plan_of(a_brief(areas=[area], characteristic=[part]))


DETAILED, BROAD, NORTHERN_IRELAND = plan(), plan("broad"), plan(area="N09000003")

# NHS Data Dictionary, Ethnic Category Code 2001: code, description, detailed group, broad group.
NHS = [
    ("A", "White - British", "White British", "White"),
    ("B", "White - Irish", "Irish", "White"),
    ("C", "White - Any other White background", None, "White"),
    ("D", "Mixed - White and Black Caribbean", "White and Black Caribbean", "Mixed"),
    ("E", "Mixed - White and Black African", "White and Black African", "Mixed"),
    ("F", "Mixed - White and Asian", "White and Asian", "Mixed"),
    ("G", "Mixed - Any other mixed background", "Other Mixed", "Mixed"),
    ("H", "Asian or Asian British - Indian", "Indian", "Asian"),
    ("J", "Asian or Asian British - Pakistani", "Pakistani", "Asian"),
    ("K", "Asian or Asian British - Bangladeshi", "Bangladeshi", "Asian"),
    ("L", "Asian or Asian British - Any other Asian background", "Other Asian", "Asian"),
    ("M", "Black or Black British - Caribbean", "Black Caribbean", "Black"),
    ("N", "Black or Black British - African", "Black African", "Black"),
    ("P", "Black or Black British - Any other Black background", "Other Black", "Black"),
    ("R", "Other Ethnic Groups - Chinese", "Chinese", "Asian"),
    ("S", "Other Ethnic Groups - Any other ethnic group", None, None),
]
# GSS harmonised standard, as the ethnicity facts and figures service prints it.
GSS = {
    "White": {
        "English, Welsh, Scottish, Northern Irish or British": "White British",
        "Irish": "Irish",
        "Gypsy or Irish Traveller": "Gypsy or Irish Traveller",
        "Any other White background": None,
    },
    "Mixed or Multiple ethnic groups": {
        "White and Black Caribbean": "White and Black Caribbean",
        "White and Black African": "White and Black African",
        "White and Asian": "White and Asian",
        "Any other Mixed or Multiple ethnic background": "Other Mixed",
    },
    "Asian or Asian British": {
        "Indian": "Indian",
        "Pakistani": "Pakistani",
        "Bangladeshi": "Bangladeshi",
        "Chinese": "Chinese",
        "Any other Asian background": "Other Asian",
    },
    "Black, African, Caribbean or Black British": {
        "African": "Black African",
        "Caribbean": "Black Caribbean",
        "Any other Black, African or Caribbean background": "Other Black",
    },
    "Other ethnic group": {"Arab": "Arab", "Any other ethnic group": "Any other ethnic group"},
}
# The labels of TS021, Census 2021.
TS021 = {
    "Asian, Asian British or Asian Welsh": "Bangladeshi; Chinese; Indian; Pakistani; Other Asian",
    "Black, Black British, Black Welsh, Caribbean or African": "African; Caribbean; Other Black",
    "Mixed or Multiple ethnic groups": (
        "White and Asian; White and Black African; White and Black Caribbean; "
        "Other Mixed or Multiple ethnic groups"
    ),
    "White": (
        "English, Welsh, Scottish, Northern Irish or British; Irish; Gypsy or Irish Traveller; "
        "Roma; Other White"
    ),
    "Other ethnic group": "Arab; Any other ethnic group",
}
# Scotland's Census 2022; None where it lies across our detailed groups.
SCOTLAND = {
    "White Scottish": "White British",
    "Other White British": "White British",
    "White Irish": "Irish",
    "Gypsy/Traveller": "Gypsy or Irish Traveller",
    "Roma": "Roma",
    "White Polish": "Other White",
    "Showman / Showwoman": None,
    "Other White": "Other White",
    "Pakistani, Scottish Pakistani or British Pakistani": "Pakistani",
    "Indian, Scottish Indian or British Indian": "Indian",
    "Bangladeshi, Scottish Bangladeshi or British Bangladeshi": "Bangladeshi",
    "Chinese, Chinese Scottish or Chinese British": "Chinese",
    "Other Asian": "Other Asian",
    "African, Scottish African or British African": None,
    "Caribbean or Black": None,
    "Arab, Scottish Arab or British Arab": "Arab",
}
# NISRA, ETHNIC_GROUP_INTERMEDIATE, 13 categories.
NISRA = [
    "White", "Irish Traveller", "Roma", "Indian", "Chinese", "Filipino", "Pakistani", "Arab",
    "Other Asian", "Black African", "Black Other", "Mixed", "Other ethnicities",
]  # fmt: skip


def read(word, classification, of=DETAILED):
    return Reader(of.characteristics[0], of, classification).read(word)


def group(word, classification, of=DETAILED):
    answer = read(word, classification, of).answer
    return answer.text if answer and answer.kind == "group" else None


@pytest.mark.parametrize(("code", "label", "detailed", "broad"), NHS)
def test_the_nhs_list_by_code_and_by_label(code, label, detailed, broad):
    assert category("nhs_16", code) is category("nhs_16", label)
    for word in (code, code.lower(), label, label.replace(" - ", ": ")):
        assert group(word, "nhs_16") == detailed
        assert group(word, "nhs_16", BROAD) == broad


def test_nhs_not_stated_is_a_refusal_to_say_and_not_known_is_not_known():
    assert read("Z", "nhs_16").answer == PREFER_NOT_TO_SAY
    assert read("99", "nhs_16").answer == read("X", "nhs_16").answer == NOT_KNOWN
    assert read("Not stated", "nhs_16").answer == PREFER_NOT_TO_SAY
    assert read("Not stated", "census_2021").answer == NOT_KNOWN


@pytest.mark.parametrize("broad", GSS)
def test_the_gss_list_with_and_without_its_heading(broad):
    for label, detailed in GSS[broad].items():
        assert group(f"{broad}: {label}", "gss_18") == group(label, "gss_18") == detailed
    assert read(broad, "gss_18").answer.kind == "broad"


@pytest.mark.parametrize("broad", TS021)
def test_every_label_of_ts021_is_one_of_ours_and_every_heading_a_broad_answer(broad):
    ours = [q.group for q in DETAILED.characteristics[0].quotas]
    found = [group(f"{broad}: {label}", "census_2021") for label in TS021[broad].split("; ")]
    assert all(one in ours for one in found)
    assert len(set(found)) == len(found)
    assert read(broad, "census_2021").answer.kind == "broad"
    assert group(broad, "census_2021", BROAD) == read(broad, "census_2021").answer.text


def test_ts021_covers_each_of_our_groups_once():
    labels = [label for one in TS021.values() for label in one.split("; ")]
    found = {group(label, "census_2021") for label in labels}
    assert found == set(DETAILED.characteristics[0].groups)


@pytest.mark.parametrize("label", SCOTLAND)
def test_scotlands_list(label):
    assert group(label, "scotland_2022") == SCOTLAND[label]


def test_northern_irelands_list_is_that_of_its_own_plan():
    found = [group(label, "ni_2021", NORTHERN_IRELAND) for label in NISRA]
    assert tuple(found) == NORTHERN_IRELAND.characteristics[0].groups


def test_a_broad_answer_counts_in_the_broad_total_alone():
    for name in ("census_2021", "gss_18", "nhs_16", "scotland_2022"):
        assert read("Asian", name).answer == Answer(kind="broad", text="Asian")
        assert group("Asian", name, BROAD) == "Asian"
        assert read("Mixed", name).answer == Answer(kind="broad", text="Mixed")


def test_chinese_is_asian_and_the_old_other_lies_across_two_broad_groups():
    assert group("Chinese", "nhs_16", BROAD) == "Asian"
    other = read("Other Ethnic Groups", "nhs_16", BROAD)
    assert (other.answer, set(other.touches)) == (None, {"Asian", "Other"})
    assert CHINESE_TRAP in other.note
    assert CHINESE_TRAP in traps("nhs_16", "census_2021")


def test_arab_is_within_any_other_of_the_nhs_list():
    asked = read("S", "nhs_16")
    assert {"Arab", "Any other ethnic group"} <= set(asked.touches)
    assert ARAB_TRAP in asked.note
    assert read("Arab", "gss_18").answer == Answer(kind="group", text="Arab")


def test_roma_is_within_any_other_white_before_2021():
    asked = read("Any other White background", "gss_18")
    assert asked.touches == ("Other White", "Roma")
    assert asked.broad == "White"
    assert ROMA_TRAP in asked.note
    assert group("Any other White background", "census_2021") == "Other White"


def test_scotlands_african_and_caribbean_are_not_taken_for_black():
    for word in ("African", "Caribbean", "Caribbean or Black"):
        for of in (DETAILED, BROAD):
            asked = read(word, "scotland_2022", of)
            assert asked.answer is None
            assert asked.note == SCOTLAND_TRAP


def test_irish_travellers_and_gypsies_are_one_group_here_and_apart_in_northern_ireland():
    assert group("Irish Traveller", "ni_2021") == "Gypsy or Irish Traveller"
    there = read("Gypsy or Irish Traveller", "census_2021", NORTHERN_IRELAND)
    assert set(there.touches) == {"White", "Irish Traveller"}
    assert TRAVELLER_TRAP in traps("census_2021", "ni_2021")


def test_merged_groups_take_all_that_lies_in_them():
    merged = figures.plan_of(
        a_brief(
            characteristic=[
                {
                    "topic": "ethnic_group",
                    "merge": {
                        "South Asian": ["Indian", "Pakistani", "Bangladeshi"],
                        "Other and minority White": [
                            "Gypsy or Irish Traveller", "Roma", "Other White",
                        ],
                    },
                }
            ]
        )
    )  # fmt: skip
    assert group("J", "nhs_16", merged) == "South Asian"
    assert group("C", "nhs_16", merged) == "Other and minority White"
    assert group("Pakistani", None, merged) == "South Asian"


def test_the_likeliest_list_is_told_by_its_words():
    assert likeliest(["A", "J", "99"]) == ("nhs_16",)
    assert likeliest(["Filipino", "Irish Traveller"]) == ("ni_2021",)
    assert likeliest(["White Scottish", "Pakistani"]) == ("scotland_2022",)
    assert likeliest(["purple"]) == ()


@pytest.mark.parametrize("name", VOCABULARIES)
def test_no_two_categories_of_a_list_share_a_word(name):
    seen = {}
    for one in VOCABULARIES[name].categories:
        for word in one.names:
            other = seen.setdefault(spelled(word), one)
            assert other.parts == one.parts, word


def test_words_of_their_own_are_never_taken_for_certain():
    asked = Reader(DETAILED.characteristics[0], DETAILED, "own").asked("African")
    assert asked.answer is None
    assert asked.proposed == Answer(kind="group", text="Black African")
    assert group("Pakistani", "own") == "Pakistani"
