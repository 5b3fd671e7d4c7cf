import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { temporaryFolder } from "../e2e/kdf.js";
import { root } from "./cached.js";
import { typeAtTerminal } from "./terminal.js";

/** The questions of `kdf init`, answered at a terminal. */
const folder = temporaryFolder();
afterAll(() => folder.remove());
const command = [process.execPath, join(root, "packages/cli/bin/kdf.js"), "init"];
const [down, enter, interrupt, backspace] = ["\u001B[B", "\r", "\u0003", "\u007F"] as const;
const environment = { TERM: "xterm" };

const configuration = (name: string): Record<string, unknown> => parse(readFileSync(join(folder.path, name, "kdf.config.yaml"), "utf8")) as Record<string, unknown>;

describe("kdf init at a terminal", () => {
  it("writes what was answered: everything, another plugin, three epochs; a wrong answer is asked for again", async () => {
    const { shown, code } = await typeAtTerminal({
      command: [...command, "spelled"],
      directory: folder.path,
      environment,
      steps: [
        { wait: "What should the configuration say", type: `${down}${enter}` },
        { wait: "Which augmentation", type: `${down.repeat(5)}${enter}` },
        { wait: "Its plugin's name", type: `Not A Name${enter}` },
        { wait: "a short name, or the name of a package", type: `${backspace.repeat(10)}@acme/blur${enter}` },
        { wait: "How many epochs", type: `${backspace}0${enter}` },
        { wait: "a positive whole number", type: `${backspace}3${enter}` },
      ],
    });
    expect(code, shown).toBe(0);
    expect(shown).toContain("npm install");
    expect(configuration("spelled")).toMatchObject({ student: "resnet8", plugins: ["@acme/blur"], epochs: 3 });
    const { dependencies } = JSON.parse(readFileSync(join(folder.path, "spelled/package.json"), "utf8")) as { dependencies: Record<string, string> };
    expect(Object.keys(dependencies)).toEqual(expect.arrayContaining(["@kdf/cli", "@acme/kdf-plugin-blur"]));
  });

  it("asks for nothing that the command line says", async () => {
    const { shown, code } = await typeAtTerminal({
      command: [...command, "short", "--epochs", "2", "--plugin", "mixup"],
      directory: folder.path,
      environment,
      steps: [{ wait: "What should the configuration say", type: enter }],
    });
    expect(code, shown).toBe(0);
    expect(shown).not.toMatch(/Which augmentation|How many epochs/);
    expect(configuration("short")).toMatchObject({ plugins: ["mixup"], epochs: 2 });
    expect(configuration("short")).not.toHaveProperty("student");
  });

  it("writes nothing where somebody leaves", async () => {
    const { shown, code } = await typeAtTerminal({
      command: [...command, "left"],
      directory: folder.path,
      environment,
      steps: [
        { wait: "What should the configuration say", type: enter },
        { wait: "Which augmentation", type: interrupt },
      ],
    });
    expect(code).toBe(130);
    expect(shown).toContain("Nothing was written.");
    expect(existsSync(join(folder.path, "left"))).toBe(false);
  });
});
