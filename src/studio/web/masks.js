/* Masks as the server sends them, and their outlines. Nothing here touches the page. */

/** The pixels of {width, height, runs}, row by row: 1 inside, 0 outside. Runs alternate, the first is outside. */
export function decodeMask({ width, height, runs }) {
  const pixels = new Uint8Array(width * height);
  let at = 0;
  runs.forEach((length, i) => {
    if (i % 2) pixels.fill(1, at, at + length);
    at += length;
  });
  if (at !== pixels.length) throw new RangeError(`a mask of ${width} x ${height} has ${pixels.length} pixels, its runs ${at}`);
  return { width, height, pixels };
}

/** The mask at most `side` pixels on its longer side: each pixel is the middle one of those that it stands for. */
export function shrinkMask(mask, side) {
  const factor = Math.max(mask.width, mask.height) / side;
  if (factor <= 1) return mask;
  const width = Math.max(1, Math.round(mask.width / factor)), height = Math.max(1, Math.round(mask.height / factor));
  const columns = Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * mask.width) / width));
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; ++y) {
    const row = Math.floor(((y + 0.5) * mask.height) / height) * mask.width;
    for (let x = 0; x < width; ++x) pixels[y * width + x] = mask.pixels[row + columns[x]];
  }
  return { width, height, pixels };
}

/**
 * The outline of a mask as lines [x0, y0, x1, y1]: closed, or from border to border. They run between the middles of the edges
 * that divide inside from outside, so that corners of pixels are cut and slanted outlines have no steps. The picture's border
 * is no outline.
 */
export function outlineOf({ width, height, pixels }) {
  const lines = [];
  for (let y = 0; y <= height; ++y) {
    const above = Math.max(y - 1, 0) * width, below = Math.min(y, height - 1) * width;
    for (let x = 0; x <= width; ++x) {
      const left = Math.max(x - 1, 0), right = Math.min(x, width - 1);
      const a = pixels[above + left], b = pixels[above + right], c = pixels[below + left], d = pixels[below + right];
      if (a === b && b === c && c === d) continue;
      const ends = [];
      if (a !== b) ends.push(x, y - 0.5);
      if (b !== d) ends.push(x + 0.5, y);
      if (c !== d) ends.push(x, y + 0.5);
      if (a !== c) ends.push(x - 0.5, y);
      for (let i = 0; i < ends.length; i += 4) lines.push(ends.slice(i, i + 4));
    }
  }
  return lines;
}
