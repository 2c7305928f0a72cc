import { fileType } from "../file-type.js";
import { remoteSource } from "../http/remote-source.js";
import type { Source } from "../source.js";
import { gsEndpoint } from "./gs-endpoint.js";
import { gsName } from "./gs-name.js";
import { GsRemote } from "./gs-remote.js";

/**
 * An object in Google Cloud Storage, fetched into the data folder.
 *
 * @param text `gs://bucket/object`, with `#generation` for a version of it
 * @throws ChurnError BAD_OPTION for a name that cannot be one, BAD_INPUT for a file of no known type
 */
export function gsSource(text: string, dataDir: string): Source {
  const name = gsName(text);
  const shown = `gs://${name.bucket}/${name.object}${name.generation ? `#${name.generation}` : ""}`;
  const last = name.object.slice(name.object.lastIndexOf("/") + 1);
  const type = fileType(last, "give the object a name that ends in what it is");
  return remoteSource(
    {
      text,
      shown,
      type,
      name: last,
      from: shown,
      server: (settings) => gsEndpoint(settings.endpoint),
      remote: (settings, options) => new GsRemote(name, shown, settings, options),
    },
    dataDir,
  );
}
