import { Console } from "node:console";
import { Writable } from "node:stream";
import type { TextOutput } from "../terminal.js";

/** Sends all that is printed with `console` to `target` until the function that it returns is called. */
export function divertConsole(target: TextOutput): () => void {
  const own = globalThis.console;
  const sink = new Writable({
    decodeStrings: false,
    write(text: string, _, done) {
      target.write(text);
      done();
    },
  });
  globalThis.console = new Console({ stdout: sink, stderr: sink });
  return () => {
    globalThis.console = own;
  };
}
