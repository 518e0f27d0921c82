"""The hooks around a run; those around a node belong to the runner."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kedro_nb.session.parameters import entries

if TYPE_CHECKING:
    from kedro_nb.hooks import HookManager
    from kedro_nb.pipeline import Pipeline
    from kedro_nb.session.run import Run


class RunHooks:
    """Calls the hooks at the beginning and at the end of a run."""

    def __init__(self, manager: HookManager, run: Run, catalog: Any) -> None:
        self._hook = manager.hook
        self._run = run
        self._catalog = catalog
        self._about: dict[str, Any] = {}

    def before(self) -> None:
        resolver = getattr(self._catalog, "config_resolver", None)
        request = self._run.request
        self._hook.after_catalog_created(
            catalog=self._catalog,
            conf_catalog=dict(getattr(resolver, "entries", {})),
            conf_creds=dict(getattr(resolver, "credentials", {})),
            parameters=entries(self._run.parameters),
            save_version=self._run.id,
            load_versions=dict(request.load_versions),
        )
        about = {"run_params": run_params(self._run), "pipeline": self._run.pipeline}
        self._about = {**about, "catalog": self._catalog}
        self._hook.before_pipeline_run(**self._about)

    def after(self, result: Any) -> None:
        self._hook.after_pipeline_run(run_result=result, **self._about)

    def failed(self, error: Exception) -> None:
        self._hook.on_pipeline_error(error=error, **self._about)


def run_params(run: Run) -> dict[str, Any]:
    """What hooks are told about a run: Kedro's keys."""
    request = {each.name: getattr(run.request, each.name) for each in fields(run.request)}
    params = dict(request.pop("params"))
    names = list(request.pop("pipelines"))
    return {
        "run_id": run.id,
        "session_id": run.id,
        "project_path": Path.cwd().as_posix(),
        "env": None,
        **request,
        "pipeline_names": names,
        "load_versions": dict(run.request.load_versions),
        "runtime_params": params,
        "extra_params": params,
    }


def pipelines_of(manager: HookManager, plugin: object) -> dict[str, Pipeline]:
    """What the plugin's own `register_pipelines` gives."""
    others = [other for other in manager.get_plugins() if other is not plugin]
    found: dict[str, Pipeline] = {}
    for pipelines in manager.subset_hook_caller("register_pipelines", others)():
        found.update(pipelines)
    return found
