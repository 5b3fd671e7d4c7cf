import { apiReports } from "./reports.js";

/** Writes the reports of what core, tensor and testing export; with --check it only says which differ, and fails. */
const check = process.argv.includes("--check");
for (const { file, changed, problems } of apiReports({ write: !check })) {
  for (const problem of problems) console.error(problem);
  if (changed) console.error(check ? `${file} is not what is built: npm run api writes it` : file);
  if (problems.length > 0 || (check && changed)) process.exitCode = 1;
}
