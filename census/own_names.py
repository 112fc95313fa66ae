"""The app's own short names for the groups of a file, where they are the groups of a topic."""

from __future__ import annotations

import re
from collections.abc import Sequence

from census.own_sums import bare
from census.spelling import key
from census.topics import TOPICS, Topic

OTHER_SPELLINGS = {
    "Level 4 qualifications or above": "Level 4 qualifications and above",
    "Other: vocational or work-related qualifications": "Other qualifications",
}
"""How ONS tables begin labels that the Nomis files spell otherwise."""
SPELT_OUT = ("Level 1 and entry level qualifications", "Level 2", "Level 3", *OTHER_SPELLINGS)
"""Beginnings of labels that ONS tables follow with a list of examples."""
_AGE = re.compile(
    r"(?:aged )?(?:"
    r"(?P<baby>under 1(?: year)?)"
    r"|(?P<most>[0-9]{1,3}) (?:years )?(?:and|or) (?:under|younger)"
    r"|(?P<least>[0-9]{1,3})(?:\+| (?:years )?(?:and|or) (?:over|older))"
    r"|(?P<low>[0-9]{1,3})(?: to |-)(?P<high>[0-9]{1,3})"
    r"|(?P<one>[0-9]{1,3})"
    r")(?: years?| year)?(?: old)?"
)


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
        bands = [age_band(label) for label in labels]
        if all(bands) and len(set(bands)) == len(bands):
            return "age", {label: str(band) for label, band in zip(labels, bands, strict=True)}
    return None, {label: label for label in labels}


def _spelt(label: str) -> str:
    """Return an ONS label in the words of the Nomis files.

    >>> _spelt("Level 2 qualifications: 5 or more GCSEs")
    'Level 2 qualifications'
    """
    for begin in SPELT_OUT:
        if label.startswith(begin):
            return OTHER_SPELLINGS.get(begin, label.split(": ", 1)[0])
    return label


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


def age_band(label: str) -> str | None:
    """Return an age label as a band, or None.

    >>> age_band("Aged under 1 year"), age_band("Aged 45 years"), age_band("0-4 years")
    ('0', '45', '0-4')
    >>> age_band("Aged 85 years and over"), age_band("Retired")
    ('85+', None)
    """
    found = _AGE.fullmatch(key(label))
    if not found:
        return None
    if found["baby"]:
        return "0"
    if found["most"]:
        return f"0-{int(found['most'])}"
    if found["least"]:
        return f"{int(found['least'])}+"
    if found["one"]:
        return str(int(found["one"]))
    return f"{int(found['low'])}-{int(found['high'])}"
