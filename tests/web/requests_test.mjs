import assert from "node:assert/strict";
import { test } from "node:test";

import { ascentRequest, curve, defaultsOf, kOptions, optionText, rangeOf, spread } from "../../src/studio/web/ascent_request.js";
import { changedSettings, cutRequest, isStar, kDefaults, presetOf, readSettings, whatIsMissing } from "../../src/studio/web/cut_request.js";

const strokes = [{ label: "object", radius: 8.25, points: [[10.123, 20], [30, 40]] }, { label: "background", radius: 8, points: [[1, 2]] }];
const chosen = { photo: "p1", model: "m1", class: 4 };

test("a cut by strokes asks no network", () => {
  assert.deepEqual(cutRequest({ ...kDefaults }, strokes, chosen), {
    photo: "p1", map: null, preset: "strokes", star: true, geodesic: 0.5,
    strokes: [{ label: "object", radius: 8.3, points: [[10.1, 20], [30, 40]] }, { label: "background", radius: 8, points: [[1, 2]] }],
  });
});

test("a cut by the map sends no strokes, and is not star-convex unless that is chosen", () => {
  const body = cutRequest({ ...kDefaults, guide: "map", method: "grad-cam", level: 0.5, cuts: 3 }, strokes, chosen);
  assert.deepEqual(body, { photo: "p1", strokes: [], map: { use: "prior", model: "m1", method: "grad-cam", class: 4 }, preset: "default", star: false, level: 0.5, cuts: 3 });
  assert.equal(cutRequest({ ...kDefaults, guide: "map", box_level: 0.8 }, strokes, chosen).box_level, 0.8);
  assert.ok(!("box_level" in cutRequest({ ...kDefaults, guide: "map", use: "seeds", box_level: 0.8 }, strokes, chosen)));
  assert.equal(cutRequest({ ...kDefaults, guide: "map", star: true }, strokes, chosen).star, true);
  assert.ok(!("class" in cutRequest({ ...kDefaults, guide: "map" }, [], { ...chosen, class: null }).map));
});

test("settings of maps are not sent where no map is", () => {
  const body = cutRequest({ ...kDefaults, level: 0.5, foreground: 0.9, background: 0.2, smoothness: 20 }, strokes, chosen);
  assert.equal(body.smoothness, 20);
  assert.ok(!("level" in body) && !("quantiles" in body));
  assert.deepEqual(cutRequest({ ...kDefaults, guide: "both", foreground: 0.9, background: 0.2 }, strokes, chosen).quantiles, [0.9, 0.2]);
});

test("strokes of both kinds are needed only where nothing else guides the cut", () => {
  assert.match(whatIsMissing(kDefaults, []), /on the object/);
  assert.match(whatIsMissing(kDefaults, [strokes[1]]), /on the object/);
  assert.match(whatIsMissing(kDefaults, [strokes[0]]), /on the background/);
  assert.equal(whatIsMissing(kDefaults, strokes), null);
  assert.equal(whatIsMissing({ ...kDefaults, guide: "both" }, []), null);
});

test("settings survive an address, and nonsense in it is the default", () => {
  const settings = { ...kDefaults, guide: "both", use: "seeds", star: false, geodesic: 0.8, cuts: 4, method: "guided", box: "largest", preset: "paper" };
  const fields = Object.fromEntries(Object.entries(changedSettings(settings)).map(([name, value]) => [name, String(value)]));
  assert.deepEqual(readSettings(fields), settings);
  assert.deepEqual(changedSettings(kDefaults), {});
  assert.deepEqual(readSettings({ guide: "x", star: "maybe", geodesic: "much", cuts: "", preset: "toString" }), kDefaults);
  assert.equal(presetOf({ ...kDefaults, guide: "map" }), "default");
  assert.ok(isStar(kDefaults));
});

test("every method has its own options, with the server's defaults where it names them", () => {
  const studio = { classModel: { methods: [{ name: "fourier", defaults: { steps: 99, step: 0.07, blur: 3 } }] } };
  assert.equal(defaultsOf(studio, "fourier").steps, 99);
  assert.ok(!("blur" in defaultsOf(studio, "fourier")), "Fourier does not blur");
  assert.deepEqual(Object.keys(defaultsOf({}, "paper")), ["steps", "step", "l2"]);
  for (const method of ["regularized", "fourier", "paper"])
    for (const [field, value] of Object.entries(defaultsOf({}, method))) {
      const option = kOptions.find((other) => other.field === field);
      assert.ok(value >= rangeOf(option.min, method) && value <= rangeOf(option.max, method), `${method} ${field}`);
    }
});

test("an ascent begins as chosen, or goes on from a job", () => {
  const settings = { method: "paper", start: "photo", seed: 7 };
  const from = { model: "m1", photo: "p2" };
  assert.deepEqual(ascentRequest(settings, { steps: 5 }, { class: 3 }, from),
    { kind: "class-model", model: "m1", method: "paper", class: 3, steps: 5, seed: 7, start: "photo", photo: "p2" });
  assert.deepEqual(ascentRequest(settings, { steps: 5 }, { layer: "a", channel: 0, row: undefined }, { ...from, from: "j3" }),
    { kind: "class-model", model: "m1", method: "paper", layer: "a", channel: 0, steps: 5, seed: 7, start: "job", from: "j3" });
});

test("a filmstrip has few frames, the first and the last among them", () => {
  assert.deepEqual(spread(0, 5), []);
  assert.deepEqual(spread(3, 5), [0, 1, 2]);
  for (const count of [5, 6, 41, 152, 1025]) {
    const picked = spread(count, 40);
    assert.ok(picked.length <= 41 && picked[0] === 0 && picked.at(-1) === count - 1, String(count));
  }
});

test("a curve fills its box, and holes in it are left out", () => {
  const drawn = curve([[0, 1], [5, NaN], [10, 3]], 100, 50);
  assert.equal(drawn.path, "M0.0 50.0L100.0 0.0");
  assert.deepEqual([drawn.low, drawn.high], [1, 3]);
  assert.equal(curve([], 100, 50).path, "");
  assert.equal(curve([[0, 2], [4, 2]], 100, 50).path, "M0.0 25.0L100.0 25.0");
});

test("options are shown in their units", () => {
  assert.equal(optionText({ percent: true }, 0.005), "0.5 %");
  assert.equal(optionText({ times: true }, 1.1), "× 1.10");
  assert.equal(optionText({ degrees: true }, 5), "5°");
  assert.equal(optionText({}, 0.08), "0.08");
});
