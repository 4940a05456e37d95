#include "candor/nn/layers/preprocessing/feature_space.h"

#include <algorithm>

#include "candor/base/text.h"
#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/category_encoding.h"
#include "candor/nn/layers/preprocessing/discretization.h"
#include "candor/nn/layers/preprocessing/lookup.h"
#include "candor/nn/layers/preprocessing/normalization.h"
#include "candor/nn/layers/preprocessing/preprocessing_body.h"
#include "candor/nn/layers/rescale.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

detail::PreprocessingBody* body_of(const Layer& layer) { return layer.defined() ? dynamic_cast<detail::PreprocessingBody*>(&layer.body()) : nullptr; }

class FeatureSpaceBody final : public detail::PreprocessingBody {
 public:
  FeatureSpaceBody(std::vector<std::pair<std::string, Feature>> features, FeatureSpaceOptions options)
      : PreprocessingBody(options.name), features_(std::move(features)), options_(std::move(options)) {
    if (features_.empty()) fail(ErrorKind::invalid_argument, "FeatureSpace: needs at least one feature");
    detail::require_one_of("FeatureSpace", "output_mode", options_.output_mode, {"concat", "dict"});
    for (const auto& [name, feature] : features_) {
      names_.push_back(name);
      detail::require_one_of("FeatureSpace", ("output_mode of " + name).c_str(), feature.output_mode, {"float", "int", "one_hot"});
    }
    std::vector<std::string> sorted = names_;
    std::sort(sorted.begin(), sorted.end());
    if (const auto twice = std::adjacent_find(sorted.begin(), sorted.end()); twice != sorted.end())
      fail(ErrorKind::invalid_argument, "FeatureSpace: two features are called " + quoted(*twice));
    for (const FeatureCross& cross : options_.crosses) {
      detail::require_one_of("FeatureSpace", "output_mode of a cross", cross.output_mode, {"int", "one_hot"});
      for (const std::string& name : cross.feature_names) {
        if (std::find(names_.begin(), names_.end(), name) == names_.end())
          fail(ErrorKind::invalid_argument, "FeatureSpace: a cross names " + quoted(name) + ", which is no feature" + did_you_mean(name, names_));
      }
      crossers_.emplace_back(cross.crossing_dim, HashedCrossingOptions{.name = cross.name()});
    }
  }
  std::string kind() const override { return "FeatureSpace"; }
  const std::vector<std::string>& names() const { return names_; }
  const FeatureSpaceOptions& space() const { return options_; }

  Config options() const override {
    Config features = Config::map(), crosses = Config::list();
    for (const auto& [name, feature] : features_) {
      Config preprocessor = feature.preprocessor.defined() ? feature.preprocessor.config() : Config{{"class_name", "TFDIdentity"}, {"config", Config::map()}};
      features.set(name, Config{{"class_name", "Feature"},
                                {"config", Config{{"dtype", feature.dtype}, {"preprocessor", preprocessor}, {"output_mode", feature.output_mode}}}});
    }
    Config::List list;
    for (const FeatureCross& cross : options_.crosses) {
      Config::List names(cross.feature_names.begin(), cross.feature_names.end());
      list.push_back(Config{{"class_name", "Cross"}, {"config", Config{{"feature_names", names}, {"crossing_dim", cross.crossing_dim}, {"output_mode", cross.output_mode}}}});
    }
    Config c = Config::map();
    c.set("features", features).set("output_mode", options_.output_mode).set("crosses", list).set("crossing_dim", options_.crossing_dim);
    return c.set("hashing_dim", options_.hashing_dim).set("num_discretization_bins", options_.num_discretization_bins);
  }
  std::vector<Layer> children() const override {
    std::vector<Layer> layers;
    for (const auto& [name, feature] : features_)
      if (feature.preprocessor.defined() && feature.preprocessor.built()) layers.push_back(feature.preprocessor);
    return layers;
  }
  bool adapts() const override {
    return std::any_of(features_.begin(), features_.end(), [](const auto& f) { const auto* b = body_of(f.second.preprocessor); return b && b->adapts(); });
  }

  // Inputs in the order of the features; outputs in that of names_of_outputs(), or one matrix.
  std::vector<Column> transform(std::span<const Column> inputs) override {
    if (inputs.size() != features_.size())
      complain(ErrorKind::shape, "has " + std::to_string(features_.size()) + " features and was given " + std::to_string(inputs.size()) + " columns");
    std::vector<std::pair<std::string, Column>> made;
    for (std::size_t i = 0; i < features_.size(); ++i) made.emplace_back(names_[i], processed(features_[i].second, upright(inputs[i], names_[i])));
    std::vector<std::tuple<std::string, Column, std::string, std::int64_t>> all;  // name, values, output mode, how many categories
    for (std::size_t i = 0; i < features_.size(); ++i) all.emplace_back(names_[i], made[i].second, features_[i].second.output_mode, cardinality(features_[i].second));
    std::sort(all.begin(), all.end(), [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
    const auto plain = static_cast<std::ptrdiff_t>(all.size());
    for (std::size_t k = 0; k < crossers_.size(); ++k) {
      std::vector<Column> parts;
      for (const std::string& name : options_.crosses[k].feature_names)
        parts.push_back(std::find_if(made.begin(), made.end(), [&](const auto& m) { return m.first == name; })->second);
      all.emplace_back(options_.crosses[k].name(), crossers_[k].apply(parts).front(), options_.crosses[k].output_mode, options_.crosses[k].crossing_dim);
    }
    std::sort(all.begin() + plain, all.end(), [](const auto& a, const auto& b) { return std::get<0>(a) < std::get<0>(b); });
    outputs_.clear();
    std::vector<Column> columns;
    std::vector<Tensor> matrix;
    for (const auto& [name, column, mode, count] : all) {
      outputs_.push_back(name);
      Column one = column;
      if (mode == "one_hot") {
        if (column.is_texts() || !is_integer(column.numbers().dtype())) complain(ErrorKind::dtype, "feature " + quoted(name) + " has output_mode \"one_hot\" and its preprocessor gives no whole numbers");
        if (count < 1) complain(ErrorKind::invalid_argument, "feature " + quoted(name) + ": how many categories it has is not known; use output_mode \"int\"");
        one = Column(detail::encode_categories(column.numbers(), "multi_hot", count, DType::f32));
      }
      if (options_.output_mode == "dict") {
        columns.push_back(one);
        continue;
      }
      if (one.is_texts() || is_integer(one.numbers().dtype()))
        complain(ErrorKind::dtype, "feature " + quoted(name) + " is not encoded as numbers, so it cannot be concatenated; use output_mode \"dict\" or encode it");
      matrix.push_back(detail::to_dtype(one.numbers(), DType::f32));
    }
    if (options_.output_mode == "dict") return columns;
    return {Column(concatenate(matrix, -1))};
  }

  void adapt(std::span<const Column>) override { complain(ErrorKind::invalid_argument, "adapts to columns by name; call adapt with names and columns"); }

  void adapt_named(const NamedColumns& columns) {
    constexpr std::int64_t rows = 32;  // Keras's batches; the quantiles of a Discretization depend on them
    for (const auto& [name, feature] : features_) {
      auto* body = body_of(feature.preprocessor);
      if (!body || !body->adapts()) continue;
      const Column column = upright(of(columns, name), name);
      std::vector<Column> batches;
      const std::int64_t n = column.shape()[0];
      for (std::int64_t first = 0; first < n; first += rows) {
        const std::int64_t last = std::min(n, first + rows);
        if (column.is_texts()) {
          const auto& values = column.texts().values();
          batches.emplace_back(Texts({values.begin() + first, values.begin() + last}, {last - first, 1}));
        } else {
          batches.emplace_back(column.numbers().contiguous().view_slice(0, first, last).contiguous());
        }
      }
      PreprocessingLayer::from(feature.preprocessor).adapt(batches);
    }
  }

  const Column& of(const NamedColumns& columns, const std::string& name) const {
    for (const auto& [given, column] : columns)
      if (given == name) return column;
    std::vector<std::string> there;
    for (const auto& column : columns) there.push_back(column.first);
    complain(ErrorKind::invalid_argument, "the column " + quoted(name) + " is missing; given are " + name_list(there));
  }
  const std::vector<std::string>& outputs() const { return outputs_; }

 private:
  Column upright(const Column& column, const std::string& name) const {
    const Shape& shape = column.shape();
    if (shape.rank() == 1) return column.reshaped({shape[0], 1});
    if (shape.rank() != 2) complain(ErrorKind::shape, "column " + quoted(name) + " must have the shape [N] or [N, 1], not " + to_string(shape));
    return column;
  }
  static Column processed(const Feature& feature, const Column& column) {
    if (!feature.preprocessor.defined()) return Column(detail::to_dtype(column.numbers(), DType::f32));
    if (body_of(feature.preprocessor)) return PreprocessingLayer::from(feature.preprocessor).apply({column}).front();
    return Column(feature.preprocessor(column.numbers()));
  }
  static std::int64_t cardinality(const Feature& feature) {
    if (!feature.preprocessor.defined()) return 0;
    if (const auto* body = body_of(feature.preprocessor)) return body->cardinality();
    return feature.preprocessor.kind() == "CategoryEncoding" ? feature.preprocessor.body().options().at("num_tokens").integer() : 0;
  }
  std::vector<std::pair<std::string, Feature>> features_;
  FeatureSpaceOptions options_;
  std::vector<std::string> names_, outputs_;
  std::vector<HashedCrossing> crossers_;
};

FeatureSpaceBody& self(const Layer& layer) { return static_cast<FeatureSpaceBody&>(layer.body()); }
std::string inner(const std::string& name, const char* fallback) { return (name.empty() ? fallback : name) + "_preprocessor"; }

}  // namespace

std::string FeatureCross::name() const {
  std::string text;
  for (const std::string& part : feature_names) text += (text.empty() ? "" : "_X_") + part;
  return text;
}

FeatureSpace::FeatureSpace(std::vector<std::pair<std::string, Feature>> features, FeatureSpaceOptions options)
    : PreprocessingLayer(std::make_shared<FeatureSpaceBody>(std::move(features), std::move(options))) {}

FeatureSpace FeatureSpace::from(const Layer& layer) {
  if (!dynamic_cast<FeatureSpaceBody*>(&layer.body())) fail(ErrorKind::invalid_argument, layer.kind() + ": is no FeatureSpace");
  return FeatureSpace(layer.handle());
}

NamedColumns FeatureSpace::encode(const NamedColumns& columns) const {
  std::vector<Column> inputs;
  for (const std::string& name : self(*this).names()) inputs.push_back(self(*this).of(columns, name));
  const std::vector<Column> out = self(*this).transform(inputs);
  if (self(*this).space().output_mode == "concat") return {{"features", out.front()}};
  NamedColumns named;
  for (std::size_t i = 0; i < out.size(); ++i) named.emplace_back(self(*this).outputs()[i], out[i]);
  return named;
}

Tensor FeatureSpace::operator()(const NamedColumns& columns) const {
  if (self(*this).space().output_mode != "concat") fail(ErrorKind::invalid_argument, name() + ": output_mode \"dict\" gives a column a name; call encode()");
  return encode(columns).front().second.numbers();
}

void FeatureSpace::adapt(const NamedColumns& columns) const { self(*this).adapt_named(columns); }

Feature FeatureSpace::float_(std::string) { return {"float32", {}, "float"}; }
Feature FeatureSpace::float_rescaled(double scale, double offset, std::string name) {
  return {"float32", Rescaling(scale, offset, {.name = inner(name, "float_rescaled")}), "float"};
}
Feature FeatureSpace::float_normalized(std::string name) { return {"float32", Normalization({.name = inner(name, "float_normalized")}), "float"}; }
Feature FeatureSpace::float_discretized(std::int64_t num_bins, std::vector<double> boundaries, std::string mode, std::string name) {
  DiscretizationOptions o{.bin_boundaries = std::move(boundaries), .name = inner(name, "float_discretized")};
  if (o.bin_boundaries.empty()) o.num_bins = num_bins;
  return {"float32", Discretization(std::move(o)), std::move(mode)};
}
Feature FeatureSpace::integer_categorical(std::optional<std::int64_t> max_tokens, std::int64_t oov, std::string mode, std::string name) {
  return {"int32", IntegerLookup({.max_tokens = max_tokens, .num_oov_indices = oov, .name = inner(name, "integer_categorical")}), std::move(mode)};
}
Feature FeatureSpace::string_categorical(std::optional<std::int64_t> max_tokens, std::int64_t oov, std::string mode, std::string name) {
  return {"string", StringLookup({.max_tokens = max_tokens, .num_oov_indices = oov, .name = inner(name, "string_categorical")}), std::move(mode)};
}
Feature FeatureSpace::string_hashed(std::int64_t bins, std::string mode, std::string name) {
  return {"string", Hashing(bins, {.name = inner(name, "string_hashed")}), std::move(mode)};
}
Feature FeatureSpace::integer_hashed(std::int64_t bins, std::string mode, std::string name) {
  return {"int32", Hashing(bins, {.name = inner(name, "integer_hashed")}), std::move(mode)};
}

Feature FeatureSpace::feature(const std::string& kind, const FeatureSpaceOptions& o) {
  if (kind == "float") return float_();
  if (kind == "float_normalized") return float_normalized();
  if (kind == "float_rescaled") return float_rescaled();
  if (kind == "float_discretized") return float_discretized(o.num_discretization_bins);
  if (kind == "integer_categorical") return integer_categorical();
  if (kind == "string_categorical") return string_categorical();
  if (kind == "integer_hashed") return integer_hashed(o.hashing_dim);
  if (kind == "string_hashed") return string_hashed(o.hashing_dim);
  const std::vector<std::string> kinds = {"float", "float_normalized", "float_rescaled", "float_discretized", "integer_categorical", "string_categorical", "integer_hashed", "string_hashed"};
  fail(ErrorKind::invalid_argument, "FeatureSpace: " + quoted(kind) + " is no kind of feature" + did_you_mean(kind, kinds) + "; known are " + name_list(kinds));
}

Layer FeatureSpace::from_config(const Config& c) {
  FeatureSpaceOptions o;
  o.output_mode = c.get("output_mode", "concat"), o.crossing_dim = c.get("crossing_dim", 32), o.hashing_dim = c.get("hashing_dim", 32);
  o.num_discretization_bins = c.get("num_discretization_bins", 32), o.name = detail::config_name(c);
  std::vector<std::pair<std::string, Feature>> features;
  for (const auto& [name, value] : c.at("features").entries()) {
    if (value.is_text()) {
      features.emplace_back(name, feature(value.text(), o));
      continue;
    }
    const Config& config = value.at("config");
    Feature one{config.at("dtype").text(), {}, config.at("output_mode").text()};
    const Config& preprocessor = config.at("preprocessor");
    if (preprocessor.at("class_name").text() != "TFDIdentity") one.preprocessor = layer_from_config(preprocessor);
    features.emplace_back(name, one);
  }
  if (const Config* crosses = c.find("crosses"); crosses && !crosses->is_null()) {
    for (const Config& value : crosses->items()) {
      FeatureCross cross{.feature_names = {}, .crossing_dim = o.crossing_dim};
      const Config& names = value.is_list() ? value : value.at("config").at("feature_names");
      for (const Config& name : names.items()) cross.feature_names.push_back(name.text());
      if (value.is_map()) cross.crossing_dim = value.at("config").get("crossing_dim", o.crossing_dim), cross.output_mode = value.at("config").get("output_mode", "one_hot");
      o.crosses.push_back(std::move(cross));
    }
  }
  return FeatureSpace(std::move(features), std::move(o));
}

}  // namespace candor
