/** Mouse, touch and wheel on the stage: drag to pan, pinch or wheel to zoom, click to select. */

import type { Point } from "./layout/layout.js";

export interface GestureTarget {
  pan(dx: number, dy: number): void;
  zoomAt(factor: number, at: Point): void;
  /** `add`: to what is selected already. */
  click(at: Point, add: boolean): void;
  /** Whether the wheel is the graph's; else it scrolls the page. */
  ownsWheel(): boolean;
}

const SLOP = 4; // pixels that a click may wander

export function listenToGestures(stage: HTMLElement, target: GestureTarget): void {
  const pointers = new Map<number, Point>();
  let wandered = 0;

  const at = (event: MouseEvent): Point => {
    const { left, top } = stage.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  };

  stage.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    if (!pointers.size) wandered = 0;
    pointers.set(event.pointerId, at(event));
  });

  stage.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
    pointers.set(event.pointerId, now);
    wandered += Math.hypot(now.x - before.x, now.y - before.y);
    if (wandered < SLOP) return;
    // Only a drag captures: a captured click would not reach what is under it.
    stage.setPointerCapture?.(event.pointerId);
    if (other) {
      const middle = { x: (now.x + other.x) / 2, y: (now.y + other.y) / 2 };
      const apart = (point: Point) => Math.max(Math.hypot(point.x - other.x, point.y - other.y), 1);
      target.zoomAt(apart(now) / apart(before), middle);
      target.pan((now.x - before.x) / 2, (now.y - before.y) / 2);
    } else {
      target.pan(now.x - before.x, now.y - before.y);
    }
  });

  const end = (event: PointerEvent): void => {
    const pressed = pointers.delete(event.pointerId);
    if (pressed && event.type === "pointerup" && wandered < SLOP && !pointers.size) {
      target.click(at(event), event.ctrlKey || event.metaKey || event.shiftKey);
    }
  };
  stage.addEventListener("pointerup", end);
  stage.addEventListener("pointercancel", end);

  stage.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey && !target.ownsWheel()) return;
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      const speed = event.ctrlKey ? 0.01 : 0.0016; // a pinch on a touchpad comes as small steps with Ctrl
      const step = Math.max(-0.4, Math.min(0.4, -event.deltaY * lines * speed));
      target.zoomAt(Math.exp(step), at(event));
    },
    { passive: false },
  );
}
