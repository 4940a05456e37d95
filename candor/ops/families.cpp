#include "candor/ops/families.h"

namespace candor {

void register_all_families() {
  register_binary();
  register_compare();
  register_unary();
  register_special();
  register_activation();
  register_select();
  register_reduce();
  register_search();
  register_scan_ops();
  register_softmax();
  register_ctc();
  register_loss();
  register_norm();
  register_norm_gradient();
  register_batch_norm();
  register_random();
  register_gamma();
  register_optimizer();
  register_matmul();
  register_narrow_matmul();
  register_attention();
  register_reshape();
  register_slice();
  register_concatenate();
  register_pad();
  register_take();
  register_gather();
  register_scatter();
  register_sort();
  register_categories();
  register_trees();
  register_warp();
  register_conv();
  register_pool();
  register_graph_ops();
}

}  // namespace candor
