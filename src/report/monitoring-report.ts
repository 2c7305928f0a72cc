import type { SteppedSeries } from "../charts/stepped-series.js";
import { SVG_STYLE, steppedSvg } from "../charts/stepped-svg.js";
import { COLORS } from "../charts/theme.js";
import { escapeHtml } from "../core/escape-html.js";
import { offlinePage } from "../core/offline-page.js";
import { calculatorFor } from "../monitoring/engine/calculators.js";
import type { MonitoringResults } from "../monitoring/engine/fit-monitor.js";
import type { MonitoringResult } from "../monitoring/results/monitoring-result.js";
import { leadChanges } from "./column-changes.js";
import { steppedResult } from "./stepped-result.js";
import { type Verdict, type VerdictOptions, verdictOf } from "./verdict.js";

export interface ReportOptions extends VerdictOptions {
  readonly title?: string;
  readonly warnings?: readonly string[];
}

/**
 * Writes results as one HTML page that needs no network: on top what to know (is the model still good, since when not, what
 * changed, what to do), below it the evidence, every series over its chunks.
 */
export async function monitoringReport(results: MonitoringResults, options: ReportOptions = {}): Promise<string> {
  const title = options.title ?? "Monitoring report";
  const verdict = verdictOf(results, options);
  const parts = Object.values(results).filter((result) => result !== undefined);
  const body = [
    `<h1>${escapeHtml(title)}</h1>`,
    period(parts[0]),
    top(verdict),
    ...parts.map((result) => section(result)),
    notes(parts, options.warnings ?? []),
  ];
  return offlinePage({ title, style: `${STYLE}${SVG_STYLE}`, body: body.join("\n") });
}

function period(result: MonitoringResult | undefined): string {
  const chunks = (which: "reference" | "analysis") => result?.chunks.filter((chunk) => chunk.period === which) ?? [];
  const text = (["reference", "analysis"] as const).map((which) => {
    const found = chunks(which);
    const rows = found.reduce((sum, chunk) => sum + chunk.rows, 0).toLocaleString("en-US");
    const span = found[0]?.startDate
      ? ` from ${found[0].startDate.slice(0, 10)} to ${found.at(-1)?.endDate?.slice(0, 10)}`
      : "";
    return `${which}: ${rows} rows in ${found.length} chunks${span}`;
  });
  return `<p class="quiet">${escapeHtml(text.join(" · "))}</p>`;
}

/** A column by its title, and its name where that is another one. */
const heading = (column: string, title = column): string =>
  title === column ? breakable(column) : `${breakable(title)}<br><span class="alike">${breakable(column)}</span>`;

/** A name that may go on in the next line after an underscore. */
const breakable = (name: string): string => escapeHtml(name).replaceAll("_", "_<wbr>");

const MARK = { good: "✓", watch: "!", bad: "✕", unknown: "?" };

function top({ state, headline, details, changes, advice }: Verdict): string {
  const lead = leadChanges(changes, 8);
  const most = lead.map(
    ({ column, title, alike, text, since, alerts, chunks }) =>
      `<tr><td><a href="#column-${escapeHtml(column)}">${breakable(title)}</a>${alike ? `<br><span class="alike">and ${alike} like it</span>` : ""}</td><td>${escapeHtml(text)}</td><td class="date" title="${escapeHtml(since)}">${escapeHtml(since.split("/")[0])}</td><td class="number">${alerts} / ${chunks}</td></tr>`,
  );
  const table = most.length
    ? `<table class="changes"><thead><tr><th>column</th><th>what</th><th>since</th><th class="number">alerts</th></tr></thead><tbody>${most.join("")}</tbody></table>`
    : "<p>Nothing that lasts.</p>";
  const told = lead.reduce((sum, { alike }) => sum + 1 + alike, 0);
  const more = changes.length > told ? `<p class="quiet">and ${changes.length - told} more, below</p>` : "";
  return `<section class="verdict ${state}">
<h2><span class="mark" aria-hidden="true">${MARK[state]}</span> Is the model still good? ${escapeHtml(headline)}</h2>
<ul>${details.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>
<div class="columns"><div><h3>What changed</h3>${table}${more}</div>
<div><h3>What to do</h3><ol>${advice.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ol></div></div>
</section>`;
}

function section(result: MonitoringResult): string {
  const { title, role } = calculatorFor(result.calculator);
  const byColumn = result.series.some(({ column }) => column !== undefined);
  const alerts = result.alerts().length;
  const shownAlerts = alerts ? `<span class="alerts">${alerts} alert${alerts > 1 ? "s" : ""}</span>` : "";
  const drawn = steppedResult(result);
  const content = byColumn
    ? multiples(result, drawn)
    : result.series.map(({ label }, i) => figure(label, drawn[i])).join("");
  // what is rarely looked at opens on demand
  const open = role.of === "statistics" || role.of === "quality" ? "" : " open";
  return `<details class="part"${open}><summary><h2>${escapeHtml(title)}</h2> ${shownAlerts}</summary>${content}</details>`;
}

function figure(label: string, series: SteppedSeries): string {
  return `<figure><figcaption>${escapeHtml(label)}</figcaption>${steppedSvg(series, { width: 860, height: 210, labels: true })}</figure>`;
}

function multiples(result: MonitoringResult, drawn: readonly SteppedSeries[]): string {
  const all = result.series.map(({ label, column, columnTitle = column }, i) => {
    const { steps } = drawn[i];
    return { label, column, title: columnTitle, drawn: drawn[i], alerts: steps.filter(({ alert }) => alert).length };
  });
  const columns = [...new Set(all.flatMap(({ column }) => (column === undefined ? [] : [column])))]
    .map((column) => ({ column, series: all.filter((each) => each.column === column) }))
    .map((each) => ({ ...each, alerts: each.series.reduce((sum, { alerts }) => sum + alerts, 0) }))
    .sort((a, b) => b.alerts - a.alerts);
  const anchor = (column: string) => (result.calculator === "univariate" ? ` id="column-${escapeHtml(column)}"` : "");
  const widest = Math.max(...columns.map(({ series }) => series.length));
  return `<div class="grid" style="--figures:${widest}">${columns
    .map(({ column, series }) => {
      const small = series.map((each) => {
        const caption = `${escapeHtml(each.label)}${each.alerts ? ` <b>${each.alerts}</b>` : ""}`;
        return `<figure class="small"><figcaption>${caption}</figcaption>${steppedSvg(each.drawn, { width: 200, height: 62 })}</figure>`;
      });
      return `<div class="column"${anchor(column)}><h3>${heading(column, series[0].title)}</h3><div class="row">${small.join("")}</div></div>`;
    })
    .join("")}</div>`;
}

function notes(parts: readonly MonitoringResult[], warnings: readonly string[]): string {
  const missing = parts.flatMap((result) =>
    result.series.flatMap((series) =>
      series.measures.flatMap(({ notComputed }, i) =>
        notComputed && result.chunks[i]?.period === "analysis"
          ? [
              `${series.column ? `${series.columnTitle ?? series.column}, ` : ""}${series.label}, ${result.chunks[i]?.key}: ${notComputed}`,
            ]
          : [],
      ),
    ),
  );
  const list = [...new Set([...warnings, ...parts.flatMap((result) => result.warnings)])];
  const items = (texts: readonly string[]) =>
    `<ul>${texts.map((text) => `<li>${escapeHtml(text)}</li>`).join("")}</ul>`;
  const rest = missing.length > 60 ? `<p class="quiet">and ${missing.length - 60} more in results.parquet</p>` : "";
  return `<section><h2>How to read this</h2>
<p>Each step is a chunk: <span style="color:${COLORS.gray}">■</span> reference, <span style="color:${COLORS.blue}">■</span> analysis,
shaded ± 3 standard errors, dashed the limits learned from the reference, <span style="color:${COLORS.vermillion}">◆</span> an alert. Point at a step for its numbers.
An estimate (CBPE) sees that other people are scored; it cannot see that people behave differently. Drift alone does not make a model worse.</p>
${list.length ? `<h3>Warnings</h3>${items(list)}` : ""}
${missing.length ? `<h3>Not computed</h3>${items(missing.slice(0, 60))}${rest}` : ""}</section>`;
}

const STYLE = `
:root{color-scheme:light}body{margin:0;background:#F4F5F7;color:#1F2933;font:15px/1.5 Inter,system-ui,"Segoe UI",Arial,sans-serif}
main{max-width:960px;margin:0 auto;padding:24px 20px 60px}h1{font-size:24px;margin:0 0 4px}h2{font-size:18px;margin:0}h3{font-size:14px;margin:14px 0 6px}
.quiet{color:#5B6774;margin:2px 0 14px;font-size:13px}section,details.part{background:#fff;border:1px solid #E0E5EA;border-radius:8px;padding:18px 20px;margin:0 0 16px}
.verdict{border-left:6px solid #8A94A0}.verdict.good{border-left-color:${COLORS.green}}.verdict.watch{border-left-color:${COLORS.orange}}.verdict.bad{border-left-color:${COLORS.vermillion}}
.mark{display:inline-block;width:26px;height:26px;line-height:26px;border-radius:50%;text-align:center;color:#fff;background:#8A94A0;font-size:15px;margin-right:4px}
.good .mark{background:${COLORS.green}}.watch .mark{background:#B87800}.bad .mark{background:${COLORS.vermillion}}
.verdict ul{margin:10px 0;padding-left:20px}.columns{display:grid;grid-template-columns:3fr 2fr;gap:24px}@media(max-width:760px){.columns{grid-template-columns:1fr}}
table{border-collapse:collapse;width:100%;font-size:13px}th{text-align:left;color:#5B6774;font-weight:500}td,th{padding:4px 8px 4px 0;border-bottom:1px solid #EDF0F3;vertical-align:top}
.changes{table-layout:fixed}.changes th:first-child{width:30%}.changes th:nth-child(3){width:15%}.changes th:nth-child(4){width:11%}.alike{color:#5B6774;font-size:12px}.number{text-align:right}.number,.date{white-space:nowrap}@media(max-width:600px){.changes .date{white-space:normal}.changes th:first-child{width:26%}.changes th:nth-child(3){width:23%}.changes th:nth-child(4){width:15%}}a{color:#005A8E}ol{padding-left:20px;margin:0;font-size:14px}li{margin:0 0 6px}li,p,h2{overflow-wrap:anywhere}summary{cursor:pointer;list-style-position:outside}summary h2{display:inline}
.alerts{color:${COLORS.vermillion};font-size:13px;margin-left:8px}figure{margin:14px 0 0}figcaption{font-size:13px;color:#1F2933;margin-bottom:2px}
svg{max-width:100%;height:auto;display:block}.grid{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,calc(var(--figures)*212px)),1fr));gap:0 20px}.column{border-top:1px solid #EDF0F3;padding:6px 0 10px;min-width:0}.column h3{overflow-wrap:anywhere}.row{display:flex;flex-wrap:wrap;gap:6px 16px}.small{margin:0}.small figcaption{font-size:11.5px;color:#5B6774}
.small b{color:${COLORS.vermillion}}@media print{body{background:#fff}section,details.part{break-inside:avoid;border:0;padding:8px 0}}
`;
