import { PassThrough, Writable } from "node:stream";
import { setTimeout } from "node:timers/promises";
import { expect, it } from "vitest";
import { ask } from "./ask.js";

const [enter, down, leave, erase] = ["\r", "\u001B[B", "\u0003", "\u007F"];

/** Answers with these keys, one text after the other; what was asked and what was shown. */
async function answer(given: Parameters<typeof ask>[0], ...keys: string[]): Promise<{ readonly asked: unknown; readonly shown: string }> {
  const input = new PassThrough();
  const shown: string[] = [];
  const output = new Writable({
    write: (chunk, _, done) => {
      shown.push(String(chunk));
      done();
    },
  });
  Object.assign(output, { columns: 80, rows: 24 });
  const asking = ask(given, { input, output });
  for (const key of keys) {
    await setTimeout(20);
    input.write(key);
  }
  return { asked: await asking, shown: shown.join("") };
}

it("asks for kind and id", async () => {
  const { asked, shown } = await answer({}, down, down, enter, "margin", enter);
  expect(asked).toEqual({ kind: "metric", id: "margin" });
  expect(shown).toContain("makes new training images of a batch");
});

it("asks for the id alone where the kind was given", async () => {
  const { asked, shown } = await answer({ kind: "network" }, "tiny", enter);
  expect(asked).toEqual({ kind: "network", id: "tiny" });
  expect(shown).not.toContain("What kind");
});

it("says what is wrong with an id, and asks again", async () => {
  const { asked, shown } = await answer({ kind: "metric" }, "Ma", enter, erase, erase, "margin", enter);
  expect(shown).toContain("capital letter");
  expect(asked).toEqual({ kind: "metric", id: "margin" });
});

it.each([{ keys: [leave] }, { keys: [enter, leave] }])("nothing comes of it when the person leaves", async ({ keys }) => {
  const { asked, shown } = await answer({}, ...keys);
  expect(asked).toBeUndefined();
  expect(shown).toContain("Nothing was written.");
});
