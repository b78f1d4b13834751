"""What the tests of the training lab share."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alone import settings
from needs import need
from refresh import small_lab
from stored import CHAPTERS, attributes
from visit import Visit


@pytest.fixture(scope="session")
def reference(once):
    """What TensorFlow and Keras compute."""
    return json.loads(
        (once("reference", compute) / "numbers").read_text(encoding="utf-8")
    )


def compute(folder):
    labs = {Path(path).stem: attributes(path) for path in CHAPTERS}
    run = subprocess.run(
        [sys.executable, "tests/lab/reference.py"],
        input=json.dumps(labs),
        env=settings(),
        capture_output=True,
        encoding="utf-8",
    )
    (folder / "numbers").write_text(run.stdout, encoding="utf-8")
    return run.stderr if run.returncode else ""


@pytest.fixture(scope="session")
def node():
    return need(shutil.which("node"), "node", "sudo apt install nodejs npm")


@pytest.fixture
def script(tmp_path):
    """The lab's script, as a notebook carries it."""
    path = tmp_path / "small.js"
    path.write_text(small_lab(), encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def pages(site):
    return site / "book"


@pytest.fixture
def visit(browser):
    """Open an address; in the end, nothing may have complained there.

    The page keeps in `asked` what it asked for.
    """
    visits = []

    def visit(url, width=1280, with_lab=True, **options):
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, **options)
        context.set_default_timeout(5000)
        if not with_lab:
            context.route("**/training-lab.js", lambda route: route.fulfill())
        visits.append(Visit(context.new_page(), url))
        page = visits[-1].page
        page.asked = visits[-1].requests
        for lab in page.locator("training-lab").all()[:1]:
            lab.scroll_into_view_if_needed()  # it comes when it is near
            if with_lab and options.get("java_script_enabled", True):
                page.locator("training-lab:defined").first.wait_for()
        return page

    yield visit
    for one in visits:
        one.page.context.close()
    assert [said for one in visits for said in one.complaints] == []
