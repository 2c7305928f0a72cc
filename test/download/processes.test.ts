import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import type { ServerResponse } from "node:http";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeEach, describe, expect, it } from "vitest";
import { gsObject, wantsBytes } from "./gs-object.js";
import { serve } from "./serve.js";
import { temporaryFolder } from "./temporary-folder.js";

const CHURN = fileURLToPath(new URL("../../bin/churn.js", import.meta.url));
const CSV = `id,day,n\n${Array.from({ length: 50_000 }, (_, i) => `${i},2021-01-01,${i % 7}\n`).join("")}`;
const SHA256 = createHash("sha256").update(CSV).digest("hex");
const object = { name: "log.csv", content: CSV, generation: "7" };

let data_dir: string;
beforeEach(async () => {
  data_dir = await temporaryFolder();
});

interface Run {
  child: ChildProcess;
  done: Promise<{ code: number | null; out: string; err: string }>;
}

function churnDownload(endpoint: string): Run {
  const args = ["download", "--source", "gs://logs/log.csv", "--data-dir", data_dir, "--endpoint", endpoint, "--json"];
  const { GOOGLE_APPLICATION_CREDENTIALS: _, ...env } = process.env;
  const child = spawn(process.execPath, [CHURN, ...args], { env });
  let out = "";
  let err = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  child.stderr.on("data", (text) => {
    err += text;
  });
  const done = new Promise<{ code: number | null; out: string; err: string }>((resolve) =>
    child.on("close", (code) => resolve({ code, out, err })),
  );
  return { child, done };
}

/** Sends a beginning, says so, and sends no more. */
function stall(response: ServerResponse, whenSent: () => void): void {
  response.writeHead(200, { "content-length": CSV.length });
  response.write(CSV.slice(0, 300_000), () => setTimeout(whenSent, 500));
}

describe("churn download", () => {
  it("in four processes at a time fetches once, and all of them have it", async () => {
    const { url, requests } = await serve((request, response) => {
      if (!wantsBytes(request)) return gsObject(object)(request, response);
      setTimeout(() => gsObject(object)(request, response), 1500);
    });
    const runs = await Promise.all([1, 2, 3, 4].map(() => churnDownload(url).done));
    expect(runs.map(({ code, err }) => [code, err.includes("unexpected")])).toEqual(Array(4).fill([0, false]));
    const results = runs.map(({ out }) => JSON.parse(out) as { sha256: string; up_to_date: boolean });
    expect(results.every(({ sha256 }) => sha256 === SHA256)).toBe(true);
    expect(results.filter((result) => !result.up_to_date)).toHaveLength(1);
    expect(requests.filter(wantsBytes)).toHaveLength(1);
    expect(await readdir(data_dir)).toHaveLength(2);
  });

  it.each(["SIGINT", "SIGKILL"] as const)("stopped by %s resumes where it was", async (signal) => {
    let run: Run | undefined;
    let bytes = 0;
    const { url, requests } = await serve((request, response) => {
      if (!wantsBytes(request) || ++bytes > 1) return gsObject(object)(request, response);
      stall(response, () => run?.child.kill(signal));
    });
    run = churnDownload(url);
    const stopped = await run.done;
    expect(stopped.code).toBe(signal === "SIGINT" ? 130 : null);
    if (signal === "SIGINT") expect(stopped.err).toMatch(/are kept: the same command continues from there/);
    const again = await churnDownload(url).done;
    expect(JSON.parse(again.out)).toMatchObject({ sha256: SHA256, generation: "7" });
    const range = requests.filter(wantsBytes)[1]?.headers.range;
    expect(Number(/^bytes=(\d+)-$/.exec(range ?? "")?.[1])).toBeGreaterThan(100_000);
    expect((await readdir(data_dir)).filter((name) => /part|lock/.test(join(name)))).toEqual([]);
  });
});
