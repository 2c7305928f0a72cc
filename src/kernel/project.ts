import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";

/** What cells import our package by. */
export const OUR_NAME = "churn-workbench";

/** Folder of this package, without a slash at its end. */
export const PROJECT = fileURLToPath(new URL("../../", import.meta.url)).replace(/[/\\]$/, "");

/** Folder of the packages that this one needs: its own in a checkout, the one around it where it was installed. */
export const MODULES = dirname(dirname(createRequire(import.meta.url).resolve("tslab/package.json")));
