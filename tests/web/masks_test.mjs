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

/** The middles of the edges that divide inside from outside, found the slow way. */
function middlesOf({ width, height, pixels }) {
  const middles = [];
  for (let y = 0; y < height; ++y)
    for (let x = 0; x < width; ++x) {
      if (y && pixels[y * width + x] !== pixels[(y - 1) * width + x]) middles.push(`${x + 0.5} ${y}`);
      if (x && pixels[y * width + x] !== pixels[y * width + x - 1]) middles.push(`${x} ${y + 0.5}`);
    }
  return middles.sort();
}

test("the outline goes through the middle of every edge between inside and outside, and ends only at the border", () => {
  const example = mask("0000000", "0111010", "0101010", "0111100", "1000001");
  const visits = new Map();
  for (const [x0, y0, x1, y1] of outlineOf(example)) {
    assert.ok(Math.hypot(x1 - x0, y1 - y0) <= 1, "a line stays at one corner");
    for (const end of [`${x0} ${y0}`, `${x1} ${y1}`]) visits.set(end, (visits.get(end) ?? 0) + 1);
  }
  const inner = [...visits].filter(([end]) => {
    const [x, y] = end.split(" ").map(Number);
    return x > 0 && y > 0 && x < example.width && y < example.height;
  });
  assert.deepEqual(inner.map(([end]) => end).sort(), middlesOf(example));
  for (const [end, count] of inner) assert.equal(count, 2, `${end} is where two lines meet`);
});

test("a straight outline is straight, and the picture's border is none", () => {
  assert.ok(outlineOf(mask("00", "11")).every(([, y0, , y1]) => y0 === 1 && y1 === 1));
  assert.deepEqual(outlineOf(mask("11", "11")), []);
  assert.deepEqual(outlineOf(mask("1")), []);
});
