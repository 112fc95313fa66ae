"""Places by name and code, and which of them can be added up."""

import itertools

import pytest

import census
from census import extract, places
from census.errors import CensusError, OverlappingAreas, UnknownArea
from census.model import Area
from tests.fake_figures import SMALL_PLACES

ASTON, NEWTOWN = "E05011121", "E05011156"
HEADINGLEY, WEETWOOD = "Headingley & Hyde Park", "Weetwood"


def met(code, name, type_):
    """Return a place as a search gives it."""
    return places.with_authority(Area(code=code, name=name, type=type_))


LEEDS_001 = met("E02002330", "Leeds 001", "MSOA")
LEEDS_001A = met("E01011698", "Leeds 001A", "LSOA")
BIRMINGHAM_048 = met("E02001874", "Birmingham 048", "MSOA")
ELSEWHERE = met("E14009999", "Leeds East", "constituency")


@pytest.mark.parametrize(
    ("asked", "name", "type_", "authority"),
    [
        ("E05011413", "Weetwood", "ward", "Leeds"),
        (" e05011413 ", "Weetwood", "ward", "Leeds"),
        ("weetwood", "Weetwood", "ward", "Leeds"),
        ("HEADINGLEY and hyde park", HEADINGLEY, "ward", "Leeds"),
        ("Aston (Birmingham)", "Aston (Birmingham)", "ward", "Birmingham"),
        ("Aston, Birmingham", "Aston (Birmingham)", "ward", "Birmingham"),
        ("aston (south derbyshire)", "Aston", "ward", "South Derbyshire"),
        (ASTON, "Aston (Birmingham)", "ward", "Birmingham"),
        ("Birmingham Ladywood", "Birmingham Ladywood", "constituency", "Birmingham"),
        ("Leeds", "Leeds", "local authority", "Yorkshire and The Humber"),
        ("Newport", "Newport", "local authority", "Wales"),
    ],
)
def test_a_place_is_known_by_its_code_and_its_name(asked, name, type_, authority):
    found = census.area(asked)
    assert (found.name, found.type, found.within[0]) == (name, type_, authority)


@pytest.mark.parametrize("asked", ["E05011413", "weetwood", "Aston, Birmingham", "Leeds"])
def test_nothing_near_is_looked_for_where_a_place_is_known(asked, monkeypatch):
    def looked(*_):
        raise AssertionError

    monkeypatch.setattr(extract, "nearest", looked)
    assert census.area(asked).name


def test_a_ward_is_the_same_place_however_it_is_asked_for():
    every = [census.area(asked) for asked in (ASTON, "Aston (Birmingham)", "Aston, Birmingham")]
    assert every == [extract.area(ASTON)] * 3
    assert places.with_authority(Area(code=ASTON, name="Aston", type="ward")) == every[0]
    assert {a.code: a for a in census.find_areas("Birmingham)")}[ASTON] == every[0]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("Aston", ["Aston (Birmingham)", "Aston (South Derbyshire)"]),
        ("Newtown", ["Newtown (Birmingham)", "Newtown (Dartford)", "Newtown (Stockton-on-Tees)"]),
        ("Birmingam", ["Birmingham"]),
        ("E0801", ["No place called E0801"]),
        ("Aston (Leeds)", ["No place called Aston (Leeds)"]),
        ("", ["No place called"]),
        ("E02009999", ["No place called E02009999"]),
    ],
)
def test_a_name_of_no_place_or_of_several_is_refused_with_the_nearest(asked, words):
    with pytest.raises(UnknownArea) as error:
        census.area(asked)
    assert all(word in str(error.value) for word in words)


def test_places_found_have_exact_names_first_and_each_once():
    found = census.find_areas("aston")
    assert found[0].name == "Aston (Birmingham)"
    wards = [a.name for a in found if a.within[0] != "Birmingham"]
    assert wards[:3] == ["Aston", "Aston & Todwick", "Aston Clinton and Bierton"]
    assert len({a.code for a in found}) == len(found)
    newport = census.find_areas("Newport")
    assert (newport[0].name, newport[0].type) == ("Newport", "local authority")
    named = [extract.plain(a.name) for a in newport]
    assert named.index("newport central") < named.index("alway")


@pytest.mark.parametrize("query", ["", "  ", "zz zz", "no such place", "(", "E05011413"])
def test_any_query_is_answered(query):
    found = census.find_areas(query)
    assert [a.code for a in found] == (["E05011413"] if query == "E05011413" else [])


def test_small_places_are_told_their_authority_by_name():
    assert LEEDS_001.within[:2] == ("Leeds", "Yorkshire and The Humber")
    assert LEEDS_001A.within == LEEDS_001.within
    bristol = met("E02003012", "Bristol, City of 001", "MSOA")
    assert bristol.within[0] == "Bristol, City of"
    assert met("E02009998", "Nowhere 001", "MSOA").within == ()
    assert ELSEWHERE.within == ()
    for line in SMALL_PLACES.replace("|", "\n").split("\n"):
        if line.strip():
            code, name = line.split(" ", 1)
            kind = {"01": "LSOA", "02": "MSOA", "14": "constituency"}[code[1:3]]
            assert met(code, name, kind).region in ("West Midlands", "Wales", "South East",
                                                    "Yorkshire and The Humber")  # fmt: skip


KEPT_WARD = extract.area(ASTON)
OVERLAPPING = {
    "a ward in its authority": ("Weetwood", "Leeds", "Weetwood is part of Leeds"),
    "a kept ward in its authority": (ASTON, "Birmingham", "is part of Birmingham"),
    "a ward in its region": ("Weetwood", "E12000003", "is part of Yorkshire and The Humber"),
    "a ward in England": ("Weetwood", "England", "is part of England"),
    "a ward in England and Wales": ("Weetwood", "K04000001", "is part of England and Wales"),
    "a ward in its constituency": ("Ladywood", "Birmingham Ladywood", "is part of"),
    "a constituency in its authority": ("Birmingham Ladywood", "Birmingham", "is part of"),
    "an MSOA in its authority": (LEEDS_001, "Leeds", "Leeds 001 is part of Leeds"),
    "an MSOA in its region": (LEEDS_001, "E12000003", "Leeds 001 is part of Yorkshire"),
    "an LSOA in its MSOA": (LEEDS_001A, LEEDS_001, "may share people"),
    "a ward and an MSOA of one authority": ("Weetwood", LEEDS_001, "s only, or "),
    "a kept ward and an MSOA": (ASTON, BIRMINGHAM_048, "s only, or "),
    "an MSOA in a kept constituency": (BIRMINGHAM_048, "Birmingham Yardley", "may share people"),
    "a live constituency and a ward": (ELSEWHERE, "Weetwood", "may share people"),
    "a live constituency and an authority": (ELSEWHERE, "Leeds", "overlap. Choose one of them"),
    "a live constituency and a nation": (ELSEWHERE, "K04000001", "overlap. Choose one of them"),
    "an MSOA nobody can place": (
        met("E02009998", "Nowhere 001", "MSOA"), "Cornwall", "Choose one of them",
    ),
    "a ward twice": ("Weetwood", "E05011413", "Weetwood is named twice"),
    "a kept ward twice": (ASTON, "Aston (Birmingham)", "is named twice"),
    "an MSOA twice": (LEEDS_001, LEEDS_001, "Leeds 001 is named twice"),
}  # fmt: skip


def area(asked):
    return asked if isinstance(asked, Area) else census.area(asked)


@pytest.mark.parametrize(("one", "other", "words"), OVERLAPPING.values(), ids=OVERLAPPING)
def test_places_that_share_people_are_refused_in_words(one, other, words):
    for pair in itertools.permutations([area(one), area(other)]):
        with pytest.raises(OverlappingAreas) as error:
            census.check_apart([census.area("Belfast"), *pair])
        said = str(error.value)
        assert words in said
        assert said.endswith(".")
        assert "severals" not in said
        with pytest.raises(OverlappingAreas):
            census.distribution(census.find_topic("tenure"), pair)


APART = {
    "two wards of one authority": ("Weetwood", HEADINGLEY),
    "wards kept and not": (ASTON, "Weetwood"),
    "a ward and another authority": ("Weetwood", "Birmingham"),
    "a ward and another region": ("Weetwood", "London"),
    "an MSOA and another authority": (LEEDS_001, "Coventry"),
    "an MSOA and a ward elsewhere": (LEEDS_001, ASTON),
    "an MSOA and a ward that is called as its authority": (LEEDS_001, "E05004997"),
    "an LSOA and an MSOA elsewhere": (LEEDS_001A, BIRMINGHAM_048),
    "two kept constituencies": ("Birmingham Ladywood", "Birmingham Yardley"),
    "a kept constituency and a ward elsewhere": ("Birmingham Ladywood", "Weetwood"),
    "a live constituency and another": (ELSEWHERE, "Birmingham Ladywood"),
    "a district of Northern Ireland and another": ("Belfast", "Mid Ulster"),
    "two regions": ("London", "South East"),
}


@pytest.mark.parametrize(("one", "other"), APART.values(), ids=APART)
def test_places_that_share_nobody_are_allowed(one, other):
    for pair in itertools.permutations([area(one), area(other)]):
        census.check_apart(pair)


def test_a_ward_called_leeds_is_not_leeds():
    assert census.area("E05004997").name == "Leeds"
    assert census.area("E05004997").within[0] == "Maidstone"


def test_whether_two_kept_places_overlap_is_the_same_as_whether_their_authorities_do():
    kept = [a for a in census.every_area() if a.type in ("county", "region", "country", "several")]
    kept += [census.area(asked) for asked in ("Kent", "Canterbury", "Medway", "Leeds", "Cardiff")]
    covers = extract.gazetteer().covers
    for one, other in itertools.combinations(dict.fromkeys(kept), 2):
        try:
            census.check_apart([one, other])
            apart = True
        except CensusError:
            apart = False
        assert apart == (not covers[one.code] & covers[other.code]), (one.name, other.name)


def test_places_are_named_so_that_two_of_one_name_are_told_apart():
    assert places.named(census.area("Weetwood")) == "Weetwood, ward in Leeds"
    assert places.named(LEEDS_001) == "Leeds 001, MSOA in Leeds"
    assert places.named(census.area("K04000001")).endswith("England and Wales together")
    assert places.named(ELSEWHERE) == "Leeds East, constituency"
