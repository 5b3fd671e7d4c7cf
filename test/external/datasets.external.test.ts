import { expect, it } from "vitest";
import { run } from "./cached.js";
import { pythonWith } from "./python.js";

it("NumPy, Pillow and Python give the committed data sets, images, archives and pickles again", async () => {
  const python = await pythonWith("test/external/datasets/requirements.txt");
  await expect(run(python, ["test/external/datasets/make.py", "--check"])).resolves.toMatch(/\d+ files are the same/);
});
