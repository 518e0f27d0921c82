/** Follow the page between light and dark: JupyterLab says which it is, other pages leave it to the browser. */

import type { Theme } from "./types.js";

const DARK = "(prefers-color-scheme: dark)";

export class ThemeWatch {
  private theme: Theme = "auto";
  private readonly media = globalThis.matchMedia?.(DARK);
  private readonly observer: MutationObserver;
  private readonly tell = (): void => this.apply(this.isDark());

  constructor(private readonly apply: (dark: boolean) => void) {
    this.media?.addEventListener("change", this.tell);
    this.observer = new MutationObserver(this.tell);
    const attributeFilter = ["data-jp-theme-light", "data-theme", "data-bs-theme", "class"];
    for (const element of [document.documentElement, document.body]) {
      this.observer.observe(element, { attributes: true, attributeFilter });
    }
  }

  set(theme: Theme): void {
    this.theme = theme;
    this.tell();
  }

  dispose(): void {
    this.media?.removeEventListener("change", this.tell);
    this.observer.disconnect();
  }

  private isDark(): boolean {
    if (this.theme !== "auto") return this.theme === "dark";
    const jupyter = document.body.dataset.jpThemeLight;
    if (jupyter) return jupyter === "false";
    for (const { dataset } of [document.body, document.documentElement]) {
      const said = dataset.theme ?? dataset.bsTheme;
      if (said === "dark" || said === "light") return said === "dark";
    }
    return this.media?.matches ?? false;
  }
}
