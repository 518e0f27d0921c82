/** Controls that several sections use. All of them are the browser's own, so that keys and screen readers work. */

import { html } from "../graph/dom.js";

let lastId = 0;

/** A control with its label. */
export function labelled(label: string, control: HTMLElement, ...more: (Element | string)[]): HTMLElement {
  lastId += 1;
  control.id ||= `kedro-nb-${lastId}`;
  return html("div", { class: "row" }, html("label", { for: control.id }, label), control, ...more);
}

export function button(
  text: string,
  act: () => void,
  attributes: Record<string, string> = {},
): HTMLButtonElement {
  const made = html("button", { type: "button", ...attributes }, text);
  made.addEventListener("click", act);
  return made;
}

/** A section that can be folded away. */
export function section(title: string, open: boolean, ...content: Element[]): HTMLDetailsElement {
  const made = html("details", {}, html("summary", {}, html("h3", {}, title)), ...content);
  made.open = open;
  return made;
}

/** Replace the options of a select where they differ. */
export function fillSelect(
  select: HTMLSelectElement,
  values: readonly string[],
  value: string,
  first?: string,
): void {
  const options = first === undefined ? [...values] : ["", ...values];
  const same =
    select.options.length === options.length && options.every((each, i) => select.options[i].value === each);
  if (!same) {
    select.replaceChildren(...options.map((each) => html("option", { value: each }, each || (first ?? ""))));
  }
  select.value = value;
}

/** Names to pick any number of, with a search above them. */
export class PickList {
  readonly element: HTMLDetailsElement;
  private readonly summary = html("summary");
  private readonly search: HTMLInputElement;
  private readonly list = html("div", { class: "picks" });
  private names: readonly string[] = [];
  private picked: readonly string[] = [];

  constructor(
    private readonly title: string,
    private readonly pick: (names: string[]) => void,
  ) {
    this.search = html("input", { type: "search", placeholder: "Search", "aria-label": `Search ${title}` });
    this.search.addEventListener("input", () => this.draw());
    this.element = html("details", { class: "pick" }, this.summary, this.search, this.list);
    this.list.setAttribute("role", "group");
    this.list.setAttribute("aria-label", title);
  }

  show(names: readonly string[], picked: readonly string[]): void {
    const same = (a: readonly string[], b: readonly string[]): boolean =>
      a.length === b.length && a.every((each, place) => each === b[place]);
    if (same(names, this.names) && same(picked, this.picked) && this.list.childElementCount) return;
    this.names = names;
    this.picked = picked;
    this.element.hidden = !names.length && !picked.length;
    this.draw();
  }

  private draw(): void {
    this.summary.textContent = this.picked.length ? `${this.title}: ${this.picked.join(", ")}` : this.title;
    this.summary.classList.toggle("set", this.picked.length > 0);
    this.search.hidden = this.names.length < 8;
    const wanted = this.search.value.toLowerCase();
    const focused = (this.list.getRootNode() as ShadowRoot | Document).activeElement?.getAttribute("value");
    this.list.replaceChildren(
      ...this.names
        .filter((name) => name.toLowerCase().includes(wanted))
        .slice(0, 200)
        .map((name) => this.item(name)),
    );
    if (focused) {
      for (const box of this.list.querySelectorAll("input")) if (box.value === focused) box.focus();
    }
  }

  private item(name: string): HTMLElement {
    const box = html("input", { type: "checkbox", value: name });
    box.checked = this.picked.includes(name);
    box.addEventListener("change", () => {
      const others = this.picked.filter((each) => each !== name);
      this.pick(box.checked ? [...others, name] : others);
    });
    return html("label", { title: name }, box, html("span", {}, name));
  }
}
