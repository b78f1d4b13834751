"""Runs in the kernel of a notebook: gives a check one answer after another.

Each answer and the check are executed in a copy of the notebook's names, so
that nothing they define is left for the cells that follow.
"""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO


def attempt(answer, check, names):
    printed, raised = StringIO(), None
    with redirect_stdout(printed), redirect_stderr(StringIO()):
        for what, code in (("itself", answer), ("the check", check)):
            try:
                exec(code, names)
            except Exception as error:
                raised = f"{what} raise {type(error).__name__}: {error}"
                break
    return {"printed": printed.getvalue(), "raised": raised}


task, namespace = json.loads(globals()["task"]), globals()["namespace"]
replies = [
    attempt(answer, task["check"], dict(namespace))
    for answer in task["answers"]
]
print(json.dumps(replies))
