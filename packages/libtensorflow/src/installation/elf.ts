import { open } from "node:fs/promises";
import type { Platform } from "../wheel/platform.js";

/** `e_machine` of the ELF header, for the platforms that serve. */
const machines: Readonly<Record<number, Platform>> = { 62: "linux x64", 183: "linux arm64" };

/** The platform that a shared library is made for, by its header; undefined for what is none that serves. */
export async function libraryPlatform(file: string): Promise<Platform | undefined> {
  const header = Buffer.alloc(20);
  const handle = await open(file);
  try {
    await handle.read(header, 0, header.length, 0);
  } finally {
    await handle.close();
  }
  const isElf = header.subarray(0, 4).equals(Buffer.from("\u007FELF", "latin1"));
  return isElf ? machines[header.readUInt16LE(18)] : undefined;
}
