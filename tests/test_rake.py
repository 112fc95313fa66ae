"""Raking: totals met, zeros kept, and the miss told where totals cannot be met."""

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import census
from census import extract
from census.tables import TABLES, age_label
from sampler.rake import rake, squeeze


def flat(cells):
    return [cell for row in cells for cell in row]


def turned(cells):
    return [list(column) for column in zip(*cells, strict=True)]


def margins(cells):
    return [sum(row) for row in cells], [sum(column) for column in turned(cells)]


def near(one, other, within=1e-7):
    return all(abs(a - b) <= within for a, b in zip(flat(one), flat(other), strict=True))


SOME_ZERO = st.one_of(st.just(0), st.integers(1, 1000))


@st.composite
def tables(draw, numbers=SOME_ZERO):
    rows, columns = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    return [draw(st.lists(numbers, min_size=columns, max_size=columns)) for _ in range(rows)]


@st.composite
def tables_and_others(draw):
    """A table, and another with the same zero cells: margins that can be met."""
    cells = draw(tables())
    weights = st.integers(1, 50)
    return cells, [[c and draw(weights) for c in row] for row in cells]


# Deming and Stephan (1940): raking leaves every odds ratio as it was.
def test_raking_meets_both_totals_and_keeps_the_odds_ratios():
    seed = [[40, 30, 20], [35, 50, 100], [30, 80, 70]]
    raked = rake(seed, [150, 300, 155], [200, 300, 105], tolerance=1e-9)
    assert raked.off < 1e-9
    rows, columns = margins(raked.cells)
    assert rows == pytest.approx([150, 300, 155])
    assert columns == pytest.approx([200, 300, 105])
    for i, j in itertools.product(range(2), range(2)):
        before = seed[i][j] * seed[i + 1][j + 1] / (seed[i][j + 1] * seed[i + 1][j])
        c = raked.cells
        assert c[i][j] * c[i + 1][j + 1] / (c[i][j + 1] * c[i + 1][j]) == pytest.approx(before)


@given(tables_and_others())
def test_zero_cells_stay_zero_and_totals_that_can_be_met_are(case):
    seed, other = case
    rows, columns = margins(other)
    raked = rake(seed, rows, columns, tolerance=1e-6)
    assert raked.off <= 1e-6
    assert all(new == 0 for new, old in zip(flat(raked.cells), flat(seed), strict=True) if not old)


@given(tables(), st.data())
def test_whatever_the_totals_nothing_is_divided_by_zero_and_the_miss_is_told(seed, data):
    wanted = st.integers(0, 30)
    rows = data.draw(st.lists(wanted, min_size=len(seed), max_size=len(seed)))
    columns = data.draw(st.lists(wanted, min_size=len(seed[0]), max_size=len(seed[0])))
    raked = rake(seed, rows, columns)
    got = margins(raked.cells)
    miss = max(abs(a - b) for a, b in zip(got[0] + got[1], rows + columns, strict=True))
    assert raked.off == pytest.approx(miss)
    assert all(cell >= 0 for cell in flat(raked.cells))


@given(tables_and_others())
def test_rows_and_columns_can_be_changed_over(case):
    seed, other = case
    rows, columns = margins(other)
    one = rake(seed, rows, columns).cells
    assert near(one, turned(rake(turned(seed), columns, rows).cells), within=1e-6)


@settings(max_examples=300)
@given(tables(st.integers(0, 1)), st.data())
def test_totals_that_cannot_be_met_come_with_rows_that_do_not_fit(seed, data):
    wanted = st.integers(0, 6)
    rows = data.draw(st.lists(wanted, min_size=len(seed), max_size=len(seed)))
    columns = data.draw(st.lists(wanted, min_size=len(seed[0]), max_size=len(seed[0])))

    def shortage(chosen):
        reach = [j for j in range(len(columns)) if any(seed[i][j] for i in chosen)]
        return sum(rows[i] for i in chosen) - sum(columns[j] for j in reach)

    every = range(len(rows))
    sets = [c for n in range(1, len(rows) + 1) for c in itertools.combinations(every, n)]
    found = squeeze(seed, rows, columns)
    worst = max(map(shortage, sets))
    assert (found is None) == (worst <= 0)
    if found is not None:
        assert found.short == pytest.approx(worst)
        assert found.short == pytest.approx(shortage(found.rows))
        assert squeeze(seed, rows, columns) == found


def five_years(area):
    """TS009's people of each sex by five years of age, the last open."""
    kept = extract.table("TS009")
    bands = [range(start, start + 5) for start in range(0, 85, 5)] + [range(85, 91)]
    return [
        [sum(kept.count(area, f"{sex}; Age: {age_label(age)}") for age in band) for band in bands]
        for sex in ("Female", "Male")
    ]


def authorities():
    return [area for area in census.every_area() if area.type == "local authority"]


def test_age_by_sex_of_every_authority_is_raked_to_its_published_totals():
    """TS009 to TS008, and to TS007A scaled to its total: no cell moves by 0.5 % but in two."""
    moved = []
    places = authorities()
    assert len(places) == 331
    for place in places:
        seed = five_years(place.code)
        sexes = [extract.table("TS008").count(place.code, sex) for sex in ("Female", "Male")]
        ages = [extract.table("TS007A").count(place.code, n) for n in TABLES["TS007A"].leaves]
        assert len(ages) == 18
        scaled = [age * sum(sexes) / sum(ages) for age in ages]
        raked = rake(seed, sexes, scaled, tolerance=1e-7)
        got = margins(raked.cells)
        for new, wanted in zip(got[0] + got[1], sexes + scaled, strict=True):
            assert abs(new - wanted) < 1e-6, place.name
        changes = [
            abs(new / old - 1)
            for new, old in zip(flat(raked.cells), flat(seed), strict=True)
            if old
        ]
        moved.append((max(changes), place.name))
    over = sorted(name for change, name in moved if change > 0.005)
    assert over == ["City of London", "Isles of Scilly"]
    assert max(moved) == (pytest.approx(0.0663, abs=1e-4), "Isles of Scilly")
