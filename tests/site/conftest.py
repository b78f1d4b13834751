"""The site, served and visited."""

import shutil
from pathlib import Path

import pytest
from needs import need
from served import Server
from visit import Visit

HTML_VALIDATE = Path("tests/site/node_modules/.bin/html-validate")


@pytest.fixture(scope="session")
def html_validate():
    need(
        shutil.which("node") and HTML_VALIDATE.exists(),
        "html-validate",
        "sudo apt install nodejs npm, then make test",
    )
    return HTML_VALIDATE


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
