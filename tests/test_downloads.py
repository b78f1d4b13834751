"""The PDF, the ePub and the zip are whole: made for real, in a copy of the
project, and read back."""

import os
import re
import shutil
import subprocess
import sys
import zipfile
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from chromium import CHROMIUM, INSTALL
from downloads import DOWNLOADS, NAME
from ipynb import readable
from needs import need
from PIL import Image
from pypdf import PdfReader


def is_repeated(cell):
    tags = {"setup", "recap"} & {*cell.metadata.get("tags", ())}
    return cell.id == "imports" or bool(tags)


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
AUTHOR = "Training Loops, Line by Line contributors"
DAY = "2001-02-03T12:00"  # of the copy's last change
# what each chapter begins with, for it stands alone; in a book, once is enough
BEGINNINGS = {
    cell.source for cells in CELLS for cell in cells if is_repeated(cell)
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
    dates = {f"GIT_{one}_DATE": DAY for one in ("AUTHOR", "COMMITTER")}
    ann = "-c user.name=Ann -c user.email=ann@example.org commit -n"
    for command in ("init -q", "add book", f"{ann} -q -m all"):
        subprocess.run(
            ["git", *command.split()],
            cwd=folder,
            env=os.environ | dates,
            check=True,
        )
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
        labs = STILLS | {"index": STILLS["05-visualization"]}
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
        ticks = [float(n) for n in re.findall(r">(-?[\d.]+)</text>", still)]
        falls = [b <= a for a, b in pairwise(ticks)]
        assert sum(falls) == 1 and len(ticks) > 6, "two axes with ticks"


def test_epub_has_a_cover_and_says_who_made_it_and_when(epub):
    with zipfile.ZipFile(epub) as book:
        package = ElementTree.fromstring(book.read("content.opf"))
        [cover] = [
            item.get("href")
            for item in package.iter("{http://www.idpf.org/2007/opf}item")
            if item.get("properties") == "cover-image"
        ]
        picture = Image.open(BytesIO(book.read(cover))).convert("RGB")
        assert cover in book.read("epub-cover.xhtml").decode()
        front = book.read("book/index.xhtml").decode()
    width, height = picture.size
    assert height / width == 1.6 and len(picture.getcolors(1 << 24)) > 10
    said = {
        entry.tag.removeprefix(
            "{http://purl.org/dc/elements/1.1/}"
        ): entry.text
        for entry in package.iter()
        if "purl.org" in entry.tag
    }
    assert said["creator"] == said["contributor"] == AUTHOR
    assert said["date"].startswith(DAY[:10])
    assert "CC BY 4.0" in said["rights"] and "Apache 2.0" in said["rights"]
    assert f"{AUTHOR} · 3 February 2001" in front


def test_epub_has_what_all_chapters_begin_with_in_the_first(epub):
    with zipfile.ZipFile(epub) as book:
        first, *others = [
            "".join(
                ElementTree.fromstring(
                    book.read(f"book/{path.stem}.xhtml")
                ).itertext()
            )
            for path in BOOK
        ]
    assert "import numpy as np" in first and "def check(" in first
    for page in others:
        assert "Imports: as in chapter 1" in page
        assert "import numpy as np" not in page and "def check(" not in page


# The PDF


@pytest.fixture(scope="module")
def pdf(project):
    need(CHROMIUM, "Chromium", INSTALL)
    return PdfReader(made(project, "pdf", f"{NAME}.pdf"))


def look(page):
    """The text of a page, and how far above its foot the last thing ends."""
    ends = []

    def see_text(words, matrix, own, *_):
        if words.strip():
            ends.append(own[4] * matrix[1] + own[5] * matrix[3] + matrix[5])

    def see(operator, operands, matrix, own):
        if operator == b"Do":  # a picture
            ends.append(matrix[5] + min(matrix[3], 0))

    words = page.extract_text(
        visitor_text=see_text, visitor_operand_before=see
    )
    return tight(words), min(ends)


@pytest.fixture(scope="module")
def pages(pdf):
    return [look(page) for page in pdf.pages]


@pytest.fixture(scope="module")
def text(pages):
    return [words for words, _ in pages]


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
    begin = dict(chapters(pdf))["About this book"]
    contents = "".join(text[: begin - 1])
    for title in TITLES:
        said = re.search(re.escape(tight(title)) + r"(\d+)", contents)[1]
        # what follows a number may begin with one: 1 and 71 · …
        assert any(
            tight(title) in text[int(said[:digits]) - 1]
            for digits in (1, 2, 3)
            if begin <= int(said[:digits]) <= len(text)
        ), title


def test_pdf_has_no_chapter_alone_at_the_foot_of_its_contents(text):
    for words, after in pairwise(text[1:8]):
        for title, headings in zip(TITLES, HEADINGS, strict=True):
            ends = re.search(re.escape(tight(title)) + r"\d+$", words)
            first = re.escape(tight(headings[0]))
            assert not (ends and re.match(rf"Contents\d{first}", after)), title


def chapters(pdf):
    """Pairs of a title and the number of the page where it stands."""
    for entry in pdf.outline:
        if not isinstance(entry, list):
            yield entry.title, pdf.get_destination_page_number(entry) + 1


def test_pdf_says_on_its_first_page_who_made_it_and_when(text):
    for said in (AUTHOR, "3 February 2001", "CC BY 4.0", "Apache 2.0"):
        assert tight(said) in text[0]


def test_pdf_says_above_each_page_which_one_of_which_chapter_it_is(pdf, text):
    begins = [(page, title) for title, page in chapters(pdf)]
    for number, words in enumerate(text[1:], start=2):
        _, title = max(one for one in begins if one[0] <= number)
        assert words.startswith(tight(title) + str(number))


def test_pdf_has_no_page_under_a_third_full_within_a_chapter(pdf, pages):
    last = {page - 1 for _, page in chapters(pdf)} | {len(pages)}
    for number, (_, foot) in enumerate(pages, start=1):
        if number not in last:
            assert foot < pdf.pages[0].mediabox.height * 2 / 3, number


def test_pdf_has_every_line_of_code(text):
    pages = "".join(text)
    for path, cells in zip(BOOK, CELLS, strict=True):
        for cell in cells:
            # a lab is a picture here, a recap stands where it comes from, and
            # a check, which is there to be run, would tell the mistakes
            left_out = {"lab", "recap", "check"} & {
                *cell.metadata.get("tags", ())
            }
            if cell.cell_type == "code" and not left_out:
                for line in cell.source.splitlines():
                    if not line.startswith("# @title"):
                        assert tight(line) in pages, f"{path}: {line}"
    assert "SCRIPT=" not in pages


def test_pdf_has_an_output_that_tells_the_answer_with_that_answer(text):
    # without what stands above each page
    pages = "".join(
        words.partition(str(number))[2]
        for number, words in enumerate(text[1:], start=2)
    )
    told = [
        output.text.splitlines()[0]
        for cells in CELLS
        for cell, below in pairwise(cells)
        if "hide-output" in cell.metadata.get("tags", ())
        and below.source.startswith("<details><summary>Answer<")
        for output in cell.outputs
        if "text" in output
    ]
    assert len(told) > len(CELLS)
    for line in told:
        assert re.search(rf"Answer\d+{re.escape(tight(line))}", pages), line


def test_pdf_prints_no_check(text):
    pages = "".join(text)
    checks = [
        re.search(r"^def (\w+)", cell.source, re.MULTILINE)
        for cells in CELLS
        for cell in cells
        if "check" in cell.metadata.get("tags", ())
    ]
    assert any(checks)
    for found in filter(None, checks):
        assert tight(f"{found[0]}():") not in pages, found[1]


def test_pdf_says_of_each_still_its_settings_and_where_it_moves(text):
    pages = "".join(text)
    for path, title in zip(BOOK, TITLES):
        if path.stem in STILLS:
            number = title.split()[0]
            where = rf"\.Themovingfigureisonthesite:chapter{number},"
            rate = re.search(r"rate ([\d.]+\d)", STILLS[path.stem])
            found = re.search(rf"rate([\d.]+),\d+epochs[^.]*{where}", pages)
            assert found, title
            assert not rate or found[1] == rate[1], title


def test_pdf_has_once_what_each_chapter_begins_with(text):
    pages = "".join(text)
    told = "".join(
        cell.source + "".join(out.get("text", "") for out in cell.outputs)
        for cells in CELLS
        for cell in cells
        if cell.cell_type == "code" and not is_repeated(cell)
    )
    for cell in BEGINNINGS:
        for line in re.findall("^(?:import|def|class) .*", cell, re.MULTILINE):
            assert pages.count(tight(line)) == max(1, told.count(line)), line
    assert pages.count("asinchapter1,page") == 2 * (len(BOOK) - 1)


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


@pytest.fixture(scope="module")
def paper(project, pdf, browser):
    """What is printed, as wide as the text on paper."""
    width = round((210 - 2 * 20) / 25.4 * 96)  # as in paper.css
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(media="print")
    page.goto((project / "_build/offline/singlehtml/print.html").as_uri())
    yield page
    page.close()


def test_pdf_cuts_nothing_off(paper):
    wide = paper.evaluate(
        """() => [...document.body.querySelectorAll('*')].filter(one =>
          Math.max(one.getBoundingClientRect().right,
            one.getBoundingClientRect().left + one.scrollWidth)
          > innerWidth + 1).map(one => one.textContent.slice(0, 80))"""
    )
    assert not wide


def test_pdf_has_tables_in_the_size_of_the_text(paper):
    sizes = paper.evaluate(
        """() => [...document.querySelectorAll('body, td, th')]
          .map(one => getComputedStyle(one).fontSize)"""
    )
    assert len(sizes) > 1 and {*sizes} == {sizes[0]}


def test_pdf_has_nothing_that_folds(paper):
    assert not paper.locator("details, summary, training-lab").count()
