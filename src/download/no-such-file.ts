import { ChurnError } from "../core/errors.js";

/** The error of a path that leads nowhere. */
export function noSuchFile(path: string, cause?: unknown): ChurnError {
  return new ChurnError("NOT_FOUND", `no such file: ${path}`, {
    cause,
    hint: "check the path; it counts from the working folder",
  });
}

/** The error of a path that leads to something else than a file. */
export function noFile(path: string, what: string): ChurnError {
  return new ChurnError("BAD_INPUT", `${path} is ${what}, not a file`, { hint: "name one file" });
}
