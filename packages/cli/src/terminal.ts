import type { Logger } from "@kdf/core";
import { paragraph } from "./output/paragraph.js";

/** A stream for text, with what is known of who reads it. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
  /** Whether colours are shown; respects NO_COLOR. */
  hasColors?(): boolean;
}

/** What a command reads from and writes to. */
export interface Terminal {
  /** For results: with `--json` one JSON object and nothing else. */
  readonly output: TextOutput;
  /** For people: progress, warnings, errors. */
  readonly messages: TextOutput;
  /** Folder that relative paths start from. */
  readonly directory: string;
}

/** The terminal of this process. A reader that goes away early, as `| head` does, ends it in peace. */
export function processTerminal(): Terminal {
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    process.exit(0);
  });
  return { output: process.stdout, messages: process.stderr, directory: process.cwd() };
}

export type Style = "bold" | "dim" | "red" | "green" | "yellow";

const codes = { bold: [1, 22], dim: [2, 22], red: [31, 39], green: [32, 39], yellow: [33, 39] } as const;

/** Styles text where the reader sees colours, and leaves it alone elsewhere. */
export function painter(output: TextOutput): (style: Style, text: string) => string {
  const shows = output.isTTY === true && output.hasColors?.() === true;
  return (style, text) => (shows ? `\u001B[${codes[style][0]}m${text}\u001B[${codes[style][1]}m` : text);
}

/** Columns to write for: those of the terminal, at most 80. */
export function columnsOf(output: TextOutput): number {
  return Math.min(80, Math.max(40, output.columns ?? 80));
}

/** Tells people what plugins and the host have to say. */
export function terminalLogger({ messages }: Terminal): Logger {
  const paint = painter(messages);
  return {
    info: (message) => void messages.write(`${message}\n`),
    warn: (message) => {
      const [first = "", ...rest] = paragraph(`warning: ${message}`, columnsOf(messages)).split("\n");
      messages.write(`${[first.replace("warning:", paint("yellow", "warning:")), ...rest].join("\n")}\n`);
    },
  };
}
