// A step of training within a given memory: what the forward pass made is kept for the backward pass as far as there is room, and made again where
// there is not (Griewank, Walther 2000; Chen et al. 2016). The least work that is done twice is looked for among cuts of the forward pass.
#include <cstdio>

#include "candor/base/error.h"
#include "candor/train/programs.h"

namespace candor::detail {
namespace {

std::string megabytes(std::size_t bytes) {
  char text[32];
  std::snprintf(text, sizeof text, bytes < 10'000'000 ? "%.2f MB" : "%.0f MB", static_cast<double>(bytes) / 1e6);
  return text;
}

}  // namespace

void TrainPrograms::set_memory(std::int64_t bytes) {
  if (bytes == memory_) return;
  memory_ = bytes;
  chosen_ = {};
  decided_.clear();
  if (!train_.empty()) make_train_functions();  // those that are there were made for another memory
}

Rematerialisation TrainPrograms::within_memory(std::span<const TensorType> arguments, std::size_t weights) {
  const auto budget = static_cast<std::size_t>(memory_);
  std::size_t without = 0;
  // Counts a step with `marked` of `parts` stretches made again, without computing anything.
  const auto counted = [&](int parts, int marked) {
    tried_ = {parts, marked, 0, 0, without};
    const Program step(trace([&](std::span<const Tensor> in) { return train(in, weights); }, arguments), {.device = "null"});
    tried_.bytes = step.arena_bytes() + step.variable_bytes();
    return tried_;
  };
  Rematerialisation kept = counted(0, 0);
  without = kept.without = kept.bytes;
  if (kept.bytes <= budget) return kept;

  Rematerialisation best, least = kept;
  const auto better = [&](const Rematerialisation& r) { return best.parts == 0 || r.again < best.again; };
  for (const int parts : {2, 3, 4, 6, 8, 12, 16, 24, 32}) {
    // The more stretches are marked the less is kept, nearly always: the fewest that fit are found by halving.
    int low = 1, high = parts;
    const Rematerialisation most = counted(parts, parts);
    if (most.bytes < least.bytes) least = most;
    if (most.bytes > budget) continue;
    Rematerialisation fits = most;
    while (low < high) {
      const int middle = (low + high) / 2;
      const Rematerialisation r = counted(parts, middle);
      if (r.bytes < least.bytes) least = r;
      if (r.bytes <= budget) fits = r, high = middle;
      else low = middle + 1;
    }
    if (better(fits)) best = fits;
  }
  if (best.parts == 0) {
    const std::int64_t rows = arguments.back().shape[0];
    fail(ErrorKind::memory, model_.name() + ": fit: a step on " + std::to_string(rows) + (rows == 1 ? " row" : " rows") + " takes " + megabytes(without) + ", and at least " + megabytes(least.bytes) +
                                " when what the backward pass needs is computed twice; memory allows " + megabytes(budget) + (rows > 1 ? ": use a smaller batch_size, or allow more" : ": allow more"));
  }
  return best;
}

}  // namespace candor::detail
