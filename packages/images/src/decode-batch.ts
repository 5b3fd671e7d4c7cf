/** Images of files made into pixels of one size: the same in the main thread and in a worker, which imports this module. */
import { boxCrop, centreCrop, randomCropBox, type Framing, type RandomResizedCrop } from "./crops.js";
import { decodeImage } from "./decode-image.js";

export interface DecodingJob {
  /** The files one after the other. */
  readonly encoded: Uint8Array;
  /** [n]: where each ends in `encoded`. */
  readonly ends: Int32Array;
  readonly framing: Framing;
  /** Random crops instead of the centre. */
  readonly crop?: RandomResizedCrop;
  /** [n, 4 · attempts], with `crop`: see `randomCropBox`. */
  readonly draws?: Float64Array;
}

export interface DecodedBatch {
  /** [n,size,size,3]; black where an image is damaged */
  readonly pixels: Uint8Array;
  /** By place in the batch: what is wrong with the image. */
  readonly problems: ReadonlyMap<number, string>;
}

export async function decodeBatch({ encoded, ends, framing, crop, draws }: DecodingJob): Promise<DecodedBatch> {
  const stride = framing.size * framing.size * 3;
  const pixels = new Uint8Array(ends.length * stride);
  const problems = new Map<number, string>();
  const perImage = (draws?.length ?? 0) / ends.length;
  for (let place = 0; place < ends.length; place += 1) {
    try {
      const image = await decodeImage(encoded.subarray(place === 0 ? 0 : ends[place - 1]!, ends[place]!));
      const drawn = crop && draws?.subarray(place * perImage, (place + 1) * perImage);
      const made = drawn === undefined ? centreCrop(image, framing) : boxCrop(image, randomCropBox(image.width, image.height, drawn, crop!), framing.size);
      pixels.set(made, place * stride);
    } catch (error) {
      problems.set(place, (error as Error).message);
    }
  }
  return { pixels, problems };
}
