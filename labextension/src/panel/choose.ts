/** What to run and how: the pipeline, the runner with its arguments, the slice. */

import { html } from "../graph/dom.js";
import { button, fillSelect, labelled, PickList, section } from "./controls.js";
import { Form } from "./form.js";
import type { Store, Traits } from "./store.js";

export function chooseSection(store: Store): HTMLDetailsElement {
  const pipeline = html("select");
  pipeline.addEventListener("change", () => store.set("pipeline", pipeline.value));
  store.follow(["pipelines", "pipeline"], () =>
    fillSelect(pipeline, store.get("pipelines"), store.get("pipeline"), "(the default)"),
  );
  const runner = html("select");
  runner.addEventListener("change", () => store.set("runner", runner.value));
  const about = html("p", { class: "soft" });
  const threads = flag(store, "is_async", "Load and save on threads (--async)");
  store.follow(["runners", "runner"], () => {
    const chosen = store.get("runner");
    const names = store.get("runners").map((each) => each.name);
    fillSelect(runner, names.includes(chosen) ? names : [...names, chosen], chosen);
    const found = store.get("runners").find((each) => each.name === chosen);
    about.textContent = found?.problem ? "" : (found?.title ?? ""); // a problem stands above Run
    threads.hidden = found?.is_async === false;
  });
  const details = new Form(store, "argument");
  store.follow(["arguments"], () => details.show(store.get("arguments")));
  const missing = flag(store, "only_missing_outputs", "Only what is not stored yet (--only-missing-outputs)");
  return section(
    "Run",
    true,
    labelled("Pipeline", pipeline),
    labelled("Runner", runner),
    about,
    details.element,
    threads,
    missing,
  );
}

function flag(store: Store, name: "is_async" | "only_missing_outputs", text: string): HTMLElement {
  const box = html("input", { type: "checkbox" });
  box.addEventListener("change", () => store.set(name, box.checked));
  store.follow([name], () => {
    box.checked = store.get(name);
  });
  return html("label", { class: "flag" }, box, html("span", {}, text));
}

const LISTS: readonly [keyof Traits & string, string, keyof Traits["names"]][] = [
  ["from_nodes", "From nodes", "nodes"],
  ["to_nodes", "Up to nodes", "nodes"],
  ["node_names", "Only nodes", "nodes"],
  ["tags", "Tags", "tags"],
  ["namespaces", "Namespaces", "namespaces"],
  ["from_inputs", "From data", "inputs"],
  ["to_outputs", "Up to data", "outputs"],
];

export function sliceSection(store: Store): HTMLDetailsElement {
  const fields = LISTS.map(([field]) => field);
  const lists = LISTS.map(([field, title, kind]) => {
    const list = new PickList(title, (names) => store.set(field as "tags", names));
    store.follow([field, "names"], () =>
      list.show(store.get("names")[kind] ?? [], store.get(field as "tags")),
    );
    return list.element;
  });
  const count = html("p", { class: "soft", role: "status" });
  const whole = button("Whole pipeline", () => store.ask("slice", { action: "all", ids: [] }));
  store.follow(["chosen", "names", ...fields], () => {
    const all = store.get("names").nodes?.length ?? 0;
    const chosen = store.get("chosen").length;
    count.textContent = `${chosen} of ${all} ${all === 1 ? "node" : "nodes"} will run.`;
    whole.hidden = fields.every((field) => !store.get(field as "tags").length);
  });
  const hint = html("p", { class: "soft" }, "Click nodes in the graph, or pick names here.");
  return section("Slice", true, html("div", { class: "bar" }, count, whole), hint, ...lists);
}
