"""ONNX Runtime on the networks for pictures: its optimiser folds the normalisations; inputs and outputs stay in place."""
import time

from common import Case, args, serve
from vision import Steps

import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

case = Case()
steps = Steps(case.spec["vision"], case.tensors())
nodes, tensors = [], []


def put(array):
    name = f"w{len(tensors)}"
    tensors.append(numpy_helper.from_array(np.ascontiguousarray(array, np.float32), name))
    return name


for kind, inputs, output, d in steps.list:
    names, out = [f"v{i}" for i in inputs], [f"v{output}"]
    if kind == "conv":
        side = d["kernel"].shape[2]
        nodes.append(helper.make_node("Conv", names + [put(d["kernel"])], out, kernel_shape=[side, side], strides=[d["stride"]] * 2, pads=[d["margin"]] * 4, group=d["groups"]))
    elif kind == "norm":
        nodes.append(helper.make_node("BatchNormalization", names + [put(d[k]) for k in ("gamma", "beta", "mean", "variance")], out, epsilon=1e-5))
    elif kind == "relu":
        nodes.append(helper.make_node("Relu", names, out))
    elif kind == "relu6":
        nodes.append(helper.make_node("Clip", names + [put(np.float32(0)), put(np.float32(6))], out))
    elif kind == "add":
        nodes.append(helper.make_node("Add", names, out))
    elif kind == "pool":
        nodes.append(helper.make_node("MaxPool", names, out, kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4))
    elif kind == "mean":
        nodes.append(helper.make_node("GlobalAveragePool", names, [f"g{output}"]))
        nodes.append(helper.make_node("Flatten", [f"g{output}"], out))
    else:
        nodes.append(helper.make_node("Gemm", names + [put(d["kernel"]), put(d["bias"])], out))

height, width, channels = case.features
shape, result = (case.batch, channels, height, width), (case.batch, case.spec["vision"]["classes"])
graph = helper.make_graph(nodes, "net", [helper.make_tensor_value_info("v0", TensorProto.FLOAT, shape)],
                          [helper.make_tensor_value_info(f"v{steps.result}", TensorProto.FLOAT, result)], tensors)
proto = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
options = ort.SessionOptions()
options.intra_op_num_threads = args.threads
options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
session = ort.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
x = case.rows_of(case.features).transpose(0, 3, 1, 2)
row, out = ort.OrtValue.ortvalue_from_numpy(np.zeros(shape, np.float32)), ort.OrtValue.ortvalue_from_numpy(np.zeros(result, np.float32))
binding = session.io_binding()
binding.bind_ortvalue_input("v0", row)
binding.bind_ortvalue_output(f"v{steps.result}", out)
outputs = []
for i in range(case.checked):
    row.update_inplace(np.ascontiguousarray(x[i * case.batch : (i + 1) * case.batch]))
    session.run_with_iobinding(binding)
    outputs.append(out.numpy().copy())


def run():
    start = time.perf_counter()
    for _ in range(case.calls):
        session.run_with_iobinding(binding)
    return time.perf_counter() - start


serve("ONNX Runtime", ort.__version__, outputs, run)
