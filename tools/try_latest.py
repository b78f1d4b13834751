"""Tries the book on the newest versions of what it uses, and tells what has
changed: before a reader in Colab finds out.

    python tools/try_latest.py [--pre]

The newest versions are those that fit this Python, whatever requirements.txt
allows; a range that is "held back" there stays. With --pre, what the chapters
use may be a pre-release. All goes into .venv-latest; .venv and the lock stay.
"""

import json
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from xml.etree import ElementTree

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

PLACE = Path(".venv-latest")
PYTHON = PLACE / "bin/python"
CHAPTERS = {"tensorflow", "keras", "numpy", "matplotlib"}
# What is deprecated ends a cell, for one day it will be gone. Excused, by how
# the warning begins: what others have to mend, with the day and their version.
WARNINGS = (
    "error::DeprecationWarning",
    # 2026-11-25, matplotlib-inline 0.2.2: each figure, by traitlets
    "ignore:InlineBackend._print_figure_kwargs_changed:DeprecationWarning",
    # 2026-11-25, Keras 3.15.1: save_weights, by NumPy 2.4
    "ignore:__array__ implementation doesn't accept:DeprecationWarning",
)
REPORT = Path("_build/try-latest.xml")


def newest(line, pre):
    """Return a requirement without its upper end, unless it is held back."""
    text, _, reason = line.partition("#")
    requirement = Requirement(text)
    if "held back" not in reason:
        lowest = [one for one in requirement.specifier if one.operator == ">="]
        requirement.specifier = SpecifierSet(
            # a specifier that names a pre-release lets pip take one
            ",".join(
                f"{one}.dev0"
                if pre and requirement.name in CHAPTERS
                else f"{one}"
                for one in lowest
            )
        )
    return requirement


def install(requirements):
    subprocess.run(
        [sys.executable, "-m", "venv", "--clear", PLACE], check=True
    )
    pip = [PYTHON, "-m", "pip", "--disable-pip-version-check"]
    run = subprocess.run(
        [*pip, "install", "--quiet", *map(str, requirements)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    )
    if run.returncode:
        sys.exit(f"try-latest: pip could not install these:\n{run.stdout}")
    listed = subprocess.run(
        [*pip, "list", "--format=json"], stdout=subprocess.PIPE, check=True
    )
    return {
        canonicalize_name(one["name"]): one["version"]
        for one in json.loads(listed.stdout)
    }


def test(python, report, folder="."):
    """Run the notebooks and the tests, and write a report."""
    options = [f"--junitxml={report}", "-o"]
    options += [f"notebook_warnings={','.join(WARNINGS)}"]
    return subprocess.run(
        [python, "-m", "pytest", "-q", *options],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
    )


def changes(report):
    """Yield file, cell or test, and in a few words what is different."""
    for case in ElementTree.parse(report).iter("testcase"):
        for problem in [*case.iter("failure"), *case.iter("error")]:
            text = problem.text or problem.get("message")
            text = re.sub(r"#x1B\[[\d;]*m", "", text)  # colours
            cell = re.match(r"(book/\S+\.ipynb), cell ([\w-]+): (.*)", text)
            if cell:
                yield cell[1], cell[2], difference(text) or cell[3]
            else:
                place = case.get("classname").replace(".", "/")
                last = problem.get("message").splitlines()
                yield place, case.get("name"), last[0] if last else ""


def difference(text):
    """Return what raised, or the first line that differs: stored → new."""
    raised = re.search(r"^\w+: .*(?=\nIf the new)", text, re.MULTILINE)
    stored = re.search(r"^ *\+ (.*)", text, re.MULTILINE)
    new = re.search(r"^ *- (.*)", text, re.MULTILINE)
    if stored or new:
        return " → ".join(
            one[1] if one else "nothing" for one in (stored, new)
        )
    return raised[0] if raised else ""


def table(rows):
    widths = [max(map(len, column)) for column in list(zip(*rows))[:-1]]
    for *cells, last in rows:
        row = [cell.ljust(width) for cell, width in zip(cells, widths)]
        print("  ", "  ".join([*row, last])[:160])


def main():
    lines = [
        line
        for line in Path("requirements.txt")
        .read_text(encoding="utf-8")
        .splitlines()
        if line.partition("#")[0].strip()
    ]
    requirements = [newest(line, "--pre" in sys.argv) for line in lines]
    print(
        "try-latest: installing the newest versions in .venv-latest",
        flush=True,
    )
    installed = install(requirements)
    rows = [
        (
            one.name,
            f"{version(one.name)} → {installed[canonicalize_name(one.name)]}",
        )
        for one in requirements
        if version(one.name) != installed[canonicalize_name(one.name)]
    ]
    print(f"try-latest: {len(rows)} of {len(lines)} are not those of the lock")
    if rows:
        table(rows)
    print("try-latest: running the notebooks and the tests", flush=True)
    REPORT.unlink(missing_ok=True)
    run = test(PYTHON, REPORT)
    if not REPORT.exists():
        sys.exit(f"try-latest: the tests did not run:\n{run.stdout}")
    found = list(changes(REPORT))
    if found:
        table([("where", "cell or test", "what is different"), *found])
        sys.exit(f"try-latest: {len(found)} changed")
    if run.returncode:
        sys.exit(
            f"try-latest: the tests did not run to their end:\n{run.stdout}"
        )
    print("try-latest: nothing changed")


if __name__ == "__main__":
    # a console of another code page may lack a character
    sys.stdout.reconfigure(errors="backslashreplace")
    main()
