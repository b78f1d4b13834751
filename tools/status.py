"""Writes book/status.md: what each chapter asserts, read off the notebooks,
and what it and its page cost in the runs that `make status` recorded.
"""

import ast
import json
import re
import sys
import tomllib
from pathlib import Path

from ipynb import NotebookError, read
from IPython.core.inputtransformer2 import TransformerManager
from packaging.utils import canonicalize_name
from sphinx_external_toc.parsing import parse_toc_yaml

PAGE = Path("book/status.md")
RECORD = Path("_build/status.json")
PAGES = Path("_build/pages.json")
BUDGET = Path("tests/site/budget.toml")
LOCKS = {
    "the site and the tests": Path("requirements.lock"),
    "Colab": Path("tests/colab/requirements.lock"),
}
PACKAGES = ("TensorFlow", "Keras", "NumPy", "Matplotlib")


def chapters():
    """The notebooks in the order of _toc.yml."""
    pages = parse_toc_yaml(Path("_toc.yml"))
    paths = [Path(f"{page}.ipynb") for page in pages]
    return [path for path in paths if path.is_file()]


def source(page):
    """The file of a page of the book, or None for one that has none."""
    paths = [Path(f"{page}.ipynb"), Path(f"{page}.md")]
    return next((path for path in paths if path.is_file()), None)


def row(*cells):
    return f"| {' | '.join(map(str, cells))} |\n"


# What holds without a run


def link(path):
    if path.suffix == ".ipynb":
        text = read(path).cells[0].source
    else:
        text = path.read_text(encoding="utf-8")
    return f"[{text.splitlines()[0].lstrip('# ')}]({path.name})"


def calls(cells):
    """Pairs of a name and a call or an assert statement, in these cells."""
    for cell in cells:
        code = TransformerManager().transform_cell(cell.source)
        for node in ast.walk(ast.parse(code)):
            match node:
                case ast.Assert():
                    yield "assert", node
                case ast.Call(
                    func=ast.Name(id=name) | ast.Attribute(attr=name)
                ):
                    yield name, node


def named(call):
    """The tolerances that a call names."""
    return [
        ast.literal_eval(keyword.value)
        for keyword in getattr(call, "keywords", ())
        if keyword.arg in ("rtol", "atol", "tolerance")
    ]


def listed(numbers):
    return ", ".join(f"{one:g}" for one in sorted(set(numbers))) or "–"


def default(cells):
    """The tolerance of an exercise that names none, from `def check`."""
    for cell in cells:
        code = TransformerManager().transform_cell(cell.source)
        for node in ast.parse(code).body:
            if isinstance(node, ast.FunctionDef) and node.name == "check":
                return ast.literal_eval(node.args.defaults[-1])


def asserted(path):
    """Counts of checks and exercises, each with the tolerances that it allows.

    What a cell tagged raises-exception asserts fails on purpose.
    """
    cells = [cell for cell in read(path).cells if cell.cell_type == "code"]

    def tagged(tag):
        return [c for c in cells if tag in c.metadata.get("tags", ())]

    fails = tagged("raises-exception")
    checks = [
        node
        for name, node in calls(c for c in cells if c not in fails)
        if name.startswith("assert")
    ]
    tries = [n for name, n in calls(tagged("check")) if name == "check"]
    usual = [default(cells)]
    return (
        len(checks),
        listed(one for call in checks for one in named(call)),
        len(tagged("exercise")),
        listed(one for call in tries for one in named(call) or usual),
    )


def versions(lock):
    text = lock.read_text(encoding="utf-8")
    return [
        re.search(rf"^{canonicalize_name(name)}==([^\s;]+)", text, re.M)[1]
        for name in PACKAGES
    ]


def facts():
    """The part of the page that follows from the sources alone."""
    text = (
        "## What each chapter asserts\n\n"
        "A check ends the run of the chapter, and the tests, unless it holds. "
        "Beside it stand the tolerances that such checks name. One that names "
        "none asks for equality, or, with `assert_near`, for a difference "
        "below ten steps of float32. The tolerance of an exercise is how far "
        "an answer may be off.\n\n"
    )
    text += row("chapter", "checks", "within", "exercises", "within")
    text += row("---", "--:", "---", "--:", "---")
    for path in chapters():
        text += row(link(path), *asserted(path))
    text += "\n## What it was tested with\n\n"
    text += row("versions of", *PACKAGES)
    text += row("---", *["---"] * len(PACKAGES))
    for use, lock in LOCKS.items():
        text += row(use, *versions(lock))
    return text


# What was measured


def render(record):
    machine = record["machine"]
    text = (
        "# Status\n\n"
        "`make status` writes this page: nothing on it is typed. "
        f"The last run was on {record['date']}.\n\n"
        f"{facts()}\n"
        "## What each chapter costs to run\n\n"
        "The time is that of running all its cells in a new kernel, "
        "TensorFlow's import included; the memory is the most that this "
        f"kernel held. Measured on {machine['cores']} cores with "
        f"{machine['memory']} of memory, no GPU, {machine['system']}, Python "
        f"{record['python']}.\n\n"
    )
    text += row("chapter", "run time", "peak memory")
    text += row("---", "--:", "--:")
    for path in chapters():
        cost = record["chapters"][path.as_posix()]
        text += row(
            link(path),
            f"{cost['seconds']:.0f} s",
            f"{cost['bytes'] / 1e6:.0f} MB",
        )
    text += (
        "\n## What each page costs to read\n\n"
        "On a first visit, read to its end, on a slow line (1.44 Mbit/s, "
        "150 ms) with the same machine slowed down four times: all that it "
        "fetches, compressed; of this, scripts; until it is loaded; until "
        "its largest part is painted; and by how much of the window it "
        "moves meanwhile. A page may weigh {page} kB, of which {script} kB "
        "scripts, and move by {shift}; the tests hold it to that. It should "
        "load within {loaded} s and be painted within {painted} s.\n\n"
    ).format(**tomllib.loads(BUDGET.read_text(encoding="utf-8")))
    text += row("page", "weight", "scripts", "loaded", "painted", "moved")
    text += row("---", *["--:"] * 5)
    for name, cost in record["pages"].items():
        if path := source(name):
            text += row(
                link(path),
                f"{cost['page'] / 1e3:.0f} kB",
                f"{cost['script'] / 1e3:.0f} kB",
                f"{cost['loaded']:.1f} s",
                f"{cost['painted']:.1f} s",
                f"{cost['shift']:.3f}",
            )
    return text


if __name__ == "__main__":
    if absent := [str(one) for one in (RECORD, PAGES) if not one.exists()]:
        sys.exit(
            f"status: no {', '.join(absent)}; make status writes it, "
            "and needs Chromium"
        )
    record = json.loads(RECORD.read_text(encoding="utf-8"))
    record["pages"] = json.loads(PAGES.read_text(encoding="utf-8"))
    try:
        page = render(record)
    except NotebookError as error:
        sys.exit(f"status: {error}")
    PAGE.write_text(page, encoding="utf-8")
    print(f"status: wrote {PAGE}")
