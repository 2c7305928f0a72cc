import { setTimeout as sleep } from "node:timers/promises";
import type { AuthClient } from "google-auth-library";
import { ChurnError } from "../../core/errors.js";
import { oneLine } from "../one-line.js";
import type { FetchSettings } from "../source.js";
import { readKeyFile } from "./gs-key-file.js";

const SCOPE = "https://www.googleapis.com/auth/devstorage.read_only";

/** Who asks Cloud Storage. */
export interface GsLogin {
  /** How errors name the account; undefined for nobody. */
  who: string | undefined;
  /** True when a key file of a service account signs the requests. */
  hasKey: boolean;
  /** Headers that say so; made again when they run out. */
  headers(): Promise<Record<string, string>>;
}

/**
 * Logs in as the settings say: by a key file, by the ambient login (gcloud's default login, or the metadata server of the
 * machine), or not at all. Google's library is loaded for the first two only.
 *
 * A service account signs its requests itself (a JWT with a scope, https://google.aip.dev/auth/4111): no other server is asked.
 *
 * @throws ChurnError BAD_OPTION when the key file is missing or malformed, or there is no ambient login
 */
export async function gsLogin(settings: FetchSettings, env: NodeJS.ProcessEnv = process.env): Promise<GsLogin> {
  const { credentials, timeout } = settings;
  const named = keyFile(settings, env);
  if (credentials === "anonymous" || (credentials === "auto" && !named)) {
    return { who: undefined, hasKey: false, headers: async () => ({}) };
  }
  if (credentials === "ambient") return ambient(timeout);
  if (!named) {
    throw new ChurnError("BAD_OPTION", 'download.credentials is "key", and no key file is named', {
      hint: "--key-file key.json, or GOOGLE_APPLICATION_CREDENTIALS=key.json",
    });
  }
  const key = await readKeyFile(named.path, named.from);
  if (key.type === "other") return ambient(timeout, named.path);
  const { JWT } = await import("google-auth-library");
  const client = new JWT({ email: key.email, key: key.key, scopes: [SCOPE], keyId: key.keyId });
  client.useJWTAccessWithScope = true;
  return { who: key.email, hasKey: true, headers: () => fetchHeaders(client, timeout) };
}

function keyFile({ key_file }: FetchSettings, env: NodeJS.ProcessEnv): { path: string; from: string } | undefined {
  if (key_file) return { path: key_file, from: "download.key_file" };
  const path = env.GOOGLE_APPLICATION_CREDENTIALS;
  return path ? { path, from: "GOOGLE_APPLICATION_CREDENTIALS" } : undefined;
}

async function ambient(timeout: number, keyFilename?: string): Promise<GsLogin> {
  const { GoogleAuth } = await import("google-auth-library");
  const auth = new GoogleAuth({ scopes: [SCOPE], keyFilename });
  const client: AuthClient = await inTime(auth.getClient(), timeout).catch((cause: Error) => {
    throw new ChurnError("BAD_OPTION", `no ambient login found: ${oneLine(cause.message)}`, {
      cause,
      hint: "gcloud auth application-default login; or name a key file: --key-file key.json",
    });
  });
  return { who: "the ambient login", hasKey: false, headers: () => fetchHeaders(client, timeout) };
}

async function fetchHeaders(client: AuthClient, timeout: number): Promise<Record<string, string>> {
  const headers = await inTime(client.getRequestHeaders(), timeout).catch((cause: Error) => {
    throw new ChurnError("DOWNLOAD_FAILED", `cannot log in to Cloud Storage: ${oneLine(cause.message)}`, {
      cause,
      hint: "check the login and the network; gcloud auth application-default login makes a new one",
    });
  });
  return Object.fromEntries(headers.entries());
}

async function inTime<T>(work: Promise<T>, seconds: number): Promise<T> {
  const stop = new AbortController();
  const late = sleep(seconds * 1000, undefined, { signal: stop.signal, ref: false }).then(() => {
    throw new Error(`no answer in ${seconds} s`);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    stop.abort();
    late.catch(() => {});
  }
}
