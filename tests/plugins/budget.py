"""Says what each notebook cost, as a multiple of what none can do without: to
start a kernel and to run the first cell, which imports TensorFlow.

A ratio is the same on a slow machine and on a fast one, more or less. So a
test run only reports it; `make bench`, where nothing else runs, holds the
whole book to the limit. A chapter that compiles much may cost more than one
that does not.
"""

from collections import defaultdict

import pytest


def pytest_addoption(parser):
    parser.addini("notebook_budget", "highest cost, in first cells")
    help = "fail if the notebooks cost more than notebook_budget"
    parser.addoption("--budget", action="store_true", help=help)


def pytest_configure(config):
    if not hasattr(config, "workerinput"):  # all workers' reports come here
        config.pluginmanager.register(Budget(config))


class Budget:
    def __init__(self, config):
        self.limit = float(config.getini("notebook_budget"))
        self.strict = config.getoption("budget")
        # notebook -> cell -> seconds
        self.seconds = defaultdict(lambda: defaultdict(float))

    def pytest_runtest_logreport(self, report):
        notebook, _, cell = report.nodeid.partition("::")
        if notebook.endswith(".ipynb"):
            self.seconds[notebook][cell] += report.duration

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

    def pytest_sessionfinish(self, session):
        if self.strict and self.seconds and self.is_over():
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        if self.seconds:
            terminalreporter.section("cost of a notebook, in first cells")
            for notebook, (cost, first) in self.costs().items():
                line = f"{cost / first:.2f} ({cost:.1f} s) {notebook}"
                terminalreporter.write_line(line)
            if self.is_over():
                terminalreporter.write_line(f"over the limit, {self.limit:g}")
