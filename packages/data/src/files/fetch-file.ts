import { join } from "node:path";
import type { PluginContext } from "@kdf/core";
import type { Checksums } from "../checksum.js";
import { download } from "../download.js";

export interface PublishedFile extends Checksums {
  readonly file: string;
  /** Folders that hold it, tried in this order. */
  readonly mirrors: readonly string[];
  /** In bytes. */
  readonly size?: number;
}

/**
 * Fetches a data set's file into its folder of the cache, and says how far it is at each quarter. An interrupted download
 * is continued.
 * @param fix what a person can do when no mirror helps
 * @returns the file's path
 * @throws what `download` throws
 */
export function fetchFile(id: string, { file, mirrors, ...published }: PublishedFile, { cacheDirectory, logger }: Pick<PluginContext, "cacheDirectory" | "logger">, fix: string): Promise<string> {
  let reported = 0;
  return download({
    urls: mirrors.map((mirror) => new URL(file, mirror.endsWith("/") ? mirror : `${mirror}/`).href),
    file,
    ...published,
    cacheDirectory: join(cacheDirectory, id),
    onProgress: ({ bytes, total }) => {
      const quarters = total === undefined ? 0 : Math.floor((4 * bytes) / total);
      if (quarters === reported) return;
      reported = quarters;
      logger.info(`${id}: ${file}, ${quarters * 25} % of ${Math.ceil(total! / 1000)} kB`);
    },
    fix,
  });
}
