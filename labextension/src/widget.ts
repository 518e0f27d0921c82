/**
 * The graph as a widget (anywidget). The traits are its state, both ways; what the user asks for comes as a message.
 *
 * Traits: `graph`, `states`, `selected` (ids), `height`, `theme`, `label`. Messages to Python:
 * `{type: "action", action: "from" | "to" | "only", ids}`. Messages from Python: `{type: "states", states}` (a partial
 * update, cheaper than the trait), `{type: "fit"}`, `{type: "show", id}`.
 */

import { createGraph, type GraphData, type GraphOptions, type StateUpdates } from "./graph/index.js";

export * from "./graph/index.js";

/** The part of anywidget's model that is used here. */
export interface WidgetModel {
  get(name: string): unknown;
  set(name: string, value: unknown): void;
  save_changes(): void;
  send(message: unknown): void;
  on(event: string, listener: (message: unknown) => void): void;
  off(event: string, listener: (message: unknown) => void): void;
}

type Message =
  | { readonly type: "states"; readonly states: StateUpdates }
  | { readonly type: "fit" }
  | { readonly type: "show"; readonly id: string };

function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  const options: Record<string, unknown> = {};
  for (const name of ["height", "theme", "label"]) {
    const value = model.get(name);
    if (value) options[name] = value;
  }
  const view = createGraph(el, options as GraphOptions);
  const setStates = (): void =>
    view.setStates((model.get("states") as StateUpdates | undefined) ?? {}, { reset: true });
  const setGraph = (): void => {
    view.setGraph((model.get("graph") as GraphData | undefined) ?? { nodes: [], edges: [] });
    setStates();
    setSelected();
  };
  const setSelected = (): void => view.select((model.get("selected") as string[] | undefined) ?? []);
  const receive = (message: unknown): void => {
    const told = message as Message;
    if (told.type === "states") view.setStates(told.states);
    else if (told.type === "fit") view.fit();
    else if (told.type === "show") view.show(told.id);
  };
  const setTheme = (): void => view.setTheme((model.get("theme") as GraphOptions["theme"]) ?? "auto");
  const listeners: [string, (message: unknown) => void][] = [
    ["change:graph", setGraph],
    ["change:states", setStates],
    ["change:selected", setSelected],
    ["change:theme", setTheme],
    ["msg:custom", receive],
  ];
  for (const [event, listener] of listeners) model.on(event, listener);
  view.on("select", ({ ids }) => {
    model.set("selected", ids);
    model.save_changes();
  });
  view.on("action", (detail) => model.send({ type: "action", ...detail }));
  setGraph();
  return () => {
    for (const [event, listener] of listeners) model.off(event, listener);
    view.dispose();
  };
}

export default { render };
