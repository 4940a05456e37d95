// Reads and writes the resume points of one call of fit.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "candor/base/function.h"
#include "candor/train/resume_point.h"

namespace candor::detail {

class ResumeWriter {
 public:
  using Maker = Function<ResumePoint()>;
  /// Throws Error (invalid_argument) for a path or interval that cannot be.
  ResumeWriter(std::string who, std::vector<ResumePolicy> policies);

  bool wanted() const { return !files_.empty(); }
  /// The point that is there, of the first file that has one. Throws Error (invalid_argument) that says what changed when it belongs to
  /// another run than `run`, and the errors of read_resume_point.
  std::optional<ResumePoint> read(const Config& run) const;

  /// Write the files that are due.
  void after_step(const Maker& make);
  void after_epoch(const Maker& make);
  /// Writes all: training stops here, before its end.
  void at_stop(const Maker& make);
  /// Writes those that stay when training has come to its end.
  void at_end(const Maker& make);
  /// Training is over: removes those that are not to stay.
  void finished() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct File {
    ResumePolicy policy;
    Clock::time_point written;
    double cost = 0;         ///< seconds that the last point took
    std::int64_t steps = 0;  ///< since it
  };
  static bool due(const File& file);
  static void write(File& file, const ResumePoint& point);

  std::string who_;
  std::vector<File> files_;
};

}  // namespace candor::detail
