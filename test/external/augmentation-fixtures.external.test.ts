import { expect, it } from "vitest";
import { run } from "./cached.js";
import { parityPython } from "./python.js";

it("torchvision and Pillow give the committed pictures of AutoAugment's operations again", async () => {
  const python = await parityPython();
  await expect(run(python, ["test/parity/scripts/torchvision_operations.py", "--check"])).resolves.toContain("agrees");
});
