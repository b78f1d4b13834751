"""Each definition has one home, and refresh carries it from there."""

import subprocess
import sys
from copy import deepcopy
from itertools import zip_longest
from pathlib import Path

import nbformat
import pytest
from carry import CarryError, before, carry, tags
from nbformat.v4 import new_code_cell, new_notebook
from rules import load
from sample import DOUBLE, chapters

PATHS = sorted(Path("book").glob("*.ipynb"))


@pytest.fixture
def book():
    """The book as it is stored, and its template."""
    return {path: load(path) for path in PATHS}, load(
        "authoring/template.ipynb"
    )


def edit(notebook, id, old, new):
    cell = next(cell for cell in notebook.cells if cell.get("id") == id)
    assert cell.source.count(old) == 1
    cell.source = cell.source.replace(old, new)


def changes(book, template):
    """Carry; return the lines that changed: (notebook, tag, old, new)."""
    found = set()
    for path, notebook in book.items():
        stored = deepcopy(notebook)
        earlier = [(p.name, book[p]) for p in before(path, PATHS)]
        carry(notebook, earlier, lambda: template)
        for old, new in zip(stored.cells, notebook.cells, strict=True):
            lines = old.source.splitlines(), new.source.splitlines()
            for pair in zip_longest(*lines):
                if pair[0] != pair[1]:
                    found.add((path.stem, *sorted(tags(new)), *pair))
    return found


def test_what_is_stored_is_what_is_carried(book):
    assert changes(*book) == set()


def test_an_edited_line_of_a_definition_reaches_all_recaps(book):
    notebooks, template = book
    old, new = '"""A straight line, weight * x + bias.', '"""A line.'
    edit(notebooks[Path("book/02-model.ipynb")], "linear-model", old, new)
    recaps = {
        (path.stem, "hide-cell", "recap", f"    {old}", f"    {new}")
        for path in PATHS[2:]
        if any(old in cell.source for cell in notebooks[path].cells)
    }
    assert len(recaps) > 4
    assert changes(notebooks, template) == recaps


def test_an_edited_line_of_the_checker_reaches_all_notebooks(book):
    notebooks, template = book
    old, new = '    """Call by name; by position,', '    """Call by position,'
    edit(template, "setup", old, new)
    changed = changes(notebooks, template)
    assert {row[0] for row in changed} == {path.stem for path in PATHS}
    assert {row[2] for row in changed} == {"setup"}
    assert len(changed) == len(PATHS)


OWN = (
    '# @title Own\nw, b = [5, 4], [0, 1]\ntraining_lab(x, y, w, b, "A path.")'
)


def test_a_chapter_writes_the_title_and_the_call_of_its_lab(book):
    notebooks, template = book
    earlier = [(p.name, notebooks[p]) for p in PATHS]
    lab = new_code_cell(OWN, id="training-lab")
    for _ in range(2):  # and it stays so
        carry(new_notebook(cells=[lab]), earlier, lambda: template)
        title, _, source = lab.source.partition("\n")
        definitions, _, calls = source.rpartition("\n\n\n")
        assert f"{title}\n{calls}" == OWN
        cells = notebooks[PATHS[3]].cells
        (home,) = (cell for cell in cells if cell.id == "training-lab")
        assert definitions in home.source and "return HTML(" in definitions
        assert lab.metadata == home.metadata


@pytest.mark.parametrize("source", ["", "# @title A\nx = 1", OWN])
def test_a_lab_without_definition_or_call_is_named(source):
    notebook = new_notebook(cells=[new_code_cell(source, id="training-lab")])
    with pytest.raises(CarryError, match="training-lab: below its title, it"):
        carry(notebook, [], None)


@pytest.mark.parametrize(
    "names, says",
    [
        ("# repeats: half", "no earlier chapter defines half"),
        ("# repeats: twice", "twice is defined more than once, in a and b"),
        ("double = 2", "a recap names what it repeats"),
    ],
)
def test_carry_says_what_it_cannot_repeat(names, says):
    first, second = chapters()
    for cell in first.cells:
        if cell.get("id") == "double":
            cell.source = f"{DOUBLE}\n\n\ntwice = double"
    edit(second, "recap", "# repeats: double", names)
    with pytest.raises(CarryError, match=says):
        carry(second, [("a", first), ("b", first)], lambda: first)


def test_refresh_carries(tmp_path):
    first, second = chapters()
    edit(second, "recap", DOUBLE, "def double(n):\n    return n")
    (tmp_path / "book").mkdir()
    for name, notebook in (("1-a", first), ("2-b", second)):
        del notebook["path"]
        nbformat.write(notebook, tmp_path / f"book/{name}.ipynb")
    tool = Path("tools/refresh.py").absolute()
    subprocess.run(
        [sys.executable, tool, "book/2-b.ipynb"], cwd=tmp_path, check=True
    )
    stored = nbformat.read(tmp_path / "book/2-b.ipynb", as_version=4)
    assert "return 2 * n" in stored.cells[3].source
