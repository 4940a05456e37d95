#include "candor/pipeline/check_with_model.h"

#include <algorithm>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/candid/check_model.h"
#include "candor/candid/uncertainty/uncertainty.h"

namespace candor::pipeline {
namespace {

constexpr std::int64_t most_rows = 2000;

// Evenly spread, with the numbers that people count rows by.
std::vector<std::int64_t> sampled(std::int64_t rows) {
  const std::int64_t n = std::min(rows, most_rows);
  std::vector<std::int64_t> out;
  for (std::int64_t i = 0; i < n; ++i) out.push_back(i * rows / n);
  return out;
}

data::Dataset some_rows(const data::Dataset& rows) { return rows.rows() <= most_rows ? rows : rows.take(sampled(rows.rows())); }

// A column of targets is what a network with one output is compared with.
Tensor targets_for(const Model& model, const data::Dataset& rows) {
  const std::vector<TensorType> types = model.output_types();
  const bool column = !rows.is_classification() && rows.targets.rank() == 1 && !types.empty() && types.front().shape.rank() == 1;
  return column ? rows.targets.contiguous().view_reshape({rows.rows(), 1}) : rows.targets;
}

std::vector<candid::Finding> range_of_inputs(const candid::TrainingDistance& known, const data::Dataset& rows, const std::string& part) {
  const std::vector<float> x = some_rows(rows).features.to(DType::f32).to_vector();
  double low = HUGE_VAL, high = -HUGE_VAL;
  for (const float v : x)
    if (std::isfinite(v)) low = std::min(low, static_cast<double>(v)), high = std::max(high, static_cast<double>(v));
  if (!(low <= high) || !std::isfinite(known.low()) || !(known.high() > known.low())) return {};
  const double then = known.high() - known.low(), now = high - low;
  if (now < 5 * then && then < 5 * std::max(now, 1e-12)) return {};
  return {{"data.scale", Severity::error,
           "the numbers of " + part + " run from " + candor::detail::number_text(low) + " to " + candor::detail::number_text(high) + ", and those that the model learned from ran from " + candor::detail::number_text(known.low()) + " to " + candor::detail::number_text(known.high()) +
               ": its answers mean nothing there, and are sure of themselves all the same. Scale these rows as the training rows were" + (then < 3 && high > 100 && high <= 255 ? " (pixels divided by 255)" : ""),
           part, {{"training lowest", known.low()}, {"training highest", known.high()}, {"lowest", low}, {"highest", high}}}};
}

}  // namespace

candid::Checkup check_with_model(const formats::ModelFile& file, const candid::Subject& subject, const std::vector<PartForModel>& parts) {
  candid::Checkup out;
  const auto judged = std::find_if(parts.begin(), parts.end(), [](const PartForModel& p) { return p.rows.rows() > 0 && p.rows.has_targets(); });
  if (judged != parts.end() && file.model.compiled() && !file.model.compile_options().loss.empty()) {
    try {
      const data::Dataset rows = some_rows(judged->rows);
      out.add(candid::check_model(file.model, rows.features, targets_for(file.model, rows)));
    } catch (const Error& e) {
      if (e.kind() == ErrorKind::interrupted || e.kind() == ErrorKind::memory) throw;
      out.skipped.push_back({"model.loss-activation", std::string("failed: ") + e.what()});
    }
  }
  const candid::TrainingDistance known = candid::stored_uncertainty(file.record).distance;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const data::Dataset& rows = parts[i].rows;
    const candid::CheckPart& part = subject.parts[i];
    if (rows.rows() == 0 || (i == 0 && parts.size() > 1)) continue;
    if (!subject.is_table()) candid::run_check(out, "data.scale", [&] { return range_of_inputs(known, rows, part.name); });
    candid::run_check(out, "serve.extrapolate", [&] {
      if (!known.known()) candid::skip("the model file does not say how far training rows lie apart; candor train with at least 100 rows and a hidden layer writes it");
      const std::vector<std::int64_t> numbers = sampled(rows.rows());
      std::vector<candid::Finding> findings = candid::check_extrapolation(known(file.model, some_rows(rows).features), numbers);
      for (candid::Finding& f : findings) f.where = part.name + ", " + f.where;
      return findings;
    });
  }
  return out;
}

}  // namespace candor::pipeline
