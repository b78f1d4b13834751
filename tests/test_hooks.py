"""The hooks that run before a commit find a broken notebook.

The one that computes its outputs again is not run here: it is what
test_nbval.py tests.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

pytestmark = pytest.mark.skipif(
    os.name == "nt", reason="the hooks are for Linux and macOS"
)


@pytest.fixture
def clone(tmp_path):
    """A repository with the files of this one, and its environment."""
    left_out = shutil.ignore_patterns(
        ".git", ".venv*", "_build", "node_modules", ".*_cache"
    )
    shutil.copytree(".", tmp_path, ignore=left_out, dirs_exist_ok=True)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv/bin").symlink_to(Path(sys.executable).parent)
    for command in ("init -q", "add --all"):
        subprocess.run(["git", *command.split()], cwd=tmp_path, check=True)
    return tmp_path


def test_hooks_catch_a_broken_notebook(clone):
    path = clone / "authoring/template.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cells = {cell.id: cell for cell in notebook.cells}
    cells["ranges"].source += "\nprint( undefined )"
    cells["draw"].source += "\n\nYou will rec" + "ieve {ref}`it`."
    nbformat.write(notebook, path)

    result = subprocess.run(
        [sys.executable, *"-m pre_commit run --files".split(), path],
        cwd=clone,
        env=os.environ
        | {"SKIP": "outputs", "PRE_COMMIT_HOME": str(clone / "home")},
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said = result.stdout
    assert result.returncode == 1
    assert "F821 Undefined name `undefined`" in said
    assert "files were modified by this hook" in said
    assert "rec" + "ieve ==> receive" in said
    assert "cell draw: only the site understands MyST: {ref}" in said
