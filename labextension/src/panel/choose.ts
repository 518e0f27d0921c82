/** What to run and how: the pipeline, the runner with its arguments, the slice. */

import { html } from "../graph/dom.js";
import { button, fillSelect, labelled, PickList, section } from "./controls.js";
import { valueInput } from "./inputs.js";
import type { Argument, Store, Traits } from "./store.js";

export function chooseSection(store: Store): Element {
  const pipeline = html("select");
  pipeline.addEventListener("change", () => store.set("pipeline", pipeline.value));
  store.follow(["pipelines", "pipeline"], () =>
    fillSelect(pipeline, store.get("pipelines"), store.get("pipeline"), "the default pipeline"),
  );
  const runner = html("select");
  runner.addEventListener("change", () => {
    store.set("runner_params", {});
    store.set("is_async", false);
    store.set("runner", runner.value);
  });
  const about = html("p", { class: "soft" });
  const details = html("div", { class: "details" });
  store.follow(["runners", "runner"], () => {
    fillSelect(
      runner,
      store.get("runners").map((each) => each.name),
      store.get("runner"),
    );
  });
  store.follow(["runners", "runner", "runner_params", "is_async"], () => {
    const found = store.get("runners").find((each) => each.name === store.get("runner"));
    about.textContent = found?.problem ?? found?.title ?? "";
    if (details.contains((details.getRootNode() as ShadowRoot).activeElement)) return;
    details.replaceChildren(...(found?.arguments ?? []).map((each) => argumentRow(store, each)));
    if (found?.is_async) details.append(flag(store, "is_async", "Load and save on threads (--async)"));
  });
  const missing = flag(store, "only_missing_outputs", "Only what is not stored yet (--only-missing-outputs)");
  return section(
    "Run",
    true,
    labelled("Pipeline", pipeline),
    labelled("Runner", runner),
    about,
    details,
    missing,
  );
}

function argumentRow(store: Store, argument: Argument): HTMLElement {
  const given = store.get("runner_params");
  const value = argument.key in given ? given[argument.key] : argument.default;
  const input = valueInput(argument.kind, value, argument.choices, (entered) => {
    const { [argument.key]: _, ...others } = store.get("runner_params");
    const empty = entered.written && entered.value === "";
    store.set("runner_params", empty ? others : { ...others, [argument.key]: entered.value });
  });
  if (argument.default === null && !argument.required) input.setAttribute("placeholder", "by itself");
  return labelled(argument.key, input);
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

export function sliceSection(store: Store): Element {
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
    count.textContent = `${chosen} of ${all} ${all === 1 ? "node" : "nodes"} will run`;
    whole.hidden = fields.every((field) => !store.get(field as "tags").length);
  });
  return section("Slice", true, html("div", { class: "bar" }, count, whole), ...lists);
}
