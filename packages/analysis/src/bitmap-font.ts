/**
 * Letters for pictures without a font file: printable ASCII, 5 x 7 pixels and two below the line. Other letters lose
 * their accents, and what is left unknown becomes a question mark.
 */
export const glyphWidth = 5;
export const glyphHeight = 9;

/** Seven rows each, from the top; a digit of base 32 is a row's five pixels. */
const drawn: readonly (readonly [letters: string, ...rows: readonly string[]])[] = [
  [" !\"#$%&'", "0000000", "4444404", "aa00000", "aavavaa", "4fke5u4", "op248j3", "cik8lid", "4400000"],
  ["()*+,-./", "2488842", "8422248", "04lel40", "044v440", "0000448", "000v000", "00000cc", "122488g"],
  ["01234567", "ehjlphe", "4c4444e", "eh1248v", "v2421he", "26aiv22", "vgu11he", "68guhhe", "v124888"],
  ["89:;<=>?", "ehhehhe", "ehhf12c", "0cc0cc0", "0cc0c48", "248g842", "00v0v00", "8421248", "eh12404"],
  ["@ABCDEFG", "eh1dlle", "ehhvhhh", "uhhuhhu", "ehggghe", "sihhhis", "vgguggv", "vgguggg", "ehgnhhf"],
  ["HIJKLMNO", "hhhvhhh", "e44444e", "72222ic", "hikokih", "ggggggv", "hrllhhh", "hhpljhh", "ehhhhhe"],
  ["PQRSTUVW", "uhhuggg", "ehhhlid", "uhhukih", "fgge11u", "v444444", "hhhhhhe", "hhhhha4", "hhhllla"],
  ["XYZ[\\]^_", "hha4ahh", "hhha444", "v1248gv", "e88888e", "g884221", "e22222e", "4ah0000", "000000v"],
  ["`abcdefg", "8400000", "00e1fhf", "ggmphhu", "00egghe", "11djhhf", "00ehvge", "698s888", "fhhhf1e"],
  ["hijklmno", "ggmphhh", "40c444e", "20622ic", "ggikoki", "c44444e", "00qllhh", "00mphhh", "00ehhhe"],
  ["pqrstuvw", "uhhhugg", "fhhhf11", "00mpggg", "00fge1u", "88s8896", "00hhhjd", "00hhha4", "00hhlla"],
  ["xyz{|}~", "00ha4ah", "hhhhf1e", "00v248v", "2448442", "4444444", "8442448", "008l200"],
];
/** These stand two rows lower. */
const descending = new Set("gpqy");

const glyphs = new Map(drawn.flatMap(([letters, ...rows]) => [...letters].map((letter, place) => [letter, rows[place]!] as const)));

/** Text as this font can write it. */
export function writable(text: string): string {
  return [...text.normalize("NFD").replace(/\p{M}/gu, "")].map((letter) => (glyphs.has(letter) ? letter : "?")).join("");
}

/** The dark pixels [column, row] of a letter that `writable` gave. */
export function glyphPixels(letter: string): readonly (readonly [x: number, y: number])[] {
  const lowered = descending.has(letter) ? 2 : 0;
  return [...(glyphs.get(letter) ?? "")].flatMap((digit, row) => {
    const bits = Number.parseInt(digit, 32);
    return [0, 1, 2, 3, 4].filter((column) => (bits >> (4 - column)) & 1).map((column) => [column, row + lowered] as const);
  });
}
