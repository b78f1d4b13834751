"""Runs in the kernel of a notebook before its first cell, with --sums: has
TensorFlow take its sums and means otherwise, as another machine would.

A GPU adds the same numbers in another order, and rounds otherwise on the way.
So does `order` here: "reversed" adds from the last to the first, "float64"
rounds once, at the end. What doesn't agree to as many digits as are printed
doesn't hold elsewhere.

All of `tf.reduce_sum`, `tf.reduce_mean`, their aliases, what TensorFlow and
Keras build on them, and the gradients of it all pass through two functions.
Products of matrices, and losses that TensorFlow computes in one operation,
don't.
"""

import tensorflow as tf
from tensorflow.python.ops import gen_math_ops


def otherwise(total):
    def in_float64(array, axis, keep_dims=False, name=None):
        array = tf.convert_to_tensor(array)
        wide = tf.float64 if array.dtype.is_floating else array.dtype
        result = total(tf.cast(array, wide), axis, keep_dims, name)
        return tf.cast(result, array.dtype)

    def in_reverse(array, axis, keep_dims=False, name=None):
        axes = tf.reshape(tf.cast(axis, tf.int32), [-1])
        return total(tf.reverse(array, axes), axis, keep_dims, name)

    return {"float64": in_float64, "reversed": in_reverse}[order]  # noqa: F821


gen_math_ops._sum = otherwise(gen_math_ops._sum)
gen_math_ops.mean = otherwise(gen_math_ops.mean)
