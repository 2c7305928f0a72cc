import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PATHS = [
  process.env.CHURN_CHROMIUM,
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A browser for tests, if there is one. */
export const CHROMIUM = PATHS.find((path) => path !== undefined && existsSync(path));

/** What to type to get one. */
export const ENABLE_CHROMIUM = "apt-get install chromium, or CHURN_CHROMIUM=/path/to/chrome";

export function launch(): Promise<Browser> {
  if (!CHROMIUM) throw new Error(`no browser: ${ENABLE_CHROMIUM}`);
  return chromium.launch({ executablePath: CHROMIUM, args: ["--no-sandbox"] });
}
