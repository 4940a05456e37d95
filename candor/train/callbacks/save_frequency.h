// How often a callback writes files.
#pragma once

#include <cstdint>

namespace candor {

/// How often: "epoch", or a number of steps.
class SaveFrequency {
 public:
  SaveFrequency(const char* word);
  SaveFrequency(std::int64_t steps);
  SaveFrequency(int steps) : SaveFrequency(std::int64_t{steps}) {}
  /// 0: at the end of each epoch.
  std::int64_t steps() const { return steps_; }

 private:
  std::int64_t steps_ = 0;
};

}  // namespace candor
