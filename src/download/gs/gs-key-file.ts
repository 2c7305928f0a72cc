import { createPrivateKey } from "node:crypto";
import { readFile } from "node:fs/promises";
import { ChurnError } from "../../core/errors.js";

/** A key file, as far as it is needed: of a service account with its key, or of another login that the library reads itself. */
export type KeyFile =
  | { type: "service_account"; email: string; key: string; keyId: string | undefined }
  | { type: "other" };

/** Other files that GOOGLE_APPLICATION_CREDENTIALS may name. */
const OTHERS = [
  "authorized_user",
  "external_account",
  "external_account_authorized_user",
  "impersonated_service_account",
];

/**
 * Reads a key file, and says what is wrong with it without a word of its content.
 *
 * @param from who named it: the option, or the environment variable
 * @throws ChurnError BAD_OPTION
 */
export async function readKeyFile(path: string, from: string): Promise<KeyFile> {
  const bad = (fault: string, hint: string, cause?: unknown) =>
    new ChurnError("BAD_OPTION", `the key file ${path} (${from}) ${fault}`, { hint, cause });
  const again = "download a new one: gcloud iam service-accounts keys create key.json --iam-account=…";
  const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === "ENOENT" || cause.code === "ENOTDIR") throw bad("does not exist", "check the path", cause);
    if (cause.code === "EISDIR") throw bad("is a folder", "name the file in it", cause);
    if (cause.code === "EACCES" || cause.code === "EPERM") {
      throw bad("may not be read by this user", `chown or chmod it: chmod u+r ${path}`, cause);
    }
    throw bad(`cannot be read: ${cause.code}`, "check the disk", cause);
  });
  const content = parse(text);
  if (content === undefined) {
    const older = text.includes("-----BEGIN") || path.toLowerCase().endsWith(".p12");
    throw bad("is malformed: it is not JSON", older ? "make a key of type JSON, not P12 or PEM" : again);
  }
  const { type, client_email, private_key, private_key_id } = content;
  if (typeof type === "string" && OTHERS.includes(type)) return { type: "other" };
  if (type !== "service_account") {
    const web = "installed" in content || "web" in content;
    const what = typeof type === "string" ? `its "type" is ${JSON.stringify(type.slice(0, 40))}` : 'it has no "type"';
    throw bad(
      `is malformed: ${what}, not "service_account"`,
      web ? "this is an OAuth client of an app: make a service account and a key of it" : again,
    );
  }
  if (!isFilled(client_email)) throw bad('is malformed: it has no "client_email"', again);
  if (!isFilled(private_key)) throw bad('is malformed: it has no "private_key"', again);
  try {
    createPrivateKey(private_key);
  } catch {
    // the cause may quote the key
    throw bad('is malformed: its "private_key" cannot be read as PEM', `line ends in it are \\n; or ${again}`);
  }
  return {
    type: "service_account",
    email: client_email,
    key: private_key,
    keyId: typeof private_key_id === "string" ? private_key_id : undefined,
  };
}

function isFilled(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const content: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
    return typeof content === "object" && content !== null && !Array.isArray(content)
      ? (content as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
