#include "candor/graph/recurrent_layer.h"

#include <vector>

#include "candor/base/error.h"
#include "candor/graph/graph_ops.h"
#include "candor/ops/reference.h"

namespace candor::recurrent {
namespace {

std::int64_t gates_of_cell(const std::string& cell) { return cell == "lstm" ? 4 : cell == "gru" ? 3 : 1; }

[[noreturn]] void misfit(const char* op, std::span<const TensorType> in) {
  std::string text = std::string(op) + ": inputs that do not fit:";
  for (const TensorType& type : in) text += " " + to_string(type);
  fail(ErrorKind::internal, text);
}

}  // namespace

LayerPlaces layer_places(std::span<const TensorType> in, const Attrs& attrs) {
  LayerPlaces p;
  const std::string& cell = attrs.text("cell");
  int next = 1;
  p.w = next++;
  if (attrs.flag("bias")) p.b = next++;
  p.u = next++;
  if (cell == "gru") p.inner_b = next++;
  p.h0 = next++;
  if (cell == "lstm") p.c0 = next++, p.out_c = 1;
  if (attrs.flag("mask")) p.mask = next++;
  if (attrs.flag("keep") && cell != "rnn") p.out_gates = cell == "lstm" ? 2 : 1;
  p.gate_count = gates_of_cell(cell);
  if (static_cast<int>(in.size()) != next) misfit("recurrent_layer", in);
  const Shape &x = in[0].shape, &h0 = in[static_cast<std::size_t>(p.h0)].shape, &w = in[1].shape;
  if (x.rank() != 2 || h0.rank() != 2 || h0[0] < 1 || x[0] % h0[0] || w != Shape{x[1], p.gate_count * h0[1]}) misfit("recurrent_layer", in);
  p.walk = {h0[0], x[0] / h0[0], h0[1], attrs.flag("reverse")};
  p.features = x[1];
  return p;
}

LayerPlaces layer_gradient_places(std::span<const TensorType> in, const Attrs& attrs) {
  LayerPlaces p;
  const std::string& cell = attrs.text("cell");
  p.dh = 0, p.x = 1, p.h = 2, p.u = 3, p.h0 = 4;
  int next = 5, out = 3;
  if (cell != "rnn") p.gates = next++;
  if (cell == "lstm") p.c = next++, p.c0 = next++;
  if (attrs.flag("dx")) p.w = next++;
  if (attrs.flag("dc")) p.dc = next++;
  if (attrs.flag("mask")) p.mask = next++;
  if (cell == "gru") p.out_inner_db = out++;
  p.out_dh0 = out++;
  if (cell == "lstm") p.out_dc0 = out++;
  if (attrs.flag("dx")) p.out_dx = out++;
  p.gate_count = gates_of_cell(cell);
  if (static_cast<int>(in.size()) != next) misfit("recurrent_layer_gradient", in);
  const Shape &h = in[2].shape, &x = in[1].shape;
  if (h.rank() != 3 || x.rank() != 2 || x[0] != h[0] * h[1] || in[0].shape != (attrs.integer("only") < 0 ? h : h.with(1, 1))) misfit("recurrent_layer_gradient", in);
  p.walk = {h[0], h[1], h[2], attrs.flag("reverse")};
  p.features = x[1];
  return p;
}

namespace {

std::vector<TensorType> infer_layer(std::span<const TensorType> in, const Attrs& attrs) {
  const LayerPlaces p = layer_places(in, attrs);
  const DType dtype = in[0].dtype;
  const TensorType states{{p.walk.batch, p.walk.time, p.walk.units}, dtype};
  std::vector<TensorType> out{states};
  if (p.out_c >= 0) out.push_back(states);
  if (p.out_gates >= 0) out.push_back({{p.walk.time, p.walk.batch, 4 * p.walk.units}, dtype});
  return out;
}

std::vector<TensorType> infer_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  const LayerPlaces p = layer_gradient_places(in, attrs);
  const DType dtype = in[0].dtype;
  const std::int64_t n = p.walk.units, columns = p.gate_count * n;
  std::vector<TensorType> out{{{p.features, columns}, dtype}, {{columns}, dtype}, {{n, columns}, dtype}};
  if (p.out_inner_db >= 0) out.push_back({{columns}, dtype});
  out.push_back({{p.walk.batch, n}, dtype});
  if (p.out_dc0 >= 0) out.push_back({{p.walk.batch, n}, dtype});
  if (p.out_dx >= 0) out.push_back({in[1]});
  return out;
}

/// Memory of the reference kernels: one buffer a tensor of the sequence below.
template <class T>
struct Buffer {
  std::vector<T> numbers;
  explicit Buffer(const TensorType& type) : numbers(static_cast<std::size_t>(type.size())) {}
};

/// [time, batch, columns] from [batch, time, columns], or back.
template <class T>
void swap_leading(const T* from, std::int64_t first, std::int64_t second, std::int64_t columns, T* to) {
  for (std::int64_t i = 0; i < first; ++i)
    for (std::int64_t j = 0; j < second; ++j) std::copy(from + (i * second + j) * columns, from + (i * second + j + 1) * columns, to + (j * first + i) * columns);
}

template <class T>
double number(const T* from, std::int64_t i) { return static_cast<double>(reference::load(from[i])); }

/// The sequence with its inputs projected, by its own reference kernel.
void layer_reference(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const LayerPlaces p = layer_places(node.in, node.attrs);
  const std::int64_t rows = p.walk.batch * p.walk.time, columns = p.gate_count * p.walk.units;
  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  reference::visit_floating(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    NodeInfo sequence{&op(node.attrs.text("cell") + "_sequence"), Attrs{{"mask", p.mask >= 0}, {"reverse", p.walk.reverse}}, {}, {}};
    const TensorType projected{{p.walk.batch, p.walk.time, columns}, node.in[0].dtype};
    Buffer<T> x(projected);
    const T *input = args.input<T>(0), *w = args.input<T>(1), *b = p.b >= 0 ? args.input<T>(at(p.b)) : nullptr;
    for (std::int64_t r = 0; r < rows; ++r)
      for (std::int64_t c = 0; c < columns; ++c) {
        double sum = b ? number(b, c) : 0;
        for (std::int64_t k = 0; k < p.features; ++k) sum += number(input, r * p.features + k) * number(w, k * columns + c);
        reference::store(x.numbers[at(r * columns + c)], sum);
      }
    std::vector<void*> in{x.numbers.data()};
    sequence.in.push_back(projected);
    for (int i = p.u; i < static_cast<int>(node.in.size()); ++i) in.push_back(args.in[at(i)]), sequence.in.push_back(node.in[at(i)]);
    sequence.out = sequence.op->infer(sequence.in, sequence.attrs);
    Buffer<T> gates(sequence.out.back());
    std::vector<void*> out;
    for (std::size_t o = 0; o < sequence.out.size(); ++o) out.push_back(o < node.out.size() ? args.out[o] : gates.numbers.data());
    if (p.out_gates >= 0) out.back() = gates.numbers.data();
    sequence.op->reference({&sequence, in.data(), out.data(), nullptr, nullptr, args.run});
    if (p.out_gates >= 0) swap_leading(gates.numbers.data(), p.walk.batch, p.walk.time, 4 * p.walk.units, args.output<T>(at(p.out_gates)));
  });
}

/// to[k, c] += sum over rows of a[row, k] d[row, c], where a(row, k) gives a number.
template <class T, class A>
void weight_gradient(std::int64_t rows, std::int64_t count, std::int64_t columns, A&& a, const T* d, T* to) {
  for (std::int64_t k = 0; k < count; ++k)
    for (std::int64_t c = 0; c < columns; ++c) {
      double sum = 0;
      for (std::int64_t r = 0; r < rows; ++r) sum += a(r, k) * number(d, r * columns + c);
      reference::store(to[k * columns + c], sum);
    }
}

void gradient_reference(const KernelArgs& args) {
  const NodeInfo& node = *args.node;
  const LayerPlaces p = layer_gradient_places(node.in, node.attrs);
  const Walk& w = p.walk;
  const std::int64_t rows = w.batch * w.time, n = w.units, columns = p.gate_count * n, only = node.attrs.integer("only");
  const auto at = [](std::int64_t i) { return static_cast<std::size_t>(i); };
  reference::visit_floating(node.in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const std::string& cell = node.attrs.text("cell");
    const TensorType &h_type = node.in[at(p.h)], gates_type{{w.batch, w.time, 4 * n}, h_type.dtype};
    NodeInfo sequence{&op(cell + "_sequence_gradient"), Attrs{{"mask", p.mask >= 0}, {"reverse", w.reverse}}, {}, {}};
    if (cell == "lstm") sequence.attrs.set("cell", p.dc >= 0);
    Buffer<T> dh(h_type), gates(gates_type);
    for (std::int64_t b = 0; b < w.batch; ++b)
      for (std::int64_t t = 0; t < w.time; ++t)
        for (std::int64_t u = 0; u < n; ++u) {
          const double value = only < 0 ? number(args.input<T>(0), (b * w.time + t) * n + u) : t == only ? number(args.input<T>(0), b * n + u) : 0;
          reference::store(dh.numbers[at((b * w.time + t) * n + u)], value);
        }
    if (p.gates >= 0) swap_leading(args.input<T>(at(p.gates)), w.time, w.batch, 4 * n, gates.numbers.data());
    std::vector<void*> in;
    const auto give = [&](void* data, const TensorType& type) { in.push_back(data), sequence.in.push_back(type); };
    const auto give_input = [&](int i) { give(args.in[at(i)], node.in[at(i)]); };
    give(dh.numbers.data(), h_type);
    if (cell == "rnn") {
      give_input(p.h), give_input(p.u);
    } else {
      give(gates.numbers.data(), gates_type);
      give_input(cell == "lstm" ? p.c : p.h), give_input(p.u), give_input(cell == "lstm" ? p.c0 : p.h0);
    }
    if (p.dc >= 0) give_input(p.dc);
    if (p.mask >= 0) give_input(p.mask);
    const TensorType d_type{{w.batch, w.time, columns}, h_type.dtype};
    Buffer<T> outer(d_type), inner(d_type);
    std::vector<void*> out{outer.numbers.data()};
    sequence.out = {d_type};
    const auto take = [&](void* data, const TensorType& type) { out.push_back(data), sequence.out.push_back(type); };
    if (cell == "gru") take(inner.numbers.data(), d_type);
    take(args.out[at(p.out_dh0)], node.out[at(p.out_dh0)]);
    if (p.out_dc0 >= 0) take(args.out[at(p.out_dc0)], node.out[at(p.out_dc0)]);
    sequence.op->reference({&sequence, in.data(), out.data(), nullptr, nullptr, args.run});

    const T *x = args.input<T>(at(p.x)), *h = args.input<T>(at(p.h)), *h0 = args.input<T>(at(p.h0)), *d = outer.numbers.data();
    const T* d_inner = cell == "gru" ? inner.numbers.data() : d;
    const auto one = [](std::int64_t, std::int64_t) { return 1.0; };
    weight_gradient(rows, p.features, columns, [&](std::int64_t r, std::int64_t k) { return number(x, r * p.features + k); }, d, args.output<T>(0));
    weight_gradient(rows, 1, columns, one, d, args.output<T>(1));
    weight_gradient(rows, n, columns, [&](std::int64_t r, std::int64_t k) {
      const std::int64_t b = r / w.time, t = r % w.time, before = w.reverse ? t + 1 : t - 1;
      return before < 0 || before == w.time ? number(h0, b * n + k) : number(h, (b * w.time + before) * n + k);
    }, d_inner, args.output<T>(2));
    if (p.out_inner_db >= 0) weight_gradient(rows, 1, columns, one, d_inner, args.output<T>(at(p.out_inner_db)));
    for (std::int64_t r = 0; r < rows && p.out_dx >= 0; ++r)
      for (std::int64_t k = 0; k < p.features; ++k) {
        double sum = 0;
        for (std::int64_t c = 0; c < columns; ++c) sum += number(d, r * columns + c) * number(args.input<T>(at(p.w)), k * columns + c);
        reference::store(args.output<T>(at(p.out_dx))[r * p.features + k], sum);
      }
  });
}

double products(const LayerPlaces& p, double times_w, double times_u) {
  const auto cells = static_cast<double>(p.walk.batch * p.walk.time * p.walk.units * p.gate_count);
  return cells * (2 * times_w * static_cast<double>(p.features) + 2 * times_u * static_cast<double>(p.walk.units) + 8);
}
double layer_flops(const NodeInfo& node) { return products(layer_places(node.in, node.attrs), 1, 1); }
double gradient_flops(const NodeInfo& node) {
  const LayerPlaces p = layer_gradient_places(node.in, node.attrs);
  return products(p, p.out_dx >= 0 ? 2 : 1, 2);
}

}  // namespace
}  // namespace candor::recurrent

namespace candor {

void register_recurrent_layer() {
  namespace r = recurrent;
  register_op({.name = "recurrent_layer", .infer = r::infer_layer, .reference = r::layer_reference, .flops = r::layer_flops});
  register_op({.name = "recurrent_layer_gradient", .infer = r::infer_gradient, .reference = r::gradient_reference, .flops = r::gradient_flops});
}

}  // namespace candor
