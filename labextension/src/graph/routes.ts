/** Cut the edges into pieces that are drawn once, however many edges run along them. */

import type { Point } from "./layout/layout.js";

const HEAD = 6;

export interface Piece {
  readonly from: Point;
  readonly to: Point;
  /** The edges that run along it. */
  readonly edges: number[];
  /** Where an arrow ends on a shape. */
  readonly head: boolean;
}

/** What several edges share is one piece; where an edge runs straight on, so does its piece. */
export function pieces(routes: readonly (readonly Point[])[]): Piece[] {
  const found = new Map<string, Piece>();
  routes.forEach((points, edge) => {
    for (let index = 1; index < points.length; index++) {
      const from = points[index - 1];
      const to = points[index];
      const key = `${from.x} ${from.y} ${to.x} ${to.y}`;
      const known = found.get(key);
      if (known) known.edges.push(edge);
      else found.set(key, { from, to, edges: [edge], head: index === points.length - 1 });
    }
  });
  return [...found.values()];
}

/** The path of pieces; those that follow each other upright become one line. */
export function linePath(drawn: readonly Piece[]): string {
  let path = "";
  let pen: Point | undefined;
  for (const { from, to, head } of drawn) {
    if (!pen || pen.x !== from.x || pen.y !== from.y) path += `M${from.x} ${from.y}`;
    const end = head ? to.y - HEAD : to.y;
    const middle = (from.y + end) / 2;
    path += from.x === to.x ? `V${end}` : `C${from.x} ${middle} ${to.x} ${middle} ${to.x} ${end}`;
    pen = head ? undefined : to;
  }
  return path;
}

export function headPath(drawn: readonly Piece[]): string {
  const ends = new Set(drawn.flatMap(({ head, to }) => (head ? [`M${to.x} ${to.y}l-3.5-${HEAD}h7z`] : [])));
  return [...ends].join("");
}
