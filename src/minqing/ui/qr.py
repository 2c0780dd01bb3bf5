"""QR codes as SVG pictures inside the page, without a style attribute (the content security policy forbids those)."""

import functools

import segno


@functools.lru_cache(maxsize=512)
def qr_svg(text: str, *, scale: int = 8) -> str:
    """Draw a text as a QR code, error correction M: a door plate gets dirty, but not half covered."""
    code = segno.make_qr(text, error="m")
    return str(code.svg_inline(scale=scale, border=2, svgclass=None, lineclass=None, omitsize=False))


@functools.lru_cache(maxsize=512)
def qr_data_uri(text: str) -> str:
    """Draw a text as a QR code that an <img> shows."""
    code = segno.make_qr(text, error="m")
    return str(code.svg_data_uri(scale=8, border=2, svgclass=None, lineclass=None, omitsize=True))
