// Patches of a picture in bf16: the inputs of one output, tap by tap, as rows or columns of a product.
#pragma once

#include "candor/backends/cpu/bf16_product.h"
#include "candor/backends/cpu/conv_geometry.h"

namespace candor::cpu {

/// A row of a for each output: taps times channels numbers, zeros where a tap lies in the padding or between spread inputs.
class PatchRows : public Bf16Rows {
 public:
  explicit PatchRows(const ConvGeometry& geometry);
  /// Where a tap's channels fill steps: tiles then follow each other in memory, which the processor fetches ahead by itself.
  bool by_steps() const override { return g_.in_channels % bf16_block == 0; }
  void pack(const std::uint16_t* a, std::int64_t block, std::uint16_t* to) const override;

 private:
  void pack_steps(const std::uint16_t* a, std::int64_t first, std::int64_t last, std::uint16_t* to) const;

  ConvGeometry g_;
  std::int64_t outputs_, numbers_, room_;  ///< rows, numbers of a row, and these in multiples of 32
  bool together_;                          ///< taps along a row of the picture lie side by side
};

/// Steps [first, first + steps) of a panel of the patches as columns: 32 channels of one tap, for 32 outputs a step, as pack_right_bf16 would give them. `panel`
/// counts 32 channels of the taps one after the other; channels are a multiple of 32 and nothing is spread.
void pack_patch_columns(const ConvGeometry& geometry, const std::uint16_t* x, std::int64_t panel, std::int64_t first, std::int64_t steps, std::uint16_t* to);

}  // namespace candor::cpu
