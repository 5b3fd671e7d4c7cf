import { expect, it } from "vitest";
import { run } from "./cached.js";
import { pythonWith } from "./python.js";

it("torchvision and Pillow give the committed pictures of AutoAugment's operations again", async () => {
  const python = await pythonWith("test/parity/requirements-torchvision.txt");
  await expect(run(python, ["test/parity/scripts/torchvision_operations.py", "--check"])).resolves.toContain("agrees");
});
