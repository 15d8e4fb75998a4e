/* What is asked of the server for a class model. Nothing here touches the page. */

const kRegularized = ["regularized"], kMoving = ["regularized", "fourier"], kAll = ["regularized", "fourier", "paper"];

/** Options with their range on the sliders, and the methods that have them. */
export const kOptions = [
  { field: "steps", label: "Steps", min: 1, max: 1024, step: 1, methods: kAll },
  { field: "step", label: "Step length", min: 0.005, max: 1, step: 0.005, methods: kAll },
  { field: "l2", label: "L2 decay", min: 0, max: { regularized: 0.2, fourier: 0.2, paper: 10 }, step: { regularized: 0.002, fourier: 0.002, paper: 0.1 }, methods: kAll },
  { field: "jitter", label: "Jitter", min: 0, max: 0.5, step: 0.01, methods: kMoving, percent: true },
  { field: "blur", label: "Blur", min: 0, max: 0.03, step: 0.0005, methods: kRegularized, percent: true },
  { field: "coarse", label: "Coarse to fine", min: 0, max: 0.05, step: 0.001, methods: kRegularized, percent: true },
  { field: "zoom", label: "Zoom", min: 1, max: 2, step: 0.01, methods: kMoving, times: true },
  { field: "rotate", label: "Rotation", min: 0, max: 45, step: 1, methods: kMoving, degrees: true },
];

export const kMethods = [["regularized", "Regularized"], ["fourier", "Fourier"], ["paper", "Paper (2013)"]];
export const kStarts = [["zero", "Zero"], ["noise", "Noise"], ["photo", "The photo"]];

/** What holds where the server names no defaults (docs/class-models.md). */
const kBuiltIn = {
  regularized: { steps: 151, step: 0.08, l2: 0, jitter: 0.1, blur: 0.005, coarse: 0.012, zoom: 1, rotate: 0 },
  fourier: { steps: 151, step: 0.05, l2: 0, jitter: 0.1, zoom: 1, rotate: 0 },
  paper: { steps: 151, step: 0.1, l2: 1 },
};

/** The options of a method that has them, with their defaults; `studio` is the answer of GET /api/studio. */
export function defaultsOf(studio, method) {
  const named = studio.classModel?.methods?.find(({ name }) => name === method)?.defaults ?? {};
  return Object.fromEntries(kOptions.filter(({ methods }) => methods.includes(method)).map(({ field }) => [field, named[field] ?? kBuiltIn[method][field]]));
}

/** A range of an option, which may differ by method. */
export const rangeOf = (value, method) => (typeof value === "object" ? value[method] : value);

export function optionText({ percent, times, degrees }, value) {
  const number = Number(value);
  if (percent) return `${Number((100 * number).toFixed(2))} %`;
  if (times) return `× ${number.toFixed(2)}`;
  if (degrees) return `${number}°`;
  return String(Number(number.toPrecision(4)));
}

/**
 * The fields of POST /api/jobs. `target` is {class} or {layer, channel, row, column}; `from` the job whose picture goes on, or
 * null to begin at `settings.start`.
 */
export function ascentRequest(settings, options, target, { model, photo, from = null }) {
  const fields = { kind: "class-model", model, method: settings.method, ...target, ...options, seed: settings.seed, start: from ? "job" : settings.start };
  if (from) fields.from = from;
  if (fields.start === "photo") fields.photo = photo;
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}

/**
 * The fields of POST /api/commands that make the picture of a frame, {step}, of an ascent that began with `request`: as many steps
 * as were made till there. A text where no single command makes it.
 * A `remark` beside the fields says where the command's picture is another one: blur gets weaker over all steps of an ascent and
 * ends before its last ones, so that one that was to make more steps is blurred more.
 */
export function ascentCommand(request, frame, display) {
  const { kind, ...fields } = request;
  if (frame?.step === 0) return "This is the picture before the first step. Let a step be made to take it away as a command.";
  if (frame && fields.from) return "This picture went on from another. Start again from zero to take it away as one command.";
  const isOnTheWay = frame && frame.step < fields.steps && fields.method === "regularized" && (fields.blur > 0 || fields.coarse > 0);
  const remark = `The command's picture is alike, not the same: an ascent of ${frame?.step} steps blurs less than one of ${fields.steps} that has got there.`;
  return { view: "class-model", ...fields, ...(frame ? { steps: frame.step } : {}), display, ...(isOnTheWay ? { remark } : {}) };
}

/** Every `stride`-th of `count` things, so that at most `most` are left, the last one always. */
export function spread(count, most) {
  const stride = Math.max(1, Math.ceil(count / most));
  const picked = [];
  for (let i = 0; i < count; i += stride) picked.push(i);
  if (count && picked.at(-1) !== count - 1) picked.push(count - 1);
  return picked;
}

/** The points of a curve as an SVG path in a box of width x height, and the range of its values. */
export function curve(points, width, height) {
  const finite = points.filter(([, y]) => Number.isFinite(y));
  if (!finite.length) return { path: "", low: 0, high: 1, x: () => 0, y: () => height };
  const ys = finite.map(([, y]) => y);
  let low = Math.min(...ys), high = Math.max(...ys);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  const last = Math.max(1, finite.at(-1)[0]);
  const x = (step) => (step / last) * width, y = (value) => height - ((value - low) / (high - low)) * height;
  return { path: finite.map(([step, value], i) => `${i ? "L" : "M"}${x(step).toFixed(1)} ${y(value).toFixed(1)}`).join(""), low, high, x, y };
}
