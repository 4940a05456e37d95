// From the kinds of layers in $CANDOR_FIXTURES/layers to the same sums written with ops.
#pragma once

#include <map>
#include <string>

#include "tests/support/fixtures.h"

namespace candor::testing {

using LayerTable = std::map<std::string, FixtureFunction>;

/// Dense and bilinear layers, convolutions, embeddings.
void add_weighted_layers(LayerTable& table);
/// Pooling, resizing, padding, cropping.
void add_spatial_layers(LayerTable& table);
/// Batch, layer, group, instance, RMS and unit normalisation.
void add_normalization_layers(LayerTable& table);
/// Multi-head attention, transformer encoder layers.
void add_attention_layers(LayerTable& table);
/// Simple, long short-term memory and gated recurrent layers.
void add_recurrent_layers(LayerTable& table);

}  // namespace candor::testing
