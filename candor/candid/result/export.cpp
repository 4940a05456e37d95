#include "candor/candid/result/export.h"

#include <algorithm>
#include <cmath>

#include "candor/base/text.h"
#include "candor/candid/check.h"

namespace candor::candid {

std::vector<Finding> check_export(const Tensor& trained, const Tensor& reloaded, const std::string& where) {
  if (trained.size() == 0) skip("there are no rows to ask both for");
  if (trained.shape() != reloaded.shape()) {
    return {{"result.export", Severity::error,
             where + ": the model that was read back answers with shape " + to_string(reloaded.shape()) + ", the trained one with " + to_string(trained.shape()) + ": it is another network; do not use the file", where}};
  }
  const std::vector<double> a = trained.to_vector<double>(), b = reloaded.to_vector<double>();
  double largest = 0, apart = 0, sum = 0;
  std::size_t different = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const double gap = a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])) ? 0 : std::abs(a[i] - b[i]);
    const double real = std::isfinite(gap) ? gap : INFINITY;
    largest = std::max(largest, std::isfinite(a[i]) ? std::abs(a[i]) : 0);
    apart = std::max(apart, real), sum += std::isfinite(real) ? real : 0, different += gap != 0;
  }
  if (different == 0) return {};
  const bool gone = !(apart <= 1e-5 * std::max(largest, 1e-30));
  Finding f{"result.export", gone ? Severity::error : Severity::note,
            where + ": the model that was read back gives other answers than the trained one in " + with_thousands(static_cast<std::int64_t>(different)) + " of " + with_thousands(static_cast<std::int64_t>(a.size())) +
                " numbers, by up to " + score_text(apart) + (gone ? ": its weights were lost or made anew on the way; do not use the file, and score what comes out of it before anyone relies on it" : " (rounding)"),
            where};
  f.evidence = {{"largest difference", apart}, {"mean difference", sum / static_cast<double>(a.size())}, {"numbers", static_cast<double>(a.size())}, {"different", static_cast<double>(different)}};
  return {f};
}

}  // namespace candor::candid
