/** Make edges stand upright: items of one edge become rigid blocks, which push each other aside. */

import { type Rows, WIDE } from "./rows.js";

const LENGTHS = [1_000_000, 12, 6, 3]; // rows a block may span: tried in turn
const ROOM = 1.3; // how much wider the drawing may become

/** The places with the longest upright edges that are not much wider than those given, and the blocks. */
export function straighten(
  graph: Rows,
  offsets: number[][],
  place: number[],
  light: ReadonlySet<number>,
): { place: number[]; blocks: number[][] } {
  const whole = straightBlocks(graph, light);
  const allowed = Math.max(extent(place) * ROOM, WIDE);
  for (const length of LENGTHS) {
    const block = cutBlocks(graph, whole, length);
    const moved = rigid(graph, offsets, block, place);
    if (extent(moved) <= allowed) return { place: moved, blocks: members(block) };
  }
  return { place, blocks: place.map((_, item) => [item]) };
}

function extent(values: readonly number[]): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low;
}

/**
 * The block of each item: trunks stand upright, and so does a link that is the only one at both its ends.
 *
 * Where such links cross, the largest set that does not is kept.
 */
function straightBlocks(graph: Rows, light: ReadonlySet<number>): number[] {
  const block = graph.above.map((_, item) => item);
  graph.rows.slice(1).forEach((row, index) => {
    const place = new Map(graph.rows[index].map((item, at) => [item, at]));
    const links: [number, number][] = [];
    for (const lower of row) {
      const above = graph.above[lower].filter((one) => !light.has(one));
      if (above.length !== 1) continue;
      const upper = above[0];
      const trunk = upper >= graph.real && lower >= graph.real;
      if (trunk || graph.below[upper].length === 1) links.push([upper, lower]);
    }
    for (const [upper, lower] of uncrossed(links, place)) block[lower] = block[upper];
  });
  return block;
}

/** The longest run of links whose upper ends grow from left to right, as their lower ends do. */
function uncrossed(links: [number, number][], place: Map<number, number>): [number, number][] {
  const ends: number[] = [];
  const tails: number[] = [];
  const before: number[] = [];
  links.forEach(([upper], index) => {
    const at = place.get(upper)!;
    let length = ends.findIndex((end) => end >= at);
    if (length < 0) length = ends.length;
    before.push(length ? tails[length - 1] : -1);
    ends[length] = at;
    tails[length] = index;
  });
  const kept: [number, number][] = [];
  for (let index = tails.length ? tails[tails.length - 1] : -1; index >= 0; index = before[index]) {
    kept.push(links[index]);
  }
  return kept;
}

function members(block: readonly number[]): number[][] {
  const found = new Map<number, number[]>();
  block.forEach((own, item) => {
    const items = found.get(own);
    if (items) items.push(item);
    else found.set(own, [item]);
  });
  return [...found.values()];
}

function cutBlocks(graph: Rows, block: readonly number[], length: number): number[] {
  const pieces = block.map((_, item) => item);
  const current = new Map<number, number[]>();
  for (const item of graph.rows.flat()) {
    let piece = current.get(block[item]);
    if (!piece || piece.length === length) {
      piece = [];
      current.set(block[item], piece);
    }
    piece.push(item);
    pieces[item] = piece[0];
  }
  return pieces;
}

/** Each block at the mean of its items, then as far aside as the least distances ask for. */
function rigid(graph: Rows, offsets: number[][], block: readonly number[], place: number[]): number[] {
  const rightOf: Map<number, number>[] = block.map(() => new Map());
  const total = new Float64Array(block.length);
  const count = new Float64Array(block.length);
  graph.rows.forEach((row, number) => {
    row.forEach((item, index) => {
      total[block[item]] += place[item];
      count[block[item]]++;
      if (!index) return;
      const others = rightOf[block[row[index - 1]]];
      const distance = offsets[number][index] - offsets[number][index - 1];
      others.set(block[item], Math.max(others.get(block[item]) ?? 0, distance));
    });
  });
  const wish = total.map((sum, index) => (count[index] ? sum / count[index] : 0));
  const order = leftToRight(block, rightOf);
  // The mean of making room towards the right and making room towards the left keeps all distances, too.
  const rightmost = wish.slice();
  for (const index of order) {
    for (const [other, distance] of rightOf[index]) {
      rightmost[other] = Math.max(rightmost[other], rightmost[index] + distance);
    }
  }
  const leftmost = wish.slice();
  for (const index of order.reverse()) {
    for (const [other, distance] of rightOf[index]) {
      leftmost[index] = Math.min(leftmost[index], leftmost[other] - distance);
    }
  }
  return block.map((index) => (leftmost[index] + rightmost[index]) / 2);
}

/** Blocks in an order in which each stands after all on its left: blocks do not cross, so there is one. */
function leftToRight(block: readonly number[], rightOf: Map<number, number>[]): number[] {
  const waiting = new Int32Array(block.length);
  for (const others of rightOf) for (const other of others.keys()) waiting[other]++;
  const order = block.map((_, item) => item).filter((item) => block[item] === item && !waiting[item]);
  for (let index = 0; index < order.length; index++) {
    for (const other of rightOf[order[index]].keys()) {
      if (!--waiting[other]) order.push(other);
    }
  }
  return order;
}
