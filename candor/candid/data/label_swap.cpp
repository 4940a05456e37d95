// data.label-name-swap: classes that mean something else in another part, or for a saved model.
#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "candor/base/text.h"
#include "candor/candid/data/checks.h"
#include "candor/candid/data/columns.h"
#include "candor/candid/data/quick_model.h"

namespace candor::candid::detail {
namespace {

constexpr std::int64_t most_rows = 3000, least_rows = 30, most_pictures = 900;
using Counts = std::vector<std::vector<std::int64_t>>;  // [said][label]

std::int64_t agreement(const Counts& counts, const std::vector<std::size_t>& order) {
  std::int64_t hits = 0;
  for (std::size_t k = 0; k < order.size(); ++k) hits += counts[k][order[k]];
  return hits;
}

/// order[said] = label, so that as many rows agree as can be.
std::vector<std::size_t> best_order(const Counts& counts) {
  std::vector<std::size_t> order(counts.size());
  std::iota(order.begin(), order.end(), 0);
  std::vector<std::size_t> best = order;
  if (counts.size() <= 7) {
    do {
      if (agreement(counts, order) > agreement(counts, best)) best = order;
    } while (std::next_permutation(order.begin(), order.end()));
    return best;
  }
  for (bool better = true; better;) {
    better = false;
    for (std::size_t a = 0; a < best.size(); ++a)
      for (std::size_t b = a + 1; b < best.size(); ++b) {
        order = best;
        std::swap(order[a], order[b]);
        if (agreement(counts, order) > agreement(counts, best)) best = order, better = true;
      }
  }
  return best;
}

/// Says that labels of a part follow another order; `usual` counts answers where labels are right.
std::vector<Finding> order_finding(const Subject& s, std::size_t part, const Counts& counts, const Counts& usual, const std::string& by) {
  const std::vector<std::size_t> order = best_order(counts);
  std::vector<std::string> moved;
  std::vector<char> in(order.size(), 0);
  for (std::size_t k = 0; k < order.size(); ++k) {
    if (order[k] == k) continue;
    moved.push_back(candor::quoted(s.class_names[k]) + " is " + candor::quoted(s.class_names[order[k]]));
    in[k] = 1;
  }
  // Only rows of the classes that would change places count: their share that agrees, as named and exchanged.
  const auto shares = [&](const Counts& of) {
    std::array<double, 3> sum{};
    for (std::size_t said = 0; said < order.size(); ++said)
      for (std::size_t label = 0; label < order.size(); ++label) {
        if (!in[label]) continue;
        const auto n = static_cast<double>(of[said][label]);
        sum[2] += n;
        if (said == label) sum[0] += n;
        if (order[said] == label) sum[1] += n;
      }
    return sum;
  };
  const std::array<double, 3> here = shares(counts), there = shares(usual);
  const double n = std::max(here[2], 1.0), before = here[0] / n, after = here[1] / n, right = there[0] / std::max(there[2], 1.0), wrong = there[1] / std::max(there[2], 1.0);
  const double z = (here[1] - here[0]) / std::sqrt(here[1] + here[0] + 1);
  if (moved.empty() || n < 15 || z < 3.5 || after - before < .2 || right - wrong < .5 * (after - before)) return {};
  return {{"data.label-name-swap", Severity::error,
           "classes seem to have changed their meaning in " + s.parts[part].name + " (" + name_list(moved) + " there): what " + by + " answers is right in " + percent(before) + " of their rows as the classes are named, and in " + percent(after) + " with the classes exchanged (" + percent(right) +
               " is usual as named); bring the classes of both files into one order",
           s.parts[part].name, {{"share right as named", before}, {"share right with classes exchanged", after}, {"share right on training rows that were left out", right}, {"rows", n}}}};
}

void names_that_differ(const Subject& s, std::size_t part, std::vector<Finding>& findings) {
  std::vector<std::int64_t> train(s.class_names.size(), 0), other(s.class_names.size(), 0);
  std::int64_t all = 0, fresh = 0;
  for (const std::int32_t k : s.labels[0])
    if (k >= 0) ++train[static_cast<std::size_t>(k)];
  for (const std::int32_t k : s.labels[part])
    if (k >= 0) ++other[static_cast<std::size_t>(k)], ++all;
  std::vector<std::string> added, gone;
  for (std::size_t k = 0; k < train.size(); ++k) {
    if (!train[k] && other[k]) added.push_back(candor::quoted(s.class_names[k])), fresh += other[k];
    if (train[k] && !other[k]) gone.push_back(candor::quoted(s.class_names[k]));
  }
  if (added.empty()) return;
  // Good and Turing: where many classes came once, others that never came are no wonder.
  const auto once = std::count(train.begin(), train.end(), 1), learned = std::accumulate(train.begin(), train.end(), std::int64_t{0});
  const double expected = static_cast<double>(once) / static_cast<double>(std::max<std::int64_t>(learned, 1)) * static_cast<double>(all);
  // Numbers counted as classes: the rare ends of a scale come and go.
  const bool scale = train.size() >= 10 && std::all_of(s.class_names.begin(), s.class_names.end(), [](const std::string& name) { return parse_number(name).has_value(); });
  const bool grave = fresh >= 3 && fresh * 100 >= all * (scale ? 8 : 1) && static_cast<double>(fresh) > expected + 4 * std::sqrt(expected);
  findings.push_back({"data.label-name-swap", grave ? Severity::error : Severity::note,
                      s.parts[part].name + " has classes that training never had: " + name_list(added) + " (" + rows_text(fresh) + ")" + (gone.empty() ? "" : ", and lacks " + name_list(gone)) + "; are they the same, written in another way? A model can never answer with them", s.parts[part].name,
                      {{"new classes", static_cast<double>(added.size())}, {"rows", static_cast<double>(fresh)}, {"classes that are gone", static_cast<double>(gone.size())}}});
}

void against_model(const Subject& s, std::vector<Finding>& findings) {
  const std::vector<std::string>& known = s.model_classes;
  std::vector<std::string> unknown;
  for (const std::string& name : s.class_names)
    if (std::find(known.begin(), known.end(), name) == known.end()) unknown.push_back(candor::quoted(name));
  if (!unknown.empty())
    findings.push_back({"data.label-name-swap", Severity::error, "the model knows the classes " + name_list(known) + ", and the data have " + name_list(unknown) + ": they cannot be the same; name them as the model does", name_list(unknown), {{"classes the model does not know", static_cast<double>(unknown.size())}}});
  for (std::size_t part = 0; part < s.model_answers.size(); ++part) {
    const std::vector<std::int32_t>& said = s.model_answers[part];
    if (said.empty() || !s.has_labels(part) || said.size() != s.labels[part].size()) continue;
    Counts counts(s.class_names.size(), std::vector<std::int64_t>(s.class_names.size(), 0));
    for (std::size_t i = 0; i < said.size(); ++i) {
      const auto at = std::find(s.class_names.begin(), s.class_names.end(), known[static_cast<std::size_t>(said[i])]);
      if (at != s.class_names.end() && s.labels[part][i] >= 0) ++counts[static_cast<std::size_t>(at - s.class_names.begin())][static_cast<std::size_t>(s.labels[part][i])];
    }
    // What a trained model is worth is not known here: as if its answers were right in eight of ten.
    Counts usual(s.class_names.size(), std::vector<std::int64_t>(s.class_names.size(), 1));
    for (std::size_t k = 0; k < usual.size(); ++k) usual[k][k] = 4 * static_cast<std::int64_t>(usual.size());
    for (Finding& f : order_finding(s, part, counts, usual, "the model")) findings.push_back(std::move(f));
  }
}

}  // namespace

std::vector<Finding> label_swap(const Subject& s) {
  if (!s.is_classification() || !s.has_labels(0)) skip("needs classes");
  std::vector<Finding> findings;
  if (!s.model_classes.empty()) against_model(s, findings);
  bool second = false;
  for (std::size_t part = 1; part < s.parts.size(); ++part) second = second || s.has_labels(part);
  if (!second) {
    if (findings.empty() && s.model_classes.empty()) skip("needs a second part with labels, or a model");
    return findings;
  }
  const auto classes = static_cast<int>(s.class_names.size());
  const std::vector<std::int64_t> rows = labelled_rows(s, 0, s.is_table() ? most_rows : most_pictures);
  for (std::size_t part = 1; part < s.parts.size(); ++part)
    if (s.has_labels(part)) names_that_differ(s, part, findings);
  const QuickInputs inputs(s);
  if (static_cast<std::int64_t>(rows.size()) < 2 * least_rows || classes < 2 || classes > 60 || inputs.columns() == 0) return findings;
  const std::span<const std::int64_t> learned(rows.data(), rows.size() * 2 / 3), left(rows.data() + learned.size(), rows.size() - learned.size());
  const Matrix known = inputs.rows(0, learned);
  const std::vector<std::int32_t> of_known = labels_of(s, 0, learned);
  const auto count = [&](std::size_t part, std::span<const std::int64_t> of) {
    Counts counts(static_cast<std::size_t>(classes), std::vector<std::int64_t>(static_cast<std::size_t>(classes), 0));
    const std::vector<std::int32_t> said = most_probable(answers_of(known, of_known, classes, inputs.rows(part, of), !s.is_table())), labels = labels_of(s, part, of);
    for (std::size_t i = 0; i < said.size(); ++i) ++counts[static_cast<std::size_t>(said[i])][static_cast<std::size_t>(labels[i])];
    return counts;
  };
  const Counts usual = count(0, left);
  for (std::size_t part = 1; part < s.parts.size(); ++part) {
    if (!s.has_labels(part)) continue;
    const std::vector<std::int64_t> asked = labelled_rows(s, part, s.is_table() ? 1000 : 600);
    for (Finding& f : order_finding(s, part, count(part, asked), usual, "a model learned on " + s.parts[0].name)) findings.push_back(std::move(f));
  }
  return findings;
}

}  // namespace candor::candid::detail
