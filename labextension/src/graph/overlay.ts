/**
 * What the canvas cannot say: for each shape on the screen an element without looks, which has the shape's name,
 * tooltip and role. Screen readers read them, the pointer and tests find them.
 */

import { html } from "./dom.js";
import type { Layout } from "./layout/layout.js";
import type { Shape } from "./looks.js";
import type { Tile } from "./tiles.js";
import type { Viewport } from "./viewport.js";

export interface Spoken {
  readonly id: string;
  readonly title: string;
  readonly label: string;
  readonly selected: boolean;
  readonly state: string;
}

let counter = 0;

export class Overlay {
  readonly element = html("div", { class: "overlay", role: "presentation" });
  private readonly prefix = `kn${++counter}-`;
  private readonly elements: (HTMLElement | undefined)[] = [];
  private readonly groups = new Map<Tile, HTMLElement>();

  constructor(
    private readonly layout: Layout,
    private readonly shapes: readonly Shape[],
    private readonly spoken: (shape: number) => Spoken,
  ) {}

  /** Of these tiles and no others. */
  show(tiles: readonly Tile[], view: Viewport): void {
    this.element.style.transform = `translate(${view.x}px, ${view.y}px) scale(${view.scale})`;
    const wanted = new Set(tiles);
    for (const [tile, group] of this.groups) if (!wanted.has(tile)) group.remove();
    for (const tile of tiles) {
      let group = this.groups.get(tile);
      if (!group) {
        group = html("div", { role: "presentation" }, ...tile.shapes.map((shape) => this.make(shape)));
        this.groups.set(tile, group);
      }
      if (!group.parentNode) this.element.append(group);
    }
  }

  refresh(shape: number): void {
    const element = this.elements[shape];
    if (!element) return;
    const { title, label, selected, state } = this.spoken(shape);
    element.title = title;
    element.dataset.state = state;
    element.setAttribute("aria-label", label);
    element.setAttribute("aria-selected", String(selected));
  }

  /** The id of the shape's element; empty while it is not in the page. */
  elementId(shape: number): string {
    return this.elements[shape]?.isConnected ? this.prefix + shape : "";
  }

  private make(shape: number): HTMLElement {
    const { x, y } = this.layout.centres[shape];
    const { width, height } = this.shapes[shape];
    const style = `left:${x - width / 2}px;top:${y - height / 2}px;width:${width}px;height:${height}px`;
    const id = this.prefix + shape;
    const element = html("div", { id, role: "option", "data-id": this.spoken(shape).id, style });
    this.elements[shape] = element;
    this.refresh(shape);
    return element;
  }
}
