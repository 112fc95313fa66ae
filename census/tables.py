"""The official tables kept in the extract, and which of their columns are leaves.

The leaves are written out table by table, because a sub-total cannot be told by the shape of
its label: TS009's "Aged 85 years and over" looks like a leaf and TS021's "White" looks like one
too. `build_extract` refuses a file that lacks one of them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """An official Census 2021 table: its cells that add up to everyone, under official labels."""

    id: str
    title: str
    prefix: str
    total: str
    leaves: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The cells kept: the table's own total, then its leaves."""
        return (self.total, *self.leaves)


def age_label(age: int) -> str:
    """Return TS009's label of a single year of age; 90 stands for 90 and over.

    >>> age_label(0), age_label(1), age_label(45), age_label(90)
    ('Aged under 1 year', 'Aged 1 year', 'Aged 45 years', 'Aged 90 years and over')
    """
    if age == 0:
        return "Aged under 1 year"
    if age == 90:
        return "Aged 90 years and over"
    return f"Aged {age} year{'s' if age > 1 else ''}"


def _below(parent: str, *children: str) -> tuple[str, ...]:
    return tuple(f"{parent}: {child}" for child in children)


_ALL = "Total: All usual residents"
_ADULTS = "Total: All usual residents aged 16 years and over"
_HOUSEHOLDS = "Total: All households"
_ASIAN = "Asian, Asian British or Asian Welsh"
_BLACK = "Black, Black British, Black Welsh, Caribbean or African"
_MIXED = "Mixed or Multiple ethnic groups"
_ACTIVE = "Economically active (excluding full-time students)"
_STUDENT = "Economically active and a full-time student"
_WORK = tuple(
    f"{kind}: {hours}"
    for kind in ("Employee", "Self-employed with employees", "Self-employed without employees")
    for hours in ("Part-time", "Full-time")
)

TABLES: dict[str, Table] = {
    table.id: table
    for table in (
        Table(
            "TS001",
            "Number of usual residents in households and communal establishments",
            "Residence type",
            "Total",
            ("Lives in a household", "Lives in a communal establishment"),
        ),
        Table(
            "TS003",
            "Household composition",
            "Household composition",
            "Total",
            (
                *_below("One person household", "Aged 66 years and over", "Other"),
                "Single family household: All aged 66 years and over",
                *_below(
                    "Single family household: Married or civil partnership couple",
                    "No children",
                    "Dependent children",
                    "All children non-dependent",
                ),
                *_below(
                    "Single family household: Cohabiting couple family",
                    "No children",
                    "With dependent children",
                    "All children non-dependent",
                ),
                *_below(
                    "Single family household: Lone parent family",
                    "With dependent children",
                    "All children non-dependent",
                ),
                "Single family household: Other single family household: Other family composition",
                *_below(
                    "Other household types",
                    "With dependent children",
                    "Other, including all full-time students and all aged 66 years and over",
                ),
            ),
        ),
        Table("TS008", "Sex", "Sex", "All persons", ("Female", "Male")),
        Table(
            "TS009",
            "Sex by single year of age",
            "Sex",
            "All persons; Age: Total",
            tuple(
                f"{sex}; Age: {age_label(age)}" for sex in ("Female", "Male") for age in range(91)
            ),
        ),
        Table(
            "TS021",
            "Ethnic group",
            "Ethnic group",
            _ALL,
            (
                *_below(_ASIAN, "Bangladeshi", "Chinese", "Indian", "Pakistani", "Other Asian"),
                *_below(_BLACK, "African", "Caribbean", "Other Black"),
                *_below(
                    _MIXED,
                    "White and Asian",
                    "White and Black African",
                    "White and Black Caribbean",
                    "Other Mixed or Multiple ethnic groups",
                ),
                *_below(
                    "White",
                    "English, Welsh, Scottish, Northern Irish or British",
                    "Irish",
                    "Gypsy or Irish Traveller",
                    "Roma",
                    "Other White",
                ),
                *_below("Other ethnic group", "Arab", "Any other ethnic group"),
            ),
        ),
        Table(
            "TS038",
            "Disability",
            "Disability",
            _ALL,
            ("Disabled under the Equality Act", "Not disabled under the Equality Act"),
        ),
        Table(
            "TS045",
            "Car or van availability",
            "Number of cars or vans",
            _HOUSEHOLDS,
            (
                "No cars or vans in household",
                "1 car or van in household",
                "2 cars or vans in household",
                "3 or more cars or vans in household",
            ),
        ),
        Table(
            "TS054",
            "Tenure",
            "Tenure of household",
            _HOUSEHOLDS,
            (
                *_below("Owned", "Owns outright", "Owns with a mortgage or loan"),
                "Shared ownership: Shared ownership",
                *_below(
                    "Social rented", "Rents from council or Local Authority", "Other social rented"
                ),
                *_below(
                    "Private rented", "Private landlord or letting agency", "Other private rented"
                ),
                "Lives rent free",
            ),
        ),
        Table(
            "TS062",
            "NS-SeC",
            "National Statistics Socio-economic Classification (NS-SEC)",
            _ADULTS,
            (
                "L1, L2 and L3 Higher managerial, administrative and professional occupations",
                "L4, L5 and L6 Lower managerial, administrative and professional occupations",
                "L7 Intermediate occupations",
                "L8 and L9 Small employers and own account workers",
                "L10 and L11 Lower supervisory and technical occupations",
                "L12 Semi-routine occupations",
                "L13 Routine occupations",
                "L14.1 and L14.2 Never worked and long-term unemployed",
                "L15 Full-time students",
            ),
        ),
        Table(
            "TS066",
            "Economic activity status",
            "Economic activity status",
            _ADULTS,
            (
                *_below(f"{_ACTIVE}: In employment", *_WORK),
                f"{_ACTIVE}: Unemployed",
                *_below(f"{_STUDENT}: In employment", *_WORK),
                f"{_STUDENT}: Unemployed",
                *_below(
                    "Economically inactive",
                    "Retired",
                    "Student",
                    "Looking after home or family",
                    "Long-term sick or disabled",
                    "Other",
                ),
            ),
        ),
        Table(
            "TS067",
            "Highest level of qualification",
            "Highest level of qualification",
            _ADULTS,
            (
                "No qualifications",
                "Level 1 and entry level qualifications",
                "Level 2 qualifications",
                "Apprenticeship",
                "Level 3 qualifications",
                "Level 4 qualifications and above",
                "Other qualifications",
            ),
        ),
        Table(
            "TS077",
            "Sexual orientation",
            "Sexual orientation",
            _ADULTS,
            (
                "Straight or Heterosexual",
                "Gay or Lesbian",
                "Bisexual",
                "All other sexual orientations",
                "Not answered",
            ),
        ),
    )
}
