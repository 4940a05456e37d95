// Pictures as 64 bits that change little when a picture is scaled, saved again or made darker: near-copies differ in few of them.
#pragma once

#include <cstdint>
#include <span>

#include "candor/data/image.h"

namespace candor::data {

/// Bits row by row, the first one the most significant. Pictures become grey and small first (Lanczos, as Pillow and the package imagehash do it).
/// Whether each of 8 x 8 pixels is lighter than their mean.
std::uint64_t average_hash(const Image& image);
/// Whether each of 8 x 8 pixels is darker than the one to its right (Krawetz, 2013).
std::uint64_t difference_hash(const Image& image);
/// Whether each of the 8 x 8 slowest waves of 32 x 32 pixels (an unnormalised DCT-II, with the mean) is above their median (Krawetz, 2011).
std::uint64_t perceptual_hash(const Image& image);

/// The same of grey values that are small already: 8 x 8, 8 rows of 9, 32 x 32. Throws Error (shape) for another number of them.
std::uint64_t average_hash(std::span<const double> values);
std::uint64_t difference_hash(std::span<const double> values);
std::uint64_t perceptual_hash(std::span<const double> values);

/// In how many bits two hashes differ, 0 to 64: up to some ten for versions of one picture, around 32 for two pictures.
int hash_distance(std::uint64_t a, std::uint64_t b);

}  // namespace candor::data
