const words = (text: string): string[] => text.trim().split(/\s+/);

/** Elements of text, tables and media that a page takes from a cell. */
const HTML = words(`
  a abbr address article aside audio b bdi bdo blockquote br caption center cite code col colgroup data dd del details dfn div dl dt
  em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hgroup hr i img input ins kbd label li main mark meter nav ol p picture
  pre progress q rp rt ruby s samp section small source span strike strong sub summary sup table tbody td tfoot th thead time tr tt u
  ul var video wbr
`);

/** What draws: https://www.w3.org/TR/SVG2/eltindex.html, without what scripts, links in or holds foreign content. */
const SVG = words(`
  svg circle clipPath defs desc ellipse feBlend feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting
  feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR feGaussianBlur feMerge feMergeNode feMorphology
  feOffset fePointLight feSpecularLighting feSpotLight feTile feTurbulence filter g image line linearGradient marker mask path pattern
  polygon polyline radialGradient rect stop switch symbol text textPath title tspan use view
`);

/** Formulas: https://www.w3.org/TR/mathml-core/ */
const MATH = words(`
  math annotation maction menclose merror mfenced mfrac mi mmultiscripts mn mo mover mpadded mphantom mprescripts mroot mrow ms mspace
  msqrt mstyle msub msubsup msup mtable mtd mtext mtr munder munderover none semantics
`);

/** Elements that go with all that is in them: it is no text to read. */
export const DROPPED = new Set(
  words("script style iframe frame frameset object embed applet noembed noframes template head base"),
);

/** Of these a reader is told, as the page shows less than the notebook. */
export const MISSED: ReadonlySet<string> = new Set(words("script iframe frame object embed applet"));

/** Elements without an end. */
export const VOID = new Set(words("br col hr img input source wbr"));

/** Element by its name in lower letters: does it stay, and is it a drawing or a formula, which have attributes of their own? */
export const ELEMENTS: ReadonlyMap<string, "html" | "drawing"> = new Map([
  ...[...SVG, ...MATH].map((name) => [name.toLowerCase(), "drawing"] as const),
  ...HTML.map((name) => [name, "html"] as const),
]);

const EVERYWHERE = words("class id title style lang dir role width height align valign");

const OF_ELEMENT: Record<string, string[]> = {
  a: words("href"),
  audio: words("src controls loop"),
  bdo: words("dir"),
  blockquote: words("cite"),
  col: words("span"),
  colgroup: words("span"),
  data: words("value"),
  details: words("open"),
  font: words("color face size"),
  img: words("src alt border hspace vspace"),
  input: words("type checked disabled"),
  li: words("value"),
  meter: words("value min max low high optimum"),
  ol: words("start type reversed"),
  progress: words("value max"),
  source: words("src type"),
  table: words("border cellpadding cellspacing frame rules summary bgcolor"),
  td: words("colspan rowspan headers abbr bgcolor nowrap"),
  th: words("colspan rowspan headers abbr scope bgcolor nowrap"),
  time: words("datetime"),
  tr: words("bgcolor"),
  ul: words("type"),
  video: words("src controls loop poster"),
};

/** Attributes by which the page's own script knows its charts. */
const OURS = /^data-(kind|runtime|packed|theme|ready)$/;

/** Whether an element keeps an attribute; what is in it is another question. */
export function keepsAttribute(element: string, name: string): boolean {
  if (!/^[a-z][\w:.-]*$/i.test(name) || /^on/i.test(name) || OURS.test(name)) return false;
  if (EVERYWHERE.includes(name) || /^(aria|data)-/.test(name)) return true;
  // a name would stand in the place of a method of the document
  if (ELEMENTS.get(element) === "drawing") return name !== "name" && name !== "xmlns" && !name.startsWith("xmlns:");
  return OF_ELEMENT[element]?.includes(name) ?? false;
}
