// Names that were found in texts: scores by whole names, not by words.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "candor/candid/metrics/classification.h"

namespace candor::candid {

/// How marks are read. lenient: as conlleval does, an I- behind O or another type begins a name; strict: IOB2, only B- begins one.
enum class EntityReading { lenient, strict };

/// A name: words [first, last] of one text.
struct Entity {
  std::string type;
  std::int64_t first = 0, last = 0;
  bool operator==(const Entity&) const = default;
};

/// The names in marks such as O, B-PER, I-PER (lenient also knows E- and S-).
std::vector<Entity> entities_of(const std::vector<std::string>& marks, EntityReading reading = EntityReading::lenient);

/// What was reached for names of one type.
struct EntityType {
  PrecisionRecallF1 scores;
  std::int64_t names = 0;   ///< true ones
};

/// A name counts as found when type, beginning and end are right. Where nothing is to divide, 0.
struct EntityScores {
  std::map<std::string, EntityType> types;
  PrecisionRecallF1 micro, macro, weighted;
  std::int64_t names = 0;
  double word_accuracy = 0;   ///< share of the words with the right mark
};

/// Throws Error (shape) for texts of other numbers or lengths.
EntityScores entity_scores(const std::vector<std::vector<std::string>>& truth, const std::vector<std::vector<std::string>>& said, EntityReading reading = EntityReading::lenient);

}  // namespace candor::candid
