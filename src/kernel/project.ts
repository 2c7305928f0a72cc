import { fileURLToPath } from "node:url";

/** Folder of this package, without a slash at its end. */
export const PROJECT = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");
