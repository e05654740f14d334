# SPDX-License-Identifier: MIT
"""Parses what weft-trace writes: timeline.py WEFT_TRACE FOLDER.

The folder has recordings (.weft), traces (.json) and SVGs. Checks in each trace that slices nest, that each
flow has both ends, and names. Checks in each SVG that bars, arrows and labels are where they must be. Then
reads recordings that are written by hand, long, cut or damaged.
"""
import glob
import json
import os
import random
import re
import subprocess
import sys
import xml.etree.ElementTree

import timeline_recordings as recordings

SVG = "{http://www.w3.org/2000/svg}"
CATEGORIES = {"runs", "ready", "waits", "group", "timeout", "lock"}
ARROWS = {"creates", "wakes", "cancels"}
WAITS = re.compile(r"sleep( [\d.]+ (s|ms|us|ns))?|task .+|future|gather|group|lock|semaphore|event|condition|pool|"
                   r"queue: (get|put|join)|wait|as_completed|shield|(read|writ)able \d+")
SLACK = 0.0021  # microseconds: times are rounded to 0.001
failures = 0


def check(condition, what):
    global failures
    if not condition:
        failures += 1
        print("wrong:", what)


# ---- Traces ----

def check_nesting(slices, what):
    """Each slice of a row is behind the one before, or inside it."""
    open_until = []
    for begin, end in sorted(slices, key=lambda s: (s[0], -s[1])):
        while open_until and open_until[-1] <= begin + SLACK:
            open_until.pop()
        check(not open_until or end <= open_until[-1] + SLACK, f"{what}: slices overlap at {begin}")
        open_until.append(end)


def check_trace(file):
    with open(file, encoding="utf-8") as source:
        events = json.load(source)["traceEvents"]
    names, slices, running, flows = {}, {}, {}, {}
    for event in events:
        what = f"{os.path.basename(file)}: {event}"
        row = event["tid"]
        check(event["ph"] in {"M", "X", "i", "s", "f"}, what)
        check(event["name"] and event["pid"] == 1, what)
        if event["ph"] == "M":
            if event["name"] == "thread_name":
                check(row not in names and event["args"]["name"], what)
                names[row] = event["args"]["name"]
            continue
        check(event["ts"] >= 0, what)
        if event["ph"] == "X":
            check(event["cat"] in CATEGORIES and event["dur"] >= 0, what)
            slices.setdefault(row, []).append((event["ts"], event["ts"] + event["dur"]))
            if event["cat"] == "runs":
                running.setdefault(row, []).append(slices[row][-1])
            if event["cat"] in ("runs", "ready"):
                check(event["name"] == event["cat"], what)
            if event["cat"] == "waits" and "hand" not in file and "damaged" not in file:
                check(WAITS.fullmatch(event["name"]), what)
                check(re.match(r"[^/]+\.[ch]:\d+: in ", event["args"]["where"]), what)
        elif event["ph"] in "sf":
            check(event["name"] in ARROWS, what)
            ends = flows.setdefault(event["id"], {})
            check(event["ph"] not in ends, what)
            ends[event["ph"]] = event
    check(len(set(names.values())) == len(names), f"{file}: two rows have one name")
    for row in slices:
        check(row in names, f"{file}: row {row} has no name")
        check_nesting(slices[row], f"{file}: {names.get(row)}")
    for flow, ends in flows.items():
        what = f"{os.path.basename(file)}: flow {flow}"
        check(set(ends) == {"s", "f"}, what)
        if set(ends) != {"s", "f"}:
            continue
        check(ends["s"]["ts"] <= ends["f"]["ts"] + SLACK, what)
        check(ends["f"].get("bp") == "e", what)
        for end, rows in (("s", running), ("f", slices)):
            check(any(begin - SLACK <= ends[end]["ts"] <= last + SLACK
                      for begin, last in rows.get(ends[end]["tid"], [])),
                  f"{what}: there is no slice at {end}: {ends[end]}")
    check(events, f"{file}: is empty")
    timeline = file[:-len("json")] + "timeline"
    if os.path.exists(timeline):
        with open(timeline, encoding="utf-8") as source:
            rows = re.findall(r"^(?:[│ ] )*(?:[├└] )?(\S.*?) +[ ┌├╰╭█╞]", source.read(), re.M)
        for row in names.values():
            check(row.removesuffix(": blocks") in rows, f"{timeline}: there is no row {row}: {rows}")


# ---- SVGs ----

def boxes_overlap(a, b):
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def check_svg(file):
    root = xml.etree.ElementTree.parse(file).getroot()
    name = os.path.basename(file)
    width, height = float(root.get("width")), float(root.get("height"))
    check(root.get("viewBox") == f"0 0 {root.get('width')} {root.get('height')}", f"{name}: viewBox")
    check(root.find(SVG + "title") is not None, f"{name}: has no title")
    tasks = {group.get("id"): group for group in root.iter(SVG + "g") if group.get("class") == "task"}
    check(tasks or root.find(SVG + "title").text.startswith("0 tasks"), f"{name}: has no task")
    bars = {}
    for id, group in tasks.items():
        check(group.find(SVG + "text").text, f"{name}: {id} has no name")
        for part in group.iter(SVG + "g"):
            rect = part.find(SVG + "rect")
            if rect is None:
                continue
            x, y, w, h = (float(rect.get(key)) for key in ("x", "y", "width", "height"))
            bars.setdefault(id, []).append((rect.get("class"), x, y, w, h))
            check(w > 0 and 0 <= x and x + w <= width and 0 <= y and y + h <= height,
                  f"{name}: a bar is outside")
            check(part.find(SVG + "title").text.startswith(group.find(SVG + "text").text),
                  f"{name}: title of {id}")
        end = 0
        for _, x, _, w, _ in sorted(bars.get(id, []), key=lambda bar: bar[1]):
            if w > 1.5:  # steps that are too short for the scale are drawn above their neighbours
                check(x + 0.11 >= end, f"{name}: bars of {id} overlap at {x}")
                end = x + w
    for group in root.iter(SVG + "g"):
        kind = group.get("class", "")
        if kind in ARROWS and group.get("data-from"):
            source, target = group.get("data-from"), group.get("data-to")
            check(source in tasks and target in tasks, f"{name}: an arrow ends nowhere")
            line = re.match(r"M([\d.]+) ([\d.]+)V([\d.]+)$", group.find(SVG + "path").get("d"))
            head = re.match(r"M([\d.]+) ([\d.]+)l", group.findall(SVG + "path")[1].get("d"))
            x, y = float(line[1]), float(line[2])
            check(any(kind == "run" and bx <= x <= bx + w and by <= y <= by + h
                      for kind, bx, by, w, h in bars.get(source, [])),
                  f"{name}: an arrow from {source} does not begin in a step")
            top = min((bar[2] for bar in bars.get(target, [])), default=0)
            check(head[1] == line[1] and top - 1 <= float(head[2]) <= top + 17,
                  f"{name}: an arrow does not end at {target}")
            check(group.find(SVG + "title").text, f"{name}: an arrow has no title")
        if "block" in kind or "request" in kind or "end" == kind:
            check(group.find(SVG + "title").text, f"{name}: a {kind} has no title")
    texts = []
    for text in root.iter(SVG + "text"):
        x, y = float(text.get("x")), float(text.get("y"))
        box = (x, y - 8, x + 5.5 * len(text.text), y + 2)
        check(box[2] <= width + 1, f"{name}: '{text.text}' is outside")
        for other, content in texts:
            check(not boxes_overlap(box, other), f"{name}: '{text.text}' overlaps '{content}'")
        texts.append((box, text.text))


# ---- Recordings by hand ----

def read(tool, file, *options):
    done = subprocess.run([tool, *options, file], capture_output=True, timeout=60)
    return done.returncode, done.stdout.decode("utf-8", "replace"), done.stderr.decode()


def check_by_hand(tool, folder):
    file, svg, trace = (os.path.join(folder, name) for name in ("hand.weft", "hand.svg", "hand.json"))

    def draw(recording, *options):
        with open(file, "wb") as target:
            target.write(recording)
        status, text, error = read(tool, file, *options)
        check(status == 0, f"a recording is refused: {error}")
        check(read(tool, file, "--timeline=" + svg, "--trace=" + trace)[0] == 0, "no SVG or trace")
        check_svg(svg)
        check_trace(trace)
        with open(svg, encoding="utf-8") as source:
            return text, source.read()

    text, _ = draw(recordings.timeout())
    check("├ Fast" in text and "timeout 2.5 s" in text, "the timeout by hand")
    text, picture = draw(recordings.many(1000))
    check(text.count("\n") < 60 and "960 tasks have no row" in text, "1,000 tasks in the terminal")
    check("900 tasks are left out" in picture and "worker 700" in picture and "1 failed" not in picture,
          "1,000 tasks in the SVG")
    text, _ = draw(recordings.many(1000), "--tasks=5")
    check("995 tasks have no row" in text, "--tasks=5")
    text, picture = draw(recordings.lost())
    check("first 17 records are lost" in text and "first 17 records are lost" in picture, "lost records")
    check("late" in text, "a task whose beginning is lost")
    text, picture = draw(recordings.strange())
    check("a&lt;b&gt;&quot;&amp;" in picture and 'a<b>"&' in text, "special characters")
    text, _ = draw(recordings.empty())
    check(text.startswith("0 tasks"), "a recording without records")
    text, _ = draw(recordings.deep(200))
    check("task 3 " in text, "a deep tree")


def check_damaged(tool, folder):
    """A damaged recording is refused or drawn, but never crashes the tool."""
    seed = random.randrange(1 << 32)
    print("seed", seed)
    rng = random.Random(seed)
    file = os.path.join(folder, "damaged.weft")
    whole = recordings.timeout()
    for attempt in range(150):
        data = bytearray(whole)
        if attempt < 50:
            data = data[:rng.randrange(len(data))]
        else:
            for _ in range(rng.randrange(1, 20)):
                data[rng.randrange(len(data) if attempt % 2 else 64, len(data))
                     if attempt % 2 == 0 else rng.randrange(len(data))] = rng.randrange(256)
        with open(file, "wb") as target:
            target.write(data)
        status, _, error = read(tool, file)
        check(status in (0, 1), f"status {status} for a damaged recording: {error}")
        if attempt < 50:
            check(status == 1 and error, "a cut recording is not refused")
        status = subprocess.run([tool, "--timeline=" + file + ".svg", "--trace=" + file + ".json", file],
                                capture_output=True, timeout=60).returncode
        check(status in (0, 1), f"status {status} for the SVG of a damaged recording")


def main():
    tool, folder = sys.argv[1:]
    for file in sorted(glob.glob(os.path.join(folder, "*.json"))):
        check_trace(file)
    for file in sorted(glob.glob(os.path.join(folder, "*.svg"))):
        check_svg(file)
    check_by_hand(tool, folder)
    check_damaged(tool, folder)
    sys.exit(1 if failures else 0)


main()
