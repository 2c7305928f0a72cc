import { writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { random } from "../../dist/core/random.js";

const HEADER =
  "DP_DATE,DP_MSISDN,DP_MOC_COUNT,DP_MOC_DURATION,DP_MTC_COUNT,DP_MTC_DURATION,DP_MOSMS_COUNT,DP_MTSMS_COUNT,DP_DATA_COUNT,DP_DATA_VOLUME,PSEUDO_CHURNED";

/** Writes a log of clean rows as csv.gz, a hundred days of each subscriber. */
export function writeLog(path, rows) {
  const draw = random("bench");
  const lines = [HEADER];
  const subscribers = Math.ceil(rows / 100);
  for (let i = 0; i < rows; i++) {
    const day = new Date(Date.UTC(2024, 0, 1 + Math.floor(i / subscribers))).toISOString().slice(0, 10);
    const counts = Array.from({ length: 7 }, (_, j) => draw.int(j % 2 ? 900 : 9));
    lines.push(`${day},${491700000000 + (i % subscribers)},${counts.join(",")},${(draw.next() * 500).toFixed(3)},0`);
  }
  writeFileSync(path, gzipSync(`${lines.join("\n")}\n`));
}
