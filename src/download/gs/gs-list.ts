import { closestMatch } from "../../core/closest-match.js";
import { ChurnError } from "../../core/errors.js";
import { messageOf } from "../../core/fault.js";
import { throwIfInterrupted } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";
import { get, type HttpResponse, NoResponseError } from "../http/get.js";
import { ConnectionLost, isBusy, ServerBusy } from "../http/remote.js";
import { backOff, LONGEST_WAIT, retryAfter, waitFor } from "../http/retry-wait.js";
import { hasPattern, pathPattern } from "../many/pattern.js";
import type { FetchSettings } from "../source.js";
import { gsEndpoint } from "./gs-endpoint.js";
import { gsError, gsMissing, gsRefusal } from "./gs-error.js";
import { gsLogin } from "./gs-login.js";
import { gsName } from "./gs-name.js";
import { readBody } from "./read-body.js";

/** An object of a bucket, as a list of objects has it. */
export interface ListedObject {
  /** Its name in the bucket. */
  object: string;
  /** Its name from the folder, or from the fixed part of the pattern, on. */
  name: string;
  generation: string;
  bytes: number;
}

/** Names that one answer lists. */
const PAGE = 1000;

/** A bucket, and which of its objects are meant. */
interface Wanted {
  bucket: string;
  object: string;
  /** Beginning of the names, up to the last `/` before a letter of a pattern. */
  root: string;
  /** Beginning of the names, up to the first letter of a pattern. */
  prefix: string;
  fits(name: string): boolean;
}

/** True for a text that names several objects: it ends in `/`, or has a pattern. */
export function isGsMany(text: string): boolean {
  const object = /^gs:\/\/[^/]*(?:\/([\s\S]*))?$/i.exec(text)?.[1];
  return object !== undefined && (object === "" || object.endsWith("/") || hasPattern(object));
}

/**
 * Lists the objects that a `gs://` text with a pattern, or one that ends in `/`, stands for: by the JSON API (`objects.list`), a page at
 * a time. A name with letters of a pattern stands for itself where an object has it.
 *
 * @throws ChurnError NOT_FOUND when no object fits, DOWNLOAD_FAILED when the server fails, BAD_OPTION for a name that cannot be one
 */
export async function listGs(text: string, settings: FetchSettings, context: StageContext): Promise<ListedObject[]> {
  const wanted = wantedOf(text);
  const { bucket, object, root, prefix, fits } = wanted;
  const ask = asker(text, wanted, settings, context);
  const found: ListedObject[] = [];
  let token: string | undefined;
  do {
    const page = await ask(prefix, token);
    for (const { name, generation, size } of page.items ?? []) {
      // a name that ends in / stands for a folder
      if (name.endsWith("/")) continue;
      const listed = { object: name, name: name.slice(root.length), generation, bytes: Number(size) };
      if (name === object) return [listed];
      if (fits(name)) found.push(listed);
    }
    token = page.nextPageToken;
    context.onProgress?.({ task: "list objects", done: found.length, unit: "objects" });
  } while (token);
  if (found.length === 0) {
    const folder = `gs://${bucket}/${root}`;
    const all = root === prefix ? [] : ((await ask(root, undefined)).items ?? []).map(({ name }) => name);
    const near = closestMatch(object, all) ?? all[0];
    throw new ChurnError("NOT_FOUND", `no object fits ${text}`, {
      hint: near ? `${folder} has gs://${bucket}/${near}` : `see what there is: gcloud storage ls ${folder}`,
    });
  }
  return found.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

function wantedOf(text: string): Wanted {
  const [, bucket = "", object = ""] = /^gs:\/\/([^/]*)\/?([\s\S]*)$/i.exec(text) ?? [];
  // the rules of names, for the bucket and for what stands before a pattern
  gsName(`gs://${bucket}/${object.replace(/[*?[].*$/s, "")}x`);
  const prefix = /^[^*?[]*/.exec(object)?.[0] ?? "";
  const root = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const pattern = object.slice(root.length).replace(/\/$/, "");
  const expression = pattern === "" ? /^/ : new RegExp(`${pathPattern(pattern).source.slice(0, -1)}(?:/.*)?$`, "su");
  return { bucket, object, root, prefix, fits: (name) => expression.test(name.slice(root.length)) };
}

interface Page {
  items?: { name: string; generation: string; size: string }[];
  nextPageToken?: string;
}

/** Gives the function that asks for a page, and again when the server is busy. */
function asker(text: string, { bucket, object }: Wanted, settings: FetchSettings, context: StageContext) {
  const server = gsEndpoint(settings.endpoint);
  const { timeout, retries } = settings;
  const login = gsLogin(settings);
  const once = async (prefix: string, token: string | undefined): Promise<Page> => {
    const query = new URLSearchParams({
      prefix,
      maxResults: String(PAGE),
      fields: "items(name,generation,size),nextPageToken",
      ...(token ? { pageToken: token } : {}),
    });
    const url = new URL(`${server}/storage/v1/b/${encodeURIComponent(bucket)}/o?${query}`);
    const response: HttpResponse = await get(url, await (await login).headers(), { timeout, signal: context.signal });
    if (isBusy(response.statusCode)) {
      response.destroy();
      throw new ServerBusy(response.statusCode, retryAfter(response.headers["retry-after"]));
    }
    const body = await readBody(response, 1 << 24);
    if (response.statusCode === 404) throw gsMissing(text, { bucket, object, generation: null }, "bucket", undefined);
    if (response.statusCode !== 200) {
      const refusal = gsRefusal(response.statusCode, body);
      throw gsError(text, { bucket, object, generation: null }, refusal, await login);
    }
    return parsePage(body, server);
  };
  return async (prefix: string, token: string | undefined): Promise<Page> => {
    for (let failures = 0; ; failures++) {
      try {
        return await once(prefix, token);
      } catch (error) {
        throwIfInterrupted(context.signal, text);
        const busy = error instanceof ServerBusy ? error.seconds : undefined;
        const passes =
          error instanceof ServerBusy ||
          error instanceof ConnectionLost ||
          (error instanceof NoResponseError && error.passing);
        if (passes && failures < retries && (busy ?? 0) <= LONGEST_WAIT) {
          await waitFor(Math.max(busy ?? 0, backOff(failures)), messageOf(error), text, context);
          continue;
        }
        if (error instanceof ChurnError) throw error;
        throw new ChurnError("DOWNLOAD_FAILED", `${text} cannot be listed: ${messageOf(error)}`, {
          cause: error,
          hint: "try again later",
        });
      }
    }
  };
}

function parsePage(body: string, server: string): Page {
  try {
    const page: Page = JSON.parse(body);
    if (page.items?.some(({ name, generation }) => typeof name !== "string" || !/^\d+$/.test(generation))) {
      throw new SyntaxError("an object without a name or generation");
    }
    return page;
  } catch (cause) {
    throw new ChurnError("DOWNLOAD_FAILED", `${server} does not answer as Cloud Storage does`, {
      cause,
      hint: "check download.endpoint, and proxies on the way that ask for a login",
    });
  }
}
