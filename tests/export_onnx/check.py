"""check.py FOLDER: runs each network that write.cpp wrote below FOLDER in ONNX Runtime and compares all logits with those
of the integer program. They must be equal, whatever the optimisations and the number of images in a batch; those of a
twin with one changed weight must not. The same network as QONNX runs in the package of that name: the sums before the
logits must give the logits in 64 bits. In QDQ, what differs is counted and printed: of models whose steps are rounded
lines, as those of training are, few codes may. The last line is `N passed, M failed`."""
import os
import sys
import time

import numpy
import onnx
import onnxruntime
import qonnx.core.onnx_exec
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.infer_shapes import InferShapes

ORDER = {
    "all optimisations": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
    "no optimisations": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
}


def session_of(model, optimisation, exact_products=True):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = optimisation
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    if exact_products:  # of signed weights: no sums of pairs in 16 bits, which saturate, on x86-64
        options.add_session_config_entry("session.x64quantprecision", "1")
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def outputs(model, images, optimisation, batch):
    """Logits and classes, the images given `batch` at a time."""
    session = session_of(model, optimisation)
    name = session.get_inputs()[0].name
    parts = [session.run(["logits", "class"], {name: images[i : i + batch]}) for i in range(0, len(images), batch)]
    return [numpy.concatenate(part) for part in zip(*parts)]


def qonnx_logits(model, images):
    """The sums before the logits, in QONNX, times the multipliers plus the addends in integers; and the float logits."""
    model = ModelWrapper(model)
    for value in (model.graph.input[0], model.graph.output[0]):
        value.type.tensor_type.shape.dim[0].dim_value = len(images)
    model = model.transform(InferShapes())
    if images.ndim == 4:
        images = images.transpose(0, 3, 1, 2)
    values = qonnx.core.onnx_exec.execute_onnx(
        model, {model.graph.input[0].name: numpy.ascontiguousarray(images, numpy.float32)}, True
    )
    logits = values["logits"]
    scaled = [node for node in model.graph.node if node.op_type in ("Mul", "Add")][-2:]
    sums = values[scaled[0].input[0]].astype(numpy.float64)
    multipliers, addends = (values[node.input[1]].astype(numpy.float64) for node in scaled)
    return (sums * multipliers + addends).reshape(logits.shape), logits


def with_changed_weight(model, position):
    """A copy in which one weight of the last layer is another one."""
    twin = onnx.ModelProto()
    twin.CopyFrom(model)
    weights = [tensor for tensor in twin.graph.initializer if tensor.name.endswith(".weights")][-1]
    numbers = numpy.array(onnx.numpy_helper.to_array(weights))
    at = numpy.unravel_index(position % numbers.size, numbers.shape)
    if numbers.dtype == numpy.uint8:
        numbers[at] ^= 1
    else:
        numbers[at] = -numbers[at] if numbers[at] != 0 else 1
    weights.raw_data = numbers.tobytes()
    return twin


def notices_changed_weight(model, logits_of, expected):
    """Whether other logits come out. An input that is always 0 hides its weights, so that several are tried."""
    twins = (with_changed_weight(model, position) for position in range(16))
    return any((logits_of(twin) != expected).any() for twin in twins)


def read(folder, model):
    """The images for a model, and the logits of the integer program."""
    image = model.graph.input[0].type.tensor_type
    shape = [d.dim_value for d in image.shape.dim][1:]
    kind = onnx.helper.tensor_dtype_to_np_dtype(image.elem_type)
    images = numpy.fromfile(os.path.join(folder, "images.bin"), kind).reshape(-1, *shape)
    return images, numpy.fromfile(os.path.join(folder, "logits.bin"), numpy.int64).reshape(len(images), -1)


def with_codes(model, rows):
    """A copy with further outputs: the codes of the steps in these rows, [N, channels, height, width]."""
    twin = onnx.ModelProto()
    twin.CopyFrom(model)
    for row in rows:
        names = [node.output[0] for node in model.graph.node if node.output[0].startswith(f"row.{row}.")]
        twin.graph.output.append(onnx.helper.make_tensor_value_info(names[-1], onnx.TensorProto.FLOAT, None))
    return twin


class Differences:
    """Of a QDQ file to the integers: shares of the codes, logits and classes."""

    def __init__(self, folder):
        model = onnx.load(os.path.join(folder, "qdq.onnx"))
        onnx.checker.check_model(model, full_check=True)
        exact = onnx.load(os.path.join(folder, "exact.onnx"))
        images, expected = read(folder, model)
        optimisation = ORDER["all optimisations"]
        # Weights of more than 8 bits are float32, which the runtime rounds to 8; what a table has for the next code may
        # be anything.
        self.allowed = 0.02
        if any(t.name.endswith(".weights") and t.data_type == onnx.TensorProto.FLOAT for t in model.graph.initializer):
            self.allowed = 0.2
        if any(node.op_type == "Gather" for node in model.graph.node):
            self.allowed = 0.2
        logits, classes = outputs(model, images, optimisation, 100)
        # Logits are float32.
        far = ~numpy.isclose(logits, expected, rtol=1e-6, atol=1)
        self.logits = far.mean()
        self.classes = (classes != expected.argmax(axis=1)).mean()
        self.codes, self.farthest = self.of_codes(folder, model, images)
        fast, integers = (self.seconds(session_of(m, optimisation), images[:1]) for m in (model, exact))
        self.speed = integers / fast

    @staticmethod
    def of_codes(folder, model, images):
        steps = numpy.loadtxt(os.path.join(folder, "steps.txt"), int, ndmin=2)
        sizes = steps[:, 1:].prod(axis=1)
        expected = numpy.fromfile(os.path.join(folder, "codes.bin"), numpy.int32).reshape(-1, sizes.sum())
        session = session_of(with_codes(model, steps[:, 0]), ORDER["all optimisations"])
        found = session.run(None, {session.get_inputs()[0].name: images[: len(expected)]})[2:]
        found = [codes.transpose(0, 2, 3, 1).reshape(len(expected), -1) for codes in found]
        distances = numpy.abs(numpy.concatenate(found, axis=1) - expected)
        return (distances != 0).mean(), int(distances.max())

    @staticmethod
    def seconds(session, image):
        name = session.get_inputs()[0].name
        times = []
        for _ in range(50):
            since = time.perf_counter()
            session.run(None, {name: image})
            times.append(time.perf_counter() - since)
        return numpy.median(times)

    def __str__(self):
        return (
            f"{100 * self.codes:.4f} % of the codes, by {self.farthest} at most, {100 * self.logits:.2f} % of the logits, "
            f"{100 * self.classes:.2f} % of the classes differ; {self.speed:.1f} times as fast as the exact file"
        )


def qdq_problems(name, folder):
    """Prints what differs; how much may."""
    differences = Differences(folder)
    print(f"{name}: QDQ: {differences}")
    if differences.codes > differences.allowed:
        yield "QDQ: too many codes differ"


def problems(folder):
    """What is wrong with the network in a folder, and the number of images."""
    model = onnx.load(os.path.join(folder, "net.onnx"))
    onnx.checker.check_model(model, full_check=True)
    images, expected = read(folder, model)
    for name, optimisation in ORDER.items():
        for batch in (1, 7, len(images)):
            count = min(len(images), 40 * batch)
            logits, classes = outputs(model, images[:count], optimisation, batch)
            wrong = numpy.count_nonzero(logits != expected[:count])
            if wrong:
                yield f"{name}, batches of {batch}: {wrong} of {logits.size} logits differ"
            if (classes != expected[:count].argmax(axis=1)).any():
                yield f"{name}, batches of {batch}: classes differ"
    few = 40
    quantized = onnx.load(os.path.join(folder, "qonnx.onnx"))
    exact, rounded = qonnx_logits(quantized, images[:few])
    wrong = numpy.count_nonzero(exact != expected[:few])
    if wrong:
        yield f"QONNX: {wrong} of {exact.size} logits differ"
    if not numpy.allclose(rounded, expected[:few], rtol=1e-6, atol=1):
        yield "QONNX: the logits of the file differ by more than their rounding"
    if not notices_changed_weight(quantized, lambda twin: qonnx_logits(twin, images[:few])[0], expected[:few]):
        yield "QONNX: a changed weight is not noticed"
    if len(numpy.unique(expected[:, 0])) < 2:
        yield "all images have the same logits: the model tests nothing"
    optimisation = ORDER["all optimisations"]
    if not notices_changed_weight(model, lambda twin: outputs(twin, images, optimisation, len(images))[0], expected):
        yield "a changed weight is not noticed"


def main():
    passed = failed = 0
    for name in sorted(os.listdir(sys.argv[1])):
        folder = os.path.join(sys.argv[1], name)
        try:
            found = list(problems(folder)) if os.path.exists(os.path.join(folder, "net.onnx")) else []
            if os.path.exists(os.path.join(folder, "qdq")):
                found += qdq_problems(name, os.path.join(folder, "qdq"))
        except Exception as error:  # of the checker, or of ONNX Runtime
            found = [str(error)]
        for problem in found:
            print(f"{name}: {problem}")
        passed += not found
        failed += bool(found)
    print(f"ONNX Runtime {onnxruntime.__version__}: {passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


sys.exit(main())
