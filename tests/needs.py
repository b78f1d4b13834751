"""What a test needs beside Python packages."""

import os

import pytest


def need(found, what, how):
    """Leave the test out if what it needs is missing; in CI, fail it."""
    if not found:
        say = f"needs {what}: {how}"
        if os.environ.get("CI"):
            pytest.fail(say, pytrace=False)
        pytest.skip(say)
    return found
