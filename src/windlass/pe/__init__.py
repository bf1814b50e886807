"""The PE format: reading and writing images as bytes. Nothing here loads or runs anything.

    with Image.open("vendor.dll") as image:
        for export in image.exports or ():
            print(export.ordinal, export.name)

`layout` is the format's vocabulary, `image` the access to an image, and there is one module per directory.
"""

from windlass.errors import BadImage
from windlass.pe.image import Image, Section

__all__ = ["BadImage", "Image", "Section"]
