import { ChurnError } from "../core/errors.js";

/** A file that may be a log another time: it is empty, has a header alone, or is just being written. */
export class FileWithoutRows extends ChurnError {
  /** The reason in words, for a list of files. */
  readonly why: string;

  constructor(shown: string, fault: "is empty" | "has a header but no rows" | "changed while it was read") {
    const isChanging = fault === "changed while it was read";
    const hint = isChanging ? "wait until it is written, then try again" : "fetch it again from where it comes";
    super("BAD_INPUT", `${shown} ${fault}`, { hint });
    this.why = isChanging ? "still being written" : fault.replace(/^is |^has /, "");
  }
}
