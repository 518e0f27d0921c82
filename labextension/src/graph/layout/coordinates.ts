/**
 * Give every item its horizontal place.
 *
 * Links pull like springs, and each row in turn takes the places that are best for it with all other rows held
 * still (least squares under least distances: isotonic regression), which comes down to the best drawing. Then
 * edges are made to stand upright.
 */

import { straighten } from "./blocks.js";
import type { Rows } from "./rows.js";

export const SHAPE_GAP = 16;
export const BEND_GAP = 8;
const ROUNDS = 24;
const WORK = 400_000; // items and links looked at in all rounds: bounds the time for large graphs
const TRUNK = 8; // how hard links pull
const FREE = 1;
const LIGHT = 0.1;
const SNAP = 24; // shapes move so far to get a straight edge, not further: that would spoil the balance

type Pull = readonly [item: number, strength: number];

/** The centre of each item. `widths` are those of the shapes; `light` shapes hardly pull at others. */
export function horizontal(graph: Rows, widths: readonly number[], light: ReadonlySet<number>): number[] {
  const width = graph.above.map((_, item) => (item < graph.real ? widths[item] : 0));
  const offsets = graph.rows.map((row) => rowOffsets(row, width, graph.real));
  const up = graph.above.map((items, item) =>
    items.map((one): Pull => [one, strength(graph, one, item, light)]),
  );
  const down = graph.below.map((items, item) =>
    items.map((one): Pull => [one, strength(graph, item, one, light)]),
  );
  const both = up.map((above, item) => [...above, ...down[item]]);
  const first: number[] = [];
  graph.rows.forEach((row, number) => {
    const half = offsets[number][row.length - 1] / 2;
    row.forEach((item, index) => {
      first[item] = offsets[number][index] - half;
    });
  });
  const work = both.reduce((sum, pulls) => sum + pulls.length + 1, 0);
  const rounds = Math.max(6, Math.min(ROUNDS, Math.floor(WORK / work)));
  for (let round = 0; round < rounds; round++) {
    const downwards = round % 2 === 0;
    const pulls = round > 1 ? both : downwards ? up : down;
    for (let step = 0; step < graph.rows.length; step++) {
      const row = downwards ? step : graph.rows.length - 1 - step;
      settle(graph.rows[row], offsets[row], pulls, first);
    }
  }
  const { place, blocks } = straighten(graph, offsets, first, light);
  const room = new Room(graph, offsets, place);
  for (const block of blocks) snap(block, room, both, place);
  return place;
}

function strength(graph: Rows, upper: number, lower: number, light: ReadonlySet<number>): number {
  if (light.has(upper)) return LIGHT;
  const heavy = graph.above[lower].reduce((sum, one) => sum + (light.has(one) ? 0 : 1), 0);
  if (graph.below[upper].length === 1 && heavy === 1) return TRUNK;
  const bends = (upper >= graph.real ? 1 : 0) + (lower >= graph.real ? 1 : 0);
  return [FREE, 2, TRUNK][bends];
}

/** How far each item of a row is from the first one when they stand as closely as they may. */
function rowOffsets(row: readonly number[], width: readonly number[], real: number): number[] {
  const offsets = [0];
  for (let index = 1; index < row.length; index++) {
    const left = row[index - 1];
    const right = row[index];
    const gap = left < real && right < real ? SHAPE_GAP : BEND_GAP;
    offsets.push(offsets[index - 1] + (width[left] + width[right]) / 2 + gap);
  }
  return offsets;
}

/** Move a row to where its springs have the least energy: neighbours that would overlap move as one. */
function settle(row: readonly number[], offset: readonly number[], pulls: Pull[][], place: number[]): void {
  const ats: number[] = []; // of each group: place of the first less its offset, weight, how many
  const weights: number[] = [];
  const sizes: number[] = [];
  row.forEach((item, index) => {
    let weight = 0;
    let at = 0;
    for (const [one, pull] of pulls[item]) {
      weight += pull;
      at += place[one] * pull;
    }
    at = (weight ? at / weight : place[item]) - offset[index];
    weight ||= 0.01;
    let size = 1;
    while (ats.length && ats[ats.length - 1] > at) {
      const heavy = weights.pop()!;
      at = (ats.pop()! * heavy + at * weight) / (heavy + weight);
      weight += heavy;
      size += sizes.pop()!;
    }
    ats.push(at);
    weights.push(weight);
    sizes.push(size);
  });
  let index = 0;
  ats.forEach((at, group) => {
    for (let left = sizes[group]; left; left--, index++) place[row[index]] = at + offset[index];
  });
}

/** How far an item can move between its neighbours as they stand now. */
class Room {
  private readonly left = new Map<number, Pull>();
  private readonly right = new Map<number, Pull>();

  constructor(
    graph: Rows,
    offsets: number[][],
    private readonly place: number[],
  ) {
    graph.rows.forEach((row, number) => {
      for (let index = 1; index < row.length; index++) {
        const distance = offsets[number][index] - offsets[number][index - 1];
        this.left.set(row[index], [row[index - 1], distance]);
        this.right.set(row[index - 1], [row[index], distance]);
      }
    });
  }

  fits(item: number, at: number): boolean {
    const left = this.left.get(item);
    const right = this.right.get(item);
    return (
      (!left || this.place[left[0]] + left[1] <= at) && (!right || at <= this.place[right[0]] - right[1])
    );
  }
}

/** Stand right below or above the nearest neighbour when that is a small step and there is room. */
function snap(block: readonly number[], room: Room, pulls: Pull[][], place: number[]): void {
  const here = place[block[0]];
  const own = new Set(block);
  let near = here;
  let step = Number.POSITIVE_INFINITY;
  for (const item of block) {
    for (const [one] of pulls[item]) {
      const distance = Math.abs(place[one] - here);
      if (!own.has(one) && distance < step) {
        near = place[one];
        step = distance;
      }
    }
  }
  if (near !== here && step <= SNAP && block.every((item) => room.fits(item, near))) {
    for (const item of block) place[item] = near;
  }
}
