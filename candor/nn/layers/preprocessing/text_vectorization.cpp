#include "candor/nn/layers/preprocessing/text_vectorization.h"

#include <numeric>

#include "candor/nn/layers/check.h"
#include "candor/nn/layers/preprocessing/string_lookup_body.h"
#include "candor/nn/layers/preprocessing/tokenize.h"
#include "candor/ops/manipulate.h"

namespace candor {
namespace {

class TextVectorizationBody final : public detail::PreprocessingBody {
 public:
  explicit TextVectorizationBody(TextVectorizationOptions options)
      : PreprocessingBody(options.name), options_(std::move(options)), lookup_(lookup_options(options_), "TextVectorization") {
    detail::require_one_of("TextVectorization", "standardize", options_.standardize, {"lower_and_strip_punctuation", "lower", "strip_punctuation", ""});
    detail::require_one_of("TextVectorization", "split", options_.split, {"whitespace", "character", ""});
    for (const std::int64_t n : options_.ngrams) detail::require_positive("TextVectorization", "ngrams", n);
    if (options_.ragged) {
      fail(ErrorKind::unsupported, "TextVectorization: ragged = true asks for rows of different lengths; tensors are rectangular here, rows are padded with 0");
    }
    if (options_.output_sequence_length) {
      detail::require_positive("TextVectorization", "output_sequence_length", *options_.output_sequence_length);
      if (mode() != "int") fail(ErrorKind::invalid_argument, "TextVectorization: output_sequence_length belongs to output_mode \"int\", not \"" + mode() + "\"");
    }
  }
  std::string kind() const override { return "TextVectorization"; }
  Config options() const override {
    if (options_.standardize_function || options_.split_function) complain(ErrorKind::unsupported, "functions of one's own cannot be stored; use names");
    const Config words = lookup_.options();
    Config c = Config::map();
    c.set("max_tokens", words.at("max_tokens")).set("standardize", options_.standardize.empty() ? Config() : Config(options_.standardize));
    c.set("split", options_.split.empty() ? Config() : Config(options_.split)).set("ngrams", options_.ngrams.empty() ? Config() : Config::integers(options_.ngrams));
    c.set("output_mode", mode());
    c.set("output_sequence_length", options_.output_sequence_length ? Config(*options_.output_sequence_length) : Config());
    c.set("pad_to_max_tokens", options_.pad_to_max_tokens).set("vocabulary", words.at("vocabulary")).set("idf_weights", words.at("idf_weights"));
    return c.set("sparse", false).set("ragged", false).set("encoding", "utf-8");
  }

  std::vector<Column> transform(std::span<const Column> inputs) override {
    const Texts& texts = only_texts(inputs);
    if (!lookup_.vocabulary().defined()) complain(ErrorKind::invalid_argument, "has no vocabulary yet; call adapt() with texts, or give the option vocabulary");
    const std::vector<std::vector<std::string>> rows = tokens(texts);
    const std::int64_t depth = lookup_.vocabulary().depth();
    std::size_t length = 0;
    for (const auto& row : rows) length = std::max(length, row.size());
    if (mode() != "int") length = std::max<std::size_t>(length, 1);
    if (mode() == "int" && options_.output_sequence_length) length = static_cast<std::size_t>(*options_.output_sequence_length);
    // Padding: 0 among indices; counts nothing elsewhere.
    const auto width = static_cast<std::int64_t>(length);
    const Tensor ids = Tensor::full({static_cast<std::int64_t>(rows.size()), width}, mode() == "int" ? 0 : static_cast<double>(depth), DType::i64);
    for (std::size_t r = 0; r < rows.size(); ++r) {
      std::vector<std::string> row = rows[r];
      row.resize(std::min(row.size(), length));
      if (row.empty()) continue;
      const Tensor found = lookup_.indices(Texts(row));
      std::copy_n(found.data<std::int64_t>(), row.size(), ids.mutable_data<std::int64_t>() + static_cast<std::int64_t>(r) * width);
    }
    const bool one_token = options_.split.empty() && !options_.split_function && options_.ngrams.empty() && !options_.output_sequence_length;
    const Tensor shaped = one_token ? reshape(ids, texts.shape()) : ids;
    return {Column(mode() == "int" ? shaped : detail::encode_lookup(shaped, lookup_.vocabulary()))};
  }

  void adapt(std::span<const Column> batches) override {
    std::vector<std::vector<std::string>> documents;
    for (const Column& batch : batches)
      for (auto& row : tokens(batch.texts())) documents.push_back(std::move(row));
    lookup_.vocabulary().learn(documents);
  }
  bool adapts() const override { return options_.vocabulary.empty(); }

  std::vector<std::vector<std::string>> tokens(const Texts& texts) const {
    const bool column = texts.rank() == 2 && texts.shape()[1] == 1, whole = options_.split.empty() && !options_.split_function;
    if (texts.rank() != 1 && !column && !(whole && texts.rank() == 2)) {
      complain(ErrorKind::shape, "takes texts of the shape [N] or [N, 1], and was given " + to_string(texts.shape()));
    }
    const std::int64_t rows = texts.shape()[0], each = texts.rank() == 2 ? texts.shape()[1] : 1;
    std::vector<std::vector<std::string>> out;
    for (std::int64_t r = 0; r < rows; ++r) {
      std::vector<std::string> row;
      for (std::int64_t k = 0; k < each; ++k) {
        const std::string text = standardized(texts[r * each + k]);
        if (options_.split_function) {
          for (std::string& token : options_.split_function(text)) row.push_back(std::move(token));
        } else if (whole) {
          row.push_back(text);
        } else {
          row = options_.split == "character" ? detail::split_characters(text) : detail::split_whitespace(text);
        }
      }
      out.push_back(options_.ngrams.empty() ? std::move(row) : detail::ngrams(row, options_.ngrams));
    }
    return out;
  }
  detail::StringLookupBody& lookup() { return lookup_; }

 private:
  const std::string& mode() const { return lookup_.vocabulary().rules().mode; }
  std::string standardized(std::string text) const {
    if (options_.standardize_function) return options_.standardize_function(text);
    if (options_.standardize.starts_with("lower")) text = detail::lower_ascii(std::move(text));
    return options_.standardize.ends_with("strip_punctuation") ? detail::strip_punctuation(std::move(text)) : text;
  }
  static StringLookupOptions lookup_options(const TextVectorizationOptions& o) {
    return {.max_tokens = o.max_tokens, .mask_token = "", .vocabulary = o.vocabulary, .idf_weights = o.idf_weights, .output_mode = o.output_mode,
            .pad_to_max_tokens = o.pad_to_max_tokens, .sparse = o.sparse, .encoding = o.encoding};
  }
  TextVectorizationOptions options_;
  detail::StringLookupBody lookup_;
};

TextVectorizationBody& self(const Layer& layer) { return static_cast<TextVectorizationBody&>(layer.body()); }

std::string name_or_none(const Config& c, const char* key, const char* fallback) {
  const Config* value = c.find(key);
  if (!value) return fallback;
  if (value->is_null()) return "";
  if (!value->is_text()) fail(ErrorKind::unsupported, std::string("TextVectorization: ") + key + " is a function of Python, which is never run; pass a function of your own");
  return value->text();
}

}  // namespace

TextVectorization::TextVectorization(TextVectorizationOptions options) : PreprocessingLayer(std::make_shared<TextVectorizationBody>(std::move(options))) {}
std::vector<std::string> TextVectorization::get_vocabulary(bool special) const { return self(*this).lookup().vocabulary().listed(special); }
std::int64_t TextVectorization::vocabulary_size() const { return self(*this).lookup().vocabulary().size(); }
void TextVectorization::set_vocabulary(const std::vector<std::string>& vocabulary, const std::vector<double>& idf) const {
  self(*this).lookup().vocabulary().set(vocabulary, idf);
}
std::vector<double> TextVectorization::idf_weights() const { return self(*this).lookup().vocabulary().idf(); }
std::vector<std::vector<std::string>> TextVectorization::tokens(const Texts& texts) const { return self(*this).tokens(texts); }

Layer TextVectorization::from_config(const Config& c) {
  TextVectorizationOptions o;
  if (const Config* v = c.find("max_tokens"); v && !v->is_null()) o.max_tokens = v->integer();
  if (const Config* v = c.find("output_sequence_length"); v && !v->is_null()) o.output_sequence_length = v->integer();
  if (const Config* v = c.find("vocabulary"); v && !v->is_null())
    for (const Config& word : v->items()) o.vocabulary.push_back(word.text());
  if (const Config* v = c.find("idf_weights"); v && !v->is_null()) o.idf_weights = v->to_numbers();
  if (const Config* v = c.find("ngrams"); v && v->is_list()) {
    o.ngrams = v->to_integers();
  } else if (v && !v->is_null()) {
    detail::require_positive("TextVectorization", "ngrams", v->integer(), 1000);
    o.ngrams.resize(static_cast<std::size_t>(v->integer()));
    std::iota(o.ngrams.begin(), o.ngrams.end(), std::int64_t{1});
  }
  o.standardize = name_or_none(c, "standardize", "lower_and_strip_punctuation"), o.split = name_or_none(c, "split", "whitespace");
  o.output_mode = c.get("output_mode", "int"), o.pad_to_max_tokens = c.get("pad_to_max_tokens", false), o.sparse = c.get("sparse", false);
  o.ragged = c.get("ragged", false), o.encoding = c.get("encoding", "utf-8"), o.name = detail::config_name(c);
  return TextVectorization(std::move(o));
}

}  // namespace candor
