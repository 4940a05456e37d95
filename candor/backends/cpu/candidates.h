// The ordered list of kernels that may serve each op on the CPU. A file of kernels has one add_... function, called in
// candidates.cpp; for one op the order of adding is the order of asking, and the op's reference kernel is always last.
#pragma once

#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "candor/backends/cpu/machine.h"
#include "candor/graph/backend.h"

namespace candor::cpu {

/// Looks at a node and gives a kernel for it, ready to run, or says in a few words why not.
using Candidate = Answer (*)(const NodeInfo&, const Machine&);

class CandidateTable {
 public:
  void add(std::string_view op, Candidate candidate) { rows_[std::string(op)].push_back(candidate); }
  void add(std::initializer_list<std::string_view> ops, Candidate candidate) {
    for (std::string_view op : ops) add(op, candidate);
  }
  std::span<const Candidate> of(std::string_view op) const {
    const auto found = rows_.find(op);
    return found == rows_.end() ? std::span<const Candidate>() : std::span<const Candidate>(found->second);
  }

 private:
  std::map<std::string, std::vector<Candidate>, std::less<>> rows_;
};

void add_elementwise(CandidateTable& table);  ///< every elementwise op and fused_elementwise: the tile loop
void add_reductions(CandidateTable& table);   ///< sum, mean, max, min, argmax, argmin
void add_softmax(CandidateTable& table);      ///< softmax, log_softmax, cross-entropies and their gradients
void add_normalisation(CandidateTable& table);
void add_movement(CandidateTable& table);     ///< transpose, broadcast_to, slice, take
void add_joining(CandidateTable& table);      ///< pad, concatenate
void add_take_scaled(CandidateTable& table);   ///< a batch of pixels
void add_pooled_conv(CandidateTable& table);   ///< gradients of a convolution before a max_pool
void add_attention(CandidateTable& table);    ///< dot_product_attention and its gradient
void add_bf16_attention(CandidateTable& table);  ///< dot_product_attention of bf16
void add_cached_attention(CandidateTable& table);  ///< cached_attention
void add_narrow_matmul(CandidateTable& table);    ///< products with weights of 16 or 8 bits
void add_warp(CandidateTable& table);          ///< images through changed coordinates
void add_optimizers(CandidateTable& table);   ///< sgd_update, adam_update, rmsprop_update
void add_recurrent(CandidateTable& table);    ///< recurrent sequences and their gradients
void add_recurrent_layers(CandidateTable& table);  ///< with the products of their inputs

/// All of them, in order; see candidates.cpp.
const CandidateTable& candidates();

}  // namespace candor::cpu
