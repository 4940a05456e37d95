#include "candor/train/checks/layer_statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "candor/base/error.h"
#include "candor/base/threads.h"
#include "candor/graph/autodiff.h"
#include "candor/graph/graph.h"
#include "candor/graph/thread_choice.h"
#include "candor/nn/model_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"
#include "candor/tensor/change.h"
#include "candor/train/checks/layer_calls.h"

namespace candor::detail {
namespace {

constexpr std::size_t most_layers = 200;
constexpr double near_limit = .01;  // of the distance to the limit

Limit limit_of(const LayerCall& call) {
  if (call.activation == "relu") return call.kind == "ReLU" && options_of(call.layer).get("negative_slope", 0.0) != 0 ? Limit::none : Limit::zero;
  if (call.activation == "sigmoid" || call.activation == "hard_sigmoid") return Limit::one;
  if (call.activation == "tanh") return Limit::both;
  return Limit::none;
}

/// How far each number is from being of no use.
Tensor distance(const Tensor& x, Limit limit) {
  const Tensor one = Tensor::full({}, 1, x.dtype());
  if (limit == Limit::one) return minimum(x, one - x);
  if (limit == Limit::both) return one - abs(x);
  return abs(x);
}

bool is_wide(DType dtype) { return dtype == DType::f64 || dtype == DType::f32; }

/// Pictures have thousands of places each: some rows of a batch say as much of a layer's outputs as all, and reading all would cost more than the layer.
Tensor some_rows(const Tensor& out) {
  constexpr std::int64_t least = 8, enough = 1 << 18;
  const std::int64_t rows = out.shape(0), each = std::max<std::int64_t>(out.size() / std::max<std::int64_t>(rows, 1), 1), wanted = std::max(least, enough / each);
  return wanted < rows ? narrow(out, 0, 0, wanted) : out;
}

Axes all_but_last(const Tensor& x) {
  Axes axes;
  for (int axis = 0; axis + 1 < x.rank(); ++axis) axes.push_back(axis);
  return axes;
}

double rate_of(const LayerBody& layer) {
  try {
    return layer.options().get("rate", 0.0);
  } catch (const Error&) {
    return 0;  // a layer of one's own that cannot be described
  }
}

double quotient(double a, double b) { return b > 0 ? a / b : std::numeric_limits<double>::quiet_NaN(); }

}  // namespace

LayerStatistics::LayerStatistics(const Model& model, const TensorFunction& step, std::span<const TensorType> arguments)
    : types_(arguments.begin(), arguments.end()), parameters_(model.parameters()) {
  const LayerCalls calls = layer_calls(model);
  std::map<const LayerBody*, int> known;  // the first call of each layer
  for (std::size_t i = 0; i < calls.calls.size(); ++i) known.emplace(&calls.calls[i].layer.body(), static_cast<int>(i));
  std::vector<int> answers;
  for (const int output : calls.outputs) answers.push_back(source_of(calls, output));
  std::vector<Tensor> extra;
  const auto add = [&](const Tensor& t) {
    extra.push_back(t);
    return static_cast<int>(extra.size()) - 1;
  };

  std::vector<std::string> droppers;
  const std::shared_ptr<Graph> graph = trace([&](std::span<const Tensor> in) {
    extra.clear(), probes_.clear(), slots_.clear();
    const LayerObserver observer([&](const LayerBody& layer, const std::string& path, std::span<const Tensor> outputs) {
      // Those inside other layers, too: there the mode gets lost.
      if (layer.kind().find("Dropout") != std::string::npos && rate_of(layer) > 0 && std::find(droppers.begin(), droppers.end(), path) == droppers.end()) droppers.push_back(path);
      const auto found = known.find(&layer);
      if (found == known.end() || probes_.size() >= most_layers || outputs.size() != 1 || !outputs[0].symbolic() || !is_floating(outputs[0].dtype()) || outputs[0].rank() < 2) return;
      const LayerCall& call = calls.calls[static_cast<std::size_t>(found->second)];
      if (layer.own_weights().empty() && call.activation.empty()) return;
      if (std::any_of(probes_.begin(), probes_.end(), [&](const LayerProbe& p) { return p.path == path; })) return;
      LayerProbe probe{path, call.kind, limit_of(call), std::find(answers.begin(), answers.end(), found->second) != answers.end()};
      for (const auto& [name, weight] : layer.own_weights())
        for (std::size_t p = 0; p < parameters_.size(); ++p)
          if (parameters_[p].same(weight)) probe.weights.push_back(p);
      const Tensor seen = some_rows(outputs[0]);
      const Tensor out = is_wide(seen.dtype()) ? seen : cast(seen, DType::f32);
      Slots s;
      s.mean = add(mean(out));
      s.square = add(mean(out * out));
      if (probe.limit != Limit::none) {
        const Tensor far = distance(out, probe.limit);
        if (probe.limit == Limit::zero) s.zeros = add(mean(cast(equal(out, Tensor::zeros({}, out.dtype())), out.dtype())));
        else s.at_limit = add(mean(cast(less(far, Tensor::full({}, near_limit, out.dtype())), out.dtype())));
        if (options_of(call.layer).get("data_format", "channels_last") != "channels_first") {
          s.units = add(max(far, all_but_last(far)));
          probe.units = out.shape(-1);
        }
      }
      probes_.push_back(std::move(probe));
      slots_.push_back(s);
    });
    std::vector<Tensor> results = step(in);  // the loss, then a gradient for each parameter
    std::vector<Tensor> out;
    for (std::size_t p = 0; p < parameters_.size(); ++p) {
      const Tensor& g = results.at(p + 1);
      const Tensor wide = is_wide(g.dtype()) ? g : cast(g, DType::f32);
      out.push_back(sum(wide * wide));
    }
    out.insert(out.end(), extra.begin(), extra.end());
    return out;
  }, arguments);
  graph->updates.clear();  // it looks, and moves nothing
  for (const std::string& path : droppers)
    if (std::none_of(graph->nodes.begin(), graph->nodes.end(), [&](const Node& n) { return n.info.op->random && n.path.find(path) != std::string::npos; })) idle_.push_back(path);
  program_ = std::make_unique<Program>(graph);
  for (const TensorType& type : program_->result_types()) {
    values_.push_back(Tensor::empty(type.shape, type.dtype));
    results_.push_back(values_.back().raw());
  }
}

void LayerStatistics::begin(std::size_t samples) {
  samples_ = 0, rows_ = 0;
  records_.clear();
  for (LayerProbe& probe : probes_) {
    probe.alive_at.assign(static_cast<std::size_t>(probe.units), -1);
    LayerRecord r;
    r.layer = probe.path;
    for (std::vector<double>* v : {&r.gradient_norm, &r.update_ratio, &r.mean, &r.deviation, &r.zeros, &r.at_limit, &r.dead}) v->reserve(samples);
    records_.push_back(std::move(r));
  }
}

void LayerStatistics::take(std::size_t layer) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  LayerProbe& probe = probes_[layer];
  LayerRecord& r = records_[layer];
  const std::size_t first = parameters_.size();
  const auto scalar = [&](std::size_t at) { return values_[at].dtype() == DType::f64 ? *values_[at].data<double>() : static_cast<double>(*values_[at].data<float>()); };
  const auto extra = [&](int slot) { return slot < 0 ? none : scalar(first + static_cast<std::size_t>(slot)); };
  double squared = 0;
  for (const std::size_t p : probe.weights) squared += scalar(p);
  r.gradient_norm.push_back(probe.weights.empty() ? none : std::sqrt(squared));
  const Slots& s = slots_[layer];
  const double centre = extra(s.mean);
  r.mean.push_back(centre);
  r.deviation.push_back(std::sqrt(std::max(0.0, extra(s.square) - centre * centre)));
  r.zeros.push_back(extra(s.zeros));
  r.at_limit.push_back(extra(s.at_limit));
  if (s.units < 0) {
    r.dead.push_back(none);
    return;
  }
  const Tensor& far = values_[first + static_cast<std::size_t>(s.units)];
  const double least = probe.limit == Limit::zero ? 0 : near_limit;
  std::int64_t dead = 0;
  for (std::int64_t u = 0; u < probe.units; ++u) {
    const double d = far.dtype() == DType::f64 ? far.data<double>()[u] : static_cast<double>(far.data<float>()[u]);
    if (d > least) probe.alive_at[static_cast<std::size_t>(u)] = samples_;
    else ++dead;
  }
  r.dead.push_back(static_cast<double>(dead) / static_cast<double>(probe.units));
}

void LayerStatistics::run(void* const* arguments, const RunState& state, std::int64_t rows) {
  if (last_run_was_alone()) {
    // The step has found out that this thread alone is faster, as on a machine with other work; these runs are too few to find it out themselves, and waiting for busy cores takes many times as long as a look.
    const ThreadLimit limit(1);
    program_->run(arguments, results_.data(), state);
  } else {
    program_->run(arguments, results_.data(), state);
  }
  for (std::size_t i = 0; i < probes_.size(); ++i) take(i);
  ++samples_;
  rows_ += rows;
}

void LayerStatistics::moved(std::span<const Tensor> before) {
  for (std::size_t i = 0; i < probes_.size(); ++i) {
    SumsOfChange all{0, 0};
    for (const std::size_t p : probes_[i].weights) {
      const Variable& v = parameters_[p];
      if (v.shape().rank() < 2) continue;
      const std::int64_t n = v.shape().size();
      SumsOfChange sums{0, 0};
      if (v.type().dtype == DType::f32) sums = sums_of_change(v.tensor().data<float>(), before[p].data<float>(), n);
      else if (v.type().dtype == DType::f64) sums = sums_of_change(v.tensor().data<double>(), before[p].data<double>(), n);
      all.size += sums.size, all.change += sums.change;
    }
    records_[i].update_ratio.push_back(quotient(std::sqrt(all.change), std::sqrt(all.size)));
  }
}

}  // namespace candor::detail
