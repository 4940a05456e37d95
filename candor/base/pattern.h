// Regular expressions (ECMAScript's, as std::regex has them). One .cpp holds the engine, which is 70 kB of code in each file that includes <regex>.
#pragma once

#include <string>

namespace candor {

/// True when some part of `text` matches. Throws Error (invalid_argument): "who: 'pattern' is no regular expression".
bool contains_match(const std::string& text, const std::string& pattern, const std::string& who);
/// True when the whole of `text` matches.
bool is_match(const std::string& text, const std::string& pattern, const std::string& who);

}  // namespace candor
