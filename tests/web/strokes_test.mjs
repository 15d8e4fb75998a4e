import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeStrokes, encodeStrokes, erase, Painting, resample, simplify } from "../../src/studio/web/strokes.js";

const stroke = (label, radius, ...points) => ({ label, radius, points });

test("points on a line between two others are left out, corners stay", () => {
  assert.deepEqual(simplify([[0, 0], [1, 0.1], [2, 0], [3, 0], [3, 3]], 0.5), [[0, 0], [3, 0], [3, 3]]);
  assert.deepEqual(simplify([[5, 5]], 1), [[5, 5]]);
  assert.deepEqual(simplify([[0, 0], [4, 2], [0, 0]], 1), [[0, 0], [4, 2], [0, 0]], "a way there and back is no point");
});

test("resampling keeps the points and adds those between", () => {
  assert.deepEqual(resample([[0, 0], [4, 0], [4, 1]], 2), [[0, 0], [2, 0], [4, 0], [4, 1]]);
  assert.deepEqual(resample([[1, 2]], 1), [[1, 2]]);
  assert.deepEqual(resample([[1, 2], [1, 2]], 1), [[1, 2]]);
});

test("the eraser divides a stroke and leaves no paint under it", () => {
  const line = stroke("object", 3, [0, 0], [100, 0]), far = stroke("background", 3, [0, 50], [100, 50]);
  const left = erase([line, far], [[50, -20], [50, 20]], 5);
  assert.equal(left.length, 3);
  assert.equal(left[2], far, "a stroke that the eraser did not touch is the same");
  for (const { points, radius } of left.slice(0, 2))
    for (const [x] of resample(points, 1)) assert.ok(Math.abs(x - 50) > 5 + radius - 1e-9, `paint at ${x}`);
  const reach = left.slice(0, 2).flatMap(({ points }) => points.map(([x]) => x));
  assert.deepEqual([Math.min(...reach), Math.max(...reach)], [0, 100], "the ends stay");
  assert.ok(reach.some((x) => x > 38 && x < 42), "no more is erased than the eraser covers");
  assert.deepEqual(erase([stroke("object", 2, [10, 10])], [[11, 10]], 2), []);
});

test("undo and redo go through every change, and a new one forgets what was undone", () => {
  const painting = new Painting();
  painting.add(stroke("object", 4, [1, 1]));
  painting.add(stroke("background", 4, [9, 9]));
  painting.clear();
  assert.deepEqual(painting.strokes, []);
  painting.undo();
  assert.equal(painting.strokes.length, 2);
  painting.undo();
  assert.ok(painting.has("object") && !painting.has("background"));
  painting.redo();
  assert.ok(painting.has("background") && painting.canRedo);
  assert.ok(painting.erase([[9, 9]], 1));
  assert.ok(!painting.canRedo);
  assert.ok(!painting.erase([[50, 50]], 1), "nothing was there");
  painting.undo();
  assert.equal(painting.strokes.length, 2);
  painting.undo();
  painting.undo();
  painting.undo();
  assert.ok(!painting.canUndo && painting.strokes.length === 0);
  painting.clear();
  assert.ok(!painting.canUndo, "clearing nothing is no change");
});

test("strokes survive an address, rounded to tenths of pixels", () => {
  const strokes = [stroke("object", 12, [100, 50], [103, 46]), stroke("background", 8, [20, 20])];
  assert.equal(encodeStrokes(strokes), "o12.100.50.3.-4_b8.20.20");
  assert.deepEqual(decodeStrokes(encodeStrokes(strokes)), strokes);
  const fine = [stroke("object", 2, [0.04, 0.06], [1.14, 1.14], [2.24, 2.24])];
  assert.deepEqual(decodeStrokes(encodeStrokes(fine))[0].points, [[0, 0.1], [1.1, 1.1], [2.2, 2.2]], "rounding does not add up");
  assert.equal(new URLSearchParams({ s: encodeStrokes(strokes) }).toString(), `s=${encodeStrokes(strokes)}`, "nothing needs an escape");
});

test("an address that is not of strokes gives none", () => {
  for (const text of ["", undefined, "x12.1.1", "o12", "o12.1", "o12.1.2.3", "o0.1.1", "o12.1.a", "<script>"]) assert.deepEqual(decodeStrokes(text), [], String(text));
  assert.deepEqual(decodeStrokes("o12.1.1_zz_b3.2.2").map(({ label }) => label), ["object", "background"]);
});

test("loading strokes is one step, and none if they are there already", () => {
  const painting = new Painting();
  painting.load([stroke("object", 4, [1, 1])]);
  painting.load([stroke("object", 4, [1, 1])]);
  painting.undo();
  assert.ok(!painting.canUndo);
});
