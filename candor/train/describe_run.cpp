#include "candor/train/describe_run.h"

#include "candor/base/error.h"

namespace candor::detail {
namespace {

/// A function of one's own has no configuration; the rest of the description still tells most changes.
template <class F>
Config config_or_custom(F config) {
  try {
    return config();
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::unsupported) throw;
    return "a function of one's own";
  }
}

Config describe(std::span<const Tensor> tensors) {
  Config::List out;
  for (const Tensor& t : tensors) {
    if (!t.defined()) continue;
    data::Dataset set;
    set.features = t;
    Config item = Config::map();
    out.push_back(item.set("type", to_string(t.type())).set("contents (digest)", set.digest()));
  }
  return out;
}

Config describe_weights(const Model& model) {
  Config::List out;
  for (const auto& [name, variable] : model.named_variables()) {
    Config item = Config::map();
    out.push_back(item.set("config", Config::Map{{"name", name}}).set("type", to_string(variable.type())).set("trainable", variable.trainable()));
  }
  return out;
}

}  // namespace

Config describe_run(const Model& model, std::span<const Tensor> x, std::span<const Tensor> y, std::span<const Tensor> weights, std::int64_t train_rows, const FitOptions& options,
                    const std::vector<Callback>& callbacks) {
  const CompileOptions& compiled = model.compile_options();
  Config run = Config::map();
  run.set("model", config_or_custom([&] { return model.config(); })).set("weights", describe_weights(model));
  Config::List losses, kinds;
  for (std::size_t i = 0; i < compiled.loss.size(); ++i) losses.push_back(config_or_custom([&] { return compiled.loss[i].config(); }));
  for (const Callback& callback : callbacks)
    if (const std::string kind = callback->kind(); !kind.empty()) kinds.emplace_back(kind);
  run.set("loss", losses).set("loss_weights", Config::numbers(compiled.loss_weights)).set("metrics", config_or_custom([&] { return compiled.metrics.config(); }));
  if (!compiled.weighted_metrics.empty()) run.set("weighted_metrics", config_or_custom([&] { return compiled.weighted_metrics.config(); }));
  run.set("optimizer", config_or_custom([&] { return compiled.optimizer.config(); }));
  run.set("inputs", describe(x)).set("targets", describe(y)).set("sample weights", describe(weights));
  run.set("training rows", train_rows);
  const ValidationData& v = options.validation_data;
  run.set("validation inputs", describe(v.x)).set("validation targets", describe(v.y)).set("validation weights", describe(v.sample_weight.tensors()));
  run.set("batch_size", options.batch_size).set("shuffle", options.shuffle).set("seed", std::to_string(options.seed));
  run.set("initial_epoch", options.initial_epoch).set("steps_per_epoch", options.steps_per_epoch).set("callbacks", kinds);
  if (!options.augmentation.empty()) run.set("augmentation", options.augmentation.description());
  return run;
}

}  // namespace candor::detail
