/** Common parts of the tests: Chromium without a screen, or the exit code that tells CTest to skip. */
import { execFileSync } from "node:child_process";

function findBrowser() {
  for (const name of ["chromium-headless-shell", "chromium", "chromium-shell", "google-chrome"])
    try {
      return execFileSync("which", [name], { stdio: ["ignore", "pipe", "ignore"] }).toString().trim();
    } catch {}
  return null;
}

function skip(why) {
  console.log(`skipped: ${why}`);
  process.exit(77);
}

/** A browser, and pngjs's PNG. */
export async function startBrowser() {
  const [puppeteer, pngjs] = await Promise.all([import("puppeteer-core"), import("pngjs")]).catch((error) => skip(error.message));
  const executablePath = findBrowser() ?? skip("there is no Chromium");
  const browser = await puppeteer.default.launch({
    executablePath, headless: true, args: ["--no-sandbox", "--disable-gpu", "--force-device-scale-factor=1"],
  });
  return { browser, PNG: pngjs.default.PNG };
}

/** Runs tests, a function for each name; the exit code tells whether all passed. */
export async function runTests(tests) {
  let failed = 0;
  for (const [name, test] of Object.entries(tests))
    try {
      await test();
      console.log(`ok      ${name}`);
    } catch (error) {
      ++failed;
      console.log(`FAILED  ${name}\n${error.stack}`);
    }
  return failed ? 1 : 0;
}
