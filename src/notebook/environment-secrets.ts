import { isSecretName } from "./secret-names.js";
import { isWord } from "./secrets.js";

/** Values of other programs that are shorter, or letters alone, are words that turn up everywhere. */
const SHORTEST = 8;

/**
 * Secrets that the environment holds: cells inherit it, and a cell that prints it must not save them.
 *
 * These are the workbench's own (`CHURN_…`, `JUPYTER_TOKEN`), what other variables name a secret, and the password in an
 * address.
 */
export function environmentSecrets(env: Readonly<Record<string, string | undefined>>): string[] {
  return Object.entries(env).flatMap(([name, value]) => {
    // a word, as of a trial installation, would be masked wherever somebody writes it
    if (!value || isWord(value)) return [];
    const isOwn = /^(CHURN|JUPYTER)_/.test(name);
    // the name of a file with a secret in it is none
    const isNamed = name.startsWith("CHURN_SECRET_") || (isSecretName(name) && !/_(FILE|PATH)$/.test(name));
    if (isNamed && (isOwn || (value.length >= SHORTEST && !/^\/|^[a-z]+$/i.test(value)))) return [value];
    return passwordOf(value);
  });
}

function passwordOf(value: string): string[] {
  const [, password] = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@:\s]*:([^/?#@\s]+)@/i.exec(value) ?? [];
  if (!password) return [];
  try {
    return [password, decodeURIComponent(password)];
  } catch {
    return [password];
  }
}
