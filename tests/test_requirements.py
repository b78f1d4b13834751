"""A requirements.txt says what is needed; the requirements.lock beside it says
it to the last package."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKS = [Path("requirements.lock"), Path("tests/colab/requirements.lock")]
DIRECT = [
    (lock, requirement)
    for lock in LOCKS
    for line in lock.with_suffix(".txt")
    .read_text(encoding="utf-8")
    .splitlines()
    if (requirement := line.partition("#")[0].strip())
]


@pytest.mark.parametrize("lock, requirement", DIRECT)
def test_lock_pins_a_direct_dependency_within_its_range(lock, requirement):
    requirement = Requirement(requirement)
    name = canonicalize_name(requirement.name)
    pin = re.search(
        rf"^{name}==([^\s;\\]+)",
        lock.read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    assert pin, f"{name} is not in {lock}, whose header says how to renew it"
    assert requirement.specifier.contains(pin[1]), f"{lock}: {name} {pin[1]}"


def test_lock_is_complete():
    """It is installed with --no-deps, so pip would not have noticed a gap."""
    check = subprocess.run(
        [sys.executable, "-m", "pip", "check"],
        capture_output=True,
        encoding="utf-8",
    )
    assert check.returncode == 0, check.stdout
