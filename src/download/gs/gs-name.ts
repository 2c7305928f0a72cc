import { ChurnError } from "../../core/errors.js";

/** An object in Cloud Storage, by its name. */
export interface GsName {
  bucket: string;
  object: string;
  /** The version that the user asks for, or null for the newest. */
  generation: string | null;
}

/**
 * Takes `gs://bucket/object` apart; `gs://bucket/object#1700000000000000` names a version, as gcloud writes it. The name of an
 * object is taken as it stands: `%20` is not a space.
 *
 * @throws ChurnError BAD_OPTION when it is not a gs:// URL, has no object, or has a name that no object can have or should
 */
export function gsName(text: string): GsName {
  const bad = (fault: string, hint: string) => new ChurnError("BAD_OPTION", fault, { hint });
  const form = "gs://bucket/folder/RawData.csv.gz";
  const [, bucket, , rest = ""] = /^gs:\/\/([^/]*)(\/([\s\S]*))?$/i.exec(text) ?? [];
  if (bucket === undefined) throw bad(`not a gs:// URL: ${text}`, form);
  if (bucket === "") throw bad(`no bucket in ${text}`, form);
  if (!/^[a-z0-9][a-z0-9._-]{1,220}[a-z0-9]$/.test(bucket)) {
    throw bad(
      `no bucket can be called ${JSON.stringify(bucket)}, in ${text}`,
      "names of buckets have 3 or more of a-z, 0-9, dot, - and _, and begin and end with a letter or digit",
    );
  }
  const [, object = "", generation = null] = /^([\s\S]*?)(?:#(\d+))?$/.exec(rest) ?? [];
  if (object === "") throw bad(`no object name in ${text}`, form);
  if (object.endsWith("/")) throw bad(`no object name in ${text}: it ends in /, as a folder does`, "name one object");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f\\]/.test(object) || Buffer.byteLength(object) > 1024) {
    throw bad(
      `the object name in ${JSON.stringify(text).slice(0, 200)} has a control character or \\, or is too long`,
      "names have at most 1024 bytes",
    );
  }
  if (object.split("/").some((each) => each === "." || each === "..")) {
    throw bad(`the object name in ${text} has . or .. for a folder`, "give the name as `gcloud storage ls` prints it");
  }
  return { bucket, object, generation };
}
