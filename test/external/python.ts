import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cached, root, run } from "./cached.js";

/**
 * A Python that has what test/parity/requirements.txt names. From PyPI alone, torch for Linux x64 comes with its CUDA
 * libraries (about 2.5 GB to fetch); where pip is configured with a folder or an index of CPU builds, it takes one of these.
 */
export const parityPython = (): Promise<string> => pythonWith("test/parity/requirements.txt");

/** A Python of its own with what a file of requirements names. */
export async function pythonWith(requirementsFile: string): Promise<string> {
  const requirements = join(root, requirementsFile);
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = await cached(`python-${hash}`, async (fresh) => {
    await run("python3", ["-m", "venv", fresh]);
    await run(join(fresh, "bin/python"), ["-m", "pip", "install", "--quiet", "--requirement", requirements]);
  });
  return join(folder, "bin/python");
}
