"""python -m windlass COMMAND ..."""

from windlass.cli import main

main()
