/** HTML text that is safe to stand in a document. */
export interface Html {
  readonly html: string;
}

type Part = Html | string | number | undefined | readonly Part[];

/** A template whose values are escaped, but for HTML itself. Lists are joined; undefined is nothing. */
export function html(texts: TemplateStringsArray, ...values: readonly Part[]): Html {
  return { html: texts.map((text, place) => (place === 0 ? text : `${render(values[place - 1])}${text}`)).join("") };
}

/** For text that is known to be HTML or CSS: written in this package, never given. */
export const trusted = (text: string): Html => ({ html: text });

function render(part: Part): string {
  if (part === undefined) return "";
  if (typeof part === "number") return String(part);
  if (typeof part === "string") return escape(part);
  return "html" in part ? part.html : part.map(render).join("");
}

const entities: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escape = (text: string): string => text.replace(/[&<>"']/g, (letter) => entities[letter]!);
