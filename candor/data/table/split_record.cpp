#include "candor/data/table/split_record.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <string_view>

#include "candor/base/base64.h"
#include "candor/base/base64_decode.h"
#include "candor/base/error.h"
#include "candor/base/fingerprint.h"
#include "candor/base/text.h"

namespace candor::data {
namespace {

constexpr std::int64_t most_rows = std::int64_t{1} << 36, many_rows = 4000000;

/// An identity as a number below `range`, evenly: the upper half of their product.
std::uint64_t reduced(std::uint64_t identity, std::uint64_t range) {
  constexpr std::uint64_t low = 0xffffffff;
  const std::uint64_t a = identity >> 32, b = identity & low, c = range >> 32, d = range & low;
  const std::uint64_t middle = (a * d & low) + (b * c & low) + (b * d >> 32);
  return a * c + (a * d >> 32) + (b * c >> 32) + (middle >> 32);
}

/// Differences of ascending values by Golomb and Rice: the quotient by 2^bits in ones and a zero, then the remainder.
std::string packed(const std::vector<std::uint64_t>& values, int bits) {
  std::string bytes;
  unsigned filled = 8;
  const auto put = [&](bool bit) {
    if (filled == 8) bytes += '\0', filled = 0;
    if (bit) bytes.back() = static_cast<char>(static_cast<unsigned char>(bytes.back()) | 1u << filled);
    ++filled;
  };
  std::uint64_t before = 0;
  for (std::uint64_t value : values) {
    const std::uint64_t step = value - before;
    before = value;
    for (std::uint64_t i = step >> bits; i > 0; --i) put(true);
    put(false);
    for (int i = 0; i < bits; ++i) put(step >> i & 1);
  }
  return bytes;
}

/// The inverse; an Error (corrupt) for bytes that hold other than `count` values below `range`.
std::vector<std::uint64_t> unpacked(const std::string& bytes, std::int64_t count, int bits, std::uint64_t range) {
  const std::uint64_t size = bytes.size() * 8;
  if (static_cast<std::uint64_t>(count) > size / static_cast<std::uint64_t>(bits + 1)) fail(ErrorKind::corrupt, "split: " + std::to_string(count) + " rows do not fit into " + std::to_string(bytes.size()) + " bytes");
  std::uint64_t at = 0, value = 0;
  const auto next = [&]() -> std::uint64_t {
    if (at >= size) fail(ErrorKind::corrupt, "split: the rows end too early");
    const auto byte = static_cast<unsigned char>(bytes[at / 8]);
    return byte >> (at++ % 8) & 1u;
  };
  std::vector<std::uint64_t> values;
  values.reserve(static_cast<std::size_t>(count));
  for (std::int64_t i = 0; i < count; ++i) {
    std::uint64_t step = 0;
    while (next()) step += std::uint64_t{1} << bits;
    for (int b = 0; b < bits; ++b) step |= next() << b;
    if ((i > 0 && step == 0) || step >= range || value >= range - step) fail(ErrorKind::corrupt, "split: the rows do not rise");
    values.push_back(value += step);
  }
  if (size - at >= 8) fail(ErrorKind::corrupt, "split: bytes are left over");
  return values;
}

/// The columns of `table` that are named, alone.
std::vector<std::uint64_t> identities(const Table& table, const std::vector<std::string>& names) {
  if (table.columns.size() == names.size()) return table.row_identities();
  Table part;
  for (const std::string& name : names) part.columns.push_back(table.at(name));
  return part.row_identities();
}

std::vector<std::uint64_t> identities(const Dataset& set) {
  std::vector<std::uint64_t> out(static_cast<std::size_t>(set.rows()));
  if (out.empty()) return out;
  const Tensor features = set.features.contiguous();
  const auto* bytes = static_cast<const char*>(features.raw());
  const std::size_t size = features.type().bytes() / out.size();
  for (std::size_t r = 0; r < out.size(); ++r) out[r] = fingerprint64(std::string_view(bytes + r * size, size));
  return out;
}

bool has_columns(const Table& table, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(), [&](const std::string& name) { return table.find(name) != nullptr; });
}

}  // namespace

bool SplitRecord::Set::has(std::uint64_t identity) const { return range > 0 && std::binary_search(values.begin(), values.end(), reduced(identity, range)); }

SplitRecord::Set SplitRecord::make_set(std::span<const std::uint64_t> identities, std::span<const std::int64_t> rows) {
  Set set;
  set.rows = static_cast<std::int64_t>(rows.size());
  if (rows.empty()) return set;
  set.bits = set.rows > many_rows ? 6 : 10;
  set.range = static_cast<std::uint64_t>(set.rows) << set.bits;
  for (std::int64_t row : rows) set.values.push_back(reduced(identities[static_cast<std::size_t>(row)], set.range));
  std::sort(set.values.begin(), set.values.end());
  for (std::size_t i = 0, end = 0; i < set.values.size(); i = end) {
    for (end = i + 1; end < set.values.size() && set.values[end] == set.values[i];) ++end;
    if (end > i + 1) set.repeated += static_cast<std::int64_t>(end - i);
  }
  set.values.erase(std::unique(set.values.begin(), set.values.end()), set.values.end());
  return set;
}

SplitRecord::Set SplitRecord::make_set(std::span<const std::uint64_t> identities) {
  std::vector<std::int64_t> rows(identities.size());
  std::iota(rows.begin(), rows.end(), std::int64_t{0});
  return make_set(identities, rows);
}

void SplitRecord::keep_columns(const Schema& schema, const Table& table) {
  for (const ColumnRole& column : schema.columns)
    if (column.role != Role::ignore && table.find(column.name)) columns_.push_back(column.name);
}

SplitRecord::SplitRecord(const Table& train, const Table& test, const Schema& schema, const std::string& how) : how_(how) {
  keep_columns(schema, train);
  train_ = make_set(identities(train, columns_));
  if (has_columns(test, columns_)) test_ = make_set(identities(test, columns_));
}

SplitRecord::SplitRecord(const Dataset& train, const Dataset& test, const std::string& how) : how_(how), train_(make_set(identities(train))), test_(make_set(identities(test))) {}

SplitRecord::SplitRecord(const Table& table, const Schema& schema, const RowSplit& split) : how_(split.how) {
  keep_columns(schema, table);
  const std::vector<std::uint64_t> all = identities(table, columns_);
  train_ = make_set(all, split.train);
  validation_ = make_set(all, split.validation);
  test_ = make_set(all, split.test);
}

std::vector<SeenAs> SplitRecord::look_up(std::span<const std::uint64_t> identities) const {
  std::vector<SeenAs> seen;
  for (const std::uint64_t row : identities) seen.push_back(train_.has(row) ? SeenAs::train : validation_.has(row) ? SeenAs::validation : test_.has(row) ? SeenAs::test : SeenAs::fresh);
  return seen;
}

std::vector<SeenAs> SplitRecord::look_up(const Table& table) const {
  if (columns_.empty() || !has_columns(table, columns_)) return std::vector<SeenAs>(static_cast<std::size_t>(table.rows()), SeenAs::fresh);
  return look_up(identities(table, columns_));
}

std::vector<SeenAs> SplitRecord::look_up(const Dataset& rows) const {
  if (!columns_.empty()) return std::vector<SeenAs>(static_cast<std::size_t>(rows.rows()), SeenAs::fresh);
  return look_up(identities(rows));
}

std::int64_t SplitRecord::rows(SeenAs part) const { return part == SeenAs::train ? train_.rows : part == SeenAs::validation ? validation_.rows : part == SeenAs::test ? test_.rows : 0; }

std::string SplitRecord::describe(std::span<const SeenAs> rows) const {
  std::array<std::int64_t, 4> counts{};
  for (SeenAs as : rows) ++counts[static_cast<std::size_t>(as)];
  const auto all = static_cast<std::int64_t>(rows.size());
  const std::int64_t fresh = counts[0], train = counts[1], validation = counts[2], test = counts[3];
  // A new row is equal to an old one about as often as one of the old rows is to another (Good, 1953), and one in a thousand is taken for an old one.
  const double rate = std::min(1.0, (static_cast<double>(train_.repeated) + 1) / (static_cast<double>(train_.rows) + 1) + .001), by_chance = rate * static_cast<double>(all);
  if (static_cast<double>(all - fresh) <= by_chance + 3 * std::sqrt(by_chance)) return "";
  if (train == 0 && validation == 0) return with_thousands(test) + " of " + with_thousands(all) + " rows were held back as test rows when the model was trained" + (fresh ? "; the others are new to it" : "");
  std::string text = "the model was trained on " + with_thousands(train) + " of these " + with_thousands(all) + " rows";
  if (validation) text += " and chosen by " + with_thousands(validation);
  if (fresh + test == 0) return text + ": the score says how well it remembers, not how good it is";
  return text + ", so the score flatters; only the other " + with_thousands(fresh + test) + (test ? " (" + with_thousands(test) + " test rows of then)" : std::string()) + " tell how good it is";
}

Config SplitRecord::config() const {
  Config::List columns;
  for (const std::string& name : columns_) columns.emplace_back(name);
  const auto set = [](const Set& rows) {
    return Config{{"rows", rows.rows}, {"repeated", rows.repeated}, {"bits", rows.bits}, {"kept", static_cast<std::int64_t>(rows.values.size())}, {"data", base64(packed(rows.values, rows.bits))}};
  };
  return Config{{"how", how_}, {"columns", columns}, {"train", set(train_)}, {"validation", set(validation_)}, {"test", set(test_)}};
}

SplitRecord SplitRecord::from_config(const Config& config) {
  SplitRecord record;
  record.how_ = config.at("how").text();
  for (const Config& name : config.at("columns").items()) record.columns_.push_back(name.text());
  std::vector<std::string> sorted = record.columns_;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) fail(ErrorKind::corrupt, "split: a column is named twice");
  const auto read = [&](const char* key) {
    const Config& entry = config.at(key);
    Set set;
    set.rows = entry.at("rows").integer();
    const std::int64_t bits = entry.at("bits").integer(), kept = entry.at("kept").integer();
    set.repeated = entry.get("repeated", std::int64_t{0});  // not in older files
    if (set.rows < 0 || set.repeated < 0 || set.repeated > set.rows || set.rows > most_rows || bits < 1 || bits > 20 || kept < 0 || kept > set.rows) fail(ErrorKind::corrupt, "split: the " + std::string(key) + " part counts " + std::to_string(set.rows) + " rows, " + std::to_string(kept) + " kept");
    set.bits = static_cast<int>(bits);
    set.range = static_cast<std::uint64_t>(set.rows) << bits;
    const auto bytes = from_base64(entry.at("data").text());
    if (!bytes) fail(ErrorKind::corrupt, "split: the rows of the " + std::string(key) + " part are no base64");
    set.values = unpacked(*bytes, kept, set.bits, set.range);
    return set;
  };
  record.train_ = read("train");
  record.validation_ = read("validation");
  record.test_ = read("test");
  return record;
}

}  // namespace candor::data
