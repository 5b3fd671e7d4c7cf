import { expect, it } from "vitest";
import { run } from "./cached.js";
import { parityPython } from "./python.js";

it("PyTorch gives the committed parity fixtures again", async () => {
  const python = await parityPython();
  await expect(run(python, ["test/parity/scripts/make.py", "--check"])).resolves.toEqual(expect.any(String));
});
