import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findJupyter } from "../../src/notebook/find-jupyter.js";
import { PROJECT } from "../../src/notebook/lab-files.js";
import { type Notebook, readNotebook } from "../../src/notebook/notebook.js";
import { type Lab, startLab } from "../../src/notebook/start-lab.js";
import { CHROMIUM, ENABLE_CHROMIUM, launch } from "./chromium.js";
import { fixture } from "./run-fixture.js";

if (process.env.CHURN_TEST_PYTHON) process.env.PATH = `${dirname(process.env.CHURN_TEST_PYTHON)}:${process.env.PATH}`;
const jupyter = await findJupyter();
const ENABLE = `npx churn lab --install; ${ENABLE_CHROMIUM}`;
const skips = (!jupyter || !CHROMIUM) && !process.env.CI;
if (skips) console.warn(`Jupyter Lab is not tested; to test it: ${ENABLE}`);

/** Pictures of the notebooks in Lab, to be looked at. */
const SHOTS = join(PROJECT, "output", "screenshots");
const NOTEBOOKS = readdirSync(join(PROJECT, "notebooks"))
  .filter((name) => name.endsWith(".ipynb"))
  .sort();

describe.skipIf(skips)("the notebooks in Jupyter Lab", { timeout: 300_000 }, () => {
  let browser: Browser;
  let lab: Lab;
  let root: string;

  beforeAll(async () => {
    expect(jupyter && CHROMIUM, `no Jupyter Lab or no browser: ${ENABLE}`).toBeTruthy();
    root = mkdtempSync(join(tmpdir(), "churn-lab-"));
    mkdirSync(join(root, "notebooks"));
    for (const name of NOTEBOOKS) cpSync(join(PROJECT, "notebooks", name), join(root, "notebooks", name));
    for (const name of ["error-in-cell", "runs-to-the-end"]) cpSync(fixture(name), join(root, `${name}.ipynb`));
    const config = { source: "sample:?subscribers=1500&days=120", stream: { num_batches: 12, interval: 0 } };
    writeFileSync(join(root, "churn.config.json"), JSON.stringify(config));
    process.env.CHURN_ROOT = root;
    lab = await startLab(jupyter!, { root });
    browser = await launch();
    mkdirSync(SHOTS, { recursive: true });
  }, 120_000);

  afterAll(async () => {
    delete process.env.CHURN_ROOT;
    await browser?.close();
    await lab?.close();
    rmSync(root, { recursive: true, force: true });
  }, 60_000);

  async function open(path: string): Promise<{ page: Page; said: string[]; asked: string[] }> {
    const context = await browser.newContext({ viewport: { width: 1400, height: 1000 } });
    const page = await context.newPage();
    const said: string[] = [];
    const asked: string[] = [];
    page.on("console", (message) => message.type() === "error" && said.push(message.text()));
    page.on("pageerror", (error) => said.push(error.message));
    page.on("request", (request) => asked.push(request.url()));
    const url = new URL(lab.url);
    url.pathname = `/lab/tree/${path}`;
    url.searchParams.set("reset", "");
    await page.goto(url.href);
    await page.locator(".jp-Notebook .jp-CodeCell").first().waitFor({ timeout: 60_000 });
    await page.getByText("TypeScript | Idle").waitFor({ timeout: 120_000 });
    return { page, said, asked };
  }

  async function runAll(page: Page): Promise<void> {
    await page.locator(".lm-MenuBar-itemLabel", { hasText: /^Run$/ }).click();
    await page.locator(".lm-Menu-itemLabel", { hasText: /^Run All Cells$/ }).click();
    const isOver = () => {
      const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")].map(
        (prompt) => prompt.textContent,
      );
      return !prompts.some((text) => text?.includes("*")) && prompts.some((text) => /\d/.test(text ?? ""));
    };
    await page.waitForFunction(isOver, undefined, { timeout: 240_000 });
    await page.getByText("TypeScript | Idle").waitFor({ timeout: 60_000 });
  }

  async function save(page: Page, path: string): Promise<Notebook> {
    await page.keyboard.press("Control+S");
    await page.locator(".jp-mod-dirty").waitFor({ state: "detached", timeout: 30_000 });
    return readNotebook(join(root, path));
  }

  for (const name of NOTEBOOKS) {
    it(`${name}: runs, draws every chart, and asks nothing of the world`, async () => {
      const { page, said, asked } = await open(`notebooks/${name}`);
      await runAll(page);
      const saved = await save(page, `notebooks/${name}`);
      const code = saved.cells.filter((cell) => cell.cell_type === "code");
      const outputs = code.flatMap((cell) => cell.outputs ?? []);
      expect(outputs.filter((output) => output.output_type === "error")).toEqual([]);
      expect(code.map((cell) => cell.execution_count)).toEqual(code.map((_, i) => i + 1));
      const charts = page.locator(".jp-RenderedVegaCommon5, .jp-RenderedSVG");
      const isChart = (output: object) => "data" in output && "image/svg+xml" in (output.data as object);
      await expect.poll(() => charts.count(), { timeout: 30_000 }).toBe(outputs.filter(isChart).length);
      for (let i = 0; i < (await charts.count()); i++) {
        const chart = charts.nth(i);
        await chart.scrollIntoViewIfNeeded();
        const drawn = chart.locator("canvas, svg, img").first();
        await drawn.waitFor({ timeout: 20_000 });
        const box = await drawn.boundingBox();
        expect(box!.width * box!.height, `chart ${i + 1} of ${name}`).toBeGreaterThan(5000);
      }
      await page.screenshot({ path: join(SHOTS, `lab-${name.replace(".ipynb", "")}.png`) });
      expect(said.filter((text) => !/favicon|ResizeObserver/.test(text))).toEqual([]);
      expect(asked.filter((address) => !/^(https?|wss?):\/\/127\.0\.0\.1:|^(data|blob):/.test(address))).toEqual([]);
      await page.context().close();
    });
  }

  it("a chart shows a tooltip", async () => {
    const { page } = await open(`notebooks/${NOTEBOOKS[0]}`);
    await runAll(page);
    const canvas = page.locator(".jp-RenderedVegaCommon5 canvas, .jp-RenderedVegaCommon5 svg").first();
    await canvas.scrollIntoViewIfNeeded();
    const box = (await canvas.boundingBox())!;
    const tooltip = page.locator("#vg-tooltip-element.visible");
    for (let step = 0; step < 100 && !(await tooltip.count()); step++) {
      await page.mouse.move(
        box.x + box.width * (0.1 + 0.08 * (step % 10)),
        box.y + (box.height * (1 + step / 10)) / 12,
      );
      await page.waitForTimeout(50);
    }
    expect(await tooltip.count()).toBe(1);
    await page.context().close();
  });

  it("a failing cell shows its error, and the cells below it do not run", async () => {
    const { page } = await open("error-in-cell.ipynb");
    await runAll(page);
    const error = page.locator(".jp-OutputArea-output", { hasText: "RangeError: 5 is over 3" });
    await error.waitFor();
    expect(await error.textContent()).toContain("at cell [2], line 3:1");
    const prompts = await page.locator(".jp-CodeCell .jp-InputPrompt").allTextContents();
    expect(prompts.map((text) => text.trim())).toEqual(["[1]:", "[2]:", "[ ]:"]);
    await page.screenshot({ path: join(SHOTS, "lab-error.png") });
    await page.context().close();
  });

  it("Tab completes names of our package, and only our kernel is on offer", async () => {
    const { page } = await open("runs-to-the-end.ipynb");
    await page.locator(".jp-CodeCell .cm-content").first().click();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("import * as churn from 'churn-workbench/notebook'; churn.runNoteb");
    const item = page.locator(".jp-Completer-item", { hasText: "runNotebook" });
    const completed = page.locator(".jp-CodeCell .cm-content", { hasText: "churn.runNotebook" });
    await expect
      .poll(
        async () => {
          await page.keyboard.press("Tab");
          await page.waitForTimeout(1000);
          return (await item.count()) + (await completed.count());
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0);
    await page.screenshot({ path: join(SHOTS, "lab-completion.png") });
    const specs = await page.evaluate(async () => (await fetch("/api/kernelspecs")).json());
    expect(Object.keys((specs as { kernelspecs: object }).kernelspecs)).toEqual(["tslab"]);
    await page.context().close();
  });

  it("writes nothing outside of the project", () => {
    const saved = readFileSync(join(PROJECT, ".workbench", "config", "jupyter_server_config.json"), "utf8");
    expect(saved).toContain("tslab");
  });
});
