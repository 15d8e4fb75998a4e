/*
 * Maps are coloured here, from their numbers, as fovea's own pictures are: see display_levels and to_grey of the library. So
 * nothing is asked for when a slider moves.
 */

/** Colours that a level is looked up in: finer than a byte, so that a gamma below 1 shows no steps. */
const kLevels = 2048;
/** Pixels along a raster's longer side, at least: what is between two values is interpolated before it is coloured. */
const kSide = 600;

/** The quantile of sorted values, interpolated as numpy.quantile does. */
function quantile(sorted, part) {
  const rank = part * (sorted.length - 1), below = Math.floor(rank);
  return sorted[below] + (sorted[Math.min(below + 1, sorted.length - 1)] - sorted[below]) * (rank - below);
}

/** For each of `size * factor` pixels the values below and above its middle, and how far it is from the first. */
function placesOf(size, factor) {
  const low = new Int32Array(size * factor), high = new Int32Array(size * factor), part = new Float32Array(size * factor);
  for (let i = 0; i < low.length; ++i) {
    const at = Math.max(0, Math.min(size - 1, (i + 0.5) / factor - 0.5));
    low[i] = Math.floor(at);
    high[i] = Math.min(low[i] + 1, size - 1);
    part[i] = at - low[i];
  }
  return { low, high, part };
}

/** Values [height, width] `factor` times as large, linearly between the middles of pixels. */
function enlarged(values, width, height, factor) {
  if (factor === 1) return values;
  const wide = width * factor, columns = placesOf(width, factor), rows = placesOf(height, factor);
  const across = new Float32Array(height * wide), out = new Float32Array(across.length * factor);
  for (let y = 0, i = 0; y < height; ++y)
    for (let x = 0; x < wide; ++x, ++i) {
      const a = values[y * width + columns.low[x]];
      across[i] = a + (values[y * width + columns.high[x]] - a) * columns.part[x];
    }
  for (let y = 0, i = 0; y < height * factor; ++y) {
    const low = rows.low[y] * wide, high = rows.high[y] * wide, part = rows.part[y];
    for (let x = 0; x < wide; ++x, ++i) out[i] = across[low + x] + (across[high + x] - across[low + x]) * part;
  }
  return out;
}

/** Numbers [height, width] that can be painted in colours again and again. */
export class MapRaster {
  #sorted = null;
  #large = null;

  /** As api.raster returns it. `signed`: values around 0, where the sign has a meaning. */
  constructor({ values, width, height, levels }, signed) {
    Object.assign(this, { values, width, height, signed, black: signed ? 0 : levels?.[0] ?? 0 });
  }

  /** The values shown as black and white: white is a percentile of the values, or of their magnitudes. */
  levels(percentile) {
    this.#sorted ??= (this.signed ? this.values.map(Math.abs) : this.values.slice()).sort();
    const level = quantile(this.#sorted, percentile / 100);
    return { black: this.black, white: level > 0 ? level : Math.max(0, this.#sorted.at(-1)) };
  }

  /**
   * Paints the canvas, whose size becomes the raster's. `look` is {colours: [[r, g, b], ...], percentile, gamma, byValue, exact}:
   * with `byValue` a colour is as opaque as its value is strong; with `exact` each value is a square of one colour.
   */
  paint(canvas, look) {
    const factor = look.exact ? 1 : Math.max(1, Math.round(kSide / Math.max(this.width, this.height)));
    if (this.#large?.factor !== factor) this.#large = { factor, values: enlarged(this.values, this.width, this.height, factor) };
    const { values } = this.#large, { black, white } = this.levels(look.percentile);
    canvas.width = this.width * factor;
    canvas.height = this.height * factor;
    const context = canvas.getContext("2d"), picture = context.createImageData(canvas.width, canvas.height);
    const pixels = new Uint32Array(picture.data.buffer), table = this.table(look);
    const low = this.signed ? -white : black, scale = white > low ? (kLevels - 1) / (white - low) : 0;
    const flat = this.signed ? (kLevels - 1) / 2 : 0;
    for (let i = 0; i < values.length; ++i) {
      const at = scale ? (values[i] - low) * scale : flat;
      pixels[i] = table[at <= 0 ? 0 : at >= kLevels - 1 ? kLevels - 1 : (at + 0.5) | 0];
    }
    context.putImageData(picture, 0, 0);
    canvas.classList.toggle("exact", Boolean(look.exact));
  }

  /** The colour of each level as the bytes r, g, b, opacity of a pixel. */
  table({ colours, gamma, byValue }) {
    const bytes = new Uint8ClampedArray(4 * kLevels);
    for (let i = 0; i < kLevels; ++i) {
      const part = i / (kLevels - 1), strength = Math.abs(this.signed ? 2 * part - 1 : part) ** gamma;
      const place = this.signed ? 0.5 + 0.5 * Math.sign(part - 0.5) * strength : strength;
      const at = place * (colours.length - 1), below = Math.min(Math.floor(at), colours.length - 2);
      for (let c = 0; c < 3; ++c) bytes[4 * i + c] = colours[below][c] + (colours[below + 1][c] - colours[below][c]) * (at - below);
      bytes[4 * i + 3] = byValue ? 255 * strength : 255;
    }
    return new Uint32Array(bytes.buffer);
  }
}
