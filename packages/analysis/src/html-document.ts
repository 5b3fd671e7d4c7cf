import { html, trusted, type Html } from "./html.js";

/** A whole document: no script, nothing from elsewhere. `style` is CSS that is written in this package. */
export function htmlDocument({ title, style, body }: { readonly title: string; readonly style: string; readonly body: Html }): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="icon" href="data:,">
<style>${trusted(style)}</style>
</head>
<body>
${body}
</body>
</html>
`.html;
}
