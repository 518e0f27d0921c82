/**
 * Paint the drawing onto a canvas: with software rendering that is two to three times as fast as SVG elements.
 *
 * Paths are made once for each tile and kept until a state in it changes. From afar, where no label can be read,
 * shapes are plain boxes in their line's colour.
 */

import type { Layout } from "./layout/layout.js";
import { BADGES, coloursOf, isDashed, type Look, type Palette, type Shape } from "./looks.js";
import { headPath, linePath, type Piece } from "./routes.js";
import type { Tile } from "./tiles.js";
import type { State } from "./types.js";
import type { Viewport } from "./viewport.js";

const DIM = 0.3;
const DIM_TEXT = 0.5; // names stay readable
const DASHES = [3, 2];
const LOUD: ReadonlySet<State | undefined> = new Set(["loading", "running", "saving", "failed"]);

interface Edges {
  readonly lines: Path2D;
  readonly heads: Path2D;
}

/** Shapes of a tile that look the same. */
interface Group {
  readonly look: Look;
  readonly shapes: number[];
  boxes: Path2D | undefined;
  specks: Path2D | undefined;
  badges: { circles: Path2D; marks: Path2D } | undefined;
}

/** What a painter has to know about the graph. */
export interface Picture {
  readonly layout: Layout;
  readonly shapes: readonly Shape[];
  lookOf(shape: number): Look;
  isDimEdge(edge: number): boolean;
}

export class TilePaint {
  private edges: { bright: Edges | undefined; dim: Edges | undefined } | undefined;
  private groups: readonly Group[] | undefined;

  constructor(
    readonly tile: Tile,
    private readonly picture: Picture,
  ) {}

  forgetShapes(): void {
    this.groups = undefined;
  }

  forgetEdges(): void {
    this.edges = undefined;
  }

  edgePaths(): { bright: Edges | undefined; dim: Edges | undefined } {
    if (!this.edges) {
      const bright: Piece[] = [];
      const dim: Piece[] = [];
      for (const piece of this.tile.pieces) {
        (piece.edges.every((edge) => this.picture.isDimEdge(edge)) ? dim : bright).push(piece);
      }
      this.edges = { bright: edgesOf(bright), dim: edgesOf(dim) };
    }
    return this.edges;
  }

  shapeGroups(): readonly Group[] {
    if (!this.groups) {
      const groups = new Map<string, Group>();
      for (const shape of this.tile.shapes) {
        const look = this.picture.lookOf(shape);
        const key = `${look.kind} ${look.state} ${look.dim}`;
        let group = groups.get(key);
        if (!group) {
          group = { look, shapes: [], boxes: undefined, specks: undefined, badges: undefined };
          groups.set(key, group);
        }
        group.shapes.push(shape);
      }
      this.groups = [...groups.values()];
    }
    return this.groups;
  }
}

export function edgesOf(pieces: readonly Piece[]): Edges | undefined {
  if (!pieces.length) return undefined;
  return { lines: new Path2D(linePath(pieces)), heads: new Path2D(headPath(pieces)) };
}

/** Things that stand out from the rest. */
export interface Marks {
  readonly edges: Edges | undefined;
  readonly selected: ReadonlySet<number>;
  readonly hits: ReadonlySet<number>;
  /** Where the keyboard is, when it is in use. */
  readonly active: number | undefined;
}

export class Painter {
  constructor(
    private readonly context: CanvasRenderingContext2D,
    private readonly picture: Picture,
    private readonly palette: Palette,
  ) {}

  paint(tiles: readonly TilePaint[], marks: Marks, view: Viewport, far: boolean, ratio: number): void {
    const { context, palette } = this;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, context.canvas.width, context.canvas.height);
    context.setTransform(view.scale * ratio, 0, 0, view.scale * ratio, view.x * ratio, view.y * ratio);
    const width = Math.max(1.2, 0.5 / view.scale);
    for (const tile of tiles) {
      const { bright, dim } = tile.edgePaths();
      this.paintEdges(bright, far ? palette.faint : palette.edge, width, far);
      this.paintEdges(dim, palette.faintest, width, far);
    }
    this.paintEdges(marks.edges, palette.marked, width * 1.7, far);
    this.paintOutline(marks.hits, palette.hit, Math.max(10, 6 / view.scale), 0);
    for (const tile of tiles) {
      for (const group of tile.shapeGroups()) {
        if (far) this.paintSpecks(group, view.scale);
        else this.paintGroup(group);
      }
    }
    this.paintOutline(marks.selected, palette.marked, Math.max(2.5, 2 / view.scale), 0);
    if (marks.active !== undefined && !far) {
      context.setLineDash([4, 3]);
      this.paintOutline([marks.active], palette.marked, 1.5, 4);
      context.setLineDash([]);
    }
    // Over the outlines.
    if (!far) for (const tile of tiles) for (const group of tile.shapeGroups()) this.paintBadges(group);
    context.globalAlpha = 1;
  }

  private paintEdges(edges: Edges | undefined, colour: string, width: number, far: boolean): void {
    if (!edges) return;
    const { context } = this;
    context.strokeStyle = colour;
    context.fillStyle = colour;
    context.lineWidth = width;
    context.stroke(edges.lines);
    if (!far) context.fill(edges.heads);
  }

  private paintSpecks(group: Group, scale: number): void {
    group.specks ??= this.boxes(group.shapes, 0);
    const { context } = this;
    context.globalAlpha = group.look.dim ? DIM : 1;
    context.fillStyle = coloursOf(group.look, this.palette).line;
    context.fill(group.specks);
    // What matters now is to be seen from however far.
    if (LOUD.has(group.look.state)) {
      context.strokeStyle = context.fillStyle;
      context.lineWidth = 2 / scale;
      context.stroke(group.specks);
    }
  }

  private paintGroup(group: Group): void {
    group.boxes ??= this.boxes(group.shapes);
    const { context, picture } = this;
    const { fill, line, text } = coloursOf(group.look, this.palette);
    context.globalAlpha = 1;
    // Faint shapes cover the edges below them all the same.
    if (group.look.dim) {
      context.fillStyle = this.palette.page;
      context.fill(group.boxes);
      context.globalAlpha = DIM;
    }
    context.fillStyle = fill;
    context.fill(group.boxes);
    context.strokeStyle = line;
    context.lineWidth = 1.2;
    if (isDashed(group.look)) context.setLineDash(DASHES);
    context.stroke(group.boxes);
    context.setLineDash([]);
    if (group.look.dim) context.globalAlpha = DIM_TEXT;
    context.fillStyle = text;
    context.textAlign = "center";
    context.font = picture.shapes[group.shapes[0]].font;
    for (const shape of group.shapes) {
      const { x, y } = picture.layout.centres[shape];
      context.fillText(picture.shapes[shape].text, x, y + 4);
    }
  }

  private paintBadges(group: Group): void {
    const { state } = group.look;
    if (!state) return;
    const { context } = this;
    group.badges ??= this.badges(group.shapes, state);
    context.globalAlpha = group.look.dim ? DIM_TEXT : 1;
    context.fillStyle = coloursOf(group.look, this.palette).line;
    context.fill(group.badges.circles);
    context.strokeStyle = this.palette.page;
    context.lineWidth = 1.8;
    context.lineCap = "round";
    context.stroke(group.badges.marks);
    context.lineCap = "butt";
  }

  private paintOutline(shapes: Iterable<number>, colour: string, width: number, apart: number): void {
    const { context } = this;
    context.globalAlpha = 1;
    context.strokeStyle = colour;
    context.lineWidth = width;
    context.stroke(this.boxes([...shapes], undefined, apart));
  }

  private boxes(shapes: readonly number[], round?: number, apart = 0): Path2D {
    const { layout, shapes: sizes } = this.picture;
    const path = new Path2D();
    for (const shape of shapes) {
      const { x, y } = layout.centres[shape];
      const { width, height, radius } = sizes[shape];
      const box = [
        x - width / 2 - apart,
        y - height / 2 - apart,
        width + 2 * apart,
        height + 2 * apart,
      ] as const;
      if (round === 0) path.rect(...box);
      else path.roundRect(...box, radius + apart);
    }
    return path;
  }

  private badges(shapes: readonly number[], state: State): { circles: Path2D; marks: Path2D } {
    const { layout, shapes: sizes } = this.picture;
    const mark = new Path2D(BADGES[state]);
    const circles = new Path2D();
    const marks = new Path2D();
    for (const shape of shapes) {
      const x = layout.centres[shape].x + sizes[shape].width / 2 - 2;
      const y = layout.centres[shape].y - sizes[shape].height / 2 + 2;
      circles.moveTo(x + 7, y);
      circles.arc(x, y, 7, 0, 2 * Math.PI);
      marks.addPath(mark, { e: x, f: y });
    }
    return { circles, marks };
  }
}
