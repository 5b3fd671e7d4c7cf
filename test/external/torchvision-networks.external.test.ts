import { expect, it } from "vitest";
import { run } from "./cached.js";
import { pythonWith } from "./python.js";

it("torchvision gives the committed fixtures of imagenet-zoo again", async () => {
  const python = await pythonWith("test/parity/requirements-torchvision.txt");
  await expect(run(python, ["test/parity/scripts/torchvision_networks.py", "--check"])).resolves.toContain("agrees");
});
