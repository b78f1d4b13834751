"""requirements.txt says what the book needs; requirements.lock says it to the last package."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LINES = [line.partition("#")[0].strip() for line in Path("requirements.txt").read_text().splitlines()]
DIRECT = [Requirement(line) for line in LINES if line]
PINNED = dict(re.findall(r"^([\w.-]+)==([^\s;\\]+)", Path("requirements.lock").read_text(), flags=re.MULTILINE))


@pytest.mark.parametrize("requirement", DIRECT, ids=str)
def test_lock_pins_each_direct_dependency_within_its_range(requirement):
    version = PINNED.get(canonicalize_name(requirement.name))
    assert version, f"{requirement.name} is not in requirements.lock; its header says how to renew it"
    assert requirement.specifier.contains(version), f"requirements.lock has {requirement.name} {version}"


def test_lock_is_complete():
    """It is installed with --no-deps, so pip would not have noticed a gap."""
    check = subprocess.run([sys.executable, "-m", "pip", "check"], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout
