"""What is compared with what: each comparison runs one work of the library beside the peers that do the same."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Opponent:
    """A peer, or one of several ways to do the work with it."""

    peer: str  # whose worker it is
    name: str  # as tables show it
    goal: float | None = None  # the ratio that the library is to reach
    variant: str = ""  # an argument for the worker
    environment: tuple = ()  # (name, value) pairs for the worker


@dataclass(frozen=True)
class Comparison:
    work: str
    opponents: tuple
    batch: int = 1
    checks: bool = False  # whether results are compared code by code, too
    avx2: bool = False  # both sides are held to AVX2

    @property
    def name(self):
        return self.work if self.batch == 1 else f"{self.work}, batch {self.batch}"


def onednn(goal=None):
    return Opponent("oneDNN", "oneDNN 8-bit", goal)


def onednn_avx2(goal=None):
    return Opponent("oneDNN", "oneDNN 8-bit, AVX2", goal, environment=(("ONEDNN_MAX_CPU_ISA", "AVX2"),))


def xnnpack(goal=None, bits=8):
    return Opponent("XNNPACK", f"XNNPACK qc{bits}w", goal, variant=f"qc{bits}w")


def onnx_runtime(goal=None):
    return Opponent("ONNX Runtime", "ONNX Runtime QDQ", goal)


def rtneural(goal=None):
    return Opponent("RTNeural", "RTNeural float", goal)


SHAPES = ("32x32x64", "16x16x256", "8x8x512")


def comparisons():
    for batch in (1, 16):
        for shape in SHAPES:
            yield Comparison(f"convolution {shape} 8-bit", (onednn(1.05), xnnpack(), onnx_runtime()), batch, checks=batch == 1)
    for shape in SHAPES:
        for states, goal in (("(15,8)", 1.6), ("(3,8)", 2.2), ("(3,4)", None), ("(3,2)", None), ("binary", None)):
            yield Comparison(f"convolution {shape} {states}", (onednn_avx2(goal),), avx2=True)
    vgg_goals = {"8-bit": 1.1, "(15,8)": 1.15, "(3,8)": 1.15, "(3,4)": 1.35, "(3,2)": 2.4, "binary": 2.7, "signs": 2.7}
    for states, goal in vgg_goals.items():
        yield Comparison(f"VGG {states}", (onednn(goal), onnx_runtime()))
    yield Comparison("VGG 8-bit", (onednn(1.05), onnx_runtime()), batch=16)
    yield Comparison("VGG (15,8)", (onednn(), onnx_runtime()), batch=16)
    for size, goal in (("1024", 2.6), ("4096", 1.9)):
        yield Comparison(f"dense {size} ternary x 8-bit", (xnnpack(goal, bits=4), xnnpack()))
        yield Comparison(f"dense {size} 4-bit x 8-bit", (xnnpack(1.5 if size == "1024" else None, bits=4), xnnpack()))
        yield Comparison(f"dense {size} 8-bit", (xnnpack(), onednn()))
    for states, goals in (("8-bit", (None, None)), ("(3,4)", (1.8, 7)), ("binary", (None, None))):
        yield Comparison(f"MLP 784-256-256-10 {states}", (xnnpack(goals[0]), onnx_runtime(), rtneural(goals[1])))
    yield Comparison("MobileNet-v1 0.25 96x96 8-bit", (onnx_runtime(1.5), xnnpack(1.5), onednn()))
    for shape in ("32x32x128", "16x16x256"):
        yield Comparison(f"sum pool {shape}", (onednn(1.0),))
        yield Comparison(f"max pool {shape}", (onednn(1.0), xnnpack()))
