import { existsSync } from "node:fs";
import { closestMatch } from "../core/closest-match.js";
import { ChurnError } from "../core/errors.js";
import { gsSource } from "./gs/gs-source.js";
import { httpsSource } from "./http/https-source.js";
import { localSource } from "./local-source.js";
import { mysqlSource } from "./mysql/mysql-source.js";
import { parseSampleSource } from "./sample-source.js";
import type { OpenSource, Source } from "./source.js";

/** The sources by scheme; a text without a scheme is a path. */
const SOURCES: Readonly<Record<string, OpenSource>> = {
  sample: parseSampleSource,
  https: httpsSource,
  http: httpsSource,
  file: localSource,
  gs: gsSource,
  mysql: mysqlSource,
  mariadb: mysqlSource,
};

/**
 * Finds the source that a text names.
 *
 * @throws ChurnError BAD_OPTION when the scheme is unknown or the text is wrong for its scheme; BAD_INPUT when the type of
 *   the file is not clear from its name
 */
export function openSource(text: string, dataDir: string): Source {
  // one letter and a colon is a drive of Windows
  const scheme = /^([a-z][a-z0-9+.-]+):/i.exec(text)?.[1]?.toLowerCase();
  if (scheme === undefined) {
    if (text in SOURCES && !existsSync(text)) {
      throw new ChurnError("BAD_OPTION", `no such source: ${text}`, { hint: `did you mean "${text}:"?` });
    }
    return localSource(text, dataDir);
  }
  const open = SOURCES[scheme];
  if (open) return open(text, dataDir);
  const near = closestMatch(scheme, Object.keys(SOURCES));
  throw new ChurnError("BAD_OPTION", `unknown scheme "${scheme}:" of the source ${text}`, {
    hint: near
      ? `did you mean "${near}:"?`
      : `it takes sample:, https://, gs://, mysql:// or a path; a path may start with ./`,
  });
}
