"""What is asked of the page in JavaScript. Every assumption about the front ends' insides is in this file."""

from __future__ import annotations

_PANEL = "window.jupyterapp?.shell?.currentWidget"
_CELL = "window.jupyterapp.shell.currentWidget.content.widgets[cell]"
_OUTPUTS = f"[...{_CELL}.outputArea.node.querySelectorAll('.jp-OutputArea-output')]"

HAS_NOTEBOOK = f"() => Boolean({_PANEL}?.context?.sessionContext)"
HAS_KERNEL = f"() => Boolean({_PANEL}?.context?.sessionContext?.session?.kernel)"
IS_OPEN = f"""async () => {{
    await window.jupyterapp.restored;
    await {_PANEL}.context.ready;
    await {_PANEL}.revealed;
}}"""
KERNEL_ANSWERS = f"""async () => {{
    const session = {_PANEL}.context.sessionContext;
    await session.ready;
    await session.session.kernel.info;
}}"""
IS_CONNECTED = f"() => {_PANEL}?.context?.sessionContext?.session?.kernel?.connectionStatus === 'connected'"

COMMAND = "async ([name, options]) => { await window.jupyterapp.commands.execute(name, options); }"
# The promise of a command that runs cells ends with the cells; nobody waits for it here.
START = """(name) => {
    window.kedroNbRunning = (window.kedroNbRunning ?? 0) + 1;
    window.jupyterapp.commands.execute(name).finally(() => { window.kedroNbRunning -= 1; });
}"""
IS_DONE = "() => !window.kedroNbRunning"
HAS_ERROR = f"(cell) => {_CELL}.outputArea.model.toJSON().some(each => each.output_type === 'error')"
SELECT_CELL = "(cell) => { window.jupyterapp.shell.currentWidget.content.activeCellIndex = cell; }"
IS_LIGHT = "() => document.body.dataset.jpThemeLight === 'true'"
IS_DARK = "() => document.body.dataset.jpThemeLight === 'false'"

# Text that is out of sight may count as not rendered, and has no innerText then.
OUTPUT_TEXT = f"(cell) => {_OUTPUTS}.map(each => each.innerText || each.textContent).join('\\n')"
OUTPUT_HTML = f"(cell) => {_OUTPUTS}.map(each => each.innerHTML).join('\\n')"
OUTPUT_WORDS = f"""(cell) => {_OUTPUTS}.flatMap(each => [
    each.innerText || each.textContent,
    ...[...each.querySelectorAll('[title]')].map(inner => inner.getAttribute('title')),
    ...[...each.querySelectorAll('[aria-label]')].map(inner => inner.getAttribute('aria-label')),
    ...[...each.querySelectorAll('svg title, svg text')].map(inner => inner.textContent),
]).join('\\n')"""
SHOW_OUTPUT = f"""async (cell) => {{
    {_CELL}.outputArea.node.scrollIntoView({{block: 'start'}});
    await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
}}"""
_NODE = "window.jupyterapp.shell.currentWidget.content.widgets[cell].node"
HEIGHT_OF_CELLS = f"""([first, last]) => {{
    const bounds = (cell) => {_NODE}.getBoundingClientRect();
    return bounds(last).bottom - bounds(first).top;
}}"""
SHOW_CELLS = f"""async ([first, last]) => {{
    const node = (cell) => {_NODE};
    node(first).scrollIntoView({{block: 'start'}});
    await new Promise(done => setTimeout(done, 200));
    const [top, end] = [node(first).getBoundingClientRect(), node(last).getBoundingClientRect()];
    return {{x: top.x, y: top.y, width: top.width, height: end.bottom - top.y}};
}}"""
HIDE_SIDE_BAR = "() => window.jupyterapp.shell.collapseLeft?.()"

# The contrast of each text with the colours behind it: of HTML boxes, and of SVG shapes drawn before it.
CONTRASTS = f"""(cell) => {{
    const canvas = document.createElement('canvas').getContext('2d', {{willReadFrequently: true}});
    const rgba = (colour) => {{
        canvas.clearRect(0, 0, 1, 1);
        canvas.fillStyle = '#000';
        canvas.fillStyle = colour;
        canvas.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
        return [r, g, b, a / 255];
    }};
    const opacity = (node) => {{
        let product = 1;
        for (let each = node; each; each = each.parentElement) product *= getComputedStyle(each).opacity;
        return product;
    }};
    const paint = (colour, share, below) => {{
        const [r, g, b, a] = rgba(colour);
        return [r, g, b].map((value, i) => value * a * share + below[i] * (1 - a * share));
    }};
    const shade = (node) => {{
        const style = getComputedStyle(node);
        if (!(node instanceof SVGElement) || node.tagName === 'svg') return style.backgroundColor;
        if (['text', 'tspan', 'g', 'a'].includes(node.tagName) || style.fill === 'none') return 'transparent';
        return style.fill.startsWith('url') ? 'transparent' : style.fill;
    }};
    const light = (colour) => {{
        const [r, g, b] = colour.map(value => value / 255)
            .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    }};
    const found = [];
    const inside = (root) => [root, ...[...root.querySelectorAll('*')]
        .flatMap(each => each.shadowRoot ? inside(each.shadowRoot) : [])];
    for (const output of {_OUTPUTS}.flatMap(inside)) {{
        const walker = document.createTreeWalker(output, NodeFilter.SHOW_TEXT);
        while (walker.nextNode()) {{
            const text = walker.currentNode;
            const owner = text.parentElement;
            if (!text.data.trim() || owner.closest('title, style, script')) continue;
            if (owner.closest('[class*="ansi-"]')) continue;  // the front end's own colours
            const range = document.createRange();
            range.selectNodeContents(text);
            const box = range.getBoundingClientRect();
            const x = box.x + box.width / 2;
            const y = box.y + box.height / 2;
            if (owner.closest(':disabled')) continue;
            const layers = owner.getRootNode().elementsFromPoint(x, y);
            if (!layers.includes(owner)) continue;  // out of sight
            let behind = [255, 255, 255];
            for (const layer of layers.slice(layers.indexOf(owner)).reverse()) {{
                behind = paint(shade(layer), opacity(layer), behind);
            }}
            const style = getComputedStyle(owner);
            const front = paint(owner instanceof SVGElement ? style.fill : style.color, opacity(owner), behind);
            const [low, high] = [light(front), light(behind)].sort((a, b) => a - b);
            found.push([(high + 0.05) / (low + 0.05), text.data.trim()]);
        }}
    }}
    return found;
}}"""
