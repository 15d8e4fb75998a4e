/*
 * Uses every control of the pages that fovea writes, in Chromium without a screen: node pages_test.mjs FOVEA SOURCE
 * [FOLDER]. Exit code 77 where Chromium or puppeteer is missing. With a folder, pages and screenshots are left there.
 */
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";

import { runTests, startBrowser } from "./browser.mjs";
import { kOddName, makePages } from "./pages.mjs";

const [program, source, kept] = process.argv.slice(2);

const { browser, PNG } = await startBrowser();
const folder = kept ?? mkdtempSync(path.join(tmpdir(), "fovea-pages-"));
if (kept) mkdirSync(kept, { recursive: true });
const pages = makePages(program, source, folder);

/** Opens a page that must ask for nothing but files and complain of nothing. */
async function open(file, view = { width: 1280, height: 900 }) {
  const page = await browser.newPage();
  await page.setViewport(view);
  page.complaints = [];
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && page.complaints.push(message.text()));
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("requestfailed", (request) => page.complaints.push(`failed: ${request.url()}`));
  page.on("request", (request) => /^(file|data):/.test(request.url()) || page.complaints.push(`asks for ${request.url()}`));
  await page.goto(pathToFileURL(file).href);
  return page;
}

async function close(page, name) {
  if (kept) await page.screenshot({ path: path.join(kept, `${name}.png`), fullPage: name !== "many" });
  assert.deepEqual(page.complaints, [], name);
  await page.close();
}

const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
const texts = (page, selector) => page.$$eval(selector, (list) => list.map((element) => element.textContent));
const control = (page, label) => page.evaluateHandle((wanted) =>
  [...document.querySelectorAll("label.control")].find((element) => element.textContent.startsWith(wanted)).querySelector("select, input"), label);
const select = async (page, label, value) => (await control(page, label)).select(value);

/** The titles of the tables that do not fit into the page. */
const tooWide = (page) => page.$$eval(".scroll", (list) =>
  list.filter((element) => element.scrollWidth > element.clientWidth).map((element) => element.getAttribute("aria-label")));

/** The pixels of an element as it is shown. */
const shown = async (handle) => PNG.sync.read(Buffer.from(await handle.screenshot()));

/** The stored bytes of an <img> of a data URL, and its colour as it is shown at the same place. */
async function storedAndShown(page, image) {
  const picture = await shown(image);
  const stored = await image.evaluate((element) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: element.naturalWidth, height: element.naturalHeight });
    const context = canvas.getContext("2d");
    context.drawImage(element, 0, 0);
    return [...context.getImageData(0, 0, canvas.width, canvas.height).data];
  });
  return { picture, stored };
}

/** Shows an image pixel for pixel in the page's corner: at a place between pixels it would be resampled. */
const pixelForPixel = (image) => image.evaluate((element) => {
  document.body.append(element);
  Object.assign(element.style, { position: "fixed", left: 0, top: 0, zIndex: 99, width: `${element.naturalWidth}px`, height: `${element.naturalHeight}px`,
    maxWidth: "none", borderRadius: 0 });
});

/** Every pixel's colour must be `expected(red, green)` of what is stored, up to rounding. */
function checkColours({ picture, stored }, expected, what, tolerance = 2) {
  let worst = 0;
  for (let i = 0; i < stored.length; i += 4)
    expected(stored[i], stored[i + 1]).forEach((value, c) => (worst = Math.max(worst, Math.abs(value - picture.data[i + c]))));
  assert.ok(worst <= tolerance, `${what}: colours are up to ${worst} levels off`);
}

const tests = {
  async "photos, files left out and odd names are there"() {
    const page = await open(pages.report);
    assert.deepEqual((await texts(page, ".photo h3")).sort(), [kOddName, "church.jpg", "golf-ball.jpg", "parachute.jpg"].sort());
    assert.equal((await page.$$("h3 b, h3 script")).length, 0, "a file's name became markup");
    const left = await texts(page, "tbody tr");
    assert.equal(left.length, 2);
    assert.match(left[0], /broken\.jpg.*cut short/);
    assert.match(left[1], /notes\.txt.*not a picture/);
    assert.match(await text(page, ".top p"), /^4 photos by imagenette-resnet\.onnx; 2 files left out$/);
    assert.ok((await texts(page, "h2")).join() === "What the maps mean,Photos,Class models,Plots,Files left out,Network,Run");
    assert.match((await texts(page, ".facts")).join("\n"), /Parameters\d+/);
    assert.equal((await page.$$(".photo:first-of-type .guesses li")).length, 5);
    await close(page, "report");
  },

  async "colours are those of the colour map and of the sign"() {
    const page = await open(pages.report);
    const map = await page.$(".photo .map.signed");
    await pixelForPixel(map);
    const table = async (name) => page.$eval(`#${name}`, (filter) =>
      [...filter.querySelectorAll("feFuncR, feFuncG, feFuncB")].map((f) => f.getAttribute("tableValues").split(" ").map((v) => 255 * v)));
    const atByte = (channels) => (byte) => channels.map((values) => values[byte]);
    for (const name of ["inferno", "viridis"]) {
      await select(page, "Colours", name);
      const plain = await table(`plain-${name}`);
      checkColours(await storedAndShown(page, map), (above, below) => plain.map((values) => values[above + below]), name);
    }
    await (await control(page, "Signed")).click();
    const ends = await table("diverging");
    const between = (above, below) => ends.map((values) => {
      const at = (0.5 + (above - below) / 510) * (values.length - 1), low = Math.floor(at), high = Math.min(low + 1, values.length - 1);
      return values[low] + (at - low) * (values[high] - values[low]);
    });
    // The browser rounds what is looked up to a byte, and the table rises by up to 2 levels for each.
    checkColours(await storedAndShown(page, map), between, "signed", 3);
    assert.equal(await text(page, ".legend"), "lowers the scoreraises it");
    const cam = await page.$(".photo .map.plain");
    await pixelForPixel(cam);
    checkColours(await storedAndShown(page, cam), atByte(await table("plain-viridis")), "a map without signs");
    await page.close();
  },

  async "the slider fades all maps over their photos"() {
    const page = await open(pages.report);
    const map = await page.$(".photo .map.signed");
    const opacity = () => map.evaluate((element) => Number(getComputedStyle(element).opacity));
    assert.equal(await opacity(), 1);
    const slider = await control(page, "Map over photo");
    await slider.focus();
    for (const [key, expected] of [["Home", 0], ["ArrowRight", 0.01], ["End", 1]]) {
      await page.keyboard.press(key);
      assert.equal(await opacity(), expected, key);
    }
    await close(page, "fade");
  },

  async "a class's switch shows that class's maps"() {
    const page = await open(pages.report);
    const card = await page.$(".photo");
    const source = () => card.$eval(".map.signed", (image) => image.src);
    const answer = () => card.$eval(".answer", (element) => element.textContent);
    const [first, firstAnswer] = [await source(), await answer()];
    const radios = await card.$$("input[type=radio]");
    assert.equal(radios.length, 2);
    await radios[1].click();
    assert.notEqual(await source(), first);
    assert.notEqual(await answer(), firstAnswer);
    await radios[0].click();
    assert.equal(await source(), first);
    await close(page, "class");
  },

  async "pictures are enlarged, by keyboard too"() {
    const page = await open(pages.report);
    await page.focus(".photo .enlarge");
    await page.keyboard.press("Enter");
    const caption = () => text(page, "dialog[open] p");
    assert.match(await caption(), /^Photo .*\(1 of 6\)$/);
    const width = await page.$eval("dialog[open] img", (image) => image.getBoundingClientRect().width);
    assert.ok(width > 500, `enlarged to ${width} pixels only`);
    await page.keyboard.press("ArrowRight");
    assert.match(await caption(), /^Gradient .*\(2 of 6\)$/);
    if (kept) await page.screenshot({ path: path.join(kept, "enlarged.png") });
    await page.click("dialog[open] button[aria-label='Previous picture']");
    await page.click("dialog[open] button[aria-label='Previous picture']");
    assert.match(await caption(), /\(6 of 6\)$/);
    await page.click("dialog[open] button[aria-label='Next picture']");
    await page.click("dialog[open] button[aria-label='Next picture']");
    await (await page.$("dialog[open] input.fade")).focus();
    await page.keyboard.press("Home");
    assert.match(await caption(), /\(2 of 6\)$/, "arrows and Home belong to the slider when it has the focus");
    assert.equal(await page.$eval("dialog[open] .map", (image) => getComputedStyle(image).opacity), "0");
    assert.equal(await page.$eval(".toolbar input.fade", (slider) => slider.value), "0", "sliders show the same");
    await page.keyboard.press("Escape");
    assert.equal(await page.$("dialog[open]"), null);
    assert.ok(await page.evaluate(() => document.activeElement.matches(".photo .enlarge")), "the focus comes back");
    await page.click(".pictures .enlarge");
    assert.match(await caption(), /steps of gradient ascent, score/);
    await page.click("dialog[open] button[aria-label='Close']");
    await close(page, "closed");
  },

  async "photos are found, narrowed and put in order"() {
    const page = await open(pages.report);
    const names = () => texts(page, ".photo h3");
    const find = await control(page, "Find");
    await find.type("GOLF");
    assert.deepEqual(await names(), ["golf-ball.jpg"]);
    assert.equal(await text(page, ".count"), "1 of 4 photos");
    await find.evaluate((input) => { input.value = ""; input.dispatchEvent(new Event("input")); });
    await select(page, "Class", "church");
    assert.deepEqual((await names()).sort(), [kOddName, "church.jpg"].sort());
    await select(page, "Class", "");
    await select(page, "Order", "name");
    const byName = await names();
    assert.deepEqual(byName, [...byName].sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)));
    const certain = async () => (await texts(page, ".answer")).map((answer) => Number(answer.match(/probability ([\d.]+)/)[1]));
    await select(page, "Order", "unsure");
    assert.deepEqual(await certain(), [...(await certain())].sort((a, b) => a - b));
    await select(page, "Order", "sure");
    assert.deepEqual(await certain(), [...(await certain())].sort((a, b) => b - a));
    const share = async () => (await texts(page, ".answer")).map((answer) => Number(answer.match(/object: ([\d.]+)/)[1]));
    await select(page, "Order", "share");
    assert.deepEqual(await share(), [...(await share())].sort((a, b) => b - a));
    await select(page, "Order", "class");
    await select(page, "Order", "given");
    assert.equal((await names()).length, 4);
    await close(page, "found");
  },

  async "light and dark"() {
    const page = await open(pages.report);
    const light = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(255, 255, 255)");
    assert.ok(await light());
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "dark" }]);
    assert.ok(!(await light()), "as the system has it");
    await select(page, "Theme", "light");
    assert.ok(await light());
    await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: "light" }]);
    await select(page, "Theme", "dark");
    assert.ok(!(await light()));
    await close(page, "dark");
  },

  async "nothing is wider than a phone, and everything has a name"() {
    const files = [["report", pages.report], ["compared", pages.compared], ["gate", pages.gate], ...pages.evaluations.map((file, i) => [`evaluation-${i}`, file])];
    for (const [name, file] of files) {
      const page = await open(file, { width: 390, height: 844, isMobile: true, hasTouch: true });
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= 390), `${name} is too wide`);
      assert.deepEqual(await tooWide(page), [], `tables of ${name} scroll on a phone`);
      assert.ok(await page.$$eval("img", (list) => list.every((image) => image.hasAttribute("alt"))));
      const nameless = [];
      const walk = (node) => {
        if (["button", "textbox", "searchbox", "combobox", "slider", "checkbox", "radio", "link", "dialog"].includes(node.role) && !node.name) nameless.push(node.role);
        (node.children ?? []).forEach(walk);
      };
      walk(await page.accessibility.snapshot());
      assert.deepEqual(nameless, []);
      const levels = await page.$$eval("h1, h2, h3, h4, h5", (list) => list.map((heading) => Number(heading.tagName[1])));
      assert.ok(levels.every((level, i) => level <= (levels[i - 1] ?? 0) + 1), "a level of headings is left out");
      await close(page, `phone-${name}`);
      const desktop = await open(file, { width: 1300, height: 900 });
      assert.deepEqual(await tooWide(desktop), [], `tables of ${name} scroll at 1300 pixels`);
      await close(desktop, `desktop-${name}`);
    }
  },

  async "links lead to headings below the toolbar"() {
    for (const width of [1300, 800]) {  // where the toolbar has one line, and several
      const page = await open(pages.report, { width, height: 700 });
      for (const link of await page.$$("nav a")) {
        await link.evaluate((element) => element.click());
        await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
        const [top, bottom, atEnd] = await page.evaluate(() => {
          const heading = document.querySelector(location.hash);
          const end = Math.ceil(scrollY + innerHeight) >= document.documentElement.scrollHeight;
          return [heading.getBoundingClientRect().top, document.querySelector(".toolbar").getBoundingClientRect().bottom, end];
        });
        assert.ok(top >= bottom && (top <= bottom + 120 || atEnd), `a heading at ${top} under a toolbar down to ${bottom}`);
      }
      await close(page, `links-${width}`);
    }
  },

  async "right and wrong answers of two networks are told apart"() {
    const page = await open(pages.compared);
    const names = () => texts(page, ".photo h3");
    assert.equal((await texts(page, "h2")).join(), "What the maps mean,Accuracy,Mistakes of imagenette-resnet.onnx (1),Mistakes of imagenette-resnet.onnx (2),Comparison,Photos," +
      "Class models: imagenette-resnet.onnx (1),Class models: imagenette-resnet.onnx (2),Plots,Network: imagenette-resnet.onnx (1),Network: imagenette-resnet.onnx (2),Run");
    assert.equal((await names())[0], "golf-ball.jpg", "wrong ones are first");
    assert.match(await text(page, ".photo .verdict.bad"), /wrong: it is parachute, guess number \d+/);
    assert.equal((await page.$$(".photo:first-of-type .by-network")).length, 2);
    const radios = await page.$$(".photo:first-of-type .by-network:first-of-type input[type=radio]");
    assert.equal(radios.length, 2, "the true class is explained, too");
    await radios[1].click();
    assert.match(await text(page, ".photo:first-of-type .answer"), /^parachute/);
    await select(page, "Show", "wrong");
    const wrong = await names();
    assert.ok(wrong.includes("golf-ball.jpg"));
    await select(page, "Show", "right");
    assert.equal(wrong.length + (await names()).length, 3);
    await select(page, "Show", "disagree");
    assert.equal((await names()).length, (await page.$$(".photo header .verdict")).length);
    await select(page, "Show", "");
    await select(page, "Order", "given");
    assert.deepEqual(await names(), ["church.jpg", "golf-ball.jpg", "parachute.jpg"]);
    await close(page, "compared");
  },

  async "a comparison shows the photos first whose maps differ most, and what its gate says"() {
    const page = await open(pages.gate);
    const titles = await texts(page, "h2");
    for (const title of ["Gate: failed", "Predictions", "Agreement of the maps", "Photos", "Layers", "Files left out"])
      assert.ok(titles.includes(title), `${title} is missing: ${titles}`);
    assert.ok((await texts(page, "td.bad")).includes("failed"));
    assert.ok((await texts(page, "td.good")).includes("passed"));
    const lowest = await page.$$eval(".photo", (cards) => cards.map((card) =>
      Math.min(...[...card.querySelectorAll(".agreement li")].map((line) => Number(/rank correlation (-?[\d.]+)/.exec(line.textContent)[1])))));
    assert.equal(lowest.length, 4);
    assert.deepEqual(lowest, [...lowest].sort((a, b) => a - b), "the lowest correlation comes first");
    assert.equal((await page.$$(".photo:first-of-type .by-network")).length, 2);
    assert.match((await texts(page, ".agreement")).join(), /energy on the object [\d.]+ and [\d.]+ %/);
    await select(page, "Order", "given");
    assert.equal((await texts(page, ".photo h3")).length, 4);
    await close(page, "gate");
  },

  async "60 photos are printed on about 15 pages, in light colours"() {
    const page = await open(pages.printed);
    await select(page, "Theme", "dark");
    const pdf = Buffer.from(await page.pdf({ format: "A4", preferCSSPageSize: true, printBackground: true }));
    if (kept) writeFileSync(path.join(kept, "printed.pdf"), pdf);
    const count = Math.max(...[...pdf.toString("latin1").matchAll(/\/Type\s*\/Pages[^>]*?\/Count (\d+)|\/Count (\d+)[^>]*?\/Type\s*\/Pages/g)].map((match) => Number(match[1] ?? match[2])));
    assert.ok(count >= 8 && count <= 18, `${count} pages`);
    await page.emulateMediaType("print");
    assert.equal(await page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--ground").trim()), "#ffffff");
    assert.ok(await page.$$eval(".control", (list) => list.every((element) => element.getClientRects().length === 0)));
    await page.close();
  },

  async "a split page shows the files beside it"() {
    const page = await open(pages.split);
    const images = await page.$$eval(".photo img", async (list) => {
      list.forEach((image) => (image.loading = "eager"));
      await Promise.all(list.map((image) => image.decode()));
      return list.map((image) => ({ file: image.src.startsWith("file:"), width: image.naturalWidth }));
    });
    assert.equal(images.length, 4 * 5);
    assert.ok(images.every((image) => image.file && image.width > 0));
    await select(page, "Colours", "viridis");
    await close(page, "split");
  },

  async "500 photos can be found and put in order"() {
    const page = await open(pages.many);
    assert.equal(await text(page, ".count"), "500 photos");
    await (await control(page, "Find")).type("499-");
    assert.equal((await page.$$(".photo")).length, 1);
    await close(page, "many");
  },

  async "evaluations have their tables, plots and worst cases"() {
    const parts = ["Verdicts,Plots,Settings,Run", "Measures,Plots,Hardest images,Settings,Run", "Errors and accuracies,Plots,Worst boxes,Settings,Run"];
    for (const [i, file] of pages.evaluations.entries()) {
      const page = await open(file);
      assert.equal((await texts(page, "h2")).join(), parts[i]);
      assert.ok((await page.$$(".plot svg polyline, .plot svg polygon, .plot svg path")).length > 0);
      const column = () => texts(page, "tbody tr td:nth-child(2)");
      await page.click("thead th:nth-child(2) button");
      const down = (await column()).filter((cell) => cell !== "none").map(parseFloat);
      assert.deepEqual(down, [...down].sort((a, b) => b - a));
      assert.equal(await page.$eval("thead th:nth-child(2)", (head) => head.getAttribute("aria-sort")), "descending");
      await page.click("thead th:nth-child(2) button");
      const up = (await column()).filter((cell) => cell !== "none").map(parseFloat);
      assert.deepEqual(up, [...up].sort((a, b) => a - b));
      if (i > 0) {
        await page.click(".pictures .enlarge");
        assert.ok(await page.$("dialog[open]"));
        await page.keyboard.press("Escape");
      }
      await close(page, `evaluation-${i}`);
    }
  },
};

const code = await runTests(tests);
await browser.close();
if (!kept) rmSync(folder, { recursive: true });
process.exit(code);
