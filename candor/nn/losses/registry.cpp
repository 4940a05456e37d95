// Class name -> loss.
#include <array>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/nn/losses.h"

namespace candor {
namespace {

/// What most options structs share; keys that are missing keep their defaults.
struct Reader {
  const Config& c;
  Reduction reduction() const {
    const Config* value = c.find("reduction");
    if (value && value->is_null()) return Reduction::none;
    return reduction_from_string(c.get("reduction", "sum_over_batch_size"));
  }
  int axis() const { return static_cast<int>(c.get("axis", -1)); }
  std::vector<int> axes() const {
    const Config* value = c.find("axis");
    if (!value || value->is_null()) return {};
    if (value->is_integer()) return {static_cast<int>(value->integer())};
    std::vector<int> all;
    for (std::int64_t a : value->to_integers()) all.push_back(static_cast<int>(a));
    return all;
  }
  bool logits() const { return c.get("from_logits", false); }
  double smoothing() const { return c.get("label_smoothing", 0.0); }
  FocalAlpha alpha() const {
    const Config* value = c.find("alpha");
    if (!value || value->is_null()) return {};
    return value->is_list() ? FocalAlpha(value->to_numbers()) : FocalAlpha(value->number());
  }
};

/// A loss that has the common options alone.
template <class L>
Loss plain(const Config& c) {
  L loss;
  loss.reduction = Reader{c}.reduction();
  loss.name = c.get("name", loss.name);
  return loss;
}
template <class L, class F>
Loss with(const Config& c, F fill) {
  L loss;
  const Reader r{c};
  loss.reduction = r.reduction();
  loss.name = c.get("name", loss.name);
  fill(loss, r);
  return loss;
}
template <class L>
Loss cross(const Config& c) {
  return with<L>(c, [](L& loss, const Reader& r) { loss.from_logits = r.logits(), loss.label_smoothing = r.smoothing(), loss.axis = r.axis(); });
}
template <class L>
Loss with_margin(const Config& c) {
  return with<L>(c, [&c](L& loss, const Reader&) { loss.margin = c.get("margin", loss.margin); });
}
template <class L>
Loss with_temperature(const Config& c) {
  return with<L>(c, [&c](L& loss, const Reader&) { loss.temperature = c.get("temperature", loss.temperature); });
}

Loss binary_focal(const Config& c) {
  return with<BinaryFocalCrossentropy>(c, [&c](auto& loss, const Reader& r) {
    loss.from_logits = r.logits(), loss.label_smoothing = r.smoothing(), loss.axis = r.axis();
    loss.apply_class_balancing = c.get("apply_class_balancing", false), loss.alpha = c.get("alpha", 0.25), loss.gamma = c.get("gamma", 2.0);
  });
}
Loss categorical_focal(const Config& c) {
  return with<CategoricalFocalCrossentropy>(c, [&c](auto& loss, const Reader& r) {
    loss.from_logits = r.logits(), loss.label_smoothing = r.smoothing(), loss.axis = r.axis(), loss.alpha = r.alpha(), loss.gamma = c.get("gamma", 2.0);
  });
}
Loss sparse(const Config& c) {
  return with<SparseCategoricalCrossentropy>(c, [&c](auto& loss, const Reader& r) {
    loss.from_logits = r.logits(), loss.label_smoothing = r.smoothing(), loss.axis = r.axis();
    if (const Config* ignored = c.find("ignore_class"); ignored && !ignored->is_null()) loss.ignore_class = ignored->integer();
  });
}
Loss circle(const Config& c) {
  return with<Circle>(c, [&c](auto& loss, const Reader&) {
    loss.gamma = c.get("gamma", loss.gamma), loss.margin = c.get("margin", loss.margin), loss.remove_diagonal = c.get("remove_diagonal", true);
  });
}
Loss cosine(const Config& c) {
  return with<CosineSimilarity>(c, [](auto& loss, const Reader& r) { loss.axis = r.axis(); });
}
Loss dice(const Config& c) {
  return with<Dice>(c, [&c](auto& loss, const Reader& r) { loss.axis = r.axes(), loss.smooth = c.get("smooth", 0.0); });
}
Loss tversky(const Config& c) {
  return with<Tversky>(c, [&c](auto& loss, const Reader& r) {
    loss.axis = r.axes(), loss.smooth = c.get("smooth", 0.0), loss.alpha = c.get("alpha", 0.5), loss.beta = c.get("beta", 0.5);
  });
}
Loss gaussian(const Config& c) {
  return with<GaussianNLL>(c, [&c](auto& loss, const Reader&) { loss.full = c.get("full", false), loss.epsilon = c.get("epsilon", 1e-6); });
}
Loss generalized(const Config& c) {
  return with<CategoricalGeneralizedCrossEntropy>(c, [&c](auto& loss, const Reader&) { loss.q = c.get("q", 0.5); });
}
Loss huber(const Config& c) {
  return with<Huber>(c, [&c](auto& loss, const Reader&) { loss.delta = c.get("delta", 1.0); });
}
Loss mixture(const Config& c) {
  return with<MixtureDensity>(c, [&c](auto& loss, const Reader&) { loss.components = static_cast<int>(c.get("components", 5)); });
}
Loss poisson(const Config& c) {
  return with<Poisson>(c, [&c](auto& loss, const Reader&) { loss.log_input = c.get("log_input", false); });
}
Loss quantile(const Config& c) {
  return with<Quantile>(c, [&c](auto& loss, const Reader&) { loss.quantile = c.get("quantile", 0.5); });
}
Loss similarity(const Config& c) {
  return with<SSIM>(c, [&c](auto& loss, const Reader&) {
    loss.max_value = c.get("max_value", 1.0), loss.filter_size = static_cast<int>(c.get("filter_size", 11));
    loss.filter_sigma = c.get("filter_sigma", 1.5), loss.k1 = c.get("k1", 0.01), loss.k2 = c.get("k2", 0.03);
  });
}

struct Row {
  const char* kind;
  const char* function;  ///< Keras's function of the same numbers
  const char* brief;     ///< Keras's short form, or null
  Loss (*make)(const Config&);
};

constexpr std::array rows = {
    Row{"BinaryCrossentropy", "binary_crossentropy", "bce", &cross<BinaryCrossentropy>},
    Row{"BinaryFocalCrossentropy", "binary_focal_crossentropy", nullptr, &binary_focal},
    Row{"CTC", "ctc", nullptr, &plain<CTC>},
    Row{"CategoricalCrossentropy", "categorical_crossentropy", nullptr, &cross<CategoricalCrossentropy>},
    Row{"CategoricalFocalCrossentropy", "categorical_focal_crossentropy", nullptr, &categorical_focal},
    Row{"CategoricalGeneralizedCrossEntropy", "categorical_generalized_cross_entropy", nullptr, &generalized},
    Row{"CategoricalHinge", "categorical_hinge", nullptr, &plain<CategoricalHinge>},
    Row{"Circle", "circle", nullptr, &circle},
    Row{"Contrastive", "contrastive", nullptr, &with_margin<Contrastive>},
    Row{"CosineSimilarity", "cosine_similarity", nullptr, &cosine},
    Row{"Dice", "dice", nullptr, &dice},
    Row{"GaussianNLL", "gaussian_nll", nullptr, &gaussian},
    Row{"Hinge", "hinge", nullptr, &plain<Hinge>},
    Row{"Huber", "huber", nullptr, &huber},
    Row{"InfoNCE", "info_nce", nullptr, &with_temperature<InfoNCE>},
    Row{"KLDivergence", "kl_divergence", "kld", &plain<KLDivergence>},
    Row{"LogCosh", "log_cosh", "logcosh", &plain<LogCosh>},
    Row{"MeanAbsoluteError", "mean_absolute_error", "mae", &plain<MeanAbsoluteError>},
    Row{"MeanAbsolutePercentageError", "mean_absolute_percentage_error", "mape", &plain<MeanAbsolutePercentageError>},
    Row{"MeanSquaredError", "mean_squared_error", "mse", &plain<MeanSquaredError>},
    Row{"MeanSquaredLogarithmicError", "mean_squared_logarithmic_error", "msle", &plain<MeanSquaredLogarithmicError>},
    Row{"MixtureDensity", "mixture_density", nullptr, &mixture},
    Row{"NTXent", "nt_xent", nullptr, &with_temperature<NTXent>},
    Row{"Poisson", "poisson", nullptr, &poisson},
    Row{"Quantile", "quantile", "pinball", &quantile},
    Row{"SSIM", "ssim", nullptr, &similarity},
    Row{"SparseCategoricalCrossentropy", "sparse_categorical_crossentropy", nullptr, &sparse},
    Row{"SquaredHinge", "squared_hinge", nullptr, &plain<SquaredHinge>},
    Row{"TotalVariation", "total_variation", nullptr, &plain<TotalVariation>},
    Row{"TripletHard", "triplet_hard", nullptr, &with_margin<TripletHard>},
    Row{"Tversky", "tversky", nullptr, &tversky},
};

/// "MSE" is "mse", as in Keras.
std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return text;
}

}  // namespace

Loss loss_from_config(const Config& config) {
  const bool named = config.is_text();
  // Keras writes a function as {"class_name": "function", "config": "mean_squared_error"}.
  if (!named && config.at("class_name").text() == "function") return loss_from_config(config.at("config"));
  const std::string& kind = named ? config.text() : config.at("class_name").text();
  const Config* found = named ? nullptr : config.find("config");
  const Config options = found ? *found : Config::map();
  for (const Row& row : rows) {
    if (kind != row.kind && kind != row.function && !(row.brief && lower(kind) == row.brief)) continue;
    return row.make(options);
  }
  std::string names, plain = kind;
  std::vector<std::string> known;
  for (const Row& row : rows) names += (names.empty() ? "" : ", ") + std::string(row.kind), known.emplace_back(row.kind);
  std::erase(plain, '_');  // "mean_sqared_error" is near to a name without them
  fail(named ? ErrorKind::not_found : ErrorKind::corrupt, "loss: the class '" + kind + "' is not known" + did_you_mean(plain, known) + "; there are " + names);
}

std::vector<std::string> loss_names() {
  std::vector<std::string> names;
  for (const Row& row : rows) names.emplace_back(row.kind);
  return names;
}

}  // namespace candor
