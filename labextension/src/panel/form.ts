/** A form: a control for each field by its kind; what is changed is marked and can be taken back. */

import { html } from "../graph/dom.js";
import { button, focusedIn, labelled } from "./controls.js";
import { valueInput } from "./inputs.js";
import type { Field, Refusal, Store } from "./store.js";

export class Form {
  readonly element = html("div", { class: "form" });
  private drawn = "";
  private fields: readonly Field[] = [];

  constructor(
    private readonly store: Store,
    private readonly kind: Refusal["refused"],
  ) {
    store.onRefusal(({ refused, key, why }) => {
      if (refused === kind) this.refuse(key, why);
    });
  }

  /** Draw it anew where something has changed; the focus stays where it is. */
  show(fields: readonly Field[]): void {
    const now = JSON.stringify(fields);
    if (now === this.drawn) return;
    this.drawn = now;
    this.fields = fields;
    const focused = this.focused();
    this.element.replaceChildren(...groups(fields).map(([name, members]) => this.group(name, members)));
    if (focused) (this.control(focused) ?? this.control(focused.replace(/^undo /, "")))?.focus();
  }

  private focused(): string | null {
    return focusedIn(this.element)?.getAttribute("data-key") ?? null;
  }

  private control(key: string): HTMLElement | null {
    return this.element.querySelector<HTMLElement>(`[data-key="${CSS.escape(key)}"]`);
  }

  private group(name: string, fields: readonly Field[]): Element {
    const rows = fields.map((field) => this.row(name, field));
    return name ? html("fieldset", {}, html("legend", {}, name), ...rows) : html("div", {}, ...rows);
  }

  private row(group: string, field: Field): Element {
    const input = valueInput(field, (given) =>
      "text" in given
        ? this.store.ask(`enter_${this.kind}`, { key: field.key, text: given.text })
        : this.give(field.key, given.value),
    );
    input.disabled = field.fixed;
    input.dataset.key = field.key;
    if (this.kind === "argument" && field.default === null) input.setAttribute("placeholder", "by itself");
    const label = group ? field.key.slice(group.length + 1) : field.key;
    const made = labelled(label, input);
    if (field.read) {
      const mark = html("span", { class: "read", title: "The pipeline reads it" }, " ●");
      made.querySelector("label")?.append(mark);
    }
    made.classList.toggle("changed", field.changed);
    if (field.fixed) input.title = "An object of the notebook's: a form cannot change it";
    if (field.changed) made.append(this.undo(field));
    return made;
  }

  private undo(field: Field): Element {
    const before = field.default === null ? "nothing" : String(field.default);
    const title = this.kind === "parameter" ? `Reset to ${before}` : "Reset";
    const made = button("↺", () => this.reset(field.key), {
      class: "undo",
      title,
      "aria-label": `Reset ${field.key}`,
    });
    made.dataset.key = `undo ${field.key}`;
    return made;
  }

  private give(key: string, value: unknown): void {
    if (this.kind === "parameter") this.store.ask("set_parameter", { key, value });
    else this.store.ask("set_argument", { name: key, value });
  }

  private reset(key: string): void {
    if (this.kind === "parameter") this.store.ask("reset", { key });
    else this.give(key, null);
  }

  /** Show again what is valid, and say why the other was not. */
  private refuse(key: string, why: string): void {
    const field = this.fields.find((each) => each.key === key);
    const input = this.control(key);
    const row = input?.closest(".row");
    if (!field || !row || !(input instanceof HTMLInputElement)) return;
    input.value = field.value === null ? "" : String(field.value);
    row.querySelector(".refusal")?.remove();
    const said = html("p", { class: "refusal problem", role: "alert", id: `${input.id}-why` }, why);
    row.append(said);
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", said.id);
    input.addEventListener(
      "input",
      () => {
        said.remove();
        input.removeAttribute("aria-invalid");
        input.removeAttribute("aria-describedby");
      },
      { once: true },
    );
  }
}

/** Fields under the name that they begin with. */
function groups(fields: readonly Field[]): [string, Field[]][] {
  const found = new Map<string, Field[]>();
  for (const field of fields) {
    const name = field.key.includes(".") ? field.key.slice(0, field.key.lastIndexOf(".")) : "";
    const members = found.get(name);
    if (members) members.push(field);
    else found.set(name, [field]);
  }
  return [...found];
}
