"""Drawing into bitmaps: gdi32, msimg32."""
