"""Who may import whom, read from the source."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
OUTER = {
    "sampler/cli.py",
    "sampler/cli_rounds.py",
    "sampler/cli_programme.py",
    "sampler/batch.py",
    "sampler/figures.py",
    "sampler/lookups.py",
    "sampler/seats/seating.py",
    "sampler/people/outlook.py",
    "sampler/people/recruiters.py",
    "sampler/fetching.py",
    "sampler/combining.py",
    "sampler/answers.py",
    "sampler/example.py",
}
ROOMS = ("seats", "people", "reading", "programmes", "store", "ui")
"""Each may import those before it."""
HOMES = {
    "streamlit": lambda path: path == "app.py" or path.startswith("sampler/ui/"),
    "altair": lambda path: path == "sampler/ui/quota_tables.py",
    "pulp": lambda path: path in {"sampler/quotas.py", "sampler/solver.py"},
    "sqlalchemy": lambda path: path.startswith("sampler/store/"),
    "alembic": lambda path: path.startswith(
        ("sampler/store/upgrades", "sampler/store/migrations/")
    ),
    "xlsxwriter": lambda path: path in {"sampler/sheets.py", "sampler/sheet_people.py"},
    "openpyxl": lambda path: path.startswith("sampler/reading/read_"),
    "pandas": lambda path: path.startswith("sampler/ui/"),
    "requests": lambda path: path == "census/client.py",
    "cachecontrol": lambda path: path == "census/cache.py",
    "filelock": lambda path: path in {"census/cache.py", "sampler/store/erasures.py"},
    "highspy": lambda path: path == "sampler/seats/seat_highs.py",
    "wasmtime": lambda path: path == "sampler/seats/seat_board.py",
    "distributed": lambda path: path == "sampler/batch.py",
    "urllib3": lambda path: path == "census/client.py",
    "typer": lambda path: path.startswith("sampler/cli") or path == "sampler/shell.py",
    "docx": lambda path: path == "sampler/programmes/report.py",
}
SEEN_BY_THE_DOMAIN = {"census.model", "census.spelling"}
FILES = sorted(
    [ROOT / "app.py", *(ROOT / "census").rglob("*.py"), *(ROOT / "sampler").rglob("*.py")]
)


def imports(path):
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_module_imports_only_what_its_layer_may(path):
    here = path.relative_to(ROOT).as_posix()
    for name in imports(path):
        top = name.split(".")[0]
        if top in HOMES:
            assert HOMES[top](here), f"{here} imports {name}"
        if here.startswith("census/"):
            assert top != "sampler", f"{here} imports {name}"
        is_domain = here.startswith("sampler/") and "/ui/" not in here and here not in OUTER
        if is_domain and top == "census":
            assert any(name.startswith(seen) for seen in SEEN_BY_THE_DOMAIN), f"{here}: {name}"
        if is_domain:
            assert not name.startswith("sampler.ui"), f"{here} imports {name}"


@pytest.mark.parametrize("room", ROOMS)
def test_a_room_imports_only_the_rooms_before_it(room):
    later = ROOMS[ROOMS.index(room) + 1 :]
    for path in (ROOT / "sampler" / room).rglob("*.py"):
        found = [name for name in imports(path) if name.startswith("sampler.")]
        assert [name for name in found if name.split(".")[1] in later] == [], path.name


def test_no_file_is_too_long_to_read_in_one_sitting():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in FILES
        if (lines := len(path.read_text("utf-8").splitlines())) > 450
    }
    assert long == {}
