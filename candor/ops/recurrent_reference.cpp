// Reference kernels of the recurrent sequences: one row of the batch and one step at a time, states in double.
#include <vector>

#include "candor/ops/recurrent_rules.h"
#include "candor/ops/reference.h"

namespace candor::recurrent {
namespace {

using Row = std::vector<double>;

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

template <class T>
double get(const T* from, std::int64_t i) { return static_cast<double>(reference::load(from[i])); }

/// sum_j h[j] U[j, column].
template <class T>
double product(const Row& h, const T* recurrent, std::int64_t columns, std::int64_t column) {
  double sum = 0;
  for (std::size_t j = 0; j < h.size(); ++j) sum += h[j] * get(recurrent, static_cast<std::int64_t>(j) * columns + column);
  return sum;
}

/// sum_column d[column] U[unit, column].
template <class T>
double product_back(const Row& d, const T* recurrent, std::int64_t unit) {
  double sum = 0;
  const auto columns = static_cast<std::int64_t>(d.size());
  for (std::int64_t j = 0; j < columns; ++j) sum += d[static_cast<std::size_t>(j)] * get(recurrent, unit * columns + j);
  return sum;
}

template <class T>
Row read(const T* from, std::int64_t count) {
  Row row(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) row[static_cast<std::size_t>(i)] = get(from, i);
  return row;
}
template <class T>
void write(const Row& row, T* to) {
  for (std::size_t i = 0; i < row.size(); ++i) reference::store(to[i], row[i]);
}

/// Calls f(row of the batch, its first element among the outputs of one step in `time` order, whether the step counts).
struct Steps {
  Walk w;
  const bool* mask;
  explicit Steps(const KernelArgs& args) : w(walk_of(*args.node)), mask(nullptr) {
    if (const int at = mask_input(*args.node); at >= 0) mask = args.input<bool>(static_cast<std::size_t>(at));
  }
  bool counts(std::int64_t row, std::int64_t t) const { return !mask || mask[row * w.time + t]; }
};

/// The state before step i of a row, from the states after each step and the first state.
template <class T>
Row before(const Walk& w, std::int64_t row, std::int64_t i, const T* states, const T* first) {
  return i == 0 ? read(first + row * w.units, w.units) : read(states + (row * w.time + w.at(i - 1)) * w.units, w.units);
}

}  // namespace

void rnn_reference(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const Steps s(args);
    const Walk& w = s.w;
    for (std::int64_t b = 0; b < w.batch; ++b) {
      Row h = read(args.input<T>(2) + b * w.units, w.units);
      for (std::int64_t i = 0; i < w.time; ++i) {
        const std::int64_t at = b * w.time + w.at(i);
        Row next = h;
        for (std::int64_t u = 0; u < w.units && s.counts(b, w.at(i)); ++u)
          next[static_cast<std::size_t>(u)] = std::tanh(get(args.input<T>(0), at * w.units + u) + product(h, args.input<T>(1), w.units, u));
        h = next;
        write(h, args.output<T>(0) + at * w.units);
      }
    }
  });
}

void lstm_reference(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const Steps s(args);
    const Walk& w = s.w;
    const std::int64_t columns = 4 * w.units;
    for (std::int64_t b = 0; b < w.batch; ++b) {
      Row h = read(args.input<T>(2) + b * w.units, w.units), c = read(args.input<T>(3) + b * w.units, w.units);
      for (std::int64_t i = 0; i < w.time; ++i) {
        const std::int64_t at = b * w.time + w.at(i);
        Row gates(static_cast<std::size_t>(columns)), next = h;
        for (std::int64_t k = 0; k < columns; ++k) {
          const double sum = get(args.input<T>(0), at * columns + k) + product(h, args.input<T>(1), columns, k);
          gates[static_cast<std::size_t>(k)] = k / w.units == 2 ? std::tanh(sum) : sigmoid(sum);
        }
        for (std::size_t u = 0, n = h.size(); u < n && s.counts(b, w.at(i)); ++u) {
          c[u] = gates[n + u] * c[u] + gates[u] * gates[2 * n + u];
          next[u] = gates[3 * n + u] * std::tanh(c[u]);
        }
        h = next;
        write(h, args.output<T>(0) + at * w.units);
        write(c, args.output<T>(1) + at * w.units);
        write(gates, args.output<T>(2) + at * columns);
      }
    }
  });
}

void gru_reference(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const Steps s(args);
    const Walk& w = s.w;
    const std::int64_t columns = 3 * w.units;
    for (std::int64_t b = 0; b < w.batch; ++b) {
      Row h = read(args.input<T>(3) + b * w.units, w.units);
      for (std::int64_t i = 0; i < w.time; ++i) {
        const std::int64_t at = b * w.time + w.at(i);
        Row gates(static_cast<std::size_t>(4 * w.units)), next = h;
        for (std::size_t u = 0, n = h.size(); u < n; ++u) {
          const auto k = static_cast<std::int64_t>(u);
          const auto inner = [&](std::int64_t g) { return product(h, args.input<T>(1), columns, g * w.units + k) + get(args.input<T>(2), g * w.units + k); };
          const auto x = [&](std::int64_t g) { return get(args.input<T>(0), at * columns + g * w.units + k); };
          const double z = sigmoid(x(0) + inner(0)), r = sigmoid(x(1) + inner(1)), m = inner(2), candidate = std::tanh(x(2) + r * m);
          gates[u] = z, gates[n + u] = r, gates[2 * n + u] = candidate, gates[3 * n + u] = m;
          if (s.counts(b, w.at(i))) next[u] = z * h[u] + (1 - z) * candidate;
        }
        h = next;
        write(h, args.output<T>(0) + at * w.units);
        write(gates, args.output<T>(1) + at * 4 * w.units);
      }
    }
  });
}

void rnn_gradient_reference(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const Steps s(args);
    const Walk& w = s.w;
    for (std::int64_t b = 0; b < w.batch; ++b) {
      Row carry(static_cast<std::size_t>(w.units));
      for (std::int64_t i = w.time; i-- > 0;) {
        const std::int64_t at = (b * w.time + w.at(i)) * w.units;
        const bool counts = s.counts(b, w.at(i));
        Row dx(carry.size());
        for (std::size_t u = 0; u < carry.size(); ++u) {
          const auto k = at + static_cast<std::int64_t>(u);
          carry[u] += get(args.input<T>(0), k);
          const double h = get(args.input<T>(1), k);
          if (counts) dx[u] = carry[u] * (1 - h * h);
        }
        for (std::size_t u = 0; u < carry.size() && counts; ++u) carry[u] = product_back(dx, args.input<T>(2), static_cast<std::int64_t>(u));
        write(dx, args.output<T>(0) + at);
      }
      write(carry, args.output<T>(1) + b * w.units);
    }
  });
}

void lstm_gradient_reference(const KernelArgs& args) {
  const bool cell = args.node->attrs.flag("cell");
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const Steps s(args);
    const Walk& w = s.w;
    for (std::int64_t b = 0; b < w.batch; ++b) {
      const auto n = static_cast<std::size_t>(w.units);
      Row dh(n), dc(n);
      for (std::int64_t i = w.time; i-- > 0;) {
        const std::int64_t at = (b * w.time + w.at(i)) * w.units;
        const bool counts = s.counts(b, w.at(i));
        const Row gates = read(args.input<T>(1) + 4 * at, 4 * w.units), c = read(args.input<T>(2) + at, w.units), c_before = before(w, b, i, args.input<T>(2), args.input<T>(4));
        Row dx(4 * n);
        for (std::size_t u = 0; u < n; ++u) {
          dh[u] += get(args.input<T>(0), at + static_cast<std::int64_t>(u));
          if (cell) dc[u] += get(args.input<T>(5), at + static_cast<std::int64_t>(u));
          if (!counts) continue;
          const double in = gates[u], forget = gates[n + u], g = gates[2 * n + u], o = gates[3 * n + u], tc = std::tanh(c[u]);
          const double d = dc[u] + dh[u] * o * (1 - tc * tc);
          dx[u] = d * g * in * (1 - in);
          dx[n + u] = d * c_before[u] * forget * (1 - forget);
          dx[2 * n + u] = d * in * (1 - g * g);
          dx[3 * n + u] = dh[u] * tc * o * (1 - o);
          dc[u] = d * forget;
        }
        for (std::size_t u = 0; u < n && counts; ++u) dh[u] = product_back(dx, args.input<T>(3), static_cast<std::int64_t>(u));
        write(dx, args.output<T>(0) + 4 * at);
      }
      write(dh, args.output<T>(1) + b * w.units);
      write(dc, args.output<T>(2) + b * w.units);
    }
  });
}

void gru_gradient_reference(const KernelArgs& args) {
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    const Steps s(args);
    const Walk& w = s.w;
    for (std::int64_t b = 0; b < w.batch; ++b) {
      const auto n = static_cast<std::size_t>(w.units);
      Row dh(n);
      for (std::int64_t i = w.time; i-- > 0;) {
        const std::int64_t at = (b * w.time + w.at(i)) * w.units;
        const bool counts = s.counts(b, w.at(i));
        const Row gates = read(args.input<T>(1) + 4 * at, 4 * w.units), h_before = before(w, b, i, args.input<T>(2), args.input<T>(4));
        Row dx(3 * n), inner(3 * n), kept(n);
        for (std::size_t u = 0; u < n; ++u) {
          dh[u] += get(args.input<T>(0), at + static_cast<std::int64_t>(u));
          if (!counts) continue;
          const double z = gates[u], r = gates[n + u], candidate = gates[2 * n + u], m = gates[3 * n + u];
          dx[u] = inner[u] = dh[u] * (h_before[u] - candidate) * z * (1 - z);
          dx[2 * n + u] = dh[u] * (1 - z) * (1 - candidate * candidate);
          inner[2 * n + u] = dx[2 * n + u] * r;
          dx[n + u] = inner[n + u] = dx[2 * n + u] * m * r * (1 - r);
          kept[u] = dh[u] * z;
        }
        for (std::size_t u = 0; u < n && counts; ++u) dh[u] = kept[u] + product_back(inner, args.input<T>(3), static_cast<std::int64_t>(u));
        write(dx, args.output<T>(0) + 3 * at);
        write(inner, args.output<T>(1) + 3 * at);
      }
      write(dh, args.output<T>(2) + b * w.units);
    }
  });
}

}  // namespace candor::recurrent
