#include "candor/pipeline/overview.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "candor/base/threads.h"
#include "candor/data/table/column_dates.h"
#include "candor/pipeline/picture_text.h"

namespace candor::pipeline {
namespace {

using candid::ColumnOverview;

constexpr std::size_t max_columns = 1000, max_correlated = 60, max_words = 12, max_class_pictures = 50;
constexpr int bins = 24;

/// Numbers of a column with NaN where there is none; empty for words.
struct Numbers {
  std::string name;
  std::vector<double> values;
};

void describe(ColumnOverview& out, const std::vector<double>& values) {
  std::vector<double> known;
  known.reserve(values.size());
  for (const double x : values)
    if (std::isfinite(x)) known.push_back(x);
  out.missing = static_cast<std::int64_t>(values.size() - known.size());
  if (known.empty()) return;
  double sum = 0, squares = 0;
  for (const double x : known) sum += x;
  const double mean = sum / static_cast<double>(known.size());
  for (const double x : known) squares += (x - mean) * (x - mean);
  std::sort(known.begin(), known.end());
  out.mean = mean;
  out.deviation = std::sqrt(squares / static_cast<double>(known.size()));
  out.minimum = known.front();
  out.maximum = known.back();
  const std::size_t middle = known.size() / 2;
  out.median = known.size() % 2 ? known[middle] : (known[middle - 1] + known[middle]) / 2;
  out.distinct = 1;
  for (std::size_t i = 1; i < known.size(); ++i) out.distinct += known[i] != known[i - 1];
  const double low = known.front(), high = known.back();
  if (!(high > low)) return;
  // Whole numbers with few values get a bar each.
  const bool whole = out.distinct <= 2 * bins && high - low < 2 * bins && std::all_of(known.begin(), known.end(), [](double x) { return x == std::floor(x); });
  const int count = whole ? static_cast<int>(high - low) + 1 : bins;
  const double from = whole ? low - .5 : low, width = whole ? 1 : (high - low) / bins;
  for (int i = 0; i <= count; ++i) out.edges.push_back(from + i * width);
  out.counts.assign(static_cast<std::size_t>(count), 0);
  for (const double x : known) ++out.counts[static_cast<std::size_t>(std::clamp(static_cast<int>((x - from) / width), 0, count - 1))];
}

void describe_words(ColumnOverview& out, const data::Column& column) {
  std::vector<std::int64_t> counts(column.words.size());
  for (const std::int32_t code : column.codes) {
    if (code == data::missing_word) ++out.missing;
    else ++counts[static_cast<std::size_t>(code)];
  }
  std::vector<std::pair<std::string, std::int64_t>> words;
  for (std::size_t i = 0; i < counts.size(); ++i)
    if (counts[i] > 0) words.emplace_back(column.words[i], counts[i]);
  out.distinct = static_cast<std::int64_t>(words.size());
  std::stable_sort(words.begin(), words.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  if (words.size() > max_words) words.resize(max_words);
  out.words = std::move(words);
}

// Days since 1970 of each cell.
std::vector<double> days_of(const data::Column& column, const std::string& format) {
  std::vector<double> of_word;
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  for (const std::string& word : column.words) of_word.push_back(data::detail::read_date(word, format).value_or(nan) / 86400);
  std::vector<double> days;
  for (const std::int32_t code : column.codes) days.push_back(code == data::missing_word ? nan : of_word[static_cast<std::size_t>(code)]);
  return days;
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
  double n = 0, ma = 0, mb = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (std::isfinite(a[i]) && std::isfinite(b[i])) ++n, ma += a[i], mb += b[i];
  if (n < 3) return std::numeric_limits<double>::quiet_NaN();
  ma /= n, mb /= n;
  double aa = 0, bb = 0, ab = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!std::isfinite(a[i]) || !std::isfinite(b[i])) continue;
    aa += (a[i] - ma) * (a[i] - ma), bb += (b[i] - mb) * (b[i] - mb), ab += (a[i] - ma) * (b[i] - mb);
  }
  return aa > 0 && bb > 0 ? ab / std::sqrt(aa * bb) : std::numeric_limits<double>::quiet_NaN();
}

void correlate(candid::DataOverview& out, std::vector<Numbers> numbers) {
  std::erase_if(numbers, [](const Numbers& n) { return std::none_of(n.values.begin(), n.values.end(), [&](double x) { return std::isfinite(x) && x != n.values.front(); }); });
  if (numbers.size() > max_correlated) numbers.resize(max_correlated);
  if (numbers.size() < 2) return;
  const std::size_t n = numbers.size();
  for (const Numbers& column : numbers) out.correlated.push_back(column.name);
  out.correlation.assign(n, std::vector<double>(n, 1));
  parallel_for(static_cast<std::int64_t>(n), [&](std::int64_t i) {
    for (std::size_t j = 0; j < static_cast<std::size_t>(i); ++j) out.correlation[static_cast<std::size_t>(i)][j] = correlation(numbers[static_cast<std::size_t>(i)].values, numbers[j].values);
  });
  for (std::size_t i = 0; i < n; ++i)
    for (std::size_t j = 0; j < i; ++j) out.correlation[j][i] = out.correlation[i][j];
}

void describe_table(candid::DataOverview& out, const Prepared& p) {
  std::vector<Numbers> numbers;
  const std::vector<data::ColumnTreatment> treatments = p.recipe->treatments();
  for (const data::ColumnRole& role : p.recipe->schema().columns) {
    const data::Column* column = p.train_cells.find(role.name);
    if (!column || out.columns.size() >= max_columns) continue;
    ColumnOverview view;
    view.name = role.name;
    view.role = std::string(data::to_string(role.role));
    view.why = role.why;
    for (const data::ColumnTreatment& t : treatments)
      if (t.column == role.name) view.treatment = t.what;
    const bool date = column->kind == data::Column::Kind::text && !role.date_format.empty();
    if (column->kind == data::Column::Kind::number || date) {
      std::vector<double> values = date ? days_of(*column, role.date_format) : column->numbers;
      describe(view, values);
      if (role.role != data::Role::id && role.role != data::Role::ignore) numbers.push_back({role.name, std::move(values)});
    } else {
      describe_words(view, *column);
    }
    out.columns.push_back(std::move(view));
  }
  correlate(out, std::move(numbers));
}

void describe_features(candid::DataOverview& out, const data::Dataset& set) {
  const Tensor features = set.features.to(DType::f32).contiguous();
  const std::int64_t width = features.shape(1), rows = set.rows();
  const float* x = features.data<float>();
  std::vector<Numbers> numbers;
  for (std::int64_t j = 0; j < width && out.columns.size() < max_columns; ++j) {
    ColumnOverview view;
    view.name = static_cast<std::size_t>(j) < set.feature_names.size() ? set.feature_names[static_cast<std::size_t>(j)] : "column_" + std::to_string(j + 1);
    view.role = "number";
    view.treatment = "standardised inside the model";
    std::vector<double> values;
    for (std::int64_t i = 0; i < rows; ++i) values.push_back(static_cast<double>(x[i * width + j]));
    describe(view, values);
    numbers.push_back({view.name, std::move(values)});
    out.columns.push_back(std::move(view));
  }
  correlate(out, std::move(numbers));
}

}  // namespace

candid::DataOverview overview(const Prepared& p) {
  candid::DataOverview out;
  out.source = p.train.source;
  out.digest = p.train.digest();
  out.kind = std::string(data::to_string(p.kind));
  out.train = p.train.rows();
  out.test = p.test.rows();
  out.skipped = p.train.skipped;
  out.split = p.split;
  out.remarks = p.remarks;
  if (p.is_table()) describe_table(out, p);
  else if (p.train.features.rank() == 2) describe_features(out, p.train);
  if (p.train.is_classification()) {
    const std::vector<std::int64_t> counts = data::class_counts(p.train);
    for (std::size_t c = 0; c < counts.size(); ++c) out.classes.emplace_back(p.train.class_names[c], counts[c]);
    if (p.train.features.rank() == 4 && counts.size() <= max_class_pictures) {
      const std::vector<std::int32_t> labels = p.train.targets.to_vector<std::int32_t>();
      for (std::size_t c = 0; c < counts.size(); ++c) {
        const auto first = std::find(labels.begin(), labels.end(), static_cast<std::int32_t>(c));
        out.class_pictures.push_back(first == labels.end() ? std::string() : picture_text(p.train, first - labels.begin()));
      }
    }
  }
  return out;
}

}  // namespace candor::pipeline
