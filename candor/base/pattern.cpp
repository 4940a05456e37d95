#include "candor/base/pattern.h"

#include <regex>

#include "candor/base/error.h"

namespace candor {
namespace {

std::regex parsed(const std::string& pattern, const std::string& who) {
  try {
    return std::regex(pattern);
  } catch (const std::regex_error&) {
    fail(ErrorKind::invalid_argument, who + ": '" + pattern + "' is no regular expression");
  }
}

}  // namespace

bool contains_match(const std::string& text, const std::string& pattern, const std::string& who) { return std::regex_search(text, parsed(pattern, who)); }
bool is_match(const std::string& text, const std::string& pattern, const std::string& who) { return std::regex_match(text, parsed(pattern, who)); }

}  // namespace candor
