/*
 * Uses every control of the studio's tabs Inside and Class models, and of its take-away dialog, in Chromium without a screen:
 * node studio_inside_test.mjs FOVEA SOURCE [FOLDER]. Exit code 77 where Chromium or puppeteer is missing. With a folder,
 * screenshots are left there.
 */
import assert from "node:assert/strict";

import { runTests, startBrowser } from "./browser.mjs";
import { samples, startStudio, wait } from "./studio.mjs";
import { button, check, click, control, enter, kViews, lookerOver, openTab, press, text, until } from "./studio_controls.mjs";

const [program, source, kept] = process.argv.slice(2);
const { browser } = await startBrowser();
const studio = await startStudio(program, samples(source));
const lookOver = lookerOver(kept);

/** Waits until all three reconstructions are there. */
const reconstructed = (page) => until(page, () => {
  const images = [...document.querySelectorAll(".reconstruction img")];
  return images.length === 3 && images.every((image) => image.complete && image.naturalWidth > 0);
});

const openInside = async (view = "", options = {}) => {
  const page = await openTab(browser, studio, `inside${view}`, options);
  await until(page, () => document.querySelectorAll(".channel").length > 0);
  await reconstructed(page);
  return page;
};
const channels = (page) => page.$$eval(".channel", (list) => list.map((item) => Number(item.dataset.channel)));
const isMapShown = (page) => page.$eval(".activation-map", (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.some(Boolean));

const insideTests = {
  async "layers are listed in order, found, and chosen by keys"() {
    const page = await openInside();
    const count = async () => (await page.$$(".layer")).length;
    const all = await count();
    assert.ok(all > 20, `${all} layers`);
    assert.match(await text(page, ".layer[aria-selected=true]"), /default/);
    assert.match(await text(page, ".layer-facts"), /sees \d+ × \d+ pixels/);
    await check(page, "Only layers with units");
    const { layers } = await page.evaluate(async () => (await fetch("/api/models/m1")).json());
    assert.equal(await count(), layers.length, "layers without units are listed, too");
    await check(page, "Only layers with units");
    assert.equal(await count(), layers.filter(({ units }) => units).length);
    await (await control(page, "Find")).type("conv");
    const found = await count();
    assert.ok(found > 0 && found < all);
    assert.match(await text(page, ".layer-panel [role=status]"), new RegExp(`^${found} of `));
    await enter(page, "Find", "");
    await (await control(page, "Operator")).select("Relu");
    const operators = await page.$$eval(".layer-about", (list) => [...new Set(list.map((element) => element.textContent.split(" ")[0]))]);
    assert.deepEqual(operators, ["Relu"]);
    await page.focus(".layers");
    await press(page, "Home");
    await until(page, () => document.querySelector(".layer").getAttribute("aria-selected") === "true");
    const first = await page.$eval(".layer[aria-selected=true] .layer-name", (element) => element.title);
    await until(page, (name) => document.querySelector(".layer-facts strong").textContent === name, first);
    await press(page, "ArrowDown", "ArrowDown", "PageDown", "ArrowUp", "End");
    await until(page, () => [...document.querySelectorAll(".layer")].at(-1).getAttribute("aria-selected") === "true");
    await until(page, (name) => document.querySelector(".layer-facts strong").textContent !== name, first);
    await (await page.$(".layer:nth-of-type(2)")).click();
    await reconstructed(page);
    await page.end();
  },

  async "a place of the photo shows its strongest units, by pointer and by keys"() {
    const page = await openInside();
    const anywhere = await channels(page);
    assert.ok(anywhere.length > 3);
    assert.ok(await isMapShown(page));
    const surface = await page.$(".inside-tab .photo-view-surface");
    const box = await surface.boundingBox();
    await page.mouse.click(box.x + 0.25 * box.width, box.y + 0.2 * box.height);
    await until(page, () => /at row \d+, column \d+/.test(document.querySelector("section[aria-label='Strongest channels'] h2").textContent));
    const there = await channels(page);
    assert.notDeepEqual(there, anywhere);
    await surface.focus();
    await press(page, ...Array(12).fill("ArrowRight"), "ArrowDown", "Space");
    await until(page, (before) => [...document.querySelectorAll(".channel")].map((item) => Number(item.dataset.channel)).join() !== before, there.join());
    await press(page, "Escape");
    await until(page, () => /anywhere/.test(document.querySelector("section[aria-label='Strongest channels'] h2").textContent));
    assert.deepEqual(await channels(page), anywhere);
    await page.mouse.click(box.x + 0.5 * box.width, box.y + 0.5 * box.height);
    await until(page, () => /at row/.test(document.querySelector("section[aria-label='Strongest channels'] h2").textContent));
    await click(page, "Whole photo");
    await until(page, () => /anywhere/.test(document.querySelector("section[aria-label='Strongest channels'] h2").textContent));
    await page.end();
  },

  async "a channel shows its map, and its reconstructions by three rules"() {
    const page = await openInside();
    const third = (await channels(page))[2];
    const marks = () => page.$eval(".marks", (canvas) => canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.reduce((sum, value) => sum + value, 0));
    const before = await marks();
    await page.$$eval(".channel", (list) => list[3].focus());
    assert.notEqual(await marks(), before, "the channel with the focus shows its field");
    await page.$$eval(".channel", (list) => list[3].blur());
    assert.equal(await marks(), before);
    const photo = await (await page.$(".inside-tab .photo-view-surface")).boundingBox();
    await page.mouse.move(photo.x + photo.width / 2, photo.y + photo.height / 2);
    assert.notEqual(await marks(), before, "the cursor shows what a unit would see there");
    await page.$$eval(".channel", (list) => list[2].click());
    await reconstructed(page);
    assert.equal(await (await control(page, "Channel")).evaluate((input) => Number(input.value)), third);
    await until(page, (third) => document.querySelector(".inside-view > .hint:last-child").textContent.startsWith(`Channel ${third}: activations from`), third);
    const sources = () => page.$$eval(".reconstruction img", (list) => list.map((image) => image.src));
    const one = await sources();
    assert.equal(new Set(one).size, 3);
    assert.ok(["gradient", "deconvnet", "guided"].every((rule, i) => one[i].includes(`rule=${rule}`)));
    await check(page, "All units of the channel");
    await reconstructed(page);
    assert.ok((await sources())[0].includes("whole=1"));
    await check(page, "All units of the channel");
    await check(page, "Only the field");
    await reconstructed(page);
    assert.ok((await sources())[0].includes("cut=1"));
    await enter(page, "Channel", 1);
    await until(page, () => /^Channel 1: activations/.test(document.querySelector(".inside-view > .hint:last-child").textContent));
    assert.ok(await isMapShown(page));
    await enter(page, "Map over the photo", 0);
    assert.equal(await isMapShown(page), false);
    await page.end();
  },

  async "patches of all photos are searched for, and lead to their photos"() {
    const page = await openInside();
    const isSearched = await page.$$eval(".patch", (list) => list.length);
    assert.equal(isSearched, 0, "no patches before the search");
    await click(page, "Search the photos");
    await until(page, () => document.querySelectorAll(".patch img").length > 0);
    await until(page, () => [...document.querySelectorAll(".patch img")].every((image) => image.naturalWidth > 0));
    const names = await page.$$eval(".patch-name", (list) => list.map((element) => element.textContent));
    assert.ok(names.every((name) => /\.jpg$/.test(name)) && names.length <= 3, names.join());
    await page.$$eval(".patch", (list) => list.at(-1).click());
    await until(page, (name) => document.querySelector(".thumb[aria-selected=true]").title === name, names.at(-1));
    await until(page, () => document.querySelectorAll(".channel").length > 0);
    await page.end();
  },

  async "the address restores layer, place and channel"() {
    const page = await openInside();
    await (await control(page, "Operator")).select("Conv");
    await page.focus(".layers");
    await press(page, "Home");
    await until(page, () => /^[^·]*Conv/.test(document.querySelector(".layer-facts").textContent));
    await reconstructed(page);
    const box = await (await page.$(".inside-tab .photo-view-surface")).boundingBox();
    await page.mouse.click(box.x + 0.5 * box.width, box.y + 0.4 * box.height);
    await until(page, () => /at row/.test(document.querySelector("section[aria-label='Strongest channels'] h2").textContent));
    await page.$$eval(".channel", (list) => list[1].click());
    await reconstructed(page);
    await wait(300);
    const [hash, facts, list] = [await page.evaluate(() => location.hash), await text(page, ".layer-facts"), await channels(page)];
    const chosen = await page.$eval(".channel[aria-pressed=true]", (item) => item.dataset.channel);
    await page.end();
    const other = await openInside(hash.slice(7));
    assert.equal(await text(other, ".layer-facts"), facts);
    assert.deepEqual(await channels(other), list);
    assert.equal(await other.$eval(".channel[aria-pressed=true]", (item) => item.dataset.channel), chosen);
    await other.end();
  },

  async "Inside looks right in both themes, on phones, and to axe-core"() {
    for (const { theme, view, name } of kViews) {
      const page = await openInside("?x=230&y=180", { theme, view });
      await until(page, () => document.querySelectorAll(".patch").length > 0 || document.querySelector("section[aria-label=Patches]").hidden === false);
      await lookOver(page, `inside-${name}`);
      await page.$eval(".inside-work", (element) => element.scrollTo(0, 9999));
      await lookOver(page, `inside-end-${name}`);
      await page.end();
    }
  },
};

const openModels = async (view = "", options = {}) => {
  const page = await openTab(browser, studio, `class-models${view}`, options);
  await until(page, () => document.querySelector(".class-search input")?.value.length > 0);
  page.jobs = [];
  page.on("request", (request) => request.method() === "POST" && request.url().endsWith("/api/jobs") && page.jobs.push(JSON.parse(request.postData())));
  return page;
};
const step = async (page) => Number(await text(page, ".ascent-words dd"));
const ended = (page, word) => until(page, (word) => document.querySelector(".ascent-status").textContent.startsWith(`${word} after`), word);
const hasPicture = (page) => until(page, () => document.querySelector(".ascent-picture").naturalWidth > 0);

/** The score that is shown is the one of the picture at rest, as the job says. */
const saysResult = async (page) => {
  const wanted = await page.evaluate(async () => (await (await fetch("/api/jobs")).json()).jobs.filter(({ kind, result }) => kind === "class-model" && result).at(-1).result);
  const [, score, , norm] = await page.$$eval(".ascent-words dd", (list) => list.map((item) => Number(item.textContent)));
  assert.deepEqual([score, norm], [wanted.score, wanted.norm].map((value) => Number(value.toPrecision(4))));
};

/** What the dialog says that makes the view. */
const takenAway = async (page) => {
  await page.click(".take-away-button");
  await until(page, () => document.querySelector(".take-code code").textContent.length > 8);
  const said = await text(page, ".take-code code");
  await press(page, "Escape");
  return said;
};

const modelTests = {
  async "a class model grows before the eyes, and its frames can be gone through"() {
    const page = await openModels();
    await enter(page, "Steps", 24);
    await click(page, "Start");
    await ended(page, "Done");
    await hasPicture(page);
    assert.equal(await step(page), 24);
    assert.equal(page.jobs[0].steps, 24);
    await saysResult(page);
    assert.match(await page.$eval(".curve", (plot) => plot.getAttribute("aria-label")), /^Score from .* at step 0 to .* at step 24$/);
    const thumbs = await page.$$eval(".film-frame", (list) => list.map((item) => Number(item.dataset.at)));
    assert.ok(thumbs.length > 10 && thumbs[0] === 0);
    await until(page, () => [...document.querySelectorAll(".film-frame img")].slice(-5).every((image) => image.naturalWidth > 0));
    const last = await page.$eval(".ascent-picture", (image) => image.src);
    await page.focus("input[aria-label=Frame]");
    await press(page, "Home");
    assert.equal(await step(page), 0);
    await press(page, "ArrowRight");
    assert.equal(await step(page), 1);
    await page.$$eval(".film-frame", (list) => list[5].click());
    assert.equal(await step(page), 5);
    const curve = await (await page.$(".curve")).boundingBox();
    await page.mouse.click(curve.x + 0.5 * curve.width, curve.y + 10);
    assert.equal(await step(page), 12);
    await until(page, (last) => document.querySelector(".ascent-picture").src !== last, last);
    await click(page, "Play");
    await until(page, () => document.querySelector(".ascent-words dd").textContent === "24");
    await until(page, () => [...document.querySelectorAll(".scrub button")].some((element) => element.textContent === "Play"));
    const saved = await page.$eval(".ascent-side .download", async (link) => {
      const response = await fetch(link.href);
      return [link.download, response.status, response.headers.get("Content-Type")];
    });
    assert.deepEqual(saved, ["class-model-step-24.png", 200, "image/png"]);
    await check(page, "Pixels");
    await until(page, () => document.querySelector(".ascent-picture").src.includes("display=pixels"));
    await page.end();
  },

  async "it stops, goes on, takes other options on the way, and begins again"() {
    const page = await openModels();
    await enter(page, "Steps", 1000);
    await click(page, "Start");
    await until(page, () => Number(document.querySelector(".ascent-words dd").textContent) >= 5);
    await click(page, "Stop");
    await ended(page, "Stopped");
    const stopped = await step(page);
    assert.ok(stopped >= 5 && stopped < 1000);
    await saysResult(page);
    assert.match(await takenAway(page), new RegExp(`--steps ${stopped}\\b`));
    assert.match(await text(page, ".take-code .hint"), new RegExp(`alike, not the same: an ascent of ${stopped} steps`));
    await click(page, "Go on");
    await until(page, (stopped) => Number(document.querySelector(".ascent-words dd").textContent) > stopped + 2, stopped);
    assert.deepEqual([page.jobs[1].start, typeof page.jobs[1].from], ["job", "string"]);
    await enter(page, "Jitter", 0.2);
    for (let left = 200; page.jobs.length < 3 && left; --left) await wait(50);  // the job before it may make a few more steps
    await until(page, () => document.querySelector(".ascent-status").textContent.startsWith("step"));
    const changed = await step(page);
    await until(page, (changed) => Number(document.querySelector(".ascent-words dd").textContent) > changed + 2, changed);
    assert.deepEqual([page.jobs[2].start, page.jobs[2].jitter], ["job", 0.2]);
    await click(page, "Stop");
    await ended(page, "Stopped");
    assert.match(await takenAway(page), /^This picture went on from another/);
    assert.equal(page.asked.filter((line) => line === "POST /api/commands").length, 1);
    const score = await page.$$eval(".ascent-words dd", (list) => Number(list[1].textContent));
    assert.ok(Number.isFinite(score));
    await enter(page, "Steps", 5);
    for (const start of ["Noise", "The photo", "Zero"]) {
      await check(page, start);
      await click(page, "Start again");
      await ended(page, "Done");
      assert.equal(await step(page), 5);
    }
    assert.deepEqual(page.jobs.slice(3).map(({ start }) => start), ["noise", "photo", "zero"]);
    await page.end();
  },

  async "every method has its options, and a channel or a unit can be the target"() {
    const page = await openModels();
    await enter(page, "Steps", 4);
    for (const [label, value] of [["Step length", 0.1], ["L2 decay", 0.01], ["Jitter", 0.05], ["Blur", 0.01], ["Coarse to fine", 0.02], ["Zoom", 1.1], ["Rotation", 5], ["Seed", 3]])
      await enter(page, label, value);
    await click(page, "Start");
    await ended(page, "Done");
    const { step: length, l2, jitter, blur, coarse, zoom, rotate, seed } = page.jobs[0];
    assert.deepEqual([length, l2, jitter, blur, coarse, zoom, rotate, seed], [0.1, 0.01, 0.05, 0.01, 0.02, 1.1, 5, 3]);
    await click(page, "Defaults");
    for (const method of ["Fourier", "Paper (2013)"]) {
      await check(page, method);
      await enter(page, "Steps", 4);
      await click(page, "Start again");
      await ended(page, "Done");
    }
    assert.deepEqual(page.jobs.slice(1).map(({ method }) => method), ["fourier", "paper"]);
    assert.ok(!("jitter" in page.jobs[2]));
    await check(page, "Regularized");
    await enter(page, "Steps", 4);
    await check(page, "Channel");
    await enter(page, "Channel number", 2);
    await click(page, "Start again");
    await ended(page, "Done");
    assert.deepEqual([page.jobs[3].channel, "row" in page.jobs[3], "class" in page.jobs[3]], [2, false, false]);
    await check(page, "Unit");
    await enter(page, "Row", 1);
    await enter(page, "Column", 0);
    await click(page, "Start again");
    await ended(page, "Done");
    assert.deepEqual([page.jobs[4].row, page.jobs[4].column], [1, 0]);
    await check(page, "Class");
    const field = await page.$(".class-search input");
    await field.click({ count: 3 });
    await field.type("parach");
    await until(page, () => document.querySelectorAll(".class-search [role=option]").length === 1);
    await press(page, "Enter");
    await click(page, "Start again");
    await ended(page, "Done");
    assert.equal(page.jobs[5].class, 9);
    await wait(300);
    const hash = await page.evaluate(() => location.hash);
    assert.match(hash, /of=9/);
    await page.end();
    const other = await openModels(`${hash.slice(13)}&zoom=1.2`);
    assert.match(await other.$eval(".class-search input", (input) => input.value), /parachute/);
    assert.equal(await (await control(other, "Zoom")).evaluate((input) => input.value), "1.2");
    assert.equal(await (await control(other, "Steps")).evaluate((input) => input.value), "4");
    await other.end();
  },

  async "Class models look right in both themes, on phones, and to axe-core"() {
    for (const { theme, view, name } of kViews) {
      const page = await openModels("?steps=60", { theme, view });
      await lookOver(page, `ascent-empty-${name}`);
      await click(page, "Start");
      await ended(page, "Done");
      await until(page, () => [...document.querySelectorAll(".film-frame img")].slice(-5).every((image) => image.naturalWidth > 0));
      await lookOver(page, `ascent-${name}`);
      await page.end();
    }
  },
};

const takeAwayTests = {
  async "every view can be taken away as a command, a program, files and an address"() {
    for (const address of ["look", "cut?strokes=o10.250.180.10.10_b10.20.20.0.300", "inside", "class-models"]) {
      const page = await openTab(browser, studio, address);
      await page.browserContext().overridePermissions(studio.origin, ["clipboard-sanitized-write"]);
      await wait(600);
      await page.click(".take-away-button");
      await until(page, () => document.querySelector(".take-code code").textContent.length > 8);
      assert.match(await text(page, ".take-code code"), /^fovea /m, address);
      await check(page, "C++");
      assert.match(await text(page, ".take-code code"), /#include <fovea\/fovea\.hpp>/, address);
      await check(page, "Python");
      assert.match(await text(page, ".take-code code"), /import fovea/, address);
      await (await button(page, "Copy")).click();
      await until(page, () => [...document.querySelectorAll("dialog[open] button")].some((element) => element.textContent === "Copied"));
      const shown = await page.$eval(".take-address input", (input) => input.value);
      assert.ok(shown.startsWith(`${studio.origin}/#${address.replace(/\?.*/, "")}`), shown);
      for (const link of await page.$$("dialog[open] .take-files a"))
        assert.equal(await link.evaluate(async (element) => (await fetch(element.href)).status), 200, address);
      await press(page, "Escape");
      assert.equal(await page.$("dialog[open]"), null);
      assert.ok(await page.evaluate(() => document.activeElement.classList.contains("take-away-button")), "the focus comes back");
      await page.end();
    }
  },

  async "a view without anything in it says so"() {
    const page = await openTab(browser, studio, "cut");
    await wait(500);
    await page.click(".take-away-button");
    assert.match(await text(page, ".take-code code"), /^Paint a stroke on the object/);
    assert.ok(!page.asked.includes("POST /api/commands"), "there is nothing to ask for");
    assert.ok(await (await button(page, "Copy")).evaluate((element) => element.disabled));
    await page.end();
  },

  async "the whole becomes a report"() {
    const page = await openTab(browser, studio, "look");
    await page.click(".take-away-button");
    await check(page, "This photo");
    await page.$$eval(".take-methods input", (list) => list.forEach((input) => (input.checked = input.value === "gradient")));
    await click(page, "Write the report");
    await until(page, () => document.querySelector(".take-report a[target]") !== null);
    const report = await page.$eval(".take-report a[target]", async (link) => (await fetch(link.href)).text());
    assert.match(report, /golf-ball\.jpg/);
    await page.$$eval(".take-methods input", (list) => list.forEach((input) => (input.checked = false)));
    await click(page, "Write the report");
    assert.match(await text(page, ".take-report [role=status]"), /at least one method/);
    await page.end();
  },

  async "the dialog looks right in both themes, on phones, and to axe-core"() {
    for (const { theme, view, name } of kViews) {
      const page = await openTab(browser, studio, "cut?strokes=o10.250.180.10.10_b10.20.20.0.300", { theme, view });
      await until(page, () => !document.querySelector(".cut-result").hidden);
      await page.click(".take-away-button");
      await until(page, () => document.querySelector(".take-code code").textContent.length > 8);
      await lookOver(page, `take-away-${name}`);
      await page.end();
    }
  },
};

const code = await runTests({ ...insideTests, ...modelTests, ...takeAwayTests });
await browser.close();
const end = await studio.stop();
if (end !== 0) console.log(`FAILED  fovea serve ended with ${end}`);
process.exit(code || end);
