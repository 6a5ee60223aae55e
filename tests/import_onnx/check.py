"""check.py TOOL FOLDER: imports networks with TOOL, compiles what it writes and compares all logits with those of ONNX
Runtime, or of the package qonnx; those of the authors' TFC networks, too, where INTAGLIO_DATA has them. Real numbers
must agree within 1e-4. Codes are integers: with the same codes in all layers logits differ by the rounding of floats
alone, and one other code shows. The last line is `N passed, M failed`."""
import gzip
import os
import subprocess
import sys
import warnings

import numpy
import onnx
import onnxruntime
import qonnx.core.onnx_exec
from qonnx.core.modelwrapper import ModelWrapper
from qonnx.transformation.infer_shapes import InferShapes

import networks

HERE = os.path.dirname(os.path.abspath(__file__))
AUTHORS = {"TFC_1W1A": 0.9296, "TFC_1W2A": 0.9474, "TFC_2W2A": 0.9660}  # of these files, on all test images of MNIST


def run(*command):
    result = subprocess.run(command, capture_output=True, text=True)
    if result.returncode:
        raise RuntimeError((result.stderr.strip() or result.stdout.strip() or "failed")[:400])
    return result.stdout


def imported_logits(tool, folder, path, is_float, images):
    """Logits of the network that the tool makes of a file; images have channels last."""
    header, weights, program = (os.path.join(folder, name) for name in ("net.hpp", "net.safetensors", "run"))
    sys.stdout.write(run(tool, path, "-o", header))
    source = os.path.join(HERE, f"run_{'float' if is_float else 'codes'}.cpp")
    include = os.path.join(HERE, "..", "..", "include")
    run(os.environ.get("CXX", "g++"), "-std=c++20", "-O1", "-march=native", f"-I{include}", "-pthread",
        f'-DNETWORK="{os.path.abspath(header)}"', source, "-o", program)
    numpy.ascontiguousarray(images).tofile(os.path.join(folder, "images.bin"))
    run(program, weights, os.path.join(folder, "images.bin"), os.path.join(folder, "logits.bin"))
    return numpy.fromfile(os.path.join(folder, "logits.bin")).reshape(len(images), -1)


def source_logits(model, images):
    """What the source's own runtime gives."""
    numbers = (images / (32768 if images.dtype == numpy.int16 else 255)).astype(numpy.float32)
    if not any(node.domain for node in model.graph.node):
        options = onnxruntime.SessionOptions()
        # Fused operators of integers round in another way than the operators of the file.
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        return onnxruntime.InferenceSession(model.SerializeToString(), options).run(None, {"x": numbers})[0]
    wrapper = ModelWrapper(model)
    for value in (wrapper.graph.input[0], wrapper.graph.output[0]):
        value.type.tensor_type.shape.dim[0].dim_value = len(numbers)
    wrapper = wrapper.transform(InferShapes())
    return qonnx.core.onnx_exec.execute_onnx(wrapper, {"x": numbers})[wrapper.graph.output[0].name]


def problems(tool, folder, name, is_float, model, images):
    path = os.path.join(folder, f"{name}.onnx")
    onnx.save(model, path)
    expected = source_logits(model, images)
    last = images if name == "channels_last" else numpy.moveaxis(images, 1, -1)
    found = imported_logits(tool, folder, path, is_float, last)
    if name == "mlp":  # ends with a Softmax, which logits are in front of
        found = numpy.exp(found) / numpy.exp(found).sum(axis=1, keepdims=True)
    largest = numpy.abs(found - expected).max()
    print(f"{name}: largest difference {largest:.2g} in {expected.size} logits of up to {numpy.abs(expected).max():.2g}")
    if not largest <= (1e-4 if is_float else 1e-5):
        yield f"logits differ by {largest}"
    if not expected.std(axis=0).max() > 1e-3:
        yield "all images have the same logits: the network tests nothing"


def authors_problems(tool, folder, name, data):
    with gzip.open(os.path.join(data, "mnist", "t10k-images-idx3-ubyte.gz")) as file:
        images = numpy.frombuffer(file.read(), numpy.uint8, offset=16).reshape(-1, 28, 28, 1)
    with gzip.open(os.path.join(data, "mnist", "t10k-labels-idx1-ubyte.gz")) as file:
        labels = numpy.frombuffer(file.read(), numpy.uint8, offset=8)
    found = imported_logits(tool, folder, os.path.join(data, "models", f"{name}.onnx"), False, images)
    accuracy = (found.argmax(axis=1) == labels).mean()
    print(f"{name}: accuracy {100 * accuracy:.2f} %")
    if abs(accuracy - AUTHORS[name]) > 1e-9:
        yield f"accuracy {accuracy}, expected {AUTHORS[name]}"


def main():
    tool, folder = sys.argv[1:]
    data = os.environ.get("INTAGLIO_DATA", os.path.join(HERE, "..", "..", "..", "shared", "data"))
    jobs = [(name, problems, (is_float, model, images)) for name, is_float, model, images in networks.networks(50)]
    for name in AUTHORS:
        if os.path.exists(os.path.join(data, "models", f"{name}.onnx")):
            jobs.append((name, authors_problems, (data,)))
    passed = failed = 0
    for name, check, arguments in jobs:
        own = os.path.join(folder, name)
        os.makedirs(own, exist_ok=True)
        try:
            found = list(check(tool, own, name, *arguments))
        except Exception as error:  # of the tool, the compiler, or ONNX Runtime
            found = [str(error)]
        for problem in found:
            print(f"{name}: {problem}")
        passed += not found
        failed += bool(found)
    print(f"Imports, ONNX Runtime {onnxruntime.__version__}: {passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


warnings.filterwarnings("ignore")
sys.exit(main())
