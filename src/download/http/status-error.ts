import { ChurnError } from "../../core/errors.js";

/**
 * The error of an HTTP status other than success: DOWNLOAD_FAILED, or NOT_FOUND for 404 and 410, with what to do.
 *
 * @param shown how errors name the file
 */
export function statusError(shown: string, status: number): ChurnError {
  if (status === 401 || status === 403) {
    return new ChurnError("DOWNLOAD_FAILED", `${shown} may not be read: HTTP ${status}`, {
      hint: "it requires a login: give a signed URL (an old one may have run out), or download the file by hand and give its path",
    });
  }
  if (status === 404 || status === 410) {
    return new ChurnError("NOT_FOUND", `${shown} does not exist: HTTP ${status}`, { hint: "check the URL" });
  }
  if (status === 429 || status >= 500) {
    return new ChurnError("DOWNLOAD_FAILED", `the server of ${shown} failed: HTTP ${status}`, {
      hint: "try again later",
    });
  }
  return new ChurnError("DOWNLOAD_FAILED", `${shown} cannot be downloaded: HTTP ${status}`, {
    hint: "open the URL in a browser to see what the server says",
  });
}
