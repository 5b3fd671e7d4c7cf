import { packTarballs, tarballProblems } from "./tarball.js";
import { publishedPackages, root } from "./workspace.js";

/** Packs every published package as it is built, and fails when a tarball is not what its users need. */
const tarballs = await packTarballs(root, publishedPackages().map(({ folder }) => `./${folder}`));
for (const tarball of tarballs) {
  for (const problem of await tarballProblems(tarball)) {
    console.error(`${tarball.folder}: ${problem}`);
    process.exitCode = 1;
  }
}
