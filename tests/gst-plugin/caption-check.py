#!/usr/bin/python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""How well captions can be read: tesseract reads them after H.264 at 1 Mbit/s.

Every text stands over all pictures, which follow each other five times a second, in 25 frames a second: photos, or scenes
that it draws. The last frame of each is read where the caption's box is, as a reader looks there. Prints the character
error rate of each language and exits with 1 if one is above its limit.

Needs tesseract-ocr with the languages, python3-pil, x264enc and avdec_h264; where they are missing it says so and exits
with 77 (skipped).
"""
import argparse
import glob
import os
import random
import subprocess
import sys
import tempfile

import reading
from reading import HEIGHT, Image, ONE_THREAD, WIDTH

TEXTS = {
    "eng": ["The picture speaks today", "Good morning, everybody", "How long will it take?", "Nothing is lost for ever",
            "She sells sea shells", "We meet at the old bridge"],
    "deu": ["Guten Morgen, liebe Leute", "Das Bild spricht heute", "Über den Wolken ist es schön", "Wie spät ist es jetzt?",
            "Größe ist nicht alles", "Bis morgen am Fluss"],
    "fra": ["Bonjour tout le monde", "Le tableau parle enfin", "Où est la bibliothèque ?", "Nous irons à la plage",
            "Un été très chaud", "Merci et à demain"],
    "jpn": ["今日は天気がいい", "絵が話しています", "東京駅で会いましょう", "新しい本を読む", "電車は何時ですか", "海の見える町"],
    "chi_sim": ["今天天气很好", "图画会说话了", "我们明天再见", "请大家注意安全", "北京欢迎你们", "时间过得真快"],
}
LIMITS = {"eng": 0.01, "deu": 0.03, "fra": 0.03, "jpn": 0.05, "chi_sim": 0.05}
LIMIT_BEFORE = 0.05
FPS, HELD = 25, 5


def launch(*pipeline):
    subprocess.run(["gst-launch-1.0", "-q", *pipeline], check=True, stdout=subprocess.DEVNULL, timeout=1200)


def write_pictures(pictures, path):
    with open(path, "wb") as file:
        for picture in pictures:
            file.write(picture.tobytes() * HELD)


def write_subtitles(texts, frames, path):
    def clock(frame):
        ms = frame * 1000 // FPS
        return f"00:{ms // 60000:02d}:{ms // 1000 % 60:02d},{ms % 1000:03d}"
    with open(path, "w", encoding="utf-8") as file:
        for i, text in enumerate(texts):
            file.write(f"{i + 1}\n{clock(i * frames)} --> {clock((i + 1) * frames)}\n{text}\n\n")


def speak(folder, source, settings, *after):
    """A clip of captions, through @after, as raw frames in a file."""
    path = os.path.join(folder, "out.raw")
    launch(*source, "!", "idiom", "name=i", *settings, "!", *after, "filesink", f"location={path}",
           "filesrc", f"location={folder}/captions.srt", "!", "subparse", "!", "i.text")
    return path


def frame(path, mode, number):
    size = WIDTH * HEIGHT * len(mode)
    with open(path, "rb") as file:
        file.seek(number * size)
        return Image.frombytes(mode, (WIDTH, HEIGHT), file.read(size))


def find_boxes(texts, settings, folder):
    """Where each caption's box is: the expression alone has alpha there."""
    write_subtitles(texts, 1, f"{folder}/captions.srt")
    source = ["videotestsrc", "pattern=black", f"num-buffers={len(texts)}", "!",
              f"video/x-raw,format=RGBA,width={WIDTH},height={HEIGHT},framerate={FPS}/1"]
    path = speak(folder, source, [*settings, "background=transparent"])
    alphas = [frame(path, "RGBA", i).getchannel("A") for i in range(len(texts))]
    return [alpha.point(lambda a: 255 * (a > 64)).getbbox() for alpha in alphas]


def crop(image, box, edge):
    inside = image.crop((box[0] + edge, box[1] + edge, box[2] - edge, box[3] - edge))
    return inside.resize((2 * inside.width, 2 * inside.height), Image.BICUBIC)


def read_all(paths, language, folder):
    """What tesseract reads in each picture, without blanks: it sets them between Japanese characters at will."""
    listed = os.path.join(folder, "list.txt")
    with open(listed, "w", encoding="utf-8") as file:
        file.writelines(path + "\n" for path in paths)
    out = subprocess.run(["tesseract", listed, "-", "--psm", "6", "-l", language], check=True, capture_output=True,
                         env=ONE_THREAD).stdout.decode()
    return ["".join(reading.normalize(page).split()) for page in out.split("\f")]


def check(language, texts, pictures, options, folder):
    frames = len(pictures) * HELD
    settings = [f"style={options.style}", f"caption-size={options.size}", f"caption-position={options.position}"]
    boxes = find_boxes(texts, settings, folder)
    write_subtitles(texts, frames, f"{folder}/captions.srt")
    write_pictures(pictures * len(texts), f"{folder}/in.raw")
    source = ["filesrc", f"location={folder}/in.raw", "!", "rawvideoparse", "format=rgb", f"width={WIDTH}",
              f"height={HEIGHT}", f"framerate={FPS}/1", "!", "videoconvert", "!", "video/x-raw,format=I420"]
    path = speak(folder, source, [*settings, f"expression-stage={options.stage}"],
                 "x264enc", "bitrate=1000", "speed-preset=fast", "!", "avdec_h264", "!", "videoconvert", "!",
                 "video/x-raw,format=GRAY8", "!")
    wrong, total, seen = 0, 0, []
    for i, box in enumerate(boxes):
        for k in range(len(pictures)):
            seen.append(os.path.join(options.keep or folder, f"{language}-{len(seen):03d}.png"))
            crop(frame(path, "L", i * frames + (k + 1) * HELD - 1), box, options.edge).save(seen[-1])
    for i, page in enumerate(read_all(seen, language, folder)[:len(seen)]):
        wanted = "".join(reading.normalize(texts[i // len(pictures)]).split())
        off = reading.distance(wanted, page)
        wrong += off
        total += len(wanted)
        if off and options.verbose:
            print(f"  picture {i % len(pictures)}: \"{wanted}\" read as \"{page}\"")
    return wrong / total


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photos", nargs="*", help="pictures, or folders of them, to speak over")
    parser.add_argument("--build", default="build", help="build folder of idiom (build)")
    parser.add_argument("--style", default="none")
    parser.add_argument("--stage", default="after", choices=("after", "before"))
    parser.add_argument("--position", default="bottom", choices=("bottom", "top", "middle"))
    parser.add_argument("--size", type=float, default=7, help="of captions, percent of the height (7)")
    parser.add_argument("--edge", type=int, default=5, help="pixels of the box that belong to its line (5)")
    parser.add_argument("--pictures", type=int, default=20)
    parser.add_argument("--together", type=int, default=1, help="so many texts make a caption (1)")
    parser.add_argument("--languages", default=",".join(TEXTS))
    parser.add_argument("--keep", metavar="DIR", help="leave there what was read")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_intermixed_args()
    missing = reading.missing("gst-launch-1.0")
    missing += [name for name in ("x264enc", "avdec_h264", "subparse")
                if not missing and subprocess.run(["gst-inspect-1.0", "--exists", name], check=False).returncode]
    if missing:
        return reading.skip(missing)
    known = subprocess.run(["tesseract", "--list-langs"], check=True, capture_output=True).stdout.decode().split()
    reading.use_build(options.build)
    photos = sum((sorted(glob.glob(f"{p}/*.jpg")) if os.path.isdir(p) else [p] for p in options.photos), [])
    photos = photos[::max(len(photos) // options.pictures, 1)][:options.pictures]
    rng = random.Random(1)
    pictures = [reading.photo(path) for path in photos] or [reading.drawn_scene(rng) for _ in range(options.pictures)]
    failed, unknown = False, []
    with tempfile.TemporaryDirectory() as folder:
        for language in options.languages.split(","):
            if language not in known:
                unknown.append(f"tesseract's {language}")
                continue
            texts = TEXTS[language]
            texts = [" ".join(texts[i:i + options.together]) for i in range(0, len(texts), options.together)]
            rate = check(language, texts, pictures, options, folder)
            limit = LIMIT_BEFORE if options.stage == "before" else LIMITS[language]
            print(f"{language}: character error rate {100 * rate:.2f} % (limit {100 * limit:.0f} %) of {len(texts)} captions "
                  f"over {len(pictures)} {'photos' if photos else 'drawn pictures'}", flush=True)
            failed |= rate > limit
    if failed:
        return 1
    return reading.skip(unknown) if unknown else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as error:
        sys.exit(f"{error}")
    except subprocess.CalledProcessError as error:  # it has said why
        sys.exit(f"{error.cmd[0]} failed")
