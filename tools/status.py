"""Writes book/status.md: the versions of the locks, and what each chapter and
its page cost in the runs that `make status` recorded.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

from ipynb import NotebookError, read
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


def link(path):
    if path.suffix == ".ipynb":
        text = read(path).cells[0].source
    else:
        text = path.read_text(encoding="utf-8")
    title = next(line for line in text.splitlines() if line.startswith("# "))
    return f"[{title.lstrip('# ')}]({path.name})"


def versions(lock):
    text = lock.read_text(encoding="utf-8")
    return [
        re.search(rf"^{canonicalize_name(name)}==([^\s;]+)", text, re.M)[1]
        for name in PACKAGES
    ]


def render(record):
    machine = record["machine"]
    text = (
        "# Status\n\n"
        "`make status` writes this page: nothing on it is typed. "
        f"The last run was on {record['date']}.\n\n"
        "## What it was tested with\n\n"
    )
    text += row("versions of", *PACKAGES)
    text += row("---", *["---"] * len(PACKAGES))
    for use, lock in LOCKS.items():
        text += row(use, *versions(lock))
    text += (
        "\n## What each chapter costs to run\n\n"
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
