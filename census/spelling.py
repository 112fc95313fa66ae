"""How names are compared, and what to say when one is not known."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence


def key(text: str) -> str:
    """Return the form in which names are compared: case and spaces forgiven.

    >>> key("  White  and asian "), key("16 – 34") == key("16-34")
    ('white and asian', True)
    """
    spaced = re.sub(r"\s*([:\-–])\s*", lambda mark: mark[1].replace("–", "-"), text)
    return " ".join(spaced.split()).casefold()


def or_list(words: Sequence[str]) -> str:
    """Join words for a sentence.

    >>> or_list(["a", "b", "c"])
    'a, b or c'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def did_you_mean(asked: str, allowed: Iterable[str]) -> str:
    """Return a sentence that names the nearest of the words allowed, or all of a short list.

    >>> did_you_mean("Pakistni", ["Indian", "Pakistani"])
    ' Did you mean Pakistani?'
    """
    words = {key(word): word for word in allowed}
    near = difflib.get_close_matches(key(asked), list(words), n=2, cutoff=0.6)
    if near:
        return f" Did you mean {or_list([words[word] for word in near])}?"
    return f" It can be {or_list(list(words.values()))}." if 0 < len(words) <= 20 else ""
