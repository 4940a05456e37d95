#include "candor/pipeline/examples.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "candor/base/text.h"
#include "candor/pipeline/picture_text.h"

namespace candor::pipeline {
namespace {

constexpr std::size_t max_cells = 30;

// A number as people write it in a cell.
std::string cell_text(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.6g", value);
  return text;
}

// "pets/cat/1.jpg" of the source "pets" is cat/1.jpg: the source stands above all of them.
std::string inside(const std::string& path, const std::string& source) {
  const std::string folder = source.ends_with('/') ? source : source + "/";
  return path.size() > folder.size() && path.starts_with(folder) ? path.substr(folder.size()) : path;
}

void show_inputs(candid::Example& example, const Prepared& p, std::int64_t row) {
  if (p.is_table()) {
    for (const data::ColumnRole& role : p.recipe->schema().columns) {
      if (role.role == data::Role::target || example.cells.size() >= max_cells) continue;
      if (const data::Column* column = p.test_cells.find(role.name)) example.cells.emplace_back(role.name, column->cell(row));
    }
  } else if (p.test.features.rank() == 2) {
    const std::vector<float> x = p.test.slice(row, row + 1).features.to(DType::f32).to_vector();
    for (std::size_t j = 0; j < x.size() && j < max_cells; ++j)
      example.cells.emplace_back(j < p.test.feature_names.size() ? p.test.feature_names[j] : "column_" + std::to_string(j + 1), cell_text(static_cast<double>(x[j])));
  } else {
    example.picture = picture_text(p.test, row);
  }
}

}  // namespace

void add_examples(candid::Report& report, const Prepared& p, const Tensor& outputs, std::size_t count) {
  const std::int64_t rows = p.test.rows();
  const std::vector<float> out = outputs.to_vector();
  const auto width = static_cast<std::size_t>(rows ? outputs.size() / rows : 0);
  std::vector<candid::Example> all;
  if (p.test.is_classification()) {
    const std::vector<std::int32_t> truth = p.test.targets.to_vector<std::int32_t>();
    for (std::int64_t row = 0; row < rows; ++row) {
      const auto first = out.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(row) * width);
      const auto best = std::max_element(first, first + static_cast<std::ptrdiff_t>(width)) - first;
      const auto is = static_cast<std::ptrdiff_t>(truth[static_cast<std::size_t>(row)]);
      candid::Example e;
      e.row = row;
      e.truth = p.test.class_names[static_cast<std::size_t>(is)];
      e.prediction = p.test.class_names[static_cast<std::size_t>(best)];
      e.confidence = static_cast<double>(first[best]);
      e.loss = -std::log(std::max(static_cast<double>(first[is]), 1e-12));
      all.push_back(std::move(e));
    }
  } else if (width == 1) {
    const std::vector<float> truth = p.test.targets.to_vector();
    for (std::int64_t row = 0; row < rows; ++row) {
      const double said = static_cast<double>(out[static_cast<std::size_t>(row)]), is = static_cast<double>(truth[static_cast<std::size_t>(row)]);
      candid::Example e;
      e.row = row;
      e.truth = cell_text(is);
      e.prediction = cell_text(said);
      e.confidence = std::abs(said - is);
      e.loss = (said - is) * (said - is);
      all.push_back(std::move(e));
    }
  }
  const auto pick = [&](auto better, auto wanted) {
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return better(all[a], all[b]); });
    std::vector<candid::Example> chosen;
    for (const std::size_t i : order) {
      if (chosen.size() == count || !wanted(all[i])) break;
      chosen.push_back(all[i]);
      show_inputs(chosen.back(), p, all[i].row);
      if (!p.test.row_names.empty()) chosen.back().file = inside(p.test.row_names[static_cast<std::size_t>(all[i].row)], p.test.source);
      // Numbers of rows are those of the source, where a person can look them up.
      if (!p.test_rows.empty()) chosen.back().row = p.test_rows[static_cast<std::size_t>(all[i].row)];
    }
    return chosen;
  };
  const bool classes = p.test.is_classification();
  report.worst = pick([](const auto& a, const auto& b) { return a.loss > b.loss; }, [&](const auto& e) { return !classes || e.truth != e.prediction; });
  if (classes) report.least_certain = pick([](const auto& a, const auto& b) { return a.confidence < b.confidence; }, [](const auto& e) { return e.confidence < .95; });
}

}  // namespace candor::pipeline
