// Whole numbers to one-hot, multi-hot or counts; hashes of anything; crosses of several columns.
#pragma once

#include <optional>

#include "candor/base/maybe.h"
#include "candor/nn/layers/preprocessing/preprocessing_layer.h"

namespace candor {

struct CategoryEncodingOptions {
  std::string output_mode = "multi_hot";  ///< "one_hot", "multi_hot" or "count"
  bool sparse = false;                    ///< true is refused
  DType dtype = DType::f32;
  std::string name{};
};
/// Numbers 0 <= x < num_tokens to vectors of num_tokens: "one_hot" [N] or [N, 1] to [N, num_tokens], "multi_hot" and "count" [N, K] to [N, num_tokens].
/// The call argument "count_weights" (of x's shape) weighs what "count" counts. A number out of range is an Error when the layer runs that
/// names row and value. Keras's CategoryEncoding.
class CategoryEncoding : public Layer {
 public:
  explicit CategoryEncoding(std::int64_t num_tokens, CategoryEncodingOptions options = {});
  static Layer from_config(const Config& options);
};

struct HashingOptions {
  Maybe<std::string> mask_value{};  ///< gets bucket 0, the others share the rest; of numbers: the decimal text
  std::vector<std::int64_t> salt{};         ///< one or two integers: SipHash with this key instead of FarmHash
  std::string output_mode = "int";             ///< "int" (i64), "one_hot", "multi_hot" or "count" (f32)
  bool sparse = false;
  std::string name{};
};
/// Texts or whole numbers to num_bins buckets by a hash of the text (of a number: its decimal digits), the same for ever. Keras's Hashing.
class Hashing : public PreprocessingLayer {
 public:
  explicit Hashing(std::int64_t num_bins, HashingOptions options = {});
  static Layer from_config(const Config& options);
};

struct HashedCrossingOptions {
  std::string output_mode = "int";  ///< or "one_hot"
  bool sparse = false;
  std::string name{};
};
/// Two or more columns of texts or whole numbers, [N] or [N, 1] each, to one: the bucket of their combination. Keras's HashedCrossing.
class HashedCrossing : public PreprocessingLayer {
 public:
  explicit HashedCrossing(std::int64_t num_bins, HashedCrossingOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
