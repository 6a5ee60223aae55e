"""Networks for the checks of imports, made as other tools export them, with random weights: networks() gives for each
its name, the ONNX model and the images, as the codes that our input has."""
import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

QONNX = "qonnx.custom_op.general"


class Graph:
    """A graph under construction; each method adds a node and returns the name of its result."""

    def __init__(self, seed, shape, kind=TensorProto.FLOAT):
        self.random = numpy.random.default_rng(seed)
        self.nodes, self.constants, self.count = [], [], 0
        self.input = helper.make_tensor_value_info("x", kind, ["N", *shape])

    def add(self, operation, *inputs, domain="", **attributes):
        self.count += 1
        result = f"t{self.count}"
        self.nodes.append(
            helper.make_node(operation, inputs, [result], name=f"{operation}_{self.count}", domain=domain, **attributes)
        )
        return result

    def constant(self, numbers, name=None, kind=numpy.float32):
        name = name or f"c{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(numpy.asarray(numbers, kind), name))
        return name

    def normal(self, shape, scale=None):
        fan_in = numpy.prod(shape[1:]) if len(shape) > 1 else 16
        return self.random.normal(0, scale or 1.5 / numpy.sqrt(fan_in), shape)

    def conv(self, x, inputs, outputs, kernel, name, bias=True, groups=1, **attributes):
        size = kernel if isinstance(kernel, tuple) else (kernel, kernel)
        weights = self.constant(self.normal((outputs, inputs // groups, *size)), f"{name}.weight")
        more = [self.constant(self.normal((outputs,), 0.1), f"{name}.bias")] if bias else []
        return self.add("Conv", x, weights, *more, group=groups, kernel_shape=list(size), **attributes)

    def norm(self, x, channels, name, epsilon=1e-5):
        draw = self.random.uniform
        parts = [draw(0.5, 1.5, channels), draw(-0.3, 0.3, channels), draw(-0.3, 0.3, channels), draw(0.3, 1.5, channels)]
        ends = ["weight", "bias", "running_mean", "running_var"]
        names = [self.constant(part, f"{name}.{end}") for part, end in zip(parts, ends)]
        return self.add("BatchNormalization", x, *names, epsilon=epsilon)

    def relu(self, x):
        return self.add("Relu", x)

    def relu6(self, x):
        return self.add("Clip", x, self.constant(0), self.constant(6))

    def dense(self, x, inputs, outputs, name):
        weights = self.constant(self.normal((outputs, inputs)), f"{name}.weight")
        return self.add("Gemm", x, weights, self.constant(self.normal((outputs,), 0.1), f"{name}.bias"), transB=1)

    def model(self, result, classes, version=17):
        output = helper.make_tensor_value_info(result, TensorProto.FLOAT, ["N", classes])
        graph = helper.make_graph(self.nodes, "network", [self.input], [output], self.constants)
        operators = [helper.make_opsetid("", version), helper.make_opsetid(QONNX, 1)]
        return helper.make_model(graph, opset_imports=operators, ir_version=8)


def mlp():
    g = Graph(1, (1, 8, 8))
    x = g.relu(g.dense(g.add("Flatten", "x"), 64, 24, "fc1"))
    x = g.relu(g.norm(g.dense(x, 24, 24, "fc2"), 24, "bn2", 1e-3))
    return g.model(g.add("Softmax", g.dense(x, 24, 5, "fc3")), 5), (1, 8, 8)


def lenet():
    g = Graph(2, (1, 12, 12))
    x = g.relu(g.add("MaxPool", g.conv("x", 1, 6, 5, "conv1", pads=[2] * 4), kernel_shape=[2, 2], strides=[2, 2]))
    x = g.add("AveragePool", g.relu(g.conv(x, 6, 8, 3, "conv2")), kernel_shape=[2, 2], strides=[2, 2])
    x = g.add("Reshape", x, g.constant([0, -1], kind=numpy.int64))
    return g.model(g.dense(g.relu(g.dense(x, 32, 20, "fc1")), 20, 4, "fc2"), 4), (1, 12, 12)


def block(g, x, inputs, outputs, stride, name):
    y = g.conv(x, inputs, outputs, 3, f"{name}.conv1", False, pads=[1] * 4, strides=[stride] * 2)
    y = g.conv(g.relu(g.norm(y, outputs, f"{name}.bn1")), outputs, outputs, 3, f"{name}.conv2", False, pads=[1] * 4)
    y = g.norm(y, outputs, f"{name}.bn2")
    if inputs != outputs:
        x = g.norm(g.conv(x, inputs, outputs, 1, f"{name}.down", False, strides=[stride] * 2), outputs, f"{name}.bn3")
    return g.relu(g.add("Add", y, x))


def residual():
    g = Graph(3, (3, 8, 8))
    x = g.relu(g.norm(g.conv("x", 3, 6, 3, "conv1", False, pads=[1] * 4), 6, "bn1"))
    x = block(g, block(g, block(g, x, 6, 6, 1, "a"), 6, 6, 1, "b"), 6, 12, 2, "c")
    x = g.add("ReduceMean", x, axes=[2, 3], keepdims=0)
    return g.model(g.dense(x, 12, 4, "fc"), 4), (3, 8, 8)


def mobilenet():
    g = Graph(4, (3, 16, 16))
    x = g.relu6(g.conv("x", 3, 8, 3, "stem", pads=[0, 0, 1, 1], strides=[2, 2]))
    for i, (inputs, outputs, stride) in enumerate([(8, 12, 1), (12, 16, 2), (16, 16, 1), (16, 16, 1)]):
        x = g.relu6(g.conv(x, inputs, inputs, 3, f"d{i}", groups=inputs, pads=[1] * 4, strides=[stride] * 2))
        x = g.relu6(g.conv(x, inputs, outputs, 1, f"p{i}"))
    x = g.add("Flatten", g.add("GlobalAveragePool", x))
    return g.model(g.dense(x, 16, 3, "fc"), 3), (3, 16, 16)


def audio():
    g = Graph(5, (1, 64))
    x = g.relu(g.conv("x", 1, 6, (9,), "conv1", pads=[8, 0], strides=[2]))
    x = g.relu(g.norm(g.conv(x, 6, 6, (5,), "depth", False, 6, pads=[4, 4], dilations=[2]), 6, "bn"))
    x = g.add("MaxPool", g.relu(g.conv(x, 6, 10, (1,), "point")), kernel_shape=[2], strides=[2])
    x = g.add("Flatten", g.add("GlobalAveragePool", x))
    return g.model(g.dense(x, 10, 4, "fc"), 4), (1, 64)


def channels_last():
    """As Keras's networks come: images with channels last, a flattened image in that order, a norm as Mul and Add."""
    g = Graph(6, (8, 8, 2))
    x = g.add("Transpose", "x", perm=[0, 3, 1, 2])
    x = g.conv(x, 2, 4, 3, "conv", False, auto_pad="SAME_UPPER", strides=[2, 2])
    x = g.add("Mul", x, g.constant(g.random.uniform(0.5, 1, (1, 4, 1, 1))))
    x = g.relu(g.add("Add", x, g.constant(g.random.uniform(-0.2, 0.2, (4, 1, 1)))))
    x = g.add("Transpose", x, perm=[0, 2, 3, 1])
    x = g.add("Reshape", x, g.constant([-1, 64], kind=numpy.int64))
    x = g.add("MatMul", x, g.constant(g.normal((64, 3), 0.2), "dense/kernel"))
    return g.model(g.add("Add", x, g.constant([0.1, -0.2, 0.3])), 3), (8, 8, 2)


def quant(g, x, scale, bits, signed, narrow=0, rounding="ROUND"):
    inputs = [x, g.constant(scale), g.constant(0), g.constant(bits)]
    return g.add("Quant", *inputs, domain=QONNX, signed=signed, narrow=narrow, rounding_mode=rounding)


def weights(g, shape, bits, scale, name):
    return quant(g, g.constant(g.normal(shape, 2 * numpy.max(scale)), name), scale, bits, 1, 1)


def qonnx():
    """Brevitas' quantisers: 4-bit weights with a scale for each channel, 2-bit weights, signs, pools, a residual block."""
    g = Graph(7, (2, 8, 8))
    x = quant(g, "x", 1 / 255, 8, 0)
    scales = g.random.uniform(0.05, 0.2, (6, 1, 1, 1))
    x = g.add("Conv", x, weights(g, (6, 2, 3, 3), 4, scales, "conv1.weight"), pads=[1] * 4)
    x = quant(g, g.relu(g.norm(x, 6, "bn1")), 0.25, 3, 0)
    y = g.norm(g.add("Conv", x, weights(g, (6, 6, 3, 3), 2, 0.125, "conv2.weight"), pads=[1] * 4), 6, "bn2")
    x = quant(g, g.relu(g.add("Add", quant(g, y, 0.125, 4, 1, 1), x)), 0.25, 4, 0)
    x = g.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
    x = g.norm(g.add("Conv", x, weights(g, (8, 6, 3, 3), 3, 0.1, "conv3.weight")), 8, "bn3")
    x = g.add("BipolarQuant", x, g.constant(0.5), domain=QONNX)
    x = g.add("Flatten", x)
    x = g.add("MatMul", x, g.add("Transpose", weights(g, (5, 32), 4, 0.1, "fc.weight"), perm=[1, 0]))
    return g.model(g.add("Add", x, g.constant(g.normal((5,), 0.2))), 5), (2, 8, 8)


def qdq():
    """QuantizeLinear and DequantizeLinear around 8-bit layers with a scale for each channel, and a residual block."""
    g = Graph(8, (3, 8, 8))

    def activation(x, scale):
        parts = [g.constant(scale), g.constant(0, kind=numpy.uint8)]
        return g.add("DequantizeLinear", g.add("QuantizeLinear", x, *parts), *parts)

    def codes(shape, name, axis=0):
        scale = g.random.uniform(0.002, 0.004, shape[axis])
        numbers = g.constant(g.random.integers(-127, 128, shape), name, numpy.int8)
        return g.add("DequantizeLinear", numbers, g.constant(scale), g.constant(0 * scale, kind=numpy.int8), axis=axis)

    x = activation("x", 1 / 255)
    x = activation(g.relu(g.add("Conv", x, codes((6, 3, 3, 3), "conv1.weight"), pads=[1] * 4)), 0.0117)
    y = activation(g.relu(g.add("Conv", x, codes((6, 6, 3, 3), "conv2.weight"), pads=[1] * 4)), 0.0234)
    x = activation(g.add("Add", y, x), 0.031)
    x = activation(g.add("GlobalAveragePool", x), 0.02)
    x = g.add("MatMul", g.add("Flatten", x), codes((6, 4), "fc.weight", 1))
    return g.model(g.add("Add", x, g.constant([0.1, 0, -0.1, 0.2])), 4), (3, 8, 8)


def functions():
    """Functions that are no lines, of codes. Scales are such that no accumulator lies on a tie, where floats decide."""
    g = Graph(10, (1, 6, 6))

    def activation(x, scale, zero):
        parts = [g.constant(scale), g.constant(zero, kind=numpy.int8)]
        return g.add("DequantizeLinear", g.add("QuantizeLinear", x, *parts), *parts)

    x = activation("x", 1 / 128, -100)
    numbers = g.constant(g.random.integers(-127, 128, (4, 1, 3, 3)), "conv.weight", numpy.int8)
    x = g.add("Conv", x, g.add("DequantizeLinear", numbers, g.constant(0.02), g.constant(0, kind=numpy.int8)))
    x = activation(g.add("HardSwish", activation(x, 0.0513, 0)), 0.0397, -100)
    x = activation(g.add("Sigmoid", activation(x, 0.0811, -100)), 1 / 256, -128)
    weights = g.constant(g.random.integers(-7, 8, (64, 3)), "fc.weight", numpy.int8)
    weights = g.add("DequantizeLinear", weights, g.constant(0.01), g.constant(0, kind=numpy.int8))
    return g.model(g.add("MatMul", g.add("Flatten", x), weights), 3), (1, 6, 6)


FLOAT = [mlp, lenet, residual, mobilenet, audio, channels_last]
CODES = [qonnx, qdq, functions]


def networks(count):
    """Name, whether it is of real numbers, model, images as codes in the order of the source."""
    for make in FLOAT + CODES:
        model, shape = make()
        random = numpy.random.default_rng(9)
        if len(shape) == 2:
            images = random.integers(-32768, 32768, (count, *shape)).astype(numpy.int16)
        else:
            images = random.integers(0, 256, (count, *shape)).astype(numpy.uint8)
        yield make.__name__, make in FLOAT, model, images
