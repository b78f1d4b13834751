"""The lab computes what TensorFlow and Keras compute, epoch by epoch."""

import json
import subprocess

import numpy as np
import pytest
from refresh import LAB, SCRIPT, carried_lab, small_lab
from stored import CHAPTERS, lab_cell, stored_lab

RUN = """
const {train} = require(process.argv[1]);
const {data, cases} = JSON.parse(require("fs").readFileSync(0));
const run = (one) => {
  const {x, y, weight, bias} = data[one.data];
  return train({
    ...one, weight, bias, x: Float32Array.from(x), y: Float32Array.from(y),
  });
};
console.log(JSON.stringify(cases.map(run)));
"""


def by_node(node, script, reference, cases):
    task = json.dumps({"data": reference["data"], "cases": cases})
    command = [node, "-e", RUN, str(script)]
    run = subprocess.run(
        command, input=task, capture_output=True, encoding="utf-8"
    )
    assert run.returncode == 0, run.stderr
    runs = json.loads(run.stdout)
    columns = ("weight", "bias", "loss")
    return [
        np.array([[row[k] for k in columns] for row in run["rows"]], float)
        for run in runs
    ], runs


def test_every_epoch_of_every_rule_is_that_of_keras(node, script, reference):
    cases = reference["cases"]
    found, _ = by_node(node, script, reference, cases)
    largest = {}
    for case, rows in zip(cases, found, strict=True):
        count = case["repeated"]
        at_rest = case["rule"] == "RMSprop" and case["learningRate"] == 0.5
        assert count == len(case["rows"]) or at_rest and count > 20, case
        expected = np.array(case["rows"][:count])
        assert len(rows) == case["epochs"] + 1
        apart = np.abs(rows[:count] - expected)
        apart[:, :2] /= np.maximum(1, np.abs(expected[:, :2]))
        apart[:, 2] /= expected[:, 2]
        name = case["rule"]
        largest[name] = np.maximum(largest.get(name, 0), apart.max(axis=0))
    for rule, apart in largest.items():
        weight, bias, loss = apart
        print(f"{rule:17} {weight:.0e} {bias:.0e} {loss:.0e}")
    assert all((apart < 1e-5).all() for apart in largest.values()), largest


def test_batches_are_those_of_chapter_5(node, script, reference):
    case = {"data": "line", "rule": "gradient descent", "learningRate": 0.1}
    case |= {"batchSize": 32, "epochs": 3}
    (rows,), _ = by_node(node, script, reference, [case])
    np.testing.assert_allclose(rows[-1], reference["in batches"], rtol=1e-5)


def test_a_run_ends_where_float32_ends(node, script, reference):
    case = {"data": "line", "rule": "gradient descent", "learningRate": 1.0}
    case |= {"batchSize": 201, "epochs": 200}
    (rows,), (run,) = by_node(node, script, reference, [case])
    assert np.isfinite(rows).all() and run["lost"] == len(rows)
    assert rows[-1, 2] > 1e30 and np.isfinite(run["path"]).all()


@pytest.mark.parametrize("path", CHAPTERS)
def test_a_notebook_carries_the_script_as_it_is(path):
    advice = f"not that of {LAB}: make refresh NB={path}"
    assert carried_lab(lab_cell(path).source) == small_lab(), advice
    assert SCRIPT.search(lab_cell(path).source)[0] in stored_lab(path), advice


def test_no_template_is_inside_another():
    """What makes the script small would squeeze the text of the inner one."""
    assert "`" not in "".join(
        part.partition("}")[0]
        for part in LAB.read_text(encoding="utf-8").split("${")[1:]
    )
