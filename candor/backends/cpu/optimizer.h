// The update rules of optimizers on a piece of one parameter; optimizer_plan.cpp cuts a model into pieces.
#pragma once

#include <array>
#include <cstdint>

namespace candor::cpu::optimizer {

/// The numbers of one step, already combined with its learning rate and bias corrections.
struct Numbers {
  float rate = 0;                 ///< times the gradient, or Adam's corrected rate
  float keep = 1;                 ///< what weight decay leaves of the parameter
  float momentum = 0, beta1 = 0, beta2 = 0, rest1 = 0, rest2 = 0, epsilon = 0;
};

/// `count` elements of a parameter, of its states and of its gradient. Outputs may be the inputs.
struct Piece {
  std::array<const float*, 4> in{};
  std::array<float*, 4> out{};
  const float* gradient = nullptr;
  /// States of 16 bits, in place of `in` and `out` from the second list on; what their rounding is made of, see ops/scattered.h.
  std::array<const std::uint16_t*, 4> short_in{};
  std::array<std::uint16_t*, 4> short_out{};
  std::uint32_t key = 0, first = 0;
  std::int64_t count = 0;
};

using Rule = void (*)(const Numbers&, const Piece&);

Rule sgd_rule(bool momentum, bool nesterov);
Rule adam_rule(bool amsgrad, bool short_states);
Rule rmsprop_rule(bool momentum, bool centered, bool torch);

}  // namespace candor::cpu::optimizer
