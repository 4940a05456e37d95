#include "candor/candid/metrics/entities.h"

#include <algorithm>

#include "candor/base/error.h"

namespace candor::candid {
namespace {

struct Mark {
  char kind = 'O';
  std::string type;
};

Mark mark_of(const std::string& text) {
  if (text.empty() || text == "O") return {};
  const std::size_t dash = text.find('-');
  return {text[0], dash == std::string::npos ? "_" : text.substr(dash + 1)};
}

bool ends_lenient(const Mark& before, const Mark& now) {
  if (before.kind == 'E' || before.kind == 'S') return true;
  if ((before.kind == 'B' || before.kind == 'I') && (now.kind == 'B' || now.kind == 'S' || now.kind == 'O')) return true;
  return before.kind != 'O' && before.kind != '.' && before.type != now.type;
}

bool begins_lenient(const Mark& before, const Mark& now) {
  if (now.kind == 'B' || now.kind == 'S') return true;
  if ((before.kind == 'E' || before.kind == 'S' || before.kind == 'O') && (now.kind == 'E' || now.kind == 'I')) return true;
  return now.kind != 'O' && now.kind != '.' && before.type != now.type;
}

PrecisionRecallF1 of_counts(double right, double said, double names) {
  PrecisionRecallF1 out;
  out.precision = said > 0 ? right / said : 0;
  out.recall = names > 0 ? right / names : 0;
  out.f1 = out.precision + out.recall > 0 ? 2 * out.precision * out.recall / (out.precision + out.recall) : 0;
  return out;
}

}  // namespace

std::vector<Entity> entities_of(const std::vector<std::string>& marks, EntityReading reading) {
  std::vector<Entity> out;
  Mark before;
  std::int64_t start = -1;
  for (std::size_t i = 0; i <= marks.size(); ++i) {
    const Mark now = i < marks.size() ? mark_of(marks[i]) : Mark{};
    const bool lenient = reading == EntityReading::lenient;
    const bool goes_on = now.kind == 'I' && start >= 0 && now.type == before.type;
    if (start >= 0 && (lenient ? ends_lenient(before, now) : !goes_on)) {
      out.push_back({before.type, start, static_cast<std::int64_t>(i) - 1});
      start = -1;
    }
    if (lenient ? begins_lenient(before, now) : now.kind == 'B') start = static_cast<std::int64_t>(i);
    before = now;
  }
  return out;
}

EntityScores entity_scores(const std::vector<std::vector<std::string>>& truth, const std::vector<std::vector<std::string>>& said, EntityReading reading) {
  if (truth.size() != said.size()) fail(ErrorKind::shape, "entity_scores: " + std::to_string(truth.size()) + " true texts and " + std::to_string(said.size()) + " predicted ones");
  struct Counts {
    double right = 0, said = 0, names = 0;
  };
  std::map<std::string, Counts> counts;
  double words = 0, right_words = 0;
  for (std::size_t t = 0; t < truth.size(); ++t) {
    if (truth[t].size() != said[t].size())
      fail(ErrorKind::shape, "entity_scores: text " + std::to_string(t + 1) + " has " + std::to_string(truth[t].size()) + " true marks and " + std::to_string(said[t].size()) + " predicted ones");
    const std::vector<Entity> wanted = entities_of(truth[t], reading), found = entities_of(said[t], reading);
    for (const Entity& one : wanted) ++counts[one.type].names;
    for (const Entity& one : found) {
      ++counts[one.type].said;
      counts[one.type].right += std::find(wanted.begin(), wanted.end(), one) != wanted.end();
    }
    for (std::size_t i = 0; i < truth[t].size(); ++i) ++words, right_words += truth[t][i] == said[t][i];
  }
  EntityScores out;
  Counts all;
  for (const auto& [type, c] : counts) {
    const PrecisionRecallF1 one = of_counts(c.right, c.said, c.names);
    out.types[type] = {one, static_cast<std::int64_t>(c.names)};
    all.right += c.right, all.said += c.said, all.names += c.names;
    const double share = 1 / static_cast<double>(counts.size());
    out.macro.precision += share * one.precision, out.macro.recall += share * one.recall, out.macro.f1 += share * one.f1;
    out.weighted.precision += c.names * one.precision, out.weighted.recall += c.names * one.recall, out.weighted.f1 += c.names * one.f1;
  }
  out.micro = of_counts(all.right, all.said, all.names);
  if (all.names > 0) out.weighted.precision /= all.names, out.weighted.recall /= all.names, out.weighted.f1 /= all.names;
  out.names = static_cast<std::int64_t>(all.names);
  out.word_accuracy = words > 0 ? right_words / words : 0;
  return out;
}

}  // namespace candor::candid
