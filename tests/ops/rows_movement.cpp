// Rows of ops that move elements: reshape, transpose, slices, joins, padding, diagonals.
#include "candor/ops/manipulate.h"
#include "candor/ops/elementwise.h"
#include "tests/ops/op_table.h"

namespace candor::testing {
namespace {

OpRow many_row(std::string name, std::vector<Shape> shapes, std::function<Tensor(std::span<const Tensor>)> f) {
  OpRow row;
  row.name = std::move(name);
  for (const Shape& shape : shapes) row.inputs.push_back({shape});
  row.f = [f = std::move(f)](std::span<const Tensor> in) { return std::vector<Tensor>{f(in)}; };
  return row;
}

// Gradients of movements are linear: squaring the result makes the second derivative say something.
OpRow squared(OpRow row) {
  row.f = [f = row.f](std::span<const Tensor> in) {
    std::vector<Tensor> out = f(in);
    for (Tensor& t : out) t = square(t);
    return out;
  };
  return row;
}

OpRow moved(std::string name, std::function<Tensor(const Tensor&)> f, std::vector<Shape> shapes, Shape large = {}) {
  return squared(with_integers(shaped_row(std::move(name), std::move(f), std::move(shapes), large)));
}

Tensor joined(std::span<const Tensor> in, int axis) { return concatenate({in.begin(), in.end()}, axis); }

const AddRows views({
    moved("reshape", [](const Tensor& x) { return reshape(x, std::vector<std::int64_t>{-1, 2}); }, {{3, 4}, {2}, {1, 2, 1}}),
    moved("expand_dims", [](const Tensor& x) { return expand_dims(x, -1); }, {{3, 4}, {0}, {}}),
    moved("squeeze", [](const Tensor& x) { return squeeze(x, 1); }, {{3, 1, 4}, {0, 1}}),
    moved("transpose", [](const Tensor& x) { return transpose(x); }, {{3, 4}, {0, 3}, {1}, {}, {2, 3, 4}}, {129, 257}),
    moved("transpose_inner", [](const Tensor& x) { return transpose(x, {0, 2, 1}); }, {{2, 3, 4}, {2, 0, 1}}, {7, 65, 130}),
    moved("transpose_to_front", [](const Tensor& x) { return transpose(x, {3, 0, 1, 2}); }, {{2, 3, 2, 2}}, {5, 17, 19, 33}),
    moved("swap_axes", [](const Tensor& x) { return swap_axes(x, 0, -1); }, {{2, 3, 2}, {4}}),
    moved("broadcast_to", [](const Tensor& x) { return broadcast_to(x, {2, 3, 4}); }, {{3, 1}, {4}, {}, {1, 1, 1}, {2, 1, 4}}),
    moved("broadcast_to_empty", [](const Tensor& x) { return broadcast_to(x, {0, 4}); }, {{4}, {1, 4}, {}}),
});

const AddRows slices({
    moved("slice", [](const Tensor& x) { return slice(x, {1, 0}, {3, 2}); }, {{3, 4}, {4, 2, 2}, {0, 1}}, {67, 1031}),
    moved("slice_steps", [](const Tensor& x) { return slice(x, {0, 1}, {5, 8}, {2, 3}); }, {{5, 8}, {1, 1}, {9, 9}}),
    moved("slice_backwards", [](const Tensor& x) { return slice(x, {-1, 2}, {-100, -100}, {-2, -1}); }, {{5, 4}, {1, 1}, {0, 2}}),
    moved("narrow", [](const Tensor& x) { return narrow(x, -1, 1, 2); }, {{3, 4}, {0, 2}, {2}}),
    moved("flip", [](const Tensor& x) { return flip(x, {0, 2}); }, {{2, 3, 4}, {0, 1, 2}, {1, 1, 1}}, {5, 67, 131}),
    moved("roll", [](const Tensor& x) { return roll(x, {2, -1}, {0, 1}); }, {{3, 4}, {0, 2}, {1, 1}}),
    moved("split", [](const Tensor& x) { const auto parts = split(x, 2, 1); return subtract(parts[0], parts[1]); }, {{3, 4}, {0, 2}}),
    moved("split_at", [](const Tensor& x) { const auto parts = split(x, {1, 3}, 0); return parts[1]; }, {{4, 2}, {3, 1}}),
    moved("diagonal", [](const Tensor& x) { return diagonal(x); }, {{3, 4}, {4, 3}, {2, 3, 3}, {0, 3}, {1, 1}}),
    moved("diagonal_above", [](const Tensor& x) { return diagonal(x, 1); }, {{3, 4}, {4, 3}, {2, 1}}),
    moved("diagonal_below", [](const Tensor& x) { return diagonal(x, -2); }, {{4, 3}, {3, 4}, {2, 2}}),
    moved("trace_of", [](const Tensor& x) { return trace_of(x); }, {{3, 4}, {2, 3, 3}, {0, 3}}),
    moved("tril", [](const Tensor& x) { return tril(x, 1); }, {{3, 4}, {2, 4, 3}, {0, 1}}),
    moved("triu", [](const Tensor& x) { return triu(x, -1); }, {{3, 4}, {2, 4, 3}, {1, 1}}),
});

const AddRows joins({
    squared(with_integers(many_row("concatenate", {{2, 3}, {1, 3}, {3, 3}}, [](auto in) { return joined(in, 0); }))),
    squared(many_row("concatenate_last", {{2, 1, 3}, {2, 1, 2}}, [](auto in) { return joined(in, -1); })),
    squared(many_row("concatenate_empty", {{2, 0}, {2, 3}, {2, 0}}, [](auto in) { return joined(in, 1); })),
    squared(many_row("stack", {{2, 3}, {2, 3}}, [](auto in) { return stack({in.begin(), in.end()}, 1); })),
    squared(many_row("stack_scalars", {{}, {}, {}}, [](auto in) { return stack({in.begin(), in.end()}, -1); })),
    squared(many_row("meshgrid", {{3}, {4}}, [](auto in) { const auto g = meshgrid(in[0], in[1]); return multiply(g[0], g[1]); })),
    squared(many_row("meshgrid_ij", {{3}, {4}}, [](auto in) { const auto g = meshgrid(in[0], in[1], "ij"); return subtract(g[0], g[1]); })),
    moved("tile", [](const Tensor& x) { return tile(x, {2, 3}); }, {{3, 4}, {2}, {}, {2, 1, 2}, {0, 2}}),
    moved("repeat", [](const Tensor& x) { return repeat(x, 3, 1); }, {{2, 3}, {0, 2}, {1, 1, 2}}),
    moved("repeat_counts", [](const Tensor& x) { return repeat(x, {2, 0, 1}, 0); }, {{3, 2}, {3, 0}}),
});

const AddRows scattered({
    moved("slice_scatter", [](const Tensor& x) {
      using List = std::vector<std::int64_t>;
      return apply("slice_scatter", {x}, {{"shape", List{5, 4}}, {"start", List{4, 1}}, {"stop", List{-1, 4}}, {"step", List{-2, 2}}});
    }, {{3, 2}}),
});

OpRow pad_row(const std::string& mode, std::vector<Shape> shapes) {
  return moved("pad_" + mode, [mode](const Tensor& x) { return pad(x, {{1, 3}, {2, 0}}, mode, 2); }, std::move(shapes), {67, 131});
}
const AddRows padding({
    pad_row("constant", {{3, 4}, {0, 2}, {1, 1}}),
    pad_row("reflect", {{3, 4}, {1, 2}}),
    pad_row("symmetric", {{3, 4}, {1, 1}}),
    pad_row("edge", {{3, 4}, {1, 1}}),
    pad_row("wrap", {{3, 4}, {1, 1}}),
});

}  // namespace
}  // namespace candor::testing
