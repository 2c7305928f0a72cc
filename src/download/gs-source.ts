import { join, resolve } from "node:path";
import { fetchFile } from "./fetch-file.js";
import { fileType } from "./file-type.js";
import { gsEndpoint } from "./gs-endpoint.js";
import { gsName } from "./gs-name.js";
import { gsRemote } from "./gs-remote.js";
import { localName } from "./local-name.js";
import type { Source } from "./source.js";

/** An object in Google Cloud Storage. */
export function gsSource(text: string, dataDir: string): Source {
  const name = gsName(text);
  const shown = `gs://${name.bucket}/${name.object}${name.generation ? `#${name.generation}` : ""}`;
  const last = name.object.slice(name.object.lastIndexOf("/") + 1);
  const type = fileType(last, "give the object a name that ends in what it is");
  const file = localName(last, type, shown);
  return {
    text,
    shown,
    file: resolve(join(dataDir, file)),
    type,
    manifest: `${file}.manifest.json`,
    server: (settings) => gsEndpoint(settings.endpoint),
    write: (part, before, settings, context) =>
      fetchFile(
        gsRemote(name, shown, settings, { timeout: settings.timeout, signal: context.signal }),
        { part, before },
        settings,
        context,
      ),
  };
}
