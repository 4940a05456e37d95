#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

#include "candor/base/fingerprint.h"
#include "candor/nn/layers/preprocessing/preprocessing_body.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/index.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/reduce.h"

namespace candor {
namespace {

detail::PreprocessingBody& body_of(const Layer& layer) {
  auto* body = dynamic_cast<detail::PreprocessingBody*>(&layer.body());
  if (!body) fail(ErrorKind::invalid_argument, layer.kind() + ": is no preprocessing layer of columns; it takes tensors alone and learns nothing before training");
  return *body;
}

}  // namespace

PreprocessingLayer PreprocessingLayer::from(const Layer& layer) {
  body_of(layer);
  return PreprocessingLayer(layer.handle());
}

Tensor PreprocessingLayer::operator()(const Texts& texts) const {
  const std::vector<Column> out = apply({Column(texts)});
  if (out.size() != 1) fail(ErrorKind::invalid_argument, name() + ": has " + std::to_string(out.size()) + " outputs; use apply()");
  return out.front().numbers();
}

std::vector<Column> PreprocessingLayer::apply(const std::vector<Column>& inputs) const {
  const Scope scope(name());
  for (const Column& column : inputs) {
    if (!column.is_texts()) continue;
    return body_of(*this).transform(inputs);  // texts build nothing
  }
  std::vector<Tensor> xs;
  std::vector<TensorType> types;
  for (const Column& column : inputs) xs.push_back(column.numbers()), types.push_back(xs.back().type());
  body_of(*this).build_once(types);
  return body_of(*this).transform(inputs);
}

void PreprocessingLayer::adapt(const Column& data) const { adapt(std::span(&data, 1)); }

void PreprocessingLayer::adapt(std::span<const Column> batches) const {
  const Scope scope(name());
  if (batches.empty()) fail(ErrorKind::invalid_argument, name() + ": adapt needs at least one batch of data");
  for (const Column& batch : batches) {
    if (batch.shape().size() == 0) fail(ErrorKind::invalid_argument, name() + ": adapt was given no data, shape " + to_string(batch.shape()));
  }
  body_of(*this).adapt(batches);
}

namespace detail {

void PreprocessingBody::adapt(std::span<const Column>) { complain(ErrorKind::unsupported, "learns nothing from data; there is nothing to adapt"); }

std::vector<Tensor> PreprocessingBody::apply(std::span<const Tensor> xs, Mode) {
  const std::vector<Column> columns(xs.begin(), xs.end());
  std::vector<Tensor> out;
  for (const Column& column : transform(columns)) {
    if (column.is_texts()) complain(ErrorKind::dtype, "gives texts, which no tensor holds; call apply() of the preprocessing layer");
    out.push_back(column.numbers());
  }
  return out;
}

const Column& PreprocessingBody::only_column(std::span<const Column> inputs) const {
  if (inputs.size() != 1) complain(ErrorKind::shape, "takes one input, " + std::to_string(inputs.size()) + " were given");
  return inputs.front();
}

const Texts& PreprocessingBody::only_texts(std::span<const Column> inputs) const {
  const Column& x = only_column(inputs);
  if (!x.is_texts()) {
    complain(ErrorKind::dtype, "takes texts and was given numbers, " + to_string(x.numbers().type()) +
                                   "; models compute with numbers alone: call the layer on the data first, x = layer(Texts{...}), and begin the model with what it gives");
  }
  return x.texts();
}

std::string standard_output_mode(std::string mode) { return mode == "binary" ? "multi_hot" : mode == "tf-idf" ? "tf_idf" : mode; }

Tensor encode_categories(const Tensor& indices, const std::string& mode, std::int64_t depth, DType dtype, const Tensor& weights) {
  if (mode == "int") return indices;
  const Tensor x = indices.rank() == 0 ? expand_dims(indices, 0) : indices;
  if (mode == "one_hot") return one_hot(x.rank() > 1 && x.shape(-1) == 1 ? squeeze(x, -1) : x, depth, -1, dtype);
  if (x.rank() > 2) {
    const Tensor each = one_hot(x, depth, -1, dtype);
    return mode == "multi_hot" ? max(each, {1}) : sum(weights.defined() ? each * expand_dims(weights, -1) : each, {1});
  }
  // Each row has depth + 1 cells; what counts nothing falls into the last.
  const std::int64_t rows = x.rank() == 2 ? x.shape(0) : 1, width = x.shape(-1), cells = depth + 1;
  const auto number = [](std::int64_t value) { return Tensor::from(std::vector<std::int64_t>{value}, {}); };
  const Tensor flat = reshape(to_dtype(x, DType::i64), Shape{rows, width});
  const Tensor inside = logical_and(greater_equal(flat, number(0)), less(flat, number(depth)));
  std::vector<std::int64_t> first;
  for (std::int64_t r = 0; r < rows; ++r) first.push_back(r * cells);
  const Tensor cell = where(inside, flat, number(depth)) + Tensor::from(first, {rows, 1});
  const Tensor amount = weights.defined() ? reshape(weights, Shape{rows * width}) : Tensor::full({rows * width}, 1, dtype);
  const Tensor counts = narrow(reshape(segment_sum(amount, reshape(cell, Shape{rows * width}), rows * cells), Shape{rows, cells}), 1, 0, depth);
  const Tensor out = x.rank() == 2 ? counts : squeeze(counts, 0);
  return mode == "multi_hot" ? minimum(out, Tensor::full({}, 1, dtype)) : out;
}

void refuse_sparse(const char* layer, bool sparse) {
  if (sparse) fail(ErrorKind::unsupported, std::string(layer) + ": sparse = true asks for a sparse tensor; tensors are dense here, set it to false");
}

std::vector<std::int64_t> salt_from(const Config* config) {
  if (!config || config->is_null()) return {};
  return config->is_list() ? config->to_integers() : std::vector<std::int64_t>{config->integer()};
}

std::vector<std::int64_t> check_salt(const char* layer, std::vector<std::int64_t> salt) {
  if (salt.size() > 2) fail(ErrorKind::invalid_argument, std::string(layer) + ": salt takes one or two integers, not " + std::to_string(salt.size()));
  if (salt.size() == 1) salt.push_back(salt[0]);
  return salt;
}

Config salt_config(const std::vector<std::int64_t>& salt) { return salt.empty() ? Config() : Config::integers(salt); }

std::int64_t hash_bucket(std::string_view text, std::int64_t buckets, const std::vector<std::int64_t>& salt) {
  const std::uint64_t hash =
      salt.empty() ? fingerprint64(text) : siphash({static_cast<std::uint64_t>(salt[0]), static_cast<std::uint64_t>(salt[1])}, text);
  return static_cast<std::int64_t>(hash % static_cast<std::uint64_t>(buckets));
}

std::string place(std::int64_t i, const Shape& shape) {
  std::string text;
  for (int axis = shape.rank(); axis-- > 0; i /= shape[axis]) text = std::to_string(i % shape[axis]) + (text.empty() ? "" : ", ") + text;
  return "[" + text + "]";
}

}  // namespace detail
}  // namespace candor
