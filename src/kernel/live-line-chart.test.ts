import { afterEach, expect, it } from "vitest";
import { KERNEL_HOOK } from "./display.js";
import { liveLineChart } from "./live-line-chart.js";
import type { RichOutput } from "./mime-bundle.js";

const shown: { bundle: RichOutput; id?: string | undefined; update?: boolean | undefined }[] = [];
const hooks = globalThis as unknown as Record<symbol, unknown>;
afterEach(() => {
  delete hooks[KERNEL_HOOK];
  shown.length = 0;
});

it("replaces one chart in place, a few times a second, and ends with all points", async () => {
  hooks[KERNEL_HOOK] = {
    display: (bundle: RichOutput, options: object) => shown.push({ bundle, ...options }),
    clear: () => {},
    hold: () => {},
  };
  const line = liveLineChart({ title: "Rows", x: "batch", y: "rows" });
  for (let i = 1; i <= 1000; i++) line.add(i, i * 10);
  await line.end();
  expect(shown.length).toBeLessThan(5);
  expect(new Set(shown.map(({ id }) => id)).size).toBe(1);
  expect(shown.map(({ update }) => update ?? false)).toEqual([false, ...Array(shown.length - 1).fill(true)]);
  const spec = JSON.stringify(shown.at(-1)?.bundle.data["application/vnd.vegalite.v5+json"]);
  expect(spec).toContain('"y":10000');
  expect(shown.at(-1)?.bundle.data["image/svg+xml"]).toContain("<svg");
});

it("continues in another chart, with the place marked where the first one ended", async () => {
  hooks[KERNEL_HOOK] = {
    display: (bundle: RichOutput, options: object) => shown.push({ bundle, ...options }),
    clear: () => {},
    hold: () => {},
  };
  const line = liveLineChart({ title: "Rows", x: "batch", y: "rows" });
  line.add(1, 10);
  await line.end();
  const next = line.goOn("Rows, resumed");
  next.add(2, 20);
  await next.end();
  const spec = JSON.stringify(shown.at(-1)?.bundle.data["application/vnd.vegalite.v5+json"]);
  expect(spec).toContain("Rows, resumed");
  expect(spec.match(/"marked":true/g)).toHaveLength(1);
});
