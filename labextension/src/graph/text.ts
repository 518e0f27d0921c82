/** Text in pictures: how wide it is, how to shorten it. The same guesses as in the pictures that Python draws. */

const NARROW = 0.24;
const SLIM = 0.31;
const WIDTHS = new Map<string, number>([
  ...[..."ijl|'"].map((char): [string, number] => [char, NARROW]),
  ...[..."ftI.,:;!()[]/ "].map((char): [string, number] => [char, SLIM]),
  ...[...'r-"*'].map((char): [string, number] => [char, 0.37]),
  ...[..."mwM%@"].map((char): [string, number] => [char, 0.89]),
  ["W", 1],
  ["…", 1],
]);
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;
const COMBINING = /\p{M}/u;
const UNPRINTABLE = /[\p{C}\u2028\u2029]/gu;

/** A cautious guess: the reader's font is unknown, the common ones differ by a tenth. */
export function widthOf(text: string, size: number, bold = false): number {
  let ems = 0;
  for (const char of text) ems += em(char);
  return ems * size * (bold ? 1.07 : 1);
}

function em(char: string): number {
  const known = WIDTHS.get(char);
  if (known) return known;
  if (char < "\u0300") return char >= "A" && char <= "Z" ? 0.73 : 0.58;
  if (COMBINING.test(char)) return 0;
  if (WIDE.test(char)) return 1.05;
  return char !== char.toLowerCase() ? 0.73 : 0.58;
}

/** Leave out the middle of a text wider than `limit`: the ends tell names apart best. */
export function shorten(text: string, size: number, limit: number, bold = false): string {
  if (widthOf(text, size, bold) <= limit) return text;
  const chars = [...text.slice(0, 200), ...text.slice(Math.max(200, text.length - 200))];
  const head = chars.slice(0, chars.length >> 1);
  const tail = chars.slice(chars.length >> 1);
  const joined = () => `${head.join("")}…${tail.join("")}`;
  while ((head.length || tail.length) && widthOf(joined(), size, bold) > limit) {
    if (head.length > tail.length) head.pop();
    else tail.shift();
  }
  return joined();
}

/** Control characters and line breaks as visible escapes. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (char) => `\\u${char.codePointAt(0)!.toString(16).padStart(4, "0")}`);
}
