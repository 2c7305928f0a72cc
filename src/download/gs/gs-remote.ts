import type { IncomingMessage } from "node:http";
import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { type GetOptions, get } from "../http/get.js";
import { ConnectionLost, contentRange, isBusy, type Remote, ServerBusy, type Version } from "../http/remote.js";
import { retryAfter } from "../http/retry-wait.js";
import type { FetchSettings } from "../source.js";
import { gsEndpoint } from "./gs-endpoint.js";
import { gsError, gsMissing, gsRefusal } from "./gs-error.js";
import { type GsLogin, gsLogin } from "./gs-login.js";
import type { GsName } from "./gs-name.js";

/** What Cloud Storage answers about an object (JSON API, `objects.get`), as far as it is needed. */
interface Metadata {
  generation: string;
  size: string;
  crc32c?: string;
  md5Hash?: string;
  etag?: string;
  updated?: string;
  contentEncoding?: string;
}

/**
 * An object in Cloud Storage, by its JSON API. First its newest generation is asked for, then the bytes of that generation
 * alone, as they are stored: so whatever breaks, what is put together is one version.
 *
 * Plain requests, not `@google-cloud/storage`: that neither ends nor fails when a socket drops in the middle of a body, and
 * checks nothing where a range is asked for.
 */
export function gsRemote(name: GsName, shown: string, settings: FetchSettings, options: GetOptions): Remote {
  const server = gsEndpoint(settings.endpoint);
  const bucket = `${server}/storage/v1/b/${encodeURIComponent(name.bucket)}`;
  const object = `${bucket}/o/${encodeURIComponent(name.object)}`;
  let made: Promise<GsLogin> | undefined;
  const login = () => {
    made ??= gsLogin(settings);
    return made;
  };
  return {
    shown,
    server,
    async whole(before) {
      const version = await newest();
      if (before?.generation === version.generation) return "unchanged";
      const response = await media(version, {});
      if (!response) throw new ConnectionLost("the object was replaced while it was asked for");
      return { response, version, from: 0 };
    },
    async rest(version, from) {
      const response = await media(version, { range: `bytes=${from}-` });
      if (!response) return undefined;
      if (response.statusCode === 200) return { response, version, from: 0 };
      const part = contentRange(response);
      if (part.from === from && (part.size === undefined || part.size === version.size)) {
        return { response, version, from };
      }
      response.destroy();
      return undefined;
    },
    isPinned: (version) => version.generation !== null,
    isNewest: async (version) => (await newest()).generation === version.generation,
  };

  async function newest(): Promise<Version> {
    const response = await ask(`${object}${name.generation ? `?generation=${name.generation}` : ""}`, {});
    const text = await bodyOf(response);
    if (response.statusCode !== 200) throw await refused(response.statusCode as number, text);
    return versionOf(text, shown, server);
  }

  /** The bytes of a version, or undefined when that is gone. */
  async function media(version: Version, headers: Record<string, string>): Promise<IncomingMessage | undefined> {
    const response = await ask(`${object}?alt=media&generation=${version.generation}`, {
      // without it Cloud Storage would unpack what is stored packed, and neither length nor checksum would fit
      "accept-encoding": version.packed ? "gzip" : "identity",
      ...headers,
    });
    const status = response.statusCode as number;
    if (status === 200 || status === 206) return response;
    const text = await bodyOf(response);
    // 412: a proxy that makes a condition of the generation; 416: not the length that it had
    if (status === 404 || status === 410 || status === 412 || status === 416) return undefined;
    throw await refused(status, text);
  }

  async function ask(url: string, headers: Record<string, string>): Promise<IncomingMessage> {
    const response = await get(new URL(url), { ...(await (await login()).headers()), ...headers }, options);
    const status = response.statusCode as number;
    if (!isBusy(status)) return response;
    response.destroy();
    throw new ServerBusy(status, retryAfter(response.headers["retry-after"]));
  }

  async function refused(status: number, text: string): Promise<ChurnError> {
    const refusal = gsRefusal(status, text);
    if (status !== 404) return gsError(shown, name, refusal, await login());
    if (/bucket does not exist/i.test(refusal.message) || (await statusOf(`${bucket}?fields=name`)) === 404) {
      return gsMissing(shown, name, "bucket", undefined);
    }
    return gsMissing(shown, name, "object", await nearName());
  }

  async function statusOf(url: string): Promise<number | undefined> {
    try {
      const response = await ask(url, {});
      response.destroy();
      return response.statusCode;
    } catch {
      return undefined;
    }
  }

  /** An object of the same folder with nearly the same name, where the folder may be listed. */
  async function nearName(): Promise<string | undefined> {
    const start = name.object.lastIndexOf("/") + 1;
    const folder = name.object.slice(0, start);
    const query = new URLSearchParams({ prefix: folder, delimiter: "/", maxResults: "500", fields: "items(name)" });
    try {
      const listed = JSON.parse(await bodyOf(await ask(`${bucket}/o?${query}`, {}))) as { items?: { name: string }[] };
      const near = closestMatch(
        name.object.slice(start),
        (listed.items ?? []).map((item) => item.name.slice(start)),
      );
      return near && `${folder}${near}`;
    } catch {
      return undefined;
    }
  }
}

function versionOf(text: string, shown: string, server: string): Version {
  let said: Metadata;
  try {
    said = JSON.parse(text) as Metadata;
    if (!/^\d+$/.test(said.generation) || !/^\d+$/.test(said.size)) throw new SyntaxError("no generation, no size");
  } catch (cause) {
    throw new ChurnError("DOWNLOAD_FAILED", `${server} does not answer as Cloud Storage does`, {
      cause,
      hint: "check download.endpoint, and proxies on the way that ask for a login",
    });
  }
  const packed = said.contentEncoding === "gzip";
  if (said.contentEncoding && !packed && said.contentEncoding !== "identity") {
    throw new ChurnError("BAD_INPUT", `${shown} is stored packed by ${JSON.stringify(said.contentEncoding)}`, {
      hint: "store it plain or packed by gzip",
    });
  }
  return {
    etag: said.etag ?? null,
    last_modified: said.updated ?? null,
    generation: said.generation,
    crc32c: said.crc32c ?? null,
    md5: said.md5Hash ?? null,
    size: Number(said.size),
    packed,
  };
}

/** The text of a short answer. */
async function bodyOf(response: IncomingMessage): Promise<string> {
  const blocks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const block of response) {
      blocks.push(block as Buffer);
      bytes += (block as Buffer).length;
      if (bytes > 1 << 20) break;
    }
  } catch (cause) {
    throw new ConnectionLost("the connection broke", { cause });
  } finally {
    response.destroy();
  }
  return Buffer.concat(blocks).toString("utf8");
}
