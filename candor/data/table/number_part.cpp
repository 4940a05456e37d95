// Numbers: missing ones filled with the median and marked, long tails drawn in, mean 0 and deviation 1.
#include <algorithm>
#include <array>
#include <cmath>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/table/column_part.h"
#include "candor/data/table/number_text.h"
#include "candor/data/table/telling_edges.h"

namespace candor::data::detail {
namespace {

/// Standardised numbers are cut off here: beyond it a network has seen nothing, and sums of squares stay finite.
constexpr double farthest = 20;

enum class Tail { none, log, clip };
constexpr std::array<const char*, 3> tail_names{"none", "log", "clip"};

struct Moments {
  double mean = 0, deviation = 0, skew = 0, farthest = 0;
};
Moments moments(const std::vector<double>& values) {
  Moments m;
  const auto n = static_cast<double>(values.size());
  double scale = 0;  // squares of 1e300 would overflow
  for (double x : values) scale = std::max(scale, std::fabs(x));
  if (scale == 0) return m;
  for (double x : values) m.mean += x / scale / n;
  double second = 0, third = 0, far = 0;
  for (double x : values) {
    const double d = x / scale - m.mean;
    second += d * d / n, third += d * d * d / n;
    far = std::max(far, std::fabs(d));
  }
  const double deviation = std::sqrt(second);
  if (deviation > 1e-14) m.skew = third / (deviation * second), m.farthest = far / deviation;
  m.mean *= scale, m.deviation = deviation > 1e-14 ? deviation * scale : 0;
  return m;
}

double quantile(const std::vector<double>& sorted, double share) {
  const double at = share * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const double rest = at - static_cast<double>(low);
  return low + 1 < sorted.size() ? sorted[low] * (1 - rest) + sorted[low + 1] * rest : sorted[low];
}

/// How far x has come from one edge to the next, 0 to 1. Halves, so that no difference overflows.
float piece(double x, double from, double to) {
  const double done = (x / 2 - from / 2) / (to / 2 - from / 2);
  return done >= 1 ? 1.f : done > 0 ? static_cast<float>(done) : 0.f;
}

class NumberPart final : public ColumnPart {
 public:
  using ColumnPart::ColumnPart;

  std::vector<std::string> features() const override {
    std::vector<std::string> names;
    if (deviation > 0) names.push_back(column());
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) names.push_back(column() + " " + number_text(edges[i]) + ".." + number_text(edges[i + 1]));
    if (marked) names.push_back(column() + " missing");
    return names;
  }

  double bend(double x) const {
    x = std::clamp(x, low, high);
    if (tail != Tail::log) return x;
    const double ratio = std::fabs(x) / scale;
    return std::copysign(std::isinf(ratio) ? std::log(std::fabs(x)) - std::log(scale) : std::log1p(ratio), x);
  }

  void apply(const Column& source, float* out, std::int64_t stride) const override {
    const std::vector<double> values = need_numbers(source, lenient);
    for (std::size_t r = 0; r < values.size(); ++r) {
      float* to = out + static_cast<std::int64_t>(r) * stride;
      const bool is_missing = values[r] != values[r];
      const double x = is_missing ? median : values[r];
      if (deviation > 0) *to++ = static_cast<float>(std::clamp((bend(x) - mean) / deviation, -farthest, farthest));
      for (std::size_t i = 0; i + 1 < edges.size(); ++i) *to++ = piece(x, edges[i], edges[i + 1]);
      if (marked) *to = is_missing ? 1.f : 0.f;
    }
  }

  std::string what() const override {
    if (features().empty()) return "left out: the same in every training row";
    std::string text;
    if (tail == Tail::log) text = "long tail drawn in by a logarithm, standardised";
    else if (tail == Tail::clip) text = "cut off at " + number_text(low) + " and " + number_text(high) + ", standardised";
    else if (deviation > 0) text = "standardised";
    else text = "the same wherever it is known";
    if (edges.size() > 1) text += "; " + std::to_string(edges.size() - 1) + " pieces of its range";
    if (missing) text += "; " + missing_text(missing) + " filled with " + number_text(median) + " (median)" + (marked ? " and marked" : "");
    return text;
  }

  void look(const Column& source, ColumnSeen& seen) const override {
    if (!seen.retyped.empty()) return;
    if (source.kind == Column::Kind::text && !lenient) {
      for (std::size_t r = 0; r < source.codes.size(); ++r) {
        if (source.codes[r] < 0) continue;
        const std::string& word = source.words[static_cast<std::size_t>(source.codes[r])];
        if (parse_number(trimmed(word))) continue;
        seen.retyped = "column " + quoted(column()) + " held numbers; now it holds words, as " + quoted(word, 30) + " in row " + std::to_string(seen.rows + static_cast<std::int64_t>(r) + 1);
        return;
      }
    }
    seen.count(need_numbers(source, true), minimum, maximum);
    seen.rows += source.rows();
  }

  void tell(const ColumnSeen& seen, TableDifferences& differences) const override {
    if (!seen.retyped.empty()) return;
    if (seen.odd)
      differences.out_of_range.push_back("column " + quoted(column()) + ": " + with_thousands(seen.odd) + (seen.odd == 1 ? " cell lies" : " cells lie") + " outside " + number_text(minimum) + " to " +
                                         number_text(maximum) + " of the training rows (" + number_text(seen.least < minimum ? seen.least : seen.most) + ")");
    if (!marked && seen.missing)
      differences.new_words.push_back("column " + quoted(column()) + ": " + missing_text(seen.missing) + "; none was in the training rows. They are filled with " + number_text(median) + " (median)");
  }

  Config config() const override {
    Config config{{"kind", "number"}, {"column", column()}, {"tail", tail_names[static_cast<std::size_t>(tail)]}, {"median", median}, {"scale", scale}, {"low", low}, {"high", high}, {"mean", mean},
                  {"deviation", deviation}, {"minimum", minimum}, {"maximum", maximum}, {"missing", missing}, {"marked", marked}, {"lenient", lenient}};
    if (!edges.empty()) config.set("edges", Config::numbers(edges));
    return config;
  }

  Tail tail = Tail::none;
  double median = 0, scale = 1, low = -any_number, high = any_number, mean = 0, deviation = 1, minimum = 0, maximum = 0;
  std::int64_t missing = 0;
  bool marked = false, lenient = false;
  std::vector<double> edges;
};

/// Edges between equally many rows; equal ones once.
std::vector<double> find_edges(const std::vector<double>& sorted, std::int64_t pieces) {
  std::vector<double> edges;
  for (std::int64_t i = 0; i <= pieces; ++i) {
    const double edge = quantile(sorted, static_cast<double>(i) / static_cast<double>(pieces));
    if (edges.empty() || edge > edges.back()) edges.push_back(edge);
  }
  if (edges.size() < 3) edges.clear();  // one piece is the number itself
  return edges;
}

/// All edges of both, but for those that lie nearer together than a millionth of the range.
std::vector<double> joined_edges(std::vector<double> a, const std::vector<double>& b) {
  a.insert(a.end(), b.begin(), b.end());
  std::sort(a.begin(), a.end());
  std::vector<double> edges;
  for (double edge : a)
    if (edges.empty() || edge / 2 - edges.back() / 2 > 1e-6 * (a.back() / 2 - a.front() / 2)) edges.push_back(edge);
  if (edges.size() < 3) edges.clear();
  return edges;
}

}  // namespace

PartPointer fit_number(const Column& column, const TargetNumbers& targets, const RecipeOptions& options) {
  auto part = std::make_shared<NumberPart>(column.name);
  std::vector<double> values = need_numbers(column, true), present;
  for (double x : values)
    if (x == x) present.push_back(x);
  part->missing = static_cast<std::int64_t>(values.size() - present.size());
  part->lenient = part->missing > column.missing();  // training rows had cells that are no numbers, so others may
  part->marked = part->missing > 0 && !present.empty();
  part->deviation = 0;
  if (present.empty()) return part;
  std::sort(present.begin(), present.end());
  part->median = quantile(present, .5);
  part->minimum = present.front(), part->maximum = present.back();
  Moments plain = moments(present);
  bool few = true;
  std::vector<double> different;
  for (double x : present) {
    if (different.empty() || x != different.back()) different.push_back(x);
    if (different.size() > 10) few = false;
    if (!few) break;
  }
  if (!few && (std::fabs(plain.skew) > 2 || plain.farthest > 8)) {
    std::vector<double> sizes;
    for (double x : present)
      if (x != 0) sizes.push_back(std::fabs(x));
    std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2), sizes.end());
    part->scale = std::max(sizes[sizes.size() / 2], 1e-300);
    part->tail = Tail::log;
    std::vector<double> bent(present.size());
    std::transform(present.begin(), present.end(), bent.begin(), [&](double x) { return part->bend(x); });
    const Moments after = moments(bent);
    if (std::fabs(after.skew) > .6 * std::fabs(plain.skew) && after.farthest > .6 * plain.farthest) {
      part->tail = Tail::none;
      const double from = quantile(present, .005), to = quantile(present, .995);
      if (plain.farthest > 8 && from < to) part->tail = Tail::clip, part->low = from, part->high = to;
    }
  }
  // What is filled in counts, as it is what the network sees.
  for (double& x : values) x = part->bend(x == x ? x : part->median);
  const Moments final_moments = moments(values);
  part->mean = final_moments.mean, part->deviation = final_moments.deviation;
  if (options.pieces > 1 && !few) part->edges = joined_edges(find_edges(present, (options.pieces + 1) / 2), telling_edges(need_numbers(column, true), targets, options.pieces / 2));
  return part;
}

PartPointer read_number(const Config& config) {
  auto part = std::make_shared<NumberPart>(config.at("column").text());
  const std::string& tail = config.at("tail").text();
  const auto found = std::find(tail_names.begin(), tail_names.end(), tail);
  if (found == tail_names.end()) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + ": " + quoted(tail) + " is no treatment of tails");
  part->tail = static_cast<Tail>(found - tail_names.begin());
  part->median = checked_number(config, "median", -any_number, any_number);
  part->scale = checked_number(config, "scale", 1e-300, any_number);
  part->low = checked_number(config, "low", -any_number, any_number);
  part->high = checked_number(config, "high", part->low, any_number);
  part->mean = checked_number(config, "mean", -any_number, any_number);
  part->deviation = checked_number(config, "deviation", 0, any_number);
  part->minimum = checked_number(config, "minimum", -any_number, any_number);
  part->maximum = checked_number(config, "maximum", part->minimum, any_number);
  part->missing = config.at("missing").integer();
  part->marked = config.at("marked").boolean();
  part->lenient = config.at("lenient").boolean();
  if (const Config* edges = config.find("edges")) {
    part->edges = edges->to_numbers();
    if (part->edges.size() < 2 || part->edges.size() > 100000) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + " has " + std::to_string(part->edges.size()) + " edges");
    for (std::size_t i = 0; i < part->edges.size(); ++i)
      if (!std::isfinite(part->edges[i]) || (i > 0 && !(part->edges[i] > part->edges[i - 1]))) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + ": edges do not rise");
  }
  if (part->missing < 0) fail(ErrorKind::corrupt, "recipe: column " + quoted(part->column()) + " misses a negative number of cells");
  return part;
}

}  // namespace candor::data::detail
