import { join, resolve } from "node:path";

/** The file of the snapshots of a store by a plan, the same rows as `Processed_Data`. */
export function snapshotsFile(dataDir: string, planHash: string, mark: string): string {
  return resolve(join(dataDir, `processed_data_${planHash}_${mark}.parquet`));
}

/** Reads the name of such a file; undefined for any other name. */
export function parseSnapshotsFile(name: string): { planHash: string; mark: string } | undefined {
  const [, planHash, mark] = /^processed_data_([0-9a-f]+)_([0-9a-f]+)\.parquet$/.exec(name) ?? [];
  return planHash && mark ? { planHash, mark } : undefined;
}
