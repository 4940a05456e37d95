// One progress bar: a line that is redrawn on a terminal, plain lines when the output is piped, nothing when quiet.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace candor {

enum class ProgressStyle {
  automatic,  ///< bar on a terminal, lines otherwise
  bar,        ///< one line, redrawn at most ten times a second
  lines,      ///< a line at the end of each task and every half minute within a long one
  quiet,      ///< nothing
};

/// The style that Progress uses when it is made with `automatic`; for `--quiet` and `--json`.
void set_progress_style(ProgressStyle style);

/// One task of `total` steps, e.g. an epoch of batches:
///     Progress bar("epoch 1/5", batches);
///     bar.update(i + 1, "loss 0.31");
///     bar.finish("loss 0.30, accuracy .91");
class Progress {
 public:
  /// `total` 0 means unknown: a count is shown instead of a bar.
  Progress(std::string label, std::int64_t total, ProgressStyle style = ProgressStyle::automatic, std::FILE* out = stderr);
  /// An unfinished bar is ended with a newline, so that an error message starts on a line of its own.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  /// `done` steps are done; `note` stands behind the bar. Cheap: draws only when the last drawing is old enough.
  void update(std::int64_t done, std::string_view note = {});
  /// True when update() would draw now; lets a caller skip making a note.
  bool due() const;
  /// Draws the final state and ends the line.
  void finish(std::string_view note = {});

 private:
  using Clock = std::chrono::steady_clock;
  void draw(std::int64_t done, std::string_view note, bool last);

  std::string label_;
  std::int64_t total_, done_ = 0;
  ProgressStyle style_;
  std::FILE* out_;
  Clock::time_point start_, drawn_;
  bool open_line_ = false, finished_ = false;
};

/// "0.3 s", "12 s", "4 min 05 s", "2 h 10 min".
std::string format_seconds(double seconds);

}  // namespace candor
