/** Style of an exported page: one column to read, a contents list beside it where there is room, light and dark, print. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1f2933;--muted:#5b6774;--line:#dfe4ea;--soft:#f5f7f9;--accent:#0061a3;--bad:#a3140c;--bad-soft:#fdeceb;--warn-soft:#fff6e5;--key:#8a2da5;--text:#1d6b32;--num:#9a4a00;--name:#0a53a0}
:root[data-theme=dark]{color-scheme:dark;--paper:#14181d;--ink:#e4e9ee;--muted:#9aa7b4;--line:#303842;--soft:#1c2229;--accent:#6cb6ff;--bad:#ff9c92;--bad-soft:#3a1c1a;--warn-soft:#33290f;--key:#d2a8ff;--text:#8ddb8c;--num:#ffb77c;--name:#8cc4ff}
:root[data-theme=light]{color-scheme:light}
@media (prefers-color-scheme:dark){:root[data-theme=auto]{--paper:#14181d;--ink:#e4e9ee;--muted:#9aa7b4;--line:#303842;--soft:#1c2229;--accent:#6cb6ff;--bad:#ff9c92;--bad-soft:#3a1c1a;--warn-soft:#33290f;--key:#d2a8ff;--text:#8ddb8c;--num:#ffb77c;--name:#8cc4ff}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.6 Inter,system-ui,"Segoe UI","Helvetica Neue",Arial,sans-serif}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.skip{position:absolute;left:-999em}.skip:focus{left:1em;top:1em;background:var(--paper);padding:.5em;z-index:9}
.layout{display:grid;grid-template-columns:minmax(0,1fr);max-width:76rem;margin:0 auto;padding:0 1.25rem 4rem;gap:0 3rem}
.layout.alone{max-width:60rem}
main{min-width:0}
nav.contents{font-size:.875rem;line-height:1.45;border-bottom:1px solid var(--line);padding:.75rem 0}
nav.contents summary{font-weight:600;cursor:pointer}
nav.contents ol{list-style:none;margin:.5rem 0;padding:0}
nav.contents li{margin:.2rem 0}
nav.contents a{color:var(--muted);text-decoration:none;display:block}
nav.contents a:hover{color:var(--accent)}
nav.contents .d2{padding-left:0}nav.contents .d3{padding-left:1rem}
@media (min-width:68rem){.layout:not(.alone){grid-template-columns:13rem minmax(0,1fr)}nav.contents{border:0;position:sticky;top:0;align-self:start;max-height:100vh;overflow:auto;padding:2.2rem 0}}
header.tools{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center;justify-content:flex-end;padding:.75rem 0;font-size:.8125rem;color:var(--muted)}
button{font:inherit;color:var(--ink);background:var(--soft);border:1px solid var(--line);border-radius:.375rem;padding:.25rem .7rem;cursor:pointer}
button:hover{border-color:var(--accent)}
h1,h2,h3,h4{line-height:1.25;margin:1.8em 0 .5em;scroll-margin-top:1rem}h1{font-size:1.9rem;margin-top:.6em}h2{font-size:1.4rem}h3{font-size:1.15rem}
.markdown{max-width:46rem}.markdown p{margin:.6em 0}
.markdown img,.chart img{max-width:100%;height:auto}
code,pre{font:.8125rem/1.55 ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace}
.markdown :not(pre)>code{background:var(--soft);padding:.1em .3em;border-radius:.25rem}
pre{margin:0;padding:.75rem 1rem;overflow:auto;border-radius:.375rem}
.markdown pre,.code pre{background:var(--soft)}
.cell{margin:1.1rem 0}
.code>summary{cursor:pointer;color:var(--muted);font-size:.75rem;list-style-position:outside;margin:.1rem 0 .3rem;padding:.1rem 0;user-select:none}
.code>summary code{font-size:.75rem}.code[open]>summary .peek{display:none}
.outputs>*{margin:.6rem 0}
pre.stream,pre.text{max-height:32rem;white-space:pre-wrap;overflow-wrap:anywhere;border-left:3px solid var(--line);border-radius:0;padding:.25rem 1rem}
pre.text:not(.prose){white-space:pre}
pre.stderr{background:var(--warn-soft)}
pre.error{background:var(--bad-soft);color:var(--bad);border-left:4px solid var(--bad);white-space:pre-wrap;overflow-wrap:anywhere}
.failed{background:var(--bad-soft);color:var(--bad);border-radius:.375rem;padding:.75rem 1rem;margin:1rem 0}
.failed a{color:inherit}
.notrun{color:var(--muted);font-size:.8125rem;font-style:italic}
.html{overflow:auto}
.html,.markdown{contain:content;isolation:isolate}
.missed,em.missing{color:var(--muted);font-size:.8125rem}
.math{white-space:pre-wrap;font-family:ui-monospace,Menlo,Consolas,"Liberation Mono",monospace;font-size:.875em}
table{border-collapse:collapse;font-size:.84rem;font-variant-numeric:tabular-nums;margin:.4rem 0}
th,td{padding:.25rem .75rem;border-bottom:1px solid var(--line);text-align:left;vertical-align:top}
thead th{border-bottom:2px solid var(--line);white-space:nowrap}
th small,p small{color:var(--muted);font-weight:400}
figure.chart{margin:.6rem 0;overflow-x:auto;max-width:100%}
figure.chart .live,figure.chart .still{background:#fff;border-radius:.375rem;max-width:100%}
figure.chart .live{display:none;color:#1f2933}figure.chart.drawn .live{display:block}figure.chart.drawn .still{display:none}
figure.chart .live[data-kind=vega]{width:100%}
figure.chart .vega-bindings{color-scheme:light;padding:0 1rem .9rem;font-size:.84rem}
.vega-bind label{display:grid;grid-template-columns:minmax(0,15rem) minmax(5rem,20rem) 4rem;align-items:center;gap:.1rem .75rem;padding:.15rem 0;font-variant-numeric:tabular-nums}
.vega-bind input[type=range]{width:100%;margin:0}
details.run{font-size:.84rem;color:var(--muted);margin:.5rem 0 1rem}details.run summary{cursor:pointer}
details.run dl{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.1rem 1rem;margin:.5rem 0}details.run dd{margin:0;overflow-wrap:anywhere;color:var(--ink)}
.hljs-keyword,.hljs-literal,.hljs-built_in,.hljs-type{color:var(--key)}.hljs-string,.hljs-regexp{color:var(--text)}.hljs-number{color:var(--num)}.hljs-comment{color:var(--muted);font-style:italic}.hljs-title,.hljs-attr,.hljs-property{color:var(--name)}
.nocode .code{display:none}
@media (max-width:40rem){.vega-bind label{grid-template-columns:minmax(0,1fr) 3.5rem}.vega-bind-name{grid-column:1/-1}body{font-size:15px}.layout{padding:0 .9rem 3rem}h1{font-size:1.55rem}.code>summary{list-style-position:inside}th,td{padding:.2rem .5rem}}
@page{margin:14mm 12mm}
@media print{:root,:root[data-theme]{--paper:#fff;--ink:#000;--muted:#444;--line:#bbb;--soft:#f5f5f5;--accent:#000;color-scheme:light}.layout{display:block;max-width:none;padding:0}nav.contents,header.tools,.skip{display:none}figure,tr,pre{break-inside:avoid}h1,h2,h3,.code>summary{break-after:avoid}.html,figure.chart,pre{overflow:visible}pre{white-space:pre-wrap;overflow-wrap:anywhere}pre.stream,pre.text{max-height:none}table{font-size:8pt}th,td{padding:.15rem .4rem;overflow-wrap:anywhere}figure.chart .still svg{max-width:100%;height:auto}figure.chart.drawn.pictured .live{display:none}figure.chart.drawn.pictured .still{display:block}.html,.markdown{contain:none}}
`;
