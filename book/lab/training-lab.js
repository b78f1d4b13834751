// The training lab: a figure that redoes the loop's own arithmetic on the chapter's own data.
// `train` is plain arithmetic and runs in Node too; the element below it draws what `train` returns.
{
  // TensorFlow computes in float32. Rounded like that after each operation, the numbers agree.
  const f32 = Math.fround;

  // Every learning rule gets what it remembers of a parameter, the gradient, the learning rate and
  // the number of the step, and returns what to add. The constants are the defaults of Keras.
  const KEEP = f32(0.9), FAST = f32(0.1), BETA = f32(0.999), SLOW = f32(0.001), EPSILON = f32(1e-7);
  const momentum = (past, gradient, rate) => past.m = f32(f32(past.m * KEEP) - f32(gradient * rate));
  const RULES = {
    "gradient descent": (past, gradient, rate) => -f32(gradient * rate),
    momentum,
    Nesterov: (past, gradient, rate) =>
      f32(f32(momentum(past, gradient, rate) * KEEP) - f32(gradient * rate)),
    RMSprop(past, gradient, rate) {
      past.v = f32(f32(KEEP * past.v) + f32(FAST * f32(gradient * gradient)));
      return -f32(f32(rate * gradient) / f32(Math.sqrt(f32(past.v + EPSILON))));
    },
    Adam(past, gradient, rate, step) {
      const slow = f32(Math.sqrt(f32(1 - f32(BETA ** step))));
      const alpha = f32(f32(rate * slow) / f32(1 - f32(KEEP ** step)));
      past.m = f32(past.m + f32(f32(gradient - past.m) * FAST));
      past.v = f32(past.v + f32(f32(f32(gradient * gradient) - past.v) * SLOW));
      return -f32(f32(past.m * alpha) / f32(f32(Math.sqrt(past.v)) + EPSILON));
    },
  };

  // The order of the mini-batches, as chapter 5 makes it: the same on every machine.
  const shuffle = (order, state) => {
    for (let last = order.length - 1; last > 0; last--) {
      state = (Math.imul(1664525, state) + 1013904223) >>> 0;
      const other = Math.floor(state * (last + 1) / 2 ** 32);
      [order[last], order[other]] = [order[other], order[last]];
    }
    return state;
  };

  // Returns a row an epoch (row 0 is the start) and the path, a point a step. Both end before the
  // first number that float32 can't hold; `lost` is then its epoch.
  const train = ({x, y, weight, bias, learningRate, epochs, batchSize, rule}) => {
    const n = x.length, rate = f32(learningRate), update = RULES[rule];
    const order = Uint32Array.from(x, (_, i) => i), pasts = [{m: 0, v: 0}, {m: 0, v: 0}];
    let w = f32(weight), b = f32(bias), step = 0, state = 0;
    const loss = () => {
      let sum = 0;
      for (let i = 0; i < n; i++) {
        const residual = f32(y[i] - f32(f32(w * x[i]) + b));
        sum += f32(residual * residual);
      }
      return f32(f32(sum) / n); // as TensorFlow: the sum must fit, too
    };
    const rows = [{epoch: 0, weight: w, bias: b, loss: loss()}], path = [[w, b]];
    for (let epoch = 1; epoch <= epochs; epoch++) {
      if (batchSize < n) state = shuffle(order, state);
      for (let start = 0; start < n; start += batchSize) {
        const end = Math.min(start + batchSize, n);
        let alongWeight = 0, alongBias = 0;
        for (let k = start; k < end; k++) {
          const i = order[k], residual = f32(f32(f32(w * x[i]) + b) - y[i]);
          alongWeight += f32(residual * x[i]);
          alongBias += residual;
        }
        const share = 2 / (end - start);
        step++;
        w = f32(w + update(pasts[0], f32(share * alongWeight), rate, step));
        b = f32(b + update(pasts[1], f32(share * alongBias), rate, step));
        if (!isFinite(w + b)) return {rows, path, lost: epoch};
        path.push([w, b]);
      }
      const row = {epoch, weight: w, bias: b, loss: loss()};
      if (!isFinite(row.loss)) return {rows, path, lost: epoch};
      rows.push(row);
    }
    return {rows, path, lost: null};
  };

  if (typeof module === "object") module.exports = {train};
}
