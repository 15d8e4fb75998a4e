/** What the tests of the studio's tabs do with its controls. */
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import path from "node:path";

import { findings, openStudio } from "./studio.mjs";

export const text = (page, selector) => page.$eval(selector, (element) => element.textContent);
export const press = async (page, ...keys) => {
  for (const key of keys) await page.keyboard.press(key);
};

/** Waits until `ready(...args)` is true in the page. */
export const until = (page, ready, ...args) => page.waitForFunction(ready, { timeout: 60000, polling: 30 }, ...args);

/** The control of that label in the tab that is shown. */
export async function control(page, label) {
  const handle = await page.evaluateHandle((wanted) => {
    const panel = document.querySelector("dialog[open]") ?? document.querySelector(".panel:not([hidden])");
    const labels = [...panel.querySelectorAll("label")].filter((element) => element.offsetParent !== null);
    const found = labels.find((element) => element.textContent.trim() === wanted) ?? labels.find((element) => element.textContent.startsWith(wanted));
    return found?.querySelector("input, select");
  }, label);
  assert.ok(handle.asElement(), `no control ${label}`);
  return handle.asElement();
}

export const button = async (page, words) => {
  const handle = await page.evaluateHandle((wanted) => {
    const panel = document.querySelector("dialog[open]") ?? document.querySelector(".panel:not([hidden])");
    return [...panel.querySelectorAll("button, a")].find((element) => element.textContent.trim() === wanted && element.offsetParent !== null);
  }, words);
  assert.ok(handle.asElement(), `no button ${words}`);
  return handle.asElement();
};
export const click = async (page, words) => (await button(page, words)).evaluate((element) => element.click());
export const check = async (page, label) => (await control(page, label)).evaluate((element) => element.click());

/** Puts a number or a position into a control, as a user who is done with it. */
export const enter = async (page, label, value) => (await control(page, label)).evaluate((element, value) => {
  element.value = value;
  element.dispatchEvent(new Event("input", { bubbles: true }));
  element.dispatchEvent(new Event("change", { bubbles: true }));
}, String(value));

/** Opens the studio at a tab with the fields of an address: "cut?guide=map". */
export async function openTab(browser, studio, address, options = {}) {
  const page = await openStudio(browser, studio, { ...options, hash: `#${address}`, allowed: [/willReadFrequently/] });  // these tests read pixels
  await page.waitForSelector(`#tab-${address.replace(/\?.*/, "")}[aria-selected=true]`);
  return page;
}

/** Both themes, on a wide screen and on a phone. */
export const kViews = ["light", "dark"].flatMap((theme) => [1280, 390].map((width) =>
  ({ theme, view: { width, height: width < 600 ? 844 : 860 }, name: `${theme}-${width}` })));

/** A function that looks for sideways scrolling and asks axe-core; with a folder, it leaves a screenshot there. */
export function lookerOver(folder) {
  if (folder) mkdirSync(folder, { recursive: true });
  return async (page, name) => {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    assert.ok(over <= 0, `${name} is ${over} pixels wider than the window`);
    if (folder) await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: (await page.viewport()).width < 600 });
    const found = await findings(page);
    if (found === null) return console.log(`        axe-core is not installed: ${name} is not checked`);
    assert.deepEqual(found, [], name);
  };
}
