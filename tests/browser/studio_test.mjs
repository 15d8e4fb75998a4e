/*
 * Uses every control of the studio's frame and of its tab Look, in Chromium without a screen: node studio_test.mjs FOVEA SOURCE
 * [FOLDER [WORDS]]. Exit code 77 where Chromium or puppeteer is missing. With a folder, screenshots are left there; with words, only
 * tests whose names have them are run.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { runTests, startBrowser } from "./browser.mjs";
import { fileOf, findings, give, openStudio, samples, startStudio, wait } from "./studio.mjs";

const [program, source, kept, only = ""] = process.argv.slice(2);
const { browser, PNG } = await startBrowser();
if (kept) mkdirSync(kept, { recursive: true });
const folder = mkdtempSync(path.join(tmpdir(), "fovea-studio-"));
const studio = await startStudio(program);
const [golfBall, church] = samples(source);
const foreign = path.join(source, "tests", "data", "networks", "residual.onnx");
const plain = path.join(source, "models", "imagenette-resnet-plain.onnx");

const open = (options) => openStudio(browser, studio, options);
const shot = (page, name) => kept && page.screenshot({ path: path.join(kept, `${name}.png`), fullPage: page.viewport().width < 500 });
const texts = (page, selector) => page.$$eval(selector, (list) => list.map((element) => element.textContent));
const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const control = async (page, label, within = "body") => {
  const handle = await page.evaluateHandle((label, within) => [...document.querySelectorAll(`${within} label`)].find((element) =>
    element.checkVisibility() && [...element.querySelectorAll("span")].some((span) => span.textContent === label))?.querySelector("select, input"), label, within);
  assert.ok(handle.asElement(), `there is no control “${label}”`);
  return handle.asElement();
};
const press = (page, name) => page.evaluate((name) => {
  const found = [...document.querySelectorAll("button, a")].find((element) => element.checkVisibility() && (element.textContent.trim() === name || element.title === name));
  if (!found) throw new Error(`there is no button “${name}”`);
  found.click();
}, name);

/** All maps are there, and none is on its way. */
const settled = (page, count = 1) => page.waitForFunction((count) => {
  const panes = [...document.querySelectorAll(".pane")];
  return panes.length === count && panes.every((pane) => !pane.querySelector(".pane-map").hidden && !pane.classList.contains("waiting") && pane.querySelector(".pane-answer").textContent);
}, { timeout: 60000, polling: 10 }, count);
const guessed = (page) => page.waitForSelector(".guess input", { timeout: 30000 });

/** The pixels of a map's canvas in bytes, as base64 over the wire. */
const canvasOf = async (page, index = 0) => {
  const { width, height, data } = await page.$$eval(".pane-map", (list, index) => {
    const canvas = list[index], { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    let letters = "";
    for (let i = 0; i < data.length; i += 8192) letters += String.fromCharCode(...data.subarray(i, i + 8192));
    return { width: canvas.width, height: canvas.height, data: btoa(letters) };
  }, index);
  return { width, height, data: Buffer.from(data, "base64") };
};
const fetched = (page, address) => page.evaluate(async (address) => {
  const response = await fetch(address);
  const bytes = new Uint8Array(await response.arrayBuffer());
  let letters = "";
  for (let i = 0; i < bytes.length; i += 8192) letters += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return { status: response.status, type: response.headers.get("Content-Type"), headers: Object.fromEntries(response.headers), data: btoa(letters) };
}, address).then((answer) => ({ ...answer, data: Buffer.from(answer.data, "base64") }));
const setSlider = async (page, label, value) => (await control(page, label)).evaluate((input, value) => {
  input.value = value;
  input.dispatchEvent(new Event("input", { bubbles: true }));
  input.dispatchEvent(new Event("change", { bubbles: true }));
}, value);
const frames = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
const computing = (asked) => asked.filter((line) => !/picture|events|\/web\//.test(line));

const tests = {
  async "the first view has a photo, its map and its guesses"() {
    const page = await open();
    await settled(page);
    await guessed(page);
    assert.equal(await page.$eval(".thumb[aria-selected=true]", (item) => item.getAttribute("aria-label")), "golf-ball.jpg");
    assert.equal(await text(page, ".guess .guess-name"), "golf ball");
    assert.match(await text(page, ".pane-answer"), /^golf ball/);
    const { data } = await canvasOf(page);
    assert.ok(data.some((value, i) => i % 4 === 3 && value > 200), "the map is empty");
    assert.deepEqual(await findings(page) ?? [], []);
    assert.match(page.url(), /#look\?model=.*&photo=golf-ball.jpg/);
    await shot(page, "first");
    await page.end();
  },

  async "the map has the colours of fovea's own pictures, at its place"() {
    const page = await open();
    await settled(page);
    await (await control(page, "Pixels")).click();
    await (await control(page, "Even")).click();
    for (const [colours, percentile, gamma, signed] of [["inferno", 99, 0, false], ["viridis", 95, -1, false], ["inferno", 90, 0.5, true]]) {
      await (await control(page, "Colours")).select(colours);
      await setSlider(page, "White point", percentile);
      await setSlider(page, "Gamma", gamma);
      if (signed) await (await control(page, "Signed")).click();
      await frames(page);
      const [address] = await page.$$eval("#save-title", ([title]) => [...title.closest("section").querySelectorAll("a")].filter((link) => /^Map/.test(link.textContent)).map((link) => link.href));
      const expected = PNG.sync.read((await fetched(page, address)).data), shown = await canvasOf(page);
      assert.deepEqual([shown.width, shown.height], [expected.width, expected.height]);
      let worst = 0;
      for (let i = 0; i < shown.data.length; ++i) worst = Math.max(worst, Math.abs(shown.data[i] - expected.data[i]));
      assert.ok(worst <= 6, `${colours}, signed ${signed}: colours are up to ${worst} levels off`);
      const region = (await fetched(page, address)).headers["x-fovea-region"];
      if (!region) continue;
      const [x, y, width, height] = region.split(",").map(Number);
      const boxes = await page.evaluate(() => [".pane-photo", ".pane-map"].map((selector) => document.querySelector(selector).getBoundingClientRect().toJSON()));
      const natural = await page.$eval(".pane-photo", (image) => [image.naturalWidth, image.naturalHeight]), scale = boxes[0].width / natural[0];
      for (const [found, wanted] of [[boxes[1].x, boxes[0].x + x * scale], [boxes[1].y, boxes[0].y + y * scale], [boxes[1].width, width * scale], [boxes[1].height, height * scale]])
        assert.ok(Math.abs(found - wanted) < 0.6, `the map is at ${found}, not ${wanted}`);
    }
    await page.end();
  },

  async "what changes a map's look asks for nothing"() {
    const page = await open();
    await settled(page);
    await page.waitForFunction(() => performance.getEntriesByType("resource").some(({ name }) => /values=signed/.test(name)));
    await wait(1500);  // the check of the method
    const before = page.asked.length;
    const seen = new Set([(await canvasOf(page)).data.toString("base64")]);
    const look = async (what) => {
      await frames(page);
      const now = (await canvasOf(page)).data.toString("base64");
      assert.ok(!seen.has(now), `${what} changes nothing`);
      seen.add(now);
    };
    await (await control(page, "Colours")).select("viridis");
    await look("the colour map");
    await setSlider(page, "White point", 90);
    await look("the percentile");
    await setSlider(page, "Gamma", 1);
    await look("the gamma");
    await (await control(page, "Signed")).click();
    await look("the sign");
    assert.equal(await text(page, ".legend"), "lowersraises");
    await (await control(page, "Even")).click();
    await look("the opacity");
    await setSlider(page, "Map over photo", 30);
    assert.equal(await page.$eval(".pane-map", (canvas) => getComputedStyle(canvas).opacity), "0.3");
    await press(page, "Reset");
    await frames(page);
    assert.equal((await canvasOf(page)).data.toString("base64"), [...seen][0], "reset brings the first look back");
    assert.deepEqual(computing(page.asked.slice(before)), []);
    await page.end();
  },

  async "methods have the options that they use"() {
    const page = await open();
    await settled(page);
    const { methods } = JSON.parse((await fetched(page, "/api/studio")).data.toString());
    const labels = { layer: "Layer", merge: "Channels of a pixel", baseline: "Baseline", noise: "Noise", window: "Square", stride: "Step",
      keep: "Cells kept", samples: "Samples", smooth: "Noisy copies", cells: "Cells a side", heads: "Heads", discard: "Smallest entries discarded",
      residual: "Share that passes by", blocks: "Last blocks", segments: "Regions", seed: "Seed" };
    const [{ unusable }] = JSON.parse((await fetched(page, "/api/models")).data.toString()).models;
    assert.ok("attention-rollout" in unusable, "this network has no attention");
    for (const { name, options, samples: count } of methods) {
      const isOffered = await page.$$eval(".pane-head select option", (list, name) => list.some(({ value }) => value === name), name);
      assert.equal(isOffered, !(name in unusable), name);
      if (count || !isOffered) continue;
      await page.select(".pane-head select", name);
      await settled(page);
      const found = await page.$$eval(".option-fields .field > span:first-child", (list) => list.map((span) => span.textContent));
      assert.deepEqual(found.sort(), options.map((option) => labels[option] ?? option).sort(), name);
    }
    await page.select(".pane-head select", "grad-cam");
    await settled(page);
    const deep = (await canvasOf(page)).data, layer = await control(page, "Layer");
    const values = await layer.$$eval("option", (list) => list.map((option) => option.value));
    assert.ok(values.length > 3);
    await layer.select(values[1]);
    await page.waitForFunction((layer) => location.hash.includes(encodeURIComponent(encodeURIComponent(layer)).slice(0, 6)) || location.hash.includes("layer"), {}, values[1]);
    await settled(page);
    await wait(300);
    await settled(page);
    assert.ok(!deep.equals((await canvasOf(page)).data), "another layer has another map");
    await (await control(page, "Views of the photo")).select("whole");
    await page.waitForFunction(() => document.querySelector(".pane-region").hidden, { timeout: 20000 });
    await page.end();
  },

  async "a sampling method shows its progress, and can be cancelled"() {
    const page = await open();
    await settled(page);
    await page.select(".pane-head select", "smoothgrad");
    await settled(page);
    const samples = await control(page, "Samples");
    await samples.type("60000");
    await samples.press("Tab");
    await page.waitForFunction(() => /^\d+ of 60000/.test(document.querySelector(".pane-count")?.textContent), { timeout: 30000 });
    await shot(page, "progress");
    await press(page, "Cancel");
    await page.waitForFunction(() => /Cancelled/.test(document.querySelector(".pane-cover").textContent));
    await page.waitForFunction(async () => (await (await fetch("/api/jobs")).json()).jobs.every(({ state }) => state !== "running" && state !== "queued"), { timeout: 20000, polling: 200 });
    await samples.evaluate((input) => (input.value = ""));
    await samples.type("5");
    await samples.press("Tab");
    await wait(300);
    await settled(page);
    await page.end();
  },

  async "classes are chosen by a click, by a search, and against each other"() {
    const page = await open();
    await settled(page);
    await guessed(page);
    const best = (await canvasOf(page)).data;
    await page.click(".guess:nth-child(3) input");
    await page.waitForFunction(() => document.querySelector(".pane-answer strong")?.textContent === document.querySelector(".guess:nth-child(3) .guess-name").textContent);
    await settled(page);
    assert.ok(!best.equals((await canvasOf(page)).data), "another class has another map");
    const search = await control(page, "Explain another class");
    await search.type("gas pu");
    await page.waitForSelector(".class-search [role=option]");
    await page.waitForFunction(() => document.querySelectorAll(".class-search [role=option]").length === 1);
    await shot(page, "search");
    await search.press("Enter");
    await page.waitForFunction(() => document.querySelector(".pane-answer strong")?.textContent === "gas pump");
    await page.waitForFunction(() => document.querySelector(".guess:has(:checked) .guess-name")?.textContent === "gas pump");
    const contrast = await control(page, "Rather than");
    await contrast.type("church");
    await page.waitForFunction(() => [...document.querySelectorAll(".class-search")].at(-1).querySelectorAll("[role=option]").length === 1);
    await contrast.press("ArrowDown");
    await contrast.press("Enter");
    await page.waitForFunction(() => /^gas pump rather than church/.test(document.querySelector(".pane-answer").textContent), { timeout: 20000 });
    await page.click(".guess:first-child input");
    await page.waitForFunction(() => /^golf ball rather than church/.test(document.querySelector(".pane-answer").textContent), { timeout: 20000 });
    await contrast.evaluate((input) => input.select());
    await contrast.press("Backspace");
    await contrast.press("Enter");
    await page.waitForFunction(() => !/rather/.test(document.querySelector(".pane-answer").textContent));
    await settled(page);
    assert.ok(best.equals((await canvasOf(page)).data));
    await page.end();
  },

  async "maps are compared side by side, and zoom together"() {
    const page = await open();
    await settled(page);
    await press(page, "Method");
    await settled(page, 2);
    await press(page, "Random map");
    await settled(page, 3);
    await press(page, "Centre prior");
    await settled(page, 4);
    assert.deepEqual(await page.$$eval(".pane-head select:first-child", (list) => list.map((select) => select.selectedOptions[0].textContent)), ["Grad-CAM", "Gradient", "Random map", "Centre prior"]);
    await page.hover(".pane:nth-child(2) .pane-view");
    await page.waitForFunction(() => [...document.querySelectorAll(".readout")].every((readout) => /^\d+, \d+: /.test(readout.textContent)));
    await shot(page, "compare");
    assert.deepEqual(await findings(page) ?? [], []);
    await page.mouse.wheel({ deltaY: -400 });
    await frames(page);
    const places = await page.$$eval(".pane-world", (list) => list.map((world) => world.style.transform));
    assert.equal(new Set(places).size, 1);
    assert.notEqual(places[0].match(/scale\(([\d.]+)\)/)[1], "1");
    const box = await (await page.$(".pane-view")).boundingBox();
    await page.mouse.move(box.x + 100, box.y + 100);
    await page.mouse.down();
    await page.mouse.move(box.x + 60, box.y + 80, { steps: 3 });
    await page.mouse.up();
    const moved = await page.$$eval(".pane-world", (list) => list.map((world) => world.style.transform));
    assert.equal(new Set(moved).size, 1);
    assert.notEqual(moved[0], places[0]);
    await press(page, "Show all of the photo (0)");
    assert.equal(await text(page, ".zooms output"), "100 %");
    await page.$$eval(".pane-head button", (list) => list[1].click());
    await settled(page, 3);
    await page.end();
  },

  async "two networks are compared by the names of their classes"() {
    const page = await open();
    await settled(page);
    const [chooser] = await Promise.all([page.waitForFileChooser(), press(page, "Network")]);
    await chooser.accept([plain]);
    await settled(page, 2);
    const networks = await page.$$eval(".pane-head select:nth-child(2)", (list) => list.map((select) => select.selectedOptions[0].textContent));
    assert.deepEqual(networks, ["imagenette-resnet.onnx", "imagenette-resnet-plain.onnx"]);
    await page.click(".guess:nth-child(2) input");
    await page.waitForFunction(() => {
      const names = [...document.querySelectorAll(".pane-answer strong")].map((name) => name.textContent);
      return names.length === 2 && names.every((name) => name === document.querySelector(".guess:nth-child(2) .guess-name").textContent);
    }, { timeout: 20000 });
    await settled(page, 2);
    await shot(page, "networks");
    const maps = [await canvasOf(page, 0), await canvasOf(page, 1)];
    assert.ok(!maps[0].data.equals(maps[1].data), "both networks have the same map");
    await page.end();
  },

  async "a network that is dropped answers, with another preprocessing if that is chosen"() {
    const page = await open();
    await settled(page);
    await give(page, "drop", [fileOf(foreign, "신경망.onnx")]);
    await page.waitForFunction(() => document.querySelector("#network-title").textContent === "신경망.onnx", { timeout: 20000 });
    await settled(page);
    await guessed(page);
    assert.match(await text(page, ".notes"), /assumed/);
    await shot(page, "assumed");
    const before = await texts(page, ".guess .number");
    await (await control(page, "Preprocessing")).select("caffe");
    await page.waitForFunction((before) => {
      const now = [...document.querySelectorAll(".guess .number")].map((element) => element.textContent).join();
      return now && now !== before;
    }, { timeout: 20000 }, before.join());
    await settled(page);
    assert.doesNotMatch(await text(page, ".notes"), /assumed/);
    await page.end();
  },

  async "photos are dropped, pasted and chosen; what is broken is said"() {
    const page = await open({ allowed: [/40\d|41\d|42\d/] });
    await settled(page);
    const name = "골프공 وردة <b>.jpg";
    const started = await page.evaluate(() => performance.now());
    await give(page, "drop", [fileOf(golfBall, name, "image/jpeg")]);
    await page.waitForFunction((name) => document.querySelector(".thumb[aria-selected=true]")?.getAttribute("aria-label") === name, { polling: 5 }, name);
    await settled(page);
    console.log(`        from a dropped photo to its map: ${(await page.evaluate(() => performance.now()) - started).toFixed(0)} ms, seen from outside`);
    assert.equal(await page.$eval(".thumb[aria-selected=true] .thumb-name", (element) => `${element.textContent} ${element.dir}`), `${name} auto`);
    assert.equal((await page.$$(".thumb b")).length, 0);
    await give(page, "paste", [fileOf(church, "pasted.jpg", "image/jpeg")]);
    await page.waitForFunction(() => document.querySelector(".thumb[aria-selected=true]")?.getAttribute("aria-label") === "pasted.jpg");
    await settled(page);
    assert.match(await text(page, ".pane-answer"), /^church/);
    // What this browser cannot read comes from the server.
    await give(page, "drop", [fileOf(path.join(source, "tests", "data", "image", "rgb.tif"), "in truth a tiff.jpg", "image/jpeg")]);
    await page.waitForFunction(() => document.querySelector(".thumb[aria-selected=true]")?.getAttribute("aria-label") === "in truth a tiff.jpg");
    await page.waitForFunction(() => /^\/api\/photos/.test(document.querySelector(".pane-photo").getAttribute("src")) && document.querySelector(".pane-photo").naturalWidth > 0);
    await page.waitForFunction(() => document.querySelector(".thumb[aria-selected=true] img").naturalWidth > 0);
    await settled(page);
    const [chooser] = await Promise.all([page.waitForFileChooser(), press(page, "Add photos")]);
    const chosen = path.join(folder, "chosen.jpg");
    copyFileSync(golfBall, chosen);
    await chooser.accept([chosen]);
    await page.waitForFunction(() => document.querySelector(".thumb[aria-selected=true]")?.getAttribute("aria-label") === "chosen.jpg");
    await settled(page);
    const broken = path.join(folder, "broken.jpg"), model = path.join(folder, "broken.onnx");
    writeFileSync(broken, readFileSync(golfBall).subarray(0, 400));
    writeFileSync(model, "no network");
    await give(page, "drop", [fileOf(broken), fileOf(model)]);
    await page.waitForFunction(() => /broken\.onnx/.test(document.querySelector(".notices").textContent), { timeout: 20000 });
    await page.waitForFunction(() => /broken\.jpg/.test(document.querySelector(".notices").textContent + document.querySelector(".pane-cover").textContent), { timeout: 20000 });
    await shot(page, "broken");
    await page.focus(".thumb[aria-selected=true]");
    for (let left = (await page.$$(".thumb")).length - 1; left >= 3; --left) {
      await page.keyboard.press("Delete");
      await page.waitForFunction((left) => document.querySelectorAll(".thumb").length === left, {}, left);
      await page.focus(".thumb[aria-selected=true]");
    }
    await page.keyboard.press("Delete");
    await wait(100);
    assert.equal((await page.$$(".thumb")).length, 3, "what was not dropped is not taken away");
    await give(page, "dragenter", [fileOf(golfBall)]);
    await page.waitForSelector(".veil:not([hidden])");
    await give(page, "dragleave", [fileOf(golfBall)]);
    await page.waitForSelector(".veil", { hidden: true });
    await page.end();
  },

  async "a method that hardly depends on the network has a note, and nothing moves"() {
    const page = await open();
    await settled(page);
    await page.select(".pane-head select", "guided");
    await settled(page);
    const place = () => page.evaluate(() => [".pane-view", ".pane-foot", ".display"].map((selector) => JSON.stringify(document.querySelector(selector).getBoundingClientRect())));
    const before = await place();
    const [request] = await Promise.all([page.waitForResponse((response) => /\/api\/sanity/.test(response.url()) && /guided/.test(response.url()), { timeout: 60000 })]);
    const { passes, text: words } = await request.json();
    await wait(100);
    assert.equal(await text(page, ".pane-note"), passes ? "" : words);
    assert.deepEqual(await place(), before);
    if (!passes) {
      await page.click(".pane-note");
      assert.ok(await page.$eval(".pane-note", ({ scrollWidth, clientWidth }) => scrollWidth <= clientWidth), "a press shows all of the note");
    }
    await page.end();
  },

  async "files of the map are what they say"() {
    const page = await open();
    await settled(page);
    const links = await page.$$eval("#save-title", ([title]) => [...title.closest("section").querySelectorAll("a")].map((link) => [link.download, link.href]));
    const signs = { png: "\x89PNG", svg: "<svg", npy: "\x93NUMPY", json: "{" };
    assert.equal(links.length, 6);
    for (const [name, address] of links) {
      const answer = await fetched(page, address);
      assert.equal(answer.status, 200, name);
      assert.ok(answer.data.toString("latin1").startsWith(signs[name.split(".").pop()]), `${name} begins with ${answer.data.subarray(0, 8)}`);
    }
    await page.end();
  },

  async "the address restores the view"() {
    const page = await open();
    await settled(page);
    await guessed(page);
    await press(page, "Method");
    await settled(page, 2);
    await page.focus(".thumb[aria-selected=true]");
    await page.keyboard.press("ArrowDown");
    await settled(page, 2);
    await guessed(page);
    await page.click(".guess:nth-child(2) input");
    await settled(page, 2);
    await (await control(page, "Colours")).select("magma");
    await setSlider(page, "Gamma", 0.5);
    await page.select(".pane:nth-child(2) .pane-head select", "smoothgrad");
    await settled(page, 2);
    const samples = await control(page, "Samples");
    await samples.type("4");
    await samples.press("Tab");
    await wait(300);
    const state = (page) => page.evaluate(() => ({
      photo: document.querySelector(".thumb[aria-selected=true]").getAttribute("aria-label"), methods: [...document.querySelectorAll(".pane-head select:first-child")].map((select) => select.value),
      class: document.querySelector(".guess:has(:checked) .guess-name").textContent, colours: [...document.querySelectorAll(".display select")].map((select) => select.value),
      answers: [...document.querySelectorAll(".pane-answer")].map((answer) => answer.textContent), sliders: [...document.querySelectorAll(".display input[type=range]")].map((input) => input.value),
      options: decodeURIComponent(location.hash.match(/maps=([^&]*)/)[1]),
    }));
    await settled(page, 2);
    const before = await state(page), { hash } = new URL(page.url());
    assert.match(before.options, /smoothgrad,samples=4$/);
    await page.end();
    const other = await open({ hash });
    await settled(other, 2);
    await guessed(other);
    assert.deepEqual(await state(other), before);
    await other.end();
    const wrong = await open({ hash: "#nowhere?photo=gone.jpg&maps=nonsense;;%25&class=x&gamma=huge" });
    await settled(wrong);
    await wrong.waitForSelector(".notice");
    assert.deepEqual((await texts(wrong, ".notice strong")).map((words) => words.replace(/^.*: /, "")), ["the map “nonsense”, the map “%”, the photo “gone.jpg”, the class “x”."]);
    await wrong.end();
  },

  async "everything is done by the keyboard alone"() {
    const page = await open();
    await settled(page);
    await guessed(page);
    const focused = () => page.evaluate(() => document.activeElement.closest("label")?.textContent || document.activeElement.getAttribute("aria-label") || document.activeElement.title || document.activeElement.textContent);
    const reach = async (pattern, most = 80) => {
      for (let i = 0; i < most; ++i) {
        await page.keyboard.press("Tab");
        if (pattern.test(await focused())) return;
      }
      assert.fail(`Tab does not reach ${pattern}`);
    };
    await reach(/^golf-ball\.jpg$/);
    await page.keyboard.press("ArrowUp");
    await page.waitForFunction(() => /^church/.test(document.querySelector(".pane-answer").textContent), { timeout: 20000 });
    await guessed(page);
    await reach(/^Method$/);
    await page.keyboard.type("Gradient");
    await page.waitForFunction(() => document.querySelector("#method-title").textContent === "Gradient", { timeout: 20000 });
    await settled(page);
    await reach(/^Maps over the photo/);
    await page.keyboard.press("+");
    assert.equal(await text(page, ".zooms output"), "150 %");
    const before = await page.$eval(".pane-world", (world) => world.style.transform);
    await page.keyboard.press("ArrowRight");
    assert.notEqual(await page.$eval(".pane-world", (world) => world.style.transform), before);
    await page.keyboard.press("0");
    assert.equal(await text(page, ".zooms output"), "100 %");
    await reach(/^Map over photo/);
    await page.keyboard.press("Home");
    assert.equal(await page.$eval(".pane-map", (canvas) => getComputedStyle(canvas).opacity), "0");
    await reach(/^church/);
    await page.keyboard.press("ArrowDown");
    await page.waitForFunction(() => document.querySelector(".guess:nth-child(2) input")?.checked && document.activeElement === document.querySelector(".guess:nth-child(2) input"));
    await settled(page);
    await page.evaluate(() => document.activeElement.blur());
    for (const [key, check] of [
      ["m", () => page.$eval(".pane-map", (canvas) => getComputedStyle(canvas).opacity > 0.5)],
      ["s", () => page.$eval(".legend", (legend) => /raises/.test(legend.textContent))],
      ["c", () => settled(page, 2).then(() => true)],
      ["x", () => settled(page, 1).then(() => true)],
      ["]", () => page.$eval(".pane-head select", (select) => select.value !== "gradient")],
      ["j", () => page.waitForFunction(() => /^golf-ball/.test(document.querySelector(".thumb[aria-selected=true]").getAttribute("aria-label"))).then(() => true)],
      ["/", () => page.evaluate(() => document.activeElement.getAttribute("role") === "combobox")],
    ]) {
      if (key !== "/") await page.evaluate(() => document.activeElement.blur());
      await page.keyboard.press(key);
      assert.ok(await check(), `the key ${key}`);
    }
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("?");
    assert.ok(await page.$("dialog[open]"));
    assert.deepEqual(await findings(page) ?? [], []);
    await shot(page, "keys");
    await page.click("dialog[open] input[type=checkbox]");
    await page.keyboard.press("Escape");
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press("?");
    assert.ok(!(await page.$("dialog[open]")), "keys that are off do nothing");
    await page.evaluate(() => localStorage.clear());
    await page.end();
  },

  async "light and dark, wide and narrow"() {
    for (const theme of ["light", "dark"])
      for (const view of [{ width: 1280, height: 860 }, { width: 390, height: 844, isMobile: true, hasTouch: true }]) {
        const page = await open({ theme, view });
        await settled(page);
        await guessed(page);
        assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${view.width}: too wide`);
        assert.deepEqual(await findings(page) ?? [], [], `${theme} at ${view.width}`);
        const dark = () => page.evaluate(() => getComputedStyle(document.querySelector(".head")).backgroundColor.match(/\d+/g).map(Number)[0] < 100);
        assert.equal(await dark(), theme === "dark");
        await shot(page, `${theme}-${view.width}`);
        await press(page, "Theme: as the system");
        await press(page, "Theme: light");
        assert.ok(await dark(), "the chosen theme goes before the system's");
        await page.evaluate(() => localStorage.clear());
        await page.end();
      }
  },

  async "nothing jumps while the first view comes"() {
    const page = await open({ hash: "#look" });
    await page.evaluateOnNewDocument(() => {
      window.shifts = [];
      new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value, sources }) => [value, sources.map(({ node }) => node?.className ?? "")]))).observe({ type: "layout-shift", buffered: true });
    });
    await page.reload();
    await settled(page);
    await guessed(page);
    await wait(1500);
    const shifts = await page.evaluate(() => window.shifts);
    assert.ok(shifts.reduce((sum, [value]) => sum + value, 0) < 0.02, `the layout shifts: ${JSON.stringify(shifts)}`);
    await page.end();
  },

  async "a long list of photos is asked for as it is needed"() {
    const many = path.join(folder, "many");
    mkdirSync(many);
    for (let i = 100; i < 350; ++i) symlinkSync(church, path.join(many, `photo-${i}.jpg`));
    const other = await startStudio(program, [many]), page = await openStudio(browser, other);
    await settled(page);
    assert.equal((await page.$$(".thumb")).length, 200);
    assert.equal(await text(page, ".rail-count"), "200 of 250");
    await page.$eval(".thumbs", (list) => (list.scrollTop = list.scrollHeight));
    await page.waitForFunction(() => document.querySelectorAll(".thumb").length === 250);
    assert.ok(page.asked.filter((line) => /picture\?side=192/.test(line)).length < 100, "pictures that nobody sees are asked for");
    await page.end();
    const linked = await openStudio(browser, other, { hash: "#look?photo=photo-349.jpg" });
    await settled(linked);
    assert.equal(await linked.$eval(".thumb[aria-selected=true]", (item) => item.getAttribute("aria-label")), "photo-349.jpg");
    await linked.end();
    assert.equal(await other.stop(), 0);
  },

  async "one message names all files that cannot be taken, covers nothing, and leaves"() {
    const page = await open({ allowed: [/Failed to load resource/] });
    await settled(page);
    const bad = (name) => ({ name, type: "image/jpeg", base64: Buffer.from("no picture").toString("base64") });
    await give(page, "drop", [bad("a.jpg"), bad("b.jpg"), fileOf(golfBall, "good.jpg"), bad("c.jpg"), bad("d.jpg"), bad("e.onnx")]);
    await page.waitForSelector(".notice[role=alert] li");
    const lines = await texts(page, ".notice li");
    assert.deepEqual(lines.map((line) => line.replace(/:.*/, "")), ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.onnx"]);
    assert.ok(lines.every((line) => line.length > 15 && !/docs\/|\/api\//.test(line)), lines.join("\n"));
    assert.equal((await page.$$(".notice")).length, 1);
    const [foot, top] = await page.evaluate(() => [document.querySelector(".body").getBoundingClientRect().bottom, document.querySelector(".notices").getBoundingClientRect().top]);
    assert.ok(foot <= top, "the message covers the panel");
    assert.deepEqual(await findings(page) ?? [], []);
    await page.click("#tab-cut");
    assert.equal((await page.$$(".notice")).length, 0);
    await page.click("#tab-look");
    await give(page, "drop", [bad("f.jpg")]);
    await page.waitForSelector(".notice");
    await page.click(".thumb:not([aria-selected=true])");
    assert.equal((await page.$$(".notice")).length, 0);
    await page.end();
  },

  async "a message stays while the pointer rests on it, and is to be read afterwards"() {
    const page = await open({ allowed: [/Failed to load resource/] });
    await settled(page);
    await give(page, "drop", [{ name: "f.jpg", type: "image/jpeg", base64: "AAAA" }]);
    await page.hover(".notice");
    await wait(13000);
    assert.equal((await page.$$(".notice")).length, 1);
    await page.hover(".brand");
    await page.waitForFunction(() => !document.querySelector(".notice"), { timeout: 20000 });
    assert.match(await text(page, "section[aria-label='Earlier messages']"), /^f\.jpg/);
    await page.end();
  },

  async "a photo that cannot be read says why in the strip and in every tab"() {
    const bad = path.join(folder, "bad.jpg");
    writeFileSync(bad, readFileSync(golfBall).subarray(0, 3000));
    const other = await startStudio(program, [golfBall, bad]);
    const page = await openStudio(browser, other, { allowed: [/Failed to load resource/] });
    await settled(page);
    await page.waitForFunction(() => /^bad\.jpg: the JPEG/.test(document.querySelector(".thumb.broken")?.title));
    assert.match(await page.$eval(".thumb.broken", (item) => item.getAttribute("aria-label")), /^bad\.jpg, cannot be read: the JPEG/);
    await page.click(".thumb.broken");
    for (const tab of ["cut", "inside"]) {
      await page.click(`#tab-${tab}`);
      await page.waitForFunction((tab) => /^bad\.jpg cannot be shownThe JPEG/.test(document.querySelector(`#panel-${tab} .absence:not([hidden])`)?.textContent), {}, tab);
      assert.deepEqual(await findings(page) ?? [], []);
    }
    await page.click(".thumb:not(.broken)");
    await page.waitForFunction(() => document.querySelectorAll("#panel-inside .channel").length > 0 && document.querySelector("#panel-inside .absence").hidden);
    assert.equal(await page.$eval("#panel-cut .absence", (element) => element.hidden), true);
    await page.end();
    assert.equal(await other.stop(), 0);
  },

  async "without photos the page says what to do"() {
    const page = await open();
    await settled(page);
    await page.evaluate(async () => {
      const { photos } = await (await fetch("/api/photos")).json();
      for (const { id } of photos) await fetch(`/api/photos/${id}`, { method: "DELETE" });
    });
    await page.goto(studio.origin);
    await page.waitForSelector(".empty:not([hidden])");
    assert.match(await text(page, ".empty"), /Drop a photo here/);
    assert.deepEqual(await findings(page) ?? [], []);
    await shot(page, "empty");
    await give(page, "drop", [fileOf(golfBall)]);
    await settled(page);
    await page.end();
  },
};

const code = await runTests(Object.fromEntries(Object.entries(tests).filter(([name]) => name.includes(only))));
await browser.close();
const ended = await studio.stop();
if (ended !== 0) console.log(`fovea serve ended with ${ended}`);
rmSync(folder, { recursive: true });
process.exit(code || (ended === 0 ? 0 : 1));
