#include "candor/nn/layers/preprocessing/category_encoding.h"

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/preprocessing_body.h"
#include "candor/ops/categories.h"
#include "candor/ops/elementwise.h"

namespace candor {
namespace {

class CategoryEncodingBody final : public detail::LayerBody {
 public:
  CategoryEncodingBody(std::int64_t tokens, CategoryEncodingOptions options) : LayerBody(options.name), tokens_(tokens), options_(std::move(options)) {
    detail::require_positive("CategoryEncoding", "num_tokens", tokens_);
    options_.output_mode = detail::standard_output_mode(options_.output_mode);
    detail::require_one_of("CategoryEncoding", "output_mode", options_.output_mode, {"one_hot", "multi_hot", "count"});
    detail::refuse_sparse("CategoryEncoding", options_.sparse);
  }
  std::string kind() const override { return "CategoryEncoding"; }
  Config options() const override {
    return Config::map().set("num_tokens", tokens_).set("output_mode", options_.output_mode).set("sparse", false);
  }
  std::vector<std::string> call_arguments() const override { return {"count_weights"}; }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode) override {
    const Tensor& x = only(xs);
    if (x.dtype() == DType::boolean) complain(ErrorKind::dtype, "takes whole numbers, not bool");
    const Tensor whole = is_floating(x.dtype()) || x.dtype() == DType::u8 || x.dtype() == DType::i8 ? cast(x, DType::i64) : x;
    const Tensor index = check_index(whole, tokens_, name().empty() ? "CategoryEncoding" : name());
    Tensor weights = argument("count_weights");
    if (weights.defined()) {
      if (options_.output_mode != "count") complain(ErrorKind::invalid_argument, "count_weights belong to output_mode \"count\", not \"" + options_.output_mode + "\"");
      if (weights.shape() != x.shape()) complain(ErrorKind::shape, "count_weights have the shape " + to_string(weights.shape()) + " and the input " + to_string(x.shape()));
      weights = detail::to_dtype(weights, options_.dtype);
    }
    return {detail::encode_categories(index, options_.output_mode, tokens_, options_.dtype, weights)};
  }

 private:
  std::int64_t tokens_;
  CategoryEncodingOptions options_;
};

}  // namespace

CategoryEncoding::CategoryEncoding(std::int64_t num_tokens, CategoryEncodingOptions options)
    : Layer(std::make_shared<CategoryEncodingBody>(num_tokens, std::move(options))) {}

Layer CategoryEncoding::from_config(const Config& c) {
  return CategoryEncoding(c.at("num_tokens").integer(), {.output_mode = c.get("output_mode", "multi_hot"),
                                                         .sparse = c.get("sparse", false),
                                                         .dtype = detail::config_dtype(c),
                                                         .name = detail::config_name(c)});
}

}  // namespace candor
