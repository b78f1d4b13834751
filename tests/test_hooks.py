"""The hooks that run before a commit find a broken notebook.

The one that computes its outputs again is not run here: it is what
test_cells.py tests.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest


@pytest.mark.skipif(os.name == "nt", reason="they are for Linux and macOS")
def test_hooks_catch_a_broken_notebook(tmp_path):
    left_out = (".git", ".venv*", "_build", "node_modules", ".*_cache")
    ignore = shutil.ignore_patterns(*left_out)
    shutil.copytree(".", tmp_path, ignore=ignore, dirs_exist_ok=True)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/bin").symlink_to(Path(sys.executable).parent)
    for command in ("init -q", "add --all"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)

    path = tmp_path / "authoring/template.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["ranges"].source += "\nprint( undefined )"
    cells["draw"].source += "\n\nYou will rec" + "ieve {ref}`it`."
    nbformat.write(notebook, path)
    result = subprocess.run(
        [sys.executable, *"-m pre_commit run --files".split(), path],
        cwd=tmp_path,
        env=os.environ
        | {"SKIP": "outputs", "PRE_COMMIT_HOME": f"{path}-home"},
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    assert result.returncode == 1
    for said in (
        "F821 Undefined name `undefined`",
        "files were modified by this hook",
        "rec" + "ieve ==> receive",
        "cell draw: only the site understands MyST: {ref}",
    ):
        assert said in result.stdout
