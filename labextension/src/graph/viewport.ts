/** Which part of the drawing is to be seen: `screen = world * scale + offset`. Pure arithmetic. */

import type { Point, Size } from "./layout/layout.js";

export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const LARGEST = 4;
const SMALLEST = 0.25; // unless the whole graph needs less
const MARGIN = 14;
const READABLE = 0.6;
const KEPT = 40; // pixels of the graph that stay on the screen however far it is pushed

export class Viewport {
  x = 0;
  y = 0;
  scale = 1;
  size: Size = { width: 800, height: 420 };
  world: Size = { width: 0, height: 0 };

  toScreen({ x, y }: Point): Point {
    return { x: x * this.scale + this.x, y: y * this.scale + this.y };
  }

  toWorld({ x, y }: Point): Point {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  boxToScreen({ left, top, right, bottom }: Box): Box {
    const low = this.toScreen({ x: left, y: top });
    const high = this.toScreen({ x: right, y: bottom });
    return { left: low.x, top: low.y, right: high.x, bottom: high.y };
  }

  visible(): Box {
    const { x: left, y: top } = this.toWorld({ x: 0, y: 0 });
    const { x: right, y: bottom } = this.toWorld({ x: this.size.width, y: this.size.height });
    return { left, top, right, bottom };
  }

  pan(dx: number, dy: number): void {
    this.moveTo(this.x + dx, this.y + dy);
  }

  /** Zoom around a point of the screen, by default its middle. */
  zoom(factor: number, at: Point = { x: this.size.width / 2, y: this.size.height / 2 }): void {
    const fixed = this.toWorld(at);
    const least = Math.min(SMALLEST, this.fitScale() * 0.8);
    this.scale = Math.min(LARGEST, Math.max(least, this.scale * factor));
    this.moveTo(at.x - fixed.x * this.scale, at.y - fixed.y * this.scale);
  }

  /** Everything, in the middle. */
  fit(): void {
    this.scale = this.fitScale();
    this.centre({ x: this.world.width / 2, y: this.world.height / 2 });
  }

  /** Everything where that is readable, else where it begins. */
  begin(top: Point): void {
    this.fit();
    if (this.scale >= READABLE) return;
    const across = (this.size.width - 2 * MARGIN) / this.world.width;
    this.scale = Math.min(1, Math.max(across, READABLE));
    const x = across >= READABLE ? this.world.width / 2 : top.x;
    this.moveTo(this.size.width / 2 - x * this.scale, MARGIN);
  }

  /** Have this point of the world at that point of the screen. */
  pin(point: Point, at: Point): void {
    this.moveTo(at.x - point.x * this.scale, at.y - point.y * this.scale);
  }

  centre({ x, y }: Point): void {
    this.moveTo(this.size.width / 2 - x * this.scale, this.size.height / 2 - y * this.scale);
  }

  /** Move no further than needed to have the whole box, with some room around it, on the screen. */
  reveal(box: Box): void {
    if (this.scale < READABLE) this.scale = READABLE;
    const { left, top, right, bottom } = this.boxToScreen(box);
    const room = Math.min(60, this.size.height / 6);
    const dx = push(left - MARGIN, right + MARGIN, this.size.width);
    const dy = push(top - room, bottom + room, this.size.height);
    this.moveTo(this.x + dx, this.y + dy);
  }

  resize(size: Size): void {
    const middle = this.toWorld({ x: this.size.width / 2, y: this.size.height / 2 });
    this.size = size;
    this.centre(middle);
  }

  private fitScale(): number {
    const across = (this.size.width - 2 * MARGIN) / Math.max(this.world.width, 1);
    const down = (this.size.height - 2 * MARGIN) / Math.max(this.world.height, 1);
    return Math.max(Math.min(1, across, down), 0.001);
  }

  private moveTo(x: number, y: number): void {
    const { width, height } = this.world;
    this.x = Math.min(this.size.width - KEPT, Math.max(KEPT - width * this.scale, x));
    this.y = Math.min(this.size.height - KEPT, Math.max(KEPT - height * this.scale, y));
  }
}

function push(low: number, high: number, size: number): number {
  if (high - low > size) return size / 2 - (low + high) / 2;
  if (low < 0) return -low;
  return high > size ? size - high : 0;
}
