// Many feed-forward networks, of which each step uses a few.
#pragma once

#include <optional>

#include "candor/nn/activation.h"
#include "candor/nn/layer.h"

namespace candor {

struct MixtureOfExpertsOptions {
  std::int64_t top_k = 2;                       ///< experts a step uses, 1 to num_experts
  ActivationFunction activation = "silu";
  bool gated = true;                            ///< experts as GatedFeedForward, otherwise activation(x up) down
  bool use_bias = false;                        ///< of the experts
  bool normalize_weights = true;                ///< the chosen experts' shares add up to 1 (Mixtral); otherwise they are the router's (Switch)
  std::optional<std::int64_t> output_dim{};  ///< none: as many as the input has
  double load_balance_loss = 0.01;              ///< weight of experts * sum over experts of (share of choices * mean of the router's share)
  double router_z_loss = 0;                     ///< weight of the mean of squared logsumexp of the router's scores (Zoph et al. 2022)
  Initializer kernel_initializer = "glorot_uniform";
  Initializer bias_initializer = "zeros";
  std::string name{};
};
/// The router's softmax(x router) says how much each expert has to say at a step; the top_k largest do, the sum of their results times their shares is
/// the step's (Shazeer et al. 2017): [batch, ..., features] -> [batch, ..., output_dim]. In training the losses above are added (Fedus et al. 2021): the
/// first is least, 1, when all experts are used alike; steps that the input's mask does not count are left out of them. No step is dropped: each expert
/// computes all steps, so work grows with num_experts. Weights: router [features, experts], gate_kernel and up_kernel [experts, features,
/// intermediate_dim], down_kernel [experts, intermediate_dim, output_dim], and with use_bias gate_bias, up_bias, down_bias [experts, 1, ...].
class MixtureOfExperts : public Layer {
 public:
  /// Throws Error (invalid_argument) for sizes below 1, top_k beyond num_experts or losses below 0.
  MixtureOfExperts(std::int64_t num_experts, std::int64_t intermediate_dim, MixtureOfExpertsOptions options = {});
  static Layer from_config(const Config& options);
};

}  // namespace candor
