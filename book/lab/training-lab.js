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
    __proto__: null, // or constructor would be one
    "gradient descent": (past, gradient, rate) => -f32(gradient * rate),
    momentum,
    Nesterov: (past, gradient, rate) =>
      f32(f32(momentum(past, gradient, rate) * KEEP) - f32(gradient * rate)),
    RMSprop(past, gradient, rate) {
      past.v = f32(f32(KEEP * past.v) + f32(FAST * f32(gradient * gradient)));
      return -f32(f32(rate * gradient) / f32(Math.sqrt(f32(past.v + EPSILON))));
    },
    Adam(past, gradient, rate, step) {
      const slow = f32(Math.sqrt(f32(1 - f32(BETA ** step)))),
        alpha = f32(f32(rate * slow) / f32(1 - f32(KEEP ** step)));
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

  // What is wrong with the data, in words
  const objection = (x, y) => {
    const odd = x.findIndex((v, i) => !isFinite(v + y[i]));
    return x.length !== y.length ? `x has ${x.length} numbers and y has ${y.length}: a point needs one of each.`
      : x.length < 2 ? `A line needs two points or more, not ${x.length}.`
      : odd >= 0 ? `Point ${odd + 1} isn't finite: mend it, or take it out.`
      : x.every((v) => v === x[0]) ? "All x are equal, so every weight fits alike."
      : "";
  };

  // The loss is a bowl over weight and bias: its lowest point, the loss there, and what makes an
  // ellipse of equal loss of a circle, by Cholesky: [[mean x², mean x], [mean x, 1]] = L Lᵀ.
  const bowl = (x, y) => {
    const mean = (v) => x.reduce((sum, _, i) => sum + v(i), 0) / x.length;
    const x0 = mean((i) => x[i]), y0 = mean((i) => y[i]), spread = Math.sqrt(mean((i) => (x[i] - x0) ** 2)),
      weight = mean((i) => (x[i] - x0) * (y[i] - y0)) / spread ** 2, bias = y0 - weight * x0,
      size = Math.hypot(spread, x0), loss = mean((i) => (weight * x[i] + bias - y[i]) ** 2);
    return {weight, bias, loss, ellipse: [1 / size, -x0 / size / spread, size / spread]};
  };

  const list = (count, v) => Array.from({length: count}, (_, k) => +v(k).toPrecision(9));
  const multiples = (step, low, high) => {
    const first = Math.ceil(low / step - 1e-9);
    return list(Math.floor(high / step + 1e-9) - first + 1, (k) => (first + k) * step);
  };
  const nice = (step) => {
    const unit = 10 ** Math.floor(Math.log10(step));
    return unit * [1, 2, 5, 10].find((many) => many * unit >= step * 0.99);
  };
  const nearest = (values, v) =>
    values.reduce((best, item, k) => item === v || Math.abs(item - v) < Math.abs(values[best] - v) ? k : best, 0);
  const limits = (values, pad = 0) => {
    const low = Math.min(...values), high = Math.max(...values), more = (high - low || 1) * pad;
    return [low - more, high + more];
  };
  const short = (v) => {
    const text = `${+v.toPrecision(4)}`;
    return /e|.{7}/.test(text) ? v.toExponential(2) : text;
  };

  // All pictures have one size, in units of about a pixel.
  const WIDTH = 340, HEIGHT = 236, LEFT = 44, TOP = 8, ACROSS = 288, DOWN = 190;

  // Where a point lies. One far outside keeps its direction, and the frame cuts it off.
  const place = ([left, right], [bottom, top], log) => {
    const level = log ? (v) => Math.log10(v || 1e-45) : Number;
    return ([x, y]) => {
      const across = (x - left) / (right - left) - 0.5, up = (level(y) - level(bottom)) / (level(top) - level(bottom)) - 0.5,
        far = Math.max(1, Math.abs(across) / 20, Math.abs(up) / 20);
      return [(across / far + 0.5) * ACROSS, (0.5 - up / far) * DOWN].map((v) => +v.toFixed(1));
    };
  };
  const dots = (kind, points) => `<path class="${kind}" d="M${points.join("h0M")}h0"/>`;
  const line = (kind, points) => { // without points that nobody could tell from the last one
    let [x, y] = points[0], text = `M${x} ${y}`;
    for (const point of points) {
      if (Math.abs(point[0] - x) + Math.abs(point[1] - y) < 0.5) continue;
      [x, y] = point;
      text += `L${x} ${y}`;
    }
    return `<path class="${kind}" d="${text}"/>`;
  };
  const word = (x, y, text, more = "") => `<text x="${x}" y="${y}" ${more}>${text}</text>`;
  const frame = (across, up, names, inside, log) => {
    const at = place(across, up, log), text = (v) => short(v).replace("-", "−"),
      ticks = ([low, high]) => multiples(nice((high - low) / 6), low, high),
      levels = log ? multiples(1, ...up.map(Math.log10)).map((power) => 10 ** power) : ticks(up);
    return levels.map((v) => {
      const y = TOP + at([0, v])[1];
      return `<path class="thin" d="M${LEFT} ${y}h${ACROSS}"/>` + word(LEFT - 6, y + 4, text(v), 'class="end"');
    }).join("")
      + ticks(across).map((v) => word(LEFT + at([v, up[0]])[0], TOP + DOWN + 14, text(v))).join("")
      + word(LEFT + ACROSS / 2, HEIGHT - 5, names[0])
      + word(0, 0, names[1], `transform="translate(10 ${TOP + DOWN / 2}) rotate(-90)"`)
      + `<svg x="${LEFT}" y="${TOP}" width="${ACROSS}" height="${DOWN}">${inside(at)}</svg>`
      + `<path class="soft" d="M${LEFT} ${TOP}v${DOWN}h${ACROSS}"/>`;
  };

  // Ink is the page's own, and other colours are mixed with it: so they suit any theme.
  const STYLE = `
:host { display: block; max-width: 720px; line-height: 1.4;
  --line: var(--accent, color-mix(in srgb, #2a7fc1 80%, currentColor));
  --other: var(--bad, color-mix(in srgb, #d2691e 80%, currentColor));
  --soft: var(--muted, color-mix(in srgb, currentColor 70%, transparent));
  --thin: var(--edge, color-mix(in srgb, currentColor 18%, transparent)) }
:host * { box-sizing: border-box; font-size: 14px; font-variant-numeric: tabular-nums; margin: 0 }
.grid { display: grid; gap: 8px 20px; grid-template-columns: repeat(auto-fit, minmax(min(44%, 190px), 1fr)) }
.grid>div { display: flex; flex-wrap: wrap; justify-content: space-between }
.pictures { grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)) }
input, select, button { font: inherit; color: inherit; accent-color: var(--line) }
[type=range], select { width: 100%; height: 26px }
select, button { background: none; border: 1px solid var(--soft); border-radius: 4px; padding: 2px 8px }
option { color: FieldText; background: Field }
.bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: start; margin-top: 14px }
.bar p { flex: 1 300px; padding: 4px 0; min-height: 68px }
.bad { color: var(--other) }
figure { position: relative; line-height: 26px }
figure label { position: absolute; top: 0; right: 8px }
i { font-style: normal; text-decoration: underline 2px var(--line); forced-color-adjust: preserve-parent-color }
i.other { text-decoration-color: var(--other) }
figure button { position: absolute; width: 24px; height: 24px; border: 2px solid var(--other); border-radius: 50%;
  transform: translate(-50%, -50%); cursor: grab; touch-action: none }
svg { display: block; width: 100% }
text { font-size: 11px; fill: var(--soft); text-anchor: middle }
.end { text-anchor: end }
path, circle { fill: none; stroke: var(--line); stroke-width: 1.6; stroke-linecap: round; vector-effect: non-scaling-stroke }
.thin, .soft { stroke: var(--thin); stroke-width: 1 }
.soft { stroke: var(--soft) }
figure:first-child svg>.thin { stroke: none }
.long { stroke-width: .6 }
path.other { stroke: var(--other) }
.ink { stroke: currentColor }
.dashed { stroke-dasharray: 2 4 }
.data { stroke-width: 3; opacity: .5 }
.dots { stroke-width: 5 }
.now { stroke-width: 9 }
.rows { max-height: 15em; overflow: auto }
th, td { text-align: right; padding: 0 16px 0 0; font-weight: 400 }
@media print { .grid:not(.pictures), button, summary, label { display: none } }`;

  const NAMES = {lr: "learning rate", epochs: "epochs", batch: "batch size", weight: "start weight", bias: "start bias"};
  const slider = (key) => `<div><label for=${key}>${NAMES[key]}</label><span></span><input type=range min=0 id=${key}></div>`;
  const option = (rule, k) => `<option value=${k}>${rule}`;
  const figure = (caption, more = "") =>
    `<figure><figcaption>${caption}</figcaption>${more}<svg role=img viewBox="0 0 ${WIDTH} ${HEIGHT}"></svg></figure>`;
  const PAGE = "<div class=grid>" + Object.keys(NAMES).map(slider).join("")
    + `<div><label for=rule>rule</label><select id=rule>${Object.keys(RULES).map(option).join("")}</select></div></div>
<div class=bar><button id=play>Play</button><button id=reset>Reset</button><p role=status></p></div>
<div class="grid pictures">` + figure("Path over the loss", "<button id=start></button>") + figure("Data and line")
    + figure("Loss per epoch", "<label><input type=checkbox id=log> log axis</label>")
    + figure("<i>Weight</i> and <i class=other>bias</i> per epoch")
    + `</div><details><summary>Numbers, epoch by epoch</summary><div class=rows tabindex=0 role=region aria-label=Numbers>
<table><thead><tr><th scope=col>epoch<th scope=col>weight<th scope=col>bias<th scope=col>loss<tbody></table></div></details>`;

  if (globalThis.customElements && !customElements.get("training-lab")) { // not in Node, and once
    const sheet = new CSSStyleSheet(); // the site's policy allows no style inside the page
    sheet.replaceSync(STYLE);
    customElements.define("training-lab", class extends HTMLElement {
      connectedCallback() {
        if (this.shadowRoot) return; // moved, not new
        this.attachShadow({mode: "open"}).adoptedStyleSheets = [sheet];
        const numbers = (name) =>
          new Float32Array(Uint8Array.from(atob(this.getAttribute(name)), (sign) => sign.charCodeAt(0)).buffer);
        let problem = "x and y must be float32 numbers in base64.", data;
        try {
          data = ["x", "y"].map(numbers);
        } catch { /* said above */ }
        if (data) problem = objection(...data) || this.show(...data);
        if (problem) this.shadowRoot.innerHTML = `<p role="status">No figure: ${problem}</p>`;
      }

      show(x, y) {
        const root = this.shadowRoot, find = (name) => root.querySelector(name), best = bowl(x, y),
          defaults = {lr: 0.1, epochs: 20, batch: x.length, weight: 5, bias: 0, rule: "gradient descent"};
        for (const key in defaults) {
          const given = this.getAttribute(key);
          if (key === "rule" ? RULES[given] : given && isFinite(given)) defaults[key] = RULES[given] ? given : +given;
        }
        let state = defaults, fault = "", run, shown, timer;
        const compute = () => train({...state, x, y, learningRate: state.lr, batchSize: state.batch});
        const first = compute().rows[0].loss;
        if (!isFinite(first + best.loss)) return "The loss is too large for float32: divide x or y by a constant.";

        // The window over weight and bias: one unit of each is equally long, as in chapter 5.
        const half = 1.5 * Math.max(Math.abs(state.bias - best.bias), Math.abs(state.weight - best.weight) * DOWN / ACROSS) || 1,
          wide = half * ACROSS / DOWN, step = nice(half / 80),
          across = [best.weight - wide, best.weight + wide], up = [best.bias - half, best.bias + half];
        const values = { // what the sliders can be set to
          __proto__: null,
          lr: list(721, (k) => (1 + k % 180 / 20) * 10 ** (Math.floor(k / 180) - 4)),
          epochs: list(Math.max(200, state.epochs), (k) => k + 1),
          batch: [...list(31, (k) => 2 ** k).filter((size) => size < x.length), x.length],
          weight: multiples(step, ...across), bias: multiples(step, ...up), rule: Object.keys(RULES),
        };

        root.innerHTML = PAGE;
        const pictures = root.querySelectorAll("[role=img]"), start = find("#start"), status = find("p"),
          log = find("#log"), details = find("details"), button = find("#play");

        const draw = () => {
          const all = run.rows, rows = all.slice(0, shown + 1), now = rows[shown], epochs = [0, state.epochs], time = [0, state.epochs * 1.03],
            end = shown === all.length - 1 ? Infinity : shown * Math.ceil(x.length / state.batch) + 1,
            above = (row) => Math.max(row.loss - best.loss, first * 1e-7),
            history = (at, name, kind) => line(kind, rows.map((row) => at([row.epoch, row[name]]))) + dots(kind + "now", [at([shown, now[name]])]),
            constant = (at, name, kind) => line(kind + "dashed", epochs.map((epoch) => at([epoch, best[name]]))),
            highest = 1.2 * Math.max(first, all[0].loss);
          [
            frame(across, up, ["weight", "bias"], (at) => {
              const [left, top] = at([best.weight, best.bias]), unit = DOWN / 2 / half, [a, c, d] = best.ellipse;
              const apart = Math.sqrt(Math.max(first - best.loss, best.loss * 1e-6)) / 4;
              return `<g transform="matrix(${a * unit} 0 ${c * unit} ${-d * unit} ${left} ${top})">`
                + list(10, (k) => k * apart).map((r) => `<circle class="thin" r="${r}"/>`).join("")
                + "</g>"
                + line(run.path.length > 500 ? "long" : "", run.path.slice(0, end).map(at))
                + dots("dots", (shown > 60 ? [now] : rows).map((row) => at([row.weight, row.bias])))
                + `<path class="ink" d="M${left - 5} ${top - 5}l10 10m0-10l-10 10"/>`;
            }),
            frame(limits(x, 0.06), limits(y, 0.06), ["x", "y"], (at) => dots("soft data", Array.from(x, (v, i) => at([v, y[i]])))
              + [rows[0], now].map((row, k) => line(k ? "" : "other dashed", limits(x).map((v) => at([v, row.weight * v + row.bias])))).join("")),
            frame(time, log.checked ? [Math.min(...all.map(above), best.loss || 1), highest].map((loss, k) => 10 ** Math.floor(Math.log10(loss) + k)) : [0, highest],
              ["epoch", log.checked ? "loss (log)" : "loss"], (at) => constant(at, "loss", "soft ")
                + (log.checked ? line("other", rows.map((row) => at([row.epoch, above(row)]))) + word(ACROSS - 4, 12, "lower: loss minus lowest", 'class="end"') : "")
                + history(at, "loss", ""), log.checked),
            frame(time, limits([...across, ...up]), ["epoch", "value"], (at) =>
              constant(at, "weight", "") + constant(at, "bias", "other ") + history(at, "weight", "") + history(at, "bias", "other ")),
          ].forEach((content, k) => pictures[k].innerHTML = content);
        };

        const stop = () => {
          timer = cancelAnimationFrame(timer);
          button.textContent = "Play";
        };
        const update = () => {
          stop();
          for (const key in values) {
            const control = find("#" + key), v = state[key];
            control.max = values[key].length - 1;
            control.value = nearest(values[key], v);
            if (key !== "rule") control.ariaValueText = control.previousSibling.textContent = short(v);
          }
          run = compute();
          const {rows, lost} = run, [before, last] = rows.slice(-2), limit = 2 * rows[0].loss + 1e-6, doubled = rows.find((row) => row.loss > limit);
          shown = rows.length - 1;
          draw();
          const [left, top] = place(across, up)([state.weight, state.bias]);
          start.style.left = `${(LEFT + left) / WIDTH * 100}%`;
          start.style.top = `calc(26px + ${(TOP + top) / HEIGHT} * (100% - 26px))`;
          start.ariaLabel = `Start: weight ${short(state.weight)}, bias ${short(state.bias)}; arrow keys move it`;
          const tell = ({weight, bias, loss}) => `weight ${short(weight)}, bias ${short(bias)}, loss ${short(loss)}`;
          const story = (lost ? `The run diverges: in epoch ${lost} its numbers outgrow float32. `
            : doubled ? `${last.loss > limit ? "The run diverges: after" : "After"} epoch ${doubled.epoch} its loss is more than twice the first. `
            : last?.loss > before.loss ? "The loss rose in the last epoch. " : "")
            + `After ${shown} epoch${shown === 1 ? "" : "s"}: ${tell(rows[shown])}. Best line: ${tell(best)}.`;
          for (const picture of pictures) picture.ariaLabel = `${picture.parentNode.firstChild.textContent}. ${story}`;
          status.textContent = fault + story;
          status.className = fault || lost || doubled ? "bad" : "";
          tabulate();
        };
        const tabulate = () => {
          if (details.open) find("tbody").innerHTML = run.rows.map((row) =>
            `<tr><th scope="row">${row.epoch}` + [row.weight, row.bias, row.loss].map((v) => `<td>${v.toPrecision(7)}`).join("")).join("");
        };

        const play = () => {
          const last = run.rows.length - 1;
          if (timer) return update();
          if (matchMedia("(prefers-reduced-motion: reduce)").matches) { // a step for each press
            shown = ++shown % run.rows.length;
            return draw();
          }
          button.textContent = "Stop";
          let begin;
          const tick = (time) => {
            shown = Math.min(last, Math.floor((time - (begin ??= time)) / Math.min(300, 6000 / last)));
            draw();
            shown < last ? timer = requestAnimationFrame(tick) : stop();
          };
          timer = requestAnimationFrame(tick);
        };

        // The page's address keeps the state of the lab that was moved last, to be linked to.
        const labs = [...document.querySelectorAll("training-lab[address]")], number = labs.indexOf(this) + 1;
        const write = () => {
          if (!number) return;
          const asks = new URLSearchParams(Object.entries(state).filter(([key, v]) => v !== defaults[key]));
          if (number > 1 && `${asks}`) asks.set("lab", number);
          try {
            history.replaceState(history.state, "", `${asks}` ? `#${asks}` : location.href.split("#")[0]);
          } catch { /* Safari, after 100 changes in 30 s: the next one will be kept */ }
        };
        const read = () => {
          const [hash] = location.hash.slice(1).split(":~:"); // text to find, for browsers that can
          const {lab = 1, ...asks} = Object.fromEntries(new URLSearchParams(hash)), asked = labs[lab - 1];
          if (!/=/.test(hash) || (asked || labs[0]) !== this) return false; // an anchor, or another's
          if (!asked) asks.lab = lab;
          state = {...defaults};
          fault = "";
          for (const key in asks) {
            const known = values[key] || [], v = +asks[key], between = v >= known[0] && v <= known.at(-1);
            if (known.includes(asks[key])) state[key] = asks[key];
            else if (asks[key] && between && (v % 1 === 0 || !/epochs|batch/.test(key))) state[key] = v;
            else fault = `The address asks for ${key}=${asks[key]}, which can't be; these are the defaults. `
              + (values[key] ? "" : `An address may set ${Object.keys(values).join(", ")}. `);
          }
          if (fault) state = defaults;
          return true;
        };

        const set = (change) => {
          state = {...state, ...change};
          fault = "";
          update();
        };
        for (const key in values) {
          find("#" + key).oninput = ({target}) => set({[key]: values[key][target.value]});
          find("#" + key).onchange = write;
        }
        log.onchange = draw;
        details.ontoggle = tabulate;
        button.onclick = play;
        find("#reset").onclick = () => {
          set(defaults);
          write();
        };
        const move = (key, v) => ({[key]: values[key][nearest(values[key], v)]});
        start.onpointerdown = (event) => start.setPointerCapture(event.pointerId);
        start.onpointerup = write;
        start.onpointermove = (event) => {
          if (!start.hasPointerCapture(event.pointerId)) return;
          const {left, top, width} = pictures[0].getBoundingClientRect(), unit = WIDTH / width, per = 2 * half / DOWN;
          set({
            ...move("weight", across[0] + ((event.clientX - left) * unit - LEFT) * per),
            ...move("bias", up[1] - ((event.clientY - top) * unit - TOP) * per),
          });
        };
        this.dataset.lmSuppressShortcuts = "true"; // or JupyterLab would take the arrow keys
        start.onkeydown = (event) => {
          const [key, way] = {ArrowLeft: ["weight", -1], ArrowRight: ["weight", 1], ArrowDown: ["bias", -1], ArrowUp: ["bias", 1]}[event.key] || [];
          if (!key) return;
          event.preventDefault(); // of scrolling
          set(move(key, state[key] + way * step));
          write();
        };

        const asked = read();
        update();
        if (asked) this.scrollIntoView({block: "center"});
        addEventListener("hashchange", () => read() && update());
      }
    });
  }
  if (typeof module === "object") module.exports = {train};
}
