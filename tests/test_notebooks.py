"""Each notebook keeps each rule, and the learners' wrong answers belong to
exercises that exist."""

from pathlib import Path

import pytest
import yaml
from rules import RULES, code_cells, load, numbers_on_page

BOOK = [load(path) for path in sorted(Path("book").glob("*.ipynb"))]
# the first is measured, and the second tells of others' works
PAGES = set(Path("book").glob("*.md"))
PAGES -= {Path("book/status.md"), Path("book/references.md")}
TEMPLATE = load("authoring/template.ipynb")


def name(value):
    return value.__name__ if callable(value) else value.path.stem


@pytest.mark.parametrize("rule", RULES, ids=name)
@pytest.mark.parametrize("notebook", [*BOOK, TEMPLATE], ids=name)
def test_notebook(notebook, rule):
    # The template recaps chapter 1. What is made of the template may differ.
    earlier = BOOK[: 1 if notebook is TEMPLATE else BOOK.index(notebook)]
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
    notebooks = {
        notebook.path.stem: notebook for notebook in [*BOOK, TEMPLATE]
    }
    notebook = notebooks[path.stem]
    answered = set(yaml.safe_load(path.read_text(encoding="utf-8")))
    assert answered <= {cell.id for cell in code_cells(notebook)}
