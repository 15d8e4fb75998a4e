#!/usr/bin/env node
/*
 * Measures how soon the studio's page shows a map, in Chromium without a screen:
 *   node tools/studio_page_latency.mjs FOVEA [MODEL.onnx ...] [--photo FILE] [--times N]
 * For the bundled network, and for each one named: the time from the start of "fovea serve" to the first map on the page, and
 * from a dropped photo to its map, beside the time that the engine took for it. Needs what tests/browser needs (npm ci).
 */
import path from "node:path";

import { startBrowser } from "../tests/browser/browser.mjs";
import { fileOf, openStudio, startStudio } from "../tests/browser/studio.mjs";

const args = process.argv.slice(2);
const option = (name, usual) => {
  const at = args.indexOf(name);
  return at < 0 ? usual : args.splice(at, 2)[1];
};
const source = path.join(import.meta.dirname, "..");
const photo = option("--photo", path.join(source, "samples", "church.jpg")), times = Number(option("--times", 15));
const [program, ...models] = args;
if (!program) {
  console.error("usage: node tools/studio_page_latency.mjs FOVEA [MODEL.onnx ...] [--photo FILE] [--times N]");
  process.exit(2);
}

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const milliseconds = (value) => `${value.toFixed(0)} ms`;
const { browser } = await startBrowser();

/** Drops the photo under a name and resolves with the milliseconds until its map is painted. */
const drop = (page, { base64 }, name) => page.evaluate(async (base64, name) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const pane = document.querySelector(".pane");
  const isThere = () => pane.querySelector(".pane-world").getAttribute("aria-label").endsWith(name) && !pane.querySelector(".pane-map").hidden;
  const started = performance.now();
  const shown = new Promise((done) => new MutationObserver((_, observer) => {
    if (!isThere()) return;
    observer.disconnect();
    requestAnimationFrame(() => done(performance.now() - started));
  }).observe(pane, { subtree: true, childList: true, attributes: true }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
  return shown;
}, base64, name);

for (const model of [null, ...models]) {
  const firsts = [], drops = [], engine = [];
  for (let run = 0; run < 3; ++run) {
    const studio = await startStudio(program, model ? ["-m", model] : []);
    const page = await openStudio(browser, studio);
    let seconds = 0;
    // The guesses and the map share the forward pass, which whichever is asked for first pays for.
    page.on("response", async (response) => {
      if (/\/api\/map\?/.test(response.url()) && !/values=signed/.test(response.url())) seconds += 1000 * Number(response.headers()["x-fovea-seconds"]);
      if (/\/api\/predictions\?/.test(response.url())) seconds += 1000 * ((await response.json().catch(() => ({}))).seconds ?? 0);
    });
    await page.waitForFunction(() => document.querySelector(".pane-map") && !document.querySelector(".pane-map").hidden, { polling: 5, timeout: 120000 });
    firsts.push(performance.now() - studio.started);
    if (run === 0)
      for (let i = 0; i < times; ++i) {
        seconds = 0;
        drops.push(await drop(page, fileOf(photo), `dropped-${i}.jpg`));
        await new Promise((done) => setTimeout(done, 1500));  // what follows a map has ended
        engine.push(seconds);
      }
    await page.leave();
    await studio.stop();
  }
  const [all, own] = [median(drops), median(engine)];
  console.log(`${model ? path.basename(model) : "bundled network"}: from fovea serve to the first map ${milliseconds(median(firsts))} (median of ${firsts.length}); ` +
    `from a dropped photo to its map ${milliseconds(all)}, of which the engine took ${milliseconds(own)}: ${milliseconds(all - own)} more (medians of ${times})`);
}
await browser.close();
