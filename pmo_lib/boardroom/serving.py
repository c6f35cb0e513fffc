"""How the board's page is served: the settings of Voila, and a page that fetches from here alone."""

from __future__ import annotations

import json
import socket
from pathlib import Path

from pmo_lib.checks import InputError

NOTEBOOK = "10_the_board_room.ipynb"
TEMPLATE = "board_room"
IDLE = 300
"""How long a kernel is kept whose page went away without a word; one that comes back later
loads itself again, and opens as it was. [s]"""

POOL = 2
"""Kernels kept ready, so that a page opens at once."""

PAGE = """\
{%- extends 'voila/templates/lab/index.html.j2' -%}
{%- block html_head_title -%}
<title>Board room</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'self' 'unsafe-inline' 'unsafe-eval' data: blob: ws: wss:; form-action 'none'; base-uri 'self'">
{%- endblock html_head_title -%}
{%- block notebook_css -%}
{{ resources.include_js("static/voila-style.js") }}
{{ spinner.css() }}
<style>
  .jp-mod-noOutputs.jp-mod-noInput, .jp-MarkdownCell { display: none; }
  .spinner-container { width: 90px; }
</style>
{{ super.super() }}
<script>
(() => { // A slow machine, or a kernel that had ended before it was handed out: load once more.
  const HALF = /\\[anywidget\\] Failed to initialize/, MOST = 4, WITHIN = 120000, KEPT = "pmo-board-loads";
  let loading = false, said = false;
  window.pmoLoadAgain = () => { // Says whether it does; not for ever, where it does not help.
    if (loading) return true;
    try {
      const times = (sessionStorage.getItem(KEPT) ?? "").split(" ").map(Number).filter((at) => at > Date.now() - WITHIN);
      if (times.length >= MOST) return false;
      sessionStorage.setItem(KEPT, [...times, Date.now()].join(" "));
    } catch { return false; }
    loading = true;
    setTimeout(() => location.reload(), 600);
    return true;
  };
  const again = () => {
    if (said || window.pmoLoadAgain()) return;
    said = true;
    const line = document.createElement("p");
    line.setAttribute("role", "alert");
    line.textContent = "The page is not complete. Load it again, or ask the chair to open the board room anew; what is recorded is kept.";
    document.body.prepend(line);
  };
  addEventListener("unhandledrejection", (event) => { if (HALF.test(String(event.reason?.message ?? event.reason))) again(); });
  setInterval(() => { if (document.body?.textContent.includes("Error displaying widget: model not found")) again(); }, 2000);
})();
</script>
{%- endblock notebook_css -%}
"""
"""The page around the notebook: as Voila makes it, without the fonts it fetches from elsewhere."""


def write_configuration(
    home: Path, *, notebook: Path, token: str, ip: str, port: int, pool: int = POOL
) -> dict[str, str]:
    """Write what Voila needs into a folder of our own.

    Parameters
    ----------
    home : Path
        An empty folder that only its owner may read: the token is in it.
    notebook : Path
        What is served.
    token : str
        Asked of everybody who comes; empty asks nothing.
    ip, port
        Where it listens.
    pool : int
        Pages kept ready.

    Returns
    -------
    dict
        Environment variables for ``python -m voila``.
    """
    template = home / "voila" / "templates" / TEMPLATE
    template.mkdir(parents=True)
    (template / "conf.json").write_text('{"base_template": "lab"}', "utf-8")
    (template / "index.html.j2").write_text(PAGE, "utf-8")
    kernels = {"cull_idle_timeout": IDLE, "cull_interval": 60}
    configuration = {
        "Voila": {
            "token": token, "ip": ip, "port": port, "port_retries": 0, "open_browser": False,
            "notebook_path": str(notebook), "log_level": 30, "identity_provider_class": DOOR,
        },
        "VoilaConfiguration": {
            "template": TEMPLATE, "strip_sources": True, "show_tracebacks": False,
            "preheat_kernel": pool > 0, "default_pool_size": max(pool, 0),
            "allow_template_override": "NO", "allow_theme_override": "NO",
            "file_allowlist": [], "multi_kernel_manager_class": _KERNELS,
        },
        "MappingKernelManager": kernels,
    }  # fmt: skip
    file = home / "voila.json"
    file.touch(mode=0o600)
    file.write_text(json.dumps(configuration), "utf-8")
    return {"JUPYTER_PATH": str(home)}


def free_port(ip: str, wanted: int, *, tries: int = 50) -> int:
    """Return the first port from the one wanted on that nobody listens on.

    Raises
    ------
    InputError
        If the address is none of this machine, or every port tried is taken.
    """
    for port in range(wanted, wanted + tries):
        with socket.socket() as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((ip, port))
            except socket.gaierror:
                raise InputError(f"ip: {ip} is no address; write 127.0.0.1") from None
            except OSError as error:
                if error.errno == 99:
                    raise InputError(f"ip: {ip} is no address of this machine") from None
                continue
            return port
    raise InputError(f"port: {wanted} to {wanted + tries - 1} are all taken; name another")


DOOR = "pmo_lib.boardroom.door.Door"
_KERNELS = "jupyter_server.services.kernels.kernelmanager.AsyncMappingKernelManager"
