/** The small box at what is selected: its full name, and which slice of the pipeline to take from there. */

import { html } from "./dom.js";
import type { Size } from "./layout/layout.js";
import { printable } from "./text.js";
import type { Action } from "./types.js";
import type { Box } from "./viewport.js";

const LABELS: Readonly<Record<Action, string>> = { from: "From here", to: "Up to here", only: "Only this" };

const GAP = 8; // pixels

export interface PopupContent {
  readonly name: string;
  /** Whether the name is to be shown: else it stands in the drawing. */
  readonly named: boolean;
  readonly actions: readonly Action[];
}

export class Popup {
  readonly element = html("div", { class: "popup", role: "toolbar", hidden: "" });
  private shown = "";

  constructor(
    private readonly act: (action: Action) => void,
    leave: () => void,
  ) {
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") leave();
      else if (event.key === "ArrowRight" || event.key === "ArrowLeft") {
        this.turn(event.key === "ArrowRight" ? 1 : -1);
      } else return;
      event.preventDefault();
      event.stopPropagation();
    });
  }

  /** Beside what it is about where there is room, else below, else above: neighbours are above and below. */
  show(content: PopupContent, about: Box, room: Size): void {
    this.fill(content);
    this.element.hidden = false;
    const { offsetWidth: width, offsetHeight: height } = this.element;
    let left = about.right + GAP;
    let top = (about.top + about.bottom - height) / 2;
    if (left + width > room.width) {
      left = (about.left + about.right - width) / 2;
      top = about.bottom + GAP + height <= room.height ? about.bottom + GAP : about.top - height - GAP;
    }
    left = Math.max(4, Math.min(room.width - width - 4, left));
    top = Math.max(4, Math.min(room.height - height - 4, top));
    this.element.style.transform = `translate(${Math.round(left)}px, ${Math.round(top)}px)`;
  }

  hide(): void {
    this.element.hidden = true;
  }

  focus(): boolean {
    const first = this.element.hidden ? null : this.element.querySelector("button");
    first?.focus();
    return first !== null;
  }

  private fill({ name, named, actions }: PopupContent): void {
    const key = JSON.stringify([name, named, actions]);
    if (key === this.shown) return;
    this.shown = key;
    const buttons = actions.map((action) => {
      const button = html("button", { type: "button", "data-action": action }, LABELS[action]);
      button.addEventListener("click", () => this.act(action));
      return button;
    });
    this.element.setAttribute("aria-label", `Run a part: ${name}`);
    this.element.replaceChildren(
      ...(named ? [html("div", { class: "name" }, printable(name))] : []),
      html("div", { class: "buttons" }, ...buttons),
    );
  }

  private turn(by: number): void {
    const buttons = [...this.element.querySelectorAll("button")];
    const root = this.element.getRootNode() as Document | ShadowRoot;
    const at = buttons.indexOf(root.activeElement as HTMLButtonElement);
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
  }
}
