"""Classifications of ethnic group: their words and codes, and what each is of another's.

Every category is a set of small parts that no classification divides ("Polish" is one: apart in
Scotland, within Other White elsewhere). A category is one of ours where all its parts lie in it;
where they lie in several it straddles them and the user is asked.

Sources: ONS Census 2021 TS021; GSS harmonised standard (Census 2011 of England and Wales); NHS
Data Dictionary, Ethnic Category Code 2001; Scotland's Census 2022; NISRA Census 2021, 13 groups.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from sampler.model import NOT_KNOWN, PREFER_NOT_TO_SAY, Answer
from sampler.reading.mapping import Classification

Published = Literal["census_2021", "gss_18", "nhs_16", "scotland_2022", "ni_2021"]

_WHITE_BRITISH = "white scottish; other white british; british showman"
_OTHER_WHITE = "polish; other showman; other white"
_GYPSY = "gypsy; irish traveller"
_MIXED = "white and asian; white and black african; white and black caribbean; other mixed"
_OTHER = "other; african not black; caribbean not black"
_ALL_WHITE = f"{_WHITE_BRITISH}; white irish; {_GYPSY}; roma; {_OTHER_WHITE}"
_ASIAN = "indian; pakistani; bangladeshi; filipino; other asian"
_BLACK = "black african; black caribbean; other black"


@dataclass(frozen=True)
class Category:
    """One category: its words, the first its short name, and the parts it is made of."""

    names: tuple[str, ...]
    parts: frozenset[str]
    is_broad: bool = False
    code: str = ""
    trap: str = ""
    answer: Answer | None = None
    """What it says where it names no group: "not stated"."""


@dataclass(frozen=True)
class Vocabulary:
    """A classification: its title, categories, and what to know before it is matched."""

    title: str
    categories: tuple[Category, ...]
    traps: tuple[str, ...] = ()


CHINESE_TRAP = (
    "Chinese stood under “Other ethnic groups” until 2001 and has been an Asian group since 2011: "
    "this list's “Other” holds Chinese people, ours does not."
)
ARAB_TRAP = (
    "This list has no Arab group: Arab people are in “Any other ethnic group” or another “Any "
    "other”, and cannot be told apart."
)
ROMA_TRAP = (
    "Roma has had a box of its own only since 2021: before, Roma people are in “Any other White "
    "background” or “Gypsy or Irish Traveller”."
)
SCOTLAND_TRAP = (
    "Scotland asks “African” and “Caribbean or Black” apart, and not as one Black group: somebody "
    "who ticked African or Caribbean need not be Black."
)
TRAVELLER_TRAP = (
    "Northern Ireland has a group of Irish Travellers; England and Wales have one of Gypsies and "
    "Irish Travellers together."
)
SCOTTISH_TRAVELLER_TRAP = (
    "Scotland's “Gypsy/Traveller” is England's “Gypsy or Irish Traveller”; Showmen and "
    "Showwomen stand apart and have no group of their own elsewhere."
)
NHS_WHITE_TRAP = (
    "This list has no Gypsy, Irish Traveller or Roma group: they are in “Any other White "
    "background”."
)
NI_TRAP = (
    "Northern Ireland counts White as one group, Bangladeshi with Other Asian, Black Caribbean "
    "with Other Black, and all mixed groups as one."
)
NHS_OTHER_TRAP = "Filipino, Japanese, Malaysian and Vietnamese people are in it too."


def _one(
    names: str, parts: str, *, under: str = "", code: str = "", trap: str = "", broad: bool = False
) -> Category:
    """Return a category; `under` are the headings its name may be written after."""
    short = tuple(names.split("; "))
    long = tuple(f"{heading}: {name}" for heading in under.split("; ") if under for name in short)
    return Category((*short, *long), frozenset(parts.split("; ")), broad, code, trap)


def _none(names: str, answer: Answer, code: str = "") -> Category:
    return Category(tuple(names.split("; ")), frozenset(), code=code, answer=answer)


_A21 = "Asian, Asian British or Asian Welsh; Asian or Asian British; Asian"
_B21 = (
    "Black, Black British, Black Welsh, Caribbean or African; "
    "Black, Black British, Caribbean or African; Black"
)
_M21 = "Mixed or Multiple ethnic groups; Mixed or Multiple; Mixed"
_O21 = "Other ethnic group; Other"
_BRITISH = (
    "White British; English, Welsh, Scottish, Northern Irish or British; "
    "Welsh, English, Scottish, Northern Irish or British; English/Welsh/Scottish/Northern "
    "Irish/British; English, Scottish, Welsh, Northern Irish or British"
)


def _mixed(headings: str) -> tuple[Category, ...]:
    return (
        _one("White and Asian", "white and asian", under=headings),
        _one("White and Black African", "white and black african", under=headings),
        _one("White and Black Caribbean", "white and black caribbean", under=headings),
        _one(
            "Other Mixed; Any other Mixed or Multiple ethnic background; Other Mixed or Multiple "
            "ethnic groups; Any other Mixed/Multiple ethnic background; Any other mixed "
            "background; Other Mixed or Multiple; Any other Mixed",
            "other mixed",
            under=headings,
        ),
    )


_CENSUS_2021 = Vocabulary(
    "Census 2021, England and Wales (19 groups)",
    (
        _one("Asian; Asian, Asian British or Asian Welsh; Asian or Asian British; Asian British",
             f"{_ASIAN}; chinese", broad=True),
        _one("Bangladeshi; Bangladeshi or British Bangladeshi", "bangladeshi", under=_A21),
        _one("Chinese; Chinese or British Chinese", "chinese", under=_A21),
        _one("Indian; Indian or British Indian", "indian", under=_A21),
        _one("Pakistani; Pakistani or British Pakistani", "pakistani", under=_A21),
        _one("Other Asian; Any other Asian background; Any other Asian", "filipino; other asian",
             under=_A21),
        _one("Black; Black, Black British, Black Welsh, Caribbean or African; Black, Black "
             "British, Caribbean or African; Black or Black British; Black British",
             _BLACK, broad=True),
        _one("Black African; African", "black african", under=_B21),
        _one("Black Caribbean; Caribbean", "black caribbean", under=_B21),
        _one("Other Black; Any other Black, Black British, or Caribbean background; Any other "
             "Black, Black British, Caribbean or African background; Any other Black background; "
             "Any other Black", "other black", under=_B21),
        _one("Mixed; Mixed or Multiple ethnic groups; Mixed or Multiple; Mixed ethnic group",
             _MIXED, broad=True),
        *_mixed(_M21),
        _one("White", _ALL_WHITE, broad=True),
        _one(_BRITISH, _WHITE_BRITISH, under="White"),
        _one("Irish; White Irish", "white irish", under="White"),
        _one("Gypsy or Irish Traveller; White Gypsy or Irish Traveller", _GYPSY, under="White"),
        _one("Roma; White Roma", "roma", under="White"),
        _one("Other White; Any other White background; Any other White", _OTHER_WHITE,
             under="White"),
        _one("Other; Other ethnic group; Other ethnic groups", f"arab; {_OTHER}", broad=True),
        _one("Arab", "arab", under=_O21),
        _one("Any other ethnic group", _OTHER, under=_O21),
    ),
)  # fmt: skip

_A11 = "Asian/Asian British; Asian or Asian British; Asian"
_B11 = (
    "Black/African/Caribbean/Black British; Black, African, Caribbean or Black British; "
    "Black or Black British; Black"
)
_M11 = "Mixed/multiple ethnic groups; Mixed or multiple ethnic groups; Mixed"

_GSS_18 = Vocabulary(
    "Census 2011 and the GSS standard, England and Wales (18 groups)",
    (
        _one("White", _ALL_WHITE, broad=True),
        _one(_BRITISH, _WHITE_BRITISH, under="White"),
        _one("Irish; White Irish", "white irish", under="White"),
        _one("Gypsy or Irish Traveller; White Gypsy or Irish Traveller", _GYPSY, under="White"),
        _one("Other White; Any other White background; Any other White", f"{_OTHER_WHITE}; roma",
             under="White", trap=ROMA_TRAP),
        _one("Mixed; Mixed/multiple ethnic groups; Mixed or multiple ethnic groups; Mixed or "
             "Multiple; Mixed ethnic group", _MIXED, broad=True),
        *_mixed(_M11),
        _one("Asian; Asian/Asian British; Asian or Asian British; Asian British",
             f"{_ASIAN}; chinese", broad=True),
        _one("Indian; Indian or British Indian", "indian", under=_A11),
        _one("Pakistani; Pakistani or British Pakistani", "pakistani", under=_A11),
        _one("Bangladeshi; Bangladeshi or British Bangladeshi", "bangladeshi", under=_A11),
        _one("Chinese; Chinese or British Chinese", "chinese", under=_A11),
        _one("Other Asian; Any other Asian background; Any other Asian", "filipino; other asian",
             under=_A11),
        _one("Black; Black/African/Caribbean/Black British; Black, African, Caribbean or Black "
             "British; Black or Black British; Black British", _BLACK, broad=True),
        _one("Black African; African", "black african", under=_B11),
        _one("Black Caribbean; Caribbean", "black caribbean", under=_B11),
        _one("Other Black; Any other Black/African/Caribbean background; Any other Black, African "
             "or Caribbean background; Any other Black background; Any other Black",
             "other black", under=_B11),
        _one("Other; Other ethnic group; Other ethnic groups", f"arab; {_OTHER}", broad=True),
        _one("Arab", "arab", under=_O21),
        _one("Any other ethnic group", _OTHER, under=_O21),
    ),
    (ROMA_TRAP,),
)  # fmt: skip

_AN, _BN = "Asian or Asian British; Asian", "Black or Black British; Black"
_ON = "Other Ethnic Groups; Other ethnic group; Chinese or other ethnic group; Other"

_NHS_16 = Vocabulary(
    "NHS ethnic category, 16+1 (Census 2001)",
    (
        _one("White", _ALL_WHITE, broad=True),
        _one(f"{_BRITISH}; British; British, Mixed British", _WHITE_BRITISH, under="White",
             code="A"),
        _one("Irish; White Irish", "white irish", under="White", code="B"),
        _one("Any other White background; Any other White; Other White",
             f"{_GYPSY}; roma; {_OTHER_WHITE}", under="White", code="C", trap=NHS_WHITE_TRAP),
        _one("Mixed; Mixed ethnic group", _MIXED, broad=True),
        _one("White and Black Caribbean", "white and black caribbean", under="Mixed", code="D"),
        _one("White and Black African", "white and black african", under="Mixed", code="E"),
        _one("White and Asian", "white and asian", under="Mixed", code="F"),
        _one("Other Mixed; Any other mixed background; Any other Mixed", "other mixed",
             under="Mixed", code="G"),
        _one("Asian; Asian or Asian British; Asian British",
             "indian; pakistani; bangladeshi; other asian", broad=True, trap=CHINESE_TRAP),
        _one("Indian; Indian or British Indian", "indian", under=_AN, code="H"),
        _one("Pakistani; Pakistani or British Pakistani", "pakistani", under=_AN, code="J"),
        _one("Bangladeshi; Bangladeshi or British Bangladeshi", "bangladeshi", under=_AN,
             code="K"),
        _one("Other Asian; Any other Asian background; Any other Asian", "other asian", under=_AN,
             code="L"),
        _one("Black; Black or Black British; Black British", _BLACK, broad=True),
        _one("Black Caribbean; Caribbean", "black caribbean", under=_BN, code="M"),
        _one("Black African; African", "black african", under=_BN, code="N"),
        _one("Other Black; Any other Black background; Any other Black", "other black", under=_BN,
             code="P"),
        _one("Chinese; Chinese or British Chinese", "chinese", under=_ON, code="R"),
        _one("Any other ethnic group", f"arab; {_OTHER}; filipino", under=_ON, code="S",
             trap=f"{ARAB_TRAP} {NHS_OTHER_TRAP}"),
        _one("Other; Other Ethnic Groups; Other ethnic group; Chinese or other ethnic group",
             f"chinese; arab; {_OTHER}; filipino", broad=True, trap=CHINESE_TRAP),
        _none("Not stated", PREFER_NOT_TO_SAY, "Z"),
        _none("Not known", NOT_KNOWN, "99"),
        _none("Not known", NOT_KNOWN, "X"),
    ),
    (CHINESE_TRAP, ARAB_TRAP, NHS_WHITE_TRAP),
)  # fmt: skip

_AS = "Asian, Scottish Asian or British Asian; Asian, Asian Scottish or Asian British; Asian"
_OS = "Other ethnic group; Other ethnic groups; Other"


def _scots(name: str) -> str:
    return f"{name}, Scottish {name} or British {name}; {name}, {name} Scottish or {name} British"


_SCOTLAND_2022 = Vocabulary(
    "Scotland's Census 2022",
    (
        _one("White", _ALL_WHITE, broad=True),
        _one("White Scottish; Scottish", "white scottish", under="White"),
        _one("Other White British; Other British", "other white british; british showman",
             under="White"),
        _one("White Irish; Irish", "white irish", under="White"),
        _one("Gypsy/Traveller; White Gypsy/Traveller; Gypsy or Traveller", _GYPSY, under="White",
             trap=SCOTTISH_TRAVELLER_TRAP),
        _one("Roma; White Roma", "roma", under="White"),
        _one("White Polish; Polish", "polish", under="White"),
        _one("Showman/Showwoman; Showman or Showwoman; Showman / Showwoman; Showperson",
             "british showman; other showman", under="White", trap=SCOTTISH_TRAVELLER_TRAP),
        _one("Other White; Any other White ethnic group; Other White ethnic group",
             "other white", under="White"),
        _one("Mixed; Mixed or multiple ethnic group; Mixed or multiple ethnic groups; Any mixed "
             "or multiple ethnic groups; Any mixed or multiple ethnic group", _MIXED, broad=True),
        _one("Asian; Asian, Scottish Asian or British Asian; Asian, Asian Scottish or Asian "
             "British", f"{_ASIAN}; chinese", broad=True),
        _one(f"Pakistani; {_scots('Pakistani')}", "pakistani", under=_AS),
        _one(f"Indian; {_scots('Indian')}", "indian", under=_AS),
        _one(f"Bangladeshi; {_scots('Bangladeshi')}", "bangladeshi", under=_AS),
        _one(f"Chinese; {_scots('Chinese')}", "chinese", under=_AS),
        _one("Other Asian; Any other Asian; Other Asian, Scottish Asian or British Asian",
             "filipino; other asian", under=_AS),
        _one(f"African; {_scots('African')}; Other African", "black african; african not black",
             under="African", trap=SCOTLAND_TRAP),
        _one("Caribbean or Black", "black caribbean; caribbean not black; other black",
             trap=SCOTLAND_TRAP),
        _one(f"Caribbean; {_scots('Caribbean')}", "black caribbean; caribbean not black",
             under="Caribbean or Black", trap=SCOTLAND_TRAP),
        _one(f"Black; {_scots('Black')}; Other Caribbean or Black",
             "black african; black caribbean; other black", under="Caribbean or Black",
             trap=SCOTLAND_TRAP),
        _one("Other ethnic groups; Other ethnic group", f"arab; {_OTHER}", broad=True),
        _one(f"Arab; {_scots('Arab')}", "arab", under=_OS),
        _one("Any other ethnic group", "other", under=_OS),
    ),
    (SCOTLAND_TRAP, SCOTTISH_TRAVELLER_TRAP),
)  # fmt: skip

_NI_2021 = Vocabulary(
    "Northern Ireland's Census 2021",
    (
        _one("White", f"{_WHITE_BRITISH}; white irish; gypsy; {_OTHER_WHITE}", trap=NI_TRAP),
        _one("Irish Traveller; White: Irish Traveller", "irish traveller", trap=TRAVELLER_TRAP),
        _one("Roma; White: Roma", "roma"),
        _one("Indian", "indian", under="Asian"),
        _one("Chinese", "chinese", under="Asian"),
        _one("Filipino", "filipino", under="Asian"),
        _one("Pakistani", "pakistani", under="Asian"),
        _one("Arab", "arab", under="Asian"),
        _one("Other Asian", "bangladeshi; other asian", under="Asian", trap=NI_TRAP),
        _one("Black African", "black african", under="Black"),
        _one("African", "black african", under="Black"),
        _one("Other Black; Black Other; Black: Other", "black caribbean; other black",
             trap=NI_TRAP),
        _one("Mixed; Mixed ethnic group; Mixed ethnic groups; Mixed ethnicities", _MIXED,
             broad=True),
        _one("Other ethnic groups; Other ethnicities; Other ethnic group; Any other ethnic group",
             _OTHER),
    ),
    (TRAVELLER_TRAP, NI_TRAP),
)  # fmt: skip

VOCABULARIES: dict[Published, Vocabulary] = {
    "census_2021": _CENSUS_2021,
    "gss_18": _GSS_18,
    "nhs_16": _NHS_16,
    "scotland_2022": _SCOTLAND_2022,
    "ni_2021": _NI_2021,
}
TITLES: dict[Classification, str] = {
    **{name: vocabulary.title for name, vocabulary in VOCABULARIES.items()},
    "own": "Words of their own",
}


def spelled(text: str) -> str:
    """Return the form in which categories are compared: letters and figures, "or" left out.

    >>> spelled("Asian or Asian British - Indian") == spelled("Asian/Asian British: Indian")
    True
    """
    plain = re.sub(r"[\W_]+", " ", text.casefold().replace("&", " and "))
    return " ".join(word for word in plain.split() if word != "or")


@cache
def _index(name: Published) -> dict[str, Category]:
    """Return the categories by their words; a word of two is the one listed first."""
    found: dict[str, Category] = {}
    for category in VOCABULARIES[name].categories:
        for words in category.names:
            found.setdefault(spelled(words), category)
    return found


@cache
def _codes(name: Published) -> dict[str, Category]:
    return {one.code.casefold(): one for one in VOCABULARIES[name].categories if one.code}


def category(name: Classification, word: str, *, codes: bool = True) -> Category | None:
    """Return the category a word or code is of a classification, or None.

    >>> category("nhs_16", "J").names[0], category("nhs_16", "Roma")
    ('Pakistani', None)
    """
    if name == "own":
        return None
    found = _index(name).get(spelled(word))
    return found or (_codes(name).get(word.strip().casefold()) if codes else None)


def likeliest(words: Iterable[str]) -> tuple[Published, ...]:
    """Return the classifications that know most of these words, in the order listed.

    >>> likeliest(["A", "J", "Z"]), likeliest(["Heritage"])
    (('nhs_16',), ())
    """
    every = list(words)
    known = {name: sum(category(name, word) is not None for word in every) for name in VOCABULARIES}
    most = max(known.values())
    return tuple(name for name in VOCABULARIES if most and known[name] == most)


def parts_of(group: str, home: Published) -> frozenset[str]:
    """Return the parts a group of a plan is made of, by the classification its census uses.

    >>> sorted(parts_of("Gypsy or Irish Traveller", "census_2021"))
    ['gypsy', 'irish traveller']
    """
    found = _index(home).get(spelled(group))
    return found.parts if found else frozenset()


def traps(name: Classification, home: Published) -> tuple[str, ...]:
    """Return what to know before a classification is matched with ours."""
    if name == home:
        return ()
    said = VOCABULARIES[name].traps if name != "own" else ()
    return (*said, *((NI_TRAP, TRAVELLER_TRAP) if home == "ni_2021" else ()))
