// Row concatenate; stack and meshgrid written with it.
#include <cstring>

#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

std::vector<TensorType> infer(std::span<const TensorType> in, const Attrs& attrs) {
  if (in.empty()) fail(ErrorKind::invalid_argument, "concatenate: needs at least one tensor");
  const int axis = static_cast<int>(attrs.integer("axis"));
  Shape shape = in[0].shape;
  std::int64_t total = 0;
  for (const TensorType& t : in) {
    rules::expect_same_dtype(in[0], t, "concatenate");
    if (t.shape.rank() != shape.rank() || t.shape.without(axis) != shape.without(axis))
      fail(ErrorKind::shape, "concatenate: " + to_string(in[0].shape) + " and " + to_string(t.shape) + " differ in another axis than " + std::to_string(axis));
    total += t.shape[axis];
  }
  return {{shape.with(axis, total), in[0].dtype}};
}

void run(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const int axis = static_cast<int>(node.attrs.integer("axis"));
  std::size_t outer = 1, row = size_of(node.out[0].dtype);
  for (int i = 0; i < axis; ++i) outer *= static_cast<std::size_t>(node.out[0].shape[i]);
  for (int i = axis; i < node.out[0].shape.rank(); ++i) row *= static_cast<std::size_t>(node.out[0].shape[i]);
  std::byte* out = args.output<std::byte>(0);
  std::size_t place = 0;
  for (std::size_t k = 0; k < node.in.size(); ++k) {
    const std::size_t bytes = outer ? node.in[k].bytes() / outer : 0;
    if (bytes)
      for (std::size_t o = 0; o < outer; ++o) std::memcpy(out + o * row + place, args.input<std::byte>(k) + o * bytes, bytes);
    place += bytes;
  }
}

std::vector<Tensor> gradient(const GradientArgs& args) {
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  std::vector<Tensor> parts;
  std::int64_t from = 0;
  for (const Tensor& x : args.in) {
    parts.push_back(narrow(args.cotangents[0], axis, from, from + x.shape(axis)));
    from += x.shape(axis);
  }
  return parts;
}

}  // namespace

void register_concatenate() {
  register_op({.name = "concatenate", .infer = infer, .gradient = gradient, .reference = run, .flops = [](const NodeInfo&) { return 0.0; }});
}

Tensor concatenate(const std::vector<Tensor>& xs, int axis) {
  if (xs.empty()) fail(ErrorKind::invalid_argument, "concatenate: needs at least one tensor");
  return apply(op("concatenate"), xs, Attrs().set("axis", xs[0].shape().normalize(axis)));
}

Tensor stack(const std::vector<Tensor>& xs, int axis) {
  if (xs.empty()) fail(ErrorKind::invalid_argument, "stack: needs at least one tensor");
  std::vector<Tensor> raised;
  for (const Tensor& x : xs) {
    if (x.shape() != xs[0].shape()) fail(ErrorKind::shape, "stack: shapes differ: " + to_string(xs[0].shape()) + " and " + to_string(x.shape()));
    raised.push_back(expand_dims(x, axis));
  }
  return concatenate(raised, axis);
}

std::vector<Tensor> meshgrid(const Tensor& a, const Tensor& b, const std::string& indexing) {
  if (a.rank() != 1 || b.rank() != 1) fail(ErrorKind::shape, "meshgrid: both must be vectors, got " + to_string(a.shape()) + " and " + to_string(b.shape()));
  if (indexing != "xy" && indexing != "ij") fail(ErrorKind::invalid_argument, "meshgrid: indexing must be \"xy\" or \"ij\", got \"" + indexing + "\"");
  const bool ij = indexing == "ij";
  const Shape shape = ij ? Shape{a.size(), b.size()} : Shape{b.size(), a.size()};
  return {broadcast_to(expand_dims(a, ij ? 1 : 0), shape), broadcast_to(expand_dims(b, ij ? 0 : 1), shape)};
}

}  // namespace candor
