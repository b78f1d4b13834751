"""Trains the line with TensorFlow and Keras; prints what the lab must repeat.

It reads the labs that the chapters store, by name. Data, model, loss, the
chapters' own loop and the shuffle come from chapter 5 itself. A case is a
setting of the lab, its rows (weight, bias and loss, an epoch each) and how
many of them TensorFlow repeats when it sums up the points in reverse. For
RMSprop these are not all: at the lowest point it divides a gradient that is
nothing but rounding by that gradient's own size, and so turns rounding into
steps.
"""

import json
import sys

import keras
import nbformat
import numpy as np
import tensorflow as tf

CELLS = {
    cell.id: cell.source
    for cell in nbformat.read("book/05-visualization.ipynb", 4).cells
}
chapter = {"np": np, "tf": tf}
exec(CELLS["recap"], chapter)
exec(CELLS["shuffle"], chapter)
exec(CELLS["train-in-batches"], chapter)
LinearModel, loss_of = chapter["LinearModel"], chapter["mean_squared_error"]

DATA = {
    "line": (chapter["x"], chapter["y"], 5.0, 0.0),
    "hubble": (chapter["distance"], chapter["velocity"], 0.0, 0.0),
    "scaled": (3 * chapter["x"], chapter["y"], 5.0, 0.0),
}
OPTIMIZERS = {
    "gradient descent": keras.optimizers.SGD(),
    "momentum": keras.optimizers.SGD(momentum=0.9),
    "Nesterov": keras.optimizers.SGD(momentum=0.9, nesterov=True),
    "RMSprop": keras.optimizers.RMSprop(),
    "Adam": keras.optimizers.Adam(),
}


def trainer(optimizer):
    """Return variables to train, and a function that trains them.

    It takes an order of the points for each epoch, and returns the rows.
    """
    weight, bias = keras.Variable(0.0), keras.Variable(0.0)
    optimizer.build([weight, bias])

    def step(x, y):
        with tf.GradientTape() as tape:
            loss = loss_of(y, weight * x + bias)
        gradients = tape.gradient(loss, [weight.value, bias.value])
        optimizer.apply(gradients, [weight, bias])

    def row(x, y):
        loss = loss_of(y, weight * x + bias)
        return tf.stack([weight.value, bias.value, loss])

    points = tf.TensorSpec([None])
    orders, size = (
        tf.TensorSpec([None, None], "int32"),
        tf.TensorSpec([], "int32"),
    )

    @tf.function(input_signature=[points, points, orders, size])
    def train(x, y, orders, batch):
        epochs, points = tf.shape(orders)[0], tf.shape(orders)[1]
        rows = tf.TensorArray("float32", epochs + 1).write(0, row(x, y))
        for epoch in tf.range(epochs):
            for first in tf.range(0, points, batch):
                chosen = orders[epoch, first : first + batch]
                step(tf.gather(x, chosen), tf.gather(y, chosen))
            rows = rows.write(epoch + 1, row(x, y))
        return rows.stack()

    return weight, bias, train


TRAINERS = {rule: trainer(optimizer) for rule, optimizer in OPTIMIZERS.items()}


def run(data, rule, rate, batch, epochs, reverse=False):
    x, y, *start = DATA[data]
    weight, bias, train = TRAINERS[rule]
    for variable in OPTIMIZERS[rule].variables:
        variable.assign(tf.zeros_like(variable))
    OPTIMIZERS[rule].learning_rate = rate
    weight.assign(start[0])
    bias.assign(start[1])
    orders, order, state = [], list(range(len(x))), 0
    for _ in range(epochs):
        if batch < len(x):
            state = chapter["shuffle"](order, state)
        batches = [order[n : n + batch] for n in range(0, len(x), batch)]
        orders.append(sum((b[:: -1 if reverse else 1] for b in batches), []))
    return train(x, y, orders, batch).numpy().tolist()


def repeated(rows, again):
    """Return how many rows are the same within half of what is allowed."""
    rows, again = np.array(rows), np.array(again)
    size = np.maximum(1, np.abs(rows)) * [1, 1, 0] + rows * [0, 0, 1]
    apart = (np.abs(rows - again) / size).max(axis=1) > 5e-6
    return int(np.argmax(apart)) if apart.any() else len(rows)


def case(data, rule, rate, batch, epochs):
    rows = run(data, rule, rate, batch, epochs)
    again = run(data, rule, rate, batch, epochs, reverse=True)
    return {
        "data": data,
        "rule": rule,
        "learningRate": rate,
        "batchSize": batch,
        "epochs": epochs,
        "rows": rows,
        "repeated": repeated(rows, again),
    }


def by_the_chapter(rate, epochs):
    x, y, *start = DATA["line"]
    history = chapter["train"](LinearModel(*start), x, y, epochs, rate)
    return {
        "data": "line",
        "rule": "gradient descent",
        "learningRate": rate,
        "batchSize": len(x),
        "epochs": epochs,
        "rows": list(zip(*(history[k] for k in ("weight", "bias", "loss")))),
        "repeated": epochs + 1,
    }


def in_batches_by_the_chapter(rate, batch, epochs):
    x, y, *start = DATA["line"]
    model = LinearModel(*start)
    chapter["train_in_batches"](model, x, y, batch, epochs, rate)
    loss = loss_of(y, model(x))
    return [float(model.weight), float(model.bias), float(loss)]


cases = [
    case("line", rule, *setting)
    for rule in OPTIMIZERS
    for setting in [
        (0.01, 201, 60),
        (0.1, 201, 60),
        (0.5, 201, 40),
        (0.1, 32, 10),  # its last batch has 9 points
        (0.0035, 1, 2),
    ]
]
cases += [case("scaled", rule, 0.02, 201, 50) for rule in OPTIMIZERS]
cases.append(case("line", "gradient descent", 0.8, 201, 20))  # diverges
cases.append(case("hubble", "gradient descent", 0.4, 24, 100))
cases += [by_the_chapter(rate, 40) for rate in (0.1, 0.74, 0.745)]
for name, lab in json.load(sys.stdin).items():
    x, y = tf.constant(lab["x"]), tf.constant(lab["y"])
    x *= float(lab.get("scale", 1))
    DATA[name] = x, y, float(lab["weight"]), float(lab["bias"])
    setting = int(lab.get("batch", len(x))), int(lab["epochs"])
    rules = OPTIMIZERS if "race" in lab else [*OPTIMIZERS][:1]
    cases += [case(name, rule, float(lab["lr"]), *setting) for rule in rules]

print(
    json.dumps(
        {
            "data": {
                name: {
                    "x": x.numpy().tolist(),
                    "y": y.numpy().tolist(),
                    "weight": weight,
                    "bias": bias,
                }
                for name, (x, y, weight, bias) in DATA.items()
            },
            "cases": cases,
            "in batches": in_batches_by_the_chapter(0.1, 32, 3),
        }
    )
)
