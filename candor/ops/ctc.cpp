// Rows ctc_loss and ctc_loss_gradient. The labels of a row are extended with blanks between and around them: states s of an alignment. `forward`
// is the log-probability of all ways to reach a state at a time, `backward` that of all ways on from it.
#include "candor/ops/ctc.h"

#include <cmath>
#include <limits>

#include "candor/ops/elementwise.h"
#include "candor/ops/families.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reference.h"
#include "candor/ops/rules.h"

namespace candor {
namespace {

constexpr const char* name = "ctc_loss";
constexpr double impossible = -std::numeric_limits<double>::infinity();

double log_add(double a, double b) {
  if (a < b) std::swap(a, b);
  return b == impossible ? a : a + std::log1p(std::exp(b - a));
}

std::vector<TensorType> infer_loss(std::span<const TensorType> in, const Attrs& attrs) {
  rules::expect_inputs(in, 4, name);
  rules::expect_floating(in[0], name, "logits");
  rules::expect_index(in[1], name, "labels");
  rules::expect_index(in[2], name, "logit_lengths");
  rules::expect_index(in[3], name, "label_lengths");
  if (in[0].shape.rank() != 3) fail(ErrorKind::shape, std::string(name) + ": logits must be [batch, time, classes], got " + to_string(in[0]));
  const Shape batch{in[0].shape[0]};
  if (in[1].shape.rank() != 2 || in[1].shape[0] != batch[0]) {
    fail(ErrorKind::shape, std::string(name) + ": labels must be [" + std::to_string(batch[0]) + ", length] for logits " + to_string(in[0].shape) + ", got " + to_string(in[1].shape));
  }
  for (std::size_t i : {2u, 3u}) {
    if (in[i].shape != batch) {
      fail(ErrorKind::shape, std::string(name) + ": " + (i == 2 ? "logit_lengths" : "label_lengths") + " must be " + to_string(batch) + " for logits " + to_string(in[0].shape) + ", got " +
                                 to_string(in[i].shape));
    }
  }
  const std::int64_t blank = attrs.integer("blank"), classes = in[0].shape[2];
  if (blank < 0 || blank >= classes) {
    fail(ErrorKind::invalid_argument, std::string(name) + ": blank must be one of the " + std::to_string(classes) + " classes, not " + std::to_string(blank));
  }
  return {{batch, in[0].dtype}};
}
std::vector<TensorType> infer_gradient(std::span<const TensorType> in, const Attrs& attrs) {
  infer_loss(in, attrs);
  return {in[0]};
}

/// One row of the batch.
template <class T>
struct Row {
  const T* logits;
  std::int64_t times, classes, states;
  double* scores;               ///< [times, classes]: log-softmax
  const std::int64_t* extended; ///< [states]: the class of each state

  double score(std::int64_t t, std::int64_t s) const { return scores[t * classes + extended[s]]; }
  /// A blank cannot be skipped, nor what parts two equal labels.
  bool skips(std::int64_t s) const { return s >= 2 && s % 2 == 1 && extended[s] != extended[s - 2]; }

  void normalise() const {
    for (std::int64_t t = 0; t < times; ++t) {
      const T* x = logits + t * classes;
      double largest = impossible, total = 0;
      for (std::int64_t c = 0; c < classes; ++c) largest = std::max(largest, static_cast<double>(reference::load(x[c])));
      for (std::int64_t c = 0; c < classes; ++c) total += std::exp(static_cast<double>(reference::load(x[c])) - largest);
      for (std::int64_t c = 0; c < classes; ++c) scores[t * classes + c] = static_cast<double>(reference::load(x[c])) - largest - std::log(total);
    }
  }

  /// Fills forward [times, states] and returns log p.
  double run_forward(double* forward) const {
    if (times == 0) return states == 1 ? 0 : impossible;
    for (std::int64_t s = 0; s < states; ++s) forward[s] = s < 2 ? score(0, s) : impossible;
    for (std::int64_t t = 1; t < times; ++t) {
      const double* before = forward + (t - 1) * states;
      double* now = forward + t * states;
      for (std::int64_t s = 0; s < states; ++s) {
        double ways = before[s];
        if (s > 0) ways = log_add(ways, before[s - 1]);
        if (skips(s)) ways = log_add(ways, before[s - 2]);
        now[s] = ways == impossible ? ways : ways + score(t, s);
      }
    }
    const double* last = forward + (times - 1) * states;
    return states == 1 ? last[0] : log_add(last[states - 1], last[states - 2]);
  }
};

struct Sizes {
  std::int64_t batch, times, classes, length, states;
  explicit Sizes(const NodeInfo& node)
      : batch(node.in[0].shape[0]), times(node.in[0].shape[1]), classes(node.in[0].shape[2]), length(node.in[1].shape[1]), states(2 * length + 1) {}
};

/// f(row number, row, forward [times, states], two rows [states] and one [classes] to work in) for each row of the batch.
template <class F>
void each_row(const KernelArgs& args, F f) {
  const Sizes size(*args.node);
  const std::int64_t blank = args.node->attrs.integer("blank");
  auto* scores = reinterpret_cast<double*>(args.scratch);
  double *forward = scores + size.times * size.classes, *work = forward + size.times * size.states;
  auto* extended = reinterpret_cast<std::int64_t*>(work + 2 * size.states + size.classes);
  const auto number = [&](std::size_t input, std::int64_t at) {
    return args.node->in[input].dtype == DType::i32 ? static_cast<std::int64_t>(args.input<std::int32_t>(input)[at]) : args.input<std::int64_t>(input)[at];
  };
  const auto bad = [](std::int64_t row, const std::string& what) { fail(ErrorKind::invalid_argument, std::string(name) + ": row " + std::to_string(row) + ": " + what); };
  reference::visit_floating(args.node->in[0].dtype, [&](auto zero) {
    using T = decltype(zero);
    for (std::int64_t n = 0; n < size.batch; ++n) {
      const std::int64_t times = number(2, n), length = number(3, n);
      if (times < 0 || times > size.times) bad(n, "logit_length " + std::to_string(times) + " is outside [0, " + std::to_string(size.times) + "]");
      if (length < 0 || length > size.length) bad(n, "label_length " + std::to_string(length) + " is outside [0, " + std::to_string(size.length) + "]");
      for (std::int64_t s = 0; s < 2 * length + 1; ++s) extended[s] = s % 2 == 0 ? blank : number(1, n * size.length + s / 2);
      for (std::int64_t s = 1; s < 2 * length + 1; s += 2) {
        if (extended[s] < 0 || extended[s] >= size.classes) bad(n, "label " + std::to_string(extended[s]) + " is outside [0, " + std::to_string(size.classes) + ")");
        if (extended[s] == blank) bad(n, "label " + std::to_string(blank) + " at place " + std::to_string(s / 2) + " is the blank");
      }
      const Row<T> row{args.input<T>(0) + n * size.times * size.classes, times, size.classes, 2 * length + 1, scores, extended};
      row.normalise();
      f(n, row, forward, work);
    }
  });
}

void loss_kernel(const KernelArgs& args) {
  each_row(args, [&]<class T>(std::int64_t n, const Row<T>& row, double* forward, double*) { reference::store(args.output<T>(0)[n], -row.run_forward(forward)); });
}

// softmax - the share of alignments that pass through each class.
void gradient_kernel(const KernelArgs& args) {
  const Sizes size(*args.node);
  each_row(args, [&]<class T>(std::int64_t n, const Row<T>& row, double* forward, double* work) {
    T* out = args.output<T>(0) + n * size.times * size.classes;
    std::fill_n(out, size.times * size.classes, T(0.f));
    const double log_p = row.run_forward(forward);
    if (log_p == impossible || row.times == 0) return;
    double *next = work, *now = work + size.states, *share = work + 2 * size.states;
    for (std::int64_t t = row.times; t-- > 0;) {
      // `now`: ways on from state s at time t, without the score at t; `next` is that of t + 1 with its scores.
      for (std::int64_t s = 0; s < row.states; ++s) {
        if (t == row.times - 1) {
          now[s] = s >= row.states - 2 ? 0 : impossible;
        } else {
          double ways = next[s];
          if (s + 1 < row.states) ways = log_add(ways, next[s + 1]);
          if (s + 2 < row.states && row.skips(s + 2)) ways = log_add(ways, next[s + 2]);
          now[s] = ways;
        }
      }
      std::fill_n(share, row.classes, 0.0);
      for (std::int64_t s = 0; s < row.states; ++s) {
        const double through = forward[t * row.states + s] + now[s];
        if (through != impossible) share[row.extended[s]] += std::exp(through - log_p);
        next[s] = now[s] == impossible ? impossible : now[s] + row.score(t, s);
      }
      for (std::int64_t c = 0; c < row.classes; ++c) reference::store(out[t * row.classes + c], std::exp(row.scores[t * row.classes + c]) - share[c]);
    }
  });
}

std::size_t scratch(const NodeInfo& node) {
  const Sizes size(node);
  return static_cast<std::size_t>(size.times * (size.classes + size.states) + 2 * size.states + size.classes + size.states) * 8;
}

double flops(const NodeInfo& node) {
  const Sizes size(node);
  return static_cast<double>(size.batch) * static_cast<double>(size.times) * static_cast<double>(5 * size.classes + 20 * size.states);
}

std::vector<Tensor> gradient(const GradientArgs& args) {
  std::vector<Tensor> result(4);
  if (!args.wanted[0]) return result;
  const Tensor slope = apply("ctc_loss_gradient", {args.in[0], args.in[1], args.in[2], args.in[3]}, args.node.attrs);
  result[0] = slope * expand_dims(expand_dims(args.cotangents[0], -1), -1);
  return result;
}

std::vector<Tensor> no_second_gradient(const GradientArgs&) { fail(ErrorKind::unsupported, std::string(name) + ": has no second derivative"); }

}  // namespace

void register_ctc() {
  register_op({.name = name, .infer = infer_loss, .gradient = gradient, .reference = loss_kernel, .flops = flops, .reference_scratch = scratch});
  register_op({.name = "ctc_loss_gradient", .infer = infer_gradient, .gradient = no_second_gradient, .reference = gradient_kernel, .flops = flops, .reference_scratch = scratch});
}

Tensor ctc_loss(const Tensor& logits, const Tensor& labels, const Tensor& logit_lengths, const Tensor& label_lengths, std::int64_t blank) {
  return apply(name, {logits, labels, logit_lengths, label_lengths}, Attrs{{"blank", blank}});
}

}  // namespace candor
