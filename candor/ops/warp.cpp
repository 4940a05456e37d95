// Rows warp and its adjoint warp_gradient; affine_transform and homography written with elementwise ops.
#include "candor/ops/warp.h"

#include <cstring>
#include <vector>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"
#include "candor/ops/warp_pixels.h"

namespace candor {
namespace {

void check_coordinates(const TensorType& x, const TensorType& y, std::int64_t batch, const std::string& op) {
  if (x.dtype != DType::f32 || y.dtype != DType::f32) fail(ErrorKind::dtype, op + ": coordinates must be f32, got " + to_string(x) + " and " + to_string(y));
  if (x.shape.rank() != 3 || x.shape != y.shape || x.shape[0] != batch)
    fail(ErrorKind::shape, op + ": coordinates must be two of [" + std::to_string(batch) + ", h, w], got " + to_string(x.shape) + " and " + to_string(y.shape));
}

std::vector<TensorType> infer_warp(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 3, "warp");
  rules::expect_floating(in[0], "warp", "images");
  const Shape& image = in[0].shape;
  if (image.rank() != 4) fail(ErrorKind::shape, "warp: images must be [N, H, W, C], got " + to_string(image));
  if (image[1] < 1 || image[2] < 1) fail(ErrorKind::shape, "warp: images have no pixels, " + to_string(image));
  check_coordinates(in[1], in[2], image[0], "warp");
  const std::string& interpolation = attrs.text("interpolation");
  if (interpolation != "nearest" && interpolation != "bilinear")
    fail(ErrorKind::invalid_argument, "warp: interpolation must be \"nearest\" or \"bilinear\", got \"" + interpolation + "\"");
  const std::string& mode = attrs.text("fill_mode");
  if (mode != "constant" && mode != "nearest" && mode != "reflect" && mode != "wrap")
    fail(ErrorKind::invalid_argument, "warp: fill_mode must be \"constant\", \"nearest\", \"reflect\" or \"wrap\", got \"" + mode + "\"");
  return {{Shape{image[0], in[1].shape[1], in[1].shape[2], image[3]}, in[0].dtype}};
}

void run_warp(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const reference::WarpPlan plan(node.in[0].shape, node.in[1].shape, node.attrs);
  reference::visit_floating(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t pixels = plan.height * plan.width * plan.channels;
    for (std::int64_t r = 0, n = node.in[0].shape[0] * plan.rows; r < n; ++r) {
      reference::warp_row<T, reference::Compute<T>>(plan, args.input<T>(0) + r / plan.rows * pixels, args.input<float>(1) + r * plan.columns,
                                                    args.input<float>(2) + r * plan.columns, args.output<T>(0) + r * plan.columns * plan.channels);
    }
  });
}

std::vector<TensorType> infer_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 3, "warp_gradient");
  return {{attrs.shape("shape"), in[0].dtype}};
}

void run_gradient(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const reference::WarpPlan plan(node.out[0].shape, node.in[1].shape, node.attrs);
  if (node.out[0].bytes() > 0) std::memset(args.out[0], 0, node.out[0].bytes());
  reference::visit_floating(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const std::int64_t pixels = plan.height * plan.width * plan.channels, places = plan.rows * plan.columns;
    for (std::int64_t i = 0, n = node.out[0].shape[0] * places; i < n; ++i) {
      const T* from = args.input<T>(0) + i * plan.channels;
      T* image = args.output<T>(0) + i / places * pixels;
      plan.visit(args.input<float>(1)[i], args.input<float>(2)[i], [&](std::int64_t pixel, float weight) {
        if (pixel < 0) return;
        using S = reference::Compute<T>;
        for (std::int64_t c = 0; c < plan.channels; ++c) {
          T& to = image[pixel * plan.channels + c];
          to = static_cast<T>(static_cast<S>(to) + static_cast<S>(weight) * static_cast<S>(from[c]));
        }
      });
    }
  });
}

std::vector<Tensor> gradient_of_warp(const GradientArgs& args) {
  Attrs attrs = args.node.attrs;
  attrs.set("shape", args.node.in[0].shape);
  return {apply("warp_gradient", {args.cotangents[0], args.in[1], args.in[2]}, attrs), {}, {}};
}

std::vector<Tensor> gradient_of_gradient(const GradientArgs& args) {
  const Attrs& a = args.node.attrs;
  return {apply("warp", {args.cotangents[0], args.in[1], args.in[2]},
                {{"interpolation", a.text("interpolation")}, {"fill_mode", a.text("fill_mode")}, {"fill_value", 0.0}}),
          {},
          {}};
}

// Column k of [N, n] as [N, 1, 1].
Tensor column(const Tensor& x, std::int64_t k) { return reshape(narrow(x, 1, k, k + 1), Shape{x.shape(0), 1, 1}); }

/// The map from the unit square to four points [N, 4, 2], as the nine entries of its matrix, each [N].
std::vector<Tensor> square_to(const Tensor& points) {
  const std::int64_t n = points.shape(0);
  const auto coordinate = [&](std::int64_t point, std::int64_t axis) { return reshape(slice(points, {0, point, axis}, {n, point + 1, axis + 1}), Shape{n}); };
  const Tensor x0 = coordinate(0, 0), y0 = coordinate(0, 1), x1 = coordinate(1, 0), y1 = coordinate(1, 1);
  const Tensor x2 = coordinate(3, 0), y2 = coordinate(3, 1), x3 = coordinate(2, 0), y3 = coordinate(2, 1);  // around the square
  const Tensor sx = x0 - x1 + x2 - x3, sy = y0 - y1 + y2 - y3;
  const Tensor dx1 = x1 - x2, dx2 = x3 - x2, dy1 = y1 - y2, dy2 = y3 - y2, det = dx1 * dy2 - dx2 * dy1;
  const Tensor g = (sx * dy2 - dx2 * sy) / det, h = (dx1 * sy - sx * dy1) / det;
  return {x1 - x0 + g * x1, x3 - x0 + h * x3, x0, y1 - y0 + g * y1, y3 - y0 + h * y3, y0, g, h, x0 - x0 + rules::scalar(1, x0)};
}

}  // namespace

void register_warp() {
  register_op({.name = "warp", .infer = infer_warp, .gradient = gradient_of_warp, .reference = run_warp});
  register_op({.name = "warp_gradient", .infer = infer_gradient, .gradient = gradient_of_gradient, .reference = run_gradient});
}

Tensor warp(const Tensor& images, const Tensor& x, const Tensor& y, const WarpOptions& options) {
  return apply("warp", {images, x, y}, {{"interpolation", options.interpolation}, {"fill_mode", options.fill_mode}, {"fill_value", options.fill_value}});
}

Tensor affine_transform(const Tensor& images, const Tensor& transforms, const WarpOptions& options) {
  if (images.rank() != 4) fail(ErrorKind::shape, "affine_transform: images must be [N, H, W, C], got " + to_string(images.shape()));
  if (transforms.rank() != 2 || transforms.shape() != Shape{images.shape(0), 8})
    fail(ErrorKind::shape, "affine_transform: transforms must be [" + std::to_string(images.shape(0)) + ", 8], got " + to_string(transforms.shape()));
  const Tensor t = transforms.dtype() == DType::f32 ? transforms : cast(transforms, DType::f32);
  const std::int64_t height = images.shape(1), width = images.shape(2);
  const Tensor x = reshape(Tensor::arange(width, DType::f32), Shape{1, 1, width}), y = reshape(Tensor::arange(height, DType::f32), Shape{1, height, 1});
  const Tensor k = column(t, 6) * x + column(t, 7) * y + rules::scalar(1, t);
  const Tensor from_x = (column(t, 0) * x + column(t, 1) * y + column(t, 2)) / k, from_y = (column(t, 3) * x + column(t, 4) * y + column(t, 5)) / k;
  return warp(images, from_x, from_y, options);
}

Tensor homography(const Tensor& start, const Tensor& end) {
  if (start.rank() != 3 || start.shape(1) != 4 || start.shape(2) != 2 || start.shape() != end.shape())
    fail(ErrorKind::shape, "homography: points must be two of [N, 4, 2], got " + to_string(start.shape()) + " and " + to_string(end.shape()));
  // In f64: N small matrices cost nothing, and the quotient of two of them loses digits.
  const std::vector<Tensor> s = square_to(cast(start, DType::f64)), e = square_to(cast(end, DType::f64));
  const std::vector<Tensor> adjugate = {e[4] * e[8] - e[5] * e[7], e[2] * e[7] - e[1] * e[8], e[1] * e[5] - e[2] * e[4],
                                        e[5] * e[6] - e[3] * e[8], e[0] * e[8] - e[2] * e[6], e[2] * e[3] - e[0] * e[5],
                                        e[3] * e[7] - e[4] * e[6], e[1] * e[6] - e[0] * e[7], e[0] * e[4] - e[1] * e[3]};
  const auto entry = [&](std::size_t i, std::size_t j) { return s[3 * i] * adjugate[j] + s[3 * i + 1] * adjugate[3 + j] + s[3 * i + 2] * adjugate[6 + j]; };
  const Tensor last = entry(2, 2);
  std::vector<Tensor> out;
  for (std::size_t k = 0; k < 8; ++k) out.push_back(entry(k / 3, k % 3) / last);
  return cast(stack(out, 1), DType::f32);
}

}  // namespace candor
