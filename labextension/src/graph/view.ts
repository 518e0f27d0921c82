/** The graph in the page: puts the parts together and turns what the user does into changes of the view. */

import { Announcer } from "./announcer.js";
import { html } from "./dom.js";
import { listenToGestures } from "./gestures.js";
import type { Point } from "./layout/layout.js";
import { DARK, LIGHT, type Palette } from "./looks.js";
import { Model } from "./model.js";
import { Popup, type PopupContent } from "./popup.js";
import { Scene } from "./scene.js";
import { Search } from "./search.js";
import { STYLE } from "./style.js";
import { ThemeWatch } from "./theme.js";
import { overlap } from "./tiles.js";
import { Toolbar } from "./toolbar.js";
import type {
  Action,
  GraphData,
  GraphEvents,
  GraphOptions,
  GraphView,
  StateUpdates,
  Theme,
} from "./types.js";
import { Viewport } from "./viewport.js";
import { directionOf, nearest, walk } from "./walk.js";

const HELP =
  "Arrow keys move along the edges, Enter selects, Enter again opens the actions, plus and minus zoom, " +
  "0 shows everything, slash searches, Escape clears.";

type Listeners = { [E in keyof GraphEvents]: Set<(detail: GraphEvents[E]) => void> };

export class View implements GraphView {
  private model = new Model({ nodes: [], edges: [] });
  private scene = new Scene(this.model);
  private finder = new Search([], "");
  private selected = new Set<number>();
  private active: number | undefined;
  /** Whether the user has looked around: until then the view begins anew with each graph and size. */
  private moved = false;
  private frame = 0;
  /** Whether the keyboard is in use: then its place is marked. */
  private keyed = false;
  private readonly viewport = new Viewport();
  private readonly listeners: Listeners = { select: new Set(), action: new Set() };
  private readonly announcer = new Announcer();
  private readonly popup = new Popup(
    (action) => this.emit("action", { action, ids: this.selection }),
    () => this.stage.focus(),
  );
  private readonly toolbar = new Toolbar({
    search: (text) => void this.search(text),
    next: (step) => this.showHit(this.finder.step(step)),
    zoom: (factor) => this.zoom(factor),
    fit: () => this.fit(),
    leave: () => this.stage.focus(),
  });
  private readonly canvas = html("canvas", { "aria-hidden": "true" });
  private readonly context = this.canvas.getContext?.("2d") ?? null;
  private palette: Palette = LIGHT;
  private readonly stage: HTMLElement;
  private readonly empty = html("div", { class: "empty" }, "Nothing to show");
  private readonly root: HTMLElement;
  private readonly element: HTMLElement;
  private readonly theme: ThemeWatch;
  private readonly resizes: ResizeObserver;
  private readonly actions: readonly Action[];

  constructor(host: HTMLElement, options: GraphOptions) {
    this.actions = options.actions ?? ["from", "to", "only"];
    this.stage = html("div", {
      class: "drawing",
      tabindex: 0,
      role: "listbox",
      "aria-multiselectable": "true",
      "aria-label": options.label ?? "Pipeline",
      "aria-description": HELP,
    });
    const stage = html("div", { class: "stage" }, this.canvas, this.stage, this.empty, this.popup.element);
    this.root = html("div", { class: "graph" }, this.toolbar.element, stage, this.announcer.element);
    this.root.style.height = options.height ?? "420px";
    // JupyterLab's shortcuts, such as the arrow keys between cells, stay out while the graph has the focus.
    this.element = html("div", { class: "kedro-nb-graph", "data-lm-suppress-shortcuts": "true" });
    this.element.attachShadow({ mode: "open" }).append(html("style", {}, STYLE), this.root);
    host.append(this.element);
    this.theme = new ThemeWatch((dark) => {
      this.palette = dark ? DARK : LIGHT;
      this.root.classList.toggle("dark", dark);
      this.root.classList.toggle("jupyter", (document.body.dataset.jpThemeLight === "false") === dark);
      this.redraw();
    });
    this.theme.set(options.theme ?? "auto");
    this.listen();
    this.resizes = new ResizeObserver(() => this.resize());
    this.resizes.observe(this.stage);
    this.resizes.observe(this.popup.element); // where it goes depends on its size
    this.resize();
  }

  setGraph(graph: GraphData, { anew = false } = {}): void {
    const kept = this.selection;
    const active = this.active === undefined ? "" : this.model.nodes[this.active].id;
    const anchor = this.moved && !anew ? this.anchor() : undefined;
    this.model = new Model(graph);
    this.scene = new Scene(this.model);
    this.finder = new Search(this.model.nodes, this.toolbar.field.value);
    this.selected = new Set(this.model.numbersOf(kept));
    this.active = this.model.numberOf(active);
    this.stage.replaceChildren(this.scene.overlay.element);
    this.empty.hidden = this.model.nodes.length > 0;
    this.viewport.world = this.scene.layout;
    const shape = anchor && this.model.numberOf(anchor.id);
    if (shape === undefined) this.begin();
    else this.viewport.pin(this.scene.layout.centres[shape], anchor!.at);
    this.mark();
  }

  setStates(states: StateUpdates, { reset = false } = {}): void {
    const { changed, choice } = this.model.update(states, reset);
    if (choice) this.scene.refreshAll();
    else this.scene.refresh(changed);
    if (changed.length) this.announcer.schedule(this.model);
    this.redraw();
  }

  get selection(): string[] {
    return this.model.idsOf(this.selected);
  }

  select(ids: readonly string[]): void {
    this.selected = new Set(this.model.numbersOf(ids));
    this.mark();
  }

  on<E extends keyof GraphEvents>(event: E, listener: (detail: GraphEvents[E]) => void): () => void {
    this.listeners[event].add(listener);
    return () => void this.listeners[event].delete(listener);
  }

  fit(): void {
    this.viewport.fit();
    this.moved = true;
    this.redraw();
  }

  zoom(factor: number): void {
    this.viewport.zoom(factor);
    this.moved = true;
    this.redraw();
  }

  search(text: string): string[] {
    this.finder = new Search(this.model.nodes, text);
    if (this.toolbar.field.value !== text) this.toolbar.field.value = text;
    this.mark();
    this.showHit(this.finder.current);
    return this.model.idsOf(this.finder.hits);
  }

  show(id: string): void {
    const shape = this.model.numberOf(id);
    if (shape !== undefined) this.reveal(shape);
  }

  setTheme(theme: Theme): void {
    this.theme.set(theme);
  }

  dispose(): void {
    this.theme.dispose();
    this.resizes.disconnect();
    this.announcer.dispose();
    cancelAnimationFrame(this.frame);
    this.element.remove();
  }

  private listen(): void {
    listenToGestures(this.stage, {
      pan: (dx, dy) => {
        this.viewport.pan(dx, dy);
        this.moved = true;
        this.redraw();
      },
      zoomAt: (factor, at) => {
        this.viewport.zoom(factor, at);
        this.moved = true;
        this.redraw();
      },
      click: (at, add) => this.click(at, add),
      ownsWheel: () => this.element.shadowRoot?.activeElement === this.stage,
    });
    this.stage.addEventListener("keydown", (event) => {
      this.keyed = true;
      if (event.altKey || !this.press(event)) return;
      event.preventDefault();
      event.stopPropagation();
    });
    this.stage.addEventListener("keyup", ({ key }) => {
      if (key !== "Tab") return; // whose other half, the pressing, was elsewhere
      this.keyed = true;
      this.mark();
    });
    this.stage.addEventListener("focus", () => {
      if (this.active === undefined && this.model.nodes.length)
        this.activate([...this.selected][0] ?? 0, false);
    });
  }

  private click(at: Point, add: boolean): void {
    const shape = this.scene.shapeAt(this.viewport.toWorld(at), 3 / this.viewport.scale);
    this.keyed = false;
    this.stage.focus({ preventScroll: true });
    if (shape !== undefined) {
      this.activate(shape, false);
      this.choose(shape, add);
    } else if (!add && this.selected.size) {
      this.selected = new Set();
      this.chosen();
    }
  }

  /** Whether the key meant something. */
  private press(event: KeyboardEvent): boolean {
    const { key } = event;
    const direction = directionOf(key);
    if (direction && !event.ctrlKey && !event.metaKey) {
      const start = this.active ?? (direction === "last" ? this.model.nodes.length - 1 : 0);
      const next =
        this.active === undefined ? start : walk(this.model, this.scene.layout.centres, start, direction);
      if (this.model.nodes.length) this.activate(next, true);
      return true;
    }
    if (key === "Enter" || key === " ") {
      if (this.active === undefined) return false;
      const add = event.ctrlKey || event.metaKey || event.shiftKey;
      const again = !add && this.selected.size === 1 && this.selected.has(this.active);
      if (!again || !this.popup.focus()) this.choose(this.active, add);
      return true;
    }
    if (event.ctrlKey || event.metaKey) return false;
    switch (key) {
      case "Escape":
        if (!this.selected.size) return false;
        this.selected = new Set();
        this.chosen();
        return true;
      case "+":
      case "=":
        this.zoom(1.4);
        return true;
      case "-":
        this.zoom(1 / 1.4);
        return true;
      case "0":
        this.fit();
        return true;
      case "/":
        this.toolbar.field.focus();
        return true;
      default:
        return false;
    }
  }

  private activate(shape: number, reveal: boolean): void {
    this.active = shape;
    this.mark();
    if (reveal) this.reveal(shape);
  }

  private choose(shape: number, add: boolean): void {
    if (!add) this.selected = new Set([shape]);
    else if (!this.selected.delete(shape)) this.selected.add(shape);
    this.chosen();
  }

  private chosen(): void {
    this.mark();
    this.emit("select", { ids: this.selection });
  }

  private mark(): void {
    // A new set: the scene compares it with the one before.
    this.scene.mark(new Set(this.selected), new Set(this.finder.hits), this.keyed ? this.active : undefined);
    this.toolbar.tell(this.toolbar.field.value.trim() ? this.finder.position : "");
    this.redraw();
  }

  private showHit(shape: number | undefined): void {
    this.toolbar.tell(this.toolbar.field.value.trim() ? this.finder.position : "");
    if (shape === undefined) return;
    this.keyed = true;
    this.activate(shape, true);
  }

  private reveal(shape: number): void {
    this.viewport.reveal(this.scene.boxOf(shape));
    this.moved = true;
    this.redraw();
  }

  /** What is nearest to the middle of the screen: it stays there when the graph grows or shrinks. */
  private anchor(): { id: string; at: Point } | undefined {
    const { width, height } = this.viewport.size;
    const shape = nearest(this.scene.layout.centres, this.viewport.toWorld({ x: width / 2, y: height / 2 }));
    if (shape === undefined) return undefined;
    return { id: this.model.nodes[shape].id, at: this.viewport.toScreen(this.scene.layout.centres[shape]) };
  }

  private begin(): void {
    this.moved = false;
    const { centres } = this.scene.layout;
    const top = centres.reduce<Point | undefined>(
      (best, one) => (best && best.y <= one.y ? best : one),
      undefined,
    );
    this.viewport.begin(top ?? { x: 0, y: 0 });
  }

  private resize(): void {
    const { width, height } = this.stage.getBoundingClientRect();
    if (!width || !height) return;
    this.viewport.resize({ width, height });
    // Widgets are often filled before they are in the page: the size says where to begin.
    if (!this.moved) this.begin();
    this.redraw();
  }

  /** Once a frame, however many events there were. */
  private redraw(): void {
    if (this.frame) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.scene.show(this.viewport, this.context, this.palette, this.fitCanvas());
      const active = this.active === undefined ? "" : this.scene.overlay.elementId(this.active);
      this.stage.setAttribute("aria-activedescendant", active);
      this.showPopup();
    });
  }

  /** As many pixels as the screen has; says how many for one of the page. */
  private fitCanvas(): number {
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.viewport.size.width * ratio);
    const height = Math.round(this.viewport.size.height * ratio);
    if (this.canvas.width !== width) this.canvas.width = width;
    if (this.canvas.height !== height) this.canvas.height = height;
    return ratio;
  }

  private showPopup(): void {
    const last = [...this.selected].pop();
    const { width, height } = this.viewport.size;
    const box = last === undefined ? undefined : this.viewport.boxToScreen(this.scene.boxOf(last));
    if (!this.actions.length || !box || !overlap(box, { left: 0, top: 0, right: width, bottom: height })) {
      this.popup.hide();
    } else {
      this.popup.show(this.popupContent(), box, { width, height });
    }
  }

  private popupContent(): PopupContent {
    const shapes = [...this.selected];
    const nodes = shapes.map((shape) => this.model.nodes[shape]);
    // Data cannot be run: it is where a slice begins or ends.
    const runs = nodes.every(({ kind }) => kind === "node");
    const [node, shape] = [nodes[0], this.scene.shapes[shapes[0]]];
    // A single name is there to read already, unless it was shortened.
    const name = nodes.length > 1 ? `${nodes.length} selected` : node.label;
    return {
      name,
      named: nodes.length > 1 || shape.text !== node.label || this.viewport.scale < 0.6,
      actions: this.actions.filter((action) => runs || action !== "only"),
    };
  }

  private emit<E extends keyof GraphEvents>(event: E, detail: GraphEvents[E]): void {
    for (const listener of this.listeners[event]) listener(detail);
  }
}
