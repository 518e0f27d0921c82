/** The looks of shapes: the colours of the pictures that Python draws, and their counterparts for dark pages. */

import type { Size } from "./layout/layout.js";
import { printable, shorten, widthOf } from "./text.js";
import type { GraphNode, Kind, State } from "./types.js";

export interface Colours {
  readonly fill: string;
  readonly line: string;
  readonly text: string;
}

export interface Palette {
  readonly page: string;
  /** Edges: as usual; from afar, where there are many; and of nodes that will not run. */
  readonly edge: string;
  readonly faint: string;
  readonly faintest: string;
  readonly marked: string;
  readonly hit: string;
  readonly kinds: Readonly<Record<Kind, Colours>>;
  readonly states: Readonly<Record<State, Colours>>;
}

const of = (fill: string, line: string, text: string): Colours => ({ fill, line, text });

const LIGHT_IDLE = of("#ececec", "#8f8f8f", "#5a5a5a");
const LIGHT_BUSY = of("#fff1c2", "#b57b00", "#4a3500");
export const LIGHT: Palette = {
  page: "#ffffff",
  edge: "#8c8c8c",
  faint: "#bdbdbd",
  faintest: "#e0e0e0",
  marked: "#d9480f",
  hit: "#d6a100",
  kinds: {
    node: of("#e3ecfb", "#4f76b8", "#14274a"),
    input: of("#dff2f1", "#3f9a98", "#0f3d3c"),
    dataset: of("#f4f4f1", "#9d9d96", "#1f2a37"),
    output: of("#f0e6fa", "#9166bd", "#3a1d5c"),
    parameter: of("#ececec", "#a8a8a8", "#5a5a5a"),
  },
  states: {
    waiting: LIGHT_IDLE,
    loading: LIGHT_BUSY,
    running: LIGHT_BUSY,
    saving: LIGHT_BUSY,
    done: of("#daf2df", "#2f8f4b", "#123d1f"),
    skipped: LIGHT_IDLE,
    failed: of("#fbdad8", "#c93434", "#561111"),
    cancelled: of("#ececec", "#c93434", "#5a5a5a"),
  },
};

const DARK_IDLE = of("#2c2c2c", "#8a8a8a", "#bdbdbd");
const DARK_BUSY = of("#4a3a08", "#e0a92a", "#ffefc4");
export const DARK: Palette = {
  page: "#161616",
  edge: "#858585",
  faint: "#5c5c5c",
  faintest: "#383838",
  marked: "#ff922b",
  hit: "#ffd43b",
  kinds: {
    node: of("#1d2f4f", "#6f9ae0", "#dce8ff"),
    input: of("#123c3b", "#4db3b0", "#d3f1ef"),
    dataset: of("#33332f", "#8b8b84", "#e8e8e3"),
    output: of("#38244f", "#ac84d6", "#eddffb"),
    parameter: of("#2c2c2c", "#7d7d7d", "#bdbdbd"),
  },
  states: {
    waiting: DARK_IDLE,
    loading: DARK_BUSY,
    running: DARK_BUSY,
    saving: DARK_BUSY,
    done: of("#15401f", "#4fb56b", "#d6f5dd"),
    skipped: DARK_IDLE,
    failed: of("#551a1a", "#ec6a66", "#ffdedc"),
    cancelled: of("#2c2c2c", "#ec6a66", "#bdbdbd"),
  },
};

/** A mark in the corner says the state without colour. */
export const BADGES: Readonly<Record<State, string>> = {
  waiting: "M0-3.4V0L2.4 1.8",
  loading: "M0-3.6V2.6M-2.6 .2L0 2.8 2.6 .2",
  running: "M-3.2 0h.01M0 0h.01M3.2 0h.01",
  saving: "M0 3.6V-2.6M-2.6-.2L0-2.8 2.6-.2",
  done: "M-3.5 0l2.5 2.5 4.5-5",
  skipped: "M-3.5 0h7",
  failed: "M-3-3l6 6m0-6l-6 6",
  cancelled: "M-2.5-2.5h5v5h-5z",
};

const DASHED: ReadonlySet<string> = new Set<Kind | State>(["parameter", "skipped", "cancelled"]);

/** What decides how a shape is drawn. */
export interface Look {
  readonly kind: Kind;
  readonly state: State | undefined;
  readonly dim: boolean;
}

export function coloursOf({ kind, state }: Look, palette: Palette): Colours {
  return state ? palette.states[state] : palette.kinds[kind];
}

export function isDashed({ kind, state }: Look): boolean {
  return DASHED.has(state ?? kind);
}

export interface Shape extends Size {
  readonly text: string;
  readonly font: string;
  readonly radius: number;
}

export const FAMILY = "Helvetica, Arial, sans-serif";
const NODE_TEXT = 210;
const DATASET_TEXT = 190;

/** What to write on it, and how large it gets by that. */
export function shapeOf({ kind, label }: GraphNode): Shape {
  const node = kind === "node";
  const size = node ? 12 : kind === "parameter" ? 10 : 11;
  const text = shorten(printable(label), size, node ? NODE_TEXT : DATASET_TEXT, node);
  const width = 2 * Math.round(widthOf(text, size, node) / 2 + (node ? 12 : 11));
  const height = node ? 30 : size * 2;
  return {
    text,
    font: `${node ? "600 " : ""}${size}px ${FAMILY}`,
    width,
    height,
    radius: node ? 6 : height / 2,
  };
}
