"""Ctrl+P: every action by its words, made from the bindings of the screen below."""

from __future__ import annotations

from textual.command import DiscoveryHit, Hit, Hits, Provider

from cullr.tui.help import HIDDEN


class Actions(Provider):
    """What the keys do, for those who do not know the key yet; each hit names it."""

    async def discover(self) -> Hits:
        for words, key, action in self._actions():
            yield DiscoveryHit(words, lambda action=action: self._run(action), help=key)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for words, key, action in self._actions():
            score = matcher.match(words)
            if score > 0:
                yield Hit(score, matcher.highlight(words), lambda action=action: self._run(action), help=key)

    def _actions(self) -> list[tuple[str, str, str]]:
        found: dict[str, tuple[str, str, str]] = {}
        for active in self.screen.active_bindings.values():
            binding = active.binding
            name = binding.action.rpartition(".")[2]
            if binding.description and name not in HIDDEN and active.enabled:
                space = "app." if active.node is self.app else "screen." if active.node is self.screen else ""
                action = binding.action if "." in binding.action else space + binding.action
                found.setdefault(action, (binding.description.capitalize(), self.app.get_key_display(binding), action))
        return list(found.values())

    async def _run(self, action: str) -> None:
        await self.screen.run_action(action)
