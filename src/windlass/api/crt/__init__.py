"""The C run-time: ucrtbase, msvcrt, vcruntime140 and C++ exceptions."""
