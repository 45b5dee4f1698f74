#!/usr/bin/env python3
# SPDX-License-Identifier: LGPL-2.1-or-later
"""man.py PROGRAM NAME VERSION OUT: writes the man page of a program of commands : --help says
in a line what it does, then "  COMMAND  SUMMARY" for each, and COMMAND --help-all is GOption's."""

import os
import re
import subprocess
import sys


def ask(*words):
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(words, env=environment, check=True, capture_output=True, text=True).stdout


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("…", "...").replace("'", "\\(aq")
    return "\\&" + text if text.startswith(".") else text


def options(text):
    """The sections of GOption's help as roff: the command's own options first, help about help left out."""
    sections = {"Application Options": []}
    for line in text.splitlines():
        heading = re.match(r"(\S.*):$", line)
        entry = re.match(r"  (-\S.*?)(?:\s{2,}(\S.*))?$", line)
        if heading:
            page = sections.setdefault(heading[1], [".PP", f"{escape(heading[1])}:"])
        elif entry:
            page += [".TP", f".B {escape(entry[1])}", escape(entry[2] or "")]
        elif line.startswith("    "):
            page.append(escape(line.strip()))
    for name in "Usage", "Help Options":
        sections.pop(name, None)
    return [line for section in sections.values() for line in section]


def command(program, name, word, summary):
    text = ask(program, word, "--help-all")
    usage = text.splitlines()[1].split(" - ")[0].split(f"{name} {word}", 1)[1].strip()
    return [f'.SS "{escape(word)}: {escape(summary)}"', f".B {escape(name)} {escape(word)}", escape(usage), *options(text)]


def main(program, name, version, out):
    text = ask(program, "--help")
    commands = re.findall(r"^  (\S+)\s+(\S.*)$", text, re.M)
    about = re.search(r"^(?!Usage:)(\S.*)$", text, re.M)[1]
    page = [f'.TH {name.upper()} 1 "" "idiom {version}" "User Commands"',
            ".SH NAME", f"{escape(name)} \\- {escape(about)}",
            ".SH SYNOPSIS", f".B {escape(name)}", ".I COMMAND", "[OPTION...]", ".br",
            f".B {escape(name)}", ".I COMMAND", "\\-\\-help",
            ".SH COMMANDS"]
    for word, summary in commands:
        page += command(program, name, word, summary)
    page += [".SH ENVIRONMENT", ".TP", ".B IDIOM_DEVICE", "Vulkan device, by number or part of its name.",
             ".TP", ".B IDIOM_STYLE_PATH", "Folders, separated by colons, in which styles are looked for first."]
    with open(out, "w", encoding="utf-8") as file:
        file.write("\n".join(page) + "\n")


main(*sys.argv[1:])
