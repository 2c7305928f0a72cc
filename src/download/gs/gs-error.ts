import { ChurnError } from "../../core/errors.js";
import { oneLine } from "../one-line.js";
import type { GsLogin } from "./gs-login.js";
import type { GsName } from "./gs-name.js";

/** What Cloud Storage says when it refuses. */
export interface GsRefusal {
  status: number;
  /** Its sentence, or "". */
  message: string;
  /** Its word for the reason, such as `userProjectMissing`, or "". */
  reason: string;
}

/** Reads the body of a refusal: JSON, or whatever a proxy on the way sent. */
export function gsRefusal(status: number, body: string): GsRefusal {
  try {
    const { error }: { error?: { message?: string; errors?: { reason?: string }[] } } = JSON.parse(body);
    return { status, message: oneLine(String(error?.message ?? "")), reason: String(error?.errors?.[0]?.reason ?? "") };
  } catch {
    return { status, message: body.trimStart().startsWith("<") ? "" : oneLine(body), reason: "" };
  }
}

/** The error of a refusal that waiting does not mend, as a user can act on it; `gsMissing` reports missing things. */
export function gsError(shown: string, { bucket }: GsName, refusal: GsRefusal, login: GsLogin): ChurnError {
  const { status, message, reason } = refusal;
  const says = message ? `: ${message}` : "";
  const failed = (fault: string, hint: string) => new ChurnError("DOWNLOAD_FAILED", fault, { hint });
  if (reason === "userProjectMissing" || /requester pays/i.test(message)) {
    return failed(
      `${shown} is in a bucket that bills who reads it (requester pays)`,
      `gcloud storage cp --billing-project=PROJECT ${shown} . and then give the path`,
    );
  }
  if ((status === 401 || status === 403) && !login.who) {
    return failed(
      `no permission: ${shown} may not be read without a login, or does not exist: HTTP ${status}`,
      "--key-file key.json (or GOOGLE_APPLICATION_CREDENTIALS), or --credentials ambient after gcloud auth application-default login",
    );
  }
  if (status === 401) {
    return failed(
      `no permission: the login of ${login.who} is not accepted: HTTP 401${says}`,
      login.hasKey
        ? `the key may be deleted or disabled, or the clock of this machine wrong (${new Date().toISOString()})`
        : "log in again: gcloud auth application-default login",
    );
  }
  if (status === 403) {
    const member = login.hasKey ? `serviceAccount:${login.who}` : "user:…";
    return failed(
      `no permission: ${login.who} may not read ${shown}: HTTP 403${says}`,
      `gcloud storage buckets add-iam-policy-binding gs://${bucket} --member=${member} --role=roles/storage.objectViewer`,
    );
  }
  return failed(`${shown} cannot be downloaded: HTTP ${status}${says}`, "check the endpoint and the name");
}

/** The error of a bucket, an object or a version that is not there. */
export function gsMissing(
  shown: string,
  { bucket, object, generation }: GsName,
  what: "bucket" | "object",
  near: string | undefined,
): ChurnError {
  const missing = (fault: string, hint: string) => new ChurnError("NOT_FOUND", fault, { hint });
  if (what === "bucket") return missing(`no such bucket: gs://${bucket}`, "check its spelling: gcloud storage ls");
  if (generation) {
    return missing(
      `no such object: gs://${bucket}/${object} has no generation ${generation}`,
      `it was replaced or deleted; see what there is: gcloud storage ls -a gs://${bucket}/${object}`,
    );
  }
  if (near) return missing(`no such object: ${shown}`, `did you mean gs://${bucket}/${near}?`);
  const folder = object.includes("/") ? object.slice(0, object.lastIndexOf("/") + 1) : "";
  return missing(`no such object: ${shown}`, `see what there is: gcloud storage ls gs://${bucket}/${folder}`);
}
