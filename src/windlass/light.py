"""Stand-ins for what the standard library defines in modules that cost more to import than all of windlass.

A process that loads a DLL imports none of `typing`, `collections`, `functools`, `contextlib` and `re`: these
five take longer than finding, mapping, binding and attaching it. Type checkers see the originals.
"""

from __future__ import annotations

TYPE_CHECKING = False

if TYPE_CHECKING:
    from contextlib import suppress
    from functools import cache
    from typing import Annotated, NamedTuple, Optional
else:
    from _operator import itemgetter

    def cache(function):
        """Keep what a function of positional arguments returned."""
        known = {}

        def call(*arguments):
            if arguments not in known:
                known[arguments] = function(*arguments)
            return known[arguments]

        call.cache_clear = known.clear
        call.__wrapped__ = function
        call.__doc__ = function.__doc__
        return call

    class suppress:
        """A context in which these exceptions end silently."""

        def __init__(self, *kinds):
            self.kinds = kinds

        def __enter__(self):
            return None

        def __exit__(self, kind, error, trace):
            return kind is not None and issubclass(kind, self.kinds)

    class NamedTuple(tuple):
        """Base of tuples whose items have names, which annotations give."""

        __slots__ = ()
        _fields = ()
        _defaults = ()

        def __init_subclass__(cls):
            cls._fields = tuple(cls.__annotations__)
            cls._defaults = tuple(vars(cls)[name] for name in cls._fields if name in vars(cls))
            cls.__match_args__ = cls._fields
            for index, name in enumerate(cls._fields):
                setattr(cls, name, property(itemgetter(index)))

        def __new__(cls, *values, **named):
            lacking = len(cls._fields) - len(values)
            if lacking > 0:
                values += cls._rest(lacking, named)
            elif lacking < 0 or named:
                cls._refuse()
            return tuple.__new__(cls, values)

        @classmethod
        def _rest(cls, lacking, named):
            """The last values, as named or by default."""
            defaults = cls._defaults
            if not named and lacking <= len(defaults):
                return defaults[-lacking:]
            names = cls._fields[-lacking:]
            given = {**dict(zip(cls._fields[-len(defaults) :], defaults)), **named} if defaults else named
            if not named.keys() <= set(names) or not given.keys() >= set(names):
                cls._refuse()
            return tuple(given[name] for name in names)

        @classmethod
        def _refuse(cls):
            raise TypeError(f"{cls.__name__}({', '.join(cls._fields)}) got other arguments")

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            shown = (f"{name}={value!r}" for name, value in zip(self._fields, self))
            return f"{type(self).__name__}({', '.join(shown)})"

        def _replace(self, **named):
            return type(self)(**{**dict(zip(self._fields, self)), **named})

        def _asdict(self):
            return dict(zip(self._fields, self))

    class Annotated:
        """Annotated[type, what more there is to say of it]."""

        def __init__(self, origin, metadata):
            self.__origin__ = origin
            self.__metadata__ = metadata

        def __class_getitem__(cls, parameters):
            return cls(parameters[0], parameters[1:])

        def __repr__(self):
            return f"Annotated[{self.__origin__!r}, {', '.join(map(repr, self.__metadata__))}]"

    class Optional:
        """Optional[type], for Annotated."""

        def __class_getitem__(cls, kind):
            return (kind, None)


__all__ = ["TYPE_CHECKING", "Annotated", "NamedTuple", "Optional", "cache", "suppress"]
