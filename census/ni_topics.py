"""The topics of Northern Ireland's census, which has groups of its own."""

from __future__ import annotations

from collections.abc import Sequence

from census.errors import NotPublished
from census.model import Area
from census.spelling import or_list
from census.topic import Topic, leaves
from census.topics import HOUSEHOLDS_LEAN, WHERE_THEY_LIVE

NORTHERN_IRELAND: dict[str, Topic] = {
    topic.id: topic
    for topic in (
        Topic(
            "ethnic_group",
            "Ethnic group",
            "NI ethnic group",
            "all ages",
            leaves(
                "NI ethnic group",
                "White",
                "Irish Traveller",
                "Roma",
                "Indian",
                "Chinese",
                "Filipino",
                "Pakistani",
                "Arab",
                "Other Asian",
                "Black African",
                "Other Black",
                "Mixed",
                "Other ethnic groups",
            ),
            leaning=(
                "Children are counted too. Minority and mixed groups are younger, so their shares "
                "are a little too high for a round of adults."
            ),
        ),
        Topic(
            "sex",
            "Sex",
            "NI sex",
            "all ages",
            leaves("NI sex", "Female", "Male"),
            leaning=(
                "Children are counted too. More of them are boys, so the share of men is a little "
                "too high for a round of adults."
            ),
        ),
        Topic(
            "religion",
            "Religion",
            "NI religion",
            "all ages",
            leaves(
                "NI religion",
                ("Catholic", "Catholic"),
                ("Presbyterian Church in Ireland", "Protestant and other Christian"),
                ("Church of Ireland", "Protestant and other Christian"),
                ("Methodist Church in Ireland", "Protestant and other Christian"),
                ("Other Christian", "Protestant and other Christian"),
                ("Other religions", "Other religions"),
                ("No religion", "No religion"),
            ),
            not_answered="Religion not stated",
            leaning=(
                "Children are counted too, so the shares can be a little out for a round of adults."
            ),
        ),
        Topic(
            "disability",
            "Disability",
            "NI disability",
            "households",
            leaves(
                "NI disability",
                "Nobody in the household is limited",
                "One person is limited",
                "Two or more are limited",
            ),
            leaning=HOUSEHOLDS_LEAN,
        ),
        Topic(
            "sexual_orientation",
            "Sexual orientation",
            "NI sexual orientation",
            "adults",
            leaves(
                "NI sexual orientation",
                "Straight or heterosexual",
                "Gay or lesbian",
                "Bisexual",
                "Other sexual orientations",
            ),
            not_answered="Prefer not to say, or not stated",
        ),
        Topic(
            "unpaid_care",
            "Unpaid care",
            "NI unpaid care",
            "aged 5 and over",
            leaves(
                "NI unpaid care",
                "No unpaid care",
                "1 to 19 hours",
                "20 to 34 hours",
                "35 to 49 hours",
                "50 hours or more",
            ),
            is_ordered=True,
            leaning=(
                "Children of 5 and over are counted too. Few of them look after anybody, so the "
                "share of carers is too low for a round of adults."
            ),
        ),
    )
}


def is_northern_irish(area: Area) -> bool:
    """Say whether a place lies in Northern Ireland, by the first letter of its code."""
    return area.code.startswith("N")


def for_areas(topic: Topic, areas: Sequence[Area]) -> Topic:
    """Return the topic as the census of these areas asked it.

    Raises `NotPublished` where Northern Ireland's figures have no such topic, and where places of
    Northern Ireland stand with others: their groups differ, so they cannot be added up.
    """
    there = [area for area in areas if is_northern_irish(area)]
    if not there or topic is WHERE_THEY_LIVE:
        return topic
    if len(there) < len(areas):
        other = next(area for area in areas if area not in there)
        raise NotPublished(
            f"{there[0].name} and {other.name} cannot be added up: Northern Ireland's census has "
            "groups of its own. Plan them as two rounds."
        )
    if topic.id not in NORTHERN_IRELAND:
        titles = [one.title.lower() for one in NORTHERN_IRELAND.values()]
        raise NotPublished(
            f"The figures kept of Northern Ireland do not have {topic.title.lower()}. They have "
            f"{or_list(titles)}. Choose one of these, or give figures of your own."
        )
    return NORTHERN_IRELAND[topic.id]
