import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { JUPYTER_DISPLAY } from "../../src/charts/chart.js";
import { exportHtml } from "../../src/notebook/export-html.js";
import { trainModel } from "../../src/training/train-model.js";
import { toySnapshots } from "../fixtures/training/toy-snapshots.js";
import { CHROMIUM, ENABLE_CHROMIUM, launch } from "./chromium.js";
import { temporaryFolder } from "./run-fixture.js";

if (!CHROMIUM) console.warn(`tests of pages are skipped: there is no browser → ${ENABLE_CHROMIUM}`);

describe.skipIf(!CHROMIUM)("the chart to decide by, in an exported page", () => {
  let browser: Browser;
  let page: string;
  beforeAll(async () => {
    browser = await launch();
    const quick = { num_trees: [20], max_depth: [5], bootstrap_rounds: 0, permutation_repeats: 0, threads: 1 };
    const { charts } = await trainModel(toySnapshots({ subscribers: 300 }), { engine: "forest", ...quick });
    const data = await charts.decide[JUPYTER_DISPLAY]();
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: {},
      cells: [
        {
          cell_type: "code",
          metadata: {},
          source: "charts.decide",
          execution_count: 1,
          outputs: [{ output_type: "display_data", data, metadata: {} }],
        },
      ],
    };
    const folder = temporaryFolder();
    writeFileSync(join(folder, "decide.ipynb"), JSON.stringify(notebook));
    page = join(folder, "decide.html");
    await exportHtml(join(folder, "decide.ipynb"), page);
  }, 120_000);
  afterAll(async () => browser?.close());

  it.each([
    ["a desk", 1100],
    ["a telephone", 390],
  ])("moves when a slider is moved, from the disk and without a kernel, at %s", async (_place, width) => {
    const tab = await browser.newPage({ viewport: { width, height: 900 } });
    const faults: string[] = [];
    tab.on("pageerror", (error) => faults.push(error.message));
    tab.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await tab.goto(pathToFileURL(page).href);
    await tab.waitForFunction(() => document.documentElement.dataset.ready === "true");
    const canvas = tab.locator("figure.chart canvas");
    const sliders = tab.getByRole("slider");
    expect(await sliders.count()).toBe(5);
    for (let k = 0; k < 5; k++) {
      const before = await canvas.screenshot();
      const slider = sliders.nth(k);
      const max = Number(await slider.getAttribute("max"));
      // a hand on the keyboard moves it as well as a pointer
      await slider.focus();
      await tab.keyboard.press(k === 4 ? "Home" : "End");
      expect(Number(await slider.inputValue())).toBe(k === 4 ? 0 : max);
      await tab.waitForTimeout(200);
      expect((await canvas.screenshot()).equals(before), `slider ${k}`).toBe(false);
      // many are called from here on, so that every slider has something to move
      await slider.fill(String(k === 0 ? 0.05 : k === 4 ? max : max / 4));
      await tab.waitForTimeout(200);
    }
    expect(await tab.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(faults).toEqual([]);
    await tab.close();
  });
});
