import http from "node:http";
import https from "node:https";
import { ChurnError } from "../../core/errors.js";
import { faultCode, messageOf } from "../../core/fault.js";
import { interrupted } from "../../core/interrupted.js";
import { isSafe, withoutQuery } from "./safe-url.js";

const MAX_REDIRECTS = 10;
/** Headers that are for the host that was named, and for no other. */
const PRIVATE = ["authorization", "x-goog-user-project"];

/** An answer: its status is in, its body still to be read. */
export type HttpResponse = http.IncomingMessage & { statusCode: number };

export interface GetOptions {
  /** Seconds without a byte after which a connection counts as broken. */
  timeout: number;
  signal?: AbortSignal | undefined;
}

/**
 * Asks for a URL and follows redirects; gives the answer, whose body is still to be read, byte by byte as it was sent.
 *
 * Not `fetch`, since that unpacks a `.csv.gz` that comes with `Content-Encoding: gzip`, and then its length is wrong.
 *
 * @throws ChurnError DOWNLOAD_FAILED when there is no answer, INTERRUPTED by the signal
 */
export async function get(url: URL, headers: Record<string, string>, options: GetOptions): Promise<HttpResponse> {
  let at = url;
  let sent = headers;
  for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
    const response = await ask(at, sent, options);
    const { location } = response.headers;
    if (![301, 302, 303, 307, 308].includes(response.statusCode) || !location) return response;
    response.destroy();
    const from = at.origin;
    at = new URL(location, at);
    if (at.origin !== from) sent = Object.fromEntries(Object.entries(sent).filter(([name]) => !PRIVATE.includes(name)));
    if (!isSafe(at)) {
      throw new ChurnError(
        "DOWNLOAD_FAILED",
        `${withoutQuery(url)} leads to ${withoutQuery(at)}, which is not protected`,
        {
          hint: "download the file by hand, check it, and give its path",
        },
      );
    }
  }
  throw new ChurnError(
    "DOWNLOAD_FAILED",
    `${withoutQuery(url)} leads on and on: more than ${MAX_REDIRECTS} redirects`,
    {
      hint: "open it in a browser and give the URL where it ends",
    },
  );
}

function ask(url: URL, headers: Record<string, string>, { timeout, signal }: GetOptions): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { request } = url.protocol === "https:" ? https : http;
    const all = { "user-agent": "churn-workbench", "accept-encoding": "identity", ...headers };
    const asked = request(url, { headers: all, agent: false, signal });
    asked.setTimeout(timeout * 1000, () => asked.destroy(new StalledError(`no byte in ${timeout} s`)));
    const fail = (error: unknown) =>
      reject(signal?.aborted ? interrupted(withoutQuery(url), error) : new NoResponseError(url, error));
    asked.on("response", (response) => {
      if (hasStatus(response)) resolve(response);
      else fail(new Error("an answer without a status"));
    });
    asked.on("error", fail);
    asked.end();
  });
}

/** True for every answer to a request; requests that come in have none. */
function hasStatus(response: http.IncomingMessage): response is HttpResponse {
  return response.statusCode !== undefined;
}

class StalledError extends Error {
  readonly code = "ETIMEDOUT";
}

/** The error of a server that did not answer. */
export class NoResponseError extends ChurnError {
  /** True for what may pass within seconds. */
  readonly passing: boolean;

  constructor(url: URL, error: unknown) {
    // localhost with two addresses fails with an error for each
    const each: unknown = error instanceof AggregateError ? error.errors[0] : error;
    const code = faultCode(each) ?? "";
    const [fault, hint] =
      each instanceof StalledError
        ? [each.message, "check the network, then try again"]
        : (FAULTS[code] ?? [messageOf(each), "check the URL and the network, then try again"]);
    super("DOWNLOAD_FAILED", `no answer from ${url.host}: ${fault}`, { cause: error, hint });
    this.passing = ["ECONNRESET", "EAI_AGAIN", "ETIMEDOUT", "EPIPE"].includes(code);
  }
}

const FAULTS: Readonly<Record<string, [fault: string, hint: string]>> = {
  ECONNREFUSED: ["connection refused", "check host and port, and that the server runs"],
  ECONNRESET: ["connection reset", "try again; if it stays, check the URL and proxies on the way"],
  ENOTFOUND: ["no such host", "check the spelling of the host and the network"],
  EAI_AGAIN: ["the name server does not answer", "check the network, then try again"],
  ETIMEDOUT: ["timed out", "check the network, then try again"],
  EPROTO: ["it does not speak TLS", "check host and port; an emulator on this machine is at http://127.0.0.1:…"],
  CERT_HAS_EXPIRED: ["its certificate has expired", "tell its owner, or download the file by hand and give its path"],
  SELF_SIGNED_CERT_IN_CHAIN: ["its certificate is not trusted", "name the authority's file in NODE_EXTRA_CA_CERTS"],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["its certificate is not trusted", "name the certificate's file in NODE_EXTRA_CA_CERTS"],
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: [
    "its certificate is not trusted",
    "name the authority's file in NODE_EXTRA_CA_CERTS",
  ],
};
