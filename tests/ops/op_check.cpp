// The checks that every row of the op table goes through.
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/program.h"
#include "candor/graph/trace.h"
#include "candor/tensor/random.h"
#include "tests/ops/op_table.h"
#include "tests/support/fixtures.h"

namespace candor::testing {
namespace {

using Tensors = std::vector<Tensor>;

Tensor draw(const Input& input, const Shape& shape, DType dtype, RandomStream stream) {
  const std::int64_t n = shape.size();
  const auto fill = [&](auto value) {
    std::vector<double> values(static_cast<std::size_t>(n));
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = value(i);
    return Tensor::from(values, shape);
  };
  const double width = input.high - input.low;
  switch (input.fill) {
    case Fill::boolean: return fill([&](std::size_t i) { return stream.uniform(i) < 0.5f ? 1.0 : 0.0; }).to(DType::boolean);
    case Fill::index:
    case Fill::index64:
      return fill([&](std::size_t i) { return input.low + static_cast<double>(stream.below(i, static_cast<std::uint64_t>(std::max(width, 1.0)))); })
          .to(input.fill == Fill::index ? DType::i32 : DType::i64);
    case Fill::distinct: {
      const Permutation order(static_cast<std::uint64_t>(std::max<std::int64_t>(n, 1)), stream);
      return fill([&](std::size_t i) { return input.low + width * (static_cast<double>(order.at(i)) + (stream.stream % 2 ? 0.7 : 0.4)) / static_cast<double>(n); }).to(dtype);  // no ties between two inputs either
    }
    default: {
      // Unsigned types get no negative numbers, small ones nothing that overflows in a product of two.
      const double low = is_floating(dtype) ? input.low : dtype == DType::u8 ? 1 : std::max(input.low * 3, -11.0);
      const double high = is_floating(dtype) ? input.high : std::min(std::max(input.high * 3, low + 2), 11.0);
      Tensor x = fill([&](std::size_t i) { return low + (high - low) * static_cast<double>(stream.uniform(i)); });
      if (!is_floating(dtype)) x = fill([&](std::size_t i) { return std::floor(low + (high - low) * static_cast<double>(stream.uniform(i))); });
      return x.to(dtype);
    }
  }
}

Tensors draw_all(const OpRow& row, const std::vector<Shape>& shapes, DType dtype) {
  Tensors result;
  for (std::size_t i = 0; i < row.inputs.size(); ++i)
    result.push_back(draw(row.inputs[i], shapes[i], dtype, RandomStream{std::hash<std::string>{}(row.name), i}));
  return result;
}

std::vector<Shape> own_shapes(const OpRow& row) {
  std::vector<Shape> shapes;
  for (const Input& input : row.inputs) shapes.push_back(input.shape);
  return shapes;
}

std::vector<TensorType> types_of(const Tensors& tensors) {
  std::vector<TensorType> types;
  for (const Tensor& t : tensors) types.push_back(t.type());
  return types;
}

Tensors run_on(const char* device, const TensorFunction& f, const Tensors& in) {
  PlanOptions options;
  options.device = device;
  options.rewrite = std::string_view(device) != "reference";  // the oracle runs the graph as it was traced
  return Program(trace(f, types_of(in)), options).run(in, RunState{17, 3});
}

TensorFunction values_of(const OpRow& row) {
  return [&row](std::span<const Tensor> in) { return row.f(in); };
}

// Fixed cotangents, so that sum(out * cotangent) is one number that depends on every output.
Tensor cotangent(const TensorType& type, std::uint64_t salt) {
  return random_uniform(type.shape, -1.f, 1.f, RandomStream{99, salt}).to(type.dtype);
}

Tensors floating(std::span<const Tensor> in) {
  Tensors result;
  for (const Tensor& t : in)
    if (is_floating(t.dtype())) result.push_back(t);
  return result;
}

// Gradients of sum over `ys` of sum(y * cotangent) to the floating inputs.
Tensors gradients_of(const Tensors& ys, std::span<const Tensor> in, std::uint64_t salt) {
  Tensors outs = floating(ys), cts;
  for (const Tensor& y : outs) cts.push_back(cotangent(y.type(), salt + cts.size()));
  return gradients(outs, cts, floating(in));
}

TensorFunction gradient_function(const OpRow& row) {
  return [&row](std::span<const Tensor> in) { return gradients_of(row.f(in), in, 0); };
}
TensorFunction second_function(const OpRow& row) {
  return [&row](std::span<const Tensor> in) { return gradients_of(gradients_of(row.f(in), in, 0), in, 100); };
}

void expect_near(const Tensors& got, const Tensors& want, double tolerance, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].dtype(), want[i].dtype()) << what << " " << i;
    // A row may give f32 whatever the dtype under test is.
    const double allowed = got[i].dtype() == DType::f32 ? std::max(tolerance, 1e-6) : tolerance;
    EXPECT_EQ(difference(got[i], want[i], 0, allowed * largest_entry(want[i]) + 1e-30), "") << what << " " << i;
  }
}

void expect_equal(const Tensors& got, const Tensors& want, const std::string& what) {
  ASSERT_EQ(got.size(), want.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_EQ(got[i].type(), want[i].type()) << what << " " << i;
    EXPECT_TRUE(got[i].size() == 0 || std::memcmp(got[i].contiguous().raw(), want[i].contiguous().raw(), want[i].type().bytes()) == 0)
        << what << " " << i << ": the bits differ: " << difference(got[i], want[i], 0, 0);
  }
}

// How far apart two results may be that were rounded to this dtype on the way.
double rounding(DType dtype, double f32_tolerance) {
  switch (dtype) {
    case DType::f64: return 1e-12;
    case DType::bf16: return 3e-2;
    case DType::f16: return 4e-3;
    case DType::f32: return f32_tolerance;
    default: return 0;
  }
}

void check_value(const OpRow& row, const std::vector<Shape>& shapes, DType dtype) {
  SCOPED_TRACE("value in " + std::string(to_string(dtype)));
  const Tensors in = draw_all(row, shapes, dtype);
  const double tolerance = rounding(dtype, row.tolerance);
  expect_near(run_on("cpu", values_of(row), in), run_on("reference", values_of(row), in), tolerance, "output");
  if (row.gradient && is_floating(dtype))
    expect_near(run_on("cpu", gradient_function(row), in), run_on("reference", gradient_function(row), in), 10 * tolerance, "gradient");
}

void check_against_f64(const OpRow& row, DType dtype) {
  SCOPED_TRACE("value in " + std::string(to_string(dtype)) + " against f64");
  const Tensors in = draw_all(row, own_shapes(row), dtype);
  Tensors wide;
  for (const Tensor& t : in) wide.push_back(is_floating(t.dtype()) ? t.to(DType::f64) : t);
  const Tensors got = run_on("reference", values_of(row), in), want = run_on("reference", values_of(row), wide);
  for (std::size_t i = 0; i < got.size(); ++i) {
    if (!is_floating(got[i].dtype())) continue;
    EXPECT_EQ(difference(got[i], want[i], 0, 2 * rounding(dtype, row.tolerance) * std::max(largest_entry(want[i]), 0.1)), "") << "output " << i;
  }
}

// d/dx sum(out * cotangent) by central differences, one entry at a time.
void check_differences(const OpRow& row, const TensorFunction& f, const TensorFunction& derivative, std::uint64_t salt, const char* what) {
  SCOPED_TRACE(what);
  Tensors in = draw_all(row, own_shapes(row), DType::f64);
  const Tensors got = run_on("cpu", derivative, in);
  Program program(trace(f, types_of(in)));
  const auto objective = [&] {
    double total = 0;
    std::uint64_t at = salt;
    for (const Tensor& y : program.run(in, RunState{17, 3})) {
      if (!is_floating(y.dtype())) continue;
      const std::vector<double> values = y.to_vector<double>(), ct = cotangent(y.type(), at++).to_vector<double>();
      for (std::size_t i = 0; i < values.size(); ++i) total += values[i] * ct[i];
    }
    return total;
  };
  std::size_t place = 0;
  for (Tensor& x : in) {
    if (!is_floating(x.dtype())) continue;
    ASSERT_LT(place, got.size());
    auto* entries = x.mutable_data<double>();
    std::vector<double> expected(static_cast<std::size_t>(x.size()));
    for (std::size_t i = 0; i < expected.size(); ++i) {
      const double value = entries[i], h = 1e-5 * std::max(1.0, std::abs(value));
      entries[i] = value + h;
      const double up = objective();
      entries[i] = value - h;
      const double down = objective();
      entries[i] = value;
      expected[i] = (up - down) / (2 * h);
    }
    const Tensor want = Tensor::from(expected, x.shape());
    EXPECT_EQ(difference(got[place], want, 0, row.difference_tolerance * std::max(largest_entry(want), 0.1)), "") << "to input " << place;
    ++place;
  }
}

void check_threads(const OpRow& row) {
  SCOPED_TRACE("threads");
  const int before = threads();
  const Tensors in = draw_all(row, row.large.empty() ? own_shapes(row) : row.large, DType::f32);
  Tensors one;
  for (int count : {1, 2, 7}) {
    set_threads(count);
    Tensors all = run_on("cpu", values_of(row), in);
    if (row.gradient)
      for (Tensor& t : run_on("cpu", gradient_function(row), in)) all.push_back(std::move(t));
    if (count == 1) one = all;
    else expect_equal(all, one, std::to_string(count) + " threads, result");
  }
  set_threads(before);
}

// The same values in a buffer with gaps: every second element of the last axis, or a transpose.
Tensor scattered(const Tensor& x, bool transposed) {
  if (x.rank() == 0) return x;
  if (transposed) {
    std::vector<int> axes;
    for (int i = x.rank() - 1; i >= 0; --i) axes.push_back(i);
    return x.view_transpose(axes).clone().view_transpose(axes);
  }
  std::vector<double> doubled;
  for (double v : x.to_vector<double>()) doubled.insert(doubled.end(), {v, -7.0});
  const Tensor wide = Tensor::from(doubled, x.shape().with(-1, 2 * x.shape(-1))).to(x.dtype());
  return wide.view_slice(x.rank() - 1, 0, 2 * x.shape(-1), 2);
}

void check_views(const OpRow& row) {
  if (row.inputs.empty()) return;
  for (const bool transposed : {false, true}) {
    SCOPED_TRACE(transposed ? "transposed views" : "strided views");
    const Tensors in = draw_all(row, own_shapes(row), DType::f32);
    Tensors views;
    for (const Tensor& x : in) views.push_back(scattered(x, transposed));
    expect_equal(run_on("cpu", values_of(row), views), run_on("cpu", values_of(row), in), "output");
    if (row.draws) continue;
    expect_near(row.f(views), row.f(in), 0, "output in immediate mode");
    expect_near(row.f(in), run_on("cpu", values_of(row), in), row.tolerance, "immediate mode, output");
  }
}

}  // namespace

std::vector<Tensor> draw_inputs(const OpRow& row, DType dtype, std::uint64_t salt) {
  Tensors result;
  for (std::size_t i = 0; i < row.inputs.size(); ++i)
    result.push_back(draw(row.inputs[i], row.inputs[i].shape, dtype, RandomStream{std::hash<std::string>{}(row.name) + salt, i}));
  return result;
}

Tensor fixed_cotangent(const TensorType& type, std::uint64_t salt) { return cotangent(type, salt); }

void check_row(const OpRow& row) {
  try {
    check_value(row, own_shapes(row), DType::f32);
    check_value(row, own_shapes(row), DType::f64);
    for (DType dtype : row.dtypes) {
      check_value(row, own_shapes(row), dtype);
      if (is_floating(dtype)) check_against_f64(row, dtype);
    }
    check_against_f64(row, DType::f32);
    for (const std::vector<Shape>& shapes : row.sizes) {
      std::string text;
      for (const Shape& s : shapes) text += " " + to_string(s);
      SCOPED_TRACE("sizes" + text);
      check_value(row, shapes, DType::f32);
    }
    if (!row.large.empty()) {
      SCOPED_TRACE("large");
      check_value(row, row.large, DType::f32);
    }
    if (row.gradient) check_differences(row, values_of(row), gradient_function(row), 0, "gradient");
    if (row.gradient && row.second) check_differences(row, gradient_function(row), second_function(row), 100, "second derivative");
    check_threads(row);
    check_views(row);
  } catch (const std::exception& error) {
    ADD_FAILURE() << row.name << ": " << error.what();
  }
}

}  // namespace candor::testing
