// The model file `.candor`: a safetensors file with the weights, whose metadata holds, as JSON, the network, what its inputs and answers mean,
// and how it was trained. Any safetensors reader opens the weights.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "candor/base/pointers.h"
#include "candor/nn/model.h"

namespace candor {

/// The model in a file that Model::save (or `candor train`) wrote: same network, same weights to the bit, compiled with the same loss, metrics and
/// (fresh) optimizer when it was. Throws Error: not_found, io; corrupt for a damaged file; unsupported for one of a newer version.
Model load_model(const std::string& path);

namespace formats {

/// The version of the file's layout that this program writes. Newer files are refused, older ones read.
inline constexpr int model_file_version = 1;
/// What a model file holds besides weights: enough to judge and to use the model without the program that made it.
struct ModelFile {
  Model model;                             ///< built; with its compile options when it has them
  std::string task;                        ///< "classification", "regression" or empty
  std::vector<std::string> class_names;    ///< classification: in the order of the outputs
  std::vector<std::string> feature_names;  ///< tables: the columns in the order of the inputs
  std::vector<std::string> target_names;
  Config preprocessing = Config::map();    ///< what happens to data before it enters the network: kind of source, picture size
  Config record = Config::map();           ///< data digest, seed, versions, metrics with intervals, baselines, findings

  /// True when the outputs are logits (its loss says so): a softmax makes probabilities of them.
  bool gives_logits() const;
};

/// Writes atomically: a file that was there survives every failure. Throws Error (invalid_argument) for a model that is not built, Error
/// (unsupported) for a layer with a function of one's own, Error (io).
void write_model_file(const std::string& path, const ModelFile& file);

/// Reads it back: the same network, the same bits. Throws Error: not_found, io; corrupt for everything that a damaged or hostile file can hold,
/// naming the file and the part; unsupported for a newer version.
ModelFile read_model_file(const std::string& path);

/// The same from memory; `name` stands in messages.
ModelFile parse_model_file(std::span<const std::byte> bytes, std::shared_ptr<const void> keep, const std::string& name);

}  // namespace formats
}  // namespace candor
