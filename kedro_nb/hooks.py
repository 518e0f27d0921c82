"""Hooks: the moments of a run at which a plugin is called.

Names, arguments and order are Kedro's, and so is pluggy's project name, so that a class of hooks written for one
works in the other. `listeners` turns a manager into plain callables once per run: a hook that nobody implements is
None there and costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pluggy

if TYPE_CHECKING:
    from kedro_nb.pipeline import Node, Pipeline

HOOK_NAMESPACE = "kedro"

hook_spec = pluggy.HookspecMarker(HOOK_NAMESPACE)
hook_impl = pluggy.HookimplMarker(HOOK_NAMESPACE)

Listener = Callable[..., list[Any]]


class HookSpecs:
    """What can be listened to. An implementation may leave out arguments it does not need."""

    @hook_spec
    def after_context_created(self, context: Any) -> None:
        """The context of a project is ready. Not called yet: it comes with project folders."""

    @hook_spec
    def after_catalog_created(
        self,
        catalog: Any,
        conf_catalog: dict[str, Any],
        conf_creds: dict[str, Any],
        parameters: dict[str, Any],
        save_version: str | None,
        load_versions: dict[str, str] | None,
    ) -> None:
        """The catalog of a run is ready."""

    @hook_spec
    def register_pipelines(self) -> dict[str, Pipeline]:  # type: ignore[empty-body]
        """Pipelines by name, to be registered with the session (the older way of Kedro projects)."""

    @hook_spec
    def before_pipeline_run(self, run_params: dict[str, Any], pipeline: Pipeline, catalog: Any) -> None:
        """A run is about to begin."""

    @hook_spec
    def after_pipeline_run(
        self, run_params: dict[str, Any], run_result: Any, pipeline: Pipeline, catalog: Any
    ) -> None:
        """A run has ended well."""

    @hook_spec
    def on_pipeline_error(
        self, error: BaseException, run_params: dict[str, Any], pipeline: Pipeline, catalog: Any
    ) -> None:
        """A run has failed."""

    @hook_spec
    def before_node_run(
        self, node: Node, catalog: Any, inputs: dict[str, Any], is_async: bool, run_id: str | None
    ) -> dict[str, Any] | None:
        """The inputs of a node are loaded. A dict that is returned replaces inputs by name."""

    @hook_spec
    def after_node_run(
        self,
        node: Node,
        catalog: Any,
        inputs: dict[str, Any],
        outputs: dict[str, Any],
        is_async: bool,
        run_id: str | None,
    ) -> None:
        """A node's function has returned; nothing is saved yet."""

    @hook_spec
    def on_node_error(
        self,
        error: BaseException,
        node: Node,
        catalog: Any,
        inputs: dict[str, Any],
        is_async: bool,
        run_id: str | None,
    ) -> None:
        """A node's function has raised."""

    @hook_spec
    def before_dataset_loaded(self, dataset_name: str, node: Node) -> None:
        """A node's input is about to be loaded."""

    @hook_spec
    def after_dataset_loaded(self, dataset_name: str, data: Any, node: Node) -> None:
        """A node's input is loaded."""

    @hook_spec
    def before_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:
        """A node's output is about to be saved."""

    @hook_spec
    def after_dataset_saved(self, dataset_name: str, data: Any, node: Node) -> None:
        """A node's output is saved."""


class HookManager(pluggy.PluginManager):
    """A pluggy manager that knows the hooks above."""

    def __init__(self) -> None:
        super().__init__(HOOK_NAMESPACE)
        self.monitored = False
        self.add_hookspecs(HookSpecs)

    def add_hookcall_monitoring(self, before: Any, after: Any) -> Callable[[], None]:
        """As pluggy's; from then on every call goes through pluggy, so that the monitor sees it."""
        self.monitored = True
        return super().add_hookcall_monitoring(before, after)


def create_hook_manager(*plugins: object) -> HookManager:
    """A manager with these plugins registered, in order. The last one registered is called first."""
    manager = HookManager()
    for plugin in plugins:
        manager.register(plugin)
    return manager


class TaskHooks:
    """The hooks around one node, each a callable that takes the spec's arguments in order, or None."""

    NAMES = (
        "before_node_run",
        "after_node_run",
        "on_node_error",
        "before_dataset_loaded",
        "after_dataset_loaded",
        "before_dataset_saved",
        "after_dataset_saved",
    )
    before_node_run: Listener | None = None
    after_node_run: Listener | None = None
    on_node_error: Listener | None = None
    before_dataset_loaded: Listener | None = None
    after_dataset_loaded: Listener | None = None
    before_dataset_saved: Listener | None = None
    after_dataset_saved: Listener | None = None

    def __init__(self, manager: pluggy.PluginManager | None) -> None:
        if manager is not None:
            for name in self.NAMES:
                setattr(self, name, listener(manager, name))

    def __bool__(self) -> bool:
        """True when anybody listens."""
        return any(getattr(self, name) is not None for name in self.NAMES)


def listener(manager: pluggy.PluginManager, name: str) -> Listener | None:
    """The hook as one callable with positional arguments, or None when nobody implements it.

    An implementation without a body is nobody. The others are called directly, in pluggy's order (last registered
    first, tryfirst and trylast respected); anything that needs pluggy itself (wrappers, monitoring, a foreign
    manager) goes through pluggy.
    """
    caller: pluggy.HookCaller | None = getattr(manager.hook, name, None)
    if caller is None or not (impls := caller.get_hookimpls()):
        return None
    if all(_is_empty(impl.function) for impl in impls):
        return None
    argnames = tuple(caller.spec.argnames) if caller.spec else ()
    wrapped = any(impl.hookwrapper or impl.wrapper for impl in impls)
    if wrapped or type(manager) is not HookManager or manager.monitored:
        return lambda *args: caller(**dict(zip(argnames, args, strict=True)))
    calls = [
        _positional(impl.function, impl.argnames, argnames)
        for impl in reversed(impls)
        if not _is_empty(impl.function)
    ]
    if len(calls) == 1:
        call = calls[0]
        return lambda *args: [] if (result := call(*args)) is None else [result]
    return lambda *args: [result for call in calls if (result := call(*args)) is not None]


def _empty() -> None:
    pass


def _empty_with_docstring() -> None:
    """For comparison."""


def _is_empty(function: Callable[..., Any]) -> bool:
    """True for an implementation without a body: `pass`, or nothing but a docstring."""
    code = getattr(function, "__code__", None)
    like = (_empty if function.__doc__ is None else _empty_with_docstring).__code__
    documented = int(function.__doc__ is not None)  # the docstring is the first constant
    return (
        code is not None
        and code.co_code == like.co_code
        and code.co_consts[documented:] == like.co_consts[documented:]
    )


def _positional(
    function: Callable[..., Any], wanted: Sequence[str], given: Sequence[str]
) -> Callable[..., Any]:
    """`function`, which wants some of the given arguments, made to take all of them."""
    if tuple(wanted) == tuple(given):
        return function
    if not wanted:
        return lambda *_args: function()
    pick = itemgetter(*(given.index(name) for name in wanted))
    if len(wanted) == 1:
        return lambda *args: function(pick(args))
    return lambda *args: function(*pick(args))
