#include "candor/pipeline/judge_rows.h"

#include <algorithm>
#include <cstring>
#include <numeric>
#include <optional>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/data/rows_digest.h"
#include "candor/data/table/collect_rows.h"
#include "candor/data/table/units.h"
#include "candor/pipeline/check_results.h"
#include "candor/pipeline/test_rows.h"

namespace candor::pipeline {
namespace {

// Pieces are cut to whole batches of Model::predict, so that each row is answered in the company it has when all are.
constexpr std::int64_t rows_at_once = 8192;

std::vector<std::int64_t> range(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> rows(static_cast<std::size_t>(last - first));
  std::iota(rows.begin(), rows.end(), first);
  return rows;
}

// Tensors of rows one below the other.
class Stack {
 public:
  void add(const Tensor& rows) {
    const Tensor dense = rows.contiguous();
    row_ = {dense.shape().without(0), dense.dtype()};
    const auto* const bytes = static_cast<const std::byte*>(dense.raw());
    bytes_.insert(bytes_.end(), bytes, bytes + dense.type().bytes());
    count_ += dense.shape(0);
  }
  Tensor tensor() const {
    const Tensor all = Tensor::empty(row_.shape.inserted(0, count_), row_.dtype);
    if (!bytes_.empty()) std::memcpy(all.raw(), bytes_.data(), bytes_.size());
    return all;
  }

 private:
  TensorType row_ = {};
  std::vector<std::byte> bytes_;
  std::int64_t count_ = 0;
};

// The rows that the checks look at: all, or those whose number, well stirred, ends in so many zero bits that no more than the limit are left.
class Sample {
 public:
  Sample(std::vector<std::string> columns, std::int64_t most) : cells_(std::move(columns)), most_(most) {}

  void add(const Tensor& outputs, const Tensor& targets, const data::Table& cells) {
    std::vector<std::int64_t> here;
    for (std::int64_t i = 0; i < outputs.shape(0); ++i, ++passed_)
      if (wanted(passed_)) here.push_back(i), numbers_.push_back(passed_);
    outputs_ = joined(outputs_, data::take_rows(outputs, here));
    targets_ = joined(targets_, data::take_rows(targets, here));
    cells_.add(cells, here);
    while (static_cast<std::int64_t>(numbers_.size()) > most_) thin();
  }
  const Tensor& outputs() const { return outputs_; }
  const Tensor& targets() const { return targets_; }
  const data::Table& cells() const { return cells_.table(); }

 private:
  bool wanted(std::int64_t row) const {
    auto x = static_cast<std::uint64_t>(row) * 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    return ((x ^ (x >> 31)) & ((std::uint64_t{1} << halvings_) - 1)) == 0;
  }
  static Tensor joined(const Tensor& above, const Tensor& below) {
    if (!above.defined()) return below;
    Stack all;
    all.add(above);
    all.add(below);
    return all.tensor();
  }
  void thin() {
    ++halvings_;
    std::vector<std::int64_t> stay, numbers;
    for (std::size_t i = 0; i < numbers_.size(); ++i)
      if (wanted(numbers_[i])) stay.push_back(static_cast<std::int64_t>(i)), numbers.push_back(numbers_[i]);
    numbers_ = std::move(numbers);
    outputs_ = data::take_rows(outputs_, stay);
    targets_ = data::take_rows(targets_, stay);
    cells_.keep(stay);
  }

  data::RowCollector cells_;
  std::int64_t most_, passed_ = 0;
  int halvings_ = 0;
  std::vector<std::int64_t> numbers_;  // of the rows that are kept
  Tensor outputs_, targets_;
};

// One table as it comes.
class TableJudge {
 public:
  TableJudge(const formats::ModelFile& file, const data::Recipe& recipe, const JudgeLimits& limits) : file_(file), recipe_(recipe), limits_(limits), comparison_(recipe) {
    if (const Config* stored = file.preprocessing.find("split")) record_ = data::SplitRecord::from_config(*stored);
  }

  void add(data::Table piece) {
    if (source_.empty()) source_ = piece.source;
    data::read_units(piece, recipe_.schema());
    comparison_.add(piece);
    require_targets(piece, recipe_);
    waiting_.add(piece, data::rows_with_targets(piece, recipe_.schema()));
    if (waiting_.rows() >= rows_at_once) answer(waiting_.rows() / rows_at_once * rows_at_once);
  }

  JudgedRows finish(std::uint64_t seed) {
    if (waiting_.rows() > 0) answer(waiting_.rows());
    if (marks_.empty()) fail(ErrorKind::invalid_argument, source_ + ": there are no rows");
    JudgedRows out;
    out.score = judge_.score(seed);
    out.differences = comparison_.differences();
    if (record_) out.seen_text = record_->describe(seen_);
    out.digest = digest_.digest();
    out.set = names_;
    out.set.targets = targets_.tensor();
    out.set.features = Tensor::empty({out.set.targets.shape(0), 0}, DType::f32);
    out.checked = names_;
    out.checked.targets = sample_->targets();
    out.checked.features = Tensor::empty({out.checked.targets.shape(0), 0}, DType::f32);
    out.outputs = sample_->outputs();
    out.cells = sample_->cells();
    out.columns = columns_;
    out.mark = test_rows_mark(std::move(marks_));
    return out;
  }

 private:
  void answer(std::int64_t count) {
    const std::int64_t all = waiting_.rows();
    const data::Table& table = waiting_.table();
    const data::Table part = table.take(range(0, count));
    const data::Dataset set = recipe_.dataset(part);
    if (!sample_) {
      require_fit(file_, set);
      names_ = set;
      names_.features = names_.targets = Tensor();
      columns_ = columns_to_cut(part, recipe_.schema());
      const auto bytes = static_cast<std::int64_t>(8 * (columns_.size() + 1));
      sample_.emplace(columns_, std::max<std::int64_t>(1, std::min(limits_.checked_rows, limits_.cell_bytes / bytes)));
    }
    const Tensor outputs = answers(file_, set);
    judge_.add(outputs, set);
    digest_.add(set);
    targets_.add(set.targets);
    sample_->add(outputs, set.targets, part);
    const std::vector<std::uint64_t> marks = part.row_identities();
    marks_.insert(marks_.end(), marks.begin(), marks.end());
    if (record_) {
      const std::vector<data::SeenAs> seen = record_->look_up(part);
      seen_.insert(seen_.end(), seen.begin(), seen.end());
    }
    waiting_.keep(range(count, all));
  }

  const formats::ModelFile& file_;
  const data::Recipe& recipe_;
  JudgeLimits limits_;
  data::Recipe::Comparison comparison_;
  std::optional<data::SplitRecord> record_;
  std::string source_;
  data::RowCollector waiting_;
  candid::Judge judge_;
  data::RowsDigest digest_;
  data::Dataset names_;
  Stack targets_;
  std::optional<Sample> sample_;
  std::vector<std::string> columns_;
  std::vector<std::uint64_t> marks_;
  std::vector<data::SeenAs> seen_;
};

JudgedRows judge_whole(const std::string& name, const formats::ModelFile& file, const ModelRowsOptions& options, std::uint64_t seed) {
  ModelRows rows = load_for_model(name, file, options);
  JudgedRows out;
  out.outputs = answers(file, rows.set);
  out.score = candid::judge(out.outputs, rows.set, seed);
  out.differences = std::move(rows.differences);
  out.seen_text = rows.seen_text;
  out.digest = rows.set.digest();
  out.mark = test_rows_mark(rows.set, rows.cells);
  if (const std::optional<data::Recipe> recipe = recipe_of(file)) out.columns = columns_to_cut(rows.cells, recipe->schema());
  out.set = out.checked = rows.set;
  out.cells = std::move(rows.cells);
  return out;
}

}  // namespace

std::vector<std::string> known_columns(const data::Schema& schema, bool with_unit) {
  std::vector<std::string> names;
  for (const data::ColumnRole& column : schema.columns)
    if (column.unit.empty() ? !with_unit && column.role == data::Role::number : with_unit) names.push_back(column.name);
  return names;
}

JudgedRows judge_rows(const std::string& name, const formats::ModelFile& file, const ModelRowsOptions& options, std::uint64_t seed, const JudgeLimits& limits) {
  const std::optional<data::Recipe> recipe = recipe_of(file);
  if (!recipe || data::kind_of(name) != data::SourceKind::csv) return judge_whole(name, file, options, seed);
  try {
    data::TableStream pieces(name, options.table, limits.piece_bytes);
    pieces.expect(known_columns(recipe->schema(), false), known_columns(recipe->schema(), true));
    TableJudge judge(file, *recipe, limits);
    while (std::optional<data::Table> piece = pieces.next()) judge.add(std::move(*piece));
    return judge.finish(seed);
  } catch (const Error& error) {
    // What a column holds is decided by all rows when a table is read whole, and so is what is wrong with it.
    if (error.kind() == ErrorKind::memory || error.kind() == ErrorKind::io) throw;
    return judge_whole(name, file, options, seed);
  }
}

}  // namespace candor::pipeline
