// What the validation rows of a training say beside its training rows: data.scale and data.duplicate-rows, as far as samples of both tell.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "candor/base/fingerprint.h"
#include "candor/base/text.h"
#include "candor/tensor/dtype.h"
#include "candor/tensor/tensor.h"
#include "candor/train/checks/check_model.h"

namespace candor::detail {
namespace {

constexpr std::int64_t least_rows = 10;

/// `count` of `all` numbers from 0, evenly spread.
std::int64_t nth(std::int64_t i, std::int64_t count, std::int64_t all) { return count >= all ? i : i * all / count; }

/// Where the numbers of a column (or of a channel of pictures and sequences) lie.
struct Reach {
  double low = 0, high = 0, first = 0, middle = 0, last = 0;  // extremes; 5 %, 50 %, 95 %

  double width() const { return last - first; }
  double whole() const { return high - low; }
};

Reach reach_of(const Tensor& x, std::int64_t column, std::int64_t columns) {
  constexpr std::int64_t most = 2048;
  const std::int64_t cells = x.size() / columns, count = std::min(most, cells);
  std::vector<double> values;
  values.reserve(static_cast<std::size_t>(count));
  visit_dtype(x.dtype(), [&](auto zero) {
    using T = decltype(zero);
    if constexpr (std::is_arithmetic_v<T>) {
      const auto* data = static_cast<const T*>(x.raw());
      for (std::int64_t i = 0; i < count; ++i)
        if (const auto v = static_cast<double>(data[nth(i, count, cells) * columns + column]); std::isfinite(v)) values.push_back(v);
    }
  });
  if (static_cast<std::int64_t>(values.size()) < least_rows) return {};
  std::sort(values.begin(), values.end());
  const auto at = [&](double share) { return values[static_cast<std::size_t>(share * static_cast<double>(values.size() - 1))]; };
  return {values.front(), values.back(), at(.05), at(.5), at(.95)};
}

/// On another scale altogether. Drift, seasons and heavy tails stay far below these factors.
bool other_scale(const Reach& a, const Reach& b) {
  constexpr double wide = 8, sparse = 30, away = 3;
  if (!(a.whole() > 0) || !(b.whole() > 0)) return false;
  const bool dense = a.width() > 0 && b.width() > 0;
  const double ratio = dense ? b.width() / a.width() : b.whole() / a.whole(), most = dense ? wide : sparse;
  if (ratio > most || ratio < 1 / most) return true;
  return dense && (b.middle > a.last + away * a.width() || b.middle < a.first - away * a.width());
}

void scales(const ModelUnderCheck& m, CheckNotes& notes) {
  constexpr std::int64_t most_columns = 64;
  const Tensor x = m.x.front().view_slice(0, 0, m.rows), &other = m.other_x.front();
  const std::int64_t width = x.shape()[-1];
  const bool pictures = x.rank() == 4;
  const std::int64_t columns = x.rank() == 2 || width <= most_columns ? width : 1, looked = std::min(columns, most_columns);
  std::int64_t apart = 0, varied = 0;
  Reach a, b;
  for (std::int64_t i = 0; i < looked; ++i) {
    const std::int64_t column = nth(i, looked, columns);
    const Reach here = reach_of(x, column, columns), there = reach_of(other, column, columns);
    if (!(here.whole() > 0) || !(there.whole() > 0)) continue;
    ++varied;
    // Pixels have limits: where half of the others lie beyond the training rows' by a tenth of their range, they were prepared otherwise.
    const bool beyond = pictures && (there.middle < here.low - .1 * here.whole() || there.middle > here.high + .1 * here.whole());
    if (!beyond && !other_scale(here, there)) continue;
    if (apart++ == 0) a = here, b = there;
  }
  if (apart == 0 || 2 * apart < varied) return;
  notes.findings.push_back({"data.scale", Severity::error, (varied == 1 || columns == 1 ? std::string("the inputs") : with_thousands(apart) + " of " + with_thousands(varied) + " columns of the inputs that were looked at") + " are on another scale in the validation rows than in the training rows (from " +
      number_text(b.first) + " to " + number_text(b.last) + " there, from " + number_text(a.first) + " to " + number_text(a.last) + " here, for nine tenths of the rows): what is learned on the one means nothing on the other. Prepare both in the same way, with numbers found on the training rows",
      "validation rows", {{"columns", static_cast<double>(apart)}, {"training width", a.width()}, {"validation width", b.width()}}});
}

/// Some numbers of a row as one: rows that differ there are different; those that agree are compared as a whole.
std::uint64_t key_of(const char* row, std::size_t size) {
  constexpr std::size_t pieces = 16, piece = 8;
  if (size <= pieces * piece) return fingerprint64(std::string_view(row, size));
  char some[pieces * piece];
  for (std::size_t i = 0; i < pieces; ++i) std::memcpy(some + i * piece, row + i * (size - piece) / (pieces - 1), piece);
  return fingerprint64(std::string_view(some, sizeof some));
}

void copies(const ModelUnderCheck& m, CheckNotes& notes) {
  constexpr std::int64_t most_train = 8192, most_other = 512;
  const Tensor &x = m.x.front(), &other = m.other_x.front();
  const std::int64_t rows = std::min(m.rows, most_train), others = std::min(other.shape()[0], most_other);
  const auto size = static_cast<std::size_t>(x.type().bytes()) / static_cast<std::size_t>(x.shape()[0]);
  struct Row {
    std::uint64_t key;
    const char* at;
  };
  std::vector<Row> known;
  for (std::int64_t i = 0; i < rows; ++i) {
    const char* at = static_cast<const char*>(x.raw()) + static_cast<std::size_t>(nth(i, rows, m.rows)) * size;
    known.push_back({key_of(at, size), at});
  }
  const auto less = [](const Row& a, const Row& b) { return a.key < b.key; };
  std::sort(known.begin(), known.end(), less);
  std::int64_t repeated = 0, matched = 0;
  for (std::size_t i = 0; i < known.size(); ++i) repeated += (i > 0 && known[i - 1].key == known[i].key) || (i + 1 < known.size() && known[i + 1].key == known[i].key);
  for (std::int64_t i = 0; i < others; ++i) {
    const char* at = static_cast<const char*>(other.raw()) + static_cast<std::size_t>(nth(i, others, other.shape()[0])) * size;
    const auto [from, to] = std::equal_range(known.begin(), known.end(), Row{key_of(at, size), at}, less);
    matched += std::any_of(from, to, [&](const Row& r) { return std::memcmp(r.at, at, size) == 0; });
  }
  // A new row is equal to a known one about as often as one of these is to another (Good, 1953): nothing is shown where few different rows exist.
  const double chance = (static_cast<double>(repeated) + 1) / (static_cast<double>(rows) + 1) * static_cast<double>(others);
  if (matched < 3 || static_cast<double>(matched) <= chance + 3 * std::sqrt(chance)) return;
  const double share = std::min(1.0, static_cast<double>(matched) / static_cast<double>(others) * static_cast<double>(m.rows) / static_cast<double>(rows));
  if (share < .05) return;
  const bool sampled = rows < m.rows || others < other.shape()[0], all = share > .98;
  notes.findings.push_back({"data.duplicate-rows", share > .5 ? Severity::error : Severity::warning, (all ? std::string("all") : (sampled ? "about " : "") + percent_text(share)) + " of the " + with_thousands(other.shape()[0]) +
      " validation rows are also training rows: their loss and score say how well the network remembers, not how good it is, and what is chosen by them (the epoch, a learning rate) is chosen for remembering. Part the rows before training: validation_split, or data::split", "validation rows", {{"share of the validation rows", share}}});
}

}  // namespace

void check_parts(const ModelUnderCheck& m, CheckNotes& notes) {
  if (m.x.size() != 1 || m.other_x.size() != 1) return;
  const Tensor &x = m.x.front(), &other = m.other_x.front();
  if (x.rank() < 2 || other.rank() != x.rank() || x.dtype() != other.dtype() || x.shape().without(0) != other.shape().without(0) || x.shape().without(0).size() == 0) return;
  if (m.rows < least_rows || other.shape()[0] < least_rows) {
    notes.skipped.push_back({"data.duplicate-rows", "too few rows for a verdict (n = " + std::to_string(std::min(m.rows, other.shape()[0])) + ", needs " + std::to_string(least_rows) + ")"});
    return;
  }
  guarded(notes, "data.duplicate-rows", [&](CheckNotes& n) { copies(m, n); });
  // Whole numbers of more than a byte are words or codes.
  if (is_floating(x.dtype()) || x.dtype() == DType::u8) guarded(notes, "data.scale", [&](CheckNotes& n) { scales(m, n); });
}

}  // namespace candor::detail
