import { expect, it } from "vitest";
import { run } from "./cached.js";
import { pythonWith } from "./python.js";

it("scipy says the committed correlations and intervals again", async () => {
  const python = await pythonWith("packages/analysis/scripts/requirements.txt");
  await expect(run(python, ["packages/analysis/scripts/correlations.py", "--check"])).resolves.toEqual(expect.any(String));
});
