import assert from "node:assert/strict";
import { test } from "node:test";

import { ascentCommand } from "../../src/studio/web/ascent_request.js";
import { unknownMethods } from "../../src/studio/web/look_address.js";
import { inSentences, pageAdvice, pageText, reasonOf } from "../../src/studio/web/page_words.js";
import { badStrokes, decodeStrokes, encodeStrokes } from "../../src/studio/web/strokes.js";

test("the page gives no advice to those who write requests", () => {
  for (const advice of ["docs/studio.md lists what each request takes", "GET /api/photos lists the photos that there are", "start a job: POST /api/jobs"])
    assert.equal(pageAdvice(advice), "");
  assert.equal(pageAdvice("try again in a moment"), "try again in a moment");
  assert.equal(pageAdvice(undefined), "");
});

test("an option of the command line is named with the command that takes it", () => {
  assert.equal(pageText("the size of input 'x' is open: give one with --size, as in --size 224"),
    "the size of input 'x' is open: give one with 'fovea serve -m FILE --size N', as in --size 224");
  assert.match(pageText("--scores may name another value that 'fovea info --layers' lists"), /^'fovea serve -m FILE --scores NAME' may .*'fovea info --layers' lists$/);
  assert.doesNotMatch(pageText("wrong guesses are the sign of another (--preprocess names it)"), /--/);
  assert.equal(pageText("no such thing"), "no such thing");
});

test("message and advice are sentences", () => {
  assert.equal(inSentences({ message: "It failed", help: "try again." }), "It failed. Try again.");
  assert.equal(inSentences({ message: "It failed.", help: "" }), "It failed.");
  assert.equal(reasonOf("a.jpg", { message: "a.jpg: the file is cut short" }), "the file is cut short");
  assert.equal(reasonOf("a.jpg", { message: "/photos/a.jpg: the file is cut short" }), "the file is cut short");
  assert.equal(reasonOf("jpg", { message: "a.jpg: the file is cut short" }), "a.jpg: the file is cut short");
  assert.equal(reasonOf("b.jpg", { message: "a.jpg: the file is cut short" }), "a.jpg: the file is cut short");
});

test("a class model is taken away as it is shown", () => {
  const request = { kind: "class-model", model: "m1", class: 3, steps: 151, start: "zero" };
  assert.deepEqual(ascentCommand(request, { step: 42 }, "fitted"), { view: "class-model", model: "m1", class: 3, steps: 42, start: "zero", display: "fitted" });
  const blurred = { ...request, method: "regularized", blur: 0.005 };
  assert.match(ascentCommand(blurred, { step: 42 }, "fitted").remark, /42 steps blurs less than one of 151/);
  assert.ok(!("remark" in ascentCommand(blurred, { step: 151 }, "fitted")) && !("remark" in ascentCommand(blurred, undefined, "fitted")));
  assert.equal(ascentCommand(request, undefined, "pixels").steps, 151);
  assert.match(ascentCommand(request, { step: 0 }, "fitted"), /before the first step/);
  assert.match(ascentCommand({ ...request, start: "job", from: "j1" }, { step: 60 }, "fitted"), /went on from another/);
});

test("strokes keep a tenth of a pixel in an address, and older addresses hold", () => {
  const strokes = [{ label: "object", radius: 8.3, points: [[10.1, 20], [30.5, 4.4]] }, { label: "background", radius: 8, points: [[1, 2]] }];
  assert.deepEqual(decodeStrokes(encodeStrokes(strokes)), strokes);
  assert.deepEqual(decodeStrokes("o12.100.50.3.-4"), [{ label: "object", radius: 12, points: [[100, 50], [103, 46]] }]);
  assert.equal(badStrokes("o12.100.50_x1.2.3_O5.1.1"), 2);
  assert.equal(badStrokes(undefined), 0);
});

test("unknown maps of an address are found", () => {
  assert.deepEqual(unknownMethods("gradient;magic,layer=3;grad-cam", ["gradient", "grad-cam"]), ["magic"]);
  assert.deepEqual(unknownMethods(undefined, []), []);
});
