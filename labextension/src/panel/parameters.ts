/** The parameters as a form. */

import { html } from "../graph/dom.js";
import { button, section } from "./controls.js";
import { Form } from "./form.js";
import type { Store } from "./store.js";

const SEARCHED = 15; // fields from which on there is a search

export function parametersSection(store: Store): HTMLDetailsElement {
  const form = new Form(store, "parameter");
  const reset = button("Reset all", () => store.ask("reset"));
  const note = html("p", { class: "soft", role: "status" });
  const search = html("input", { type: "search", placeholder: "Search", "aria-label": "Search parameters" });
  const draw = (): void => {
    const fields = store.get("fields");
    const wanted = search.value.toLowerCase();
    search.hidden = fields.length < SEARCHED && !wanted;
    form.show(fields.filter(({ key }) => key.toLowerCase().includes(wanted)));
  };
  search.addEventListener("input", draw);
  store.follow(["fields"], () => {
    const fields = store.get("fields");
    const changed = fields.filter((field) => field.changed).length;
    reset.hidden = !changed;
    note.textContent = !fields.length
      ? "The session has none: %%kedro_params"
      : `${changed ? `${changed} changed for the next run.` : "As the session has them."} ● is read by this pipeline.`;
    draw();
  });
  return section("Parameters", true, html("div", { class: "bar" }, note, reset), search, form.element);
}
