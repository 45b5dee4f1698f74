#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How well text survives a style: tesseract's character error rate before and after.

Writes lines of text over photos (or over scenes that it draws), in several fonts, sizes and looks, paints the pictures
with `idiom-train apply`, and reads both. With --clip it stylizes a video with burned-in text through the GStreamer
element instead; SIDECAR lists its texts: per line, separated by tabs, the box x,y,w,h, the start and end in seconds,
and the text.

Needs tesseract-ocr (with English) and python3-pil; where they are missing it says so and exits with 77 (skipped).
Exits with 1 if the mean error rate after, of lines that read without error before, is above --limit.
"""
import argparse
import collections
import io
import os
import random
import shutil
import subprocess
import sys
import tempfile

from reading import (HEIGHT, Image, ImageDraw, ImageFont, ImageOps, ONE_THREAD, WIDTH, distance, drawn_scene, missing,
                     normalize, photo, skip, use_build)

LINES = [
    "The quick brown fox jumps over the lazy dog.", "Where were you last night?", "I have never seen this before.",
    "Meet me at the station at 7:30.", "Do not open the door!", "She said it would take 45 minutes.",
    "Everything must go: 50% off today", "Please mind the gap.", "What do you mean, it was stolen?",
    "We are leaving tomorrow morning.", "Breaking news from the harbour", "Just give me five more minutes.",
    "You can't be serious.", "Room 1289, second floor", "Thank you for your patience.",
    "Who left the lights on?", "It works on my machine.", "The museum closes at six.",
    "Happy birthday, Grandma!", "Watch your step on the ice.", "Nobody expected the answer.",
    "Call 0800 4711 for details.", "Some jokes never get old.", "Keep calm and carry on.",
    "How much is the fish?", "Next stop: Central Park", "Let it rain, let it pour.",
    "Freshly baked bread daily", "My phone has died again.", "See you on the other side.",
]
SIZES = [20, 22, 24, 26, 28, 32]
FONTS = ["DejaVu Sans", "DejaVu Sans:bold", "DejaVu Serif", "DejaVu Sans Mono"]
LINES_PER_PICTURE = 5

# A line of text that is to be read: where it is, whether it is lighter than its surroundings, what kind it is.
Text = collections.namedtuple("Text", "image box light text kind")


# --- pictures with text ------------------------------------------------------------------------------

def font(name, size):
    path = subprocess.run(["fc-match", "-f", "%{file}", name], capture_output=True, text=True, check=True).stdout
    return ImageFont.truetype(path, size)


def write_text(image, y, text, rng):
    """Writes @text at row @y; returns its box, whether it is light, and the name of its look."""
    size = rng.choice(SIZES)
    typeface = font(rng.choice(FONTS), size)
    look = rng.choice(["outline", "yellow", "box", "bubble"])
    draw = ImageDraw.Draw(image)
    while (length := draw.textlength(text, typeface)) > WIDTH - 40:
        size -= 1  # none becomes smaller than 20: the lines are short enough
        typeface = typeface.font_variant(size=size)
    x = rng.randint(20, int(WIDTH - 20 - length))
    left, top, right, bottom = draw.textbbox((x, y), text, typeface)
    box = (left - 6, top - 6, right + 6, bottom + 6)
    if look == "box":
        draw.rectangle(box, fill=(16, 16, 16))
    elif look == "bubble":
        draw.rounded_rectangle((box[0] - 6, box[1], box[2] + 6, box[3]), 10, fill="white", outline="black", width=2)
    fill = {"yellow": (255, 230, 60), "bubble": "black"}.get(look, "white")
    outlined = look in ("outline", "yellow")
    draw.text((x, y), text, fill, typeface, stroke_width=2 if outlined else 0, stroke_fill="black")
    return box, look != "bubble", f"{look}, {size} px"


def make_pictures(photos, folder, rng):
    """Pictures with all LINES, as files; returns their paths and the texts."""
    paths, texts = [], []
    for first in range(0, len(LINES), LINES_PER_PICTURE):
        number = len(paths)
        image = photo(photos[number % len(photos)]) if photos else drawn_scene(rng)
        for row, text in enumerate(LINES[first:first + LINES_PER_PICTURE]):
            box, light, kind = write_text(image, 20 + row * 66, text, rng)
            texts.append(Text(number, box, light, text, kind))
        paths.append(os.path.join(folder, f"{number}.png"))
        image.save(paths[-1])
    return paths, texts


def paint(build, style, path, out):
    subprocess.run([os.path.join(build, "trainer", "idiom-train"), "apply", "--style", style, path, out], check=True)
    return out


# --- a clip with text --------------------------------------------------------------------------------

FRAMES_PER_SECOND = 4


def frames(clip, folder, element):
    """Some frames of @clip after @element."""
    os.mkdir(folder)
    subprocess.run(["gst-launch-1.0", "-q", "filesrc", f"location={clip}", "!", "decodebin", "!", "videoconvert", "!",
                    *element, "videoconvert", "!", "videorate", "!", f"video/x-raw,framerate={FRAMES_PER_SECOND}/1",
                    "!", "pngenc", "!", "multifilesink", f"location={folder}/%06d.png"], check=True)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder))


def read_sidecar(path):
    """Every text at a quarter and at three quarters of its time."""
    texts = []
    with open(path, encoding="utf-8") as file:
        for line in file:
            if line.startswith("#") or not line.strip():
                continue
            box, start, end, text = line.rstrip("\n").split("\t")
            x, y, w, h = map(int, box.split(","))
            for part in (0.25, 0.75):
                time = float(start) + part * (float(end) - float(start))
                texts.append(Text(int(time * FRAMES_PER_SECOND), (x, y, x + w, y + h), True, text, f"{time:.2f} s"))
    return texts


# --- reading -----------------------------------------------------------------------------------------

def otsu(grey):
    """The threshold that parts @grey into the two most uniform halves (Otsu, 1979)."""
    histogram = grey.histogram()
    total, weighted = sum(histogram), sum(i * n for i, n in enumerate(histogram))
    below, below_weighted, best, threshold = 0, 0, -1, 128
    for i, n in enumerate(histogram):
        below += n
        below_weighted += i * n
        if below in (0, total):
            continue
        gap = below_weighted / below - (weighted - below_weighted) / (total - below)
        between = below * (total - below) * gap * gap
        if between > best:
            best, threshold = between, i
    return threshold


def prepare(grey, light):
    """Dark text on white, in several ways: hard thresholds, and soft ones from black to white."""
    if not light:
        grey = ImageOps.invert(grey)
    for threshold in (180, 215, otsu(grey)):
        yield grey.point([255 if value <= threshold else 0 for value in range(256)])
    # how bright yellow becomes is up to the style; tesseract 5.5 reads hardly any of it with a threshold
    for black, white in ((120, 248), (150, 252), (90, 250), (60, 220)):
        levels = [(value - black) * 255 // (white - black) for value in range(256)]
        yield ImageOps.invert(grey.point([max(0, min(255, level)) for level in levels]))


def recognize(image):
    buffer = io.BytesIO()
    ImageOps.expand(image, 30, 255).save(buffer, "PNG", dpi=(300, 300))
    result = subprocess.run(["tesseract", "-", "-", "--psm", "7", "-l", "eng"], input=buffer.getvalue(),
                            capture_output=True, env=ONE_THREAD, check=True)
    return result.stdout.decode()


def error_rate(path, text):
    """Of the best of several readings, and that reading."""
    with Image.open(path) as image:
        grey = image.convert("L").crop(text.box)
    grey = grey.resize((3 * grey.width, 3 * grey.height), Image.LANCZOS)
    wanted, best = normalize(text.text), (float("inf"), "")
    for prepared in prepare(grey, text.light):
        read = normalize(recognize(prepared))
        best = min(best, (distance(wanted, read) / len(wanted), read))
        if best[0] == 0:
            break
    return best


def mean(rates, which):
    return sum(rate[which] for rate in rates) / max(len(rates), 1)


def report(name, rates):
    print(f"{mean(rates, 0):6.3f} {mean(rates, 1):6.3f}  mean of {len(rates)} lines: {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("style", help="style file, or name of an installed style")
    parser.add_argument("photos", nargs="*", help="pictures to write on")
    parser.add_argument("--clip", nargs=2, metavar=("CLIP", "SIDECAR"), help="a video with burned-in text instead")
    parser.add_argument("--build", default="build", help="build folder of idiom (build)")
    parser.add_argument("--seed", type=int, default=1, help="of the looks (1)")
    parser.add_argument("--limit", type=float, help="largest acceptable error rate after, such as 0.05")
    parser.add_argument("--keep", metavar="DIR", help="leave the pictures there")
    options = parser.parse_intermixed_args()
    absent = missing("fc-match", "gst-launch-1.0")
    if absent:
        return skip(absent)
    use_build(options.build)
    with tempfile.TemporaryDirectory() as folder:
        if options.clip:
            clip, sidecar = options.clip
            texts = read_sidecar(sidecar)
            before = frames(clip, os.path.join(folder, "before"), [])
            after = frames(clip, os.path.join(folder, "after"), ["idiom", f"style={options.style}", "!"])
        else:
            before, texts = make_pictures(options.photos, folder, random.Random(options.seed))
            after = [paint(options.build, options.style, path, path[:-4] + "-painted.png") for path in before]
        print("before  after")
        results = collections.defaultdict(list)  # per kind of look
        for text in texts:
            rates = [error_rate(paths[text.image], text) for paths in (before, after)]
            print(f"{rates[0][0]:6.3f} {rates[1][0]:6.3f}  {text.kind}: \"{text.text}\" read as \"{rates[1][1]}\"",
                  flush=True)
            results[text.kind.split(",")[0]].append([rate for rate, _ in rates])
        if not options.clip:
            for kind, rates in sorted(results.items()):
                report(kind, rates)
        lines = sum(results.values(), [])
        report("all", lines)
        clear = [rates for rates in lines if rates[0] == 0]
        report("those that read without error before", clear)
        if options.keep:
            shutil.copytree(folder, options.keep, dirs_exist_ok=True)
    return 1 if options.limit is not None and mean(clear, 1) > options.limit else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as error:
        sys.exit(f"{error}")
    except subprocess.CalledProcessError as error:  # it has said why
        sys.exit(f"{error.cmd[0]} failed")
