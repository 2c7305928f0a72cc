/**
 * Script of an exported page: draws the charts, folds the code, changes the theme. Without it the page shows pictures.
 *
 * The libraries are unpacked into a blob, which is a place of its own in the content-security policy. Vega runs with its
 * interpreter of expressions (`ast`), so that the policy can forbid `eval`.
 */
export const PAGE_SCRIPT = `
"use strict";
(() => {
  const root = document.documentElement;
  // an element of a cell that has one of these ids would be taken for a module's
  for (const name of ["exports", "module", "define", "require", "process", "global"]) window[name] = undefined;
  const all = (selector) => [...document.querySelectorAll(selector)];
  const on = (id, act) => document.getElementById(id)?.addEventListener("click", act);
  on("fold", (event) => {
    const open = all("details.code").some((d) => d.open);
    for (const d of all("details.code")) d.open = !open;
    event.target.textContent = open ? "Show code" : "Hide code";
    event.target.setAttribute("aria-expanded", String(!open));
  });
  on("theme", () => {
    const isDark = root.dataset.theme === "dark" || (root.dataset.theme === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
    root.dataset.theme = isDark ? "light" : "dark";
  });
  if (matchMedia("(min-width: 68rem)").matches) for (const d of all("nav.contents details")) d.open = true;

  const loaded = new Map();
  const load = (name) => {
    if (!loaded.has(name)) loaded.set(name, unpack(name));
    return loaded.get(name);
  };
  const inflate = (packed) => {
    const bytes = Uint8Array.from(atob(packed.trim()), (c) => c.charCodeAt(0));
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip")));
  };
  const unpack = async (name) => {
    const source = await inflate(document.querySelector("script#runtime-" + name).textContent).blob();
    const url = URL.createObjectURL(new Blob([source], { type: "text/javascript" }));
    await new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = url;
      script.onload = resolve;
      script.onerror = () => reject(new Error(name + " did not load"));
      document.head.append(script);
    });
    URL.revokeObjectURL(url);
  };
  const isSingle = (spec) => !("hconcat" in spec || "vconcat" in spec || "concat" in spec || "facet" in spec || "repeat" in spec || spec.encoding?.row || spec.encoding?.column || spec.encoding?.facet);
  const fit = (spec, room) => {
    if (Array.isArray(spec.vconcat)) return fitStack(spec, room);
    const width = spec.width ?? spec.config?.view?.continuousWidth ?? 0;
    if (!isSingle(spec) || !(typeof width === "number") || width + 90 <= room) return spec;
    // words that are wider than the chart would take their room from the plot
    const axis = { ...spec.config?.axis, titleLimit: room - 110, titleAnchor: "middle" };
    return { ...spec, title: narrowTitle(spec.title, room), width: Math.max(180, room - 4), autosize: { type: "fit-x", contains: "padding" }, config: { ...spec.config, axis } };
  };
  // charts below each other cannot be fitted by Vega: each is given the room beside its axis
  const fitStack = (spec, room) => {
    const widths = spec.vconcat.map((view) => view.width);
    if (!widths.every((width) => typeof width === "number") || Math.max(...widths) + 90 <= room) return spec;
    const axis = { ...spec.config?.axis, titleLimit: room - 110 };
    const view = (part) => ({ ...part, width: Math.max(180, room - 84), title: narrowTitle(part.title, room) });
    return { ...spec, title: narrowTitle(spec.title, room), vconcat: spec.vconcat.map(view), config: { ...spec.config, axis } };
  };
  const wrap = (text, letters) => {
    const lines = [];
    for (const word of [text].flat().join(" ").split(" ")) {
      const last = lines.at(-1);
      if (last !== undefined && (last + " " + word).length <= letters) lines[lines.length - 1] = last + " " + word;
      else lines.push(word);
    }
    return lines;
  };
  const isText = (text) => typeof text === "string" || Array.isArray(text);
  const narrowTitle = (title, room) => {
    const { text, subtitle, ...rest } = isText(title) ? { text: title } : (title ?? {});
    if (!isText(text)) return title;
    return { ...rest, frame: "bounds", anchor: "start", text: wrap(text, (room - 60) / 8.4), ...(isText(subtitle) ? { subtitle: wrap(subtitle, (room - 24) / 6.4) } : {}) };
  };
  const vega = async (live, spec, room) => {
    if (spec.width !== "container") live.style.width = "fit-content";
    const mode = /\\/vega\\/v/.test(spec.$schema ?? "") ? "vega" : "vega-lite";
    // options that the chart brings for another page would take the place of these
    const { usermeta, ...own } = spec;
    const away = [];
    const loader = window.vega.loader();
    loader.load = async (url) => {
      away.push(url);
      throw new Error("this page has no network");
    };
    await vegaEmbed(live, mode === "vega" ? own : fit(own, room), { mode, ast: true, logLevel: 1, renderer: "canvas", loader, downloadFileName: "chart", actions: { export: true, source: false, compiled: false, editor: false } });
    if (away.length > 0) throw new Error("its data are not in the page: " + away.join(", "));
  };
  const plotly = async (live, figure, room) => {
    const layout = { autosize: true, ...figure.layout };
    if (!(layout.width <= room)) delete layout.width;
    // without a pointer the buttons would stay, over the title
    const buttons = matchMedia("(hover: none)").matches ? { displayModeBar: false } : {};
    await Plotly.newPlot(live, figure.data, layout, { ...figure.config, ...buttons, displaylogo: false, responsive: true, topojsonURL: "" });
  };
  const draw = async (figure) => {
    const live = figure.querySelector(".live");
    const data = figure.querySelector("script[type='application/json']");
    const room = figure.clientWidth;
    try {
      const spec = "packed" in data.dataset ? await inflate(data.textContent).json() : JSON.parse(data.textContent);
      await load(figure.dataset.runtime);
      figure.classList.add("drawn");
      await (figure.dataset.kind === "vega" ? vega : plotly)(live, spec, room);
    } catch (error) {
      figure.classList.remove("drawn");
      live.replaceChildren();
      const note = document.createElement("p");
      note.className = "missed";
      note.textContent = "Not drawn on this page: " + error.message + ".";
      figure.append(note);
      console.warn("chart stays a picture:", error);
    }
  };
  (async () => {
    for (const figure of all("figure.chart[data-kind]")) await draw(figure);
    root.dataset.ready = "true";
  })();
})();
`;
