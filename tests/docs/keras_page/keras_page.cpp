// docs/keras.md, made from Keras's list of classes (fixtures/keras/defaults.json), what Candor reads from Keras's own configurations,
// the fixtures that test it, and notes.json, which holds what no program can know: why something is missing or differs.
//   keras_page FIXTURES NOTES            writes the page to standard output
//   keras_page FIXTURES NOTES PAGE       compares it with the page
// Exit code 1: the page is out of date, or a class or argument is missing and no note says why.
#include <fstream>
#include <iostream>
#include <map>
#include <set>
#include <sstream>

#include "candor/candor.h"
#include "tests/support/config.h"

namespace {

using namespace candor;
using nlohmann::json;

struct Tested {
  std::string file;
  int cases = 0, properties = 0;
};

struct Group {
  std::string key, title;                                   ///< in defaults.json, and on the page
  std::map<std::string, std::vector<json>> configs;         ///< class -> configurations that fixtures use
  std::map<std::string, std::vector<Tested>> tested;        ///< class -> where
  std::function<Config(const Config& described)> rebuilt;   ///< what Candor makes of a configuration, as a configuration
};

json read(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("keras_page: cannot read " + path);
  return json::parse(file);
}

void count(Group& group, const json& cases, const std::string& file, const std::string& kind = {}) {
  std::map<std::string, int> numbers;
  for (const json& c : cases) {
    if (!kind.empty() && c.value("kind", "") != kind) continue;
    const std::string name = c.at("class");
    ++numbers[name];
    if (c.contains("config") && c.at("config").is_object()) group.configs[name].push_back(c.at("config"));
  }
  for (const auto& [name, number] : numbers) group.tested[name].push_back({file, number, 0});
}

/// {"class_name": ..., "config": ...}, whichever of the two forms the fixture has.
json described(const std::string& name, const json& config) {
  if (config.contains("class_name")) return config;
  return {{"class_name", name}, {"config", config}};
}

// Callbacks are given to fit in code and have no configuration; that a class is here is proved by compiling this.
const std::set<std::string>& callback_classes() {
#define CANDOR_HAS(name) ((void)sizeof(name), #name)
  static const std::set<std::string> names{
#include "tests/docs/keras_page/callbacks.inc"
  };
#undef CANDOR_HAS
  return names;
}

std::string default_text(const json& argument) {
  const std::string name = argument.at("name");
  if (argument.value("kind", "") == "var_keyword" || argument.value("kind", "") == "var_positional") return "";
  if (!argument.contains("default")) return name;
  const json& value = argument.at("default");
  std::string text = value.is_null() ? "None" : value.is_boolean() ? (value.get<bool>() ? "True" : "False") : value.dump();
  for (char& c : text)
    if (c == '|') c = '/';
  return name + "=" + text;
}

class Page {
 public:
  Page(std::string fixtures, const std::string& notes) : fixtures_(std::move(fixtures)), notes_(read(notes)) { collect(); }

  std::string text() {
    std::ostringstream out;
    out << "# Keras to Candor\n\n" << notes_.at("about").get<std::string>() << "\n\n";
    std::ostringstream body;
    int there = 0, all = 0;
    for (const Group& group : groups_) section(group, body, there, all);
    out << there << " of " << all << " classes are there; for the others the table says why not.\n" << body.str();
    return out.str();
  }
  const std::vector<std::string>& gaps() const { return gaps_; }

 private:
  void collect() {
    const json classes = read(fixtures_ + "/keras/defaults.json").at("classes");
    const auto add = [&](const char* key, const char* title, std::function<Config(const Config&)> rebuilt) -> Group& {
      groups_.push_back({key, title, {}, {}, std::move(rebuilt)});
      lists_[key] = classes.at(key);
      return groups_.back();
    };
    groups_.reserve(10);
    const json layers = read(fixtures_ + "/keras/layers/cases.json"), losses = read(fixtures_ + "/keras/losses_metrics/losses_metrics.json"),
               optimizers = read(fixtures_ + "/keras/optimizers/optimizers.json"), others = read(fixtures_ + "/keras/optimizers/regularizers_constraints.json"),
               training = read(fixtures_ + "/keras/training/training.json");
    Group& layer = add("layers", "Layers", [](const Config& c) { return layer_from_config(c).config(); });
    count(layer, layers.at("cases"), "layers");
    std::map<std::string, int> properties;
    for (const json& c : layers.at("not_value_tested")) {
      layer.tested[c.at("class")].push_back({"layers", 0, ++properties[c.at("class")]});
      if (c.at("config").is_object()) layer.configs[c.at("class")].push_back(c.at("config"));
    }
    Group& model = add("models", "Models", [](const Config& c) { return layer_from_config(c).config(); });
    for (const json& c : layers.at("cases")) {
      const std::string kind = c.at("class");
      if (kind == "Sequential" || kind == "Functional") model.configs[kind == "Functional" ? "Model" : kind].push_back(c.at("config"));
    }
    for (const char* name : {"Model", "Sequential"})
      model.tested[name] = {{"layers", static_cast<int>(model.configs[name].size()), 0}, {"training", static_cast<int>(training.at("cases").size()), 0}};
    count(add("losses", "Losses", [](const Config& c) { return loss_from_config(c).config(); }), losses.at("cases"), "losses_metrics", "loss");
    count(add("metrics", "Metrics", [](const Config& c) { return metric_from_config(c).config(); }), losses.at("cases"), "losses_metrics", "metric");
    count(add("optimizers", "Optimizers", [](const Config& c) { return optimizer_from_config(c).config(); }), optimizers.at("cases"), "optimizers");
    count(add("optimizers.schedules", "Schedules", [](const Config& c) { return schedule_from_config(c).config(); }), read(fixtures_ + "/keras/schedules/schedules.json").at("cases"), "schedules");
    Group& callbacks = add("callbacks", "Callbacks", nullptr);
    for (const json& c : training.at("cases"))
      for (const json& callback : c.at("callbacks")) {
        const std::string name = callback.value("class", callback.value("class_name", ""));
        auto& tested = callbacks.tested[name];
        if (tested.empty()) tested.push_back({"training", 0, 0});
        ++tested[0].cases;
      }
    count(add("initializers", "Initializers", [](const Config& c) { return Initializer(c).config(); }), read(fixtures_ + "/keras/initializers/initializers.json").at("cases"), "initializers");
    count(add("regularizers", "Regularizers", [](const Config& c) { return Regularizer::from_config(&c).config(); }), others.at("cases"), "optimizers/regularizers_constraints", "regularizer");
    count(add("constraints", "Constraints", [](const Config& c) { return Constraint::from_config(&c).config(); }), others.at("cases"), "optimizers/regularizers_constraints", "constraint");
  }

  json note(const std::string& group, const std::string& name) const {
    if (!notes_.contains(group) || !notes_.at(group).contains(name)) return json::object();
    return notes_.at(group).at(name);
  }
  void gap(const std::string& text) { gaps_.push_back(text); }

  /// Names of the arguments that Candor's own configuration has; nothing when the class cannot be made.
  std::optional<std::set<std::string>> arguments_of(const Group& group, const std::string& name, std::string& why) const {
    if (!group.rebuilt) {
      if (!callback_classes().count(name)) return std::nullopt;
      return std::set<std::string>{};
    }
    const auto found = group.configs.find(name);
    std::vector<json> tried = found == group.configs.end() ? std::vector<json>{} : found->second;
    tried.push_back(json::object());
    for (const json& config : tried) {
      try {
        const Config own = group.rebuilt(testing::to_config(described(name, config)));
        std::set<std::string> names;
        if (const Config* options = own.find("config"); options && options->is_map())
          for (const auto& [key, value] : options->entries()) names.insert(key);
        return names;
      } catch (const std::exception& error) {
        if (why.empty()) why = error.what();
      }
    }
    return std::nullopt;
  }

  void section(const Group& group, std::ostringstream& out, int& there, int& all) {
    out << "\n## " << group.title << "\n\n| Keras | Candor | arguments | tested by | differences |\n|---|---|---|---|---|\n";
    for (const json& entry : lists_.at(group.key)) {
      const std::string name = entry.at("name");
      ++all;
      const json said = note(group.key, name);
      std::string why, arguments, differences = said.value("differs", ""), tests;
      const auto own = said.contains("none") ? std::nullopt : arguments_of(group, name, why);
      std::vector<std::string> missing;
      for (const json& argument : entry.at("args")) {
        const std::string text = default_text(argument);
        if (text.empty()) continue;
        arguments += (arguments.empty() ? "" : ", ") + text;
        const std::string option = argument.at("name");
        if (!own || own->empty() || own->count(option) || notes_.at("everywhere").contains(option)) continue;
        if (said.contains("arguments") && said.at("arguments").contains(option)) {
          const std::string reason = said.at("arguments").at(option);
          if (!reason.empty()) differences += (differences.empty() ? "" : "; ") + ("`" + option + "`: " + reason);
        } else {
          missing.push_back(option);
        }
      }
      for (const std::string& option : missing) {
        gap(group.key + ": " + name + " lacks the argument " + option);
        differences += (differences.empty() ? "" : "; ") + ("no `" + option + "`");
      }
      if (const auto found = group.tested.find(name); found != group.tested.end())
        for (const Tested& t : found->second) {
          if (t.cases) tests += (tests.empty() ? "" : ", ") + t.file + " (" + std::to_string(t.cases) + ")";
          if (t.properties) tests += (tests.empty() ? "" : ", ") + std::string("properties");
        }
      if (said.contains("tested")) tests += (tests.empty() ? "" : ", ") + said.at("tested").get<std::string>();
      std::string candor_name = own ? "`" + said.value("candor", name) + "`" : "-";
      if (!own && said.contains("candor")) candor_name = "`" + said.at("candor").get<std::string>() + "`";
      if (own || said.contains("candor")) ++there;
      if (!own) {
        if (said.contains("none")) differences = said.at("none");
        else gap(group.key + ": " + name + " is not there: " + why), differences = "not there";
      } else if (tests.empty()) {
        gap(group.key + ": " + name + " is tested by nothing that the page knows of");
      }
      out << "| " << name << " | " << candor_name << " | " << (arguments.empty() ? "" : "`" + arguments + "`") << " | " << (tests.empty() ? "-" : tests) << " | " << differences << " |\n";
    }
  }

  std::string fixtures_;
  json notes_;
  std::vector<Group> groups_;
  std::map<std::string, json> lists_;
  std::vector<std::string> gaps_;
};

int page_main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::cerr << "keras_page FIXTURES NOTES [PAGE]\n";
    return 2;
  }
  Page page(argv[1], argv[2]);
  const std::string text = page.text();
  for (const std::string& gap : page.gaps()) std::cerr << "gap: " << gap << "\n";
  if (argc == 3) {
    std::cout << text;
    return 0;
  }
  std::ifstream file(argv[3]);
  std::ostringstream there;
  there << file.rdbuf();
  if (there.str() != text) std::cerr << argv[3] << " is out of date: ./dev docs writes it anew\n";
  return page.gaps().empty() && there.str() == text ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return page_main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
