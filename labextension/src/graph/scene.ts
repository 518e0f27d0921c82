/** The drawing of one graph: its layout, its tiles, and what of them is on the screen. */

import { type Layout, layOut, type Point } from "./layout/layout.js";
import { type Look, type Palette, type Shape, shapeOf } from "./looks.js";
import type { Model } from "./model.js";
import { Overlay, type Spoken } from "./overlay.js";
import { edgesOf, type Marks, Painter, type Picture, TilePaint } from "./painter.js";
import { pieces } from "./routes.js";
import { boxOf, overlap, tiles } from "./tiles.js";
import type { Box, Viewport } from "./viewport.js";

const FAR = 0.4; // below this scale labels are specks

export class Scene implements Picture {
  readonly layout: Layout;
  readonly shapes: readonly Shape[];
  readonly overlay: Overlay;
  private readonly paints: readonly TilePaint[];
  private readonly paintOf: TilePaint[] = [];
  private marks: Marks = { edges: undefined, selected: new Set(), hits: new Set(), active: undefined };

  constructor(private readonly model: Model) {
    this.shapes = model.nodes.map(shapeOf);
    const light = new Set(model.nodes.flatMap((node, shape) => (node.kind === "parameter" ? [shape] : [])));
    this.layout = layOut(this.shapes, model.edges, light);
    this.overlay = new Overlay(this.layout, this.shapes, (shape) => this.spoken(shape));
    this.paints = tiles(this.layout, this.shapes).map((tile) => {
      const paint = new TilePaint(tile, this);
      for (const shape of tile.shapes) this.paintOf[shape] = paint;
      return paint;
    });
  }

  show(view: Viewport, context: CanvasRenderingContext2D | null, palette: Palette, ratio: number): void {
    const screen = view.visible();
    const visible = this.paints.filter(({ tile }) => overlap(tile.box, screen));
    const far = view.scale < FAR;
    const near = far ? [] : visible.map(({ tile }) => tile);
    this.overlay.show(near, view);
    if (context) new Painter(context, this, palette).paint(visible, this.marks, view, far, ratio);
  }

  boxOf(shape: number): Box {
    return boxOf(this.layout, this.shapes, shape);
  }

  shapeAt({ x, y }: Point, slack = 0): number | undefined {
    const found = this.layout.centres.findIndex((centre, shape) => {
      const { width, height } = this.shapes[shape];
      return Math.abs(x - centre.x) <= width / 2 + slack && Math.abs(y - centre.y) <= height / 2 + slack;
    });
    return found < 0 ? undefined : found;
  }

  /** States of these shapes have changed. */
  refresh(shapes: Iterable<number>): void {
    for (const shape of shapes) {
      this.overlay.refresh(shape);
      this.paintOf[shape].forgetShapes();
    }
  }

  /** What is chosen has changed: that is about edges as well. */
  refreshAll(): void {
    this.refresh(this.model.nodes.keys());
    for (const paint of this.paints) paint.forgetEdges();
  }

  mark(selected: ReadonlySet<number>, hits: ReadonlySet<number>, active: number | undefined): void {
    const touched = new Set([...this.marks.selected, ...selected]);
    const routes = this.model.edges.flatMap(([upper, lower], edge) =>
      selected.has(upper) || selected.has(lower) ? [this.layout.routes[edge]] : [],
    );
    this.marks = { edges: edgesOf(pieces(routes)), selected, hits, active };
    for (const shape of touched) this.overlay.refresh(shape);
  }

  lookOf(shape: number): Look {
    const { kind } = this.model.nodes[shape];
    return { kind, state: this.model.stateOf(shape), dim: this.model.isDimmed(shape) };
  }

  isDimEdge(edge: number): boolean {
    return this.model.edges[edge].some((shape) => this.model.isDimmed(shape));
  }

  /** What a screen reader says: name, kind, state, and what is around. */
  private spoken(shape: number): Spoken {
    const { id, label, kind, title = label } = this.model.nodes[shape];
    const state = this.model.stateOf(shape) ?? "";
    const links = [
      [this.model.before[shape].length, "before"],
      [this.model.after[shape].length, "after"],
    ].flatMap(([count, where]) => (count ? [`${count} ${where}`] : []));
    const choice = this.model.isDimmed(shape) ? "not chosen" : "";
    return {
      id,
      title: [title, state, choice].filter(Boolean).join("\n"),
      label: [label, kind, state, choice, ...links].filter(Boolean).join(", "),
      selected: this.marks.selected.has(shape),
      state,
    };
  }
}
