"""Windows, messages, drawing and controls: user32, gdi32, comctl32."""
