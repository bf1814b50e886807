"""Files, folders, volumes, pipes, devices and profile (.ini) files."""
