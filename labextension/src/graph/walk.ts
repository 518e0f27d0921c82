/** Where the arrow keys lead: up and down along the edges, sideways to the neighbour in the row. */

import type { Point } from "./layout/layout.js";
import type { Model } from "./model.js";

export type Direction = "up" | "down" | "left" | "right" | "first" | "last";

const KEYS: Readonly<Record<string, Direction>> = {
  ArrowUp: "up",
  ArrowDown: "down",
  ArrowLeft: "left",
  ArrowRight: "right",
  Home: "first",
  End: "last",
};

export function directionOf(key: string): Direction | undefined {
  return Object.hasOwn(KEYS, key) ? KEYS[key] : undefined;
}

/** The next shape, or the same one where there is no way on. */
export function walk(model: Model, centres: readonly Point[], shape: number, direction: Direction): number {
  switch (direction) {
    case "up":
      return nearest(centres, centres[shape], model.before[shape]) ?? shape;
    case "down":
      return nearest(centres, centres[shape], model.after[shape]) ?? shape;
    case "first":
      return 0;
    case "last":
      return centres.length - 1;
    default:
      return beside(centres, shape, direction === "right" ? 1 : -1) ?? shape;
  }
}

/** The shape, of those or of all, that is nearest to a point. */
export function nearest(
  centres: readonly Point[],
  { x, y }: Point,
  shapes: Iterable<number> = centres.keys(),
): number | undefined {
  let best: number | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const shape of shapes) {
    const distance = Math.hypot(centres[shape].x - x, centres[shape].y - y);
    if (distance < least) {
      best = shape;
      least = distance;
    }
  }
  return best;
}

/** Rows of nodes and rows of datasets alternate; half a row's height apart still counts as the same row. */
function beside(centres: readonly Point[], shape: number, sign: number): number | undefined {
  const here = centres[shape];
  const row = centres.flatMap(({ x, y }, other) =>
    Math.abs(y - here.y) <= 15 && (x - here.x) * sign > 0 ? [other] : [],
  );
  return nearest(centres, here, row);
}
