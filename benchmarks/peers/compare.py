"""Runs the library beside its peers: all workers of a comparison take turns on one core, and each figure is the median
of the ratios of neighbouring slices. Prints a table; writes JSON and a chart.

compare.py --library "COMPILER=COMMAND" ... [--avx2-library "COMPILER=COMMAND" ...] --peer "NAME=COMMAND" ...
           [--missing "NAME=REASON" ...] [--only PATTERN] [--json FILE] [--chart FILE] [--markdown FILE]

The commands are those of workers, which worker.hpp describes. An --avx2-library is built for AVX2 alone, where the
machine has more.
"""

import argparse
import contextlib
import datetime
import json
import os
import re
import shlex
import statistics
import subprocess
import sys
import tempfile

from chart import draw
from rows import comparisons
from tables import as_markdown, as_text

PAIRS = 15
SLICE_SECONDS = 0.02
SATURATING_FROM = 128  # sums of two products of 8 bits leave 16 bits from this input code on


class Missing(Exception):
    """A worker that does not do its work, and why."""


def one_core():
    """The processor that all workers run on: the last one, which has the fewest interrupts."""
    return max(os.sched_getaffinity(0))


class Worker:
    """A process that repeats one work whenever it is told to."""

    def __init__(self, command, arguments, environment=()):
        core = one_core()
        self.errors = tempfile.TemporaryFile(mode="w+")
        self.process = subprocess.Popen(
            [*shlex.split(command), *map(str, arguments)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", **dict(environment)},
            preexec_fn=lambda: os.sched_setaffinity(0, {core}),
        )
        if self.process.stdout.readline() != "ready\n":
            self.fail()

    def seconds(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            self.fail()
        return float(answer)

    def fail(self):
        self.process.communicate()
        self.errors.seek(0)
        words = self.errors.read().strip().splitlines()
        self.errors.close()
        raise Missing(words[-1] if words else "its worker ended without a word")

    def close(self):
        self.process.communicate()
        self.errors.close()


def output_of(command, *arguments):
    done = subprocess.run([*shlex.split(command), *map(str, arguments)], capture_output=True, check=False)
    if done.returncode != 0:
        raise Missing((done.stderr.decode().strip().splitlines() or ["its worker failed"])[-1])
    return done.stdout


def version_of(command):
    return output_of(command, "version").decode().strip()


def library_version(libraries):
    """The library's version, which its worker says in front of its compiler."""
    version, _, _ = version_of(next(iter(libraries.values()))).partition(",")
    return f"{version} with {', '.join(libraries)}"


def agreement(expected, found):
    """How many codes differ, in words."""
    if len(expected) != len(found):
        return f"{len(found)} codes instead of {len(expected)}"
    distances = [abs(a - b) for a, b in zip(expected, found, strict=True) if a != b]
    if not distances:
        return "equal"
    return f"{len(distances)} of {len(found)} codes differ, by {max(distances)} at most"


def compare_codes(library, comparison, layers, peers):
    """Per peer: how its codes agree with ours, for inputs that fit 7 bits and for all."""
    found = {}
    for highest in (SATURATING_FROM - 1, 255):
        ours = output_of(library, "output", comparison.work, highest)
        for peer in dict.fromkeys(opponent.peer for opponent in comparison.opponents):
            if peer in peers:
                text = agreement(ours, output_of(peers[peer], "output", layers, highest))
                found.setdefault(peer, {})[f"input codes 0 ... {highest}"] = text
    return found


def run(comparison, libraries, peers, folder):
    """The rows of a comparison, one for each opponent."""
    layers = os.path.join(folder, "layers")
    with open(layers, "wb") as file:
        file.write(output_of(next(iter(libraries.values())), "layers", comparison.work))
    with contextlib.ExitStack() as stack:

        def start(*arguments):
            worker = Worker(*arguments)
            stack.callback(worker.close)
            return worker

        ours = {
            name: start(command, ["serve", comparison.work, comparison.batch, SLICE_SECONDS])
            for name, command in libraries.items()
        }
        theirs, missing = {}, {}
        for opponent in comparison.opponents:
            arguments = ["serve", layers, comparison.batch, SLICE_SECONDS, opponent.variant]
            try:
                if opponent.peer not in peers:
                    raise Missing("it could not be had")
                theirs[opponent.name] = start(peers[opponent.peer], arguments, opponent.environment)
            except Missing as reason:
                missing[opponent.name] = str(reason)
        slices = {name: [] for name in (*ours, *theirs)}
        for _ in range(PAIRS):
            for name, worker in (*ours.items(), *theirs.items()):
                slices[name].append(worker.seconds())
    codes = compare_codes(next(iter(libraries.values())), comparison, layers, peers) if comparison.checks else {}
    return [
        make_row(comparison, opponent, {name: slices[name] for name in ours}, slices.get(opponent.name), missing, codes)
        for opponent in comparison.opponents
    ]


def make_row(comparison, opponent, ours, theirs, missing, codes):
    row = {"work": comparison.name, "library": opponent.peer, "peer": opponent.name, "goal": opponent.goal}
    if theirs is None:
        return row | {"missing": missing[opponent.name]}
    ratios = {
        name: statistics.median(peer / own for peer, own in zip(theirs, slices, strict=True))
        for name, slices in ours.items()
    }
    slowest = min(ratios, key=ratios.get)
    return row | {
        "ratio": ratios[slowest],
        "slowest": slowest,
        "ratios": ratios,
        "microseconds": {name: 1e6 * statistics.median(slices) for name, slices in ours.items()},
        "peer_microseconds": 1e6 * statistics.median(theirs),
        "codes": codes.get(opponent.peer),
    }


def processor():
    for line in open("/proc/cpuinfo"):
        if line.startswith("model name"):
            name = line.split(":")[1].strip()
    flags = next(line for line in open("/proc/cpuinfo") if line.startswith("flags")).split()
    known = ("avx2", "avx_vnni", "avx512f", "avx512_vnni", "amx_int8")
    return name + ", " + ", ".join(flag for flag in known if flag in flags)


def pairs(texts):
    return dict(text.split("=", 1) for text in texts)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--library", action="append", default=[])
    parser.add_argument("--avx2-library", action="append", default=[])
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--missing", action="append", default=[])
    parser.add_argument("--only", default="")
    for kind in ("json", "chart", "markdown"):
        parser.add_argument("--" + kind)
    options = parser.parse_args()
    libraries, peers, missing = pairs(options.library), pairs(options.peer), pairs(options.missing)

    avx2_libraries = pairs(options.avx2_library) or libraries

    works = output_of(next(iter(libraries.values())), "list").decode().splitlines()
    wanted = re.compile(options.only)
    chosen = [c for c in comparisons() if any(wanted.search(name) for name in (c.name, *(o.name for o in c.opponents)))]
    if not chosen:
        sys.exit(f"no comparison matches {options.only}")
    results = {
        "date": datetime.date.today().isoformat(),
        "processor": processor(),
        "pairs": PAIRS,
        "versions": [library_version(libraries), *map(version_of, peers.values())],
        "missing": missing,
        "rows": [],
    }
    with tempfile.TemporaryDirectory() as folder:
        for comparison in chosen:
            if comparison.work not in works:
                results["missing"][comparison.work] = "the library's worker does not have it yet"
                continue
            print(comparison.name, file=sys.stderr)
            results["rows"] += run(comparison, avx2_libraries if comparison.avx2 else libraries, peers, folder)
    print(as_text(results))
    if options.json:
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
            file.write("\n")
    if options.markdown:
        with open(options.markdown, "w") as file:
            file.write(as_markdown(results))
    if options.chart:
        draw(results, options.chart)


if __name__ == "__main__":
    try:
        main()
    except Missing as reason:
        sys.exit(f"the library's worker: {reason}")
