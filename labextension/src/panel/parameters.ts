/** The parameters as a form: a control by type, what is changed is marked. */

import { html } from "../graph/dom.js";
import { button, labelled, section } from "./controls.js";
import { valueInput } from "./inputs.js";
import type { Field, Store } from "./store.js";

export function parametersSection(store: Store): Element {
  const form = html("div", { class: "form" });
  const reset = button("Reset all", () => store.ask("reset"));
  const note = html("p", { class: "soft" });
  const made = section("Parameters", true, html("div", { class: "bar" }, note, reset), form);
  let drawn = "";
  store.follow(["fields"], () => {
    const fields = store.get("fields");
    const changed = fields.filter((field) => field.changed).length;
    reset.hidden = !changed;
    note.textContent = fields.length
      ? `${changed ? `${changed} changed for the next run.` : "As the session has them."} ● marks what this pipeline reads.`
      : "The session has none: %%kedro_params";
    const now = JSON.stringify(fields);
    if (now === drawn) return;
    drawn = now;
    const root = form.getRootNode() as ShadowRoot | Document;
    const focused = root.activeElement?.getAttribute("data-key");
    form.replaceChildren(...groups(fields).map(([name, members]) => group(store, name, members)));
    if (focused) form.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  });
  return made;
}

/** Fields under the name that they begin with. */
function groups(fields: readonly Field[]): [string, Field[]][] {
  const found = new Map<string, Field[]>();
  for (const field of fields) {
    const name = field.key.includes(".") ? field.key.slice(0, field.key.lastIndexOf(".")) : "";
    found.set(name, [...(found.get(name) ?? []), field]);
  }
  return [...found];
}

function group(store: Store, name: string, fields: readonly Field[]): Element {
  const rows = fields.map((field) => row(store, name, field));
  return name ? html("fieldset", {}, html("legend", {}, name), ...rows) : html("div", {}, ...rows);
}

function row(store: Store, group: string, field: Field): Element {
  const input = valueInput(field.kind, field.value, [], ({ value, written }) =>
    written
      ? store.ask("write_parameter", { key: field.key, text: value })
      : store.ask("set_parameter", { key: field.key, value }),
  );
  input.disabled = field.fixed;
  input.dataset.key = field.key;
  const label = `${group ? field.key.slice(group.length + 1) : field.key}${field.read ? " ●" : ""}`;
  const made = labelled(label, input);
  made.classList.toggle("changed", field.changed);
  if (field.changed) {
    const undo = button("↺", () => store.ask("set_parameter", { key: field.key, value: field.default }), {
      class: "undo",
      title: `Reset to ${JSON.stringify(field.default)}`,
      "aria-label": `Reset ${field.key}`,
    });
    made.append(undo);
    input.title = `The session has ${JSON.stringify(field.default)}`;
  }
  return made;
}
