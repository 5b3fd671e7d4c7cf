import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { cacheDirectory } from "./environment.js";

it.each([
  [{ KDF_CACHE_DIR: "own", XDG_CACHE_HOME: "/xdg" }, resolve("own")],
  [{ XDG_CACHE_HOME: "/xdg" }, join("/xdg", "kdf")],
  [{ KDF_CACHE_DIR: "", XDG_CACHE_HOME: "" }, join(homedir(), ".cache", "kdf")],
  [{}, join(homedir(), ".cache", "kdf")],
])("the cache of %o is %s", (environment, directory) => expect(cacheDirectory(environment)).toBe(directory));
