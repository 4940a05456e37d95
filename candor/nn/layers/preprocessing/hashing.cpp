#include "candor/base/fingerprint.h"
#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/category_encoding.h"
#include "candor/nn/layers/preprocessing/preprocessing_body.h"
#include "candor/base/text.h"
#include "candor/ops/categories.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

Tensor encoded(const Tensor& buckets, const std::string& mode, std::int64_t bins) {
  const Tensor x = mode == "one_hot" && buckets.rank() > 1 && buckets.shape(-1) == 1 ? squeeze(buckets, -1) : buckets;
  return detail::encode_categories(x, mode, bins, DType::f32);
}

class HashingBody final : public detail::PreprocessingBody {
 public:
  HashingBody(std::int64_t bins, HashingOptions options) : PreprocessingBody(options.name), bins_(bins), options_(std::move(options)) {
    detail::require_positive("Hashing", "num_bins", bins_);
    detail::require_one_of("Hashing", "output_mode", options_.output_mode, {"int", "one_hot", "multi_hot", "count"});
    detail::refuse_sparse("Hashing", options_.sparse);
    options_.salt = detail::check_salt("Hashing", options_.salt);
  }
  std::string kind() const override { return "Hashing"; }
  Config options() const override {
    Config c = Config::map();
    c.set("num_bins", bins_).set("mask_value", options_.mask_value ? Config(*options_.mask_value) : Config()).set("salt", detail::salt_config(options_.salt));
    return c.set("output_mode", options_.output_mode).set("sparse", false).set("dtype", options_.output_mode == "int" ? "int64" : "float32");
  }

  std::int64_t cardinality() const override { return bins_; }
  std::vector<Column> transform(std::span<const Column> inputs) override {
    const Column& x = only_column(inputs);
    return {Column(encoded(x.is_texts() ? of_texts(x.texts()) : of_numbers(x.numbers()), options_.output_mode, bins_))};
  }

 private:
  bool masks() const { return options_.mask_value && bins_ > 1; }

  Tensor of_texts(const Texts& texts) const {
    const Tensor out = Tensor::empty(texts.shape(), DType::i64);
    auto* to = out.mutable_data<std::int64_t>();
    for (std::int64_t i = 0; i < texts.size(); ++i) {
      const bool masked = masks() && texts[i] == *options_.mask_value;
      to[i] = masked ? 0 : (masks() ? 1 : 0) + detail::hash_bucket(texts[i], bins_ - (masks() ? 1 : 0), options_.salt);
    }
    return out;
  }
  Tensor of_numbers(const Tensor& x) const {
    if (x.dtype() == DType::boolean) complain(ErrorKind::dtype, "takes texts or numbers, not bool");
    const Tensor whole = detail::to_dtype(x, DType::i64);  // fractions are cut off, as Keras does
    if (!masks()) return hash_bucket(whole, bins_, options_.salt);
    const auto number = [](std::int64_t value) { return Tensor::from(std::vector<std::int64_t>{value}, {}); };
    const Tensor bucket = add(hash_bucket(whole, bins_ - 1, options_.salt), number(1));
    const auto mask = parse_integer(*options_.mask_value);
    if (!mask) complain(ErrorKind::invalid_argument, "mask_value " + quoted(*options_.mask_value) + " is no whole number, and the input holds numbers");
    return where(equal(whole, number(*mask)), number(0), bucket);
  }

  std::int64_t bins_;
  HashingOptions options_;
};

class HashedCrossingBody final : public detail::PreprocessingBody {
 public:
  HashedCrossingBody(std::int64_t bins, HashedCrossingOptions options) : PreprocessingBody(options.name), bins_(bins), options_(std::move(options)) {
    detail::require_positive("HashedCrossing", "num_bins", bins_);
    detail::require_one_of("HashedCrossing", "output_mode", options_.output_mode, {"int", "one_hot"});
    detail::refuse_sparse("HashedCrossing", options_.sparse);
  }
  std::string kind() const override { return "HashedCrossing"; }
  Config options() const override { return Config::map().set("num_bins", bins_).set("output_mode", options_.output_mode).set("sparse", false); }

  std::int64_t cardinality() const override { return bins_; }
  std::vector<Column> transform(std::span<const Column> inputs) override {
    if (inputs.size() < 2) complain(ErrorKind::shape, "crosses at least two columns, " + std::to_string(inputs.size()) + " given");
    const Shape& shape = inputs[0].shape();
    if (shape.rank() > 2 || (shape.rank() == 2 && shape[1] != 1)) complain(ErrorKind::shape, "takes columns of the shape [N] or [N, 1], not " + to_string(shape));
    for (const Column& column : inputs) {
      if (column.shape() != shape) complain(ErrorKind::shape, "columns differ in shape: " + to_string(shape) + " and " + to_string(column.shape()));
      if (!column.is_texts() && !is_integer(column.numbers().dtype()))
        complain(ErrorKind::dtype, "crosses texts and whole numbers, not " + std::string(to_string(column.numbers().dtype())));
      if (!column.is_texts() && column.numbers().symbolic())
        complain(ErrorKind::unsupported, "hashes numbers that are there, and was called on a traced tensor; cross columns before the model");
    }
    constexpr std::uint64_t key = 0xDECAFCAFFE;  // TensorFlow's default of tf.sparse.cross_hashed
    std::vector<std::uint64_t> hash(static_cast<std::size_t>(shape.size()), key);
    for (const Column& column : inputs) {
      std::vector<std::int64_t> numbers;
      if (!column.is_texts()) numbers = column.numbers().to_vector<std::int64_t>();
      for (std::size_t i = 0; i < hash.size(); ++i) {
        const std::uint64_t one = column.is_texts() ? fingerprint64(column.texts().values()[i]) : static_cast<std::uint64_t>(numbers[i]);
        hash[i] = fingerprint_concat(hash[i], one);
      }
    }
    std::vector<std::int64_t> buckets;
    for (const std::uint64_t h : hash) buckets.push_back(static_cast<std::int64_t>(h % static_cast<std::uint64_t>(bins_)));
    return {Column(encoded(Tensor::from(buckets, shape), options_.output_mode, bins_))};
  }

 private:
  std::int64_t bins_;
  HashedCrossingOptions options_;
};

}  // namespace

Hashing::Hashing(std::int64_t num_bins, HashingOptions options) : PreprocessingLayer(std::make_shared<HashingBody>(num_bins, std::move(options))) {}

Layer Hashing::from_config(const Config& c) {
  HashingOptions o;
  if (const Config* v = c.find("mask_value"); v && !v->is_null()) o.mask_value = v->is_text() ? v->text() : std::to_string(v->integer());
  o.salt = detail::salt_from(c.find("salt")), o.output_mode = c.get("output_mode", "int"), o.sparse = c.get("sparse", false);
  o.name = detail::config_name(c);
  return Hashing(c.at("num_bins").integer(), std::move(o));
}

HashedCrossing::HashedCrossing(std::int64_t num_bins, HashedCrossingOptions options)
    : PreprocessingLayer(std::make_shared<HashedCrossingBody>(num_bins, std::move(options))) {}

Layer HashedCrossing::from_config(const Config& c) {
  return HashedCrossing(c.at("num_bins").integer(),
                        {.output_mode = c.get("output_mode", "int"), .sparse = c.get("sparse", false), .name = detail::config_name(c)});
}

}  // namespace candor
