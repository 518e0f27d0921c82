/** The panel as a widget (anywidget). */

import { createPanel } from "./panel.js";
import type { WidgetModel } from "./store.js";

function render({ model, el }: { model: WidgetModel; el: HTMLElement }): () => void {
  return createPanel(el, model);
}

export default { render };
