// docs/keras.md, made from Keras's list of classes (fixtures/keras/defaults.json), what Candor reads from Keras's own configurations, the fixtures
// and tests that exercise a class, the comments of the headers, and notes.json, which holds what no program can know: why something differs.
//   keras_page FIXTURES SOURCE            writes the page to standard output; SOURCE is the root of the repository
//   keras_page FIXTURES SOURCE PAGE       compares it with the page
// Exit code 1: the page is out of date, or a class or argument is missing and no note says why.
#include <algorithm>
#include <fstream>
#include <iostream>
#include <optional>
#include <sstream>

#include "tests/docs/keras_page/collect.h"
#include "tests/docs/keras_page/sources.h"
#include "tests/support/keras_default.h"

namespace keras_page {
namespace {

using candor::Config;

/// A line of a list, "a, b": what is there, and one more.
void append(std::string& list, const std::string& item, const char* between = ", ") { list += (list.empty() ? "" : between) + item; }

std::string in_python(const json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  std::string text = value.is_number_float() ? Config(value.get<double>()).number() == 0 ? "0.0" : value.dump() : value.dump();
  std::replace(text.begin(), text.end(), '|', '/');
  return text;
}

/// {"class_name": ..., "config": ...}, whichever of the two forms the fixture has.
json described(const std::string& name, const json& config) {
  if (config.contains("class_name")) return config;
  return {{"class_name", name == "Model" ? "Functional" : name}, {"config", config}};
}

/// The link that a heading gets: "Random images" is #random-images.
std::string anchor(const std::string& title) {
  std::string link;
  for (char c : title) {
    if (c == ' ') link += '-';
    else if (std::isalnum(static_cast<unsigned char>(c)) || c == '-') link += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return link;
}

class Page {
 public:
  Page(const std::string& fixtures, const std::string& source) : notes_(read_json(source + "/tests/docs/keras_page/notes.json")), sources_(source), groups_(collect(fixtures)) {
    for (const json& name : notes_.at("everywhere")) everywhere_.insert(name.get<std::string>());
  }

  std::string text() {
    std::string body, contents;
    for (const json& kind : notes_.at("kinds")) body += section(kind, contents);
    for (const Group& group : groups_)
      for (const json& entry : group.classes)
        if (const std::string name = entry.at("name"); !written_.count(group.key + "/" + name)) gap(group.key + ": " + name + " stands in no section of notes.json");
    body += beyond(contents);
    std::string page;
    for (const json& line : notes_.at("about")) page += line.get<std::string>() + "\n";
    return page + "\n## Contents\n\n" + std::to_string(there_) + " of " + std::to_string(written_.size()) + " classes are there; for the others the table says why not.\n\n" + contents + body;
  }
  const std::vector<std::string>& gaps() const { return gaps_; }
  /// How many classes were looked at for the order and the defaults of their arguments.
  std::string compared() const { return "order of arguments compared for " + std::to_string(ordered_) + " classes, defaults for " + std::to_string(defaults_); }

 private:
  void gap(const std::string& text) { gaps_.push_back(text); }
  const Group& group(const std::string& key) const {
    return *std::find_if(groups_.begin(), groups_.end(), [&](const Group& g) { return g.key == key; });
  }
  json note(const Group& group, const std::string& name) const {
    const json& notes = notes_.at("notes");
    if (!notes.contains(group.key) || !notes.at(group.key).contains(name)) return json::object();
    return notes.at(group.key).at(name);
  }

  /// Names of the arguments that Candor takes; nothing when the class cannot be made, and why. An argument that Keras writes only when it is given
  /// is tried with a value of notes.json.
  std::optional<std::set<std::string>> arguments_of(const Group& group, const json& entry, std::string& why) const {
    const std::string name = entry.at("name");
    if (!group.rebuilt) {
      const auto found = callback_arguments().find(name);
      if (found != callback_arguments().end()) return found->second;
      why = "no such callback";
      return std::nullopt;
    }
    std::optional<std::set<std::string>> taken;
    const auto attempt = [&](const json& config) {
      try {
        const Config own = group.rebuilt(candor::testing::to_config(described(name, config)));
        if (!taken) taken.emplace();
        if (const Config* options = own.find("config"); options && options->is_map())
          for (const auto& [key, value] : options->entries()) taken->insert(key);
        return true;
      } catch (const std::exception& error) {
        if (why.empty()) why = error.what();
        return false;
      }
    };
    const auto found = group.configs.find(name);
    json base = json::object();
    bool made = attempt(base);
    for (std::size_t i = 0; found != group.configs.end() && i < found->second.size() && !made; ++i) made = attempt(base = found->second[i]);
    if (!made) return std::nullopt;
    for (const json& argument : entry.at("args")) {
      const std::string option = argument.at("name");
      if (taken->count(option) || !notes_.at("tried").contains(option)) continue;
      json& config = base.contains("class_name") ? base["config"] : base;
      const json before = config;
      config[option] = notes_.at("tried").at(option);
      attempt(base);
      config = before;
    }
    return taken;
  }

  std::string tests_of(const Group& group, const std::string& name, const std::string& candor_name) const {
    std::string tests;
    if (const auto found = group.tested.find(name); found != group.tested.end())
      for (const Tested& t : found->second)
        if (t.cases) append(tests, t.file + " (" + std::to_string(t.cases) + ")");
    if (!tests.empty() && !group.random.count(name)) return tests;
    if (const std::string file = sources_.test(candor_name); !file.empty()) append(tests, "`" + file + "`");
    return tests;
  }

  /// A configuration with nothing but what must be given is read with Keras's defaults.
  void check_defaults(const Group& group, const json& entry, const std::string& shown, const json& said, std::string& differences) {
    const auto found = group.configs.find(entry.at("name"));
    if (!group.rebuilt) return;
    json least = json::object();
    for (const json& argument : entry.at("args")) {
      const std::string option = argument.at("name");
      if (argument.contains("default") || argument.value("kind", "") == "var_keyword" || argument.value("kind", "") == "var_positional") continue;
      if (found == group.configs.end()) return;
      const json& first = found->second.front();
      const json& options = first.contains("class_name") ? first.at("config") : first;
      if (!options.contains(option)) return;
      least[option] = options.at(option);
    }
    Config own;
    try {
      own = group.rebuilt(candor::testing::to_config(described(entry.at("name"), least)));
    } catch (const std::exception&) {
      return;  // Keras writes more than must be given
    }
    ++defaults_;
    const Config* options = own.find("config");
    for (const json& argument : entry.at("args")) {
      const std::string option = argument.at("name");
      const Config* value = options && options->is_map() ? options->find(option) : nullptr;
      if (!value || !argument.contains("default") || everywhere_.count(option) || option == "dtype") continue;
      bool same = false;
      try {
        same = candor::testing::same_default(argument.at("default"), *value, option);
      } catch (const std::exception&) {  // of another kind
      }
      const bool explained = said.contains("defaults") && said.at("defaults").contains(option);
      if (same == explained)
        gap(shown + "." + option + ": Keras's default is " + argument.at("default").dump() + ", here it is " + to_string(*value) + (same ? ", and notes.json says they differ" : ""));
      else if (explained && !said.at("defaults").at(option).get<std::string>().empty()) append(differences, said.at("defaults").at(option).get<std::string>(), "; ");
    }
  }

  /// Designated initialisers must be written in the order of the fields, so that this should be Keras's.
  void check_order(const json& entry, const std::string& candor_name, const std::string& shown, const json& said, std::string& differences) {
    std::map<std::string, int> places;
    for (const json& argument : entry.at("args")) places.emplace(argument.at("name"), static_cast<int>(places.size()));
    std::string last, wrong;
    for (const std::string& argument : sources_.arguments(candor_name)) {
      if (!places.count(argument) || everywhere_.count(argument) || argument == "dtype") continue;
      if (!last.empty() && places.at(argument) < places.at(last)) wrong = argument + " after " + last;
      last = argument;
    }
    if (said.contains("order")) append(differences, said.at("order").get<std::string>(), "; ");
    if (said.contains("order") == wrong.empty()) gap(shown + (wrong.empty() ? " has Keras's order, which notes.json denies" : " takes " + wrong));
    if (!wrong.empty() || !last.empty()) ++ordered_;
  }

  std::string row(const Group& group, const json& entry) {
    const std::string name = entry.at("name"), shown = group.key + ": " + name;
    written_.insert(group.key + "/" + name);
    const json said = note(group, name);
    const std::string candor_name = said.value("candor", name);
    std::string why, arguments, differences = said.value("differs", "");
    const bool refused = said.contains("none");
    const auto taken = refused || said.contains("handle") ? std::nullopt : arguments_of(group, entry, why);
    for (const json& argument : entry.at("args")) {
      const std::string option = argument.at("name"), kind = argument.value("kind", "");
      if (kind == "var_keyword" || kind == "var_positional") continue;
      append(arguments, argument.contains("default") ? option + "=" + in_python(argument.at("default")) : option);
      const json& reasons = said.contains("arguments") ? said.at("arguments") : notes_.at("arguments");
      if (!taken || taken->count(option) || everywhere_.count(option)) {
        if (said.contains("arguments") && said.at("arguments").contains(option)) gap(shown + " takes " + option + ", which notes.json explains the absence of");
        continue;
      }
      if (reasons.contains(option) || notes_.at("arguments").contains(option)) {
        const std::string reason = (reasons.contains(option) ? reasons : notes_.at("arguments")).at(option);
        if (!reason.empty()) append(differences, "`" + option + "`: " + reason, "; ");
      } else {
        gap(shown + " lacks the argument " + option);
        append(differences, "no `" + option + "`", "; ");
      }
    }
    if (taken) check_order(entry, candor_name, shown, said, differences);
    if (taken) check_defaults(group, entry, shown, said, differences);
    const bool is_there = taken || said.contains("handle");
    std::string tests;
    if (is_there) {
      ++there_;
      tests = tests_of(group, name, candor_name);
      if (tests.empty()) gap(shown + " is tested by nothing that the page knows of");
    } else if (!refused) {
      gap(shown + " is not there: " + why);
    }
    if (said.contains("handle")) append(differences, said.at("handle").get<std::string>(), "; ");
    if (refused) differences = said.at("none").get<std::string>();
    return "| " + name + " | " + (is_there ? "`" + candor_name + "`" : "-") + " | " + (arguments.empty() ? "" : "`" + arguments + "`") + " | " + tests + " | " + differences + " |\n";
  }

  std::string section(const json& kind, std::string& contents) {
    const std::string title = kind.at("title"), wanted = kind.value("classes", "");
    const Group& of = group(kind.at("group"));
    std::set<std::string> names;
    std::istringstream words(wanted);
    for (std::string word; words >> word;) names.insert(word);
    std::string rows;
    int count = 0;
    for (const json& entry : of.classes) {
      if (!wanted.empty() && !names.erase(entry.at("name"))) continue;
      rows += row(of, entry);
      ++count;
    }
    for (const std::string& name : names) gap("notes.json: " + name + " of " + title + " is not on the list");
    contents += "[" + title + "](#" + anchor(title) + ") (" + std::to_string(count) + "),\n";
    std::string text = "\n## " + title + "\n";
    if (kind.contains("about")) text += kind.at("about").get<std::string>() + "\n\n";
    return text + "| Keras | Candor | arguments | tested by | differences |\n|---|---|---|---|---|\n" + rows;
  }

  /// What Candor has and the list does not, with the first sentence of the comment over it.
  std::string beyond(std::string& contents) {
    const json& said = notes_.at("beyond");
    const std::string title = said.at("title");
    contents += "and [" + title + "](#" + anchor(title) + ").\n";
    std::string text = "\n## " + title + "\n" + said.at("about").get<std::string>() + "\n";
    for (const json& part : said.at("parts")) {
      std::set<std::string> names;
      for (const json& name : part.value("also", json::array())) names.insert(name.get<std::string>());
      if (part.contains("group")) {
        const Group& of = group(part.at("group"));
        names.insert(of.own.begin(), of.own.end());
        for (const json& entry : of.classes) names.erase(entry.at("name").get<std::string>());
      }
      for (const json& name : part.value("not", json::array())) names.erase(name.get<std::string>());
      text += "\n### " + part.at("title").get<std::string>() + "\n";
      for (const std::string& name : names) {
        const std::string sentence = sources_.sentence(name);
        if (sentence.empty()) gap("beyond Keras: no comment over " + name);
        if (sources_.test(name, true).empty()) gap("beyond Keras: no test names " + name);
        text += "- `" + name + "`: " + sentence + "\n";
      }
      for (const json& line : part.value("lines", json::array())) text += "- " + line.get<std::string>() + "\n";
    }
    return text;
  }

  json notes_;
  Sources sources_;
  std::vector<Group> groups_;
  std::set<std::string> everywhere_, written_;
  std::vector<std::string> gaps_;
  int there_ = 0, ordered_ = 0, defaults_ = 0;
};

int page_main(int argc, char** argv) {
  if (argc != 3 && argc != 4) {
    std::cerr << "keras_page FIXTURES SOURCE [PAGE]\n";
    return 2;
  }
  Page page(argv[1], argv[2]);
  const std::string text = page.text();
  for (const std::string& gap : page.gaps()) std::cerr << "gap: " << gap << "\n";
  std::cerr << page.compared() << "\n";
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
}  // namespace keras_page

int main(int argc, char** argv) {
  try {
    return keras_page::page_main(argc, argv);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
}
