#include <numeric>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/lookup.h"
#include "candor/nn/layers/preprocessing/string_lookup_body.h"
#include "candor/ops/categories.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"

namespace candor {
namespace {

class IntegerLookupBody final : public detail::PreprocessingBody {
 public:
  explicit IntegerLookupBody(IntegerLookupOptions options)
      : PreprocessingBody(options.name),
        options_(std::move(options)),
        vocabulary_({"IntegerLookup", options_.max_tokens, options_.num_oov_indices, detail::standard_output_mode(options_.output_mode),
                     options_.pad_to_max_tokens, options_.invert, options_.mask_token.has_value()},
                    options_.mask_token, options_.oov_token) {
    vocabulary_.rules().check(!options_.idf_weights.empty());
    detail::refuse_sparse("IntegerLookup", options_.sparse);
    detail::require_one_of("IntegerLookup", "oov_method", options_.oov_method, {"floormod", "farmhash"});
    detail::require_one_of("IntegerLookup", "vocabulary_dtype", options_.vocabulary_dtype, {"int64"});
    options_.salt = detail::check_salt("IntegerLookup", options_.salt);
    if (!options_.salt.empty() && options_.oov_method != "farmhash")
      fail(ErrorKind::invalid_argument, "IntegerLookup: a salt needs oov_method \"farmhash\", not \"" + options_.oov_method + "\"");
    if (!options_.vocabulary.empty()) vocabulary_.set(options_.vocabulary, options_.idf_weights);
  }
  std::string kind() const override { return "IntegerLookup"; }
  Config options() const override {
    Config c = Config::map();
    c.set("max_tokens", options_.max_tokens ? Config(*options_.max_tokens) : Config()).set("num_oov_indices", options_.num_oov_indices);
    c.set("mask_token", options_.mask_token ? Config(*options_.mask_token) : Config()).set("oov_token", options_.oov_token);
    c.set("vocabulary", vocabulary_.defined() ? Config::integers(vocabulary_.listed(false)) : Config()).set("vocabulary_dtype", "int64");
    c.set("idf_weights", detail::idf_config(vocabulary_.idf(), vocabulary_.rules(), vocabulary_.tokens().size())).set("invert", options_.invert);
    c.set("output_mode", vocabulary_.rules().mode).set("sparse", false).set("pad_to_max_tokens", options_.pad_to_max_tokens);
    return c.set("oov_method", options_.oov_method).set("salt", detail::salt_config(options_.salt));
  }

  std::vector<Column> transform(std::span<const Column> inputs) override {
    const Tensor& x = only_column(inputs).numbers();
    if (!is_integer(x.dtype())) complain(ErrorKind::dtype, "takes whole numbers, not " + std::string(to_string(x.dtype())));
    if (!vocabulary_.defined()) complain(ErrorKind::invalid_argument, "has no vocabulary yet; call adapt() with data, or give the option vocabulary");
    const Tensor whole = detail::to_dtype(x, DType::i64);
    return {Column(options_.invert ? tokens_of(whole) : detail::encode_lookup(indices_of(whole), vocabulary_))};
  }

  void adapt(std::span<const Column> batches) override {
    std::vector<std::vector<std::int64_t>> documents;
    for (const Column& batch : batches) {
      const Tensor& x = batch.numbers();
      if (!is_integer(x.dtype())) complain(ErrorKind::dtype, "learns from whole numbers, not " + std::string(to_string(x.dtype())));
      const std::vector<std::int64_t> all = x.to_vector<std::int64_t>();
      const std::int64_t rows = x.rank() == 0 ? 1 : x.shape(0), width = x.size() / rows;
      for (std::int64_t r = 0; r < rows; ++r) documents.emplace_back(all.begin() + r * width, all.begin() + (r + 1) * width);
    }
    vocabulary_.learn(documents);
  }
  bool adapts() const override { return true; }
  std::int64_t cardinality() const override { return vocabulary_.size(); }
  detail::Vocabulary<std::int64_t>& vocabulary() { return vocabulary_; }

 private:
  static Tensor number(std::int64_t value) { return Tensor::from(std::vector<std::int64_t>{value}, {}); }

  // In ops, so that it works in a trace: the place among the sorted tokens, then the index that belongs there.
  Tensor indices_of(const Tensor& x) const {
    const detail::LookupRules& rules = vocabulary_.rules();
    const std::vector<std::int64_t>& tokens = vocabulary_.tokens();
    std::vector<std::int64_t> order(tokens.size()), sorted, index;
    std::iota(order.begin(), order.end(), std::int64_t{0});
    std::sort(order.begin(), order.end(), [&](std::int64_t a, std::int64_t b) { return tokens[static_cast<std::size_t>(a)] < tokens[static_cast<std::size_t>(b)]; });
    for (const std::int64_t i : order) sorted.push_back(tokens[static_cast<std::size_t>(i)]), index.push_back(rules.token_start() + i);
    const Tensor table = Tensor::from(sorted), last = number(static_cast<std::int64_t>(tokens.size()) - 1);
    const Tensor at = minimum(searchsorted(table, x), last);
    const Tensor known = equal(take(table, at), x);
    Tensor other;
    if (rules.num_oov == 0) {
      other = number(-1);
    } else if (rules.num_oov == 1) {
      other = number(rules.oov_start());
    } else if (options_.oov_method == "farmhash") {
      other = add(hash_bucket(x, rules.num_oov, options_.salt), number(rules.oov_start()));
    } else {
      other = add(mod(x, number(rules.num_oov)), number(rules.oov_start()));
    }
    Tensor out = where(known, take(Tensor::from(index), at), other);
    if (options_.mask_token) out = where(equal(x, number(*options_.mask_token)), number(rules.mode == "int" ? 0 : vocabulary_.depth()), out);
    if (rules.num_oov > 0) return out;
    return check_index(out, vocabulary_.depth() + 1, "IntegerLookup: a number that is not in the vocabulary, and num_oov_indices is 0", x);
  }

  Tensor tokens_of(const Tensor& index) const {
    const std::vector<std::int64_t> table = vocabulary_.listed(true);
    const auto count = static_cast<std::int64_t>(table.size());
    const Tensor inside = logical_and(greater_equal(index, number(0)), less(index, number(count)));
    const Tensor safe = minimum(maximum(index, number(0)), number(count - 1));
    return where(inside, take(Tensor::from(table), safe), number(options_.oov_token));
  }

  IntegerLookupOptions options_;
  detail::Vocabulary<std::int64_t> vocabulary_;
};

IntegerLookupBody& lookup(const Layer& layer) { return static_cast<IntegerLookupBody&>(layer.body()); }

}  // namespace

IntegerLookup::IntegerLookup(IntegerLookupOptions options) : PreprocessingLayer(std::make_shared<IntegerLookupBody>(std::move(options))) {}
std::vector<std::int64_t> IntegerLookup::get_vocabulary(bool special) const { return lookup(*this).vocabulary().listed(special); }
std::int64_t IntegerLookup::vocabulary_size() const { return lookup(*this).vocabulary().size(); }
void IntegerLookup::set_vocabulary(const std::vector<std::int64_t>& vocabulary, const std::vector<double>& idf) const {
  lookup(*this).vocabulary().set(vocabulary, idf);
}
std::vector<double> IntegerLookup::idf_weights() const { return lookup(*this).vocabulary().idf(); }

Layer IntegerLookup::from_config(const Config& c) {
  IntegerLookupOptions o;
  if (const Config* v = c.find("max_tokens"); v && !v->is_null()) o.max_tokens = v->integer();
  if (const Config* v = c.find("mask_token"); v && !v->is_null()) o.mask_token = v->integer();
  if (const Config* v = c.find("vocabulary"); v && !v->is_null()) o.vocabulary = v->to_integers();
  if (const Config* v = c.find("idf_weights"); v && !v->is_null()) o.idf_weights = v->to_numbers();
  o.num_oov_indices = c.get("num_oov_indices", 1), o.oov_token = c.get("oov_token", -1), o.invert = c.get("invert", false);
  o.vocabulary_dtype = c.get("vocabulary_dtype", "int64"), o.output_mode = c.get("output_mode", "int"), o.sparse = c.get("sparse", false);
  o.pad_to_max_tokens = c.get("pad_to_max_tokens", false), o.oov_method = c.get("oov_method", "floormod");
  o.salt = detail::salt_from(c.find("salt")), o.name = detail::config_name(c);
  return IntegerLookup(std::move(o));
}

}  // namespace candor
