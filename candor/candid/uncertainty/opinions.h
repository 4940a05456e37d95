// Several opinions on the same rows: of networks that were trained apart, or of one network with dropout left on. Where they disagree, the model does not know.
#pragma once

#include <cstdint>
#include <vector>

#include "candor/base/function.h"
#include "candor/nn/model.h"

namespace candor::candid {

/// What each of several says of rows: probabilities [n, classes], or values [n, k]. All are shaped alike.
using Opinions = Function<std::vector<Tensor>(const Tensor& rows)>;

/// Networks trained with other seeds or on other rows (Lakshminarayanan et al., 2017). `logits`: a softmax is put behind each. Throws Error (invalid_argument) for none.
Opinions ensemble_opinions(std::vector<Model> members, bool logits);
/// One network asked `samples` times with dropout on (Gal and Ghahramani, 2016), the k-th time with seed + k: the same seed gives the same answers. Throws Error (invalid_argument)
/// for fewer than two samples and for a network without dropout, (unsupported) for one with batch normalisation, whose statistics a training call would change.
Opinions dropout_opinions(Model model, int samples, std::uint64_t seed, bool logits);

/// What several opinions come to, a number for each row.
struct Spread {
  Tensor mean;                              ///< of the opinions
  std::vector<double> deviation = {};       ///< standard deviation over the opinions: of the probability of the class that the mean answers, or of the first value
  std::vector<double> entropy = {};         ///< classes: of the mean, in nats: all that is unknown
  std::vector<double> disagreement = {};    ///< classes: entropy less the mean entropy of each opinion: what more training rows could tell
};
/// Throws Error (invalid_argument) for no opinions, (shape) for opinions shaped differently.
Spread spread_of(const std::vector<Tensor>& opinions, bool classes);

}  // namespace candor::candid
