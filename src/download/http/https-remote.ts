import type { IncomingMessage } from "node:http";
import { ChurnError } from "../../core/errors.js";
import { fromGoogHash } from "../checksums.js";
import type { FileType } from "../file-type.js";
import type { Validators } from "../source.js";
import { type GetOptions, get, type HttpResponse } from "./get.js";
import { contentRange, isBusy, type Remote, type RemoteResponse, ServerBusy, type Version } from "./remote.js";
import { retryAfter } from "./retry-wait.js";
import { statusError } from "./status-error.js";

/**
 * A file on a web server. The rest of a version is asked for by `Range` with `If-Range` (RFC 9110 13.1.5, 14.2), if the
 * server named the version by a strong ETag or a time.
 */
export function httpsRemote(url: URL, shown: string, type: FileType, options: GetOptions): Remote {
  return {
    shown,
    server: null,
    async whole(before) {
      const response = await ask(conditions(before));
      return response.statusCode === 304 ? "unchanged" : all(response);
    },
    async rest(version, from) {
      const response = await ask({ range: `bytes=${from}-`, "if-range": nameOf(version) ?? "" });
      if (response.statusCode === 200) return all(response);
      const part = contentRange(response);
      const other = part.size !== undefined && version.size !== undefined && part.size !== version.size;
      if (response.statusCode === 206 && part.from === from && !other) return { response, version, from };
      response.destroy();
      if (response.statusCode === 206 || response.statusCode === 416) return undefined;
      throw statusError(shown, response.statusCode);
    },
    isPinned: (version) => nameOf(version) !== undefined,
    // If-Range sees to it
    isNewest: async () => true,
  };

  async function ask(headers: Record<string, string>): Promise<HttpResponse> {
    const response = await get(url, headers, options);
    const status = response.statusCode;
    if (!isBusy(status)) return response;
    response.destroy();
    throw new ServerBusy(status, retryAfter(response.headers["retry-after"]));
  }

  function all(response: HttpResponse): RemoteResponse {
    const { headers, statusCode } = response;
    try {
      if (statusCode !== 200) throw statusError(shown, statusCode);
      checkContent(shown, type, headers);
    } catch (error) {
      response.destroy();
      throw error;
    }
    // the hash is of the bytes as they are kept: not of those that the server unpacked on the way
    const unpacked = headers["x-goog-stored-content-encoding"] === "gzip" && !headers["content-encoding"];
    const version: Version = {
      etag: headers.etag ?? null,
      last_modified: headers["last-modified"] ?? null,
      generation: headerText(headers["x-goog-generation"]),
      ...(unpacked ? { crc32c: null, md5: null } : fromGoogHash(headers["x-goog-hash"])),
      size: headers["content-length"] === undefined ? undefined : Number(headers["content-length"]),
      packed: false,
    };
    return { response, version, from: 0 };
  }
}

function headerText(header: string | string[] | undefined): string | null {
  return typeof header === "string" ? header : null;
}

/** Headers that ask for the file only if it is another than the one that is there. */
function conditions(before: Validators | undefined): Record<string, string> {
  const headers: Record<string, string> = {};
  if (before?.etag) headers["if-none-match"] = before.etag;
  if (before?.last_modified) headers["if-modified-since"] = before.last_modified;
  return headers;
}

/** What names the version of a file byte by byte: a weak ETag does not. */
function nameOf({ etag, last_modified }: Validators): string | undefined {
  return etag && !etag.startsWith("W/") ? etag : (last_modified ?? undefined);
}

/** @throws ChurnError when what comes is packed, or a page instead of data */
function checkContent(shown: string, type: FileType, headers: IncomingMessage["headers"]): void {
  if (headers["content-encoding"] === "gzip" && !type.gzip && type.format === "csv") {
    throw new ChurnError("BAD_INPUT", `${shown} comes packed by gzip, against its name`, {
      hint: "add what it is to the URL: #log.csv.gz",
    });
  }
  if (headers["content-type"]?.startsWith("text/html")) {
    throw new ChurnError("BAD_INPUT", `${shown} gives a web page, not a ${type.ending} file`, {
      hint: "it may ask for a login: open it in a browser, and give the URL of the file itself",
    });
  }
}
