import { availableParallelism } from "node:os";
import { z } from "zod";

/** The options that every data set of image files has. */
export const imageOptions = {
  onBadImage: z
    .enum(["fail", "skip"])
    .default("fail")
    .describe("what a damaged image does: fail refuses the run and names all of them, skip leaves them out and says how many"),
  checkImages: z
    .boolean()
    .default(true)
    .describe("decode every image once before the first run; false trusts them, and a damaged one then ends the run"),
  memoryLimit: z
    .int()
    .min(0)
    .default(1500)
    .describe("MB that decoded images may take: a split that fits stays in memory, another is decoded anew for each batch"),
  threads: z.int().min(0).max(64).optional().describe("threads that decode; by default the number of processors, 4 at most"),
};

export interface ImageOptions {
  readonly onBadImage: "fail" | "skip";
  readonly checkImages: boolean;
  readonly memoryLimit: number;
  readonly threads?: number | undefined;
}

export const threadsOf = ({ threads }: ImageOptions): number => threads ?? Math.min(4, availableParallelism());
