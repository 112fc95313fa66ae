"""The variables of the stand-in for the ONS service: DESCRIBED, NOT RECORDED (see tests/fake_ons).

Each has its finest grouping first; coarser ones say which of the finest categories they join.
One-way figures are those of the tables named; labels differ from theirs where the service's do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from census.tables import TABLES, age_label

LOWEST_AGE = {
    "english_proficiency": 3,
    "is_carer": 5,
    "ns_sec": 16,
    "economic_activity_status": 16,
    "highest_qualification": 16,
}
"""The youngest people a question is about; it does not apply to anyone younger."""


@dataclass(frozen=True)
class Grouping:
    """One category: which of the finest ones it joins, and where its one-way figure comes from."""

    id: str
    label: str
    parts: tuple[int, ...]
    of: int
    weight: float = 0.0
    table: str = ""
    leaves: tuple[str, ...] = ()

    def weigh(self, one_way: Callable[[str], dict[str, int]]) -> float:
        """Return how many people or households the finest category stands for."""
        if not self.table:
            return self.weight
        counts = one_way(self.table)
        return self.weight * sum(counts[leaf] for leaf in self.leaves)


Groupings = dict[str, tuple[Grouping, ...]]


def _finest(rows: Sequence[tuple[str, float, str, tuple[str, ...]]], *, has_8: bool = True):
    """Return categories numbered from 1, after "Does not apply"."""
    listed = [("-8", "Does not apply", 0.0, "", ())] if has_8 else []
    listed += [(str(i), *row) for i, row in enumerate(rows, 1)]
    return tuple(
        Grouping(name, label, (i,), len(listed), weight, table, leaves)
        for i, (name, label, weight, table, leaves) in enumerate(listed)
    )


def _joined(finest: Sequence[Grouping], rows: Iterable[tuple[str, Sequence[str]]]):
    """Return coarser categories, each with the ids of the finest it joins."""
    place = {one.id: i for i, one in enumerate(finest)}
    out = [Grouping("-8", "Does not apply", (0,), len(finest))] if finest[0].id == "-8" else []
    out += [
        Grouping(str(i), label, tuple(place[one] for one in ids), len(finest))
        for i, (label, ids) in enumerate(rows, 1)
    ]
    return tuple(out)


def _ids(first: int, last: int) -> list[str]:
    return [str(i) for i in range(first, last + 1)]


def _of_table(table: str, words: Callable[[str], str] = str):
    return _finest([(words(leaf), 1.0, table, (leaf,)) for leaf in TABLES[table].leaves])


def _spans(finest: Sequence[Grouping], starts: Sequence[int]):
    """Return age groups that begin at these ages; id n of the finest is age n - 1."""
    rows = []
    for i, low in enumerate(starts):
        high = starts[i + 1] - 1 if i + 1 < len(starts) else None
        if high is None:
            label = f"Aged {low} years and over"
        elif low == 0:
            label = f"Aged {high} years and under" if high else "Aged under 1 year"
        elif low == high:
            label = f"Aged {low} year{'s' if low > 1 else ''}"
        else:
            label = f"Aged {low} to {high} years"
        rows.append((label, _ids(low + 1, 101 if high is None else high + 1)))
    return _joined(finest, rows)


_AGE = _finest(
    [
        (age_label(a) if a < 90 else f"Aged {a} years{' and over' if a > 99 else ''}", 0.0, "", ())
        for a in range(101)
    ],
    has_8=False,
)
_AGE_STARTS = {
    "91a": [*range(91)],
    "86a": [*range(86)],
    "61a": [0, *range(16, 76)],
    "23a": [0, 3, 5, 8, 10, 15, 16, 18, *range(20, 95, 5)],
    "18a": [*range(0, 90, 5)],
    "11a": [0, 5, 10, 16, 20, 25, 35, 50, 65, 75, 85],
    "8a": [0, 16, 25, 35, 45, 55, 65, 75],
    "6a": [0, 16, 25, 35, 50, 65],
    "4a": [0, 16, 25, 65],
    "3a": [0, 16, 65],
}
_AGES: Groupings = {"resident_age_101a": _AGE} | {
    f"resident_age_{name}": _spans(_AGE, starts) for name, starts in _AGE_STARTS.items()
}
_SEX: Groupings = {
    "sex": _finest([("Female", 0.0, "", ()), ("Male", 0.0, "", ())], has_8=False),
}

_ETH20 = _of_table("TS021")
_HEADS = [
    ("Asian, Asian British or Asian Welsh", _ids(1, 5)),
    ("Black, Black British, Black Welsh, Caribbean or African", _ids(6, 8)),
    ("Mixed or Multiple ethnic groups", _ids(9, 12)),
]
_ETHNIC: Groupings = {
    "ethnic_group_tb_20b": _ETH20,
    "ethnic_group_tb_8a": _joined(
        _ETH20,
        [
            *_HEADS,
            ("White: English, Welsh, Scottish, Northern Irish or British", ["13"]),
            ("White: Irish", ["14"]),
            ("White: Gypsy or Irish Traveller, Roma or Other White", _ids(15, 17)),
            ("Other ethnic group", _ids(18, 19)),
        ],
    ),
    "ethnic_group_tb_6a": _joined(
        _ETH20, [*_HEADS, ("White", _ids(13, 17)), ("Other ethnic group", _ids(18, 19))]
    ),
}

_DISABILITY = _of_table("TS038-4")
_DISABLED: Groupings = {
    "disability": _DISABILITY,
    "disability_3a": _joined(
        _DISABILITY,
        [
            ("Disabled under the Equality Act", ["1", "2"]),
            ("Not disabled under the Equality Act", ["3", "4"]),
        ],
    ),
}

_TENURE9 = _of_table("TS054")
_TENURE: Groupings = {
    "hh_tenure_9a": _TENURE9,
    "hh_tenure_7a": _joined(
        _TENURE9,
        [
            ("Owned: Owns outright", ["1"]),
            ("Owned: Owns with a mortgage or loan or shared ownership", ["2", "3"]),
            ("Social rented: Rents from council or Local Authority", ["4"]),
            ("Social rented: Other social rented", ["5"]),
            ("Private rented: Private landlord or letting agency", ["6"]),
            ("Private rented: Other private rented or lives rent free", ["7", "8"]),
        ],
    ),
    "hh_tenure_5a": _joined(
        _TENURE9,
        [
            ("Owned: Owns outright", ["1"]),
            ("Owned: Owns with a mortgage or loan or shared ownership", ["2", "3"]),
            ("Rented: Social rented", ["4", "5"]),
            ("Private rented or lives rent free", _ids(6, 8)),
        ],
    ),
}
_NONE, _ONE, _TWO, _THREE = TABLES["TS045"].leaves
_CARS6 = _finest(
    [
        (_NONE, 1.0, "TS045", (_NONE,)),
        (_ONE, 2.0, "TS045", (_ONE,)),
        (_TWO, 3.0, "TS045", (_TWO,)),
        ("3 cars or vans in household", 2.5, "TS045", (_THREE,)),
        ("4 or more cars or vans in household", 1.1, "TS045", (_THREE,)),
    ]
)
_CARS: Groupings = {
    "number_of_cars_6a": _CARS6,
    "number_of_cars_5a": _joined(
        _CARS6,
        [(_NONE, ["1"]), (_ONE, ["2"]), (_TWO, ["3"]), (_THREE, ["4", "5"])],
    ),
    "number_of_cars_3a": _joined(
        _CARS6, [(_NONE, ["1"]), ("1 or more cars or vans in household", _ids(2, 5))]
    ),
}
_HOMES = _finest(
    [
        (
            leaf.replace("One person", "One-person"),
            1.0 if leaf.startswith("One") else 2.0 if "No children" in leaf else 3.4,
            "TS003",
            (leaf,),
        )
        for leaf in TABLES["TS003"].leaves
    ]
)
_COMPOSITION: Groupings = {
    "hh_family_composition_15a": _HOMES,
    "hh_family_composition_4a": _joined(
        _HOMES,
        [
            ("One-person household", [h.id for h in _HOMES if h.label.startswith("One")]),
            ("Single family household", [h.id for h in _HOMES if h.label.startswith("Single")]),
            ("Other household types", [h.id for h in _HOMES if h.label.startswith("Other")]),
        ],
    ),
}

_ACTIVE = "Economically active (excluding full-time students)"
_STUDENT = "Economically active and a full-time student"


def _work(start: str) -> tuple[str, ...]:
    return tuple(leaf for leaf in TABLES["TS066"].leaves if leaf.startswith(start))


_WORK12 = _finest(
    [
        (label, 1.0, "TS066", _work(label))
        for label in (
            f"{_ACTIVE}: In employment: Employee",
            f"{_ACTIVE}: In employment: Self-employed with employees",
            f"{_ACTIVE}: In employment: Self-employed without employees",
            f"{_ACTIVE}: Unemployed",
            f"{_STUDENT}: In employment",
            f"{_STUDENT}: Unemployed",
            "Economically inactive: Retired",
            "Economically inactive: Student",
            "Economically inactive: Looking after home or family",
            "Economically inactive: Long-term sick or disabled",
            "Economically inactive: Other",
        )
    ]
)
_WORK: Groupings = {
    "economic_activity_status_12a": _WORK12,
    "economic_activity_status_4a": _joined(
        _WORK12,
        [
            ("Economically active: In employment", ["1", "2", "3", "5"]),
            ("Economically active: Unemployed", ["4", "6"]),
            ("Economically inactive", _ids(7, 11)),
        ],
    ),
}

_LONG = {
    "Level 1 and entry level qualifications": (
        "Level 1 and entry level qualifications: 1 to 4 GCSEs grade A* to C, any GCSEs at other "
        "grades, NVQ level 1"
    ),
    "Level 4 qualifications and above": (
        "Level 4 qualifications or above: degree (BA, BSc), higher degree (MA, PhD, PGCE), HNC"
    ),
    "Other qualifications": (
        "Other: vocational or work-related qualifications, qualifications achieved outside England "
        "or Wales (equivalent not stated or unknown)"
    ),
}
_LEVELS8 = _of_table("TS067", lambda leaf: _LONG.get(leaf, leaf))
_LEVELS: Groupings = {
    "highest_qualification": _LEVELS8,
    "highest_qualification_7a": _joined(
        _LEVELS8,
        [
            *[(_LEVELS8[i].label, [str(i)]) for i in (1, 2, 3)],
            (_LEVELS8[5].label, ["5"]),
            (_LEVELS8[6].label, ["6"]),
            ("Other: apprenticeships, vocational or work-related qualifications", ["4", "7"]),
        ],
    ),
}


def _with_colon(leaf: str) -> str:
    """Write a class as the service does: "L7: Intermediate occupations"."""
    words = leaf.split(" ")
    last = max(i for i, word in enumerate(words) if word[:1] == "L" and word[1:2].isdigit())
    return f"{' '.join(words[: last + 1])}: {' '.join(words[last + 1 :])}"


_CLASS: Groupings = {"ns_sec_10a": _of_table("TS062", _with_colon)}


_HEALTH: Groupings = {"health_in_general": _of_table("TS037")}
_HEALTH["health_in_general_4a"] = _joined(
    _HEALTH["health_in_general"],
    [
        ("Very good or good health", ["1", "2"]),
        ("Fair health", ["3"]),
        ("Bad or very bad health", ["4", "5"]),
    ],
)
_RELIGION: Groupings = {"religion_tb": _of_table("TS030")}
_NOT_ENGLISH = "Main language is not English (English or Welsh in Wales)"
_ENGLISH: Groupings = {"english_proficiency": _of_table("TS029")}
_ENGLISH["english_proficiency_4a"] = _joined(
    _ENGLISH["english_proficiency"],
    [
        ("Main language is English (English or Welsh in Wales)", ["1"]),
        (f"{_NOT_ENGLISH}: Can speak English very well or well", ["2", "3"]),
        (f"{_NOT_ENGLISH}: Cannot speak English or cannot speak English well", ["4", "5"]),
    ],
)
_CARE: Groupings = {"is_carer": _of_table("TS039")}
_CARE["is_carer_5a"] = _joined(
    _CARE["is_carer"],
    [
        ("Provides no unpaid care", ["1"]),
        ("Provides 19 hours or less unpaid care a week", ["2", "3"]),
        ("Provides 20 to 49 hours unpaid care a week", ["4", "5"]),
        ("Provides 50 or more hours unpaid care a week", ["6"]),
    ],
)
_BIRTH: Groupings = {"country_of_birth_12a": _of_table("TS004")}
_BIRTH["country_of_birth_3a"] = _joined(
    _BIRTH["country_of_birth_12a"],
    [("Born in the UK", ["1"]), ("Born outside the UK", _ids(2, 11))],
)

VARIABLES: dict[str, tuple[str, Groupings]] = {
    "resident_age": ("Age", _AGES),
    "sex": ("Sex", _SEX),
    "ethnic_group_tb": ("Ethnic group", _ETHNIC),
    "disability": ("Disability", _DISABLED),
    "health_in_general": ("General health", _HEALTH),
    "religion_tb": ("Religion", _RELIGION),
    "english_proficiency": ("Proficiency in English language", _ENGLISH),
    "is_carer": ("Unpaid care", _CARE),
    "country_of_birth": ("Country of birth", _BIRTH),
    "economic_activity_status": ("Economic activity status", _WORK),
    "highest_qualification": ("Highest level of qualification", _LEVELS),
    "ns_sec": ("National Statistics Socio-economic Classification (NS-SeC)", _CLASS),
    "hh_tenure": ("Tenure of household", _TENURE),
    "number_of_cars": ("Number of cars or vans", _CARS),
    "hh_family_composition": ("Household composition", _COMPOSITION),
}
"""Sexual orientation and gender identity are not here: clients list no such variable."""
