/** Common parts of the studio's tests: fovea serve, and its page in Chromium. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

/** Starts `fovea serve`; resolves with {url, origin, started: the time of the start, stop()} when it has printed its address. */
export function startStudio(program, args = []) {
  const started = performance.now();
  const server = spawn(program, ["serve", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  let words = "", complaints = "";
  server.stderr.on("data", (text) => (complaints += text));
  return new Promise((done, fail) => {
    server.on("exit", (code) => fail(new Error(`fovea serve ended with ${code}: ${complaints}`)));
    server.stdout.on("data", (text) => {
      words += text;
      const url = words.match(/^fovea studio: (http:\S+)\n/m)?.[1];
      if (!url) return;
      const stop = () => new Promise((ended) => {
        server.removeAllListeners("exit");
        server.on("exit", (code) => ended(code));
        server.kill("SIGINT");
      });
      done({ url, origin: new URL(url).origin, started, server, stop });
    });
  });
}

/** Opens the studio's page in a browser of its own cookies; it must ask for nothing elsewhere and complain of nothing. */
export async function openStudio(browser, studio, { hash = "", view = { width: 1280, height: 860 }, theme = "light", allowed = [] } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setViewport(view);
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }, { name: "prefers-reduced-motion", value: "reduce" }]);
  page.complaints = [];
  allowed = [...allowed, /willReadFrequently/];  // a test reads the pixels that the page only writes
  const complain = (text) => allowed.some((pattern) => pattern.test(text)) || page.complaints.push(text);
  page.on("console", (message) => ["error", "warn"].includes(message.type()) && complain(`${message.text()} ${message.location()?.url ?? ""}`));
  page.on("pageerror", (error) => complain(String(error.stack ?? error)));
  // A request that is given up for a newer one is no fault.
  page.on("requestfailed", (request) => request.failure()?.errorText === "net::ERR_ABORTED" || complain(`failed: ${request.url()}`));
  page.on("request", (request) => request.url().startsWith(studio.origin) || /^(blob|data):/.test(request.url()) || complain(`asks for ${request.url()}`));
  page.asked = [];
  page.on("request", (request) => request.url().startsWith(studio.origin) && page.asked.push(`${request.method()} ${request.url().slice(studio.origin.length)}`));
  await page.goto(studio.url + hash);
  page.end = async () => {
    assert.deepEqual(page.complaints, []);
    await page.leave();
  };
  page.leave = () => context.close();
  return page;
}

const require = createRequire(import.meta.url);
let axe = null;

/** What axe-core finds in the page, as texts; null where axe-core is not installed. */
export async function findings(page) {
  try {
    axe ??= readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
  } catch {
    return null;
  }
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target, failureSummary }) => `${id} (${help}): ${target.join(" ")}: ${failureSummary}`));
  });
}

export const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));
export const samples = (source) => ["golf-ball.jpg", "church.jpg", "parachute.jpg"].map((name) => path.join(source, "samples", name));

/** Drops or pastes files, {name, bytes as base64, type}, on the page. */
export const give = (page, kind, files) => page.evaluate((kind, files) => {
  const transfer = new DataTransfer();
  for (const { name, base64, type } of files)
    transfer.items.add(new File([Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))], name, { type }));
  const event = kind === "paste" ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.body.dispatchEvent(event);
}, kind, files);

export const fileOf = (file, name = path.basename(file), type = "") => ({ name, type, base64: readFileSync(file).toString("base64") });
