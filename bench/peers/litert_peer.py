"""LiteRT (TensorFlow Lite) with XNNPACK. The model is written with the schema that comes with the package: no converter."""
import time

from common import Case, args, serve

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as tfl
from ai_edge_litert.interpreter import Interpreter


class Writer:
    def __init__(self):
        self.model = tfl.ModelT()
        self.model.version = 3
        self.model.buffers = [tfl.BufferT()]
        self.model.operatorCodes = []
        self.graph = tfl.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model.subgraphs = [self.graph]

    def tensor(self, name, shape, array=None):
        t = tfl.TensorT()
        t.name, t.shape = name, list(shape)
        t.type = tfl.TensorType.INT32 if array is not None and array.dtype == np.int32 else tfl.TensorType.FLOAT32
        t.buffer = 0
        if array is not None:
            b = tfl.BufferT()
            b.data = np.frombuffer(np.ascontiguousarray(array).tobytes(), np.uint8)
            t.buffer = len(self.model.buffers)
            self.model.buffers.append(b)
        self.graph.tensors.append(t)
        return len(self.graph.tensors) - 1

    def operator(self, code, inputs, output, kind, options, version=1):
        c = tfl.OperatorCodeT()
        c.builtinCode = c.deprecatedBuiltinCode = code
        c.version = version
        self.model.operatorCodes.append(c)
        op = tfl.OperatorT()
        op.opcodeIndex = len(self.model.operatorCodes) - 1
        op.inputs, op.outputs = inputs, [output]
        op.builtinOptionsType, op.builtinOptions = kind, options
        self.graph.operators.append(op)

    def bytes(self):
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        return bytes(builder.Output())


def model(case):
    w = Writer()
    shape = (case.batch,) + (case.features if case.image else (int(np.prod(case.features)),))
    x = w.tensor("x", shape)
    w.graph.inputs = [x]
    weights = iter(case.weights())
    ops, act = tfl.BuiltinOperator, tfl.ActivationFunctionType
    for i, layer in enumerate(case.layers):
        activation = act.RELU if layer.get("activation") == "relu" else act.NONE
        if "conv" in layer:
            kernel, bias = next(weights)
            o = tfl.Conv2DOptionsT()
            same = layer["padding"] == "same"
            o.padding, o.strideW, o.strideH, o.fusedActivationFunction = (tfl.Padding.SAME if same else tfl.Padding.VALID), 1, 1, activation
            o.dilationWFactor = o.dilationHFactor = 1
            side = shape[1] if same else shape[1] - layer["kernel"] + 1
            shape = (case.batch, side, side, layer["conv"])
            kernel = kernel.transpose(3, 0, 1, 2)
            y = w.tensor(f"v{i}", shape)
            w.operator(ops.CONV_2D, [x, w.tensor(f"k{i}", kernel.shape, kernel), w.tensor(f"b{i}", bias.shape, bias)], y, tfl.BuiltinOptions.Conv2DOptions, o)
        elif "max_pool" in layer:
            o = tfl.Pool2DOptionsT()
            size = layer["max_pool"]
            o.padding, o.strideW, o.strideH, o.filterWidth, o.filterHeight = tfl.Padding.VALID, size, size, size, size
            shape = (case.batch, shape[1] // size, shape[2] // size, shape[3])
            y = w.tensor(f"v{i}", shape)
            w.operator(ops.MAX_POOL_2D, [x], y, tfl.BuiltinOptions.Pool2DOptions, o)
        else:
            kernel, bias = next(weights)
            if len(shape) == 4:
                shape = (case.batch, kernel.shape[0])
                o = tfl.ReshapeOptionsT()
                o.newShape = list(shape)
                y = w.tensor(f"flat{i}", shape)
                w.operator(ops.RESHAPE, [x, w.tensor(f"s{i}", (2,), np.array(shape, np.int32))], y, tfl.BuiltinOptions.ReshapeOptions, o)
                x = y
            o = tfl.FullyConnectedOptionsT()
            o.fusedActivationFunction = activation
            shape = (case.batch, layer["dense"])
            y = w.tensor(f"v{i}", shape)
            w.operator(ops.FULLY_CONNECTED, [x, w.tensor(f"k{i}", kernel.T.shape, kernel.T), w.tensor(f"b{i}", bias.shape, bias)], y,
                       tfl.BuiltinOptions.FullyConnectedOptions, o)
        x = y
    w.graph.outputs = [x]
    return w.bytes()


case = Case()
interpreter = Interpreter(model_content=model(case), num_threads=args.threads)
interpreter.allocate_tensors()
source, result = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]["index"]
x = case.x()
outputs = []
for i in range(case.checked):
    interpreter.set_tensor(source, np.ascontiguousarray(x[i * case.batch : (i + 1) * case.batch]))
    interpreter.invoke()
    outputs.append(interpreter.get_tensor(result))


def run():
    call = interpreter._interpreter.Invoke  # without a Python layer around it
    start = time.perf_counter()
    for _ in range(case.calls):
        call()
    return time.perf_counter() - start


from importlib.metadata import version

serve("LiteRT", version("ai-edge-litert"), outputs, run)
