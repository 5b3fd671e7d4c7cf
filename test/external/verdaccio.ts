import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { cached, run } from "./cached.js";

/** A registry of npm packages on this machine, empty at first, that takes what the scope @kdf publishes. */
export interface LocalRegistry {
  readonly address: string;
  /** Lines of an .npmrc that let npm publish to it. */
  readonly credentials: string;
  /** What it knows of a package; undefined for one that nobody published. */
  packument(name: string): Promise<Packument | undefined>;
  close(): Promise<void>;
}

export interface Packument {
  readonly "dist-tags": Readonly<Record<string, string>>;
  readonly versions: Readonly<Record<string, object>>;
}

/** The newest verdaccio that runs on the oldest Node that is supported; 6.9 wants Node 22. */
const release = "6.8.0";

/** It wants `node-fetch@cjs`, a tag that not every mirror of npm's registry carries: that tag's release by its number. */
const manifest = { private: true, dependencies: { verdaccio: release }, overrides: { "node-fetch": "2.6.7" } };

const settings = {
  storage: "./storage",
  auth: { htpasswd: { file: "./htpasswd" } },
  // No other registry behind it: what it serves was published to it.
  uplinks: {},
  packages: { "@kdf/*": { access: "$all", publish: "$authenticated" } },
  max_body_size: "100mb",
  web: { enable: false },
  log: { type: "stdout", format: "json", level: "error" },
};

/** Starts verdaccio with its storage in `folder`, and makes a user that may publish. */
export async function startVerdaccio(folder: string): Promise<LocalRegistry> {
  const home = await cached(`verdaccio-${release}`, async (fresh) => {
    await writeFile(join(fresh, "package.json"), JSON.stringify(manifest));
    await run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--omit=optional"], fresh);
  });
  const configuration = join(folder, "config.yaml");
  // JSON is YAML.
  await writeFile(configuration, JSON.stringify(settings));
  const host = `127.0.0.1:${await freePort()}`;
  const program = join(home, "node_modules/verdaccio/bin/verdaccio");
  const server = spawn(process.execPath, [program, "--config", configuration, "--listen", host], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(server, "exit");
  let printed = "";
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (data: Buffer) => (printed += data.toString()));

  const address = `http://${host}/`;
  const close = async (): Promise<void> => {
    server.kill();
    await ended;
  };
  try {
    await answering(address, () => server.exitCode !== null);
    const credentials = `//${host}/:_authToken=${await newUser(address)}\n`;
    return { address, credentials, close, packument: (name) => packument(address, name) };
  } catch (error) {
    await close();
    throw new Error(`verdaccio ${release} does not serve; it printed:\n${printed.slice(-4_000)}`, { cause: error });
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function answering(address: string, gone: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!(await fetch(`${address}-/ping`).then(({ ok }) => ok, () => false))) {
    if (gone()) throw new Error("It ended");
    if (Date.now() > end) throw new Error("No answer within a minute");
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** As `npm adduser` does: the token of a new user. */
async function newUser(address: string): Promise<string> {
  const response = await fetch(`${address}-/user/org.couchdb.user:release`, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ name: "release", password: "only-in-this-test" }),
  });
  if (!response.ok) throw new Error(`No user was made: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { token: string }).token;
}

async function packument(address: string, name: string): Promise<Packument | undefined> {
  const response = await fetch(address + name.replace("/", "%2f"));
  return response.ok ? ((await response.json()) as Packument) : undefined;
}
