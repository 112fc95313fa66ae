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
    spaced = " ".join(text.split())
    return re.sub(r" ?([:\-–]) ?", lambda mark: mark[1].replace("–", "-"), spaced).casefold()


def or_list(words: Sequence[str]) -> str:
    """Join words for a sentence.

    >>> or_list(["a", "b", "c"])
    'a, b or c'
    """
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} or {words[-1]}"


def and_places(names: Sequence[str], most: int) -> str:
    """Name places in a sentence, the first of many.

    >>> and_places(["Hull", "Leeds"], 2), and_places(["Hull", "Leeds", "York"], 2)
    ('Hull and Leeds', 'Hull, Leeds and 1 more place')
    """
    shown = list(names[:most])
    if more := len(names) - len(shown):
        shown.append(f"{more} more place{'s' if more > 1 else ''}")
    return " and ".join(filter(None, [", ".join(shown[:-1]), *shown[-1:]]))


def even(text: str) -> str:
    """Return a label with even spaces and colons.

    >>> even("Economically inactive:Retired ")
    'Economically inactive: Retired'
    """
    return re.sub(r"\s*:\s*", ": ", " ".join(text.split()))


def encoding_of(body: bytes) -> str:
    """Return how the text of a file is encoded: UTF-16 by its mark or its zeros, else UTF-8.

    >>> encoding_of("Größe".encode("utf-16-be")), encoding_of("Größe".encode())
    ('utf-16-be', 'utf-8-sig')
    """
    sample = body[:2000]
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if len(sample) > 3 and sample[1::2].count(0) > len(sample) // 3:
        return "utf-16-le"
    if len(sample) > 3 and sample[::2].count(0) > len(sample) // 3:
        return "utf-16-be"
    return "utf-8-sig"


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
