"""What the tests of the training lab share.

Without node or Chromium the tests that need it are left out, and pytest says
so at its end; in CI (with CI set) they fail.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from alone import ENVIRONMENT
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
SWITCHES = """
    --headless --no-sandbox --disable-gpu --disable-quic --no-first-run
    --disable-background-networking --disable-component-update --disable-sync
""".split()
AXE = Path("tests/site/node_modules/axe-core/axe.min.js")
CHAPTERS = ["book/04-tape-loop.ipynb", "book/05-visualization.ipynb"]


def need(found, what, how):
    """Leave the test out if what it needs is missing; in CI, fail it."""
    if not found:
        say = f"tests/lab needs {what}: {how}"
        if os.environ.get("CI"):
            pytest.fail(say, pytrace=False)
        pytest.skip(say)


def lab_cell(path):
    cells = nbformat.read(path, as_version=4).cells
    return next(cell for cell in cells if cell.id == "training-lab")


def stored_lab(path):
    """The HTML of the lab that a notebook stores."""
    return lab_cell(path).outputs[-1].data["text/html"]


@pytest.fixture(scope="session")
def reference(tmp_path_factory):
    """What TensorFlow and Keras compute, for the first worker that asks."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    answer = folder / "reference.json"
    try:
        (folder / "reference").mkdir()
    except FileExistsError:
        while not answer.exists():
            time.sleep(0.1)
    else:
        run = subprocess.run(
            [sys.executable, "tests/lab/reference.py"],
            env=os.environ | ENVIRONMENT,
            capture_output=True,
            text=True,
        )
        text = json.dumps({"failed": run.stderr})
        text = text if run.returncode else run.stdout
        answer.with_suffix(".part").write_text(text)
        answer.with_suffix(".part").rename(answer)
    found = json.loads(answer.read_text())
    assert "failed" not in found, found["failed"]
    return found


@pytest.fixture(scope="session")
def node():
    need(shutil.which("node"), "node", "sudo apt install nodejs npm")
    return shutil.which("node")


@pytest.fixture(scope="session")
def axe():
    need(AXE.exists(), "axe", "sudo apt install nodejs npm, then make test")
    return AXE.read_text()


@pytest.fixture(scope="session")
def browser():
    need(CHROMIUM, "Chromium", "sudo apt install chromium")
    elsewhere = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*SWITCHES, elsewhere]
        )
        yield browser
        browser.close()


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


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the site, built from a copy."""
    folder = tmp_path_factory.mktemp("site") / "book"
    left_out = shutil.ignore_patterns(".*", "_build", "tests")
    shutil.copytree(".", folder, ignore=left_out)
    command = [sys.executable, "tools/build.py"]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return folder / "_build/html/book"
