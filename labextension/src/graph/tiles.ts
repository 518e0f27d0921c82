/** Cut the drawing into tiles, so that only what is near the screen is in the page. */

import type { Layout } from "./layout/layout.js";
import type { Shape } from "./looks.js";
import { type Piece, pieces } from "./routes.js";
import type { Box } from "./viewport.js";

const SIDE = 900; // pixels: about a screen, so that four of them are enough for one

export interface Tile {
  readonly box: Box;
  readonly shapes: readonly number[];
  readonly pieces: readonly Piece[];
}

export function tiles(layout: Layout, shapes: readonly Shape[]): Tile[] {
  const found = new Map<string, { box: Box; shapes: number[]; pieces: Piece[] }>();
  const tileAt = (x: number, y: number, box: Box) => {
    const key = `${Math.floor(x / SIDE)} ${Math.floor(y / SIDE)}`;
    let tile = found.get(key);
    if (!tile) {
      tile = { box, shapes: [], pieces: [] };
      found.set(key, tile);
    }
    tile.box = {
      left: Math.min(tile.box.left, box.left),
      top: Math.min(tile.box.top, box.top),
      right: Math.max(tile.box.right, box.right),
      bottom: Math.max(tile.box.bottom, box.bottom),
    };
    return tile;
  };
  layout.centres.forEach(({ x, y }, shape) => {
    tileAt(x, y, boxOf(layout, shapes, shape)).shapes.push(shape);
  });
  for (const piece of pieces(layout.routes)) {
    const { from, to } = piece;
    const box = {
      left: Math.min(from.x, to.x) - 4,
      top: from.y,
      right: Math.max(from.x, to.x) + 4,
      bottom: to.y,
    };
    tileAt((from.x + to.x) / 2, (from.y + to.y) / 2, box).pieces.push(piece);
  }
  return [...found.values()];
}

/** The room of a shape with the mark in its corner. */
export function boxOf(layout: Layout, shapes: readonly Shape[], shape: number): Box {
  const { x, y } = layout.centres[shape];
  const { width, height } = shapes[shape];
  return {
    left: x - width / 2 - 2,
    top: y - height / 2 - 8,
    right: x + width / 2 + 8,
    bottom: y + height / 2 + 2,
  };
}

export function overlap(one: Box, other: Box): boolean {
  return (
    one.left <= other.right && other.left <= one.right && one.top <= other.bottom && other.top <= one.bottom
  );
}
