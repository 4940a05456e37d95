// The networks that `candor train` makes when nobody says otherwise, and the training that goes with them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "candor/data/dataset.h"
#include "candor/nn/model.h"

namespace candor::pipeline {

/// What the user said of the network; what is missing is chosen by the data.
struct NetworkOptions {
  std::string model = {};            ///< "mlp", "cnn", "trees" (boosted trees alone) or "mixed" (mlp and trees); empty: cnn for pictures that came as files, mixed for tables, else mlp
  std::vector<std::int64_t> layers;  ///< widths of the hidden dense layers
  std::optional<double> dropout;
  std::optional<std::int64_t> bins;  ///< tables: quantiles that a number is also given by; 0: none
};

/// Epochs, batch and share of rows that choose the best epoch, by kind of data.
struct TrainingDefaults {
  std::int64_t epochs = 5, batch_size = 32;
  double learning_rate = 0.001;  ///< of Adam at the start
  double validation = 0;
  double weight_decay = 0;       ///< of AdamW; 0: Adam
  double warm_up = 0;            ///< share of the steps in which the rate rises to its start
};
TrainingDefaults training_defaults(const data::Dataset& train, const std::string& model);

/// A built, uncompiled network for these rows: standardising by them (tables) or rescaling (pixels) inside, logits for classes, numbers in the
/// target's own unit for regression. Throws Error (invalid_argument) for a cnn on a table.
Model make_network(const data::Dataset& train, const NetworkOptions& options);

namespace detail {
/// The network of a table: dense layers on the columns and on their places between quantiles (table_network.cpp).
Model table_network(const data::Dataset& train, const NetworkOptions& options);
/// Bins of each number by the rows there are.
std::int64_t default_bins(std::int64_t rows);
/// The network of pictures (picture_network.cpp): "mlp", or "cnn": blocks of convolution, batch normalisation and halving.
Model picture_network(const data::Dataset& train, const NetworkOptions& options);
TrainingDefaults picture_defaults(const data::Dataset& train, const std::string& model);
bool is_picture(const data::Dataset& set);
/// "mlp" or "cnn": what was said, or what the data ask for.
std::string network_kind(const data::Dataset& train, const std::string& said);
/// The last layer: logits of the classes, or numbers in the target's unit.
std::vector<Layer> output_layers(const data::Dataset& train);
/// Throws Error (memory) for dense layers of these widths that training could not hold.
void require_memory(const std::vector<std::int64_t>& widths, std::int64_t inputs);
}  // namespace detail

}  // namespace candor::pipeline
