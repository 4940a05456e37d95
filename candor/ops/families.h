// The families of ops that make up the registry, one function each.
#pragma once

namespace candor {

/// Registers every op of Candor; runs once, before the first look-up.
void register_all_families();

void register_binary();
void register_unary();
void register_compare();
void register_special();
void register_activation();
void register_select();
void register_reduce();
void register_search();
void register_scan_ops();
void register_matmul();
void register_narrow_matmul();
void register_attention();
void register_reshape();
void register_slice();
void register_concatenate();
void register_take();
void register_gather();
void register_scatter();
void register_pad();
void register_sort();
void register_categories();
void register_trees();
void register_warp();
void register_conv();
void register_pool();
void register_norm();
void register_norm_gradient();
void register_batch_norm();
void register_softmax();
void register_ctc();
void register_loss();
void register_random();
void register_gamma();
void register_optimizer();
void register_graph_ops();  // defined in graph/: rows that hold graphs, and the dispatcher that runs and records ops

}  // namespace candor
