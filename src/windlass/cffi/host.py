"""cffi's own modules, also where `import cffi` gives windlass.cffi (windlass.script)."""

from __future__ import annotations

import sys

_stand_ins = {
    name: module
    for name in ("cffi", "_cffi_backend")
    if type(module := sys.modules.get(name)).__module__ == "windlass.script"
}
for _name in _stand_ins:
    del sys.modules[_name]
try:
    import _cffi_backend as backend
    import cffi
    from cffi import cffi_opcode, commontypes, cparser, model
finally:
    sys.modules.update(_stand_ins)  # type: ignore[arg-type]

__all__ = ["backend", "cffi", "cffi_opcode", "commontypes", "cparser", "model"]
