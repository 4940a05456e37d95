#include "candor/explain/shapley.h"

#include <bit>
#include <cmath>
#include <string>

#include "candor/base/error.h"
#include "candor/candid/metrics/distributions.h"

namespace candor::explain {
namespace {

constexpr std::size_t most = 20;

void check(std::size_t inputs, std::size_t columns) {
  if (inputs != columns) fail(ErrorKind::shape, "shapley: a row of " + std::to_string(inputs) + " inputs against rows of " + std::to_string(columns));
  if (inputs < 1 || inputs > most) fail(ErrorKind::invalid_argument, "shapley: 1 to 20 inputs can be enumerated, and there are " + std::to_string(inputs) + "; sample orders instead");
}

// Values and interactions from the answers of all coalitions.
Shapley shared(std::vector<double> coalitions, std::size_t inputs) {
  const double n = static_cast<double>(inputs);
  Shapley out;
  out.base = coalitions.front();
  out.values.assign(inputs, 0);
  out.interaction = candid::Matrix::zeros(static_cast<std::int64_t>(inputs), static_cast<std::int64_t>(inputs));
  const auto chance = [](double before, double all) { return std::exp(std::lgamma(before + 1) + std::lgamma(all - before) - std::lgamma(all + 1)); };
  for (std::size_t set = 0; set < coalitions.size(); ++set) {
    const double size = std::popcount(set);
    for (std::size_t i = 0; i < inputs; ++i) {
      const std::size_t with_i = set | std::size_t{1} << i;
      if (with_i == set) continue;
      out.values[i] += chance(size, n) * (coalitions[with_i] - coalitions[set]);
      for (std::size_t j = 0; j < i && inputs > 1; ++j) {
        const std::size_t with_j = set | std::size_t{1} << j;
        if (with_j == set) continue;
        // Shared by the two orders of a pair: half the index each way would be SHAP's; this is Grabisch and Roubens's, whole.
        const double part = std::exp(std::lgamma(size + 1) + std::lgamma(n - size - 1) - std::lgamma(n)) * (coalitions[with_i | with_j] - coalitions[with_i] - coalitions[with_j] + coalitions[set]);
        out.interaction.at(static_cast<std::int64_t>(i), static_cast<std::int64_t>(j)) += part;
        out.interaction.at(static_cast<std::int64_t>(j), static_cast<std::int64_t>(i)) += part;
      }
    }
  }
  out.coalitions = std::move(coalitions);
  return out;
}

}  // namespace

Shapley exact_shapley(const RowFunction& f, std::span<const double> x, const candid::Matrix& background) {
  check(x.size(), static_cast<std::size_t>(background.columns));
  if (background.rows < 1) fail(ErrorKind::invalid_argument, "shapley: the background has no rows");
  std::vector<double> coalitions(std::size_t{1} << x.size());
  for (std::size_t set = 0; set < coalitions.size(); ++set) {
    candid::Matrix rows = background;
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      for (std::size_t i = 0; i < x.size(); ++i) if (set >> i & 1) rows.row(r)[i] = x[i];
    }
    for (const double v : f(rows)) coalitions[set] += v / static_cast<double>(background.rows);
  }
  return shared(std::move(coalitions), x.size());
}

Shapley sampled_shapley(const RowFunction& f, std::span<const double> x, std::span<const double> baseline, const std::vector<std::vector<std::int64_t>>& orders) {
  if (x.size() != baseline.size() || orders.empty()) fail(ErrorKind::shape, "shapley: a row of " + std::to_string(x.size()) + " inputs, a baseline of " + std::to_string(baseline.size()) + " and at least one order are wanted");
  Shapley out;
  out.values.assign(x.size(), 0);
  for (const std::vector<std::int64_t>& order : orders) {
    if (order.size() != x.size()) fail(ErrorKind::shape, "shapley: an order of " + std::to_string(order.size()) + " inputs");
    candid::Matrix rows = candid::Matrix::zeros(static_cast<std::int64_t>(x.size()) + 1, static_cast<std::int64_t>(x.size()));
    for (std::int64_t r = 0; r < rows.rows; ++r) {
      for (std::size_t i = 0; i < x.size(); ++i) rows.row(r)[i] = baseline[i];
      for (std::int64_t e = 0; e < r; ++e) {
        const auto at = static_cast<std::size_t>(order[static_cast<std::size_t>(e)]);
        if (at >= x.size()) fail(ErrorKind::invalid_argument, "shapley: input " + std::to_string(at) + " in an order of " + std::to_string(x.size()));
        rows.row(r)[at] = x[at];
      }
    }
    const std::vector<double> answers = f(rows);
    out.base = answers.front();
    for (std::size_t e = 0; e < x.size(); ++e) out.values[static_cast<std::size_t>(order[e])] += (answers[e + 1] - answers[e]) / static_cast<double>(orders.size());
  }
  return out;
}

Shapley tree_shapley(const candid::Tree& tree, std::span<const double> x) {
  for (const std::int32_t column : tree.feature) {
    if (column >= static_cast<std::int32_t>(x.size())) fail(ErrorKind::shape, "shapley: the tree asks for input " + std::to_string(column) + " of a row of " + std::to_string(x.size()));
  }
  check(x.size(), x.size());
  std::vector<double> coalitions(std::size_t{1} << x.size());
  for (std::size_t set = 0; set < coalitions.size(); ++set) {
    std::vector<std::pair<std::size_t, double>> open{{0, 1}};
    while (!open.empty()) {
      const auto [at, share] = open.back();
      open.pop_back();
      if (tree.feature[at] < 0) {
        coalitions[set] += share * tree.value[at].front();
        continue;
      }
      const auto column = static_cast<std::size_t>(tree.feature[at]), left = static_cast<std::size_t>(tree.left[at]), right = static_cast<std::size_t>(tree.right[at]);
      if (set >> column & 1) {
        open.push_back({static_cast<double>(static_cast<float>(x[column])) <= tree.threshold[at] ? left : right, share});
      } else {
        const double rows = static_cast<double>(tree.rows[at]);
        open.push_back({left, share * static_cast<double>(tree.rows[left]) / rows});
        open.push_back({right, share * static_cast<double>(tree.rows[right]) / rows});
      }
    }
  }
  return shared(std::move(coalitions), x.size());
}

std::vector<double> linear_shapley(std::span<const double> weights, std::span<const double> x, std::span<const double> mean) {
  if (weights.size() != x.size() || mean.size() != x.size()) fail(ErrorKind::shape, "shapley: weights, row and mean differ in length");
  std::vector<double> values;
  for (std::size_t i = 0; i < x.size(); ++i) values.push_back(weights[i] * (x[i] - mean[i]));
  return values;
}

double kernel_shap_weight(std::int64_t inputs, std::int64_t size) {
  if (size < 1 || size >= inputs) fail(ErrorKind::invalid_argument, "kernel_shap_weight: the size lies between 1 and the inputs less one");
  const double n = static_cast<double>(inputs), s = static_cast<double>(size);
  return (n - 1) / (std::round(std::exp(candid::log_choose(n, s))) * s * (n - s));
}

}  // namespace candor::explain
