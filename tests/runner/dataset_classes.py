"""Classes of datasets on the base classes of `io`: ours or Kedro's."""

import copy
import os
import sqlite3


def datasets_of(io):
    """All classes of this module, by name."""
    kinds = (tag_data(io), *keep_data(io), wrap_another(io), *speak_sql(io))
    return {kind.__name__: kind for kind in kinds}


def tag_data(io):
    """Is a dataset in memory with methods of its own."""

    class Tagging(io.MemoryDataset):
        """Says in the data that its own methods were called."""

        def save(self, data):
            super().save([*data, "saved"])

        def load(self):
            return [*super().load(), "loaded"]

    return Tagging


def keep_data(io):
    """Keep data in the object or on the class."""

    class InObject(io.AbstractDataset):
        """Keeps data in the object, without a mark."""

        def __init__(self):
            self._value = None

        def load(self):
            return copy.deepcopy(self._value)

        def save(self, data):
            self._value = copy.deepcopy(data)

        def _exists(self):
            return self._value is not None

        def _describe(self):
            return {}

    class Marked(InObject):
        _EPHEMERAL = True

        def _release(self):
            self._value = None

    class Slotted(InObject):
        __slots__ = ("_value",)

    class InClass(InObject):
        """Keeps data on its class, as a registry does."""

        store = {}

        def load(self):
            return copy.deepcopy(self.store["value"])

        def save(self, data):
            self.store["value"] = copy.deepcopy(data)

        def _exists(self):
            return "value" in self.store

    return InObject, Marked, Slotted, InClass


def wrap_another(io):
    """Keeps data in another dataset."""

    class Around(io.AbstractDataset):
        """Wraps another dataset."""

        def __init__(self, inner):
            self._inner = inner

        def load(self):
            return self._inner.load()

        def save(self, data):
            self._inner.save(data)

        def _exists(self):
            return self._inner.exists()

        def _describe(self):
            return {}

    return Around


def speak_sql(io):
    """Keep data in a database."""

    class Table(io.AbstractDataset):
        """Speaks SQL, with a cache of connections on the class."""

        connections = {}

        def __init__(self, con):
            self._con = con

        @property
        def connection(self):
            key = os.getpid(), self._con
            if key not in self.connections:
                self.connections[key] = sqlite3.connect(self._con, check_same_thread=False)
            return self.connections[key]

        def load(self):
            return [row[0] for row in self.connection.execute("select v from t order by rowid")]

        def save(self, data):
            self.connection.execute("create table if not exists t (v)")
            self.connection.execute("delete from t")
            self.connection.executemany("insert into t values (?)", [(value,) for value in data])
            self.connection.commit()

        def _exists(self):
            return True

        def _describe(self):
            return {}

    class OpenTable(Table):
        """Holds the connection itself, which cannot be pickled."""

        def __init__(self):
            super().__init__("")
            self._con = sqlite3.connect(":memory:", check_same_thread=False)

        connection = property(lambda self: self._con)

    return Table, OpenTable
