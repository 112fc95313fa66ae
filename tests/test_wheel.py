"""The package as it is installed: it carries the app, its looks and the census figures."""

import subprocess
import sys
import urllib.request
import zipfile
from pathlib import Path

import pytest

from tests.browser.driving import served

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory):
    """Build the wheel from this tree and unpack it the way an installer does."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT,
        check=True,
        capture_output=True,
        timeout=120,
    )
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "installed")
    return folder / "installed"


def test_the_wheel_carries_everything_the_app_needs(unpacked):
    for name in (
        "sampler/app.py",
        "sampler/.streamlit/config.toml",
        "sampler/ui/style.css",
        "sampler/ui/logo.svg",
        "sampler/ui/pages/mix.py",
        "sampler/store/migrations/versions/0001_first.py",
        "census/data/areas.json",
        "census/data/ts021.bin",
        "census/data/SOURCES.md",
    ):
        assert (unpacked / name).is_file(), name
    assert not (unpacked / "tests").exists()


def test_the_installed_app_serves_from_its_own_files(unpacked, tmp_path):
    with served(tmp_path, unpacked) as (address, server):
        command = Path(f"/proc/{server.pid}/cmdline").read_bytes().decode()
        assert str(unpacked / "sampler" / "app.py") in command
        with urllib.request.urlopen(address, timeout=10) as answer:
            assert answer.status == 200
