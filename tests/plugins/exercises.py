"""Tries the check of an exercise on answers that it must take, and on answers
that it must refuse.

From authoring/answers/: right answers, written in other ways than the
solution; wrong ones that a learner is likely to give, with a part of the
reply that each deserves. Besides: garbage, and the mutants of the solution,
but for those that authoring/answers/ calls equal, with the reason.

They are tried in the notebook's own kernel, after the check has run on the
stub and before the solution runs. A check that prints no ✗ has accepted.
"""

import ast
import json
import os
import re
import textwrap
from functools import partial
from pathlib import Path

import yaml
from mutants import mutants

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


def pytest_addoption(parser):
    help = "whether checks are tried on answers: yes or no"
    parser.addini("try_answers", help, default="yes")
    help = "seconds after which an answer that goes on is ended"
    parser.addini("answer_timeout", help, default="10")


def try_answers(item):
    """Raise ExerciseError unless this cell's check judges as it should."""
    if item.config.getini("try_answers") == "no":
        return
    exercise = item.cell.id.replace("check", "exercise")
    path = item.config.rootpath / "authoring/answers"
    path = path / f"{item.path.stem}.yml"
    answers = read(path).get(exercise, {})
    sources = {cell.id: cell.source for cell in item.parent.nb.cells}
    solved = mutants(
        solution(sources[exercise.replace("exercise", "solution")])
    )
    tried = list(trials(answers, sources[exercise], solved))
    replies = ask(item, [answer for answer, _ in tried])

    problems = list(missing(answers, solved, item.cell.source, replies))
    for (answer, judge), reply in zip(tried, replies, strict=True):
        if problem := judge(reply):
            code = textwrap.indent(answer.strip(), "    ")
            printed = reply["printed"].strip()
            problems.append(f"This answer {problem}:\n{code}\n{printed}")
    if problems:
        raise ExerciseError(
            f"{len(problems)} problems with {len(tried)} answers to "
            f"{exercise}. Mend the check, or {os.path.relpath(path)}.\n"
            + "\n".join(problems[:3])
        )


def read(path):
    """Return exercise → right, wrong, equal → list of entries."""
    if not path.exists():
        return {}
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def solution(source):
    """The code of a solution without its last line, which calls the check."""
    return ast.unparse(ast.Module(ast.parse(source).body[:-1], []))


def trials(answers, stub, solved):
    """Yield each answer with what says, of the reply, what is wrong."""
    for entry in answers.get("right", []):
        yield entry["answer"], refused
    for entry in answers.get("wrong", []):
        yield entry["answer"], partial(accepted, says=entry["says"])
    for code in garbage(stub):
        yield code, accepted
    equal = {entry["mutant"].strip() for entry in answers.get("equal", [])}
    for mutant, change in solved.items():
        yield mutant, refused if change in equal else survives


def refused(reply):
    if reply["raised"]:
        return f"is right, and makes {reply['raised']}"
    if "✗" in reply["printed"] or "✓" not in reply["printed"]:
        return "is right, and refused"


def accepted(reply, says=""):
    refusals = REFUSAL.findall(reply["printed"])
    if reply["raised"]:
        return f"makes {reply['raised']}"
    if not refusals:
        return "is accepted"
    if not any(says in refusal for refusal in refusals):
        return f"is not told {says!r}"


def survives(reply):
    """A mutant may raise by itself; a learner would see the error."""
    if not (reply["raised"] or "").startswith("itself"):
        return accepted(reply)


def missing(answers, solved, check, replies):
    """Yield what there should be: enough answers, and one for each advice."""
    for kind in ("right", "wrong"):
        if (count := len(answers.get(kind, []))) < 3:
            yield f"There are {count} {kind} answers, not 3 or more"
    for entry in answers.get("equal", []):
        if entry["mutant"].strip() not in solved.values():
            yield f"No mutant has {entry['mutant']!r}, which is called equal"
        if not entry.get("why"):
            yield f"No reason why {entry['mutant']!r} is equal"
    told = "".join(reply["printed"] for reply in replies)
    for text in advice(check):
        if text not in told:
            yield f"No wrong answer is told {text!r}"


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
    named = {}
    for node in ast.walk(ast.parse(check)):
        match node:
            case ast.Assign([ast.Name(name)], ast.Constant(str(text))):
                named[name] = text
            case ast.Tuple([_, ast.Constant(str(text))]):
                yield text
            case ast.Tuple([_, ast.Name(name)]) if name in named:
                yield named[name]


def ask(item, answers):
    """Run the check on each answer, in the kernel; return the replies."""
    task = json.dumps(
        {
            "answers": answers,
            "check": item.cell.source,
            "seconds": float(item.config.getini("answer_timeout")),
        }
    )
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
    return json.loads("".join(printed).splitlines()[-1])  # logs come before
