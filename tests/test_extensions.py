"""What the book's extensions make of a page."""

import base64
import os
import runpy
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageOps
from sample import DRAW, NAVY, drawing


@pytest.fixture
def extension(monkeypatch):
    """The names of an extension, read as the build reads it."""
    monkeypatch.syspath_prepend("book/_ext")
    return lambda name: runpy.run_path(f"book/_ext/{name}.py")


@pytest.mark.parametrize(
    "css, kept",
    {
        ".a:is(.x, .b){top:0}": ".a:is(.x, .b){top:0}",
        ".a:where(.x, #y){top:0}": "",
        ".a:not(.x)>.b,.x .a{top:0}": ".a:not(.x)>.b{top:0}",
        ".a[class='.x, .y']{top:0}": '.a[class=".x, .y"]{top:0}',
        '.b--c:after{content:"};.x"}': '.b--c:after{content:"};.x"}',
        "@media print{.x{top:0}.a{top:1px}}": "@media print{.a{top:1px}}",
        "@layer a, b; @supports (top:0){.x{top:0}}": "@layer a, b;",
        ".a{--t:1px;--u:2px;top:var( --t)}": ".a{--t:1px;top:var( --t)}",
        ".x{top:var(--t)}.a{--t:1px;top:0}": ".a{top:0}",
        "@keyframes sway{a{}}": "",
        "@keyframes b{a{}}.a{top:b}": "@keyframes b{a{}}\n.a{top:b}",
        "/* */.a{/* */top:0;*zoom:1}": ".a{top:0}",
    }.items(),
)
def test_the_stylesheet_has_what_a_page_may_need(extension, css, kept):
    stylesheet = extension("stylesheet")
    pruned = stylesheet["prune"](css, {"a", "b", "b--c"})
    assert stylesheet["without_unused_properties"](pruned) == kept


def test_the_search_reads_words_apart_and_no_buttons(extension):
    page = """<div class="bd-article"><section id="a"><h1>Title</h1><p>Three
      to <em>explain</em></p><ul><li>How</li><li><code>x</code>, y</li></ul>
      <table><tr><th>a</th><td>b</td></tr></table><div class="hide">
      <summary>Show output</summary><pre>5</pre></div><div class="hide">
      <summary>Draw it</summary><pre>plot</pre></div></section></div>"""
    (section,) = extension("finder")["sections"](
        BeautifulSoup(page, "html.parser")
    )
    said = "Three to explain How x, y a b 5 Draw it plot"
    assert section == ("a", "Title", said)


def test_a_page_has_the_day_of_its_last_change(extension, tmp_path):
    def git(command, folder="."):
        subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=a@example.org"]
            + command.split(),
            cwd=tmp_path / folder,
            check=True,
        )

    git("init -q whole")
    for name in ("old.md", "new.md"):
        (tmp_path / "whole" / name).touch()
        git("add .", "whole")
        git("commit -q -m change", "whole")
    git(f"clone -q --depth=1 file://{tmp_path}/whole shallow")
    changes = extension("page")["changes"]
    assert changes(tmp_path / "whole").keys() == {"old.md", "new.md"}
    assert changes(tmp_path / "shallow") == {}, "git knows one day only"
    assert changes(tmp_path) == {}


@pytest.mark.skipif(os.name == "nt", reason="git is a script here")
def test_git_may_complain_in_any_language(extension, tmp_path, monkeypatch):
    git = tmp_path / "git"
    git.write_text("#!/bin/sh\nprintf '\\326' >&2\nexit 128", encoding="utf-8")
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    assert extension("page")["changes"](tmp_path) == {}


SIZED = """# A book

```{image} front.png
:alt: Nothing at all but a square.
:width: 200
:align: right
```

![Nothing at all but a square.](front.png)
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    """A front page with pictures, of a site whose address isn't known."""
    tmp_path = tmp_path_factory.mktemp("small")
    for name in ("authoring", "book/_ext", "book/_static", "book/_templates"):
        shutil.copytree(name, tmp_path / name)
    for name in ("_config.yml", "book/front.png"):
        shutil.copy(name, tmp_path / name)
    (tmp_path / "book/index.md").write_text(SIZED, encoding="utf-8")
    (tmp_path / "_toc.yml").write_text(
        "format: jb-book\nroot: book/index\n", encoding="utf-8"
    )
    build = Path("tools/build.py").absolute()
    run = subprocess.run(
        [sys.executable, build],
        cwd=tmp_path,
        capture_output=True,
        encoding="utf-8",
    )
    assert run.returncode == 0, run.stderr
    html = (tmp_path / "_build/html/book/index.html").read_text(
        encoding="utf-8"
    )
    return BeautifulSoup(html, "html.parser")


def test_a_sized_picture_keeps_width_and_place(page):
    sized, plain = page.main("img")
    assert (plain["width"], plain["height"]) == ("560", "520")
    assert (sized["width"], sized["height"]) == ("200", "186")
    assert sized["class"] == ["align-right"] and "class" not in plain.attrs


FRAMES = """---------------
ValueError                       Traceback (most recent call last)
Cell In[2], line 1
----> 1 half(x)

Cell In[1], line 4, in half(x)
      2     if x % 2:
----> 4         raise ValueError(f"{x} is odd")

ValueError: 3 is odd"""
CHAINED = (
    f"{FRAMES}\n\nDuring handling of the above exception, another exception "
    "occurred:\n\nKeyError       Traceback (most recent call last)\n"
    "Cell In[3], line 7\n----> 7 told[x]\n\nKeyError: 3"
)
BROKEN = """  Cell In[1], line 1
    x = = 1
        ^
SyntaxError: invalid syntax"""


@pytest.mark.parametrize(
    "traceback, told",
    {
        FRAMES: (
            "ValueError: 3 is odd",
            "line 4 of half",
            'raise ValueError(f"{x} is odd")',
            2,
        ),
        f"{FRAMES}\n\nReceived: 3": (
            "ValueError: 3 is odd\n\nReceived: 3",
            "line 4 of half",
            'raise ValueError(f"{x} is odd")',
            2,
        ),
        FRAMES.replace(": 3 is odd", ": "): (
            "ValueError",
            "line 4 of half",
            'raise ValueError(f"{x} is odd")',
            2,
        ),
        CHAINED: ("KeyError: 3", "line 7", "told[x]", 1),
        BROKEN: ("SyntaxError: invalid syntax", "", "", 0),
        "?": ("?", "", "", 0),
    }.items(),
)
def test_an_error_is_told_by_its_message_and_its_line(
    extension, traceback, told
):
    assert extension("tracebacks")["parts"](traceback) == told


def test_a_page_tells_no_address_that_is_not_known(page):
    assert page.select("meta[property^=og]")
    assert not page.select("link[rel=canonical], [property='og:url']")


def test_a_card_shows_the_figure_that_is_tagged_or_the_first(extension):
    figure = extension("chapters")["figure"]
    first = drawing("first", DRAW, NAVY)
    second = drawing("second", DRAW, Image.new("RGB", (20, 10), "orange"))
    wanted = [figure([first, second])]
    second.metadata.tags = ["card"]
    wanted += [figure([first, second]), figure([])]
    pictures = [
        base64.b64decode(cell.outputs[0].data["image/png"])
        for cell in (first, second)
    ]
    assert [one and one[0] for one in wanted] == [*pictures, None]


def test_a_card_shows_what_lies_inside_the_axes(extension):
    """In black what stands outside, in navy what is drawn, low down."""
    chapters = extension("chapters")
    figure = Image.new("RGB", (1120, 1040), "black")
    figure.paste("white", (140, 100, 1100, 900))
    for axis in [(140, 100, 143, 900), (140, 897, 1100, 900)]:
        figure.paste((128, 128, 128), axis)
    figure.paste("navy", (200, 700, 400, 880))
    file = BytesIO()
    figure.save(file, "PNG")
    with Image.open(BytesIO(chapters["crop"](file.getvalue()))) as card:
        assert card.size == chapters["CARD"]
        colours = {colour for _, colour in card.getcolors(9999)}
        *_, right, low = (
            ImageOps.invert(card.convert("L"))
            .point(lambda v: 255 * (v > 200))
            .getbbox()
        )
    assert (0, 0, 128) in colours and (0, 0, 0) not in colours
    width, height = chapters["CARD"]
    assert right < width * 0.36 and low > height * 0.88


def test_a_chapter_that_cannot_be_read_is_left_to_its_own_page(
    extension, tmp_path
):
    half = tmp_path / "02-half.ipynb"
    half.write_text('{"cells": [', encoding="utf-8")
    head = extension("chapters")["head"](half)
    assert (head["title"], head["minutes"]) == ("02-half", 0)


def test_primes_stand_beside_their_letter(extension):
    convert = extension("mathematics")["convert"]
    for latex in ("f'''", r"f^{\prime\prime\prime}"):
        math = convert(latex, "inline")
        assert not list(math.iter("msup"))
        assert "".join(math.itertext()).split() == ["f′′′"]
    assert list(convert("f^2", "inline").iter("msup"))


def test_a_named_function_stands_apart_from_what_it_is_applied_to(extension):
    convert = extension("mathematics")["convert"]

    def written(latex):
        row = convert(latex, "inline")
        return "".join(
            "_" if one.tag == "mspace" else one.text for one in row.iter()
        )

    apply = "\N{FUNCTION APPLICATION}"
    assert written(r"-\log q") == f"−log{apply}_q"
    assert written(r"=\log 2") == f"=log{apply}_2"
    assert written(r"y\log p") == f"y_log{apply}_p"
    assert written(r"\log_{10} x_i") == f"log10{apply}_xi"
    assert written(r"\log\,p") == f"log{apply}_p"
    assert written(r"\tanh^2 x") == f"tanh2{apply}_x"
    assert written(r"\log\frac{1}{p}") == f"log{apply}_1p"
    for bracketed in (r"\max(z, 0)", r"\log\left(z\right)", r"\exp |z|"):
        assert "_" not in written(bracketed) and apply in written(bracketed)
    for bare in (r"\lambda_{\max}", r"\min = 2", "xy", r"\text{loss} x"):
        assert not {"_", apply} & set(written(bare))
