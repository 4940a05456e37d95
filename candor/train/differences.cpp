// What changed between two descriptions, in words.
#include <algorithm>

#include "candor/train/resume_point.h"

namespace candor::detail {
namespace {

/// A layer goes by its own name, anything else by its class.
std::string name_of(const Config& item, std::size_t index) {
  if (item.is_map()) {
    if (const Config* options = item.find("config"); options && options->is_map())
      if (const std::string name = options->get("name", ""); !name.empty()) return name;
    if (const Config* kind = item.find("class_name")) return kind->text();
  }
  return "number " + std::to_string(index + 1);
}

std::string shown(const Config& value) {
  if (value.is_null()) return "not set";
  if (value.is_map() && value.find("class_name")) return value.at("class_name").text();
  if (value.is_list() && std::all_of(value.items().begin(), value.items().end(), [](const Config& c) { return c.is_map(); })) {
    std::string out;
    for (std::size_t i = 0; i < value.items().size(); ++i) out += (i ? ", " : "") + name_of(value.items()[i], i);
    return out.empty() ? "none" : out;
  }
  std::string text = value.is_text() ? value.text() : to_string(value);
  if (text.size() > 120) text = text.substr(0, 117) + "...";
  return text;
}

void compare(const std::string& path, const Config& was, const Config& is, std::vector<std::string>& out);

void compare_maps(const std::string& path, const Config& was, const Config& is, std::vector<std::string>& out) {
  const auto inside = [&](const std::string& key) { return key == "config" ? path : path.empty() ? key : path + ": " + key; };
  if (const Config *a = was.find("class_name"), *b = is.find("class_name"); a && b && !(*a == *b)) {
    out.push_back((path.empty() ? "" : path + " ") + "was " + shown(*a) + ", is " + shown(*b));
    return;
  }
  for (const auto& [key, value] : was.entries()) {
    const Config* now = is.find(key);
    compare(inside(key), value, now ? *now : Config(), out);
  }
  for (const auto& [key, value] : is.entries())
    if (!was.find(key)) compare(inside(key), Config(), value, out);
}

void compare(const std::string& path, const Config& was, const Config& is, std::vector<std::string>& out) {
  if (was == is) return;
  if (was.is_map() && is.is_map()) return compare_maps(path, was, is, out);
  const bool lists = was.is_list() && is.is_list() && was.items().size() == is.items().size();
  if (lists && std::all_of(was.items().begin(), was.items().end(), [](const Config& c) { return c.is_map(); })) {
    for (std::size_t i = 0; i < was.items().size(); ++i) {
      const std::string name = name_of(was.items()[i], i);
      compare(path.empty() ? name : path + ": " + name, was.items()[i], is.items()[i], out);
    }
    return;
  }
  out.push_back(path + " was " + shown(was) + ", is " + shown(is));
}

}  // namespace

std::vector<std::string> differences(const Config& was, const Config& is) {
  std::vector<std::string> out;
  compare("", was, is, out);
  return out;
}

}  // namespace candor::detail
