import { describe, expect, it } from "vitest";
import { BADGES, DARK, LIGHT, shapeOf } from "../src/graph/looks.js";
import { printable, shorten, widthOf } from "../src/graph/text.js";
import { STATES } from "../src/graph/types.js";
import { Viewport } from "../src/graph/viewport.js";
import { node } from "./graphs.js";

describe("text", () => {
  it("shortens in the middle, to no more than the limit", () => {
    const short = shorten("a_rather_long_name_of_a_node_that_goes_on", 12, 120, true);
    expect(short).toMatch(/^a_rather.*….*goes_on$/);
    expect(widthOf(short, 12, true)).toBeLessThanOrEqual(120);
  });

  it("leaves what fits", () => expect(shorten("short", 12, 120)).toBe("short"));

  it("stays quick with a name of a million letters", () => {
    expect(widthOf(shorten("x".repeat(1_000_000), 12, 120), 12)).toBeLessThanOrEqual(120);
  });

  it("counts wide letters as wide, and marks above letters as nothing", () => {
    expect(widthOf("数据", 10)).toBeGreaterThan(widthOf("da", 10));
    expect(widthOf("e\u0301", 10)).toBe(widthOf("e", 10));
  });

  it("shows control characters and turned writing as escapes", () => {
    expect(printable("a\nb\u202e")).toBe("a\\u000ab\\u202e");
  });
});

describe("looks", () => {
  it("gives every state a mark of its own, besides its colour", () => {
    expect(new Set(Object.values(BADGES)).size).toBe(STATES.length);
  });

  it.each([
    ["light", LIGHT],
    ["dark", DARK],
  ])("writes names with enough contrast on a %s page", (_, palette) => {
    for (const { fill, text } of [...Object.values(palette.kinds), ...Object.values(palette.states)]) {
      expect(contrast(fill, text)).toBeGreaterThan(4.5);
    }
  });

  it("makes a shape no wider than a column, whatever the name", () => {
    expect(shapeOf(node("W".repeat(300))).width).toBeLessThan(240);
  });
});

function contrast(one: string, other: string): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

describe("Viewport", () => {
  function viewport(width: number, height: number): Viewport {
    const view = new Viewport();
    view.size = { width: 400, height: 300 };
    view.world = { width, height };
    return view;
  }

  it("fits everything in", () => {
    const view = viewport(4000, 900);
    view.fit();
    const { left, top, right, bottom } = view.visible();
    expect(left).toBeLessThanOrEqual(0);
    expect(top).toBeLessThanOrEqual(0);
    expect(right).toBeGreaterThanOrEqual(4000);
    expect(bottom).toBeGreaterThanOrEqual(900);
  });

  it("keeps the point under the pointer while it zooms", () => {
    const view = viewport(800, 600);
    view.fit();
    const at = { x: 120, y: 80 };
    const before = view.toWorld(at);
    view.zoom(1.7, at);
    expect(view.toWorld(at).x).toBeCloseTo(before.x);
    expect(view.toWorld(at).y).toBeCloseTo(before.y);
  });

  it("never loses the graph", () => {
    const view = viewport(800, 600);
    view.fit();
    view.pan(1e6, -1e6);
    const { left, bottom } = view.visible();
    expect(left).toBeLessThan(0);
    expect(view.toScreen({ x: 0, y: 0 }).x).toBeLessThan(400);
    expect(bottom).toBeGreaterThan(0);
    expect(view.toScreen({ x: 0, y: 600 }).y).toBeGreaterThan(0);
  });

  it("begins at the top and readable where the graph is large", () => {
    const view = viewport(3000, 9000);
    view.begin({ x: 1500, y: 10 });
    expect(view.scale).toBeGreaterThanOrEqual(0.6);
    expect(view.visible().top).toBeLessThanOrEqual(0);
    expect(view.toScreen({ x: 1500, y: 10 }).x).toBeCloseTo(200);
  });

  it("begins with everything where that is readable", () => {
    const view = viewport(390, 280);
    view.begin({ x: 0, y: 0 });
    expect(view.visible().right).toBeGreaterThanOrEqual(390);
    expect(view.visible().bottom).toBeGreaterThanOrEqual(280);
  });

  it("reveals by no more than it takes", () => {
    const view = viewport(2000, 2000);
    const box = { left: 100, top: 100, right: 200, bottom: 130 };
    view.reveal(box);
    const { x, y } = view;
    view.reveal(box);
    expect([view.x, view.y]).toEqual([x, y]);
    view.reveal({ left: 1500, top: 1500, right: 1600, bottom: 1530 });
    expect(view.visible().right).toBeGreaterThanOrEqual(1600);
  });
});
