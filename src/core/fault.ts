/** The message of whatever was thrown: an error's own (also one of another realm), any other value as text. */
export function messageOf(cause: unknown): string {
  return String(isObject(cause) && "message" in cause ? cause.message : cause);
}

/** The first line of what was thrown, for a place that has room for one. */
export function firstLineOf(cause: unknown): string {
  return messageOf(cause).split("\n", 1)[0];
}

/** The code of a failure, as "ENOENT" of Node's or "BAD_OPTION" of ours; undefined when it has none. */
export function faultCode(cause: unknown): string | undefined {
  return isObject(cause) && "code" in cause && typeof cause.code === "string" ? cause.code : undefined;
}

/** What was thrown, as an error. */
export function toError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(messageOf(cause));
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
