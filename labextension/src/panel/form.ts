/** A form: a control for each field by its kind; what is changed is marked and can be taken back. */

import { html } from "../graph/dom.js";
import { button, focusedIn, labelled } from "./controls.js";
import { type Given, valueInput } from "./inputs.js";
import type { Field, Refusal, Store } from "./store.js";

export class Form {
  readonly element = html("div", { class: "form" });
  private shape = "";
  private readonly rows = new Map<string, Row>();

  constructor(
    private readonly store: Store,
    private readonly kind: Refusal["refused"],
  ) {
    store.onRefusal(({ refused, key, why }) => {
      if (refused === kind) this.rows.get(key)?.refuse(why);
    });
  }

  /** Change what has changed. What somebody is writing meanwhile stays. */
  show(fields: readonly Field[]): void {
    const shape = JSON.stringify(fields.map((each) => [each.key, each.read, ...shapeOf(each)]));
    if (shape !== this.shape) this.rebuild(fields);
    this.shape = shape;
    for (const field of fields) this.rows.get(field.key)?.show(field);
  }

  private rebuild(fields: readonly Field[]): void {
    const focused = focusedIn(this.element)?.getAttribute("data-key");
    this.rows.clear();
    const made = groups(fields).map(([name, members]) => {
      const rows = members.map((field) => this.row(name, field));
      return name ? html("fieldset", {}, html("legend", {}, name), ...rows) : html("div", {}, ...rows);
    });
    this.element.replaceChildren(...made);
    if (focused) this.rows.get(focused)?.focus();
  }

  private row(group: string, field: Field): Element {
    const label = group ? field.key.slice(group.length + 1) : field.key;
    const made = new Row(label, field, {
      give: (given) => this.give(field.key, given),
      reset: () => this.reset(field.key),
    });
    this.rows.set(field.key, made);
    return made.element;
  }

  private give(key: string, given: Given): void {
    if ("text" in given) this.store.ask(`enter_${this.kind}`, { key, text: given.text });
    else if (this.kind === "parameter") this.store.ask("set_parameter", { key, value: given.value });
    else this.store.ask("set_argument", { name: key, value: given.value });
  }

  private reset(key: string): void {
    if (this.kind === "parameter") this.store.ask("reset", { key });
    else this.store.ask("set_argument", { name: key, value: null });
  }
}

interface RowTarget {
  give(given: Given): void;
  reset(): void;
}

class Row {
  readonly element: HTMLElement;
  private readonly input: HTMLInputElement | HTMLSelectElement;
  private readonly undo: HTMLButtonElement;
  private readonly refusal: HTMLElement;
  /** Whether somebody has written something that Python has not heard of yet. */
  private edited = false;

  constructor(
    label: string,
    private field: Field,
    target: RowTarget,
  ) {
    this.input = valueInput(field, (given) => {
      this.edited = false;
      target.give(given);
    });
    this.input.addEventListener("input", () => {
      this.edited = true;
      this.accept();
    });
    this.input.dataset.key = field.key;
    this.input.disabled = field.fixed;
    if (field.fixed) this.input.title = "An object of the notebook's: a form cannot change it";
    else if (field.default === null) this.input.setAttribute("placeholder", "automatic");
    this.undo = button(
      "↺",
      () => {
        this.edited = false;
        this.input.focus(); // this button goes
        target.reset();
      },
      { class: "undo", "aria-label": `Reset ${field.key}` },
    );
    this.element = labelled(label, this.input, this.undo);
    this.refusal = html("p", { class: "refusal problem", role: "alert", id: `${this.input.id}-why` });
    this.refusal.hidden = true;
    this.element.append(this.refusal);
    if (field.read) this.markAsRead();
  }

  show(field: Field): void {
    this.field = field;
    this.element.classList.toggle("changed", field.changed);
    this.undo.hidden = !field.changed;
    this.undo.title = field.default === null ? "Reset" : `Reset to ${String(field.default)}`;
    if (!this.edited) this.showValue();
  }

  focus(): void {
    this.input.focus();
  }

  /** Say why it is not taken, and show what is valid. */
  refuse(why: string): void {
    if (this.edited) return;
    this.showValue();
    this.refusal.textContent = why;
    this.refusal.hidden = false;
    this.input.setAttribute("aria-invalid", "true");
    this.input.setAttribute("aria-describedby", this.refusal.id);
  }

  private accept(): void {
    this.refusal.hidden = true;
    this.input.removeAttribute("aria-invalid");
    this.input.removeAttribute("aria-describedby");
  }

  private showValue(): void {
    const { value, choices = [] } = this.field;
    if (this.input instanceof HTMLSelectElement) this.input.selectedIndex = choices.indexOf(value);
    else if (this.input.type === "checkbox") this.input.checked = value === true;
    else {
      const text = value === null || value === undefined ? "" : String(value);
      if (this.input.value !== text || !text) this.input.value = text;
    }
  }

  private markAsRead(): void {
    const mark = html("span", { class: "read", title: "The pipeline reads it", "aria-hidden": "true" }, " ●");
    this.element.querySelector("label")?.append(mark);
    this.input.setAttribute("aria-description", "The pipeline reads it");
  }
}

/** What decides which control a field has. */
function shapeOf({ kind, value, choices, fixed }: Field): unknown[] {
  return [kind, typeof value === "string", choices, fixed];
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
