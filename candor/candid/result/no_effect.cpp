#include "candor/candid/result/no_effect.h"

#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/check.h"

namespace candor::candid {

std::vector<Finding> check_effect(const std::string& changed, std::span<const double> before, std::span<const double> after) {
  constexpr std::size_t least = 2;
  if (before.size() != after.size()) skip("the two runs gave other kinds of numbers");
  if (before.size() < least) skip("too few numbers to tell an equal score from the same run");
  // Shares of few rows are often equal by chance; a number that is no short fraction is not.
  const auto fine = [](double v) { return std::isfinite(v) && std::abs(v * 10000 - std::round(v * 10000)) > 1e-6; };
  if (std::none_of(before.begin(), before.end(), fine)) skip("too few digits to tell an equal score from the same run");
  if (!std::equal(before.begin(), before.end(), after.begin(), [](double a, double b) { return a == b || (a != a && b != b); })) return {};
  return {{"result.no-effect", Severity::warning,
           changed + " was changed, and all " + with_thousands(static_cast<std::int64_t>(before.size())) +
               " numbers that came out are the same to the last digit: the setting does nothing here. Look whether the program uses it (a variable that is set and then overwritten, a rate that is taken from another setting), and do not read the run as a second experiment",
           changed, {{"numbers compared", static_cast<double>(before.size())}}}};
}

}  // namespace candor::candid
