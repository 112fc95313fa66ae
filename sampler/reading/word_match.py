"""One of their words against one characteristic: what it is of ours, or why that must be asked."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

from census.spelling import key
from sampler.brief import ANY
from sampler.model import (
    NOT_KNOWN,
    PREFER_NOT_TO_SAY,
    Answer,
    Plan,
    PlannedCharacteristic,
)
from sampler.people.tracking import BROAD_SUFFIX, OWN_WORDS
from sampler.reading.ages import is_age, read_ages, spans
from sampler.reading.answer_words import broad_groups
from sampler.reading.dates import read_date
from sampler.reading.mapping import Classification
from sampler.reading.personal import header_words
from sampler.reading.vocabularies import VOCABULARIES, Published, category, parts_of, spelled
from sampler.words import listed

PREFER_NOT = (
    "prefer not to say;prefer not to answer;prefer not say;prefer not;rather not say;pnts;refused;"
    "declined;declined to answer;declined to say;refused to answer;withheld;not disclosed;"
    "do not wish to say;do not wish to answer;do not want to say;i would rather not say;"
    "i d rather not say;i prefer not to say;i d prefer not to say"
)
UNKNOWN = (
    "not known;unknown;unk;n a;na;not applicable;do not know;don t know;dont know;dk;not asked;"
    "not recorded;not stated;not given;not provided;missing;no answer;no response;not answered;"
    "tbc;to be confirmed;null;nan;not available"
)
_SPECIAL: dict[str, Answer] = {
    **dict.fromkeys(PREFER_NOT.split(";"), PREFER_NOT_TO_SAY),
    **dict.fromkeys(UNKNOWN.split(";"), NOT_KNOWN),
}
_ONLY_MARKS = ("-", "--", "–", "—", "?", "??", ".", "/")
YES = ("yes", "y", "true")
NO = ("no", "n", "false", "none", "none of these", "none of the above", "neither")
_LIMITED, _NOT_LIMITED = (
    "limited a lot; limited a little",
    "condition but not limited; no condition",
)
_DISABILITY: dict[str, str] = {
    "disabled": _LIMITED,
    "not disabled": _NOT_LIMITED,
    "non disabled": _NOT_LIMITED,
    "disabled under the equality act": _LIMITED,
    "not disabled under the equality act": _NOT_LIMITED,
    "limited a lot": "limited a lot",
    "yes limited a lot": "limited a lot",
    "yes a lot": "limited a lot",
    "limited a little": "limited a little",
    "yes limited a little": "limited a little",
    "yes a little": "limited a little",
    "condition not limited": "condition but not limited",
    "condition but not limited": "condition but not limited",
    "yes but not limited": "condition but not limited",
    "yes not at all": "condition but not limited",
    "i have a condition but it does not make them harder": "condition but not limited",
    "no condition": "no condition",
    "i have no such condition": "no condition",
    "no long term condition": "no condition",
    "no long term health condition": "no condition",
}
_SEX = {"f": "female", "m": "male", "female": "female", "male": "male"}
_GENDER = {
    **dict.fromkeys(("woman", "women", "w", "girl", "lady"), "female"),
    **dict.fromkeys(("man", "men", "boy", "gentleman"), "male"),
}
GENDER_NOTE = "These are words for gender, which is another question than sex. Choose how to count."
CONDITION_NOTE = "Having a condition is not yet being disabled: it counts where it limits somebody."
_FILLERS = frozenset(
    ("british", "english", "welsh", "scottish", "uk", "any", "background", "ethnic", "group",
     "and", "the", "a", "of")
)  # fmt: skip
_TOO_MANY_WORDS = 8
NONE_OF_THEM = "is none of the groups"
ACROSS = "lies across"


@dataclass(frozen=True)
class Reading:
    """What a word is: an answer that is certain, or what there is to ask.

    `touches` are the groups it straddles or comes near, the likeliest first; `broad` the broad
    group they share; `proposed` what it most likely is, to be confirmed.
    """

    answer: Answer | None = None
    why: str = ""
    touches: tuple[str, ...] = ()
    broad: str | None = None
    proposed: Answer | None = None
    note: str = ""
    asks: bool = True
    """Whether the word may be asked about; else its rows are refused."""
    means: str = ""
    """What a code stands for."""


class Reader:
    """Reads the words of one characteristic, whose groups are made of parts."""

    def __init__(
        self,
        part: PlannedCharacteristic,
        plan: Plan,
        classification: Classification | None = None,
        header: str = "",
    ) -> None:
        self.part = part
        self.classification: Classification = classification or home_of(plan)
        self.home = home_of(plan)
        self.header = header_words(header)
        self.is_ethnic = is_ethnic(part)
        self.spans = spans(part) if is_age(part) else {}
        self.is_disability = part.topic == "disability"
        self.is_sex = part.topic == "sex" or {key(g) for g in part.groups} == {"female", "male"}
        self.groups: dict[str, str] = {}
        for name in part.groups:
            self.groups.setdefault(spelled(name) or key(name), name)
        self.exact = {key(name): name for name in part.groups}
        self.broad = {key(name): name for name in broad_groups(part)}
        self.parts: dict[str, frozenset[str]] = {}
        self.merged: dict[str, str] = {}
        for quota in part.quotas:
            inside = [key(one) for one in quota.parts or (quota.group,)]
            for one in quota.parts:
                self.merged.setdefault(key(one), quota.group)
            if self.is_ethnic:
                sets = [parts_of(one, self.home) for one in inside]
                self.parts[quota.group] = frozenset().union(*sets)
            elif self.is_disability:
                every = [_DISABILITY.get(spelled(one), "") for one in inside]
                self.parts[quota.group] = frozenset(
                    p for one in every for p in one.split("; ") if p
                )

    def read(self, text: str) -> Reading:
        """Return what a word is: ours exactly, a word for no answer, or by its meaning.

        What comes near a word that is none of these takes longer to find: `asked` says it.
        """
        word = text.strip()
        if name := self.exact.get(key(word)):
            return _group(name)
        if own := _quoted(word):
            return Reading(Answer(kind="own_words", text=own[:200]))
        if key(word) == key(OWN_WORDS):
            return Reading(Answer(kind="own_words"))
        if name := self.broad.get(key(word.removesuffix(BROAD_SUFFIX))):
            return _broad(name)
        plain = spelled(word)
        if name := self.merged.get(key(word)):
            return _group(name)
        if self.spans:
            return self._age(word, plain)
        if self.is_ethnic and (found := self._ethnic(word)):
            return found
        if plain in _SPECIAL or word in _ONLY_MARKS:
            return Reading(_SPECIAL.get(plain, NOT_KNOWN))
        if name := self.groups.get(plain):
            return _group(name)
        return self._by_kind(plain) or _ask(NONE_OF_THEM)

    def asked(self, text: str) -> Reading:
        """Return what a word is, with what comes nearest where it is none of the groups."""
        reading = self.read(text)
        is_open = reading.why == NONE_OF_THEM and not reading.touches
        return self._near(spelled(text)) if is_open else reading

    def _by_kind(self, plain: str) -> Reading | None:
        if self.is_sex:
            if name := self.exact.get(_SEX.get(plain, "")):
                return _group(name)
            if name := self.exact.get(_GENDER.get(plain, "")):
                return _ask("is a word for gender, not for sex",
                            (name,), proposed=_group(name).answer, note=GENDER_NOTE)  # fmt: skip
        if self.is_disability and any(self.parts.values()):
            if plain in _DISABILITY:
                return self._resolve(frozenset(_DISABILITY[plain].split("; ")), is_broad=True)
            if plain in (*YES, *NO):
                return self._disabled_yes_no(plain in YES)
        if self.part.basis == "minimums":
            return self._minimums(plain)
        return None

    def _disabled_yes_no(self, is_yes: bool) -> Reading:
        """Read yes and no: plain under "Disabled", not under "Health condition"."""
        if "disab" in self.header:
            found = self._resolve(
                frozenset((_LIMITED if is_yes else _NOT_LIMITED).split("; ")), is_broad=True
            )
            return found or Reading()
        if not is_yes:
            return self._resolve(frozenset({"no condition"}), is_broad=True) or Reading()
        return _ask(
            "is said of a condition, which need not limit anybody",
            self.part.groups,
            note=CONDITION_NOTE,
        )

    def _minimums(self, plain: str) -> Reading | None:
        named = [group for group in self.part.groups if group != ANY]
        if plain in NO:
            return _group(ANY)
        if plain in YES and len(named) == 1:
            return _ask(f"could mean {named[0]}", (named[0],), proposed=_group(named[0]).answer)
        return None

    def _age(self, word: str, plain: str) -> Reading:
        if plain in _SPECIAL or word in _ONLY_MARKS:
            return Reading(_SPECIAL.get(plain, NOT_KNOWN))
        span = read_ages(word)
        if span is None:
            if read_date(word):
                return Reading(why="is a date, not an age", asks=False)
            return _ask(NONE_OF_THEM, self.part.groups)
        low, high = span
        touched = tuple(
            group for group, (first, last) in self.spans.items() if low <= last and first <= high
        )
        lowest = min(first for first, _ in self.spans.values())
        highest = max(last for _, last in self.spans.values())
        inside = low >= lowest and high <= highest
        if len(touched) == 1 and inside:
            return _group(touched[0])
        if len(touched) > 1:
            return _ask(_straddles(touched), touched)
        if touched:
            return _ask("lies partly outside the ages of this plan", touched)
        why = f"is outside the ages of this plan, {_from_to(lowest, highest)}"
        return Reading(why=why, asks=low != high)

    def _ethnic(self, word: str) -> Reading | None:
        found = category(self.classification, word)
        if found is None:
            return None
        if found.answer:
            return Reading(found.answer)
        read = self._resolve(found.parts, is_broad=found.is_broad, note=found.trap)
        is_code = key(word) == key(found.code)
        return replace(read, means=found.names[0]) if read and is_code else read

    def _resolve(
        self, parts: frozenset[str], *, is_broad: bool = False, note: str = ""
    ) -> Reading | None:
        """Return the group that holds all the parts, their broad group, or what they straddle."""
        inside = {group: len(own & parts) for group, own in self.parts.items() if own & parts}
        outside = parts - frozenset().union(*self.parts.values())
        touched = tuple(sorted(inside, key=lambda group: -inside[group]))
        if self.part.basis == "minimums" and outside:
            if not touched:
                return _group(ANY)
            touched, outside = (*touched, ANY), frozenset()
        if not touched:
            return None
        if len(touched) == 1 and not outside:
            return _group(touched[0])
        broads = {quota.broad for quota in self.part.quotas if quota.group in inside}
        broad = broads.pop() if len(broads) == 1 else None
        if broad and not outside:
            whole = frozenset().union(
                *(self.parts[q.group] for q in self.part.quotas if q.broad == broad)
            )
            if is_broad or parts >= whole:
                return _broad(broad)
        why = _straddles(touched) if len(touched) > 1 else f"is more than {touched[0]}"
        return _ask(why, touched, broad=broad, note=note)

    def _near(self, plain: str) -> Reading:
        """Offer what comes nearest; propose what differs by words such as "British" alone."""
        names, tokens = self._known_names, frozenset(plain.split())
        if len(tokens) > _TOO_MANY_WORDS:
            return _ask(NONE_OF_THEM)
        same = [
            answer for name, answer in names.items()
            if (own := frozenset(name.split()) - _FILLERS) and own == tokens - _FILLERS
        ]  # fmt: skip
        close = [names[one] for one in difflib.get_close_matches(plain, names, n=3, cutoff=0.75)]
        shared = {
            name: len((tokens - _FILLERS) & frozenset(name.split())) for name in names
        }  # fmt: skip
        by_shared = sorted((n for n in names if shared[n]), key=lambda name: -shared[name])
        nearest = [*same, *close, *(names[name] for name in by_shared[:4])]
        touched = tuple(dict.fromkeys(a.text for a in nearest if a.kind == "group"))
        likely = {(a.kind, a.text): a for a in same or close[:1]}
        proposed = next(iter(likely.values())) if len(likely) == 1 else None
        broad = next((a.text for a in nearest if a.kind == "broad"), None)
        return _ask(NONE_OF_THEM, touched, broad=broad, proposed=proposed)

    @cached_property
    def _known_names(self) -> dict[str, Answer]:
        names = {name: Answer(kind="group", text=group) for name, group in self.groups.items()}
        for one, group in self.merged.items():
            names.setdefault(spelled(one), Answer(kind="group", text=group))
        for one in self.broad.values():
            names.setdefault(spelled(one), Answer(kind="broad", text=one))
        if self.is_ethnic:
            known = VOCABULARIES[self.home if self.classification == "own" else self.classification]
            for found in known.categories:
                read = self._resolve(found.parts, is_broad=found.is_broad)
                if found.parts and read and read.answer:
                    for name in found.names:
                        names.setdefault(spelled(name), read.answer)
            return names
        for answer in list(names.values()):
            # "Gay or lesbian": each side of the "or" comes near it.
            for side in answer.text.split(" or "):
                names.setdefault(spelled(side), answer)
        return names


def _group(name: str) -> Reading:
    return Reading(Answer(kind="group", text=name))


def _broad(name: str) -> Reading:
    return Reading(Answer(kind="broad", text=name))


def _ask(
    why: str,
    touches: Iterable[str] = (),
    *,
    broad: str | None = None,
    proposed: Answer | None = None,
    note: str = "",
) -> Reading:
    return Reading(None, why, tuple(touches), broad, proposed, note)


def _straddles(groups: tuple[str, ...]) -> str:
    number = "two" if len(groups) == 2 else str(len(groups))
    return (
        f"{ACROSS} {number} of the groups ({listed(groups[:4])}{' and others' * (len(groups) > 4)})"
    )


def _from_to(low: int, high: int) -> str:
    return f"{low} and over" if high >= 90 else f"{low} to {high}"


def _quoted(word: str) -> str:
    """Return words in the curly quotation marks our own lists put around somebody's own words."""
    is_quoted = len(word) > 2 and word[0] == "“" and word[-1] == "”"
    return word[1:-1] if is_quoted else ""


def is_ethnic(part: PlannedCharacteristic) -> bool:
    """Say whether a characteristic is ethnic group, from the census or by hand."""
    return part.topic == "ethnic_group" or (
        part.topic is None and header_words(part.name).startswith("ethnic")
    )


def home_of(plan: Plan) -> Published:
    """Return the classification the plan's own groups come from."""
    there = [area.code.startswith("N") for area in plan.areas]
    return "ni_2021" if there and all(there) else "census_2021"
