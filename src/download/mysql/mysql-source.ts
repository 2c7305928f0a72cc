import { mkdir, rename, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { ChurnError } from "../../core/errors.js";
import { interrupted, throwIfInterrupted } from "../../core/interrupted.js";
import type { StageContext } from "../../core/progress.js";
import type { Database } from "../../store/database.js";
import { describePlace, type MysqlAddress, parseMysqlAddress } from "../../store/mysql/mysql-address.js";
import type { RoleOfServer } from "../../store/mysql/mysql-faults.js";
import { MysqlServer } from "../../store/mysql/mysql-server.js";
import type { FileType } from "../file-type.js";
import { localName } from "../local-name.js";
import { type FetchSettings, NO_VALIDATORS, type Source, type Written } from "../source.js";
import type { ReadBefore, TableSource } from "./read-table.js";

const EXAMPLE = "mysql://user@host:3306/database?table=calls";
const OF_SOURCE = { option: "source", example: EXAMPLE, parameters: ["table", "query", "key", "grows"] };
const ROLE: RoleOfServer = { address: "the source", wait: "--timeout", code: "DOWNLOAD_FAILED" };
const PARQUET: FileType = { format: "parquet", gzip: false, ending: ".parquet" };

/** A statement may take this long: a query may group many rows before it gives the first. */
const STATEMENT_SECONDS = 86_400;

/**
 * A table or query of a MySQL or MariaDB database, read into a Parquet file in the data folder.
 *
 * The password comes from the environment, as that of a store does. With `grows`, the name of a key whose values only get larger, a
 * later download reads the rows behind the last one and adds them; without, it asks the server only when told to.
 *
 * @param source `mysql://user@host:port/database?table=calls`, and `&key=id` or `&grows=id`; or `?query=SELECT …`
 * @throws ChurnError BAD_OPTION for an address that cannot be used
 */
export function mysqlSource(source: string, dataDir: string): Source {
  const address = parseMysqlAddress(source, OF_SOURCE);
  const given = parametersOf(source);
  const from = checkedFrom(given);
  const grows = given.has("grows");
  const { host, port, socket, user, database } = address;
  const shown = `${from.table ?? "a query"} of ${describePlace(address)}`;
  // how it is reached, and by which key it is read, does not make another table of it
  const identity = JSON.stringify([socket ?? host, socket ? null : port, user, database, from.table, from.query]);
  const file = localName(`${from.table ?? "query"}.parquet`, PARQUET, identity);
  return {
    text: source,
    shown,
    file: resolve(join(dataDir, file)),
    type: PARQUET,
    manifest: `${file}.manifest.json`,
    grows,
    async write(partial, before, settings, context) {
      const last =
        grows && !settings.force && before?.read?.to ? { read: before.read, sha256: before.sha256 } : undefined;
      const folder = `${partial}.pieces`;
      await mkdir(folder, { recursive: true });
      try {
        return await write(
          { address, from, file: resolve(join(dataDir, file)) },
          last,
          { partial, folder },
          settings,
          context,
        );
      } catch (error) {
        if (context.signal?.aborted) throw interrupted(shown, error);
        throw error;
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
  };
}

/** The parameters of an address: a plus is a plus in SQL, and no space. */
function parametersOf(source: string): Map<string, string> {
  const [, search = ""] = source.split(/\?(.*)/s);
  try {
    return new Map(
      search.split("&").map((pair) => {
        const [name, value = ""] = pair.split(/=(.*)/s);
        return [decodeURIComponent(name), decodeURIComponent(value)];
      }),
    );
  } catch (cause) {
    throw new ChurnError("BAD_OPTION", 'option "source" has a % that begins no character', {
      cause,
      hint: "write %25 for a percent sign, %26 for an ampersand, %23 for a number sign",
    });
  }
}

function checkedFrom(given: ReadonlyMap<string, string>): TableSource {
  const [table, query, key, grows] = ["table", "query", "key", "grows"].map((name) => given.get(name) || undefined);
  const bad = (fault: string, hint = `it takes ${EXAMPLE}`) =>
    new ChurnError("BAD_OPTION", `option "source" ${fault}`, { hint });
  if ((table === undefined) === (query === undefined)) throw bad("names no table, or a table and a query");
  if (query !== undefined && (key ?? grows) !== undefined) throw bad("has a query, which is read whole, and a key");
  if (query !== undefined && !/^\s*(select|with)\b/i.test(query)) throw bad("has a query that is no SELECT");
  if (key !== undefined && grows !== undefined && key !== grows) {
    throw bad("is read by one column and grows by another", "grows=… alone is enough");
  }
  return { table: table ?? null, query: query ?? null, key: grows ?? key, grows: grows !== undefined };
}

async function write(
  { address, from, file }: { address: MysqlAddress; from: TableSource; file: string },
  before: ReadBefore | undefined,
  { partial, folder }: { partial: string; folder: string },
  settings: FetchSettings,
  context: StageContext,
): Promise<Written | "unchanged"> {
  const { timeout } = settings;
  const onWait = (message: string) => context.onProgress?.({ task: message, done: 0 });
  const server = new MysqlServer(
    address,
    { wait_seconds: timeout, statement_seconds: STATEMENT_SECONDS },
    onWait,
    ROLE,
  );
  // both are large, and loaded for those who need them
  const { inMemory } = await import("../../store/memory-database.js");
  const { joinParquet, readTable } = await import("./read-table.js");
  const work = async (db: Database) => {
    try {
      const { read, files } = await readTable(db, server, from, { before, folder, timeout }, context);
      throwIfInterrupted(context.signal, address.database);
      if (before && files.length === 0 && read.missed === before.read.missed) return "unchanged";
      const parts = [...(before ? [file] : []), ...files];
      if (parts.length === 0) {
        throw new ChurnError("BAD_INPUT", `${from.table ?? "the query"} of ${server.place} has no rows`);
      }
      if (parts.length === 1 && !before) await rename(parts[0], partial);
      else await joinParquet(db, parts, partial);
      return { ...NO_VALIDATORS, packed: false, read };
    } finally {
      server.close();
    }
  };
  return inMemory(work, { signal: context.signal, what: address.database });
}
