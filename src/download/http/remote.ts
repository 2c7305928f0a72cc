import type { Validators } from "../source.js";
import type { HttpResponse } from "./get.js";

/** One version of a file on a server. */
export interface Version extends Validators {
  /** Bytes of it all, or undefined where the server does not say. */
  size: number | undefined;
  /** Kept packed by gzip under a name that does not say so. */
  packed: boolean;
}

/** An answer that carries bytes of a version, from one of them on to the end. */
export interface RemoteResponse {
  response: HttpResponse;
  version: Version;
  from: number;
}

/** A file on a server, as `fetchFile` asks for it. */
export interface Remote {
  /** How errors name the file. */
  shown: string;
  /** The server, where the settings choose it. */
  server: string | null;
  /** Asks for all of it, if it is another than `before`. */
  whole(before: Validators | undefined): Promise<RemoteResponse | "unchanged">;
  /** Asks for the rest of a version from byte `from` on; another version comes whole, and undefined means to start over. */
  rest(version: Version, from: number): Promise<RemoteResponse | undefined>;
  /** True when the server can be asked for the rest of this version, and of no other. */
  isPinned(version: Version): boolean;
  /** True when this is the version that a download which starts now would get. */
  isNewest(version: Version): Promise<boolean>;
}

/** A transfer that ended too early: it may be taken up again. */
export class ConnectionLost extends Error {}

/** A server that is busy or fails for a while. */
export class ServerBusy extends Error {
  readonly status: number;
  /** Seconds after which it asks to be asked again. */
  readonly seconds: number | undefined;

  constructor(status: number, seconds: number | undefined) {
    super(`the server says HTTP ${status}`);
    this.status = status;
    this.seconds = seconds;
  }
}

/** True for a status that may pass: 408, 429, and 5xx except 501. */
export function isBusy(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status !== 501);
}

/**
 * What the header `content-range` of a partial answer says (RFC 9110 14.4): its first byte, and the bytes of the whole;
 * undefined for what it does not say.
 */
export function contentRange(response: HttpResponse): { from: number | undefined; size: number | undefined } {
  const [, from, size] = /^bytes (\d+)-\d+\/(\d+|\*)/.exec(response.headers["content-range"] ?? "") ?? [];
  return {
    from: from === undefined ? undefined : Number(from),
    size: size === undefined || size === "*" ? undefined : Number(size),
  };
}
