import { ChurnError } from "../../core/errors.js";
import { isSafe } from "../http/safe-url.js";

/**
 * The address of Cloud Storage, without a slash at its end.
 *
 * @throws ChurnError BAD_OPTION when it is no URL, holds more than an address, or would carry a login unprotected
 */
export function gsEndpoint(text: string): string {
  const bad = (fault: string, hint: string) => new ChurnError("BAD_OPTION", `download.endpoint ${fault}`, { hint });
  const form = "https://storage.googleapis.com, or http://127.0.0.1:4443 for an emulator";
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) throw bad(`is not a URL: ${text}`, form);
  const url = new URL(text);
  if (url.username || url.password || url.search || url.hash) throw bad("may hold a host and a path only", form);
  if (!isSafe(url)) throw bad(`${url.origin} is not protected: http:// is for this machine only`, form);
  return `${url.origin}${url.pathname.replace(/\/(storage\/v1\/?)?$/, "")}`;
}
