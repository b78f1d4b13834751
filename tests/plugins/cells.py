"""How a notebook is run: by nbval, and beyond it alone, with figures compared
and exercises tried.

nbval runs each code cell, all in one kernel, and compares the text that comes
out with the text that is stored. What is added here is that a notebook stands
alone, what is tested of a cell besides, and a failure told in a few lines.
"""

import os
import time
from contextlib import ExitStack
from pathlib import Path
from unittest.mock import patch

import exercises
import figures
import pytest
from alone import alone
from nbval.kernel import CURRENT_ENV_KERNEL_NAME, RunningKernel
from nbval.plugin import IPyNbCell, IPyNbFile, NbCellError

# The one line that may differ from machine to machine: what a notebook found
# when it started.
FOUND = r"(?m)^TensorFlow \S+, Keras \S+, on (?:CPU|GPU)$"
SUMS = Path(__file__).with_name("sums.py").read_text(encoding="utf-8")


def pytest_addoption(parser):
    help = "have TensorFlow's sums taken otherwise, as a GPU would"
    orders = ["float64", "reversed"]
    parser.addoption("--sums", choices=orders, help=help)
    parser.addini("notebook_warnings", "PYTHONWARNINGS of a notebook's kernel")


def pytest_configure(config):
    config.option.nbval = True
    config.option.nbval_cell_timeout = 120  # seconds


@pytest.hookimpl(wrapper=True)
def pytest_collect_file():
    return [
        Notebook.from_parent(node.parent, path=node.path)
        if isinstance(node, IPyNbFile)
        else node
        for node in (yield)
    ]


class Notebook(IPyNbFile):
    """A notebook whose kernel is started in an empty folder.

    nbval would start it beside the notebook, where all other files are.
    """

    def collect(self):
        for item in super().collect():
            yield Cell.from_parent(
                self,
                name=item.cell.id,
                cell_num=item.cell_num,
                cell=item.cell,
                options=item.options,
            )

    def setup(self):
        self.folder = ExitStack()
        work, environment = self.folder.enter_context(alone())
        if warnings := self.config.getini("notebook_warnings"):
            environment["PYTHONWARNINGS"] = warnings
        with patch.dict(os.environ, environment, clear=True):
            self.kernel = RunningKernel(CURRENT_ENV_KERNEL_NAME, cwd=work)
        self.sanitize_patterns[FOUND] = "what a notebook runs on"
        if order := self.config.option.sums:
            reply = self.kernel.kc.execute_interactive(
                f"exec({SUMS!r}, {{'order': {order!r}}})", store_history=False
            )
            assert reply["content"]["status"] == "ok", reply["content"]

    def teardown(self):
        super().teardown()
        self.folder.close()


class Cell(IPyNbCell):
    """A cell that goes by its id."""

    def runtest(self):
        start = time.perf_counter()
        super().runtest()
        seconds = time.perf_counter() - start
        self.user_properties.append(("seconds", seconds))
        if self.options["check"]:
            figures.compare(self)
        if "check" in self.cell.metadata.get("tags", ()):
            exercises.try_answers(self)

    def reportinfo(self):
        return self.path, None, self.nodeid

    def repr_failure(self, excinfo):
        path, error = os.path.relpath(self.path), excinfo.value
        problem = f"{path}, cell {self.cell.id}: {error}"
        if not isinstance(error, NbCellError):
            return problem
        lines = (error.inner_traceback or "").splitlines()
        details = [line[:160] for line in lines[-20:]]
        advice = f"If the new output is right: make refresh NB={path}"
        return "\n".join([problem, *details, advice])
