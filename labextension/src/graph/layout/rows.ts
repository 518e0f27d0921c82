/**
 * Cut a graph into rows so that every link joins two neighbouring rows.
 *
 * This folder is the layout of the pictures that Python draws (`kedro_nb/notebook/drawing`), so that a
 * pipeline looks the same in both. Graphs must have no cycles.
 */

export type Edge = readonly [upper: number, lower: number];

/** What may still be called narrow: a row wider than this is spread over several. */
export const WIDE = 1300;

/**
 * Items in rows, top to bottom. Items below `real` are the shapes; the others are bends of long edges.
 *
 * A shape's long edges share one trunk of bends, one bend a row: what leaves a dataset is the same data for
 * every reader, and the number of bends stays small.
 */
export class Rows {
  readonly above: number[][] = [];
  readonly below: number[][] = [];
  /** For each edge, in the order given, the items on its way. */
  routes: number[][] = [];

  constructor(
    readonly real: number,
    public rows: number[][],
  ) {}

  newItem(): number {
    this.above.push([]);
    this.below.push([]);
    return this.above.length - 1;
  }

  link(upper: number, lower: number): void {
    this.below[upper].push(lower);
    this.above[lower].push(upper);
  }
}

export function neighbours(count: number, edges: readonly Edge[]): { before: number[][]; after: number[][] } {
  const before: number[][] = Array.from({ length: count }, () => []);
  const after: number[][] = Array.from({ length: count }, () => []);
  for (const [upper, lower] of edges) {
    after[upper].push(lower);
    before[lower].push(upper);
  }
  return { before, after };
}

/** Shapes so that every edge goes from an earlier to a later one. */
export function topological(before: number[][], after: number[][]): number[] {
  const missing = before.map((shapes) => shapes.length);
  const order: number[] = [];
  missing.forEach((number, shape) => {
    if (!number) order.push(shape);
  });
  for (let index = 0; index < order.length; index++) {
    for (const reader of after[order[index]]) {
      if (!--missing[reader]) order.push(reader);
    }
  }
  if (order.length < before.length) throw new Error("The graph has a cycle");
  return order;
}

/** The row of each shape: longest path from the top, then what only feeds one place sinks down to it. */
function ranks(before: number[][], after: number[][]): number[] {
  const order = topological(before, after);
  const rank = order.map(() => 0);
  for (const shape of order) {
    for (const reader of after[shape]) rank[reader] = Math.max(rank[reader], rank[shape] + 1);
  }
  const movable: boolean[] = [];
  for (const shape of order) {
    movable[shape] = before[shape].every((one) => movable[one] && after[one].length === 1);
  }
  for (const shape of order.reverse()) {
    if (movable[shape] && after[shape].length) {
      rank[shape] = Math.min(...after[shape].map((reader) => rank[reader])) - 1;
    }
  }
  return rank;
}

export function cut(count: number, edges: readonly Edge[]): Rows {
  const { before, after } = neighbours(count, edges);
  const rank = ranks(before, after);
  const height = rank.reduce((most, one) => Math.max(most, one + 1), 0);
  const graph = new Rows(
    count,
    Array.from({ length: height }, () => []),
  );
  for (let shape = 0; shape < count; shape++) graph.rows[rank[graph.newItem()]].push(shape);
  const trunks = after.map((readers, shape) => {
    const trunk = [shape];
    const end = readers.reduce((most, reader) => Math.max(most, rank[reader]), 0);
    for (let row = rank[shape] + 1; row < end; row++) {
      const bend = graph.newItem();
      graph.rows[row].push(bend);
      graph.link(trunk[trunk.length - 1], bend);
      trunk.push(bend);
    }
    return trunk;
  });
  for (const [upper, lower] of edges) {
    const trunk = trunks[upper].slice(0, rank[lower] - rank[upper]);
    graph.link(trunk[trunk.length - 1], lower);
    graph.routes.push([...trunk, lower]);
  }
  return graph;
}

/**
 * Spread row i, in its present order, over `depths[i]` rows: shapes take turns, edges run on between them.
 *
 * Every item becomes a column with one item a row, so that no crossing comes or goes.
 */
export function stagger(graph: Rows, depths: readonly number[]): Rows {
  if (depths.every((depth) => depth === 1)) return graph;
  const spread = new Rows(graph.real, []);
  for (let shape = 0; shape < graph.real; shape++) spread.newItem();
  const columns: number[][] = [];
  graph.rows.forEach((row, number) => {
    const depth = depths[number];
    const levels: number[][] = Array.from({ length: depth }, () => []);
    let turn = 0;
    for (const item of row) {
      const own = item < graph.real ? turn++ % depth : -1;
      const column = levels.map((level, index) => {
        const one = index === own ? item : spread.newItem();
        level.push(one);
        return one;
      });
      for (let index = 1; index < depth; index++) spread.link(column[index - 1], column[index]);
      columns[item] = column;
    }
    spread.rows.push(...levels);
  });
  graph.below.forEach((lowers, upper) => {
    for (const lower of lowers) spread.link(columns[upper][columns[upper].length - 1], columns[lower][0]);
  });
  spread.routes = graph.routes.map((path) => through(columns, path));
  return spread;
}

function through(columns: number[][], path: number[]): number[] {
  const start = path[0];
  const end = path[path.length - 1];
  const first = columns[start];
  const last = columns[end];
  return [
    ...first.slice(first.indexOf(start)),
    ...path.slice(1, -1).flatMap((bend) => columns[bend]),
    ...last.slice(0, last.indexOf(end) + 1),
  ];
}
