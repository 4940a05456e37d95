// layer_norm, rms_norm, their gradient, batch_norm_training.
#include <algorithm>

#include "candor/graph/batching/batching.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/norm_gradient.h"
#include "candor/ops/reduce.h"

namespace candor::batching {
namespace {

// Examples with a gamma and beta of their own: normalised alone, then scaled and shifted.
Tensors normalized(const BatchArgs& args) {
  Attrs attrs = args.node.attrs;
  const Ints axes = attrs.integers("axes");
  attrs.set("axes", AttrValue(shifted(axes)));
  bool own = false;
  for (std::size_t i = 1; i < args.in.size(); ++i) own |= args.batched[i];
  Tensors in{in_front(args, 0)};
  if (!own) {
    in.insert(in.end(), args.in.begin() + 1, args.in.end());
    return apply_all(*args.node.op, in, attrs);
  }
  const bool scale = attrs.flag("scale"), center = attrs.has("center") && attrs.flag("center");
  attrs.set("scale", false);
  if (attrs.has("center")) attrs.set("center", false);
  Tensors out = apply_all(*args.node.op, in, attrs);
  const Shape& x = args.node.in[0].shape;
  const auto spread = [&](std::size_t i) {
    Ints shape(static_cast<std::size_t>(x.rank()), 1);
    for (std::int64_t axis : axes) shape[static_cast<std::size_t>(axis)] = x[static_cast<int>(axis)];
    return reshape(in_front(args, i), with_front(args.size, shape));
  };
  if (scale) out[0] = out[0] * spread(1);
  if (center) out[0] = out[0] + spread(scale ? 2 : 1);
  return out;
}

// The op sums the gradients of gamma and beta over all samples; here each example has sums of its own.
Tensors normalized_gradient(const BatchArgs& args) {
  const norm_gradient::Form f(args.node.attrs);
  const Shape& x = args.node.in[0].shape;
  const DType narrow = args.node.in[0].dtype, wide = narrow == DType::f64 ? DType::f64 : DType::f32;
  Ints extents(static_cast<std::size_t>(x.rank()), 1);
  for (std::int64_t axis : f.axes) extents[static_cast<std::size_t>(axis)] = x[static_cast<int>(axis)];
  Axes others;
  for (int axis = 0; axis < x.rank(); ++axis) {
    if (std::find(f.axes.begin(), f.axes.end(), axis) == f.axes.end()) others.push_back(axis + 1);
  }
  const auto summed = [&](const Tensor& t, std::size_t output) {
    return cast(reshape(others.empty() ? t : sum(t, others), args.node.out[output].shape.inserted(0, args.size)), narrow);
  };
  const Tensor cotangent = in_front(args, f.cotangent), wide_cotangent = cast(cotangent, wide);
  Tensors in{in_front(args, 0)};
  if (f.with_mean) in.push_back(in_front(args, f.mean));
  in.push_back(in_front(args, f.rstd));
  in.push_back(f.scale ? cast(wide_cotangent * cast(reshape(in_front(args, 1), with_front(args.size, extents)), wide), narrow) : cotangent);
  Tensors out = apply_all(*args.node.op, in, Attrs{{"axes", shifted(f.axes)}, {"scale", false}, {"center", false}, {"with_mean", f.with_mean}});
  if (f.scale) {
    const Tensor centred = f.with_mean ? cast(in[0], wide) - in[1] : cast(in[0], wide);
    out.push_back(summed(wide_cotangent * (centred * in[in.size() - 2]), 1));
  }
  if (f.center) out.push_back(summed(wide_cotangent, 1 + std::size_t{f.scale}));
  return out;
}

// The channels of all examples side by side are more channels.
Tensors batch_normalized(const BatchArgs& args) {
  if (args.size == 0) return {};
  const Shape& x = args.node.in[0].shape;
  const int axis = static_cast<int>(args.node.attrs.integer("axis"));
  Tensor moved = move_axis(in_front(args, 0), 0, axis);  // [before..., B, C, after...]
  Ints joined = moved.shape().to_vector();
  joined[static_cast<std::size_t>(axis)] *= x[axis];
  joined.erase(joined.begin() + axis + 1);
  Tensors in{reshape(moved, joined)};
  for (std::size_t i = 1; i < args.in.size(); ++i) in.push_back(reshape(in_front(args, i), {args.size * x[axis]}));
  Tensors out = apply_all(*args.node.op, in, args.node.attrs);
  Ints apart = joined;
  apart[static_cast<std::size_t>(axis)] = args.size;
  apart.insert(apart.begin() + axis + 1, x[axis]);
  out[0] = move_axis(reshape(out[0], apart), axis, 0);
  for (std::size_t o = 1; o < out.size(); ++o) out[o] = reshape(out[o], Shape{args.size, x[axis]});
  return out;
}

}  // namespace

void add_normalization(Rules& rules) {
  rules["layer_norm"] = rules["rms_norm"] = normalized;
  rules[norm_gradient::name] = normalized_gradient;
  rules["batch_norm_training"] = batch_normalized;
}

}  // namespace candor::batching
