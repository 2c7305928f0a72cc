import { formatNumber } from "../charts/format-number.js";
import { COLORS } from "../charts/theme.js";
import { escapeHtml } from "../core/escape-html.js";
import { offlinePage } from "../core/offline-page.js";
import type { CatalogueEntry } from "./catalogue-entry.js";
import type { FeatureCatalogue } from "./feature-catalogue-types.js";
import { smallHistogram, smallInterval } from "./small-charts.js";

/** The page of the features: what each is, how it is spread, whether it tells anything, whether it moved. */
export function cataloguePage(catalogue: FeatureCatalogue): string {
  const { features } = catalogue;
  const body = `<h1>Features</h1>
${summary(catalogue)}
${moved(features)}
<section class="list">
<h2>What each is, strongest first</h2>
<div class="row head" aria-hidden="true"><div>feature</div><div>values</div><div>missing</div><div>alone, ROC AUC</div><div>drift since training</div></div>
${features.map(row).join("\n")}
</section>
${reading(catalogue)}`;
  return offlinePage({ title: "Features", style: STYLE, body });
}

function summary(catalogue: FeatureCatalogue): string {
  const { set, planHash, label, snapshots, subscribers, labelled, churned, training, now, features } = catalogue;
  const share = labelled
    ? `${percent(churned / labelled)} of ${count(labelled)} labels are churn`
    : "no label is known";
  const facts: [string, string][] = [
    ["plan", `${set}, ${features.length} features, ${planHash}`],
    ["snapshots", `${count(snapshots)} of ${count(subscribers)} subscribers; ${share}`],
    ["label", label],
    [
      "training",
      `${training.firstDay} to ${training.lastDay}, ${count(training.snapshots)} snapshots: ${training.why}`,
    ],
    [
      "since",
      now
        ? `${now.firstDay} to ${now.lastDay}, ${count(now.snapshots)} snapshots`
        : "no later day: drift cannot be measured",
    ],
  ];
  return `<section><dl>${facts.map(([term, text]) => `<dt>${term}</dt><dd>${escapeHtml(text)}</dd>`).join("")}</dl></section>`;
}

/** Features that moved, first of all: the ones to ask about. */
function moved(features: readonly CatalogueEntry[]): string {
  const found = features
    .filter(({ drift }) => drift?.hasMoved)
    .sort((a, b) => (b.drift?.value ?? 0) - (a.drift?.value ?? 0));
  if (!features.some(({ drift }) => drift)) return "";
  if (!found.length) return `<section class="good"><h2>No feature has moved since training</h2></section>`;
  const shown = found.slice(0, 10).map(({ name, title, drift }) => {
    return `<li><a href="#${escapeHtml(name)}">${breakable(title)}</a> <span class="quiet">${drift?.value.toFixed(3)}</span></li>`;
  });
  const more = found.length > shown.length ? `<p class="quiet">and ${found.length - shown.length} more, below</p>` : "";
  return `<section class="watch"><h2>${found.length} ${found.length === 1 ? "feature has" : "features have"} moved since training</h2><ol>${shown.join("")}</ol>${more}</section>`;
}

function row(entry: CatalogueEntry): string {
  const { name, title, unit, meaning, sql, missing, missingNow, auc, drift, histogram, median, kind, days } = entry;
  const gap =
    missingNow !== null && Math.abs(missingNow - missing) > 0.02
      ? `<br><span class="quiet">now ${percent(missingNow)}</span>`
      : "";
  const interval = auc
    ? `${smallInterval(auc)}<span class="value">${auc.auc.toFixed(3)}</span> <span class="quiet">${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}</span>`
    : `<span class="quiet">nothing to compare</span>`;
  const distance = drift
    ? `<span class="value${drift.hasMoved ? " moved" : ""}">${drift.value.toFixed(3)}</span> <span class="quiet">limit ${drift.limit.toFixed(2)}</span>`
    : `<span class="quiet">not measured</span>`;
  const of = [
    unit ? `unit: ${unit}` : "",
    median === null ? "" : `median ${formatNumber(median)}`,
    days ? `${days} days` : "",
  ];
  return `<article class="row" id="${escapeHtml(name)}"><div><h3>${breakable(title)}</h3><p>${escapeHtml(meaning)}</p><p class="quiet">${escapeHtml(of.filter(Boolean).join(" · "))}</p><details><summary><code>${breakable(name)}</code></summary><pre>${escapeHtml(sql)}</pre><p class="quiet">kind ${escapeHtml(kind)}</p></details></div>
<div data-head="values">${histogram ? smallHistogram(histogram) : '<span class="quiet">no value</span>'}</div>
<div data-head="missing">${percent(missing)}${gap}</div>
<div data-head="alone, ROC AUC">${interval}</div>
<div data-head="drift">${distance}</div></article>`;
}

function reading({ now }: FeatureCatalogue): string {
  return `<section><h2>How to read this</h2>
<p><b>Values</b>: bars are the training days${now ? ", the line the days since" : ""}; half a per cent at each end is cut off where there is a long tail, and the axis is logarithmic (log) where values are spread over powers of ten. <b>Alone</b>: the share of pairs of a churner and a stayer in which the churner has the higher value; 0.5 is chance, and below it low values churn.
The interval is of 95 %, by subscriber (Obuchowski 1997). <b>Drift</b>: Jensen-Shannon distance of the values since training from those of training, as monitoring has it; it counts above 0.1, and above what chance makes of so many rows.
A feature that says little alone may say much beside others; drift alone makes no model worse.</p></section>`;
}

const count = (n: number) => n.toLocaleString("en-US");
const percent = (share: number) => `${(100 * share).toFixed(share > 0 && share < 0.001 ? 2 : 1)} %`;
/** A name that may go on in the next line after an underscore. */
const breakable = (name: string): string => escapeHtml(name).replaceAll("_", "_<wbr>");

const STYLE = `
:root{color-scheme:light dark;--page:#F4F5F7;--card:#fff;--ink:#1F2933;--quiet:#5B6774;--rule:#E0E5EA;--bar:#B4BDC7;--line:${COLORS.blue};--link:#005A8E;--moved:#B34A00;--good:${COLORS.green};--watch:${COLORS.orange}}
@media(prefers-color-scheme:dark){:root{--page:#14181D;--card:#1D232A;--ink:#E4E8EC;--quiet:#9AA7B4;--rule:#323B45;--bar:#5B6774;--line:${COLORS.sky};--link:#7CC4F0;--moved:#FF9A57}}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 Inter,system-ui,"Segoe UI",Arial,sans-serif}main{max-width:1080px;margin:0 auto;padding:24px 20px 60px}
h1{font-size:24px;margin:0 0 10px}h2{font-size:18px;margin:0 0 8px}h3{font-size:14.5px;margin:0;overflow-wrap:anywhere}p{margin:2px 0}a{color:var(--link)}
section{background:var(--card);border:1px solid var(--rule);border-radius:8px;padding:16px 20px;margin:0 0 16px}.good{border-left:6px solid var(--good)}.watch{border-left:6px solid var(--watch)}.good h2{margin:0}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0;font-size:14px}dt{color:var(--quiet)}dd{margin:0;overflow-wrap:anywhere}ol{margin:0;padding-left:22px;font-size:14px}
.quiet{color:var(--quiet);font-size:12.5px}.row{display:grid;grid-template-columns:minmax(0,1fr) 190px 74px 138px 104px;gap:6px 18px;border-top:1px solid var(--rule);padding:12px 0;font-size:13px}
.row p{font-size:13px}.row.head{color:var(--quiet);border:0;padding:0 0 4px;font-size:12.5px}.value{font-variant-numeric:tabular-nums}.moved{color:var(--moved);font-weight:600}article:target{outline:2px solid var(--line);outline-offset:4px;border-radius:4px}
svg{display:block;width:100%;height:auto}.histogram{max-width:190px}.histogram rect{fill:var(--bar)}.histogram path{fill:none;stroke:var(--line);stroke-width:1.4}.histogram line{stroke:var(--bar)}.histogram text{fill:var(--quiet);font-size:10px}
.interval{max-width:120px}.interval .axis{stroke:var(--bar)}.interval .range{stroke:var(--line);stroke-width:2.4;stroke-linecap:round}.interval circle{fill:var(--line)}
details{margin-top:4px}summary{cursor:pointer;color:var(--quiet);font-size:12px;overflow-wrap:anywhere}code,pre{font:12px/1.45 ui-monospace,Menlo,Consolas,monospace}pre{white-space:pre-wrap;overflow-wrap:anywhere;background:var(--page);border-radius:6px;padding:8px 10px;margin:6px 0}
@media(max-width:820px){.row{grid-template-columns:1fr 1fr}.row>div:first-child{grid-column:1/-1}.row.head{display:none}.row>div[data-head]::before{content:attr(data-head);display:block;color:var(--quiet);font-size:11.5px}}
@media print{section{break-inside:auto;border:0}.row{break-inside:avoid}}
`;
