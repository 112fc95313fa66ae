"""Keeps what is loaded for good out of the garbage collector's way."""

import gc
import sys

_loaded = 0


def keep_loaded() -> None:
    """Leave everything there is out of collections from now on, whenever modules were loaded.

    Streamlit collects garbage after every run of a page, and looking through pandas, SQLAlchemy
    and our own modules took most of the time of a click (`make bench` measures it).
    """
    global _loaded
    if len(sys.modules) != _loaded:
        _loaded = len(sys.modules)
        gc.collect()
        gc.freeze()
