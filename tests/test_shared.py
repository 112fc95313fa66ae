"""What may be shown of a programme gives no count of 1 to 4 away, by every case there is.

Of one and two snapshots here; of three, and person by person without taking groups together, in
tests/soak/test_shared_soak.py. A first snapshot of up to 14 people and a second of up to 24 hold
all rounds of up to 12: bands are taken whole, since who sees "10 to 14" does not know of the 12.
"""

import json
import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from fractions import Fraction
from itertools import pairwise, product

import pytest

from sampler import figures
from sampler.errors import SamplerError
from sampler.model import Round
from sampler.people import tally
from sampler.programmes import bands, report, shared
from sampler.programmes.bands import Band, Part, Shown, gives_away
from sampler.programmes.programme import RoundHeard
from sampler.programmes.shared import (
    Heard,
    HeardGroup,
    HeardPart,
    NotYet,
    next_publication,
    publication,
)
from sampler.words import percent
from tests import shared_cases
from tests.builders import a_brief, a_person

DAY = date(2027, 1, 12)
LATER = date(2027, 3, 1)
SHARES = (Fraction(487, 1000), Fraction(31, 100), Fraction(11, 100), Fraction(53, 1000))
NAMES = ("White", "Asian", "Black", "Mixed", "Other")


def heard(*counts, unknown=0, rounds=1, left_out=0, **more):
    shares = (*SHARES, 1 - sum(SHARES))
    groups = tuple(HeardGroup(NAMES[i], n, shares[i]) for i, n in enumerate(counts))
    parts = (HeardPart("Ethnic group", groups, "ethnic_group"), *more.pop("parts", ()))
    return Heard("residents", "Birmingham", sum(counts) + unknown, rounds, left_out, parts)


def bands_of(one):
    return [g.heard.words for g in one.parts[0].groups]


# By every case


@pytest.mark.parametrize("zeros", [True, False])
def test_no_count_under_five_follows_from_a_snapshot(zeros):
    found = shared_cases.go_through((29,), (zeros,), groups=5)
    assert found.classes > 200
    assert found.given_away == []


@pytest.mark.parametrize("withdrawals", [False, True])
@pytest.mark.parametrize("zeros", [*product([True, False], repeat=2)])
def test_nor_does_a_count_or_an_addition_under_five_from_two(zeros, withdrawals):
    found = shared_cases.go_through((14, 19), zeros, groups=5, withdrawals=withdrawals)
    assert found.classes > 500
    assert found.given_away == []


@pytest.mark.parametrize(("first", "second"), [(9, 14), (14, 24)])
def test_room_for_one_person_is_the_least_that_will_do(monkeypatch, first, second):
    monkeypatch.setattr(bands, "ROOM", 1)
    found = shared_cases.go_through((first, second), (True, True), groups=5, needless=True)
    assert found.given_away == []
    assert found.refused > 0
    assert found.needless == 0


def test_bands_alone_give_counts_away():
    found = shared_cases.go_through((14, 19), (True, True), groups=5, refuse=lambda *_: False)
    assert len(found.given_away) > 100


def test_two_characteristics_of_the_same_people_give_nothing_more_away():
    found = shared_cases.two_characteristics((9, 14), groups=4)
    assert found.classes > 5_000
    assert found.given_away == []


# What the cases rest on


def test_what_is_published_follows_from_bands_alone():
    rng = random.Random(1)
    seen, decided = {}, {}
    for _ in range(4_000):
        zeros = rng.random() < 0.7
        before = [rng.choice([0, 1, 2, 4, 5, 9, 10, 30]) for _ in range(rng.randint(2, 5))]
        now = [n + rng.choice([0, 0, 1, 3, 6]) for n in before]
        u, v = rng.randint(0, 4), rng.randint(0, 4)
        if sum(before) < 5 or sum(now) + v < sum(before) + 5:
            continue
        one = publication(heard(*before, unknown=u), on=DAY, show_zeros=zeros)
        two = publication(heard(*now, unknown=u + v, rounds=2), on=LATER, show_zeros=zeros)

        def shown(counts, unknown, *, zeros=zeros):
            numbers = (sum(counts) + unknown, sum(counts), *counts)
            return tuple(bands.band(n, show_zeros=zeros) for n in numbers)

        key = (zeros, shown(before, u), shown(now, u + v))
        texts = (shared.to_json(one), shared.text(one), shared.to_json(two), shared.text(two))
        assert seen.setdefault(key, texts) == texts
        try:
            next_publication(heard(*now, unknown=u + v, rounds=2), [one], on=LATER,
                             show_zeros=zeros)  # fmt: skip
            may = True
        except NotYet:
            may = False
        assert decided.setdefault(key, may) == may
        if two.people.low > one.people.high:
            both = [Shown(people, r, {"Sex": Part(known, tuple(groups))})
                    for r, (people, known, *groups) in enumerate(key[1:], 1)]  # fmt: skip
            assert may is not gives_away(both)
    assert len(seen) > 500
    assert {True, False} == set(decided.values())


def test_the_decision_does_not_depend_on_the_order_of_groups():
    rng = random.Random(2)
    for _ in range(500):
        pairs = [tuple(sorted(rng.choices([0, 3, 5, 12], k=2))) for _ in range(5)]

        def decide(some):
            shown = [
                Shown(Band(20, 24), 1, {"Sex": Part(bands.band(max(5, sum(p[i] for p in some)),
                      show_zeros=True), tuple(bands.band(p[i], show_zeros=True) for p in some))})
                for i in (0, 1)
            ]  # fmt: skip
            return gives_away(shown)

        assert decide(pairs) == decide(pairs[::-1]) == decide(rng.sample(pairs, 5))


# Rounds to what is shown


def a_round(title, *people, **brief):
    plan = figures.plan_of(a_brief(title=title, **brief))
    kept = Round(id=title, programme=None, brief=a_brief(title=title, **brief),
                 created_at=datetime(2027, 1, 1, tzinfo=UTC))  # fmt: skip
    return RoundHeard(kept, plan, tally.of(people))


def took_part(number, group, name="Ethnic group"):
    return [a_person(stage="attended", answers={name: group}) for _ in range(number)]


ETHNIC = {"characteristic": [{"topic": "ethnic_group"}]}


def test_rounds_are_shown_in_broad_groups_and_small_ones_left_out():
    rounds = [
        a_round("One", *took_part(6, "Indian"), *took_part(7, "Pakistani"), **ETHNIC),
        a_round("Two", *took_part(3, "Black Caribbean"), **ETHNIC),
        a_round("Three", **ETHNIC),
    ]
    people, made = shared.next_of(rounds, "residents", on=DAY)
    assert (people, made.people.words, made.rounds, made.left_out) == (13, "10 to 14", 1, 1)
    groups = {g.name.split(",")[0]: g.heard.words for g in made.parts[0].groups}
    assert groups["Asian"] == "10 to 14"
    assert groups["Black"] == "nobody"
    assert len(groups) == 5
    assert "1 round with fewer than 5 people, left out." in made.notes


def test_the_order_of_groups_is_the_populations_and_tells_nothing_of_gaps():
    def order(*people):
        _, made = shared.next_of([a_round("One", *people, **ETHNIC)], "residents", on=DAY)
        shares = [g.share for g in made.parts[0].groups]
        assert shares == sorted(shares, reverse=True)
        return [g.name for g in made.parts[0].groups]

    assert order(*took_part(20, "Black Caribbean")) == order(*took_part(20, "Indian"))


def test_the_next_is_made_beside_what_the_store_keeps():
    rounds = [a_round("One", *took_part(20, "Indian"), **ETHNIC)]
    kept = [shared.to_json(shared.next_of(rounds, "residents", on=DAY).publication)]
    with pytest.raises(NotYet):
        shared.next_of(rounds, "residents", on=LATER, earlier=kept)
    rounds.append(a_round("Two", *took_part(9, "Black Caribbean"), **ETHNIC))
    assert shared.next_of(rounds, "residents", on=LATER, earlier=kept).people == 29


def test_a_snapshot_keeps_who_lives_there_and_when_its_rounds_were():
    rounds = [a_round("One", *took_part(20, "Indian"), **ETHNIC)]
    _, made = shared.next_of(rounds, "residents", on=DAY)
    asian = next(g for g in made.parts[0].groups if g.name.startswith("Asian"))
    assert asian.living > 100_000
    assert (made.first, made.last) == (date(2027, 1, 1), date(2027, 1, 1))
    assert shared.read(shared.to_json(made)) == made


def test_a_group_of_a_snapshot_from_before_that_is_not_named_in_a_report():
    value = shared.to_value(publication(heard(14, 6, 2), on=DAY))
    for group in value["characteristics"][0]["groups"]:
        del group["living"]
    del value["first"], value["last"]
    assert "Asian" not in report.text(report.facts_of("P", shared.read(json.dumps(value))))


@pytest.mark.parametrize(("topic", "name"), [
    ("ethnic_group", "Heritage"), (None, "ETHNIC group"), (None, "Ethnic group"),
])  # fmt: skip
def test_a_characteristic_called_otherwise_is_still_looked_at_beside_what_was_shown(topic, name):
    """Or additions would follow from the two: each snapshot alone could be shown."""

    def called(counts, topic, name):
        (part,) = heard(*counts).parts
        return replace(heard(*counts, rounds=2), parts=(replace(part, topic=topic, name=name),))

    before = next_publication(heard(14, 14, 4, 8, 20), on=DAY)
    with pytest.raises(NotYet):
        next_publication(called([20, 15, 10, 8, 21], topic, name), [before], on=LATER)
    next_publication(called([20, 15, 10, 8, 21], topic, name), on=LATER)
    made = next_publication(called([24, 18, 13, 9, 24], topic, name), [before], on=LATER)
    assert [part.name for part in made.parts] == ["Ethnic group"]


def test_of_two_characteristics_called_the_same_one_is_shown():
    """Both would be looked at as one, so what the other gives away would not be seen."""
    now = heard(30, 1, 1, 1, 1)
    fine = replace(now.parts[0], topic=None, groups=(HeardGroup("A", 20, None),))
    for parts in ((now.parts[0], fine), (fine, now.parts[0])):
        try:
            made = next_publication(replace(now, parts=parts), on=DAY)
        except NotYet:
            continue
        assert [bool(part.groups) for part in made.parts] == [True, False]
        assert made.parts[0].groups[0].name == "A"


def test_nothing_is_shown_of_an_audience_nobody_was_heard_of():
    with pytest.raises(NotYet):
        shared.next_of([], "staff", on=DAY)


# What is shown


def test_a_snapshot_shows_bands_shares_and_states():
    made = next_publication(heard(14, 6, 2, 0, 1, unknown=1, rounds=3), on=DAY)
    assert made.people.words == "20 to 24"
    assert bands_of(made) == ["10 to 14", "5 to 9", "fewer than 5", "nobody", "fewer than 5"]
    states = [g.state for g in made.parts[0].groups]
    assert states == ["met", "met or partly met", "met or partly met", "not met", "met"]
    assert made.answer == "We have heard from 20 to 24 citizens in 3 rounds."


def test_nobody_is_shown_by_choice():
    made = next_publication(heard(14, 6, 2, 0, 1), on=DAY, show_zeros=False)
    assert bands_of(made)[3] == "fewer than 5"
    assert made.parts[0].groups[3].state == "met or not met"
    assert "“Fewer than 5” may also be nobody." in made.notes


def test_nothing_is_shown_under_five_people():
    with pytest.raises(NotYet, match="at least 5 people"):
        next_publication(heard(3, 1), on=DAY)


def test_a_characteristic_known_for_fewer_than_five_is_not_shown():
    (part,) = next_publication(heard(3, 1, unknown=20), on=DAY).parts
    assert (part.groups, part.not_shown) == ((), shared.FEW_KNOWN)


def test_a_snapshot_waits_for_more_people_than_the_last():
    first = next_publication(heard(14, 6, 2), on=DAY)
    with pytest.raises(NotYet):
        next_publication(heard(14, 7, 2), [first], on=LATER)
    second = next_publication(heard(16, 8, 4, rounds=2), [first], on=LATER)
    assert second.people.words == "25 to 29"


def test_a_snapshot_waits_where_a_sum_would_be_used_up():
    with pytest.raises(NotYet):
        next_publication(heard(30, 1, 1, 1, 1), on=DAY)
    assert bands_of(next_publication(heard(33, 1, 1, 1, 1), on=DAY))[0] == "30 to 34"


def test_why_a_snapshot_waits_is_always_said_in_the_same_words():
    said = set()
    for now in (heard(2, 1), heard(30, 1, 1, 1, 1)):
        with pytest.raises(NotYet) as raised:
            next_publication(now, on=DAY)
        said.add(str(raised.value))
    assert len(said) == 1


def test_other_groups_than_before_are_not_shown():
    first = next_publication(heard(14, 6, 2), on=DAY)
    made = next_publication(heard(14, 6, 2, 9, 9), [first], on=LATER)
    assert made.parts[0].not_shown == shared.REGROUPED


def test_a_withdrawal_changes_the_next_snapshot():
    first = next_publication(heard(14, 6, 5), on=DAY)
    made = next_publication(heard(22, 12, 4, rounds=2), [first], on=LATER)
    assert bands_of(first)[2] == "5 to 9"
    assert bands_of(made)[2] == "fewer than 5"


def test_a_snapshot_is_written_and_read_back():
    sexes = HeardPart("Sex", (HeardGroup("Female", 2, Fraction(51, 100)),), "sex")
    ages = (HeardGroup("16-34", 1500, None), HeardGroup("35+", 3, None))
    now = heard(14, 6, 2, 0, 1500, rounds=3, parts=(sexes, HeardPart("Age", ages, "age")))
    for zeros in (True, False):
        made = publication(now, on=DAY, show_zeros=zeros)
        assert shared.read(shared.to_json(made)) == made


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"show_zeros": 1, "audience": "staff"}'])
def test_something_else_is_no_snapshot(text):
    with pytest.raises(SamplerError, match="cannot be read"):
        shared.read(text)


@pytest.mark.parametrize(
    "words", ["", "none", "7 to 9", "5 to 8", "0 to 4", "1 to 4", "5 to 9 ", "1000 to 1004"]
)
def test_other_words_are_no_band(words):
    with pytest.raises(ValueError, match="no band"):
        bands.read_band(words, show_zeros=True)


def numbers_in(text):
    return re.findall(r"\d+", text)


def test_no_exact_number_is_written_anywhere():
    rng = random.Random(3)
    for _ in range(300):
        counts = [rng.choice([0, 2, 13, 17, 31]) for _ in range(5)]
        now = heard(*counts, unknown=rng.choice([6, 8]), rounds=91, left_out=92)
        made = publication(now, on=DAY, show_zeros=rng.random() < 0.5)
        allowed = {"fewer than 5", "91", "92", "2027-01-12", "12 January 2027"}
        allowed |= {g.heard.words for p in made.parts for g in p.groups}
        allowed |= {made.people.words, *(p.known.words for p in made.parts)}
        shares = [g.share for p in made.parts for g in p.groups]
        allowed |= {percent(share) for share in shares}
        for written in (shared.text(made), shared.to_json(made)):
            left = written.replace("Fewer than 5", "")
            for words in sorted(allowed, key=len, reverse=True):
                left = left.replace(words, "")
            assert numbers_in(left) == []
            assert not {"13", "17", "31", "2"} & set(numbers_in(left))
        assert set(json.loads(shared.to_json(made))) == {
            "audience", "place", "on", "show_zeros", "people", "rounds", "rounds_left_out",
            "first", "last", "characteristics",
        }  # fmt: skip


def test_a_snapshot_is_seldom_held_back_and_never_for_long():
    rng = random.Random(4)
    taken = held_back = longest = 0
    for _ in range(40):
        counts, unknown, published, waits, last = [0] * 5, 0, [], 0, 0
        for rounds in range(1, 12):
            for _ in range(rng.randint(6, 12)):
                group = rng.choices(range(6), [*map(float, SHARES), 0.04, 0.05])[0]
                counts, unknown = (
                    (counts, unknown + 1) if group == 5
                    else ([n + (i == group) for i, n in enumerate(counts)], unknown)
                )  # fmt: skip
            people = sum(counts) + unknown
            if people < 20 or people < last + 5:
                continue
            try:
                published.append(next_publication(
                    heard(*counts, unknown=unknown, rounds=rounds), published, on=DAY))  # fmt: skip
                taken, waits, last = taken + 1, 0, people
            except NotYet:
                held_back, waits = held_back + 1, waits + 1
                longest = max(longest, waits)
        assert all(a.people.high < b.people.low for a, b in pairwise(published))
    assert taken > 300
    assert held_back < taken / 20
    assert longest <= 3
