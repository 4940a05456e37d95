#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/lookup.h"
#include "candor/nn/layers/preprocessing/string_lookup_body.h"
#include "candor/nn/layers/preprocessing/vocabulary.h"

namespace candor {

namespace detail {

StringLookupBody::StringLookupBody(StringLookupOptions options, const char* layer)
    : PreprocessingBody(options.name), options_(std::move(options)), vocabulary_(rules(options_, layer), options_.mask_token ? std::optional<std::string>(*options_.mask_token) : std::nullopt,
                                                                                        options_.oov_token) {
  vocabulary_.rules().check(!options_.idf_weights.empty());
  refuse_sparse(layer, options_.sparse);
  if (options_.encoding != "utf-8" && options_.encoding != "utf8") {
    fail(ErrorKind::unsupported, std::string(layer) + ": encoding \"" + options_.encoding + "\"; texts are UTF-8 here, convert them first");
  }
  options_.salt = check_salt(layer, options_.salt);
  if (!options_.vocabulary.empty()) vocabulary_.set(options_.vocabulary, options_.idf_weights);
}

LookupRules StringLookupBody::rules(const StringLookupOptions& o, const char* layer) {
  return {layer, o.max_tokens, o.num_oov_indices, standard_output_mode(o.output_mode), o.pad_to_max_tokens, o.invert, o.mask_token.has_value()};
}

Config StringLookupBody::options() const {
  Config c = Config::map(), words = Config::list();
  if (vocabulary_.defined()) {
    Config::List list;
    for (const std::string& token : vocabulary_.listed(false)) list.emplace_back(token);
    words = list;
  } else {
    words = Config();
  }
  c.set("max_tokens", options_.max_tokens ? Config(*options_.max_tokens) : Config()).set("num_oov_indices", options_.num_oov_indices);
  c.set("mask_token", options_.mask_token ? Config(*options_.mask_token) : Config()).set("oov_token", options_.oov_token).set("vocabulary", words);
  c.set("idf_weights", idf_config(vocabulary_.idf(), vocabulary_.rules(), vocabulary_.tokens().size())).set("invert", options_.invert);
  c.set("output_mode", vocabulary_.rules().mode).set("pad_to_max_tokens", options_.pad_to_max_tokens).set("sparse", false);
  return c.set("encoding", "utf-8").set("oov_method", "floormod").set("salt", salt_config(options_.salt));
}

std::vector<Column> StringLookupBody::transform(std::span<const Column> inputs) {
  if (!vocabulary_.defined()) complain(ErrorKind::invalid_argument, "has no vocabulary yet; call adapt() with texts, or give the option vocabulary");
  if (options_.invert) return {Column(words(only_column(inputs).numbers()))};
  return {Column(encode_lookup(indices(only_texts(inputs)), vocabulary_))};
}

Tensor StringLookupBody::indices(const Texts& texts) const {
  const LookupRules& rules = vocabulary_.rules();
  const Tensor out = Tensor::empty(texts.shape(), DType::i64);
  auto* to = out.mutable_data<std::int64_t>();
  for (std::int64_t i = 0; i < texts.size(); ++i) {
    const std::string& word = texts[i];
    if (vocabulary_.mask() && word == *vocabulary_.mask()) {
      to[i] = rules.mode == "int" ? 0 : vocabulary_.depth();
    } else if (const auto found = vocabulary_.find(word)) {
      to[i] = *found;
    } else if (rules.num_oov > 0) {
      to[i] = rules.oov_start() + (rules.num_oov > 1 ? hash_bucket(word, rules.num_oov, options_.salt) : 0);
    } else {
      complain(ErrorKind::invalid_argument, shown(word) + " at place " + place(i, texts.shape()) + " is not in the vocabulary of " +
                                                std::to_string(vocabulary_.size()) + " and num_oov_indices is 0");
    }
  }
  return out;
}

Texts StringLookupBody::words(const Tensor& indices) const {
  if (!options_.invert) complain(ErrorKind::invalid_argument, "turns words into indices; make it with invert = true for the way back");
  if (indices.symbolic()) complain(ErrorKind::invalid_argument, "gives texts, which cannot be part of a traced function");
  if (!is_integer(indices.dtype())) complain(ErrorKind::dtype, "takes whole numbers, not " + std::string(to_string(indices.dtype())));
  std::vector<std::string> out;
  for (const std::int64_t i : indices.to_vector<std::int64_t>()) out.push_back(vocabulary_.at(i));
  return {std::move(out), indices.shape()};
}

void StringLookupBody::adapt(std::span<const Column> batches) {
  std::vector<std::vector<std::string>> documents;
  for (const Column& batch : batches) {
    const Texts& texts = batch.texts();
    const std::int64_t rows = texts.rank() == 0 ? 1 : texts.shape()[0], width = texts.size() / rows;
    for (std::int64_t r = 0; r < rows; ++r) documents.emplace_back(texts.values().begin() + r * width, texts.values().begin() + (r + 1) * width);
  }
  vocabulary_.learn(documents);
}

Config idf_config(const std::vector<double>& idf, const LookupRules& rules, std::size_t tokens) {
  if (idf.empty()) return {};
  const auto first = idf.begin() + static_cast<std::ptrdiff_t>(rules.token_start());
  return Config::numbers({first, first + static_cast<std::ptrdiff_t>(tokens)});
}

}  // namespace detail

namespace {
detail::StringLookupBody& lookup(const Layer& layer) { return static_cast<detail::StringLookupBody&>(layer.body()); }
}  // namespace

StringLookup::StringLookup(StringLookupOptions options)
    : PreprocessingLayer(std::make_shared<detail::StringLookupBody>(std::move(options), "StringLookup")) {}
std::vector<std::string> StringLookup::get_vocabulary(bool special) const { return lookup(*this).vocabulary().listed(special); }
std::int64_t StringLookup::vocabulary_size() const { return lookup(*this).vocabulary().size(); }
void StringLookup::set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf) const {
  lookup(*this).vocabulary().set(vocabulary, idf);
}
std::vector<double> StringLookup::idf_weights() const { return lookup(*this).vocabulary().idf(); }
Texts StringLookup::words(const Tensor& indices) const { return lookup(*this).words(indices); }

Layer StringLookup::from_config(const Config& c) {
  StringLookupOptions o;
  if (const Config* v = c.find("max_tokens"); v && !v->is_null()) o.max_tokens = v->integer();
  if (const Config* v = c.find("mask_token"); v && !v->is_null()) o.mask_token = v->text();
  if (const Config* v = c.find("vocabulary"); v && !v->is_null()) {
    if (v->is_text()) fail(ErrorKind::unsupported, "StringLookup: the vocabulary is the file " + v->text() + "; read it and pass its lines instead");
    for (const Config& word : v->items()) o.vocabulary.push_back(word.text());
  }
  if (const Config* v = c.find("idf_weights"); v && !v->is_null()) o.idf_weights = v->to_numbers();
  o.num_oov_indices = c.get("num_oov_indices", 1), o.oov_token = c.get("oov_token", "[UNK]"), o.invert = c.get("invert", false);
  o.output_mode = c.get("output_mode", "int"), o.pad_to_max_tokens = c.get("pad_to_max_tokens", false), o.sparse = c.get("sparse", false);
  // Words that are not in the vocabulary are always hashed by farmhash; the option is for numbers.
  detail::require_one_of("StringLookup", "oov_method", c.get("oov_method", "floormod"), {"floormod", "farmhash"});
  o.encoding = c.get("encoding", "utf-8"), o.salt = detail::salt_from(c.find("salt")), o.name = detail::config_name(c);
  return StringLookup(std::move(o));
}

}  // namespace candor
