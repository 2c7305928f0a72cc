import { join, resolve } from "node:path";
import { fetchFile } from "../fetch-file.js";
import type { FileType } from "../file-type.js";
import { localName } from "../local-name.js";
import type { FetchSettings, Source } from "../source.js";
import type { GetOptions } from "./get.js";
import type { Remote } from "./remote.js";

interface RemoteFile extends Pick<Source, "text" | "shown" | "server"> {
  type: FileType;
  /** Last part of its path there. */
  name: string;
  /** Where it comes from, in full. */
  from: string;
  remote(settings: FetchSettings, options: GetOptions): Remote;
}

/**
 * The source of a file on a server: kept in the data folder under a name that no other file has, since it ends in a hash of
 * where it comes from.
 */
export function remoteSource({ name, from, remote, ...rest }: RemoteFile, dataDir: string): Source {
  const file = localName(name, rest.type, from);
  return {
    ...rest,
    file: resolve(join(dataDir, file)),
    manifest: `${file}.manifest.json`,
    write: (partial, before, settings, context) =>
      fetchFile(
        remote(settings, { timeout: settings.timeout, signal: context.signal }),
        { partial, before },
        settings,
        context,
      ),
  };
}
