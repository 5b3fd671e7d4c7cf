import { arch, platform } from "node:process";
import { installationRefused } from "@kdf/core";

/** A platform whose wheels hold libtensorflow as files that an addon is linked against. */
export type Platform = "linux x64" | "linux arm64";

const tags: readonly (readonly [RegExp, Platform])[] = [
  [/-manylinux[0-9_]+_x86_64\.whl$|-(?:manylinux[0-9_]+_x86_64\.)+/, "linux x64"],
  [/-manylinux[0-9_]+_aarch64\.whl$|-(?:manylinux[0-9_]+_aarch64\.)+/, "linux arm64"],
];

/** The platform that a wheel's file name states (PEP 427), if it is one that serves. */
export function platformOf(filename: string): Platform | undefined {
  return tags.find(([pattern]) => pattern.test(filename))?.[1];
}

/** This machine's platform; KDF_INSTALLATION_REFUSED where no wheel serves it. */
export function demandPlatform(name: string): Platform {
  const present = `${platform} ${arch}`;
  if (present === "linux x64" || present === "linux arm64") return present;
  throw installationRefused({
    name,
    problem: `this machine is ${present}`,
    expected: "Linux on x64 or arm64 (glibc)",
    fix: "--engine wasm runs everywhere",
  });
}
