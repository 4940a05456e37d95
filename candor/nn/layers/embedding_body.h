// The table that Embedding and ReversibleEmbedding read.
#pragma once

#include "candor/nn/layers/embedding.h"
#include "candor/nn/layers/from_config.h"
#include "candor/nn/layers/kernel_holder.h"

namespace candor::detail {

class EmbeddingBody : public SimpleLayerBody, public KernelHolder, public LoraHolder {
 public:
  EmbeddingBody(std::int64_t input_dim, std::int64_t output_dim, EmbeddingOptions options, const char* layer);
  std::string kind() const override { return "Embedding"; }
  Config options() const override;
  void build(std::span<const TensorType>) override;
  std::vector<Tensor> compute_masks(std::span<const Tensor> xs, std::span<const Tensor> outputs) override;
  void enable_lora(std::int64_t rank, const LoraOptions& o) override;

 protected:
  Tensor apply_one(const Tensor& input, Mode mode) override;
  Tensor table() const { return lora.added_to(kernel_value()); }
  /// Numbers as the op takes them. Throws Error (dtype) for bool.
  Tensor numbers(const Tensor& input) const;

  std::int64_t rows_, columns_;
  EmbeddingOptions options_;

 private:
  void add_lora(std::int64_t rank, const LoraOptions& o);
  const char* layer_;
};

}  // namespace candor::detail
