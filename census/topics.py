"""The topics on offer in England and Wales: which table, on which base, and which groups."""

from __future__ import annotations

from census.errors import UnknownTopic
from census.spelling import did_you_mean, key
from census.topic import (
    BASE_WORDS,
    BROAD,
    DETAILED,
    Kind,
    Leaf,
    Topic,
    leaves,
)

__all__ = [
    "BASE_WORDS",
    "BROAD",
    "DETAILED",
    "HOUSEHOLDS_LEAN",
    "TOPICS",
    "WHERE_THEY_LIVE",
    "Kind",
    "Leaf",
    "Topic",
    "find",
]


def _grouped(**broad: str) -> list[tuple[str, str]]:
    return [(name, group) for group, names in broad.items() for name in names.split("; ")]


_ETHNIC = _grouped(
    Asian="Bangladeshi; Chinese; Indian; Pakistani; Other Asian",
    Black="Black African; Black Caribbean; Other Black",
    Mixed="White and Asian; White and Black African; White and Black Caribbean; Other Mixed",
    White="White British; Irish; Gypsy or Irish Traveller; Roma; Other White",
    Other="Arab; Any other ethnic group",
)
_TENURE = [
    ("Owned outright", "Owned"),
    ("Owned with mortgage", "Owned"),
    ("Shared ownership", "Shared ownership"),
    ("Council rented", "Social rented"),
    ("Other social rented", "Social rented"),
    ("Private landlord or agency", "Private rented"),
    ("Other private rented", "Private rented"),
    ("Rent free", "Rent free"),
]
_ACTIVITY = [
    ("Part-time employee", "Employee"),
    ("Full-time employee", "Employee"),
    ("Part-time employer", "Self-employed"),
    ("Full-time employer", "Self-employed"),
    ("Part-time self-employed", "Self-employed"),
    ("Full-time self-employed", "Self-employed"),
    ("Unemployed", "Unemployed"),
    ("Student and part-time employee", "Full-time student"),
    ("Student and full-time employee", "Full-time student"),
    ("Student and part-time employer", "Full-time student"),
    ("Student and full-time employer", "Full-time student"),
    ("Student and part-time self-employed", "Full-time student"),
    ("Student and full-time self-employed", "Full-time student"),
    ("Student and unemployed", "Full-time student"),
    ("Retired", "Retired"),
    ("Student not working", "Full-time student"),
    ("Looking after home or family", "Looking after home or family"),
    ("Long-term sick or disabled", "Long-term sick or disabled"),
    ("Other inactive", "Other inactive"),
]
_BIRTHPLACE = [
    ("United Kingdom", "United Kingdom"),
    ("EU14 (Ireland, Italy and others)", "European Union"),
    ("EU8 (Poland and others)", "European Union"),
    ("EU2 (Romania and Bulgaria)", "European Union"),
    ("Other EU countries", "European Union"),
    ("Europe outside the EU", "Europe outside the EU"),
    ("Africa", "Africa"),
    ("Middle East and Asia", "Middle East and Asia"),
    ("Americas and Caribbean", "Americas and Caribbean"),
    ("Australasia and other", "Elsewhere"),
    ("British Overseas", "Elsewhere"),
]
_ENGLISH = [
    ("Main language is English", "Main language is English"),
    ("Speaks English very well", "Speaks English well or very well"),
    ("Speaks English well", "Speaks English well or very well"),
    ("Does not speak English well", "Speaks little or no English"),
    ("Does not speak English", "Speaks little or no English"),
]
_CARE = [
    ("No unpaid care", "No unpaid care"),
    ("9 hours or less", "19 hours or less"),
    ("10 to 19 hours", "19 hours or less"),
    ("20 to 34 hours", "20 to 49 hours"),
    ("35 to 49 hours", "20 to 49 hours"),
    ("50 hours or more", "50 hours or more"),
]
_HOUSEHOLD = [
    ("One person aged 66 and over", "One person"),
    ("One person under 66", "One person"),
    ("Family all aged 66 and over", "Family all aged 66 and over"),
    ("Married couple without children", "Couple"),
    ("Married couple with dependent children", "Couple"),
    ("Married couple with grown-up children", "Couple"),
    ("Cohabiting couple without children", "Couple"),
    ("Cohabiting couple with dependent children", "Couple"),
    ("Cohabiting couple with grown-up children", "Couple"),
    ("Lone parent with dependent children", "Lone parent"),
    ("Lone parent with grown-up children", "Lone parent"),
    ("Other family", "Other household"),
    ("Other household with dependent children", "Other household"),
    ("Other household without dependent children", "Other household"),
]

_DISABILITY_LEAN = (
    "Children are counted too. Fewer of them are disabled, so the share of disabled people is "
    "too low for a round of adults."
)
HOUSEHOLDS_LEAN = (
    "Households are counted, not people: a person living alone counts as much as a family of "
    "five, so homes with one person weigh too much here."
)

TOPICS: dict[str, Topic] = {
    topic.id: topic
    for topic in (
        Topic(
            "ethnic_group",
            "Ethnic group",
            "TS021",
            "all ages",
            leaves("TS021", *_ETHNIC),
            leaning=(
                "Children are counted too. Minority and mixed groups are younger, so their shares "
                "are a little too high for a round of adults."
            ),
        ),
        Topic(
            "religion",
            "Religion",
            "TS030",
            "all ages",
            leaves(
                "TS030",
                "No religion",
                "Christian",
                "Buddhist",
                "Hindu",
                "Jewish",
                "Muslim",
                "Sikh",
                "Other religion",
            ),
            not_answered="Not answered",
            leaning=(
                "Children are counted too. Muslims are younger and Christians older than most, so "
                "for a round of adults the share of Muslims is a little too high and that of "
                "Christians too low."
            ),
        ),
        Topic(
            "country_of_birth",
            "Country of birth",
            "TS004",
            "all ages",
            leaves("TS004", *_BIRTHPLACE),
            leaning=(
                "Children are counted too. Most of them were born in the United Kingdom, so that "
                "share is too high for a round of adults."
            ),
        ),
        Topic(
            "english_proficiency",
            "Proficiency in English",
            "TS029",
            "aged 3 and over",
            leaves("TS029", *_ENGLISH),
            is_ordered=True,
            leaning=(
                "Children of 3 and over are counted too. Most of them speak English well, so the "
                "share who speak little or none is a little too low for a round of adults."
            ),
        ),
        Topic(
            "age",
            "Age",
            "TS009",
            "by age",
            tuple(Leaf(band, "") for band in ("16-34", "35-54", "55-74", "75+")),
            is_ordered=True,
        ),
        Topic("sex", "Sex", "TS009", "by age", (Leaf("Female", "Female"), Leaf("Male", "Male"))),
        Topic(
            "disability",
            "Disability",
            "TS038",
            "all ages",
            leaves("TS038", "Disabled", "Not disabled"),
            leaning=_DISABILITY_LEAN,
            finer=Topic(
                "disability",
                "Disability",
                "TS038-4",
                "all ages",
                leaves(
                    "TS038-4",
                    ("Limited a lot", "Disabled"),
                    ("Limited a little", "Disabled"),
                    ("Condition but not limited", "Not disabled"),
                    ("No condition", "Not disabled"),
                ),
                is_ordered=True,
                leaning=_DISABILITY_LEAN,
            ),
        ),
        Topic(
            "general_health",
            "General health",
            "TS037",
            "all ages",
            leaves("TS037", "Very good", "Good", "Fair", "Bad", "Very bad"),
            is_ordered=True,
            leaning=(
                "Children are counted too. Most of them are in very good health, so that share is "
                "too high for a round of adults."
            ),
        ),
        Topic(
            "unpaid_care",
            "Unpaid care",
            "TS039",
            "aged 5 and over",
            leaves("TS039", *_CARE),
            is_ordered=True,
            leaning=(
                "Children of 5 and over are counted too. Few of them look after anybody, so the "
                "share of carers is too low for a round of adults."
            ),
        ),
        Topic(
            "tenure",
            "Tenure",
            "TS054",
            "households",
            leaves("TS054", *_TENURE),
            leaning=HOUSEHOLDS_LEAN,
        ),
        Topic(
            "household",
            "Household",
            "TS003",
            "households",
            leaves("TS003", *_HOUSEHOLD),
            leaning=HOUSEHOLDS_LEAN,
        ),
        Topic(
            "cars",
            "Cars or vans",
            "TS045",
            "households",
            leaves("TS045", "None", "1", "2", "3 or more"),
            is_ordered=True,
            leaning=HOUSEHOLDS_LEAN,
        ),
        Topic(
            "economic_activity",
            "Economic activity",
            "TS066",
            "adults",
            leaves("TS066", *_ACTIVITY),
        ),
        Topic(
            "qualification",
            "Highest qualification",
            "TS067",
            "adults",
            leaves(
                "TS067",
                "No qualifications",
                "Level 1 and entry",
                "Level 2",
                "Apprenticeship",
                "Level 3",
                "Level 4 and above",
                "Other qualifications",
            ),
            is_ordered=True,
        ),
        Topic(
            "ns_sec",
            "Occupation class",
            "TS062",
            "adults",
            leaves(
                "TS062",
                "Higher managerial",
                "Lower managerial",
                "Intermediate",
                "Small employers",
                "Lower supervisory",
                "Semi-routine",
                "Routine",
                "Never worked",
                "Full-time students",
            ),
            is_ordered=True,
        ),
        Topic(
            "sexual_orientation",
            "Sexual orientation",
            "TS077",
            "adults",
            leaves(
                "TS077",
                "Straight or heterosexual",
                "Gay or lesbian",
                "Bisexual",
                "Other sexual orientations",
            ),
            not_answered="Not answered",
        ),
        Topic(
            "living_alone",
            "Living alone",
            "TS003, TS009, TS001",
            "living alone",
            (Leaf("Lives alone", ""), Leaf("Lives with others", "")),
        ),
    )
}

WHERE_THEY_LIVE = Topic("where_they_live", "Where they live", "TS009", "area", ())
"""At hand when a round has more than one area; its groups are the areas."""


def find(name: str) -> Topic:
    """Return the topic of that id or title, case and spaces forgiven.

    >>> find("Ethnic Group").id
    'ethnic_group'

    Raises `UnknownTopic`, with the nearest spelling.
    """
    every = [*TOPICS.values(), WHERE_THEY_LIVE]
    named = {key(word): topic for topic in every for word in (topic.id, topic.title)}
    if key(name) in named:
        return named[key(name)]
    raise UnknownTopic(f"No topic called {name!r}.{did_you_mean(name, [t.id for t in every])}")
