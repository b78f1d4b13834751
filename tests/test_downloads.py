"""The PDF, the ePub and the zip are whole: made for real, in a copy of the
project, and read back."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import pytest
from chromium import CHROMIUM, INSTALL
from downloads import DOWNLOADS, NAME
from ipynb import readable
from needs import need
from pypdf import PdfReader

NOTEBOOKS = dict(readable(sorted(Path("book").glob("*.ipynb"))))
BOOK = list(NOTEBOOKS)
CELLS = [notebook.cells for notebook in NOTEBOOKS.values()]
TITLES = [cells[0].source.splitlines()[0].lstrip("# ") for cells in CELLS]
HEADINGS = [
    [
        re.sub(r"[*`]", "", heading)
        for cell in cells
        if cell.cell_type == "markdown"
        for heading in re.findall("^## (.*)", cell.source, re.MULTILINE)
    ]
    for cells in CELLS
]
FIGURES = sum(
    "image/png" in output.get("data", {})
    for cells in CELLS
    for cell in cells
    for output in cell.get("outputs", ())
)
STILLS = {  # of the labs, in their texts
    path.stem: re.search(' alt="([^"]*)"', output.data["text/html"])[1]
    for path, cells in zip(BOOK, CELLS)
    for cell in cells
    if cell.id == "training-lab"
    for output in cell.outputs
}


def run(folder, *command, **environment):
    return subprocess.run(
        [sys.executable, *command],
        cwd=folder,
        env=os.environ | environment,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )


def tight(text):
    """Without spaces: a PDF has none where a line ends."""
    return re.sub(r"\s", "", text)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project") / "copy"
    left_out = shutil.ignore_patterns(
        ".venv*", "_build", "tests", ".git", ".*_cache"
    )
    shutil.copytree(".", folder, ignore=left_out)
    return folder


def made(project, tool, name):
    result = run(project, f"tools/{tool}.py")
    assert result.returncode == 0, result.stdout
    return project / DOWNLOADS / name


# The zip


def test_zip_holds_the_notebooks_and_is_the_same_each_time(project):
    path = made(project, "notebooks", f"{NAME}-notebooks.zip")
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    assert held == {f"{NAME}/{one.name}": one.read_bytes() for one in BOOK}
    first = path.read_bytes()
    os.utime(project / BOOK[0])
    assert made(project, "notebooks", path.name).read_bytes() == first


# The ePub


@pytest.fixture(scope="module")
def epub(project):
    return made(project, "epub", f"{NAME}.epub")


def test_epub_is_valid(epub):
    program = need(
        shutil.which("epubcheck"), "epubcheck", "sudo apt install epubcheck"
    )
    # Debian's is a jar, which not every kernel starts by itself
    jar = Path(program).read_bytes().startswith(b"PK")
    check = subprocess.run(
        [*(["java", "-jar"] if jar else []), program, epub],
        env=os.environ | {"LC_ALL": "C"},  # it says it in many languages
        capture_output=True,
        encoding="utf-8",
    )
    found = "0 fatals / 0 errors / 0 warnings / 0 infos"
    assert found in check.stdout, check.stdout + check.stderr


def test_epub_leads_to_each_chapter_and_has_its_figures(epub):
    with zipfile.ZipFile(epub) as book:
        assert book.namelist()[0] == "mimetype"
        assert book.infolist()[0].compress_type == zipfile.ZIP_STORED
        contents = ElementTree.fromstring(book.read("nav.xhtml"))
        links = {
            link.text: link.get("href")
            for link in contents.iter("{http://www.w3.org/1999/xhtml}a")
        }
        assert [title for title in links if title in TITLES] == TITLES
        pages = [book.read(links[title]).decode() for title in TITLES]
        figures = [
            source
            for page in pages
            for source in re.findall(r'<img src="\.\./([^"]*\.png)"', page)
        ]
        assert len(figures) == FIGURES
        assert set(figures) < set(book.namelist())
        for page, headings in zip(pages, HEADINGS, strict=True):
            text = ElementTree.fromstring(page).itertext()
            assert tight(headings[-1]) in tight("".join(text))


def test_epub_has_nothing_that_runs_or_folds(epub):
    with zipfile.ZipFile(epub) as book:
        labs = STILLS | {"index": STILLS["04-tape-loop"]}
        for page, alt in labs.items():
            assert f'alt="{alt}"' in book.read(f"book/{page}.xhtml").decode()
        for name in book.namelist():
            if name.endswith((".xhtml", ".svg")):
                found = re.search(
                    "<(script|details|animate|training-lab)",
                    book.read(name).decode(),
                )
                assert not found, f"{name}: {found[0]}"


def test_a_lab_is_a_picture_with_ticks_in_the_books_colours(epub):
    with zipfile.ZipFile(epub) as book:
        pictures = [
            book.read(name).decode()
            for name in book.namelist()
            if name.endswith(".svg")
        ]
    stills = [text for text in pictures if ">best</text>" in text]
    assert len(stills) == len(STILLS)
    for still in stills:
        assert "#00629b" in still and "var(" not in still
        ticks = re.findall(r">(-?\d)</text>", still)
        assert ticks == [*map(str, range(-1, 8)), *map(str, range(5))]


# The PDF


@pytest.fixture(scope="module")
def pdf(project):
    need(CHROMIUM, "Chromium", INSTALL)
    return PdfReader(made(project, "pdf", f"{NAME}.pdf"))


@pytest.fixture(scope="module")
def text(pdf):
    return [tight(page.extract_text()) for page in pdf.pages]


def outline(entries):
    for entry in entries:
        if isinstance(entry, list):
            yield from outline(entry)
        else:
            yield entry


def test_pdf_has_a_bookmark_for_each_chapter_and_section(pdf, text):
    marks = {}
    for entry in outline(pdf.outline):
        page = pdf.get_destination_page_number(entry)
        marks.setdefault(tight(entry.title), []).append(page)
    for title, headings in zip(TITLES, HEADINGS, strict=True):
        for heading in [title, headings[0], headings[-1]]:
            pages = marks[tight(heading)]
            assert any(tight(heading) in text[page] for page in pages)


def test_pdf_has_the_page_numbers_that_its_contents_say(pdf, text):
    contents = "".join(text[:5])
    for title in TITLES:
        said = re.search(re.escape(tight(title)) + r"(\d+)", contents)[1]
        # what follows a number may begin with one: 1 and 71 · …
        assert any(
            tight(title) in text[int(said[:digits]) - 1]
            for digits in (1, 2, 3)
            if 5 < int(said[:digits]) <= len(text)
        ), title


def test_pdf_has_no_empty_page(pdf, text):
    for number, (page, words) in enumerate(zip(pdf.pages, text), start=1):
        assert words not in ("", str(number)) or page.images, number


def test_pdf_has_every_line_of_code(text):
    # code goes on over the end of a page, where its number stands
    pages = "".join(re.sub(r"\d+$", "", page) for page in text)
    for path, cells in zip(BOOK, CELLS, strict=True):
        for cell in cells:
            if cell.cell_type == "code" and cell.id != "training-lab":
                for line in cell.source.splitlines():
                    if not line.startswith("# @title"):
                        assert tight(line) in pages, f"{path}: {line}"
    assert "SCRIPT=" not in pages, "a lab is a picture here"


def test_pdf_has_each_figure_once(pdf):
    pictures = [
        thing
        for page in pdf.pages
        for thing in page["/Resources"].get("/XObject", {}).values()
        if thing.get_object()["/Subtype"] == "/Image"
    ]
    assert len(pictures) == FIGURES


def test_pdf_has_a_still_of_the_animation(text):
    pages = "".join(text)
    assert "epoch20" in pages and "epoch19" not in pages


def test_pdf_cuts_nothing_off(project, pdf, browser):
    """As wide as the text on paper, nothing reaches beyond it."""
    page_width = round((210 - 2 * 20) / 25.4 * 96)  # as in paper.css
    page = browser.new_page(viewport={"width": page_width, "height": 900})
    page.emulate_media(media="print")
    page.goto((project / "_build/offline/singlehtml/print.html").as_uri())
    wide = page.evaluate(
        """() => [...document.body.querySelectorAll('*')].filter(one =>
          Math.max(one.getBoundingClientRect().right,
            one.getBoundingClientRect().left + one.scrollWidth)
          > innerWidth + 1).map(one => one.textContent.slice(0, 80))"""
    )
    page.close()
    assert not wide
