"""Says what each notebook cost, as a multiple of what none can do without: to
start a kernel and to run the first cell, which imports TensorFlow.

A ratio is the same on a slow machine and on a fast one, more or less. So a
test run only reports it; `make bench`, where nothing else runs, holds it
against the limit.
"""

from collections import defaultdict

import pytest


def pytest_addoption(parser):
    parser.addini("notebook_budget", "highest cost, in first cells")
    help = "fail if a notebook costs more than notebook_budget"
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
        """Yield each notebook, its seconds and its multiple of the first."""
        for notebook, cells in sorted(self.seconds.items()):
            seconds = list(cells.values())
            yield notebook, sum(seconds), sum(seconds) / seconds[0]

    def pytest_sessionfinish(self, session):
        if self.strict and any(
            cost > self.limit for _, _, cost in self.costs()
        ):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    def pytest_terminal_summary(self, terminalreporter):
        title = f"cost of a notebook, in first cells; limit {self.limit:g}"
        if self.seconds:
            terminalreporter.section(title)
        for notebook, seconds, cost in self.costs():
            verdict = ", over the limit" if cost > self.limit else ""
            line = f"{cost:.2f} ({seconds:.1f} s) {notebook}{verdict}"
            terminalreporter.write_line(line)
