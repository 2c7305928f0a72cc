import type { EngineModel, EngineName, FeatureTable } from "./engine.js";

/** A model that is a function of a few columns: what all simple rules have in common. */
export interface PlainModel {
  engine: EngineName;
  /** Number of features of the table. */
  features: number;
  /** Places of the columns that it looks at. */
  uses: readonly number[];
  score(table: FeatureTable): Float64Array;
  json: unknown;
}

/** The engine model of a simple rule; it has shares and reasons where it looks at one column or none. */
export function plainModel({ engine, features, uses, score, json }: PlainModel): EngineModel {
  return {
    engine,
    numTrees: 0,
    score,
    importances: () =>
      uses.length > 1 ? null : Float64Array.from({ length: features }, (_, j) => Number(uses.includes(j))),
    shuffledScores: (table) => (column, from) => {
      if (!uses.includes(column)) return null;
      const columns = table.columns.slice();
      columns[column] = Float64Array.from(from, (row) => table.columns[column][row]);
      return score({ names: table.names, columns });
    },
    contributions: () => null,
    toJSON: () => json,
  };
}
