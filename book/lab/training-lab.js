// The training lab: a figure that redoes the loop's own arithmetic on the chapter's own data.
// `train` is plain arithmetic and runs in Node too; the element below it draws what `train` returns.
// Attributes of the element: the data x and y; what it starts with, by the names that an address may
// set, too; controls, the names of those to show, such as "learning-rate epochs", instead of all but
// the scale of x, which brings the curvatures; race, for all rules at once; brief, for the path alone,
// with Play and nothing else.
{ // one block, not indented: a page may run it twice
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

// The loss is a bowl over weight and bias: its lowest point, the loss there, and its curvatures, the
// eigenvalues of its Hessian [[2 mean x², 2 mean x], [2 mean x, 2]], first the larger one, which lies
// in the direction `turn`.
const bowl = (x, y) => {
  const mean = (v) => x.reduce((sum, _, i) => sum + v(i), 0) / x.length;
  const x0 = mean((i) => x[i]), y0 = mean((i) => y[i]), spread = mean((i) => (x[i] - x0) ** 2),
    weight = mean((i) => (x[i] - x0) * (y[i] - y0)) / spread, bias = y0 - weight * x0,
    loss = mean((i) => (weight * x[i] + bias - y[i]) ** 2),
    square = spread + x0 ** 2, steep = square + 1 + Math.hypot(square - 1, 2 * x0);
  return {weight, bias, loss, turn: Math.atan2(2 * x0, square - 1) / 2, curvatures: [steep, 4 * spread / steep]};
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
const clamp = (low, v, high) => Math.max(low, Math.min(v, high));
const nearest = (values, v) =>
  values.reduce((best, item, k) => item === v || Math.abs(item - v) < Math.abs(values[best] - v) ? k : best, 0);
const limits = (values, pad = 0) => {
  const low = Math.min(...values), high = Math.max(...values), more = (high - low || 1) * pad;
  return [low - more, high + more];
};
const short = (v) => {
  const text = `${+v.toPrecision(4)}`;
  return /e|.{8}/.test(text) ? v.toExponential(2) : text;
};
const tick = (v) => {
  const [digits, power] = v.toExponential().split("e");
  const text = Math.abs(power) < 4 || !v ? `${v}`
    : (digits === "1" ? "" : digits + "·") + 10 + [...`${+power}`].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");
  return text.replace("-", "−");
};

// All pictures have one size, in units of about a pixel.
const WIDTH = 340, HEIGHT = 238, LEFT = 46, TOP = 22, ACROSS = 284, DOWN = 180;

// Where a point lies. One far outside keeps its direction, and the frame cuts it off.
const place = ([left, right], [bottom, top], log) => {
  const level = log ? (v) => Math.log10(v || 1e-45) : Number;
  return ([x, y]) => {
    const across = (x - left) / (right - left) - 0.5, up = (level(y) - level(bottom)) / (level(top) - level(bottom)) - 0.5,
      far = Math.max(1, Math.abs(across) / 20, Math.abs(up) / 20);
    return [(across / far + 0.5) * ACROSS, (0.5 - up / far) * DOWN].map((v) => +v.toFixed(1));
  };
};
const inside = ([x, y]) => x >= 0 && x <= ACROSS && y >= 0 && y <= DOWN;
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
const word = (x, y, text, kind = "") => `<text x="${x}" y="${y}" class="${kind}">${text}</text>`;
const arrow = (x, y, dx, dy) => `<path class="arrow" transform="translate(${x} ${y}) rotate(${Math.atan2(dy, dx) * 180 / Math.PI})" d="M0 0l-11 5v-10z"/>`;
// The nearest height at which a word lies on none of those before
const free = (taken, y) => {
  const height = list(24, (k) => y + 15 * (k % 2 ? k + 1 : -k) / 2)
    .find((v) => v > 13 && v < DOWN - 5 && !taken.some((other) => Math.abs(other - v) < 15)) ?? y;
  taken.push(height);
  return height;
};
// A run that leaves the frame for good is drawn to its edge; an arrow and words say the rest.
// `steps`, of an epoch, where the points are steps, or where lines are told apart by their dashes. Of
// many epochs, which may jump back and forth, the points show more than the line.
const curve = (points, end, taken, name, steps) => {
  const out = points.findLastIndex(inside) + 1, gone = out && out < Math.min(end, points.length),
    shown = points.slice(0, gone ? out + 1 : end),
    many = !steps && points.length > 60, drawn = line(many || steps > 1 ? "faint" : "rule", shown) + (many ? dots("", shown) : "");
  if (!gone) return drawn;
  const [x, y] = points[out - 1], dx = points[out][0] - x, dy = points[out][1] - y,
    part = Math.min(dx && (dx > 0 ? ACROSS - x : -x) / dx || 1, dy && (dy > 0 ? DOWN - y : -y) / dy || 1),
    left = x + part * dx, top = y + part * dy, right = left > ACROSS / 2;
  return drawn + arrow(left, top, dx, dy) + word(right ? Math.max(220, left - 14) : Math.min(64, left + 14), free(taken, clamp(14, top - 9, DOWN - 6)),
    `${name} leaves in epoch ${Math.ceil(out / (steps || 1))}`, `name leaves ${right ? "end" : "begin"}`);
};
const frame = (across, up, names, within, log) => {
  const at = place(across, up, log), ticks = ([low, high]) => multiples(nice((high - low) / 6), low, high),
    powers = up.map(Math.log10),
    levels = log ? multiples(Math.ceil((powers[1] - powers[0]) / 9), ...powers).map((power) => 10 ** power) : ticks(up);
  return levels.map((v) => {
    const y = TOP + at([0, v])[1];
    return `<path class="thin" d="M${LEFT} ${y}h${ACROSS}"/>` + word(LEFT - 6, y + 4, tick(+v.toPrecision(9)), "end");
  }).join("")
    + ticks(across).map((v) => word(LEFT + at([v, up[0]])[0], TOP + DOWN + 15, tick(v))).join("")
    + word(LEFT + ACROSS / 2, HEIGHT - 4, names[0]) + word(2, 11, names[1], "begin")
    + `<svg x="${LEFT}" y="${TOP}" width="${ACROSS}" height="${DOWN}">${within(at)}</svg>`
    + `<path class="soft" d="M${LEFT} ${TOP}v${DOWN}h${ACROSS}"/>`;
};

// One meaning a colour: the run, and the weight, blue; a rate that is larger, or too large, orange;
// the bias green; start, best line and curvatures ink; of a race, each rule has its own. Elsewhere than
// on the site, they are mixed with the page's own ink, and so suit any theme.
const STYLE = `
:host { display: block; max-width: 720px; font-size: 14px; line-height: 1.4; --hit: 40px; --wide: .8px;
  --line: var(--accent, color-mix(in srgb, #008cdd 70%, currentColor));
  --other: var(--bad, color-mix(in srgb, #f06410 70%, currentColor));
  --soft: var(--muted, color-mix(in srgb, currentColor 70%, transparent));
  --thin: var(--edge, color-mix(in srgb, currentColor 18%, transparent)) }
* { box-sizing: border-box; font-variant-numeric: tabular-nums; margin: 0 }
[hidden] { display: none !important }
.grid { display: grid; gap: 8px 20px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr)) }
.set { display: grid; grid-template-columns: var(--hit) 1fr auto var(--hit); gap: 0 6px;
  background: linear-gradient(currentColor, currentColor) calc(var(--hit) + 13px + (100% - 2*var(--hit) - 26px)*var(--limit)) calc(100% - var(--hit)/2 + 12px)/2px 24px no-repeat }
.set label { grid-column: 1/3 }
.set span { grid-column: 3/-1; text-align: right }
.set input { grid-column: 2/4 }
.set select { grid-column: 1/-1 }
input, select, button { font: inherit; color: inherit; accent-color: var(--line); height: var(--hit); min-width: 0 }
[type=range], select { width: 100% }
[type=checkbox] { vertical-align: middle }
select, button { background: none; border: 1px solid var(--soft); border-radius: 4px; padding: 0 4px }
button { cursor: pointer; touch-action: manipulation }
[aria-pressed=true] { background: var(--line); color: var(--ground) }
:focus-visible { outline: 3px solid var(--line); outline-offset: -1px }
option { color: FieldText; background: Field }
.bar, #run, #acts { display: flex; flex-wrap: wrap; gap: 8px; align-items: end }
.bar { column-gap: 20px; margin-bottom: 8px }
.bar .set { flex: 1 1 200px }
#run { flex: 1 1 280px; flex-wrap: nowrap }
#acts button { flex: auto }
p { display: grid; grid-template-columns: repeat(3, auto) 1fr; gap: 0 12px; align-content: start; margin: 12px 0; min-height: 4.2em; font-size: .93em }
p .name { grid-column: var(--label); font-weight: 400; color: var(--tone, var(--soft)) }
p :is(.run, .other) { font-weight: 600 }
p .say { grid-column: 1/-1 }
#play { min-width: 5em }
.bad { color: var(--other) }
figure { width: 100% }
.pictures { grid-template-columns: repeat(auto-fit, minmax(min(100%, 280px), 1fr)) }
figcaption { display: flex; justify-content: space-between; gap: 12px }
figcaption label { margin: -11px 0; height: 40px; line-height: 40px }
.view { position: relative }
.view button { position: absolute; width: var(--hit); border: 0; border-radius: 50%; translate: -50% -50%;
  cursor: grab; touch-action: none }
svg { display: block; width: 100% }
text { font-size: 12px; fill: var(--tone, var(--soft)); text-anchor: middle }
.name { font-weight: 600; forced-color-adjust: none; paint-order: stroke; stroke: var(--ground); stroke-width: 3; stroke-linejoin: round }
.end { text-anchor: end }
.begin { text-anchor: start }
path, circle { fill: none; stroke: var(--tone, var(--line)); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round }
.run { --tone: var(--line) }
.other { --tone: var(--other) }
.third { --tone: var(--good, color-mix(in srgb, #3d9d5a 70%, currentColor)) }
.fourth { --tone: var(--further, color-mix(in srgb, #d8456a 70%, currentColor)) }
.ink { --tone: currentColor }
.soft { --tone: var(--soft) }
.bowl circle { fill: color-mix(in srgb, var(--line) 2%, transparent); stroke: color-mix(in srgb, currentColor 54%, transparent);
  stroke-width: var(--wide); vector-effect: non-scaling-stroke }
.thin { stroke: var(--thin); stroke-width: 1 }
.soft path, path.soft { stroke-width: 1 }
.path svg>.thin { stroke: none }
.faint { stroke-width: .8; opacity: .5 }
.arrow { fill: var(--tone); stroke: none }
.dashed { stroke-width: 1.3; stroke-dasharray: 2 4 }
/* colours alone would not tell five rules apart for all eyes */
:host([race]) .third .rule { stroke-dasharray: 1 5 }
:host([race]) .ink .rule { stroke-dasharray: 7 5 }
path.data { stroke-width: 3; opacity: .7 }
.dots { stroke-width: 5 }
.now { stroke-width: 9 }
#legend { display: flex; flex-wrap: wrap; gap: 0 12px; grid-column: 1/-1 }
#legend:empty { display: none }
#legend b { color: var(--tone); font-weight: 600 }
#legend svg { display: inline-block; width: 22px; margin-right: 6px; vertical-align: middle }
summary { padding: 10px 0 }
.rows { max-height: 15em; overflow: auto }
th, td { text-align: right; padding: 0 16px 0 0; font-weight: 400 }
@media (min-width: 628px) { :is(#more, #views)>summary { display: none } }
@media (max-width: 627px) { p { min-height: 7em; --label: 1/-1 } }
:host([brief]) :is(#run .set, details) { display: none }
:host([brief]) #run { flex: none; margin-bottom: 12px }
:host([brief]) .set { flex-basis: 250px; background: linear-gradient(var(--other), var(--other))
  right calc(var(--hit) + 19px) bottom calc(var(--hit)/2 + 2px)/calc((100% - 2*var(--hit) - 38px)*(1 - var(--limit))) 3px no-repeat }
:host([brief]) p { color: var(--soft) }
@media (min-width: 628px) { :host([brief]) text { font-size: 10px } }
@media (min-width: 628px) and (max-width: 1199px) {
  :host([brief]) #lab { display: grid; grid-template-columns: 5fr 4fr; gap: 20px; align-items: center }
  :host([brief]) p { --label: 1/-1 }
}
/* the ends of the slider, and in orange where no run settles */
:host([brief]) .set::before, :host([brief]) .set::after { content: "0.0001"; grid-area: 3/2/4/4; margin-top: -5px; font-size: 12px; color: var(--soft) }
:host([brief]) .set::after { content: "too large · 1"; color: var(--other); text-align: right }
dialog { background: var(--ground); min-width: 100%; min-height: 100%; border: 0; padding: 16px 20px; color: inherit; font-size: 20px;
  --hit: 46px; --wide: max(.8px, .08vw) }
dialog figcaption span { font-weight: 600; font-size: 1.3em }
dialog text { font-size: 14px }
@media (min-width: 900px) and (min-height: 600px) and (orientation: landscape) {
  dialog { font-size: clamp(16px, .7vw + 9px, 22px); --hit: clamp(40px, 2.4vw, 46px) }
  dialog #lab { display: grid; grid-template: auto 1fr/clamp(256px, 23vw, 440px) 1fr; gap: 0 min(2vw, 40px) }
  dialog #top { display: grid }
  dialog #more { order: 1 }
  dialog #more .grid { grid-template-columns: 1fr }
  dialog p { grid-template-columns: auto 1fr; --label: 1/-1 }
  dialog #views { grid-area: 1/2/3/3; position: sticky; top: 0; align-self: start }
  dialog .pictures { grid-template-columns: 1fr 1fr }
  dialog figure { max-width: calc((50vh - 60px)/.7); justify-self: center }
  /* two pictures: side by side, below the controls */
  :host([race]) dialog :is(#lab, #top, #more) { display: block }
  :host([race]) dialog #more .grid { grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)) }
  :host([race]) dialog figure { max-width: calc((100vh - 380px)/.7) }
  :host([race]) dialog text { font-size: 11px }
}
@media (forced-colors: active) { .name { stroke: Canvas } }
@media print { .bar, #more, button, summary, label { display: none } }`;

const NAMES = {
  __proto__: null,
  lr: "learning rate", compare: "second rate", epochs: "epochs", batch: "batch size",
  weight: "start weight", bias: "start bias", rule: "rule", scale: "scale", epoch: "epoch",
};
const WORDS = Object.keys(NAMES).slice(0, -1).map((key) => NAMES[key].replace(" ", "-")); // of controls
const button = (key, sign, way) => `<button aria-label="${NAMES[key]}, ${way}">${sign}</button>`;
const slider = (key) => `<div class=set><label for=${key}>${NAMES[key]}</label><span></span>`
  + button(key, "−", key === "epoch" ? "back" : "less") + `<input type=range min=0 id=${key}>`
  + button(key, "+", key === "epoch" ? "forward" : "more") + "</div>";
const figure = (caption, aside = "", more = "") => `<figure${caption ? "" : " class=path"}><figcaption><span>${caption}</span>${aside}</figcaption>
<div class=view><svg role=img viewBox="0 0 ${WIDTH} ${HEIGHT}"></svg>${more}</div></figure>`;
const PAGE = `<div id=lab><div id=top><div class=bar>${slider("lr") + slider("compare")}<div id=run><button id=play>Play</button>${slider("epoch")}</div></div>
<details id=more><summary>More controls</summary><div class=grid>${["scale", "epochs", "batch", "weight", "bias"].map(slider).join("")}
<div class=set><label for=rule>rule</label><select id=rule>${Object.keys(RULES).map((rule, k) => "<option value=" + k + ">" + rule).join("")}</select></div>
<div id=acts><button id=pair>Compare</button><button id=reset>Reset</button><button id=present>Present</button></div></div></details><p role=status></p></div>
<details id=views><summary>More pictures</summary><div class="grid pictures"><div id=legend></div>${figure("", "", "<button id=start></button>") + figure("") + figure("Data and line")
  + figure("Loss per epoch", "<label><input type=checkbox id=log> log axis</label>") + figure("Weight and bias per epoch")}</div></details>
<details id=numbers><summary>Numbers, epoch by epoch</summary><div class=rows tabindex=0 role=region aria-label=Numbers>
<table><thead></thead><tbody></tbody></table></div></details></div><dialog aria-label="Training lab"></dialog>`;

// Draws the lab of an element, or returns why it can't
const show = (host, data, y) => {
  const root = host.shadowRoot, find = (name) => root.querySelector(name), [race, brief] = ["race", "brief"].map((name) => host.hasAttribute(name)),
    defaults = {lr: 0.1, epochs: 20, batch: y.length, weight: 5, bias: 0, rule: "gradient descent", compare: 0, scale: 1};
  for (const key in defaults) {
    const given = host.getAttribute(key);
    if (key === "rule" ? RULES[given] : given && isFinite(given)) defaults[key] = RULES[given] ? given : +given;
  }
  const wanted = host.getAttribute("controls")?.match(/\S+/g) || WORDS.slice(0, -1), odd = wanted.find((one) => !WORDS.includes(one)),
    may = (key) => wanted.includes(NAMES[key].replace(" ", "-"));
  if (odd) return `controls may name ${WORDS.join(", ")}; not ${odd.replace(/</g, "&lt;")}.`;
  const spaced = (low, high, count) => list(count * (high - low) + 1, (k) => (1 + 9 * (k % count) / count) * 10 ** (low + Math.floor(k / count)));
  const rates = spaced(-4, 0, 180);
  const values = { // what the sliders can be set to
    __proto__: null,
    lr: rates,
    epochs: list(Math.max(200, defaults.epochs), (k) => k + 1),
    batch: [...list(31, (k) => 2 ** k).filter((size) => size < y.length), y.length],
    weight: [], bias: [], // see `look`
    rule: Object.keys(RULES),
    compare: [0, ...rates], // 0: one run only
    scale: spaced(-1, 1, 18),
  };
  let state = defaults, fault = "", x, scale, best, first, half, across, up, step, runs, last, shown, timer;
  const compute = (change) => {
    const run = train({...state, x, y, learningRate: state.lr, batchSize: state.batch, ...change}), limit = 2 * run.rows[0].loss + 1e-6,
      large = (row) => row.loss > limit;
    return {...run, ...change, doubled: run.rows.find(large), diverges: run.lost || large(run.rows.at(-1))};
  };
  // The window over weight and bias, for this scale: one unit of each is equally long, as in chapter 5.
  const look = () => {
    scale = state.scale;
    x = data.map((v) => v * f32(scale));
    best = bowl(x, y);
    first = compute({epochs: 0}).rows[0].loss;
    half = 1.5 * Math.max(Math.abs(state.bias - best.bias), Math.abs(state.weight - best.weight) * DOWN / ACROSS) || 1;
    step = nice(half / 80);
    const wide = half * ACROSS / DOWN;
    across = [best.weight - wide, best.weight + wide];
    up = [best.bias - half, best.bias + half];
    values.weight = multiples(step, ...across);
    values.bias = multiples(step, ...up);
  };
  const problem = objection(data.map((v) => v * defaults.scale), y);
  if (problem) return problem;
  for (state of [{...defaults, scale: 10}, defaults]) {
    look();
    if (!isFinite(first + best.loss)) return "The loss is too large for float32: divide x or y by a constant.";
  }
  const curved = () => may("scale") || state.scale !== defaults.scale;
  const away = ([weight, bias]) => Math.hypot(weight - best.weight, bias - best.bias);

  root.innerHTML = PAGE;
  const byId = Object.fromEntries(Array.from(root.querySelectorAll("[id]"), (one) => [one.id, one])),
    {start, lab, log, play, pair, reset, present, compare, more, views, numbers, legend} = byId,
    pictures = [...root.querySelectorAll("[role=img]")], status = find("p"), dialog = find("dialog"),
    paths = root.querySelectorAll(".path"), narrow = matchMedia("(max-width: 627px)");
  compare.min = 1;
  log.checked = race;
  const fill = (key, count, k, text) => {
    const control = byId[key];
    control.max = count - 1;
    control.value = k;
    control.ariaValueText = control.parentNode.children[1].textContent = text;
  };
  const group = (kind, within) => `<g class="${kind}">${within}</g>`;
  const reached = ({rows}) => Math.min(shown, rows.length - 1);
  // What is told, in texts and the class of each: sentences, and rows of numbers
  const tell = (label, {weight, bias, loss}, kind = "") =>
    [[`${label}: `, "name " + kind], ...Object.entries({weight, bias, loss}).map(([key, v]) => [`${key} ${short(v)} `, ""])];
  const steps = () => Math.ceil(x.length / state.batch); // of an epoch
  const epochs = (k) => `${k} epoch${k === 1 ? "" : "s"}`, mean = (v) => v.reduce((sum, one) => sum + one) / v.length;
  const story = (run) => {
    const {rows, path, lost, doubled, diverges} = run, k = reached(run), [before, final] = rows.slice(-2),
      ends = path.slice((k - 1) * steps() + 1, k * steps() + 1);
    return [
      [shown < last ? ""
        : lost ? `The run diverges: in epoch ${lost} its numbers outgrow float32. `
        : doubled ? `${diverges ? "The run diverges: after" : "After"} epoch ${doubled.epoch} its loss is more than twice the first. `
        : final?.loss > before.loss ? "The loss rose in the last epoch. " : "", "say " + (runs[1] ? "name " + run.kind : lost || doubled ? "bad" : "")],
      ...tell((runs[1] ? run.name + ", after " : "After ") + epochs(k), rows[k], runs[1] && run.kind),
      [ends[1] ? `The ${ends.length} steps of epoch ${k} end ${short(mean(ends.map(away)))} from the lowest point, on average. ` : "", "say"],
    ];
  };
  const ranking = () => {
    const [[far, nearest], ...others] = runs.map((run) => [away(run.path[reached(run) * steps()]), run.name]).sort(([a], [b]) => a - b),
      lost = runs.filter((run) => run.diverges && shown === last).map((run) => run.name);
    return [[`After ${epochs(shown)}, ${nearest} is nearest to the lowest point, ${short(far)} from it; ` + others.map(([far, name]) => name + " " + short(far)).join(", ")
      + (lost[0] ? `. What diverges: ${lost.join(", ")}. ` : ". "), "say"]];
  };

  const landscape = (these) => frame(across, up, ["weight", "bias"], (at) => {
    const [left, top] = at([best.weight, best.bias]), [x0, y0] = at([state.weight, state.bias]),
      below = y0 + (y0 >= top && y0 < DOWN - 24 ? 20 : -11), taken = [below, top - 8],
      apart = Math.sqrt(Math.max(first - best.loss, best.loss * 1e-6)) / 4,
      places = these.map((run) => run.rows.map((row) => at([row.weight, row.bias])));
    const number = (all, k) => { // of a jump, beyond where it ends
      const [[x1, y1], [x2, y2], [x3, y3]] = all.slice(k), far = Math.hypot(x2 - x1, y2 - y1), on = 1 + 11 / far;
      return inside([x2, y2]) && Math.min(far, Math.hypot(x2 - x0, y2 - y0)) > Math.max(20, Math.hypot(x3 - x1, y3 - y1))
        && word(x1 + on * (x2 - x1), y1 + on * (y2 - y1) + 4, k + 1, "name");
    };
    const path = (run, which) => {
      const k = reached(run), points = run.path.map(at), many = steps(), all = places[which],
        jumps = these[1] || many > 1 || all.length < 5 ? [] : [0, 1, 2].map((k) => number(all, k)), few = jumps[0] && jumps[1] && jumps[2];
      if (few) taken.push(...all.slice(1, 4).map(([, y]) => y));
      return group(run.kind, curve(points, k === run.rows.length - 1 ? Infinity : k * many + 1, taken, these[1] ? run.name : "", many)
        + (k && many > 1 ? line("", points.slice((k - 1) * many, k * many + 1)) : "")
        + dots("dots", all.slice(race || k > 60 ? k : 0, k + 1)) + (few ? jumps.slice(0, k).join("") : ""));
    };
    const axis = (curvature, k) => { // away from the start
      const angle = k * Math.PI / 2 - best.turn, across = Math.cos(angle), down = Math.sin(angle),
        way = (x0 - left) * across + (y0 - top) * down > 0 ? -60 : 60, dx = way * across, dy = way * down, x1 = left + dx, y1 = top + dy;
      return line("", [[left, top], [x1, y1]]) + arrow(x1, y1, dx, dy) + word(x1 + (dx > 30 ? 14 : 0), y1 + (y0 > top && dx <= 30 ? -9 : 19), `curvature ${short(curvature)}`, "name");
    };
    return `<g class=bowl transform="translate(${left} ${top}) rotate(${-best.turn * 180 / Math.PI}) scale(${best.curvatures.map((curvature) => DOWN / half / Math.sqrt(2 * curvature))})">`
      + list(10, (k) => (10 - k) * apart).map((r) => `<circle r="${r}"/>`).join("") + "</g>"
      + these.map(path).join("")
      + group("ink", `<circle cx="${x0}" cy="${y0}" r="6"/><path d="M${left - 5} ${top - 5}l10 10m0-10l-10 10"/>`
        + word(clamp(20, x0, ACROSS - 20), below, "start", "name") + word(left + 9, top - 8, "best", "name begin")
        + (curved() && !race ? best.curvatures.map(axis).join("") : ""));
  });
  const fit = () => frame(limits(x, 0.06), limits(y, 0.06), [scale === 1 ? "x" : `${short(scale)} x`, "y"], (at) => {
    const [low, high] = limits(x), points = Array.from(x, (v, i) => at([v, y[i]])),
      lines = [runs[0].rows[0], ...runs.map((run) => run.rows[reached(run)])]
        .map(({weight, bias}) => list(40, (k) => low + (high - low) * k / 39).map((v) => at([v, weight * v + bias]))),
      taken = [...points, ...lines.flat()];
    const named = (own, text) => { // on a side where nothing is in its way, or else above that
      const way = own[39][1] < own[0][1] ? -1 : 1, wide = 7 * text.length, within = ([x1, y1]) => inside([x1, y1 - 14]) && inside([x1 + way * wide, y1 + 5]),
        [[x1, y1]] = own.map(([x1, y1]) => {
          const top = Math.min(y1, ...taken.map(([x2, y2]) => way * (x2 - x1) > -4 && way * (x2 - x1) < wide ? y2 : y1)) - 7;
          return [x1, top, within([x1, top]) ? y1 - top : 1e3];
        }).sort(([,, one], [,, other]) => one - other);
      taken.push(...list(9, (k) => x1 + way * wide * k / 8).map((v) => [v, y1 - 10]));
      return line("", [own[0], own[39]]) + word(x1, Math.max(14, y1), text, way < 0 ? "name end" : "name begin");
    };
    return dots("soft data", points) + group("soft", named(lines[0], "start"))
      + runs.map((run, k) => group(run.kind, named(lines[k + 1], runs[1] ? run.name : `epoch ${reached(run)}`))).join("");
  });
  const time = () => [0, state.epochs * 1.03];
  const constant = (at, v) => line("dashed", [0, state.epochs].map((epoch) => at([epoch, v])));
  const course = (at, run, value, taken) => {
    const points = run.rows.map((row) => at([row.epoch, value(row)])), k = reached(run);
    return curve(points, k + 1, taken, runs[1] ? run.name : "", race) + dots("now", [points[k]]);
  };
  const losses = () => {
    const beside = (y) => y + 12 < DOWN ? y + 11.5 : y - 5, // below it no run comes
      value = ({loss}) => log.checked ? Math.max(loss - best.loss, first * 1e-7) : loss, taken = [],
      low = Math.min(...runs.flatMap(({rows}) => rows.map(value))), high = 1.2 * Math.max(first, runs[0].rows[0].loss);
    return frame(time(), log.checked ? [low, high].map((loss, k) => 10 ** Math.floor(Math.log10(loss) + k)) : [0, high],
      ["epoch", log.checked ? "loss − lowest, log axis" : "loss"], (at) =>
        (log.checked ? "" : group("ink", constant(at, best.loss) + word(6, beside(at([0, best.loss])[1]), "lowest", "name begin")))
        + runs.map((run) => group(run.kind, course(at, run, value, taken))).join("")
        + (runs[1] && !race ? [...runs].sort((a, b) => value(b.rows.at(-1)) - value(a.rows.at(-1))).map(({rows, name, kind}) => {
          const end = at([0, value(rows.at(-1))]);
          return inside(end) ? word(ACROSS - 6, free(taken, end[1] - 8), name, "name end " + kind) : "";
        }).join("") : ""), log.checked);
  };
  const parameters = () => frame(time(), limits([...across, ...up]), ["epoch", "value (dashed: best line)"], (at) => {
    const taken = [];
    return ["weight", "bias"].map((name, k) => group(k ? "third" : "run", constant(at, best[name]) + course(at, runs[0], (row) => row[name], taken)
      + word(ACROSS - 6, free(taken, at([0, best[name]])[1] + (best[name] < Math.max(best.weight, best.bias) ? 18 : -8)), name, "name end"))).join("");
  });

  const draw = () => {
    fill("epoch", last + 1, shown, `${shown} of ${last}`);
    const [steep, flat] = best.curvatures.map(short), one = !runs[1], two = !one && !race && !narrow.matches,
      parts = [...race ? ranking() : [...runs.flatMap(story), ...tell("Best line", best)],
        [curved() ? `Curvatures ${steep} and ${flat}: gradient descent on all points is stable below 2 / ${steep} = ${short(2 / best.curvatures[0])}, the mark.` : "", "say"]],
      contents = [() => landscape(two ? [runs[0]] : runs), two && (() => landscape([runs[1]])), !race && fit, losses, one && parameters];
    status.replaceChildren(...[[fault, "say bad"], ...parts].filter(([text]) => text)
      .map(([textContent, className]) => Object.assign(document.createElement("span"), {textContent, className})));
    // of paths that share a picture, for all end in one place
    legend.innerHTML = one || two ? "" : runs.map(({name, kind}) => `<span class=${kind}><svg viewBox="0 0 22 8"><path class=rule d="M1 4h20"/></svg><b>${name}</b></span>`).join("");
    contents.forEach((content, k) => {
      const picture = pictures[k], box = picture.closest("figure"), title = box.querySelector("span");
      box.hidden = !content;
      if (!content) return;
      picture.innerHTML = content();
      if (k < 2) title.textContent = two ? `Path at ${runs[k].name}` : "Path over the loss";
      const leaves = [...picture.querySelectorAll(".arrow+.leaves")].map((one) => one.textContent);
      picture.ariaLabel = [title.textContent, ...leaves, parts.map(([text]) => text).join("")].join(". ");
    });
  };

  const stop = () => {
    timer = cancelAnimationFrame(timer);
    play.textContent = "Play";
    status.ariaLive = "polite";
  };
  const update = () => {
    stop();
    if (state.scale !== scale) look();
    let behind = host; // to see its colour
    while (behind.parentElement && /, 0\)/.test(getComputedStyle(behind).backgroundColor)) behind = behind.parentElement;
    const shade = getComputedStyle(behind).backgroundColor;
    host.style.setProperty("--ground", `var(--page, ${/, 0\)/.test(shade) ? "Canvas" : shade})`);
    for (const key in values) {
      const v = state[key], k = nearest(values[key], v);
      byId[key].closest(".set").hidden = !(may(key) || v !== defaults[key]) || key === "compare" && !v || race && key === "rule";
      key === "rule" ? byId.rule.value = k : fill(key, values[key].length, k, short(v));
    }
    runs = race ? values.rule.map((rule) => compute({rule, name: rule}))
      : [state.lr, state.compare].filter(Number).map((rate) => compute({learningRate: rate, name: `rate ${short(rate)}`}));
    runs.forEach((run, k) => run.kind = race ? ["run", "other", "third", "fourth", "ink"][k]
      : (runs[1] ? run.learningRate > Math.min(state.lr, state.compare) : run.diverges) ? "other" : "run");
    pair.ariaPressed = !!runs[1];
    pair.hidden = race || !may("compare") && !runs[1];
    byId.lr.parentNode.style.setProperty("--limit", curved() || brief ? nearest(rates, 2 / best.curvatures[0]) / 720 : ""); // a mark
    shown = last = Math.max(...runs.map((run) => run.rows.length)) - 1;
    draw();
    const [left, top] = place(across, up)([state.weight, state.bias]);
    start.style.left = `${(LEFT + left) / WIDTH * 100}%`;
    start.style.top = `${(TOP + top) / HEIGHT * 100}%`;
    start.hidden = !may("weight") || !may("bias");
    start.ariaLabel = `Start: weight ${short(state.weight)}, bias ${short(state.bias)}; arrow keys move it`;
    tabulate();
  };
  const tabulate = () => {
    if (!numbers.open) return;
    const each = (cell) => runs.flatMap((run) => ["weight", "bias", "loss"].map((name) => cell(run, name))).join("");
    find("thead").innerHTML = "<tr><th scope=col>epoch" + each((run, name) => `<th scope=col>${name}` + (runs[1] ? `, ${run.name}` : ""));
    find("tbody").innerHTML = list(last + 1, Number).map((k) =>
      `<tr><th scope=row>${k}` + each(({rows}, name) => `<td>${rows[k]?.[name].toPrecision(7) ?? "–"}`)).join("");
  };

  play.onclick = () => {
    if (timer) {
      stop();
      return draw();
    }
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) { // a step for each press
      shown = ++shown % (last + 1);
      return draw();
    }
    play.textContent = "Pause";
    status.ariaLive = "off"; // to hear of each epoch would be too much
    const from = shown < last ? shown : 0;
    let begin;
    const tick = (time) => {
      shown = Math.min(last, from + Math.floor((time - (begin ??= time)) / Math.min(300, 6000 / last)));
      shown < last ? timer = requestAnimationFrame(tick) : stop();
      draw();
    };
    timer = requestAnimationFrame(tick);
  };

  // In front of all else; on the whole screen, where that is allowed
  present.onclick = async () => {
    if (dialog.open) return dialog.close();
    const page = document.documentElement;
    try {
      if (document.fullscreenEnabled) await page.requestFullscreen();
    } catch { /* the window, or the frame, will do */ }
    host.style.minHeight = `${host.offsetHeight}px`; // the page holds still
    page.style.overflow = "hidden";
    dialog.append(lab);
    dialog.showModal();
    present.textContent = "Leave";
    play.focus();
  };
  dialog.onclose = () => {
    root.prepend(lab);
    host.style.minHeight = document.documentElement.style.overflow = "";
    present.textContent = "Present";
    present.focus();
    if (document.fullscreenElement) document.exitFullscreen();
  };
  document.addEventListener("fullscreenchange", () => document.fullscreenElement || dialog.close());

  // The page's address keeps the state of the lab that was moved last, to be linked to.
  const labs = [...document.querySelectorAll("training-lab[address]")], number = labs.indexOf(host) + 1;
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
    if (!/=/.test(hash) || (asked || labs[0]) !== host) return false; // an anchor, or another's
    if (!asked) asks.lab = lab;
    state = {...defaults, scale: +asks.scale || defaults.scale};
    look(); // for it decides which weights and biases there are
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
    byId[key].oninput = ({target}) => set({[key]: values[key][target.value]});
    byId[key].onchange = write;
  }
  byId.epoch.oninput = ({target}) => {
    stop();
    shown = +target.value;
    draw();
  };
  for (const control of root.querySelectorAll("[type=range]")) {
    [control.previousSibling, control.nextSibling].forEach((one, k) => one.onclick = () => {
      control.value = +control.value + 2 * k - 1;
      control.dispatchEvent(new Event("input"));
      control.dispatchEvent(new Event("change"));
    });
  }
  log.onchange = draw;
  numbers.ontoggle = tabulate;
  pair.onclick = () => { // a small rate, and one that nearly is too large, or the other way round
    const other = state.lr > 1 / best.curvatures[0] ? state.lr / 7 : state.lr * 7;
    set({compare: state.compare ? 0 : rates[nearest(rates, other)]});
    write();
  };
  reset.onclick = () => {
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
  host.dataset.lmSuppressShortcuts = "true"; // or JupyterLab would take the arrow keys
  start.onkeydown = (event) => {
    const [key, way] = {ArrowLeft: ["weight", -1], ArrowRight: ["weight", 1], ArrowDown: ["bias", -1], ArrowUp: ["bias", 1]}[event.key] || [];
    if (!key) return;
    event.preventDefault(); // of scrolling
    set(move(key, state[key] + way * step));
    write();
  };

  // Where it is narrow, the path comes first, and under it what moves it; the rest is folded.
  narrow.onchange = () => {
    more.open = views.open = !narrow.matches;
    (narrow.matches || brief ? lab : find(".pictures")).prepend(legend, ...paths);
    if (runs) draw();
  };
  narrow.onchange();

  const asked = read();
  update();
  if (asked) host.scrollIntoView({block: "center"});
  addEventListener("hashchange", () => read() && update());
};

class Lab extends (globalThis.HTMLElement ?? Object) { // which isn't in Node
  connectedCallback() {
    if (this.shadowRoot) return; // moved, not new
    const sheet = new CSSStyleSheet(); // the site's policy allows no style inside the page
    sheet.replaceSync(STYLE);
    this.attachShadow({mode: "open"}).adoptedStyleSheets = [sheet];
    const numbers = (name) =>
      new Float32Array(Uint8Array.from(atob(this.getAttribute(name)), (sign) => sign.charCodeAt(0)).buffer);
    let problem = "x and y must be float32 numbers in base64.", data;
    try {
      data = ["x", "y"].map(numbers);
    } catch { /* said above */ }
    if (data) problem = show(this, ...data);
    if (problem) this.shadowRoot.innerHTML = `<p role="status">No figure: ${problem}</p>`;
  }
}
if (globalThis.customElements && !customElements.get("training-lab")) customElements.define("training-lab", Lab);
if (typeof module === "object") module.exports = {train};
}
