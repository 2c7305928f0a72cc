import { execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import http from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { download } from "../../src/download/download.js";
import { serve } from "./serve.js";
import { temporaryFolder } from "./temporary-folder.js";

const INSTALL = "go install github.com/fsouza/fake-gcs-server@latest";
const emulator = findEmulator();
if (!emulator) {
  const text = `the Cloud Storage emulator is missing, and its tests are skipped: ${INSTALL}`;
  if (process.env.CI) throw new Error(text);
  console.warn(text);
}

function findEmulator(): string | undefined {
  const places = [
    process.env.CHURN_TEST_GCS,
    ...(process.env.PATH ?? "").split(":").map((dir) => join(dir, "fake-gcs-server")),
  ];
  try {
    places.push(join(execFileSync("go", ["env", "GOPATH"], { encoding: "utf8" }).trim(), "bin", "fake-gcs-server"));
  } catch {
    // without Go it may still lie on the path
  }
  return places.find((place): place is string => place !== undefined && existsSync(place));
}

const rows = (day: string) =>
  `id,day,n\n${Array.from({ length: 30_000 }, (_, i) => `${i},${day},${i % 7}\n`).join("")}`;
const OLD = rows("2021-01-01");
const NEW = rows("2022-02-02");
const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");

describe.skipIf(!emulator)("a Cloud Storage emulator", () => {
  let endpoint: string;
  let stop: () => void;
  let data_dir: string;

  beforeAll(async () => {
    const port = await freePort();
    endpoint = `http://127.0.0.1:${port}`;
    const args = ["-scheme", "http", "-host", "127.0.0.1", "-port", `${port}`, "-public-host", `127.0.0.1:${port}`];
    const child = spawn(emulator as string, [...args, "-backend", "memory"], { stdio: "ignore" });
    stop = () => child.kill();
    for (let tries = 0; !(await fetch(`${endpoint}/storage/v1/b`).catch(() => undefined)); tries++) {
      if (tries > 100) throw new Error("the emulator does not answer");
      await sleep(100);
    }
    const made = await fetch(`${endpoint}/storage/v1/b`, { method: "POST", body: JSON.stringify({ name: "logs" }) });
    expect(made.status).toBe(200);
  });
  afterAll(() => stop?.());
  beforeEach(async () => {
    data_dir = await temporaryFolder();
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
    return () => vi.unstubAllEnvs();
  });

  /** Uploads an object and gives its generation. */
  async function put(name: string, content: string | Buffer, query = ""): Promise<string> {
    const url = `${endpoint}/upload/storage/v1/b/logs/o?uploadType=media&name=${encodeURIComponent(name)}${query}`;
    const response = await fetch(url, { method: "POST", body: new Uint8Array(Buffer.from(content)) });
    return ((await response.json()) as { generation: string }).generation;
  }

  /** Forwards to the emulator, and breaks the connection after some bytes of the first body of an object. */
  async function cuttingProxy(bytes: number, whenCut: () => Promise<unknown>) {
    let cut = false;
    return serve((request, response) => {
      const { authorization: _, ...headers } = request.headers;
      http.get(`${endpoint}${request.url}`, { headers }, async (answer) => {
        response.writeHead(answer.statusCode as number, answer.headers);
        let sent = 0;
        for await (const block of answer) {
          const left = !cut && request.url?.includes("alt=media") ? bytes - sent : Number.POSITIVE_INFINITY;
          sent += (block as Buffer).length;
          response.write((block as Buffer).subarray(0, left));
          if (sent < bytes || left === Number.POSITIVE_INFINITY) continue;
          cut = true;
          await sleep(50);
          await whenCut();
          return void response.destroy();
        }
        response.end();
      });
    });
  }

  it("gives an object, which is checked and pinned with its generation", async () => {
    const generation = await put("a/RawData.csv.gz", gzipSync(OLD));
    const result = await download({ source: "gs://logs/a/RawData.csv.gz", data_dir, endpoint });
    expect(result).toMatchObject({ rows: 30_000, generation, sha256: sha256(gzipSync(OLD)) });
    expect([result.crc32c, result.md5].every((sum) => typeof sum === "string")).toBe(true);
  });

  it("whose connection breaks continues in the same generation", async () => {
    const generation = await put("cut.csv", OLD);
    const { url, requests } = await cuttingProxy(200_000, async () => {});
    const result = await download({ source: "gs://logs/cut.csv", data_dir, endpoint: url });
    expect(result).toMatchObject({ sha256: sha256(OLD), generation });
    const asked = requests.filter(({ url }) => url?.includes("alt=media"));
    expect(asked).toHaveLength(2);
    expect(asked[1]?.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
  });

  it("whose object is replaced while the connection is broken gives the new one, and no mixture", async () => {
    const before = await put("replaced.csv", OLD);
    let after = "";
    const { url, requests } = await cuttingProxy(200_000, async () => {
      after = await put("replaced.csv", NEW);
    });
    const result = await download({ source: "gs://logs/replaced.csv", data_dir, endpoint: url });
    expect(after).not.toBe(before);
    expect(result).toMatchObject({ sha256: sha256(NEW), generation: after });
    expect(await readFile(join(data_dir, result.file), "utf8")).toBe(NEW);
    // not only the checksum sees to it: no byte of the new one is asked for as the rest of the old one
    const asked = requests.map(({ url }) => /alt=media&generation=(\d+)/.exec(url ?? "")?.[1]).filter(Boolean);
    expect(asked).toEqual([before, before, after]);
  });

  it("whose object is replaced is of no use to one who named the old generation", async () => {
    const generation = await put("named.csv", OLD);
    const { url } = await cuttingProxy(200_000, () => put("named.csv", NEW));
    const failed = download({ source: `gs://logs/named.csv#${generation}`, data_dir, endpoint: url });
    await expect(failed).rejects.toThrow(`gs://logs/named.csv has no generation ${generation}`);
  });

  it("that keeps an object packed under a plain name gives it unpacked", async () => {
    await put("packed.csv", gzipSync(OLD), "&contentEncoding=gzip");
    const result = await download({ source: "gs://logs/packed.csv", data_dir, endpoint });
    expect(result).toMatchObject({ sha256: sha256(OLD), rows: 30_000 });
  });

  it("says which of object and bucket is missing", async () => {
    const get = (source: string) => download({ source, data_dir, endpoint });
    await put("there.csv", OLD);
    await expect(get("gs://logs/theer.csv")).rejects.toThrow(
      /no such object: [\s\S]*did you mean gs:\/\/logs\/there\.csv/,
    );
    await expect(get("gs://lost/there.csv")).rejects.toThrow("no such bucket: gs://lost");
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
