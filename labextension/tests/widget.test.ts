import { afterEach, beforeEach, describe, expect, it } from "vitest";
import widget, { type WidgetModel } from "../src/widget.js";
import { SMALL } from "./graphs.js";

class FakeModel implements WidgetModel {
  readonly sent: unknown[] = [];
  saves = 0;
  readonly listeners = new Map<string, Set<(message: unknown) => void>>();

  constructor(private readonly traits: Record<string, unknown>) {}

  get(name: string): unknown {
    return this.traits[name];
  }
  set(name: string, value: unknown): void {
    if (this.traits[name] === value) return;
    this.traits[name] = value;
    this.tell(`change:${name}`);
  }
  save_changes(): void {
    this.saves++;
  }
  send(message: unknown): void {
    this.sent.push(message);
  }
  on(event: string, listener: (message: unknown) => void): void {
    if (!this.listeners.has(event)) this.listeners.set(event, new Set());
    this.listeners.get(event)!.add(listener);
  }
  off(event: string, listener: (message: unknown) => void): void {
    this.listeners.get(event)?.delete(listener);
  }
  tell(event: string, message?: unknown): void {
    for (const listener of this.listeners.get(event) ?? []) listener(message);
  }
}

let model: FakeModel;
let el: HTMLElement;
let leave: () => void;

const frame = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
const find = (selector: string) => el.firstElementChild!.shadowRoot!.querySelector<HTMLElement>(selector)!;
const option = (id: string) => find(`[data-id="${id}"]`);

beforeEach(async () => {
  model = new FakeModel({ graph: SMALL, states: { clean: "done" }, selected: ["train"], height: "300px" });
  el = document.createElement("div");
  document.body.append(el);
  leave = widget.render({ model, el });
  await frame();
});

afterEach(() => {
  leave();
  el.remove();
});

describe("the widget", () => {
  it("begins with what the traits say", () => {
    expect(option("clean").dataset.state).toBe("done");
    expect(option("train").getAttribute("aria-selected")).toBe("true");
    expect(find(".graph").style.height).toBe("300px");
  });

  it("follows the traits", async () => {
    model.set("states", { train: "failed" });
    model.set("selected", ["plot"]);
    expect([option("clean").dataset.state, option("train").dataset.state]).toEqual(["", "failed"]);
    expect(option("plot").getAttribute("aria-selected")).toBe("true");
  });

  it("keeps states and selection when the graph changes", async () => {
    model.set("graph", { nodes: SMALL.nodes.slice(0, 5), edges: [] });
    await frame();
    expect(option("clean").dataset.state).toBe("done");
    expect(option("train").getAttribute("aria-selected")).toBe("true");
  });

  it("takes partial states as a message", () => {
    model.tell("msg:custom", { type: "states", states: { train: "running" } });
    expect([option("clean").dataset.state, option("train").dataset.state]).toEqual(["done", "running"]);
  });

  it("writes what the user selects into the trait", async () => {
    find("[role=listbox]").focus();
    find("[role=listbox]").dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
    expect(model.get("selected")).toEqual([]);
    expect(model.saves).toBe(1);
  });

  it("sends the action that the user asks for", () => {
    find("[data-action=from]").click();
    expect(model.sent).toEqual([{ type: "action", action: "from", ids: ["train"] }]);
  });

  it("lets go of the model at the end", () => {
    leave();
    expect([...model.listeners.values()].every((listeners) => listeners.size === 0)).toBe(true);
    expect(el.children).toHaveLength(0);
  });
});
