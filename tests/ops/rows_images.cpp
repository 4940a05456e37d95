// Rows of images through changed coordinates, resized images, categories and gamma draws.
#include "candor/ops/categories.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/op.h"
#include "candor/ops/random.h"
#include "candor/ops/resize_image.h"
#include "candor/ops/warp.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

// Places in and beyond the image, none of them where an interpolation has a kink.
std::pair<Tensor, Tensor> coordinates(std::int64_t n, std::int64_t rows, std::int64_t columns) {
  std::vector<float> x, y;
  for (std::int64_t b = 0; b < n; ++b) {
    for (std::int64_t i = 0; i < rows; ++i) {
      for (std::int64_t j = 0; j < columns; ++j) {
        x.push_back(1.37f * static_cast<float>(j) - 0.41f * static_cast<float>(i) + 0.13f * static_cast<float>(b) - 1.2f);
        y.push_back(0.83f * static_cast<float>(i) + 0.29f * static_cast<float>(j) - 0.9f);
      }
    }
  }
  return {Tensor::from(x, {n, rows, columns}), Tensor::from(y, {n, rows, columns})};
}

OpRow warp_row(std::string name, WarpOptions options) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = {{{2, 4, 5, 3}}};
  row.f = [options](std::span<const Tensor> in) {
    const auto [x, y] = coordinates(in[0].shape(0), 5, 6);
    return std::vector<Tensor>{square(warp(in[0], x, y, options))};
  };
  row.sizes = {{{0, 2, 2, 1}}, {{1, 1, 1, 1}}, {{2, 3, 2, 0}}};
  row.large = {{3, 65, 67, 3}};
  return row;
}

const AddRows images({
    warp_row("warp", {}),
    warp_row("warp_nearest", {.interpolation = "nearest", .fill_value = 2}),
    warp_row("warp_reflect", {.fill_mode = "reflect"}),
    warp_row("warp_wrap", {.fill_mode = "wrap"}),
    warp_row("warp_edge", {.fill_mode = "nearest"}),
    [] {
      OpRow row;
      row.name = "warp_gradient";
      row.inputs = {{{2, 5, 6, 3}}};
      row.f = [](std::span<const Tensor> in) {
        const auto [x, y] = coordinates(in[0].shape(0), in[0].shape(1), in[0].shape(2));
        const Attrs attrs{{"interpolation", "bilinear"}, {"fill_mode", "reflect"}, {"fill_value", 0.0}, {"shape", std::vector<std::int64_t>{in[0].shape(0), 4, 5, in[0].shape(3)}}};
        return std::vector<Tensor>{square(apply("warp_gradient", {in[0], x, y}, attrs))};
      };
      row.sizes = {{{0, 2, 2, 1}}, {{1, 1, 1, 1}}};
      return row;
    }(),
    shaped_row("affine_transform", [](const Tensor& x) {
      std::vector<float> t;
      for (std::int64_t i = 0; i < x.shape(0); ++i) t.insert(t.end(), {0.9f, 0.2f, 0.31f, -0.1f, 1.1f, 0.17f, 0.01f, -0.02f});
      return square(affine_transform(x, Tensor::from(t, {x.shape(0), 8}), {.fill_mode = "reflect"}));
    }, {{2, 4, 5, 2}, {1, 1, 1, 1}}),
    shaped_row("resize_image_bicubic", [](const Tensor& x) { return square(resize_image(x, 3, 7, "bicubic")); }, {{2, 4, 5, 2}, {1, 1, 1, 1}}),
    shaped_row("resize_image_lanczos3", [](const Tensor& x) { return square(resize_image(x, 3, 7, "lanczos3", true)); }, {{2, 4, 5, 2}, {1, 1, 1, 1}}),
    shaped_row("resize_image_area", [](const Tensor& x) { return square(resize_image(x, 3, 7, "area")); }, {{2, 4, 5, 2}, {1, 1, 1, 1}}),
});

OpRow index_row(std::string name, double low, double high, std::function<Tensor(const Tensor&)> f) {
  OpRow row;
  row.name = std::move(name);
  row.inputs = {{{3, 4}, low, high, Fill::index64}};
  row.f = [f = std::move(f)](std::span<const Tensor> in) { return std::vector<Tensor>{f(in[0])}; };
  row.sizes = {{{0}}, {{1}}, {{}}};
  row.dtypes.clear();
  return without_gradient(row);
}

const AddRows categories({
    index_row("check_index", 0, 5, [](const Tensor& x) { return check_index(x, 5, "row"); }),
    index_row("hash_bucket", -1000, 1000, [](const Tensor& x) { return hash_bucket(x, 17); }),
    index_row("hash_bucket_salted", -1000, 1000, [](const Tensor& x) { return hash_bucket(x, 17, {3, 4}); }),
    [] {
      OpRow row = without_gradient(shaped_row("random_gamma", [](const Tensor& alpha) { return ops::gamma(alpha); }, {{67}, {0}, {1}}, {}, 0.1, 3));
      row.draws = true;
      return row;
    }(),
});

}  // namespace
}  // namespace candor::testing
