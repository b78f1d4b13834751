"""The site, built once, served, and opened in a browser.

Without Chromium or node the tests that need it are left out, and pytest says
so at its end; in CI (with CI set) they fail.
"""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from chromium import CHROMIUM, INSTALL, SWITCHES
from needs import need
from pages import ADDRESS, REPOSITORY
from playwright.sync_api import sync_playwright
from served import Server
from visit import Visit

HERE = Path(__file__).parent
PACKAGES = HERE / "node_modules"

NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@pytest.fixture(scope="session")
def html_validate():
    program = PACKAGES / ".bin/html-validate"
    need(
        shutil.which("node") and program.exists(),
        "html-validate",
        "sudo apt install nodejs npm, then make test",
    )
    return program


@pytest.fixture(scope="session")
def axe():
    script = PACKAGES / "axe-core/axe.min.js"
    need(script.exists(), "axe", "sudo apt install nodejs npm, then make test")
    return script.read_text()


@pytest.fixture(scope="session")
def browser():
    need(CHROMIUM, "Chromium", INSTALL)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=[*SWITCHES, NOWHERE_ELSE]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site; the first worker that asks builds it."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        folder = folder.parent
    book, log = folder / "book", folder / "build.log"
    try:
        book.mkdir()
    except FileExistsError:
        while not log.exists():
            time.sleep(0.1)
    else:
        log.with_suffix(".part").write_text(build(book))
        log.with_suffix(".part").rename(log)
    if said := log.read_text():
        pytest.fail(f"the site could not be built:\n{said}", pytrace=False)
    return book / "_build/html"


def build(folder):
    """Build the site of a copy; return what was said if it failed."""
    left_out = shutil.ignore_patterns(".venv*", "_build", "tests", ".*_cache")
    shutil.copytree(".", folder, ignore=left_out, dirs_exist_ok=True)
    run = subprocess.run(
        [sys.executable, "tools/build.py"],
        cwd=folder,
        env=os.environ
        | {"BOOK_REPOSITORY_URL": REPOSITORY, "BOOK_SITE_URL": ADDRESS},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return run.stdout if run.returncode else ""


@pytest.fixture(scope="session")
def server(site):
    with Server(site) as server:
        yield server


@pytest.fixture(scope="session")
def late_server(site):
    """As `server`, but pictures, fonts and scripts come late."""
    with Server(site, seconds_late=0.1) as server:
        yield server


@pytest.fixture
def visit(browser, server):
    """Visit a page of the site, or an address, as a reader who is new here.

    What is given besides are options of the browser's context.
    """
    contexts = []

    def visit(page, width=1280, **options):
        url = page if ":" in page else f"{server.url}{page}.html"
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            reduced_motion="reduce",
            **options,
        )
        context.set_default_timeout(5000)
        contexts.append(context)
        return Visit(context.new_page(), url)

    yield visit
    for context in contexts:
        context.close()
