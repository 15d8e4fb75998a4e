/*
 * Opens examples/browser, where an exported network explains itself by ONNX Runtime's web build: node example_test.mjs FOVEA
 * SOURCE. Exit code 77 where Chromium, puppeteer or onnxruntime-web is missing.
 */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";

import { runTests, startBrowser } from "./browser.mjs";

const [program, source] = process.argv.slice(2);
const example = path.join(source, "examples", "browser");
if (!existsSync(path.join(example, "node_modules", "onnxruntime-web"))) {
  console.log("skipped: onnxruntime-web is not installed (npm ci in examples/browser)");
  process.exit(77);
}
const { browser, PNG } = await startBrowser();

const folder = mkdtempSync(path.join(tmpdir(), "fovea-example-"));
const sample = (name) => path.join(source, "samples", name);
for (const name of ["index.html", "explain.mjs", "serve.mjs", "package.json"]) cpSync(path.join(example, name), path.join(folder, name));
symlinkSync(path.join(example, "node_modules"), path.join(folder, "node_modules"));
copyFileSync(sample("golf-ball.jpg"), path.join(folder, "photo.jpg"));
execFileSync(program, ["export", "explanation", path.join(source, "models", "imagenette-resnet.onnx"), "-o", path.join(folder, "explained.onnx")]);

/** The page's server on a port that is free. */
const server = spawn(process.execPath, [path.join(folder, "serve.mjs"), "0"], { stdio: ["ignore", "pipe", "inherit"] });
const address = await new Promise((resolve) => server.stdout.once("data", (line) => resolve(line.toString().trim())));

/** Pearson's correlation. */
function correlation(a, b) {
  const mean = (list) => list.reduce((sum, value) => sum + value, 0) / list.length;
  const [meanA, meanB] = [mean(a), mean(b)];
  const product = (x, y, mx, my) => x.reduce((sum, value, i) => sum + (value - mx) * (y[i] - my), 0);
  return product(a, b, meanA, meanB) / Math.sqrt(product(a, a, meanA, meanA) * product(b, b, meanB, meanB));
}

/** The map that the program itself makes of a photo, its bytes. */
function mapOf(name) {
  execFileSync(program, ["saliency", sample(name), "-o", path.join(folder, "maps")]);
  const png = PNG.sync.read(readFileSync(path.join(folder, "maps", name.replace(".jpg", "-map.png"))));
  return Array.from({ length: png.width * png.height }, (_, i) => png.data[4 * i]);
}

const code = await runTests({
  async "the page classifies and explains its photo and another one"() {
    const page = await browser.newPage();
    const complaints = [];
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("requestfailed", (request) => complaints.push(`failed: ${request.url()}`));
    await page.goto(address);
    const answer = async (start) => {
      await page.waitForFunction((text) => document.getElementById("answer").textContent.startsWith(text), { timeout: 60000 }, start);
      return page.$eval("#answer", (element) => element.textContent);
    };
    const shown = () => page.evaluate(() => {
      const canvas = document.getElementById("map");
      const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      return Array.from({ length: data.length / 4 }, (_, i) => data[4 * i]);
    });
    assert.match(await answer("golf ball"), /^golf ball, (9\d|100)\.\d %/);
    // Browsers resize photos in their own way, so the maps are alike, not the same.
    assert.ok(correlation(await shown(), mapOf("golf-ball.jpg")) > 0.8);
    await (await page.$("#file")).uploadFile(sample("church.jpg"));
    assert.match(await answer("church"), /^church, (9\d|100)\.\d %/);
    assert.ok(correlation(await shown(), mapOf("church.jpg")) > 0.8);
    assert.deepEqual(complaints, []);
  },
});
await browser.close();
server.kill();
rmSync(folder, { recursive: true });
process.exit(code);
