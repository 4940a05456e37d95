#include "candor/data/dataset.h"

#include <algorithm>
#include <cstring>

#include "candor/base/error.h"
#include "candor/base/text.h"
#include "candor/base/threads.h"
#include "candor/data/row_memory.h"

namespace candor::data {

Tensor take_rows(const Tensor& source, std::span<const std::int64_t> rows) {
  if (source.rank() == 0) fail(ErrorKind::shape, "take_rows: a tensor with rows is expected, got a scalar");
  const std::int64_t available = source.shape(0), count = static_cast<std::int64_t>(rows.size());
  for (std::int64_t row : rows)
    if (row < 0 || row >= available)
      fail(ErrorKind::invalid_argument,
           "take_rows: row " + std::to_string(row) + " of " + std::to_string(available) + " rows is asked for");
  const Tensor dense = source.contiguous();
  const Tensor result = make_rows({source.shape().with(0, count), source.dtype()});
  const std::size_t bytes = count ? result.type().bytes() / static_cast<std::size_t>(count) : 0;
  if (bytes == 0) return result;
  const auto* from = static_cast<const std::byte*>(dense.raw());
  auto* to = static_cast<std::byte*>(result.raw());
  const auto piece = static_cast<std::int64_t>(std::max<std::size_t>(1, (std::size_t{1} << 18) / bytes));
  parallel_for((count + piece - 1) / piece, [&](std::int64_t p) {
    for (std::int64_t i = p * piece; i < std::min(count, (p + 1) * piece); ++i)
      std::memcpy(to + static_cast<std::size_t>(i) * bytes,
                  from + static_cast<std::size_t>(rows[static_cast<std::size_t>(i)]) * bytes, bytes);
  });
  return result;
}

Dataset Dataset::take(std::span<const std::int64_t> rows) const {
  Dataset part = *this;
  part.features = take_rows(features, rows);
  if (targets.defined()) part.targets = take_rows(targets, rows);
  part.row_names.clear();
  if (!row_names.empty())
    for (const std::int64_t row : rows) part.row_names.push_back(row_names[static_cast<std::size_t>(row)]);
  return part;
}

Dataset Dataset::slice(std::int64_t start, std::int64_t stop) const {
  Dataset part = *this;
  part.features = features.view_slice(0, start, stop);
  if (targets.defined()) part.targets = targets.view_slice(0, start, stop);
  if (!row_names.empty()) part.row_names.assign(row_names.begin() + start, row_names.begin() + stop);
  return part;
}

Dataset from_arrays(const Tensor& features, const Tensor& targets, std::string source) {
  if (!features.defined() || features.rank() == 0)
    fail(ErrorKind::shape, "data::from_arrays: features [rows, ...] are expected, got " +
                               (features.defined() ? "a scalar" : std::string("an undefined tensor")));
  Dataset result;
  result.features = features;
  result.source = std::move(source);
  if (!targets.defined()) return result;
  if (targets.rank() == 0 || targets.shape(0) != features.shape(0))
    fail(ErrorKind::shape, "data::from_arrays: features " + to_string(features.shape()) + " and targets " +
                               to_string(targets.shape()) + " must have the same number of rows");
  if (targets.rank() > 1 || !is_integer(targets.dtype())) {
    result.targets = targets;
    return result;
  }
  const std::vector<std::int64_t> labels = targets.to_vector<std::int64_t>();
  std::int64_t highest = -1;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] < 0 || labels[i] > 1'000'000)
      fail(ErrorKind::invalid_argument, "data::from_arrays: row " + std::to_string(i) + " has class number " +
                                            std::to_string(labels[i]) +
                                            "; classes count from 0 (make the targets f32 for regression)");
    highest = std::max(highest, labels[i]);
  }
  result.targets = targets.to(DType::i32);
  for (std::int64_t c = 0; c <= highest; ++c) result.class_names.push_back(std::to_string(c));
  return result;
}

std::vector<std::int64_t> class_counts(const Dataset& dataset) {
  std::vector<std::int64_t> counts(dataset.class_names.size(), 0);
  for (std::int32_t label : dataset.targets.to_vector<std::int32_t>())
    if (label >= 0 && static_cast<std::size_t>(label) < counts.size()) ++counts[static_cast<std::size_t>(label)];
  return counts;
}

void require_trainable(const Dataset& dataset) {
  const std::string name = dataset.source.empty() ? "data" : dataset.source;
  if (dataset.rows() == 0) fail(ErrorKind::invalid_argument, name + ": no rows to learn from");
  if (!dataset.has_targets()) fail(ErrorKind::invalid_argument, name + ": no targets to learn; training needs a target for every row");
  if (!dataset.is_classification()) return;
  const std::vector<std::int64_t> counts = class_counts(dataset);
  const auto present = std::count_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; });
  if (present >= 2) return;
  const auto only = std::find_if(counts.begin(), counts.end(), [](std::int64_t n) { return n > 0; });
  const std::string class_name = only == counts.end() ? "" : dataset.class_names[static_cast<std::size_t>(only - counts.begin())];
  const std::string target = dataset.target_names.size() == 1 ? "target " + quoted(dataset.target_names[0]) : "the target";
  fail(ErrorKind::invalid_argument, name + ": " + target + " has one class only (" + quoted(class_name) + " in all " +
                                        with_thousands(dataset.rows()) + " rows); at least two are needed to learn a difference");
}

}  // namespace candor::data
