import { expect, it } from "vitest";
import { run } from "./cached.js";
import { parityPython } from "./python.js";

it("torchvision gives the committed fixtures of imagenet-zoo again", async () => {
  const python = await parityPython();
  await expect(run(python, ["test/parity/scripts/torchvision_networks.py", "--check"])).resolves.toContain("agrees");
});
