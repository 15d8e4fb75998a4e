/*
 * Brush strokes on a photo: {label: "object" | "background", radius, points: [[x, y], ...]} in photo pixels. Later strokes
 * cover earlier ones. Nothing here touches the page.
 */

const kLabels = { o: "object", b: "background" };
/** As many states as undo goes back to. */
const kHistory = 500;

const distance = ([ax, ay], [bx, by]) => Math.hypot(ax - bx, ay - by);

/** The distance of a point to the line from `a` to `b`. */
function distanceToSegment(point, a, b) {
  const length = distance(a, b);
  if (length === 0) return distance(point, a);
  const along = ((point[0] - a[0]) * (b[0] - a[0]) + (point[1] - a[1]) * (b[1] - a[1])) / length ** 2;
  const t = Math.min(1, Math.max(0, along));
  return distance(point, [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])]);
}

function distanceToPath(point, path) {
  if (path.length === 1) return distance(point, path[0]);
  let least = Infinity;
  for (let i = 1; i < path.length; ++i) least = Math.min(least, distanceToSegment(point, path[i - 1], path[i]));
  return least;
}

/** The path without points that lie within `tolerance` of the line between their neighbours that stay (Douglas and Peucker). */
export function simplify(path, tolerance) {
  if (path.length < 3) return path;
  const stays = new Uint8Array(path.length);
  stays[0] = stays[path.length - 1] = 1;
  const parts = [[0, path.length - 1]];
  while (parts.length) {
    const [first, last] = parts.pop();
    let farthest = 0, at = -1;
    for (let i = first + 1; i < last; ++i) {
      const away = distanceToSegment(path[i], path[first], path[last]);
      if (away > farthest) [farthest, at] = [away, i];
    }
    if (farthest <= tolerance) continue;
    stays[at] = 1;
    parts.push([first, at], [at, last]);
  }
  return path.filter((_, i) => stays[i]);
}

/** The path with further points, so that two that follow each other are at most `step` apart. */
export function resample(path, step) {
  const points = path.slice(0, 1);
  for (let i = 1; i < path.length; ++i) {
    const [a, b] = [path[i - 1], path[i]];
    const pieces = Math.ceil(distance(a, b) / step);
    for (let k = 1; k <= pieces; ++k) points.push([a[0] + ((b[0] - a[0]) * k) / pieces, a[1] + ((b[1] - a[1]) * k) / pieces]);
  }
  return points;
}

/** What is left of the strokes after an eraser of `radius` went along `path`: no paint remains under it. */
export function erase(strokes, path, radius) {
  return strokes.flatMap((stroke) => {
    const reach = radius + stroke.radius;
    const points = resample(stroke.points, Math.max(1, stroke.radius / 2));
    const isLeft = points.map((point) => distanceToPath(point, path) > reach);
    if (isLeft.every(Boolean)) return [stroke];
    const pieces = [];
    points.forEach((point, i) => {
      if (!isLeft[i]) return;
      if (i === 0 || !isLeft[i - 1]) pieces.push([]);
      pieces.at(-1).push(point);
    });
    return pieces.map((piece) => ({ ...stroke, points: simplify(piece, 0.5) }));
  });
}

/** Strokes with undo and redo. Every change, clearing too, is one step. */
export class Painting {
  #states = [[]];
  #at = 0;

  get strokes() { return this.#states[this.#at]; }
  get canUndo() { return this.#at > 0; }
  get canRedo() { return this.#at + 1 < this.#states.length; }

  #change(strokes) {
    this.#states = [...this.#states.slice(0, this.#at + 1), strokes].slice(-kHistory);
    this.#at = this.#states.length - 1;
  }

  /** Adds a stroke, with as few points as show it within a tenth of its radius. */
  add({ label, radius, points }) {
    if (points.length) this.#change([...this.strokes, { label, radius, points: simplify(points, Math.max(0.5, radius / 10)) }]);
  }

  /** True if anything was painted there. */
  erase(path, radius) {
    const left = erase(this.strokes, path, radius);
    const isChanged = left.length !== this.strokes.length || left.some((stroke, i) => stroke !== this.strokes[i]);
    if (isChanged) this.#change(left);
    return isChanged;
  }

  clear() {
    if (this.strokes.length) this.#change([]);
  }

  /** Replaces all strokes, as one step. */
  load(strokes) {
    if (encodeStrokes(strokes) !== encodeStrokes(this.strokes)) this.#change(strokes);
  }

  undo() {
    if (this.canUndo) --this.#at;
  }

  redo() {
    if (this.canRedo) ++this.#at;
  }

  has(label) {
    return this.strokes.some((stroke) => stroke.label === label);
  }
}

/**
 * Strokes as a short text for an address: "o12.100.50.3.-4_b8.20.20" is an object stroke of radius 12 from 100, 50 to
 * 103, 46, and a background dot. Numbers are whole pixels, or tenths of pixels behind a capital letter: "O120.1005.500".
 */
export function encodeStrokes(strokes) {
  return strokes.map(({ label, radius, points }) => {
    const tenths = (value) => Math.round(10 * value);
    const isWhole = [radius, ...points.flat()].every((value) => tenths(value) % 10 === 0);
    const rounded = isWhole ? Math.round : tenths;
    const numbers = [rounded(radius)];
    let [x, y] = [0, 0];
    for (const point of points) {
      const [px, py] = point.map(rounded);
      numbers.push(px - x, py - y);
      [x, y] = [px, py];
    }
    return (isWhole ? label[0] : label[0].toUpperCase()) + numbers.join(".");
  }).join("_");
}

/** How many parts of such a text are no strokes. */
export const badStrokes = (text) => (text ?? "").split("_").filter((part) => part && !decodeStrokes(part).length).length;

/** The inverse of `encodeStrokes`. Parts that are no strokes are left out, since anyone may edit an address. */
export function decodeStrokes(text) {
  return (text ?? "").split("_").flatMap((part) => {
    if (!/^[obOB]\d{1,6}(\.-?\d{1,7}){2,}$/.test(part)) return [];
    const unit = /[OB]/.test(part[0]) ? 10 : 1;
    const [radius, ...steps] = part.slice(1).split(".").map(Number);
    if (radius < unit || steps.length % 2) return [];
    const points = [];
    let [x, y] = [0, 0];
    for (let i = 0; i < steps.length; i += 2) {
      x += steps[i];
      y += steps[i + 1];
      points.push([x / unit, y / unit]);
    }
    return [{ label: kLabels[part[0].toLowerCase()], radius: radius / unit, points }];
  });
}
