#include "candor/candid/uncertainty/uncertainty.h"

#include <cmath>

#include "candor/base/error.h"

namespace candor::candid {

Config Uncertainty::config() const {
  Config out = Config::map();
  if (temperature.rows > 0) {
    Config t = Config::map();
    t.set("value", temperature.value).set("best", temperature.best).set("rows", temperature.rows).set("loss_before", temperature.loss_before).set("loss_after", temperature.loss_after);
    out.set("temperature", t.set("ece_before", temperature.ece_before).set("ece_after", temperature.ece_after));
  }
  if (lac.rows() > 0) out.set("lac", lac.config());
  if (aps.rows() > 0) out.set("aps", aps.config());
  if (errors.rows() > 0) out.set("errors", errors.config());
  if (distance.known()) out.set("distance", distance.config());
  return out;
}

Uncertainty Uncertainty::from_config(const Config& config) {
  Uncertainty out;
  if (const Config* t = config.find("temperature")) {
    out.temperature = {t->at("value").number(), t->get("best", 1.0), t->get("rows", 0), t->get("loss_before", 0.0), t->get("loss_after", 0.0), t->get("ece_before", 0.0), t->get("ece_after", 0.0)};
    if (!(out.temperature.value > 0) || !std::isfinite(out.temperature.value)) fail(ErrorKind::corrupt, "uncertainty: the temperature is " + std::to_string(out.temperature.value) + ", a positive number is expected");
  }
  if (const Config* s = config.find("lac")) out.lac = ConformalScores::from_config(*s);
  if (const Config* s = config.find("aps")) out.aps = ConformalScores::from_config(*s);
  if (const Config* s = config.find("errors")) out.errors = ConformalScores::from_config(*s);
  if (const Config* s = config.find("distance")) out.distance = TrainingDistance::from_config(*s);
  return out;
}

Uncertainty measure_uncertainty(const Tensor& answers, const data::Dataset& rows) {
  Uncertainty out;
  if (rows.rows() == 0) return out;
  if (rows.is_classification()) {
    if (answers.rank() != 2 || answers.shape(1) != static_cast<std::int64_t>(rows.class_names.size())) return out;
    const std::vector<std::int32_t> truth = rows.targets.to_vector<std::int32_t>();
    out.temperature = fit_temperature(answers, truth);
    const Matrix p = matrix_of(at_temperature(answers, out.temperature.value));
    out.lac = ConformalScores(truth_scores(p, truth, SetMethod::lac));
    out.aps = ConformalScores(truth_scores(p, truth, SetMethod::aps));
  } else if (answers.size() == rows.rows() && rows.targets.size() == rows.rows()) {
    out.errors = ConformalScores(value_scores_of(rows.targets.to_vector<double>(), answers.to_vector<double>()));
  }
  return out;
}

double stored_temperature(const Config& record) {
  const Config* kept = record.find("uncertainty");
  const Config* t = kept && kept->is_map() ? kept->find("temperature") : nullptr;
  if (!t) return 1;
  const double value = t->at("value").number();
  if (!(value > 0) || !std::isfinite(value)) fail(ErrorKind::corrupt, "uncertainty: the temperature is " + std::to_string(value) + ", a positive number is expected");
  return value;
}

Uncertainty stored_uncertainty(const Config& record) {
  const Config* kept = record.find("uncertainty");
  return kept ? Uncertainty::from_config(*kept) : Uncertainty{};
}

}  // namespace candor::candid
