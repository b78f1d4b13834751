"""What each notebook costs: the time of its cells in a new kernel, and the
memory of that kernel, TensorFlow included; without the answers to exercises,
which only the tests try.

Each run says the time as a multiple of what no notebook can do without: to
start a kernel and to run the first cell, which imports TensorFlow. A ratio is
the same on a slow machine and on a fast one, more or less. `make bench`, where
nothing else runs, holds the mean to the limit, and `make status` keeps what it
measures.
"""

import json
import os
import platform
from collections import defaultdict
from datetime import date
from pathlib import Path

import psutil
import pytest

# in bytes; Linux counts in KiB, macOS in bytes
MEMORY = """
import resource, sys
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(peak if sys.platform == "darwin" else 1024 * peak)
"""


def pytest_addoption(parser):
    parser.addini("notebook_budget", "highest mean cost, in first cells")
    help = "fail if the notebooks cost more than notebook_budget"
    parser.addoption("--budget", action="store_true", help=help)
    help = "write run time and memory of the notebooks; needs -n0"
    parser.addoption("--record", type=Path, metavar="FILE", help=help)


def pytest_configure(config):
    if config.getoption("record") and config.getoption("numprocesses"):
        raise pytest.UsageError("--record needs -n0: one at a time")
    if not hasattr(config, "workerinput"):  # all workers' reports come here
        config.pluginmanager.register(Cost(config))


class Cost:
    def __init__(self, config):
        self.limit = float(config.getini("notebook_budget"))
        self.strict = config.getoption("budget")
        self.record = config.getoption("record")
        # notebook -> cell -> seconds
        self.seconds = defaultdict(lambda: defaultdict(float))
        self.bytes = {}
        if self.record:
            self.record.unlink(missing_ok=True)

    def pytest_runtest_logreport(self, report):
        notebook, _, cell = report.nodeid.partition("::")
        if notebook.endswith(".ipynb") and report.when != "teardown":
            own = dict(report.user_properties) if report.when == "call" else {}
            self.seconds[notebook][cell] += own.get("seconds", report.duration)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_teardown(self, item, nextitem):
        """Ask the kernel after its last cell, while it is still there."""
        last = not nextitem or nextitem.path != item.path
        if self.record and last and item.path.suffix == ".ipynb":
            notebook = item.nodeid.partition("::")[0]
            self.bytes[notebook] = int(ask(item.parent.kernel))

    def costs(self):
        """Return notebook -> seconds of all its cells, and of its first."""
        costs = {}
        for notebook, cells in sorted(self.seconds.items()):
            costs[notebook] = sum(cells.values()), next(iter(cells.values()))
        costs["all notebooks"] = tuple(map(sum, zip(*costs.values())))
        return costs

    def is_over(self):
        cost, first = self.costs()["all notebooks"]
        return cost > self.limit * first

    def pytest_sessionfinish(self, session, exitstatus):
        if self.strict and self.seconds and self.is_over():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
        if self.record and not exitstatus:  # what failed is not measured
            self.record.parent.mkdir(parents=True, exist_ok=True)
            self.record.write_text(
                json.dumps(self.measured(), indent=2), encoding="utf-8"
            )

    def measured(self):
        memory = psutil.virtual_memory().total
        return {
            "date": date.today().isoformat(),
            "machine": {
                "cores": os.cpu_count(),
                "memory": f"{memory / 2**30:.0f} GiB",
                "system": f"{platform.system()}, {platform.machine()}",
            },
            "python": platform.python_version(),
            "chapters": {
                notebook: {
                    "seconds": sum(cells.values()),
                    "bytes": self.bytes[notebook],
                }
                for notebook, cells in self.seconds.items()
            },
        }

    def pytest_terminal_summary(self, terminalreporter):
        if self.seconds:
            terminalreporter.section("cost of a notebook, in first cells")
            for notebook, (cost, first) in self.costs().items():
                line = f"{cost / first:.2f} ({cost:.1f} s) {notebook}"
                terminalreporter.write_line(line)
            if self.is_over():
                terminalreporter.write_line(f"over the limit, {self.limit:g}")


def ask(kernel):
    printed = []

    def keep(message):
        if message["content"].get("name") == "stdout":
            printed.append(message["content"]["text"])

    kernel.kc.execute_interactive(MEMORY, timeout=60, output_hook=keep)
    return "".join(printed)
