// Probabilities that mean what they say: one number, fitted on rows that the model did not learn from, makes all of them bolder or more careful.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "candor/tensor/tensor.h"

namespace candor::candid {

/// A temperature with what it does to the rows it was fitted on.
struct Temperature {
  double value = 1;               ///< above 1 the network was too sure; 1: nothing is changed
  double best = 1;                ///< what fits those rows best, whether it is used or not
  std::int64_t rows = 0;
  double loss_before = 0, loss_after = 0;  ///< mean negative log likelihood without and with `value`
  double ece_before = 0, ece_after = 0;    ///< expected calibration error, 15 bins
};

/// The temperature for probabilities f32 [n, classes] of rows that the model did not learn from (Guo et al., 2017). It stays 1 when there are fewer than 50 rows, or when
/// the best one does not lower the loss beyond chance (paired over rows, 95 %); it lies in .2 to 20. Throws Error (shape).
Temperature fit_temperature(const Tensor& probabilities, std::span<const std::int32_t> truth);

/// One sentence for the report and the card: what the probabilities were made with, and what that did on the rows it was fitted on.
std::string temperature_text(const Temperature& temperature);

/// softmax(log(p) / temperature) of each row: the order of the classes stays. 1 gives the tensor itself.
Tensor at_temperature(const Tensor& probabilities, double temperature);

}  // namespace candor::candid
