import { isKdfError, type KdfError } from "@kdf/core";
import { columnsOf, painter, type TextOutput } from "../terminal.js";
import { paragraph } from "./paragraph.js";

/** 2 where the request is wrong, 1 where it failed on the way. */
export function exitCodeOf(error: unknown): number {
  return isKdfError(error) && error.kind === "request" ? 2 : 1;
}

/** The error as the one JSON object that a command prints. */
export function errorJson(error: unknown): { readonly error: Readonly<Record<string, string>> } {
  if (isKdfError(error)) {
    const { code, kind, explanation } = error;
    return { error: { code, kind, message: oneLine(explanation), ...explanation } };
  }
  const { message, stack } = asError(error);
  return { error: { code: "UNEXPECTED", kind: "run", message, ...(stack !== undefined && { stack }) } };
}

/** The error as a block of text for people. */
export function errorText(error: unknown, output: TextOutput): string {
  const paint = painter(output);
  const columns = columnsOf(output);
  if (!isKdfError(error)) {
    const { message, stack } = asError(error);
    const frames = stack?.slice(stack.indexOf("\n    at ") + 1) ?? "";
    return [
      `${paint("red", "error:")} ${paragraph(message, columns, "       ").trimStart()}`,
      paragraph("This should not happen: please report it with the command and these lines.", columns, "  "),
      paint("dim", frames),
      "",
    ].join("\n");
  }
  const { happened, expected, fix } = error.explanation;
  const origin = originOf(error);
  return [
    `${paint("red", "error:")} ${paragraph(happened, columns, "       ").trimStart()}`,
    paragraph(expected, columns, "  expected: "),
    paragraph(fix, columns, "  to fix:   "),
    ...(origin === undefined ? [] : [paint("dim", paragraph(origin, columns, "  from:     "))]),
    paint("dim", `  ${error.code}`),
    "",
  ].join("\n");
}

/** Where a plugin's own error came from: for its author. */
function originOf(error: KdfError): string | undefined {
  const { cause } = error;
  const frame = cause instanceof Error && cause.stack !== undefined ? /\n\s+at ([^\n]+)/.exec(cause.stack)?.[1] : undefined;
  return frame === undefined ? undefined : `${(cause as Error).name} at ${frame}`;
}

const oneLine = ({ happened, expected, fix }: KdfError["explanation"]): string =>
  `${happened} Expected: ${expected}. To fix: ${fix}`;

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
