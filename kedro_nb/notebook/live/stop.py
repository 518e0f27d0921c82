"""The Stop button: it asks the Jupyter server to interrupt the kernel, which works while a cell blocks."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from kedro_nb.notebook.markup import html

_KERNEL = re.compile(r"kernel-([0-9a-fA-F-]{36})\.json")
# What a page of Jupyter's tells of its server stands in one of its elements. A press, not a click: the page's
# elements are replaced a few times a second, and one that was pressed is gone before it is let go.
_ASK = (
    "event.preventDefault();this.disabled=true;try{"
    "var c=JSON.parse(document.getElementById('jupyter-config-data').textContent),"
    "x=(document.cookie.match(/(?:^|; )_xsrf=([^;]*)/)||[])[1],h={};"
    "if(x)h['X-XSRFToken']=x;if(c.token)h.Authorization='token '+c.token;"
    "fetch(c.baseUrl+'api/kernels/KERNEL/interrupt',{method:'POST',headers:h,credentials:'same-origin'});"
    "this.textContent='Stopping…'"
    "}catch(e){this.textContent='Use the notebook\\'s own stop button'}"
)
_STYLE = (
    "margin:0 8px 0 2px;padding:0 10px;font-size:12px;line-height:20px;border:0;border-radius:4px;"
    "background:#c93434;color:#fff;cursor:pointer"
)


def stop_button(kernel: str, *, again: bool = False) -> str:
    """The button for the kernel of this id.

    Args:
        kernel: its id; without one there is no button.
        again: the run was told to stop already, and asking again means at once.
    """
    if not kernel:
        return ""
    ask = html(_ASK.replace("KERNEL", kernel))
    label, about = ("Stop now", "Do not wait for nodes to end") if again else ("Stop", "Stop this run")
    return (
        f'<button type="button" title="{about}" style="{_STYLE}" onpointerdown="{ask}" '
        f"onkeydown=\"if(event.key=='Enter'||event.key==' '){{{ask}}}\">{label}</button>"
    )


def kernel_id(shell: Any) -> str:
    """The id under which a Jupyter server knows this kernel; empty where none has started it."""
    if "JPY_SESSION_NAME" not in os.environ and "JPY_PARENT_PID" not in os.environ:
        return ""
    application = getattr(getattr(shell, "kernel", None), "parent", None)
    found = _KERNEL.fullmatch(Path(str(getattr(application, "connection_file", ""))).name)
    return found[1] if found else ""
