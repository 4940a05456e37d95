#include "candor/base/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>

namespace candor {
namespace {

ProgressStyle default_style = ProgressStyle::automatic;

constexpr std::chrono::milliseconds redraw_every{100};
constexpr std::chrono::seconds line_every{30};

int columns(std::FILE* out) {
  winsize size{};
  if (::ioctl(::fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20) return size.ws_col;
  return 80;
}

}  // namespace

void set_progress_style(ProgressStyle style) { default_style = style; }

std::string format_seconds(double seconds) {
  char text[48];
  const auto whole = static_cast<long long>(seconds + 0.5);
  if (seconds < 0.0995) std::snprintf(text, sizeof text, "%.0f ms", seconds * 1e3);
  else if (seconds < 9.95) std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (whole < 60) std::snprintf(text, sizeof text, "%lld s", whole);
  else if (whole < 3600) std::snprintf(text, sizeof text, "%lld min %02lld s", whole / 60, whole % 60);
  else std::snprintf(text, sizeof text, "%lld h %02lld min", whole / 3600, whole / 60 % 60);
  return text;
}

Progress::Progress(std::string label, std::int64_t total, ProgressStyle style, std::FILE* out)
    : label_(std::move(label)), total_(total), style_(style), out_(out), start_(Clock::now()), drawn_(start_) {
  if (style_ == ProgressStyle::automatic) style_ = default_style;
  if (style_ == ProgressStyle::automatic) style_ = ::isatty(::fileno(out)) ? ProgressStyle::bar : ProgressStyle::lines;
}

Progress::~Progress() {
  if (!open_line_) return;
  std::fputc('\n', out_);
  std::fflush(out_);
}

bool Progress::due() const {
  if (style_ == ProgressStyle::quiet || finished_) return false;
  const auto now = Clock::now();
  return style_ == ProgressStyle::bar ? now - drawn_ >= redraw_every : now - drawn_ >= line_every;
}

void Progress::update(std::int64_t done, std::string_view note) {
  done_ = done;
  if (due()) draw(done, note, false);
}

void Progress::finish(std::string_view note) {
  if (finished_) return;
  finished_ = true;
  if (style_ != ProgressStyle::quiet) draw(total_ > 0 && done_ == 0 ? total_ : done_, note, true);
}

void Progress::draw(std::int64_t done, std::string_view note, bool last) {
  drawn_ = Clock::now();
  const double seconds = std::chrono::duration<double>(drawn_ - start_).count();
  std::string line = label_;
  if (style_ == ProgressStyle::bar && !last && total_ > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total_));
    constexpr int width = 24;
    const int full = static_cast<int>(share * width);
    line.append(" [").append(static_cast<std::size_t>(full), '=').append(full < width ? ">" : "");
    line.append(static_cast<std::size_t>(std::max(0, width - full - 1)), ' ').append("] ");
    line.append(std::to_string(static_cast<int>(share * 100))).append("%");
    if (share > 0 && seconds > 0.5) line += ", " + format_seconds(seconds / share - seconds) + " left";
  } else {
    if (total_ > 0 && !last) line += " " + std::to_string(done) + "/" + std::to_string(total_);
    else if (total_ == 0) line += " " + std::to_string(done);
    line += "  " + format_seconds(seconds);
  }
  if (!note.empty()) line.append("  ").append(note);
  if (style_ == ProgressStyle::bar) {
    const auto limit = static_cast<std::size_t>(columns(out_) - 1);  // a wrapped line could not be redrawn
    if (!last && line.size() > limit) line.resize(limit);
    std::fprintf(out_, "\r\x1b[K%s", line.c_str());
    if (last) std::fputc('\n', out_);
    open_line_ = !last;
  } else {
    std::fprintf(out_, "%s\n", line.c_str());
  }
  std::fflush(out_);
}

}  // namespace candor
