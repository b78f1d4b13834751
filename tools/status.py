"""Writes book/status.md: what each chapter asserts, read off the notebooks,
and what it cost in the run that `make status` recorded.
"""

import ast
import gzip
import json
import re
import sys
from pathlib import Path

import nbformat
from bs4 import BeautifulSoup
from IPython.core.inputtransformer2 import TransformerManager
from packaging.utils import canonicalize_name
from sphinx_external_toc.parsing import parse_toc_yaml

PAGE = Path("book/status.md")
RECORD = Path("_build/status.json")
HTML = Path("_build/html")
LOCKS = {
    "the site and the tests": Path("requirements.lock"),
    "Colab": Path("tests/colab/requirements.lock"),
}
PACKAGES = ("TensorFlow", "Keras", "NumPy", "Matplotlib")
TEXT = (".html", ".css", ".js", ".svg")


def chapters():
    """The notebooks in the order of _toc.yml."""
    pages = parse_toc_yaml(Path("_toc.yml"))
    paths = [Path(f"{page}.ipynb") for page in pages]
    return [path for path in paths if path.is_file()]


def row(*cells):
    return f"| {' | '.join(map(str, cells))} |\n"


# What holds without a run


def link(path):
    cells = nbformat.read(path, as_version=4).cells
    title = cells[0].source.splitlines()[0].lstrip("# ")
    return f"[{title}]({path.name})"


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
    cells = [
        cell
        for cell in nbformat.read(path, as_version=4).cells
        if cell.cell_type == "code"
    ]

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


def weight(path):
    """The bytes that a reader's first visit to a page fetches, compressed."""
    page = HTML / path.with_suffix(".html")
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    links = [
        element.get("src") or element.get("href")
        for element in soup.select(
            "img[src], script[src], link[rel=stylesheet], link[rel=icon]"
        )
    ]
    files = {page} | {
        (page.parent / link.partition("?")[0])
        .resolve()
        .relative_to(Path.cwd())
        for link in links
    }
    return sum(
        len(gzip.compress(content, mtime=0))
        if file.suffix in TEXT
        else len(content)
        for file in files
        for content in [file.read_bytes()]
    )


def measure(record):
    """Add the weights of the pages to what the test run recorded."""
    for path in chapters():
        record["chapters"][path.as_posix()]["page"] = weight(path)
    return record


def render(record):
    machine = record["machine"]
    text = (
        "# Status\n\n"
        "`make status` writes this page: nothing on it is typed. "
        f"The last run was on {record['date']}.\n\n"
        f"{facts()}\n"
        "## What each chapter costs\n\n"
        "The time is that of running all its cells in a new kernel, "
        "TensorFlow's import included; the memory is the most that this "
        "kernel held. The page is what a first visit to it fetches, "
        "compressed, with its pictures, styles and scripts. Measured on "
        f"{machine['cores']} cores with {machine['memory']} of memory, no "
        f"GPU, {machine['system']}, Python {record['python']}.\n\n"
    )
    text += row("chapter", "run time", "peak memory", "page")
    text += row("---", "--:", "--:", "--:")
    for path in chapters():
        cost = record["chapters"][path.as_posix()]
        text += row(
            link(path),
            f"{cost['seconds']:.0f} s",
            f"{cost['bytes'] / 1e6:.0f} MB",
            f"{cost['page'] / 1e3:.0f} kB",
        )
    return text


if __name__ == "__main__":
    if not RECORD.exists():
        sys.exit("status: nothing is recorded yet: make status")
    record = measure(json.loads(RECORD.read_text(encoding="utf-8")))
    PAGE.write_text(render(record), encoding="utf-8")
    print(f"status: wrote {PAGE}")
