"""Joint tables typed in a brief: checked against the shares, then followed."""

import pytest

from sampler import combining, figures
from sampler.brief import from_values, read
from sampler.errors import BriefError

TABLE = [["0.14", "0.05", "0.01"], ["0.13", "0.12", "0.05"], ["0.10", "0.16", "0.24"]]


def a_brief(shares=TABLE, of=("Digital confidence", "Use")):
    return from_values(
        {
            "title": "By hand",
            "people_wanted": 10,
            "characteristic": [
                {
                    "name": "Digital confidence",
                    "shares": {"Low": "0.2", "Medium": "0.3", "High": "0.5"},
                },
                {"name": "Use", "shares": {"Often": "0.37", "Some": "0.33", "Never": "0.3"}},
            ],
            "joint": [{"of": list(of), "shares": shares}],
        }
    )


def test_a_table_by_hand_is_known_and_used_as_given():
    (pair,) = combining.of(a_brief()).pairs
    assert (pair.kind, pair.source) == ("known", "by hand")
    assert [[round(share, 6) for share in row] for row in pair.shares] == [
        [float(share) for share in row] for row in TABLE
    ]


def test_a_table_a_little_off_is_raked_to_the_shares():
    off = [["0.15", "0.05", "0.01"], *TABLE[1:]]
    shares = combining.of(a_brief(off)).pairs[0].shares
    assert sum(shares[0]) == pytest.approx(0.2)
    assert sum(row[0] for row in shares) == pytest.approx(0.37)


def test_an_empty_cell_by_hand_leaves_the_pair_out():
    empty = [["0.15", "0.05", "0"], *TABLE[1:]]
    joint = combining.of(a_brief(empty))
    assert joint.pairs[0].shares[0][2] == 0
    assert "Your own table has nobody" in joint.left_out[0].reason


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"shares": [["0.5", "0.5"], ["0"]]}, "joint[0].shares", "Row 2 has 1 shares and row 1"),
        ({"shares": [["0.5", "0.2"]]}, "joint[0].shares", "add up to 70%"),
        ({"shares": [["0.5", "-0.5"]]}, "joint[0].shares[0][1]", "cannot be negative"),
        ({"shares": [["0.5", "0.5"]]}, "joint[0].shares", "needs 3 rows of 3 shares"),
        ({"of": ("Age", "Use")}, "joint[0].of", "no characteristic with shares called 'Age'"),
        ({"of": ("Use", "Use")}, "joint[0].of", "two different characteristics"),
        (
            {
                "shares": [
                    ["0.3", "0.05", "0.01"],
                    ["0.03", "0.06", "0.05"],
                    ["0.1", "0.16", "0.24"],
                ]
            },
            "joint[0].shares",
            "Low adds up to 36.0% and its share is 20.0%",
        ),
    ],
)
def test_a_table_that_does_not_fit_is_refused_with_its_place(changes, field, words):
    with pytest.raises(BriefError) as error:
        figures.combining.of(a_brief(**changes))
    ((path, text),) = error.value.problems
    assert path == field
    assert words in text


def test_a_brief_with_everything_across_survives_its_file():
    brief = a_brief().changed(
        rule=[{"at_least": 2, "where": {"Use": ["Never", "Some"]}, "must_have": True}],
        split=[{"by": "Channel", "people": {"In person": 4, "Video": 6}}],
        rounding="webster",
        seed=7,
    )
    assert read(brief.to_toml()) == brief


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"rule": [{"at_least": 1, "at_most": 2, "where": {"Use": "Some"}}]}, "rule[0]", "either"),
        ({"rule": [{"at_least": 1, "where": {}}]}, "rule[0].where", "must name groups"),
        ({"split": [{"by": "C", "people": {"A": 4, "B": 5}}]}, "split[0].people", "have 9 people"),
        ({"split": [{"by": "C", "people": {"A": 10}}]}, "split[0]", "two or more parts"),
        ({"seed": -1}, "seed", "The seed must be a whole number"),
        ({"effort": 11}, "effort", "from 1 to 10"),
        ({"chance": "1"}, "chance", "between 0 and 1"),
        ({"rounding": "up"}, "rounding", "'closest', 'webster' or 'equal_proportions'"),
    ],
)
def test_what_is_across_is_checked(changes, field, words):
    with pytest.raises(BriefError) as error:
        a_brief().changed(**changes)
    ((path, text),) = error.value.problems
    assert path == field
    assert words in text
