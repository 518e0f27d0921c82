/** Tell a screen reader how the run goes: a short sum every few seconds at most, failures by name. */

import { html } from "./dom.js";
import type { Model } from "./model.js";

const PAUSE = 3000; // milliseconds
const BUSY = ["loading", "running", "saving"] as const;

export class Announcer {
  readonly element = html("div", { class: "spoken", role: "status", "aria-live": "polite" });
  private timer: ReturnType<typeof setTimeout> | undefined;

  schedule(model: Model): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.element.textContent = summary(model);
    }, PAUSE);
  }

  dispose(): void {
    clearTimeout(this.timer);
  }
}

export function summary(model: Model): string {
  const counts = model.counts();
  const busy = BUSY.reduce((sum, state) => sum + (counts.get(state) ?? 0), 0);
  const failed = model.nodes
    .filter((_, shape) => model.stateOf(shape) === "failed")
    .map(({ label }) => label);
  const told = [
    `${counts.get("done") ?? 0} done`,
    busy && `${busy} running`,
    counts.get("waiting") && `${counts.get("waiting")} waiting`,
    counts.get("skipped") && `${counts.get("skipped")} skipped`,
    counts.get("cancelled") && `${counts.get("cancelled")} cancelled`,
    failed.length && `failed: ${failed.slice(0, 3).join(", ")}${failed.length > 3 ? ", and more" : ""}`,
  ];
  return counts.size ? told.filter(Boolean).join(", ") : "";
}
