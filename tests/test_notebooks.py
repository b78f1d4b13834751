"""Each notebook can be read and keeps each rule, and the learners' wrong
answers belong to exercises that exist."""

from pathlib import Path

import pytest
import yaml
from ipynb import NotebookError, readable
from rules import RULES, code_cells, load, numbers_on_page

CHAPTERS = sorted(Path("book").glob("*.ipynb"))
TEMPLATE = Path("authoring/template.ipynb")
BOOK = [load(path) for path, _ in readable(CHAPTERS)]
ALL = [*BOOK, *(load(path) for path, _ in readable([TEMPLATE]))]
# the first is measured, and the second tells of others' works
PAGES = set(Path("book").glob("*.md"))
PAGES -= {Path("book/status.md"), Path("book/references.md")}


def name(value):
    return value.__name__ if callable(value) else value.path.stem


@pytest.mark.parametrize("path", [*CHAPTERS, TEMPLATE], ids=str)
def test_notebook_can_be_read(path):
    try:
        load(path)
    except NotebookError as error:
        pytest.fail(str(error), pytrace=False)


@pytest.mark.parametrize("rule", RULES, ids=name)
@pytest.mark.parametrize("notebook", ALL, ids=name)
def test_notebook(notebook, rule):
    # The template recaps chapter 1. What is made of the template may differ.
    earlier = BOOK[: BOOK.index(notebook) if notebook in BOOK else 1]
    problems = [
        f"{notebook.path}, cell {cell}: {problem}"
        if cell
        else f"{notebook.path}: {problem}"
        for cell, problem in rule(notebook, earlier)
    ]
    if problems:
        pytest.fail("\n".join(problems), pytrace=False)


@pytest.mark.parametrize("path", sorted(PAGES), ids=str)
def test_page(path):
    problems = numbers_on_page(path.read_text(encoding="utf-8"), BOOK)
    assert [f"{path}: {problem}" for problem in problems] == []


@pytest.mark.parametrize(
    "path", sorted(Path("authoring/answers").glob("*.yml")), ids=str
)
def test_wrong_answers_are_to_exercises(path):
    notebook = {notebook.path.stem: notebook for notebook in ALL}[path.stem]
    answered = set(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert answered <= {cell.id for cell in code_cells(notebook)}
