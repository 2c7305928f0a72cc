#!/usr/bin/env bash
# Packs the built project, installs the archive in an empty project as a user would, and tries what it gives there.
# Called by package.test.ts; needs the npm registry.
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
npm pack --ignore-scripts --silent --pack-destination "$work" >/dev/null
mkdir "$work/project"
cd "$work/project"
echo '{ "name": "empty", "private": true, "type": "module" }' >package.json
npm install --no-audit --no-fund --silent "$work"/churn-workbench-*.tgz
echo "megabytes: $(du -sm node_modules | cut -f 1)"

cat >entries.js <<'JS'
import { ChurnError, dataFrame, train } from "churn-workbench";
import { lineChart } from "churn-workbench/charts";
import { fitForest } from "churn-workbench/forest";
import { univariateDrift } from "churn-workbench/monitoring";
import { exportHtml } from "churn-workbench/notebook";
import { wilsonInterval } from "churn-workbench/statistics";
const all = [ChurnError, train, lineChart, fitForest, univariateDrift, exportHtml, wilsonInterval];
console.log("entries:", all.map((value) => typeof value).join(" "));
const x = { names: ["a"], columns: [Float64Array.from({ length: 200 }, (_, i) => i)] };
const forest = await fitForest(x, Uint8Array.from({ length: 200 }, (_, i) => Number(i > 99)), { numTrees: 5, seed: 1 });
console.log("forest:", forest.predict(x).length);
console.log("table:", (await dataFrame({ a: [1, 2, 3] })).describe().index.length);
JS
node entries.js

cat >cell.ipynb <<'JSON'
{ "nbformat": 4, "nbformat_minor": 4,
  "metadata": { "kernelspec": { "name": "tslab", "display_name": "TypeScript", "language": "typescript" } },
  "cells": [{ "cell_type": "code", "metadata": {}, "outputs": [], "execution_count": null,
    "source": "import { configure } from 'churn-workbench';\nimport { fitForest } from 'churn-workbench/forest';\n`cell: ${typeof configure} ${typeof fitForest}`" }] }
JSON
npx churn --version >/dev/null
(npx churn notebook run cell.ipynb out.ipynb --quiet 2>&1 || true) | grep -o "npm install tslab zeromq"
npm install --no-audit --no-fund --silent tslab zeromq
npx churn notebook run cell.ipynb out.ipynb --quiet
grep -o 'cell: function function' out.ipynb
