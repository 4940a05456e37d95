// A model as the calls of its layers, models inside it taken apart: what the checks on models walk along.
#pragma once

#include <string>
#include <vector>

#include "candor/nn/model.h"

namespace candor::detail {

/// One call of a layer that is no model.
struct LayerCall {
  Layer layer;
  std::string kind, path;      ///< "Dense", "sequential/dense_1"
  std::string activation;      ///< of what it gives: "relu", "linear", ...; empty where it is not known
  std::vector<int> from = {};  ///< calls that feed it; -1 for an input of the model
};

/// All calls in the order in which they are made, and which of them give the model's outputs (-1: an input is handed through).
struct LayerCalls {
  std::vector<LayerCall> calls = {};
  std::vector<int> outputs = {};
  std::vector<std::string> unused_inputs = {};  ///< of the model: no layer reads them

  /// The calls that read what `call` gives.
  std::vector<int> readers(int call) const;
};

/// Models of one's own count as one layer.
LayerCalls layer_calls(const Model& model);

/// The options of a layer; empty for one that cannot be described.
Config options_of(const Layer& layer);
/// True when the layer changes no number, only where it stands: Flatten, Reshape, Permute ...
bool only_moves(const std::string& kind);
/// True for layers that drop or disturb numbers in training alone.
bool only_in_training(const std::string& kind);
/// True for layers whose arithmetic is linear in the input and learned: Dense, convolutions.
bool is_linear_map(const std::string& kind);
/// The call whose numbers `call` hands on: goes back over layers that only move or, in training, disturb them.
int source_of(const LayerCalls& model, int call);
/// "dense_1": the last part of the path.
std::string short_name(const LayerCall& call);

}  // namespace candor::detail
