/** A control for a value of some kind: a switch, a number, a choice, a text. */

import { html } from "../graph/dom.js";
import type { Field } from "./store.js";

export type Given =
  | { readonly value: unknown }
  /** As it was written: Python reads it. */
  | { readonly text: string };

/** Make the control; `give` is called with what the user enters. */
export function valueInput(
  { kind, value, choices = [] }: Pick<Field, "kind" | "value" | "choices">,
  give: (given: Given) => void,
): HTMLInputElement | HTMLSelectElement {
  if (kind === "bool" && typeof value !== "string") {
    const box = html("input", { type: "checkbox" });
    box.checked = value === true;
    box.addEventListener("change", () => give({ value: box.checked }));
    return box;
  }
  if (kind === "choice") {
    const select = html("select");
    select.append(...choices.map((each, place) => html("option", { value: place }, String(each))));
    select.selectedIndex = choices.indexOf(value);
    select.addEventListener("change", () => give({ value: choices[select.selectedIndex] }));
    return select;
  }
  // A number that JavaScript does not have, such as infinity, comes as text, and number fields do not take it.
  const number = (kind === "int" || kind === "float") && typeof value !== "string";
  const input = html(
    "input",
    number ? { type: "number", step: kind === "int" ? "1" : "any" } : { type: "text" },
  );
  input.value = value === null || value === undefined ? "" : String(value);
  let written = false;
  const commit = (): void => {
    if (!written) return;
    written = false;
    give({ text: input.validity.badInput ? "?" : input.value });
  };
  input.addEventListener("input", () => {
    written = true;
  });
  input.addEventListener("change", commit);
  // JupyterLab keeps some keys from what they usually do.
  input.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") commit();
  });
  return input;
}
