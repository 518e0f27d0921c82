/** Order the items of each row so that few links cross. */

import type { Rows } from "./rows.js";

const WORK = 400_000; // items and links looked at in all sweeps: bounds the time for large graphs
const PATIENCE = 4; // sweeps without a gain before giving up

/** Reorder `graph.rows` in place: barycentre sweeps with transposition; the best order seen stays. */
export function reduceCrossings(graph: Rows): void {
  graph.rows = firstOrder(graph);
  const size = graph.below.reduce((sum, lowers) => sum + lowers.length + 1, 0);
  const sweeps = Math.max(4, Math.min(24, Math.floor(WORK / Math.max(size, 1))));
  let best = graph.rows.map((row) => [...row]);
  let fewest = crossings(graph);
  for (let sweep = 0, stale = 0; sweep < sweeps && fewest && stale < PATIENCE; sweep++) {
    sweepRows(graph, sweep % 2 === 0);
    transpose(graph);
    const count = crossings(graph);
    if (count < fewest) {
      best = graph.rows.map((row) => [...row]);
      fewest = count;
      stale = 0;
    } else {
      stale++;
    }
  }
  graph.rows = best;
}

/** Items in the order in which a depth-first walk along the links, both ways, meets them. */
function firstOrder(graph: Rows): number[][] {
  const rowOf: number[] = [];
  graph.rows.forEach((row, number) => {
    for (const item of row) rowOf[item] = number;
  });
  const rows: number[][] = graph.rows.map(() => []);
  const seen = new Uint8Array(graph.above.length);
  const stack = graph.rows.flat().reverse();
  while (stack.length) {
    const item = stack.pop()!;
    if (seen[item]) continue;
    seen[item] = 1;
    rows[rowOf[item]].push(item);
    for (const side of [graph.above[item], graph.below[item]]) {
      for (let index = side.length - 1; index >= 0; index--) stack.push(side[index]);
    }
  }
  return rows;
}

export function crossings(graph: Rows): number {
  const place = places(graph);
  let total = 0;
  for (const row of graph.rows) {
    const ends: number[] = [];
    for (const item of row) {
      const targets = graph.below[item].map((lower) => place[lower]).sort(ascending);
      for (const target of targets) total += ends.length - bisectRight(ends, target);
      for (const target of targets) ends.splice(bisectRight(ends, target), 0, target);
    }
  }
  return total;
}

const ascending = (one: number, other: number): number => one - other;

function bisectRight(sorted: readonly number[], value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle] <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

function places(graph: Rows): Int32Array {
  const place = new Int32Array(graph.above.length);
  for (const row of graph.rows) number(row, place);
  return place;
}

function number(row: readonly number[], place: Int32Array): void {
  row.forEach((item, index) => {
    place[item] = index;
  });
}

/** Put each item at the mean place of its neighbours in the row before; items without any stay put. */
function sweepRows(graph: Rows, downwards: boolean): void {
  const place = places(graph);
  const beside = downwards ? graph.above : graph.below;
  const mean = new Float64Array(graph.above.length);
  // On the way up equal means change sides: otherwise ties never get a second chance.
  const tied = downwards ? 1 : -1;
  const rows = downwards ? graph.rows.slice(1) : graph.rows.slice(0, -1).reverse();
  for (const row of rows) {
    const moving = row.filter((item) => beside[item].length);
    for (const item of moving) {
      let sum = 0;
      for (const one of beside[item]) sum += place[one];
      mean[item] = sum / beside[item].length;
    }
    moving.sort((one, other) => mean[one] - mean[other] || tied * (place[one] - place[other]));
    let turn = 0;
    row.forEach((item, index) => {
      const next = beside[item].length ? moving[turn++] : item;
      row[index] = next;
    });
    number(row, place);
  }
}

/** Swap neighbours in a row wherever that removes crossings. */
function transpose(graph: Rows): void {
  const place = places(graph);
  const sorted = (items: readonly number[]) => items.map((one) => place[one]).sort(ascending);
  for (const row of graph.rows) {
    const above = new Map(row.map((item) => [item, sorted(graph.above[item])]));
    const below = new Map(row.map((item) => [item, sorted(graph.below[item])]));
    for (let index = 0; index + 1 < row.length; index++) {
      const left = row[index];
      const right = row[index + 1];
      const now =
        inversions(above.get(left)!, above.get(right)!) + inversions(below.get(left)!, below.get(right)!);
      if (!now) continue;
      const swapped =
        inversions(above.get(right)!, above.get(left)!) + inversions(below.get(right)!, below.get(left)!);
      if (now > swapped) {
        row[index] = right;
        row[index + 1] = left;
      }
    }
    number(row, place);
  }
}

/** Pairs of links that cross when `left` stands left of `right`; both sorted. */
function inversions(left: readonly number[], right: readonly number[]): number {
  if (!left.length || !right.length || left[left.length - 1] <= right[0]) return 0;
  return right.reduce((sum, end) => sum + left.length - bisectRight(left, end), 0);
}
