"""How characteristics combine: tables laid over a mix, shares of pairs, and what is said."""

import itertools
import os
import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from census import extract
from census.model import JointCell, JointDistribution, Source
from census.tables import age_label
from sampler import figures
from sampler.joint import combine
from sampler.mix import Mix, MixCharacteristic, MixGroup
from sampler.pair_tables import PairTable, table_from
from sampler.pairs import LeftOut, left_out
from tests.builders import a_brief
from tests.test_rake import flat, margins, near, tables, tables_and_others

# RM134: household reference persons by ethnic group (Asian, Black, Mixed, White, Other) and tenure
# (owned outright; with a mortgage or shared; social rented; private rented or rent free).
RM134 = {
    "Birmingham": [
        [24277, 33809, 13697, 22004],
        [6427, 7865, 22405, 11694],
        [1247, 2684, 5269, 3819],
        [80651, 64333, 53535, 54086],
        [2368, 2996, 4595, 5697],
    ],
    "Coventry": [
        [5155, 7228, 1393, 5419],
        [644, 1483, 3711, 3913],
        [230, 597, 825, 931],
        [33630, 27469, 16134, 21407],
        [619, 914, 703, 1736],
    ],
    "Dudley": [
        [2067, 3186, 995, 1419],
        [451, 878, 1224, 1031],
        [189, 620, 631, 591],
        [48171, 35485, 22741, 15980],
        [255, 368, 430, 356],
    ],
}
FIVE = ("Asian", "Black", "Mixed", "White", "Other")
SHARED = "Owns with a mortgage or loan or shared ownership"
FREE = "Private rented or lives rent free"
TENURES = {
    "Owned outright": ("Owned outright",),
    SHARED: ("Owned with mortgage", "Shared ownership"),
    "Social rented": ("Council rented", "Other social rented"),
    FREE: ("Private landlord or agency", "Other private rented", "Rent free"),
}


def part(name, groups, topic=None, parts=None, broad=None, basis="census"):
    """A characteristic of a mix from groups with weights."""
    total = sum(groups.values())
    made = tuple(
        MixGroup(
            group,
            None,
            None,
            Fraction(weight, total) if basis != "minimums" else None,
            0,
            None,
            broad=(broad or {}).get(group),
            parts=(parts or {}).get(group, ()),
        )
        for group, weight in groups.items()
    )
    return MixCharacteristic(0, name, topic, basis, made, False, False, "population", False)


def mix_of(*parts):
    return Mix(10, parts, ())


def numbered(*weights):
    return {f"g{i}": weight for i, weight in enumerate(weights)}


def counted(topics, groups, cells, is_pattern=False, parts=()):
    """A joint distribution from a flat list of cells."""
    source = Source(
        table="RM134" if is_pattern else "TS009",
        title="",
        base="household reference persons" if is_pattern else "all ages",
        census_date=None,
        release=None,
        areas=(),
        status="official",
        licence=None,
    )
    made = tuple(
        JointCell(names, n) for names, n in zip(itertools.product(*groups), cells, strict=True)
    )
    return JointDistribution(
        tuple(topics), tuple(topics), tuple(groups), made, source, is_pattern, (), tuple(parts)
    )


def ethnic_and_tenure(place, tenures=None):
    """A mix with RM134's own totals; finer tenures can share one of its columns."""
    rows, columns = margins(RM134[place])
    found = dict(zip(TENURES, columns, strict=True)) if tenures is None else tenures
    return mix_of(
        part("Ethnic group", dict(zip(FIVE, rows, strict=True)), "ethnic_group"),
        part("Tenure", found, "tenure"),
    )


def rm134(place):
    return counted(
        ("ethnic_group", "tenure"),
        (FIVE, tuple(TENURES)),
        flat(RM134[place]),
        is_pattern=True,
        parts=({}, TENURES),
    )


@pytest.mark.parametrize("place", RM134)
def test_ethnic_group_by_tenure_comes_out_as_published(place):
    mix = ethnic_and_tenure(place)
    # The mix has the table's own tenures here, so they need no parts.
    plain = counted(
        ("ethnic_group", "tenure"), (FIVE, tuple(TENURES)), flat(RM134[place]), is_pattern=True
    )
    pair = combine(mix, [table_from(mix, 0, 1, plain)], ()).pairs[0]
    people = sum(flat(RM134[place]))
    assert [round(share * people) for share in flat(pair.shares)] == flat(RM134[place])
    assert (pair.kind, pair.is_split, pair.converged) == ("pattern", False, True)
    assert "for household reference persons only, so we use the pattern" in pair.words


# What the README says of "assumed unrelated": the part of households in the wrong cell.
@pytest.mark.parametrize(
    ("place", "wrong"), [("Birmingham", 0.0927), ("Coventry", 0.0856), ("Dudley", 0.0418)]
)
def test_taking_ethnic_group_and_tenure_as_unrelated_is_this_wrong(place, wrong):
    pair = combine(ethnic_and_tenure(place), (), ()).pairs[0]
    people = sum(flat(RM134[place]))
    real = [cell / people for cell in flat(RM134[place])]
    off = sum(abs(a - b) for a, b in zip(flat(pair.shares), real, strict=True)) / 2
    assert off == pytest.approx(wrong, abs=5e-5)
    if place == "Birmingham":
        black = RM134[place][1]
        assert black[2] / sum(black) == pytest.approx(0.463, abs=5e-4)
        assert pair.shares[1][2] / sum(pair.shares[1]) == pytest.approx(0.235, abs=5e-4)


def test_a_coarser_table_is_split_in_proportion_and_keeps_its_cells():
    leaves = [leaf for inside in TENURES.values() for leaf in inside]
    mix = ethnic_and_tenure("Birmingham", dict(zip(leaves, range(10, 90, 10), strict=True)))
    table = table_from(mix, 0, 1, rm134("Birmingham"))
    assert table.columns == (0, 1, 1, 2, 2, 3, 3, 3)
    pair = combine(mix, [table], ()).pairs[0]
    assert pair.is_split
    assert "each is divided in proportion" in pair.words
    coarse = dict(zip(TENURES, (10, 50, 90, 210), strict=True))
    whole = ethnic_and_tenure("Birmingham", coarse)
    own = combine(whole, [table_from(whole, 0, 1, rm134_by_name())], ()).pairs[0]
    for fine, row in zip(pair.shares, own.shares, strict=True):
        assert fine[1] + fine[2] == pytest.approx(row[1])
        assert fine[1] / fine[2] == pytest.approx(20 / 30)
        assert sum(fine[5:]) == pytest.approx(row[3])


def rm134_by_name():
    return counted(
        ("ethnic_group", "tenure"), (FIVE, tuple(TENURES)), flat(RM134["Birmingham"]), True
    )


def test_groups_of_the_mix_that_cross_the_tables_groups_share_one_row():
    broad = {
        "Owned": ("Owned outright", "Owned with mortgage"),
        "Shared ownership": ("Shared ownership",),
        "Rented": ("Council rented", "Other social rented", *TENURES[FREE]),
    }
    mix = mix_of(
        part("Tenure", {"Owned": 60, "Shared ownership": 2, "Rented": 38}, "tenure", parts=broad),
        part("Ethnic group", dict.fromkeys(FIVE, 1), "ethnic_group"),
    )
    table = table_from(mix, 0, 1, rm134("Birmingham"))
    assert table.rows == (0, 0, 1)
    assert table.cells[0][0] == 24277 + 33809
    assert table.cells[1][1] == 22405 + 11694
    assert table.turned().turned() == table


ETHNIC = ("Indian", "Pakistani", "African", "Irish")
BROAD = {"Indian": "Asian", "Pakistani": "Asian", "African": "Black", "Irish": "White"}


def ethnic_mix(groups, **more):
    return mix_of(
        part("Ethnic group", groups, "ethnic_group", **more),
        part("Sex", {"Female": 1, "Male": 1}, "sex"),
    )


def by_sex(groups, topics=("ethnic_group", "sex")):
    cells = range(1, 2 * len(groups) + 1)
    return counted(topics, (groups, ("Female", "Male")), cells)


def test_a_table_is_laid_over_the_mix_by_name_by_broad_group_and_by_parts():
    mix = ethnic_mix(dict.fromkeys(ETHNIC, 1), broad=BROAD)
    exact = table_from(mix, 0, 1, by_sex(("irish", "African", "Pakistani", "Indian")))
    assert exact.cells == ((7, 8), (5, 6), (3, 4), (1, 2))
    assert (exact.kind, exact.said) == ("census", "TS009")
    coarse = table_from(mix, 0, 1, by_sex(("Asian", "Black", "White")))
    assert (coarse.rows, coarse.cells) == ((0, 0, 1, 2), ((1, 2), (3, 4), (5, 6)))
    merged = ethnic_mix(
        {"South Asian": 2, "Others": 3},
        parts={"South Asian": ("Indian", "Pakistani"), "Others": ("African", "Irish")},
    )
    assert table_from(merged, 0, 1, by_sex(ETHNIC)).cells == ((1 + 3, 2 + 4), (5 + 7, 6 + 8))
    # A merged group called like a broad one that holds more than it.
    same = ethnic_mix(
        {"Asian": 2, "Chinese": 1, "African": 1},
        parts={"Asian": ("Indian", "Pakistani")},
        broad={"Asian": "Asian", "Chinese": "Asian", "African": "Black"},
    )
    assert table_from(same, 0, 1, by_sex(("Asian", "Black"))).rows == (0, 0, 1)


def test_a_table_that_cannot_place_a_group_is_not_used():
    mix = ethnic_mix(dict.fromkeys(ETHNIC, 1), broad=BROAD)
    assert table_from(mix, 0, 1, by_sex(("Asian", "Black"))) is None
    assert table_from(mix, 0, 1, by_sex(ETHNIC, topics=("religion", "sex"))) is None
    across = ethnic_mix(
        {"Indian": 1, "Pakistani or African": 1, "Irish": 1},
        parts={"Pakistani or African": ("Pakistani", "African")},
        broad={"Indian": "Asian", "Irish": "White"},
    )
    assert table_from(across, 0, 1, by_sex(("Asian", "Black", "White"))) is None
    nobody = ethnic_mix({"Indian": 1, "Roma": 0})
    assert table_from(nobody, 0, 1, by_sex(("Indian",))).rows == (0, None)


@pytest.mark.parametrize(
    ("bands", "rows"),
    [
        (("16-34", "35-54", "55+"), (0, 1, 1)),
        (("16-24", "25-34", "35-49", "50-64", "65-74", "75+"), (0, 1, 2, 3, 4, 4)),
        (("16-89", "90+"), (0, 0)),
        (("15-34", "35+"), None),
        (("20-34", "35+"), None),
    ],
)
def test_age_bands_are_laid_over_the_ages_of_a_table(bands, rows):
    mix = mix_of(
        part("Age", dict.fromkeys(bands, 1), "age"),
        part("Sex", {"Female": 1, "Male": 1}, "sex"),
    )
    official = (
        "Aged 15 years and under",
        "Aged 16 to 24 years",
        "Aged 25 to 34 years",
        "Aged 35 to 49 years",
        "Aged 50 to 64 years",
        "Aged 65 years and over",
    )
    table = table_from(mix, 0, 1, by_sex(official, topics=("age", "sex")))
    assert (table and table.rows) == rows


def test_further_topics_of_a_joint_table_are_added_up():
    mix = ethnic_mix({"Indian": 1, "Irish": 1})
    three = counted(
        ("sex", "age", "ethnic_group"),
        (("Female", "Male"), ("16-34", "35+"), ("Indian", "Irish")),
        range(1, 9),
    )
    assert table_from(mix, 0, 1, three).cells == ((1 + 3, 5 + 7), (2 + 4, 6 + 8))


def a_table(cells, kind="census", **changes):
    rows, columns = tuple(range(len(cells))), tuple(range(len(cells[0])))
    values = {"rows": rows, "columns": columns, "kind": kind, "said": "TS009"} | changes
    return PairTable(0, 1, tuple(map(tuple, cells)), **values)


@given(tables_and_others(), st.sampled_from(["census", "pattern"]))
def test_shares_of_a_mix_are_met_and_the_order_of_characteristics_is_nothing(case, kind):
    seed, other = case
    rows, columns = margins(other)
    if not sum(rows):
        return
    one, two = part("One", numbered(*rows)), part("Two", numbered(*columns))
    table = a_table(seed, kind)
    joint = combine(mix_of(one, two), [table], ())
    pair = joint.pairs[0]
    got, total = margins(pair.shares), sum(rows)
    missed = [abs(a - b / total) for a, b in zip(got[0] + got[1], rows + columns, strict=True)]
    assert max(missed) == pytest.approx(pair.off)
    # An empty cell of a pattern counts as half a person, which can take very many rounds.
    assert pair.off <= (1e-5 if kind == "census" else 1e-4)
    for left in joint.left_out:
        assert left.kind == "census"
        assert pair.shares[left.groups[0]][left.groups[1]] == 0
    turned_over = PairTable(1, 0, table.cells, table.rows, table.columns, kind, table.said)
    swapped = combine(mix_of(two, one), [turned_over], ()).shares(1, 0)
    assert near(swapped, pair.shares, within=1e-5 if kind == "census" else 1e-3)


@given(tables(st.integers(1, 99)), st.data())
def test_splitting_a_coarse_table_gives_the_coarse_answer_back(seed, data):
    sizes = st.integers(1, 9)
    copies = [data.draw(st.lists(sizes, min_size=1, max_size=3)) for _ in seed]
    columns = data.draw(st.lists(sizes, min_size=len(seed[0]), max_size=len(seed[0])))
    fine = mix_of(part("One", numbered(*flat(copies))), part("Two", numbered(*columns)))
    coarse = mix_of(part("One", numbered(*map(sum, copies))), part("Two", numbered(*columns)))
    rows = tuple(i for i, group in enumerate(copies) for _ in group)
    split = combine(fine, [a_table(seed, rows=rows)], ()).pairs[0]
    whole = combine(coarse, [a_table(seed)], ()).pairs[0]
    assert split.is_split == (len(rows) > len(seed))
    for i, row in enumerate(whole.shares):
        inside = [split.shares[k] for k, at in enumerate(rows) if at == i]
        assert [sum(column) for column in zip(*inside, strict=True)] == pytest.approx(row, abs=1e-6)


def test_a_boost_moves_the_shares_and_not_the_pattern():
    mix = mix_of(part("One", numbered(9, 1)), part("Two", numbered(1, 1)))
    pair = combine(mix, [a_table([[30, 10], [20, 40]])], ()).pairs[0]
    (a, b), (c, d) = pair.shares
    assert a + b == pytest.approx(0.9)
    assert a * d / (b * c) == pytest.approx(30 * 40 / (10 * 20))


def test_nobody_counted_is_left_out_of_a_count_and_not_of_a_pattern():
    mix = mix_of(part("One", numbered(1, 1)), part("Two", numbered(1, 1)))
    cells = [[0, 10], [20, 40]]
    known = combine(mix, [a_table(cells)], ())
    assert known.pairs[0].shares[0][0] == 0
    assert [(one.groups, one.kind, one.reason) for one in known.left_out] == [
        ((0, 0), "census", "The census counted nobody here who is both g0 and g0.")
    ]
    pattern = combine(mix, [a_table(cells, "pattern")], ())
    assert pattern.left_out == ()
    assert pattern.pairs[0].shares[0][0] > 0


def test_a_group_a_table_lacks_is_shared_out_over_everyone_in_it():
    mix = mix_of(part("One", numbered(2, 1, 1)), part("Two", numbered(1, 1)))
    even = combine(mix, [a_table([[20, 20], [10, 10]], rows=(0, 1, None))], ()).pairs[0]
    assert even.shares[2] == pytest.approx((0.125, 0.125))
    assert even.is_split
    skewed = combine(mix, [a_table([[30, 10], [10, 30]], rows=(0, 1, None))], ()).pairs[0]
    assert skewed.converged
    assert min(skewed.shares[2]) > 0.1


def test_one_group_no_share_and_minimums_alone_are_no_trouble():
    only = part("Only", {"Everyone": 1})
    some = part("Some", {"Has access needs": 1, "Any": 1}, basis="minimums")
    none = part("None", {"A": 1, "B": 0})
    joint = combine(mix_of(only, some, none), (), ())
    assert [(pair.first, pair.second) for pair in joint.pairs] == [(0, 2)]
    assert joint.shares(2, 0) == ((1.0,), (0.0,))
    with pytest.raises(KeyError):
        joint.shares(0, 1)


def test_what_is_known_and_what_is_assumed_is_said():
    mix = mix_of(
        part("Age", {"16-34": 1, "35+": 1}, "age"),
        part("Sex", {"Female": 1, "Male": 1}, "sex"),
        part("NHS staff", {"Yes": 1, "No": 3}),
    )
    joint = combine(mix, [a_table([[10, 20], [30, 40]])], ())
    assert joint.sentences == (
        "We know how age and sex combine here.",
        "We do not know how age and NHS staff combine here, so those combinations are suggestions.",
        "We do not know how sex and NHS staff combine here, so those combinations are suggestions.",
    )
    many = mix_of(*(part(f"C{i}", numbered(1, 2)) for i in range(8)))
    assert combine(many, [a_table([[1, 2], [3, 4]])], ()).sentences[1:] == (
        "We do not know how the other 27 pairs of characteristics combine here, so those "
        "combinations are suggestions.",
    )


def test_shares_that_zeros_make_impossible_name_the_groups_and_the_pairs():
    mix = mix_of(
        part("Age", {"16-49": 60, "50+": 40}, "age"),
        part("Work", {"Retired": 55, "Employee": 45}),
    )
    zero = LeftOut((0, 1), (0, 0), "Hardly anybody.", "unlikely", "retired under 50")
    pair = combine(mix, (), [zero]).pairs[0]
    assert not pair.converged
    assert pair.shares[0][0] == 0
    assert pair.off == pytest.approx(0.075, abs=1e-3)
    assert pair.problem == (
        "16 to 49 is 60.0% of the mix and can only go with Employee, which is 45.0%. Left out: "
        "16 to 49 with Retired (retired under 50). Keep one of these pairs or change a share."
    )
    gone = [LeftOut((0, 1), (0, j), "", "yours") for j in range(2)]
    assert combine(mix, (), gone).pairs[0].problem == (
        "16 to 49 is 60.0% of the mix and can go with no group of Work. Left out: 16 to 49 with "
        "Retired and 16 to 49 with Employee. Keep one of these pairs or change a share."
    )


ANYWHERE = """
from sampler import figures
from sampler.joint import combine
from sampler.pairs import left_out
from tests.builders import a_brief
topics = ["age", "economic_activity", "ns_sec", "ethnic_group", "qualification"]
brief = a_brief(characteristic=[{"topic": topic} for topic in topics])
mix = figures.mix_of(brief)
print(combine(mix, (), left_out(mix, brief)))
"""


def test_another_process_finds_the_same():
    found = [
        subprocess.run(
            [sys.executable, "-c", ANYWHERE],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert found[0] == found[1] != b""


def test_age_and_sex_of_birmingham_are_known_where_the_table_is_at_hand():
    brief = a_brief(characteristic=[{"topic": "age"}, {"topic": "sex"}])
    mix = figures.mix_of(brief)
    bands = [group.name for group in mix.characteristics[0].groups]
    cells = []
    for band in bands:
        low, high = (int(n) for n in (band.replace("+", "-90")).split("-"))
        for sex in ("Female", "Male"):
            kept = extract.table("TS009")
            labels = [f"{sex}; Age: {age_label(age)}" for age in range(low, high + 1)]
            cells.append(sum(kept.count("E08000025", label) for label in labels))
    joint = counted(("age", "sex"), (tuple(bands), ("Female", "Male")), cells)
    pair = combine(mix, [table_from(mix, 0, 1, joint)], left_out(mix, brief)).pairs[0]
    assert [share * sum(cells) for share in flat(pair.shares)] == pytest.approx(cells, abs=1e-3)
    assert pair.words == "We know how age and sex combine here."
