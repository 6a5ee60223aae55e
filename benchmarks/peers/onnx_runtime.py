"""The worker of ONNX Runtime, by the protocol of peer.hpp: version | serve FILE BATCH SLICE | output FILE HIGHEST.

The layers become a model in QDQ form: codes of 8 bits between all layers, weights of 8 bits with a scale per channel.
Its input is codes, so that quantising it does not count.
"""

import sys
import time

import numpy
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

NUMBERS = (
    "in_height in_width in_channels out_height out_width out_channels kernel_height kernel_width stride_height "
    "stride_width padding_above padding_left padding_below padding_right groups shift"
).split()


INPUT_SERIES = 1000


def numbers(series, count, lowest, highest):
    """The numbers of numbers.hpp."""
    with numpy.errstate(over="ignore"):
        index = numpy.arange(count, dtype=numpy.uint64)
        mixed = numpy.uint64((series + 1) * 0x9E3779B97F4A7C15 % 2**64) + index * numpy.uint64(0xD1342543DE82EF95)
        mixed = (mixed ^ (mixed >> numpy.uint64(31))) * numpy.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> numpy.uint64(29)
    return lowest + ((mixed >> numpy.uint64(8)) % numpy.uint64(highest - lowest + 1)).astype(numpy.int64)


def read_layers(path):
    layers = []
    for line in open(path):
        kind, *numbers = line.split()
        layers.append({"kind": kind, **dict(zip(NUMBERS, map(int, numbers), strict=True))})
    return layers


class Model:
    """A chain of layers; `code` is the name of the 8-bit tensor that the next layer reads."""

    def __init__(self, layers, batch, highest=255):
        self.nodes, self.constants = [], []
        self.add_constant("one", numpy.float32(1))
        self.add_constant("zero", numpy.uint8(0))
        self.code, self.is_flat = "input", layers[0]["kind"] == "dense"
        shape = self.shape(layers[0], "in", batch)
        for place, layer in enumerate(layers):
            self.add_layer(place, layer)
        graph = helper.make_graph(
            self.nodes,
            "layers",
            [helper.make_tensor_value_info("input", TensorProto.UINT8, shape)],
            [helper.make_tensor_value_info(self.code, TensorProto.UINT8, self.shape(layers[-1], "out", batch))],
            self.constants,
        )
        self.proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        self.input = numbers(INPUT_SERIES, numpy.prod(shape), 0, highest).astype(numpy.uint8)
        self.input = self.channels_first(self.input, shape)

    @staticmethod
    def shape(layer, side, batch):
        if layer["kind"] == "dense":
            return [batch, layer[side + "_channels"]]
        return [batch, layer[side + "_channels"], layer[side + "_height"], layer[side + "_width"]]

    @staticmethod
    def channels_first(values, shape):
        """An array of that shape from numbers whose channels, the second extent, lie innermost."""
        if len(shape) == 2:
            return values.reshape(shape)
        innermost = values.reshape([shape[0], *shape[2:], shape[1]])
        return numpy.ascontiguousarray(numpy.moveaxis(innermost, -1, 1))

    def add_constant(self, name, value):
        self.constants.append(numpy_helper.from_array(numpy.asarray(value), name))
        return name

    def add(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], **attributes))
        return output

    def add_layer(self, place, layer):
        name = f"layer{place}"
        value = self.add("DequantizeLinear", [self.code, "one", "zero"], name + ".in")
        window = {
            "kernel_shape": [layer["kernel_height"], layer["kernel_width"]],
            "strides": [layer["stride_height"], layer["stride_width"]],
            "pads": [layer["padding_above"], layer["padding_left"], layer["padding_below"], layer["padding_right"]],
        }
        scale = "one"
        if layer["kind"] in ("convolution", "dense"):
            channels = layer["out_channels"]
            shape = [channels, layer["in_channels"] // layer["groups"]]
            if layer["kind"] == "convolution":
                shape += [layer["kernel_height"], layer["kernel_width"]]
            elif not self.is_flat:
                value = self.add("Flatten", [value], name + ".flat")
                self.is_flat = True
            weights = self.add_weights(name, place, shape)
            bias = self.add_bias(name, channels)
            scale = self.add_constant(name + ".scale", numpy.float32(2 ** layer["shift"]))
            if layer["kind"] == "convolution":
                value = self.add("Conv", [value, weights, bias], name + ".sum", group=layer["groups"], **window)
            else:
                value = self.add("Gemm", [value, weights, bias], name + ".sum", transB=1)
        elif layer["kind"] == "max_pool":
            value = self.add("MaxPool", [value], name + ".pool", **window)
        elif (layer["out_height"], layer["out_width"]) == (1, 1):
            value = self.add("GlobalAveragePool", [value], name + ".pool")
        else:
            value = self.add("AveragePool", [value], name + ".pool", **window)
        self.code = self.add("QuantizeLinear", [value, scale, "zero"], name + ".codes")

    def add_weights(self, name, place, shape):
        codes = numbers(place, numpy.prod(shape), -127, 127).astype(numpy.int8)
        weights = self.add_constant(name + ".weights", self.channels_first(codes, shape))
        scales = self.add_constant(name + ".weights.scale", numpy.ones(shape[0], numpy.float32))
        zeros = self.add_constant(name + ".weights.zero", numpy.zeros(shape[0], numpy.int8))
        return self.add("DequantizeLinear", [weights, scales, zeros], name + ".weights.value", axis=0)

    def add_bias(self, name, channels):
        bias = self.add_constant(name + ".bias", numpy.zeros(channels, numpy.int32))
        scales = self.add_constant(name + ".bias.scale", numpy.ones(channels, numpy.float32))
        zeros = self.add_constant(name + ".bias.zero", numpy.zeros(channels, numpy.int32))
        return self.add("DequantizeLinear", [bias, scales, zeros], name + ".bias.value", axis=0)


def make_session(model):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.proto.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def make_work(path, batch):
    model = Model(read_layers(path), batch)
    session = make_session(model)
    binding = session.io_binding()
    binding.bind_cpu_input("input", model.input)
    binding.bind_output(model.code)
    return lambda: session.run_with_iobinding(binding)


def output(path, highest):
    model = Model(read_layers(path), 1, highest)
    (codes,) = make_session(model).run(None, {"input": model.input})
    return (codes if codes.ndim == 2 else numpy.moveaxis(codes, 1, -1)).tobytes()


def serve(work, slice_seconds):
    def seconds_of(calls):
        start = time.process_time()
        for _ in range(calls):
            work()
        return time.process_time() - start

    work()
    calls = 1
    while (seconds := seconds_of(calls)) < slice_seconds / 2:
        calls = max(calls + 1, int(calls * min(10, slice_seconds / max(seconds, 1e-9))))
    print("ready", flush=True)
    for line in sys.stdin:
        if line != "go\n":
            break
        print(seconds_of(calls) / calls, flush=True)


def main(arguments):
    if arguments == ["version"]:
        print("ONNX Runtime", onnxruntime.__version__)
    elif len(arguments) >= 4 and arguments[0] == "serve":
        serve(make_work(arguments[1], int(arguments[2])), float(arguments[3]))
    elif len(arguments) == 3 and arguments[0] == "output":
        sys.stdout.buffer.write(output(arguments[1], int(arguments[2])))
    else:
        sys.exit("usage: version | serve FILE BATCH SLICE | output FILE HIGHEST")


if __name__ == "__main__":
    main(sys.argv[1:])
