import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

const MAIN = fileURLToPath(new URL("../../dist/kernel/main.js", import.meta.url));

/** Starts a kernel from a process of its own, which is killed after that many milliseconds; gives the kernel's process id. */
async function orphan(milliseconds: number): Promise<number> {
  const file = join(mkdtempSync(join(tmpdir(), "orphan-")), "connection.json");
  const ports = { shell_port: 0, iopub_port: 0, stdin_port: 0, control_port: 0, hb_port: 0 };
  writeFileSync(
    file,
    JSON.stringify({ ...ports, ip: "127.0.0.1", transport: "tcp", key: "k", signature_scheme: "hmac-sha256" }),
  );
  const script = `const { spawn } = require("node:child_process");
    const child = spawn(process.execPath, [${JSON.stringify(MAIN)}, "--config-path", ${JSON.stringify(file)}], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
    console.log(child.pid); setInterval(() => {}, 1000);`;
  const parent = spawn(process.execPath, ["-e", script], { stdio: ["ignore", "pipe", "inherit"] });
  const pid = await new Promise<number>((resolve) =>
    parent.stdout.once("data", (text) => resolve(Number(String(text)))),
  );
  await sleep(milliseconds);
  parent.kill("SIGKILL");
  return pid;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

it.each([0, 100, 400, 1500, 4000])(
  "a kernel ends when its parent is killed %d ms after the start",
  { timeout: 60_000 },
  async (milliseconds) => {
    const pid = await orphan(milliseconds);
    for (let i = 0; i < 200 && isAlive(pid); i++) await sleep(100);
    const alive = isAlive(pid);
    if (alive) process.kill(pid, "SIGKILL");
    expect(alive).toBe(false);
  },
);
