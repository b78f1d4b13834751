"""The checks of this folder find what they are for: a site of broken pages.

The first page has no fault; each other page is the same with one thing wrong.
"""

import os
import random
import subprocess
import sys

import pytest
from checks import dead_links, invalid_html, over_budget, violations
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
STRANGER = '<img src="https://example.org/a.png" alt="A">'
HINT = '<link rel="preconnect" href="//example.org"><title>'
FAULTS = [  # what replaces what, which check finds it, and what that says
    (TEXT, STRANGER, "asked elsewhere", "example.org"),
    ("<title>", HINT, "asked elsewhere", "example.org"),
    (TEXT, STRANGER, "complaints", "request failed"),
    (TEXT, "<script>console.error('no')</script>", "complaints", "no"),
    (TEXT, "<script>nothing.there</script>", "complaints", "not defined"),
    (TEXT, '<img src="missing.svg" alt="A">', "complaints", "404"),
    (TEXT, '<img src="data:image/png,A" alt="A">', "complaints", "Policy"),
    (TEXT, '<img src="data:image/png,A" alt="A">', "refused", "img-src"),
    ('src="picture', 'src="heavy', "over budget", "page: "),
    ('src="picture', 'src="heavy', "over budget", "KB  image       heavy.svg"),
    (TEXT, '<script src="heavy.js"></script>', "over budget", "script: "),
    (TEXT, f"{TEXT}<script>{MOVE}</script>", "moves", "<main>"),
    (TEXT, '<pre style="width: 500px">wide</pre>', "too wide", "<pre"),
    ("<p", "<p style='color: #bbb'", "axe", "color-contrast: #here"),
    (LINK, 'href="#there"', "dead links", "#there: no such anchor"),
    (LINK, 'href="there.html"', "dead links", "there.html: no such file"),
    (LINK, 'href="/0.html"', "dead links", "wrong in a folder of a host"),
    (TEXT, "<div>no paragraph</div>", "invalid", ".html:15: close-order"),
    ("</p>", "</p><h3>Too deep</h3>", "invalid", "expected <h2>"),
    ("</p>", "</p><h1>Another</h1>", "invalid", "Multiple <h1>"),
    (PICTURE, "", "invalid", 'missing required "alt"'),
]


@pytest.fixture(scope="module")
def broken(tmp_path_factory):
    """A folder of pages: 0.html with the first fault, and so on."""
    folder = tmp_path_factory.mktemp("broken")
    (folder / "good.html").write_text(GOOD, encoding="utf-8")
    for number, (before, after, *_) in enumerate(FAULTS):
        page = GOOD.replace(before, after, 1)
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    noise = random.Random(1).randbytes(300_000).hex()
    (folder / "picture.svg").write_text(SQUARE, encoding="utf-8")
    (folder / "heavy.svg").write_text(
        f"{SQUARE}<!-- {noise} -->", encoding="utf-8"
    )
    (folder / "heavy.js").write_text(f"// {noise}", encoding="utf-8")
    return folder


@pytest.fixture
def checks(browser, broken, axe, html_validate):
    """Visit a page at a phone's width; return each check by its name."""
    phone = {"width": 375, "height": 800}
    with (
        Server(broken, seconds_late=0.1) as server,
        browser.new_context(viewport=phone) as context,
    ):

        def checks(name):
            url, file = f"{server.url}{name}.html", broken / f"{name}.html"
            seen = Visit(context.new_page(), url).read_to_the_end()
            shift, moved = seen.shift()
            wide = seen.noticed["sideways"] > 0
            weights = seen.weights(server)
            return {
                "asked elsewhere": seen.asked_elsewhere,
                "complaints": lambda: seen.complaints,
                "refused": lambda: seen.noticed["refused"],
                "over budget": lambda: over_budget(weights, BUDGET),
                "moves": lambda: moved if shift > 0.01 else [],
                "too wide": lambda: seen.noticed["wide"] if wide else [],
                "axe": lambda: violations(seen.page, axe),
                "dead links": lambda: dead_links(file, broken),
                "invalid": lambda: invalid_html([file], html_validate),
            }

        yield checks


@pytest.mark.parametrize("number", range(len(FAULTS)))
def test_a_fault_is_found(checks, number):
    *_, check, complaint = FAULTS[number]
    assert complaint in " ".join(map(str, checks(number)[check]()))


def test_nothing_is_found_on_a_good_page(checks):
    assert not [name for name, check in checks("good").items() if check()]


@pytest.mark.parametrize(
    "ci, outcome", [("", "2 skipped"), ("true", "2 errors")]
)
def test_without_chromium_tests_are_left_out_but_not_in_ci(ci, outcome):
    command = [sys.executable, "-m", "pytest", "-o", "addopts=", "-rs"]
    run = subprocess.run(
        [*command, "tests/site/test_plain.py", "-k", "prints_the_text"],
        env=os.environ | {"PATH": "", "CI": ci},
        capture_output=True,
        encoding="utf-8",
    )
    assert "needs Chromium: sudo apt install chromium" in run.stdout
    assert outcome in run.stdout


@pytest.mark.skipif(os.name == "nt", reason="a worker is a fork here")
def test_what_a_worker_left_half_made_is_made_anew(once):
    def die(folder):
        (folder / "half").touch()
        os._exit(0)

    if not (worker := os.fork()):
        try:
            once("anything", die)
        finally:
            os._exit(1)
    assert os.waitpid(worker, 0)[1] == 0
    folder = once("anything", lambda folder: (folder / "all").touch() or "")
    assert [path.name for path in folder.iterdir()] == ["all"]
