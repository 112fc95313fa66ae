"""Northern Ireland's tables of Census 2021, by its 11 districts: groups of their own.

The labels are those of the files the figures came in. The hours of unpaid care are written out,
and the two ways of not giving a sexual orientation are one cell.
"""

from __future__ import annotations

from census.table import NISRA, Table, below


def _table(title: str, leaves: tuple[str, ...]) -> Table:
    return Table(
        f"NI {title.lower()}",
        title,
        title,
        "Total",
        leaves,
        lowest="local authority",
        publisher=NISRA,
    )


_LIMITED = "a limiting long-term health problem or disability"

NI_TABLES = (
    _table(
        "Ethnic group",
        (
            "White",
            *below("White", "Irish Traveller", "Roma"),
            *below("Asian", "Indian", "Chinese", "Filipino", "Pakistani"),
            "Arab",
            "Other Asian",
            "Black: African",
            "Other Black",
            "Mixed ethnic groups",
            "Other ethnicities",
        ),
    ),
    _table("Sex", ("Female", "Male")),
    _table(
        "Religion",
        (
            "Catholic",
            "Presbyterian Church in Ireland",
            "Church of Ireland",
            "Methodist Church in Ireland",
            "Other Christian (including Christian related)",
            "Other religions",
            "No religion",
            "Religion not stated",
        ),
    ),
    _table(
        "Disability",
        (
            f"No residents have {_LIMITED}",
            f"1 resident has {_LIMITED}",
            f"2 or more residents have {_LIMITED}",
        ),
    ),
    _table(
        "Sexual orientation",
        (
            "Straight or heterosexual",
            "Gay or lesbian",
            "Bisexual",
            "Other sexual orientation",
            "Prefer not to say, or not stated",
        ),
    ),
    _table(
        "Unpaid care",
        (
            "Provides no unpaid care",
            "Provides 1 to 19 hours unpaid care a week",
            "Provides 20 to 34 hours unpaid care a week",
            "Provides 35 to 49 hours unpaid care a week",
            "Provides 50 or more hours unpaid care a week",
        ),
    ),
)
