#include "candor/backends/cpu/candidates.h"

#include "candor/backends/cpu/bf16_conv.h"
#include "candor/backends/cpu/by_images.h"
#include "candor/backends/cpu/conv.h"
#include "candor/backends/cpu/conv_winograd.h"
#include "candor/backends/cpu/depthwise_block.h"
#include "candor/backends/cpu/matmul.h"
#include "candor/backends/cpu/onednn.h"
#include "candor/backends/cpu/pool.h"

namespace candor::cpu {

const CandidateTable& candidates() {
  static const CandidateTable table = [] {
    CandidateTable t;
    add_elementwise(t);
    add_reductions(t);
    add_softmax(t);
    add_normalisation(t);
    add_movement(t);
    add_joining(t);
    add_take_scaled(t);
    add_pooled_conv(t);
    add_warp(t);
    add_optimizers(t);
    add_recurrent(t);
    add_recurrent_layers(t);
    add_matmul(t);
    add_attention(t);
    add_bf16_attention(t);
    add_winograd(t);
    add_cached_attention(t);
    add_narrow_matmul(t);
    add_onednn(t);
    add_conv(t);
    add_bf16_conv(t);
    add_pool(t);
    add_depthwise_block(t);
    add_by_images(t);
    return t;
  }();
  return table;
}

}  // namespace candor::cpu
