#include "candor/data/row_memory.h"

#include "candor/base/memory.h"
#include "candor/base/scratch.h"

namespace candor::data {

Tensor make_rows(const TensorType& type, std::size_t limit) {
  const std::size_t bytes = type.bytes(), small = std::size_t{1} << 24;  // asking the system takes longer
  if (bytes == 0 || bytes <= (limit > 0 ? limit : small)) return Tensor::empty(type.shape, type.dtype);
  if (limit == 0 && bytes <= available_memory() / 2) return Tensor::empty(type.shape, type.dtype);
  const std::shared_ptr<void> memory = scratch_memory(bytes);
  return Tensor::over(std::make_shared<Storage>(memory.get(), bytes, memory), type);
}

}  // namespace candor::data
