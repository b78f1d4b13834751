"""What book/changes.md says of TensorFlow and Keras and no chapter runs."""

import os

import pytest


@pytest.fixture(scope="module")
def tf():
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow  # takes seconds, so not while tests are collected

    return tensorflow


def test_a_keras_model_is_no_module_and_sees_none(tf):
    class Line(tf.Module):
        def __init__(self):
            super().__init__()
            self.weight = tf.Variable(5.0)

        def __call__(self, x):
            return self.weight * x

    class Holder(tf.keras.Model):
        def __init__(self):
            super().__init__()
            self.line = Line()

        def call(self, x):
            return self.line(x)

    holder = Holder()
    assert holder(tf.constant(2.0)) == 10
    assert len(holder.line.trainable_variables) == 1
    assert holder.trainable_variables == []
    assert not isinstance(holder, tf.Module)


def test_names_that_are_gone(tf):
    assert not hasattr(tf.keras.losses, "mean_squared_error")
    assert tf.keras.losses.get("mse")([1.0, 3.0], [1.0, 1.0]) == 2
    for name in ("assign", "assign_sub", "sub"):
        assert not hasattr(tf, name)


def test_the_shape_of_the_input_is_asked_for_elsewhere(tf):
    with pytest.warns(UserWarning, match="Do not pass an `input_shape`"):
        layer = tf.keras.layers.Dense(3, input_shape=(4,))
    model = tf.keras.Sequential([layer])
    assert model(tf.zeros((1, 4))).shape == (1, 3)
