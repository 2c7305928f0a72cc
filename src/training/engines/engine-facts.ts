import type { EngineName } from "./engine.js";

/** What people call an engine, and what it is in half a sentence; the simplest first: of equally good ones the simpler wins. */
export const ENGINES: Readonly<Record<EngineName, { title: string; what: string }>> = {
  "base-rate": { title: "base rate", what: "the training's share of churners for everybody" },
  recency: { title: "recency", what: "a logistic curve over the log of the days since the last activity" },
  "bg-nbd": {
    title: "BG/NBD",
    what: "four parameters: how often customers come, and how soon they stop for good (Fader, Hardie and Lee 2005)",
  },
  logistic: {
    title: "logistic regression",
    what: "signed logs of all features, standardized, with a column for what is often missing, and an L2 penalty",
  },
  boosting: { title: "boosting", what: "boosted trees, each mending what those before got wrong" },
  forest: { title: "forest", what: "a random forest" },
  "ml-random-forest": { title: "ml-random-forest", what: "the forest of the npm package ml-random-forest" },
  blend: { title: "blend", what: "the mean of two of the others" },
};

/** The engines, the simplest first. */
export const ENGINE_NAMES = Object.keys(ENGINES) as EngineName[];

/** Place in the order of simplicity. */
export const simplicityOf = (engine: EngineName): number => ENGINE_NAMES.indexOf(engine);
