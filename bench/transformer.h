// The cases of whole transformers: BERT-base forward, GPT-2 124M trained and speaking, made of the public layers.
#pragma once

#include <memory>

#include "bench/inputs.h"
#include "bench/system.h"

namespace candor::bench {

/// Tokens and weights by formula, in the model's order: tables of tokens and places; BERT: its norm; for each block query, key, value, output (kernel and
/// bias each), norm, two dense layers, in GPT-2's own order of layers; GPT-2: the last norm.
Inputs transformer_inputs(const Case& c);

/// Candor's side: BERT as a Program on the caller's buffers, or a compiled step of AdamW.
std::unique_ptr<System> candor_transformer(const Case& c, const Inputs& inputs, const PlanOptions& options = {});

}  // namespace candor::bench
