"""The official tables of England and Wales, and which of their columns are leaves.

The leaves are written out table by table, because a sub-total cannot be told by the shape of
its label: TS009's "Aged 85 years and over" looks like a leaf and TS021's "White" looks like one
too. `build_extract` refuses a file that lacks one of them, and checks each against the count of
England and Wales.
"""

from __future__ import annotations

from census.joint_tables import RM134
from census.ni_tables import NI_TABLES
from census.table import Table, age_label, band_labels, below

__all__ = ["ONS_SPELLINGS", "TABLES", "Table", "age_label"]

_ALL = "Total: All usual residents"
_FROM_3 = "Total: All usual residents aged 3 years and over"
_FROM_5 = "Total: All usual residents aged 5 and over"
_ADULTS = "Total: All usual residents aged 16 years and over"
_HOUSEHOLDS = "Total: All households"
_ASIAN = "Asian, Asian British or Asian Welsh"
_BLACK = "Black, Black British, Black Welsh, Caribbean or African"
_MIXED = "Mixed or Multiple ethnic groups"
_ACTIVE = "Economically active (excluding full-time students)"
_STUDENT = "Economically active and a full-time student"
_NOT_ENGLISH = "Main language is not English (English or Welsh in Wales)"
_ETHNIC_GROUPS = 19
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
                *below("One person household", "Aged 66 years and over", "Other"),
                "Single family household: All aged 66 years and over",
                *below(
                    "Single family household: Married or civil partnership couple",
                    "No children",
                    "Dependent children",
                    "All children non-dependent",
                ),
                *below(
                    "Single family household: Cohabiting couple family",
                    "No children",
                    "With dependent children",
                    "All children non-dependent",
                ),
                *below(
                    "Single family household: Lone parent family",
                    "With dependent children",
                    "All children non-dependent",
                ),
                "Single family household: Other single family household: Other family composition",
                *below(
                    "Other household types",
                    "With dependent children",
                    "Other, including all full-time students and all aged 66 years and over",
                ),
            ),
        ),
        Table(
            "TS004",
            "Country of birth",
            "Country of birth",
            "Total",
            (
                "Europe: United Kingdom",
                *below(
                    "Europe: EU countries",
                    "European Union EU14",
                    "European Union EU8",
                    "European Union EU2",
                    "All other EU countries",
                ),
                "Europe: Non-EU countries: All other non-EU countries",
                "Africa",
                "Middle East and Asia",
                "The Americas and the Caribbean",
                "Antarctica and Oceania (including Australasia) and Other",
                "British Overseas",
            ),
            status="approximate",
        ),
        Table(
            "TS007",
            "Age by single year",
            "Age",
            _ALL,
            tuple(age_label(age, oldest=100) for age in range(101)),
            lowest="ward",
            kept=False,
        ),
        Table(
            "TS007A",
            "Age (18 categories)",
            "Age",
            "Total",
            band_labels(*range(5, 90, 5)),
        ),
        Table(
            "TS007B",
            "Age by broad age bands",
            "Age",
            _ALL,
            band_labels(5, 10, 16, 20, 25, 35, 50, 65, 75, 85),
            kept=False,
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
            lowest="local authority",
        ),
        Table(
            "TS021",
            "Ethnic group",
            "Ethnic group",
            _ALL,
            (
                *below(_ASIAN, "Bangladeshi", "Chinese", "Indian", "Pakistani", "Other Asian"),
                *below(_BLACK, "African", "Caribbean", "Other Black"),
                *below(
                    _MIXED,
                    "White and Asian",
                    "White and Black African",
                    "White and Black Caribbean",
                    "Other Mixed or Multiple ethnic groups",
                ),
                *below(
                    "White",
                    "English, Welsh, Scottish, Northern Irish or British",
                    "Irish",
                    "Gypsy or Irish Traveller",
                    "Roma",
                    "Other White",
                ),
                *below("Other ethnic group", "Arab", "Any other ethnic group"),
            ),
            codes=tuple(f"_{i}" for i in range(1, _ETHNIC_GROUPS + 1)),
        ),
        Table(
            "TS029",
            "Proficiency in English",
            "Proficiency in English language",
            _FROM_3,
            (
                "Main language is English (English or Welsh in Wales)",
                *below(
                    _NOT_ENGLISH,
                    "Can speak English very well",
                    "Can speak English well",
                    "Cannot speak English well",
                    "Cannot speak English",
                ),
            ),
            codes=("_1", "_2", "_3", "_4", "_5"),
            status="approximate",
        ),
        Table(
            "TS030",
            "Religion",
            "Religion",
            _ALL,
            (
                "No religion",
                "Christian",
                "Buddhist",
                "Hindu",
                "Jewish",
                "Muslim",
                "Sikh",
                "Other religion",
                "Not answered",
            ),
            status="approximate",
        ),
        Table(
            "TS037",
            "General health",
            "General health",
            _ALL,
            ("Very good health", "Good health", "Fair health", "Bad health", "Very bad health"),
            status="approximate",
        ),
        Table(
            "TS038",
            "Disability",
            "Disability",
            _ALL,
            ("Disabled under the Equality Act", "Not disabled under the Equality Act"),
        ),
        Table(
            "TS038-4",
            "Disability",
            "Disability",
            _ALL,
            (
                *below(
                    "Disabled under the Equality Act",
                    "Day-to-day activities limited a lot",
                    "Day-to-day activities limited a little",
                ),
                *below(
                    "Not disabled under the Equality Act",
                    "Has long term physical or mental health condition but day-to-day activities "
                    "are not limited",
                    "No long term physical or mental health conditions",
                ),
            ),
            status="approximate",
        ),
        Table(
            "TS039",
            "Provision of unpaid care",
            "Provision of unpaid care",
            _FROM_5,
            (
                "Provides no unpaid care",
                "Provides 9 hours or less unpaid care a week",
                "Provides 10 to 19 hours unpaid care a week",
                "Provides 20 to 34 hours unpaid care a week",
                "Provides 35 to 49 hours unpaid care a week",
                "Provides 50 or more hours unpaid care a week",
            ),
            status="approximate",
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
                *below("Owned", "Owns outright", "Owns with a mortgage or loan"),
                "Shared ownership: Shared ownership",
                *below(
                    "Social rented", "Rents from council or Local Authority", "Other social rented"
                ),
                *below(
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
                *below(f"{_ACTIVE}: In employment", *_WORK),
                f"{_ACTIVE}: Unemployed",
                *below(f"{_STUDENT}: In employment", *_WORK),
                f"{_STUDENT}: Unemployed",
                *below(
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
            lowest="MSOA",
        ),
        RM134,
        *NI_TABLES,
    )
}

ONS_SPELLINGS = {
    "TS067": {
        "Level 4 qualifications or above": "Level 4 qualifications and above",
        "Other": "Other qualifications",
    },
}
"""How ONS begins labels that Nomis, whose words ours are, spells otherwise, by table."""
