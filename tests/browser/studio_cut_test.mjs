/*
 * Uses every control of the studio's tab Cut in Chromium without a screen: node studio_cut_test.mjs FOVEA SOURCE [FOLDER]. Exit
 * code 77 where Chromium or puppeteer is missing. With a folder, screenshots are left there.
 */
import assert from "node:assert/strict";

import { runTests, startBrowser } from "./browser.mjs";
import { openStudio, samples, startStudio, wait } from "./studio.mjs";
import { button, check, click, control, enter, kViews, lookerOver, openTab, press, text, until } from "./studio_controls.mjs";

const [program, source, kept] = process.argv.slice(2);
const { browser } = await startBrowser();
const studio = await startStudio(program, samples(source));
const lookOver = lookerOver(kept);

/** The body of the last request for a cut. */
function watchCuts(page) {
  page.cuts = [];
  page.on("request", (request) => request.url().endsWith("/api/cut") && page.cuts.push(JSON.parse(request.postData())));
  return page;
}

const openCut = async (view = "", options = {}) => {
  const page = watchCuts(await openTab(browser, studio, `cut${view}`, options));
  await until(page, () => document.querySelector(".photo-view-picture")?.naturalWidth > 0);
  return page;
};

/** Strokes along places given as shares of the photo. */
async function stroke(page, places, mouse = {}) {
  const box = await (await page.$(".photo-view-surface")).boundingBox();
  const at = ([x, y]) => [box.x + x * box.width, box.y + y * box.height];
  await page.mouse.move(...at(places[0]));
  await page.mouse.down(mouse);
  for (const place of places.slice(1)) await page.mouse.move(...at(place), { steps: 5 });
  await page.mouse.up(mouse);
}
const kBall = [[0.45, 0.4], [0.52, 0.5], [0.5, 0.58]], kGrass = [[0.06, 0.1], [0.06, 0.9], [0.5, 0.95]], kGrassToo = [[0.94, 0.2], [0.94, 0.9]];

/** Waits for the answer to the `count`-th request. */
const answered = (page, count) => until(page, (count) => document.querySelector(".cut-busy").hidden && window.cutsAnswered >= count, count);

/** Counts the answers that the page has shown. */
const countAnswers = (page) => page.evaluate(() => {
  window.cutsAnswered = 0;
  new MutationObserver(() => ++window.cutsAnswered).observe(document.querySelector(".cut-time"), { childList: true });
});

async function paintBall(page) {
  await countAnswers(page);
  await stroke(page, kBall);
  await stroke(page, kGrass, { button: "right" });
  await answered(page, 1);
}

/** Whether the place, in shares of the photo, is in the mask that is drawn: what is outside is dimmed. */
const isInside = (page, [x, y]) => page.$eval(".cut-mask", (canvas, x, y) => {
  const pixel = canvas.getContext("2d").getImageData(Math.round(x * canvas.width), Math.round(y * canvas.height), 1, 1).data;
  return pixel[3] === 0;
}, x, y);

/** Cuts of the same strokes: the flow of the last cut goes on in the next one, so that single pixels may differ. */
function assertAlike(words, others) {
  const [numbers, expected] = [words, others].map((text) => text.match(/[\d.]+/g).map(Number));
  assert.equal(numbers.length, expected.length);
  numbers.forEach((number, i) => assert.ok(Math.abs(number - expected[i]) <= 3, `${words}; ${others}`));
}

const tests = {
  async "strokes of the mouse cut the object out"() {
    const page = await openCut();
    assert.match(await text(page, ".cut-status"), /^Paint a stroke on the object/);
    await countAnswers(page);
    await stroke(page, kBall);
    assert.match(await text(page, ".cut-status"), /stroke on the background/);
    assert.equal(page.cuts.length, 0, "one kind of strokes is not enough to ask for a cut");
    await stroke(page, kGrass, { button: "right" });
    await answered(page, 1);
    assert.deepEqual(page.cuts[0].strokes.map(({ label }) => label), ["object", "background"]);
    assert.match(await text(page, ".cut-words"), /^Object: \d/);
    assert.ok(await isInside(page, [0.48, 0.45]), "the ball is in the mask");
    assert.ok(!(await isInside(page, [0.03, 0.5])), "the grass is not");
    const times = [];
    for (let i = 0; i < 6; ++i) {
      await stroke(page, [[0.9, 0.15 + i / 10], [0.95, 0.2 + i / 10]], { button: "right" });
      await answered(page, i + 2);
      times.push(Number(await page.$eval(".cut-time", (element) => element.dataset.milliseconds)));
    }
    times.sort((a, b) => a - b);
    console.log(`        from a stroke's end to the mask on the page: median ${times[3]} ms, ${times[0]} to ${times.at(-1)} ms; ${await text(page, ".cut-time")}`);
    await page.end();
  },

  async "undo, redo, eraser and clearing change the cut"() {
    const page = await openCut();
    await paintBall(page);
    const first = await text(page, ".cut-words");
    await stroke(page, kGrassToo, { button: "right" });
    await answered(page, 2);
    assert.equal(page.cuts.at(-1).strokes.length, 3);
    await click(page, "Undo");
    await answered(page, 3);
    assert.equal(page.cuts.at(-1).strokes.length, 2);
    assertAlike(await text(page, ".cut-words"), first);
    await click(page, "Redo");
    await answered(page, 4);
    assert.equal(page.cuts.at(-1).strokes.length, 3);
    await check(page, "Erase");
    await stroke(page, [[0.02, 0.5], [0.1, 0.5]]);
    await answered(page, 5);
    assert.equal(page.cuts.at(-1).strokes.length, 4, "the eraser divides a stroke");
    await click(page, "Clear");
    await until(page, () => document.querySelector(".cut-result").hidden);
    assert.equal(await page.$eval(".cut-mask", (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean)), false);
    assert.equal(await (await button(page, "Clear")).evaluate((element) => element.getAttribute("aria-disabled")), "true");
    await click(page, "Undo");
    await answered(page, 6);
    await page.end();
  },

  async "brush, star, guide and finer settings reach the server"() {
    const page = await openCut();
    await enter(page, "Brush size", 5);
    await paintBall(page);
    assert.equal(page.cuts.at(-1).strokes[0].radius, 5);
    assert.deepEqual([page.cuts.at(-1).star, page.cuts.at(-1).preset, page.cuts.at(-1).map], [true, "strokes", null]);
    let count = 1;
    const change = async (action, check) => {
      await action();
      await answered(page, ++count);
      check(page.cuts.at(-1));
    };
    await change(() => enter(page, "Geodesic weight", 0.9), (body) => assert.equal(body.geodesic, 0.9));
    await change(() => check(page, "Star convex"), (body) => assert.equal(body.star, false));
    await page.$eval(".cut-guide details", (details) => (details.open = true));
    await change(() => enter(page, "Smoothness", 30), (body) => assert.equal(body.smoothness, 30));
    await change(() => enter(page, "Colour weight", 0.8), (body) => assert.equal(body.colour_weight, 0.8));
    await change(() => enter(page, "Cuts at most", 2), (body) => assert.equal(body.cuts, 2));
    await change(async () => (await control(page, "Box around")).select("largest"), (body) => assert.equal(body.box, "largest"));
    await change(async () => (await control(page, "Settings")).select("paper"), (body) => assert.equal(body.preset, "paper"));
    await change(() => check(page, "Both"), (body) => assert.equal(body.map.use, "prior"));
    await change(async () => (await control(page, "Map's method")).select("guided"), (body) => assert.equal(body.map.method, "guided"));
    for (const [label, value, field] of [["Steepness of the prior", 2.5, "prior"], ["Level of even odds", 0.7, "level"], ["Level of the map's box", 0.9, "box_level"], ["Smoothing of the map", 0.03, "smoothing"],
      ["Longer side", 200, "max_side"]])
      await change(() => enter(page, label, value), (body) => assert.equal(body[field], value));
    await change(() => check(page, "Seeds"), (body) => assert.equal(body.map.use, "seeds"));
    await change(() => check(page, "Map"), (body) => assert.deepEqual(body.strokes, []));
    await change(() => enter(page, "Object above quantile", 0.9), () => {});
    await change(() => enter(page, "Background below quantile", 0.4), (body) => assert.deepEqual(body.quantiles, [0.9, 0.4]));
    await until(page, () => [...document.querySelectorAll(".stages img")].some((image) => /map\.png$/.test(image.src) && image.naturalWidth > 0));
    const before = await page.evaluate(() => location.hash);
    await wait(300);
    const hash = await page.evaluate(() => location.hash);
    assert.match(hash, /guide=map.*smoothness=30/, before);
    await page.end();
  },

  async "what is shown can be chosen, and everything of a cut can be saved"() {
    const page = await openCut();
    await paintBall(page);
    const dark = () => page.$eval(".cut-mask", (canvas) => canvas.getContext("2d").getImageData(2, 2, 1, 1).data[3]);
    const any = (selector) => page.$eval(selector, (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean));
    assert.ok((await dark()) > 0);
    await check(page, "Dim background");
    assert.equal(await dark(), 0);
    await check(page, "Box");
    await check(page, "Outline");
    assert.equal(await any(".cut-mask"), false);
    assert.ok(await any(".cut-strokes"));
    await check(page, "Strokes");
    assert.equal(await any(".cut-strokes"), false);
    await until(page, () => document.querySelectorAll(".stages img").length === 4 && [...document.querySelectorAll(".stages img")].every((image) => image.naturalWidth > 0));
    const files = await page.$$eval(".downloads a", (links) => Promise.all(links.map(async (link) => {
      const response = await fetch(link.href);
      return [link.download, response.status, response.headers.get("Content-Type"), (await response.arrayBuffer()).byteLength];
    })));
    assert.deepEqual(files.map(([name, status]) => [name, status]), ["mask.png", "cutout.png", "box.json", "stages.svg", "stages.pdf", "stages.png"].map((end) => [`golf-ball-${end}`, 200]));
    files.forEach(([name, , type, bytes]) => assert.ok(bytes > 40 && type.includes(name.split(".").pop().replace("svg", "svg+xml")), `${name}: ${type}, ${bytes} bytes`));
    const box = await page.$$eval(".downloads a", async (links) => (await fetch(links.find((link) => link.download.endsWith("box.json")).href)).json());
    assert.ok(JSON.stringify(box).includes("box"));
    await page.end();
  },

  async "a finger paints, a second one gives it up, and a pen's other end erases"() {
    const page = await openCut();
    await countAnswers(page);
    const pointer = (type, list) => page.$eval(".photo-view-surface", (surface, type, list) => {
      const box = surface.getBoundingClientRect();
      surface.setPointerCapture = () => {};
      surface.hasPointerCapture = () => true;
      for (const [name, x, y, id = 7, buttons = 1] of list)
        surface.dispatchEvent(new PointerEvent(name, { bubbles: true, cancelable: true, pointerType: type, pointerId: id, isPrimary: id === 7, buttons: name === "pointerup" ? 0 : buttons,
          clientX: box.left + x * box.width, clientY: box.top + y * box.height }));
    }, type, list);
    await pointer("touch", [["pointerdown", 0.45, 0.4], ["pointermove", 0.5, 0.5], ["pointerup", 0.5, 0.5]]);
    await check(page, "Background");
    await pointer("touch", [["pointerdown", 0.1, 0.1], ["pointermove", 0.1, 0.3], ["pointerdown", 0.4, 0.4, 8], ["pointermove", 0.3, 0.3], ["pointerup", 0.3, 0.3, 8], ["pointerup", 0.1, 0.3]]);
    await wait(200);
    assert.equal(page.cuts.length, 0, "a pinch paints nothing");
    await pointer("pen", [["pointerdown", 0.05, 0.1], ["pointermove", 0.05, 0.9], ["pointerup", 0.05, 0.9]]);
    await answered(page, 1);
    assert.deepEqual(page.cuts[0].strokes.map(({ label }) => label), ["object", "background"]);
    await pointer("pen", [["pointerdown", 0, 0.5, 7, 32], ["pointermove", 0.1, 0.5, 7, 32], ["pointerup", 0.1, 0.5, 7, 32]]);
    await answered(page, 2);
    assert.equal(page.cuts[1].strokes.length, 3);
    await page.end();
  },

  async "everything of it works by keys alone"() {
    const page = watchCuts(await openStudio(browser, studio));
    await page.waitForSelector("[role=tab]");
    for (let i = 0; i < 30 && !(await page.evaluate(() => document.activeElement.role === "tab" || document.activeElement.getAttribute("role") === "tab")); ++i) await press(page, "Tab");
    await press(page, "ArrowRight");
    await until(page, () => document.querySelector("#tab-cut").getAttribute("aria-selected") === "true" && document.querySelector(".photo-view-picture")?.naturalWidth > 0);
    await countAnswers(page);
    for (let i = 0; i < 60 && !(await page.evaluate(() => document.activeElement.classList.contains("photo-view-surface"))); ++i) await press(page, "Tab");
    const spoken = () => text(page, "[role=status].unseen");
    await press(page, "ArrowUp", "Space", "ArrowRight", "ArrowRight", "ArrowDown");
    assert.match(await spoken(), /^object stroke begins at \d+, \d+$/);
    await press(page, "Space", "b");
    for (let i = 0; i < 22; ++i) await press(page, "ArrowLeft");
    await press(page, "Space", ...Array(6).fill("ArrowDown"), "Enter");
    await answered(page, 1);
    assert.deepEqual(page.cuts[0].strokes.map(({ label }) => label), ["object", "background"]);
    assert.match(await spoken(), /^Object: \d/);
    assert.ok(await isInside(page, [0.5, 0.47]));
    await press(page, "]", "]");
    const radius = page.cuts[0].strokes[0].radius;
    await press(page, "Space", "ArrowUp", "Escape");
    assert.equal(page.cuts.length, 1, "Escape drops the stroke");
    await page.keyboard.down("Shift");
    await press(page, "ArrowUp");
    await page.keyboard.up("Shift");
    await press(page, "Space", "Space");
    await answered(page, 2);
    assert.ok(page.cuts[1].strokes[2].radius > radius, "] makes the brush larger");
    await page.keyboard.down("Control");
    await press(page, "z");
    await page.keyboard.up("Control");
    await answered(page, 3);
    assert.equal(page.cuts[2].strokes.length, 2);
    await press(page, "r");
    await answered(page, 4);
    await press(page, "e", "Space", "ArrowUp", "ArrowUp", "Space");
    await answered(page, 5);
    await press(page, "Delete");
    await until(page, () => document.querySelector(".cut-result").hidden);
    await press(page, "u");
    await answered(page, 6);
    await press(page, "Tab");
    assert.ok(await page.evaluate(() => !document.activeElement.classList.contains("photo-view-surface")), "Tab leaves the photo");
    await page.end();
  },

  async "a brush that rests shows what its stroke would cut out"() {
    const page = await openCut();
    await countAnswers(page);
    await stroke(page, kGrass, { button: "right" });
    const box = await (await page.$(".photo-view-surface")).boundingBox();
    await page.mouse.move(box.x + 0.45 * box.width, box.y + 0.4 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + 0.5 * box.width, box.y + 0.5 * box.height, { steps: 4 });
    await until(page, () => document.querySelector(".cut-mask").getContext("2d").getImageData(2, 2, 1, 1).data[3] > 0);
    assert.ok(await page.$eval(".cut-result", (element) => element.hidden), "no result before the stroke ends");
    assert.equal(await page.$$eval(".cut-brush button", (list) => list[1].getAttribute("aria-disabled")), "true");
    await page.mouse.up();
    await answered(page, 1);
    assert.deepEqual(page.cuts.at(-1).strokes.map(({ label }) => label), ["background", "object"]);
    await page.end();
  },

  async "the photo is enlarged for fine strokes, by keys, buttons and the wheel"() {
    const page = await openCut();
    const width = () => page.$eval(".photo-view-surface", (surface) => surface.getBoundingClientRect().width);
    const fitted = await width();
    await page.focus(".photo-view-surface");
    await press(page, "+", "+");
    assert.ok(Math.abs((await width()) / fitted - 2.25) < 0.02);
    await press(page, ...Array(40).fill("ArrowRight"));
    const seen = await page.evaluate(() => {
      const ring = document.querySelector(".photo-view-cursor").getBoundingClientRect(), view = document.querySelector(".photo-view").getBoundingClientRect();
      return ring.left >= view.left - ring.width && ring.right <= view.right + ring.width;
    });
    assert.ok(seen, "the view follows the cursor");
    await press(page, "0");
    assert.equal(await width(), fitted);
    await page.click("button[aria-label='Larger (+)']");
    assert.ok(Math.abs((await width()) / fitted - 1.5) < 0.02);
    await page.click("button[aria-label='Smaller (-)']");
    assert.equal(await width(), fitted);
    const box = await (await page.$(".photo-view-surface")).boundingBox();
    await page.mouse.move(box.x + 0.3 * box.width, box.y + 0.3 * box.height);
    await page.keyboard.down("Control");
    await page.mouse.wheel({ deltaY: -200 });
    await until(page, (fitted) => document.querySelector(".photo-view-surface").getBoundingClientRect().width > 1.5 * fitted, fitted);
    await page.keyboard.up("Control");
    await countAnswers(page);
    await page.mouse.down();
    await page.mouse.up();
    await page.mouse.move(box.x + 5, box.y + 5);
    await page.mouse.down({ button: "right" });
    await page.mouse.up({ button: "right" });
    await answered(page, 1);
    const [x, y] = page.cuts[0].strokes[0].points[0];
    const { width: across, height: down } = await page.evaluate(async () => (await fetch("/api/photos/p1")).json());
    assert.ok(Math.abs(x - 0.3 * across) < 3 && Math.abs(y - 0.3 * down) < 3, `the stroke is where the pointer was: ${x}, ${y}`);
    await page.click("button[aria-label='All of the photo (0)']");
    assert.equal(await width(), fitted);
    await page.end();
  },

  async "the address restores strokes and settings, and photos keep their strokes"() {
    const page = await openCut();
    await paintBall(page);
    await check(page, "Star convex");
    await answered(page, 2);
    const words = await text(page, ".cut-words");
    await wait(300);
    const hash = await page.evaluate(() => location.hash);
    await press(page, "j");
    await until(page, () => document.querySelector(".cut-result").hidden);
    assert.match(await text(page, ".cut-status"), /^Paint a stroke/);
    await press(page, "k");
    await until(page, () => !document.querySelector(".cut-result").hidden);
    assertAlike(await text(page, ".cut-words"), words);
    await page.end();
    const other = await openCut(hash.slice(4));
    await until(other, () => !document.querySelector(".cut-result").hidden);
    assertAlike(await text(other, ".cut-words"), words);
    assert.equal(await (await control(other, "Star convex")).evaluate((input) => input.checked), false);
    await other.end();
  },

  async "it looks right in both themes, on phones, and to axe-core"() {
    for (const { theme, view, name } of kViews) {
      const page = await openCut("", { theme, view });
      await (await page.$(".photo-view-surface")).evaluate((surface) => surface.scrollIntoView({ block: "center" }));
      await paintBall(page);
      await until(page, () => document.querySelectorAll(".stages img").length === 4 && [...document.querySelectorAll(".stages img")].every((image) => image.naturalWidth > 0));
      await lookOver(page, `cut-${name}`);
      await check(page, "Both");
      await page.$$eval(".cut-tab details", (list) => list.forEach((details) => (details.open = true)));
      await until(page, () => document.querySelectorAll(".stages img").length === 5 && [...document.querySelectorAll(".stages img")].every((image) => image.naturalWidth > 0));
      await lookOver(page, `cut-both-${name}`);
      await page.end();
    }
  },
};

const code = await runTests(tests);
await browser.close();
const end = await studio.stop();
if (end !== 0) console.log(`FAILED  fovea serve ended with ${end}`);
process.exit(code || end);
