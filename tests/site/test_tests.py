"""The checks of this folder find what they are for: a site of broken pages.

The first page has no fault; each other page is the same with one thing wrong.
"""

import os
import random
import subprocess
import sys

import pytest
from checks import (
    bad_headings,
    dead_links,
    invalid_html,
    over_budget,
    silent_pictures,
    violations,
)
from served import Server
from visit import Visit

GOOD = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'self' 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>A page</title>
<link rel="icon" href="picture.svg">
</head>
<body>
<main>
<h1>A page</h1>
<img src="picture.svg" alt="Nothing, in a square." width="80" height="80">
<p id="here">Some text, and <a href="#here">a link</a>.</p>
</main>
</body>
</html>
"""
SQUARE = '<svg xmlns="http://www.w3.org/2000/svg" width="80" height="80"/>'
BUDGET = {"page": 250, "script": 60, "figure": 40}

MOVE = """
requestAnimationFrame(() => requestAnimationFrame(() => {
  document.querySelector("h1").style.marginTop = "200px";
}))"""
TEXT, LINK, PICTURE = (
    "Some text",
    'href="#here"',
    'alt="Nothing, in a square."',
)
FAULTS = {
    "good": ("", ""),
    "elsewhere": (TEXT, '<img src="https://example.org/a.png" alt="A">'),
    "hint": ("<title>", '<link rel="preconnect" href="//example.org"><title>'),
    "error": (TEXT, "<script>console.error('wrong')</script>"),
    "uncaught": (TEXT, "<script>nothing.there</script>"),
    "missing-file": (TEXT, '<img src="missing.svg" alt="A">'),
    "refused": (TEXT, '<img src="data:image/png,A" alt="A">'),
    "moves": (TEXT, f"{TEXT}<script>{MOVE}</script>"),
    "heavy": ('src="picture.svg"', 'src="heavy.svg"'),
    "script": (TEXT, '<script src="heavy.js"></script>'),
    "wide": (TEXT, '<pre style="width: 500px">wide</pre>'),
    "faint": ('id="here"', 'id="here" style="color: #bbb"'),
    "no-alt": (PICTURE, ""),
    "name-for-alt": (PICTURE, 'alt="picture.svg"'),
    "anchor": (LINK, 'href="#there"'),
    "link": (LINK, 'href="there.html"'),
    "root": (LINK, 'href="/good.html"'),
    "jump": ("</p>", "</p><h3>Too deep</h3>"),
    "titles": ("</p>", "</p><h1>Another</h1>"),
    "nested": (TEXT, "<div>not in a paragraph</div>"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    folder = tmp_path_factory.mktemp("broken")
    for name, (before, after) in FAULTS.items():
        (folder / f"{name}.html").write_text(
            GOOD.replace(before, after, 1), encoding="utf-8"
        )
    noise = random.Random(1).randbytes(300_000).hex()
    (folder / "picture.svg").write_text(SQUARE, encoding="utf-8")
    (folder / "heavy.svg").write_text(
        f"{SQUARE}<!-- {noise} -->", encoding="utf-8"
    )
    (folder / "heavy.js").write_text(f"// {noise}", encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def look(browser, broken):
    """Visit a page of the broken site at a phone's width, once."""
    with (
        Server(broken, seconds_late=0.1) as server,
        browser.new_context(viewport={"width": 375, "height": 800}) as context,
    ):
        seen = {}

        def look(name):
            if name not in seen:
                url = f"{server.url}{name}.html"
                seen[name] = Visit(context.new_page(), url).read_to_the_end()
                seen[name].server = server
            return seen[name]

        yield look


def said(complaints):
    return " ".join(map(str, complaints))


@pytest.mark.parametrize("name", ["elsewhere", "hint"])
def test_asking_another_host_is_found(look, name):
    assert "example.org" in said(look(name).asked_elsewhere())


@pytest.mark.parametrize(
    "name, complaint",
    {
        "error": "wrong",
        "uncaught": "nothing is not defined",
        "missing-file": "404",
        "elsewhere": "request failed",
        "refused": "Content Security Policy",
    }.items(),
)
def test_complaints_of_the_browser_are_found(look, name, complaint):
    assert complaint in said(look(name).complaints)


def test_what_the_policy_refuses_is_found(look):
    assert "img-src" in said(look("refused").noticed["refused"])


@pytest.mark.parametrize(
    "name, over, row",
    [
        ("heavy", ["page: ", "heavy.svg: "], "KB  image       heavy.svg"),
        ("script", ["page: ", "script: "], "KB  script      heavy.js"),
    ],
)
def test_weight_is_found_and_told(look, name, over, row):
    seen = look(name)
    complaints = over_budget(seen.weights(seen.server), BUDGET)
    assert all(what in said(complaints) for what in over)
    assert row in said(complaints)


def test_moving_is_found(look):
    shift, moved = look("moves").shift()
    assert shift > 0.01
    assert "<main>" in said(moved), "what moved is told"


def test_a_page_that_is_too_wide_is_found(look):
    assert look("wide").noticed["sideways"] > 0
    assert "<pre" in said(look("wide").noticed["wide"])


def test_faint_text_is_found(look, axe):
    assert "color-contrast: #here" in said(violations(look("faint").page, axe))


@pytest.mark.parametrize(
    "check, name, complaint",
    [
        (silent_pictures, "no-alt", "alt is None"),
        (silent_pictures, "name-for-alt", "alt is 'picture.svg'"),
        (bad_headings, "jump", "h3 after h1: Too deep"),
        (bad_headings, "titles", "2 times h1"),
    ],
)
def test_faults_of_the_text_are_found(broken, check, name, complaint):
    assert complaint in said(check(broken / f"{name}.html"))


@pytest.mark.parametrize(
    "name, complaint",
    {
        "anchor": "#there: no such anchor",
        "link": "there.html: no such file",
        "root": "/good.html: wrong in a folder of a host",
        "missing-file": "missing.svg: no such file",
    }.items(),
)
def test_dead_links_are_found(broken, name, complaint):
    assert complaint in said(dead_links(broken / f"{name}.html", broken))


def test_invalid_html_is_found(broken, html_validate):
    complaints = said(invalid_html([broken / "nested.html"], html_validate))
    assert "nested.html:15: close-order" in complaints


def test_nothing_is_found_on_a_good_page(look, broken, axe, html_validate):
    seen, file = look("good"), broken / "good.html"
    assert not seen.asked_elsewhere()
    assert not seen.complaints
    assert not seen.noticed["refused"]
    assert seen.noticed["sideways"] <= 0
    assert not over_budget(seen.weights(seen.server), BUDGET)
    assert seen.shift()[0] == 0
    assert not violations(seen.page, axe)
    assert not silent_pictures(file)
    assert not bad_headings(file)
    assert not dead_links(file, broken)
    assert not invalid_html([file], html_validate)


@pytest.mark.parametrize(
    "ci, outcome", [("", "2 skipped"), ("true", "2 errors")]
)
def test_without_chromium_tests_are_left_out_but_not_in_ci(ci, outcome):
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-rs"]
    run = subprocess.run(
        [*command, "tests/site/test_plain.py", "-k", "prints"],
        env=os.environ | {"PATH": "", "CI": ci},
        capture_output=True,
        encoding="utf-8",
    )
    assert "needs Chromium: sudo apt install chromium" in run.stdout
    assert outcome in run.stdout
