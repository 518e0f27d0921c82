/** Place the shapes of a graph top to bottom (Sugiyama's method) and route the edges between them. */

import { BEND_GAP, horizontal, SHAPE_GAP } from "./coordinates.js";
import { reduceCrossings } from "./ordering.js";
import { cut, type Edge, type Rows, stagger, WIDE } from "./rows.js";

export type { Edge } from "./rows.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Centres of the shapes, and for each edge its points: it curves from 1st to 2nd, runs straight to 3rd, ... */
export interface Layout extends Size {
  readonly centres: readonly Point[];
  readonly routes: readonly (readonly Point[])[];
}

const DEEPEST = 4; // rows to spread one over
const COMPONENT_GAP = 36;

/**
 * Lay out shapes of the given sizes; edges go from upper to lower shape, each once, and make no cycle.
 *
 * `light` shapes stand aside: the others are placed as if these did not pull at them.
 */
export function layOut(
  sizes: readonly Size[],
  edges: readonly Edge[],
  light: ReadonlySet<number> = new Set(),
): Layout {
  const parts = components(sizes.length, edges).map((shapes) => ({
    shapes,
    edges: [] as number[],
    layout: undefined as unknown as Layout,
  }));
  const home: number[] = [];
  const place: number[] = [];
  parts.forEach(({ shapes }, part) => {
    shapes.forEach((shape, index) => {
      home[shape] = part;
      place[shape] = index;
    });
  });
  edges.forEach(([upper], edge) => {
    parts[home[upper]].edges.push(edge);
  });
  for (const part of parts) {
    part.layout = layOutComponent(
      part.shapes.map((shape) => sizes[shape]),
      part.edges.map((edge) => [place[edges[edge][0]], place[edges[edge][1]]]),
      new Set(part.shapes.flatMap((shape, index) => (light.has(shape) ? [index] : []))),
    );
  }
  return shelve(parts);
}

/** The connected parts of the graph, each in the order of the shapes. */
function components(count: number, edges: readonly Edge[]): number[][] {
  const leader = Array.from({ length: count }, (_, shape) => shape);
  const find = (start: number): number => {
    let shape = start;
    while (leader[shape] !== shape) {
      leader[shape] = leader[leader[shape]];
      shape = leader[shape];
    }
    return shape;
  };
  for (const [upper, lower] of edges) {
    const one = find(upper);
    const other = find(lower);
    leader[Math.max(one, other)] = Math.min(one, other);
  }
  const parts = new Map<number, number[]>();
  for (let shape = 0; shape < count; shape++) {
    const own = find(shape);
    if (!parts.has(own)) parts.set(own, []);
    parts.get(own)!.push(shape);
  }
  return [...parts.values()];
}

function layOutComponent(sizes: Size[], edges: Edge[], light: ReadonlySet<number>): Layout {
  const ordered = cut(sizes.length, edges);
  reduceCrossings(ordered);
  const graph = stagger(
    ordered,
    ordered.rows.map((row) => depth(row, sizes)),
  );
  const widths = sizes.map((size) => size.width);
  const across = horizontal(graph, widths, light);
  const left = across.reduce((least, x, item) => Math.min(least, x - (widths[item] ?? 0) / 2), Infinity);
  const xs = across.map((x) => Math.round(x - left));
  const { tops, bottoms } = heights(graph, xs, sizes);
  const rowOf: number[] = [];
  graph.rows.forEach((row, number) => {
    for (const item of row) rowOf[item] = number;
  });
  const centres = sizes.map((_, shape) => ({
    x: xs[shape],
    y: Math.floor((tops[rowOf[shape]] + bottoms[rowOf[shape]]) / 2),
  }));
  const routes = graph.routes.map((items) => {
    const points = items.flatMap((item) => {
      const half = item < graph.real ? sizes[item].height / 2 : 0;
      const top = half ? centres[item].y - half : tops[rowOf[item]];
      const bottom = half ? centres[item].y + half : bottoms[rowOf[item]];
      return [
        { x: xs[item], y: top },
        { x: xs[item], y: bottom },
      ];
    });
    return points.slice(1, -1);
  });
  const width = xs.reduce((most, x, item) => Math.max(most, x + (widths[item] ?? 0) / 2), 0);
  return { width, height: bottoms[bottoms.length - 1], centres, routes };
}

/** Over how many rows to spread this one: enough to be narrow, but bends take room as well. */
function depth(row: readonly number[], sizes: readonly Size[]): number {
  const shapes = row.filter((item) => item < sizes.length);
  const wide = shapes.reduce((sum, item) => sum + sizes[item].width + SHAPE_GAP, 0);
  const bends = (row.length - shapes.length) * BEND_GAP;
  for (let rows = 1; rows < DEEPEST; rows++) {
    const passing = ((shapes.length * (rows - 1)) / rows) * 2 * BEND_GAP;
    if (wide / rows + passing + bends <= WIDE) return rows;
  }
  return Math.min(DEEPEST, Math.max(shapes.length, 1));
}

/** Top and bottom of each row; rows stand further apart where edges run far to the side. */
function heights(graph: Rows, xs: number[], sizes: readonly Size[]): { tops: number[]; bottoms: number[] } {
  const tops: number[] = [];
  const bottoms: number[] = [];
  let y = 0;
  for (const row of graph.rows) {
    let height = 0;
    let aside = 0;
    for (const item of row) {
      if (item < graph.real) height = Math.max(height, sizes[item].height);
      for (const one of graph.below[item]) aside = Math.max(aside, Math.abs(xs[item] - xs[one]));
    }
    tops.push(y);
    bottoms.push(y + height);
    y += height + Math.min(100, 24 + Math.floor(aside / 8));
  }
  return { tops, bottoms };
}

/** Put the components side by side, tallest first, on as many shelves as it takes. */
function shelve(parts: { shapes: number[]; edges: number[]; layout: Layout }[]): Layout {
  let area = 0;
  let limit = 0;
  for (const { layout } of parts) {
    area += (layout.width + COMPONENT_GAP) * (layout.height + COMPONENT_GAP);
    limit = Math.max(limit, layout.width);
  }
  limit = Math.max(limit, Math.min(WIDE, Math.floor(Math.sqrt(area * 2))));
  const centres: Point[] = [];
  const routes: Point[][] = [];
  let x = 0;
  let y = 0;
  let width = 0;
  let shelf = 0;
  const tall = (layout: Layout) => Math.floor(layout.height / 50);
  for (const { shapes, edges, layout } of [...parts].sort((a, b) => tall(b.layout) - tall(a.layout))) {
    if (x && x + layout.width > limit) {
      x = 0;
      y += shelf + COMPONENT_GAP;
      shelf = 0;
    }
    const shift = (point: Point): Point => ({ x: point.x + x, y: point.y + y });
    shapes.forEach((shape, index) => {
      centres[shape] = shift(layout.centres[index]);
    });
    edges.forEach((edge, index) => {
      routes[edge] = layout.routes[index].map(shift);
    });
    width = Math.max(width, x + layout.width);
    shelf = Math.max(shelf, layout.height);
    x += layout.width + COMPONENT_GAP;
  }
  return { width, height: y + shelf, centres, routes };
}
