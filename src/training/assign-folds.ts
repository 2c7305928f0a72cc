import { ChurnError } from "../core/errors.js";
import { hash32 } from "./held-out.js";

/**
 * Puts rows into folds: rows of one group stay together, and folds have nearly equal numbers of positive and of all rows.
 *
 * Groups go, the ones with most positives first, each into the fold with fewest positives so far (then fewest rows); among
 * equal groups a seeded hash of their name decides the order, so the order of rows does not matter.
 *
 * @param group name of each row's group (the subscriber)
 * @param label 0 or 1 a row
 * @returns fold 0 … folds − 1 of each row
 * @throws ChurnError NO_DATA when a fold, or what it leaves to train on, would have one class only
 */
export function assignFolds(
  group: readonly string[],
  label: ArrayLike<number>,
  folds: number,
  seed: string | number,
): Uint8Array {
  const groups = new Map<string, { name: string; rows: number; positives: number; hash: number; fold: number }>();
  const entries = group.map((name, i) => {
    const entry = groups.get(name) ?? { name, rows: 0, positives: 0, hash: hash32(`${seed}/fold/${name}`), fold: 0 };
    groups.set(name, entry);
    entry.rows++;
    if (label[i]) entry.positives++;
    return entry;
  });
  const inOrder = [...groups.values()].sort(
    (a, b) => b.positives - a.positives || b.rows - a.rows || a.hash - b.hash || (a.name < b.name ? -1 : 1),
  );
  const load = Array.from({ length: folds }, () => ({ rows: 0, positives: 0 }));
  for (const entry of inOrder) {
    let best = 0;
    for (let f = 1; f < folds; f++) {
      const [a, b] = [load[f], load[best]];
      const less = entry.positives > 0 ? a.positives - b.positives || a.rows - b.rows : a.rows - b.rows;
      if (less < 0) best = f;
    }
    entry.fold = best;
    load[best].rows += entry.rows;
    load[best].positives += entry.positives;
  }
  const bad = load.findIndex(({ rows, positives }) => positives === 0 || positives === rows);
  if (bad >= 0) {
    const { rows, positives } = load[bad];
    throw new ChurnError(
      "NO_DATA",
      `${label.length} rows of ${groups.size} subscribers do not make ${folds} folds with both classes: ` +
        `one has ${rows} rows, ${positives} of them churned`,
      { hint: "set fewer folds, or load more subscribers or days" },
    );
  }
  return Uint8Array.from(entries, ({ fold }) => fold);
}
