import { parseFragment } from "parse5";
import { expect, it } from "vitest";
import { html, trusted } from "./html.js";

it("lets no given text become markup, in text or in an attribute", () => {
  const given = `"><script>'&amp;`;
  const { childNodes } = parseFragment(html`<p title="${given}">${given}</p>`.html);
  expect(childNodes).toHaveLength(1);
  expect(childNodes[0]).toMatchObject({ nodeName: "p", attrs: [{ name: "title", value: given }], childNodes: [{ nodeName: "#text", value: given }] });
});

it("joins lists, keeps HTML as it is, and drops what is undefined", () => {
  expect(html`<ul>${["<", html`<li>${1}</li>`, undefined]}${trusted("<hr>")}</ul>`.html).toBe("<ul>&lt;<li>1</li><hr></ul>");
});
