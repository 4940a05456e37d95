#include "tests/docs/keras_page/collect.h"

#include <fstream>
#include <stdexcept>

#include "candor/candor.h"

namespace keras_page {
namespace {

using namespace candor;

void add_cases(Group& group, const json& cases, const std::string& file, const std::string& kind = {}) {
  std::map<std::string, int> numbers;
  for (const json& c : cases) {
    if (!kind.empty() && c.value("kind", "") != kind) continue;
    const std::string name = c.at("class");
    ++numbers[name];
    if (c.contains("config") && c.at("config").is_object()) group.configs[name].push_back(c.at("config"));
  }
  for (const auto& [name, number] : numbers) group.tested[name].push_back({file, number});
}

void add_layers(Group& layers, const json& fixture) {
  add_cases(layers, fixture.at("cases"), "layers");
  for (const json& c : fixture.at("not_value_tested")) {
    const std::string name = c.at("class");
    layers.random.insert(name);
    if (c.at("config").is_object()) layers.configs[name].push_back(c.at("config"));
  }
}

void add_models(Group& models, const json& layers, const json& training) {
  for (const json& c : layers.at("cases")) {
    const std::string kind = c.at("class");
    if (kind == "Sequential" || kind == "Functional") models.configs[kind == "Functional" ? "Model" : kind].push_back(c.at("config"));
  }
  for (const char* name : {"Model", "Sequential"}) models.tested[name] = {{"layers", static_cast<int>(models.configs[name].size())}};
  for (const json& c : training.at("cases")) {
    auto& tested = models.tested[c.at("model").value("class_name", "") == "Sequential" ? "Sequential" : "Model"];
    if (tested.size() == 1) tested.push_back({"training", 0});
    ++tested[1].cases;
  }
}

void add_callbacks(Group& callbacks, const json& training) {
  for (const json& c : training.at("cases"))
    for (const json& callback : c.at("callbacks")) {
      auto& tested = callbacks.tested[callback.value("class", callback.value("class_name", ""))];
      if (tested.empty()) tested.push_back({"training", 0});
      ++tested[0].cases;
    }
}

}  // namespace

json read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("keras_page: cannot read " + path);
  return json::parse(file);
}

const std::map<std::string, std::set<std::string>>& callback_arguments() {
#define CANDOR_HAS(name) ((void)sizeof(name), #name)
#define CANDOR_TAKES(name, argument) ((void)&name::argument, #argument)
  static const std::map<std::string, std::set<std::string>> names{
#include "tests/docs/keras_page/callbacks.inc"
  };
#undef CANDOR_TAKES
#undef CANDOR_HAS
  return names;
}

std::vector<Group> collect(const std::string& fixtures) {
  const auto read = [&](const std::string& file) { return read_json(fixtures + "/keras/" + file); };
  const json classes = read("defaults.json").at("classes"), layers = read("layers/cases.json"), scores = read("losses_metrics/losses_metrics.json"),
             limits = read("optimizers/regularizers_constraints.json"), training = read("training/training.json");
  std::vector<Group> groups;
  groups.reserve(10);
  const auto add = [&](const char* key, Function<Config(const Config&)> rebuilt, std::vector<std::string> own = {}) -> Group& {
    groups.push_back({.key = key, .classes = classes.at(key), .rebuilt = std::move(rebuilt), .own = std::move(own)});
    return groups.back();
  };
  add_models(add("models", [](const Config& c) { return layer_from_config(c).config(); }), layers, training);
  add_layers(add("layers", [](const Config& c) { return layer_from_config(c).config(); }, layer_names()), layers);
  add_cases(add("losses", [](const Config& c) { return loss_from_config(c).config(); }, loss_names()), scores.at("cases"), "losses_metrics", "loss");
  add_cases(add("metrics", [](const Config& c) { return metric_from_config(c).config(); }, metric_names()), scores.at("cases"), "losses_metrics", "metric");
  add_cases(add("optimizers", [](const Config& c) { return optimizer_from_config(c).config(); }, optimizer_names()), read("optimizers/optimizers.json").at("cases"), "optimizers");
  add_cases(add("optimizers.schedules", [](const Config& c) { return schedule_from_config(c).config(); }, schedule_names()), read("schedules/schedules.json").at("cases"), "schedules");
  add_callbacks(add("callbacks", nullptr), training);
  add_cases(add("initializers", [](const Config& c) { return Initializer(c).config(); }), read("initializers/initializers.json").at("cases"), "initializers");
  add_cases(add("regularizers", [](const Config& c) { return Regularizer::from_config(&c).config(); }), limits.at("cases"), "regularizers_constraints", "regularizer");
  add_cases(add("constraints", [](const Config& c) { return Constraint::from_config(&c).config(); }), limits.at("cases"), "regularizers_constraints", "constraint");
  return groups;
}

}  // namespace keras_page
