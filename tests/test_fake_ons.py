"""The stand-in for the ONS service keeps to the published figures and to sense."""

import json

from tests import fake_ons


def test_made_up_tables_keep_to_the_published_figures():
    for name in ("ethnic_group_tb_20b", "hh_tenure_9a", "economic_activity_status_12a"):
        counts = fake_ons.table("E08000025", "UR_HH", (name, "resident_age_101a"))
        stem = name.rsplit("_", 1)[0]
        wanted = fake_ons.margin("E08000025", stem, "UR_HH")
        assert abs(counts.sum(axis=1) - wanted).max() < 60, name
        assert counts.min() == 0


def test_made_up_tables_are_the_same_at_every_grouping():
    fine = fake_ons.table("E08000025", "UR", ("ethnic_group_tb_20b", "resident_age_101a"))
    coarse = fake_ons.table("E08000025", "UR", ("resident_age_3a", "ethnic_group_tb_6a"))
    assert fine[:, 65:].sum() == coarse[2].sum()
    assert fine[1:6, :16].sum() == coarse[0, 1]


def test_nobody_under_16_has_work_and_nobody_young_is_retired():
    counts = fake_ons.table(
        "E08000025", "UR", ("economic_activity_status_12a", "resident_age_101a")
    )
    assert counts[1:, :16].sum() == 0
    assert counts[0, 16:].sum() == 0
    assert counts[7, :35].sum() == 0
    assert counts[7].sum() > 100_000


def test_the_stand_in_finds_areas_and_variables_by_word():
    def listed(path, **query):
        return [one["id"] for one in json.loads(fake_ons.answer(path, query)[2])["items"]]

    assert listed("/ons/population-types/UR/area-types/ltla/areas", q="birm") == ["E08000025"]
    assert listed("/ons/population-types/UR/dimensions", q="tenure") == []
    assert listed("/ons/population-types/UR_HH/dimensions", q="tenure") == ["hh_tenure_9a"]
    assert listed("/ons/population-types/UR/area-types")[0] == "nat"
    names = json.loads(fake_ons.answer("population-types", {})[2])["items"]
    assert [one["name"] for one in names] == ["UR", "UR_HH"]
    for path in ("nothing", "population-types/XX", "population-types/UR/dimensions/x/y"):
        assert fake_ons.answer(path, {})[0] == 404
