import { writeFileSync } from "node:fs";

/** A file with the header of a shared library for Linux, and nothing behind it. `machine`: ELF's number, 62 for x64. */
export function writeLibrary(file: string, machine = 62): void {
  const header = Buffer.alloc(64);
  header.write("\u007FELF", "latin1");
  header.writeUInt16LE(3, 16);
  header.writeUInt16LE(machine, 18);
  writeFileSync(file, header);
}
