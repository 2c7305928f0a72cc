import type { CatalogueEntry } from "./catalogue-entry.js";

/** Some snapshot days. */
export interface CatalogueDays {
  snapshots: number;
  firstDay: string;
  lastDay: string;
}

/** All features of the snapshots, and what there is to know of each. */
export interface FeatureCatalogue {
  /** The page that was written. */
  file: string;
  planHash: string;
  set: string;
  label: string;
  snapshots: number;
  labelled: number;
  churned: number;
  subscribers: number;
  /** Days with which drift is compared, and why these; and the days since, null without such. */
  training: CatalogueDays & { why: string };
  now: CatalogueDays | null;
  /** Strongest first. */
  features: CatalogueEntry[];
}
