"""Rounds added up: of one place, of several, in groups they share; and what stands apart."""

import itertools
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

import census
from census.extract import every_area
from sampler import answers, example, figures
from sampler.model import Answer, Round, Totals
from sampler.people import tally
from sampler.people.tally import Tally
from sampler.programmes import programme
from sampler.programmes.adding_up import overlap
from sampler.programmes.audiences import differences, offered, settings_of
from sampler.programmes.common_groups import Common, Different, common
from sampler.programmes.programme import RoundHeard
from sampler.store import Store
from tests.builders import a_brief, a_person

START = datetime(2026, 1, 1, tzinfo=UTC)
SEX = {"characteristic": [{"topic": "sex"}]}
numbers = itertools.count(1)


@pytest.fixture
def store():
    made = Store("sqlite://")
    yield made
    made.close()


def gathered(store):
    plans = store.latest_plans()
    rounds = store.rounds(archived=True)
    tallies = store.tallies([r.id for r in rounds])
    return programme.view(
        [
            RoundHeard(r, plans[r.id].plan if r.id in plans else None, tallies.get(r.id, Tally()))
            for r in rounds
        ]
    )


def a_round(brief, people=(), counts=None, heard=0):
    number = next(numbers)
    totals = counts and Totals(on=date(2025, 5, 1), heard=heard, counts=counts)
    made = Round(
        id=f"r{number}",
        programme=None,
        brief=brief,
        totals=totals,
        created_at=START + timedelta(hours=number),
    )
    return RoundHeard(made, figures.plan_of(brief), tally.of(people))


def of(topic, heard, title="Past", areas=("Birmingham",), **more):
    """Return a past round of one characteristic by its totals."""
    everything = {k: more.pop(k) for k in ("audience", "lowest_age", "people_wanted") if k in more}
    brief = a_brief(
        title=title, areas=list(areas), characteristic=[{"topic": topic, **more}], **everything
    )
    name = census.find_topic(topic).title
    return a_round(brief, counts={name: heard}, heard=sum(heard.values()))


def only(rounds, *more, **options):
    (found,) = programme.view(rounds, *more, **options)
    return found


def heard_in(part):
    return {row.group: row.heard for row in part.rows}


def add(store, brief, *people):
    made = store.add_round(brief)
    store.take_plan(made.id, figures.plan_of(brief))
    store.add_people(made.id, list(people))
    return made


def heard(group, **more):
    return a_person(stage="attended", answers={"Sex": group} | more)


def test_rounds_of_one_place_are_added_up_beside_the_populations_share(store):
    add(store, a_brief(title="One", **SEX), *[heard("Female")] * 3)
    add(store, a_brief(title="Two", **SEX), heard("Male"), a_person(stage="no_show"))
    (view,) = gathered(store)
    sex = view.characteristics[0]
    assert (view.heard, sex.known) == (4, 4)
    rows = {row.group: row for row in sex.rows}
    assert (rows["Female"].heard, rows["Male"].heard) == (3, 1)
    assert rows["Male"].expected == 4 * Fraction(429_977, 889_624)
    assert rows["Male"].state == "1 fewer"
    assert rows["Female"].state == "1 more"


def test_people_whose_group_is_not_known_are_expected_nowhere(store):
    add(store, a_brief(**SEX), heard("Female"), a_person(stage="attended"))
    (view,) = gathered(store)
    sex = view.characteristics[0]
    assert (sex.known, sex.heard) == (1, 2)
    assert sum(row.expected for row in sex.rows) == 1


def test_a_round_without_quotas_stands_apart(store):
    store.add_round(a_brief(title="Planning"))
    (view,) = gathered(store)
    assert [(one.title, one.reason) for one in view.apart] == [
        ("Planning", "It has no quotas yet.")
    ]
    assert programme.answer_line(view) == "Nobody heard yet."


def test_the_example_has_the_shape_of_the_public_account(store):
    opened = example.add_to(store)
    assert store.round(opened).title == "Council tax discovery"
    views = {view.audience: view for view in gathered(store)}
    assert views["staff"].heard == 43
    assert views["businesses"].heard == 5
    assert 95 <= views["residents"].heard <= 105
    ethnic = views["residents"].characteristics[0]
    assert any(row.heard == 0 for row in ethnic.rows)
    assert "and from nobody in" in programme.answer_line(views["residents"])
    least = programme.least_heard(views["residents"])
    assert least[0][1].difference < 0
    silent = programme.never_heard(views["residents"])
    assert silent
    assert all(row.heard == 0 for _, row in silent)
    assert not any(one in least for one in silent)
    rows = [row for part in views["residents"].characteristics for row in part.rows]
    never = sum(not row.heard and bool(row.expected) for row in rows)
    assert never == len(silent) + sum(not row.heard for _, row in least)
    references = [p.reference for people in store.people_of(
        [r.id for r in store.rounds()]).values() for p in people]  # fmt: skip
    assert all(reference.startswith("P") for reference in references)


def test_the_example_is_the_same_every_time(store):
    example.add_to(store)
    other = Store("sqlite://")
    example.add_to(other)

    def shape(one):
        return [
            (view.audience, [(c.name, [(r.group, r.heard) for r in c.rows])
                             for c in view.characteristics])
            for view in gathered(one)
        ]  # fmt: skip

    assert shape(store) == shape(other)
    other.close()


@pytest.mark.parametrize(
    ("heard_", "expected", "state"),
    [
        (4, Fraction(39, 10), "as expected"),
        (0, Fraction(1, 5), "nobody yet"),
        (11, Fraction(167, 10), "6 fewer"),
        (2, Fraction(1, 2), "2 more"),
        (3, None, ""),
        (0, None, "nobody yet"),
    ],
)
def test_states_are_in_words(heard_, expected, state):
    assert programme.HeardRow("x", heard_, expected, None).state == state


def test_four_past_rounds_and_two_live_ones_of_a_city_then_its_county():
    sex, bands = {"topic": "sex"}, {"topic": "age", "bands": ["16-34", "35-54", "55+"]}
    city = [
        a_round(
            a_brief(title=f"Past {i}", areas=["Canterbury"], characteristic=[sex, bands]),
            counts={"Sex": {"Female": 6, "Male": 4}, "Age": {"16-34": 1, "35-54": 3, "55+": 5}},
            heard=10,
        )
        for i in range(4)
    ]
    person = {"stage": "attended", "answers": {"Sex": "Male", "Age": "16-34"}}
    city += [
        a_round(
            a_brief(title=f"Live {i}", areas=["Canterbury"], characteristic=[sex, bands]),
            [a_person(**person), a_person(**person | {"stage": "no_show"})],
        )
        for i in range(2)
    ]
    county = a_round(
        a_brief(title="County", areas=["Kent"], characteristic=[sex]),
        counts={"Sex": {"Female": 20}},
        heard=20,
    )
    view = only([*city, county])
    assert (view.heard, view.everyone, view.place) == (42, 62, "Canterbury")
    assert heard_in(view.named("Sex")) == {"Female": 24, "Male": 18}
    age = view.named("Age")
    assert heard_in(age) == {"16-34": 6, "35-54": 12, "55+": 20}
    assert (age.known, age.heard) == (38, 42)
    share = {q.group: q.population_share for q in city[0].plan.named("Age").quotas}
    assert all(row.expected == 38 * share[row.group] for row in age.rows)
    (apart,) = view.apart
    assert apart.reason == (
        "It covers Kent, and these rounds cover Canterbury. Kent and Canterbury overlap, so their "
        "people are not added up."
    )
    assert (apart.rounds, apart.heard, apart.place) == (("County",), 20, "Kent")
    assert heard_in(apart.characteristics[0]) == {"Female": 20, "Male": 0}
    rows = answers.programme([view])
    assert list(rows[0]) == [
        "audience", "place", "rounds", "characteristic", "group", "heard", "expected", "share",
    ]  # fmt: skip
    assert [r["heard"] for r in rows if r["place"] == "Kent"] == [0, 20]
    assert {r["rounds"] for r in rows if r["place"] == "Canterbury"} == {6}
    text = answers.programme_text([view])
    assert "Citizens (62): We have heard from 42 citizens in 6 rounds" in text
    assert "Apart, County: It covers Kent" in text


def test_places_that_share_nobody_are_compared_with_their_people_together():
    birmingham = of("sex", {"Female": 3, "Male": 1}, areas=["Birmingham"])
    again = of("sex", {"Female": 1}, areas=["Birmingham"])
    solihull = of("sex", {"Male": 2}, areas=["Solihull"])
    view = only([birmingham, again, solihull])
    sex = view.named("Sex")
    assert (view.place, sex.known, view.apart) == ("Birmingham and Solihull", 7, ())
    # Census 2021, TS009, people of 16 and over: each place is counted once.
    women = {"Birmingham": 459_647, "Solihull": 91_118}
    men = {"Birmingham": 429_977, "Solihull": 83_389}
    counted = {q.group: q.people for q in solihull.plan.named("Sex").quotas}
    assert counted == {"Female": women["Solihull"], "Male": men["Solihull"]}
    share = Fraction(sum(women.values()), sum(women.values()) + sum(men.values()))
    rows = {row.group: row for row in sex.rows}
    assert rows["Female"].share == share
    assert rows["Female"].expected == 7 * share
    assert rows["Male"].people == sum(men.values())


def test_rounds_without_a_place_are_not_put_beside_those_with_one():
    typed = {"characteristic": [{"name": "Role", "people": {"Desk": 3, "Phone": 1}}]}
    here = a_round(a_brief(**typed), counts={"Role": {"Desk": 5}}, heard=5)
    nowhere = a_round(a_brief(title="No place", areas=[], **typed), counts={"Role": {}}, heard=1)
    view = only([here, nowhere])
    assert [one.reason for one in view.apart] == [
        "It names no place, so its people are not added up here."
    ]


def test_areas_overlap_wherever_the_census_says_they_do():
    areas = [area for area in every_area() if area.type != "ward"]
    areas += [area for area in every_area() if area.type == "ward"][::4]
    some = areas[::3]
    for one, other in itertools.combinations(some, 2):
        try:
            census.check_apart([one, other])
        except census.CensusError:
            assert overlap(one, other), (one, other)
    districts = [area for area in areas if area.type == "local authority"]
    assert not any(overlap(a, b) for a, b in itertools.combinations(districts, 2))


def test_age_bands_meet_at_common_cuts():
    wide = of("age", {"16-34": 4, "35-54": 3, "55+": 2}, bands=["16-34", "35-54", "55+"])
    fine = of("age", {"16-24": 1, "75+": 5}, bands=["16-24", "25-34", "35-54", "55-74", "75+"])
    other = of("age", {"16-44": 1, "45+": 1}, "Other cuts", bands=["16-44", "45+"])
    adults = of("age", {"18-34": 1, "35+": 0}, "Adults", bands=["18-34", "35+"], lowest_age=18)
    age = only([fine, wide, other, adults]).named("Age")
    assert heard_in(age) == {"16-34": 5, "35-54": 3, "55+": 7}
    assert age.notes == (
        "Added up in the age bands these rounds share: 16 to 34, 35 to 54 and 55 and over.",
    )
    assert sum(row.expected for row in age.rows) == 15
    assert [(one.rounds, one.reason) for one in age.beside] == [
        (("Other cuts",), "It has age bands that share no cut with the others."),
        (("Adults",), "It asks people aged 18 and over, the others 16 and over."),
    ]
    assert age.left_out == ("Other cuts", "Adults")
    assert heard_in(age.beside[0]) == {"16-44": 1, "45+": 1}


def test_detailed_and_broad_groups_are_added_up_as_broad():
    detailed = of("ethnic_group", {"Pakistani": 3, "Indian": 2, "White British": 4})
    people = [
        a_person(stage="attended", answers={"Ethnic group": Answer(kind="broad", text="Asian")}),
        a_person(stage="attended", answers={"Ethnic group": "Arab"}),
    ]
    live = a_round(a_brief(characteristic=[{"topic": "ethnic_group"}]), people)
    assert len(only([detailed, live]).characteristics[0].rows) == 19
    broad = of("ethnic_group", {"Black": 2}, grouping="broad")
    ethnic = only([detailed, live, broad]).characteristics[0]
    assert heard_in(ethnic) == {"Asian": 6, "Black": 2, "Mixed": 0, "White": 4, "Other": 1}
    assert ethnic.known == 13
    white = next(row for row in ethnic.rows if row.group == "White")
    assert white.people == 491_211 + 16_964 + 686 + 1_833 + 45_914
    assert ethnic.notes == (
        "Added up in broad groups, because not all of these rounds ask in more.",
    )


def test_totals_by_broad_group_make_a_detailed_round_broad():
    past = of("ethnic_group", {"Asian": 5, "White": 3})
    live = of("ethnic_group", {"Roma": 1, "Pakistani": 1})
    ethnic = only([past, live]).characteristics[0]
    assert heard_in(ethnic) == {"Asian": 6, "Black": 0, "Mixed": 0, "White": 4, "Other": 0}
    assert heard_in(only([past]).characteristics[0])["Asian"] == 5


def test_groups_merged_by_hand_are_kept_where_they_are_whole():
    south = {"South Asian": ["Bangladeshi", "Indian", "Pakistani"]}
    across = {"Chinese or Arab": ["Chinese", "Arab"]}
    plain = of("ethnic_group", {"Indian": 2, "Chinese": 1, "Irish": 9})
    merged = of("ethnic_group", {"South Asian": 3}, "Merged", merge=south)
    mixed = of("ethnic_group", {"Chinese or Arab": 2}, "Across", merge=across)
    ethnic = only([plain, merged]).characteristics[0]
    assert heard_in(ethnic)["South Asian"] == 5
    assert len(ethnic.rows) == 17
    assert ethnic.notes == ()
    both = only([plain, mixed]).characteristics[0]
    assert heard_in(both)["Chinese or Arab"] == 3
    in_broad = only([plain, mixed], in_broad=True).characteristics[0]
    assert heard_in(in_broad) == {"Asian or Other": 5, "Black": 0, "Mixed": 0, "White": 9}


def test_broad_groups_can_be_asked_for():
    detailed = of("ethnic_group", {"Pakistani": 3, "Irish": 2})
    belfast = of("ethnic_group", {"Filipino": 1, "Roma": 2}, areas=["Belfast"])
    sex = of("sex", {"Male": 2})
    asked = {"Asian": 3, "Black": 0, "Mixed": 0, "White": 2, "Other": 0}
    assert heard_in(only([detailed], in_broad=True).characteristics[0]) == asked
    irish = only([belfast], in_broad=True).characteristics[0]
    assert heard_in(irish) == {"White": 2, "Asian": 1, "Black": 0, "Mixed": 0, "Other": 0}
    assert heard_in(only([sex], in_broad=True).characteristics[0]) == {"Female": 0, "Male": 2}


@pytest.mark.parametrize("grouping", ["broad", "detailed"])
def test_england_and_northern_ireland_share_broad_groups_only(grouping):
    said = {"Asian": 4} if grouping == "broad" else {"Pakistani": 3, "Chinese": 1}
    england = of("ethnic_group", said, grouping=grouping)
    belfast = of("ethnic_group", {"Irish Traveller": 1, "Filipino": 1, "White": 2},
                 areas=["Belfast"])  # fmt: skip
    view = only([england, belfast])
    ethnic = view.characteristics[0]
    assert heard_in(ethnic) == {"Asian": 5, "Black": 0, "Mixed": 0, "White": 3, "Other": 0}
    assert ethnic.notes == (
        "Added up in broad groups, the only ones England and Wales and Northern Ireland share.",
    )
    quotas = belfast.plan.named("Ethnic group").quotas
    irish = sum(q.people for q in quotas if q.group in ("White", "Irish Traveller", "Roma"))
    white = next(row for row in ethnic.rows if row.group == "White")
    assert white.people == 556_608 + irish


def test_nations_that_share_no_groups_stand_side_by_side():
    england = of("disability", {"Disabled": 4})
    belfast = of("disability", {"One person is limited": 1}, "Belfast", areas=["Belfast"])
    part = only([england, belfast]).characteristics[0]
    assert [one.reason for one in part.beside] == [
        "It asks it in groups of another census, and they share no broad groups."
    ]
    sexes = [of("sex", {"Male": 1}), of("sex", {"Male": 1}, areas=["Belfast"])]
    part = only(sexes).characteristics[0]
    assert heard_in(part)["Male"] == 2
    assert part.notes == (
        "The figures do not count the same people: people aged 16 and over in Birmingham; all "
        "ages in Belfast.",
    )


def test_own_figures_of_another_nation_join_by_broad_groups():
    england = of("ethnic_group", {"Pakistani": 3})
    own = {"White": 900, "Asian": 50, "Black": 20, "Mixed": 10, "Other": 20}
    brief = a_brief(areas=[], characteristic=[{"name": "Ethnic group", "people": own}])
    glasgow = a_round(brief, counts={"Ethnic group": {"Asian": 1}}, heard=1)
    parts = [england.plan.characteristics[0], glasgow.plan.characteristics[0]]
    shared = common(parts, nations=["England and Wales", "Scotland"])
    assert isinstance(shared, Common)
    assert [g.name for g in shared.groups] == ["Asian", "Black", "Mixed", "White", "Other"]
    own.pop("Other")
    brief = a_brief(areas=[], characteristic=[{"name": "Ethnic group", "people": own}])
    parts[1] = figures.plan_of(brief).characteristics[0]
    assert isinstance(common(parts, nations=["England and Wales", "Scotland"]), Different)


def test_own_characteristics_need_the_same_groups():
    low = {"characteristic": [{"name": "Confidence", "shares": {"Low": "0.5", "High": "0.5"}}]}
    three = {"characteristic": [{"name": "confidence", "people": {"a": 1, "b": 2}}]}
    one = a_round(a_brief(**low), counts={"Confidence": {"Low": 2}}, heard=2)
    same = a_round(a_brief(**low), counts={"Confidence": {"High": 2}}, heard=2)
    other = a_round(a_brief(title="Else", **three), counts={"confidence": {"a": 1}}, heard=1)
    part = only([one, same, other]).characteristics[0]
    assert heard_in(part) == {"Low": 2, "High": 2}
    assert part.beside[0].reason == "It asks it in other groups."
    assert programme.row_words(part.rows[0]).startswith("heard 2; wanted ")


def test_figures_of_people_of_other_ages_are_not_mixed():
    sixteen = of("sex", {"Male": 3})
    older = of("sex", {"Male": 1}, "Older", lowest_age=60)
    part = only([sixteen, older]).characteristics[0]
    assert part.beside[0].reason == (
        "It counts people aged 60 and over, the others people aged 16 and over."
    )
    both = [of("disability", {"Disabled": 1}), of("disability", {"Disabled": 1}, lowest_age=60)]
    part = only(both).characteristics[0]
    assert heard_in(part)["Disabled"] == 2
    assert part.notes == (
        "These rounds are open to people aged 16 and over and people aged 60 and over; the shares "
        "count all ages.",
    )


def test_a_group_raised_on_purpose_is_never_too_many():
    raised = a_brief(characteristic=[{"topic": "ethnic_group", "boost": {"Pakistani": "0.7"}}])
    view = only(
        [a_round(raised, counts={"Ethnic group": {"Pakistani": 7, "Indian": 13}}, heard=20)]
    )
    rows = {row.group: row for row in view.characteristics[0].rows}
    assert rows["Pakistani"].state == "raised on purpose"
    assert programme.row_words(rows["Pakistani"]) == "heard 7; wanted 7; like the population 3"
    assert rows["Indian"].state == "12 more"
    least = a_brief(characteristic=[{"topic": "ethnic_group", "minimum": {"Roma": 2}}])
    view = only([a_round(least, counts={"Ethnic group": {"Roma": 2}}, heard=10)])
    roma = next(row for row in view.characteristics[0].rows if row.group == "Roma")
    assert programme.row_words(roma) == "heard 2; wanted 2; like the population 0"


def test_staff_are_compared_with_residents_only_if_asked():
    staff = of("sex", {"Female": 4}, audience="staff")
    residents = of("sex", {"Female": 4})
    views = programme.view([staff, residents])
    assert [view.audience for view in views] == ["residents", "staff"]
    assert [row.expected for row in views[1].characteristics[0].rows] == [None, None]
    assert views[1].heard == 4
    compared = only([staff], with_residents=["staff"])
    assert sum(row.expected for row in compared.characteristics[0].rows) == 4


def test_people_are_counted_once_where_their_recruiter_calls_them_the_same():
    def somebody(reference, sex, recruiter="Agency", **more):
        return a_person(
            stage="attended", their_reference=reference, recruiter=recruiter,
            answers={"Sex": sex} if sex else {}, **more,
        )  # fmt: skip

    first = [somebody("K7", "Female"), somebody("K8", "Male"), somebody("", "Male")]
    later = [somebody(" k7", "Male", "agency"), somebody("K8", "", "Agency"),
             somebody("K8", "Male", "Panel"), somebody("", "Male")]  # fmt: skip
    rounds = [a_round(a_brief(**SEX), first), a_round(a_brief(**SEX), later)]
    people = {one.round.id: some for one, some in zip(rounds, (first, later), strict=True)}
    times = only(rounds)
    assert times.heard == 7
    assert times.counting == programme.TIMES_HEARD
    found = programme.repeats(rounds, people)
    assert len(found) == 2
    once = only(rounds, found)
    assert (once.heard, once.everyone) == (5, 5)
    # K7 by what was said last; K8 by what is known.
    assert heard_in(once.named("Sex")) == {"Female": 0, "Male": 5}
    assert once.counting == (
        "2 times somebody was heard again, known by the same recruiter’s reference, is not counted "
        "again."
    )
    no_show = [somebody("K7", "Female").model_copy(update={"stage": "no_show"})]
    assert programme.repeats(rounds, {rounds[0].round.id: no_show, rounds[1].round.id: later}) == ()


def test_totals_and_people_of_one_round_are_both_counted():
    brief = a_brief(**SEX)
    both = a_round(brief, [a_person(stage="attended", answers={"Sex": "Male"})],
                   counts={"Sex": {"Male": 2, "Gone": 3}}, heard=6)  # fmt: skip
    view = only([both])
    assert (view.heard, view.named("Sex").known) == (7, 3)


def test_an_audience_offers_what_it_owns_to_each_new_round():
    old = a_brief(
        lowest_age=18,
        characteristic=[
            {"topic": "ethnic_group", "grouping": "broad", "minimum": {"Asian": 1}},
            {"topic": "age", "bands": ["18-34", "35+"]},
            {"name": "Needs", "minimum": {"Some": 1}},
        ],
    )
    settings = settings_of(old)
    new = offered(settings, a_brief(title="New", characteristic=[]))
    assert (new.title, new.lowest_age, len(new.characteristic)) == ("New", 18, 2)
    assert new.characteristic[0].minimum == {}
    assert differences(settings, new) == differences(settings, old) == []
    other = a_brief(areas=["Kent"], characteristic=[{"topic": "ethnic_group"}])
    assert differences(settings, other) == [
        "It covers other places.",
        "It is open to other ages.",
        "It does not ask age.",
        "It asks ethnic group in other groups.",
    ]


def own(title, groups, heard, audience="residents", **more):
    """Return a past round of one characteristic of its own, by its totals."""
    values = {"name": "Confidence", "shares": dict.fromkeys(groups, "0.5")} | more
    counts = {values["name"]: dict(zip(groups, heard, strict=True))}
    brief = a_brief(title=title, audience=audience, areas=["Birmingham"], characteristic=[values])
    return a_round(brief, counts=counts, heard=sum(heard))


def test_groups_spelled_otherwise_are_the_same_groups():
    found = only([own("One", ["Low", "High"], [3, 2]), own("Two", ["high", "LOW"], [1, 4])])
    assert heard_in(found.characteristics[0]) == {"Low": 7, "High": 3}


def test_groups_of_ones_own_under_a_census_name_stand_beside_it():
    census_groups = of("ethnic_group", {"Asian": 5, "White": 14}, grouping="broad")
    found = only([census_groups, own("Two", ["Local", "Not"], [3, 6], name="ethnic group")])
    (part,) = found.characteristics
    (beside,) = part.beside
    assert heard_in(beside) == {"Local": 3, "Not": 6}
    assert beside.reason == "It asks it in groups that cannot be put together with the others."


@pytest.mark.parametrize("newest", [0, 1])
def test_typed_shares_of_the_same_groups_leave_the_census_figures(newest):
    rounds = [lambda: of("sex", {"Female": 5, "Male": 4}),
              lambda: own("Two", ["Female", "Male"], [9, 2], name="Sex")]  # fmt: skip
    found = only([rounds[1 - newest](), rounds[newest]()])
    rows = {row.group: row for row in found.characteristics[0].rows}
    assert rows["Male"].heard == 6
    assert rows["Male"].share == Fraction(429_977, 889_624)
    assert found.characteristics[0].part.basis == "census"


def test_staff_are_not_compared_with_residents_where_a_round_has_its_own_shares():
    staff = {"audience": "staff"}
    found = only([of("sex", {"Female": 5, "Male": 4}, **staff),
                  own("Two", ["Female", "Male"], [9, 9], name="Sex", **staff)])  # fmt: skip
    assert all(row.expected is None for row in found.characteristics[0].rows)


def test_someone_in_every_group_is_said_of_groups_without_shares_too():
    silent = only([own("One", ["Low", "High"], [3, 0])])
    assert programme.answer_line(silent).endswith("in 1 round.")
    heard = only([own("One", ["Low", "High"], [3, 1])])
    assert programme.answer_line(heard).endswith("in 1 round, and from someone in every group.")


def test_those_erased_of_whom_only_the_broad_group_was_known_count_in_it():
    """As before they were erased: in the broad group where that is added up, else nowhere."""
    left = of("ethnic_group", {"Indian": 2, "Asian": 3})
    totals = left.round.totals.model_copy(update={"of_erased": True})
    erased = RoundHeard(left.round.model_copy(update={"totals": totals}), left.plan)
    for in_broad, groups, known in ((False, "Indian", 2), (True, "Asian", 5)):
        (part,) = only([erased], in_broad=in_broad).characteristics
        assert heard_in(part)[groups] == part.known == known
        assert (part.heard, bool(part.notes)) == (5, in_broad)
