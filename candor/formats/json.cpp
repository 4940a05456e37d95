#include "candor/formats/json.h"

#include <set>

#include <nlohmann/json.hpp>

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::formats {

namespace {

// Depth of brackets outside strings, or -1 as soon as it passes the limit.
int nesting(std::string_view text, int limit) {
  int depth = 0, deepest = 0;
  bool in_string = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (in_string) {
      if (c == '\\') ++i;
      else if (c == '"') in_string = false;
    } else if (c == '"') {
      in_string = true;
    } else if (c == '{' || c == '[') {
      deepest = std::max(deepest, ++depth);
      if (depth > limit) return -1;
    } else if (c == '}' || c == ']') {
      --depth;
    }
  }
  return deepest;
}

}  // namespace

nlohmann::json parse_json(std::string_view text, const std::string& what, int depth) {
  using nlohmann::json;
  if (nesting(text, depth) < 0) {
    fail(ErrorKind::corrupt, what + ": JSON nested deeper than " + std::to_string(depth) + " levels");
  }
  std::vector<std::set<std::string>> names;
  std::string duplicate;
  const auto check = [&](int, json::parse_event_t event, json& value) {
    if (event == json::parse_event_t::object_start) names.emplace_back();
    if (event == json::parse_event_t::object_end) names.pop_back();
    if (event == json::parse_event_t::key && duplicate.empty() && !names.back().insert(value.get_ref<const std::string&>()).second) {
      duplicate = value.get<std::string>();
      if (duplicate.empty()) duplicate = "\"\"";
    }
    return true;
  };
  json result;
  try {
    result = json::parse(text, check);
  } catch (const json::exception& e) {
    // The library's text ends in an excerpt of the input, which may be anything.
    fail(ErrorKind::corrupt, what + ": not valid JSON: " + candor::quoted(e.what(), 160));
  }
  if (!duplicate.empty()) fail(ErrorKind::corrupt, what + ": the name " + candor::quoted(duplicate) + " stands twice in one JSON object");
  return result;
}

}  // namespace candor::formats
