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

const WIDE = 820; // pixels from which on there are two columns

export function createPanel(host: HTMLElement, model: WidgetModel): () => void {
  const store = new Store(model);
  // The class tells the record beside it, which a saved notebook keeps, that the panel lives.
  host.classList.add("kedro-nb-panel");
  // JupyterLab's shortcuts stay out: typing "dd" in a search would delete the cell.
  host.dataset.lmSuppressShortcuts = "true";
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const graph = html("div", { class: "graph" });
  const buttons = actions(store);
  const folds = [sliceSection(store), parametersSection(store)];
  const side = html("div", { class: "side" }, chooseSection(store), buttons, ...folds);
  const run = runSection(store);
  const main = html("div", { class: "main" }, graph, run, dataSection(store), historySection(store));
  const columns = html("div", { class: "columns" }, side, main);
  const panel = html("div", { class: "panel", role: "region", "aria-label": "kedro_nb panel" }, columns);
  root.replaceChildren(html("style", {}, STYLE), panel);
  const theme = new ThemeWatch((dark) => panel.classList.toggle("dark", dark));
  theme.set("auto");
  const drop = graphOf(store, graph);
  const watch = new ResizeObserver(([{ contentRect }]) => {
    const wide = contentRect.width >= WIDE;
    if (panel.dataset.wide === String(wide)) return;
    panel.dataset.wide = String(wide);
    panel.classList.toggle("wide", wide);
    for (const fold of folds) fold.open = wide; // long columns are put into boxes that scroll by some front ends
    // Where there is one column, the graph and the run stand next to the buttons, for the eye and for the Tab key.
    if (wide) main.prepend(graph, run);
    else buttons.after(graph, run);
  });
  watch.observe(host);
  return () => {
    watch.disconnect();
    drop();
    theme.dispose();
    store.dispose();
    root.replaceChildren();
    host.classList.remove("kedro-nb-panel");
  };
}

/** The run that goes on, or the last one. */
function runSection(store: Store): Element {
  const live = html("div", { class: "live" });
  const made = section("Run", true, live);
  const title = made.querySelector("h3");
  store.follow(["live", "state"], () => {
    const shown = store.get("live");
    if (live.innerHTML !== shown) replace(live, shown);
    made.hidden = !shown;
    if (title) title.textContent = store.get("state") === "idle" ? "Last run" : "This run";
  });
  return made;
}

/** New HTML, made by us, of escaped text. What the user has folded open or scrolled stays as it was. */
function replace(element: HTMLElement, content: string): void {
  const open = [...element.querySelectorAll("details")].map((each) => each.open);
  const { scrollTop, scrollLeft } = element;
  element.innerHTML = content;
  const now = element.querySelectorAll("details");
  if (now.length === open.length) {
    now.forEach((each, place) => {
      each.open = open[place];
    });
  }
  element.scrollTo?.(scrollLeft, scrollTop);
}

function graphOf(store: Store, host: HTMLElement): () => void {
  const view = createGraph(host, { height: "100%", label: "The pipeline", actions: ["from", "to", "only"] });
  view.on("action", (detail) => store.ask("slice", { ...detail }));
  view.on("select", ({ ids }) => {
    const [id] = ids;
    if (ids.length === 1 && id.startsWith("data:")) {
      const name = id.slice("data:".length);
      if (store.get("datasets").some((each) => each.name === name)) store.set("dataset", name);
    }
  });
  let shown = "";
  store.follow(["graph", "pipeline"], () => {
    const other = shown !== store.get("pipeline");
    shown = store.get("pipeline");
    view.setGraph(store.get("graph"), { anew: other });
  });
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
