/** The row above the drawing: search, zoom, fit. */

import { html } from "./dom.js";

export interface ToolbarTarget {
  search(text: string): void;
  next(step: number): void;
  zoom(factor: number): void;
  fit(): void;
  /** Back to the drawing. */
  leave(): void;
}

export class Toolbar {
  readonly element: HTMLElement;
  readonly field = html("input", {
    type: "search",
    placeholder: "Search",
    "aria-label": "Search the graph",
    autocomplete: "off",
    spellcheck: "false",
  });
  private readonly found = html("span", { class: "found", role: "status" });

  constructor(target: ToolbarTarget) {
    const button = (label: string, sign: string, act: () => void) => {
      const made = html("button", { type: "button", "aria-label": label, title: label }, sign);
      made.addEventListener("click", act);
      return made;
    };
    this.element = html(
      "div",
      { class: "toolbar" },
      html("div", { class: "search" }, this.field, this.found),
      html(
        "div",
        { class: "buttons", role: "group", "aria-label": "View" },
        button("Zoom out", "−", () => target.zoom(1 / 1.4)),
        button("Zoom in", "+", () => target.zoom(1.4)),
        button("Show everything", "Fit", () => target.fit()),
      ),
    );
    this.field.addEventListener("input", () => target.search(this.field.value));
    this.field.addEventListener("keydown", (event) => {
      if (event.key === "Enter") target.next(event.shiftKey ? -1 : 1);
      else if (event.key === "Escape") {
        this.field.value = "";
        target.search("");
        target.leave();
      } else return;
      event.preventDefault();
    });
  }

  tell(found: string): void {
    this.found.textContent = found;
  }
}
