#include "candor/candid/result/metric.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/check.h"

namespace candor::candid {
namespace {

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

/// A mean over rows (accuracy, a mean error) may be averaged over batches of one size; these may not.
bool of_the_whole(const std::string& metric) {
  const std::string m = lower(metric);
  for (const char* word : {"r2", "auc", "f1", "fbeta", "precision", "recall", "correlation", "kappa", "rmse", "matthews", "iou"})
    if (m.find(word) != std::string::npos) return true;
  return false;
}

}  // namespace

std::vector<Finding> check_averaged(const std::string& metric, double stated, double whole, std::span<const double> batches, std::span<const std::int64_t> sizes) {
  if (!sizes.empty() && sizes.size() != batches.size()) fail(ErrorKind::shape, "check_averaged: " + std::to_string(sizes.size()) + " sizes for " + std::to_string(batches.size()) + " batches");
  if (!of_the_whole(metric)) skip(metric + " is a mean over rows; batches do not change it");
  if (batches.size() < 2) skip("there is one batch, which is the whole set");
  double plain = 0, weighted = 0, rows = 0;
  for (std::size_t i = 0; i < batches.size(); ++i) {
    const double n = sizes.empty() ? 1 : static_cast<double>(sizes[i]);
    plain += batches[i] / static_cast<double>(batches.size()), weighted += n * batches[i], rows += n;
  }
  weighted /= rows;
  const bool is_mean = std::abs(stated - plain) <= .005 || std::abs(stated - weighted) <= .005;
  if (!is_mean || std::abs(stated - whole) <= .01) return {};
  Finding f{"result.metric", Severity::error,
            metric + " " + score_text(stated) + " is the mean of " + std::to_string(batches.size()) + " batches; over the whole set it is " + score_text(whole) + ". " + metric +
                " of a few rows says something else (each batch has a mean of its own), so its average means nothing: compute it once over all rows"};
  f.evidence = {{"stated", stated}, {"over the whole set", whole}, {"batches", static_cast<double>(batches.size())}};
  return {f};
}

std::vector<Finding> check_metric(const Score& s) {
  if (s.metric != "accuracy") skip("only accuracy is asked");
  if (s.n < 30) skip(too_few(s.n, 30));
  std::int64_t most = 0;
  double recalls = 0, others = 0;
  int present = 0;
  const ClassScore* large = nullptr;
  for (const ClassScore& c : s.classes)
    if (c.rows > most) most = c.rows, large = &c;
  std::int64_t other_rows = 0;
  for (const ClassScore& c : s.classes) {
    if (c.rows == 0) continue;
    ++present;
    recalls += static_cast<double>(c.hits) / static_cast<double>(c.rows);
    if (&c != large) other_rows += c.rows, others += static_cast<double>(c.hits);
  }
  if (!large || present < 2) skip("only one class is there");
  const double share = static_cast<double>(most) / static_cast<double>(s.n), balanced = recalls / present, found = others / static_cast<double>(other_rows);
  if (share < .8) return {};
  const std::string seen = with_thousands(most) + " of " + with_thousands(s.n) + " test rows are " + quoted(large->name, 30) + ", so that always saying it gives an accuracy of " + score_text(share) + "; the model has " +
                           score_text(s.value) + ", a balanced accuracy (mean over the classes) of " + score_text(balanced) + ", and finds " + score_text(found) + " of the other rows";
  const bool blind = share >= .9 && other_rows >= 10 && wilson(static_cast<std::int64_t>(others), other_rows).high < std::max(.5 * (1 - share) + .1, .15);
  Finding f{"result.metric", blind ? Severity::warning : Severity::note,
            seen + (blind ? ": accuracy hides that it hardly finds them; judge it by recall, F1 or AUC, weight the rare class or gather more of it" : ": judge it by these, too")};
  f.evidence = {{"share of the largest class", share}, {"accuracy", s.value}, {"balanced accuracy", balanced}, {"found of the others", found}};
  return {f};
}

}  // namespace candor::candid
