/** Eight bits a channel, RGB. */
export interface DecodedImage {
  readonly width: number;
  readonly height: number;
  /** [height,width,3]; owned by the caller */
  readonly pixels: Uint8Array;
}

/** How a file of each kind begins. */
const signatures = [/^\xff\xd8\xff/, /^\x89PNG\r\n\x1a\n/, /^RIFF[^]{4}WEBP/];
/** The largest image that is decoded, in pixels: more is a mistake or an attack. */
const mostPixels = 100_000_000;

/**
 * Decodes a JPEG, PNG or WebP file to RGB as torchvision's loader does with Pillow: grey becomes three equal channels, a
 * palette its colours, transparency is dropped, CMYK is converted by Pillow's formula; a colour profile and the camera's
 * orientation are ignored. Of 16 bits the upper eight stay.
 * @throws Error that says what is wrong with the bytes
 */
export async function decodeImage(bytes: Uint8Array): Promise<DecodedImage> {
  if (bytes.length === 0) throw new Error("it is empty");
  // The library would read SVG, PDF and others too, which can do more than hold pixels.
  if (!signatures.some((signature) => signature.test(Buffer.from(bytes.subarray(0, 12)).toString("latin1")))) throw new Error("it is no JPEG, PNG or WebP image");
  const { default: sharp } = await import("sharp");
  // The threads are those that call this, and no image is decoded twice in a row.
  sharp.concurrency(1);
  sharp.cache(false);
  // Warnings of decoders are about what does not alter pixels; a file that is cut off is an error.
  const image = sharp(bytes, { failOn: "error", ignoreIcc: true, limitInputPixels: mostPixels });
  try {
    const { space } = await image.metadata();
    if (space === "cmyk") image.pipelineColourspace("cmyk").toColourspace("cmyk");
    else image.removeAlpha().toColourspace("srgb");
    const { data, info } = await image.raw().toBuffer({ resolveWithObject: true });
    const { width, height, channels } = info;
    return { width, height, pixels: channels === 3 ? data : channels === 4 ? rgbOfCmyk(data) : threeOf(data, channels) };
  } catch (cause) {
    throw new Error(wordsOf(cause as Error), { cause });
  }
}

/** Pillow's conversion: (255 - c) · (255 - k) / 255, rounded. */
function rgbOfCmyk(cmyk: Uint8Array): Uint8Array {
  const rgb = new Uint8Array((cmyk.length / 4) * 3);
  for (let from = 0, to = 0; from < cmyk.length; from += 4) {
    const light = 255 - cmyk[from + 3]!;
    for (let channel = 0; channel < 3; channel += 1) rgb[to++] = Math.max(0, light - divideBy255(cmyk[from + channel]! * light));
  }
  return rgb;
}

function divideBy255(value: number): number {
  const shifted = value + 128;
  return (shifted + (shifted >> 8)) >> 8;
}

/** The first channel three times. */
function threeOf(values: Uint8Array, channels: number): Uint8Array {
  const rgb = new Uint8Array((values.length / channels) * 3);
  for (let from = 0, to = 0; from < values.length; from += channels, to += 3) rgb.fill(values[from]!, to, to + 3);
  return rgb;
}

/** One line, without what the library adds on where it happened. */
function wordsOf({ message }: Error): string {
  return message.split("\n")[0]!.replace(/^(vips|Vips)\w*: /, "");
}
