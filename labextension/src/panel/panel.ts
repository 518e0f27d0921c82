/** The panel: controls on one side, the graph, the run and the data on the other; below each other where it is narrow. */

import { html } from "../graph/dom.js";
import { createGraph, type NodeState } from "../graph/index.js";
import { ThemeWatch } from "../graph/theme.js";
import { actions } from "./actions.js";
import { chooseSection, sliceSection } from "./choose.js";
import { section } from "./controls.js";
import { dataSection } from "./data.js";
import { historySection } from "./history.js";
import { parametersSection } from "./parameters.js";
import { Store, type WidgetModel } from "./store.js";
import { STYLE } from "./style.js";

export function createPanel(host: HTMLElement, model: WidgetModel): () => void {
  const store = new Store(model);
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const graph = html("div", { class: "graph" });
  const side = html(
    "div",
    { class: "side" },
    chooseSection(store),
    actions(store),
    sliceSection(store),
    parametersSection(store),
  );
  const main = html(
    "div",
    { class: "main" },
    graph,
    runSection(store),
    dataSection(store),
    historySection(store),
  );
  const panel = html(
    "div",
    { class: "panel", role: "region", "aria-label": "kedro_nb panel" },
    html("div", { class: "columns" }, side, main),
  );
  root.replaceChildren(html("style", {}, STYLE), panel);
  const theme = new ThemeWatch((dark) => panel.classList.toggle("dark", dark));
  theme.set("auto");
  const drop = graphOf(store, graph);
  return () => {
    drop();
    theme.dispose();
    store.dispose();
    root.replaceChildren();
  };
}

/** The run that goes on, or the last one. */
function runSection(store: Store): Element {
  const live = html("div", { class: "live" });
  const made = section("Last run", true, live);
  store.follow(["live"], () => {
    live.innerHTML = store.get("live"); // made by us, of escaped text
    made.hidden = !store.get("live");
  });
  return made;
}

function graphOf(store: Store, host: HTMLElement): () => void {
  const view = createGraph(host, { height: "340px", label: "The pipeline", actions: ["from", "to", "only"] });
  view.on("action", (detail) => store.ask("slice", { ...detail }));
  store.follow(["graph"], () => view.setGraph(store.get("graph")));
  store.follow(["graph", "states", "chosen"], () => {
    const states = store.get("states");
    const chosen = new Set(store.get("chosen").map((name) => `node:${name}`));
    const nodes = store.get("graph").nodes.filter((node) => node.kind === "node");
    const all = chosen.size === 0 || nodes.every((node) => chosen.has(node.id));
    const updates: Record<string, NodeState> = {};
    for (const { id } of nodes)
      updates[id] = { state: states[id] ?? null, chosen: all ? null : chosen.has(id) };
    view.setStates(updates, { reset: true });
  });
  return () => view.dispose();
}
