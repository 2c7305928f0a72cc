import { formatNumber } from "../charts/format-number.js";
import { escapeHtml } from "../core/escape-html.js";
import type { ClusteredAuc } from "../statistics/clustered-auc.js";
import type { FeatureHistogram } from "./catalogue-entry.js";

const WIDTH = 190;
const HEIGHT = 44;

/** The distribution of a feature: grey bars of the training days, a line of the days since; its ends below. */
export function smallHistogram({ scale, low, high, training, now, cut }: FeatureHistogram): string {
  const hasNow = now.some((share) => share > 0);
  const most = Math.max(...training, ...(hasNow ? now : []));
  const step = WIDTH / training.length;
  const y = (share: number) => HEIGHT - (most > 0 ? (share / most) * (HEIGHT - 3) : 0);
  const bars = training.map((share, i) => {
    const top = y(share);
    return share > 0
      ? `<rect x="${num(i * step)}" y="${num(top)}" width="${num(Math.max(step - 0.7, 0.7))}" height="${num(HEIGHT - top)}"/>`
      : "";
  });
  const line = hasNow
    ? `<path d="${now.map((share, i) => `${i ? "L" : "M"}${num(i * step)} ${num(y(share))}H${num((i + 1) * step)}`).join("")}"/>`
    : "";
  const [left, right] = ends(low, high, training.length);
  const tails = cut > 0.0005 ? `, ${(100 * cut).toFixed(1)} % beyond` : "";
  const title = `${left} to ${right}${tails}; bars: training, line: since`;
  return `<svg class="histogram" viewBox="0 0 ${WIDTH} ${HEIGHT + 14}" role="img"><title>${escapeHtml(title)}</title><g>${bars.join("")}</g>${line}<line x1="0" x2="${WIDTH}" y1="${HEIGHT}" y2="${HEIGHT}"/><text x="0" y="${HEIGHT + 11}">${escapeHtml(left)}</text>${scale === "log1p" ? `<text x="${WIDTH / 2}" y="${HEIGHT + 11}" text-anchor="middle">log</text>` : ""}<text x="${WIDTH}" y="${HEIGHT + 11}" text-anchor="end">${escapeHtml(right)}</text></svg>`;
}

/** Bins of whole numbers reach half beyond them. */
function ends(low: number, high: number, bins: number): [string, string] {
  const whole = Math.abs(high - low - bins) < 1e-9 && Math.abs(low - Math.floor(low) - 0.5) < 1e-9;
  return whole ? [formatNumber(low + 0.5), formatNumber(high - 0.5)] : [formatNumber(low), formatNumber(high)];
}

const AUC_WIDTH = 120;

/** An area under the ROC curve with its interval, on a line from 0 to 1 with a half in its middle. */
export function smallInterval({ auc, low, high }: ClusteredAuc): string {
  const x = (value: number) => num(4 + value * (AUC_WIDTH - 8));
  return `<svg class="interval" viewBox="0 0 ${AUC_WIDTH} 14" role="img"><title>0 … 1, the middle is chance</title><line class="axis" x1="4" x2="${AUC_WIDTH - 4}" y1="7" y2="7"/><line class="axis" x1="${x(0.5)}" x2="${x(0.5)}" y1="2" y2="12"/><line class="range" x1="${x(low)}" x2="${x(high)}" y1="7" y2="7"/><circle cx="${x(auc)}" cy="7" r="3.2"/></svg>`;
}

const num = (value: number): string => String(Math.round(100 * value) / 100);
