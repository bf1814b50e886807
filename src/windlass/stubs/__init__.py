"""Writing Python modules that declare what a DLL exports: `windlass stubs`."""
