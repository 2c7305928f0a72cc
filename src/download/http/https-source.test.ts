import { createHash } from "node:crypto";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import type { RequestListener, ServerResponse } from "node:http";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { serve } from "../../../test/download/serve.js";
import { temporaryFolder } from "../../../test/download/temporary-folder.js";
import { download } from "../download.js";
import { findManifest } from "../manifest.js";

const CSV = `id,day,n\n${Array.from({ length: 20_000 }, (_, i) => `${i},2021-01-01,${i % 7}\n`).join("")}`;
const SHA256 = createHash("sha256").update(CSV).digest("hex");
const TWO_ROWS = "id,day\n1,2021-01-01\n2,2021-01-01\n";

let data_dir: string;
beforeEach(async () => {
  data_dir = await temporaryFolder();
});

/** Serves a text with its version, ranges and conditions, as a web server does for a file. */
function file(content: { text: string; etag?: string }): RequestListener {
  return (request, response) => {
    const { etag } = content;
    const all = Buffer.from(content.text);
    if (etag && request.headers["if-none-match"] === etag) return void response.writeHead(304).end();
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (etag) response.setHeader("etag", etag);
    if (from > 0 && request.headers["if-range"] === etag) {
      response.writeHead(206, {
        "content-length": all.length - from,
        "content-range": `bytes ${from}-${all.length - 1}/${all.length}`,
      });
      return void response.end(all.subarray(from));
    }
    response.writeHead(200, { "content-length": all.length }).end(all);
  };
}

/** Sends a part of a body whose length was announced, and then breaks the connection; what was not read by then is lost. */
function breakOff(response: ServerResponse, headers: Record<string, string | number>, text: string): void {
  response.writeHead(200, headers);
  response.write(text, () => setTimeout(() => response.destroy(), 100));
}

describe("a URL", () => {
  it("is written to the data folder and pinned", async () => {
    const { url } = await serve(file({ text: CSV, etag: '"v1"' }));
    const progress: [string, number, number | undefined][] = [];
    const result = await download(
      { source: `${url}/logs/call%20log.csv`, data_dir },
      { onProgress: ({ task, done, total }) => progress.push([task, done, total]) },
    );
    expect(result).toMatchObject({ rows: 20_000, bytes: CSV.length, sha256: SHA256, etag: '"v1"', up_to_date: false });
    expect(result.file).toMatch(/^call_log-[0-9a-f]{10}\.csv$/);
    expect(await readFile(join(data_dir, result.file), "utf8")).toBe(CSV);
    expect((await readdir(data_dir)).sort()).toEqual([result.file, `${result.file}.manifest.json`]);
    expect(progress).toContainEqual(["download", 0, CSV.length]);
    expect(progress).toContainEqual(["download", CSV.length, CSV.length]);
    expect(await findManifest(`${url}/logs/call%20log.csv`, data_dir)).toMatchObject({ sha256: SHA256 });
  });

  it("is not asked a second time", async () => {
    const { url, requests } = await serve(file({ text: CSV }));
    const first = await download({ source: `${url}/log.csv`, data_dir });
    expect(await download({ source: `${url}/log.csv`, data_dir })).toEqual({ ...first, up_to_date: true });
    expect(requests).toHaveLength(1);
  });

  it("is fetched again when the file is gone or was changed", async () => {
    const { url } = await serve(file({ text: CSV }));
    const source = `${url}/log.csv`;
    const first = await download({ source, data_dir });
    await rm(join(data_dir, first.file));
    expect(await findManifest(source, data_dir)).toBeUndefined();
    expect(await download({ source, data_dir })).toMatchObject({ up_to_date: false });
    await writeFile(join(data_dir, first.file), "mine\n1\n");
    await expect(findManifest(source, data_dir)).rejects.toMatchObject({ code: "BAD_INPUT" });
    expect(await download({ source, data_dir })).toMatchObject({ up_to_date: false, sha256: SHA256 });
  });

  it("with force is asked for by its version: 304 keeps the file, another version replaces it", async () => {
    const content = { text: CSV, etag: '"v1"' };
    const { url, requests } = await serve(file(content));
    const source = `${url}/log.csv`;
    const first = await download({ source, data_dir });
    expect(await download({ source, data_dir, force: true })).toEqual({ ...first, up_to_date: true });
    expect(requests[1]?.headers["if-none-match"]).toBe('"v1"');
    Object.assign(content, { text: TWO_ROWS, etag: '"v2"' });
    expect(await download({ source, data_dir, force: true })).toMatchObject({
      rows: 2,
      etag: '"v2"',
      up_to_date: false,
    });
    expect(await readFile(join(data_dir, first.file), "utf8")).toBe(TWO_ROWS);
  });

  it("that fails with force leaves the file that was there", async () => {
    let fails = false;
    const { url } = await serve((request, response) =>
      fails ? void response.writeHead(503).end() : file({ text: CSV })(request, response),
    );
    const source = `${url}/log.csv`;
    await download({ source, data_dir });
    fails = true;
    await expect(download({ source, data_dir, force: true, retries: 0 })).rejects.toThrow(/HTTP 503/);
    expect(await findManifest(source, data_dir)).toMatchObject({ sha256: SHA256 });
  });

  it("that leads on is followed, and one that leads in a circle is not", async () => {
    const { url } = await serve((request, response) => {
      if (request.url === "/circle.csv") return void response.writeHead(302, { location: "/circle.csv" }).end();
      if (request.url === "/log.csv") return void response.writeHead(302, { location: "/real/place" }).end();
      if (request.url === "/away.csv") return void response.writeHead(302, { location: "http://example.org/a" }).end();
      return file({ text: CSV })(request, response);
    });
    expect(await download({ source: `${url}/log.csv`, data_dir })).toMatchObject({ sha256: SHA256 });
    await expect(download({ source: `${url}/circle.csv`, data_dir })).rejects.toThrow(/more than 10 redirects/);
    await expect(download({ source: `${url}/away.csv`, data_dir })).rejects.toThrow(
      /leads to http:\/\/example\.org\/a/,
    );
  });

  it("whose server marks a .csv.gz as encoded by gzip gives the file as it is", async () => {
    const packed = gzipSync(CSV);
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-encoding": "gzip", "content-length": packed.length }).end(packed);
    });
    expect(await download({ source: `${url}/log.csv.gz`, data_dir })).toMatchObject({
      bytes: packed.length,
      rows: 20_000,
    });
    await expect(download({ source: `${url}/log.csv`, data_dir })).rejects.toThrow(/comes packed by gzip/);
    expect(await download({ source: `${url}/log.csv#log.csv.gz`, data_dir })).toMatchObject({ rows: 20_000 });
  });

  it("that does not show its type may name it after #", async () => {
    const { url, requests } = await serve(file({ text: CSV }));
    await expect(download({ source: `${url}/get?id=3`, data_dir })).rejects.toThrow(/unknown type[\s\S]*#log\.csv/);
    const result = await download({ source: `${url}/get?id=3#log.csv`, data_dir });
    expect(basename(result.file)).toMatch(/^log-/);
    expect(requests.map((request) => request.url)).toEqual(["/get?id=3"]);
  });

  it("of the same name in another folder does not take its place", async () => {
    const { url } = await serve((request, response) =>
      file({ text: request.url === "/a/log.csv" ? CSV : TWO_ROWS })(request, response),
    );
    await download({ source: `${url}/a/log.csv`, data_dir });
    await download({ source: `${url}/b/log.csv`, data_dir });
    expect((await findManifest(`${url}/a/log.csv`, data_dir))?.rows).toBe(20_000);
    expect((await findManifest(`${url}/b/log.csv`, data_dir))?.rows).toBe(2);
  });

  it("asked for twice at a time is fetched once", async () => {
    const { url, requests } = await serve(file({ text: CSV }));
    const both = await Promise.all([1, 2].map(() => download({ source: `${url}/log.csv`, data_dir })));
    expect(both.map((each) => [each.sha256, each.up_to_date])).toEqual([
      [SHA256, false],
      [SHA256, true],
    ]);
    expect(requests).toHaveLength(1);
  });
});

describe("a broken transfer", () => {
  it("resumes where it broke off when the server names its version", async () => {
    const { url, requests } = await serve((request, response) => {
      if (request.headers.range) return file({ text: CSV, etag: '"v1"' })(request, response);
      breakOff(response, { "content-length": CSV.length, etag: '"v1"' }, CSV.slice(0, 100_000));
    });
    expect(await download({ source: `${url}/log.csv`, data_dir })).toMatchObject({ sha256: SHA256, etag: '"v1"' });
    // on a busy machine the client may have read nothing of the first answer, and asks once more from the start
    const last = requests.at(-1)?.headers;
    expect(last?.["if-range"]).toBe('"v1"');
    const from = Number(/^bytes=(\d+)-$/.exec(last?.range ?? "")?.[1]);
    expect(from).toBeGreaterThan(0);
    expect(from).toBeLessThanOrEqual(100_000);
  });

  it("starts again when the file changed in between", async () => {
    let first = true;
    const { url } = await serve((request, response) => {
      if (!first) return file({ text: TWO_ROWS, etag: '"v2"' })(request, response);
      first = false;
      breakOff(response, { "content-length": CSV.length, etag: '"v1"' }, CSV.slice(0, 100_000));
    });
    const result = await download({ source: `${url}/log.csv`, data_dir });
    expect(result).toMatchObject({ bytes: TWO_ROWS.length, rows: 2, etag: '"v2"' });
  });

  it("starts again when the server has no version, or only a weak one", async () => {
    for (const headers of [{}, { etag: 'W/"v1"' }] as Record<string, string>[]) {
      let first = true;
      const { url, requests } = await serve((request, response) => {
        if (!first) return file({ text: CSV })(request, response);
        first = false;
        breakOff(response, { "content-length": CSV.length, ...headers }, CSV.slice(0, 100_000));
      });
      expect(await download({ source: `${url}/log.csv`, data_dir })).toMatchObject({ sha256: SHA256 });
      expect(requests[1]?.headers.range).toBeUndefined();
    }
  });

  it("that always breaks fails, and leaves nothing", async () => {
    const { url, requests } = await serve((_, response) =>
      breakOff(response, { "content-length": CSV.length }, CSV.slice(0, 100_000)),
    );
    const failed = download({ source: `${url}/log.csv`, data_dir, retries: 2 });
    await expect(failed).rejects.toThrow(/broke off after \d+ of \d+ bytes/);
    await expect(failed).rejects.toMatchObject({ code: "DOWNLOAD_FAILED" });
    expect(requests.length).toBeGreaterThan(2);
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("of a file whose version is named is kept for the next run, which asks whether it is the same", async () => {
    for (const next of [
      { text: CSV, etag: '"v1"' },
      { text: TWO_ROWS, etag: '"v2"' },
    ]) {
      let first = true;
      const { url, requests } = await serve((request, response) => {
        if (!first) return file(next)(request, response);
        first = false;
        breakOff(response, { "content-length": CSV.length, etag: '"v1"' }, CSV.slice(0, 100_000));
      });
      const source = `${url}/log.csv`;
      await expect(download({ source, data_dir, retries: 0 })).rejects.toThrow(/are kept/);
      expect(await download({ source, data_dir })).toMatchObject({ bytes: next.text.length, etag: next.etag });
      expect(requests[1]?.headers["if-range"]).toBe('"v1"');
      await rm(data_dir, { recursive: true });
    }
  });

  it("is found out by the checksums that Cloud Storage sends with its https:// URLs", async () => {
    const md5 = createHash("md5").update(CSV).digest("base64");
    let sent = 0;
    const { url } = await serve((_, response) => {
      response.setHeader("x-goog-hash", `md5=${md5}`);
      response.end(++sent === 1 ? CSV.replace("1", "2") : CSV);
    });
    expect(await download({ source: `${url}/log.csv`, data_dir })).toMatchObject({ sha256: SHA256, md5 });
    expect(sent).toBe(2);
  });

  it("of a gzip file without a length is found out", async () => {
    const { url } = await serve((_, response) => void response.end(gzipSync(CSV).subarray(0, 1000)));
    await expect(download({ source: `${url}/log.csv.gz`, data_dir })).rejects.toThrow(/cut off: its gzip data/);
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("stops at once by the signal, and leaves nothing", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-length": CSV.length });
      response.write(CSV.slice(0, 1000));
    });
    const stop = new AbortController();
    const onProgress = ({ done }: { done: number }) => done > 0 && stop.abort();
    const failed = download({ source: `${url}/log.csv`, data_dir }, { signal: stop.signal, onProgress });
    setTimeout(() => stop.abort(), 200);
    await expect(failed).rejects.toMatchObject({ code: "INTERRUPTED" });
    expect(await readdir(data_dir)).toEqual([]);
  });
});

describe("a fault of a server", () => {
  it.each([
    [401, "DOWNLOAD_FAILED", /may not be read: HTTP 401[\s\S]*login/],
    [403, "DOWNLOAD_FAILED", /may not be read: HTTP 403/],
    [404, "NOT_FOUND", /does not exist: HTTP 404/],
    [418, "DOWNLOAD_FAILED", /cannot be downloaded: HTTP 418/],
    [500, "DOWNLOAD_FAILED", /the server of .* failed: HTTP 500/],
  ])("of HTTP %i is reported without the query, which may hold a signature", async (status, code, message) => {
    const { url } = await serve((_, response) => void response.writeHead(status).end("no"));
    const failed = download({ source: `${url}/log.csv?signature=secret`, data_dir, retries: 0 });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toMatchObject({ code, message: expect.not.stringContaining("secret") });
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("that does not listen is reported", async () => {
    // port 9 is "discard": nothing listens there
    await expect(download({ source: "http://127.0.0.1:9/log.csv", data_dir })).rejects.toThrow(
      /no answer from 127\.0\.0\.1:9: connection refused/,
    );
  });

  it("that names another file in Content-Disposition changes nothing: the name is ours", async () => {
    const { url } = await serve((_, response) => {
      response.setHeader("content-disposition", 'attachment; filename="../../../evil.csv"').end(TWO_ROWS);
    });
    const { file } = await download({ source: `${url}/..%2f..%2fevil.csv`, data_dir });
    expect(file).toMatch(/^evil-[0-9a-f]{10}\.csv$/);
    expect((await readdir(data_dir)).sort()).toEqual([file, `${file}.manifest.json`]);
  });

  it("that sends an archive for a log is reported", async () => {
    // the header of a tar file: a name, and zeros
    const tar = Buffer.concat([Buffer.from("../../etc/passwd"), Buffer.alloc(1008), Buffer.from("id\n1\n")]);
    const { url } = await serve(
      (request, response) =>
        void response.end(request.url === "/log.csv.gz" ? gzipSync(tar) : Buffer.from("PK\u0003\u0004../../x")),
    );
    await expect(download({ source: `${url}/log.csv.gz`, data_dir })).rejects.toThrow(/is binary, not CSV/);
    await expect(download({ source: `${url}/log.csv`, data_dir })).rejects.toThrow(/is a zip archive/);
    expect(await readdir(data_dir)).toEqual([]);
  });

  it("that sends a web page for a file is reported", async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<p>login</p>");
    });
    await expect(download({ source: `${url}/log.csv`, data_dir })).rejects.toThrow(/gives a web page/);
  });

  it("that sends nothing is reported", async () => {
    const { url } = await serve((_, response) => void response.end());
    await expect(download({ source: `${url}/log.csv`, data_dir })).rejects.toThrow(/is empty/);
  });

  it("is not waited for when the URL may not be used", async () => {
    await expect(download({ source: "http://example.org/a.csv", data_dir })).rejects.toThrow(
      /not protected[\s\S]*https:\/\/example\.org\/a\.csv/,
    );
    const failed = download({ source: "https://me:word@example.org/a.csv", data_dir });
    await expect(failed).rejects.toMatchObject({ code: "BAD_OPTION", message: expect.not.stringContaining("word@") });
    await expect(download({ source: "https:///", data_dir })).rejects.toThrow(/not a URL/);
  });
});
