"""Windows, messages and controls: user32, comctl32."""
