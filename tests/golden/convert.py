#!/usr/bin/env python3
"""Writes training_ops.txt from training_ops.json: convert.py training_ops.json > training_ops.txt
With names, the cases of these operators alone, and all of them:
convert.py training_ops.json round_clip_weight dorefa_weight > weights.txt

The JSON holds small cases of the training operators, computed in float64 by automatic differentiation in another
framework, printed with 12 digits. Cases of operators that the library does not have are left out. Inputs that are
exactly representable in float32 are written with all their digits; nothing else is changed.

A case is: `case NAME`, then `parameter KEY VALUE` lines, then arrays (`input`, `output`, `cotangent`, `gradient`):
`input NAME RANK EXTENTS... VALUES...`, then `end`. Images are N,C,H,W.
"""

import json
import struct
import sys

LEFT_OUT = {"dorefa_weight"}


def exact(value):
    """The float32 number that prints like `value`, if there is one."""
    single = struct.unpack("f", struct.pack("f", value))[0]
    return single if f"{single:.12g}" == f"{value:.12g}" else value


def array(kind, name, tensor):
    shape = tensor["shape"]
    data = tensor["data"]
    values = [exact(v) for v in data] if kind in ("input", "cotangent") else data
    print(kind, name, len(shape), *shape)
    print(*(repr(v) for v in values))


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        cases = json.load(file)["cases"]
    wanted = sys.argv[2:]
    for case in cases:
        params = case["params"]
        if case["name"] not in wanted if wanted else case["name"] in LEFT_OUT:
            continue
        if not wanted and case["name"] == "round_clip_weight" and params["delta"] != (params["M_w"] - 1) / 2:
            continue  # the other reading of the paper, which has no integer form
        print("case", case["name"])
        for key, value in params.items():
            print("parameter", key, value)
        for name, tensor in case["inputs"].items():
            tensor = tensor if isinstance(tensor, dict) else {"shape": [len(tensor)], "data": tensor}
            array("input", name, tensor)
        array("output", "y", case["outputs"][0])
        array("cotangent", "y", case["cotangents"][0])
        for name, tensor in case["gradients"].items():
            array("gradient", name, tensor)
        print("end")


main()
