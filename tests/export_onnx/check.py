"""check.py FOLDER: runs each network that write.cpp wrote below FOLDER in ONNX Runtime and compares all logits with those
of the integer program. They must be equal, whatever the optimisations and the number of images in a batch; those of a
twin with one changed weight must not. The last line is `N passed, M failed`."""
import os
import sys

import numpy
import onnx
import onnxruntime

ORDER = {
    "all optimisations": onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL,
    "no optimisations": onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL,
}


def outputs(model, images, optimisation, batch):
    """Logits and classes, the images given `batch` at a time."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = optimisation
    options.intra_op_num_threads = 2
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    parts = [session.run(["logits", "class"], {name: images[i : i + batch]}) for i in range(0, len(images), batch)]
    return [numpy.concatenate(part) for part in zip(*parts)]


def with_changed_weight(model, position):
    """A copy in which one weight of the last layer is another one."""
    twin = onnx.ModelProto()
    twin.CopyFrom(model)
    weights = [tensor for tensor in twin.graph.initializer if tensor.name.endswith(".weights")][-1]
    data = bytearray(weights.raw_data)
    data[position % len(data)] ^= 1
    weights.raw_data = bytes(data)
    return twin


def problems(folder):
    """What is wrong with the network in a folder, and the number of images."""
    model = onnx.load(os.path.join(folder, "net.onnx"))
    onnx.checker.check_model(model, full_check=True)
    image = model.graph.input[0].type.tensor_type
    shape = [d.dim_value for d in image.shape.dim][1:]
    images = numpy.fromfile(
        os.path.join(folder, "images.bin"), onnx.helper.tensor_dtype_to_np_dtype(image.elem_type)
    ).reshape(-1, *shape)
    expected = numpy.fromfile(os.path.join(folder, "logits.bin"), numpy.int64).reshape(len(images), -1)
    for name, optimisation in ORDER.items():
        for batch in (1, 7, len(images)):
            count = min(len(images), 40 * batch)
            logits, classes = outputs(model, images[:count], optimisation, batch)
            wrong = numpy.count_nonzero(logits != expected[:count])
            if wrong:
                yield f"{name}, batches of {batch}: {wrong} of {logits.size} logits differ"
            if (classes != expected[:count].argmax(axis=1)).any():
                yield f"{name}, batches of {batch}: classes differ"
    if len(numpy.unique(expected[:, 0])) < 2:
        yield "all images have the same logits: the model tests nothing"
    # An input that is always 0 hides its weights.
    for position in range(16):
        twin = with_changed_weight(model, position)
        if (outputs(twin, images, ORDER["all optimisations"], len(images))[0] != expected).any():
            return
    yield "a changed weight is not noticed"


def main():
    passed = failed = 0
    for name in sorted(os.listdir(sys.argv[1])):
        try:
            found = list(problems(os.path.join(sys.argv[1], name)))
        except Exception as error:  # of the checker, or of ONNX Runtime
            found = [str(error)]
        for problem in found:
            print(f"{name}: {problem}")
        passed += not found
        failed += bool(found)
    print(f"ONNX Runtime {onnxruntime.__version__}: {passed} passed, {failed} failed")
    return 0 if passed and not failed else 1


sys.exit(main())
