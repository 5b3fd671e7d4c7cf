import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../packages/workspace.js";
import { staleDocuments } from "./documents.js";

for (const [file, text] of await staleDocuments()) {
  writeFileSync(join(root, file), text);
  console.log(file);
}
