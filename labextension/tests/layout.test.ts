import { describe, expect, it } from "vitest";
import type { GraphData } from "../src/graph/index.js";
import { type Layout, layOut } from "../src/graph/layout/layout.js";
import { type Shape, shapeOf } from "../src/graph/looks.js";
import { Model } from "../src/graph/model.js";
import { pieces } from "../src/graph/routes.js";
import { tiles } from "../src/graph/tiles.js";
import { large, node, SMALL } from "./graphs.js";

function laidOut(data: GraphData): { model: Model; shapes: Shape[]; layout: Layout } {
  const model = new Model(data);
  const shapes = model.nodes.map(shapeOf);
  const light = new Set(model.nodes.flatMap(({ kind }, shape) => (kind === "parameter" ? [shape] : [])));
  return { model, shapes, layout: layOut(shapes, model.edges, light) };
}

function fan(count: number): GraphData {
  const names = Array.from({ length: count }, (_, index) => `leaf_${index}`);
  return {
    nodes: [node("root"), ...names.map((name) => node(name)), node("end")],
    edges: names.flatMap((name): [string, string][] => [
      ["root", name],
      [name, "end"],
    ]),
  };
}

function chain(count: number): GraphData {
  const names = Array.from({ length: count }, (_, index) => `link_${index}`);
  return {
    nodes: names.map((name) => node(name)),
    edges: names.slice(1).map((name, index): [string, string] => [names[index], name]),
  };
}

const GRAPHS: Record<string, GraphData> = {
  "a small pipeline": SMALL,
  "a chain": chain(60),
  "a fan": fan(80),
  "300 nodes, near neighbours": large(300, 8),
  "300 nodes, far neighbours": large(300, 200),
  "separate parts": {
    nodes: [...SMALL.nodes, ...chain(9).nodes],
    edges: [...SMALL.edges, ...chain(9).edges],
  },
  "nodes without edges": { nodes: [node("one"), node("other")], edges: [] },
};

describe.each(Object.entries(GRAPHS))("the layout of %s", (_, data) => {
  const { model, shapes, layout } = laidOut(data);

  it("overlaps no shapes", () => {
    const order = layout.centres
      .map((__, shape) => shape)
      .sort((a, b) => layout.centres[a].y - layout.centres[b].y);
    order.forEach((one, index) => {
      for (const other of order.slice(index + 1)) {
        const dy = layout.centres[other].y - layout.centres[one].y;
        if (dy > 30) break;
        const dx = Math.abs(layout.centres[other].x - layout.centres[one].x);
        const apart =
          dx >= (shapes[one].width + shapes[other].width) / 2 ||
          dy >= (shapes[one].height + shapes[other].height) / 2;
        expect(apart, `${model.nodes[one].id} and ${model.nodes[other].id}`).toBe(true);
      }
    });
  });

  it("leads every edge down, from the lower side of one shape to the upper side of the other", () => {
    model.edges.forEach(([upper, lower], edge) => {
      const points = layout.routes[edge];
      const first = points[0];
      const last = points[points.length - 1];
      expect(first).toEqual({
        x: layout.centres[upper].x,
        y: layout.centres[upper].y + shapes[upper].height / 2,
      });
      expect(last).toEqual({
        x: layout.centres[lower].x,
        y: layout.centres[lower].y - shapes[lower].height / 2,
      });
      points.slice(1).forEach((point, index) => {
        expect(point.y).toBeGreaterThanOrEqual(points[index].y);
      });
    });
  });

  it("keeps every shape inside its bounds", () => {
    layout.centres.forEach(({ x, y }, shape) => {
      expect(x - shapes[shape].width / 2).toBeGreaterThanOrEqual(-1);
      expect(x + shapes[shape].width / 2).toBeLessThanOrEqual(layout.width + 1);
      expect(y - shapes[shape].height / 2).toBeGreaterThanOrEqual(0);
      expect(y + shapes[shape].height / 2).toBeLessThanOrEqual(layout.height);
    });
  });

  it("puts each shape and each piece of an edge into one tile, which holds it", () => {
    const found = tiles(layout, shapes);
    expect(found.flatMap((tile) => tile.shapes).sort((a, b) => a - b)).toEqual(
      shapes.map((__, shape) => shape),
    );
    expect(found.flatMap((tile) => tile.pieces)).toHaveLength(pieces(layout.routes).length);
    for (const { box, shapes: inside } of found) {
      for (const shape of inside) {
        expect(layout.centres[shape].x - shapes[shape].width / 2).toBeGreaterThanOrEqual(box.left);
        expect(layout.centres[shape].y + shapes[shape].height / 2).toBeLessThanOrEqual(box.bottom);
      }
    }
  });
});

describe("layOut", () => {
  it("gives the same drawing each time", () => {
    expect(laidOut(large(100, 9)).layout).toEqual(laidOut(large(100, 9)).layout);
  });

  it("draws a chain as one straight line", () => {
    expect(
      new Set(
        laidOut(chain(20))
          .layout.routes.flat()
          .map(({ x }) => x),
      ).size,
    ).toBe(1);
  });

  it("lays out 2,000 nodes in a moment", () => {
    const start = performance.now();
    laidOut(large(2000, 12));
    expect(performance.now() - start).toBeLessThan(5000);
  });

  it("says that a cycle is one", () => {
    const data = { nodes: [node("a"), node("b")], edges: [["a", "b"] as const, ["b", "a"] as const] };
    expect(() => laidOut(data)).toThrow("cycle");
  });

  it("draws nothing for nothing", () => {
    expect(laidOut({ nodes: [], edges: [] }).layout).toMatchObject({ width: 0, height: 0 });
  });
});

describe("pieces", () => {
  it("draws once what several edges share", () => {
    const shared = { x: 0, y: 10 };
    const found = pieces([
      [{ x: 0, y: 0 }, shared, { x: 5, y: 20 }],
      [{ x: 0, y: 0 }, shared, { x: -5, y: 20 }],
    ]);
    expect(found.map(({ edges }) => edges)).toEqual([[0, 1], [0], [1]]);
  });
});
