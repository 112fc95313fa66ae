"""Keeps what is loaded for good out of the garbage collector's way."""

import gc
import sys

_loaded = 0


def keep_loaded() -> None:
    """Leave everything there is out of collections from now on, whenever modules were loaded.

    Streamlit collects garbage after every run of a page, and each time looks through pandas,
    SQLAlchemy and our own modules (`make bench` measures it with and without).
    """
    global _loaded
    if len(sys.modules) != _loaded:
        _loaded = len(sys.modules)
        gc.collect()
        gc.freeze()
