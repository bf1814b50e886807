"""python -m windlass COMMAND ..., or SCRIPT.py ..."""

from windlass.cli import main

main()
