/** A canvas for tests: it remembers what was painted with it since it was last cleared. */

export interface Painted {
  readonly call: string;
  readonly args: readonly unknown[];
  readonly fill: string;
  readonly alpha: number;
}

class FakePath {
  readonly steps: unknown[][] = [];
  constructor(readonly d = "") {}
  rect(...args: unknown[]): void {
    this.steps.push(["rect", ...args]);
  }
  roundRect(...args: unknown[]): void {
    this.steps.push(["roundRect", ...args]);
  }
  moveTo(): void {}
  arc(...args: unknown[]): void {
    this.steps.push(["arc", ...args]);
  }
  addPath(path: FakePath): void {
    this.steps.push(["path", path.d]);
  }
}

class FakeContext {
  painted: Painted[] = [];
  fillStyle = "";
  globalAlpha = 1;
  constructor(readonly canvas: HTMLCanvasElement) {}
  setTransform(): void {}
  setLineDash(): void {}
  clearRect(): void {
    this.painted = [];
  }
  fill(...args: unknown[]): void {
    this.note("fill", args);
  }
  stroke(...args: unknown[]): void {
    this.note("stroke", args);
  }
  fillText(...args: unknown[]): void {
    this.note("fillText", args);
  }
  private note(call: string, args: unknown[]): void {
    this.painted.push({ call, args, fill: this.fillStyle, alpha: this.globalAlpha });
  }
}

const contexts = new WeakMap<HTMLCanvasElement, FakeContext>();

/** What is on the canvas now. */
export function painted(canvas: HTMLCanvasElement): readonly Painted[] {
  return contexts.get(canvas)?.painted ?? [];
}

Object.assign(globalThis, { Path2D: FakePath });
if (globalThis.HTMLCanvasElement) HTMLCanvasElement.prototype.getContext = contextOf as unknown as GetContext;

type GetContext = HTMLCanvasElement["getContext"];

function contextOf(this: HTMLCanvasElement): FakeContext {
  let context = contexts.get(this);
  if (!context) {
    context = new FakeContext(this);
    contexts.set(this, context);
  }
  return context;
}
