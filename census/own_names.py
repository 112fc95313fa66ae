"""The app's own short names for the groups of a file, where they are the groups of a topic."""

from __future__ import annotations

import re
from collections.abc import Sequence

from census.bands import age_span, band_name
from census.own_sums import bare
from census.spelling import key
from census.tables import ONS_SPELLINGS, TABLES
from census.topics import TOPICS, Topic

SPELT_OUT = "TS067"
"""The table whose labels ONS tables follow with a list of examples."""


def name_groups(variable: str, labels: Sequence[str]) -> tuple[str | None, dict[str, str]]:
    """Return the topic whose groups these are, if any, and the group each label stands for.

    Every group of the topic has to be there, or every group of its broader grouping; they come
    in the topic's order. Ages come as bands.

    >>> name_groups("Sex (2 categories)", ["Male", "Female"])
    ('sex', {'Female': 'Female', 'Male': 'Male'})
    >>> name_groups("Age", ["Aged 15 years and under", "Aged 16 to 24 years", "90+ years"])
    ('age', {'Aged 15 years and under': '0-15', 'Aged 16 to 24 years': '16-24', '90+ years': '90+'})
    """
    by_label = {bare(_spelt(label)): label for label in labels}
    for topic in TOPICS.values():
        finer = _official(topic.finer) if topic.finer else []
        for official in (*_official(topic), *finer):
            if set(official) == set(by_label):
                return topic.id, {by_label[one]: name for one, name in official.items()}
    if re.search(r"\bages?\b", key(variable)):
        bands = [_age_band(label) for label in labels]
        if all(bands) and len(set(bands)) == len(bands):
            return "age", {label: str(band) for label, band in zip(labels, bands, strict=True)}
    return None, {label: label for label in labels}


def _spelt(label: str) -> str:
    """Return an ONS label in the words of the Nomis files.

    >>> _spelt("Level 2 qualifications: 5 or more GCSEs")
    'Level 2 qualifications'
    """
    begin = label.split(": ", 1)[0]
    begin = ONS_SPELLINGS[SPELT_OUT].get(begin, begin)
    return begin if begin in TABLES[SPELT_OUT].leaves else label


def _official(topic: Topic) -> list[dict[str, str]]:
    """Return the topic's groups by official label as compared, for each of its groupings."""
    leaves = [leaf for leaf in topic.leaves if leaf.label]
    if not leaves:
        return []
    found = [{bare(leaf.label): leaf.name for leaf in leaves}]
    heads = {(leaf.label.split(": ", 1)[0], leaf.broad) for leaf in leaves if leaf.broad}
    if heads and len({h for h, _ in heads}) == len({b for _, b in heads}) == len(heads):
        found.append(
            {bare(leaf.label.split(": ", 1)[0]): str(leaf.broad) for leaf in leaves if leaf.broad}
        )
    return found


def _age_band(label: str) -> str | None:
    """Return an age label as a band, or None.

    >>> _age_band("Aged 45 years"), _age_band("0-4 years"), _age_band("Retired")
    ('45', '0-4', None)
    """
    if not (span := age_span(label)):
        return None
    return str(span[0]) if span[0] == span[1] else band_name(span)
