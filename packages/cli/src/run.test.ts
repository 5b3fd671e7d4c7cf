import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { run } from "./run.js";

/** A project that declares and holds these packages; values are their package.json without the name. */
function project(packages: Readonly<Record<string, object>> = {}): string {
  const directory = mkdtempSync(join(tmpdir(), "kdf-cli-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const declared = Object.fromEntries(Object.keys(packages).map((name) => [name, "*"]));
  writeFileSync(join(directory, "package.json"), JSON.stringify({ dependencies: declared }));
  for (const [name, json] of Object.entries(packages)) {
    mkdirSync(join(directory, "node_modules", name), { recursive: true });
    writeFileSync(join(directory, "node_modules", name, "package.json"), JSON.stringify({ name, version: "1.0.0", ...json }));
  }
  return directory;
}

const peerDependencies = { "@kdf/core": "^1.0.0" };
const pack = { kdf: { manifest: 1, id: "blur", provides: ["augmenter:blur", "augmenter:smear"] }, peerDependencies };

interface Ran {
  readonly code: number;
  readonly output: string;
  readonly messages: string;
}

async function kdf(parameters: readonly string[], directory = project(), isTTY = false): Promise<Ran> {
  const [output, messages]: string[][] = [[], []];
  const to = (texts: string[]) => ({ write: (text: string) => texts.push(text), isTTY, hasColors: () => isTTY, columns: 80 });
  const code = await run(parameters, { output: to(output!), messages: to(messages!), directory });
  return { code, output: output!.join(""), messages: messages!.join("") };
}

const widest = (text: string): number => Math.max(...text.split("\n").map((line) => line.length));

describe("help and version", () => {
  it("go to standard output and end well", async () => {
    const help = await kdf(["--help"]);
    expect(help).toMatchObject({ code: 0, messages: "" });
    expect(help.output).toContain("plugins");
    expect(widest(help.output)).toBeLessThanOrEqual(80);
    const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
    expect(await kdf(["--version"])).toEqual({ code: 0, output: `${version}\n`, messages: "" });
  });

  it.each([[["--help"]], [["train", "--help"]], [["plugins", "list", "--help"]], [["rank", "--help"]]])(
    "are one JSON object where %j stands beside --json",
    async (parameters) => {
      const { output: text } = await kdf(parameters);
      const [after, before] = [await kdf([...parameters, "--json"]), await kdf(["--json", ...parameters])];
      expect(JSON.parse(after.output)).toEqual({ help: text });
      // commander gives the help of kdf itself there.
      expect(JSON.parse(before.output)).toEqual({ help: expect.stringMatching(/^Usage: kdf/) });
      expect([after.code, before.code, after.messages, before.messages]).toEqual([0, 0, "", ""]);
    },
  );

  it("say the version as JSON too", async () => {
    expect(JSON.parse((await kdf(["--version", "--json"])).output)).toEqual({ version: expect.stringMatching(/^\d+\.\d+\.\d+/) });
  });

  it("stand in for a missing command, which is a wrong request", async () => {
    const bare = await kdf([]);
    expect(bare).toMatchObject({ code: 2, output: "" });
    expect(bare.messages).toContain("Usage: kdf");
  });
});

describe("a wrong command line", () => {
  it.each([
    [["plugin", "list"], "Unknown command 'plugin'. Did you mean plugins?", "kdf --help"],
    [["plugins", "lst"], "Unknown command 'lst'. Did you mean list?", "kdf plugins --help"],
    [["plugins", "list", "--jsn"], "Unknown option '--jsn'. Did you mean --json?", "kdf plugins list --help"],
    // Where a required option is missing, what is misspelt is said, not what is missing.
    [["rank", "--augmentors", "a,b"], "Unknown option '--augmentors'. Did you mean --augmenters?", "kdf rank --help"],
    [["rank", "--augmentors=a,b", "--steps", "3"], "Unknown option '--augmentors'. Did you mean --augmenters?", "kdf rank --help"],
    [["preview", "--quite-another"], "Unknown option '--quite-another'.", "kdf preview --help"],
    [["rank", "--steps", "3"], "Required option '--augmenters <list>' not specified.", "kdf rank --help"],
    [["plugins", "list", "more"], "Too many arguments for 'list'. Expected 0 arguments but got 1.", "kdf plugins list --help"],
  ])("%j exits 2 and says what is near", async (parameters, happened, help) => {
    const ran = await kdf(parameters);
    expect(ran).toMatchObject({ code: 2, output: "" });
    expect(ran.messages).toContain(`error: ${happened}\n`);
    expect(ran.messages).toContain(`to fix:   see ${help}\n`);
    expect(ran.messages).toContain("KDF_COMMAND_LINE_INVALID");
  });

  it.each([[["plugins", "lst", "--json"]], [["--json"]], [["plugins", "--json"]]])(
    "%j prints one JSON object on standard output",
    async (parameters) => {
      const ran = await kdf(parameters);
      expect(ran).toMatchObject({ code: 2, messages: "" });
      expect(JSON.parse(ran.output)).toMatchObject({ error: { code: "KDF_COMMAND_LINE_INVALID", kind: "request" } });
    },
  );
});

describe("what a plugin prints", () => {
  const code = `
console.log("loaded");
export default { id: "blur", provides: { augmenter: { blur: { summary: "", create: () => ({}), options: {
  "~standard": { version: 1, vendor: "test", validate: (value) => {
    console.info("%s options", Object.keys(value).length);
    console.table([{ a: 1 }]);
    return { issues: [{ message: "never right" }] };
  } },
} } } }, [Symbol.for("kdf.plugin")]: 1 };
`;
  const chatty = (): string => {
    const directory = project({ "kdf-plugin-blur": { ...pack, type: "module", exports: "./index.js", kdf: { ...pack.kdf, provides: ["augmenter:blur"] } } });
    writeFileSync(join(directory, "node_modules/kdf-plugin-blur/index.js"), code);
    return directory;
  };

  it("goes to standard error with --json, and the console is as before after that", async () => {
    const own = globalThis.console;
    const written = vi.spyOn(process.stdout, "write");
    onTestFinished(() => written.mockRestore());
    const ran = await kdf(["train", "--plugin", "blur", "--set", "blur.a=1", "--json"], chatty());
    expect(JSON.parse(ran.output)).toMatchObject({ error: { code: "KDF_OPTIONS_INVALID" } });
    expect(ran.messages).toContain("loaded\n1 options\n");
    expect(ran.messages).toContain("│ 0       │ 1 │");
    expect(written).not.toHaveBeenCalled();
    expect(globalThis.console).toBe(own);
  });
});

describe("kdf plugins list", () => {
  it("lists what the project may load, marks the defaults, and stays within 80 columns", async () => {
    const directory = project({
      "@kdf/plugin-start": { kdf: { manifest: 1, id: "start", preset: { dataset: "flowers" } }, peerDependencies },
      "@kdf/plugin-flowers": {
        description: "Pictures of flowers ".repeat(8).trim(),
        kdf: { manifest: 1, id: "flowers", provides: ["dataset:flowers"] },
        peerDependencies,
      },
      "@acme/kdf-plugin-blur": { ...pack, version: "2.3.4" },
    });
    const { code, output, messages } = await kdf(["plugins", "list"], directory);
    expect({ code, messages }).toEqual({ code: 0, messages: "" });
    expect(output).toMatch(/^start 1\.0\.0 +default$/m);
    expect(output).toMatch(/^flowers 1\.0\.0 +default$/m);
    expect(output).toMatch(/^@acme\/blur 2\.3\.4$/m);
    expect(output).toContain("augmenter blur, smear");
    expect(widest(output)).toBeLessThanOrEqual(80);
  });

  it("says as JSON why each is there, and what stands in the way of one", async () => {
    const directory = project({
      "kdf-plugin-blur": pack,
      "kdf-plugin-old": { ...pack, version: "0.1.0", peerDependencies: { "@kdf/core": "^0.1.0" } },
    });
    const { output } = await kdf(["plugins", "list", "--json"], directory);
    expect(JSON.parse(output)).toEqual({
      project: join(directory, "package.json"),
      plugins: [
        {
          name: "blur",
          package: "kdf-plugin-blur",
          version: "1.0.0",
          id: "blur",
          provides: ["augmenter:blur", "augmenter:smear"],
          requires: [],
          summary: "",
          because: "declared",
          default: false,
          problem: null,
        },
        expect.objectContaining({
          package: "kdf-plugin-old",
          problem: { code: "KDF_PLUGIN_INCOMPATIBLE", message: expect.stringContaining("^0.1.0") },
        }),
      ],
    });
  });

  it("warns, and lists all the same, where the defaults cannot be told", async () => {
    const preset = { kdf: { manifest: 1, id: "start", preset: {} }, peerDependencies };
    const { code, output, messages } = await kdf(
      ["plugins", "list", "--json"],
      project({ "kdf-plugin-one": preset, "kdf-plugin-two": preset }),
    );
    expect(code).toBe(0);
    expect((JSON.parse(output) as { plugins: unknown[] }).plugins.length).toBe(2);
    // Broken into lines of the terminal.
    expect(messages.replaceAll("\n", " ")).toMatch(/^warning: no defaults: .*one, two/);
  });

  it("says how to begin where nothing is declared", async () => {
    expect((await kdf(["plugins", "list"])).output).toContain("npm install @kdf/plugin-quickstart");
  });

  it("shows colours on a terminal only", async () => {
    const directory = project({ "kdf-plugin-blur": pack });
    expect((await kdf(["plugins", "list"], directory, true)).output).toContain("\u001B[1mblur\u001B[22m");
    expect((await kdf(["plugins", "list"], directory)).output).not.toContain("\u001B");
  });

  it("refuses a damaged package.json of the project", async () => {
    const directory = project();
    writeFileSync(join(directory, "package.json"), "{");
    const ran = await kdf(["plugins", "list"], directory);
    expect(ran.code).toBe(2);
    expect(ran.messages).toContain("KDF_CONFIGURATION_UNREADABLE");
  });
});
