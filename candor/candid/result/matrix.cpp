#include "candor/candid/result/matrix.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/check.h"
#include "candor/candid/metrics/classification.h"

namespace candor::candid {
namespace {

struct Named {
  const char* name;
  double value;
};

std::vector<Named> measures(const Counts& confusion) {
  const auto k = static_cast<std::int64_t>(confusion.size());
  Matrix m = Matrix::zeros(k, k);
  for (std::int64_t i = 0; i < k; ++i) {
    const auto& row = confusion[static_cast<std::size_t>(i)];
    if (static_cast<std::int64_t>(row.size()) != k) fail(ErrorKind::shape, "confusion matrix: row " + std::to_string(i + 1) + " holds " + std::to_string(row.size()) + " numbers for " + std::to_string(k) + " classes");
    for (std::int64_t j = 0; j < k; ++j) {
      if (row[static_cast<std::size_t>(j)] < 0) fail(ErrorKind::invalid_argument, "confusion matrix: a count below zero");
      m.at(i, j) = static_cast<double>(row[static_cast<std::size_t>(j)]);
    }
  }
  const ClassificationScores s(m);
  const PrecisionRecallF1 macro = s.macro(), weighted = s.weighted();
  return {{"accuracy", s.accuracy()}, {"balanced accuracy", s.balanced_accuracy()}, {"F1", macro.f1}, {"mean precision", macro.precision}, {"weighted F1", weighted.f1}};
}

std::string percent(double share) { return score_text(std::round(share * 1000) / 10) + " %"; }

}  // namespace

std::vector<Finding> check_matrix(const std::string& metric, double stated, int decimals, const Counts& confusion) {
  std::int64_t rows = 0;
  for (const auto& row : confusion)
    for (const std::int64_t n : row) rows += n;
  if (confusion.empty() || rows == 0) skip("there is no confusion matrix");
  const std::vector<Named> all = measures(confusion);
  const auto found = std::find_if(all.begin(), all.end(), [&](const Named& m) { return m.name == metric; });
  if (found == all.end()) skip(metric + " does not follow from a confusion matrix");
  const double slack = .5 * std::pow(10.0, -decimals) * (1 + 1e-9);
  if (std::abs(stated - found->value) <= slack) return {};
  std::string other;
  for (const Named& m : all)
    if (m.name != metric && std::abs(stated - m.value) <= slack) other += (other.empty() ? "; the number stated is its " : " and its ") + std::string(m.name);
  Finding f{"result.matrix", Severity::error,
            "the " + metric + " is stated as " + percent(stated) + ", and its own confusion matrix of " + with_thousands(rows) + " rows gives " + percent(found->value) + other +
                ": one of the two is of other rows, another model or another measure; compute both from the same answers and state the matrix's"};
  f.evidence = {{"stated", stated}, {"by the matrix", found->value}, {"rows", static_cast<double>(rows)}};
  return {f};
}

std::vector<Finding> check_matrix(const Score& s) {
  if (s.metric != "accuracy") skip("only classes have a confusion matrix");
  std::vector<Finding> findings = check_matrix("accuracy", s.value, 9, s.confusion);
  std::int64_t rows = 0;
  for (const auto& row : s.confusion)
    for (const std::int64_t n : row) rows += n;
  if (rows != s.n) {
    Finding f{"result.matrix", Severity::error, "the score is of " + with_thousands(s.n) + " rows, and its confusion matrix counts " + with_thousands(rows) + ": they do not belong together"};
    f.evidence = {{"rows of the score", static_cast<double>(s.n)}, {"rows of the matrix", static_cast<double>(rows)}};
    findings.push_back(f);
  }
  for (std::size_t c = 0; c < s.classes.size() && c < s.confusion.size(); ++c) {
    std::int64_t in_row = 0;
    for (const std::int64_t n : s.confusion[c]) in_row += n;
    if (in_row == s.classes[c].rows && c < s.confusion[c].size() && s.confusion[c][c] == s.classes[c].hits) continue;
    findings.push_back({"result.matrix", Severity::error, "class " + quoted(s.classes[c].name) + " has " + with_thousands(s.classes[c].rows) + " rows of which " + with_thousands(s.classes[c].hits) +
                                                               " are right, and the confusion matrix says otherwise: they do not belong together"});
    break;
  }
  return findings;
}

Stated stated_score(const std::string& text) {
  std::string t = text;
  std::erase_if(t, [](char c) { return c == ' '; });
  for (std::size_t at = t.find("\xC2\xA0"); at != std::string::npos; at = t.find("\xC2\xA0")) t.erase(at, 2);
  const bool percent = !t.empty() && t.back() == '%';
  if (percent) t.pop_back();
  const bool plain = !t.empty() && t.find_first_not_of("0123456789.") == std::string::npos && std::count(t.begin(), t.end(), '.') <= 1 && t != ".";
  const double value = plain ? std::strtod(t.c_str(), nullptr) / (percent ? 100 : 1) : -1;
  if (!plain || !(value >= 0 && value <= 1)) fail(ErrorKind::invalid_argument, "a score is expected, as .71 or 71 %, and " + quoted(text) + " came");
  const std::size_t point = t.find('.');
  return {value, static_cast<int>(point == std::string::npos ? 0 : t.size() - point - 1) + (percent ? 2 : 0)};
}

}  // namespace candor::candid
