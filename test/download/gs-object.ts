import { createHash } from "node:crypto";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { crc32c } from "../../src/download/gs/crc32c.js";

/** An object as a bucket holds it. */
export interface GsObject {
  name: string;
  content: Buffer | string;
  generation: string;
  contentEncoding?: string;
}

/** Plays the part of Cloud Storage's JSON API that a download uses, for one bucket "logs" with one object at a time. */
export function gsObject(object: GsObject): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? "/", "http://stub");
    if (url.pathname === "/storage/v1/b/logs") return void response.end(JSON.stringify({ name: "logs" }));
    const name = /^\/storage\/v1\/b\/logs\/o\/([^/]+)$/.exec(url.pathname)?.[1];
    const asked = url.searchParams.get("generation") ?? object.generation;
    if (decodeURIComponent(name ?? "") !== object.name || asked !== object.generation) {
      return void refuse(response, 404, "Not Found", "notFound");
    }
    if (url.searchParams.get("alt") !== "media") return void response.end(JSON.stringify(metadata(object)));
    const all = Buffer.from(object.content);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    if (object.contentEncoding) response.setHeader("content-encoding", object.contentEncoding);
    if (from > 0) response.setHeader("content-range", `bytes ${from}-${all.length - 1}/${all.length}`);
    response.writeHead(from > 0 ? 206 : 200, { "content-length": all.length - from });
    response.end(all.subarray(from));
  };
}

export function metadata({ name, content, generation, contentEncoding }: GsObject): Record<string, unknown> {
  const crc = Buffer.alloc(4);
  crc.writeUInt32BE(crc32c(Buffer.from(content)));
  return {
    name,
    generation,
    size: String(Buffer.from(content).length),
    crc32c: crc.toString("base64"),
    md5Hash: createHash("md5").update(content).digest("base64"),
    ...(contentEncoding ? { contentEncoding } : {}),
  };
}

/** Refuses as Google's servers do: a JSON document with a sentence and a reason. */
export function refuse(response: ServerResponse, status: number, message: string, reason: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ error: { code: status, message, errors: [{ domain: "global", reason, message }] } }));
}

/** True for a request for the bytes of an object. */
export function wantsBytes(request: IncomingMessage): boolean {
  return request.url?.includes("alt=media") ?? false;
}

/** Announces a body, sends a part of it, and breaks the connection; what was not read by then is lost. */
export function breakOff(response: ServerResponse, content: Buffer | string, bytes: number): void {
  const all = Buffer.from(content);
  response.writeHead(200, { "content-length": all.length });
  response.write(all.subarray(0, bytes), () => setTimeout(() => response.destroy(), 100));
}
