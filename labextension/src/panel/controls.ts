/** Controls that several sections use. All of them are the browser's own, so that keys and screen readers work. */

import { html } from "../graph/dom.js";

const MOST_NAMES = 200; // of a list, at once

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

/** What has the focus, if it is in here. */
export function focusedIn(element: Element): Element | null {
  const active = (element.getRootNode() as ShadowRoot | Document).activeElement;
  return active && element.contains(active) ? active : null;
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
  private given: readonly string[] = [];
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
    if (same(names, this.given) && same(picked, this.picked) && this.list.childElementCount) return;
    this.given = names;
    // What was picked and is no more can still be taken back.
    this.names = [...names, ...picked.filter((each) => !names.includes(each))];
    this.picked = picked;
    this.element.hidden = !names.length && !picked.length;
    this.draw();
  }

  private draw(): void {
    this.summary.textContent = this.picked.length ? `${this.title}: ${this.picked.join(", ")}` : this.title;
    this.summary.classList.toggle("set", this.picked.length > 0);
    this.search.hidden = this.names.length < 8;
    const wanted = this.search.value.toLowerCase();
    const focused = focusedIn(this.list)?.getAttribute("value");
    const found = this.names.filter((name) => name.toLowerCase().includes(wanted));
    this.list.replaceChildren(...found.slice(0, MOST_NAMES).map((name) => this.item(name)));
    if (found.length > MOST_NAMES)
      this.list.append(html("p", { class: "soft" }, `${found.length - MOST_NAMES} more: search`));
    else if (!found.length) this.list.append(html("p", { class: "soft" }, "No such name"));
    if (focused) {
      for (const box of this.list.querySelectorAll("input")) if (box.value === focused) box.focus();
    }
  }

  private item(name: string): HTMLElement {
    const box = html("input", { type: "checkbox", value: name });
    box.checked = this.picked.includes(name);
    box.addEventListener("change", () => {
      const others = this.picked.filter((each) => each !== name);
      const picked = box.checked ? [...others, name] : others;
      this.picked = picked; // as the box shows it: whatever else comes of it is drawn anew
      this.draw();
      this.pick(picked);
    });
    return html("label", { title: name }, box, html("span", {}, name));
  }
}
