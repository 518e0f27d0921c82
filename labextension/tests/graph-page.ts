import {
  createGraph,
  type GraphData,
  type GraphEvents,
  type GraphOptions,
  type GraphView,
} from "../src/graph/index.js";
import { painted } from "./canvas.js";
import { SMALL } from "./graphs.js";

/** The graph of the test that runs, and what it has told. */
export let host: HTMLElement;
export let view: GraphView;
export let selects: string[][];
export let actions: GraphEvents["action"][];

export function create(graph: GraphData = SMALL, options: GraphOptions = {}): void {
  host = document.createElement("div");
  document.body.append(host);
  view = createGraph(host, options);
  selects = [];
  actions = [];
  view.on("select", ({ ids }) => selects.push(ids));
  view.on("action", (detail) => actions.push(detail));
  view.setGraph(graph);
}

export const root = () => host.firstElementChild!.shadowRoot!;
export const find = <E extends HTMLElement = HTMLElement>(selector: string) =>
  root().querySelector<E>(selector)!;
export const stage = () => find("[role=listbox]");
export const option = (id: string) => find(`[data-id="${CSS.escape(id)}"]`);
export const texts = () =>
  painted(find<HTMLCanvasElement>("canvas")).flatMap(({ call, args }) =>
    call === "fillText" ? [args[0]] : [],
  );
export const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

export async function press(
  key: string,
  more: KeyboardEventInit = {},
  on: EventTarget = stage(),
): Promise<KeyboardEvent> {
  const event = new KeyboardEvent("keydown", {
    key,
    bubbles: true,
    cancelable: true,
    composed: true,
    ...more,
  });
  on.dispatchEvent(event);
  await frame();
  return event;
}

/** Where a shape is on the screen, by the places that its element and its layer have. */
export function middle(id: string): { clientX: number; clientY: number } {
  const { left, top, width, height } = option(id).style;
  const layer = find(".overlay").style.transform;
  const [x, y, scale] = [...layer.matchAll(/-?[\d.]+(?:e-?\d+)?/g)].map(Number);
  const px = Number.parseFloat;
  return {
    clientX: (px(left) + px(width) / 2) * scale + x,
    clientY: (px(top) + px(height) / 2) * scale + y,
  };
}

export async function click(
  at: { clientX: number; clientY: number },
  more: PointerEventInit = {},
): Promise<void> {
  for (const type of ["pointerdown", "pointerup"]) {
    stage().dispatchEvent(new PointerEvent(type, { ...at, button: 0, pointerId: 1, bubbles: true, ...more }));
  }
  await frame();
}
