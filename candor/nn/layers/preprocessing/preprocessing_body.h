// The base class of preprocessing layers, and encodings that they share.
#pragma once

#include "candor/nn/layer_body.h"
#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

namespace candor::detail {

class PreprocessingBody : public LayerBody {
 public:
  using LayerBody::LayerBody;
  /// The work, on numbers (traced or not) or texts.
  virtual std::vector<Column> transform(std::span<const Column> inputs) = 0;
  virtual void adapt(std::span<const Column> batches);
  virtual bool adapts() const { return false; }
  /// How many categories its whole numbers stand for; 0: not known.
  virtual std::int64_t cardinality() const { return 0; }
  std::vector<Tensor> apply(std::span<const Tensor> xs, Mode mode) override;

 protected:
  const Column& only_column(std::span<const Column> inputs) const;
  /// The only input's texts. Throws Error (dtype) for numbers, as a model gives them, that says where such a layer belongs.
  const Texts& only_texts(std::span<const Column> inputs) const;
};

/// Names of what categories become; "binary" and "tf-idf" are Keras's older names of "multi_hot" and "tf_idf".
std::string standard_output_mode(std::string mode);

/// i64 or i32 indices as Keras's output modes: "int" leaves them, "one_hot" adds an axis of `depth` (in place of a last axis of 1),
/// "multi_hot" and "count" replace the second axis (the only one of a vector) by `depth`. An index of `depth` or beyond, or below 0, counts
/// nothing: callers that must not have any check before. `weights`: of each index, for "count".
Tensor encode_categories(const Tensor& indices, const std::string& mode, std::int64_t depth, DType dtype, const Tensor& weights = {});

/// Throws Error (unsupported): dense tensors only.
void refuse_sparse(const char* layer, bool sparse);
/// A salt of Keras's configuration: null, one integer, or two. Throws Error (corrupt) for others.
std::vector<std::int64_t> salt_from(const Config* config);
/// One or two integers, or none. Throws Error (invalid_argument) for others.
std::vector<std::int64_t> check_salt(const char* layer, std::vector<std::int64_t> salt);
Config salt_config(const std::vector<std::int64_t>& salt);
/// The bucket of a text: FarmHash's fingerprint modulo `buckets`, SipHash where a salt is given.
std::int64_t hash_bucket(std::string_view text, std::int64_t buckets, const std::vector<std::int64_t>& salt);
/// "[1, 0]": where element i lies.
std::string place(std::int64_t i, const Shape& shape);

}  // namespace candor::detail
