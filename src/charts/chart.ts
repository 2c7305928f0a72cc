/** The method that a notebook kernel looks for on a cell's last value: it gives the MIME bundle to show. */
export const JUPYTER_DISPLAY: unique symbol = Symbol.for("Jupyter.display");

/** What a notebook shows: one content per MIME type, the reader takes the richest that it knows. */
export type MimeBundle = Record<string, unknown>;

/** A Vega-Lite specification, as plain JSON. */
export type VegaLiteSpec = Record<string, unknown>;

/** A picture with its data: interactive in a notebook, and static as SVG and PNG. */
export interface Chart {
  readonly title: string;
  /** What the chart shows, in words: the alternative text. */
  readonly description: string;
  /** The Vega-Lite 5 specification, data and theme included. */
  readonly spec: VegaLiteSpec;
  toSvg(): Promise<string>;
  /** @param options.scale pixels per unit of the specification; 2 by default */
  toPng(options?: { scale?: number }): Promise<Uint8Array>;
  /**
   * Writes the chart into files; the extension, `.svg` or `.png`, says how.
   *
   * @returns the paths written
   * @throws ChurnError BAD_OPTION for another extension
   */
  save(...paths: string[]): Promise<string[]>;
  [JUPYTER_DISPLAY](): Promise<MimeBundle>;
}
