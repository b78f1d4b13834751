"""Runs in the kernel of a notebook: gives a check one answer after another.

Each answer and the check are executed in a copy of the notebook's names, so
that nothing they define is left for the cells that follow. One that doesn't
end is ended.
"""

import json
import linecache
import signal
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO


def end(*_):
    raise TimeoutError("it doesn't come to an end")


def remember(code):
    """Keep the code where Python looks it up, as IPython does for a cell.

    tf.function translates what it finds there.
    """
    name = f"<answer {abs(hash(code))}>"
    linecache.cache[name] = len(code), None, code.splitlines(True), name
    return name


def attempt(answer, check, names):
    printed, raised = StringIO(), None
    with redirect_stdout(printed), redirect_stderr(StringIO()):
        for what, code in (("itself", answer), ("the check", check)):
            try:
                exec(compile(code, remember(code), "exec"), names)
            except Exception as error:
                raised = f"{what} raise {type(error).__name__}: {error}"
                break
    return {"printed": printed.getvalue(), "raised": raised}


def limited(answer, check, names, seconds):
    if not hasattr(signal, "setitimer"):  # on Windows
        return attempt(answer, check, names)
    before = signal.signal(signal.SIGALRM, end)
    signal.setitimer(signal.ITIMER_REAL, seconds, seconds)
    try:
        return attempt(answer, check, names)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


task, namespace = json.loads(globals()["task"]), globals()["namespace"]
replies = [
    limited(answer, task["check"], dict(namespace), task["seconds"])
    for answer in task["answers"]
]
print(json.dumps(replies))
