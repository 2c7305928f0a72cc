import type { Database } from "./database.js";

/** What a file beside the log says of subscribers: what they are, or that and when they left. */
export type SubscriberFileKind = "attributes" | "leavers";

/** The files beside the log whose rows the store holds; a file that comes with other content replaces its rows whole. */
export const SUBSCRIBER_FILES = `CREATE TABLE IF NOT EXISTS subscriber_files (
    kind VARCHAR PRIMARY KEY,
    source VARCHAR NOT NULL,
    file VARCHAR NOT NULL,
    sha256 VARCHAR NOT NULL,
    options_hash VARCHAR NOT NULL,
    facts VARCHAR NOT NULL,
    loaded_at TIMESTAMP NOT NULL
  )`;

/** A file as the store knows it. */
export interface KnownSubscriberFile<Facts> {
  source: string;
  file: string;
  /** SHA-256 of its bytes, and a hash of how they were read. */
  sha256: string;
  options_hash: string;
  facts: Facts;
}

/** Finds the file whose rows the store holds; undefined when it holds none of the kind. */
export async function knownSubscriberFile<Facts>(
  db: Database,
  kind: SubscriberFileKind,
): Promise<KnownSubscriberFile<Facts> | undefined> {
  const found = await db.row<Record<"source" | "file" | "sha256" | "options_hash" | "facts", string>>(
    "SELECT source, file, sha256, options_hash, facts FROM subscriber_files WHERE kind = $1",
    [kind],
  );
  return found && { ...found, facts: JSON.parse(found.facts) as Facts };
}

/** Keeps whose rows the store holds now. To be called in the transaction that writes them. */
export async function keepSubscriberFile(
  db: Database,
  kind: SubscriberFileKind,
  { source, file, sha256, options_hash, facts }: KnownSubscriberFile<unknown>,
): Promise<void> {
  await db.run("INSERT OR REPLACE INTO subscriber_files VALUES ($1, $2, $3, $4, $5, $6, now()::TIMESTAMP)", [
    kind,
    source,
    file,
    sha256,
    options_hash,
    JSON.stringify(facts),
  ]);
}
