import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { type GetOptions, get, type HttpResponse } from "../http/get.js";
import {
  ConnectionLost,
  contentRange,
  isBusy,
  type Remote,
  type RemoteResponse,
  ServerBusy,
  type Version,
} from "../http/remote.js";
import { retryAfter } from "../http/retry-wait.js";
import type { FetchSettings, Validators } from "../source.js";
import { gsEndpoint } from "./gs-endpoint.js";
import { gsError, gsMissing, gsRefusal } from "./gs-error.js";
import { type GsLogin, gsLogin } from "./gs-login.js";
import type { GsName } from "./gs-name.js";
import { readBody } from "./read-body.js";

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
export class GsRemote implements Remote {
  readonly shown: string;
  readonly server: string;
  readonly #name: GsName;
  readonly #settings: FetchSettings;
  readonly #options: GetOptions;
  /** URLs of the JSON API. */
  readonly #bucket: string;
  readonly #object: string;
  #login: Promise<GsLogin> | undefined;

  /** @param shown how errors name the object */
  constructor(name: GsName, shown: string, settings: FetchSettings, options: GetOptions) {
    this.shown = shown;
    this.server = gsEndpoint(settings.endpoint);
    this.#name = name;
    this.#settings = settings;
    this.#options = options;
    this.#bucket = `${this.server}/storage/v1/b/${encodeURIComponent(name.bucket)}`;
    this.#object = `${this.#bucket}/o/${encodeURIComponent(name.object)}`;
  }

  async whole(before: Validators | undefined): Promise<RemoteResponse | "unchanged"> {
    const version = await this.#newest();
    if (before?.generation === version.generation) return "unchanged";
    const response = await this.#media(version, {});
    if (!response) throw new ConnectionLost("the object was replaced while it was asked for");
    return { response, version, from: 0 };
  }

  async rest(version: Version, from: number): Promise<RemoteResponse | undefined> {
    const response = await this.#media(version, { range: `bytes=${from}-` });
    if (!response) return undefined;
    if (response.statusCode === 200) return { response, version, from: 0 };
    const range = contentRange(response);
    if (range.from === from && (range.size === undefined || range.size === version.size)) {
      return { response, version, from };
    }
    response.destroy();
    return undefined;
  }

  isPinned(version: Version): boolean {
    return version.generation !== null;
  }

  async isNewest(version: Version): Promise<boolean> {
    return (await this.#newest()).generation === version.generation;
  }

  async #newest(): Promise<Version> {
    const { generation } = this.#name;
    const response = await this.#ask(`${this.#object}${generation ? `?generation=${generation}` : ""}`);
    const text = await readBody(response);
    if (response.statusCode !== 200) throw await this.#refused(response.statusCode, text);
    return parseVersion(text, this);
  }

  /** The bytes of a version, or undefined when that is gone. */
  async #media(version: Version, headers: Record<string, string>): Promise<HttpResponse | undefined> {
    const response = await this.#ask(`${this.#object}?alt=media&generation=${version.generation}`, {
      // without it Cloud Storage would unpack what is stored packed, and neither length nor checksum would fit
      "accept-encoding": version.packed ? "gzip" : "identity",
      ...headers,
    });
    const { statusCode } = response;
    if (statusCode === 200 || statusCode === 206) return response;
    const text = await readBody(response);
    // 412: a proxy that makes a condition of the generation; 416: not the length that it had
    if ([404, 410, 412, 416].includes(statusCode)) return undefined;
    throw await this.#refused(statusCode, text);
  }

  async #ask(url: string, headers: Record<string, string> = {}): Promise<HttpResponse> {
    const login = await this.#whoAsks();
    const response = await get(new URL(url), { ...(await login.headers()), ...headers }, this.#options);
    if (!isBusy(response.statusCode)) return response;
    response.destroy();
    throw new ServerBusy(response.statusCode, retryAfter(response.headers["retry-after"]));
  }

  #whoAsks(): Promise<GsLogin> {
    this.#login ??= gsLogin(this.#settings);
    return this.#login;
  }

  async #refused(status: number, text: string): Promise<ChurnError> {
    const refusal = gsRefusal(status, text);
    if (status !== 404) return gsError(this.shown, this.#name, refusal, await this.#whoAsks());
    if (/bucket does not exist/i.test(refusal.message) || (await this.#isBucketMissing())) {
      return gsMissing(this.shown, this.#name, "bucket", undefined);
    }
    return gsMissing(this.shown, this.#name, "object", await this.#nearName());
  }

  async #isBucketMissing(): Promise<boolean> {
    try {
      const response = await this.#ask(`${this.#bucket}?fields=name`);
      response.destroy();
      return response.statusCode === 404;
    } catch {
      return false;
    }
  }

  /** An object of the same folder with nearly the same name, where the folder may be listed. */
  async #nearName(): Promise<string | undefined> {
    const { object } = this.#name;
    const start = object.lastIndexOf("/") + 1;
    const folder = object.slice(0, start);
    const query = new URLSearchParams({ prefix: folder, delimiter: "/", maxResults: "500", fields: "items(name)" });
    try {
      const listed: { items?: { name: string }[] } = JSON.parse(
        await readBody(await this.#ask(`${this.#bucket}/o?${query}`)),
      );
      const names = (listed.items ?? []).map((item) => item.name.slice(start));
      const near = closestMatch(object.slice(start), names);
      return near && `${folder}${near}`;
    } catch {
      return undefined;
    }
  }
}

function parseVersion(text: string, { shown, server }: { shown: string; server: string }): Version {
  let said: Metadata;
  try {
    said = JSON.parse(text);
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
