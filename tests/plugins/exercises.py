"""Gives the check of an exercise the answers that it must refuse: wrong ones
that a learner is likely to give, from authoring/answers/, and garbage.

They are tried in the notebook's own kernel, after the check has run on the
stub and before the solution runs. A check that prints no ✗ has accepted an
answer.
"""

import ast
import json
import os
import re
import textwrap
from pathlib import Path

import yaml

TRIAL = Path(__file__).with_name("trial.py").read_text(encoding="utf-8")
REFUSAL = re.compile(r"^✗.*(?:\n .*)*", re.MULTILINE)  # reasons are indented
NONSENSE = (
    "None",
    "'text'",
    "numpy.full((3, 2), 1.5)",
    "1j",
    "True",
    "float('nan')",
    "(lambda *args, **options: 1 / 0)",
)


class ExerciseError(Exception):
    """What is wrong with a check, or with the answers it is tried on."""


def try_answers(item):
    """Raise ExerciseError unless this cell's check refuses as it should."""
    exercise = item.cell.id.replace("check", "exercise")
    path = item.config.rootpath / "authoring/answers"
    path = path / f"{item.path.stem}.yml"
    wrong = read(path).get(exercise, [])
    if len(wrong) < 3:
        how = f"{len(wrong)} wrong answers to {exercise}, not 3 or more"
        raise ExerciseError(f"{os.path.relpath(path)} has {how}")
    stub = next(c.source for c in item.parent.nb.cells if c.id == exercise)
    answers = wrong + [{"answer": code, "says": ""} for code in garbage(stub)]
    replies = ask(item, [answer["answer"] for answer in answers])

    problems = []
    for answer, reply in zip(answers, replies, strict=True):
        if problem := fault(reply, answer["says"]):
            code = textwrap.indent(answer["answer"].strip(), "    ")
            printed = reply["printed"].strip()
            problems.append(f"This answer {problem}:\n{code}\n{printed}")
    told = "".join(reply["printed"] for reply in replies)
    for text in advice(item.cell.source):
        if text not in told:
            problems.append(f"No wrong answer is told {text!r}")
    if problems:
        raise ExerciseError(
            f"{len(problems)} problems with {len(answers)} wrong answers. "
            f"Mend the check, or {os.path.relpath(path)}.\n"
            + "\n".join(problems[:3])
        )


def read(path):
    """Return exercise -> list of {answer: code, says: part of the reply}."""
    if not path.exists():
        return {}
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def garbage(stub):
    """Yield code that puts nonsense in place of what the stub defines."""
    for statement in ast.parse(stub).body:
        match statement:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                names, kinds = [name], ("{}", "lambda *args, **options: {}")
            case ast.Assign(targets=targets):
                nodes = [n for target in targets for n in ast.walk(target)]
                names = [n.id for n in nodes if isinstance(n, ast.Name)]
                kinds = ("{}",)
            case _:
                continue
        for name in names:
            for kind in kinds:
                for value in NONSENSE:
                    yield f"import numpy\n{name} = {kind.format(value)}"


def advice(check):
    """Yield what a check has to say, second in a pair, of a mistake."""
    for node in ast.walk(ast.parse(check)):
        match node:
            case ast.Tuple(elts=[_, ast.Constant(value=str(text))]):
                yield text


def ask(item, answers):
    """Run the check on each answer, in the kernel; return the replies."""
    task = json.dumps({"answers": answers, "check": item.cell.source})
    names = f"{{'task': {task!r}, 'namespace': globals()}}"
    printed = []

    def keep(message):
        if message["content"].get("name") == "stdout":
            printed.append(message["content"]["text"])

    reply = item.parent.kernel.kc.execute_interactive(
        f"exec({TRIAL!r}, {names})",
        store_history=False,
        output_hook=keep,
        timeout=item.config.option.nbval_cell_timeout,
    )
    assert reply["content"]["status"] == "ok", reply["content"]
    return json.loads("".join(printed))


def fault(reply, says):
    """Return what is wrong with a reply, or None."""
    refusals = REFUSAL.findall(reply["printed"])
    if reply["raised"]:
        return f"makes {reply['raised']}"
    if not refusals:
        return "is accepted"
    if not any(says in refusal for refusal in refusals):
        return f"is not told {says!r}"
