// Class name -> loss.
#include "candor/base/error.h"
#include "candor/nn/losses.h"

namespace candor {

Loss loss_from_config(const Config& config) {
  const std::string& kind = config.at("class_name").text();
  const Config* found = config.find("config");
  const Config c = found ? *found : Config::map();
  const Reduction r = reduction_from_string(c.get("reduction", "sum_over_batch_size"));
  const bool logits = c.get("from_logits", false);
  const double smoothing = c.get("label_smoothing", 0.0);
  if (kind == "MeanSquaredError") return MeanSquaredError{.reduction = r};
  if (kind == "MeanAbsoluteError") return MeanAbsoluteError{.reduction = r};
  if (kind == "MeanAbsolutePercentageError") return MeanAbsolutePercentageError{.reduction = r};
  if (kind == "MeanSquaredLogarithmicError") return MeanSquaredLogarithmicError{.reduction = r};
  if (kind == "Huber") return Huber{.delta = c.get("delta", 1.0), .reduction = r};
  if (kind == "LogCosh") return LogCosh{.reduction = r};
  if (kind == "Poisson") return Poisson{.log_input = c.get("log_input", false), .reduction = r};
  if (kind == "Quantile") return Quantile{.quantile = c.get("quantile", 0.5), .reduction = r};
  if (kind == "CosineSimilarity") return CosineSimilarity{.axis = static_cast<int>(c.get("axis", -1)), .reduction = r};
  if (kind == "BinaryCrossentropy") return BinaryCrossentropy{.from_logits = logits, .label_smoothing = smoothing, .reduction = r};
  if (kind == "CategoricalCrossentropy") return CategoricalCrossentropy{.from_logits = logits, .label_smoothing = smoothing, .reduction = r};
  if (kind == "SparseCategoricalCrossentropy") {
    SparseCategoricalCrossentropy loss{.from_logits = logits, .ignore_class = {}, .label_smoothing = smoothing, .reduction = r};
    if (const Config* ignored = c.find("ignore_class"); ignored && !ignored->is_null()) loss.ignore_class = ignored->integer();
    return loss;
  }
  if (kind == "BinaryFocalCrossentropy") {
    return BinaryFocalCrossentropy{.apply_class_balancing = c.get("apply_class_balancing", false), .alpha = c.get("alpha", 0.25), .gamma = c.get("gamma", 2.0),
                                   .from_logits = logits, .label_smoothing = smoothing, .reduction = r};
  }
  if (kind == "CategoricalFocalCrossentropy") {
    return CategoricalFocalCrossentropy{.alpha = c.get("alpha", 0.25), .gamma = c.get("gamma", 2.0), .from_logits = logits, .label_smoothing = smoothing, .reduction = r};
  }
  if (kind == "KLDivergence") return KLDivergence{.reduction = r};
  if (kind == "Hinge") return Hinge{.reduction = r};
  if (kind == "SquaredHinge") return SquaredHinge{.reduction = r};
  if (kind == "CategoricalHinge") return CategoricalHinge{.reduction = r};
  if (kind == "Dice") return Dice{.reduction = r};
  if (kind == "Tversky") return Tversky{.alpha = c.get("alpha", 0.5), .beta = c.get("beta", 0.5), .reduction = r};
  if (kind == "Contrastive") return Contrastive{.margin = c.get("margin", 1.0), .reduction = r};
  fail(ErrorKind::corrupt, "loss: the class '" + kind + "' is not known");
}

}  // namespace candor
