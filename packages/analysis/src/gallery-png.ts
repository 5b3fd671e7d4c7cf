import { Canvas, lettersIn, lineHeight, longestPart, textWidth, wrapText, type Colour } from "./canvas.js";
import { magnification, percent, type Gallery, type GalleryPicture } from "./gallery.js";
import { encodePng } from "./picture-png.js";

const paper: Colour = [255, 255, 255];
const ink: Colour = [27, 30, 35];
const soft: Colour = [93, 102, 115];
const line: Colour = [223, 227, 232];
const accent: Colour = [10, 102, 194];
const barGround: Colour = [201, 212, 224];

const margin = 24;
const gap = 16;
/** A picture's place is at least so wide: for a class name of eleven letters. */
const leastPlace = 130;
/** Words are broken where they have more letters. */
const longestWord = 24;
const frame = 4;
const barHeight = 6;

/** The gallery as one RGB PNG file, without the plans, which are long. The same gallery is the same file. */
export function galleryPng(gallery: Gallery): Uint8Array {
  const layout = layOut(gallery);
  const canvas = new Canvas(layout.width, layout.height, paper);
  layout.head.forEach((text, place) => canvas.text(margin, margin + place * lineHeight, text, place < layout.titleLines ? ink : soft));

  let top = margin + layout.head.length * lineHeight + gap;
  gallery.columns.forEach((_, place) => {
    const { left, name, note } = layout.columns[place]!;
    name.forEach((text, at) => canvas.text(left, top + at * lineHeight, text, ink));
    note.forEach((text, at) => canvas.text(left, top + (name.length + at) * lineHeight, text, soft));
  });
  top += layout.headHeight;
  gallery.rows.forEach(({ label }, row) => {
    canvas.rectangle(margin, top - gap / 2, layout.width - 2 * margin, 1, line);
    layout.labels[row]!.forEach((text, at) => canvas.text(margin, top + at * lineHeight, text, label === "" ? soft : ink));
    gallery.columns.forEach((column, place) => {
      (column.pictures[row] ?? []).forEach((picture, at) => {
        paintPicture(canvas, gallery, picture, layout.columns[place]!.left + at * (layout.place + gap), top, layout);
      });
    });
    top += layout.rowHeight;
  });
  return encodePng({ width: canvas.width, height: canvas.height, channels: 3 }, canvas.pixels);
}

interface Layout {
  readonly width: number;
  readonly height: number;
  /** Lines above all: the title's, then the facts'. */
  readonly head: readonly string[];
  readonly titleLines: number;
  readonly headHeight: number;
  readonly labels: readonly (readonly string[])[];
  readonly columns: readonly { readonly left: number; readonly name: readonly string[]; readonly note: readonly string[] }[];
  /** Width of a picture with its captions. */
  readonly place: number;
  readonly scale: number;
  readonly rowHeight: number;
}

function layOut(gallery: Gallery): Layout {
  const { rows, columns, title, facts } = gallery;
  const scale = magnification(gallery.width, 112);
  const captions = columns.flatMap(({ pictures }) => pictures.flat()).flatMap(({ teacher }) => teacher?.label ?? []);
  const place = Math.max(leastPlace, gallery.width * scale, ...captions.map((caption) => textWidth(caption.slice(0, longestWord))));
  const labelPlace = Math.max(leastPlace, ...rows.map(({ label }) => widthOfWords(label)));
  const labels = rows.map(({ label }) => wrapText(label, lettersIn(labelPlace)));
  let left = margin + labelPlace + gap;
  const placed = columns.map(({ name, note, pictures }) => {
    const across = Math.max(1, ...pictures.map((list) => list.length));
    const width = Math.max(across * (place + gap) - gap, widthOfWords(name), widthOfWords(note));
    const at = { left, name: wrapText(name, lettersIn(width)), note: wrapText(note, lettersIn(width)) };
    left += width + 2 * gap;
    return at;
  });
  const width = Math.max(left - 2 * gap + margin, textWidth(title) + 2 * margin);
  const letters = lettersIn(width - 2 * margin);
  const titles = wrapText(title, letters);
  const bars = gallery.largestEntropy === undefined ? "" : `; bars: the teacher's entropy, 0 to ${gallery.largestEntropy.toFixed(2)} nats`;
  const head = [...titles, ...wrapText(`${facts.map(([name, value]) => `${name} ${value}`).join(", ")}${bars}`, letters)];
  const headHeight = Math.max(...placed.map(({ name, note }) => name.length + note.length)) * lineHeight + gap;
  const all = columns.flatMap(({ pictures }) => pictures.flat());
  const verdictLines = all.some(({ picked }) => picked !== undefined) ? 1 : 0;
  const captionHeight = all.some(({ teacher }) => teacher !== undefined) ? 2 * lineHeight + barHeight : 0;
  const labelHeight = Math.max(0, ...labels.map((lines) => lines.length)) * lineHeight;
  const rowHeight = Math.max(gallery.height * scale + frame + verdictLines * lineHeight + captionHeight, labelHeight) + 2 * gap;
  const height = margin + head.length * lineHeight + gap + headHeight + rows.length * rowHeight + margin;
  return { width, height, head, titleLines: titles.length, headHeight, labels, columns: placed, place, scale, rowHeight };
}

/** So wide that no word is broken, unless it is longer than any should be. */
const widthOfWords = (text: string): number => textWidth("x".repeat(Math.min(longestWord, longestPart(text))));

function paintPicture(canvas: Canvas, gallery: Gallery, picture: GalleryPicture, left: number, top: number, { scale, place }: Layout): void {
  const [width, height] = [gallery.width * scale, gallery.height * scale];
  if (picture.picked === true) canvas.rectangle(left - frame, top - frame, width + 2 * frame, height + 2 * frame, accent);
  canvas.picture(left, top, gallery, picture.pixels, scale, picture.picked === false ? 0.5 : 0);
  let below = top + height + frame + 4;
  if (picture.picked !== undefined) {
    canvas.text(left, below, picture.picked ? "picked" : "left", picture.picked ? accent : soft);
    below += lineHeight;
  }
  if (picture.teacher === undefined) return;
  const { label, probability, entropy } = picture.teacher;
  const letters = lettersIn(place);
  canvas.text(left, below, label.length > letters ? `${label.slice(0, letters - 1)}.` : label, ink);
  canvas.text(left, below + lineHeight, `${percent(probability).replaceAll(" ", "")} ${entropy.toFixed(3)}`, soft);
  const bar = below + 2 * lineHeight;
  canvas.rectangle(left, bar, width, barHeight, barGround);
  canvas.rectangle(left, bar, Math.round((width * entropy) / (gallery.largestEntropy ?? 1)), barHeight, accent);
}
