import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeMask, outlineOf, shrinkMask } from "../../src/studio/web/masks.js";

const mask = (...rows) => ({ width: rows[0].length, height: rows.length, pixels: Uint8Array.from(rows.join(""), Number) });

test("runs alternate between outside and inside, row by row", () => {
  assert.deepEqual(decodeMask({ width: 3, height: 2, runs: [2, 2, 2] }), mask("001", "100"));
  assert.deepEqual(decodeMask({ width: 2, height: 1, runs: [0, 2] }), mask("11"));
  assert.deepEqual(decodeMask({ width: 2, height: 2, runs: [4] }), mask("00", "00"));
  assert.throws(() => decodeMask({ width: 2, height: 2, runs: [1, 2] }), /has 4 pixels, its runs 3/);
  assert.throws(() => decodeMask({ width: 2, height: 2, runs: [1, 9] }), RangeError);
});

test("a mask that is too large is shrunk to its middle pixels", () => {
  const small = mask("01", "10");
  assert.equal(shrinkMask(small, 2), small);
  assert.deepEqual(shrinkMask(mask("000111", "000111", "111000", "111000"), 3), mask("011", "100"));
  assert.deepEqual([shrinkMask(mask("1".repeat(9)), 3)].map(({ width, height }) => [width, height]), [[3, 1]]);
});

/** The pixels that the lines divide from each other, found the slow way. */
function edgesOf({ width, height, pixels }) {
  const edges = new Set();
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) {
      if (y && pixels[y * width + x] !== pixels[(y - 1) * width + x]) edges.add(`${x} ${y} ${x + 1} ${y}`);
      if (x && pixels[y * width + x] !== pixels[y * width + x - 1]) edges.add(`${x} ${y} ${x} ${y + 1}`);
    }
  return edges;
}

test("the outline is every edge between inside and outside once, in straight lines", () => {
  const example = mask("0000000", "0111010", "0101010", "0111000", "0000001");
  const edges = new Set();
  for (const [x0, y0, x1, y1] of outlineOf(example)) {
    assert.ok(x0 === x1 || y0 === y1);
    for (let i = 0; i < Math.max(x1 - x0, y1 - y0); ++i) {
      const [x, y] = x0 === x1 ? [x0, y0 + i] : [x0 + i, y0];
      const edge = x0 === x1 ? `${x} ${y} ${x} ${y + 1}` : `${x} ${y} ${x + 1} ${y}`;
      assert.ok(!edges.has(edge), `${edge} twice`);
      edges.add(edge);
    }
  }
  assert.deepEqual([...edges].sort(), [...edgesOf(example)].sort());
  assert.deepEqual(outlineOf(mask("00", "11")), [[0, 1, 2, 1]]);
  assert.deepEqual(outlineOf(mask("11", "11")), [], "the picture's border is no line");
});
