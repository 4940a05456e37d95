#include "candor/graph/custom_op.h"

#include "candor/base/error.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

/// Runs a function from outside; what it throws becomes an Error that names the op.
template <class F>
auto guarded(const std::string& op, const char* part, F f) {
  try {
    return f();
  } catch (const Error& error) {
    throw Error(error.kind(), op + ": its " + part + " failed: " + error.message());
  } catch (const std::exception& error) {
    fail(ErrorKind::invalid_argument, op + ": its " + part + " failed: " + error.what());
  } catch (...) {
    fail(ErrorKind::invalid_argument, op + ": its " + part + " threw what is no std::exception");
  }
}

struct Custom {
  Function<void(const KernelArgs&)> kernel;
};

void run(const KernelArgs& args) {
  const auto& custom = *static_cast<const Custom*>(args.node->op->custom.get());
  guarded(args.node->op->name, "kernel", [&] { custom.kernel(args); });
}

}  // namespace

const Op& register_custom_op(CustomOp given) {
  if (given.name.empty()) fail(ErrorKind::invalid_argument, "register_custom_op: an op needs a name");
  if (!given.kernel) fail(ErrorKind::invalid_argument, "register_custom_op: \"" + given.name + "\" has no kernel");
  if (find_op(given.name)) fail(ErrorKind::invalid_argument, "register_custom_op: \"" + given.name + "\" is there already; choose another name, with a prefix of your own");
  Op op;
  op.name = given.name;
  op.infer = [name = given.name, shape = given.shape](std::span<const TensorType> in, const Attrs& attrs) {
    if (!shape && in.empty()) fail(ErrorKind::invalid_argument, name + ": without a shape rule it needs an input");
    if (!shape) return std::vector<TensorType>{in[0]};
    std::vector<TensorType> out = guarded(name, "shape rule", [&] { return shape(in, attrs); });
    if (out.empty()) fail(ErrorKind::invalid_argument, name + ": its shape rule gives no output");
    return out;
  };
  op.gradient = [name = given.name, gradient = given.gradient](const GradientArgs& args) {
    if (!gradient) fail(ErrorKind::unsupported, name + ": it was registered without a gradient; give it one, or put stop_gradient around it");
    return guarded(name, "gradient", [&] { return gradient(args); });
  };
  if (given.batch)
    op.batch = [name = given.name, batch = given.batch](const BatchArgs& args) { return guarded(name, "batching rule", [&] { return batch(args); }); };
  else if (given.elementwise)
    op.batch = [](const BatchArgs& args) {
      std::vector<Tensor> in;
      for (std::size_t i = 0; i < args.in.size(); ++i) in.push_back(args.batched[i] ? args.in[i] : broadcast_to(args.in[i], args.in[i].shape().inserted(0, args.size)));
      return apply_all(*args.node.op, in, args.node.attrs);
    };
  op.custom = std::make_shared<Custom>(Custom{std::move(given.kernel)});
  op.reference = run;
  return register_op(std::move(op));
}

}  // namespace candor
