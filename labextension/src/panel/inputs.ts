/** A control for a value of some kind: a switch, a number, a choice, a text. */

import { html } from "../graph/dom.js";
import type { Kind } from "./store.js";

export interface Given {
  /** A value of the kind; for "data" and what cannot be read as its kind, the text as it was written. */
  readonly value: unknown;
  readonly written: boolean;
}

/** Make the control; `give` is called with what the user enters. */
export function valueInput(
  kind: Kind,
  value: unknown,
  choices: readonly unknown[],
  give: (given: Given) => void,
): HTMLInputElement | HTMLSelectElement {
  if (kind === "bool") {
    const box = html("input", { type: "checkbox" });
    box.checked = value === true;
    box.addEventListener("change", () => give({ value: box.checked, written: false }));
    return box;
  }
  if (kind === "choice") {
    const select = html("select");
    select.append(...choices.map((each, place) => html("option", { value: place }, String(each))));
    select.selectedIndex = Math.max(0, choices.indexOf(value));
    select.addEventListener("change", () => give({ value: choices[select.selectedIndex], written: false }));
    return select;
  }
  const number = kind === "int" || kind === "float";
  const input = html(
    "input",
    number ? { type: "number", step: kind === "int" ? "1" : "any" } : { type: "text" },
  );
  input.value = textOf(value, kind);
  input.addEventListener("change", () => {
    if (number && input.value.trim() && input.validity.valid)
      give({ value: Number(input.value), written: false });
    else if (kind === "text") give({ value: input.value, written: false });
    else give({ value: input.value, written: true });
  });
  return input;
}

function textOf(value: unknown, kind: Kind): string {
  if (value === null || value === undefined) return "";
  return kind === "data" && typeof value !== "string" ? JSON.stringify(value) : String(value);
}
