#include "candor/data/generators.h"

#include "candor/base/error.h"
#include "candor/base/text.h"

namespace candor::data {
namespace {

/// Names may be written with - or _, in any case.
std::string plain(const std::string& name) {
  std::string result = lower_case(name);
  for (char& c : result)
    if (c == '-') c = '_';
  return result;
}

}  // namespace

const std::vector<std::string>& generator_names() {
  static const std::vector<std::string> names{"digits", "insurance_risk"};
  return names;
}

bool is_generator(const std::string& name) {
  for (const std::string& known : generator_names())
    if (plain(name) == known) return true;
  return false;
}

Dataset generate(const std::string& name, std::int64_t rows, std::uint64_t seed) {
  if (plain(name) == "digits") return rows == 0 ? digits(12000, seed) : digits(rows, seed);
  if (plain(name) == "insurance_risk") return rows == 0 ? insurance_risk(1500, seed) : insurance_risk(rows, seed);
  fail(ErrorKind::not_found, "generate: no generator is named " + quoted(name) + "; there are " + name_list(generator_names()) +
                                 did_you_mean(name, generator_names()));
}

}  // namespace candor::data
