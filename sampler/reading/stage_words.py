"""Words other people use for the stages: which are certain, and which could be several."""

from __future__ import annotations

import difflib

from sampler.model import Stage
from sampler.people.tracking import STAGE_WORDS, STAGES, stage_named
from sampler.reading.personal import header_words

_SAME: dict[Stage, str] = {
    "approached": "contacted;approach made",
    "interested": "expressed interest;registered interest",
    "screened_in": "qualified;eligible;passed screener;passed screening;screen in",
    "screened_out": (
        "disqualified;not qualified;not eligible;ineligible;failed screener;failed screening;"
        "screen out"
    ),
    "offered": "invited;place offered;slot offered",
    "confirmed": "booked;scheduled;accepted;booked in",
    "reminded": "reminder sent",
    "attended": "completed;complete;took part;participated;interviewed;present;showed up",
    "partial": "partly attended;attended partly;left early;partially attended;part attended",
    "no_show": (
        "dna;did not attend;didn t attend;noshow;did not show;did not show up;did not turn up;"
        "failed to attend;absent"
    ),
    "cancelled_by_them": (
        "cancelled by participant;participant cancelled;cancelled by respondent;"
        "respondent cancelled;canceled by them;they cancelled"
    ),
    "cancelled_by_us": (
        "we cancelled;canceled by us;cancelled by researcher;researcher cancelled;cancelled by team"
    ),
    "withdrawn": "withdrew;opted out;withdrawn by participant",
}
_SEVERAL: dict[str, tuple[Stage, ...]] = {
    **dict.fromkeys(
        ("cancelled", "canceled", "cancellation"), ("cancelled_by_them", "cancelled_by_us")
    ),
    **dict.fromkeys(("yes", "y"), ("attended", "confirmed", "interested")),
    **dict.fromkeys(("no", "n"), ("no_show", "cancelled_by_them", "withdrawn")),
    **dict.fromkeys(("declined", "refused", "not interested"), ("withdrawn", "cancelled_by_them")),
    **dict.fromkeys(("pending", "tbc", "to be confirmed", "waiting"), ("offered", "interested")),
    **dict.fromkeys(("paid", "payment sent", "incentive sent"), ("attended",)),
    **dict.fromkeys(("rescheduled", "rebooked"), ("confirmed", "offered")),
    **dict.fromkeys(("recruited", "submitted", "applied"), ("screened_in", "interested")),
    **dict.fromkeys(("dropped out", "drop out", "dropout"), ("withdrawn", "cancelled_by_them")),
}
_WORDS: dict[str, Stage] = {
    word: stage for stage, words in _SAME.items() for word in words.split(";")
}


def stage_of(word: str) -> tuple[Stage | None, tuple[Stage, ...]]:
    """Return the stage a word is for certain, else the stages it may be, the likeliest first.

    >>> stage_of("DNA")[0], stage_of("Cancelled")
    ('no_show', (None, ('cancelled_by_them', 'cancelled_by_us')))
    """
    if stage := stage_named(word):
        return stage, ()
    plain = header_words(word)
    if plain in _WORDS:
        return _WORDS[plain], ()
    if plain in _SEVERAL:
        return None, _SEVERAL[plain]
    named = {STAGE_WORDS[stage].casefold(): stage for stage in STAGES} | _WORDS
    close = difflib.get_close_matches(plain, named, n=3, cutoff=0.75)
    return None, tuple(dict.fromkeys(named[one] for one in close))
