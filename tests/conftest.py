"""The site and its browser, for all tests that open a page.

Without Chromium or node the tests that need it are left out, and pytest says
so at its end; in CI (with CI set) they fail.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from chromium import CHROMIUM, INSTALL, SWITCHES
from filelock import FileLock
from needs import need
from pages import ADDRESS, REPOSITORY
from playwright.sync_api import sync_playwright

AXE = Path("tests/site/node_modules/axe-core/axe.min.js")
NOWHERE_ELSE = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Let the first worker that asks make something in a folder for all.

    `make` fills the folder, and returns what went wrong, if anything.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def once(name, make):
        folder, log = shared / name, shared / f"{name}.log"
        with FileLock(f"{folder}.lock"):  # which a worker that dies gives back
            if not log.exists():
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
                log.write_text(make(folder), encoding="utf-8")
        if said := log.read_text(encoding="utf-8"):
            pytest.fail(f"there is no {name}:\n{said}", pytrace=False)
        return folder

    return once


@pytest.fixture(scope="session")
def site(once):
    """The folder of the site, built from a copy of the project."""
    return once("site", build) / "_build/html"


def build(folder):
    left_out = shutil.ignore_patterns(".venv*", "_build", "tests", ".*_cache")
    shutil.copytree(".", folder, ignore=left_out, dirs_exist_ok=True)
    run = subprocess.run(
        [sys.executable, "tools/build.py"],
        cwd=folder,
        env=os.environ
        | {"BOOK_REPOSITORY_URL": REPOSITORY, "BOOK_SITE_URL": ADDRESS},
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return run.stdout if run.returncode else ""


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
def axe():
    need(AXE.exists(), "axe", "sudo apt install nodejs npm, then make test")
    return AXE.read_text(encoding="utf-8")
