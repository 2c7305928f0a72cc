import { basename } from "node:path";
import { ChurnError } from "../../core/errors.js";
import { fileType, typeOfName } from "../file-type.js";
import type { Source } from "../source.js";
import { httpsRemote } from "./https-remote.js";
import { remoteSource } from "./remote-source.js";
import { isSafe, withoutQuery } from "./safe-url.js";

/**
 * A file on a web server, fetched into the data folder; `http:` only on this machine.
 *
 * @param text a URL; its fragment may name the file where its path does not
 * @throws ChurnError BAD_OPTION for a URL that is not protected or holds a password, BAD_INPUT for a file of no known type
 */
export function httpsSource(text: string, dataDir: string): Source {
  const url = checkedUrl(text);
  const shown = withoutQuery(url);
  // a URL that does not show its file type may name it in its fragment, which no server sees
  const name =
    [url.hash.slice(1), url.pathname].map((path) => basename(decode(path))).find((each) => typeOfName(each)) ?? shown;
  const type = fileType(
    name,
    "give a URL that ends in the name of the file, or add the name: https://host/download?id=3#log.csv.gz",
  );
  return remoteSource(
    {
      text,
      shown,
      type,
      name,
      from: url.href,
      remote: (_settings, options) => httpsRemote(url, shown, type, options),
    },
    dataDir,
  );
}

/** @throws ChurnError BAD_OPTION when the text is no URL, holds a password, or is http: to another machine */
function checkedUrl(text: string): URL {
  if (!URL.canParse(text)) {
    throw new ChurnError("BAD_OPTION", `not a URL: ${text}`, { hint: "https://host/path/log.csv.gz" });
  }
  const url = new URL(text);
  if (url.username || url.password) {
    throw new ChurnError("BAD_OPTION", `a password in the URL of ${url.host}: it would be kept in manifests and logs`, {
      hint: "download the file by hand and give its path, or use a signed URL",
    });
  }
  if (!isSafe(url)) {
    throw new ChurnError("BAD_OPTION", `${withoutQuery(url)} is not protected: http:// is for this machine only`, {
      hint: `use https://${url.host}${url.pathname}`,
    });
  }
  return url;
}

function decode(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
