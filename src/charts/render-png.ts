import { FONT_FILES } from "./font-metrics.js";

/**
 * Turns an SVG into a PNG with the house font, whatever fonts the machine has.
 *
 * @param scale pixels per unit of the SVG
 */
export async function renderPng(svg: string, scale = 2): Promise<Uint8Array> {
  const { renderAsync } = await import("@resvg/resvg-js");
  // on a thread of its own: the next chart is laid out meanwhile
  const picture = await renderAsync(svg, {
    fitTo: { mode: "zoom", value: scale },
    font: { fontFiles: Object.values(FONT_FILES), loadSystemFonts: false, defaultFontFamily: "Inter" },
  });
  return picture.asPng();
}
