// Shapes nobody would think of, beside models that are too simple to be wrong. RapidCheck draws them and, where something fails, shrinks them to
// the smallest case that still does.
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <numeric>

#include "candor/base/error.h"
#include "candor/graph/compile.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

using List = std::vector<std::int64_t>;
using Numbers = std::vector<double>;

std::int64_t product(const List& extents) { return std::accumulate(extents.begin(), extents.end(), std::int64_t{1}, std::multiplies<>()); }

/// Drawn from [least, most], evenly from the first case on: RapidCheck's own ranges begin small.
template <class Integer>
Integer between(Integer least, Integer most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Integer>(least, most + 1));
}

List drawn_shape(int most_axes, std::int64_t most) {
  List extents(static_cast<std::size_t>(between(0, most_axes)));
  for (std::int64_t& extent : extents) {
    const std::int64_t drawn = between(std::int64_t{0}, std::int64_t{24});
    extent = drawn == 0 ? 0 : 1 + drawn % most;  // few are empty
  }
  return extents;
}

/// 1, 2, 3, ... in this shape.
Tensor counted(const List& extents, double from = 1) {
  Numbers values(static_cast<std::size_t>(product(extents)));
  std::iota(values.begin(), values.end(), from);
  return Tensor::from(values, Shape(extents));
}

/// Element `at` of `x` seen in a larger shape: axes are matched from the last, those of extent 1 are repeated.
double seen(const Numbers& x, const List& extents, const List& at) {
  std::int64_t place = 0;
  for (std::size_t i = 0; i < extents.size(); ++i) place = place * extents[i] + (extents[i] == 1 ? 0 : at[at.size() - extents.size() + i]);
  return x[static_cast<std::size_t>(place)];
}

/// NumPy's rule; false when the shapes do not fit.
bool broadcast_model(const List& a, const List& b, List& out) {
  out.assign(std::max(a.size(), b.size()), 1);
  for (std::size_t i = 1; i <= out.size(); ++i) {
    const std::int64_t m = i <= a.size() ? a[a.size() - i] : 1, n = i <= b.size() ? b[b.size() - i] : 1;
    if (m != n && m != 1 && n != 1) return false;
    out[out.size() - i] = m == 1 ? n : m;
  }
  return true;
}

/// The next place in row-major order.
void advance(List& at, const List& extents) {
  for (std::size_t i = at.size(); i-- > 0;) {
    if (++at[i] < extents[i]) return;
    at[i] = 0;
  }
}

TEST(Properties, BroadcastingIsNumPys) {
  EXPECT_TRUE(rc::check([] {
    // Two shapes that mostly fit: parts of one, with some axes of 1.
    const List whole = drawn_shape(5, 4);
    const auto part = [&] {
      List own(whole.begin() + between(std::ptrdiff_t{0}, static_cast<std::ptrdiff_t>(whole.size())), whole.end());
      for (std::int64_t& extent : own) {
        const int kind = between(0, 11);
        if (kind < 3) extent = 1;
        if (kind == 3) extent = 5;
      }
      return own;
    };
    const List a = part(), b = part();
    const Tensor x = counted(a), y = counted(b, 100);
    List out;
    if (!broadcast_model(a, b, out)) {
      RC_ASSERT_THROWS_AS(x - y, Error);
      return;
    }
    const Tensor now = x - y, later = compile([](const Tensor& p, const Tensor& q) { return p - q; })(x, y);
    RC_ASSERT(now.shape() == Shape(out));
    RC_ASSERT(later.shape() == Shape(out));
    const Numbers given = now.to_vector<double>(), compiled = later.to_vector<double>(), left = x.to_vector<double>(), right = y.to_vector<double>();
    List at(out.size(), 0);
    for (std::size_t i = 0; i < given.size(); ++i, advance(at, out)) {
      RC_ASSERT(given[i] == seen(left, a, at) - seen(right, b, at));
      RC_ASSERT(compiled[i] == given[i]);
    }
  }));
}

TEST(Properties, ViewsOfViewsHoldTheRightElements) {
  EXPECT_TRUE(rc::check([] {
    List extents = drawn_shape(4, 5);
    Tensor view = counted(extents);
    Numbers model = view.to_vector<double>();
    const int steps = between(0, 4);
    for (int step = 0; step < steps && !extents.empty(); ++step) {
      const int rank = static_cast<int>(extents.size());
      Numbers next;
      List own = extents, at(extents.size(), 0);
      switch (between(0, 2)) {
        case 0: {
          const int axis = between(0, rank - 1);
          const auto k = static_cast<std::size_t>(axis);
          const auto start = between(std::int64_t{0}, extents[k]), stop = between(start, extents[k]);
          const auto stride = between(std::int64_t{1}, std::int64_t{3});
          for (std::size_t i = 0; i < model.size(); ++i, advance(at, extents)) {
            if (at[k] >= start && at[k] < stop && (at[k] - start) % stride == 0) next.push_back(model[i]);
          }
          own[k] = (stop - start + stride - 1) / stride;
          view = view.view_slice(axis, start, stop, stride);
          break;
        }
        case 1: {
          std::vector<int> axes(extents.size());
          std::iota(axes.begin(), axes.end(), 0);
          for (std::size_t i = axes.size(); i > 1; --i) std::swap(axes[i - 1], axes[static_cast<std::size_t>(between(0, static_cast<int>(i) - 1))]);
          for (std::size_t i = 0; i < axes.size(); ++i) own[i] = extents[static_cast<std::size_t>(axes[i])];
          for (std::size_t i = 0; i < model.size(); ++i, advance(at, own)) {
            List before(at.size());
            for (std::size_t j = 0; j < at.size(); ++j) before[static_cast<std::size_t>(axes[j])] = at[j];
            next.push_back(seen(model, extents, before));
          }
          view = view.view_transpose(axes);
          break;
        }
        default:
          next = model;
          own = {product(extents)};
          view = view.contiguous().view_reshape(Shape(own));
      }
      model = next, extents = own;
    }
    RC_ASSERT(view.shape() == Shape(extents));
    RC_ASSERT(view.to_vector<double>() == model);
    RC_ASSERT(view.contiguous().to_vector<double>() == model);
    // Kernels read views as they lie.
    RC_ASSERT(sum(view).item<double>() == std::accumulate(model.begin(), model.end(), 0.0));
    RC_ASSERT((view + view).to_vector<double>() == (Tensor::from(model, Shape(extents)) * 2.0).to_vector<double>());
  }));
}

TEST(Properties, SumsOverAnyAxesAreThoseOfAModel) {
  EXPECT_TRUE(rc::check([] {
    const List extents = drawn_shape(4, 4);
    const Tensor x = counted(extents);
    std::vector<int> axes;
    List kept = extents;
    for (std::size_t i = 0; i < extents.size(); ++i) {
      if (!*rc::gen::arbitrary<bool>()) continue;
      axes.push_back(*rc::gen::arbitrary<bool>() ? static_cast<int>(i) : static_cast<int>(i) - static_cast<int>(extents.size()));
      kept[i] = 1;
    }
    if (axes.empty()) kept.assign(extents.size(), 1);  // none means all
    Numbers model(static_cast<std::size_t>(product(kept)), 0.0);
    const Numbers values = x.to_vector<double>();
    List at(extents.size(), 0);
    for (std::size_t i = 0; i < values.size(); ++i, advance(at, extents)) {
      std::int64_t place = 0;
      for (std::size_t j = 0; j < kept.size(); ++j) place = place * kept[j] + (kept[j] == 1 ? 0 : at[j]);
      model[static_cast<std::size_t>(place)] += values[i];
    }
    const Tensor total = sum(x, axes, true);
    RC_ASSERT(total.shape() == Shape(kept));
    RC_ASSERT(total.to_vector<double>() == model);
  }));
}

}  // namespace
}  // namespace candor
