import { describe, expect, it } from "vitest";
import { tameHtml, textOfHtml } from "./tame-html.js";

const tame = (html: string) => tameHtml(html).html;

describe("HTML of a cell", () => {
  it("keeps every word of text and of attributes", () => {
    const table =
      "<table><tr><th>customer id=</th></tr><tr><td>select * from calls where id = 5</td></tr><tr><td>href = javascript: x</td></tr></table>";
    expect(tame(table)).toContain("<th>customer id=</th>");
    expect(textOfHtml(tame(table))).toBe(textOfHtml(table));
    expect(tame('<span title="where id = 5 &amp; onclick = x">a &lt;b&gt; &amp;amp;</span>')).toBe(
      '<span title="where id = 5 &amp; onclick = x">a &lt;b&gt; &amp;amp;</span>',
    );
  });

  it("keeps drawings, formulas and pictures that are carried; comments go, forms become their words", () => {
    const svg = '<svg width="16" viewBox="0 0 16 16"><linearGradient id="g"></linearGradient><path d="M0 0"/></svg>';
    // a browser knows the attributes of drawings in any case
    expect(tame(svg)).toBe(
      '<svg width="16" viewbox="0 0 16 16"><linearGradient id="g"></linearGradient><path d="M0 0"></path></svg>',
    );
    expect(tame("<math><msup><mi>x</mi><mn>2</mn></msup></math>")).toContain("<msup><mi>x</mi>");
    expect(tame('a<!-- <b>x</b> --><form action="x"><label>Name <input name="a"></label></form>')).toBe(
      "a<label>Name </label>",
    );
    expect(tame('<img src="data:image/png;base64,AA==" alt="p">')).toContain('src="data:image/png;base64,AA=="');
    expect(tame('<img src="http://a/b.png" alt="p">')).toContain(
      "[image: p (http://a/b.png): it is not in the notebook]",
    );
  });

  it("is closed where it ends, and closes nothing of the page", () => {
    expect(tame("<div><table><tr><td>unclosed")).toBe("<div><table><tr><td>unclosed</td></tr></table></div>");
    expect(tame("a</div></main></section></body><b>b")).toBe("a<b>b</b>");
    const deep = tame(`${"<div>".repeat(3000)}x`);
    expect(deep.split("<div>").length).toBe(deep.split("</div>").length);
    expect(deep).toContain("x");
  });

  it.each([
    ["a handler each", "<a onclick=a onmouseover=b>x</a>"],
    ["a handler after a slash", "<img/onerror=alert(1) src=data:image/png,x>"],
    ["a handler after a form feed", "<b\fonerror=x>x</b>"],
    ["an address with an entity in it", '<a href="java&Tab;script:x">x</a>'],
    ["an address with a coded letter", '<a href="&#106;avascript:x">x</a>'],
    ["a script", "<SCRIPT>alert(1)</SCRIPT>"],
    ["a script in a drawing", "<svg><script>alert(1)</script><a xlink:href='javascript:x'><text>x</text></a></svg>"],
    [
      "a frame, an object, a page that goes elsewhere",
      "<iframe src=x></iframe><object data=x></object><meta http-equiv=refresh><base href=x>",
    ],
    [
      "names that stand in the way of the page's script",
      "<img name=querySelectorAll src=data:image/png,><form name=body>",
    ],
    [
      "parts of the page's own",
      '<figure class="chart" data-kind="vega"><script type="application/json">{}</script></figure>',
    ],
  ])("loses what could act: %s", (_, html) => {
    expect(tame(html)).not.toMatch(
      /\son\w+=|javascript|alert|<(script|iframe|object|meta|base|form)|\sname=|data-kind/i,
    );
  });

  it("says what would have shown something", () => {
    expect(tameHtml("<script>1</script><iframe></iframe><style>a{}</style>").missed).toEqual(["script", "iframe"]);
  });
});
