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
 * The lines between inside and outside, as [x0, y0, x1, y1] on the corners of pixels, as long as they go straight. The
 * picture's border is no line.
 */
export function outlineOf({ width, height, pixels }) {
  const lines = [];
  const trace = (count, differs, line) => {
    let start = -1;
    for (let i = 0; i <= count; ++i) {
      const isEdge = i < count && differs(i);
      if (isEdge && start < 0) start = i;
      if (!isEdge && start >= 0) {
        lines.push(line(start, i));
        start = -1;
      }
    }
  };
  for (let y = 1; y < height; ++y)
    trace(width, (x) => pixels[y * width + x] !== pixels[(y - 1) * width + x], (from, to) => [from, y, to, y]);
  for (let x = 1; x < width; ++x)
    trace(height, (y) => pixels[y * width + x] !== pixels[y * width + x - 1], (from, to) => [x, from, x, to]);
  return lines;
}
