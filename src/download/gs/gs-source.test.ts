import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import type { RequestListener } from "node:http";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { breakOff, type GsObject, gsObject, metadata, refuse, wantsBytes } from "../../../test/download/gs-object.js";
import { serve } from "../../../test/download/serve.js";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { download } from "../download.js";
import { findManifest } from "../manifest.js";

const CSV = `id,day,n\n${Array.from({ length: 20_000 }, (_, i) => `${i},2021-01-01,${i % 7}\n`).join("")}`;
const OTHER = CSV.replaceAll("2021-01-01", "2022-02-02");
const sha256 = (bytes: string | Buffer) => createHash("sha256").update(bytes).digest("hex");
const source = "gs://logs/2024/RawData.csv";
const first = (): GsObject => ({ name: "2024/RawData.csv", content: CSV, generation: "1001" });

let data_dir: string;
beforeEach(async () => {
  data_dir = await temporaryFolder();
  vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
  return () => vi.unstubAllEnvs();
});

/** Serves, the bytes by `bytes` and the rest as the object is. */
async function bucket(object: GsObject, bytes?: (n: number) => RequestListener | undefined) {
  let asked = 0;
  return serve((request, response) => {
    const own = wantsBytes(request) ? bytes?.(++asked) : undefined;
    (own ?? gsObject(object))(request, response);
  });
}

const from = (url: string, options: object = {}) => download({ source, data_dir, endpoint: url, ...options });

describe("an object", () => {
  it("is written to the data folder, checked and pinned with its generation", async () => {
    const { url, requests } = await bucket(first());
    const result = await from(url);
    const { crc32c, md5Hash: md5 } = metadata(first());
    expect(result).toMatchObject({ rows: 20_000, sha256: sha256(CSV), generation: "1001", crc32c, md5, server: url });
    expect(await findManifest(source, data_dir)).toMatchObject({ generation: "1001", sha256: sha256(CSV) });
    expect((await readdir(data_dir)).sort()).toEqual([result.file, `${result.file}.manifest.json`]);
    expect(requests.map((request) => request.url)).toEqual([
      "/storage/v1/b/logs/o/2024%2FRawData.csv",
      "/storage/v1/b/logs/o/2024%2FRawData.csv?alt=media&generation=1001",
    ]);
    expect(requests.every((request) => request.headers.authorization === undefined)).toBe(true);
  });

  it("is not asked for again; with force only its generation is, while that is the same", async () => {
    const object = first();
    const { url, requests } = await bucket(object);
    await from(url);
    expect(await from(url)).toMatchObject({ up_to_date: true });
    expect(requests).toHaveLength(2);
    expect(await from(url, { force: true })).toMatchObject({ up_to_date: true, generation: "1001" });
    expect(requests).toHaveLength(3);
    Object.assign(object, { content: OTHER, generation: "1002" });
    expect(await from(url, { force: true })).toMatchObject({ up_to_date: false, sha256: sha256(OTHER) });
  });

  it("of the same name on another endpoint is another one", async () => {
    const one = await bucket(first());
    const two = await bucket({ ...first(), content: OTHER });
    await from(one.url);
    expect(await from(two.url)).toMatchObject({ up_to_date: false, sha256: sha256(OTHER), server: two.url });
  });

  it("kept packed under a name that does not say so is asked for as it is stored, checked, and unpacked", async () => {
    const packed = gzipSync(CSV);
    const { url, requests } = await bucket({ ...first(), content: packed, contentEncoding: "gzip" });
    expect(await from(url)).toMatchObject({ sha256: sha256(CSV), bytes: CSV.length, rows: 20_000 });
    expect(requests.find(wantsBytes)?.headers["accept-encoding"]).toBe("gzip");
    expect(await readdir(data_dir)).toHaveLength(2);
  });

  it("kept packed and named .csv.gz is kept packed", async () => {
    const packed = gzipSync(CSV);
    const { url } = await bucket({ name: "a.csv.gz", content: packed, generation: "1", contentEncoding: "gzip" });
    const result = await download({ source: "gs://logs/a.csv.gz", data_dir, endpoint: url });
    expect(result).toMatchObject({ sha256: sha256(packed), rows: 20_000 });
  });

  it("is asked for with the token of the key file, which goes to no other host", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key_file = join(data_dir, "key.json");
    const private_key = privateKey.export({ type: "pkcs8", format: "pem" });
    await writeFile(key_file, JSON.stringify({ type: "service_account", client_email: "me@x", private_key }));
    const away = await serve((_, response) => void response.end(CSV));
    const { url, requests } = await bucket(first(), () => (request, response) => {
      expect(request.headers.authorization).toMatch(/^Bearer /);
      response.writeHead(302, { location: `${away.url}/bytes` }).end();
    });
    expect(await from(url, { key_file })).toMatchObject({ sha256: sha256(CSV) });
    expect(requests[0]?.headers.authorization).toMatch(/^Bearer /);
    expect(away.requests[0]?.headers.authorization).toBeUndefined();
  });
});

describe("a broken transfer", () => {
  it("resumes where it broke off, in the same generation, and the whole is checked", async () => {
    const { url, requests } = await bucket(first(), (n) =>
      n < 3 ? (request, response) => cut(request.headers.range, response) : undefined,
    );
    const cut = (range: string | undefined, response: Parameters<RequestListener>[1]) => {
      if (!range) return breakOff(response, CSV, 100_000);
      const start = Number(/\d+/.exec(range)?.[0]);
      response.writeHead(206, {
        "content-length": CSV.length - start,
        "content-range": `bytes ${start}-${CSV.length - 1}/${CSV.length}`,
      });
      response.write(CSV.slice(start, start + 50_000), () => setTimeout(() => response.destroy(), 100));
    };
    expect(await from(url)).toMatchObject({ sha256: sha256(CSV), generation: "1001" });
    const asked = requests.filter(wantsBytes);
    expect(asked.map((request) => /generation=(\d+)/.exec(request.url ?? "")?.[1])).toEqual(["1001", "1001", "1001"]);
    expect(asked[1]?.headers.range).toMatch(/^bytes=\d+-$/);
  });

  it("never mixes two generations: replaced in between, the new one is fetched from its start", async () => {
    const object = first();
    const { url } = await bucket(object, (n) =>
      n > 1
        ? undefined
        : (_, response) => {
            breakOff(response, CSV, 100_000);
            Object.assign(object, { content: OTHER, generation: "1002" });
          },
    );
    const result = await from(url);
    expect(result).toMatchObject({ sha256: sha256(OTHER), generation: "1002" });
    expect(await readFile(join(data_dir, result.file), "utf8")).toBe(OTHER);
  });

  it("of a generation that the user named fails when that is gone", async () => {
    const object = first();
    const { url } = await bucket(object, (n) => (request, response) => {
      if (n > 1) return gsObject(object)(request, response);
      breakOff(response, CSV, 100_000);
      Object.assign(object, { content: OTHER, generation: "1002" });
    });
    const failed = download({ source: `${source}#1001`, data_dir, endpoint: url });
    await expect(failed).rejects.toThrow(/no such object: gs:\/\/logs\/2024\/RawData\.csv has no generation 1001/);
    await expect(failed).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  it("is taken for one generation even by a server that answers 412, or sends all for a range", async () => {
    for (const second of [
      ((_, response) => refuse(response, 412, "Precondition Failed", "conditionNotMet")) as RequestListener,
      ((_, response) => void response.writeHead(200, { "content-length": CSV.length }).end(CSV)) as RequestListener,
    ]) {
      const { url } = await bucket(first(), (n) =>
        n === 1 ? (_, response) => breakOff(response, CSV, 100_000) : n === 2 ? second : undefined,
      );
      expect(await from(url, { force: true })).toMatchObject({ sha256: sha256(CSV) });
      data_dir = await temporaryFolder();
    }
  });

  it("that stalls counts as broken after the time-out", async () => {
    const { url } = await bucket(first(), (n) =>
      n > 1
        ? undefined
        : (_, response) => {
            response.writeHead(200, { "content-length": CSV.length });
            response.write(CSV.slice(0, 100_000));
          },
    );
    const start = performance.now();
    expect(await from(url, { timeout: 0.5 })).toMatchObject({ sha256: sha256(CSV) });
    expect(performance.now() - start).toBeLessThan(10_000);
  });

  it("is kept for the next run, which continues there, when the user stops it", async () => {
    const { url, requests } = await bucket(first(), (n) =>
      n > 1
        ? undefined
        : (_, response) => {
            response.writeHead(200, { "content-length": CSV.length });
            response.write(CSV.slice(0, 100_000));
          },
    );
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }) => done >= 65_000 && stop.abort();
    const stopped = download({ source, data_dir, endpoint: url }, { signal: stop.signal, onProgress });
    setTimeout(() => stop.abort(), 1000);
    await expect(stopped).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: expect.stringMatching(/the first [\d,]+ bytes are kept: the same command continues from there/),
    });
    expect((await readdir(data_dir)).map((name) => name.replace(/^.*csv\./, "")).sort()).toEqual([
      "0-0.part",
      "0-0.part.json",
    ]);
    expect(await from(url)).toMatchObject({ sha256: sha256(CSV) });
    expect(requests.filter(wantsBytes)[1]?.headers.range).toMatch(/^bytes=[1-9]\d+-$/);
    expect(await readdir(data_dir)).toHaveLength(2);
  });

  it("whose check was stopped is not fetched again", async () => {
    const { url, requests } = await bucket(first());
    const stop = new AbortController();
    const stopped = download(
      { source, data_dir, endpoint: url },
      { signal: stop.signal, onProgress: ({ task }) => task === "check" && stop.abort() },
    );
    await expect(stopped).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await from(url)).toMatchObject({ sha256: sha256(CSV), generation: "1001" });
    expect(requests.filter(wantsBytes)).toHaveLength(1);
    expect(await readdir(data_dir)).toHaveLength(2);
  });

  it("that was kept is thrown away when the object was replaced since", async () => {
    const object = first();
    const { url, requests } = await bucket(object, (n) =>
      n > 1 ? undefined : (_, response) => breakOff(response, CSV, 100_000),
    );
    await expect(from(url, { retries: 0 })).rejects.toThrow(/broke off after \d+ of \d+ bytes[\s\S]*are kept/);
    Object.assign(object, { content: OTHER, generation: "1002" });
    expect(await from(url)).toMatchObject({ sha256: sha256(OTHER), generation: "1002" });
    expect(requests.filter(wantsBytes)[1]?.headers.range).toBeUndefined();
  });

  it("that was kept and damaged on the disk since is found out and fetched again", async () => {
    const { url } = await bucket(first(), (n) =>
      n > 1 ? undefined : (_, response) => breakOff(response, CSV, 100_000),
    );
    await expect(from(url, { retries: 0 })).rejects.toThrow(/are kept/);
    const part = (await readdir(data_dir)).find((name) => name.endsWith(".part")) as string;
    const bytes = await readFile(join(data_dir, part));
    await writeFile(join(data_dir, part), bytes.fill(0, bytes.length - 100));
    expect(await from(url)).toMatchObject({ sha256: sha256(CSV) });
  });
});

describe("bytes that are not those of the object", () => {
  const flipped = Buffer.from(CSV);
  flipped[100_000] = flipped[100_000] ^ 1;
  const sends: RequestListener = (_, response) => void response.end(flipped);

  it("are fetched once more", async () => {
    const { url } = await bucket(first(), (n) => (n === 1 ? sends : undefined));
    expect(await from(url)).toMatchObject({ sha256: sha256(CSV) });
  });

  it("twice are refused, and nothing is left", async () => {
    const { url, requests } = await bucket(first(), () => sends);
    await expect(from(url)).rejects.toThrow(
      /checksum mismatch: gs:\/\/logs\/2024\/RawData\.csv came damaged, twice: its crc32c is \S+, the server says/,
    );
    expect(requests.filter(wantsBytes)).toHaveLength(2);
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("are found by md5 where there is no crc32c, and by length where there is neither", async () => {
    const { url } = await serve((request, response) => {
      if (wantsBytes(request)) return void response.end(`${CSV}9,2021-01-01,9\n`);
      const { crc32c: _, ...rest } = metadata(first());
      if (request.url?.includes("plain")) delete rest.md5Hash;
      response.end(
        JSON.stringify({ ...rest, ...(request.url?.includes("long") ? {} : { size: `${CSV.length + 15}` }) }),
      );
    });
    const get = (name: string) => download({ source: `gs://logs/${name}.csv`, data_dir, endpoint: url });
    await expect(get("hashed")).rejects.toThrow(/its md5 is/);
    await expect(get("plain-long")).rejects.toThrow(/bytes came, the server says/);
  });
});

describe("a refusal", () => {
  const denied =
    (status: number, message: string, reason = "forbidden"): RequestListener =>
    (_, response) =>
      refuse(response, status, message, reason);

  it.each([
    [401, "Anonymous caller does not have storage.objects.get access", "required", /no permission: .* without a login/],
    [403, "Forbidden", "forbidden", /no permission: .* without a login[\s\S]*--key-file/],
    [400, "Bucket is a requester pays bucket but no user project provided.", "required", /bills who reads it/],
    [412, "At least one condition did not hold", "conditionNotMet", /HTTP 412: At least one condition/],
    [418, "I am a teapot", "", /HTTP 418: I am a teapot/],
  ])("of HTTP %i for nobody is reported", async (status, message, reason, shown) => {
    const { url } = await serve(denied(status, message, reason));
    const failed = from(url);
    await expect(failed).rejects.toThrow(shown);
    await expect(failed).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("of an account names the account and the command that lets it in", async () => {
    const { generateKeyPairSync } = await import("node:crypto");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const key_file = join(await temporaryFolder(), "key.json");
    const private_key = privateKey.export({ type: "pkcs8", format: "pem" });
    await writeFile(key_file, JSON.stringify({ type: "service_account", client_email: "me@x.iam", private_key }));
    const { url } = await serve(denied(403, "me@x.iam does not have storage.objects.get access"));
    await expect(from(url, { key_file })).rejects.toThrow(
      /no permission: me@x\.iam may not read gs:\/\/logs\/2024\/RawData\.csv[\s\S]*--member=serviceAccount:me@x\.iam --role=roles\/storage\.objectViewer/,
    );
    const stale = await serve(denied(401, "Invalid Credentials", "authError"));
    await expect(from(stale.url, { key_file })).rejects.toThrow(
      /is not accepted[\s\S]*deleted or disabled, or the clock/,
    );
  });

  it("of a missing object, bucket or generation says which, and what may have been meant", async () => {
    const { url } = await serve((request, response) => {
      if (request.url?.includes("delimiter"))
        return void response.end(JSON.stringify({ items: [{ name: "2024/RawData.csv" }] }));
      gsObject(first())(request, response);
    });
    const get = (text: string) => download({ source: text, data_dir, endpoint: url });
    await expect(get("gs://logs/2024/RawDtaa.csv")).rejects.toThrow(
      /no such object[\s\S]*did you mean gs:\/\/logs\/2024\/RawData\.csv\?/,
    );
    await expect(get("gs://loggs/2024/RawData.csv")).rejects.toThrow(/no such bucket: gs:\/\/loggs/);
    await expect(get("gs://logs/2024/RawData.csv#7")).rejects.toThrow(/has no generation 7/);
  });

  it("for a while is waited for, as long as the server asks", async () => {
    for (const status of [429, 503, 500, 408]) {
      let asked = 0;
      const { url } = await serve((request, response) => {
        if (++asked > 1) return gsObject(first())(request, response);
        response.writeHead(status, { "retry-after": "1" }).end();
      });
      const start = performance.now();
      const waits: string[] = [];
      const result = await download(
        { source, data_dir, endpoint: url, force: true },
        { onProgress: ({ task }) => task.startsWith("wait") && waits.push(task) },
      );
      expect(result).toMatchObject({ sha256: sha256(CSV) });
      expect(performance.now() - start).toBeGreaterThan(990);
      expect(waits).toEqual([`wait 1 s: the server says HTTP ${status}`]);
      data_dir = await temporaryFolder();
    }
  });

  it("that stays is reported with how often it was tried, and how long the server asks to wait", async () => {
    const { url, requests } = await serve((_, response) => void response.writeHead(503).end());
    await expect(from(url, { retries: 1 })).rejects.toThrow(/failed: HTTP 503, 2 times/);
    expect(requests).toHaveLength(2);
    const busy = await serve((_, response) => void response.writeHead(429, { "retry-after": "3600" }).end());
    await expect(from(busy.url)).rejects.toThrow(/HTTP 429; it asks to come back in 3600 s/);
    expect(busy.requests).toHaveLength(1);
  });

  it("of something that is not Cloud Storage is reported", async () => {
    const { url } = await serve((_, response) => void response.end("<html>login</html>"));
    await expect(from(url)).rejects.toThrow(/does not answer as Cloud Storage does[\s\S]*download\.endpoint/);
    await expect(from("http://example.org")).rejects.toThrow(/http:\/\/example\.org is not protected/);
    await expect(from("storage.googleapis.com")).rejects.toThrow(/download\.endpoint is not a URL/);
    await expect(from("https://me:word@host")).rejects.toMatchObject({ message: expect.not.stringContaining("word") });
    await expect(from("http://127.0.0.1:9")).rejects.toThrow(/no answer from 127\.0\.0\.1:9: connection refused/);
  });
});

describe("a limit", () => {
  it("on the size refuses before the first byte, or at the byte that is too many", async () => {
    const { url, requests } = await bucket(first());
    await expect(from(url, { size_limit: 0.0001 })).rejects.toThrow(
      /larger than download\.size_limit[\s\S]*--size-limit/,
    );
    expect(requests.length).toBeLessThanOrEqual(2);
    const endless = await serve((_, response) => void response.end(CSV));
    const failed = download({ source: `${endless.url}/log.csv`, data_dir, size_limit: 0.0001 });
    await expect(failed).rejects.toThrow(/larger than download\.size_limit/);
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("on what gzip unpacks to refuses a bomb, stored packed by name or not", async () => {
    const bomb = gzipSync(Buffer.alloc(150_000_000, "a,b\n"), { level: 9 });
    for (const object of [
      { name: "bomb.csv.gz", content: bomb, generation: "1" },
      { name: "bomb.csv", content: bomb, generation: "1", contentEncoding: "gzip" },
    ]) {
      const { url } = await bucket(object);
      const failed = download({ source: `gs://logs/${object.name}`, data_dir, endpoint: url });
      await expect(failed).rejects.toThrow(/unpacks to more than 300 times its size/);
    }
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("by a SHA-256 refuses another file, and keeps none", async () => {
    const { url } = await bucket(first());
    await expect(from(url, { sha256: "0".repeat(64) })).rejects.toThrow(/checksum mismatch: the sha256 of/);
    expect(await readdir(data_dir)).toEqual([]);
    expect(await from(url, { sha256: sha256(CSV).toUpperCase() })).toMatchObject({ sha256: sha256(CSV) });
    await expect(from(url, { sha256: "abc" })).rejects.toMatchObject({ code: "BAD_OPTION" });
  });
});
