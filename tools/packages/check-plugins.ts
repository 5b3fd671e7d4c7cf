import { join } from "node:path";
import { packageProblems, wrongRanges } from "./package-rules.js";
import { publishedPackages, readJson, root } from "./workspace.js";

const repository = { root, json: readJson(join(root, "package.json")), packages: publishedPackages() };
const problems = [
  ...wrongRanges(repository.json, repository.packages).map((problem) => `package.json: ${problem}`),
  ...repository.packages.flatMap((subject) => packageProblems(subject, repository).map((problem) => `${subject.folder}: ${problem}`)),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exitCode = 1;
