"""The commands of the README, run for real in copies of the project, with a
book of two pages."""

import importlib
import os
import re
import shutil
import subprocess
import sys
import zipfile
from base64 import b64encode
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest
from nbformat.v4 import (
    new_code_cell,
    new_markdown_cell,
    new_notebook,
    new_output,
)
from PIL import Image
from strange import NO_NOTEBOOKS, OTHER_FORMS

MAKE = shutil.which("make")
pytestmark = pytest.mark.skipif(
    not MAKE or os.name == "nt",
    reason="README has the steps without make, for Windows",
)

BOOK = ("book/_ext", "book/_static", "book/_templates", "book/_offline")
TOC = "format: jb-book\nroot: book/index\nchapters:\n- file: book/01-first\n"


@pytest.fixture
def project(tmp_path):
    """A copy with this environment's packages: nothing needs installing."""
    for name in ("Makefile", "_config.yml", "requirements.lock"):
        shutil.copy(name, tmp_path)
    for name in ("tools", "authoring", *BOOK):
        shutil.copytree(name, tmp_path / name)
    (tmp_path / "_toc.yml").write_text(TOC, encoding="utf-8")
    (tmp_path / "book/index.md").write_text("# A book\n", encoding="utf-8")
    nbformat.write(
        new_notebook(cells=[new_markdown_cell("# First")]),
        tmp_path / "book/01-first.ipynb",
    )

    (tmp_path / ".venv").mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (tmp_path / ".venv" / name).symlink_to(Path(sys.prefix) / name)
    shutil.copy("requirements.lock", tmp_path / ".venv")
    return tmp_path


@pytest.fixture
def bare(project):
    """The same without .venv."""
    shutil.rmtree(project / ".venv")
    return project


def make(project, *arguments, **environment):
    """Run make; return its exit status and all that it said."""
    command = [MAKE, *arguments]
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MAKE", "MFLAGS", "BOOK_"))
    }
    run = subprocess.run(
        command,
        cwd=project,
        env=kept | environment,
        encoding="utf-8",
        errors="replace",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    return run.returncode, re.sub(r"\x1b\[[\d;]*m", "", run.stdout)


def program(path, script):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


# The environment


def test_make_alone_lists_the_targets(bare):
    status, said = make(bare)
    assert status == 0
    targets = "help book test test-colab test-repeat"
    targets += " bench refresh serve lab pdf epub zip site status try-latest"
    targets += " audit check-links check-colab report-issue system-packages"
    listed = re.findall(r"^make ([\w-]+)", said, flags=re.MULTILINE)
    assert listed == f"{targets} clean".split()


def test_without_a_fitting_python_it_says_what_it_needs_and_found(bare):
    for tool in ("bash", "sh", "cat", "cmp"):
        program(bare / "bin" / tool, f'exec {shutil.which(tool)} "$@"')
    program(bare / "bin/python3", "echo 3.9.18")
    # as a version manager's stand-in does
    program(bare / "bin/python3.12", "echo 'no such version' >&2; exit 127")
    status, said = make(bare, "book", PATH=str(bare / "bin"))
    assert status != 0
    assert "needs Python 3.11, 3.12 or 3.13" in said
    assert "python3 is Python 3.9.18" in said
    assert "make PYTHON=" in said


def test_only_the_python_that_is_named_is_tried(bare):
    status, said = make(bare, "book", "PYTHON=/absent/python3")
    assert status != 0
    assert "Tried: /absent/python3. Found:\n  none that runs" in said


def test_without_the_venv_module_it_says_what_to_install(bare):
    python = program(
        bare / "python",
        "case $2 in *version*) echo 3.12.1 ;; *) exit 1 ;; esac",
    )
    status, said = make(bare, "book", f"PYTHON={python}")
    assert status != 0
    assert "sudo apt install python3.12-venv" in said


def stand_in(bare, pip, check):
    """A Python whose virtual environments' pip, and check, run these."""
    inner = program(
        bare / "pip", f"case $1 in -c) {check} ;; *) {pip} ;; esac"
    )
    return program(
        bare / "python",
        "case $2 in *version*) echo 3.12.1 ;; "
        f"venv) mkdir -p .venv/bin && cp {inner} .venv/bin/python ;; esac",
    )


def test_an_environment_into_which_pip_put_nothing_does_not_count(bare):
    """As with pip's own settings target, prefix, root and dry-run."""
    python = stand_in(bare, "exit 0", "exit 1")
    for _ in range(2):
        status, said = make(bare, "book", f"PYTHON={python}")
        assert status != 0
        assert "setup: pip put no TensorFlow into .venv" in said
        assert "pip config list" in said


def test_installs_once_and_again_only_for_another_lock(bare):
    """With a stand-in for Python, whose pip writes down that it ran, and may
    fail."""
    python = stand_in(bare, "echo install >> log; ! test -e offline", "exit 0")

    def installs():
        (bare / "log").write_text("", encoding="utf-8")
        status, _ = make(bare, ".venv/requirements.lock", f"PYTHON={python}")
        return status == 0, (bare / "log").read_text(encoding="utf-8").count(
            "install"
        )

    (bare / "offline").touch()
    assert installs() == (False, 1)
    (bare / "offline").unlink()
    assert installs() == (True, 1), "what was interrupted is done again"
    assert installs() == (True, 0)
    os.utime(bare / "requirements.lock")
    assert installs() == (True, 0), "a new date alone is no new lock"
    (bare / "requirements.lock").write_text("another\n", encoding="utf-8")
    assert installs() == (True, 1)


# The site


def test_book_ends_with_the_path_of_the_site(project):
    status, said = make(project, "book")
    assert status == 0, said
    assert said.endswith(f"\n{project}/_build/html/index.html\n")
    assert (project / "_build/html/book/01-first.html").is_file()


def test_book_is_built_without_the_modules_of_a_stranger(project, tmp_path):
    for name in ("figures", "yaml"):
        path = tmp_path / f"stranger/{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text("raise SystemExit('a stranger')", encoding="utf-8")
    status, said = make(project, "book", PYTHONPATH=str(path.parent))
    assert status == 0, said


def test_book_is_built_where_the_console_lacks_characters(project):
    project = project.rename(project.with_name("é"))
    status, said = make(project, "book", PYTHONIOENCODING="ascii")
    assert status == 0, said
    assert said.endswith("\\xe9/_build/html/index.html\n")


def test_book_names_each_notebook_that_it_cannot_read(project):
    """And builds the others, and names what is wrong with these."""
    toc, messages = TOC, []
    strange = {**OTHER_FORMS, **NO_NOTEBOOKS}
    for number, (content, says, *_) in enumerate(strange.values(), start=2):
        path = project / f"book/{number:02}-strange.ipynb"
        path.write_bytes(content)
        toc += f"- file: book/{path.stem}\n"
        messages.append((path.name, says))
    (project / "_toc.yml").write_text(toc, encoding="utf-8")
    cells = [new_markdown_cell("# First\n\n### Deep")]
    nbformat.write(new_notebook(cells=cells), project / "book/01-first.ipynb")
    status, said = make(project, "book")
    assert status != 0
    messages.append(("01-first.ipynb", "Non-consecutive header level"))
    for name, says in messages:
        (line,) = (line for line in said.splitlines() if f"/{name}: " in line)
        assert says in line
    assert (project / "_build/html/book/01-first.html").is_file()
    assert "Traceback" not in said


def test_book_notices_a_changed_stylesheet(project):
    make(project, "book")
    with (project / "book/_static/book.css").open(
        "a", encoding="utf-8"
    ) as style:
        style.write("body { color: rebeccapurple; }")
    make(project, "book")
    style = project / "_build/html/_static/site.css"
    assert "rebeccapurple" in style.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "toc, message",
    [
        (TOC + "- file: [\n", 'in "_toc.yml", line'),
        (TOC.replace("root:", "rot:"), "_toc.yml: 'root' key not found"),
        (
            TOC + "- file: book/02-second\n",
            "nonexisting document 'book/02-second'",
        ),
        (
            "format: jb-book\nroot: book/index\n",
            "not in _toc.yml, so nobody would find it: book/01-first.ipynb",
        ),
    ],
    ids=[
        "syntax error",
        "unknown key",
        "chapter that is missing",
        "chapter that is not listed",
    ],
)
def test_book_names_what_is_wrong_with_the_table_of_contents(
    project, toc, message
):
    (project / "_toc.yml").write_text(toc, encoding="utf-8")
    status, said = make(project, "book")
    assert status != 0
    assert message in said
    assert "Traceback" not in said


def test_book_names_a_page_that_did_not_come_out(project):
    """A stand-in for Jupyter Book reports success and writes nothing."""
    package = project / "tools/jupyter_book/cli"
    package.mkdir(parents=True)
    (package.parent / "__init__.py").touch()
    (package / "__init__.py").touch()
    (package / "main.py").write_text(
        "def main(*arguments, **options): pass\n", encoding="utf-8"
    )
    status, said = make(project, "book")
    assert status != 0
    assert "no HTML came out for book/01-first, book/index, index" in said


FAULTS = {
    "# First\n\n### Deep": "header level increase; H1 to H3",
    "![](front.png)": "the alt text of a picture",
    "{math}`x`": "only the site understands MyST: {math}`x`",
    "[nowhere](99-none.ipynb)": "99-none.ipynb",
    r"$\frac{1}{2$": r"equation: a brace has no partner: \frac{1}{2",
    r"$$\nosuch x$$": r"equation: \nosuch is not known here: \nosuch x",
    "$ж$": "equation: the font of book/_static/math.css lacks ж",
    "Loss\n: a number": "line 1: a definition list, which only the site knows",
}


def test_book_names_each_fault_of_a_page_and_its_place(project):
    cells = [new_markdown_cell(text) for text in FAULTS]
    picture = b64encode(Path("book/front.png").read_bytes()).decode()
    shown = new_output("display_data", {"image/png": picture})
    cells.append(new_code_cell("draw()", outputs=[shown]))
    nbformat.write(new_notebook(cells=cells), project / "book/01-first.ipynb")
    shutil.copy("book/front.png", project / "book")
    status, said = make(project, "book")
    assert status != 0
    messages = [*FAULTS.values(), "the alt text of a picture"]
    for number, message in enumerate(messages, start=1):
        place = rf"01-first\.ipynb(:{number}\d{{4}}|: cell {number}\b)"
        found = rf"{place}.*{re.escape(message)}"
        assert re.search(found, said), f"{found}\n{said}"
    assert "Traceback" not in said


PICTURES = {
    "https://example.org/a.png": "is on another host",
    "data:image/gif;base64,R0lGODdh": "is inside the text",
    "attachment:a.png": "was pasted",
    "gone.png": "isn't there",
    "two%20words.png": "has a name or a kind that not all readers know",
    "paper.pdf": "has a name or a kind that not all readers know",
    "empty.png": "is none that all readers show",
    "small.svg": "doesn't scale",
    "half.svg": "is no SVG",
    "commas.svg": None,
    "clear.png": None,
}


def test_book_names_each_picture_that_it_cannot_show(project):
    book = project / "book"
    svg = '<svg xmlns="http://www.w3.org/2000/svg" {}/>'
    for name in ("two words.png", "paper.pdf", "empty.png"):
        (book / name).touch()
    (book / "small.svg").write_text(
        svg.format('width="9" height="9"'), encoding="utf-8"
    )
    (book / "half.svg").write_text(
        svg.format('viewBox="0 0 9 9"')[:-2], encoding="utf-8"
    )
    (book / "commas.svg").write_text(
        svg.format('viewBox="0,0,90,60"'), encoding="utf-8"
    )
    Image.new("RGBA", (40, 20)).save(book / "clear.png", dpi=(0, 0))
    cells = [
        new_markdown_cell(f"# First\n\n![A small square, in grey.]({name})")
        for name in PICTURES
    ]
    nbformat.write(new_notebook(cells=cells), book / "01-first.ipynb")
    (book / "index.md").write_text(
        "# A book\n\n![](clear.png)\n", encoding="utf-8"
    )
    status, said = make(project, "book")
    assert status != 0
    for number, (name, what) in enumerate(PICTURES.items(), start=1):
        lines = [line for line in said.splitlines() if f"/{name} " in line]
        lines += [line for line in said.splitlines() if f" {name} " in line]
        if what is None:
            assert lines == []
        else:
            assert len(lines) == 1 and what in lines[0], said
            assert f"01-first.ipynb: cell {number}, line 3: " in lines[0]
    assert "the alt text of a picture" in said, "of another page"
    assert "Traceback" not in said


def test_book_and_epub_lose_nothing_that_other_homes_show(project):
    text = "# {}\n\n% of it, ~~all~~ most, rings\a.\n"
    cells = [new_markdown_cell(text.replace("\a", "").format("First"))]
    nbformat.write(new_notebook(cells=cells), project / "book/01-first.ipynb")
    (project / "book/index.md").write_text(
        text.format("A book"), encoding="utf-8"
    )
    status, said = make(project, "book", "epub")
    assert status == 0, said
    with zipfile.ZipFile(*project.glob("_build/downloads/*.epub")) as epub:
        for name in ("book/01-first", "book/index"):
            page = epub.read(f"{name}.xhtml").decode()
            ElementTree.fromstring(page)
            online = project / f"_build/html/{name}.html"
            for text in (page, online.read_text(encoding="utf-8")):
                assert "% of it, <s>all</s> most, rings." in text


def test_book_forgets_a_chapter_that_was_renamed(project):
    make(project, "book")
    (project / "book/01-first.ipynb").rename(project / "book/01-data.ipynb")
    (project / "_toc.yml").write_text(
        TOC.replace("01-first", "01-data"), encoding="utf-8"
    )
    status, said = make(project, "book")
    assert status == 0, said
    built = project / "_build/html"
    assert (built / "book/01-data.html").is_file()
    assert list(built.rglob("01-first*")) == []


# Where git gives a text the line ends of Windows


def test_a_clone_with_autocrlf_has_the_same_bytes(tmp_path):
    names = [".gitattributes", "Makefile", "tools/find-python.sh"]
    for name in [*names, "book/front.png"]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(name, tmp_path / name)
    git = ["git", "-C", tmp_path, "-c", "core.autocrlf=true"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "--all"], check=True)
    for name in names:
        (tmp_path / name).unlink()
    subprocess.run([*git, "checkout", "--quiet", "."], check=True)
    for name in names:
        assert (tmp_path / name).read_bytes() == Path(name).read_bytes()


def test_a_shallow_clone_knows_no_days(tmp_path, monkeypatch):
    """In one, git has all files of its last commit."""
    monkeypatch.syspath_prepend("book/_ext")
    changes = importlib.import_module("page").changes
    git = ["git", "-c", "user.name=ann", "-c", "user.email=ann@example.org"]
    subprocess.run([*git, "init", "-q", tmp_path / "whole"], check=True)
    for name in ("a.md", "b.md"):
        (tmp_path / "whole" / name).touch()
        for command in (["add", name], ["commit", "-qm", name]):
            subprocess.run(
                [*git, "-C", tmp_path / "whole", *command], check=True
            )
    whole = (tmp_path / "whole").as_uri()
    subprocess.run(
        ["git", "clone", "-q", "--depth=1", whole, tmp_path / "shallow"],
        check=True,
    )
    assert changes(tmp_path / "whole").keys() == {"a.md", "b.md"}
    assert changes(tmp_path / "shallow") == {}


# The book's own address


def links(project):
    """The chapter's links to other hosts, without their titles."""
    page = (project / "_build/html/book/01-first.html").read_text(
        encoding="utf-8"
    )
    return {
        link.partition("?")[0]
        for link in re.findall(
            r'<a href="(https://[^"]+(?:ann/loops|colab)[^"]*)', page
        )
    }


GITHUB = {
    "https://colab.research.google.com/github/ann/loops/blob/main/book/01-first.ipynb",
    "https://github.com/ann/loops",
    "https://github.com/ann/loops/edit/main/book/01-first.ipynb",
    "https://github.com/ann/loops/issues/new",
}
GITLAB = {
    "https://gitlab.com/ann/loops",
    "https://gitlab.com/ann/loops/-/edit/main/book/01-first.ipynb",
    "https://gitlab.com/ann/loops/-/issues/new",
}


def test_buttons_follow_the_address_from_one_build_to_the_next(project):
    """In one folder, on purpose: Sphinx must not keep a page with the former
    address."""
    for url, expected in {
        "": set(),
        "https://github.com/ann/loops.git": GITHUB,
        # Colab opens notebooks from GitHub only
        "https://gitlab.com/ann/loops/": GITLAB,
        "https://example.org/ann/loops": set(),
    }.items():
        status, said = make(project, "book", BOOK_REPOSITORY_URL=url)
        assert status == 0, said
        assert links(project) == expected, url


def test_ways_to_hand_the_book_out_follow_the_address(project):
    ways = "# A book\n\n{{ binder }}\n\n{{ codespaces }}\n\n{{ git_pull }}\n"
    (project / "book/index.md").write_text(ways, encoding="utf-8")
    for url, name, linked in [
        ("", "OWNER/NAME", 0),
        ("https://github.com/ann/loops", "ann/loops", 2),
    ]:
        status, said = make(project, "book", BOOK_REPOSITORY_URL=url)
        assert status == 0, said
        page = (project / "_build/html/book/index.html").read_text(
            encoding="utf-8"
        )
        where = name.replace("/", "%2F")
        assert f"https://mybinder.org/v2/gh/{name}/main?" in page
        assert f"https://codespaces.new/{name}" in page
        assert f"git-pull?repo=https%3A%2F%2Fgithub.com%2F{where}&" in page
        hosts = re.findall(r'href="https://(mybinder|codespaces)', page)
        assert len(hosts) == linked


def test_the_address_can_stand_in_the_configuration(project):
    config = (project / "_config.yml").read_text(encoding="utf-8")
    address = 'url: "https://github.com/ann/loops"'
    (project / "_config.yml").write_text(
        re.sub(r"\burl: .*", address, config), encoding="utf-8"
    )
    status, said = make(project, "book")
    assert status == 0, said
    assert links(project) == GITHUB


@pytest.mark.parametrize(
    "url", ["git@github.com:ann/loops", "https://github.com/ann"]
)
def test_an_address_of_another_form_ends_the_build(project, url):
    status, said = make(project, "book", BOOK_REPOSITORY_URL=url)
    assert status != 0
    assert f"BOOK_REPOSITORY_URL: '{url}' is not an address like" in said
    assert "Traceback" not in said
