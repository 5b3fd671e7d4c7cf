import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run, type Package, type Tarball } from "./pack.js";

/** npm's registry for the scope @kdf, serving tarballs of this repository; all else comes from npm's own. */
export interface Registry {
  /** What makes npm and npx use it, with a cache of their own for what they run. */
  readonly variables: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

/** Serves what was packed. `folder`: a folder that lasts as long as the registry. */
export async function serve(packages: readonly Package[], tarballs: ReadonlyMap<string, Tarball>, folder: string): Promise<Registry> {
  // npm keeps what it read of an address: another one each time.
  const place = `/${randomUUID()}/`;
  const files = new Map([...tarballs.values()].map((tarball) => [basename(tarball.file), tarball.file]));
  const server = createServer((request, response) => {
    const path = decodeURIComponent(request.url ?? "").replace(place, "");
    const file = files.get(path);
    const subject = packages.find(({ json }) => json.name === path);
    if (file !== undefined) response.end(readFileSync(file));
    else if (subject === undefined) response.writeHead(404).end("{}");
    else response.setHeader("content-type", "application/json").end(JSON.stringify(packument(subject, tarballs.get(path)!, address())));
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}${place}`;

  const [cache, settings] = [join(folder, "cache"), join(folder, "npmrc")];
  await mkdir(cache);
  // Packages of others are taken from the usual cache; npx keeps what it installs apart from the user's.
  await symlink(join((await run("npm", ["config", "get", "cache"], folder)).trim(), "_cacache"), join(cache, "_cacache"));
  await writeFile(settings, `@kdf:registry=${address()}\nprefer-offline=true\nignore-scripts=true\naudit=false\nfund=false\nupdate-notifier=false\n`);
  return {
    variables: { npm_config_userconfig: settings, npm_config_cache: cache },
    close: () => new Promise((done) => server.close(() => done())),
  };
}

function packument({ json }: Package, { file }: Tarball, address: string): object {
  const integrity = `sha512-${createHash("sha512").update(readFileSync(file)).digest("base64")}`;
  const version = { ...json, dist: { tarball: `${address}${basename(file)}`, integrity } };
  return { name: json.name, "dist-tags": { latest: json.version }, versions: { [json.version]: version } };
}
