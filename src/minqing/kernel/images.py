"""Photos made safe before they are kept: decoded, turned upright, shrunk and written anew, so that EXIF is gone."""

from __future__ import annotations

import io
from typing import BinaryIO

from PIL import Image, ImageOps, UnidentifiedImageError

from minqing.kernel.errors import Refused

UPLOAD_BYTES_MAX = 12 * 1024 * 1024  # a phone's photo is 3-8 MB
PIXELS_MAX = 60_000_000  # above any phone of today; a pixel flood is refused before it is decoded
LONGEST_PX = 1600  # a door plate stays legible, the file stays about 300 KB
_FORMATS = ("JPEG", "PNG", "WEBP")


def reencode(upload: BinaryIO, *, longest_px: int = LONGEST_PX) -> bytes:
    """Return a JPEG of the picture, upright, at most ``longest_px`` long, without EXIF. Raises :class:`Refused`."""
    data = upload.read(UPLOAD_BYTES_MAX + 1)
    if len(data) > UPLOAD_BYTES_MAX:
        raise Refused(f"照片太大（超过 {UPLOAD_BYTES_MAX // 1024 // 1024} MB），请压缩后再传。")
    try:
        with Image.open(io.BytesIO(data), formats=_FORMATS) as picture:
            if picture.width * picture.height > PIXELS_MAX:
                raise Refused("照片的像素太多，请换一张。")
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise Refused("这个文件不是能打开的照片，请传 JPG、PNG 或 WebP 图片。") from error
    upright.thumbnail((longest_px, longest_px))
    # A new image from bare pixels: no EXIF, GPS, thumbnail or colour profile comes along.
    bare = Image.frombytes("RGB", upright.size, upright.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=82, optimize=True)
    return out.getvalue()
