import { createRequire } from "node:module";
import type * as arquero from "arquero";

const require = createRequire(import.meta.url);

/**
 * Makes an Arquero table of columns, as Arquero's own `table` does.
 *
 * Arquero is loaded with the first table: its 170 files take longer to load than the rest of what a small call needs, and most
 * calls make none.
 */
export const arqueroTable: typeof arquero.table = (...given) => (require("arquero") as typeof arquero).table(...given);
