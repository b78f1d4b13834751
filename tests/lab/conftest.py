"""What the tests of the training lab share."""

import json
import os
import shutil
import subprocess
import sys

import pytest
from alone import ENVIRONMENT
from needs import need


@pytest.fixture(scope="session")
def reference(once):
    """What TensorFlow and Keras compute."""
    return json.loads((once("reference", compute) / "numbers").read_text())


def compute(folder):
    run = subprocess.run(
        [sys.executable, "tests/lab/reference.py"],
        env=os.environ | ENVIRONMENT,
        capture_output=True,
        text=True,
    )
    (folder / "numbers").write_text(run.stdout)
    return run.stderr if run.returncode else ""


@pytest.fixture(scope="session")
def node():
    return need(shutil.which("node"), "node", "sudo apt install nodejs npm")


@pytest.fixture(scope="session")
def pages(site):
    return site / "book"


@pytest.fixture
def visit(browser):
    """Open an address; in the end, nothing may have complained there.

    The page keeps in `asked` what it asked for.
    """
    contexts, complaints = [], []

    def visit(url, width=1280, with_lab=True, **options):
        size = {"width": width, "height": 900}
        contexts.append(browser.new_context(viewport=size, **options))
        contexts[-1].set_default_timeout(5000)
        page = contexts[-1].new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("pageerror", lambda error: complaints.append(error.message))
        page.on(
            "console",
            lambda message: (
                message.type in ("error", "warning")
                and complaints.append(message.text)
            ),
        )
        if not with_lab:
            page.route("**/training-lab.js", lambda route: route.fulfill())
        page.goto(url)
        return page

    yield visit
    for context in contexts:
        context.close()
    assert complaints == []
