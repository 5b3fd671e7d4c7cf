import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository, startKdf, type Finished } from "../e2e/kdf.js";
import { cached } from "./cached.js";

/** ONNX Runtime from npm, installed as a user does it, twice at once. Its folder is to be KDF_CACHE_DIR. */
export const onnxInstallation = (): Promise<string> =>
  cached("onnxruntime-1.30.0", async (folder) => {
    const start = (): Promise<Finished> => startKdf(["engine", "install", "onnx", "--json"], repository, ["env", `KDF_CACHE_DIR=${folder}`]).finished;
    const finished = await Promise.all([start(), start()]);
    for (const { code, messages } of finished) if (code !== 0) throw new Error(messages);
    writeFileSync(join(folder, "finished.json"), JSON.stringify(finished));
  });
