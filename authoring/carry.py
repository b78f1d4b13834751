"""Carries each definition from its one home to the notebooks that repeat it.

The two folded cells that each notebook begins with, imports and setup (plot
style and checker), have their home in the template, with their metadata. A
recap says in its second line which names of earlier chapters it repeats,

    # @title Recap: data and model from chapters 1 and 2
    # repeats: x, noise, y, LinearModel

and what follows is written here, from the chapters that define these names.
The cell `training-lab` has its home in the first chapter that has one; of its
own it has its title and the call below.
"""

import ast
import re
from copy import deepcopy
from pathlib import Path

TEMPLATE = Path("authoring/template.ipynb")
REPEATS = re.compile(r"^# repeats: *(.*(?:\n# {2,}.*)*)", re.MULTILINE)
FROM_TEMPLATE = {"imports", "setup"}  # cells
LAB = "training-lab"  # a cell, too
NO_HOME = {"check", "exercise", "recap", "redefines", "setup", "solution"}


class CarryError(Exception):
    """Which cell can't be filled, and why."""


def before(path, paths):
    """The paths of the chapters before one; of the book, for the template."""
    return [p for p in sorted(paths) if path.parent != p.parent or p < path]


def tags(cell):
    return set(cell.metadata.get("tags", ()))


def code_cells(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def source(cell):
    """The code of a cell, its magics as calls."""
    from IPython.core.inputtransformer2 import TransformerManager  # is slow

    return TransformerManager().transform_cell(cell.source)


def statements(cell):
    """The top-level statements of a code cell; none of one that is no Python,
    which the rule `python` tells.
    """
    try:
        return ast.parse(source(cell)).body
    except SyntaxError:
        return []


def defined(statement):
    """The names that a top-level statement gives a meaning."""
    match statement:
        case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
            return [name]
        case ast.Assign(targets=targets):
            nodes = [node for target in targets for node in ast.walk(target)]
            return [node.id for node in nodes if isinstance(node, ast.Name)]
    return []


def text(cell, statement):
    """The lines of a statement, decorators included, as they stand."""
    decorators = getattr(statement, "decorator_list", [])
    first = min([statement, *decorators], key=lambda node: node.lineno)
    lines = cell.source.splitlines()
    return "\n".join(lines[first.lineno - 1 : statement.end_lineno])


def homes(chapters):
    """Return name → the (chapter, code) of each definition, in order."""
    places = {}
    for chapter, notebook in chapters:
        for cell in code_cells(notebook):
            if not NO_HOME & tags(cell):
                for statement in statements(cell):
                    for name in defined(statement):
                        place = chapter, text(cell, statement)
                        places.setdefault(name, []).append(place)
    return places


def recap(cell, chapters):
    """The source of a recap: its own first lines, then what it repeats."""
    repeats = REPEATS.search(cell.source)
    if not repeats:
        raise CarryError(
            f"cell {cell.id}: a recap names what it repeats, in a line such "
            "as # repeats: x, y, LinearModel"
        )
    names = re.findall(r"\w+", repeats[1])
    places = homes(chapters)
    for name in names:
        found = [chapter for chapter, _ in places.get(name, [])]
        if not found:
            raise CarryError(
                f"cell {cell.id}: no earlier chapter defines {name}"
            )
        if len(found) > 1:
            raise CarryError(
                f"cell {cell.id}: {name} is defined more than once, in "
                f"{' and '.join(found)}; a recap can repeat only what is "
                "defined once"
            )
    wanted = dict.fromkeys(
        code
        for name, [(_, code), *_] in places.items()  # in the book's order
        if name in names
    )
    blocks = [cell.source[: repeats.end()]]
    for code in wanted:
        long = "\n" in code and re.match(r"@|class |def ", code)
        after_long = re.match(r"@|class |def ", blocks[-1])
        blocks += ["", "", code] if long or after_long else [code]
    return "\n".join(blocks)


def parts(cell):
    """Of a training lab: its title, what it shares with others, its own."""
    ends = [
        statement.end_lineno
        for statement in statements(cell)
        if "training_lab" in defined(statement)
    ]
    title, *lines = cell.source.splitlines() or [""]
    end = ends[-1] - 1 if ends else 0
    return title, lines[:end], "\n".join(lines[end:]).strip("\n")


def lab(cell, home):
    """The source of a training lab: of its own, its title and its call."""
    title, _, own = parts(cell)
    _, shared, _ = parts(home)
    if not shared or "training_lab(" not in own:
        raise CarryError(
            f"cell {LAB}: below its title, it calls training_lab, which the "
            "first lab of the book defines"
        )
    return "\n".join([title, *shared, "", "", own])


def carry(notebook, chapters, template):
    """Fill the first cells and the recaps of a notebook.

    chapters: those before it, pairs of a name and a notebook.
    template: a function that reads it; called if a cell has its home there.
    """
    labs = [c for _, book in chapters for c in code_cells(book) if c.id == LAB]
    for cell in code_cells(notebook):
        if cell.id in FROM_TEMPLATE:
            cells = code_cells(template())
            home = next(c for c in cells if c.id == cell.id)
            cell.source, cell.metadata = home.source, deepcopy(home.metadata)
        if cell.id == LAB:
            home = (labs or [cell])[0]
            cell.source = lab(cell, home)
            cell.metadata = deepcopy(home.metadata)
        if "recap" in tags(cell):
            cell.source = recap(cell, chapters)
