"""How a notebook is run: by nbval, and beyond it alone, with figures compared
and exercises tried.

nbval runs each code cell, all in one kernel, and compares the text that comes
out with the text that is stored. What is added here is that a notebook stands
alone, what is tested of a cell besides, and a failure told in a few lines.
"""

import os
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from queue import Empty

import exercises
import figures
import pytest
from alone import (
    CHANGES,
    DIED,
    EXITS,
    KERNEL_ARGUMENTS,
    alone,
    changes,
    exits,
)
from ipynb import NotebookError, read
from nbval.kernel import (
    CURRENT_ENV_KERNEL_NAME,
    RunningKernel,
    start_new_kernel,
)
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


class KernelEnd(Exception):
    """How a cell ended the kernel."""


class OutputError(Exception):
    """Why a cell's outputs can't be compared."""


class Kernel(RunningKernel):
    """A kernel of nobody's settings, whose death is noticed at once."""

    changed = False  # whether a cell changed an output

    def __init__(self, folder, environment):
        self.km, self.kc = start_new_kernel(
            kernel_name=CURRENT_ENV_KERNEL_NAME,
            cwd=folder,
            env=environment,
            stderr=subprocess.DEVNULL,
            extra_arguments=KERNEL_ARGUMENTS,
        )
        self._ensure_iopub_up()

    def get_message(self, stream, timeout=None):
        end = time.monotonic() + timeout
        while True:
            try:
                message = super().get_message(stream, timeout=min(1, timeout))
            except Empty:
                if not self.is_alive():
                    raise KernelEnd(DIED) from None
                if time.monotonic() > end:
                    raise
            else:
                if exits(message):
                    raise KernelEnd(EXITS)
                self.changed |= changes(message)
                return message


class Unreadable(pytest.Item):
    """Stands for the cells of a notebook that can't be read."""

    def runtest(self):
        read(self.path)

    def repr_failure(self, excinfo):
        return str(excinfo.value)

    def reportinfo(self):
        return self.path, None, self.nodeid


class Notebook(IPyNbFile):
    """A notebook whose kernel is started in an empty folder.

    nbval would start it beside the notebook, where all other files are.
    """

    def collect(self):
        try:
            read(self.path)
        except NotebookError:
            yield Unreadable.from_parent(self, name="notebook")
            return
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
        self.kernel = Kernel(work, environment)
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
        kernel = self.parent.kernel
        kernel.changed = False
        try:
            super().runtest()
        except KernelEnd:
            self.parent.timed_out = True  # so that the other cells may fail
            raise
        except NbCellError:
            if not kernel.changed:
                raise
        if kernel.changed:
            raise OutputError(CHANGES)
        if self.cell.source.strip() and self.cell.execution_count is None:
            path = os.path.relpath(self.path)
            raise OutputError(f"it was never run: make refresh NB={path}")
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
