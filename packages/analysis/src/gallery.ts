/** What a gallery shows: pictures in rows, one column for each way in which they were made. */
export interface Gallery {
  readonly title: string;
  /** What is needed to make it again, in order. */
  readonly facts: readonly (readonly [name: string, value: string])[];
  /** The command that makes it again. */
  readonly command: string;
  /** Of every picture. */
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** The largest entropy that there is, in nats; absent without a teacher. */
  readonly largestEntropy?: number;
  readonly rows: readonly GalleryRow[];
  readonly columns: readonly GalleryColumn[];
}

export interface GalleryRow {
  /** The class that the image carries. */
  readonly label: string;
  /** Where it comes from. */
  readonly origin: string;
}

export interface GalleryColumn {
  readonly name: string;
  /** A line on all images of the batch, shown or not. */
  readonly note: string;
  /** What was drawn, as text; absent where nothing was. */
  readonly plan?: string;
  /** By row, then in the order of the pool. */
  readonly pictures: readonly (readonly GalleryPicture[])[];
}

export interface GalleryPicture {
  /** [H,W,C], 0 to 255; one channel is grey, three are red, green and blue. */
  readonly pixels: Uint8Array;
  /** What it is, for those who cannot see it and for the tooltip. */
  readonly description: string;
  readonly teacher?: {
    readonly label: string;
    readonly probability: number;
    /** In nats. */
    readonly entropy: number;
  };
  /** Of a picture that was up for selection. */
  readonly picked?: boolean;
}

/** A probability as a share of a hundred; certainty is not claimed by rounding. */
export function percent(probability: number): string {
  if (probability < 1 && probability >= 0.995) return "> 99 %";
  return `${Math.round(probability * 100)} %`;
}

/** How many screen pixels a picture's pixel takes, so that small pictures are large enough to see. */
export function magnification(width: number, wanted: number): number {
  return Math.max(1, Math.round(wanted / width));
}
