"""Programs some tests need, an error in CI where they are missing; and how much is looked at."""

from __future__ import annotations

import os
import shutil

import pytest

INSTALL = {
    "chromium": "apt-get install chromium-headless-shell",
    "soffice": "apt-get install libreoffice-calc-nogui",
    "pdfinfo": "apt-get install poppler-utils",
}
IN_CI = os.environ.get("CI") == "true"
ONE_IN = 1 if os.environ.get("SAMPLER_THOROUGH") == "1" else 4
"""`make test` looks at every fourth of many cases, `make soak` at each."""


def found(program: str) -> str | None:
    """Return the path of a program; of Chromium without windows where there is one."""
    bare = shutil.which("chromium-headless-shell") if program == "chromium" else None
    return bare or shutil.which(program)


def needs(program: str) -> pytest.MarkDecorator:
    """Skip a test where a program is missing, naming the command that installs it."""
    missing = found(program) is None
    reason = f"{program} is not installed: {INSTALL[program]}"
    if missing and IN_CI:
        raise RuntimeError(reason)
    return pytest.mark.skipif(missing, reason=reason)
