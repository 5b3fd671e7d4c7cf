import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cached, root, run } from "./cached.js";

const requirements = join(root, "test/parity/requirements.txt");

/**
 * A Python that has what test/parity/requirements.txt names. From PyPI alone, torch for Linux x64 comes with its CUDA
 * libraries (about 2.5 GB to fetch); where pip is configured with a folder or an index of CPU builds, it takes one of these.
 */
export async function parityPython(): Promise<string> {
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = await cached(`python-${hash}`, async (fresh) => {
    await run("python3", ["-m", "venv", fresh]);
    await run(join(fresh, "bin/python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  });
  return join(folder, "bin/python");
}
