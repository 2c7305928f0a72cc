import { ChurnError } from "../core/errors.js";

/** What is said where the packages of the kernel are not installed: who takes the library alone need not have them. */
export function notebooksMissing(cause: unknown): ChurnError {
  return new ChurnError("NOT_FOUND", "notebooks need tslab and zeromq, which are not installed", {
    cause,
    hint: "npm install tslab zeromq",
  });
}
