# SPDX-License-Identifier: LGPL-2.1-or-later
"""What the checks that read text out of pictures share."""
import os
import re
import shutil
import subprocess
import unicodedata

try:
    from PIL import Image, ImageDraw, ImageFont, ImageOps
except ImportError:
    Image = ImageDraw = ImageFont = ImageOps = None

WIDTH, HEIGHT = 640, 360
SKIPPED = 77
ONE_THREAD = {**os.environ, "OMP_THREAD_LIMIT": "1"}


def missing(*programs):
    """What is not installed, of @programs, tesseract and PIL."""
    return [name for name in ("tesseract", *programs) if not shutil.which(name)] + ([] if Image else ["python3-pil"])


def skip(names):
    print("SKIPPED: not installed: " + ", ".join(names))
    return SKIPPED


def use_build(build):
    """GStreamer finds the element that was built there, and that the styles."""
    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    for variable, value in (("GST_PLUGIN_PATH", os.path.join(os.path.abspath(build), "gst-plugin")),
                            ("IDIOM_STYLE_PATH", os.path.join(root, "styles"))):
        os.environ[variable] = value + (":" + os.environ[variable] if variable in os.environ else "")


def drawn_scene(rng):
    """Sky, ground and things that stand about."""
    def colour(low, high):
        return tuple(rng.randint(low, high) for _ in range(3))
    image = Image.new("RGB", (WIDTH, HEIGHT), colour(90, 220))
    draw = ImageDraw.Draw(image)
    horizon = rng.randint(HEIGHT // 3, 2 * HEIGHT // 3)
    draw.rectangle((0, horizon, WIDTH, HEIGHT), fill=colour(40, 160))
    for _ in range(60):
        x, y, w, h = rng.randint(-50, WIDTH), rng.randint(-50, HEIGHT), rng.randint(10, 140), rng.randint(10, 120)
        shape = rng.choice([draw.rectangle, draw.ellipse])
        shape((x, y, x + w, y + h), fill=colour(20, 235))
    return image


def photo(path):
    return ImageOps.fit(Image.open(path).convert("RGB"), (WIDTH, HEIGHT), Image.LANCZOS)


def normalize(text):
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text)).strip()


def distance(a, b):
    """Levenshtein's."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
