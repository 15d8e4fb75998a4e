import assert from "node:assert/strict";
import { test } from "node:test";

import { packDisplay, packPanes, unpackDisplay, unpackPanes } from "../../src/studio/web/look_address.js";
import { MapRaster } from "../../src/studio/web/map_raster.js";
import { addressOf, readAddress } from "../../src/studio/web/router.js";
import { Viewport } from "../../src/studio/web/viewport.js";

const raster = (values, width, signed = false, levels = null) => new MapRaster({ values: Float32Array.from(values), width, height: values.length / width, levels }, signed);

/** What `paint` leaves on a canvas, [r, g, b, opacity] for each pixel. */
function painted(map, look) {
  let pixels = null;
  const canvas = {
    classList: { toggle() {} },
    getContext: () => ({ createImageData: (width, height) => ({ data: new Uint8ClampedArray(4 * width * height) }), putImageData: ({ data }) => (pixels = data) }),
  };
  map.paint(canvas, look);
  return { width: canvas.width, height: canvas.height, pixels: Array.from({ length: pixels.length / 4 }, (_, i) => [...pixels.subarray(4 * i, 4 * i + 4)]) };
}
const grey = Array.from({ length: 256 }, (_, i) => [i, i, i]);
const near = (found, wanted, what) => found.forEach((value, i) => assert.ok(Math.abs(value - wanted[i]) <= 1, `${what}: ${found} is not ${wanted}`));

test("white is a percentile between the values, and the largest one where that is 0", () => {
  assert.deepEqual(raster([0, 1, 2, 3, 4], 5).levels(50), { black: 0, white: 2 });
  assert.equal(raster([3, 0, 1, 2, 4], 5).levels(90).white, 3.6);
  assert.equal(raster([0, 0, 0, 0, 8], 5).levels(50).white, 8);
  assert.equal(raster([-4, -2, 0, 1, 2], 5, true).levels(100).white, 4);
  assert.equal(raster([-1, -2], 2).levels(100).white, 0);
});

test("values have the colours of their level and gamma", () => {
  const { width, height, pixels } = painted(raster([0, 0.25, 0.5, 1], 2), { colours: grey, percentile: 100, gamma: 2, exact: true });
  assert.deepEqual([width, height], [2, 2]);
  [0, 0.0625, 0.25, 1].forEach((level, i) => near(pixels[i], [255 * level, 255 * level, 255 * level, 255], `value ${i}`));
});

test("black may be another value than 0", () => {
  const { pixels } = painted(raster([2, 3, 4, 1], 4, false, [2, 4]), { colours: grey, percentile: 100, gamma: 1, exact: true });
  [0, 127.5, 255, 0].forEach((level, i) => near(pixels[i].slice(0, 1), [level], `value ${i}`));
});

test("signed values are coloured from the middle, and nothing is transparent where they are", () => {
  const { pixels } = painted(raster([-2, -1, 0, 1, 2], 5, true), { colours: grey, percentile: 100, gamma: 1, exact: true, byValue: true });
  [[0, 255], [64, 127.5], [128, 0], [191, 127.5], [255, 255]].forEach(([level, opacity], i) => near([pixels[i][0], pixels[i][3]], [level, opacity], `value ${i}`));
});

test("a map without any relevance is black, or in the middle, and not an error", () => {
  near(painted(raster([0, 0], 2), { colours: grey, percentile: 99, gamma: 1, exact: true }).pixels[1], [0, 0, 0, 255], "plain");
  near(painted(raster([0, 0], 2, true), { colours: grey, percentile: 99, gamma: 1, exact: true }).pixels[1], [127, 127, 127, 255], "signed");
});

test("between values a map is linear, and at its edges level", () => {
  const { width, pixels } = painted(raster([0, 1, 0, 1], 2), { colours: grey, percentile: 100, gamma: 1, exact: false });
  assert.equal(width, 600);
  for (const [x, level] of [[0, 0], [149, 0], [300, 0.5], [225, 0.25], [450, 1], [599, 1]]) near(pixels[x].slice(0, 1), [255 * level], `pixel ${x}`);
  near(painted(raster([5], 1), { colours: grey, percentile: 100, gamma: 1, exact: false }).pixels[0].slice(0, 1), [255], "one value");
});

test("maps side by side come back from the address as they went", () => {
  const list = [{ method: "grad-cam", model: null, options: { layer: "a,b;c=d/é", smooth: 3 } }, { method: "random", model: "net 2.onnx", options: {} }];
  const known = ["grad-cam", "random"];
  assert.deepEqual(unpackPanes(packPanes(list), known), list);
  assert.deepEqual(unpackPanes("grad-cam,smooth=many,layer=7", known), [{ method: "grad-cam", model: null, options: { layer: "7" } }]);
  assert.deepEqual(unpackPanes("gradient;random", known).map(({ method }) => method), ["random"]);
  for (const wrong of [undefined, "", "nonsense", "grad-cam,layer=%"]) assert.equal(unpackPanes(wrong, known), null);
});

test("the look comes back from the address within its limits", () => {
  const usual = { fade: 0.85, blend: "value", colours: "inferno", signed: false, percentile: 99, gamma: 1, exact: false }, maps = ["inferno", "viridis"];
  const look = { ...usual, fade: 0.5, colours: "viridis", signed: true, gamma: 2 };
  const packed = Object.fromEntries(Object.entries(packDisplay(look, usual)).map(([name, value]) => [name, String(value)]));
  assert.deepEqual(Object.keys(packed).sort(), ["colours", "fade", "gamma", "signed"]);
  assert.deepEqual(unpackDisplay(packed, usual, maps), look);
  assert.deepEqual(unpackDisplay({ fade: "7", gamma: "huge", colours: "none", blend: "x", percentile: "3" }, usual, maps), { ...usual, fade: 1, percentile: 80 });
});

test("an address names models and photos while their names are clear", () => {
  const photos = [{ id: "p1", name: "a & b.jpg" }, { id: "p2", name: "twice" }, { id: "p3", name: "twice" }], models = [{ id: "m1", name: "net.onnx" }];
  const address = (photo, view) => addressOf("look", { model: models[0], photo, class: null, models, photos }, view);
  assert.deepEqual(readAddress(address(photos[0], { maps: "a;b", none: null })), { tab: "look", fields: { model: "net.onnx", photo: "a & b.jpg", maps: "a;b" } });
  assert.equal(readAddress(address(photos[2], {})).fields.photo, "p3");
  assert.deepEqual(readAddress(""), { tab: "", fields: {} });
});

test("a view moves and zooms inside of its photo", () => {
  const view = new Viewport();
  view.zoomAt(4, 0.25, 0.75);
  assert.deepEqual([view.zoom, view.x, view.y], [4, 0.3125, 0.6875]);
  // The place that the zoom was aimed at is where it was: a quarter from the left edge of what is shown.
  assert.equal((0.25 - (view.x - 0.5 / view.zoom)) * view.zoom, 0.25);
  view.move(9, -9);
  assert.deepEqual([view.x, view.y], [0.875, 0.125]);
  view.zoomAt(0.001);
  assert.deepEqual([view.zoom, view.x, view.y], [1, 0.5, 0.5]);
  view.zoomAt(1e9);
  assert.ok(view.zoom <= 32);
});

test("photos that the page has sent are not counted among those that it has asked for", async () => {
  const { nextPhotos } = await import("../../src/studio/web/photo_list.js"), { State } = await import("../../src/studio/web/state.js");
  const onServer = Array.from({ length: 7 }, (_, i) => ({ id: `p${i + 1}`, name: `${i + 1}.jpg` }));
  const asked = [], kept = globalThis.fetch;
  globalThis.fetch = async (address) => {
    const fields = new URL(address, "http://here").searchParams, offset = Number(fields.get("offset"));
    asked.push(address);
    return Response.json({ total: onServer.length, photos: onServer.slice(offset, offset + Number(fields.get("limit"))) });
  };
  try {
    const state = new State();
    state.set({ photos: [{ ...onServer[6], isNew: true }, onServer[0], onServer[1]], photosTotal: 7 });
    assert.equal(await nextPhotos(state, 3), true);
    assert.equal(await nextPhotos(state, 3), true);
    assert.deepEqual(state.photos.map(({ id }) => id), ["p7", "p1", "p2", "p3", "p4", "p5", "p6"]);
    assert.equal(await nextPhotos(state, 3), false);
    assert.deepEqual(asked, ["/api/photos?offset=2&limit=3", "/api/photos?offset=5&limit=3"]);
  } finally {
    globalThis.fetch = kept;
  }
});

test("the page names all its modules for the browser to ask for at once", async () => {
  const { readFile, readdir } = await import("node:fs/promises");
  const folder = new URL("../../src/studio/web/", import.meta.url);
  const named = [...(await readFile(new URL("index.html", folder), "utf8")).matchAll(/(?:modulepreload" href|src)="\/web\/([^"]*\.js)"/g)].map(([, name]) => name);
  const modules = (await readdir(folder)).filter((name) => name.endsWith(".js"));
  assert.deepEqual(named.sort(), [...modules, "colours.js", "elements.js"].sort());
});
