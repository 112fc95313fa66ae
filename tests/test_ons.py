import json
import re

import pytest
from werkzeug import Response

from census import extract
from census.cache import Cache
from census.client import Client, Settings
from census.errors import (
    AreasBlocked,
    CensusError,
    NotPublished,
    OverlappingAreas,
    ServiceError,
)
from census.model import Ages, Area
from census.ons import Wanted, for_ages, joint
from census.population import distribution
from census.topics import TOPICS, WHERE_THEY_LIVE
from tests import fake_ons

BIRMINGHAM, COVENTRY, SCILLY = map(extract.area, ("Birmingham", "Coventry", "Isles of Scilly"))
ADULTS = Ages(16)
AGE, SEX = Wanted(TOPICS["age"]), Wanted(TOPICS["sex"])
ETHNIC, ETHNIC_5 = Wanted(TOPICS["ethnic_group"]), Wanted(TOPICS["ethnic_group"], "broad")
TENURE = Wanted(TOPICS["tenure"], "broad")


class Service:
    """The stand-in on loopback, a client that asks it, and what it was asked."""

    def __init__(self, server, cache):
        self.asked = []
        self.cache = cache
        self.url = server.url_for("/ons")
        server.expect_request(re.compile(".*")).respond_with_handler(self._answer)
        self.client = self.another()

    def another(self, **settings):
        return Client(
            Settings(ons=self.url, attempts=2, pause=0, deadline=10, **settings),
            sleep=lambda seconds: None,
        )

    def _answer(self, request):
        self.asked.append((request.path, request.args.to_dict()))
        status, headers, body = fake_ons.answer(request.path, request.args.to_dict())
        return Response(body, status, headers)

    @property
    def data(self):
        return [query for path, query in self.asked if path.endswith("census-observations")]

    @property
    def lists(self):
        return [path for path, _ in self.asked if not path.endswith("census-observations")]

    def joint(self, *wanted, areas=(BIRMINGHAM,), ages=ADULTS, client=None):
        return joint(client or self.client, wanted, areas, ages, self.cache)

    def for_ages(self, wanted, *, areas=(BIRMINGHAM,), ages=ADULTS):
        return for_ages(self.client, wanted, areas, ages, self.cache)


@pytest.fixture
def service(httpserver, tmp_path, monkeypatch):
    monkeypatch.setattr(fake_ons, "BLOCKED", set())
    monkeypatch.setattr(fake_ons, "TROUBLE", None)
    monkeypatch.setattr(fake_ons, "is_blocking", False)
    found = Service(httpserver, Cache(tmp_path))
    yield found
    found.client.close()


def people(found, *, of=0):
    counts = {}
    for cell in found.cells:
        counts[cell.groups[of]] = counts.get(cell.groups[of], 0) + cell.people
    return counts


def test_a_joint_table_of_two_topics_has_every_combination_once(service):
    found = service.joint(ETHNIC_5, AGE)
    assert found.topics == ("ethnic_group", "age")
    assert found.groups == (
        ("Asian", "Black", "Mixed", "White", "Other"),
        ("16-34", "35-54", "55-74", "75+"),
    )
    assert [cell.groups for cell in found.cells][:5] == [
        ("Asian", "16-34"),
        ("Asian", "35-54"),
        ("Asian", "55-74"),
        ("Asian", "75+"),
        ("Black", "16-34"),
    ]
    assert len(found.cells) == 20
    source = found.source
    assert (source.title, source.base) == ("Ethnic group by age", "people aged 16 and over")
    assert source.table == "census-observations: ethnic_group_tb_6a, resident_age_8a"
    assert (source.status, source.origin, source.areas) == ("official", "live", ("E08000025",))
    assert not found.is_pattern
    assert source.fetched


def test_the_bands_of_a_joint_table_add_up_to_the_published_ages(service):
    found = people(service.joint(ETHNIC_5, AGE), of=1)
    published = {g.name: g.people for g in distribution(TOPICS["age"], [BIRMINGHAM]).groups}
    assert all(abs(found[band] - n) < 20 for band, n in published.items())


def test_age_by_sex_comes_out_as_published(service):
    found = service.joint(SEX, AGE)
    women = people(found)["Female"]
    published = distribution(TOPICS["sex"], [BIRMINGHAM]).groups[0].people
    assert abs(women - published) < 5


@pytest.mark.parametrize(
    ("wanted", "base"),
    [
        ((ETHNIC_5, AGE, SEX), "people aged 16 and over"),
        ((ETHNIC_5, TENURE, SEX, AGE), "people aged 16 and over who live in a household"),
        ((ETHNIC_5, TENURE), "people of all ages who live in a household"),
        ((Wanted(TOPICS["ns_sec"]), SEX), "people aged 16 and over"),
        ((Wanted(TOPICS["unpaid_care"], "broad"), SEX), "people aged 5 and over"),
    ],
    ids=lambda value: value if isinstance(value, str) else str(len(value)),
)
def test_joint_tables_of_two_to_four_topics_say_whom_they_count(service, wanted, base):
    found = service.joint(*wanted)
    assert found.source.base == base
    assert found.is_pattern == ("aged 16" not in base)
    kinds = {path.split("/")[3] for path, _ in service.asked}
    assert kinds == ({"UR_HH"} if "household" in base else {"UR"})
    expected = 1
    for groups in found.groups:
        expected *= len(groups)
    assert len(found.cells) == expected
    assert found.total > 800_000


def test_a_joint_table_that_counts_others_than_the_round_says_so(service):
    found = service.joint(ETHNIC_5, SEX)
    assert found.notes == (
        "Ethnic group by sex counts all ages; this round is open to people aged 16 and over.",
    )


def test_those_who_did_not_answer_are_left_out_and_counted(service):
    found = service.joint(Wanted(TOPICS["religion"]), AGE)
    assert "Not answered" not in found.groups[0]
    assert found.notes[0].endswith("people who did not answer are left out.")


def test_areas_are_added_up_in_one_request(service):
    both = service.joint(ETHNIC_5, AGE, areas=(BIRMINGHAM, COVENTRY))
    assert [query["area-type"] for query in service.data] == ["ltla,E08000025,E08000026"]
    one = service.joint(ETHNIC_5, AGE)
    other = service.joint(ETHNIC_5, AGE, areas=(COVENTRY,))
    assert len(service.data) == 1
    assert [c.people for c in both.cells] == [
        a.people + b.people for a, b in zip(one.cells, other.cells, strict=True)
    ]


@pytest.mark.parametrize(
    ("name", "area_type"),
    [
        ("Kent", "utla"),
        ("West Midlands", "rgn"),
        ("Wales", "ctry"),
        ("England and Wales", "nat"),
    ],
)
def test_larger_areas_are_asked_for_as_their_own_kind(service, name, area_type):
    area = extract.area(name)
    found = service.joint(ETHNIC_5, AGE, areas=(area,))
    assert service.data[0]["area-type"] == f"{area_type},{area.code}"
    assert found.total > 1_000_000


def test_a_ward_and_an_msoa_are_asked_for_as_their_own_kind(service):
    ward = Area(code="E05011120", name="Alum Rock", type="ward", within=("Birmingham",))
    msoa = Area(code="E02001827", name="Birmingham 001", type="MSOA", within=("Birmingham",))
    service.joint(ETHNIC_5, SEX, areas=(ward, msoa))
    assert [query["area-type"] for query in service.data] == ["wd,E05011120", "msoa,E02001827"]


def test_every_authority_takes_one_data_request(service):
    every = [area for area in extract.every_area() if area.type == "local authority"]
    found = service.joint(ETHNIC_5, SEX, areas=every, ages=Ages(0))
    assert len(service.data) == 1
    assert abs(found.total - 59_597_541) < 400


def test_a_large_table_is_asked_for_in_batches_of_at_most_the_figures_allowed(service, monkeypatch):
    monkeypatch.setattr("census.ons_ask.MOST_ROWS", 16 * 6 * 2)
    some = [area for area in extract.every_area() if area.type == "local authority"][:20]
    together = service.joint(ETHNIC_5, SEX, areas=some)
    assert [query["area-type"].count(",") for query in service.data] == [16, 4]
    assert (
        abs(together.total - sum(distribution(SEX.topic, [a], ages=Ages(0)).total for a in some))
        < 200
    )


def test_a_service_that_finds_a_table_too_large_is_asked_for_half(service, monkeypatch):
    monkeypatch.setattr(fake_ons, "TROUBLE", "too large")
    found = service.joint(ETHNIC_5, SEX, areas=(BIRMINGHAM, COVENTRY))
    assert len(service.data) == 3
    assert found.total > 1_480_000


# How often the service is asked


def test_warm_use_sends_nothing_and_a_new_area_only_the_data_request(service):
    first = service.joint(ETHNIC_5, AGE)
    assert (len(service.lists), len(service.data)) == (3, 1)
    service.asked.clear()
    assert service.joint(ETHNIC_5, AGE) == first
    assert [c.people for c in service.joint(AGE, ETHNIC_5).cells[:2]] == [
        first.cells[0].people,
        first.cells[4].people,
    ]
    assert service.asked == []
    service.joint(ETHNIC_5, AGE, areas=(COVENTRY,))
    assert (len(service.lists), len(service.data)) == (0, 1)


def test_what_is_kept_is_read_without_a_network(service):
    first = service.joint(ETHNIC_5, AGE)
    offline = service.another(is_offline=True)
    assert service.joint(ETHNIC_5, AGE, client=offline) == first
    with pytest.raises(ServiceError, match="set to work offline"):
        service.joint(ETHNIC_5, AGE, areas=(COVENTRY,), client=offline)


def test_without_a_cache_a_call_reads_the_list_of_variables_once(service):
    joint(service.client, (ETHNIC_5, AGE), (BIRMINGHAM,), ADULTS)
    assert (len(service.lists), len(service.data)) == (3, 1)


def test_the_oldest_answer_dates_the_table(service, monkeypatch):
    for area, moment in ((BIRMINGHAM, "2026-01-02T00:00:00Z"), (COVENTRY, "2026-03-04T00:00:00Z")):
        monkeypatch.setattr("census.ons_ask.now", lambda moment=moment: moment)
        service.joint(ETHNIC_5, AGE, areas=(area,))
    both = service.joint(ETHNIC_5, AGE, areas=(COVENTRY, BIRMINGHAM))
    assert both.source.fetched == "2026-01-02T00:00:00Z"


def test_a_kept_answer_that_no_longer_fits_is_asked_for_again(service):
    service.joint(ETHNIC_5, AGE)
    dims = "ethnic_group_tb_6a,resident_age_8a"
    service.cache.put(f"ons/joint/UR/{dims}/E08000025", [["1", "1", -4]])
    service.cache.put("ons/categorisations/UR/resident_age", {"no": "list"})
    service.asked.clear()
    assert service.joint(ETHNIC_5, AGE).total > 800_000
    assert (len(service.lists), len(service.data)) == (1, 1)


def test_a_long_list_is_read_page_by_page(service, monkeypatch):
    monkeypatch.setattr("census.ons_ask.PAGE", 4)
    assert service.joint(ETHNIC_5, AGE).total > 800_000
    assert len(service.lists) == 3 + 1 + 3


# Adults only


def test_adults_of_a_topic_come_from_topic_by_age(service):
    found = service.for_ages(ETHNIC)
    assert found.source.base == "people aged 16 and over"
    assert found.source.title == "Ethnic group by age"
    assert found.source.table == "census-observations: ethnic_group_tb_20b, resident_age_3a"
    assert (found.leaning, found.topic) == ("", "ethnic_group")
    assert abs(found.total - 889_624) < 20
    kept = distribution(TOPICS["ethnic_group"], [BIRMINGHAM])
    assert [(g.name, g.broad) for g in found.groups] == [(g.name, g.broad) for g in kept.groups]
    assert found.aliases == kept.aliases
    assert len(service.data) == 1


def test_adults_of_a_broad_grouping_keep_their_parts(service):
    found = service.for_ages(TENURE, ages=Ages(18))
    kept = distribution(TOPICS["tenure"], [BIRMINGHAM], grouping="broad")
    assert [(g.name, g.parts) for g in found.groups] == [(g.name, g.parts) for g in kept.groups]
    assert found.source.base == "people aged 18 and over who live in a household"


@pytest.mark.parametrize("topic", ["ns_sec", "qualification"])
def test_a_topic_of_adults_needs_no_age_unless_the_round_has_other_ages(service, topic):
    assert service.for_ages(Wanted(TOPICS[topic])).source.title == TOPICS[topic].title
    older = service.for_ages(Wanted(TOPICS[topic]), ages=Ages(18, 60))
    assert older.source.base == "people aged 18 to 60"
    younger = service.for_ages(Wanted(TOPICS[topic]), ages=Ages(0))
    assert younger.source.base == "people aged 16 and over"
    assert "round is open to all ages" in younger.leaning


def test_every_topic_but_sexual_orientation_has_adults(service):
    for topic in TOPICS.values():
        grouping = "broad" if "broad" in topic.groupings else None
        if topic.id == "sexual_orientation":
            with pytest.raises(NotPublished, match="does not combine Sexual orientation with"):
                service.for_ages(Wanted(topic), ages=Ages(18))
            continue
        found = service.for_ages(Wanted(topic, grouping), ages=Ages(18))
        assert abs(found.total + found.not_answered - 857_000) < 21_000, topic.id
        assert found.groups, topic.id


def test_age_and_living_alone_among_the_rounds_ages(service):
    ages = service.for_ages(Wanted(TOPICS["age"], bands=("18-24", "25-64", "65+")), ages=Ages(18))
    assert [g.name for g in ages.groups] == ["18-24", "25-64", "65+"]
    alone = service.for_ages(Wanted(TOPICS["living_alone"]))
    assert [g.name for g in alone.groups] == ["Lives alone", "Lives with others"]
    assert alone.source.base == "people aged 16 and over who live in a household"


def test_not_answered_is_counted_apart_among_adults(service):
    found = service.for_ages(Wanted(TOPICS["religion"]))
    assert found.not_answered > 10_000
    assert "Not answered" not in [g.name for g in found.groups]


def test_a_topic_too_fine_for_the_service_is_refused_with_the_grouping_that_is_there(service):
    with pytest.raises(NotPublished) as refused:
        service.joint(Wanted(TOPICS["economic_activity"]), AGE)
    assert str(refused.value).startswith(
        "The census service does not have Economic activity in these 19 groups together with "
        "other characteristics. It has Employee, Self-employed, Unemployed,"
    )
    assert str(refused.value).endswith("choose the grouping 'broad'.")


# Areas kept back


def blocked(service, *wanted, **options):
    with pytest.raises(AreasBlocked) as refused:
        service.joint(*wanted, **options)
    return str(refused.value)


def test_blocked_areas_are_named_with_the_nearest_alternatives_in_order(service):
    fake_ons.BLOCKED.add(SCILLY.code)
    assert blocked(service, ETHNIC, AGE, SEX, areas=(BIRMINGHAM, SCILLY)) == (
        "The census service keeps Ethnic group by age by sex back for Isles of Scilly: few people "
        "would be counted in some groups. Try fewer groups (Ethnic group in broad groups; Age in "
        "16-24, 25-34, 35-49, 50-64 and 65+), fewer characteristics at once or a larger area "
        "(South West or England)."
    )


def test_a_coarser_table_and_a_larger_area_do_get_an_answer(service):
    fake_ons.BLOCKED.add(SCILLY.code)
    blocked(service, ETHNIC, AGE, areas=(SCILLY,))
    region = service.joint(ETHNIC_5, AGE, areas=(extract.area("South West"),))
    assert region.total > 4_000_000


def test_two_characteristics_with_the_coarsest_groups_leave_only_a_larger_area(service):
    fake_ons.BLOCKED.update({SCILLY.code, COVENTRY.code})
    coarse = Wanted(TOPICS["age"], bands=("16-64", "65+"))
    said = blocked(service, SEX, coarse, areas=(SCILLY, COVENTRY))
    assert said.endswith(". Try a larger area (South West, England or West Midlands).")
    assert "back for Isles of Scilly and Coventry:" in said


def test_adults_kept_back_may_be_had_with_all_ages_together(service):
    fake_ons.BLOCKED.add(SCILLY.code)
    with pytest.raises(AreasBlocked, match="Try all ages together or a larger area"):
        service.for_ages(SEX, areas=(SCILLY,))


def test_a_country_that_is_kept_back_has_no_larger_area(service):
    whole = extract.area("England and Wales")
    fake_ons.BLOCKED.add(whole.code)
    assert blocked(service, SEX, AGE, areas=(whole,)).endswith(
        ". Try fewer groups (Age in 16-24, 25-34, 35-49, 50-64 and 65+)."
    )


def test_many_blocked_areas_are_named_shortly(service, monkeypatch):
    every = [area for area in extract.every_area() if area.type == "local authority"][:9]
    monkeypatch.setattr(fake_ons, "TROUBLE", "blocked")
    assert (
        "Redcar and Cleveland, Stockton-on-Tees, Darlington and 4 more places: few people"
    ) in blocked(service, SEX, AGE, areas=every)


def test_a_table_refused_whole_is_an_area_kept_back(service, monkeypatch):
    monkeypatch.setattr(fake_ons, "TROUBLE", "refused")
    assert blocked(service, SEX, AGE).startswith(
        "The census service refused Sex by age for Birmingham (status 400), as it does when few "
        "people would be counted in some groups. Try fewer groups (Age in"
    )


def test_a_table_too_large_for_one_place_is_said_and_the_service_is_not_down(service, monkeypatch):
    monkeypatch.setattr(fake_ons, "MOST_ROWS", 1)
    with pytest.raises(ServiceError) as refused:
        service.joint(SEX, AGE, areas=(BIRMINGHAM, COVENTRY))
    assert str(refused.value) == (
        "The census service says that this table is too large even for one place (status 403). "
        "Choose fewer characteristics, or broader groups."
    )
    assert not refused.value.is_down


def test_the_areas_that_were_answered_are_kept_though_another_was_blocked(service):
    fake_ons.BLOCKED.add(COVENTRY.code)
    blocked(service, ETHNIC_5, AGE, areas=(BIRMINGHAM, COVENTRY))
    service.asked.clear()
    assert service.joint(ETHNIC_5, AGE).total > 800_000
    assert service.asked == []
    fake_ons.BLOCKED.clear()
    service.joint(ETHNIC_5, AGE, areas=(BIRMINGHAM, COVENTRY))
    assert [query["area-type"] for query in service.data] == ["ltla,E08000026"]


# What cannot be asked


@pytest.mark.parametrize(
    ("wanted", "areas", "kind", "said"),
    [
        ((AGE,), (BIRMINGHAM,), CensusError, "takes 2 to 4 characteristics; 1 were asked for"),
        ((AGE, SEX), (), CensusError, "needs at least one place"),
        ((AGE, SEX), (COVENTRY, COVENTRY), OverlappingAreas, "Coventry is named twice"),
        ((AGE, AGE), (BIRMINGHAM,), CensusError, "Age and Age are one question"),
        ((AGE, Wanted(WHERE_THEY_LIVE)), (BIRMINGHAM,), NotPublished, "Where they live"),
        (
            (Wanted(TOPICS["household"]), Wanted(TOPICS["living_alone"])),
            (BIRMINGHAM,),
            CensusError,
            "are one question of the census",
        ),
        (
            (AGE, SEX),
            (Area(code="N09000003", name="Belfast", type="Northern Ireland district"),),
            NotPublished,
            "for England and Wales has no joint tables for Belfast",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused_without_asking(service, wanted, areas, kind, said):
    with pytest.raises(kind, match=said):
        service.joint(*wanted, areas=areas)
    assert service.asked == []


# Answers that make no sense


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        ("html", "sent a web page where figures should be"),
        ("empty", "sent an empty answer"),
        ("error", "sent an error instead of an answer"),
        ("cut", "sent an answer that is damaged or cut off"),
        ("busy", "is busy and asked us to wait"),
        ("down", "is not working just now"),
        ("missing", "sent an answer without 'observations'"),
        ("short", "sent 47 of 48 figures"),
        ("silent", "left out areas without a reason"),
        ("twice", "sent the same figure twice"),
        ("negative", "sent a count that is no whole number of people"),
        ("fraction", "sent a count that is no whole number of people"),
        ("text", "sent a count that is no whole number of people"),
        ("null", "sent a count that is no whole number of people"),
        ("zero", "sent figures that count nobody"),
        ("category", "sent a category that is not in its own list"),
        ("other area", "sent figures for an area that was not asked for"),
    ],
)
def test_a_wrong_answer_is_refused_in_words_and_never_kept(service, monkeypatch, trouble, said):
    monkeypatch.setattr(fake_ons, "TROUBLE", trouble)
    with pytest.raises(ServiceError) as refused:
        service.joint(ETHNIC_5, AGE)
    assert str(refused.value).startswith(f"The census service {said}")
    monkeypatch.setattr(fake_ons, "TROUBLE", None)
    service.asked.clear()
    assert service.joint(ETHNIC_5, AGE).total > 800_000
    assert (len(service.lists), len(service.data)) == (0, 1)


@pytest.mark.parametrize("trouble", ["html", "empty", "error", "cut", "down", "missing", "short"])
def test_a_wrong_list_of_variables_is_refused_in_words(service, monkeypatch, trouble):
    monkeypatch.setattr(fake_ons, "TROUBLE", f"lists {trouble}")
    with pytest.raises(ServiceError, match=r"^The census service \w"):
        service.joint(ETHNIC_5, AGE)
    assert service.data == []


def test_a_variable_without_categories_is_passed_over(service, monkeypatch):
    honest = fake_ons.answer

    def with_an_empty_one(path, query):
        status, headers, body = honest(path, query)
        if path.endswith("categorisations"):
            said = json.loads(body)
            said["items"].append({"id": "sex_9a", "label": "x", "categories": None})
            body = json.dumps(said | {"total_count": len(said["items"])}).encode()
        return status, headers, body

    monkeypatch.setattr(fake_ons, "answer", with_an_empty_one)
    assert service.joint(SEX, AGE).total > 800_000
