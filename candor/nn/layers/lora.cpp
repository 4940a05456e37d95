#include "candor/nn/layers/lora.h"

#include "candor/nn/layers/check.h"
#include "candor/ops/elementwise.h"
#include "candor/ops/manipulate.h"
#include "candor/ops/matmul.h"

namespace candor::detail {

Tensor Lora::added_to(const Tensor& kernel) const {
  if (!enabled()) return kernel;
  const Tensor left = a.value(), flat = left.rank() == 2 ? left : reshape(left, std::vector<std::int64_t>{-1, rank});
  const Tensor change = matmul(flat, b.value()) * Tensor::full({}, alpha / static_cast<double>(rank), left.dtype());
  return kernel + to_dtype(reshape(change, kernel.shape()), kernel.dtype());
}

void Lora::config(Config& c) const {
  if (rank == 0) return;
  c.set("lora_rank", rank).set("lora_alpha", alpha);
}

void require_lora_rank(const char* layer, const std::optional<std::int64_t>& rank, const Constraint& constraint) {
  if (!rank) return;
  require_positive(layer, "lora_rank", *rank);
  if (constraint.defined()) fail(ErrorKind::invalid_argument, std::string(layer) + ": lora_rank and a constraint on the kernel exclude each other");
}

}  // namespace candor::detail
